"""From a call for demands to what binds: coordinator, chief officer, council clerk, treasurer."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.keyboard import Keyboard
from tests.browser.town_hall import TownHall, follow, main, press
from tests.journeys.three_towns import COORDINATOR

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


def test_coordinator_calls_proposes_and_opens_a_pool_by_keyboard(hall: TownHall) -> None:
    hall.at("released")
    with hall.person(COORDINATOR) as window:
        page = hall.see(window, "/bedarfe/abfragen/neu")
        keys = Keyboard(page)
        keys.write("Titel", "Streugut und Winterdienst 2027/28")
        keys.write("Text", "Bitte melden Sie Ihren Bedarf an Auftausalz.")
        keys.write(main(page).get_by_label("Tag").first, "2026-12-18")
        keys.press("Abfrage anlegen")
        hall.see(window)
        expect(main(page)).to_contain_text("Streugut und Winterdienst")
        page = hall.see(window, "/buendelungen")
        keys.select("Aufgabengebiet", "Beschaffung und Vergabe")
        keys.press("Vorschläge machen")
        hall.see(window)
        keys.follow(re.compile("Genau ansehen"))
        hall.see(window)
        keys.write("Text an die Kommunen", "Passt die Ausstattung?")
        keys.press("Anhörung beginnen")
        keys.press("Beitritt öffnen")
        hall.see(window)
        expect(main(page)).to_contain_text("Beitritt bis")


def test_treasurer_binds_the_town_and_sees_what_it_costs(hall: TownHall) -> None:
    hall.at("joining")
    with hall.person("kaemmerei@kerpen.example", width=390) as window:
        hall.join(window, f"/buendelungen/{hall.towns.pool_id}")
        hall.see(window, f"/buendelungen/{hall.towns.pool_id}/kosten")


def test_clerk_and_mayor_without_scripts_record_a_resolution_and_vote(hall: TownHall) -> None:
    hall.at("joining")
    votes = f"/buendelungen/{hall.towns.pool_id}/abstimmungen"
    with hall.person(COORDINATOR, scripts=False) as window:
        page = window.page
        page.goto(votes)
        page.get_by_label("Frage").fill("")
        press(page, "Abstimmung eröffnen")
        expect(page.locator("[data-error-summary]")).to_be_focused()
        page.get_by_label("Frage").fill("Sollen wir die Tablets gemeinsam beschaffen?")
        press(page, "Abstimmung eröffnen")
        expect(main(page)).to_contain_text("Sollen wir die Tablets gemeinsam beschaffen?")
    with hall.person("koordination@juelich.example", scripts=False) as window:
        page = window.page
        page.goto(votes)
        main(page).get_by_role("radio", name="Nein").check()
        press(page, "Abstimmen")
        expect(page.locator("[data-error-summary]")).to_be_focused()
        expect(main(page).get_by_role("radio", name="Nein")).to_be_checked()
        main(page).get_by_role("radio", name="Ja").check()
        press(page, "Abstimmen")
        expect(main(page).get_by_role("button", name="Stimme ändern")).to_be_visible()
    with hall.person("koordination@juelich.example", scripts=False) as window:
        page = window.page
        page.goto("/zusammenarbeit/dlz/beschluesse/neu")
        press(page, "Eintragen")
        expect(page.locator("[data-error-summary]")).to_be_focused()
        main(page).get_by_role("radio", name="Einzelne gemeinsame Vergabe").check()
        page.get_by_label("Bündelung").select_option(index=1)
        page.get_by_label("Gremium").fill("Stadtrat")
        page.get_by_label("Tag der Sitzung").fill("2026-11-20")
        main(page).get_by_role("radio", name="Zugestimmt").check()
        press(page, "Eintragen")
        expect(main(page)).to_contain_text("Der Beschluss ist eingetragen.")
        follow(page, "Alle eingetragenen Beschlüsse")
        expect(main(page)).to_contain_text("Stadtrat")
