from typing import Any

from django import template
from django.contrib import admin
from django.db.models import Model

from publishing.lists.used_by import told

register = template.Library()


@register.simple_tag(takes_context=True)
def used_by(context: Any, thing: Model) -> Any:
    """What points at it, as far as whoever asks may know it: a list of `publishing.lists.used_by.Told`."""
    return told(admin.site, context["request"].user, thing)
