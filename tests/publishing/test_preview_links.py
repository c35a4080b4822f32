"""Links with which somebody without an account sees one revision, and what they must not open."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import structlog
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.core.signing import Signer, TimestampSigner
from django.db import connection, connections, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.middleware import RequestLogMiddleware
from accounts.models import User
from articles.models import Article
from config import logs
from core import caching
from core.models import Work
from pages.models import StaticPage
from publishing import workflow
from publishing.models import Comment, EditorialEvent, PreviewLink
from publishing.sharing import preview_links
from tests import factories
from tests.publishing.test_previews import BAR, edit, everything, preview_of, timeless

pytestmark = pytest.mark.django_db
HERE = {"origin": "http://testserver"}
SECRET = "Nobody may know this headline"
WITHDRAWN, EXPIRED = "has withdrawn it", "open for a limited time"
SUPERSEDED, GONE = "was edited since", "was taken away"


@pytest.fixture
def desk(editor: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(editor)


@pytest.fixture
def article() -> Article:
    content = factories.article(SECRET, slug="secret", body="Not yet public.", published=False)
    workflow.baseline(content)
    content.refresh_from_db()
    return content


def link_to(content: Any, by: User, may: str = "view", days: int = 7, label: str = "Ada") -> PreviewLink:
    return preview_links.make(content, by, label=label, may=may, days=days, version=content.version)


def path_of(link: PreviewLink, more: str = "") -> str:
    return preview_links.address(link).removeprefix("http://testserver") + more


def get(link: PreviewLink) -> Any:
    return Client().get(path_of(link))


def links_page(content: Any) -> str:
    return preview_of(content).replace("preview", "links")


def in_review(content: Any) -> Any:
    workflow.submit(content, by=None)
    return content


def forget_counts() -> None:
    """So many questions would be turned away."""
    for key in caching.redis().scan_iter(match=f"{settings.CACHES['default']['KEY_PREFIX']}:limit:preview*"):
        caching.redis().delete(key)


def is_dead(response: Any, why: str) -> bool:
    assert SECRET not in response.text
    assert "secret" not in response.text
    return response.status_code == 410 and why in response.text


# --- what it shows ----------------------------------------------------------------------------------------------------


def test_it_shows_the_readers_page_under_a_bar_to_anybody(article: Article, editor: User) -> None:
    response = get(link_to(article, editor))
    bar = BAR.search(response.content)
    assert bar is not None
    assert b"Preview for Ada</strong>: not public." in bar[0]
    assert re.search(rb"Expires on \d+ \w+ \d{4}, \d\d:\d\d UTC\.", bar[0])
    assert b"<form" not in bar[0]
    workflow.publish(article, by=None)
    assert timeless(BAR.sub(b"", response.content)) == timeless(Client().get("/articles/secret/").content)


def test_nobody_keeps_it_finds_it_frames_it_or_learns_where_it_was(article: Article, editor: User) -> None:
    response = get(link_to(article, editor))
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    assert not response.has_header("ETag")


@pytest.mark.django_db(transaction=True)
def test_looking_leaves_nothing_behind_but_the_count_of_looks(article: Article, editor: User) -> None:
    link = link_to(in_review(article), editor, may="approve")

    def world() -> dict[Any, Any]:
        return {key: value for key, value in everything().items() if b":limit:" not in str(key).encode()}

    before = world()
    for client in (Client(), Client(HTTP_COOKIE="signed_in=1")):
        assert client.get(path_of(link)).status_code == 200
        assert client.head(path_of(link)).content == b""
    assert world() == before


def test_it_shows_pages_too_and_edits_that_wait(editor: User) -> None:
    page = factories.static_page("About", slug="about")
    edit(page, name="About them")
    response = get(link_to(page, editor))
    assert "About them" in response.text
    assert "About them" not in Client().get("/about/").text
    assert "not public" in response.text


def test_it_says_when_it_is_public_already(article: Article, editor: User) -> None:
    link = link_to(article, editor)
    workflow.publish(article, by=None)
    assert "this is public already" in get(link).text


def test_the_label_is_text(article: Article, editor: User) -> None:
    response = get(link_to(article, editor, label="<script>alert(1)</script>"))
    assert "<script>alert" not in response.text


# --- what it must not open --------------------------------------------------------------------------------------------


def test_expired_it_says_so_by_the_databases_clock(article: Article, editor: User, time_machine: Any) -> None:
    link = link_to(article, editor)
    time_machine.move_to(timezone.now() + timedelta(days=300))
    assert get(link).status_code == 200
    PreviewLink.objects.update(expires_at=Now() + timedelta(milliseconds=400))
    assert get(link).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.5)")
    assert is_dead(get(link), EXPIRED)


def test_revoked_it_says_so(article: Article, editor: User, desk: Client) -> None:
    link, other = link_to(article, editor), link_to(article, editor)
    response = desk.post(f"{links_page(article)}{link.pk}/revocation/")
    assert response.headers["Location"] == links_page(article)
    assert is_dead(get(link), WITHDRAWN)
    assert get(other).status_code == 200
    assert desk.post(f"{links_page(article)}{link.pk}/revocation/").status_code == 404


@pytest.mark.parametrize("published", [True, False])
def test_a_newer_revision_closes_it(editor: User, published: bool) -> None:
    content = factories.article(SECRET, slug="secret", published=published)
    workflow.baseline(content)
    content.refresh_from_db()
    link = link_to(content, editor)
    assert get(link).status_code == 200
    edit(content, headline="Another")
    response = get(link)
    assert is_dead(response, SUPERSEDED)
    assert "Another" not in response.text
    workflow.restore(content, 1, by=None)
    assert is_dead(get(link), SUPERSEDED)


def test_a_rejected_save_and_a_publication_do_not_close_it(article: Article, editor: User) -> None:
    link = link_to(article, editor)
    edit(article)
    workflow.publish(article, by=None)
    workflow.unpublish(article, by=None)
    assert get(link).status_code == 200


def test_what_was_taken_down_or_deleted_is_gone(article: Article, editor: User) -> None:
    link = link_to(article, editor)
    other = link_to(page := factories.static_page(SECRET, slug="secret"), editor)
    workflow.take_down(article, by=None, why="A lawyer wrote.")
    StaticPage.objects.filter(pk=page.pk).delete()
    assert is_dead(get(link), GONE)
    assert is_dead(get(other), GONE)
    row = link_to(factories.article(), editor)
    address = path_of(row)
    row.delete()
    assert is_dead(Client().get(address), GONE)


def test_it_dies_with_the_rights_of_who_made_it(article: Article, editor: User, author: User) -> None:
    links = {"editor": link_to(article, editor)}
    article.created_by = author
    article.save(update_fields=["created_by"])
    links["author"] = link_to(article, author)
    User.objects.filter(pk=editor.pk).update(is_active=False)
    assert is_dead(get(links["editor"]), WITHDRAWN)
    assert get(links["author"]).status_code == 200
    Article.objects.update(created_by=None)
    assert is_dead(get(links["author"]), WITHDRAWN)


@pytest.mark.parametrize("change", [{"is_staff": False}, {"is_active": False}, None])
def test_it_dies_when_who_made_it_leaves(article: Article, editor: User, change: Any) -> None:
    link = link_to(article, editor)
    users = User.objects.filter(pk=editor.pk)
    if change:
        users.update(**change)
    else:
        users.delete()
    assert is_dead(get(link), WITHDRAWN)


def forged(link: PreviewLink) -> dict[str, str]:
    """Addresses that somebody could try who has one good link, or knows how they are made."""
    good = path_of(link).split("/")[2]
    number, signature = good.split(".")
    salted = {"": Signer(), "other": Signer(salt="publishing.sharing.previews"), "time": TimestampSigner()}
    return {
        "another number": f"{link.pk + 1}.{signature}",
        "no signature": number,
        "an empty signature": f"{number}.",
        "only a signature": f".{signature}",
        "a changed letter": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "longer": good + "=",
        "a space": good + "%20",
        "a line": good + "%0A",
        "NUL": good + "%00",
        "NUL before": "%00" + good,
        "surrogates": "%ED%A0%80." + signature,
        "a zero before": "0" + good,
        "other key": Signer(key="x" * 50, salt=preview_links.SALT, sep=".").sign(number),
        "long": "9" * 5000 + "." + signature,
        "colon": Signer(salt=preview_links.SALT).sign(number),
        **{f"salt {name}": signer.sign(number) for name, signer in salted.items()},
    }


def test_nothing_that_we_did_not_sign_opens_anything(article: Article, editor: User) -> None:
    link = link_to(in_review(article), editor, may="approve")
    link_to(article, editor, may="approve")
    wrong = {}
    for name, signed in forged(link).items():
        forget_counts()
        client = Client(raise_request_exception=False)
        answers = [
            client.get(f"/preview/{signed}/"),
            client.post(f"/preview/{signed}/approval/", headers=HERE),
            client.post(f"/preview/{signed}/comments/", {"text": "Hello"}, headers=HERE),
        ]
        if any(answer.status_code != 404 or SECRET in answer.text for answer in answers):
            wrong[name] = [answer.status_code for answer in answers]
    assert wrong == {}
    assert not Comment.objects.exists()
    article.refresh_from_db()
    assert article.stage == "in_review"


@pytest.mark.parametrize(
    "number", ["9" * 18, "9" * 19, "9" * 400, "-1", "0", "1e3", "²", "x", "", " 1", "\0"]
)
def test_what_a_stolen_key_could_sign_is_no_error(article: Article, editor: User, number: str) -> None:
    link_to(article, editor)
    signed = Signer(salt=preview_links.SALT, sep=".").sign(number)
    response = Client(raise_request_exception=False).get(f"/preview/{signed.replace(chr(0), '%00')}/")
    assert response.status_code in (404, 410)
    assert SECRET not in response.text


def test_the_key_of_before_still_opens_it(article: Article, editor: User, settings: Any) -> None:
    address = path_of(link_to(article, editor))
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-" * 10
    assert Client().get(address).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert Client().get(address).status_code == 404


def test_the_database_holds_nothing_that_opens_it(article: Article, editor: User) -> None:
    link = link_to(article, editor)
    signature = path_of(link).split(".")[1].rstrip("/")
    assert signature not in str(PreviewLink.objects.filter(pk=link.pk).values().get())


def test_no_log_and_no_error_report_holds_it(article: Article, editor: User, caplog: Any) -> None:
    """Also when the request is refused, and Django's own logger writes its address down."""
    link = link_to(article, editor, may="comment")
    signed = path_of(link).split("/")[2]
    for more in ("", "comments/", "approval/"):
        Client().post(path_of(link, more), {"text": ""})
        Client().post(path_of(link, more), {"text": ""}, headers=HERE)
    get(link)
    formatter = structlog.stdlib.ProcessorFormatter(
        **{k: v for k, v in settings.LOGGING["formatters"]["line"].items() if k != "()"}
    )
    lines = [formatter.format(record) for record in caplog.records]
    assert len(lines) > 8
    assert [line for line in lines if signed in line] == []
    assert any("/preview/[removed]/comments/" in line for line in lines)
    reported = logs._scrub({"request": {"url": preview_links.address(link), "headers": {}}}, None)
    assert reported["request"]["url"] == "http://testserver/preview/[removed]/"
    asked = RequestFactory().get(path_of(link))
    assert RequestLogMiddleware.format_request(asked) == "GET /preview/[removed]/"


