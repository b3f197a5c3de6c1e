"""Django's admin for staff: who and what is there, and how it stands; never what it shows."""

from editor.admin import people, records, work
from editor.admin.site import site

__all__ = ["people", "records", "site", "work"]
