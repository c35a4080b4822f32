"""Filling in the admin's forms as a browser would: what is shown is sent, but for what the test changes."""

from typing import Any

from django.db.models import Model
from django.forms import BoundField, ModelMultipleChoiceField
from django.test import Client

from tests.harness.undrawn import undrawn


def fill(client: Client, path: str, **changes: Any) -> dict[str, Any]:
    """The data of the form at `path` with `changes`; None takes a field out."""
    return undrawn(lambda: client.get(path), lambda context: filled(context, **changes))


def filled(context: Any, **changes: Any) -> dict[str, Any]:
    """The data of a form that was shown, also of one that came back."""
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    hidden = {
        context[f"{name}_name"]: context[name] for name in ("base", "seen") if f"{name}_name" in context
    }
    shown = hidden | {field.html_name: _sent(field) for form in forms for field in form}
    return {name: value for name, value in (shown | changes).items() if value is not None}


def save(client: Client, path: str, button: str = "_continue", **changes: Any) -> Any:
    """What comes of pressing `button`."""
    return client.post(path, fill(client, path, **changes) | {button: ""})


def errors(response: Any) -> dict[str, list[str]]:
    """Of the main form, by field; those of rows that belong to it under "rows"."""
    found = {name: list(words) for name, words in response.context["adminform"].form.errors.items()}
    rows = [
        str(words)
        for inline in response.context["inline_admin_formsets"]
        for words in _row_errors(inline.formset)
    ]
    return found | ({"rows": rows} if rows else {})


def _row_errors(formset: Any) -> list[Any]:
    return [
        *formset.non_form_errors(),
        *(words for form in formset.forms for line in form.errors.values() for words in line),
    ]


def _sent(field: BoundField) -> Any:
    value = field.value()
    if isinstance(field.field, ModelMultipleChoiceField):
        return [row.pk if isinstance(row, Model) else row for row in value or []]
    return None if value is False else "" if value is None else value
