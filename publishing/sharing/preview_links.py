"""Links for people without an account: they show one revision for a while, and may let them comment on it or approve it.

The address is the number of the link's row, signed; nothing in the database opens it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature, Signer
from django.db import models, transaction
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import User
from core.clock import database_now
from core.links import absolute
from publishing import revisions, workflow
from publishing.models import KINDS, Comment, EditorialEvent, PreviewLink, Publishable
from publishing.workflow import Refused

SALT = "publishing.sharing.preview_links"
May, Action = PreviewLink.May, EditorialEvent.Action


class State(models.TextChoices):
    """What has become of a link, in the desk's words."""

    OPEN = "open", "Open"
    REVOKED = "revoked", "Revoked"
    EXPIRED = "expired", "Expired"
    SUPERSEDED = "superseded", "Dead: there is a newer version"
    UNBACKED = "unbacked", "Dead: who made it may no longer edit this"
    GONE = "gone", "Dead: the content is gone"


WITHDRAWN = "Whoever sent it to you has withdrawn it. Ask them if you still need to see the text."
WHY_DEAD = {
    State.REVOKED: WITHDRAWN,
    State.EXPIRED: "It was open for a limited time, and that is over. Ask whoever sent it to you for a new one.",
    State.SUPERSEDED: "The text was edited since this link was made, and the link showed the earlier version only. "
    "Ask whoever sent it to you for a new one.",
    State.UNBACKED: WITHDRAWN,
    State.GONE: "What it showed was taken away.",
}


class Dead(Exception):
    """A link of ours that shows nothing any more; `words` tell its holder why, and nothing about the content."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.words = WHY_DEAD[state]


# --- on the desk --------------------------------------------------------------------------------------------------


@transaction.atomic
def make(content: Publishable, by: User, *, label: str, may: str, days: int, version: int) -> PreviewLink:
    """A link to the newest revision, which has to be `version`: the one that its maker has seen. Raises Refused."""
    current = type(content)._default_manager.select_for_update().get(pk=content.pk)
    if not may_share(current, by):
        raise Refused("You do not have the right to do this.")
    if current.status not in workflow.OPEN:
        raise Refused("It is archived. Bring it back as a draft to show it around.")
    if may == May.APPROVE and not may_let_approve(current, by):
        raise Refused("You could not approve it yourself, so you cannot let somebody else do it for you.")
    if current.version != version:
        raise Refused(
            "It was edited since you opened this page. Look at the newest version before you share it."
        )
    workflow.baseline(current, by)
    current.refresh_from_db(fields=["version"])
    revision, end = revisions.newest(current), database_now() + timedelta(days=days)
    return PreviewLink.objects.create(revision=revision, label=label, may=may, expires_at=end, made_by=by)


def revoke(content: Publishable, number: int) -> bool:
    """False if there is no such link to this content that is not revoked yet."""
    links = PreviewLink.objects.filter(pk=number, revision__item=content.item_id, revoked_at=None)
    return bool(links.update(revoked_at=Now()))


def of(content: Publishable) -> list[tuple[PreviewLink, State]]:
    """The links to this content and what has become of them, newest first."""
    links = PreviewLink.objects.filter(revision__item=content.item_id).order_by("-pk")
    found = list(links.select_related("revision", "made_by").defer("revision__snapshot"))
    backers = {maker for maker in {link.made_by for link in found} if may_share(content, maker)}
    now = database_now()
    return [(link, _state(link, content, now, link.made_by in backers)) for link in found]


def address(link: PreviewLink) -> str:
    """The full address, for whoever it is meant for."""
    return absolute(reverse("preview_link", args=[_signer().sign(str(link.pk))]))


def may_share(content: Publishable, user: User | None) -> bool:
    return user is not None and user.is_staff and workflow.may(content, user, "change")


def may_let_approve(content: Publishable, user: User | None) -> bool:
    """Who could approve it themselves: reviewers, and not for their own work."""
    may_review = user is not None and workflow.may(content, user, "review")
    return user is not None and may_review and not workflow.is_own_work(content, user)


# --- for those who hold a link ------------------------------------------------------------------------------------


def opened(signed: str, *, locked: bool = False) -> tuple[PreviewLink, Any]:
    """The link and its content (`with_state`). Raises BadSignature for what we did not sign, Dead for what is over.

    `locked`: nobody can edit the content until the transaction ends.
    """
    links = PreviewLink.objects.select_related("revision__item", "made_by")
    link = links.filter(pk=_number(signed)).first()
    content = _content(link, locked=locked) if link else None
    if link is None or content is None:
        raise Dead(State.GONE)
    state = _state(link, content, database_now(), may_share(content, link.made_by))
    if state != State.OPEN:
        raise Dead(state)
    return link, content


def may_comment(link: PreviewLink) -> bool:
    return link.may in (May.COMMENT, May.APPROVE)


def may_approve(link: PreviewLink, content: Publishable) -> bool:
    """Whether it can be approved with this link now: it waits for a review, and who made the link could do it."""
    waits = workflow.problem(content, Action.APPROVED, None) is None
    return waits and link.may == May.APPROVE and may_let_approve(content, link.made_by)


def said(link: PreviewLink) -> list[Comment]:
    """What its holder has said about the revision."""
    return list(link.revision.comments.filter(by=None, by_name=link.label))


@transaction.atomic
def comment(signed: str, text: str) -> None:
    """Keep what the link's holder says. Raises like `opened`; PermissionDenied if the link is only for looking."""
    link, content = opened(signed, locked=True)
    if not may_comment(link):
        raise PermissionDenied
    workflow.comment(content, by=None, text=text, by_name=link.label)


@transaction.atomic
def approve(signed: str) -> None:
    """Approve the revision that the link shows. Raises like `opened`, and Refused if it is not waiting for that."""
    link, content = opened(signed, locked=True)
    if link.may != May.APPROVE:
        raise PermissionDenied
    if content.stage == Publishable.Stage.APPROVED:
        raise Refused("It is approved already, so there is nothing left to do.")
    if not may_approve(link, content):
        raise Refused(
            "It does not wait for an approval any more: its author has taken it back, or is changing it."
        )
    why, number = f"With a preview link that {link.made_by} made.", link.revision.number
    workflow.approve(content, by=None, why=why, version=number, by_name=link.label)


def _signer() -> Signer:
    return Signer(salt=SALT, sep=".")


def _number(signed: str) -> int:
    number = _signer().unsign(signed)
    if not number.isdecimal() or len(number) > 18:
        raise BadSignature("no number of a link")
    return int(number)


def _content(link: PreviewLink, *, locked: bool) -> Any:
    model = KINDS.get(link.revision.item.kind)
    if model is None:
        return None
    rows: Any = model._default_manager
    found = rows.with_state().filter(item=link.revision.item_id)
    return (found.select_for_update() if locked else found).first()


def _state(link: PreviewLink, content: Publishable, now: datetime, backed: bool) -> State:
    if content.status == Publishable.Status.REMOVED:
        return State.GONE
    if link.revoked_at:
        return State.REVOKED
    if link.expires_at <= now:
        return State.EXPIRED
    if link.revision.number != content.version:
        return State.SUPERSEDED
    return State.OPEN if backed else State.UNBACKED
