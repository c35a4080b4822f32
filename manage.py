#!/usr/bin/env python
"""Django's command line. In development it finds or starts the embedded services and leaves none behind."""

import os
import sys

from django.core.management import execute_from_command_line

from config import env


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    env.load_dotenv()
    if env.boolean("DEBUG", False):
        from config import embedded

        try:
            embedded.use()
        except embedded.EmbeddedError as error:
            sys.exit(f"manage.py: {error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
