from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from core.caching import cacheable
from people.models import Person
from publishing.models import Topic
from search.feeds import feed_of
from search.models import IndexEntry


@cacheable(max_age=300)
def everything_feed(request: HttpRequest) -> HttpResponse:
    return feed_of(IndexEntry.objects.all(), title="", path=reverse("front_page"), feed_path=request.path)


@cacheable(max_age=300)
def topic_feed(request: HttpRequest, slug: str) -> HttpResponse:
    topic = get_object_or_404(Topic, slug=slug)
    entries = IndexEntry.objects.filter(topics=topic)
    path = topic.get_absolute_url()
    return feed_of(
        entries, title=topic.name, path=path, feed_path=request.path, description=topic.description
    )


@cacheable(max_age=300)
def person_feed(request: HttpRequest, slug: str) -> HttpResponse:
    person = get_object_or_404(Person, slug=slug)
    entries = IndexEntry.objects.filter(people=person)
    return feed_of(entries, title=person.name, path=person.get_absolute_url(), feed_path=request.path)
