from pathlib import Path
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail as outgoing
from django.core.exceptions import BadRequest

from core import mail, work
from core.models import Work
from tests.harness.threads import rolled_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def templates(tmp_path: Path, settings) -> Path:
    """A folder of templates, with a mail in it that has a text and an HTML part."""
    folder = tmp_path / "tests" / "email"
    folder.mkdir(parents=True)
    (folder / "hello.txt").write_text("Hello {{ name }}, read on:\n{{ site_url }}/articles/\n")
    (folder / "hello.html").write_text("<style>p { color: red }</style><p>Hello {{ name }}</p>")
    (folder / "plain.txt").write_text("Only text")
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [engine | {"DIRS": [*engine["DIRS"], tmp_path]}]
    return folder


@pytest.fixture
def posted(templates: Path, monkeypatch) -> Work:
    mail.send("tests/hello", "mia@example.org", {"name": "Mia & <Co>"}, subject="Good morning")
    return Work.objects.get()


def run(row: Work) -> Work:
    work.run(row.pk)
    row.refresh_from_db()
    return row


def failing(monkeypatch, error: Exception) -> None:
    def send(self) -> int:
        raise error

    monkeypatch.setattr(outgoing.EmailMultiAlternatives, "send", send)


def test_a_mail_waits_for_a_worker_and_goes_out_once(posted: Work) -> None:
    assert outgoing.outbox == []
    assert run(posted).state == "done"
    run(posted)
    message: Any
    [message] = outgoing.outbox
    assert (message.to, message.subject) == (["mia@example.org"], "Good morning")
    assert message.body == "Hello Mia & <Co>, read on:\nhttp://testserver/articles/\n", "text is not escaped"
    assert message.alternatives[0].content.count('<p style="color: red;">Hello Mia &amp; &lt;Co&gt;</p>') == 1
    headers = message.message()
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Message-ID"] == f"<{posted.key}@testserver>"
    assert posted.payload == {}, "what was written to whom is forgotten"


def test_a_mail_of_a_transaction_that_is_rolled_back_is_not_sent(templates: Path) -> None:
    rolled_back(lambda: mail.send("tests/plain", "mia@example.org", {}, subject="Never"))
    assert not Work.objects.exists()


def test_a_mail_may_be_text_alone(templates: Path) -> None:
    mail.send("tests/plain", "mia@example.org", {}, subject="Short", reply_to="desk@example.org")
    run(Work.objects.get())
    message: Any
    [message] = outgoing.outbox
    assert (message.alternatives, message.reply_to) == ([], ["desk@example.org"])


@pytest.mark.parametrize("field", ["subject", "to", "reply_to"])
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_line_break_in_a_header_is_refused(templates: Path, field: str, end: str) -> None:
    fields = {"subject": "Hello", "to": "mia@example.org", "reply_to": ""} | {
        field: f"a{end}Bcc: all@example.org"
    }
    with pytest.raises(BadRequest):
        mail.send("tests/plain", context={}, **fields)
    assert not Work.objects.exists()


def test_a_dead_provider_delays_a_mail(posted: Work, monkeypatch) -> None:
    with monkeypatch.context() as patched:
        failing(patched, SMTPServerDisconnected("gone"))
        assert run(posted).state == "waiting"
    assert (posted.attempts, posted.problem) == (0, "The mail server did not take it: gone")
    Work.objects.update(next_try_at=posted.created_at)
    assert run(posted).state == "done"
    assert len(outgoing.outbox) == 1


def test_an_address_that_is_refused_is_shown_to_a_person(posted: Work, monkeypatch) -> None:
    failing(monkeypatch, SMTPRecipientsRefused({"mia@example.org": (550, b"no such mailbox")}))
    assert run(posted).state == "parked"
    assert "no such mailbox" in posted.problem
