from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.models import Work
from core.signals import work_dropped
from tests.harness import kinds  # noqa: F401

pytestmark = pytest.mark.django_db

LIST = "/admin/core/work/"


@pytest.fixture
def parked() -> Work:
    return Work.objects.create(
        kind="tests.note",
        key="video-7",
        state="parked",
        attempts=3,
        problem="This is not a video. <Upload> it again.",
        payload={"text": "a private mail"},
        next_try_at=timezone.now() + timedelta(days=1),
    )


def test_the_page_opens_on_what_needs_a_person(signed_in, administrator, parked: Work) -> None:
    Work.objects.create(kind="tests.note", key="fine-8", state="done")
    page = signed_in(administrator).get(LIST)
    assert page.status_code == 200
    text = page.content.decode()
    assert "This is not a video. &lt;Upload&gt; it again." in text
    assert "fine-8" not in text
    everything = signed_in(administrator).get(f"{LIST}?state=all").content.decode()
    assert "fine-8" in everything


def test_parked_work_is_tried_again_from_the_list_and_only_that(
    signed_in, administrator, parked: Work
) -> None:
    waiting = Work.objects.create(kind="tests.note", key="w", attempts=2)
    chosen = {"action": "try_again", "_selected_action": [parked.pk, waiting.pk]}
    page = signed_in(administrator).post(f"{LIST}?state=all", chosen, follow=True)
    text = page.content.decode()
    assert "1 will be tried again now." in text
    assert "1 were not parked and are left alone." in text
    parked.refresh_from_db()
    waiting.refresh_from_db()
    assert (parked.state, parked.attempts) == ("waiting", 0)
    assert parked.next_try_at <= timezone.now()
    assert waiting.attempts == 2


def test_parked_work_is_discarded_and_whoever_asked_for_it_hears_of_it(
    signed_in, administrator, parked: Work
) -> None:
    told: list[tuple[str, str]] = []

    def listen(kind: str, key: str, **kwargs: object) -> None:
        told.append((kind, key))

    work_dropped.connect(listen)
    waiting = Work.objects.create(kind="tests.note", key="w", attempts=2)
    chosen = {"action": "discard", "_selected_action": [parked.pk, waiting.pk]}
    text = signed_in(administrator).post(f"{LIST}?state=all", chosen, follow=True).content.decode()
    work_dropped.disconnect(listen)
    assert "1 will not be done any more." in text
    assert "1 were not parked and are left alone." in text
    parked.refresh_from_db()
    waiting.refresh_from_db()
    assert (parked.state, parked.payload, parked.problem) == ("done", {}, "")
    assert waiting.state == "waiting"
    assert told == [(parked.kind, parked.key)]


def test_its_page_shows_all_but_the_payload_and_lets_nothing_be_edited(
    signed_in, administrator, parked: Work
) -> None:
    page = signed_in(administrator).get(f"{LIST}{parked.pk}/change/").content.decode()
    assert "This is not a video." in page
    assert "a private mail" not in page
    signed_in(administrator).post(f"{LIST}{parked.pk}/change/", {"state": "done", "problem": ""})
    parked.refresh_from_db()
    assert parked.state == "parked"


def test_editors_have_no_business_there(signed_in, editor, parked: Work) -> None:
    client: Client = signed_in(editor)
    assert client.get(LIST).status_code == 403
    assert client.post(LIST, {"action": "try_again", "_selected_action": [parked.pk]}).status_code == 403
    parked.refresh_from_db()
    assert parked.state == "parked"