def test_too_many_looks_are_turned_away(article: Article, editor: User) -> None:
    path = path_of(link_to(article, editor))
    answers = [Client().get(path).status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]
    assert Client(REMOTE_ADDR="192.0.2.7").get(path).status_code == 200


# --- saying something -------------------------------------------------------------------------------------------------


def test_a_comment_stands_in_the_name_of_whom_the_link_is_for(
    article: Article, editor: User, author: User
) -> None:
    Article.objects.update(created_by=author)
    link = link_to(article, editor, may="comment")
    response = Client().post(
        path_of(link, "comments/"), {"text": "  Why <b>low</b>?\r\nI ask. "}, headers=HERE
    )
    assert response.headers["Location"] == path_of(link)
    assert not response.cookies
    said = Comment.objects.get()
    assert (said.by, said.by_name, said.field) == (None, "Ada", "")
    assert (said.text, said.revision) == ("Why <b>low</b>?\nI ask.", link.revision)
    assert EditorialEvent.objects.get(action="commented").who == "Ada"
    assert "Why &lt;b&gt;low&lt;/b&gt;?<br>I ask." in get(link).text


def test_what_others_said_is_not_shown(article: Article, editor: User) -> None:
    workflow.comment(article, by=editor, text="Between us: weak.")
    workflow.comment(article, by=None, by_name="Bob", text="Bob's words.")
    response = get(link_to(article, editor, may="approve"))
    assert "Between us" not in response.text
    assert "Bob's" not in response.text


