"""Downloads on the desk, and as a file."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from episodes.downloads import charts, numbers
from episodes.downloads.numbers import Chosen, Point
from episodes.models import DownloadCount, Episode
from tests import factories

pytestmark = pytest.mark.django_db

PAGE = "/admin/episodes/downloadcount/"
TODAY = datetime.now(UTC).date()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def heard(of: Episode, days: int, count: int, app: str = "Overcast", country: str = "DE") -> None:
    DownloadCount.objects.create(episode=of, day=ago(days), app=app, country=country, count=count)


@pytest.fixture
def episodes(db: None) -> tuple[Episode, Episode]:
    """Two of two shows; the first one is a week old and was heard on three days."""
    begun = datetime.now(UTC) - timedelta(days=6)
    first, second = factories.episode("First & <b>best</b>", at=begun), factories.episode("Second")
    heard(first, 6, 100)
    heard(first, 5, 20, "Castro", "FR")
    heard(first, 0, 3)
    heard(second, 0, 1000, "=Evil", "")
    return first, second


def test_the_page_adds_up(signed_in, editor: User, episodes: tuple[Episode, Episode]) -> None:
    text = signed_in(editor).get(PAGE).content.decode()
    assert "<b>1,123</b> downloads" in text
    assert "First &amp; &lt;b&gt;best&lt;/b&gt;" in text
    for words in ("Overcast", "Castro", "Germany", "France", "Not known", "89.0%"):
        assert words in text
    assert "style=" not in text.split('id="content"')[1]


def test_one_show_or_one_episode_can_be_chosen(
    signed_in, editor: User, episodes: tuple[Episode, Episode]
) -> None:
    first, _second = episodes
    browser = signed_in(editor)
    for query in (f"show={first.show_id}", f"episode={first.pk}"):
        text = browser.get(f"{PAGE}?{query}").content.decode()
        assert "<b>123</b> downloads" in text
        assert "Second" not in text.split('id="content-main"')[1].split("</form>")[1]
    since = browser.get(f"{PAGE}?since={ago(5)}&until={ago(1)}").content.decode()
    assert "<b>20</b> downloads" in since


@pytest.mark.parametrize(
    "query",
    [
        "since=0001-01-01&until=9999-12-31",
        "since=x&until=%00",
        "since=2026-02-30",
        "since=9999-12-31",
        "until=0001-01-01",
        "show=999999",
        "show=x&episode=%00",
        "episode=-1",
        "since=2026-03-02&until=2026-03-01",
        "show=1' OR 1=1",
    ],
)
def test_nonsense_is_shown_as_something(signed_in, editor: User, episodes: Any, query: str) -> None:
    answer = signed_in(editor).get(f"{PAGE}?{query}")
    assert answer.status_code == 200
    assert len(answer.content) < 100_000


def test_a_first_day_after_the_last_is_said(signed_in, editor: User, episodes: Any) -> None:
    text = signed_in(editor).get(f"{PAGE}?since={ago(1)}&until={ago(3)}").content.decode()
    assert "The first day is after the last one." in text


def test_without_downloads_the_page_says_so(signed_in, editor: User) -> None:
    text = signed_in(editor).get(PAGE).content.decode()
    assert "Nobody has downloaded anything in this time" in text
    assert '<svg class="chart"' not in text


def test_authors_do_not_see_it(signed_in, author: User, client: Client) -> None:
    assert (
        signed_in(author).get(PAGE).status_code == signed_in(author).get(f"{PAGE}export/").status_code == 403
    )
    assert client.get(PAGE).status_code == 302


def test_the_file_has_the_counts_and_no_formulas(
    signed_in, editor: User, episodes: tuple[Episode, Episode]
) -> None:
    answer = signed_in(editor).get(f"{PAGE}export/")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="downloads-')
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert {(row["episode"], row["downloads"]) for row in rows} == {
        ("First & <b>best</b>", "100"),
        ("First & <b>best</b>", "20"),
        ("First & <b>best</b>", "3"),
        ("Second", "1000"),
    }
    assert rows[0] == {
        "day": ago(6).isoformat(),
        "show": episodes[0].show.name,
        "number": f"{episodes[0].number:.2f}",
        "episode": "First & <b>best</b>",
        "app": "Overcast",
        "country": "Germany",
        "downloads": "100",
    }
    assert [row["app"] for row in rows if row["episode"] == "Second"] == ["'=Evil"]
    assert signed_in(editor).get(f"{PAGE}export/?show=999999").status_code == 400


def test_the_page_takes_as_many_queries_for_many(signed_in, editor: User, django_assert_num_queries) -> None:
    browser, counts = signed_in(editor), []
    for more in (1, 2):
        for _ in range(more):
            heard(factories.episode(), 1, 5)
        browser.get(PAGE)
        with django_assert_num_queries(13) as asked:
            browser.get(PAGE)
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- the numbers ----------------------------------------------------------------------------------------------------


def test_the_first_days_are_those_after_the_publication(episodes: tuple[Episode, Episode]) -> None:
    first, second = episodes
    found = {one.episode.pk: one for one in numbers.beginnings(Chosen(ago(0), ago(0)), TODAY)}
    assert found[first.pk].counts == [100, 20, 0, 0, 0, 0, 3]
    assert found[first.pk].cumulative == [100, 120, 120, 120, 120, 120, 123]
    assert found[first.pk].cells == [(123, True), (123, False)]
    assert found[second.pk].cells == [(1000, False), (1000, False)]


def test_days_without_downloads_are_there(episodes: tuple[Episode, Episode]) -> None:
    points = numbers.by_day(Chosen(ago(6), ago(0), episode=episodes[0]))
    assert [point.count for point in points] == [100, 20, 0, 0, 0, 0, 3]


def test_a_long_time_is_shown_in_months(db: None) -> None:
    episode = factories.episode()
    for day, count in (
        (date(2024, 12, 31), 1),
        (date(2025, 1, 1), 2),
        (date(2025, 1, 31), 3),
        (date(2026, 2, 1), 4),
    ):
        DownloadCount.objects.create(episode=episode, day=day, app="Castro", count=count)
    points = numbers.by_day(Chosen(date(2024, 12, 15), date(2026, 2, 1)))
    assert (len(points), points[:3], points[-1]) == (
        15,
        [Point(date(2024, 12, 1), 1), Point(date(2025, 1, 1), 5), Point(date(2025, 2, 1), 0)],
        Point(date(2026, 2, 1), 4),
    )


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 4), (4, 4), (5, 5), (37, 50), (101, 200), (1234, 2000), (9999, 10000)]
)
def test_axes_end_at_a_round_number(highest: int, top: float) -> None:
    assert charts.ceiling(highest) == top


def test_a_chart_fits_its_box() -> None:
    chart = charts.columns([Point(ago(day), day * 7) for day in range(30)], by_month=False)
    assert all(bar.x >= 0 and bar.x + bar.width <= charts.WIDTH for bar in chart.bars)
    assert all(
        bar.y >= 0 and bar.y + bar.height == pytest.approx(charts.HEIGHT, abs=0.02) for bar in chart.bars
    )
    assert charts.columns([], by_month=False).bars == []


def test_the_rules_are_public(client: Client) -> None:
    page = client.get("/episodes/downloads/")
    assert page.status_code == 200
    assert "max-age=0" in page.headers["Cache-Control"]
    assert b"at least one minute of its sound" in page.content
