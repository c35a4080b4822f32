"""The only writer of a publishable's WORKFLOW columns. Each transition is one function that says why it refuses.

`by` is who does it; None is the site itself (imports, sweeps), which is asked for no right, approval or check.
"""

from publishing.workflow.going_live import (
    announce,
    discard_edits,
    keep_edits_waiting,
    publish,
    publish_due_edits,
    publish_edits,
    set_expiry,
)
from publishing.workflow.leaving import archive, reopen, take_down, undo, unpublish
from publishing.workflow.review import approve, assign, comment, request_changes, submit, waive, withdraw
from publishing.workflow.transitions import (
    HANDED_IN,
    OPEN,
    TRANSITIONS,
    Refused,
    is_approved,
    is_own_work,
    may,
    problem,
)
from publishing.workflow.writing import baseline, edited, remember_path, restore, saved

__all__ = [
    "HANDED_IN",
    "OPEN",
    "TRANSITIONS",
    "Refused",
    "announce",
    "approve",
    "archive",
    "assign",
    "baseline",
    "comment",
    "discard_edits",
    "edited",
    "is_approved",
    "is_own_work",
    "keep_edits_waiting",
    "may",
    "problem",
    "publish",
    "publish_due_edits",
    "publish_edits",
    "remember_path",
    "reopen",
    "request_changes",
    "restore",
    "saved",
    "set_expiry",
    "submit",
    "take_down",
    "undo",
    "unpublish",
    "waive",
    "withdraw",
]
