import json
import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.html import escape

from core.markdown import MarkdownTooComplex, render_inline
from core.templatetags import masthead


def rendered(source: str, **context: Any) -> str:
    html: str = Template("{% load masthead %}" + source).render(Context(context))
    return html


def test_a_path_becomes_an_address_on_this_site(settings):
    settings.SITE_URL = "https://magazine.example"
    assert rendered("{{ path|absolute }}", path="/articles/x/") == "https://magazine.example/articles/x/"


def test_a_headline_keeps_its_emphasis_and_loses_everything_dangerous():
    assert masthead.inline("A `NULL` that *was*") == "A <code>NULL</code> that <em>was</em>"
    hostile = rendered(
        "{{ text|inline }}", text='<script>alert(1)</script><img src=x onerror="alert(1)"> end'
    )
    assert "<script" not in hostile
    assert "<img" not in hostile
    assert hostile.endswith("end")


def test_a_headline_that_is_too_complex_is_shown_as_typed():
    typed = "*a _b " * 60 + "<i>" + "b_ a*" * 60
    with pytest.raises(MarkdownTooComplex):
        render_inline(typed)
    assert masthead.inline(typed) == escape(typed)


def test_structured_data_cannot_leave_its_script():
    described = {"headline": "</script><script>alert(1)</script> & <!-- \u2028", "who": "Łódź"}
    html = rendered("{% json_ld structured %}", structured=[described, {"@type": "Person"}])
    first, second = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert html.count("<script") == 2
    assert html.count("</script") == 2
    assert json.loads(first) == described
    assert json.loads(second) == {"@type": "Person"}
    assert "Łódź" in first


@pytest.mark.parametrize("nothing", [None, [], ""])
def test_no_structured_data_is_no_script(nothing):
    assert rendered("{% json_ld structured %}", structured=nothing) == ""


def test_a_day_is_written_for_readers_and_for_programs(settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    html = masthead.day(datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    assert html == '<time datetime="2026-03-01T23:30:00+00:00">2 March 2026</time>'
    assert masthead.day(None) == ""


@pytest.mark.parametrize(
    ("revised", "expected"),
    [
        (datetime(2026, 3, 1, 23, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 2, 0, 1, tzinfo=UTC), True),
        (datetime(2026, 2, 28, 12, tzinfo=UTC), False),
        (None, False),
    ],
)
def test_an_update_counts_from_the_next_day_on(settings, revised, expected):
    settings.TIME_ZONE = "UTC"
    assert masthead.later_day(revised, datetime(2026, 3, 1, 8, tzinfo=UTC)) is expected


def test_page_numbers_leave_out_what_is_far_away():
    pages = Paginator(list(range(140)), 10)
    assert masthead.page_numbers(pages.page(1)) == [1, 2, "…", 14]
    assert masthead.page_numbers(pages.page(7)) == [1, "…", 6, 7, 8, "…", 14]
    assert masthead.page_numbers(Paginator([1], 10).page(1)) == [1]


@pytest.mark.parametrize(
    ("query", "number", "address"),
    [
        ("", 1, "/search/"),
        ("", 3, "/search/?page=3"),
        ("a&b=c", 1, "/search/?q=a%26b%3Dc"),
        ("“ö”", 2, "/search/?q=%E2%80%9C%C3%B6%E2%80%9D&amp;page=2"),
    ],
)
def test_a_page_has_one_address_without_what_else_was_asked(query, number, address):
    request = RequestFactory().get("/search/", {"utm_source": "mail", "page": "9"})
    assert rendered("{% page_address number %}", request=request, query=query, number=number) == address


def test_neighbours_in_a_list():
    parts = ["one", "two", "three"]
    assert [masthead.before(parts, part) for part in parts] == [None, "one", "two"]
    assert [masthead.after(parts, part) for part in parts] == ["two", "three", None]
    assert masthead.before(parts, "four") is None
    assert masthead.after(parts, "four") is None


def test_only_what_is_higher_than_wide_is_a_portrait():
    assert masthead.is_portrait(SimpleNamespace(width=3, height=4)) is True
    assert masthead.is_portrait(SimpleNamespace(width=4, height=4)) is False
