import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command

type Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command with --json: exit status and report."""

    def run_it(command: str, *arguments: object) -> tuple[int, dict[str, Any]]:
        status = 0
        try:
            call_command(command, *map(str, arguments), "--json")
        except CommandError as error:
            status = error.returncode
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return status, json.loads(out)

    return run_it
