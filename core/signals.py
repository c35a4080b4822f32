from django.dispatch import Signal

address_changed = Signal()
"""Sent with `old` and `new` (paths) inside the transaction that moved a page which is not published content itself."""
