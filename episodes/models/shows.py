import uuid
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.functional import cached_property

from core.links import absolute
from core.reserved import reserved_segments
from core.slugs import unique_slug
from episodes.categories import CATEGORIES
from media_pipeline.captioning import LANGUAGE
from media_pipeline.models import MediaAsset
from people.models import Credit, Person

MOST_CATEGORIES = 3
MOST_DESCRIPTION = 4000  # bytes, FEED.md
PODCAST_NAMESPACE = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")

language_tag = RegexValidator(rf"\A{LANGUAGE.pattern}\Z", "A language tag is like en, de or pt-BR.")


def podcast_guid(feed_url: str) -> uuid.UUID:
    """https://podcastindex.org/namespace/1.0#guid: UUIDv5 over the address without scheme and trailing slashes."""
    return uuid.uuid5(PODCAST_NAMESPACE, feed_url.partition("://")[2].rstrip("/") or feed_url)


class Show(models.Model):
    """A podcast: what its feed says about itself, and how its pages look."""

    class Type(models.TextChoices):
        EPISODIC = "episodic", "Episodic: newest first"
        SERIAL = "serial", "Serial: from the first to the last"

    class Medium(models.TextChoices):
        PODCAST = "podcast", "Podcast"
        VIDEO = "video", "Video"
        MUSIC = "music", "Music"
        AUDIOBOOK = "audiobook", "Audiobook"

    name = models.CharField(max_length=128, unique=True, help_text="The name alone; no tagline, no host.")
    slug = models.SlugField(
        max_length=80,
        unique=True,
        blank=True,
        help_text="Left empty, it is made from the name. When it changes, the old addresses redirect.",
    )
    tagline = models.CharField(
        max_length=160, blank=True, help_text="One line under the name, on the site alone."
    )
    description = models.TextField(
        blank=True,
        help_text="What it is about, for whom, how often. Plain text; apps show at most 4,000 bytes.",
    )
    author = models.CharField(
        max_length=128, blank=True, help_text="Who makes it, as apps print it. Left empty: the hosts."
    )
    owner_name = models.CharField(
        max_length=128, blank=True, help_text="Whom directories write to. Readers' pages never show it."
    )
    owner_email = models.EmailField(
        "owner's e-mail", blank=True, help_text="Directories send their code there; the feed shows it."
    )
    language = models.CharField(
        max_length=35, default="en", validators=[language_tag], help_text="en, de, pt-BR …"
    )
    type = models.CharField(max_length=10, choices=Type, default=Type.EPISODIC)
    medium = models.CharField(max_length=10, choices=Medium, default=Medium.PODCAST)
    artwork = models.ForeignKey(
        MediaAsset,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"kind": "image"},
        help_text="Square, 1400 to 3000 pixels, JPEG or PNG.",
    )
    hue = models.PositiveSmallIntegerField(
        default=250,
        validators=[MaxValueValidator(359)],
        help_text="An angle, 0-359: 25 is red, 145 green, 250 blue.",
    )
    categories = models.JSONField(
        default=list, blank=True, help_text="Apple's, at most three: the first one counts most."
    )
    explicit = models.BooleanField(default=False, help_text="Strong language or content for adults.")
    website = models.URLField(
        max_length=400, blank=True, help_text="Only if its home is elsewhere. Left empty: its page here."
    )
    copyright = models.CharField(max_length=128, blank=True, help_text="© 2026 Somebody")
    license = models.CharField(
        max_length=128, blank=True, help_text="An identifier such as cc-by-4.0, or a name of your own."
    )
    license_url = models.URLField(max_length=400, blank=True, help_text="Where a licence of your own is.")
    funding_url = models.URLField(max_length=400, blank=True, help_text="Where listeners can support it.")
    funding_label = models.CharField(max_length=128, blank=True, help_text="“Support the show”")
    frequency = models.CharField(max_length=128, blank=True, help_text="As people say it: “every Tuesday”.")
    frequency_rule = models.CharField(
        max_length=128, blank=True, help_text="As calendars say it: FREQ=WEEKLY;BYDAY=TU"
    )
    location = models.CharField(max_length=128, blank=True, help_text="What place it is about, if any.")
    podroll = models.TextField(
        blank=True,
        help_text="Shows you recommend, a line each: Title | address of the feed | its podcast:guid",
    )
    txt = models.TextField(
        "text records",
        blank=True,
        help_text="What directories ask for, a line each: purpose | value. “applepodcastsverify | 1234”",
    )
    locked = models.BooleanField(
        default=True, help_text="Other hosts may not take the feed over. Switch it off to move away."
    )
    complete = models.BooleanField(default=False, help_text="There will never be another episode.")
    hidden = models.BooleanField(
        default=False,
        help_text="No list shows it, here or in directories. Its page and its feed work all the same.",
    )
    moved_to = models.URLField(
        max_length=400, blank=True, help_text="The feed's new home: apps are sent there, for good."
    )
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text="From then on the feed answers that it is gone (410)."
    )
    position = models.PositiveSmallIntegerField(default=0, help_text="The order in lists of shows.")
    podcast_guid = models.UUIDField(
        unique=True, editable=False, help_text="Assigned once, never computed again."
    )
    kept = models.JSONField(
        default=dict,
        db_default={},
        editable=False,
        help_text="What an import found and nothing here has a place for: see episodes.kept.",
    )
    people = models.ManyToManyField(Person, through="ShowCredit", related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.slug = self.slug or unique_slug(Show, self.name, self.pk, self.reserved_slugs())
        self.podcast_guid = self.podcast_guid or podcast_guid(absolute(self.feed_path))
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("show", args=[self.slug])

    def clean(self) -> None:
        if self.slug in self.reserved_slugs():
            raise ValidationError({"slug": f"“{self.slug}” is the address of another part of the site."})
        if len(self.description.encode()) > MOST_DESCRIPTION:
            size = len(self.description.encode())
            raise ValidationError(
                {"description": f"It has {size:,} bytes; apps show at most {MOST_DESCRIPTION:,}."}
            )
        unknown = [name for name in self.categories if name not in CATEGORIES]
        if unknown or len(self.categories) > MOST_CATEGORIES:
            raise ValidationError({"categories": "Choose one to three of Apple's categories."})

    @classmethod
    def reserved_slugs(cls) -> frozenset[str]:
        return reserved_segments("/episodes/")

    @property
    def feed_path(self) -> str:
        return reverse("show_feed", args=[self.slug])

    @cached_property
    def hosts(self) -> list["ShowCredit"]:
        return list(self.credits.select_related("person", "person__portrait"))

    @property
    def author_line(self) -> str:
        return self.author or ", ".join(credit.person.name for credit in self.hosts)


class FeedCredit(Credit):
    """Abstract: a person's part as feeds name it (https://podcastindex.org/namespace/1.0#person)."""

    role = models.CharField(
        max_length=60, default="host", help_text="host, co-host, guest, editor, producer …"
    )
    href = models.URLField(
        max_length=400,
        blank=True,
        default="",
        help_text="Where feeds send people. Left empty: their page here.",
    )
    img = models.URLField(max_length=400, blank=True, default="", editable=False)

    class Meta(Credit.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.person}, {self.role}"


class ShowCredit(FeedCredit):
    show = models.ForeignKey(Show, on_delete=models.CASCADE, related_name="credits")

    class Meta(FeedCredit.Meta):
        constraints = [
            models.UniqueConstraint(fields=["show", "person", "role"], name="show_credit_once_a_role")
        ]


class ShowLink(models.Model):
    """Where else it is: Apple Podcasts, a chat, a forum."""

    show = models.ForeignKey(Show, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(max_length=60)
    url = models.URLField(max_length=400)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.label


class Season(models.Model):
    show = models.ForeignKey(Show, on_delete=models.CASCADE, related_name="seasons")
    number = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    name = models.CharField(max_length=128, blank=True, help_text="Left empty: “Season 2”.")
    description = models.TextField(blank=True)

    label_format: ClassVar[str] = "Season {}"

    class Meta:
        ordering = ["show", "-number"]
        constraints = [models.UniqueConstraint(fields=["show", "number"], name="season_one_a_number")]

    def __str__(self) -> str:
        return self.name or self.label_format.format(self.number)

    def get_absolute_url(self) -> str:
        return reverse("season", args=[self.show.slug, self.number])
