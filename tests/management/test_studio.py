"""What the studio says and starts; the whole of it runs in tests/browser."""

import socket
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from editor.management.commands import studio
from editor.management.prepare import collect_static
from editor.models import User


@pytest.fixture
def taken() -> socket.socket:
    """A port somebody else listens on."""
    return socket.create_server(("127.0.0.1", 0))


def greeting(host: str) -> str:
    out = StringIO()
    studio.Command(stdout=out)._greet(host, 8000)
    return out.getvalue()


def test_a_taken_port_is_said_and_another_offered(taken: socket.socket, data_dir: Path) -> None:
    port = taken.getsockname()[1]
    with taken, pytest.raises(CommandError) as error:
        call_command("studio", host="127.0.0.1", port=port)
    assert f"port {port}: Address already in use. Stop" in str(error.value)
    assert f"PENTIMENTO_PORT={port + 1} make run" in str(error.value)
    assert error.value.returncode == 1


def test_the_web_server_inherits_the_socket(data_dir: Path) -> None:
    with studio.listen("127.0.0.1", 0) as listener:
        web, worker = studio.children(listener, "127.0.0.1", 8123)
        assert web.inherit == [listener.fileno()]
        assert f"fd://{listener.fileno()}" in web.arguments
    assert worker.arguments[-1] == "worker"
    assert web.environment["PENTIMENTO_PORT"] == "8123"
    assert web.environment["PENTIMENTO_DATA"] == str(data_dir)


def test_the_web_server_keeps_some_memory_unless_told_otherwise(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "4096")
    monkeypatch.delenv("MALLOC_MMAP_THRESHOLD_", raising=False)
    with studio.listen("127.0.0.1", 0) as listener:
        web, worker = studio.children(listener, "127.0.0.1", 8123)
    assert web.environment["MALLOC_TRIM_THRESHOLD_"] == "4096"
    assert int(web.environment["MALLOC_MMAP_THRESHOLD_"]) > 4 * 1024 * 1024
    assert not [name for name in worker.environment if name.startswith("MALLOC")]


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("pictures.lan", "http://pictures.lan:8000"),
    ],
)
def test_the_address_is_one_people_can_open(
    host: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PENTIMENTO_BASE_URL", raising=False)
    assert studio.public_url(host, 8000) == url


def test_the_address_given_is_the_address_shown(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setenv("PENTIMENTO_BASE_URL", "https://pictures.example")
    settings.BASE_URL = "https://pictures.example"
    assert studio.public_url("0.0.0.0", 8000) == "https://pictures.example"


@pytest.mark.django_db
def test_on_loopback_the_first_account_needs_no_token(data_dir: Path, settings: Settings) -> None:
    settings.HOST = "127.0.0.1"
    assert greeting("127.0.0.1") == (
        "Pentimento is at http://127.0.0.1:8000/\n"
        "Create the first account at http://127.0.0.1:8000/setup/\n"
    )


@pytest.mark.django_db
def test_on_a_network_the_token_is_printed_and_names_are_asked_for(
    data_dir: Path, settings: Settings
) -> None:
    settings.HOST = "0.0.0.0"
    said = greeting("0.0.0.0")
    token = (data_dir / "setup_token").read_text()
    assert f"/setup/ with the set-up token {token}\n" in said
    assert "set PENTIMENTO_BASE_URL=http://NAME:8000" in said


@pytest.mark.django_db
def test_with_an_account_there_is_no_word_of_set_up(data_dir: Path) -> None:
    User.objects.create_user("owner@example.com", "a long password")
    assert "setup" not in greeting("127.0.0.1")


def test_static_files_are_collected_once(data_dir: Path) -> None:
    root = data_dir / "static"
    assert collect_static(root)
    assert any(root.iterdir())
    assert not collect_static(root)
    (data_dir / "static.stamp").write_text("of other sources")
    assert collect_static(root)
