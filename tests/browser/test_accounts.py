"""Accounts in a real browser: signing up, getting back in, the second step, passkeys, sessions."""

from __future__ import annotations

import itertools
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from tests.browser.conftest import (
    DESKTOP,
    FAILED,
    LOOKS,
    PASSWORD,
    PATIENCE,
    PHONE,
    Studio,
    Watched,
    start_studio,
    stop_studio,
)
from tests.browser.looks import assert_good

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

NEXT = "a new phrase entirely"
SCREENS = {"desktop": DESKTOP, "phone": PHONE}
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def studio(new_data: Callable[[str], Path], browser: Browser) -> Iterator[Studio]:
    """A studio that anybody may join, whose mail lies in a folder; at the name passkeys need."""
    data = new_data("open-studio")
    mail = f"filemail://{data}/letters"
    studio = start_studio(data, EMAIL_URL=mail, PENTIMENTO_SIGNUP="open")
    studio.url = studio.url.replace("127.0.0.1", "localhost")
    try:
        page = browser.new_context(**DESKTOP).new_page()
        page.goto(f"{studio.url}/setup/")
        fill(page, email="admin@example.test", password1=PASSWORD, password2=PASSWORD)
        page.wait_for_url("**/p/my-first-project-*/")
        page.context.close()
        yield studio
    finally:
        stop_studio(studio)


def visit(browser: Browser, studio: Studio, name: str, **options: Any) -> Iterator[Watched]:
    page = browser.new_context(accept_downloads=True, **options).new_page()
    page.set_default_timeout(PATIENCE)
    visitor = Watched(page, studio)
    visitor.listen()
    yield visitor
    if name in FAILED or visitor.complaints:
        visitor.tell(name)
    page.context.close()
    assert visitor.complaints == []


@pytest.fixture(params=SCREENS)
def visitor(browser: Browser, studio: Studio, request: pytest.FixtureRequest) -> Iterator[Watched]:
    yield from visit(browser, studio, request.node.name, **SCREENS[request.param])


@pytest.fixture(params=LOOKS)
def inspector(
    browser: Browser, studio: Studio, request: pytest.FixtureRequest
) -> Iterator[Watched]:
    yield from visit(browser, studio, request.node.name, **LOOKS[request.param])


def fill(page: Page, **fields: str) -> None:
    """Type into the fields and press Enter in the last."""
    for name, value in fields.items():
        page.locator(f"main [name={name}]:visible").fill(value)
    page.keyboard.press("Enter")


def open_page(visitor: Watched, path: str) -> Page:
    visitor.page.goto(f"{visitor.studio.url}/accounts/{path}")
    return visitor.page


def arrive(visitor: Watched, path: str) -> None:
    visitor.page.wait_for_url(f"{visitor.studio.url}/{path}")


