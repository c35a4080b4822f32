"""What the writing form shows around its fields."""

from typing import TYPE_CHECKING, Any

from django.contrib.admin.helpers import AdminErrorList
from django.http import HttpRequest

from accounts.staff import signed_in_user
from publishing import workflow
from publishing.steps import publication_views
from publishing.steps.standing import next_words, standing
from publishing.writing import autosaves
from publishing.writing.editing_session import BASE, SEEN, EditingSession
from publishing.writing.notes import notes_on

if TYPE_CHECKING:
    from publishing.publishable_admin import PublishableAdmin

OWN_PAGES = ("publication", "preview", "presence", "compare", "history", "links")


def around(
    admin: "PublishableAdmin[Any]", request: HttpRequest, content: Any, shown: dict[str, Any]
) -> dict[str, Any]:
    """`content` is None while it is new; `shown` is what Django's form shows, whose errors are made calmer."""
    session: EditingSession = request.editing  # type: ignore[attr-defined]
    user = signed_in_user(request)
    sent = request.method == "POST"
    context: dict[str, Any] = {
        "state": content.state if content else "draft",
        "session": session,
        "next_words": next_words(admin.model, content, user),
        "autosave_url": admin.address("autosave", content) if content else admin.plain_address("autosave"),
        "check_url": admin.address("check", content) if content else admin.plain_address("check"),
        "errors": _remaining_errors(session, shown),
        "notes": notes_on(content) if content and content.status in workflow.OPEN else [],
    }
    if not sent:
        context["unsaved"] = autosaves.find(user, admin.model.kind, content.item_id if content else None)
    if content:
        context |= standing(content) | {f"{name}_url": admin.address(name, content) for name in OWN_PAGES}
        context |= {
            "base_name": BASE,
            "base": (session.base if sent else content.version) or 1,
            "seen_name": SEEN,
            "seen": content.version or 1,
            "comments": publication_views.open_comments(content),
            "open_preview": "_preview" in request.GET,
        }
    return context


def _remaining_errors(session: EditingSession, shown: dict[str, Any]) -> Any:
    """Without those that have a panel of their own. What was only put back was never sent, so nothing of it is wrong yet."""
    form, formsets = shown["adminform"].form, [inline.formset for inline in shown["inline_admin_formsets"]]
    if not form.is_bound:
        return shown["errors"]
    if session.restored:
        for part in [form, *(row for formset in formsets for row in formset.forms)]:
            part.errors.clear()
        for formset in formsets:
            formset.non_form_errors().clear()
    whole = form.errors.get("__all__")
    if whole:
        whole.data = [error for error in whole.data if error.code != "overtaken"]
        if not whole.data:
            del form.errors["__all__"]
    return AdminErrorList(form, formsets)
