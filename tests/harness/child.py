"""`python -m tests.harness.child run 12`: one piece of work; anything else: manage.py with the kinds that misbehave."""

import sys

import django
from django.core.management import execute_from_command_line


def main() -> None:
    django.setup()
    from core import work
    from tests.harness import kinds  # noqa: F401

    if sys.argv[1] == "run":
        work.run(int(sys.argv[2]))
    else:
        execute_from_command_line(["manage.py", *sys.argv[1:]])


if __name__ == "__main__":
    main()
