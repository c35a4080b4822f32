from django.dispatch import Signal

person_changed = Signal()
"""Sent with `person` inside the transaction that changed how readers see them, once their links are in place too."""
