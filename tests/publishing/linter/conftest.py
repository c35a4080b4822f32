"""Helpers of these tests: content that is checked without being saved, and what was found."""

from collections.abc import Callable
from typing import Any

import pytest

from articles.models import Article
from publishing.linter import Finding, lint
from publishing.models import Publishable

type Find = Callable[..., list[Finding]]


@pytest.fixture
def find(db: None) -> Find:
    """What one rule finds in an unsaved article with this body, or in the content given instead."""

    def found(rule: str, body: str = "", content: Publishable | None = None, **fields: Any) -> list[Finding]:
        checked = content or Article(**{"headline": "A headline", "body": body} | fields)
        return [finding for finding in lint(checked) if finding.rule == rule]

    return found
