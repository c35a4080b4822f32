"""The editors' desk: what is on the first page of the admin, for all kinds of content at once.

Somebody sees what they may touch, and nothing else. It takes a fixed number of queries, however much there is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.admin import AdminSite
from django.db.models import Count, Exists, Window
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime

from accounts.models import User
from accounts.staff import signed_in_user
from core.clock import database_now
from core.markdown import inline_text
from core.models import Work
from publishing.desk import happenings
from publishing.desk.questions import QUESTIONS, SOON, URGENCY, open_comments
from publishing.desk.rows import add_path, admins_of, list_path, rows_of
from publishing.models import Autosave, Publishable, Waiver
from publishing.workflow import OPEN

if TYPE_CHECKING:
    from publishing.publishable_admin import PublishableAdmin

SHOWN = 8  # of a section
Stage = Publishable.Stage


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    url: str
    note: str = ""
    when: str = ""
    state: str = ""


@dataclass(slots=True)
class Section:
    """`links`: (words, address) of the whole lists."""

    name: str
    title: str
    empty: str
    rows: list[Row] = field(default_factory=list)
    count: int = 0
    links: list[tuple[str, str]] = field(default_factory=list)


EMPTY = {
    "mine": "You have no draft in hand. Begin one with the buttons above.",
    "waiting": "Nothing waits for you. Well done.",
    "overdue": "Nothing is late.",
    "recent": "Nothing has gone live in the last two weeks.",
    "problems": "No problems are known in what is published or in review.",
    "scheduled": "Nothing is scheduled for the next two weeks.",
    "waived": "Nobody has let a problem pass.",
}


def overview(site: AdminSite, request: HttpRequest) -> dict[str, Any]:
    """The context of the desk."""
    user, admins = signed_in_user(request), admins_of(site, request)
    asked = {
        name: _section(name, admins, user) for name in ("mine", "waiting", "overdue", "recent", "problems")
    }
    _add_parked_work(asked["problems"], user)
    sections = [
        asked["waiting"],
        asked["mine"],
        asked["overdue"],
        _scheduled(admins, user),
        asked["problems"],
        asked["recent"],
        _waived(admins, user),
    ]
    return {
        "sections": sections if admins else [],
        "lists": [(admin.opts.verbose_name_plural, list_path(admin)) for admin in admins],
        "unsaved": _unsaved(admins, user),
        "may_write": [
            (admin.opts.verbose_name, add_path(admin))
            for admin in admins
            if admin.has_add_permission(request)
        ],
    }


def _section(name: str, admins: "list[PublishableAdmin[Any]]", user: User) -> Section:
    question = QUESTIONS[name]
    section = Section(name, question.label, EMPTY[name])
    found = []
    for admin in admins:
        rows = question.ask(rows_of(admin, user), user).order_by(*question.order)
        rows = rows.select_related("reviewer", "created_by", "item__lint_result")
        contents = list(rows.annotate(total=Window(Count("*")), has_comments=Exists(open_comments()))[:SHOWN])
        _count(section, admin, contents, {"desk": name})
        found += [(_KEYS[name](content), _row(name, admin, content, user)) for content in contents]
    found.sort(key=lambda pair: pair[0])
    section.rows = [row for _, row in found[:SHOWN]]
    return section


def _count(section: Section, admin: Any, contents: list[Any], query: dict[str, str]) -> None:
    total = contents[0].total if contents else 0
    section.count += total
    if total:
        words = (
            f"All {total} {admin.opts.verbose_name_plural}" if total > 1 else f"1 {admin.opts.verbose_name}"
        )
        section.links.append((words, list_path(admin, query)))


_KEYS: dict[str, Any] = {
    "mine": lambda content: (URGENCY[content.stage], -content.changed_at.timestamp()),
    "waiting": lambda content: (content.due_on is None, content.due_on or 0, content.changed_at),
    "overdue": lambda content: content.due_on,
    "recent": lambda content: -content.published_at.timestamp(),
    "problems": lambda content: -content.item.lint_result.errors,
}


def _row(name: str, admin: Any, content: Any, user: User) -> Row:
    is_to_be_written = name == "waiting" and content.stage in (Stage.DRAFT, Stage.CHANGES_REQUESTED)
    page = "publication" if name in ("waiting", "problems") and not is_to_be_written else "change"
    return Row(
        title=inline_text(content.title) or "Without a headline",
        url=admin.address(page, content),
        note=_note(name, content, user),
        when=_when(name, content),
        state=content.stage if content.state in Stage or content.has_edits_waiting else content.state,
    )


def _note(name: str, content: Any, user: User) -> str:
    if name == "problems":
        found = content.item.lint_result
        counts = {"error": found.errors, "dead link": found.dead_links}
        return ", ".join(_plural(count, thing) for thing, count in counts.items() if count)
    if name == "recent":
        return ""
    notes = [_progress(content, user)] if content.state in Stage or content.has_edits_waiting else []
    if content.has_comments:
        notes.append("open comments")
    if name != "mine" and content.created_by_id not in (None, user.pk):
        notes.insert(0, f"from {content.created_by}")
    return ", ".join(notes)


def _progress(content: Any, user: User) -> str:
    words = str(content.get_stage_display()).lower()
    if content.stage == Stage.IN_REVIEW:
        reviewer = "you" if content.reviewer_id == user.pk else content.reviewer or "whoever has time"
        words = f"in review by {reviewer}"
    if not content.has_edits_waiting:
        return words
    return "edits being written" if content.stage == Stage.DRAFT else f"edits {words}"


def _when(name: str, content: Any) -> str:
    if name == "recent":
        return moment(content.published_at)
    if name in ("waiting", "overdue") and content.due_on:
        return f"due {date_format(content.due_on, 'j M')}"
    return f"changed {moment(content.changed_at)}"


def moment(at: Any) -> str:
    """In the site's time zone."""
    return date_format(localtime(at), "j M, H:i")


