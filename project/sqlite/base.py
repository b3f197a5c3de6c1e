"""Django's own, but it remembers how a query reads in SQLite's way.

Django writes places as `%s`, SQLite as `?`: Django's looks through the text of each query again
each time it is asked, which takes longer than many of them.
"""

from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base

# So many texts; a process asks a few hundred.
REMEMBERED = 512
# A longer one is made for many rows, and hardly comes again.
LONGEST = 16 * 1024


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose cursors remember."""

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor of ours."""
        return self.connection.cursor(factory=Cursor)


class Cursor(base.SQLiteCursorWrapper):
    """Translates each text once."""

    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        """Return the query in SQLite's way; with names it is another for each set of these."""
        if param_names is not None or len(query) > LONGEST:
            return super().convert_query(query, param_names=param_names)
        return _translated(query)


@lru_cache(REMEMBERED)
def _translated(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")
