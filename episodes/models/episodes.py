from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest, Now
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import Truncator

from accounts.models import User
from core.markdown import render_inline
from core.reserved import reserved_segments
from episodes.chapters import Chapter, Soundbite, chapters_of, soundbites_of
from episodes.models.shows import FeedCredit, Season, Show
from media_pipeline.models import Encoding, MediaAsset, Transcript
from media_pipeline.playing import clock
from people.models import Person
from publishing.models import Body, Item, Publishable, PublishableQuerySet, Topic
from search.indexing import Document, credit_line

HUNDREDTH = Decimal("0.01")
AIRED = ("public_at", "published_at")
"""The later of both is when everybody could hear an episode first; PostgreSQL's GREATEST passes over NULL."""


class EpisodeQuerySet(PublishableQuerySet["Episode"]):
    def public(self) -> Self:
        """Live, for everybody and not for members first: what public feeds and lists show."""
        return self.live().filter(Q(public_at=None) | Q(public_at__lte=Now()), for_members=False)

    def for_feeds(self) -> Self:
        """Newest first by when everybody could hear it."""
        return self.annotate(aired_at=Greatest(*AIRED)).order_by("-aired_at", "-pk")


class Episode(Publishable, Body):
    kind: ClassVar[str] = "episode"
    title_field: ClassVar[str] = "title"
    revised_rows: ClassVar[tuple[str, ...]] = ("credits", "links", "slots")
    unread_fields: ClassVar[frozenset[str]] = frozenset({"slug", "transcript_waived"})

    class Type(models.TextChoices):
        FULL = "full", "Full episode"
        TRAILER = "trailer", "Trailer"
        BONUS = "bonus", "Bonus"

    show = models.ForeignKey(Show, on_delete=models.PROTECT, related_name="episodes")
    season = models.ForeignKey(
        Season, null=True, blank=True, on_delete=models.PROTECT, related_name="episodes"
    )
    number = models.DecimalField(
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="12, or 12.5 for something in between. Apps that know whole numbers alone get none for that.",
    )
    type = models.CharField(max_length=10, choices=Type, default=Type.FULL)
    title = models.CharField(
        max_length=200, help_text="What it is about. Without the show's name and without the number."
    )
    standfirst = models.TextField(
        max_length=400, blank=True, help_text="One or two sentences; lists and apps show them first."
    )
    audio = models.ForeignKey(
        MediaAsset,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"kind__in": ["audio", "video"]},
        help_text="The recording. What listeners get is made of it.",
    )
    video = models.ForeignKey(
        MediaAsset,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"kind": "video"},
        help_text="Only if there are pictures, too. The audio stays what feeds lead with.",
    )
    artwork = models.ForeignKey(
        MediaAsset,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"kind": "image"},
        help_text="Square, 1400 to 3000 pixels. Left empty: the show's.",
    )
    people = models.ManyToManyField(Person, through="EpisodeCredit", related_name="+")
    topics = models.ManyToManyField(Topic, blank=True, related_name="+")
    related = models.ManyToManyField(
        Item, blank=True, related_name="+", help_text="Shown at the end. Left empty: what shares most topics."
    )
    chapters = models.TextField(
        blank=True, help_text="A line each: 00:12:30 Title | https://… (the link may be left out)."
    )
    soundbites = models.TextField(
        blank=True, help_text="Moments to share, a line each: 00:12:30 45 Title (45 seconds from there)."
    )
    explicit = models.BooleanField(null=True, blank=True, help_text="Left open: as the show says of itself.")
    license = models.CharField(max_length=128, blank=True, help_text="Only if it is not the show's.")
    funding_url = models.URLField(max_length=400, blank=True, help_text="Only if it is not the show's.")
    funding_label = models.CharField(max_length=128, blank=True)
    for_members = models.BooleanField(
        "for members alone", default=False, help_text="An extra: only in members' own feeds."
    )
    public_at = models.DateTimeField(
        "for everybody from",
        null=True,
        blank=True,
        help_text="Members hear it from its publication on, everybody else from then. Left empty: all at once.",
    )
    transcript_waived = models.CharField(
        "no transcript because",
        max_length=200,
        blank=True,
        help_text="Why there will be none, if that is so: “music only”.",
    )

    transcript = models.OneToOneField(
        Transcript, null=True, editable=False, on_delete=models.SET_NULL, related_name="episode"
    )
    guid = models.CharField(
        max_length=500, editable=False, help_text="The feeds' identity: never changes, whatever else does."
    )
    linked_url = models.URLField(
        max_length=2000,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="Audio at another host.",
    )
    linked_type = models.CharField(max_length=60, blank=True, default="", db_default="", editable=False)
    linked_bytes = models.PositiveBigIntegerField(default=0, db_default=0, editable=False)
    linked_seconds = models.FloatField(null=True, editable=False)
    kept = models.JSONField(
        default=dict,
        db_default={},
        editable=False,
        help_text="What an import found and nothing here has a place for: see episodes.kept.",
    )

    objects = EpisodeQuerySet.as_manager()

    class Meta(Publishable.Meta):
        ordering = ["-published_at", "-id"]
        indexes = [
            *Publishable.Meta.indexes,
            models.Index(fields=["show", "-published_at"], name="episode_show_newest"),
            models.Index(fields=["show", "number"], name="episode_show_number"),
            models.Index(
                fields=["public_at"], condition=Q(public_at__isnull=False), name="episode_public_at"
            ),
        ]
        constraints = [
            *Publishable.Meta.constraints,
            models.UniqueConstraint(fields=["show", "guid"], name="episode_guid_once_a_show"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.item_id:
            self.item = Item.objects.create(kind=self.kind)
        self.guid = self.guid or self.item.guid.urn
        if self.number is not None:  # as it will be read again: revisions are compared
            self.number = Decimal(self.number).quantize(HUNDREDTH)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        if self.season_id and self.show_id and self.season.show_id != self.show_id:  # type: ignore[union-attr]
            raise ValidationError({"season": "This season belongs to another show."})

    def get_absolute_url(self) -> str:
        """While it is being written and belongs to no show yet, one that nobody can open."""
        return reverse("episode", args=[self.show.slug if self.show_id else "show", self.slug])

    @classmethod
    def reserved_slugs(cls) -> frozenset[str]:
        return reserved_segments("/episodes/<slug:show>/")

    @classmethod
    def belongs_to(cls, user: User) -> Q:
        signed = EpisodeCredit.objects.filter(episode=OuterRef("pk"), person__user=user)
        return super().belongs_to(user) | Q(Exists(signed))

    def people_behind(self) -> QuerySet[User]:
        signed = User.objects.filter(person__in=self.people.all())
        return (super().people_behind() | signed).distinct()

    def feed_paths(self) -> list[str]:
        seasons = [reverse("season_feed", args=[self.show.slug, self.season.number])] if self.season else []
        topics = list(self.topics.all())
        pages = [reverse("topic_feed", args=[topic.slug]) for topic in topics]
        about = [reverse("show_topic_feed", args=[self.show.slug, topic.slug]) for topic in topics]
        people = [reverse("person_feed", args=[person.slug]) for person in self.people.all()]
        own = [self.show.feed_path, reverse("network_feed"), *seasons, *about]
        return [*super().feed_paths(), *own, *pages, *dict.fromkeys(people)]

    # --- what it sounds like ------------------------------------------------------------------------------------

    @property
    def owner(self) -> str:
        """The owner of its encodings: they carry its title, number and chapters."""
        return f"episode:{self.pk}"

    @cached_property
    def encoding(self) -> Encoding | None:
        """What listeners get, once it is made."""
        return self._live_encoding("podcast", self.audio_id)

    @cached_property
    def video_encoding(self) -> Encoding | None:
        return self._live_encoding("video", self.video_id)

    def _live_encoding(self, profile: str, asset: int | None) -> Encoding | None:
        if not (asset and self.pk):
            return None
        live = Encoding.objects.exclude(live=None).select_related("live__asset")
        return live.filter(owner=self.owner, profile=profile, asset=asset).first()

    @property
    def seconds(self) -> float:
        """How long it is; 0 while nobody knows."""
        return (self.audio.duration if self.audio else self.linked_seconds) or 0

    @property
    def duration(self) -> str:
        """48:12; empty while nobody knows."""
        return clock(self.seconds) if self.seconds else ""

    @cached_property
    def chapter_list(self) -> list[Chapter]:
        """Raises nothing: lines that cannot be read are left out, the form says which they are."""
        return chapters_of(self.chapters)

    @cached_property
    def soundbite_list(self) -> list[Soundbite]:
        return soundbites_of(self.soundbites)

    # --- how it is shown ----------------------------------------------------------------------------------------

    @property
    def title_html(self) -> str:
        return render_inline(self.title)

    @property
    def display_number(self) -> str:
        """12, 12.5; empty without one."""
        return "" if self.number is None else f"{Decimal(self.number).normalize():f}"

    @property
    def kicker_text(self) -> str:
        number = f" {self.display_number}" if self.display_number else ""
        return f"{self.show.name}{number}"

    @property
    def is_explicit(self) -> bool:
        return self.show.explicit if self.explicit is None else self.explicit

    @property
    def aired(self) -> datetime | None:
        """When everybody could hear it first: never before its publication."""
        return max(filter(None, (self.public_at, self.published_at)), default=None)

    @cached_property
    def credits_shown(self) -> list["EpisodeCredit"]:
        return list(self.credits.select_related("person", "person__portrait"))

    def index_document(self) -> Document:
        from episodes.transcripts.speech import names, plain_text  # reads transcripts, which need the models

        return Document(
            title=self.title,
            kicker=self.kicker_text,
            kicker_path=self.show.get_absolute_url(),
            hue=self.show.hue,
            summary=self.standfirst or Truncator(self.body_text).words(40),
            byline=credit_line(self.credits_shown),
            meta=self.duration,
            image=self.artwork or self.show.artwork,
            body="\n\n".join(filter(None, [self.body_text, "" if self.for_members else plain_text(self)])),
            body_html=self.body_html,
            topics=list(self.topics.all()),
            people=[*(credit.person for credit in self.credits_shown), *names(self).values()],
            listed=not (self.for_members or self.show.hidden),
            published_at=self.aired,
        )


class EpisodeCredit(FeedCredit):
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="credits")

    class Meta(FeedCredit.Meta):
        constraints = [
            models.UniqueConstraint(fields=["episode", "person", "role"], name="episode_credit_once_a_role")
        ]


class EpisodeLink(models.Model):
    """What was talked about: a link each, in the order of the conversation."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(max_length=160)
    url = models.URLField(max_length=1000)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.label


class SponsorSlot(models.Model):
    """A place for a sponsor in the recording, and who has it."""

    class Place(models.TextChoices):
        PRE = "pre", "Before it begins"
        MID = "mid", "In the middle"
        POST = "post", "At the end"

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="slots")
    place = models.CharField(max_length=10, choices=Place, default=Place.MID)
    at = models.CharField(max_length=12, blank=True, help_text="00:30:00, where it is in the middle.")
    sponsor = models.CharField(max_length=120, blank=True, help_text="Who pays, as listeners should read it.")
    url = models.URLField(max_length=400, blank=True, help_text="Where the sponsor sends listeners.")
    text = models.CharField(max_length=300, blank=True, help_text="One sentence in the show notes.")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.get_place_display()}: {self.sponsor or 'open'}"


class Speaker(models.Model):
    """Who is meant by a label of a transcript. Without a row the label itself is shown."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="speakers")
    label = models.CharField(max_length=200)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["label"]
        default_permissions = ()  # those of the episode hold
        constraints = [models.UniqueConstraint(fields=["episode", "label"], name="speaker_one_a_label")]

    def __str__(self) -> str:
        return f"{self.label}: {self.person}"
