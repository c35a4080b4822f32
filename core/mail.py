"""Mails to one person at a time, by way of `core.work`: a dead provider delays them, and no request waits for it."""

import uuid
from functools import cache
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any
from urllib.parse import urlsplit

import css_inline
from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.conf import settings
from django.core.exceptions import BadRequest
from django.core.mail import EmailMultiAlternatives
from django.template import Context, TemplateDoesNotExist
from django.template.loader import get_template

from core.work import Permanent, Transient, enqueue


def send(template: str, to: str, context: dict[str, Any], *, subject: str, reply_to: str = "") -> None:
    """Mail what `templates/<app>/email/<name>.txt` says, for `template="<app>/<name>"`, once this transaction commits.

    If there is a `.html` beside it, it goes along with its styles inlined. Both know `site_url`, the beginning of every
    link, besides `context`. Raises BadRequest if an address or the subject holds a line break.
    """
    for header in (to, subject, reply_to):
        if "\r" in header or "\n" in header:
            raise BadRequest("An e-mail's subject and addresses are single lines.")
    known = context | {"site_url": settings.SITE_URL, "subject": subject}
    app, _, name = template.partition("/")
    mail = {"to": to, "subject": subject, "reply_to": reply_to}
    mail |= {
        "text": _text(f"{app}/email/{name}.txt", known),
        "html": _html(f"{app}/email/{name}.html", known),
    }
    enqueue("core.mail", str(uuid.uuid4()), mail)


def deliver(key: str, mail: dict[str, Any]) -> None:
    """Hand a mail over to the provider. Its Message-ID is made from `key`, so that a second copy can be known as one."""
    message = EmailMultiAlternatives(
        mail["subject"],
        mail["text"],
        to=[mail["to"]],
        reply_to=[mail["reply_to"]] if mail["reply_to"] else None,
        headers={
            "Message-ID": f"<{key}@{urlsplit(settings.SITE_URL).hostname}>",
            "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answers, please
        },
    )
    if mail["html"]:
        message.attach_alternative(mail["html"], "text/html")
    try:
        message.send()
    except (SMTPRecipientsRefused, AnymailRecipientsRefused) as error:
        raise Permanent(f"The address was refused: {error}") from error
    except (SMTPException, AnymailAPIError, OSError) as error:
        raise Transient(f"The mail server did not take it: {error}") from error


def _text(name: str, context: dict[str, Any]) -> str:
    """Plain text needs no escaping."""
    template: Any = get_template(name)
    return str(template.template.render(Context(context, autoescape=False)))


def _html(name: str, context: dict[str, Any]) -> str:
    try:
        template = get_template(name)
    except TemplateDoesNotExist:
        return ""
    return _inliner().inline(template.render(context))


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
