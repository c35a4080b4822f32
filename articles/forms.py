from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max

from articles.models import Article, Byline
from core.generics import BaseInlineFormSet
from core.markdown import MarkdownTooComplex, render_inline
from publishing.forms import PublishableForm


class ArticleForm(PublishableForm[Article]):
    begins_with = "headline"

    class Meta:
        model = Article
        fields = "__all__"
        help_texts = {
            "part": "Left empty: the next free number.",
            "hero_caption": "What the picture adds to the story. Its credit is printed by itself.",
            "section": "Where it stands on the site.",
            "series": "Only if it is one of several that are read in order.",
            "topics": "What it is about: two or three. They make the topic pages and the further reading.",
        }
        widgets = {"headline": forms.TextInput(attrs={"class": "vLargeTextField headline"})}

    def clean_headline(self) -> str:
        headline: str = self.cleaned_data["headline"]
        try:
            render_inline(headline)
        except MarkdownTooComplex as error:
            raise ValidationError(str(error)) from error
        return headline

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("sponsored") and not values.get("sponsor"):
            self.add_error("sponsor", "Say who paid: readers have a right to know.")
        if values.get("series"):
            self._clean_part(values)
        elif values.get("part") is not None:
            self.add_error("series", "Choose the series that this is a part of, or empty the part.")
        return values

    def _clean_part(self, values: dict[str, Any]) -> None:
        others = Article.objects.filter(series=values["series"]).exclude(pk=self.instance.pk)
        free = (others.aggregate(last=Max("part"))["last"] or 0) + 1
        if values.get("part") is None and "part" not in self.errors:
            values["part"] = free
        elif taken := others.filter(part=values.get("part")).first():
            name = f"“{taken}”" if taken.is_live else "Something that is not published"
            self.add_error("part", f"{name} is part {taken.part} already. The next free number is {free}.")


class BylineFormSet(BaseInlineFormSet[Byline, Article, Any]):
    def get_unique_error_message(self, unique_check: Any) -> str:
        return "Somebody is there twice with the same role. Remove one of the two, or give it another role."
