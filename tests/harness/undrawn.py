"""Pages without their HTML, for who only wants to know what is in a form: drawing it is two thirds of the work."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from unittest import mock

from django.template.response import SimpleTemplateResponse

type Draw = Callable[[SimpleTemplateResponse], str]


def blank(draw: Draw = lambda response: "") -> AbstractContextManager[Any]:
    """While it lasts, what would be a page of the admin is what `draw` makes of it."""
    return mock.patch.object(SimpleTemplateResponse, "rendered_content", property(draw))


def undrawn[T](ask: Callable[[], Any], take: Callable[[dict[str, Any]], T]) -> T:
    """What `take` makes of the context of the page that `ask` asks for, at the moment when it would be drawn.

    Raises AssertionError if that page is drawn in another way, or there is none.
    """
    taken: list[T] = []

    def draw(response: SimpleTemplateResponse) -> str:
        taken.append(take(response.resolve_context(response.context_data) or {}))
        return ""

    with blank(draw):
        ask()
    assert len(taken) == 1, "no page, or several"
    return taken[0]
