"""The demo magazine as readers get it. Filled once for all tests of this module; none of them writes."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import User
from articles.models import Article, Section, Series
from core.invariants import examine
from core.models import Work
from media_pipeline.images import ensure_bucket
from media_pipeline.models import MediaAsset
from ops.demo.pictures import picture, portrait
from pages.models import FrontPageSlot, StaticPage
from people.models import Person
from publishing import revisions
from publishing.desk.questions import mine, overdue, waiting, waived
from publishing.models import Comment, EditorialEvent, Publication, Publishable, Topic, Waiver
from publishing.writing.notes import notes_on_newest

UNSOUND = "the-thermometer-that-cried-wolf"
FEATURES = {
    "heading": '<h3 id="',
    "footnote": 'role="doc-endnotes"',
    "admonition": '<aside class="admonition',
    "folded box": "<details",
    "table": '<div class="table"',
    "task list": 'class="task-list-item-checkbox"',
    "titled code": '<p class="code-title">',
    "marked line": 'class="hll"',
    "pull quote": '<blockquote class="pullquote">',
    "figure": '<figure class="figure">',
    "wide figure": '<figure class="figure wide">',
    "full figure": '<figure class="figure full">',
    "credit": '<span class="credit">',
    "embed": '<figure class="embed embed-youtube">',
    "definition list": "<dl>",
}


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="module")
def printed(django_db_setup: None, django_db_blocker: DjangoDbBlocker, var: Path) -> Iterator[str]:
    """What `manage.py demo` prints in production."""
    out = io.StringIO()
    with django_db_blocker.unblock(), transaction.atomic():
        ensure_bucket()
        with override_settings(VAR_DIR=var):
            call_command("demo", stdout=out)
        yield out.getvalue()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _filled(printed: str) -> None: ...


def readable() -> list[Article | StaticPage]:
    return [*Article.objects.live(), *StaticPage.objects.live()]


def everything() -> list[Article | StaticPage]:
    return [*Article.objects.all(), *StaticPage.objects.all()]


def users() -> list[User]:
    return list(User.objects.order_by("email"))


def bodies() -> str:
    return "\n".join(content.body_html for content in everything())


def test_there_is_a_whole_magazine():
    assert Article.objects.live().count() == 14
    assert [article.slug for article in Article.objects.scheduled()] == ["the-shelf-life-of-a-link"]
    assert Article.objects.filter(status=Publishable.Status.DRAFT).count() == 4
    assert [article.slug for article in Article.objects.filter(status="archived")] == [
        "the-worst-regular-expression"
    ]
    assert Article.objects.filter(sponsored=True).exclude(sponsor="").count() == 1
    assert Section.objects.count() == 4
    assert sorted(series.articles.live().count() for series in Series.objects.all()) == [2, 3]
    assert Person.objects.exclude(bio_html="").exclude(portrait=None).count() == 6
    assert Topic.objects.count() >= 10
    assert [slot.place for slot in FrontPageSlot.objects.all()] == ["lead", "secondary", "secondary"]
    assert set(StaticPage.objects.live().values_list("slug", flat=True)) == {"about", "imprint", "privacy"}


def test_its_dates_spread_over_eight_months_and_one_is_next_week():
    now = timezone.now()
    oldest, newest = (
        Article.objects.live().earliest("published_at"),
        Article.objects.live().latest("published_at"),
    )
    assert now - timedelta(days=250) < oldest.published_at < now - timedelta(days=210)  # type: ignore[operator]
    assert now - timedelta(days=7) < newest.published_at < now  # type: ignore[operator]
    scheduled = Article.objects.scheduled().get().published_at
    assert scheduled
    assert now + timedelta(days=5) < scheduled < now + timedelta(days=8)


def test_nobody_is_told_that_old_articles_went_live():
    assert not Article.objects.due_for_announcement().exists()


@pytest.mark.parametrize("feature", FEATURES)
def test_every_feature_of_markdown_is_shown(feature: str):
    assert FEATURES[feature] in bodies()


def test_articles_are_of_a_good_length():
    for article in Article.objects.live():
        assert 300 < article.body_words < 1300, article.slug


def test_every_page_renders():
    publication = Publication.current()
    linked = [link.url for link in (*publication.header_links, *publication.footer_links)]
    paths = ["/", "/feed/", "/articles/", *linked, *(content.get_absolute_url() for content in readable())]
    paths += [section.get_absolute_url() for section in Section.objects.all()]
    paths += [series.get_absolute_url() for series in Series.objects.all()]
    paths += [person.get_absolute_url() for person in Person.objects.all()]
    paths += [topic.get_absolute_url() for topic in Topic.objects.all()]
    answers = {path: Client().get(path).status_code for path in paths}
    assert {path: status for path, status in answers.items() if status != 200} == {}


def test_what_is_on_the_desk_or_over_is_hidden():
    live = {content.item_id for content in readable()}
    hidden = [content for content in everything() if content.item_id not in live]
    assert [Client().get(content.get_absolute_url()).status_code for content in hidden] == [404] * 7


def test_links_between_its_pages_resolve():
    paths = {
        urlsplit(href).path
        for href in re.findall(r'href="(/[^"]*)"', "".join(c.body_html for c in readable()))
    }
    assert len(paths) > 3
    assert {path for path in paths if Client().get(path).status_code != 200} == set()


def test_links_inside_a_page_have_their_target():
    for content in everything():
        targets = re.findall(r'href="#([^"]+)"', content.body_html)
        assert [target for target in targets if f'id="{target}"' not in content.body_html] == []


def test_every_image_says_what_it_shows_and_who_made_it():
    silent = MediaAsset.objects.filter(kind="image", decorative=False, alt="")
    assert [asset.name for asset in silent] == [f"{UNSOUND}-alarms.jpg"]  # for the linter to find
    assert not MediaAsset.objects.filter(credit="").exists()
    shown = "".join(content.body_html for content in readable())
    assert all(re.search(r'alt="[^"]+"', tag) for tag in re.findall(r"<img[^>]*>", shown))
    assert "missing-image" not in bodies()
    assert "image:" not in bodies()


def test_every_article_that_somebody_has_finished_has_a_hero_of_its_own():
    heroes = list(Article.objects.exclude(slug=UNSOUND).values_list("hero", flat=True))
    assert None not in heroes
    assert len(heroes) == len(set(heroes))


def test_each_role_can_log_in_and_all_but_the_reader_open_the_admin(printed: str):
    logins = [line.split() for line in printed.splitlines()[2:]]
    assert [role for role, _, _ in logins] == ["administrator", "editor", "author", "publisher", "reader"]
    for role, email, password in logins:
        user = User.objects.get(email=email)
        assert user.check_password(password)
        assert EmailAddress.objects.get(user=user).verified
        assert user.is_superuser == (role == "administrator")
        client = Client()
        client.force_login(user)
        assert client.get("/admin/").status_code == (302 if role == "reader" else 200)
    assert len({password for _, _, password in logins}) == 5


def test_each_has_the_role_that_its_address_says():
    held = {user.email.partition("@")[0]: [group.name for group in user.groups.all()] for user in users()}
    assert held == {
        "administrator": [],
        "author": ["Author"],
        "editor": ["Editor"],
        "publisher": ["Publisher"],
        "reader": [],
    }
    assert {person.name: str(person.user) for person in Person.objects.exclude(user=None)} == {
        "Marit Solheim": "Marit Solheim",
        "Daniel Osei": "Daniel Osei",
    }


def test_each_finds_what_waits_for_them():
    asked = {"mine": mine, "waiting": waiting, "overdue": overdue, "waived": waived}
    found = {
        user.email.partition("@")[0]: {
            name: set(ask(Article.objects.editable_by(user), user).values_list("slug", flat=True))
            for name, ask in asked.items()
        }
        for user in users()
        if not user.is_superuser and user.is_staff
    }
    in_review = {"minus-nineteen", "draw-the-chart-yourself"}
    late = {"fluid-type-with-the-arithmetic-showing"}
    assert found["author"] == {
        "mine": in_review | {UNSOUND, "a-lamp-for-the-bicycle-shed"},
        "waiting": {"a-lamp-for-the-bicycle-shed"},
        "overdue": set(),
        "waived": set(),
    }
    assert found["editor"]["waiting"] == in_review
    assert found["editor"]["overdue"] == found["publisher"]["overdue"] == late
    assert found["publisher"]["waived"] == {"print-it-properly"}


def test_the_approved_one_is_scheduled_and_edits_of_a_live_one_wait():
    scheduled = Article.objects.scheduled().get()
    assert (scheduled.stage, scheduled.approved_version) == ("approved", scheduled.version)
    live = Article.objects.get(slug="draw-the-chart-yourself")
    assert (live.has_edits_waiting, live.stage) == (True, "in_review")
    newest = revisions.newest(live)
    assert newest.made_by == live.created_by == User.objects.get(email="author@example.org")
    assert "first evening" in newest.snapshot["fields"]["body"]
    assert "first evening" not in live.body


def test_the_request_for_changes_is_about_the_headline():
    said = Comment.objects.get()
    assert (said.field, said.by) == ("headline", User.objects.get(email="editor@example.org"))
    asked = EditorialEvent.objects.get(action="changes_requested")
    assert asked.revision == said.revision


def test_the_notice_is_over_and_the_call_is_archived():
    assert [page.slug for page in StaticPage.objects.filter(expires_at__lt=timezone.now())] == [
        "moving-house"
    ]
    assert EditorialEvent.objects.get(action="archived").why


def test_the_linter_stops_nothing_but_the_draft_that_shows_it():
    stopped = {
        content.slug: sorted(note.finding.rule for note in notes_on_newest(content) if note.blocks)
        for content in everything()
    }
    assert {slug: rules for slug, rules in stopped.items() if rules} == {
        UNSOUND: ["image-alt", "python-syntax", "unfinished", "unfinished"]
    }
    warned = {note.finding.rule for note in notes_on_newest(Article.objects.get(slug=UNSOUND))}
    assert {"link-words", "heading-order"} < warned
    waiver = Waiver.objects.get()
    assert (waiver.rule, waiver.by) == ("python-syntax", User.objects.get(email="publisher@example.org"))
    assert waiver.reason


def test_everything_that_must_be_true_of_the_data_is():
    assert {verdict.name: verdict.violations for verdict in examine() if verdict.violations} == {}


def test_each_newest_revision_holds_what_is_around_the_text():
    for content in everything():
        held = revisions.numbered(content, content.live_version or content.version).snapshot
        assert held == revisions.snapshot(content), content.slug


def test_the_past_lies_in_the_past():
    now = timezone.now()
    last = {event.item_id: event.at for event in EditorialEvent.objects.order_by("pk")}
    assert max(last.values()) < now - timedelta(hours=18)
    in_order = EditorialEvent.objects.order_by("item", "pk").values_list("item", "at")
    assert list(in_order) == sorted(in_order)


def test_nobody_is_mailed_about_it():
    assert not Work.objects.filter(kind="core.mail").exists()


def test_production_keeps_the_passwords_nowhere(printed: str, var: Path):
    assert "http://testserver/admin/" in printed
    assert list(var.iterdir()) == []


def test_pictures_are_the_same_each_time():
    assert picture("weave", "night paper red", seed=3) == picture("weave", "night paper red", seed=3)
    assert picture("weave", "night paper red", seed=3) != picture("weave", "night paper red", seed=4)
    face = {"paper": "mint", "skin": "tan", "hair": "ink", "style": "bob", "clothes": "red"}
    assert portrait(**face) == portrait(**face)
