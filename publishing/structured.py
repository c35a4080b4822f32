"""schema.org descriptions (JSON-LD) that every kind of page uses."""

from typing import Any

from core.links import absolute
from people.models import Person
from publishing.models import Publication


def person(who: Person) -> dict[str, Any]:
    address = absolute(who.get_absolute_url())
    return {"@type": "Person", "@id": address, "name": who.name, "url": address}


def breadcrumbs(trail: list[tuple[str, str]]) -> dict[str, Any]:
    """From (name, path) pairs, the site's front page first (it is added here)."""
    steps = [("Home", "/"), *trail]
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": absolute(path)}
            for number, (name, path) in enumerate(steps, 1)
        ],
    }


def organization(publication: Publication) -> dict[str, Any]:
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": absolute("/#publisher"),
        "name": publication.name,
        "url": absolute("/"),
        "description": publication.description,
        "sameAs": [link.url for link in publication.social_links],
    }
    if publication.logo:
        described["logo"] = {"@type": "ImageObject", "url": publication.logo.shared.url}
    return {key: value for key, value in described.items() if value}


def website(publication: Publication) -> dict[str, Any]:
    target = absolute("/search/") + "?q={search_term_string}"
    return {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "url": absolute("/"),
        "name": publication.name,
        "publisher": {"@id": absolute("/#publisher")},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": target},
            "query-input": "required name=search_term_string",
        },
    }
