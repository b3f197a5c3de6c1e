"""Django's database backend for SQLite, with a memory."""
