"""{% load numbers %}"""

from django import template

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """1,234"""
    return f"{number:,}"
