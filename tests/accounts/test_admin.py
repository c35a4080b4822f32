"""Users in the admin: what superusers do there, and what nobody else may."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.sites import site
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.addresses import vouch
from accounts.models import User
from tests.accounts.conftest import is_signed_in, mailed_code, mailed_path, sign_in

LIST = "/admin/accounts/user/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(signed_in: Callable[[User], Client], administrator: User) -> Client:
    """The administrator's browser."""
    return signed_in(administrator)


@pytest.fixture
def clerk(signed_in: Callable[[User], Client], editor: User) -> Client:
    """An editor who may add, change and delete users and groups, as far as the admin lets them."""
    editor.user_permissions.add(*Permission.objects.filter(content_type__model__in=["user", "group"]))
    return signed_in(editor)


def change(user: User) -> str:
    return f"{LIST}{user.pk}/change/"


def fields(user: User, **other: Any) -> dict[str, Any]:
    """What the browser posts for that user when nothing was touched."""
    values: dict[str, Any] = {"email": user.email, "name": user.name}
    values |= {right: "on" for right in ("is_active", "is_staff", "is_superuser") if getattr(user, right)}
    values |= {"user_permissions": list(user.user_permissions.values_list("pk", flat=True))}
    values |= other
    return {name: value for name, value in values.items() if value is not None}


# --- what works -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_shows_everybody_in_few_queries(
    boss, guarded: User, count: int, django_assert_num_queries
) -> None:
    for number in range(count):
        User.objects.create_user(f"{number}@example.org")
    with django_assert_num_queries(6):
        page = boss.get(LIST)
    assert page.content.count(b'class="field-email"') == count + 2
    assert [user.second_factor for user in page.context["cl"].result_list if user == guarded] == [True]


@pytest.mark.parametrize(
    ("query", "expected"),
    [("q=Rita", ["reader@example.org"]), ("second_factor=yes&is_superuser__exact=0", []), ("q=zzz", [])],
)
def test_the_list_is_searched_and_filtered(boss, reader: User, query: str, expected: list[str]) -> None:
    assert [user.email for user in boss.get(f"{LIST}?{query}").context["cl"].result_list] == expected


def test_somebody_added_can_sign_in_at_once(boss, client) -> None:
    response = boss.post(f"{LIST}add/", {"email": "Olga@Example.org", "name": " Olga\r\nOffice "})
    user = User.objects.get(email="olga@example.org")
    assert response.url == change(user)
    assert (user.name, user.is_staff, user.has_usable_password()) == ("Olga Office", False, False)
    assert mail.outbox == []
    client.post("/account/login/code/", {"email": "olga@example.org"})
    client.post("/account/login/code/confirm/", {"code": mailed_code()})
    assert is_signed_in(client)


def test_an_invitation_lets_them_choose_a_password(boss, client, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        boss.post(f"{LIST}add/", {"email": "olga@example.org", "invite": "on"})
    assert (mail.outbox[-1].to, mail.outbox[-1].subject) == (
        ["olga@example.org"],
        "There is an account for you",
    )
    form = client.get(mailed_path(), follow=True)
    new = {"password1": "a good enough one", "password2": "a good enough one"}
    assert client.post(form.request["PATH_INFO"], new).url == "/account/"
    assert is_signed_in(client)


def test_an_invitation_can_be_sent_again(boss, member: User, stranger: User) -> None:
    stranger.is_active = False
    stranger.save()
    boss.post(LIST, {"action": "send_invitation", "_selected_action": [member.pk, stranger.pk]})
    assert [message.to for message in mail.outbox] == [[member.email]]


def test_a_changed_address_is_the_one_that_signs_in(boss, client, member: User) -> None:
    boss.post(change(member), fields(member, email="mia@elsewhere.example"))
    assert [(a.email, a.verified, a.primary) for a in EmailAddress.objects.filter(user=member)] == [
        ("mia@elsewhere.example", True, True)
    ]
    sign_in(client, member)
    assert not is_signed_in(client)
    member.refresh_from_db()
    sign_in(client, member)
    assert is_signed_in(client)


def test_superusers_give_rights(boss, member: User) -> None:
    group = Group.objects.create(name="Editors")
    boss.post(change(member), fields(member, is_staff="on", groups=[group.pk]))
    member.refresh_from_db()
    assert (member.is_staff, list(member.groups.all())) == (True, [group])


def test_a_lost_second_factor_is_reset_after_a_question(boss, guarded: User, member: User) -> None:
    chosen = {"action": "reset_second_factor", "_selected_action": [guarded.pk, member.pk]}
    page = boss.post(LIST, chosen)
    assert b"Reset it only if you are sure" in page.content
    assert Authenticator.objects.count() == 2
    page = boss.post(LIST, chosen | {"confirmed": "yes"}, follow=True)
    assert Authenticator.objects.count() == 0
    assert "No second factor to reset: mia@example.org." in page.content.decode()
    assert [(message.to, message.subject) for message in mail.outbox] == [
        ([guarded.email], "Your second factor was reset")
    ]


# --- mistakes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "email", ["", "nothing", "MIA@example.org", "second@example.org", "a@example.org\r\nBcc: b@c.de"]
)
def test_a_bad_or_taken_address_is_refused(boss, member: User, email: str) -> None:
    EmailAddress.objects.create(user=member, email="second@example.org")
    for address in (f"{LIST}add/", change(User.objects.create_user("other@example.org"))):
        response = boss.post(address, {"email": email, "is_active": "on"})
        assert response.status_code == 200
        assert "email" in response.context["adminform"].form.errors
    assert sorted(User.objects.values_list("email", flat=True)) == [
        "administrator@example.org",
        "mia@example.org",
        "other@example.org",
    ]


