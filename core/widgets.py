from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.forms.widgets import Script
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString


def element(name: str) -> Script:
    """The script of one of the admin's custom elements, for a `Media`."""
    return Script(f"js/admin/{name}.js", type="module")


def page_element(name: str) -> Script:
    """The same of one that readers' pages have, too."""
    return Script(f"js/elements/{name}.js", type="module")


class PlainTextarea(forms.Textarea):
    """Lines end as they do in files: a browser's CRLF would make every saved text look edited."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value


class _KnownNumbers:
    """What is sent and is no number chooses nothing; Django would ask the database for it, and fail."""

    def optgroups(self, name: Any, value: Any, attr: Any = None) -> Any:
        numbers = [one for one in value if str(one).isascii() and str(one).isdecimal()]
        return super().optgroups(name, numbers, attr)  # type: ignore[misc]


class SearchSelect(_KnownNumbers, AutocompleteSelect):
    """A choice that is searched for."""


class SearchSelectMultiple(_KnownNumbers, AutocompleteSelectMultiple):
    """Choices that are searched for."""


class HueInput(forms.NumberInput):
    """An angle of the colour circle, 0 to 359."""

    class Media:
        js = [element("hue-field")]

    def __init__(self) -> None:
        super().__init__(attrs={"min": 0, "max": 359})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html("<hue-field>{}</hue-field>", super().render(name, value, attrs, renderer))


class MarkdownEditor(PlainTextarea):
    """A text with a toolbar and its rendering beside it; a plain textarea without JavaScript.

    `images` is False where the text may not hold any. Names the views `markdown_preview` and `markdown_frame`, and the
    image library's, which sit above this.
    """

    class Media:
        js = [element("image-picker"), element("markdown-editor")]

    def __init__(self, *, images: bool = True, rows: int = 24) -> None:
        super().__init__(attrs={"rows": rows, "class": "markdown-source", "spellcheck": "true"})
        self.images = images

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<markdown-editor preview="{}" frame="{}"{}>{}</markdown-editor>',
            reverse("markdown_preview"),
            reverse("markdown_frame"),
            self.library(),
            super().render(name, value, attrs, renderer),
        )

    def library(self) -> SafeString | str:
        if not self.images:
            return ""
        pictures = reverse("admin:media_pipeline_mediaasset_library")
        return format_html(
            ' library="{}" upload="{}"', pictures, reverse("admin:media_pipeline_mediaasset_upload")
        )
