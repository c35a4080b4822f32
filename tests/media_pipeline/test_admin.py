"""The image library: uploading, describing, choosing, and what follows from a changed word."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from PIL import Image

from accounts.models import User
from articles.models import Article
from core.models import Work
from media_pipeline.models import MediaAsset
from pages.models import StaticPage
from publishing import rerendering
from search.models import IndexEntry
from tests import factories
from tests.admin_forms import errors, save
from tests.storage import changed_storage

pytestmark = pytest.mark.django_db
ADD = "/admin/media_pipeline/mediaasset/add/"
LIBRARY, UPLOAD = "/admin/media_pipeline/mediaasset/library/", "/admin/media_pipeline/mediaasset/upload/"


@pytest.fixture
def desk(editor: User, signed_in: Callable[[User], Client]) -> Client:
    call_command("prepare_storage")
    return signed_in(editor)


def file(colour: str = "red", name: str = "boat.png") -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(data, "PNG")
    return SimpleUploadedFile(name, data.getvalue(), "image/png")


def change(asset: MediaAsset) -> str:
    return f"/admin/media_pipeline/mediaasset/{asset.pk}/change/"


# --- uploading --------------------------------------------------------------------------------------------------------


def test_an_image_is_uploaded_with_its_words(desk: Client, editor: User) -> None:
    response = desk.post(ADD, {"file": file(), "alt": "A boat", "credit": "Ana", "_continue": ""})
    asset = MediaAsset.objects.get()
    assert response.headers["Location"] == change(asset)
    assert (asset.name, asset.alt, asset.credit, asset.created_by) == ("boat", "A boat", "Ana", editor)
    assert (asset.width, asset.height) == (40, 30)


def test_an_image_says_what_it_shows_or_that_it_is_decoration(desk: Client) -> None:
    refused = errors(desk.post(ADD, {"file": file()}))
    assert refused == {"alt": ["Say what the image shows, or tick that it is decorative."]}
    assert not MediaAsset.objects.exists()
    desk.post(ADD, {"file": file(), "decorative": "on"})
    assert MediaAsset.objects.get().decorative


@pytest.mark.parametrize(
    "content", [b"", b"not an image", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"]
)
def test_what_is_no_image_is_refused_at_the_field(desk: Client, content: bytes) -> None:
    upload = SimpleUploadedFile("x.png", content, "image/png")
    assert list(errors(desk.post(ADD, {"file": upload, "alt": "x"}))) == ["file"]
    assert not MediaAsset.objects.exists()


def test_a_storage_that_is_away_is_a_form_error(desk: Client) -> None:
    with changed_storage(endpoint_url="http://127.0.0.1:9"):
        refused = errors(desk.post(ADD, {"file": file(), "alt": "x"}))
    assert list(refused) == ["file"]
    assert not MediaAsset.objects.exists()


def test_the_same_file_again_is_the_same_image(desk: Client) -> None:
    desk.post(ADD, {"file": file(), "alt": "A boat"})
    asset = MediaAsset.objects.get()
    response = desk.post(ADD, {"file": file(name="other.png"), "alt": "Another"}, follow=True)
    assert response.redirect_chain == [(change(asset), 302)]
    assert str(list(response.context["messages"])[-1]) == "This image was in the library already. Here it is."
    asset.refresh_from_db()
    assert (asset.alt, asset.name) == ("A boat", "boat")


def test_the_pop_up_chooses_an_image_that_was_there_before(desk: Client) -> None:
    desk.post(ADD, {"file": file(), "alt": "A boat"})
    response = desk.post(ADD, {"file": file(), "alt": "A boat", "_popup": "1"})
    assert f"&quot;value&quot;: &quot;{MediaAsset.objects.get().pk}&quot;" in response.text


# --- the dialog -------------------------------------------------------------------------------------------------------


def test_the_dialog_uploads_and_finds(desk: Client) -> None:
    made = desk.post(UPLOAD, {"file": file(), "alt": "A boat", "credit": "Ana"})
    assert made.status_code == 201
    asset = MediaAsset.objects.get()
    described = {"id": asset.pk, "name": "boat", "alt": "A boat", "decorative": False, "credit": "Ana"}
    assert made.json() == described | {"url": asset.url, "width": 40, "height": 30}
    assert desk.post(UPLOAD, {"file": file(), "alt": "x"}).status_code == 200
    factories.image(name="harbour", alt="Cranes")
    assert desk.get(LIBRARY, {"q": "boat ana"}).json() == {"images": [made.json()], "more": False}
    assert desk.get(LIBRARY, {"id": asset.pk}).json()["images"] == [made.json()]


def test_the_dialog_says_what_is_wrong(desk: Client) -> None:
    assert desk.post(UPLOAD, {"file": file()}).json()["errors"] == {
        "alt": ["Say what the image shows, or tick that it is decorative."]
    }
    assert list(desk.post(UPLOAD, {"alt": "x"}).json()["errors"]) == ["file"]
    assert desk.get(UPLOAD).status_code == 405


@pytest.mark.parametrize(
    "query", [{"page": "-1"}, {"page": "9" * 400}, {"id": "x"}, {"q": "\0"}, {"q": "x" * 101}]
)
def test_nonsense_is_a_bad_request(desk: Client, query: dict[str, str]) -> None:
    assert desk.get(LIBRARY, query).status_code == 400


def test_the_library_comes_in_pages(desk: Client) -> None:
    for _ in range(25):
        factories.image()
    assert [len(desk.get(LIBRARY, {"page": n}).json()["images"]) for n in (1, 2, 3)] == [24, 1, 0]
    assert [desk.get(LIBRARY, {"page": n}).json()["more"] for n in (1, 2)] == [True, False]


def test_the_library_is_for_those_who_may(newcomer: User, reader: User, signed_in: Any) -> None:
    factories.image(alt="Secret")
    assert signed_in(newcomer).get(LIBRARY).status_code == 403
    assert signed_in(newcomer).post(UPLOAD, {"file": file(), "alt": "x"}).status_code == 403
    assert signed_in(reader).get(LIBRARY).status_code == 302
    assert MediaAsset.objects.count() == 1


# --- what follows -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_corrected_words_reach_every_text_at_once_and_are_no_revision(desk: Client) -> None:
    asset = factories.image(alt="A bote", credit="Ana")
    article = factories.article(body=f"![](asset:{asset.pk})")
    page = factories.static_page("About", body=f"![](asset:{asset.pk})")
    hero = factories.article(hero=asset)
    for content in (article, page, hero):
        assert "A bote" in Client().get(content.get_absolute_url()).text
    save(desk, change(asset), alt="A boat", credit="Ana Author")
    for content in (article, page, hero):
        assert "A boat" in Client().get(content.get_absolute_url()).text
    article.refresh_from_db()
    assert article.revised_at is None
    assert "Ana Author" in IndexEntry.objects.get(item=article.item).body_html


def test_more_than_a_person_waits_for_is_left_to_a_worker(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rerendering, "AT_ONCE", 1)
    asset = factories.image(alt="A bote")
    articles = [factories.article(body=f"![](asset:{asset.pk})") for _ in range(2)]
    save(desk, change(asset), alt="A boat")
    waiting = Work.objects.filter(kind="publishing.rerender")
    assert sorted(item for work in waiting for item in work.payload["items"]) == sorted(
        a.item_id for a in articles
    )
    for work in waiting:
        rerendering.rerender(work.payload["items"])
    assert all("A boat" in article.body_html for article in Article.objects.all())


def test_an_image_knows_where_it_is_used(desk: Client) -> None:
    asset, other = factories.image(), factories.image()
    factories.article("As a hero", hero=asset)
    factories.article("In the text", body=f"![](asset:{asset.pk})")
    factories.static_page("In a page", body=f"![](asset:{asset.pk})")
    factories.person("A portrait", portrait=asset)
    factories.article("Elsewhere", hero=other)
    shown = desk.get(change(asset)).text
    for name in ("As a hero", "In the text", "In a page", "A portrait"):
        assert f">{name}</a>" in shown
    assert "Elsewhere" not in shown


def test_an_image_in_use_cannot_be_deleted(desk: Client) -> None:
    hero, inside, free = factories.image(), factories.image(), factories.image()
    factories.article(hero=hero, body=f"![](asset:{inside.pk})")
    for asset in (hero, inside, free):
        desk.post(f"/admin/media_pipeline/mediaasset/{asset.pk}/delete/", {"post": "yes"})
    assert set(MediaAsset.objects.all()) == {hero, inside}
    data = {"action": "delete_selected", "_selected_action": [hero.pk, inside.pk], "post": "yes"}
    desk.post("/admin/media_pipeline/mediaasset/", data)
    assert MediaAsset.objects.count() == 2


def test_the_text_of_an_image_can_be_replaced_in_a_text(desk: Client) -> None:
    asset = factories.image(alt="A boat")
    page = StaticPage.objects.create(name="About", body=f"![Our boat](asset:{asset.pk})")
    assert 'alt="Our boat"' in page.body_html
    assert f"![](asset:{asset.pk})" in desk.get(change(asset)).text


LIST_QUERIES = 7


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_asks_a_constant_number_of_times(
    desk: Client, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        factories.image()
    desk.get("/admin/media_pipeline/mediaasset/")
    with django_assert_num_queries(LIST_QUERIES):
        page = desk.get("/admin/media_pipeline/mediaasset/")
    assert page.text.count('class="thumbnail"') == count
