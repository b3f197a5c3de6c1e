"""Where mail goes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import mailers as django_mailers
from django.test import override_settings

from project import mail

ROOT = Path(__file__).resolve().parents[2]


def test_the_console_is_no_delivery() -> None:
    assert not mail.is_sent(mail.CONSOLE)
    assert mail.is_sent("smtp://mail.example.org")
    assert mail.is_sent("filemail:///tmp/letters")


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://mail.example.org", 25, False, False),
        ("smtp+tls://olga:pass%40word@mail.example.org", 587, True, False),
        ("smtps://olga:pass%40word@mail.example.org:2525", 2525, True, False),
        ("smtp+ssl://olga:pass%40word@mail.example.org", 465, False, True),
    ],
)
def test_a_mail_server_is_what_the_address_says(url: str, port: int, tls: bool, ssl: bool) -> None:
    with override_settings(MAILERS=mail.mailers(url)):
        backend: Any = django_mailers.default
    assert (backend.host, backend.port) == ("mail.example.org", port)
    assert (backend.use_tls, backend.use_ssl) == (tls, ssl)
    assert backend.timeout == mail.TIMEOUT_SECONDS
    assert backend.password == ("pass@word" if "@" in url else None)


def test_letters_go_into_a_folder_by_its_full_path(tmp_path: Path) -> None:
    with override_settings(MAILERS=mail.mailers(f"filemail://{tmp_path}/letters")):
        backend: Any = django_mailers.default
    assert backend.file_path == str(tmp_path / "letters")


@pytest.mark.parametrize(
    "url", ["", "nonsense", "pop3://mail.example.org", "smtp://", "smtp+tls://u:secret@host:port"]
)
def test_an_address_that_makes_no_sense_is_refused_by_name(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL") as refusal:
        mail.mailers(url)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://pictures.example", "pictures.example"),
        ("http://127.0.0.1:8000", "localhost"),
        ("http://[::1]:8000", "localhost"),
    ],
)
def test_the_sender_is_at_the_host_people_type(base_url: str, host: str) -> None:
    assert mail.sender("", base_url) == f"Pentimento <pentimento@{host}>"


def test_the_sender_can_be_chosen_but_must_be_an_address() -> None:
    assert mail.sender("Studio <s@example.org>", "http://x") == "Studio <s@example.org>"
    for wanted in ("nobody", "@", "Studio <>"):
        with pytest.raises(ImproperlyConfigured, match="PENTIMENTO_MAIL_FROM"):
            mail.sender(wanted, "http://x")


def test_a_bad_address_stops_the_start(tmp_path: Path) -> None:
    environment = os.environ | {
        "PENTIMENTO_DATA": str(tmp_path),
        "EMAIL_URL": "gopher://mail.example.org",
        "DJANGO_SETTINGS_MODULE": "project.settings.prod",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "EMAIL_URL cannot be understood." in done.stderr
