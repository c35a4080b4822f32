"""schema.org descriptions (JSON-LD) of articles."""

from typing import Any

from articles.models import Article
from core.links import absolute
from core.markdown import inline_text
from publishing.structured import breadcrumbs, person


def article(content: Article) -> list[dict[str, Any]]:
    """https://schema.org/NewsArticle-style description and the way to it, as Google's article guidelines want them."""
    authors = [person(credit.person) for credit in content.credits if not credit.role] or [
        person(credit.person) for credit in content.credits
    ]
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Article",
        "@id": absolute(content.get_absolute_url()),
        "mainEntityOfPage": content.canonical_url or absolute(content.get_absolute_url()),
        "headline": inline_text(content.headline),
        "description": inline_text(content.standfirst),
        "datePublished": content.published_at.isoformat() if content.published_at else None,
        "dateModified": (content.revised_at or content.published_at or content.changed_at).isoformat(),
        "wordCount": content.body_words,
        "author": authors,
        "articleSection": content.section.name if content.section else None,
        "image": _image(content),
        "publisher": {"@id": absolute("/#publisher")},
        "isAccessibleForFree": True,
    }
    trail = [(content.section.name, content.section.get_absolute_url())] if content.section else []
    return [
        {key: value for key, value in described.items() if value},
        breadcrumbs([*trail, (inline_text(content.headline), content.get_absolute_url())]),
    ]


def _image(content: Article) -> dict[str, Any] | None:
    if content.hero is None:
        return None
    shared = content.hero.shared
    return {
        "@type": "ImageObject",
        "url": shared.url,
        "width": shared.width,
        "height": shared.height,
        "creditText": content.hero.credit,
    }
