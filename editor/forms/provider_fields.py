"""Fields and rules that only providers have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MOST_OWN_MODELS: Final = 50
MODEL_LENGTH: Final = 100
# As services write them: letters, figures and a few signs; parts between slashes.
_PART = r"[A-Za-z0-9@][\w.:@+\-]*"
MODEL: Final = re.compile(rf"{_PART}(/{_PART})*", re.ASCII)
WORD: Final = re.compile(r"[a-z0-9][a-z0-9_\-]{0,30}")
SIZE: Final = re.compile(r"([1-9]\d{1,4})x([1-9]\d{1,4})")
LONGEST_SECONDS: Final = 3600


class OwnModels(forms.CharField):
    """Names of models, one on each line; its value is a list."""

    def clean(self, value: Any) -> Any:
        """Return the names in order. Raises ValidationError naming the one that is none."""
        lines = [line.strip() for line in (super().clean(value) or "").splitlines()]
        names = list(dict.fromkeys(line for line in lines if line))
        if len(names) > MOST_OWN_MODELS:
            raise ValidationError(_("At most %(most)d models.") % {"most": MOST_OWN_MODELS})
        for name in names:
            if len(name) > MODEL_LENGTH or not MODEL.fullmatch(name):
                raise ValidationError(
                    _("“%(name)s” is no name of a model: use letters, figures and . : / - _ @ +")
                    % {"name": name[:MODEL_LENGTH]}
                )
        return names


def clean_key(key: str) -> str:
    """Return the key. Raises ValidationError for what cannot stand in a header."""
    if any(not "!" <= letter <= "~" for letter in key):
        raise ValidationError(
            _("A key holds no spaces, line breaks or accents. Copy it once more, alone.")
        )
    return key


def seconds(label: _StrPromise | str, *, most: int = LONGEST_SECONDS) -> forms.FloatField:
    """Return a field for a time-out; empty leaves the usual one."""
    return forms.FloatField(label=label, required=False, min_value=1, max_value=most)


class Words(forms.CharField):
    """Words with commas or spaces between; its value is a list."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=500, **options)
        self.widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}

    def prepare_value(self, value: Any) -> Any:
        """Write a list as people do."""
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Return the words in order. Raises ValidationError naming the one that is none."""
        words = list(dict.fromkeys((super().clean(value) or "").replace(",", " ").split()))
        for word in words:
            if not WORD.fullmatch(word):
                text = _("“%(word)s” is no word that a service would take.")
                raise ValidationError(text % {"word": word})
        return words


class Sizes(Words):
    """Sizes such as 1024x1536; its value is a list of pairs."""

    def prepare_value(self, value: Any) -> Any:
        """Write a list as people do."""
        if isinstance(value, list):
            return ", ".join(f"{width}x{height}" for width, height in value)
        return value

    def clean(self, value: Any) -> Any:
        """Return the sizes in order. Raises ValidationError naming the one that is none."""
        text = (forms.CharField.clean(self, value) or "").lower().replace("\u00d7", "x")
        return [_size(one) for one in dict.fromkeys(text.replace(",", " ").split())]


def _size(text: str) -> list[int]:
    found = SIZE.fullmatch(text)
    if found is None:
        raise ValidationError(
            _("“%(size)s” is no size: write them like 1024x1536.") % {"size": text}
        )
    return [int(found[1]), int(found[2])]


class Texts(forms.CharField):
    """Texts with commas or spaces between, for others to judge; its value is a list."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=2000, **options)
        self.widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}

    def prepare_value(self, value: Any) -> Any:
        """Write a list as people do."""
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """Return the texts in order, in small letters, each once."""
        text: str = super().clean(value) or ""
        return list(dict.fromkeys(text.lower().replace(",", " ").split()))


class Pairs(forms.CharField):
    """A name and its value on each line, with = between; its value is a table."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=4000, **options)
        self.widget.attrs |= {"rows": 2, "spellcheck": "false", "autocapitalize": "off"}

    def prepare_value(self, value: Any) -> Any:
        """Write a table as people do."""
        if isinstance(value, dict):
            return "\n".join(f"{name}={text}" for name, text in value.items())
        return value

    def clean(self, value: Any) -> dict[str, str]:
        """Return the table. Raises ValidationError naming the line that is none of it."""
        found: dict[str, str] = {}
        for line in (super().clean(value) or "").splitlines():
            name, sign, text = (part.strip() for part in line.partition("="))
            if name and sign and name not in found:
                found[name] = text
            elif line.strip():
                said = _("“%(line)s”: write each name once, as name=value.") % {
                    "line": line.strip()
                }
                raise ValidationError(said)
        return found


class Megabytes(forms.FloatField):
    """Millions of bytes; its value is in bytes."""

    def __init__(self, *, low: int, high: int, **options: Any) -> None:
        super().__init__(min_value=low / 1_000_000, max_value=high / 1_000_000, **options)
        self.widget.attrs |= {"step": "any", "inputmode": "decimal"}

    def prepare_value(self, value: Any) -> Any:
        """Write bytes in millions."""
        return f"{value / 1_000_000:g}" if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        """Return the bytes."""
        return round(super().clean(value) * 1_000_000)
