from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import User
from core.reserved import reserved_segments
from core.slugs import unique_slug
from publishing.models.identity import KINDS, Item

WORKFLOW = frozenset(
    {
        "status",
        "stage",
        "version",
        "live_version",
        "approved_version",
        "published_at",
        "published_by",
        "expires_at",
        "announced_at",
        "revised_at",
        "edits_version",
        "edits_at",
        "reviewer",
        "due_on",
    }
)


class PublishableQuerySet[T: "Publishable"](models.QuerySet[T]):
    def live(self) -> Self:
        """What readers may see now, by the database's clock."""
        return self.filter(not_expired(), status=Publishable.Status.PUBLISHED, published_at__lte=Now())

    def owned_by(self, user: User) -> Self:
        """Made by them, or carrying their byline."""
        return self.filter(self.model.belongs_to(user))

    def editable_by(self, user: User) -> Self:
        """What they may open on the desk: everything, or their own work."""
        return self if user.has_perm(self.model.right("edit_all")) else self.owned_by(user)

    def expired(self) -> Self:
        return self.filter(status=Publishable.Status.PUBLISHED, expires_at__lte=Now())

    def with_edits_waiting(self) -> Self:
        """Published, and changed since without readers seeing it."""
        return self.filter(status=Publishable.Status.PUBLISHED, version__gt=F("live_version"))

    def edits_due(self) -> Self:
        return self.filter(status=Publishable.Status.PUBLISHED, edits_at__lte=Now())

    def scheduled(self) -> Self:
        return self.filter(status=Publishable.Status.PUBLISHED, published_at__gt=Now())

    def due_for_announcement(self) -> Self:
        return self.live().filter(announced_at=None)

    def with_state(self) -> Self:
        """Each row with `state`, by the database's clock: what its status (and for a draft its stage) amounts to now.

        draft, in_review, changes_requested, approved, scheduled, live, expired, archived or removed.
        """
        draft = When(status=Publishable.Status.DRAFT, then=F("stage"))
        away = When(status__in=[Publishable.Status.ARCHIVED, Publishable.Status.REMOVED], then=F("status"))
        expired = When(expires_at__lte=Now(), then=Value("expired"))
        live = When(published_at__lte=Now(), then=Value("live"))
        return self.annotate(
            state=Case(
                draft, away, expired, live, default=Value("scheduled"), output_field=models.CharField()
            )
        )


def not_expired() -> Q:
    return Q(expires_at=None) | Q(expires_at__gt=Now())


class Publishable(models.Model):
    """What every kind of published content has. The columns in WORKFLOW are written by `publishing.workflow` alone.

    The row holds what readers get. While it is not published that is also the newest revision; from then on edits wait
    as revisions beyond `live_version`, and the row does not change until one of them is published.
    """

    class Status(models.TextChoices):
        """What readers get. Whether published means scheduled, live or expired is a question about time."""

        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        ARCHIVED = "archived", "Archived"
        REMOVED = "removed", "Taken down"

    class Stage(models.TextChoices):
        """How far the newest revision is on its way to readers."""

        DRAFT = "draft", "Draft"
        IN_REVIEW = "in_review", "In review"
        CHANGES_REQUESTED = "changes_requested", "Changes requested"
        APPROVED = "approved", "Approved"

    kind: ClassVar[str]
    title_field: ClassVar[str]
    """The name of the column that `title` is made from."""
    is_news: ClassVar[bool] = False
    """Whether search engines may list it as news while it is new."""
    revised_rows: ClassVar[tuple[str, ...]] = ()
    """Reverse names of the rows (bylines, …) that belong to a revision like the fields do."""
    unread_fields: ClassVar[frozenset[str]] = frozenset({"slug"})
    """Fields that may change without giving readers another text."""

    item = models.OneToOneField(Item, on_delete=models.PROTECT, editable=False, related_name="+")
    slug = models.SlugField(
        max_length=120,
        unique=True,
        blank=True,
        help_text="The last part of the address. Left empty, it is made from the headline. When it changes, the old address redirects.",
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    stage = models.CharField(
        max_length=20, choices=Stage, default=Stage.DRAFT, db_default=Stage.DRAFT, editable=False
    )
    version = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="The number of the newest revision; 0 before the first.",
    )
    live_version = models.PositiveIntegerField(
        null=True, editable=False, help_text="The revision that the row holds while it is published."
    )
    approved_version = models.PositiveIntegerField(null=True, editable=False)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, editable=False, related_name="+"
    )
    due_on = models.DateField(null=True, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, editable=False, related_name="+"
    )
    expires_at = models.DateTimeField(null=True, editable=False)
    announced_at = models.DateTimeField(null=True, editable=False)
    edits_version = models.PositiveIntegerField(
        null=True, editable=False, help_text="The revision that takes the live one's place at `edits_at`."
    )
    edits_at = models.DateTimeField(null=True, editable=False)
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
        default_permissions = (
            "add",
            "change",
            "delete",
            "view",
            "edit_all",
            "review",
            "publish",
            "publish_unreviewed",
            "waive",
            "take_down",
        )
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status="published") | models.Q(published_at__isnull=False),
                name="%(app_label)s_%(class)s_published_has_a_date",
            ),
            models.CheckConstraint(
                condition=~models.Q(stage="approved") | models.Q(approved_version=models.F("version")),
                name="%(app_label)s_%(class)s_approved_is_the_newest",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at=None) | models.Q(expires_at__gt=models.F("published_at")),
                name="%(app_label)s_%(class)s_expires_after_it_begins",
            ),
        ]
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="%(app_label)s_%(class)s_newest"),
            models.Index(
                fields=["published_at"],
                condition=models.Q(status="published", announced_at=None),
                name="%(app_label)s_%(class)s_unannounced",
            ),
            models.Index(
                fields=["edits_at"],
                condition=models.Q(edits_at__isnull=False),
                name="%(app_label)s_%(class)s_edits_at",
            ),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(expires_at__isnull=False),
                name="%(app_label)s_%(class)s_expires_at",
            ),
            models.Index(
                fields=["due_on"],
                condition=models.Q(status="draft")
                | models.Q(status="published", version__gt=models.F("live_version")),
                name="%(app_label)s_%(class)s_in_hand",
            ),
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
    def right(cls, name: str) -> str:
        """The permission's full name: `articles.publish_article`."""
        return f"{cls._meta.app_label}.{name}_{cls._meta.model_name}"

    @classmethod
    def belongs_to(cls, user: User) -> Q:
        """What is somebody's own work. Kinds with bylines add those."""
        return Q(created_by=user)

    def people_behind(self) -> QuerySet[User]:
        """The logins whose work it is. Kinds with bylines add those."""
        return User.objects.filter(pk__in=[self.created_by_id])

    def feed_paths(self) -> list[str]:
        """The feeds that show it. Kinds add their own; none for what no list shows."""
        return [reverse("everything_feed")]

    @classmethod
    def reserved_slugs(cls) -> frozenset[str]:
        """Slugs that would give the address of something else."""
        return reserved_segments(cls(slug="slug").get_absolute_url().removesuffix("slug/"))

    @property
    def title(self) -> str:
        """Plain text: what lists, feeds and the browser's tab call it."""
        raise NotImplementedError

    @property
    def has_edits_waiting(self) -> bool:
        """Whether readers do not get the newest revision although it is published."""
        return self.status == self.Status.PUBLISHED and self.version > (self.live_version or 0)

    @property
    def is_live(self) -> bool:
        """Asked of the database's clock, like every question about time."""
        return bool(type(self)._default_manager.filter(pk=self.pk).live().exists())  # type: ignore[attr-defined]
