"""django-rq's pages: for superusers alone, and nothing in them is unpickled."""

import pytest
from django.test import Client

from core import wakeups, work
from tests.core.conftest import valkey  # noqa: F401
from tests.harness import kinds  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = ["", "stats.json", "queues/0/", "queues/0/failed/", "queues/1/started/", "workers/0/"]


@pytest.mark.parametrize("address", PAGES)
def test_a_superuser_sees_the_queues(valkey, signed_in, administrator, address: str) -> None:  # noqa: F811
    work.enqueue("tests.note", "a")
    answer = signed_in(administrator).get(f"/admin/queues/{address}")
    assert answer.status_code == 200
    if address == "queues/0/":
        assert b"core.work.run" in answer.content or b"tests.note" in answer.content


@pytest.mark.parametrize("address", PAGES)
def test_nobody_else_does(signed_in, author, editor, reader, address: str) -> None:
    for person in (author, editor):
        assert signed_in(person).get(f"/admin/queues/{address}").status_code == 403
    for client in (Client(), signed_in(reader)):
        assert client.get(f"/admin/queues/{address}").status_code == 302


def test_nobody_else_empties_a_queue(valkey, signed_in, editor) -> None:  # noqa: F811
    work.enqueue("tests.note", "a")
    assert signed_in(editor).post("/admin/queues/queues/0/empty/", {"post": "yes"}).status_code == 403
    assert len(wakeups.queue("default").get_job_ids()) == 1


@pytest.mark.parametrize("address", ["stats.json/token", "metrics"])
def test_there_is_no_second_way_in(signed_in, administrator, address: str) -> None:
    assert signed_in(administrator).get(f"/admin/queues/{address}").status_code == 404
