"""Keys of people's own feeds: made once, kept as a digest, over when they are revoked."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts import feed_tokens
from accounts.models import FeedToken, FeedTokenUse, User
from episodes.models import Show
from tests import factories

pytestmark = pytest.mark.django_db

SCOPE = "show:3"


def asked(address: str = "192.0.2.1") -> object:
    return RequestFactory().get("/", REMOTE_ADDR=address)


def test_a_token_is_128_random_bits_and_only_its_digest_is_kept(reader: User) -> None:
    token = feed_tokens.issue(reader, SCOPE)
    assert re.fullmatch(r"[\w-]{22}", token)
    assert feed_tokens.issue(reader, SCOPE) != token
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM accounts_feedtoken t")
        assert token not in cursor.fetchone()[0]


def test_one_is_alive_for_a_person_and_a_scope(reader: User, stranger: User) -> None:
    old, others = feed_tokens.issue(reader, SCOPE), feed_tokens.issue(stranger, SCOPE)
    elsewhere, new = feed_tokens.issue(reader, "show:4"), feed_tokens.issue(reader, SCOPE)
    alive = {
        token: feed_tokens.is_alive(found)
        for token in (old, others, elsewhere, new)
        if (found := feed_tokens.find(token))
    }
    assert alive == {old: False, others: True, elsewhere: True, new: True}
    assert feed_tokens.find(old).reason == "Replaced by a new one."  # type: ignore[union-attr]
    assert feed_tokens.find("never-made") is None
    assert feed_tokens.revoke(reader, SCOPE, reason="Refund.") is True
    assert feed_tokens.revoke(reader, SCOPE, reason="Refund.") is False


def test_networks_are_counted_once_a_day_without_an_address(reader: User) -> None:
    token = feed_tokens.find(feed_tokens.issue(reader, SCOPE))
    assert token is not None
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"):
        feed_tokens.note_use(token, asked(address))  # type: ignore[arg-type]
    assert token.uses.count() == 3
    assert all(re.fullmatch(r"[0-9a-f]{32}", use.network) for use in token.uses.all())
    token.refresh_from_db()
    assert token.seen_at is not None


def test_a_use_costs_one_query_when_it_was_just_seen(reader: User, django_assert_num_queries) -> None:
    token = feed_tokens.find(feed_tokens.issue(reader, SCOPE))
    assert token is not None
    token.seen_at = timezone.now()
    with django_assert_num_queries(1):
        feed_tokens.note_use(token, asked())  # type: ignore[arg-type]


def test_uses_are_forgotten_after_ninety_days(reader: User) -> None:
    feed_tokens.issue(reader, SCOPE)
    token = FeedToken.objects.get()
    for days in (0, 90, 91):
        FeedTokenUse.objects.create(
            token=token, day=timezone.now().date() - timedelta(days=days), network=str(days)
        )
    feed_tokens.forget_uses()
    assert set(FeedTokenUse.objects.values_list("network", flat=True)) == {"0", "90"}


# --- one's own page ------------------------------------------------------------------------------------------------


@pytest.fixture
def show(db: None) -> Show:
    return factories.show("Late")


def test_ones_feeds_are_listed_without_their_addresses(
    signed_in, reader: User, stranger: User, show: Show
) -> None:
    feed_tokens.issue(stranger, f"show:{factories.show('Not mine').pk}")
    old = feed_tokens.issue(reader, f"show:{show.pk}")
    token = feed_tokens.issue(reader, f"show:{show.pk}")
    feed_tokens.issue(reader, "course:1")
    page = signed_in(reader).get("/episodes/yours/")
    text = page.content.decode()
    assert (page.status_code, text.count("Make a new address")) == (200, 1)
    assert f"The address ends in {token[-4:]}" in text
    assert "Late" in text
    assert "Not mine" not in text
    assert token not in text
    assert old not in text
    assert page.headers["Cache-Control"] == "private, no-store"


def test_without_feeds_the_page_says_how_one_gets_them(signed_in, reader: User) -> None:
    assert b"You have no feed of your own." in signed_in(reader).get("/episodes/yours/").content


def test_the_page_takes_few_queries(signed_in, reader: User, django_assert_num_queries) -> None:
    browser = signed_in(reader)
    for more in (1, 2):
        for _ in range(more):
            feed_tokens.issue(reader, f"show:{factories.show().pk}")
        browser.get("/episodes/yours/")
        with django_assert_num_queries(5):
            browser.get("/episodes/yours/")


def test_a_new_address_is_shown_once_and_ends_the_old_one(
    signed_in, reader: User, show: Show, client: Client
) -> None:
    old = feed_tokens.issue(reader, f"show:{show.pk}")
    path = f"/episodes/yours/{FeedToken.objects.get().pk}/rotation/"
    browser = signed_in(reader)
    assert b"Make a new address" in browser.get(path).content
    assert client.get(f"/episodes/private/{old}/feed/").status_code == 200, "asking changes nothing"
    made = browser.post(path)
    [address] = re.findall(r'value="http[^"]*(/episodes/private/[^"]+)"', made.content.decode())
    assert made.headers["Cache-Control"] == "private, no-store"
    assert client.get(f"/episodes/private/{old}/feed/").status_code == 410
    assert client.get(address).status_code == 200
    assert address not in browser.get("/episodes/yours/").content.decode()
    assert browser.post(path).status_code == 410, "the old one cannot be rotated again"
    assert FeedToken.objects.count() == 2


def test_nobody_rotates_what_is_not_theirs(
    signed_in, reader: User, stranger: User, show: Show, client: Client
) -> None:
    token = feed_tokens.issue(reader, f"show:{show.pk}")
    path = f"/episodes/yours/{FeedToken.objects.get().pk}/rotation/"
    assert signed_in(stranger).post(path).status_code == signed_in(stranger).get(path).status_code == 404
    assert client.post(path).status_code == 302
    assert client.get(f"/episodes/private/{token}/feed/").status_code == 200


def test_the_account_page_leads_there_for_who_has_one(signed_in, reader: User, show: Show) -> None:
    assert b"/episodes/yours/" not in signed_in(reader).get("/account/").content
    feed_tokens.issue(reader, f"show:{show.pk}")
    assert b"/episodes/yours/" in signed_in(reader).get("/account/").content


# --- on the desk ----------------------------------------------------------------------------------------------------


def test_editors_see_whose_address_went_round(signed_in, editor: User, reader: User, show: Show) -> None:
    secret = feed_tokens.issue(reader, f"show:{show.pk}")
    token = feed_tokens.find(secret)
    assert token is not None
    for number in range(6):
        feed_tokens.note_use(token, asked(f"192.0.2.{number}"))  # type: ignore[arg-type]
    browser = signed_in(editor)
    text = browser.get("/admin/accounts/feedtoken/?state=open&q=reader").content.decode()
    assert "reader@example.org" in text
    assert "Late" in text
    assert '<strong class="many">6 <span>unusual</span></strong>' in text
    assert "A feed for a person" not in text
    assert secret not in text
    one = browser.get(f"/admin/accounts/feedtoken/{token.pk}/change/").content.decode()
    assert ": 6<br>" in one
    assert 'name="_save"' not in one


def test_publishers_end_a_feed_and_say_why(signed_in, publisher: User, reader: User, show: Show) -> None:
    secret = feed_tokens.issue(reader, f"show:{show.pk}")
    token = FeedToken.objects.get()
    browser = signed_in(publisher)
    told = {"action": "revoke", "_selected_action": [token.pk]}
    assert b"Revoke 1 feed?" in browser.post("/admin/accounts/feedtoken/", told).content
    assert (
        b"Say why"
        in browser.post("/admin/accounts/feedtoken/", told | {"confirmed": "1", "reason": " \0"}).content
    )
    assert feed_tokens.is_alive(feed_tokens.find(secret))  # type: ignore[arg-type]
    done = browser.post(
        "/admin/accounts/feedtoken/", told | {"confirmed": "1", "reason": "It went round."}, follow=True
    )
    assert b"Its audio stops within 15 minutes." in done.content
    token.refresh_from_db()
    assert (token.reason, token.revoked_at is None) == ("It went round.", False)
    assert b"It went round." in browser.get(f"/admin/accounts/feedtoken/{token.pk}/history/").content
    again = browser.post("/admin/accounts/feedtoken/", told, follow=True)
    assert b"Nothing has changed" in again.content


def test_publishers_issue_a_feed_and_see_its_address_once(
    signed_in, publisher: User, editor: User, reader: User, show: Show, client: Client
) -> None:
    path, told = "/admin/accounts/feedtoken/issue/", {"person": "READER@example.org", "show": show.pk}
    assert signed_in(editor).post(path, told).status_code == 403
    browser = signed_in(publisher)
    assert b"Nobody has an account" in browser.post(path, told | {"person": "nobody@example.org"}).content
    assert not FeedToken.objects.exists()
    made = browser.post(path, told)
    [address] = re.findall(r"<code>http[^<]*(/episodes/private/[^<]+)</code>", made.content.decode())
    assert client.get(address).status_code == 200
    assert "no-store" in made.headers["Cache-Control"]
    assert FeedToken.objects.get().user == reader


def test_the_list_takes_few_queries(
    signed_in, publisher: User, show: Show, django_assert_max_num_queries
) -> None:
    browser, counts = signed_in(publisher), []
    for more in (1, 2):
        for number in range(more):
            feed_tokens.issue(User.objects.create_user(f"{more}{number}@example.org"), f"show:{show.pk}")
        with django_assert_max_num_queries(20) as queries:
            browser.get("/admin/accounts/feedtoken/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
