from typing import Any

import pytest

from accounts.models import User
from media_pipeline import delivery
from media_pipeline.delivery import gates

pytestmark = pytest.mark.django_db


def viewer(user: User) -> str:
    return f"user:{user.pk}"


def test_a_gate_opens_for_those_it_knows_and_what_it_knows(lecture: set[Any], reader: User) -> None:
    lecture.add(("17", viewer(reader)))
    assert gates.opens("lecture:17", viewer(reader))
    assert not gates.opens("lecture:17", "")
    assert not gates.opens("lecture:171", viewer(reader))
    assert not gates.opens("lecture:1", viewer(reader))


def test_the_key_is_all_behind_the_first_colon(lecture: set[Any]) -> None:
    lecture.add(("a:b", "feed:81"))
    assert gates.opens("lecture:a:b", "feed:81")


@pytest.mark.parametrize("owner", ["", "nobody:1", "nobody", "lectures:17"])
def test_where_nobody_answers_only_the_desk_may(
    owner: str, lecture: set[Any], author: User, editor: User, reader: User, newcomer: User
) -> None:
    assert gates.opens(owner, viewer(author))
    assert gates.opens(owner, viewer(editor))
    assert [gates.opens(owner, who) for who in ("", viewer(reader), viewer(newcomer), "feed:1")] == [
        False
    ] * 4


def test_who_has_left_the_desk_sees_nothing_any_more(author: User, administrator: User) -> None:
    assert gates.opens("", viewer(administrator))
    User.objects.filter(pk__in=[author.pk, administrator.pk]).update(is_staff=False)
    assert not gates.opens("", viewer(author))
    assert not gates.opens("", viewer(administrator))
    User.objects.filter(pk=author.pk).update(is_staff=True, is_active=False)
    assert not gates.opens("", viewer(author))


def test_one_gate_a_kind(lecture: set[Any]) -> None:
    with pytest.raises(ValueError, match="two gates for 'lecture'"):
        delivery.gate("lecture")(lambda key, viewer: True)


def test_the_desk_costs_one_question(author: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert gates.opens("", viewer(author))
