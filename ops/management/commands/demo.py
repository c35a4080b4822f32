"""`manage.py demo`: something to look at in an empty database."""

from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from articles.models import Article
from media_pipeline.images import StorageUnavailable
from ops.demo.cast import Login
from ops.demo.filling import Busy, fill


class Command(BaseCommand):
    help = (
        "Fills an empty database with a demo magazine and prints its logins. Touches nothing that is there."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        started = monotonic()
        try:
            with transaction.atomic():
                logins = fill()
                written = _text(logins) if logins else ""
                if written and settings.DEBUG:
                    _keep(written)
        except (Busy, StorageUnavailable) as error:
            raise CommandError(str(error)) from error
        if logins:
            count = Article.objects.count()
            self.stdout.write(
                f"The demo magazine is there: {count} articles in {monotonic() - started:.0f} s."
            )
        else:
            self.stdout.write("There is content already, so the demo magazine changes nothing.")
            written = _kept()
        if written:
            self.stdout.write(written)


def _text(logins: list[Login]) -> str:
    lines = [f"{login.role:13} {login.email:25} {login.password}" for login in logins]
    return "\n".join([f"Log in at {settings.SITE_URL}/admin/ as", *lines])


def _login_file() -> Path:
    return Path(settings.VAR_DIR) / "demo-login.txt"


def _keep(written: str) -> None:
    """For bin/dev, which shows it at each start; readable by nobody else."""
    path = _login_file()
    path.parent.mkdir(exist_ok=True)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    new.touch(0o600)
    new.write_text(written)
    new.replace(path)


def _kept() -> str:
    """What was kept, if the first of them can still log in with it."""
    path = _login_file()
    if not settings.DEBUG or not path.is_file():
        return ""
    written = path.read_text()
    _, email, password = written.splitlines()[1].split()
    user = User.objects.filter(email=email).first()
    return written if user and user.check_password(password) else ""
