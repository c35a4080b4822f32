"""Somebody makes an account, protects it and comes back; every page on the way is checked by axe, light and dark."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.harness.axe import COLOURS, violations

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PASSWORD = "correct horse battery"


def test_an_account_from_its_making_to_the_desk(
    site: str, page: Page, no_errors: list[str], settings: Any
) -> None:
    settings.STAFF_MFA_REQUIRED = True
    page.set_viewport_size({"width": 390, "height": 844})

    page.goto(f"{site}/account/signup/")
    check(page)
    fill(page, email="nora@example.org", password1=PASSWORD)
    check(page)
    fill(page, code="0000-0000")
    expect(page.locator(".field-error")).to_contain_text("This is not the code")
    check(page)
    fill(page, code=mailed_code())
    expect(page).to_have_url(f"{site}/account/")
    check(page)

    page.get_by_role("link", name="Change your name").click()
    check(page)
    fill(page, name="Nora Nightingale")
    expect(page.locator("account-corner")).to_contain_text("Nora")
    for path in ("email/", "password/change/", "2fa/"):
        page.goto(f"{site}/account/{path}")
        check(page)

    page.set_viewport_size({"width": 1440, "height": 900})
    User.objects.update(is_staff=True, is_superuser=True)
    page.goto(f"{site}/admin/")
    check(page)
    fill(page, password=PASSWORD)
    check(page)
    secret = page.locator(".account-secret").text_content() or ""
    fill(page, code=app_shows(secret))
    expect(page).to_have_url(f"{site}/account/2fa/recovery-codes/")
    check(page)
    recovery_code = page.locator(".account-codes li").first.inner_text()
    page.get_by_role("link", name="to the desk").click()
    expect(page).to_have_url(f"{site}/admin/")

    page.goto(f"{site}/account/logout/")
    check(page)
    press(page)
    expect(page.locator("account-corner")).to_contain_text("Sign in")
    assert "signed_in" not in {cookie.get("name") for cookie in page.context.cookies()}

    page.goto(f"{site}/account/login/?next=/topics/")
    check(page)
    page.get_by_role("link", name="E-mail me a code instead").click()
    check(page)
    fill(page, email="nora@example.org")
    check(page)
    fill(page, code=mailed_code())
    check(page)
    fill(page, code=recovery_code)
    expect(page).to_have_url(f"{site}/topics/")
    expect(page.locator("account-corner")).to_contain_text("Nora")
    expect(page.locator("account-corner")).to_contain_text("Desk")


def test_a_forgotten_password(site: str, page: Page, no_errors: list[str]) -> None:
    User.objects.create_superuser("nora@example.org", PASSWORD)
    page.goto(f"{site}/account/password/reset/")
    check(page)
    fill(page, email="nora@example.org")
    check(page)
    link = re.search(r"^http\S+$", str(mail.outbox[-1].body), re.MULTILINE)
    assert link
    page.goto(link[0])
    check(page)
    fill(page, password1="another good one", password2="another good one")
    expect(page.get_by_role("status")).to_have_text("Your new password is saved.")
    page.goto(link[0])
    expect(page.locator("h1")).to_have_text("This link does not work")
    check(page)


def test_everything_works_without_javascript(site: str, browser: Any) -> None:
    User.objects.create_superuser("nora@example.org", PASSWORD)
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}/account/login/")
    fill(page, login="nora@example.org", password=PASSWORD)
    expect(page).to_have_url(f"{site}/account/")
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{site}/account/")
    expect(page).to_have_url(f"{site}/account/login/?next=/account/")


def check(page: Page) -> None:
    """Everything in the light; in the dark what colours change."""
    page.emulate_media(color_scheme="light")
    assert violations(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} is too wide"
    page.emulate_media(color_scheme="dark")
    assert violations(page, *COLOURS) == [], page.url


def fill(page: Page, **fields: str) -> None:
    """Fill the form in and send it."""
    for name, value in fields.items():
        page.locator(f"main [name={name}]").fill(value)
    press(page)


def press(page: Page) -> None:
    page.locator("main form.form button.button").click()
    page.wait_for_load_state()


def mailed_code() -> str:
    codes: list[str] = re.findall(r"^\d{4}-\d{4}$", str(mail.outbox[-1].body), re.MULTILINE)
    return codes[0]


def app_shows(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
