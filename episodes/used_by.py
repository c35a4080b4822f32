from collections.abc import Iterator

from episodes.models import Episode, Season, Show
from people.models import Person
from publishing.lists.used_by import Uses, linking_to, used_by
from publishing.models import Publishable, Topic


@used_by(Publishable)
def further_listening(content: Publishable) -> Iterator[Uses]:
    yield Uses("It is further listening in", Episode.objects.filter(related=content.item_id))


@used_by(Person)
def heard_in(person: Person) -> Iterator[Uses]:
    yield Uses("These shows are made by them", Show.objects.filter(credits__person=person).distinct())
    yield Uses("They are heard in", Episode.objects.filter(credits__person=person).distinct())


@used_by(Topic)
def episodes_about(topic: Topic) -> Iterator[Uses]:
    yield Uses("These episodes lose the topic", Episode.objects.filter(topics=topic))


@used_by(Show)
def episodes_of_a_show(show: Show) -> Iterator[Uses]:
    yield Uses("These episodes are of it", Episode.objects.filter(show=show))
    yield from linking_to(show)


@used_by(Season)
def episodes_of_a_season(season: Season) -> Iterator[Uses]:
    yield Uses("These episodes are in it", Episode.objects.filter(season=season).order_by("number", "pk"))
    yield from linking_to(season)
