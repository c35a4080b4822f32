from django.dispatch import Signal

address_changed = Signal()
"""Sent with `old` and `new` (paths) inside the transaction that moved a page which is not published content itself."""

work_dropped = Signal()
"""Sent with `kind` and `key` inside the transaction in which somebody decided that work is not to be done any more."""
