"""Captions of a recording: brought as a file in any of the formats, kept as cues, part of its renditions from then on."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.staff import signed_in_user
from core.work import Permanent
from media_pipeline import captioning, transcripts
from media_pipeline.models import MediaAsset, Transcript
from media_pipeline.recordings.views import changed, seen
from media_pipeline.signals import captions_changed

MAX_BYTES = 20 * 2**20
TYPES = {"vtt": "text/vtt", "srt": "application/x-subrip", "json": "application/json", "txt": "text/plain"}


class CaptionsForm(forms.Form):
    language = forms.CharField(
        max_length=35,
        initial="en",
        validators=[
            RegexValidator(rf"\A{captioning.LANGUAGE.pattern}\Z", "A language tag is like en or pt-BR.")
        ],
        help_text="en, de, pt-BR …",
    )
    file = forms.FileField(
        label="Captions or transcript", help_text="VTT, SRT, SBV, JSON or text with times."
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(f"The file is larger than {MAX_BYTES >> 20} MB.")
        try:
            self.parsed = captioning.read(file.read(), name=file.name)
        except transcripts.Malformed as error:
            raise forms.ValidationError(str(error)) from error
        return file


@require_POST
def add(request: HttpRequest, pk: int, *, admin: Any) -> HttpResponse:
    """The captions of one language; what was there in that language is replaced."""
    asset = changed(request, pk, admin)
    form = CaptionsForm(request.POST, request.FILES)
    if not form.is_valid():
        for problems in form.errors.values():
            messages.error(request, "Nothing was added. " + " ".join(str(problem) for problem in problems))
        return _back(asset)
    name, parsed = form.cleaned_data["file"].name, form.parsed
    try:
        captioning.keep(
            asset, form.cleaned_data["language"], parsed, name=name, created_by=signed_in_user(request)
        )
    except Permanent as error:
        messages.error(request, f"Nothing was added. {error}")
        return _back(asset)
    count = len(parsed.cues)
    shown = " They appear in the player in a moment." if asset.kind == MediaAsset.Kind.VIDEO else ""
    messages.info(request, f"{count} {'cue was' if count == 1 else 'cues were'} read and kept.{shown}")
    for warning in parsed.warnings[:5]:
        messages.warning(request, f"Line {warning.line}: {warning.message}")
    return _back(asset)


@require_POST
def remove(request: HttpRequest, pk: int, transcript_pk: int, *, admin: Any) -> HttpResponse:
    asset = changed(request, pk, admin)
    try:
        with transaction.atomic():
            get_object_or_404(Transcript, pk=transcript_pk, asset=asset).delete()
            captioning.renew(asset)
            captions_changed.send(sender=MediaAsset, asset=asset)
    except Permanent as error:
        messages.error(request, f"Nothing was removed. {error}")
    else:
        messages.info(request, "The captions are gone from the recording.")
    return _back(asset)


@require_safe
def download(request: HttpRequest, pk: int, transcript_pk: int, form: str, *, admin: Any) -> HttpResponse:
    asset = seen(request, pk, admin)
    found = get_object_or_404(Transcript, pk=transcript_pk, asset=asset)
    cues = [transcripts.Cue(*cue) for cue in found.cues]
    response = HttpResponse(transcripts.write(cues, form), content_type=f"{TYPES[form]}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="captions-{asset.pk}-{found.language}.{form}"'
    return response


def _back(asset: MediaAsset) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:media_pipeline_recording_change", args=[asset.pk]))
