from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, Value, When
from django.db.models.functions import Now

from core.reserved import reserved_segments
from core.slugs import unique_slug
from publishing.models.identity import KINDS, Item

WORKFLOW = frozenset({"status", "published_at", "published_by", "announced_at", "revised_at"})


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
