from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.staff import signed_in_user
from articles import reading
from articles.forms import ArticleForm, BylineFormSet
from articles.models import Article, Byline, Section, Series
from core import caching
from core.editing import KeepsAddress, SortableInline
from media_pipeline.models import MediaAsset
from people.models import Person
from publishing.lists.filters import DESK_FILTERS
from publishing.publishable_admin import PublishableAdmin
from search.indexing import reindex
from search.items import choosable


class BylineInline(SortableInline[Byline, Article]):
    model = Byline
    formset = BylineFormSet
    fields = ["person", "role", "position"]
    autocomplete_fields = ["person"]
    verbose_name_plural = "bylines, in printed order"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Byline]:
        return super().get_queryset(request).select_related("person")


@admin.register(Article)
class ArticleAdmin(PublishableAdmin[Article]):
    form = ArticleForm
    inlines = [BylineInline]
    list_display = ["headline", "state", "section", "names", "published"]
    list_filter = [
        *DESK_FILTERS,
        "section",
        "series",
        ("people", admin.RelatedOnlyFieldListFilter),
        ("topics", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["section"]
    exported = ("topics",)
    search_fields = ["headline", "standfirst", "slug", "bylines__person__name"]
    autocomplete_fields = ["series", "topics", "related"]
    fieldsets = [
        (None, {"fields": ["kicker", "headline", "standfirst", "body"], "classes": ["writing"]}),
        ("Picture at the top", {"fields": ["hero", "hero_caption"]}),
        ("Where it belongs", {"fields": ["section", ("series", "part"), "topics"]}),
        ("Further reading", {"fields": ["related"], "classes": ["collapse"]}),
        (
            "Small print",
            {"fields": ["slug", "canonical_url", "sponsored", "sponsor"], "classes": ["collapse"]},
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        return super().get_queryset(request).prefetch_related("bylines__person")

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        """Whoever writes their own work only begins with their own byline; others often enter somebody else's."""
        kwargs: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        is_empty = obj.pk is None and request.method == "GET" and isinstance(inline, BylineInline)
        if is_empty and not request.user.has_perm(Article.right("edit_all")):
            own = Person.objects.filter(user=signed_in_user(request)).first()
            kwargs["initial"] = [{"person": own.pk}] if own else None
        return kwargs

    @admin.display(description="by")
    def names(self, article: Article) -> str:
        return ", ".join(credit.person.name for credit in article.bylines.all())

    def export_row(self, content: Article) -> dict[str, Any]:
        return {
            "section": str(content.section or ""),
            "bylines": self.names(content),
            "topics": ", ".join(topic.name for topic in content.topics.all()),
        }

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "related":
            kwargs["queryset"] = choosable(_related(request), by=signed_in_user(request))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def page(self, content: Article) -> tuple[str, dict[str, Any]]:
        return "articles/article.html", reading.context(content)

    def advice(self, content: Article) -> list[str]:
        missing = {
            "It has no standfirst: lists and search engines show the headline alone.": not content.standfirst,
            "It belongs to no section.": content.section is None,
            "It has no byline.": not content.credits,
            "It has no text.": not content.body.strip(),
            "Nothing says what the picture at the top shows.": _is_mute(content.hero),
        }
        return [sentence for sentence, is_so in missing.items() if is_so]


def _related(request: HttpRequest) -> list[int]:
    """What the opened article has already: saving it must not lose what its author could not choose."""
    session = getattr(request, "editing", None)
    article = session.content if session else None
    return list(article.related.values_list("pk", flat=True)) if article else []


def _is_mute(hero: MediaAsset | None) -> bool:
    return hero is not None and not hero.alt and not hero.decorative


@admin.register(Section)
class SectionAdmin(KeepsAddress[Section]):
    list_display = ["name", "slug", "hue", "position"]
    list_editable = ["position"]
    search_fields = ["name"]
    fields = ["name", "description", "hue", "position", "slug"]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        reindex(form.instance.articles.values_list("item_id", flat=True))


@admin.register(Series)
class SeriesAdmin(KeepsAddress[Series]):
    list_display = ["title", "slug", "description"]
    search_fields = ["title"]
    fields = ["title", "description", "slug"]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        caching.bump()
