"""The page on which a transcript is corrected beside its recording, and what its buttons do."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods, require_POST

from accounts.staff import signed_in_user
from core.widgets import element
from episodes import transcripts
from episodes.admin.transcript_forms import SpeakersForm, TextForm
from episodes.models import Episode, EpisodeQuerySet
from episodes.pages import sound
from episodes.transcripts import Stale, Unfit, merging, speakers, writing_down
from episodes.transcripts.merging import Row, Splice
from episodes.transcripts.speech import transcript_of
from media_pipeline import asr, delivery
from media_pipeline.delivery.policy import media_policy
from media_pipeline.models import Encoding, Transcript
from media_pipeline.playing import Playable
from media_pipeline.transcripts import Cue, write
from publishing.steps.publication_views import about, get_content

MOST_SPLICES = 100_000


class CueMedia(forms.Form):
    class Media:
        js = [element("cue-editor"), element("confirm-step"), element("making-transcript")]


def urls(admin: Any) -> list[URLPattern]:
    """Under the admin of episodes."""
    views = {
        "transcript": transcript,
        "transcript/speakers": speaker_people,
        "transcript/former": former,
        "transcript/removal": removal,
        "transcript/making": making,
    }
    return [
        path(f"<int:object_id>/{where}/", admin._view(view), name=admin._url_name(where.replace("/", "_")))
        for where, view in views.items()
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def transcript(request: HttpRequest, object_id: int, *, admin: Any) -> HttpResponse:
    """Cues beside the player; `?as=text` is one box with all of them. A script posts what has changed as JSON."""
    episode = _seen(request, object_id, admin)
    if request.method == "POST":
        _must_change(request, admin, episode)
        if request.content_type == "application/json":
            return _save_changes(request, episode, admin)
        return _save_text(request, episode, admin)
    return _page(request, episode, admin, None)


@require_POST
def speaker_people(request: HttpRequest, object_id: int, *, admin: Any) -> HttpResponse:
    """Who is meant by the labels."""
    episode = _changed(request, object_id, admin)
    form = SpeakersForm(request.POST, episode=episode)
    if not form.is_valid():
        for problems in form.errors.values():
            messages.error(request, " ".join(str(problem) for problem in problems))
        return _back(admin, episode)
    among, count = (_editable(request) if form.cleaned_data["everywhere"] else None), 0
    for label, person in form.changes():
        count += speakers.map_speaker(episode, label, person, among=among)
    if among is not None:
        count += _others(episode, form, among)
    admin.log_change(request, episode, "Chose who is meant by the speakers' labels.")
    messages.success(
        request, "Saved: page, files and search show these names." if count else "Nothing has changed."
    )
    return _back(admin, episode)


@require_POST
def former(request: HttpRequest, object_id: int, *, admin: Any) -> HttpResponse:
    """Bring an earlier version back; what is there now can be brought back in turn."""
    episode = _changed(request, object_id, admin)
    wanted, version = _number(request, "former"), _number(request, "version")
    try:
        transcripts.bring_back(episode, version, wanted, by=signed_in_user(request))
    except (Stale, Unfit) as error:
        messages.error(request, f"Nothing was brought back. {error}")
    else:
        admin.log_change(request, episode, f"Brought version {wanted} of the transcript back.")
        messages.success(request, f"Version {wanted} is back.")
    return _back(admin, episode)


@require_POST
def removal(request: HttpRequest, object_id: int, *, admin: Any) -> HttpResponse:
    episode = _changed(request, object_id, admin)
    transcripts.remove(episode)
    admin.log_change(request, episode, "Removed the transcript.")
    messages.success(request, "The transcript is gone.")
    return _back(admin, episode)


@require_http_methods(["GET", "HEAD", "POST"])
def making(request: HttpRequest, object_id: int, *, admin: Any) -> HttpResponse:
    """POST: have one made, or (`stop`) not. GET: how far it is, as JSON."""
    if request.method != "POST":
        return JsonResponse(writing_down.standing(_seen(request, object_id, admin)))
    episode = _changed(request, object_id, admin)
    if "stop" in request.POST:
        stopped = writing_down.give_up(episode)
        messages.info(request, "It is not made." if stopped else "It was too late to stop it.")
        return _back(admin, episode)
    try:
        writing_down.ask(episode, by=signed_in_user(request), replace="replace" in request.POST)
    except writing_down.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.info(request, "A machine listens to it now. The transcript appears here when it is done.")
    return _back(admin, episode)


# --- saving --------------------------------------------------------------------------------------------------------


def _save_changes(request: HttpRequest, episode: Episode, admin: Any) -> JsonResponse:
    """{"version", "splices": [{"at", "gone", "rows"}], "over": null or the version that is overridden} -> {"version", "cues"?}.

    409 tells what somebody else has saved, 422 what is wrong with the cues; both as a `message`.
    """
    version, splices, over = _read(request)
    found = transcript_of(episode)
    before = transcripts.former(found, version) if found else None
    if found is None or before is None:
        return _problem(
            409,
            "This transcript was replaced or removed meanwhile. Copy what you need and load the page again.",
        )
    try:
        sent = merging.spliced(before, splices)
        rows = transcripts.checked(sent)
        mine = merging.difference(before, rows)  # what is sent may hold rows that are as they were
        asked = rows if over is None else merging.merged(before, mine, found.cues)
        saved = transcripts.correct(
            episode, version if over is None else over, asked, by=signed_in_user(request)
        )
    except Stale as stale:
        return _overtaken(stale, before, mine)
    except (Unfit, ValueError) as error:
        return _problem(422, str(error))
    admin.log_change(request, episode, "Corrected the transcript.")
    answer: dict[str, Any] = {"version": saved.version}
    return JsonResponse(answer if saved.cues == sent else answer | {"cues": saved.cues})


def _overtaken(stale: Stale, before: list[Row], mine: list[Splice]) -> JsonResponse:
    now = stale.transcript
    return _problem(
        409,
        str(stale),
        version=now.version,
        changes=[change._asdict() for change in merging.changes(before, now.cues)],
        clashes=merging.clashes(before, mine, now.cues),
    )


def _problem(status: int, message: str, **more: Any) -> JsonResponse:
    return JsonResponse({"message": message, **more}, status=status)


def _read(request: HttpRequest) -> tuple[int, list[Splice], int | None]:
    try:
        told = json.loads(request.body)
        splices = [Splice(int(one["at"]), int(one["gone"]), list(one["rows"])) for one in told["splices"]]
        over = None if told.get("over") is None else int(told["over"])
        version = int(told["version"])
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise BadRequest("These changes cannot be read.") from error
    if len(splices) > MOST_SPLICES or not 0 <= version < 2**31 or not 0 <= (over or 0) < 2**31:
        raise BadRequest("These changes cannot be read.")
    return version, splices, over


def _save_text(request: HttpRequest, episode: Episode, admin: Any) -> HttpResponse:
    form = TextForm(request.POST)
    if not form.is_valid():
        return _page(request, episode, admin, form)
    version, by = form.cleaned_data["version"], signed_in_user(request)
    try:
        if version or transcript_of(episode):
            transcripts.correct(episode, version, form.parsed.cues, by=by)
        else:
            transcripts.attach(episode, form.parsed, name="", by=by)
    except Stale as stale:
        now = stale.transcript
        form.data = {**request.POST.dict(), "version": now.version}
        changes = merging.changes(stale.before or [], now.cues)
        return _page(request, episode, admin, form, {"overtaken": now, "changes": changes})
    except Unfit as error:
        form.add_error("text", str(error))
        return _page(request, episode, admin, form)
    admin.log_change(request, episode, "Corrected the transcript.")
    messages.success(request, "Saved.")
    return HttpResponseRedirect(f"{admin.address('transcript', episode)}?as=text")


def _others(episode: Episode, form: SpeakersForm, among: EpisodeQuerySet) -> int:
    """Those that were chosen before go to the show's other episodes, too."""
    changed = {label for label, _ in form.changes()}
    count = 0
    for name, label in form.labels.items():
        if label not in changed and (person := form.cleaned_data[name]):
            count += speakers.map_speaker(episode, label, person, among=among)
    return count


