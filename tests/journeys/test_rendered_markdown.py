"""The last word on safe HTML has a browser: its parser builds the tree, and its scripts would run."""

import itertools
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, Route

from core.markdown import MarkdownTooComplex, render
from tests.core.html_safety import ATTRIBUTES, TAGS
from tests.core.test_markdown_safety import IMAGES, MARKDOWN, examples, hostile_texts

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not MARKDOWN.is_dir(), reason=f"no real data in {MARKDOWN}"),
]
INSPECT = """
([tags, attributes]) => [...document.querySelectorAll("article *")].flatMap((element) => {
  const found = [];
  const name = element.tagName.toLowerCase();
  if (!tags.includes(name) || element.namespaceURI !== "http://www.w3.org/1999/xhtml") found.push(`<${name}>`);
  for (const attribute of element.attributes)
    if (!attributes.includes(attribute.name)) found.push(`<${name} ${attribute.name}>`);
  if (name === "a" && element.href && !["http:", "https:", "mailto:", "tel:"].includes(element.protocol) && element.protocol !== ":")
    found.push(element.href);
  return found;
}).concat(document.querySelectorAll("body > :not(article)").length ? ["something left its article"] : [])
"""


def articles_of(texts: list[str]) -> list[str]:
    rendered = []
    for text in texts:
        try:
            rendered.append(f"<article>{render(text, IMAGES).html}</article>")
        except MarkdownTooComplex:
            continue
    return rendered


@pytest.fixture
def silence(page: Page) -> list[str]:
    """What the page did that a text must not do: dialogs, and requests to anywhere but where our pictures lie."""
    disturbances: list[str] = []

    def answer(route: Route) -> None:
        url = route.request.url
        if url == "http://testserver/":
            route.fulfill(body="<!doctype html><title>Test</title>", content_type="text/html")
            return
        if not url.startswith(("http://testserver/", "https://media.example/1.jpg")):
            disturbances.append(url)
        route.abort()

    page.route("**/*", answer)

    def dismiss(dialog: Dialog) -> None:
        disturbances.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.goto("http://testserver/")
    return disturbances


def shown(page: Page, articles: list[str]) -> list[Any]:
    found: list[Any] = []
    for batch in itertools.batched(articles, 400, strict=False):
        page.set_content("<!doctype html><title>Test</title>" + "".join(batch))
        found += page.evaluate(INSPECT, [sorted(TAGS), sorted(ATTRIBUTES)])
    return found


def test_this_browser_would_notice(page: Page, silence: list[str]):
    bad = "<article><img src='https://evil.example/a' onerror='alert(1)'><a href='javascript:b()'>c</a><svg></svg></article><p>d"
    found = shown(page, [bad])
    page.wait_for_timeout(200)
    assert found == ["<img onerror>", "javascript:b()", "<svg>", "something left its article"]
    assert set(silence) == {"https://evil.example/a", "1"}


def test_no_text_of_the_lists_does_anything_in_a_browser(page: Page, silence: list[str]):
    texts = hostile_texts() + [example["markdown"] for example in examples()]
    articles = articles_of(texts)
    assert len(articles) > 1_500
    assert shown(page, articles) == []
    page.mouse.move(200, 200)
    page.wait_for_timeout(200)
    assert silence == []
