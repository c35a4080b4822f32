from typing import ClassVar, Self

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now
from django.urls import reverse

from publishing.models import Body, Item, Publishable, PublishableQuerySet
from search.indexing import Document


class StaticPage(Publishable, Body):
    """About, imprint, privacy: a page at the root of the site, in no list but found by search."""

    kind: ClassVar[str] = "page"
    title_field: ClassVar[str] = "name"

    name = models.CharField("title", max_length=120)
    summary = models.TextField(max_length=300, blank=True, help_text="One sentence for search engines.")

    objects = PublishableQuerySet["StaticPage"].as_manager()

    class Meta(Publishable.Meta):
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("static_page", args=[self.slug])

    def feed_paths(self) -> list[str]:
        return []

    def index_document(self) -> Document:
        return Document(
            title=self.name, summary=self.summary, body=self.body_text, body_html=self.body_html, listed=False
        )


class FrontPageSlotQuerySet(models.QuerySet["FrontPageSlot"]):
    def standing(self) -> Self:
        """Those without dates: what stands there while nothing else has its time."""
        return self.filter(from_at=None, until_at=None)

    def timed(self) -> Self:
        return self.exclude(from_at=None, until_at=None)

    def over(self) -> Self:
        return self.filter(until_at__lte=Now())

    def current(self) -> Self:
        """Whose time it is by the database's clock, in order of precedence: the one that began last comes first."""
        begun = Q(from_at=None) | Q(from_at__lte=Now())
        not_over = Q(until_at=None) | Q(until_at__gt=Now())
        began_last, ends_first = F("from_at").desc(nulls_last=True), F("until_at").asc(nulls_last=True)
        return self.filter(begun, not_over).order_by(began_last, ends_first, "position", "id")

    def with_state(self) -> Self:
        """Each row with `state`, by the database's clock: upcoming, current or over."""
        over = When(until_at__lte=Now(), then=Value("over"))
        upcoming = When(from_at__gt=Now(), then=Value("upcoming"))
        state = Case(over, upcoming, default=Value("current"), output_field=models.CharField())
        return self.annotate(state=state)


class FrontPageSlot(models.Model):
    """An editor's choice for the front page, for good or for a time. What is not live is passed over.

    There may be several leads: the one that began last wins, so none has to be unique. One piece may have several slots,
    at different times.
    """

    class Place(models.TextChoices):
        LEAD = "lead", "Lead"
        SECONDARY = "secondary", "Beside it"

    place = models.CharField(max_length=10, choices=Place, default=Place.SECONDARY)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    from_at = models.DateTimeField(null=True, blank=True)
    until_at = models.DateTimeField(null=True, blank=True)

    objects = FrontPageSlotQuerySet.as_manager()

    class Meta:
        ordering = ["place", "position", "id"]
        verbose_name_plural = "front page"
        constraints = [
            models.CheckConstraint(
                condition=Q(from_at=None) | Q(until_at=None) | Q(until_at__gt=F("from_at")),
                name="front_page_slot_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_place_display()}: {self.item}"
