from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import mfa
from accounts.models import User


class Command(BaseCommand):
    help = "Take somebody's second factor away when phone and recovery codes are lost and no superuser can do it in the admin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {email}.")
        if not mfa.reset(user):
            raise CommandError(f"{email} has no second factor.")
        self.stdout.write(f"{email} can set up a new second factor at the next visit to the admin.")