@pytest.mark.parametrize("text", ["", "   ", "x" * 5001, "a\0b"])
def test_a_comment_that_cannot_be_kept_is_given_back(article: Article, editor: User, text: str) -> None:
    link = link_to(article, editor, may="comment")
    response = Client().post(path_of(link, "comments/"), {"text": text}, headers=HERE)
    assert response.status_code == 400
    assert f'href="{path_of(link)}"' in response.text
    assert response.headers["Cache-Control"] == "private, no-store"
    assert not Comment.objects.exists()


def test_a_link_for_looking_takes_nothing(article: Article, editor: User) -> None:
    link = link_to(in_review(article), editor)
    for where in ("comments/", "approval/"):
        assert Client().post(path_of(link, where), {"text": "Hello"}, headers=HERE).status_code == 403
    other = link_to(article, editor, may="comment")
    assert Client().post(path_of(other, "approval/"), headers=HERE).status_code == 403
    article.refresh_from_db()
    assert (article.stage, Comment.objects.count()) == ("in_review", 0)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://testserver"}, 302),
        ({"sec-fetch-site": "same-origin"}, 302),
        ({}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "https://testserver"}, 403),
        ({"origin": "http://testserver.evil.example"}, 403),
        ({"origin": "http://evil.example", "sec-fetch-site": "same-origin"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ],
)
def test_forms_are_taken_from_this_site_alone(
    article: Article, editor: User, headers: dict[str, str], status: int
) -> None:
    link = link_to(in_review(article), editor, may="approve")
    client = Client(enforce_csrf_checks=True)
    data = {"text": "Hello"}
    assert client.post(path_of(link, "comments/"), data, headers=headers).status_code == status
    assert client.post(path_of(link, "approval/"), headers=headers).status_code == status
    assert Comment.objects.count() == (status == 302)


