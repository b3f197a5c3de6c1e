"""What the documents name exists, and what can be set is documented."""

import re
import tomllib

from tests.architecture import source

READ_FROM_ENVIRONMENT = re.compile(r"\b(?:env\.\w+|_choice|_number)\(\s*\"([A-Z][A-Z0-9_]+)\"")
SETTING = re.compile(r"`(PENTIMENTO_[A-Z0-9_]+)`")
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
TARGET = re.compile(r"(?:^|`)make ([a-z]+)", re.MULTILINE)
# Commands of Django that the documents mention, and settings that only the set-up scripts read.
OF_DJANGO = {
    *("changepassword", "collectstatic", "compilemessages", "createsuperuser"),
    *("makemessages", "migrate"),
}
OF_SCRIPTS = {"PENTIMENTO_PYTHON", "PENTIMENTO_EXTRAS"}


def documents() -> str:
    return "\n".join(
        (source.ROOT / name).read_text() for name in ("README.md", "docs/operations.md")
    )


def settings_read() -> set[str]:
    sources = [path.read_text() for path in source.files("*.py", "project")]
    return {name for text in sources for name in READ_FROM_ENVIRONMENT.findall(text)}


def test_every_setting_is_documented() -> None:
    assert settings_read() >= {"PENTIMENTO_DATA", "DATABASE_URL"}
    assert not settings_read() - set(re.findall(r"`([A-Z][A-Z0-9_]+)`", documents()))


def test_every_documented_setting_is_read() -> None:
    assert not set(SETTING.findall(documents())) - settings_read() - OF_SCRIPTS


def test_every_documented_command_exists() -> None:
    commands = {p.stem for p in (source.ROOT / "editor/management/commands").glob("*.py")}
    assert not set(COMMAND.findall(documents())) - commands - OF_DJANGO


def test_every_documented_target_exists() -> None:
    makefile = (source.ROOT / "Makefile").read_text()
    targets = {
        name for line in re.findall(r"^([a-z ]+):", makefile, re.MULTILINE) for name in line.split()
    }
    assert not set(TARGET.findall(documents())) - targets


def test_documents_link_to_what_is_there() -> None:
    for path in (source.ROOT / "README.md", *source.files("*.md", "docs")):
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text()):
            assert (path.parent / link).exists(), f"{source.relative(path)}: {link}"


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((source.ROOT / "pyproject.toml").read_text())["project"]
    extras = [one for group in project["optional-dependencies"].values() for one in group]
    wanted = {re.split(r"[^\w-]", one)[0] for one in [*project["dependencies"], *extras]}
    table = (source.ROOT / "docs/decisions.md").read_text().partition("## Dependencies")[2]
    told = {
        name
        for line in table.splitlines()
        if line.startswith("|")
        for name in re.findall(r"[\w-]+", line.split("|")[1])
    }
    assert wanted - told == set()
