import re
import uuid
from collections.abc import Collection, Iterable
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models import Case, Value, When
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.functional import cached_property

from core.markdown import RENDERER_VERSION, Image, MarkdownTooComplex, image_references, render
from core.reserved import reserved_segments
from core.slugs import unique_slug
from media_pipeline.models import MediaAsset
from people.models import Person

WORKFLOW = frozenset({"status", "published_at", "published_by", "announced_at", "revised_at"})
RENDERED = ("body_html", "body_text", "body_headings", "body_words", "body_renderer")

_REFERENCE = re.compile(r"asset:([0-9]{1,18})")
_LINK = re.compile(r"/(?![/\\])|https?://[^/]|mailto:[^/]")


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


class PublishableQuerySet[T: "Publishable"](models.QuerySet[T]):
    def live(self) -> Self:
        """What readers may see now, by the database's clock."""
        return self.filter(status=Publishable.Status.PUBLISHED, published_at__lte=Now())

    def scheduled(self) -> Self:
        return self.filter(status=Publishable.Status.PUBLISHED, published_at__gt=Now())

    def due_for_announcement(self) -> Self:
        return self.live().filter(announced_at=None)

    def with_state(self) -> Self:
        """Each row with `state`: draft, scheduled or live, by the database's clock."""
        live = When(published_at__lte=Now(), then=Value("live"))
        draft = When(status=Publishable.Status.DRAFT, then=Value("draft"))
        return self.annotate(
            state=Case(draft, live, default=Value("scheduled"), output_field=models.CharField())
        )


KINDS: dict[str, "type[Publishable]"] = {}


class Publishable(models.Model):
    """What every kind of published content has. Status is written by `publishing.workflow` alone."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    kind: ClassVar[str]

    item = models.OneToOneField(Item, on_delete=models.PROTECT, editable=False, related_name="+")
    slug = models.SlugField(
        max_length=120,
        unique=True,
        blank=True,
        help_text="The last part of the address. Left empty, it is made from the headline. When it changes, the old address redirects.",
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, editable=False, related_name="+"
    )
    announced_at = models.DateTimeField(null=True, editable=False)
    revised_at = models.DateTimeField(
        null=True, editable=False, help_text="When readers last got a different text after publication."
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    changed_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="draft") | models.Q(published_at__isnull=False),
                name="%(app_label)s_%(class)s_published_has_a_date",
            )
        ]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "kind" in cls.__dict__:
            KINDS[cls.kind] = cls

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Never writes what the workflow has written: it may have done so since this was read."""
        if not self._state.adding and kwargs.get("update_fields") is None:
            kwargs["update_fields"] = self._own_fields()
        self.slug = self.slug or unique_slug(type(self), self.title, self.pk, self.reserved_slugs())
        if not self.item_id:
            self.item = Item.objects.create(kind=self.kind)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        raise NotImplementedError

    def clean(self) -> None:
        super().clean()
        if self.slug in self.reserved_slugs():
            taken = f"“{self.slug}” is the address of another part of the site. Choose a different one."
            raise ValidationError({"slug": taken})

    def _own_fields(self) -> set[str]:
        """The loaded columns that are not the workflow's."""
        deferred = self.get_deferred_fields()
        own = (field for field in self._meta.concrete_fields if not field.primary_key)
        return {field.name for field in own if field.attname not in deferred} - WORKFLOW

    @classmethod
    def reserved_slugs(cls) -> frozenset[str]:
        """Slugs that would give the address of something else."""
        return reserved_segments(cls(slug="slug").get_absolute_url().removesuffix("slug/"))

    @property
    def title(self) -> str:
        """Plain text: what lists, feeds and the browser's tab call it."""
        raise NotImplementedError

    @property
    def is_live(self) -> bool:
        """Asked of the database's clock, like every question about time."""
        return bool(type(self)._default_manager.filter(pk=self.pk).live().exists())  # type: ignore[attr-defined]


class Body(models.Model):
    """Abstract: a Markdown text and what it was rendered to when it was saved."""

    body = models.TextField(
        blank=True,
        help_text="Markdown. Start sections with ##; images are ![what it shows](asset:12 “caption”).",
    )
    body_html = models.TextField(blank=True, editable=False)
    body_text = models.TextField(blank=True, editable=False)
    body_headings = models.JSONField(default=list, editable=False)
    body_words = models.PositiveIntegerField(default=0, editable=False)
    body_renderer = models.PositiveSmallIntegerField(default=0, editable=False)
    images = models.ManyToManyField(MediaAsset, editable=False, related_name="+")

    _stored: str | None = None  # the text that the database has, while that is known
    _rendered: str | None = None  # the text that body_html shows

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Render the text if its HTML is not up to date, and remember which images it shows."""
        fields: Collection[str] | None = kwargs.get("update_fields")
        if "body" in self.get_deferred_fields() or (fields is not None and "body" not in fields):
            super().save(*args, **kwargs)
            return
        if self._rendered != self.body:
            self.render_body()
        if fields is not None:
            kwargs["update_fields"] = {*fields, *RENDERED}
        super().save(*args, **kwargs)
        if self._stored != self.body:
            self.link_images()
            self._stored = self.body

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        content = super().from_db(*args, **kwargs)
        loaded = content.__dict__
        content._stored = loaded.get("body")
        content._rendered = loaded.get("body") if loaded.get("body_renderer") == RENDERER_VERSION else None
        return content

    def clean(self) -> None:
        super().clean()
        try:
            self.render_body()
        except MarkdownTooComplex as error:
            raise ValidationError({"body": str(error)}) from error

    def render_body(self) -> None:
        rendered = render(self.body, asset_images(self._references()))
        self.body_html, self.body_text = rendered.html, rendered.text
        self.body_words, self.body_renderer = rendered.words, rendered.version
        self.body_headings = [{"level": h.level, "id": h.id, "text": h.text} for h in rendered.headings]
        self._rendered = self.body

    def rerender(self) -> None:
        """Render the stored text anew, and save nothing else."""
        self.render_body()
        self.save(update_fields=RENDERED)

    def link_images(self) -> None:
        """After saving: remember which images the text shows."""
        self.images.set(MediaAsset.objects.filter(pk__in=asset_ids(self._references())))

    def _references(self) -> list[str]:
        return image_references(self.body) if "asset:" in self.body else []

    @property
    def reading_minutes(self) -> int:
        """At 230 words a minute, at least one."""
        return max(1, round(self.body_words / 230))


def asset_images(references: list[str]) -> dict[str, Image]:
    """The images behind `asset:12`, `asset:13` …, for the renderer; what does not exist is left out."""
    return {a.reference: a.as_image() for a in MediaAsset.objects.filter(pk__in=asset_ids(references))}


def asset_ids(references: list[str]) -> list[int]:
    """`asset:12` is 12; what is no reference is left out, as is a number that no row can have."""
    return [int(match[1]) for reference in references if (match := _REFERENCE.fullmatch(reference))]


class Topic(models.Model):
    """What something is about, across all kinds of content."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(
        max_length=100, unique=True, blank=True, help_text="Left empty, it is made from the name."
    )
    description = models.TextField(
        blank=True, help_text="One or two sentences at the top of the topic's page."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.slug = self.slug or unique_slug(Topic, self.name, self.pk)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("topic", args=[self.slug])


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
    logo = models.ForeignKey(MediaAsset, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
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