@pytest.mark.parametrize("right", ["is_active", "is_staff", "is_superuser"])
def test_the_last_superuser_stays_one(boss, administrator: User, right: str) -> None:
    second = User.objects.create_superuser("second@example.org", is_active=False)
    page = boss.post(change(administrator), fields(administrator, **{right: None}))
    assert b"This is the last superuser." in page.content
    administrator.refresh_from_db()
    assert getattr(administrator, right) is True
    second.is_active = True
    second.save()
    boss.post(change(administrator), fields(administrator, **{right: None}))
    administrator.refresh_from_db()
    assert getattr(administrator, right) is False


def test_the_last_superusers_are_not_deleted(boss, administrator: User) -> None:
    second = User.objects.create_superuser("second@example.org")
    both = {"action": "delete_selected", "_selected_action": [administrator.pk, second.pk], "post": "yes"}
    assert b"This is the last superuser." in boss.post(LIST, both).content
    assert User.objects.count() == 2
    boss.post(f"{LIST}{second.pk}/delete/", {"post": "yes"})
    assert (
        b"This is the last superuser."
        in boss.post(f"{LIST}{administrator.pk}/delete/", {"post": "yes"}).content
    )
    assert list(User.objects.all()) == [administrator]


# --- who may not ----------------------------------------------------------------------------------------------------


def test_users_need_a_login_and_a_right(client, signed_in, editor: User, reader: User) -> None:
    for path in (
        LIST,
        f"{LIST}add/",
        change(reader),
        f"{LIST}{reader.pk}/password/",
        f"{LIST}{reader.pk}/delete/",
    ):
        assert client.get(path).url.startswith("/admin/login/")
        assert signed_in(reader).get(path).status_code == 302
        assert signed_in(editor).get(path).status_code == 403


def test_a_clerk_looks_after_readers(clerk, reader: User) -> None:
    assert clerk.get(change(reader)).status_code == 200
    clerk.post(change(reader), fields(reader, name="Rita R."))
    clerk.post(f"{LIST}add/", {"email": "new@example.org"})
    reader.refresh_from_db()
    assert reader.name == "Rita R."
    assert User.objects.filter(email="new@example.org", is_staff=False).exists()


def test_a_clerk_gives_nobody_rights(clerk, reader: User, editor: User) -> None:
    group = Group.objects.create(name="Everything")
    rights = {"is_staff": "on", "is_superuser": "on", "groups": [group.pk], "user_permissions": [1, 2, 3]}
    clerk.post(change(reader), fields(reader, **rights))
    clerk.post(f"{LIST}add/", {"email": "new@example.org", **rights})
    for user in User.objects.exclude(pk=editor.pk):
        assert (user.is_staff, user.is_superuser, user.groups.count(), user.user_permissions.count()) == (
            False,
            False,
            0,
            0,
        )


