"""What is written becomes a revision."""

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from publishing import revisions
from publishing.models import Publishable, Redirect
from publishing.signals import revision_saved
from publishing.workflow.records import changed, lock, new_version, record, refresh, update
from publishing.workflow.transitions import OPEN, Action, Refused, Status, problem


@transaction.atomic
def edited[P: Publishable](
    content: P, taken: revisions.Snapshot, by: User | None, *, note: str = "", applied: bool = True
) -> P:
    """Keep what was saved as the newest revision. An approval is void with it.

    Published content is not touched: the edit waits. `applied`: the row of a draft holds the snapshot already.
    """
    current = lock(content)
    if current.status not in OPEN:
        raise Refused("It is archived. Bring it back as a draft to edit it.")
    if current.status == Status.PUBLISHED or not applied:
        baseline(current, by)
    if current.status == Status.DRAFT and not applied:
        put(current, taken)
        taken = revisions.snapshot(lock(content))
    revision = revisions.record(current, taken, by, note)
    if revision is None:
        return refresh(content)
    new_version(current, revision, by)
    revision_saved.send(sender=type(content), content=content, revision=revision)
    return refresh(content)


@transaction.atomic
def saved[P: Publishable](
    content: P, old_path: str | None = None, readable: bool = True, by: User | None = None, note: str = ""
) -> P:
    """After the row and everything around it was written past the desk (an import, a new rendering).

    Readers, lists and feeds get the new text at once; edits that waited go on waiting. `old_path` is where it was
    before; `readable` is False if nothing that readers see has changed.
    """
    if old_path and old_path != content.get_absolute_url():
        remember_path(content, old_path)
    current = lock(content)
    _record_row(current, by, note)
    if readable:
        rows = type(content)._default_manager.filter(pk=content.pk)
        rows.filter(status=Status.PUBLISHED, published_at__lte=Now()).update(revised_at=Now())
    return changed(content)


@transaction.atomic(savepoint=False)
def baseline(content: Publishable, by: User | None = None) -> None:
    """What was saved before there were revisions gets its first one."""
    if not content.version:
        _record_row(content, by, "As it was.")


@transaction.atomic
def restore[P: Publishable](content: P, number: int, by: User | None) -> tuple[P, list[str]]:
    """Make an old revision the newest one again; sentences say what of it could not be brought back."""
    current = lock(content)
    if sentence := problem(current, Action.RESTORED, by):
        raise Refused(sentence)
    old = revisions.numbered(current, number)
    taken, lost = revisions.tried(current, old.snapshot)
    if taken == revisions.newest(current).snapshot:
        raise Refused("The newest version says the same.")
    edited(content, taken, by, note=f"Brought back version {number}.", applied=False)
    record(content, Action.RESTORED, by, revision=revisions.newest(content), why=f"Version {number}.")
    return content, lost


def put(content: Publishable, taken: revisions.Snapshot) -> list[str]:
    """Make the row say it; an address that readers may know leads on. Returns what could not be brought back.

    `content` is the row as it is.
    """
    old_path, lost = content.get_absolute_url(), revisions.apply(content, taken)
    if content.published_at and lock(content).get_absolute_url() != old_path:
        remember_path(content, old_path)
    return lost


def remember_losses(content: Publishable, by: User | None, lost: list[str]) -> None:
    """After a step that has `put` a revision: what the row says instead is a revision, too."""
    if lost:
        _record_row(lock(content), by, " ".join(lost)[:200])


def remember_path(content: Publishable, path: str) -> None:
    """Redirect an old address to wherever the content is now."""
    Redirect.objects.update_or_create(
        path=path[:500], defaults={"item_id": content.item_id, "target_path": ""}
    )


def _record_row(content: Publishable, by: User | None, note: str) -> None:
    """Keep the row as a revision, if none says the same. Edits that wait stay the newest."""
    published = content.status == Status.PUBLISHED
    waiting = revisions.newest(content) if content.has_edits_waiting else None
    taken = revisions.snapshot(content)
    if (
        waiting
        and content.live_version
        and revisions.numbered(content, content.live_version).snapshot == taken
    ):
        return
    if revision := revisions.record(content, taken, by, note):
        new_version(content, revision, by, live=published)
        if waiting and (again := revisions.record(content, waiting.snapshot, waiting.made_by, "Waits on.")):
            had_date = content.edits_version == waiting.number
            date = {"edits_version": again.number} if had_date else {}
            update(content, version=again.number, **date)
            refresh(content)
