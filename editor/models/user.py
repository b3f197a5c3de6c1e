"""An account: an e-mail address and a password; no username."""

from typing import Any, ClassVar

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes accounts by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new account; the address is kept in lower case. Raises ValueError without one.

        Whoever calls this vouches for the address: it counts as verified.
        """
        if not email:
            raise ValueError("An account needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        with transaction.atomic(using=self._db):
            user.save(using=self._db)
            self.vouch_for(user)
        return user

    def vouch_for(self, user: "User") -> None:
        """Keep the account's address as its verified one, unless it has any."""
        addresses = apps.get_model("account", "EmailAddress")._default_manager.using(self._db)
        if not addresses.filter(user=user).exists():
            addresses.create(user=user, email=user.email.lower(), primary=True, verified=True)

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new administrator."""
        return self.create_user(
            email, password, **{"is_staff": True, "is_superuser": True} | fields
        )

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find the account whatever the case of the address typed."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_any_case_unique"),
        ]

    def __str__(self) -> str:
        """What anybody may read: the address is for owners and the person alone."""
        return self.name or self.email.split("@")[0]

    @property
    def initials(self) -> str:
        """One or two letters for a round badge."""
        words = (self.name or self.email.split("@")[0]).replace(".", " ").split()
        return "".join(word[0] for word in words[:2]).upper() or "?"
