"""Auditor and administrator by keyboard alone; a substitute at another town without scripts."""

import re
import time

import pytest
from passlib.totp import TOTP
from playwright.sync_api import expect

from tests.browser.keyboard import Keyboard
from tests.browser.town_hall import TownHall, main, press
from vergabe.demo.place import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.one_database]
OPENER = "oeffnung@juelich.example"


def test_auditor_verifies_the_record_by_keyboard(hall: TownHall) -> None:
    hall.at("published")
    with hall.person("rechnungspruefung@merzenich.example") as window:
        page = hall.see(window, "/start")
        keys = Keyboard(page)
        hall.see(window, f"/akte/verfahren/{hall.towns.tender_id}")
        expect(main(page)).to_contain_text(re.compile("unverändert|lückenlos|unversehrt"))
        keys.select("Reihenfolge", "Von Anfang an")
        keys.press("Anzeigen", stays=True)
        page.wait_for_url(re.compile("folge=alt"))
        hall.see(window)
        keys.unfold("Was geprüft wird")
        with page.expect_download() as taken:
            keys.reach(main(page).locator("a[href$='.zip']").first)
            page.keyboard.press("Enter")
        assert taken.value.suggested_filename.endswith(".zip")
        assert main(page).get_by_role("button", name="Löschen").count() == 0


def test_administrator_invites_a_person_and_has_a_second_factor_by_keyboard(
    hall: TownHall,
) -> None:
    hall.at("begun")
    with hall.person("verwaltung@merzenich.example") as window:
        page = hall.see(window, "/verwaltung")
        keys = Keyboard(page)
        keys.write("E-Mail-Adresse", "anna.neu@merzenich.example")
        keys.write(main(page).get_by_role("textbox", name=re.compile("^Name")), "Anna Neu")
        keys.select(main(page).get_by_label("Rolle").last, "Bedarfsträger")
        keys.press("Rolle vergeben")
        hall.see(window)
        expect(main(page)).to_contain_text("anna.neu@merzenich.example")
        page = hall.see(window, "/zweiter-faktor")
        keys.write("Passwort", PASSWORD)
        keys.press("Bestätigen")
        hall.see(window)
        keys.press("Einrichten")
        hall.see(window)
        secret = main(page).locator("code").inner_text().replace(" ", "").replace("-", "")
        keys.write("Code aus der App", TOTP(key=secret).generate(time.time()).token)
        keys.press("Einrichten")
        hall.see(window, "/zweiter-faktor")
        expect(main(page)).to_contain_text("Zweiten Faktor ausschalten")


def test_substitute_without_scripts_accepts_and_changes_to_the_other_town(hall: TownHall) -> None:
    hall.at("begun")
    with hall.person("verwaltung@merzenich.example", scripts=False) as window:
        page = window.page
        page.goto("/zusammenarbeit/dlz/vertretungen")
        press(page, "Anfragen")
        expect(page.locator("[data-error-summary]")).to_be_focused()
        page.get_by_label("E-Mail der Person, die vertritt").fill(OPENER)
        page.get_by_label("Rolle").select_option(label="Angebotsöffnung")
        page.get_by_label("Erster Tag").fill("2026-11-23")
        page.get_by_label("Letzter Tag").fill("2026-12-04")
        page.get_by_label("Grund").last.fill("Urlaub")
        press(page, "Anfragen")
        expect(main(page)).to_contain_text("Urlaub")
    with hall.person(OPENER, scripts=False) as window:
        page = window.page
        page.goto("/zusammenarbeit/dlz/vertretungen")
        press(page, "Annehmen")
        page.get_by_label("Tätig für").select_option(label="Merzenich")
        page.get_by_role("button", name="Wechseln").click()
        page.goto("/start")
        expect(page.get_by_label("Tätig für")).to_have_value(str(hall.towns.town_ids["merzenich"]))
