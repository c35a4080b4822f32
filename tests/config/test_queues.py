"""Which process does what: the Procfile and `bin/dev` agree, and what editors wait for is done first."""

from django.conf import settings

from config import dev
from core.work import HANDLERS


def procfile() -> dict[str, list[str]]:
    """The queues of each worker, by the name of its process."""
    lines = (line.split() for line in (settings.BASE_DIR / "Procfile").read_text().splitlines())
    return {line[0].rstrip(":"): line[4:] for line in lines if line[1:4] == ["python", "manage.py", "worker"]}


def test_every_queue_has_a_worker_here_and_there() -> None:
    served = list(procfile().values())
    assert sorted(name for names in served for name in names) == sorted(settings.RQ_QUEUES)
    assert [command[1:] for command in dev.COMMANDS.values() if command[0] == "worker"] == served


def test_asking_thousands_of_links_holds_up_neither_mail_nor_uploads() -> None:
    """A worker empties the queues it names first, and each round of questions enqueues the next."""
    asking = HANDLERS["publishing.check_links"].queue
    [names] = [names for names in procfile().values() if asking in names]
    assert names[-1] == asking
    assert [kind for kind, handler in HANDLERS.items() if handler.queue == asking] == [
        "publishing.check_links"
    ]