def test_nobody_fills_the_desk_with_comments(article: Article, editor: User) -> None:
    path = path_of(link_to(article, editor, may="comment"), "comments/")
    answers = [Client().post(path, {"text": str(n)}, headers=HERE).status_code for n in range(31)]
    assert answers == [302] * 30 + [429]
    addresses = [f"192.0.2.{n}" for n in range(1, 41)]
    answers = [Client(REMOTE_ADDR=a).post(path, {"text": a}, headers=HERE).status_code for a in addresses]
    assert answers[0] == 302
    assert answers[-1] == 429
    assert Comment.objects.count() == 60


@pytest.mark.parametrize("where", ["comments/", "approval/"])
def test_dead_links_take_nothing(article: Article, editor: User, where: str) -> None:
    link = link_to(in_review(article), editor, may="approve")
    edit(article, headline="Another")
    assert is_dead(Client().post(path_of(link, where), {"text": "Hello"}, headers=HERE), SUPERSEDED)
    assert not Comment.objects.exists()
    article.refresh_from_db()
    assert article.stage == "in_review"


@pytest.mark.parametrize("where", ["comments/", "approval/"])
def test_the_forms_addresses_show_nothing(article: Article, editor: User, where: str) -> None:
    link = link_to(article, editor, may="approve")
    assert Client().get(path_of(link, where)).status_code == 405
    assert Client().post(path_of(link), headers=HERE).status_code == 405


