"""How a ladder reaches the pages: when it goes live, when it changes, and when the image is deleted."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.db.models.signals import post_save
from django.test import Client

from articles.models import Article
from core import caching, faults
from core.models import Work
from media_pipeline import encoding, storage
from media_pipeline.encoding import PROFILES
from media_pipeline.encoding.profiles import ImageProfile
from media_pipeline.images import ingest, ladders
from media_pipeline.models import EDITED, Encoding, MediaAsset, RenditionSet
from media_pipeline.signals import asset_changed
from media_pipeline.storage import ensure_bucket
from search.models import IndexEntry
from tests import factories
from tests.harness.threads import in_threads
from tests.media_pipeline.images.drawing import encoded, photograph, run_all, uploaded
from tests.storage import changed_storage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _bucket() -> None:
    ensure_bucket()


@pytest.fixture
def data() -> bytes:
    return encoded(photograph(700, 460), "JPEG", quality=90)


def objects(sha256: str) -> set[str]:
    return set(storage.keys(f"images/{sha256}/"))


def rungs(asset: MediaAsset) -> set[str]:
    return {key for *_, key in asset.ladder}


def in_use(article: Article) -> tuple[str, str]:
    return Article.objects.get(pk=article.pk).body_html, IndexEntry.objects.get(
        item=article.item_id
    ).body_html


def test_a_page_does_not_wait_and_shows_the_ladder_once_it_is_there(client: Client, data: bytes) -> None:
    asset = ingest(data, name="x.jpg", alt="Grain")
    article = factories.article(body=f"![](asset:{asset.pk})", hero=asset)
    path = article.get_absolute_url()
    before = client.get(path).text
    assert before.count(f'<img src="{asset.url}"') == 2
    assert "<picture>" not in before
    generation = caching.current_token()
    run_all()
    asset.refresh_from_db()
    assert rungs(asset) == objects(asset.sha256)
    assert len(rungs(asset)) == 6
    assert caching.current_token() != generation
    for html in in_use(article):
        assert html.count("<picture>") == 1
        assert all(key in html for key in rungs(asset))
    after = client.get(path).text
    assert after.count("<picture>") == 2
    assert article.revised_at == Article.objects.get(pk=article.pk).revised_at, "nothing to read has changed"


def test_whoever_has_nothing_to_say_says_nothing(data: bytes) -> None:
    asset = uploaded(data)
    heard: list[Any] = []

    def hear(**kwargs: Any) -> None:
        heard.append(kwargs["asset"])

    asset_changed.connect(hear)
    ladders.show(asset, RenditionSet.objects.get())
    encoding.request(asset, "image")
    run_all()
    asset_changed.disconnect(hear)
    assert heard == []


@pytest.mark.parametrize("point", ["encode.after_ladder", "encode.before_live", "encode.after_upload"])
def test_a_crash_leaves_the_plain_image_and_the_next_try_the_ladder(point: str, data: bytes) -> None:
    asset = ingest(data, name="x.jpg")

    def crash() -> None:
        raise KeyboardInterrupt

    faults.arm(point, crash)
    with pytest.raises(KeyboardInterrupt):
        from core.lease import claim
        from core.work import HANDLERS

        row = Work.objects.get(kind="media.ladder")
        run = claim(row.pk, HANDLERS)
        assert run
        run.handler.function(run)
    asset.refresh_from_db()
    assert asset.ladder == []
    faults.disarm()
    Work.objects.update(lease_until=Now() - timedelta(seconds=1))
    run_all()
    asset.refresh_from_db()
    assert rungs(asset) == objects(asset.sha256)
    assert Encoding.objects.get().live is not None


def test_the_ladder_and_the_pages_change_together_or_not_at_all(data: bytes) -> None:
    asset = ingest(data, name="x.jpg")
    article = factories.article(body=f"![](asset:{asset.pk})")

    def fail(**kwargs: Any) -> None:
        raise OSError("a receiver that fails")

    asset_changed.connect(fail)
    run_all()
    asset_changed.disconnect(fail)
    asset.refresh_from_db()
    assert asset.ladder == []
    assert Encoding.objects.get().live is None
    assert all("<picture>" not in html for html in in_use(article))
    Work.objects.update(next_try_at=Now())
    run_all()
    assert all("<picture>" in html for html in in_use(article))


def test_a_new_ladder_takes_its_place_at_once_and_the_old_files_stay_a_day(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = uploaded(data)
    old = rungs(asset)
    article = factories.article(body=f"![](asset:{asset.pk})")
    monkeypatch.setitem(PROFILES, "image", ImageProfile("image", avif=40, webp=40, jpeg=40))
    encoding.request(asset, "image")
    assert all(key in in_use(article)[0] for key in old), "until the new one is ready"
    run_all()
    asset.refresh_from_db()
    new = rungs(asset)
    assert not new & old
    assert all(key in in_use(article)[0] for key in new)
    assert objects(asset.sha256) == new | old
    RenditionSet.objects.filter(retired_at__isnull=False).update(retired_at=Now() - timedelta(days=2))
    Work.objects.filter(kind="media.tidy").update(next_try_at=Now())
    run_all()
    assert objects(asset.sha256) == new


def test_the_sweep_asks_for_what_nobody_has_asked_for(data: bytes) -> None:
    old = ingest(data, name="x.jpg")
    Encoding.objects.all().delete()
    RenditionSet.objects.all().delete()
    Work.objects.all().delete()
    row = factories.image()
    MediaAsset.objects.filter(pk=row.pk).update(kind=MediaAsset.Kind.AUDIO)
    ladders.request_missing()
    ladders.request_missing()
    assert Work.objects.filter(kind="media.ladder").count() == 1
    run_all()
    old.refresh_from_db()
    assert len(old.ladder) == 6
    ladders.request_missing()
    assert not Work.objects.due().exists()


def test_the_sweep_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        factories.image()
    monkeypatch.setattr(ladders, "AT_ONCE", 2)
    ladders.request_missing()
    assert Work.objects.count() == 2
    ladders.request_missing()
    assert Work.objects.count() == 3


def test_storage_that_is_away_is_waited_for(data: bytes) -> None:
    asset = ingest(data, name="x.jpg")
    with changed_storage(endpoint_url="http://127.0.0.1:9"):
        run_all()
    row = Work.objects.get(kind="media.ladder")
    assert (row.state, row.attempts) == ("waiting", 0)
    assert "does not answer" in row.problem
    Work.objects.update(next_try_at=Now())
    run_all()
    asset.refresh_from_db()
    assert asset.ladder


def test_a_deleted_image_takes_its_ladder_along_and_nobody_elses(data: bytes) -> None:
    asset = uploaded(data)
    other = uploaded(encoded(photograph(500, 300), "JPEG"))
    MediaAsset.objects.filter(pk=other.pk).update(key=asset.key)
    kept = objects(other.sha256)
    sha256 = asset.sha256
    asset.delete()
    run_all()
    assert objects(sha256) == set()
    assert objects(other.sha256) == kept
    assert storage.size_of(asset.key), "the other has the same pixels"


def test_words_that_are_written_meanwhile_do_not_undo_the_ladder(data: bytes) -> None:
    asset = ingest(data, name="x.jpg")
    run_all()
    asset.alt = "Typed while the ladder was made"
    asset.save(update_fields=EDITED)
    asset.refresh_from_db()
    assert len(asset.ladder) == 6


def test_an_editor_who_saves_at_that_moment_is_not_in_the_way(data: bytes) -> None:
    """The editor has the article and wants the image, the worker has the image and wants the article."""
    asset = ingest(data, name="x.jpg")
    article = factories.article(body=f"![](asset:{asset.pk})")
    has_article, has_image = threading.Event(), threading.Event()

    def tell(instance: MediaAsset, **kwargs: Any) -> None:
        has_image.set()

    def save_the_article() -> None:
        with transaction.atomic():
            Article.objects.select_for_update().get(pk=article.pk)
            has_article.set()
            assert has_image.wait(20)
            time.sleep(0.2)
            Article.objects.filter(pk=article.pk).update(hero=asset)

    def make_the_ladder() -> None:
        assert has_article.wait(20)
        run_all()

    post_save.connect(tell, sender=MediaAsset)
    calls = [save_the_article, make_the_ladder]
    in_threads(2, lambda: calls.pop()())
    post_save.disconnect(tell, sender=MediaAsset)
    article.refresh_from_db()
    assert article.hero == asset
    assert "<picture>" in article.body_html
    assert not Work.objects.filter(kind="media.ladder", problem__gt="").exists()
