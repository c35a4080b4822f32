from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from core.widgets import PlainTextarea
from publishing.models import PreviewLink

May = PreviewLink.May


class PreviewLinkForm(forms.Form):
    """For whom, what they may do, and how long."""

    label = forms.CharField(
        label="For whom",
        max_length=100,
        help_text="Their name: they see it, and it stands beside what they say.",
    )
    may = forms.ChoiceField(label="They may", initial=May.VIEW, widget=forms.RadioSelect)
    days = forms.IntegerField(
        label="Days until it expires", min_value=1, max_value=30, initial=7, help_text="1 to 30."
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, may_let_approve: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["may"]
        field.choices = [(may.value, may.label) for may in May if may != May.APPROVE or may_let_approve]

    def clean_label(self) -> str:
        label = " ".join(self.cleaned_data["label"].split())
        if User.objects.filter(is_staff=True, is_active=True, name__iexact=label).exists():
            raise ValidationError(
                f"{label} has an account here. Send them the address of the preview instead: it asks them to sign in."
            )
        return label


class GuestCommentForm(forms.Form):
    text = forms.CharField(
        label="Your comment",
        max_length=5000,
        widget=PlainTextarea(attrs={"rows": 4}),
        error_messages={"required": "Write something first."},
    )
