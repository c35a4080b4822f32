from typing import ClassVar

from django.db import models
from django.urls import reverse

from publishing.models import Body, Item, Publishable, PublishableQuerySet
from search.indexing import Document


class StaticPage(Publishable, Body):
    """About, imprint, privacy: a page at the root of the site, in no list but found by search."""

    kind: ClassVar[str] = "page"

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

    def index_document(self) -> Document:
        return Document(
            title=self.name, summary=self.summary, body=self.body_text, body_html=self.body_html, listed=False
        )


class FrontPageSlot(models.Model):
    """An editor's choice for the front page. What is not live is passed over, and the newest moves up."""

    class Place(models.TextChoices):
        LEAD = "lead", "Lead"
        SECONDARY = "secondary", "Secondary"

    place = models.CharField(max_length=10, choices=Place, default=Place.SECONDARY)
    item = models.OneToOneField(Item, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["place", "position", "id"]
        verbose_name_plural = "front page"
        constraints = [
            models.UniqueConstraint(
                fields=["place"], condition=models.Q(place="lead"), name="one_lead_on_the_front_page"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_place_display()}: {self.item}"