# --- approving --------------------------------------------------------------------------------------------------------


def test_an_approval_is_given_once_to_the_revision_that_was_looked_at(article: Article, editor: User) -> None:
    link = link_to(in_review(article), editor, may="approve")
    assert "Approve this version" in get(link).text
    response = Client().post(path_of(link, "approval/"), headers=HERE)
    assert response.headers["Location"] == path_of(link)
    article.refresh_from_db()
    assert (article.stage, article.approved_version) == ("approved", 1)
    event = EditorialEvent.objects.get(action="approved")
    assert (event.by, event.who, event.revision) == (None, "Ada", link.revision)
    assert event.why == "With a preview link that Edith Editor made."
    page = get(link).text
    assert "This version is approved." in page
    assert "Approve this version" not in page
    again = Client().post(path_of(link, "approval/"), headers=HERE)
    assert (again.status_code, "approved already" in again.text) == (409, True)
    assert EditorialEvent.objects.filter(action="approved").count() == 1


def test_it_is_offered_only_while_it_waits_for_a_review(article: Article, editor: User) -> None:
    link = link_to(article, editor, may="approve")
    assert "Approve this version" not in get(link).text
    assert Client().post(path_of(link, "approval/"), headers=HERE).status_code == 409
    workflow.submit(article, by=None)
    assert "Approve this version" in get(link).text
    workflow.request_changes(article, by=None, why="Shorter.")
    assert "Approve this version" not in get(link).text
    assert Client().post(path_of(link, "approval/"), headers=HERE).status_code == 409
    article.refresh_from_db()
    assert article.stage == "changes_requested"


def test_an_edit_between_looking_and_approving_is_noticed(article: Article, editor: User) -> None:
    link = link_to(in_review(article), editor, may="approve")
    assert get(link).status_code == 200
    edit(article, headline="Something worse")
    assert is_dead(Client().post(path_of(link, "approval/"), headers=HERE), SUPERSEDED)
    article.refresh_from_db()
    assert article.approved_version is None


def test_edits_of_what_is_live_can_be_approved(editor: User) -> None:
    article = factories.article()
    edit(article, headline="Better")
    link = link_to(in_review(article), editor, may="approve")
    Client().post(path_of(link, "approval/"), headers=HERE)
    article.refresh_from_db()
    assert (article.approved_version, article.live_version) == (2, 1)


def test_it_cannot_approve_any_more_when_who_made_it_cannot(article: Article, editor: User) -> None:
    link = link_to(in_review(article), editor, may="approve")
    editor.groups.set([Group.objects.get(name="Author")])
    Article.objects.update(created_by=editor)
    assert "Approve this version" not in get(link).text
    assert Client().post(path_of(link, "approval/"), headers=HERE).status_code == 409
    assert Client().post(path_of(link, "comments/"), {"text": "Hello"}, headers=HERE).status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rival", ["approval", "edit"])
