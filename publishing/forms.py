"""The forms of the admin's pages for published content."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db import connection
from django.utils import timezone

from core.generics import ModelForm
from core.widgets import element
from publishing.models import Publishable

FURTHEST = timedelta(days=3653)


class PublishableForm[P: Publishable](ModelForm[P]):
    """Knows where the content was before this form changed it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        was_published = self.instance.pk and self.instance.published_at
        self.old_path = self.instance.get_absolute_url() if was_published else None


class PublicationForm(forms.Form):
    """When something is to be published: now, or at a time in the site's time zone."""

    when = forms.ChoiceField(
        label="When",
        choices=[("now", "Now"), ("later", "At a time:")],
        initial="now",
        widget=forms.RadioSelect,
    )
    at = forms.DateTimeField(
        label="Day and time",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    class Media:
        js = [element("time-choice")]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("when") == "now":
            if values.get("at") and "at" in self.changed_data:
                self.add_error("when", "You gave a time. Choose “At a time”, or empty it to publish now.")
            values["at"] = None
        elif values.get("when") == "later" and "at" not in self.errors:
            self._check(values.get("at"))
        return values

    def _check(self, at: datetime | None) -> None:
        if at is None:
            self.add_error("at", "Say when.")
        elif at <= (now := database_now()):
            self.add_error("at", "This time has passed. Choose “Now”, or a later time.")
        elif at > now + FURTHEST:
            self.add_error("at", "That is more than ten years away. Look at the year again.")

    @property
    def time_zone(self) -> str:
        return timezone.get_current_timezone_name()


def database_now() -> datetime:
    """What the clock says that decides about visibility."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now: datetime = cursor.fetchone()[0]
    return now
