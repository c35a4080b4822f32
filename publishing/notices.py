"""Mails to the people for whom a step of the workflow means something to do or to know. Sent once it has committed."""

from collections.abc import Callable

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import User
from core import mail
from core.links import absolute
from publishing.forms import reviewers_of
from publishing.models import EditorialEvent, Publishable

Action = EditorialEvent.Action


def send(event: EditorialEvent, content: Publishable) -> None:
    """Mail whoever waits for this step; not the one who did it, and nobody who cannot open the desk."""
    recipients, sentence = _NOTICES.get(event.action, (None, ""))
    if recipients is None:
        return
    title = " ".join(content.title.split())
    for user in recipients(content).filter(is_active=True, is_staff=True).exclude(pk__in=[event.by_id]):
        context = {
            "user": user,
            "event": event,
            "content": content,
            "sentence": sentence.format(who=event.who, title=title),
            "url": absolute(desk_path(content)),
        }
        subject = f"{event.get_action_display()}: “{title}”"
        mail.send("publishing/editorial", user.email, context, subject=subject)


def desk_path(content: Publishable) -> str:
    """Where an editor works on it."""
    opts = content._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[content.pk])


def _authors(content: Publishable) -> QuerySet[User]:
    return content.people_behind()


def _reviewers(content: Publishable) -> QuerySet[User]:
    """The one it was given to, or everybody who could take it."""
    if content.reviewer_id:
        return User.objects.filter(pk=content.reviewer_id)
    return reviewers_of(type(content)).filter(is_superuser=False)


def _assigned(content: Publishable) -> QuerySet[User]:
    return User.objects.filter(pk__in=[content.reviewer_id])


_NOTICES: dict[str, tuple[Callable[[Publishable], QuerySet[User]], str]] = {
    Action.SUBMITTED: (_reviewers, "{who} has submitted “{title}” for review. It waits for you."),
    Action.ASSIGNED: (_assigned, "{who} asks you to review “{title}”."),
    Action.EDITED: (
        _reviewers,
        "{who} has edited “{title}” after it was approved. It waits for another look.",
    ),
    Action.CHANGES_REQUESTED: (_authors, "{who} asks for changes in “{title}”."),
    Action.COMMENTED: (_authors, "{who} has commented on “{title}”."),
    Action.APPROVED: (_authors, "{who} has approved “{title}”."),
    Action.SCHEDULED: (_authors, "{who} has scheduled “{title}”."),
    Action.WENT_LIVE: (_authors, "“{title}” is live."),
    Action.EDITS_PUBLISHED: (_authors, "Readers now get the newest version of “{title}”."),
    Action.UNPUBLISHED: (_authors, "{who} has taken “{title}” off the site; it is a draft again."),
    Action.REMOVED: (_authors, "{who} has taken “{title}” down."),
}