def test_of_two_at_once_one_is_refused(article: Article, editor: User, rival: str) -> None:
    link = link_to(in_review(article), editor, may="approve")
    start, statuses = threading.Barrier(4), []

    def approve() -> None:
        start.wait()
        statuses.append(Client().post(path_of(link, "approval/"), headers=HERE).status_code)
        connections.close_all()

    def change() -> None:
        start.wait()
        edit(Article.objects.get(pk=article.pk), headline="Meanwhile")
        connections.close_all()

    rivals = [approve] * 4 if rival == "approval" else [approve, approve, approve, change]
    threads = [threading.Thread(target=act) for act in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    article.refresh_from_db()
    approvals = EditorialEvent.objects.filter(action="approved").count()
    if rival == "approval":
        assert sorted(statuses) == [302, 409, 409, 409]
        assert (approvals, article.approved_version) == (1, 1)
    else:
        assert statuses.count(302) == approvals <= 1
        assert set(statuses) <= {302, 409, 410}
        assert (article.version, article.approved_version, article.stage) == (2, None, "in_review")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("where", ["comments/", "approval/"])
def test_what_is_said_while_somebody_saves_is_not_about_what_they_saved(
    article: Article, editor: User, where: str
) -> None:
    link, answers = link_to(in_review(article), editor, may="approve"), []

    def say() -> None:
        answers.append(Client().post(path_of(link, where), {"text": "Fine."}, headers=HERE))
        connections.close_all()

    thread = threading.Thread(target=say)
    with transaction.atomic():
        edit(article, headline="Not fine")
        thread.start()
        thread.join(0.7)
        assert thread.is_alive()
    thread.join(30)
    assert is_dead(answers[0], SUPERSEDED)
    assert not Comment.objects.exists()
    article.refresh_from_db()
    assert article.approved_version is None


# --- making them on the desk ------------------------------------------------------------------------------------------


def send(client: Client, content: Any, **data: Any) -> Any:
    shown = {"label": "Ada", "may": "view", "days": 7, "version": content.version}
    return client.post(links_page(content), shown | data)


def test_an_editor_makes_a_link_and_gets_its_address(article: Article, desk: Client, editor: User) -> None:
    response = send(desk, article, label="  Ada \n Lovelace ", may="comment", days=3)
    assert response.headers["Location"] == links_page(article)
    link = PreviewLink.objects.annotate(days=F("expires_at") - F("made_at")).get()
    assert (link.label, link.may, link.made_by, link.revision.number) == (
        "Ada Lovelace",
        "comment",
        editor,
        1,
    )
    assert abs(link.days - timedelta(days=3)) < timedelta(seconds=5)
    page = desk.get(links_page(article)).text
    assert f"<copy-text><code>{preview_links.address(link)}</code>" in page
    assert "Edith Editor" in page
    assert get(link).status_code == 200
    assert LogEntry.objects.get().change_message == "Made a preview link for Ada Lovelace."


def test_what_has_no_revision_yet_gets_its_first(desk: Client) -> None:
    content = factories.article(published=False)
    send(desk, content)
    assert get(PreviewLink.objects.get()).status_code == 200


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"label": ""}, "label"),
        ({"label": "x" * 101}, "label"),
        ({"label": "a\0b"}, "label"),
        ({"label": "edith  editor"}, "label"),
        ({"days": 0}, "days"),
        ({"days": 31}, "days"),
        ({"days": "1e9"}, "days"),
        ({"days": ""}, "days"),
        ({"may": "publish"}, "may"),
        ({"may": ""}, "may"),
        ({"version": ""}, "version"),
    ],
)
def test_nonsense_is_refused(article: Article, desk: Client, data: dict[str, Any], field: str) -> None:
    response = send(desk, article, **data)
    assert list(response.context["form"].errors) == [field]
    assert not PreviewLink.objects.exists()


@pytest.mark.parametrize("version", [0, 2, 10**12])
def test_what_its_maker_has_not_seen_is_not_shared(article: Article, desk: Client, version: int) -> None:
    response = desk.post(
        links_page(article), {"label": "Ada", "may": "view", "days": 1, "version": version}, follow=True
    )
    assert "edited since" in response.text
    assert not PreviewLink.objects.exists()


def test_an_author_shares_their_own_work_and_lets_nobody_approve_it(
    article: Article, author: User, signed_in: Any
) -> None:
    client = signed_in(author)
    assert client.get(links_page(article)).status_code == 404
    assert send(client, article).status_code == 404
    Article.objects.update(created_by=author)
    assert 'value="approve"' not in client.get(links_page(article)).text
    assert list(send(client, article, may="approve").context["form"].errors) == ["may"]
    assert send(client, article, may="comment").status_code == 302
    with pytest.raises(workflow.Refused):
        link_to(article, author, may="approve")


