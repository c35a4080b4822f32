import json
from typing import Any

import pytest
from django.core.management import call_command

from core.models import Work
from tests import factories

pytestmark = pytest.mark.django_db


def check(capsys, *options: str) -> tuple[Any, str]:
    with pytest.raises(SystemExit) as ended:
        call_command("check_invariants", *options)
    said = capsys.readouterr()
    assert said.err == ""
    return ended.value.code, said.out


def test_it_ends_well_when_all_holds(capsys) -> None:
    factories.article()
    status, table = check(capsys)
    assert status == 0
    assert "Nothing is announced before its time" in table


def test_violations_are_told_to_people_and_programs(capsys) -> None:
    for number in range(30):
        Work.objects.create(kind="core.mail", key=f"[{number}]", state="parked")
    status, table = check(capsys)
    assert status == 1
    assert "core.mail [0] is" in table
    assert "and 10 more" in table
    status, text = check(capsys, "--json")
    answer = json.loads(text)
    [broken] = [one for one in answer["invariants"] if one["violations"]]
    assert (status, answer["ok"], broken["name"]) == (1, False, "Parked work says why")
    assert len(broken["violations"]) == 30
    assert broken["notes"] == ["30 parked: see Work in the admin."]
