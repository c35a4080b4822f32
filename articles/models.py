from typing import Any, ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property

from accounts.models import User
from core.markdown import render_inline
from core.slugs import unique_slug
from media_pipeline.models import MediaAsset
from people.models import Credit, Person
from publishing.models import Body, Item, Publishable, PublishableQuerySet, Topic
from search.indexing import Document, credit_line


class Section(models.Model):
    """A department of the magazine. Its hue colours its kickers and its page."""

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(
        max_length=80, unique=True, blank=True, help_text="Left empty, it is made from the name."
    )
    description = models.TextField(
        blank=True, help_text="One or two sentences at the top of the section's page."
    )
    hue = models.PositiveSmallIntegerField(
        default=25,
        validators=[MaxValueValidator(359)],
        help_text="An angle, 0-359: 25 is red, 145 green, 250 blue.",
    )
    position = models.PositiveSmallIntegerField(default=0, help_text="The order in lists of sections.")

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.slug = self.slug or unique_slug(Section, self.name, self.pk)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("section", args=[self.slug])


class Series(models.Model):
    """Articles that are read in order; each has its part number."""

    title = models.CharField(max_length=160)
    slug = models.SlugField(
        max_length=100, unique=True, blank=True, help_text="Left empty, it is made from the title."
    )
    description = models.TextField(blank=True, help_text="What the reader will know at the end.")

    class Meta:
        ordering = ["title"]
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.slug = self.slug or unique_slug(Series, self.title, self.pk)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("series", args=[self.slug])


class Article(Publishable, Body):
    kind: ClassVar[str] = "article"
    title_field: ClassVar[str] = "headline"
    is_news: ClassVar[bool] = True
    revised_rows: ClassVar[tuple[str, ...]] = ("bylines",)
    unread_fields: ClassVar[frozenset[str]] = frozenset({"slug", "canonical_url"})

    kicker = models.CharField(
        max_length=80, blank=True, help_text="A word or two above the headline. Left empty: the section."
    )
    headline = models.CharField(
        max_length=200, help_text="Says what the article says. Aim for under 80 characters."
    )
    standfirst = models.TextField(
        max_length=400,
        blank=True,
        help_text="One or two sentences under the headline; lists and search engines show them too.",
    )
    section = models.ForeignKey(
        Section, null=True, blank=True, on_delete=models.PROTECT, related_name="articles"
    )
    series = models.ForeignKey(
        Series, null=True, blank=True, on_delete=models.SET_NULL, related_name="articles"
    )
    part = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Which part of the series: 1, 2, 3 …"
    )
    topics = models.ManyToManyField(Topic, blank=True, related_name="+")
    people = models.ManyToManyField(Person, through="Byline", related_name="+")
    hero = models.ForeignKey(
        MediaAsset,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"kind": "image"},
        help_text="The image at the top and in lists. Its alternative text and credit are kept with the image.",
    )
    hero_caption = models.CharField(max_length=300, blank=True)
    related = models.ManyToManyField(
        Item, blank=True, related_name="+", help_text="Shown at the end. Left empty: what shares most topics."
    )
    canonical_url = models.URLField(
        max_length=400, blank=True, help_text="Only if it was first published elsewhere: that address."
    )
    sponsored = models.BooleanField(
        default=False, help_text="Somebody paid for this article; readers are told."
    )
    sponsor = models.CharField(max_length=120, blank=True, help_text="Who paid, as readers should see it.")

    objects = PublishableQuerySet["Article"].as_manager()

    class Meta(Publishable.Meta):
        ordering = ["-published_at", "-id"]
        indexes = [
            *Publishable.Meta.indexes,
            models.Index(fields=["section", "-published_at"], name="article_section_newest"),
            models.Index(fields=["series", "part"], name="article_series_part"),
        ]

    def __str__(self) -> str:
        return self.headline

    @property
    def title(self) -> str:
        return self.headline

    @property
    def headline_html(self) -> str:
        return render_inline(self.headline)

    @property
    def kicker_text(self) -> str:
        return self.kicker or (self.section.name if self.section else "")

    @cached_property
    def credits(self) -> list["Byline"]:
        return list(self.bylines.select_related("person", "person__portrait"))

    def get_absolute_url(self) -> str:
        return reverse("article", args=[self.slug])

    @classmethod
    def belongs_to(cls, user: User) -> Q:
        signed = Byline.objects.filter(article=OuterRef("pk"), person__user=user)
        return super().belongs_to(user) | Q(Exists(signed))

    def people_behind(self) -> QuerySet[User]:
        signed = User.objects.filter(person__in=self.people.all())
        return (super().people_behind() | signed).distinct()

    def feed_paths(self) -> list[str]:
        sections = [reverse("section_feed", args=[self.section.slug])] if self.section else []
        topics = [reverse("topic_feed", args=[topic.slug]) for topic in self.topics.all()]
        people = [reverse("person_feed", args=[person.slug]) for person in self.people.all()]
        return [*super().feed_paths(), reverse("articles_feed"), *sections, *topics, *dict.fromkeys(people)]

    def index_document(self) -> Document:
        """What search, lists and feeds know of this article."""
        return Document(
            title=self.headline,
            kicker=self.kicker_text,
            kicker_path=self.section.get_absolute_url() if self.section else "",
            hue=self.section.hue if self.section else None,
            summary=self.standfirst,
            byline=credit_line(self.credits),
            meta=f"{self.reading_minutes} min read",
            image=self.hero,
            body=self.body_text,
            body_html=self.body_html,
            topics=list(self.topics.all()),
            people=[credit.person for credit in self.credits],
        )


class Byline(Credit):
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="bylines")

    class Meta(Credit.Meta):
        constraints = [
            models.UniqueConstraint(fields=["article", "person", "role"], name="byline_once_a_role")
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.role}" if self.role else str(self.person)
