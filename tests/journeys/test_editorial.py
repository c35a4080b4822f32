"""One article from its author's first words to an old version brought back, in two browsers and on real time."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings as site_settings
from django.db.models import F
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from articles.models import Article
from publishing import jobs
from search.models import IndexEntry
from tests import factories

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
LATER = timedelta(minutes=10)


@pytest.fixture
def browsers(site: str, browser: Browser) -> Iterator[dict[str, Page]]:
    """A window for each of them."""
    contexts = {name: browser.new_context() for name in ("author", "editor", "reader", "guest")}
    yield {name: context.new_page() for name, context in contexts.items()}
    for context in contexts.values():
        context.close()


def sign_in(site: str, page: Page, user: User) -> None:
    client = Client()
    client.force_login(user)
    session = client.cookies[site_settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": site_settings.SESSION_COOKIE_NAME, "value": session, "url": site}])


def time_passes(minutes: int) -> None:
    """To the database's clock it is the same whether time goes on or everything was planned earlier."""
    passed = timedelta(minutes=minutes)
    Article.objects.update(published_at=F("published_at") - passed, edits_at=F("edits_at") - passed)
    IndexEntry.objects.update(published_at=F("published_at") - passed)


def local(moment: timedelta) -> str:
    """What goes into a browser's field of day and time."""
    return timezone.localtime(timezone.now() + moment).strftime("%Y-%m-%dT%H:%M")


def said(page: Page, words: str) -> None:
    expect(page.locator(".messagelist")).to_contain_text(words)


def test_from_the_first_draft_to_an_old_version_brought_back(
    site: str, browsers: dict[str, Page], author: User, editor: User
) -> None:
    factories.section("Water")
    factories.person("Ana Author", user=author)
    write, edit, read, guest = (browsers[name] for name in ("author", "editor", "reader", "guest"))
    sign_in(site, write, author)
    sign_in(site, edit, editor)

    # The author writes, the linter complains, it is mended and submitted.
    write.goto(f"{site}/admin/")
    write.get_by_role("link", name="Write an article").click()
    write.get_by_label("Headline:").fill("Why the tide tables lie")
    write.get_by_label("Standfirst:").fill("A harbour master explains.")
    write.get_by_label("Body:").fill("The water came early. TODO: when?\n")
    write.get_by_role("button", name="Save", exact=True).click()
    said(write, "Saved.")
    expect(write.get_by_text("TODO").first).to_be_visible()
    write.get_by_role("button", name="Submit for review").click()
    expect(write.locator(".stops")).to_contain_text("TODO")
    write.get_by_role("link", name="Go on writing").click()
    write.get_by_label("Body:").fill("The water came early, at noon.\n")
    write.get_by_role("button", name="Submit for review").click()
    expect(write.locator(".stops")).to_have_count(0)
    write.get_by_role("button", name="Submit for review").click()
    said(write, "Submitted for review")
    article = Article.objects.get()
    form, publication = (
        f"{site}/admin/articles/article/{article.pk}/{page}/" for page in ("change", "publication")
    )

    # An editor finds it on the desk and asks for a change.
    edit.goto(f"{site}/admin/")
    edit.get_by_role("link", name="Why the tide tables lie").first.click()
    edit.goto(publication)
    edit.locator("summary", has_text="Ask for changes").click()
    edit.locator("form", has=edit.locator("[name=request_changes]")).locator("textarea").fill(
        "Which harbour?"
    )
    edit.locator("[name=request_changes]").click()
    said(edit, "Given back")
    write.goto(form)
    expect(write.locator(".standing")).to_contain_text("Which harbour?")
    write.get_by_label("Body:").fill("The water came early, at noon, in Brest.\n")
    write.get_by_role("button", name="Submit for review").click()
    write.get_by_role("button", name="Submit for review").click()
    said(write, "Submitted for review")

    # Approved and scheduled: it goes live on time, and no worker runs.
    edit.goto(publication)
    edit.locator("[name=approve]").click()
    said(edit, "Approved")
    edit.goto(publication)
    edit.get_by_label("At a time").check()
    edit.get_by_label("Day and time").fill(local(LATER))
    edit.locator("[name=publish]").click()
    said(edit, "Scheduled for")
    page = f"{site}/articles/why-the-tide-tables-lie/"
    expect_status(read, page, 404)
    time_passes(11)
    expect_status(read, page, 200)
    expect(read.locator("main")).to_contain_text("in Brest")

    # An edit of the live article waits. Its signed link shows it, until it is superseded.
    write.goto(form)
    write.get_by_label("Body:").fill("The water came early, at eleven, in Brest.\n")
    write.get_by_role("button", name="Save", exact=True).click()
    said(write, "Saved.")
    read.reload()
    expect(read.locator("main")).to_contain_text("at noon")
    write.goto(form)
    write.get_by_role("link", name="Share").click()
    write.get_by_label("for whom", exact=False).fill("Gwen, the harbour master")
    write.locator("form", has=write.get_by_label("for whom", exact=False)).locator(
        "button[type=submit]"
    ).click()
    link = write.get_by_text("/preview/").first.inner_text().strip()
    guest.goto(link)
    expect(guest.locator("main")).to_contain_text("at eleven")
    write.goto(form)
    write.get_by_label("Body:").fill("The water came early, at ten, in Brest.\n")
    write.get_by_role("button", name="Save", exact=True).click()
    said(write, "Saved.")
    expect_status(guest, link, 410)
    assert "at ten" not in guest.content()
    assert "at eleven" not in guest.content()

    # The edit is reviewed - by somebody else than its author - and published.
    write.goto(publication)
    write.get_by_role("button", name="Submit for review").click()
    said(write, "Submitted for review")
    edit.goto(publication)
    edit.locator("[name=approve]").click()
    edit.goto(publication)
    edit.locator("[name=publish_edits]").click()
    said(edit, "Published")
    read.reload()
    expect(read.locator("main")).to_contain_text("at ten")

    # And the old text comes back.
    write.goto(f"{site}/admin/articles/article/{article.pk}/history/")
    write.get_by_role("button", name="Restore version 3").click()
    write.get_by_role("dialog").get_by_role("button", name="Bring it back").click()
    said(write, "Version 3 is the newest version again")
    write.goto(publication)
    write.get_by_role("button", name="Submit for review").click()
    edit.goto(publication)
    edit.locator("[name=approve]").click()
    edit.goto(publication)
    edit.locator("[name=publish_edits]").click()
    said(edit, "Published")
    read.reload()
    expect(read.locator("main")).to_contain_text("at noon, in Brest")
    jobs.announce_due()
    assert Article.objects.get().announced_at


def expect_status(page: Page, url: str, status: int) -> None:
    answer = page.goto(url)
    assert answer
    assert answer.status == status
