"""What an editor is told about two revisions: words, names, pictures and rows, and who may be told."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.template.loader import render_to_string
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article
from pages.models import StaticPage
from publishing.history.comparing import COARSE, compare
from publishing.history.word_diff import Span
from publishing.models import Revision
from publishing.revisions import Snapshot
from tests import factories

pytestmark = pytest.mark.django_db


def taken(fields: Any = None, many: Any = None, rows: Any = None) -> Snapshot:
    return {"fields": fields or {}, "many": many or {}, "rows": rows or {}}


def changed(before: Snapshot, after: Snapshot) -> list[Any]:
    return compare(Article, before, after)


def fields(before: dict[str, Any], after: dict[str, Any]) -> list[Any]:
    return changed(taken(before), taken(after))


def only(changes: list[Any]) -> Any:
    assert len(changes) == 1
    return changes[0]


def told(spans: list[Span]) -> list[tuple[str, str]]:
    return [(span.op, span.text) for span in spans]


def render(changes: list[Any]) -> str:
    return render_to_string("admin/comparison.html", {"changes": changes})


# --- fields -----------------------------------------------------------------------------------------------------------


def test_only_what_differs_is_told() -> None:
    same = taken({"headline": "Low water", "sponsored": False}, {"topics": [1]}, {"bylines": []})
    assert changed(same, same) == []


def test_a_line_is_compared_by_words() -> None:
    change = only(fields({"headline": "Low water"}, {"headline": "High water"}))
    assert (change.kind, change.label, change.what) == ("value", "Headline", "changed")
    assert told(change.spans) == [("delete", "Low"), ("insert", "High"), ("equal", " water")]


def test_a_text_is_compared_by_paragraphs_and_words() -> None:
    before = "\n\n".join(
        f"Paragraph {number} about the tides, and then more of the same." for number in range(20)
    )
    change = only(fields({"body": before}, {"body": before + "\n\nAn end."}))
    assert (change.kind, change.note) == ("text", "")
    assert [passage.folded for passage in change.passages] == ["18 unchanged paragraphs", ""]


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("sponsored", False, True, [("delete", "no"), ("insert", "yes")]),
        ("part", 2, 12, [("delete", "2"), ("insert", "12")]),
        ("part", None, 1, [("insert", "1")]),
        ("kicker", "Tides", "", [("delete", "Tides")]),
        ("canonical_url", "", "https://a.example/", [("insert", "https://a.example/")]),
        ("published_at", "2026-01-05T09:30:00Z", None, [("delete", "5 January 2026, 09:30")]),
        ("published_at", "no date", None, [("delete", "no date")]),
        ("status", "draft", "removed", [("delete", "Draft"), ("insert", "Taken down")]),
        ("status", "draft", "unheard-of", [("delete", "Draft"), ("insert", "unheard-of")]),
        ("no_longer_here", "", {"a": ["é"]}, [("insert", '{"a": ["é"]}')]),
    ],
)
def test_values_are_told_as_an_editor_would_say_them(
    name: str, old: Any, new: Any, expected: list[tuple[str, str]], settings: Any
) -> None:
    settings.TIME_ZONE = "UTC"
    assert told(only(fields({name: old}, {name: new})).spans) == expected


@pytest.mark.parametrize(
    ("old", "new", "what"), [("", "x", "added"), ("x", "", "removed"), ("x", "y", "changed")]
)
def test_the_kind_of_change(old: str, new: str, what: str) -> None:
    assert only(fields({"kicker": old}, {"kicker": new})).what == what


def test_nothing_is_nothing_however_it_is_written() -> None:
    assert fields({"kicker": ""}, {"kicker": None}) == []


def test_what_an_old_snapshot_does_not_know_had_its_default() -> None:
    assert fields({}, {"sponsored": False, "sponsor": "", "part": None}) == []
    assert told(only(fields({}, {"sponsored": True})).spans) == [("delete", "no"), ("insert", "yes")]


def test_what_a_field_points_at_is_called_by_its_name_even_when_it_is_gone() -> None:
    culture = factories.section("Culture")
    change = only(fields({"section": 12345}, {"section": culture.pk}))
    assert told(change.spans) == [("delete", "deleted section 12345"), ("insert", "Culture")]


def test_the_order_is_the_forms() -> None:
    before, after = (
        taken({"slug": "a", "headline": "a", "body": "a"}),
        taken({"slug": "b", "headline": "b", "body": "b"}),
    )
    assert [change.name for change in compare(Article, before, after, ["headline", "body", "slug"])] == [
        "headline",
        "body",
        "slug",
    ]
    declared = [change.name for change in compare(Article, before, after)]
    assert sorted(declared) == ["body", "headline", "slug"]


def test_other_kinds_are_compared_as_well() -> None:
    change = only(compare(StaticPage, taken({"name": "About"}), taken({"name": "About us"})))
    assert (change.label, told(change.spans)) == ("Title", [("equal", "About"), ("insert", " us")])


# --- images, topics, related ------------------------------------------------------------------------------------------


def test_images_are_seen_before_and_after() -> None:
    old, new = (
        factories.image(name="quay.jpg", alt="A quay"),
        factories.image(name="ferry.jpg", alt="A ferry"),
    )
    change = only(fields({"hero": old.pk}, {"hero": new.pk}))
    assert (change.kind, change.before.asset, change.after.asset) == ("image", old, new)
    html = render([change])
    assert old.url in html
    assert new.url in html
    assert 'alt="A quay"' in html


def test_an_image_that_was_deleted_is_named() -> None:
    change = only(fields({"hero": 12345}, {"hero": None}))
    assert (change.before.label, change.after, change.what) == ("deleted image 12345", None, "removed")
    assert "deleted image 12345" in render([change])


def test_images_in_the_text_that_came_or_went_are_shown() -> None:
    stays, goes, comes = factories.image(), factories.image(name="old.png"), factories.image(name="new.png")
    before = f"![a](asset:{stays.pk}) ![b](asset:{goes.pk})"
    after = f"![b](asset:{comes.pk}) ![a](asset:{stays.pk}) ![a](asset:{comes.pk})"
    change = only(fields({"body": before}, {"body": after}))
    assert [picture.label for picture in change.images_added] == ["new.png"]
    assert [picture.label for picture in change.images_removed] == ["old.png"]
    html = render([change])
    assert html.count("<img") == 2
    assert goes.url in html
    assert comes.url in html


def test_topics_are_told_by_name() -> None:
    tides, ferries = factories.topic("Tides"), factories.topic("Ferries")
    before = taken(many={"topics": [tides.pk, 12345]})
    change = only(changed(before, taken(many={"topics": [ferries.pk]})))
    assert (change.label, change.added, change.removed) == (
        "Topics",
        ["Ferries"],
        ["Tides", "deleted topic 12345"],
    )


def test_the_order_of_a_set_says_nothing() -> None:
    assert changed(taken(many={"topics": [1, 2]}), taken(many={"topics": [2, 1]})) == []


def test_further_reading_is_told_by_headline() -> None:
    other = factories.article("The other one")
    change = only(changed(taken(), taken(many={"related": [other.item_id]})))
    assert (change.added, change.what) == (["The other one"], "added")


# --- rows -------------------------------------------------------------------------------------------------------------


def bylines(*rows: tuple[int, int, str]) -> Snapshot:
    """Rows of (pk, person, role), in printed order."""
    return taken(
        rows={
            "bylines": [
                {"pk": pk, "person": person, "role": role, "position": position}
                for position, (pk, person, role) in enumerate(rows)
            ]
        }
    )


@pytest.fixture
def cast() -> tuple[int, int, int]:
    ana, ben, eva = (factories.person(name).pk for name in ("Ana Ruiz", "Ben Ortiz", "Eva Lind"))
    return ana, ben, eva


def row_changes(before: Snapshot, after: Snapshot) -> list[Any]:
    change = only(changed(before, after))
    assert (change.kind, change.label) == ("rows", "Bylines")
    return [
        (row.what, row.name, [(detail.label, told(detail.spans)) for detail in row.details], row.moved)
        for row in change.rows
    ]


def test_bylines_come_and_go(cast: tuple[int, int, int]) -> None:
    ana, ben, eva = cast
    before, after = bylines((1, ana, ""), (2, ben, "")), bylines((2, ben, ""), (3, eva, "Photographs"))
    assert row_changes(before, after) == [
        ("added", "Eva Lind", [("Role", [("insert", "Photographs")])], None),
        ("removed", "Ana Ruiz", [], None),
    ]


def test_a_byline_changes_its_role(cast: tuple[int, int, int]) -> None:
    ana, *_ = cast
    before, after = bylines((1, ana, "")), bylines((1, ana, "Translation"))
    assert row_changes(before, after) == [
        ("changed", "Ana Ruiz", [("Role", [("insert", "Translation")])], None)
    ]
    assert "Ana Ruiz: Role Translation" in strip_tags(render(changed(before, after)))


def test_a_byline_that_passed_another_moved_and_the_other_did_not(cast: tuple[int, int, int]) -> None:
    ana, ben, eva = cast
    before = bylines((1, ana, ""), (2, ben, ""), (3, eva, ""))
    assert row_changes(before, bylines((3, eva, ""), (1, ana, ""), (2, ben, ""))) == [
        ("moved", "Eva Lind", [], ("3rd", "1st"))
    ]


def test_a_row_that_names_somebody_else_is_changed(cast: tuple[int, int, int]) -> None:
    ana, ben, _ = cast
    assert row_changes(bylines((1, ana, "")), bylines((1, ben, ""))) == [
        ("changed", "Ben Ortiz", [("Person", [("delete", "Ana Ruiz"), ("insert", "Ben Ortiz")])], None)
    ]


def test_rows_that_were_made_anew_are_known_by_their_name(cast: tuple[int, int, int]) -> None:
    ana, ben, _ = cast
    before, after = bylines((1, ana, ""), (2, ben, "")), bylines((8, ana, ""), (9, ben, ""))
    assert changed(before, after) == []


def test_numbers_of_places_that_have_gaps_are_no_moves(cast: tuple[int, int, int]) -> None:
    ana, ben, _ = cast
    before, after = bylines((1, ana, ""), (2, ben, "")), bylines((1, ana, ""), (2, ben, ""))
    after["rows"]["bylines"][1]["position"] = 7
    assert changed(before, after) == []


# --- cost and safety --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [1, 3])
def test_the_number_of_queries_is_that_of_the_kinds_of_things_named(
    many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    images = [factories.image() for _ in range(many + 1)]
    people, topics = [factories.person() for _ in range(many)], [factories.topic() for _ in range(many)]
    after = bylines(*((number, somebody.pk, "") for number, somebody in enumerate(people)))
    related = [factories.article().item_id for _ in range(many)]
    after["many"] = {"topics": [topic.pk for topic in topics], "related": related}
    after["fields"] = {
        "section": factories.section().pk,
        "hero": images[-1].pk,
        "body": "".join(f"![a](asset:{image.pk})" for image in images),
    }
    with django_assert_num_queries(
        7
    ):  # images, sections, topics, people; further reading: articles, episodes, pages
        changes = changed(taken(), after)
    with django_assert_num_queries(0):
        assert render(changes).count("<h3>") == 6


def test_markup_is_shown_and_never_run() -> None:
    bad = "<script>alert(1)</script>"
    section = factories.section(f"{bad}1")
    image = factories.image(name=bad, alt=f'" onerror="alert(1){bad}')
    person = factories.person(bad)
    before = bylines((1, person.pk, bad))
    before["fields"] = {
        "headline": bad,
        "body": f"{bad} asset:{image.pk} stays",
        "section": section.pk,
        bad: bad,
    }
    after = bylines((1, person.pk, f"{bad} and {bad}"))
    after["fields"] = {
        "headline": f"{bad} {bad}",
        "body": f"{bad}{bad} stays",
        "section": None,
        "hero": image.pk,
        bad: 1,
    }
    after["many"] = {"topics": [factories.topic(bad).pk]}
    html = render(changed(before, after))
    assert html.count("<h3>") == 7
    assert "<script" not in html
    assert ' onerror="' not in html
    assert "&lt;script&gt;" in html


def test_white_space_of_the_text_is_kept_in_the_page() -> None:
    html = render(fields({"body": "a\n\n    code\n"}, {"body": "a\n\n    codes\n"}))
    assert '<div class="passage" dir="auto">a\n\n    <del>code</del><ins>codes</ins>\n</div>' in html


def test_what_is_marked_as_a_whole_says_so() -> None:
    change = only(fields({"body": "a b " * 100_000}, {"body": "b a " * 100_000 + "c"}))
    assert change.note == COARSE
    assert COARSE in render([change])


def test_a_text_that_names_countless_images_shows_some() -> None:
    text = " ".join(f"asset:{number}" for number in range(1, 30_000))
    change = only(fields({"body": ""}, {"body": text}))
    assert len(change.images_added) == 100


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(editor: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(editor)


@pytest.fixture
def revised(editor: User) -> Article:
    """Three revisions of its headline; readers have the first."""
    article = factories.article("Version 1")
    Revision.objects.filter(item=article.item).delete()
    for number in (1, 2, 3):
        Revision.objects.create(
            item=article.item,
            number=number,
            snapshot=taken({"headline": f"Version {number}"}),
            made_by=editor,
        )
    Article.objects.filter(pk=article.pk).update(version=3, live_version=1, stage="draft")
    return article


def page(article: Article) -> str:
    return f"/admin/articles/article/{article.pk}/compare/"


def pair(response: Any) -> tuple[int, int]:
    return response.context["before"].number, response.context["after"].number


def test_any_two_revisions_can_be_compared(desk: Client, revised: Article) -> None:
    response = desk.get(page(revised), {"from": "2", "to": "3"})
    assert (response.status_code, pair(response)) == (200, (2, 3))
    assert "Changes between versions 2 and 3" in response.text
    assert "Version <del>2</del><ins>3</ins>" in response.text
    assert "Edith Editor" in response.text


def test_by_default_what_readers_have_and_the_newest(desk: Client, revised: Article) -> None:
    assert pair(desk.get(page(revised))) == (1, 3)
    Article.objects.update(live_version=3)
    assert pair(desk.get(page(revised))) == (2, 3)
    assert pair(desk.get(page(revised), {"to": "2"})) == (1, 2)
    assert pair(desk.get(page(revised), {"from": "1"})) == (1, 3)


def test_changes_can_be_read_one_after_another(desk: Client, revised: Article) -> None:
    response = desk.get(page(revised), {"from": "2", "to": "2"})
    assert (response.context["previous"], response.context["next"]) == ((1, 2), (2, 3))
    response = desk.get(page(revised), {"from": "1", "to": "3"})
    assert (response.context["previous"], response.context["next"]) == (None, None)


def test_equal_revisions_are_said_to_be_the_same(desk: Client, revised: Article) -> None:
    assert "They are the same." in desk.get(page(revised), {"from": "2", "to": "2"}).text


def test_one_revision_or_none_is_no_error(desk: Client, revised: Article) -> None:
    Revision.objects.exclude(number=1).delete()
    assert "only this one version" in desk.get(page(revised)).text
    Revision.objects.all().delete()
    assert "Nothing has been saved here" in desk.get(page(revised)).text


@pytest.mark.parametrize("number", ["", "0", "-1", "two", "1.0", "٣", "9" * 40, "1\x00"])
@pytest.mark.parametrize("name", ["from", "to"])
def test_what_is_no_number_is_a_bad_request(desk: Client, revised: Article, name: str, number: str) -> None:
    assert desk.get(page(revised), {name: number}).status_code == 400


@pytest.mark.parametrize("number", ["4", "999999999"])
@pytest.mark.parametrize("name", ["from", "to"])
def test_an_unknown_revision_is_not_found(desk: Client, revised: Article, name: str, number: str) -> None:
    assert desk.get(page(revised), {name: number}).status_code == 404


def test_another_items_revisions_are_not_shown(desk: Client, revised: Article) -> None:
    other = factories.article("Somebody else’s")
    Revision.objects.filter(item=other.item).delete()
    Revision.objects.create(item=other.item, number=9, snapshot=taken({"headline": "Secret"}))
    assert desk.get(page(revised), {"to": "9"}).status_code == 404
    assert "Secret" not in desk.get(page(revised)).text


def test_an_author_reads_their_own_changes_and_nobody_elses(
    author: User, signed_in: Callable[[User], Client], revised: Article
) -> None:
    author.user_permissions.add(Permission.objects.get(codename="view_article"))
    client = signed_in(author)
    assert "Version" not in client.get(page(revised), {"from": "1", "to": "2"}, follow=True).text
    Article.objects.update(created_by=author)
    assert pair(client.get(page(revised), {"from": "1", "to": "2"})) == (1, 2)


def test_who_may_not_look_is_refused(
    author: User, reader: User, signed_in: Callable[[User], Client], revised: Article
) -> None:
    assert signed_in(author).get(page(revised)).status_code in (403, 404)
    assert signed_in(reader).get(page(revised)).status_code == 302
    assert Client().get(page(revised)).status_code == 302


def test_it_only_reads(desk: Client, revised: Article) -> None:
    assert desk.post(page(revised)).status_code == 405


@pytest.mark.parametrize("many", [1, 3])
def test_the_number_of_queries_does_not_grow_with_revisions(
    many: int, desk: Client, revised: Article, django_assert_max_num_queries: Any
) -> None:
    for number in range(4, 4 + many):
        Revision.objects.create(item=revised.item, number=number, snapshot=taken())
    desk.get(page(revised))
    with django_assert_max_num_queries(12):
        desk.get(page(revised), {"from": "1", "to": "3"})
