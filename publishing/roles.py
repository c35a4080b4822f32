"""Who may do what on the desk: four groups, kept in step with what is declared here and in each app's `roles.py`.

    declare(Topic, author="view", editor="add change delete")

What a role may do, those after it may too. The groups belong to the site: rights that somebody gives to one by hand, or takes
from it, are as declared again after the next migration. Give extra rights to a group of your own: those are left alone.
"""

from collections import defaultdict
from typing import Any

from django.apps import AppConfig
from django.apps import apps as all_apps
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db.models import Model

from accounts.models import User
from core.models import Work
from media_pipeline.models import MediaAsset, Recording, Region
from people.models import Person, PersonLink
from publishing.models import Publication, PublicationLink, Publishable, Redirect, Topic

AUTHOR, EDITOR, PUBLISHER, ADMINISTRATOR = "Author", "Editor", "Publisher", "Administrator"
ROLES = (AUTHOR, EDITOR, PUBLISHER, ADMINISTRATOR)
EVERYTHING = "add change delete view"

_declared: dict[str, dict[type[Model], set[str]]] = {role: defaultdict(set) for role in ROLES}


def declare(
    model: type[Model], *, author: str = "", editor: str = "", publisher: str = "", administrator: str = ""
) -> None:
    """Give rights on a model, named like its default permissions: `add change view delete`."""
    for role, rights in zip(ROLES, (author, editor, publisher, administrator), strict=True):
        _declared[role][model].update(rights.split())


def declare_kind(model: type[Publishable], *, written_by: str = AUTHOR) -> None:
    """The usual rights on a kind of content: its writers write, editors review and publish, publishers may override."""
    declare(model, **{written_by.lower(): EVERYTHING})
    declare(model, editor="edit_all review publish", publisher="publish_unreviewed waive take_down")


def rights_of(role: str) -> dict[type[Model], set[str]]:
    """Everything that a role may do: what is declared for it and for those before it."""
    rights: dict[type[Model], set[str]] = defaultdict(set)
    for name in ROLES[: ROLES.index(role) + 1]:
        for model, verbs in _declared[name].items():
            rights[model] |= verbs
    return rights


def keep_in_step(sender: AppConfig, using: str, apps: Apps = all_apps, **kwargs: Any) -> None:
    """After the migrations of each app: the groups have exactly the declared rights on its models.

    `apps` is what has been migrated so far, which may not be enough to have groups.
    """
    if "group" not in apps.all_models["auth"]:
        return
    create_permissions(sender, verbosity=0, using=using, apps=apps)  # Django's own may not have run yet
    known = {
        permission.codename: permission
        for permission in Permission.objects.using(using).filter(content_type__app_label=sender.label)
    }
    for role in ROLES:
        group, _ = Group.objects.using(using).get_or_create(name=role)
        wanted = {known[name] for name in _codenames(role, sender.label) if name in known}
        held = set(group.permissions.using(using).filter(content_type__app_label=sender.label))
        group.permissions.remove(*(held - wanted))
        group.permissions.add(*(wanted - held))


def _codenames(role: str, app_label: str) -> set[str]:
    return {
        f"{verb}_{model._meta.model_name}"
        for model, verbs in rights_of(role).items()
        if model._meta.app_label == app_label
        for verb in verbs
    }


declare(MediaAsset, author="add change view", editor="edit_all delete")
declare(Recording, author="add change view", editor="edit_all delete")
declare(Region, editor="view", administrator="add change delete")
declare(Person, author="change view", editor="edit_all add delete")
declare(PersonLink, author=EVERYTHING)
declare(Topic, author="view", editor="add change delete")
declare(Redirect, editor="view")
declare(Publication, publisher="view change add")
declare(PublicationLink, publisher=EVERYTHING)
declare(User, administrator="add change view")
declare(Work, administrator="view change delete")
