"""Where content stands, and what comes next for whoever asks."""

from typing import Any

from django.utils.timezone import localdate

from accounts.models import User
from core.clock import database_now
from publishing import workflow
from publishing.models import EditorialEvent, Publishable
from publishing.steps import STEPS, Step

Action = EditorialEvent.Action
TELLING = [Action.SUBMITTED, Action.CHANGES_REQUESTED, Action.APPROVED, Action.ARCHIVED, Action.REMOVED]


def standing(content: Any) -> dict[str, Any]:
    """What `admin/standing.html` needs: who brought it here, and whether its date has passed."""
    steps = EditorialEvent.objects.filter(item=content.item_id, action__in=TELLING)
    return {
        "content": content,
        "last_step": steps.select_related("by").defer("revision").first(),
        "is_overdue": content.due_on is not None and content.due_on < localdate(database_now()),
    }


def next_step(content: Any, user: User) -> Step | None:
    """The one that most likely comes next for them; None while somebody else is to act, or nothing is to be done."""
    if content.status == Publishable.Status.PUBLISHED and not content.has_edits_waiting:
        return None
    outcome = "publish_edits" if content.has_edits_waiting else "publish"
    may_go_out = workflow.is_approved(content) or workflow.may(content, user, "publish_unreviewed")
    names = ["approve", outcome, "submit", "reopen"] if may_go_out else ["approve", "submit", "reopen"]
    return next((STEPS[name] for name in names if STEPS[name].is_open_to(content, user)), None)


def next_words(model: type[Publishable], content: Any, user: User) -> str:
    """What the writing form's last button says, which saves and leads to the page of the steps; "" if nothing is next.

    `content` is None while it is new. What is published will have edits once it is saved.
    """
    is_published = content is not None and content.status == Publishable.Status.PUBLISHED
    if content is None or (is_published and not content.has_edits_waiting):
        may_go_out = all(user.has_perm(model.right(name)) for name in ("publish", "publish_unreviewed"))
        if is_published:
            return "Publish the edits" if may_go_out else "Submit the edits"
        return "Publish" if may_go_out else "Submit for review"
    step = next_step(content, user)
    return "" if step is None else "Review" if step.name == "approve" else step.label
