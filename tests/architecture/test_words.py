"""Every word people read can be translated: in templates, in Python, and none in scripts."""

from __future__ import annotations

import ast
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from django.template.base import Lexer, TokenType

from tests.architecture import source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What stands where a tag or a variable stood.
HOLE = "\0"
SPOKEN_ATTRIBUTES = {
    *("title", "placeholder", "alt", "label", "summary", "aria-label", "aria-description"),
    *("aria-roledescription", "aria-valuetext", "hx-confirm", "hx-prompt"),
}
SILENT_ELEMENTS = {"script", "style", "svg", "code"}
LETTERS = re.compile(r"[^\W\d_]{2,}")
# A sentence in an attribute for scripts; selectors, addresses and names of things have no such look.
SENTENCE = re.compile(r"^\s*[A-Z][a-z]+(?:[ ,.…][^=]*)?$")
# Names of formats, units and keys are the same in every language.
SAME_EVERYWHERE = re.compile(r"\b(?:PNG|JPEG|WebP|AVIF|HEIC|ZIP|MB|px|Ctrl|Shift|Alt|Enter|Esc)\b")

TRANSLATORS = {
    *("_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"),
    *("npgettext", "npgettext_lazy", "gettext_noop"),
}
# Whoever is called so shows what it is given: which of its arguments, by place or by name.
SINKS: dict[str, tuple[int, ...]] = {
    "ValidationError": (0,),
    "PermissionDenied": (0,),
    "UploadRefused": (1,),
    "SubmitRefused": (1,),
    "Verdict": (1, 2),
    "Http404": (0,),
    "HttpResponse": (0,),
    "plain": (0,),
    "add_error": (1,),
    **dict.fromkeys(("success", "info", "warning", "error"), (1,)),
}
SPOKEN_KEYWORDS = {"label", "help_text", "verbose_name", "verbose_name_plural", "description",
                   "empty_label", "message", "search_help_text"}  # fmt: skip
SPOKEN_NAMES = {"labels", "help_texts", "error_messages"}
CODE = re.compile(r"[a-z0-9_.\-]*\n?")


