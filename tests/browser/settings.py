"""Production, but for what a password costs: the pages are tried, not whoever guesses at them."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from project.settings.prod import *  # noqa: F403  settings are one namespace by design


class QuickHasher(PBKDF2PasswordHasher):
    """As in production, in a thousandth of the half second of CPU that each password takes."""

    iterations = 1_000


PASSWORD_HASHERS = ["tests.browser.settings.QuickHasher"]
