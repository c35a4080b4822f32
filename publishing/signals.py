from django.dispatch import Signal

content_changed = Signal()
"""Sent inside the transaction that changed what readers may see of `content` (a Publishable), once everything is in place."""

went_live = Signal()
"""Sent once for each publication, when `content` has become visible: for side effects such as pings and mails."""

topic_changed = Signal()
"""Sent with `topic` inside the transaction that changed its name, address or description."""

revision_saved = Signal()
"""Sent with `content` and `revision` inside the transaction that saved an edit, whether readers get it yet or not."""
