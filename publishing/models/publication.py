import re

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.functional import cached_property

from media_pipeline.models import MediaAsset

_LINK = re.compile(r"/(?![/\\])|https?://[^/]|mailto:[^/]")


class Publication(models.Model):
    """The one row of site settings: what the publication is called and what stands around its pages."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=80, default="Masthead")
    tagline = models.CharField(
        max_length=160, blank=True, help_text="One line under the name, and in search results."
    )
    description = models.TextField(
        max_length=400, blank=True, help_text="Two sentences for feeds and search engines."
    )
    logo = models.ForeignKey(
        MediaAsset,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"kind": "image"},
    )
    hue = models.PositiveSmallIntegerField(
        default=25,
        validators=[MaxValueValidator(359)],
        help_text="The accent colour as an angle, 0-359: 25 is red, 145 green, 250 blue.",
    )
    colophon = models.CharField(max_length=300, blank=True, help_text="The last line of every page.")

    class Meta:
        verbose_name = verbose_name_plural = "site settings"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="publication_is_one_row")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Publication":
        """The row; the defaults when nobody has saved any yet."""
        return cls.objects.select_related("logo").first() or cls()

    @property
    def header_links(self) -> list["PublicationLink"]:
        return self._links(PublicationLink.Place.HEADER)

    @property
    def footer_links(self) -> list["PublicationLink"]:
        return self._links(PublicationLink.Place.FOOTER)

    @property
    def social_links(self) -> list["PublicationLink"]:
        return self._links(PublicationLink.Place.SOCIAL)

    @cached_property
    def all_links(self) -> list["PublicationLink"]:
        return list(self.links.all())

    def _links(self, place: "PublicationLink.Place") -> list["PublicationLink"]:
        return [link for link in self.all_links if link.place == place]


class PublicationLink(models.Model):
    """One link of the header, the footer or the social row."""

    class Place(models.TextChoices):
        HEADER = "header", "Header"
        FOOTER = "footer", "Footer"
        SOCIAL = "social", "Social"

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="links")
    place = models.CharField(max_length=10, choices=Place, default=Place.HEADER)
    label = models.CharField(max_length=40)
    url = models.CharField(max_length=300, help_text="A path such as /about/ or a full address.")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        if not _LINK.match(self.url):
            raise ValidationError({"url": "Begin with / for a page here, or with https:// for another site."})
