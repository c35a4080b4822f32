from django.dispatch import Signal

asset_changed = Signal()
"""Sent with `asset` inside the transaction that changed its words or its focal point, and soon after its file was replaced."""

asset_ready = Signal()
"""Sent with `asset` and `rendition_set` inside the transaction that makes the set live, and soon after a file was replaced."""

captions_changed = Signal()
"""Sent with `asset` inside the transaction that changed its captions on the page of the recording."""
