"""The officer: from the pool to the published notice by keyboard, answers without scripts."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.keyboard import Keyboard
from tests.browser.support import Visit
from tests.browser.town_hall import TownHall, follow, main, press
from tests.journeys.three_towns import FITTING_SUPPLIERS, OFFICER

pytestmark = [pytest.mark.browser, pytest.mark.one_database]
QUESTION = "Ist ein Gerät mit 11,2 Zoll zugelassen?"


def test_officer_publishes_what_is_drafted_by_keyboard(hall: TownHall) -> None:
    hall.at("drafted")
    tender = f"/vergabeverfahren/{hall.towns.tender_id}"
    with hall.person(OFFICER) as window:
        page = hall.see(window, tender)
        keys = Keyboard(page)
        hall.see(window, f"{tender}/bearbeiten/beschreibung")
        title = main(page).get_by_label("Titel").first
        keys.write(title, "")
        keys.press("Speichern")
        hall.see(window)
        expect(page.locator("[data-error-summary]")).to_be_focused()
        keys.reach(page.get_by_role("alert").get_by_role("link").first)
        page.keyboard.press("Enter")
        expect(main(page).get_by_label("Titel").first).to_be_focused()
        page.keyboard.type("Tablets für Schulen")
        keys.press("Speichern")
        hall.see(window, tender)
        keys.press("Bereit erklären")
        hall.see(window, f"{tender}/veroeffentlichen")
        keys.press("Jetzt veröffentlichen")
        hall.see(window)
        expect(main(page)).to_contain_text("veröffentlicht")


def _described(hall: TownHall) -> str:
    """Return where the description of a tender in draft is written."""
    hall.at("drafted")
    return f"/vergabeverfahren/{hall.towns.tender_id}/bearbeiten/beschreibung"


def _is_kept(hall: TownHall, window: Visit, place: str, title: str) -> None:
    """Wait until the form is sent, come back, and find the title there."""
    window.page.wait_for_url(lambda url: not url.endswith("beschreibung"))
    page = hall.see(window, place)
    expect(main(page).get_by_label("Titel").first).to_have_value(title)


def test_officer_without_scripts_answers_and_amends_and_the_supplier_sees_it(
    hall: TownHall,
) -> None:
    hall.at("asked")
    tender = f"/vergabeverfahren/{hall.towns.tender_id}"
    with hall.person(OFFICER, scripts=False) as window:
        page = window.page
        page.goto(f"{tender}/fragen")
        press(page, "Antwort an alle veröffentlichen")
        expect(page.locator("[data-error-summary]")).to_be_focused()
        main(page).get_by_role("checkbox", name=re.compile("11,2 Zoll")).check()
        page.get_by_label("Frage, wie alle sie lesen").fill(QUESTION)
        page.get_by_label("Antwort an alle").fill("Ja, bis 11,5 Zoll.")
        press(page, "Antwort an alle veröffentlichen")
        expect(main(page)).to_contain_text("Keine Frage wartet auf Antwort.")
        hall.towns.upload("Ergänzung.pdf")
        page.goto(f"{tender}/aenderung")
        press(page, "Weiter zum Vergleich")
        expect(page.locator("[data-error-summary]")).to_be_focused()
        page.get_by_label("Was ändert sich für Bieter?").fill("Geräte bis 11,5 Zoll.")
        page.get_by_label("Die Änderung ist für die Angebote unerheblich").check()
        press(page, "Weiter zum Vergleich")
        press(page, "Änderung veröffentlichen")
        expect(main(page)).to_contain_text("veröffentlicht")
    hall.towns.deliver()
    with hall.person(FITTING_SUPPLIERS[0], scripts=False) as window:
        page = window.page
        page.goto("/postfach")
        expect(main(page)).to_contain_text(hall.towns.reference)
        page.goto(f"/bekanntmachungen/{hall.towns.reference}")
        expect(main(page)).to_contain_text("Ja, bis 11,5 Zoll.")


def test_the_later_of_two_officers_is_told_what_changed(hall: TownHall) -> None:
    place = _described(hall)
    with hall.person(OFFICER) as first, hall.person(OFFICER) as second:
        hall.see(first, place)
        hall.see(second, place)
        for window, title in ((first, "Tablets der Ersten"), (second, "Tablets des Zweiten")):
            main(window.page).get_by_label("Titel").first.fill(title)
        press(first.page, "Speichern")
        first.page.wait_for_url(lambda url: not url.endswith("beschreibung"))
        press(second.page, "Speichern")
        page = second.page
        expect(main(page)).to_contain_text("Tablets der Ersten")
        hall.see(second)
        expect(main(page).get_by_label("Titel").first).to_have_value("Tablets des Zweiten")
        press(page, "Speichern")
        _is_kept(hall, second, place, "Tablets des Zweiten")


def test_expired_session_loses_no_text(hall: TownHall) -> None:
    place = _described(hall)
    with hall.person(OFFICER) as window:
        page = hall.see(window, place)
        main(page).get_by_label("Titel").first.fill("Tablets, lange überlegt")
        page.context.clear_cookies()
        press(page, "Speichern")
        expect(main(page)).to_contain_text("Ihre Eingaben sind nicht verloren")
        hall.see(window)
        with page.expect_popup() as opened:
            follow(page, "Melden Sie sich in einem neuen Tab an")
        hall.log_in(Visit(opened.value), OFFICER)
        press(page, "Noch einmal senden")
        _is_kept(hall, window, place, "Tablets, lange überlegt")


def test_lost_connection_loses_no_text(hall: TownHall) -> None:
    place = _described(hall)
    with hall.person(OFFICER) as window:
        page = hall.see(window, place)
        title = main(page).get_by_label("Titel").first
        title.fill("Tablets, im Zug geschrieben")
        page.context.set_offline(True)
        press(page, "Speichern")
        expect(page.get_by_role("alert").first).to_contain_text(re.compile("Verbindung"))
        expect(title).to_have_value("Tablets, im Zug geschrieben")
        page.context.set_offline(False)
        window.errors.clear()
        press(page, "Speichern")
        _is_kept(hall, window, place, "Tablets, im Zug geschrieben")


def test_officer_follows_the_task_list(hall: TownHall) -> None:
    hall.at("binding")
    with hall.person(OFFICER) as window:
        pool = hall.towns.pool_id
        hall.see(window, f"/vergabeverfahren/aus-buendelung/{pool}", closely=True)
        page = hall.see(window, f"/buendelungen/{pool}")
        press(page, re.compile("Vergabeverfahren anlegen"))
        page.wait_for_url(re.compile("/vergabeverfahren/[0-9a-f-]{36}"))
        hall.see(window)
        expect(main(page)).to_contain_text("Tablets")
        follow(page, "Vergabeunterlagen")
        hall.see(window)