# --- the page ------------------------------------------------------------------------------------------------------


def _page(
    request: HttpRequest,
    episode: Episode,
    admin: Any,
    form: TextForm | None,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    found = transcript_of(episode)
    as_text = form is not None or request.GET.get("as") == "text" or found is None
    speakers_form = SpeakersForm(episode=episode)
    playable = _playable(request, episode)
    policy = media_policy()
    if playable and playable.strangers:
        policy = policy | {"media-src": [*policy["media-src"], "https:"]}  # hosts of audio send on to others
    context = {
        **about(admin, request, episode),
        "title": "Transcript",
        "has_change_permission": _may_change(request, admin, episode),
        "transcript": found,
        "as_text": as_text,
        "form": form or TextForm(initial=_initial(found)),
        "cues": [] if as_text or found is None else found.cues,
        "playable": playable,
        "speakers": speakers_form,
        "former": found.former.select_related("replaced_by").defer("cues") if found else [],
        "making": writing_down.standing(episode),
        "making_problem": asr.problem(),
        "media": admin.media + CueMedia().media + speakers_form.media,
        "page_url": admin.address("transcript", episode),
        **(more or {}),
    }

    def shown(request: HttpRequest) -> HttpResponse:
        return TemplateResponse(request, "admin/episodes/transcript.html", context)

    return csp_override(policy)(shown)(request)


def _initial(found: Transcript | None) -> dict[str, Any]:
    text = write([Cue(*cue) for cue in found.cues], "txt") if found else ""
    return {"version": found.version if found else 0, "text": text}


def _playable(request: HttpRequest, episode: Episode) -> Playable | None:
    """Its recording for somebody of the desk, also before readers get it; what is linked plays from its address."""
    live = Encoding.objects.exclude(live=None).select_related("live__asset")
    encoding = episode.encoding or live.filter(asset=episode.audio_id).order_by("owner").first()
    if encoding is None:
        return sound.playable(episode) if episode.linked_url else None
    try:
        found = delivery.playback(encoding, delivery.Visitor(request))
    except PermissionDenied:
        return None
    return found.playable(title=str(episode), key=f"desk-{episode.pk}")


def _seen(request: HttpRequest, object_id: int, admin: Any) -> Episode:
    episode = get_content(admin, request, object_id)
    if not admin.has_view_permission(request, episode):
        raise PermissionDenied
    return Episode.objects.select_related("show", "audio", "transcript", "item").get(pk=episode.pk)


def _changed(request: HttpRequest, object_id: int, admin: Any) -> Episode:
    episode = _seen(request, object_id, admin)
    _must_change(request, admin, episode)
    return episode


def _must_change(request: HttpRequest, admin: Any, episode: Episode) -> None:
    if not _may_change(request, admin, episode):
        raise PermissionDenied


def _may_change(request: HttpRequest, admin: Any, episode: Episode) -> bool:
    return admin.has_change_permission(request, episode) and not says_it_of_others(request, episode)


def says_it_of_others(request: HttpRequest, episode: Episode) -> bool:
    """Whether its recording is that of an episode, too, which they may not edit: what is said in it is said in both."""
    same = Episode.objects.filter(audio=episode.audio_id) if episode.audio_id else Episode.objects.none()
    return same.exclude(pk=episode.pk).exclude(pk__in=_editable(request).values("pk")).exists()


def _editable(request: HttpRequest) -> EpisodeQuerySet:
    return Episode.objects.editable_by(signed_in_user(request))


def _number(request: HttpRequest, name: str) -> int:
    told = request.POST.get(name, "")
    if not told.isascii() or not told.isdecimal() or len(told) > 9:
        raise BadRequest("A version is a number.")
    return int(told)


def _back(admin: Any, episode: Episode) -> HttpResponse:
    return HttpResponseRedirect(admin.address("transcript", episode))
