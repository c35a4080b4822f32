"""One opening of a change form: which revision it shows, what has to be put back, and whether somebody was faster."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import HttpRequest

from accounts.staff import signed_in_user
from publishing import revisions, workflow
from publishing.history import comparing
from publishing.models import Autosave, Publishable, Revision
from publishing.writing import autosaves

if TYPE_CHECKING:
    from publishing.publishable_admin import PublishableAdmin

BASE, SEEN = "_base", "_seen"


class EditingSession:
    """Lives as long as the request. The change form works on database rows, so the revision is applied to them inside
    the request's transaction; what the form made of it is recorded as a revision, and the rows that readers get are put
    back (`record`, or the rollback of a form that was not saved).

    `base` is the revision that the form was filled from, `seen` the newest one that its reader has seen.
    """

    def __init__(self, admin: "PublishableAdmin[Any]", request: HttpRequest, item_kind: str) -> None:
        self.admin, self.request, self.kind = admin, request, item_kind
        self.content: Any = None
        self.restored: Autosave | None = None
        self.saved = False
        self._savepoint: str | None = None

    def open(self, content: Any) -> Any:
        """The content as the form has to see it; None if it is no longer theirs there."""
        rows = type(content)._default_manager
        sent = self.request.method == "POST"
        self.content = rows.select_for_update().get(pk=content.pk) if sent else rows.get(pk=content.pk)
        if sent:
            workflow.baseline(self.content, signed_in_user(self.request))
        published = self.content.status == Publishable.Status.PUBLISHED
        holds = self.content.live_version if published else self.content.version
        if sent and (published or self.base != holds):
            self._savepoint = transaction.savepoint_create()
        if self.base and self.base != (holds or 0):
            revisions.apply(self.content, revisions.numbered(self.content, self.base).snapshot)
        return self.admin.get_queryset(self.request).filter(pk=content.pk).first()

    def record(self, made: Publishable) -> None:
        """Keep what the form has written as a revision, and put back what readers get."""
        taken = revisions.snapshot(type(made)._default_manager.get(pk=made.pk))
        by = signed_in_user(self.request)
        if self._savepoint:
            transaction.savepoint_rollback(self._savepoint)
        workflow.edited(made, taken, by, applied=self._savepoint is None)
        autosaves.forget(by, self.kind, self.content and self.content.item_id)
        self.saved = True

    @property
    def base(self) -> int:
        return self._sent(BASE)

    @property
    def seen(self) -> int:
        """A form that does not say is not believed to have seen anything."""
        return self._sent(SEEN) if SEEN in self.request.POST else 0

    def _sent(self, name: str) -> int:
        """Of a number in the form; what is no revision of this content is as good as the newest."""
        version: int = self.content.version if self.content else 0
        sent = self.request.POST.get(name, "")
        return int(sent) if sent.isdecimal() and len(sent) < 9 and int(sent) <= version else version

    @property
    def is_overtaken(self) -> bool:
        """Whether somebody has saved a revision that the reader of this form has not seen."""
        was_sent = self.request.method == "POST" and self.content is not None
        return was_sent and self.seen < self.content.version

    @cached_property
    def overtaken_by(self) -> Revision:
        return revisions.newest(self.content)

    @cached_property
    def their_changes(self) -> list[comparing.FieldChange]:
        """What has changed between the revision that the form was filled from and the newest one."""
        before = revisions.numbered(self.content, self.base).snapshot
        return comparing.compare(type(self.content), before, self.overtaken_by.snapshot)
