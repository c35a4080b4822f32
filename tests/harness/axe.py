"""What axe finds wrong with a page that is open in a browser."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of which another colour scheme can change the answer: it moves and hides nothing."""


def violations(page: Page, *rules: str) -> list[tuple[str, list[str]]]:
    """(rule, the elements' HTML) for all that is wrong; `rules` are the only ones that are asked, if any are named."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return [(rule, elements) for rule, elements in page.evaluate(_ASK, list(rules))]


# A contrast in the middle of a transition is none.
_ASK = """async rules => {
    document.getAnimations().forEach(one => one instanceof CSSTransition && one.finish())
    const only = rules.length ? {runOnly: rules} : {}
    const {violations} = await axe.run({resultTypes: ["violations"], ...only})
    return violations.map(({id, nodes}) => [id, nodes.map(node => node.html.slice(0, 120))])
}"""