@pytest.mark.parametrize("target", ["administrator", "author", "editor"])
def test_a_clerk_cannot_touch_staff_not_even_themselves(clerk, target: str, request) -> None:
    user: User = request.getfixturevalue(target)
    User.objects.create_superuser("second@example.org")
    before = User.objects.filter(pk=user.pk).values().get()
    new = {"password1": "a stolen account", "password2": "a stolen account", "usable_password": "true"}
    answers = [
        clerk.post(change(user), fields(user, email="thief@example.org", is_superuser="on")).status_code,
        clerk.post(f"{LIST}{user.pk}/password/", new).status_code,
        clerk.post(f"{LIST}{user.pk}/delete/", {"post": "yes"}).status_code,
        clerk.post(
            LIST, {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"}
        ).status_code,
    ]
    assert answers == [403, 403, 403, 403]
    assert User.objects.filter(pk=user.pk).values().get() == before


def test_a_clerk_has_no_actions_of_superusers(clerk, guarded: User) -> None:
    for action in ("reset_second_factor", "send_invitation"):
        clerk.post(LIST, {"action": action, "_selected_action": [guarded.pk], "confirmed": "yes"})
    assert Authenticator.objects.filter(user=guarded).count() == 2
    assert mail.outbox == []


def test_a_clerk_cannot_change_groups(clerk, editor: User) -> None:
    group = Group.objects.create(name="Editors")
    editor.groups.add(group)
    assert (
        clerk.post(f"/admin/auth/group/{group.pk}/change/", {"name": "E", "permissions": [1]}).status_code
        == 403
    )
    assert clerk.post("/admin/auth/group/add/", {"name": "E", "permissions": [1]}).status_code == 403
    assert not group.permissions.exists()


@pytest.mark.parametrize(
    "lookup", ["password__startswith=p", "user_permissions__codename=x&password__contains=a"]
)
def test_passwords_cannot_be_searched(boss, lookup: str) -> None:
    assert boss.get(f"{LIST}?{lookup}").status_code in (302, 400)


def test_secrets_and_addresses_have_no_admin_of_their_own() -> None:
    assert not site.is_registered(Authenticator)
    assert not site.is_registered(EmailAddress)


# --- the admin's own doors ------------------------------------------------------------------------------------------


def test_the_admin_signs_in_through_the_site(client, administrator: User) -> None:
    assert client.get("/admin/", follow=True).redirect_chain == [
        ("/admin/login/?next=/admin/", 302),
        ("/account/login/?next=%2Fadmin%2F", 302),
    ]
    passwords = {"username": administrator.email, "password": "an-administrator's", "next": "/admin/"}
    assert client.post("/admin/login/", passwords).url.startswith("/account/login/")
    assert sign_in(client, administrator, "an-administrator's", next="/admin/").url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_whoever_is_signed_in_does_not_change_user_there(boss, author: User) -> None:
    response = boss.post("/admin/login/", {"username": author.email, "password": "an-author's-password"})
    assert response.url == "/admin/"
    assert boss.get("/admin/").context["user"].email == "administrator@example.org"


@pytest.mark.parametrize("evil", ["//evil.example", "/\\evil.example", "https://evil.example/"])
def test_the_admins_login_leads_nowhere_else(boss, client, evil: str) -> None:
    assert boss.get("/admin/login/", {"next": evil}).url == "/admin/"
    assert (
        "evil"
        not in client.get("/admin/login/", {"next": evil}, follow=True).redirect_chain[0][0].split("next=")[0]
    )


def test_the_admin_signs_out_through_the_site(boss) -> None:
    assert b"Sign out?" in boss.get("/admin/logout/").content
    assert boss.post("/admin/logout/").url == "/"
    assert not is_signed_in(boss)


def test_the_admin_changes_passwords_through_the_site(boss) -> None:
    assert boss.get("/admin/password_change/").url == "/account/password/change/"


# --- createsuperuser ------------------------------------------------------------------------------------------------


def test_createsuperuser_makes_somebody_who_can_sign_in(client, monkeypatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a good enough password")
    call_command("createsuperuser", email="Root@Example.org", interactive=False)
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser) == (True, True)
    sign_in(client, user, "a good enough password")
    assert is_signed_in(client)


def test_createsuperuser_refuses_an_address_that_exists(administrator: User) -> None:
    with pytest.raises(CommandError, match="already taken"):
        call_command("createsuperuser", email=administrator.email.upper(), interactive=False)


def test_vouching_twice_changes_nothing(member: User) -> None:
    vouch(member)
    vouch(member)
    assert EmailAddress.objects.filter(user=member).count() == 1
