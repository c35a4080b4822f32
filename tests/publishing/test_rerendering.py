"""Texts that an older release has rendered are rendered again, by workers, some at a time."""

import pytest

from articles.models import Article
from core import work
from core.markdown import RENDERER_VERSION
from core.models import Work
from pages.models import StaticPage
from publishing import rerendering
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def run_all() -> None:
    for row in Work.objects.due().order_by("pk"):
        work.run(row.pk)


def test_what_an_older_release_has_rendered_is_rendered_again() -> None:
    old, page, new = factories.article(body="Old."), factories.static_page(), factories.article(body="New.")
    empty = factories.article(body="")
    for model, pk in ((Article, old.pk), (StaticPage, page.pk), (Article, empty.pk)):
        model.objects.filter(pk=pk).update(body_html="<p>stale</p>", body_renderer=RENDERER_VERSION - 1)
    Article.objects.filter(pk=new.pk).update(body_html="<p>kept</p>")
    run_all()
    rerendering.rerender_outdated()
    rerendering.rerender_outdated()
    assert Work.objects.due().filter(kind="publishing.rerender").count() == 2
    run_all()
    old.refresh_from_db()
    assert (old.body_html.strip(), old.body_renderer) == ("<p>Old.</p>", RENDERER_VERSION)
    assert StaticPage.objects.get(pk=page.pk).body_renderer == RENDERER_VERSION
    assert Article.objects.get(pk=new.pk).body_html == "<p>kept</p>"
    rerendering.rerender_outdated()
    assert not Work.objects.due().filter(kind="publishing.rerender").exists()


def test_many_are_left_to_several_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rerendering, "AT_ONCE", 2)
    for _ in range(5):
        factories.article()
    Article.objects.update(body_renderer=0)
    rerendering.rerender_outdated()
    assert Work.objects.filter(kind="publishing.rerender").count() == 3
