"""Who works on the demo magazine, and what the parts of its filling need of each other."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import Group

from accounts.addresses import vouch
from accounts.models import User
from articles.models import Article
from pages.models import StaticPage
from people.models import Person
from publishing import roles

NAMES = {
    "administrator": "Tomasz Lind",
    "editor": "Marit Solheim",
    "author": "Daniel Osei",
    "publisher": "Ragnhild Vik",
    "reader": "Demo reader",
}
ADDRESSES = {role: f"{role}@example.org" for role in NAMES}
_GROUPS = {"editor": roles.EDITOR, "author": roles.AUTHOR, "publisher": roles.PUBLISHER}


@dataclass(frozen=True, slots=True)
class Login:
    role: str
    email: str
    password: str


@dataclass(slots=True)
class Filling:
    """`now` is when it began, by the database's clock and in the site's time zone."""

    now: datetime
    users: dict[str, User]
    people: dict[str, Person] = field(default_factory=dict)
    articles: dict[str, Article] = field(default_factory=dict)
    pages: dict[str, StaticPage] = field(default_factory=dict)

    @property
    def editor(self) -> User:
        return self.users["editor"]

    @property
    def author(self) -> User:
        return self.users["author"]

    @property
    def publisher(self) -> User:
        return self.users["publisher"]


def new_logins() -> list[Login]:
    return [Login(role, email, secrets.token_urlsafe(12)) for role, email in ADDRESSES.items()]


def make_user(login: Login) -> User:
    """With the rights of the role, but not staff yet: see `open_the_admin`."""
    user = User.objects.create_user(
        login.email,
        login.password,
        name=NAMES[login.role],
        is_superuser=login.role == "administrator",
    )
    if login.role in _GROUPS:
        user.groups.add(Group.objects.get(name=_GROUPS[login.role]))
    vouch(user)
    return user


def open_the_admin(users: dict[str, User]) -> None:
    """The last step: the workflow mails staff, and what the demo tells of is no news to anybody."""
    staff = [user.pk for role, user in users.items() if role != "reader"]
    User.objects.filter(pk__in=staff).update(is_staff=True)
