from typing import Any

from django.db.models.signals import post_delete, pre_delete
from django.dispatch import receiver

from people.models import Person
from people.signals import person_changed
from publishing.models import Publishable, Topic
from publishing.signals import content_changed, topic_changed
from search.indexing import index, reindex


@receiver(content_changed)
def index_content(sender: Any, content: Publishable, **kwargs: Any) -> None:
    index(content)


@receiver(person_changed)
def reindex_what_a_person_made(sender: Any, person: Person, **kwargs: Any) -> None:
    reindex(person.entries.values_list("item_id", flat=True))


@receiver(topic_changed)
def reindex_what_is_about_a_topic(sender: Any, topic: Topic, **kwargs: Any) -> None:
    reindex(topic.entries.values_list("item_id", flat=True))


@receiver(pre_delete, sender=Topic)
def notice_what_was_about_a_topic(sender: Any, instance: Topic, **kwargs: Any) -> None:
    instance.indexed_items = list(instance.entries.values_list("item_id", flat=True))  # type: ignore[attr-defined]


@receiver(post_delete, sender=Topic)
def reindex_what_was_about_a_topic(sender: Any, instance: Topic, **kwargs: Any) -> None:
    reindex(instance.indexed_items)  # type: ignore[attr-defined]
