from typing import Any

from django.dispatch import receiver

from core import caching
from core.signals import address_changed
from media_pipeline.models import MediaAsset
from media_pipeline.signals import asset_changed
from publishing import redirects
from publishing.links import outside_links
from publishing.models import Publishable, Revision
from publishing.rerendering import rerender_soon, showing
from publishing.signals import content_changed, revision_saved


@receiver(content_changed)
def forget_cached_pages(sender: Any, **kwargs: Any) -> None:
    caching.bump()


@receiver(address_changed)
def remember_old_address(sender: Any, old: str, new: str, **kwargs: Any) -> None:
    redirects.remember_move(old, new)


@receiver(asset_changed)
def rerender_what_shows_an_image(sender: Any, asset: MediaAsset, **kwargs: Any) -> None:
    rerender_soon(showing(asset))
    caching.bump()


@receiver(content_changed)
def collect_links_of_the_text(sender: Any, content: Publishable, **kwargs: Any) -> None:
    outside_links.collect_soon(content, getattr(content, "body", ""))


@receiver(revision_saved)
def collect_links_of_a_draft(sender: Any, content: Publishable, revision: Revision, **kwargs: Any) -> None:
    outside_links.collect_soon(content, revision.snapshot["fields"].get("body", ""))
