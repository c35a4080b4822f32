from datetime import timedelta

from django.core.management import call_command
from django.db.models.functions import Now

from core import mail
from core.models import Work
from core.work import Run, handler

KEPT = timedelta(days=7)  # how long one can see that work was done


@handler("core.mail", attempts=10, timeout=60, patience=timedelta(days=3))
def deliver_mail(run: Run) -> None:
    mail.deliver(run.key, run.payload)


def forget_done_work() -> None:
    Work.objects.filter(state=Work.State.DONE, changed_at__lt=Now() - KEPT).delete()


def clear_sessions() -> None:
    call_command("clearsessions")
