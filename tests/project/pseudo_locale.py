"""A made-up language: a catalogue that puts every sentence we have between ⟦ and ⟧.

The sentences are found as `makemessages` finds them, but without GNU gettext: in Python by its own
parser, in templates by Django's `templatize`; what Django and allauth say is in their catalogues.
"""

from __future__ import annotations

import ast
import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import allauth
import django
from django.utils.translation.template import templatize

from tests.architecture import source

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE = "xx"
OPEN, CLOSE = "⟦", "⟧"
PLURAL_FORMS = "Plural-Forms: nplurals=2; plural=(n != 1);"
HEADER = f"Content-Type: text/plain; charset=UTF-8\n{PLURAL_FORMS}\n"
SINGLE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}
# In what templatize makes of a template: a call with its first literals.
CALL = re.compile(r"\b(n?p?gettext|_)\(((?:\s*u?(?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")\s*,?)+)")
LITERAL = re.compile(r"u?('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")")
PO_STRING = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)? ?"(.*)"$')

type Message = tuple[str, ...]


def write(locale: Path) -> None:
    """Write the catalogue below `locale`, a folder for LOCALE_PATHS."""
    folder = locale / CODE / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = {key: value for key, value in map(entry, messages()) if key}
    (folder / "django.mo").write_bytes(binary({"": HEADER} | catalogue))


def messages() -> Iterator[Message]:
    """Every sentence: (text,), (one, many), or with a context "…\\4" in front."""
    for path in source.files("*.py", "editor"):
        yield from in_python(path.read_text())
    for path in source.files("*.html", "templates", "editor"):
        yield from in_template(path.read_text())
    for root in (django, allauth):
        for path in sorted(Path(str(root.__file__)).parent.rglob(LANGUAGE[root.__name__])):
            yield from in_catalogue(path.read_text())


# Whose catalogue lists all there is: Django's English one is empty but whole, allauth's German.
LANGUAGE = {
    "django": "locale/en/LC_MESSAGES/django.po",
    "allauth": "locale/de/LC_MESSAGES/django.po",
}


def in_python(text: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
            if texts:
                yield from message(name, [str(text) for text in texts])


def in_template(text: str) -> Iterator[Message]:
    for match in CALL.finditer(templatize(text)):
        texts = [ast.literal_eval(literal) for literal in LITERAL.findall(match[2])]
        yield from message(match[1], texts)


def message(name: str, texts: list[str]) -> Iterator[Message]:
    if name in SINGLE:
        yield (texts[0],)
    elif name in PLURAL and len(texts) > 1:
        yield (texts[0], texts[1])
    elif name in CONTEXT and len(texts) > 1:
        yield (f"{texts[0]}\4{texts[1]}",)
    elif name in CONTEXT_PLURAL and len(texts) > 2:
        yield (f"{texts[0]}\4{texts[1]}", texts[2])


def in_catalogue(text: str) -> Iterator[Message]:
    fields: dict[str, str] = {}
    name = ""
    for line in [*text.splitlines(), ""]:
        if match := PO_STRING.match(line):
            name = match[1] or name
            fields[name] = fields.get(name, "") + ast.literal_eval(f'"{match[2]}"')
        elif not line and fields:
            context = f"{fields['msgctxt']}\4" if "msgctxt" in fields else ""
            many = fields.get("msgid_plural")
            first = context + fields.get("msgid", "")
            yield (first, many) if many else (first,)
            fields = {}


def entry(message: Message) -> tuple[str, str]:
    """The catalogue's line for a sentence: what is looked up, and what is said."""
    said = [wrapped(text.rsplit("\4", 1)[-1]) for text in message]
    return "\0".join(message), "\0".join(said)


def wrapped(text: str) -> str:
    """The text between brackets; formats (d.m.Y, %H:%M) and blank edges stay as they are."""
    inner = text.strip()
    if not re.search(r"[^\W\d_]{2,}", re.sub(r"%(?:\(\w+\))?[sd]", "", inner)):
        return text
    return text.replace(inner, f"{OPEN}{inner}{CLOSE}", 1)


def binary(catalogue: dict[str, str]) -> bytes:
    """The catalogue as GNU gettext's binary format (the GNU gettext manual, "MO files")."""
    pairs = sorted((key.encode(), value.encode()) for key, value in catalogue.items())
    head, at = 28, 28 + 16 * len(pairs)
    tables, bodies = [b"", b""], b""
    for side in (0, 1):
        for pair in pairs:
            tables[side] += struct.pack("<II", len(pair[side]), at + len(bodies))
            bodies += pair[side] + b"\0"
    start = struct.pack("<IIIIIII", 0x950412DE, 0, len(pairs), head, head + 8 * len(pairs), 0, at)
    return start + tables[0] + tables[1] + bodies
