from collections.abc import Mapping

import pytest

from articles.models import Article
from core import markdown
from publishing.models import asset_ids, body
from tests import factories

pytestmark = pytest.mark.django_db


def stored(article: Article) -> Article:
    return Article.objects.get(pk=article.pk)


def test_a_text_is_rendered_when_it_is_saved_and_its_images_are_known() -> None:
    first, second = factories.image(), factories.image()
    article = factories.article(body=f"## Part\n\n![a]({first.reference})")
    assert f'src="{first.url}"' in stored(article).body_html
    assert stored(article).body_headings == [{"level": 2, "id": "part", "text": "Part"}]
    assert list(article.images.all()) == [first]
    article = stored(article)
    article.body = f"![b]({second.reference}) ![gone](asset:999999999)"
    article.save()
    assert f'src="{second.url}"' in stored(article).body_html
    assert list(stored(article).images.all()) == [second]


def test_saving_only_the_body_saves_its_html_too() -> None:
    article = stored(factories.article(body="One."))
    article.body, article.headline = "Two.", "Not saved"
    article.save(update_fields=["body"])
    assert (stored(article).body_html.strip(), stored(article).headline) == (
        "<p>Two.</p>",
        article.slug.replace("-", " ").capitalize(),
    )


def test_what_is_up_to_date_is_not_rendered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    article = stored(factories.article(body="One."))
    rendered: list[str] = []

    def render(source: str, images: Mapping[str, markdown.Image]) -> markdown.Rendered:
        rendered.append(source)
        return markdown.render(source, images)

    monkeypatch.setattr(body, "render", render)
    article.headline = "Another"
    article.save()
    assert rendered == []
    article.save(update_fields=["headline"])
    light = Article.objects.only("headline").get(pk=article.pk)
    light.headline = "A third"
    light.save()
    assert (rendered, stored(article).headline) == ([], "A third")
    article.body = "Two."
    article.full_clean(exclude=["hero", "section", "series"])
    article.save()
    assert rendered == ["Two."]
    assert stored(article).body_html.strip() == "<p>Two.</p>"


def test_what_an_older_renderer_made_is_rendered_anew() -> None:
    article = factories.article(body="One.")
    Article.objects.filter(pk=article.pk).update(body_html="<p>old</p>", body_renderer=0)
    stored(article).save()
    assert stored(article).body_html.strip() == "<p>One.</p>"


def test_references_that_no_row_can_have_are_left_out() -> None:
    assert asset_ids(["asset:12", "asset:0x1", "asset:", "asset:" + "9" * 30, "asset:١٢"]) == [12]