def _plural(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _add_parked_work(section: Section, user: User) -> None:
    """Work of ours that was given up, for those who may do something about it."""
    if not user.has_perm("core.view_work"):
        return
    parked = Work.objects.filter(kind__startswith="publishing.", state=Work.State.PARKED)
    rows: list[Any] = list(parked.annotate(total=Window(Count("*"))).order_by("-changed_at")[:SHOWN])
    if not rows:
        return
    total: int = rows[0].total
    section.count += total
    where = reverse("admin:core_work_changelist") + "?state__exact=parked"
    section.links.append((f"{_plural(total, 'job')} given up", where))
    for work in rows[: max(0, SHOWN - len(section.rows))]:
        url = reverse("admin:core_work_change", args=[work.pk])
        section.rows.append(Row(str(work), url, note=work.problem[:120], when=moment(work.changed_at)))


def _scheduled(admins: "list[PublishableAdmin[Any]]", user: User) -> Section:
    """What happens by itself within the next days."""
    section = Section("scheduled", "Scheduled", EMPTY["scheduled"])
    now = database_now()
    found, section.count = happenings.between(admins, user, now, now + SOON, happenings.BY_ITSELF, most=SHOWN)
    section.rows = [
        Row(
            happening.title,
            happening.url,
            note=happening.what,
            when=moment(happening.at),
            state="scheduled" if happening.name == "live" else happening.name,
        )
        for happening in found[:SHOWN]
    ]
    section.links = [("Calendar", reverse("desk_calendar"))]
    return section


def _waived(admins: "list[PublishableAdmin[Any]]", user: User) -> Section:
    """What somebody took responsibility for, newest first, with their reasons."""
    section = Section("waived", "Waived", EMPTY["waived"])
    found: list[tuple[Any, Row]] = []
    for admin in admins:
        contents = rows_of(admin, user)
        waivers = list(
            Waiver.objects.filter(item__in=contents.values("item"))
            .select_related("by")
            .annotate(total=Window(Count("*")))
            .order_by("-made_at", "-pk")[:SHOWN]
        )
        titles = {
            content.item_id: content for content in contents.filter(item__in=[w.item_id for w in waivers])
        }
        _count(section, admin, waivers, {"desk": "waived"})
        found += [
            (w.made_at, _waiver_row(admin, titles[w.item_id], w)) for w in waivers if w.item_id in titles
        ]
    found.sort(key=lambda pair: pair[0], reverse=True)
    section.rows = [row for _, row in found[:SHOWN]]
    return section


def _waiver_row(admin: Any, content: Any, waiver: Waiver) -> Row:
    who = f"{waiver.by or 'Somebody'}: “{waiver.reason}”"
    return Row(
        inline_text(content.title),
        admin.address("publication", content),
        who,
        moment(waiver.made_at),
        content.state,
    )


def _unsaved(admins: "list[PublishableAdmin[Any]]", user: User) -> list[Row]:
    """What they typed and left without saving."""
    kept = Autosave.objects.filter(user=user).order_by("-saved_at")
    ours = {admin.model.kind: admin for admin in admins}
    titles = {
        (kind, content.item_id): content
        for kind, admin in ours.items()
        for content in rows_of(admin, user).filter(
            item__in=kept.filter(kind=kind).values("item"), status__in=OPEN
        )
    }
    return list(_unsaved_rows(kept[:SHOWN], ours, titles))


def _unsaved_rows(kept: Iterable[Autosave], ours: dict[str, Any], titles: dict[Any, Any]) -> Iterable[Row]:
    for autosave in kept:
        admin, content = ours.get(autosave.kind), titles.get((autosave.kind, autosave.item_id))
        if admin is None or (autosave.item_id and content is None):
            continue
        title = inline_text(content.title) if content else f"A new {admin.opts.verbose_name}"
        where = admin.address("change", content) if content else add_path(admin)
        yield Row(capfirst(title), f"{where}?unsaved=1", when=moment(autosave.saved_at))
