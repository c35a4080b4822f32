from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from core.caching import cacheable
from core.links import absolute
from core.paging import page_of
from pages.front import composition
from pages.models import StaticPage
from people.models import Person
from publishing.context import publication_of
from publishing.models import Topic
from publishing.structured import breadcrumbs, organization, website
from publishing.structured import person as described_person
from search.models import IndexEntry, live_entries

LIVE_ENTRIES = live_entries("entries__") & Q(entries__listed=True)


@cacheable()
def front_page(request: HttpRequest) -> HttpResponse:
    lead, secondaries, taken = composition()
    page = page_of(request, IndexEntry.objects.river().exclude(pk__in=taken))
    publication = publication_of(request)
    context = {
        "lead": lead if page.number == 1 else None,
        "secondaries": secondaries if page.number == 1 else [],
        "page": page,
        "publication": publication,
        "structured": [organization(publication), website(publication)],
    }
    return render(request, "pages/front_page.html", context)


@cacheable()
def topics(request: HttpRequest) -> HttpResponse:
    """Every topic something was published about, by name, with how much."""
    used = (
        Topic.objects.annotate(count=Count("entries", filter=LIVE_ENTRIES))
        .filter(count__gt=0)
        .order_by("name")
    )
    return render(request, "pages/topics.html", {"topics": used})


@cacheable()
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Topic, slug=slug)
    page = page_of(request, IndexEntry.objects.river().filter(topics=found))
    structured = [breadcrumbs([(found.name, found.get_absolute_url())])]
    return render(request, "pages/topic.html", {"topic": found, "page": page, "structured": structured})


@cacheable()
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who has something published, by name."""
    published = (
        Person.objects.select_related("portrait")
        .annotate(
            count=Count("entries", filter=LIVE_ENTRIES),
            latest=Max("entries__published_at", filter=LIVE_ENTRIES),
        )
        .filter(count__gt=0)
        .order_by("name", "id")
    )
    return render(request, "pages/people.html", {"page": page_of(request, published, per_page=60)})


@cacheable()
def person(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Person.objects.select_related("portrait").prefetch_related("links"), slug=slug)
    page = page_of(request, IndexEntry.objects.river().filter(people=found))
    described = {"@context": "https://schema.org", **described_person(found)}
    if links := [link.url for link in found.links.all()]:
        described["sameAs"] = links
    structured = [described, breadcrumbs([(found.name, found.get_absolute_url())])]
    return render(request, "pages/person.html", {"person": found, "page": page, "structured": structured})


@cacheable()
def static_page(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(StaticPage.objects.live(), slug=slug)
    return render(request, "pages/static_page.html", {"static_page": found})


@cacheable()
def robots(request: HttpRequest) -> HttpResponse:
    """https://www.rfc-editor.org/rfc/rfc9309"""
    lines = ["User-agent: *", "Disallow: /account/", "Disallow: /admin/", "Disallow: /search/", ""]
    lines.append(f"Sitemap: {absolute('/sitemap.xml')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
