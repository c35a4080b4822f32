from django.dispatch import Signal

asset_changed = Signal()
"""Sent with `asset` inside the transaction that changed its words or its focal point; its bytes never change."""

asset_ready = Signal()
"""Sent with `asset` and `rendition_set` inside the transaction that makes the set live."""
