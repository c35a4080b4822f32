from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from core.editing import KeepsAddress, OwnRows, SortableInline
from core.generics import ModelForm
from core.markdown import MarkdownTooComplex, render
from core.widgets import MarkdownEditor
from media_pipeline.widgets import PicksImages
from people.models import Person, PersonLink
from people.signals import person_changed


class PersonForm(ModelForm[Person]):
    bio = forms.CharField(
        required=False,
        widget=MarkdownEditor(images=False, rows=8),
        help_text="Two or three sentences in the third person. Markdown: *emphasis*, [a link](https://example.org).",
    )

    class Meta:
        model = Person
        fields = ["name", "tagline", "bio", "portrait", "slug", "user"]

    def clean_bio(self) -> str:
        bio: str = self.cleaned_data["bio"]
        try:
            render(bio)
        except MarkdownTooComplex as error:
            raise ValidationError(str(error)) from error
        return bio


class PersonLinkInline(SortableInline[PersonLink, Person]):
    model = PersonLink
    fields = ["label", "url", "position"]
    verbose_name_plural = "elsewhere"


@admin.register(Person)
class PersonAdmin(PicksImages[Person], KeepsAddress[Person], OwnRows[Person]):
    """Authors describe themselves: how their name is printed, and which login is whose, is not theirs to say."""

    form = PersonForm
    inlines = [PersonLinkInline]
    list_display = ["name", "tagline", "user"]
    list_select_related = ["user"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["user"]
    fieldsets = [
        (None, {"fields": ["name", "tagline", "bio", "portrait"]}),
        ("Small print", {"fields": ["slug", "user"], "classes": ["collapse"]}),
    ]

    def is_own(self, request: HttpRequest, obj: Person) -> bool:
        return obj.user_id == request.user.pk

    def get_list_display(self, request: HttpRequest) -> Any:
        return self.list_display if self.may_edit_all(request) else ["name", "tagline"]

    def get_fieldsets(self, request: HttpRequest, obj: Person | None = None) -> Any:
        return self.fieldsets if self.may_edit_all(request) else self.fieldsets[:1]

    def get_readonly_fields(self, request: HttpRequest, obj: Person | None = None) -> list[str]:
        """Who may not see accounts may not search them either."""
        if not self.may_edit_all(request):
            return ["name"]
        return [] if request.user.has_perm("accounts.view_user") else ["user"]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        person_changed.send(sender=Person, person=form.instance)
