"""Other sites are asked politely, and a link is called dead only when it is."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from articles.models import Article
from core import outbound, work
from core.models import Work
from publishing import linter, workflow
from publishing.links import link_checks, outside_links
from publishing.linter import Level
from publishing.models import KINDS, OutsideLink, Publishable, Revision, digest_of
from tests import factories
from tests.harness.servers import free_port
from tests.harness.sites import Answer, Site, resolving
from tests.harness.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)

State = OutsideLink.State
DAY = timedelta(days=1)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as one:
        yield one


@pytest.fixture
def quick(monkeypatch) -> None:
    """Not what the test is about: how long one waits."""
    monkeypatch.setattr(link_checks, "PAUSE", 0.02)


def link(url: str, **fields: Any) -> OutsideLink:
    host = url.split("/")[2].rpartition(":")[0] or url.split("/")[2]
    return OutsideLink.objects.create(**{"url": url, "digest": digest_of(url), "host": host} | fields)


def checked(row: OutsideLink) -> OutsideLink:
    """The row after the work was done once."""
    run(link_checks.CHECK, link_checks.DUE)
    row.refresh_from_db()
    return row


def run(kind: str, key: str) -> Work:
    found = work.enqueue(kind, key)
    work.run(found.pk)
    found.refresh_from_db()
    assert found.problem == ""
    return found


def days_pass(days: float) -> None:
    """For the links: all that happened to them did so earlier."""
    ago = timedelta(days=days)
    OutsideLink.objects.update(
        next_check_at=F("next_check_at") - ago,
        first_failed_at=F("first_failed_at") - ago,
        checked_at=F("checked_at") - ago,
        seen_at=F("seen_at") - ago,
    )


def due_in(row: OutsideLink) -> timedelta:
    return row.next_check_at - timezone.now()


# --- what is linked to --------------------------------------------------------------------------------------------


def collect() -> None:
    for row in Work.objects.filter(kind=outside_links.COLLECT, state=Work.State.WAITING):
        work.run(row.pk)


def known() -> list[str]:
    return sorted(OutsideLink.objects.values_list("url", flat=True))


def test_the_links_of_a_text_are_collected_once_each() -> None:
    body = """
    [one](https://one.example/a#part), [again](https://one.example/a), <https://two.example/>, https://three.example/x.

    <a href="//four.example/">four</a> ![no link](https://five.example/a.png) `https://six.example/`
    """
    factories.article(body="\n".join(line.strip() for line in body.splitlines()))
    collect()
    assert known() == [
        "https://four.example/",
        "https://one.example/a",
        "https://three.example/x",
        "https://two.example/",
    ]
    assert OutsideLink.objects.get(url="https://one.example/a").host == "one.example"


def test_links_to_ourselves_and_other_schemes_are_not_collected() -> None:
    body = "[a](/about/) [b](http://testserver/a/) [c](mailto:a@b.example) [d](#part) [e](tel:1) //"
    factories.article(body=body)
    collect()
    assert known() == []


def test_a_text_without_links_makes_no_work() -> None:
    factories.article(body="Just words.")
    assert not Work.objects.filter(kind=outside_links.COLLECT).exists()


def test_edits_that_wait_are_collected_too() -> None:
    article = factories.article(body="https://old.example/")
    newest = Revision.objects.filter(item=article.item).latest("number")
    fields = {**newest.snapshot["fields"], "body": "https://new.example/"}
    workflow.edited(article, {**newest.snapshot, "fields": fields}, by=None)
    article.refresh_from_db()
    assert article.body == "https://old.example/"
    collect()
    assert known() == ["https://new.example/", "https://old.example/"]


def test_the_sweep_finds_what_was_saved_past_the_desk_and_forgets_what_is_linked_no_more() -> None:
    factories.article(body="https://kept.example/", published=False)
    page = factories.static_page(body="https://page.example/")
    type(page).objects.filter(pk=page.pk).update(body="https://page.example/new")
    Work.objects.all().delete()
    link("https://gone.example/")
    days_pass(8)
    link("https://lately.example/")
    outside_links.collect_everything()
    collect()
    assert known() == ["https://kept.example/", "https://lately.example/", "https://page.example/new"]


def test_an_interrupted_sweep_goes_on_where_it_was(monkeypatch) -> None:
    monkeypatch.setattr(outside_links, "_AT_ONCE", 1)
    for number in range(3):
        factories.article(body=f"https://{number}.example/")
    kinds = dict(KINDS)
    first = Article.objects.order_by("pk")[1]
    row = work.enqueue(outside_links.COLLECT, outside_links.EVERYTHING)
    Work.objects.filter(pk=row.pk).update(
        checkpoint={
            "began": timezone.now().isoformat(),
            "done": dict.fromkeys(kinds, 0) | {"article": first.pk},
        }
    )
    work.run(row.pk)
    assert known() == ["https://2.example/"]


def test_registering_the_same_links_at_once_ends_in_one_row_each() -> None:
    factories.article(body=" ".join(f"https://{number}.example/" for number in range(50)))
    factories.article(body=" ".join(f"https://{number}.example/" for number in reversed(range(50))))
    rows = list(Work.objects.filter(kind=outside_links.COLLECT).values_list("pk", flat=True))
    left = iter(rows)
    lock = threading.Lock()

    def one() -> None:
        with lock:
            number = next(left)
        work.run(number)

    in_threads(2, one)
    assert len(known()) == 50


def test_saving_asks_nobody(site: Site) -> None:
    article = factories.article(body=site.answer("/", 404))
    linter.lint(article)
    collect()
    linter.lint(article)
    assert site.log == []


# --- what an answer means -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("quick")
def test_a_good_link_is_asked_with_head_and_again_in_a_week(site: Site) -> None:
    row = checked(link(site.answer("/", 200)))
    assert (row.state, row.status, row.problem, row.failures) == (State.GOOD, 200, "", 0)
    assert site.asked() == ["HEAD /"]
    assert timedelta(days=6.9) < due_in(row) < timedelta(days=8.1)
    assert site.log[0].headers["User-Agent"].startswith("Masthead-linkcheck (+http")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_dead_at_once_when_get_says_so_too(site: Site, status: int) -> None:
    row = checked(link(site.answer("/", status)))
    assert (row.state, row.status, row.failures) == (State.DEAD, status, 1)
    assert str(status) in row.problem
    assert site.asked() == ["HEAD /", "GET /"]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("status", [403, 405, 501, 404, 500])
def test_a_server_that_does_not_know_head_is_asked_with_get(site: Site, status: int) -> None:
    row = checked(link(site.answer("/", status, 200)))
    assert (row.state, row.status) == (State.GOOD, 200)
    assert site.asked() == ["HEAD /", "GET /"]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("status", [400, 401, 402, 403, 405, 406, 429, 451])
def test_who_does_not_want_us_says_nothing_about_the_page(site: Site, status: int) -> None:
    row = link(site.answer("/", status))
    for _ in range(5):
        checked(row)
        assert (row.state, row.status, row.failures) == (State.UNCLEAR, status, 0)
        assert due_in(row) > timedelta(days=6.9)
        days_pass(9)


@pytest.mark.usefixtures("quick")
def test_trouble_that_passes_is_forgotten(site: Site) -> None:
    row = checked(link(site.answer("/", 500, 500, 200)))
    assert (row.state, row.failures) == (State.FAILING, 1)
    assert timedelta(days=0.9) < due_in(row) < timedelta(days=1.2)
    days_pass(1.2)
    checked(row)
    assert (row.state, row.failures, row.first_failed_at, row.problem) == (State.GOOD, 0, None, "")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("kind", ["500", "nobody listens", "nonsense"])
def test_trouble_is_called_dead_only_after_several_days(site: Site, kind: str) -> None:
    port = free_port()
    urls = {
        "500": site.answer("/500", 500),
        "nobody listens": f"http://127.0.0.1:{port}/",
        "nonsense": site.answer("/nonsense", lambda request: request.wfile.write(b"words")),
    }
    row = link(urls[kind])
    states, spacings = [], []
    with outbound.allowing(("127.0.0.1", port)):
        for _ in range(4):
            states.append(checked(row).state)
            spacings.append(round(due_in(row) / DAY))
            days_pass(due_in(row) / DAY + 0.01)
    assert states == [State.FAILING, State.FAILING, State.DEAD, State.DEAD]
    assert [
        low <= days <= high
        for days, (low, high) in zip(spacings, [(1, 1), (2, 2), (4, 5), (8, 9)], strict=True)
    ]
    assert row.problem.endswith(".")


@pytest.mark.usefixtures("quick")
def test_failing_often_on_one_day_is_not_dead(site: Site) -> None:
    row = link(site.answer("/", 500))
    for _ in range(6):
        checked(row)
        OutsideLink.objects.update(next_check_at=Now())
    assert (row.state, row.failures) == (State.FAILING, 6)


@pytest.mark.usefixtures("quick")
def test_an_unknown_host_is_asked_for_again_in_an_hour_and_dead_then(monkeypatch) -> None:
    with resolving(monkeypatch, gone_test=[[]]):
        row = checked(link("http://gone.test/a"))
        assert (row.state, row.status, row.problem) == (State.FAILING, None, "There is no host gone.test.")
        assert timedelta(minutes=55) < due_in(row) < timedelta(minutes=75)
        days_pass(0.1)
        assert checked(row).state == State.DEAD


@pytest.mark.usefixtures("quick")
def test_a_dead_link_can_come_back(site: Site) -> None:
    row = checked(link(site.answer("/", 404, 404, 200)))
    assert row.state == State.DEAD
    days_pass(2)
    assert checked(row).state == State.GOOD


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://169.254.169.254/", "http://user@a.example/", "http://a.example:22/"]
)
def test_what_we_do_not_ask_is_unclear(url: str) -> None:
    row = checked(link(url))
    assert row.state == State.UNCLEAR
    assert row.problem.endswith(".")


@pytest.mark.usefixtures("quick")
def test_where_it_has_moved_for_good_is_kept(site: Site) -> None:
    site.answer("/old", Answer(301, {"Location": "/new"}))
    site.answer("/new", Answer(308, {"Location": "/newest"}))
    site.answer("/newest", Answer(302, {"Location": "/today"}))
    site.answer("/today", 200)
    row = checked(link(site.url("/old")))
    assert (row.state, row.status, row.final_url) == (State.GOOD, 200, site.url("/newest"))


@pytest.mark.usefixtures("quick")
def test_a_passing_redirect_is_no_move(site: Site) -> None:
    site.answer("/old", Answer(302, {"Location": "/new"}))
    site.answer("/new", Answer(301, {"Location": "/newest"}))
    site.answer("/newest", 200)
    assert checked(link(site.url("/old"))).final_url == ""


@pytest.mark.usefixtures("quick")
def test_a_page_that_moved_to_nowhere_is_dead(site: Site) -> None:
    row = checked(link(site.answer("/old", Answer(301, {"Location": "/new"}))))
    assert (row.state, row.final_url) == (State.DEAD, "")


@pytest.mark.usefixtures("quick")
def test_an_endless_body_is_not_read(site: Site) -> None:
    def endless(request: Any) -> None:
        if request.command == "HEAD":
            request.wfile.write(b"HTTP/1.1 405 x\r\n\r\n")
            return
        request.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            request.wfile.write(b"x" * 65536)

    assert checked(link(site.answer("/", endless))).state == State.GOOD


# --- manners ------------------------------------------------------------------------------------------------------


def gaps(site: Site) -> list[float]:
    """Seconds between an answer and the next question."""
    log = site.log
    return [later.began - earlier.ended for earlier, later in pairwise(log)]


def test_a_host_is_asked_one_thing_at_a_time_with_a_pause_between(monkeypatch) -> None:
    """Redirects, the second question with GET and the next run included; another host does not wait for it."""
    assert link_checks.PAUSE == 1
    monkeypatch.setattr(link_checks, "PAUSE", 0.3)
    with Site(slowly=0.1) as site, Site("127.0.0.2") as other:
        site.answer("/moved", Answer(301, {"Location": "/a"}))
        link(site.answer("/a", 405, 200))
        link(site.url("/moved"))
        link(other.answer("/x", 200))
        link(other.answer("/y", 200))
        run(link_checks.CHECK, link_checks.DUE)
        link(site.answer("/b", 200))
        run(link_checks.CHECK, link_checks.DUE)
        assert sorted(site.asked()) == ["GET /a", "HEAD /a", "HEAD /a", "HEAD /b", "HEAD /moved"]
        assert sorted(other.asked()) == ["HEAD /x", "HEAD /y"]
        assert min(gaps(site)) >= 0.29
        assert min(gaps(other)) >= 0.29
        assert max(one.began for one in other.log) < max(one.began for one in site.log)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured_for_the_whole_host(site: Site, status: int) -> None:
    three_days = str(3 * 24 * 3600)
    first = link(site.answer("/a", Answer(status, {"Retry-After": three_days})))
    second = link(site.answer("/b", 200))
    checked(first)
    second.refresh_from_db()
    assert site.asked() == ["HEAD /a"]
    assert due_in(first) > timedelta(days=2.99)
    assert second.state == State.UNCHECKED
    assert timedelta(days=2.99) < due_in(second) <= timedelta(days=3)
    days_pass(3)
    assert checked(second).state == State.GOOD


@pytest.mark.usefixtures("quick")
def test_an_absurd_retry_after_does_not_end_the_checks(site: Site) -> None:
    row = checked(link(site.answer("/", Answer(429, {"Retry-After": "999999999"}))))
    assert due_in(row) <= timedelta(days=28 + 9)


@pytest.mark.usefixtures("quick")
def test_nothing_is_checked_twice(site: Site) -> None:
    for number in range(5):
        link(site.answer(f"/{number}", 200))
    run(link_checks.CHECK, link_checks.DUE)
    run(link_checks.CHECK, link_checks.DUE)
    assert site.asked() == [f"HEAD /{number}" for number in range(5)]


@pytest.mark.usefixtures("quick")
def test_two_workers_at_once_ask_for_each_link_once_and_one_at_a_time() -> None:
    with Site(slowly=0.05) as site:
        for number in range(6):
            link(site.answer(f"/{number}", 200))
        row = work.enqueue(link_checks.CHECK, link_checks.DUE)
        in_threads(2, lambda: work.run(row.pk))
        assert sorted(site.asked()) == [f"HEAD /{number}" for number in range(6)]
        assert min(gaps(site)) > 0


@pytest.mark.usefixtures("quick")
def test_an_orphan_finishes_its_question_and_asks_no_other(site: Site) -> None:
    """Its work is given to somebody else while the host is slow; what it learned is kept, and the host is left alone."""
    reached, go_on = threading.Event(), threading.Event()

    def slow(request: Any) -> None:
        reached.set()
        go_on.wait(10)
        request.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")

    first, second = link(site.answer("/slow", slow)), link(site.answer("/next", 200))
    row = work.enqueue(link_checks.CHECK, link_checks.DUE)
    orphan = threading.Thread(target=in_threads, args=(1, lambda: work.run(row.pk)))
    orphan.start()
    assert reached.wait(10)
    Work.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    work.run(row.pk)
    assert site.asked() == []
    go_on.set()
    orphan.join(10)
    first.refresh_from_db()
    assert (first.state, site.asked()) == (State.GOOD, ["HEAD /slow"])
    assert checked(second).state == State.GOOD


@pytest.mark.usefixtures("quick")
def test_a_run_ends_in_time_and_leaves_the_rest_to_another(site: Site, monkeypatch) -> None:
    monkeypatch.setattr(link_checks, "RUN_SECONDS", 0.2)
    monkeypatch.setattr(link_checks, "PAUSE", 0.15)
    for number in range(8):
        link(site.answer(f"/{number}", 200))
    row = run(link_checks.CHECK, link_checks.DUE)
    assert 1 <= len(site.log) < 8
    assert row.state == Work.State.WAITING
    while row.state == Work.State.WAITING:
        work.run(row.pk)
        row.refresh_from_db()
    assert len(site.log) == 8


@pytest.mark.usefixtures("quick")
def test_what_a_killed_worker_was_asking_is_asked_again_later(site: Site) -> None:
    row = link(site.answer("/", 200), claimed_until=timezone.now() + timedelta(minutes=1))
    link(site.answer("/other", 200))
    checked(row)
    assert site.log == []
    OutsideLink.objects.update(claimed_until=F("claimed_until") - timedelta(minutes=2))
    assert checked(row).state == State.GOOD


def test_the_clock_asks_for_a_check_only_when_something_is_due() -> None:
    link("http://a.example/", next_check_at=timezone.now() + DAY)
    link_checks.check_due()
    assert not Work.objects.exists()
    OutsideLink.objects.update(next_check_at=Now())
    link_checks.check_due()
    assert [row.kind for row in Work.objects.all()] == [link_checks.CHECK]


# --- the linter ---------------------------------------------------------------------------------------------------


def outside_findings(content: Publishable) -> list[tuple[str, Level, int | None, str]]:
    return [
        (one.rule, one.level, one.line, one.excerpt)
        for one in linter.lint(content)
        if one.rule.startswith("link-outside-")
    ]


def test_the_linter_tells_what_the_checks_found(site: Site) -> None:
    body = "A [dead one](http://dead.example/#part).\n\nA [good](http://good.example/), a [new](http://new.example/).\n\n"
    body += "A [moved one](http://moved.example/), an [unclear](http://unclear.example/), a [weak](http://weak.example/)."
    article = factories.article(body=body)
    link(
        "http://dead.example/",
        state=State.DEAD,
        problem="It is gone.",
        failures=1,
        first_failed_at=timezone.now(),
    )
    link("http://good.example/", state=State.GOOD)
    link("http://moved.example/", state=State.GOOD, final_url="https://there.example/")
    link("http://unclear.example/", state=State.UNCLEAR, problem="Who knows.")
    link("http://weak.example/", state=State.FAILING, failures=1, first_failed_at=timezone.now())
    assert outside_findings(article) == [
        ("link-outside-dead", Level.WARNING, 1, "http://dead.example/#part"),
        ("link-outside-moved", Level.INFO, 5, "http://moved.example/"),
    ]


@pytest.mark.parametrize("links", [1, 3])
def test_the_linter_asks_once_a_rule_however_many_links(links: int, django_assert_num_queries) -> None:
    article = factories.article(body=" ".join(f"http://{number}.example/" for number in range(links)))
    for number in range(links):
        url = f"http://{number}.example/"
        link(url, state=State.DEAD, failures=1, first_failed_at=timezone.now())
    text = linter.Checked(article)
    for name, found in (("link-outside-dead", links), ("link-outside-moved", 0)):
        with django_assert_num_queries(1):
            assert len(list(linter.RULES[name].check(text))) == found
