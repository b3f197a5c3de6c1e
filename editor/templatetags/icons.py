"""Icons that a page draws many times: each is made once in the life of the process.

Sixty cards with three icons each cost more to draw than to look up.
"""

from functools import cache

from django import template
from heroicons.templatetags import heroicons

register = template.Library()
register.simple_tag(cache(heroicons.heroicon_outline), name="icon_outline")
register.simple_tag(cache(heroicons.heroicon_mini), name="icon_mini")
