"""The four groups: what each may do, and that nobody's hand changes that for long."""

from typing import Any

import pytest
from django.apps import apps
from django.apps.registry import Apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db.models.signals import post_migrate

from publishing import roles

pytestmark = pytest.mark.django_db

AUTHOR = {
    "articles": "add_article change_article delete_article view_article "
    "add_byline change_byline delete_byline view_byline view_section view_series",
    "episodes": "add_episode change_episode delete_episode view_episode "
    "add_episodecredit change_episodecredit delete_episodecredit view_episodecredit "
    "add_episodelink change_episodelink delete_episodelink view_episodelink "
    "add_sponsorslot change_sponsorslot delete_sponsorslot view_sponsorslot "
    "view_show view_season view_liverecording",
    "media_pipeline": "add_mediaasset change_mediaasset view_mediaasset "
    "add_recording change_recording view_recording",
    "people": "change_person view_person add_personlink change_personlink delete_personlink view_personlink",
    "publishing": "view_topic",
}
EDITOR = {
    "accounts": "view_feedtoken",
    "articles": "edit_all_article review_article publish_article add_section change_section "
    "add_series change_series delete_series",
    "episodes": "edit_all_episode review_episode publish_episode change_show "
    "add_showcredit change_showcredit delete_showcredit view_showcredit "
    "add_showlink change_showlink delete_showlink view_showlink add_season change_season delete_season "
    "add_liverecording change_liverecording delete_liverecording view_downloadcount",
    "media_pipeline": "edit_all_mediaasset delete_mediaasset edit_all_recording delete_recording view_region",
    "pages": "add_staticpage change_staticpage delete_staticpage view_staticpage edit_all_staticpage "
    "review_staticpage publish_staticpage "
    "add_frontpageslot change_frontpageslot delete_frontpageslot view_frontpageslot",
    "people": "edit_all_person add_person delete_person",
    "publishing": "add_topic change_topic delete_topic view_redirect",
}
PUBLISHER = {
    "accounts": "change_feedtoken",
    "articles": "publish_unreviewed_article waive_article take_down_article delete_section",
    "episodes": "publish_unreviewed_episode waive_episode take_down_episode add_show delete_show "
    "see_wishes_liverecording",
    "pages": "publish_unreviewed_staticpage waive_staticpage take_down_staticpage",
    "publishing": "view_publication change_publication add_publication "
    "add_publicationlink change_publicationlink delete_publicationlink view_publicationlink",
}
ADMINISTRATOR = {
    "accounts": "add_user change_user view_user",
    "core": "view_work change_work delete_work",
    "episodes": "view_downloadevent",
    "media_pipeline": "add_region change_region delete_region",
}


def rights(*layers: dict[str, str]) -> set[str]:
    return {f"{app}.{name}" for layer in layers for app, names in layer.items() for name in names.split()}


def held(role: str) -> set[str]:
    found = Permission.objects.filter(group__name=role).values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in found}


def migrated(app: str) -> None:
    config = apps.get_app_config(app)
    post_migrate.send(config, app_config=config, using="default", verbosity=0, interactive=False, apps=apps)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (roles.AUTHOR, rights(AUTHOR)),
        (roles.EDITOR, rights(AUTHOR, EDITOR)),
        (roles.PUBLISHER, rights(AUTHOR, EDITOR, PUBLISHER)),
        (roles.ADMINISTRATOR, rights(AUTHOR, EDITOR, PUBLISHER, ADMINISTRATOR)),
    ],
)
def test_a_role_has_these_rights_and_no_others(role: str, expected: set[str]) -> None:
    assert held(role) == expected


def test_migrating_again_changes_nothing() -> None:
    before = [(role, held(role)) for role in roles.ROLES]
    numbers = list(Group.permissions.through.objects.order_by("pk").values_list("pk", flat=True))
    for config in apps.get_app_configs():
        migrated(config.label)
    assert [(role, held(role)) for role in roles.ROLES] == before
    assert list(Group.permissions.through.objects.order_by("pk").values_list("pk", flat=True)) == numbers


def test_what_a_hand_has_changed_is_as_declared_after_the_next_migration() -> None:
    group = Group.objects.get(name=roles.AUTHOR)
    group.permissions.remove(Permission.objects.get(codename="add_article"))
    group.permissions.add(
        Permission.objects.get(codename="publish_article"), Permission.objects.get(codename="change_user")
    )
    migrated("articles")
    migrated("accounts")
    assert held(roles.AUTHOR) == rights(AUTHOR)


def test_a_group_that_is_gone_comes_back_and_its_members_are_not_guessed() -> None:
    Group.objects.filter(name=roles.EDITOR).delete()
    call_command("migrate", verbosity=0)
    assert held(roles.EDITOR) == rights(AUTHOR, EDITOR)
    assert not Group.objects.get(name=roles.EDITOR).user_set.exists()


def test_groups_of_the_sites_own_are_left_alone() -> None:
    group = Group.objects.create(name="Interns")
    group.permissions.set(Permission.objects.filter(codename__in=["view_article", "publish_article"]))
    migrated("articles")
    assert held("Interns") == {"articles.view_article", "articles.publish_article"}


def test_the_rights_on_a_model_that_is_gone_are_taken_away() -> None:
    gone = ContentType.objects.create(app_label="articles", model="podcast")
    permission = Permission.objects.create(content_type=gone, codename="add_podcast", name="Can add podcast")
    Group.objects.get(name=roles.AUTHOR).permissions.add(permission)
    migrated("articles")
    assert held(roles.AUTHOR) == rights(AUTHOR)


def test_before_there_are_groups_nothing_happens() -> None:
    Group.objects.all().delete()
    roles.keep_in_step(apps.get_app_config("articles"), using="default", apps=Apps())
    assert not Group.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_they_are_there_again_after_a_flush() -> None:
    call_command("flush", interactive=False, verbosity=0)
    assert [held(role) for role in roles.ROLES] == [
        rights(AUTHOR),
        rights(AUTHOR, EDITOR),
        rights(AUTHOR, EDITOR, PUBLISHER),
        rights(AUTHOR, EDITOR, PUBLISHER, ADMINISTRATOR),
    ]


def test_superusers_need_no_group(administrator: Any) -> None:
    assert not administrator.groups.exists()
    assert all(administrator.has_perm(right) for right in held(roles.ADMINISTRATOR))
