from django import template

from search.finding import highlight

register = template.Library()
register.filter(highlight)
