from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()

CODE_INPUT: dict[str, str | bool] = {
    "inputmode": "numeric",
    "autocapitalize": "off",
    "spellcheck": "false",
    "autofocus": True,
}


@register.filter
def widget(field: BoundField) -> SafeString:
    """The field's input without a placeholder that repeats its label; a code gets the keyboard with digits."""
    field.field.widget.attrs.pop("placeholder", None)
    return field.as_widget(attrs=CODE_INPUT if field.name == "code" else _first(field))


def _first(field: BoundField) -> dict[str, str | bool] | None:
    """Whoever opens the sign-in page wants to type at once."""
    return {"autofocus": True} if field.name == "login" and not field.form.is_bound else None
