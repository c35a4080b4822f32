import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now

from people.models import Person

if TYPE_CHECKING:
    from publishing.models.publishable import Publishable

KINDS: dict[str, "type[Publishable]"] = {}


class Item(models.Model):
    """The permanent identity of one published thing, made when it is first saved and kept for good.

    The content points here (OneToOne), and so does everything that must survive its rebuilding or unpublishing.
    """

    kind = models.CharField(max_length=20, help_text="`Publishable.kind` of the content.")
    guid = models.UUIDField(unique=True, default=uuid.uuid4, help_text="The feeds' identity; never changes.")
    created_at = models.DateTimeField(db_default=Now())
    label: str = ""  # filled by queries that list many

    def __str__(self) -> str:
        if self.label:
            return self.label
        content = self.content()
        return str(content) if content else f"deleted {self.kind}"

    def content(self, *, locked: bool = False) -> "Publishable | None":
        """The article, page, … that this is the identity of; None once it is deleted.

        `locked`: for the rest of the transaction, after waiting for whoever is changing it.
        """
        model = KINDS.get(self.kind)
        if model is None:
            return None
        rows = model._default_manager.filter(item=self)
        return (rows.select_for_update(no_key=True) if locked else rows).first()


def contents_of(items: Iterable[int]) -> "dict[int, Publishable]":
    """What is behind Items, by their number, in one query a kind."""
    ids = set(items)
    return {
        content.item_id: content
        for model in KINDS.values()
        for content in model._default_manager.filter(item__in=ids)
    }


class Redirect(models.Model):
    """An address that something once had. Asked only when nothing else answers, so it can never hide a page."""

    path = models.CharField(
        max_length=500, unique=True, help_text="Begins with a slash, without host or query."
    )
    item = models.ForeignKey(Item, null=True, blank=True, on_delete=models.CASCADE, related_name="redirects")
    target_path = models.CharField(
        max_length=500,
        blank=True,
        help_text="Where a page that is no item is now: a person, a topic, a section.",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(item__isnull=False, target_path="")
                | models.Q(item=None) & ~models.Q(target_path=""),
                name="redirect_to_an_item_or_a_path",
            )
        ]

    def __str__(self) -> str:
        return self.path


class ImportRecord(models.Model):
    """Where an imported thing - content or a person - came from, and what the import last wrote (field -> digest).

    A field that no longer has the digest was edited by hand: a later import leaves it alone.
    """

    source = models.CharField(max_length=100)
    key = models.CharField(max_length=500)
    item = models.OneToOneField(
        Item, null=True, blank=True, on_delete=models.CASCADE, related_name="import_record"
    )
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    digests = models.JSONField(default=dict)
    imported_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="import_record_unique_source_key"),
            models.CheckConstraint(
                condition=models.Q(item__isnull=False, person=None)
                | models.Q(item=None, person__isnull=False),
                name="import_record_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.key}"
