import re
from pathlib import Path

from publishing.linter import CHECK_FAILED, RULES

DOCS = Path(__file__).parents[3] / "docs" / "linting.md"
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (error|warning|info) \|", re.MULTILINE)


def test_the_table_names_every_rule_with_its_level_and_no_other() -> None:
    named = dict(ROW.findall(DOCS.read_text()))
    assert named == {name: rule.level.value for name, rule in RULES.items()} | {CHECK_FAILED: "warning"}
