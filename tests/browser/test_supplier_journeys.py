"""Suppliers and the public: register by keyboard, search, ask and see changes without scripts."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests.browser.keyboard import Keyboard
from tests.browser.town_hall import TownHall, follow, main, press
from tests.conftest import SECRET
from tests.journeys.three_towns import FITTING_SUPPLIERS
from vergabe.exchange.validate import validate_bytes
from vergabe.suppliers import tokens
from vergabe.suppliers.model import PendingRegistration

pytestmark = [pytest.mark.browser, pytest.mark.one_database]
TITLE = "Tablets für weiterführende Schulen"


def test_supplier_registers_in_three_steps_by_keyboard(hall: TownHall) -> None:
    hall.at("published")
    with hall.person(None) as window:
        page = hall.see(window, "/unternehmen/registrieren")
        keys = Keyboard(page)
        keys.press("Link anfordern")
        hall.see(window)
        expect(page.locator("[data-error-summary]")).to_be_focused()
        keys.write("Ihr Name", "Nora Neumann")
        keys.write("E-Mail-Adresse", "nora@schulbedarf.example")
        keys.press("Link anfordern")
        hall.see(window)
        hall.see(window, _mailed_link(hall, "nora@schulbedarf.example"), closely=True)
        keys.write("Name des Unternehmens", "Schulbedarf Neumann GmbH")
        keys.write("Wählen Sie ein Passwort", "drei Tablets in Jülich 2026")
        keys.press("Weiter")
        hall.see(window, closely=True)
        keys.write("Beschreiben Sie in eigenen Worten", "Tablets und Notebooks für Schulen")
        keys.press("Registrierung abschließen")
        hall.see(window, closely=True)
        expect(page.get_by_role("button", name="Abmelden")).to_be_visible()
        hall.see(window, "/unternehmen/profil")


def test_supplier_reads_of_a_fitting_notice_on_a_phone(hall: TownHall) -> None:
    hall.at("published")
    with hall.person(FITTING_SUPPLIERS[0], width=390) as window:
        page = hall.see(window, "/postfach")
        press(page, re.compile("Neue Bekanntmachung"))
        page.wait_for_url(re.compile("/postfach/[0-9a-f-]{36}"))
        hall.see(window, closely=True)


def test_supplier_without_scripts_asks_and_reads_the_answer(hall: TownHall) -> None:
    hall.at("published")
    notice = f"/bekanntmachungen/{hall.towns.reference}"
    with hall.person(FITTING_SUPPLIERS[0], scripts=False) as window:
        page = window.page
        page.goto("/postfach")
        expect(main(page)).to_contain_text(hall.towns.reference)
        page.goto(notice)
        follow(page, "Frage stellen")
        press(page, "Frage senden")
        expect(page.locator("[data-error-summary]")).to_be_focused()
        page.get_by_label("Ihre Frage").fill("Sind 11,2 Zoll zugelassen?")
        press(page, "Frage senden")
        page.goto(f"{notice}/frage")
        expect(main(page)).to_contain_text("noch ohne Antwort")
        hall.towns.clock.pass_(hours=2)
        hall.towns.answer("Sind 11,2 Zoll zugelassen?", "Ja, bis 11,5 Zoll.")
        hall.towns.deliver()
        page.goto("/unternehmen/verfahren")
        follow(page, TITLE)
        expect(main(page).get_by_role("heading", name="Neu seit")).to_be_visible()
        expect(main(page)).to_contain_text("Ja, bis 11,5 Zoll.")


def test_public_without_scripts_narrows_the_search_and_needs_no_cookies(hall: TownHall) -> None:
    hall.at("published")
    with hall.person(None, scripts=False) as window:
        page = window.page
        page.goto("/bekanntmachungen")
        page.get_by_label("Was suchen Sie?").fill("Tablets")
        press(page, "Suchen")
        expect(main(page)).to_contain_text(TITLE)
        follow(page, re.compile("^offen"))
        expect(main(page).get_by_role("region", name="Eingegrenzt auf")).to_be_visible()
        expect(main(page)).to_contain_text(TITLE)
        follow(page, TITLE)
        expect(page.get_by_role("heading", level=1)).to_contain_text(TITLE)
        path = main(page).get_by_role("link", name="XML").first.get_attribute("href")
        answered = page.request.get(f"{hall.address}{path}")
        assert validate_bytes(answered.body()) == []
        assert page.context.cookies() == []
        page.goto("/bekanntmachungen?lang=en")
        expect(page.locator("html")).to_have_attribute("lang", "en")


def _mailed_link(hall: TownHall, address: str) -> str:
    """Return the path of the link that was sent to an address."""
    with hall.towns.look() as session:
        asked = PendingRegistration.email == address
        pending = session.scalars(select(PendingRegistration).where(asked)).one()
        token = tokens.sign(pending.id, tokens.REGISTRATION, SECRET)
    return f"/unternehmen/bestaetigen/{token}"
