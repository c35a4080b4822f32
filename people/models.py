from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse

from core.markdown import render
from core.slugs import unique_slug
from media_pipeline.models import MediaAsset


class Person(models.Model):
    """A public byline - author, guest, instructor - with or without a login."""

    name = models.CharField(
        max_length=200, help_text="As it is printed. Two people or a team under one name are one byline."
    )
    slug = models.SlugField(
        max_length=200, unique=True, blank=True, help_text="Left empty, it is made from the name."
    )
    tagline = models.CharField(
        max_length=200, blank=True, help_text="A few words under the name: “Editor, covers databases”."
    )
    bio = models.TextField(blank=True, help_text="Markdown. Two or three sentences in the third person.")
    bio_html = models.TextField(blank=True, editable=False)
    bio_renderer = models.PositiveSmallIntegerField(default=0, editable=False)
    portrait = models.ForeignKey(
        MediaAsset,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"kind": "image"},
        help_text="Square works best.",
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="person",
        help_text="The login of this person, if they have one.",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "people"
        default_permissions = ("add", "change", "delete", "view", "edit_all")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.slug = self.slug or unique_slug(Person, self.name, self.pk)
        bio = render(self.bio)
        self.bio_html, self.bio_renderer = bio.html, bio.version
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.slug])


class PersonLink(models.Model):
    """Where else to find a person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(max_length=60, help_text="Website, Mastodon, GitHub …")
    url = models.URLField(max_length=400)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.label


class Credit(models.Model):
    """Abstract: one person's part in one piece of content."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(
        max_length=60, blank=True, help_text="Left empty for the author: “Photographs”, “Translation”."
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "id"]
