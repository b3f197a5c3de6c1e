"""Addresses of the providers' pages, which stand in a project or belong to the whole instance."""

from django import template

from editor.access.fetch import ProviderRoom

register = template.Library()


@register.simple_tag
def room_url(room: ProviderRoom, name: str, *args: str) -> str:
    """Return the address of a page of this room."""
    return room.url(name, *args)
