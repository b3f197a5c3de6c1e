"""Where scripts find the token that guards forms."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def csrf_cookie_name() -> str:
    """Return the name of the cookie that holds the current token; it differs by settings."""
    return settings.CSRF_COOKIE_NAME
