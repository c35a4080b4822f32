"""The floors of the house, held for foreign keys and templates as import-linter holds them for imports."""

import re
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Field

ROOT = Path(settings.BASE_DIR)


def floors() -> dict[str, int]:
    """App -> floor, 0 at the top, read from the import contract so that there is one list."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    return {
        app.strip(" ()"): floor for floor, layer in enumerate(contract["layers"]) for app in layer.split("|")
    }


def our_relations() -> list[tuple[str, str, str]]:
    """(app, field, app pointed at) of every foreign key and many-to-many of our models."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if isinstance(field, Field) and field.is_relation and field.related_model:
                target = field.related_model._meta.app_label
                found.append((model._meta.app_label, f"{model._meta.label}.{field.name}", target))
    return [row for row in found if row[0] in floors()]


def test_foreign_keys_point_down_the_house() -> None:
    relations = our_relations()
    upward = [
        f"{field} -> {target}"
        for app, field, target in relations
        if target in floors() and target != app and floors()[target] <= floors()[app]
    ]
    assert len(relations) > 20
    assert upward == []


def test_every_app_of_ours_has_a_floor() -> None:
    ours = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert ours - set(floors()) == set()


def test_templates_include_only_their_own_folder_and_the_components() -> None:
    astray = []
    for template in (ROOT / "templates").rglob("*.html"):
        folder = template.relative_to(ROOT / "templates").parts[0]
        for name in re.findall(r"{%\s*include\s+[\"']([^\"']+)", template.read_text()):
            if not name.startswith(("components/", f"{folder}/")):
                astray.append(f"{template.relative_to(ROOT)}: {name}")
    assert astray == []


@pytest.mark.parametrize(
    ("what", "pattern", "allowed"),
    [
        ("Markdown is rendered in one place", r"^\s*(from|import) markdown_it", "core/markdown"),
        ("HTML is sanitised in one place", r"^\s*(from|import) nh3", "core/markdown"),
        ("the environment is read in one place", r"os\.environ", "config/|core/faults.py|manage.py"),
        (
            "other sites are asked in one place",
            r"^\s*(from|import) (requests|httpx|urllib3?\.request|urllib3|aiohttp|http\.client|http import client)",
            "core/outbound/|config/(dev|embedded_servers).py",
        ),
        (
            "only tests may ask this machine itself",
            r"outbound[\w.]* import .*\ballowing\b|outbound\.allowing",
            "core/outbound/",
        ),
        (
            "ffmpeg is started in one place",
            r"imageio_ffmpeg|FFMPEG_BINARY|[\"']ffmpeg[\"']|ffmpeg\.limited import .*\bChild",
            "media_pipeline/(ffmpeg|probing)/|config/settings.py",
        ),
        (
            "media of others is opened by PyAV in a process of its own",
            r"^\s*(from|import) av\b|media_pipeline\.demuxer\.(?!record\b)",
            "media_pipeline/(demuxer/|probing/judging.py|probing/__init__.py|video/verifying.py)",
        ),
        (
            "XML is parsed in one place",
            r"^\s*(from|import) (xml\.(etree|sax|dom)\b(?!\.saxutils)|lxml|defusedxml)",
            "core/xml.py",
        ),
    ],
)
def test_one_of_each(what: str, pattern: str, allowed: str) -> None:
    astray = [
        str(path.relative_to(ROOT))
        for app in floors()
        for path in (ROOT / app).rglob("*.py")
        if not re.search(f"^({allowed})", str(path.relative_to(ROOT)))
        and re.search(pattern, path.read_text(), re.MULTILINE)
    ]
    assert astray == [], what


def test_pages_hold_no_inline_script_or_style() -> None:
    """The policy forbids both; a data block (JSON-LD) is not a script."""
    inline = r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)"
    astray = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if "email" not in path.parts and re.search(inline, path.read_text())
    ]
    assert astray == []
