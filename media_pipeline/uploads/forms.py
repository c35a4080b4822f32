"""What a browser may say, as JSON of exactly the right types: "12" is no number, and nothing unknown is passed over."""

import base64
import binascii
import json
from typing import Any, NoReturn

from django import forms
from django.http import HttpRequest

from media_pipeline.uploads.lifecycle import Refused

MOST_NAMED = 100  # parts in one request


class Unreadable(Refused):
    """The request is not what this address expects; the message says where."""


class Text(forms.Field):
    """Any text up to a length. Whatever is strange in it is taken out where it is shown."""

    def __init__(self, *, most: int, required: bool = True) -> None:
        super().__init__(required=required)
        self.most = most

    def to_python(self, value: Any) -> str:
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > self.most:
            raise forms.ValidationError(f"This has to be a text of at most {self.most} characters.")
        return value


class Whole(forms.Field):
    def to_python(self, value: Any) -> int | None:
        if value is None and not self.required:
            return None
        if type(value) is not int:
            raise forms.ValidationError("This has to be a whole number.")
        return value


class Parts(forms.Field):
    """`[{"number": 1, "sha256": base64}, …]` as {number: sha256}."""

    def to_python(self, value: Any) -> dict[int, str]:
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_NAMED:
            raise forms.ValidationError(f"This has to be a list of 1 to {MOST_NAMED} parts.")
        return dict(self._part(part) for part in value)

    def _part(self, part: Any) -> tuple[int, str]:
        if not isinstance(part, dict) or part.keys() != {"number", "sha256"}:
            raise forms.ValidationError("A part has a number and a sha256.")
        number, sha256 = part["number"], part["sha256"]
        if type(number) is not int or not 1 <= number <= 10_000:
            raise forms.ValidationError("Parts are numbered from 1 to 10,000.")
        if not isinstance(sha256, str) or not _is_digest(sha256):
            raise forms.ValidationError("sha256 has to be the 32 bytes of a SHA-256 in base64.")
        return number, sha256


class BeginForm(forms.Form):
    name = Text(most=4096)
    bytes = Whole()
    profile = Text(most=40, required=False)
    replaces = Whole(required=False)


class PartsForm(forms.Form):
    parts = Parts()


def told(form: type[forms.Form], request: HttpRequest) -> dict[str, Any]:
    """The checked values of a request's JSON. Raises Unreadable."""
    said = _read(request)
    if unknown := said.keys() - form.base_fields.keys():
        raise Unreadable(f"Nothing here is called {sorted(unknown)[0][:40]!r}.")
    checked = form(said)
    if not checked.is_valid():
        name, problems = next(iter(checked.errors.items()))
        raise Unreadable(f"{name}: {problems[0]}")
    return checked.cleaned_data


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        said = json.loads(request.body, object_pairs_hook=_once_each, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Unreadable("This is not readable as JSON.") from error
    if not isinstance(said, dict):
        raise Unreadable("This has to be a JSON object.")
    return said


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name is there twice")
    return dict(pairs)


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _is_digest(text: str) -> bool:
    try:
        return len(text) == 44 and len(base64.b64decode(text, validate=True)) == 32
    except (binascii.Error, ValueError):
        return False
