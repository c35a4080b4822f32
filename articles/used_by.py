from collections.abc import Iterator

from articles.models import Article, Section, Series
from people.models import Person
from publishing.lists.used_by import Uses, linking_to, used_by
from publishing.models import Publishable, Topic


@used_by(Publishable)
def further_reading(content: Publishable) -> Iterator[Uses]:
    yield Uses("It is further reading in", Article.objects.filter(related=content.item_id))


@used_by(Article)
def the_rest_of_the_series(article: Article) -> Iterator[Uses]:
    if article.series_id:
        others = Article.objects.filter(series=article.series_id).exclude(pk=article.pk)
        yield Uses(f"The series “{article.series}” has these parts besides", others.order_by("part", "pk"))


@used_by(Person)
def articles_by(person: Person) -> Iterator[Uses]:
    yield Uses("These articles carry the byline", Article.objects.filter(bylines__person=person).distinct())


@used_by(Topic)
def articles_about(topic: Topic) -> Iterator[Uses]:
    yield Uses("These articles lose the topic", Article.objects.filter(topics=topic))


@used_by(Section)
def articles_in_a_section(section: Section) -> Iterator[Uses]:
    yield Uses("These articles are in it", Article.objects.filter(section=section))
    yield from linking_to(section)


@used_by(Series)
def parts_of_a_series(series: Series) -> Iterator[Uses]:
    yield Uses("These articles are part of it", Article.objects.filter(series=series).order_by("part", "pk"))
    yield from linking_to(series)