class Spoken(HTMLParser):
    """Collects the words of a page that somebody reads or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT_ELEMENTS
        for name, value in attrs:
            for_scripts = name.startswith("data-") and SENTENCE.match(value or "")
            if name in SPOKEN_ATTRIBUTES or for_scripts:
                self._take(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT_ELEMENTS

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._take(data)

    def _take(self, text: str) -> None:
        rest = SAME_EVERYWHERE.sub("", text.replace(HOLE, " "))
        if LETTERS.search(rest):
            self.words.append(" ".join(text.replace(HOLE, "…").split()))


def markup(template: str) -> str:
    """The template with a hole for each tag and variable; translated blocks are one hole."""
    out, in_block = [], ""
    for token in Lexer(template).tokenize():
        name = token.contents.split()[0] if token.contents.split() else ""
        if token.token_type == TokenType.BLOCK and name in {"blocktranslate", "comment"}:
            in_block = f"end{name}"
        elif in_block:
            in_block = "" if name == in_block else in_block
        elif token.token_type == TokenType.TEXT:
            out.append(token.contents)
            continue
        out.append(HOLE)
    return "".join(out)


def spoken(template: str) -> list[str]:
    reader = Spoken()
    reader.feed(markup(template))
    reader.close()
    return reader.words


def raw_literals(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of every literal that would be shown as it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for argument in shown_arguments(node):
                yield from words_in(argument)
        elif isinstance(node, ast.Assign) and assigned(node) & SPOKEN_NAMES:
            yield from words_in(node.value)


def shown_arguments(call: ast.Call) -> Iterator[ast.expr]:
    name = called(call)
    if name in TRANSLATORS:
        return
    yield from (call.args[place] for place in SINKS.get(name, ()) if place < len(call.args))
    for keyword in call.keywords:
        if keyword.arg in SPOKEN_KEYWORDS | SPOKEN_NAMES:
            yield keyword.value


def called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def assigned(node: ast.Assign) -> set[str]:
    return {target.id for target in node.targets if isinstance(target, ast.Name)}


def words_in(node: ast.expr) -> Iterator[tuple[int, str]]:
    """Literals in an expression that no translator is called with."""
    if isinstance(node, ast.Call) and called(node) in TRANSLATORS:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if LETTERS.search(node.value) and not CODE.fullmatch(node.value):
            yield node.lineno, node.value
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from words_in(value)
    else:
        # What another function is called with is its own business.
        children = [node.func] if isinstance(node, ast.Call) else ast.iter_child_nodes(node)
        for child in children:
            if isinstance(child, ast.expr):
                yield from words_in(child)


def broken_translations(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Translated text that no catalogue can hold, or no translator can turn around."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and called(node) in TRANSLATORS and node.args):
            continue
        first = node.args[0]
        if isinstance(first, ast.JoinedStr | ast.BinOp | ast.Call):
            yield node.lineno, "put together before it is looked up"
        elif isinstance(first, ast.Constant) and len(re.findall(r"%[sd]", str(first.value))) > 1:
            yield node.lineno, "two placeholders without names"


# A quoted string, or a comment that may hold quotes.
SCRIPT_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`", re.DOTALL
)
# For developers: what is thrown. Everything people read comes from the page's attributes.
THROWN = re.compile(r"(?:Error|reject)\(\s*$")
SCRIPT_SENTENCE = re.compile(
    r"^[A-Z][a-z]+(?:[ …,.!?].*)?$|^[a-z]+(?: [a-z]+){2,}[.!?…]?$", re.DOTALL
)


def script_sentences(text: str) -> list[str]:
    found = []
    for match in SCRIPT_TOKEN.finditer(text):
        literal = match[0]
        before = text[: match.start()]
        if literal.startswith("/") or THROWN.search(before):
            continue
        if SCRIPT_SENTENCE.match(literal[1:-1]) and not is_key(text, match):
            found.append(literal)
    return found


def is_key(text: str, match: re.Match[str]) -> bool:
    """Names of keyboard keys and the like are compared, looked up or listed, never shown."""
    around = text[max(0, match.start() - 24) : match.start()] + text[match.end() : match.end() + 4]
    return bool(
        re.search(r"===|case |\.key\b|includes\(|addEventListener\(|\[$|:\s*$|^\s*[\],:]", around)
    )


@pytest.mark.parametrize("path", source.files("*.html", "templates", "editor"), ids=source.relative)
def test_templates_speak_through_gettext(path: Path) -> None:
    assert not spoken(path.read_text())


# Commands speak to the operator's terminal; engines and imaging give codes, and import no Django.
OTHER_WORDS = {"management", "engines", "imaging"}


@pytest.mark.parametrize("path", source.files("*.py", "editor"), ids=source.relative)
def test_python_speaks_through_gettext(path: Path) -> None:
    tree = ast.parse(path.read_text())
    if not OTHER_WORDS & set(path.parts):
        assert not list(raw_literals(tree))
    assert not list(broken_translations(tree))


@pytest.mark.parametrize("path", source.files("*.js", "static"), ids=source.relative)
def test_scripts_say_nothing_of_their_own(path: Path) -> None:
    assert not script_sentences(path.read_text())


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>Hello there</p>", ["Hello there"]),
        ('<p>{% translate "Hello" %} there</p>', ["… there"]),
        ("<p>{% blocktranslate %}Hello {{ n }}{% endblocktranslate %}</p>", []),
        ("<p>{{ name }} · {{ n }} MB</p>", []),
        ('<img alt="A tree">', ["A tree"]),
        ('<img alt="{{ name }}">', []),
        ('<a href="/there/" class="button" data-testid="go-there">{{ x }}</a>', []),
        ('<x-y data-lost="The connection was lost.">', ["The connection was lost."]),
        ("<x-y data-into='#grid .card' data-state='queued'>", []),
        ("{% if a %}<b>Yes</b>{% else %}{# no #}{% endif %}", ["Yes"]),
        ("{% comment %}Hello{% endcomment %}<code>manage.py worker</code>", []),
    ],
)
def test_the_rule_for_templates_bites(template: str, words: list[str]) -> None:
    assert spoken(template) == words


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('raise ValidationError("Too long.")', 1),
        ('raise ValidationError("cursor")', 0),
        ('raise ValidationError(_("Too long."))', 0),
        ('raise PermissionDenied(f"No {name} here")', 2),
        ('form.add_error("name", "Too long.")', 1),
        ('messages.success(request, "It is done.")', 1),
        ('field(label="Name")', 1),
        ('field(label=_("Name"))', 0),
        ('labels = {"name": "Name"}', 1),
        ('HttpResponse(render("a/B.html"))', 0),
        ('HttpResponse("Lost {n}".format(n=1))', 1),
    ],
)
def test_the_rule_for_python_bites(line: str, found: int) -> None:
    assert len(list(raw_literals(ast.parse(line)))) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('_("%(n)d of %(all)d") % values', 0),
        ('_("%d of %d") % values', 1),
        ('_(f"{n} left")', 1),
        ('_("a" + b)', 1),
        ('_("{n} left".format(n=1))', 1),
    ],
)
def test_the_rule_for_catalogues_bites(line: str, found: int) -> None:
    assert len(list(broken_translations(ast.parse(line)))) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('note.textContent = "It is lost.";', 1),
        ("note.textContent = `Uploading ${n}`;", 1),
        ('button.title = "Cancel";', 1),
        ('if (event.key === "Enter") go();', 0),
        ('throw new Error("Nothing there");', 0),
        ('// "Not shown to anybody"', 0),
        ('find("canvas-form button");', 0),
    ],
)
def test_the_rule_for_scripts_bites(line: str, found: int) -> None:
    assert len(script_sentences(line)) == found
