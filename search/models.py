from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from media_pipeline.models import MediaAsset
from people.models import Person
from publishing.models import Item, Topic
from search.fields import RegConfigField


def live_entries(path: str = "") -> Q:
    """What readers may see now, by the database's clock; for entries reached over a relation, with the `path` to them."""
    not_over = Q(**{f"{path}expires_at": None}) | Q(**{f"{path}expires_at__gt": Now()})
    return Q(**{f"{path}published_at__lte": Now()}) & not_over


class IndexEntryQuerySet(models.QuerySet["IndexEntry"]):
    def live(self) -> Self:
        """What readers may see now, by the database's clock."""
        return self.filter(live_entries())

    def river(self) -> Self:
        """Newest first, without the pages that no list shows (imprint and the like)."""
        return self.live().filter(listed=True).for_cards()

    def for_cards(self) -> Self:
        """Everything a card in a list shows, in a constant number of queries."""
        return self.select_related("image").defer("body", "body_html").order_by("-published_at", "-id")


class IndexEntry(models.Model):
    """One row for each published (or scheduled) thing, whatever its kind: what every list, feed and search reads.

    Written in the transaction that publishes or changes the content; rebuilt at will by `manage.py reindex`.
    """

    item = models.OneToOneField(Item, on_delete=models.CASCADE, related_name="index_entry")
    kind = models.CharField(max_length=20)
    listed = models.BooleanField(default=True)
    path = models.CharField(max_length=300)
    kicker = models.CharField(max_length=120, blank=True)
    kicker_path = models.CharField(max_length=300, blank=True)
    hue = models.PositiveSmallIntegerField(null=True)
    title = models.CharField(max_length=300)
    summary = models.TextField(blank=True)
    byline = models.JSONField(default=list, help_text='[{"name", "path", "role"}] in printed order')
    names = models.TextField(blank=True, help_text="People and topics, for the search.")
    meta = models.CharField(max_length=60, blank=True, help_text="A kind's own words: “6 min read”, “48:12”.")
    image = models.ForeignKey(MediaAsset, null=True, on_delete=models.SET_NULL, related_name="+")
    body = models.TextField(blank=True, help_text="Plain text, for the search.")
    body_html = models.TextField(blank=True, help_text="For full-text feeds.")
    config = RegConfigField(max_length=40, default="masthead_en")
    published_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    topics = models.ManyToManyField(Topic, related_name="entries")
    people = models.ManyToManyField(Person, related_name="entries")
    vector = models.GeneratedField(
        expression=SearchVector("title", weight="A", config=models.F("config"))
        + SearchVector("kicker", "summary", weight="B", config=models.F("config"))
        + SearchVector("names", weight="B", config=models.F("config"))
        + SearchVector("body", weight="D", config=models.F("config")),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = IndexEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "index entries"
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="entry_newest"),
            models.Index(fields=["expires_at"], condition=Q(expires_at__isnull=False), name="entry_expiring"),
            GinIndex(fields=["vector"], name="entry_vector"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return self.path