def test_a_reviewer_lets_nobody_approve_the_reviewers_own_work(
    article: Article, desk: Client, editor: User
) -> None:
    assert 'value="approve"' in desk.get(links_page(article)).text
    link = link_to(in_review(article), editor, may="approve")
    Article.objects.update(created_by=editor)
    assert 'value="approve"' not in desk.get(links_page(article)).text
    assert list(send(desk, article, may="approve").context["form"].errors) == ["may"]
    assert Client().post(path_of(link, "approval/"), headers=HERE).status_code == 409


def test_only_who_made_a_link_gets_its_address(
    article: Article, editor: User, author: User, signed_in: Any
) -> None:
    Article.objects.update(created_by=author)
    link = link_to(in_review(article), editor, may="approve")
    page = signed_in(author).get(links_page(article)).text
    assert "Ada" in page
    assert path_of(link) not in page
    assert signed_in(author).post(f"{links_page(article)}{link.pk}/revocation/").status_code == 302
    assert is_dead(get(link), WITHDRAWN)


def test_who_may_only_look_makes_none(article: Article, author: User, signed_in: Any) -> None:
    author.groups.clear()
    author.user_permissions.set(
        Permission.objects.filter(codename__in=["view_article", "edit_all_article", "review_article"])
    )
    client = signed_in(author)
    assert client.get(preview_of(article)).status_code == 200
    assert "links/" not in client.get(preview_of(article)).text
    assert client.get(links_page(article)).status_code == 403
    assert send(client, article).status_code == 403
    assert not PreviewLink.objects.exists()


def test_a_link_is_revoked_with_its_own_content_only(article: Article, desk: Client, editor: User) -> None:
    link, other = link_to(article, editor), factories.article()
    assert desk.post(f"{links_page(other)}{link.pk}/revocation/").status_code == 404
    assert desk.post(f"{links_page(article)}{'9' * 30}/revocation/").status_code == 404
    assert desk.get(f"{links_page(article)}{link.pk}/revocation/").status_code == 405
    assert get(link).status_code == 200


def test_what_is_archived_is_not_shared_but_its_links_can_be_revoked(
    article: Article, desk: Client, editor: User
) -> None:
    link = link_to(article, editor)
    workflow.archive(article, by=None)
    assert 'name="label"' not in desk.get(links_page(article)).text
    send(desk, article)
    assert PreviewLink.objects.count() == 1
    assert desk.post(f"{links_page(article)}{link.pk}/revocation/").status_code == 302
    assert is_dead(get(link), WITHDRAWN)


def test_the_list_says_what_became_of_each(article: Article, desk: Client, editor: User) -> None:
    old = link_to(article, editor)
    edit(article, headline="Another")
    revoked, expired, opened = (link_to(article, editor) for _ in range(3))
    preview_links.revoke(article, revoked.pk)
    PreviewLink.objects.filter(pk=expired.pk).update(expires_at=Now())
    states = {link.pk: state.value for link, state in preview_links.of(article)}
    assert states == {
        opened.pk: "open",
        expired.pk: "expired",
        revoked.pk: "revoked",
        old.pk: "superseded",
    }
    page = desk.get(links_page(article)).text
    assert page.count("<copy-text>") == 1


def test_many_links_cost_as_many_queries_as_one(article: Article, desk: Client, editor: User) -> None:
    link_to(article, editor)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            desk.get(links_page(article))
        counts.append(len(queries))
        link_to(article, editor)
        link_to(article, editor)
    assert counts[0] == counts[1]


def test_a_comment_reaches_the_authors(article: Article, editor: User, author: User) -> None:
    Article.objects.update(created_by=author)
    link = link_to(article, editor, may="comment")
    Client().post(path_of(link, "comments/"), {"text": "Why?"}, headers=HERE)
    sent = Work.objects.get(kind="core.mail").payload
    assert sent["to"] == author.email
    assert "Ada has commented" in sent["text"]
    assert "Why?" in sent["text"]