def letters(studio: Studio, address: str) -> list[str]:
    """The mails to an address, oldest first."""
    files = sorted((studio.data / "letters").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    every = [text for path in files for text in path.read_text().split("-" * 79)]
    return [text for text in every if f"To: {address}\n" in text]


def mailed_code(studio: Studio, address: str) -> str:
    found = re.findall(r"^ {4}(\S+)$", letters(studio, address)[-1], re.MULTILINE)
    return str(found[-1])


def code_now(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret.replace(" ", ""), int(time.time()) // 30)))


def sign_up(visitor: Watched) -> str:
    """Make an account through the pages; return its address."""
    address = f"visitor{next(_numbers)}@example.test"
    fill(open_page(visitor, "signup/"), email=address, password1=PASSWORD, password2=PASSWORD)
    arrive(visitor, "accounts/code/")
    fill(visitor.page, code=mailed_code(visitor.studio, address))
    arrive(visitor, "")
    return address


def sign_out(visitor: Watched) -> None:
    visitor.page.locator("summary[aria-label=Account]").click()
    visitor.page.get_by_role("button", name="Sign out").click()
    arrive(visitor, "accounts/login/?next=/")


def sign_in(visitor: Watched, address: str, password: str = PASSWORD) -> None:
    fill(open_page(visitor, "login/"), login=address, password=password)


def prove(visitor: Watched) -> None:
    """Type the password again where it is asked for."""
    visitor.page.wait_for_url("**/accounts/reauthenticate/**")
    fill(visitor.page, password=PASSWORD)


def plug_in_a_device(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def test_signing_up_out_and_in_again(visitor: Watched) -> None:
    address = sign_up(visitor)
    sign_out(visitor)
    sign_in(visitor, address)
    arrive(visitor, "")


def test_a_forgotten_password(visitor: Watched) -> None:
    address = sign_up(visitor)
    sign_out(visitor)
    visitor.page.get_by_role("link", name="Forgotten your password?").click()
    fill(visitor.page, email=address)
    arrive(visitor, "accounts/forgotten/code/")
    fill(visitor.page, code=mailed_code(visitor.studio, address))
    arrive(visitor, "accounts/forgotten/new/")
    fill(visitor.page, password1=NEXT, password2=NEXT)
    visitor.page.get_by_role("main").get_by_role("link", name="Sign in").click()
    sign_in(visitor, address, NEXT)
    arrive(visitor, "")


def test_a_new_password_ends_the_other_sessions(
    visitor: Watched, browser: Browser, studio: Studio
) -> None:
    address = sign_up(visitor)
    for elsewhere in visit(browser, studio, "elsewhere"):
        sign_in(elsewhere, address)
        arrive(elsewhere, "")
        fill(open_page(visitor, "password/"), oldpassword=PASSWORD, password1=NEXT, password2=NEXT)
        visitor.page.get_by_text("Every other device is signed out.").last.wait_for()
        elsewhere.page.goto(f"{studio.url}/")
        arrive(elsewhere, "accounts/login/?next=/")


def test_another_address(visitor: Watched) -> None:
    old = sign_up(visitor)
    new = f"other-{old}"
    fill(open_page(visitor, "profile/"), email=new)
    prove(visitor)
    arrive(visitor, "accounts/code/")
    fill(visitor.page, code=mailed_code(visitor.studio, new))
    arrive(visitor, "accounts/profile/")
    visitor.page.get_by_text(f"You sign in with {new}").wait_for()
    assert "no longer signs in" in letters(visitor.studio, old)[-1].replace("\n", " ")
    sign_out(visitor)
    sign_in(visitor, new)
    arrive(visitor, "")


def test_an_app_as_the_second_step(visitor: Watched) -> None:
    address = sign_up(visitor)
    page = open_page(visitor, "two-step/app/")
    prove(visitor)
    page.wait_for_function("() => document.querySelector('.qr')?.naturalWidth > 0")
    page.get_by_text("No camera?").click()
    secret = page.locator("[data-testid=totp-secret]").inner_text()
    fill(page, code=code_now(secret))
    arrive(visitor, "accounts/two-step/codes/")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    file = waiting.value.path().read_text()
    codes = page.locator("[data-testid=codes] li").all_inner_texts()
    assert len(codes) == 10
    assert file.split()[-10:] == codes
    page.get_by_role("link", name="I have kept them").click()
    sign_out(visitor)
    sign_in(visitor, address)
    arrive(visitor, "accounts/two-step/login/")
    fill(page, code=codes[0])
    arrive(visitor, "")


def test_a_passkey(visitor: Watched) -> None:
    sign_up(visitor)
    plug_in_a_device(visitor.page)
    page = open_page(visitor, "passkeys/add/")
    prove(visitor)
    fill(page, name="My phone")
    page.get_by_role("link", name="I have kept them").click()
    page.locator("[data-testid=passkey]", has_text="My phone").wait_for()
    sign_out(visitor)
    page.get_by_role("button", name="Sign in with a passkey").click()
    arrive(visitor, "")


def test_a_passkey_nobody_answers_for_is_said(visitor: Watched) -> None:
    """A device without any passkey: the browser gives up, the page says so and waits."""
    page = open_page(visitor, "login/")
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = DEVICE | {"isUserVerified": False}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_role("alert").filter(has_text="The passkey was not used.").wait_for()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_enabled()


def test_ending_another_session(visitor: Watched, browser: Browser, studio: Studio) -> None:
    address = sign_up(visitor)
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    for elsewhere in visit(browser, studio, "elsewhere", user_agent=agent):
        sign_in(elsewhere, address)
        arrive(elsewhere, "")
        page = open_page(visitor, "sessions/")
        page.get_by_role("button", name="End the session of Firefox on Linux").click()
        page.get_by_text("You are signed in nowhere else.").wait_for()
        elsewhere.page.reload()
        arrive(elsewhere, "accounts/login/?next=/")


def test_pages_are_accessible_and_fit(inspector: Watched) -> None:
    for path in ("login/", "signup/", "forgotten/"):
        assert_good(open_page(inspector, path))
    address = f"{'a' * 50}{next(_numbers)}@{'long' * 12}.example.test"
    page = open_page(inspector, "signup/")
    fill(page, email=address, password1=PASSWORD, password2="different")
    page.locator(".field__errors").wait_for()
    assert_good(page)
    inspector.expect_refusal(422)
    fill(page, password1=PASSWORD, password2=PASSWORD)
    arrive(inspector, "accounts/code/")
    assert_good(page)
    fill(page, code=mailed_code(inspector.studio, address))
    arrive(inspector, "")
    for path in ("profile/", "password/", "two-step/", "sessions/", "logout/"):
        assert_good(open_page(inspector, path))
    open_page(inspector, "two-step/app/")
    assert_good(page)
    prove(inspector)
    page.get_by_text("No camera?").click()
    assert_good(page)
    fill(page, code=code_now(page.locator("[data-testid=totp-secret]").inner_text()))
    arrive(inspector, "accounts/two-step/codes/")
    assert_good(page)
    for path in ("passkeys/add/", "two-step/", "two-step/codes/", "two-step/codes/new/"):
        assert_good(open_page(inspector, path))
    assert_good(open_page(inspector, "two-step/app/remove/"))
    sign_out(inspector)
    sign_in(inspector, address)
    arrive(inspector, "accounts/two-step/login/")
    assert_good(page)
