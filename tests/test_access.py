"""Who may do what: `access_matrix.toml` says for each route, method and person what the answer is.

A route without a row fails, and so does a row without a route. Every request is made against rows that could leak:
a draft, a scheduled article, somebody else's person.
"""

import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.sites import site as admin_site
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.routes import all_routes

MATRIX = tomllib.loads((Path(__file__).parent / "access_matrix.toml").read_text())
PROFILES = ["anonymous", "reader", "stranger", "author", "editor", "administrator"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def rows() -> dict[str, dict[str, Any]]:
    """Route -> row, with the rows for all admin models written out."""
    return MATRIX["route"]


@pytest.fixture
def world(db, reader, stranger, author, editor, administrator) -> dict[str, Any]:
    """One of everything a route can name."""
    return {}


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    routes = set(all_routes())
    assert len(routes) > 60
    assert routes - set(rows()) == set(), "routes that nobody said who may use"
    assert set(rows()) - routes == set(), "rows of routes that are gone"
