"""The forms of the admin's pages for published content."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst

from accounts.models import User
from core.clock import database_now
from core.generics import ModelForm
from core.widgets import PlainTextarea, element
from publishing.models import Publishable
from publishing.revisions import own_fields

if TYPE_CHECKING:
    from publishing.writing.editing_session import EditingSession

FURTHEST = timedelta(days=3653)
FIRST = {name: rank for rank, name in enumerate(("headline", "title", "standfirst", "body"))}
"""What is most often talked about."""


class PublishableForm[P: Publishable](ModelForm[P]):
    """Knows where the content was before this form changed it, and whether somebody else has saved it since."""

    session: "EditingSession | None" = None
    begins_with = ""
    """The field in which a new text begins, if that is not the first one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.begins_with in self.fields and not self.instance.pk:
            self.fields[self.begins_with].widget.attrs["autofocus"] = True
        was_published = self.instance.pk and self.instance.published_at
        self.old_path = self.instance.get_absolute_url() if was_published else None

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if self.session and self.session.restored:
            self.add_error(None, ValidationError("This is not saved yet.", code="restored"))
        elif self.session and self.session.is_overtaken:
            self.add_error(
                None, ValidationError("Somebody else has saved a newer version.", code="overtaken")
            )
        return values


class MomentField(forms.DateTimeField):
    """A day and time in the site's time zone."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(required=False, widget=widget, **kwargs)


class WhenForm(forms.Form):
    """Now, or at a time: the version that was on the page, and no other."""

    when = forms.ChoiceField(
        label="When",
        choices=[("now", "Now"), ("later", "At a time:")],
        initial="now",
        widget=forms.RadioSelect,
    )
    at = MomentField(label="Day and time")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Media:
        js = [element("time-choice")]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("when") == "now":
            if values.get("at") and "at" in self.changed_data:
                self.add_error("when", "You gave a time. Choose “At a time”, or empty it to publish now.")
            values["at"] = None
        elif values.get("when") == "later" and "at" not in self.errors:
            self._check("at", values.get("at"))
        return values

    def _check(self, name: str, at: datetime | None) -> None:
        if at is None:
            self.add_error(name, "Say when.")
        elif at <= (now := database_now()):
            self.add_error(name, "This time has passed. Choose “Now”, or a later time.")
        elif at > now + FURTHEST:
            self.add_error(name, "That is more than ten years away. Look at the year again.")

    @property
    def time_zone(self) -> str:
        return timezone.get_current_timezone_name()


class PublicationForm(WhenForm):
    expires_at = MomentField(label="Take it off the site again at", help_text="Left empty, it stays.")

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        end, now = values.get("expires_at"), database_now()
        if end and end <= now and "expires_at" not in self.changed_data:
            values["expires_at"] = None  # it has expired, and is published again
        elif end and end <= (values.get("at") or now):
            self.add_error("expires_at", "It would disappear before it appears. Choose a later time.")
        return values


class EditsForm(WhenForm):
    """When the edits of something published take its place."""


class ExpiryForm(forms.Form):
    expires_at = MomentField(label="Take it off the site at", help_text="Left empty, it stays.")

    def clean_expires_at(self) -> datetime | None:
        end: datetime | None = self.cleaned_data["expires_at"]
        if end and end <= database_now():
            raise ValidationError("This time has passed. To take it off now, unpublish it.")
        return end


class WhyForm(forms.Form):
    why = forms.CharField(
        label="Why",
        required=False,
        max_length=2000,
        help_text="You may leave it empty. The history keeps it.",
        widget=PlainTextarea(attrs={"rows": 2}),
    )


class ApprovalForm(WhyForm):
    """Of the version that was on the page, and no other."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].label = "A word to its author"


class ReasonForm(forms.Form):
    """For steps that somebody else has to understand: the author gets the reason as a mail."""

    why = forms.CharField(
        label="Why",
        max_length=2000,
        help_text="Its author gets this as a mail, and the history keeps it.",
        widget=PlainTextarea(attrs={"rows": 3}),
        error_messages={"required": "Say why: its author and whoever asks later will want to know."},
    )


class ChangesForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].label = "What should change"


class ReviewerField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Staff who may review this kind of content."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(User.objects.none(), required=False, empty_label="Whoever has time", **kwargs)


class AssignmentForm(forms.Form):
    wants_content = True

    reviewer = ReviewerField(label="Reviewer")
    due_on = forms.DateField(
        label="Due on", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, content: Publishable, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["reviewer"]
        field.queryset = reviewers_of(type(content))


class SubmissionForm(AssignmentForm, WhyForm):
    """Who is to look at it, by when, and what to look for."""

    field_order = ("reviewer", "due_on", "why")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].label = "A word to the reviewer"


class CommentForm(forms.Form):
    wants_content = True

    field = forms.ChoiceField(label="About", required=False)
    text = forms.CharField(label="Comment", max_length=5000, widget=PlainTextarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, content: Publishable, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = sorted(own_fields(type(content)), key=lambda field: FIRST.get(field.name, len(FIRST)))
        names = [(field.name, capfirst(field.verbose_name)) for field in fields]
        field: Any = self.fields["field"]
        field.choices = [("", "The whole"), *names]


class WaiverForm(forms.Form):
    fingerprint = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = forms.CharField(label="Why it may stay", max_length=300)


def reviewers_of(model: type[Publishable]) -> QuerySet[User]:
    """Who may approve content of this kind, by name."""
    return User.objects.holding(model.right("review")).filter(is_staff=True).order_by("name", "email")
