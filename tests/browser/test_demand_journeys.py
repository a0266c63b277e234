"""The day of a requester, by keyboard alone, and of a releaser, without scripts."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.keyboard import Keyboard
from tests.browser.town_hall import TownHall, follow, main, press
from tests.journeys.three_towns import TABLET, TABLETS

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


def test_requester_hands_in_a_demand_by_keyboard(hall: TownHall) -> None:
    hall.at("begun")
    with hall.person("bedarf@merzenich.example") as window:
        page = hall.see(window, "/bedarfe/neu")
        keys = Keyboard(page)
        keys.press("Zur Freigabe einreichen")
        expect(page.locator("[data-error-summary]")).to_be_focused()
        hall.see(window)
        keys.reach(page.get_by_role("alert").get_by_role("link").first)
        page.keyboard.press("Enter")
        expect(page.get_by_label("Was wird gebraucht?")).to_be_focused()
        page.keyboard.type(TABLETS)
        keys.write("Beschreiben Sie, was Sie brauchen", "Tablet-Computer für die Schulen.")
        keys.press("CPV-Codes vorschlagen", stays=True)
        code = main(page).get_by_role("radio", name=re.compile("30213200"))
        code.wait_for()
        # The swapped part gives the focus back, so that the next key reaches the suggestions.
        expect(main(page).get_by_role("button", name="CPV-Codes vorschlagen")).to_be_focused()
        hall.see(window)
        keys.choose(code)
        keys.write("Benötigt ab", "2027-06-01")
        keys.write("Benötigt bis", "2027-08-31")
        keys.unfold("Mehrere Positionen")
        keys.write(page.locator("[name='items.0.text']"), TABLET)
        keys.write(page.locator("[name='items.0.quantity']"), "60")
        keys.write(page.locator("[name='items.0.unit']"), "Stück")
        keys.write(page.locator("[name='items.0.unit_price_net']"), "482,00")
        keys.unfold("Weitere Angaben")
        keys.choose(main(page).get_by_label("Lieferleistung"))
        keys.press("Zur Freigabe einreichen")
        expect(main(page)).to_contain_text("28.920,00")
        hall.see(window)


def test_releaser_without_scripts_releases_what_waits(hall: TownHall) -> None:
    hall.at("asked_for")
    with hall.person(None, scripts=False) as window:
        page = window.page
        hall.log_in(window, "kaemmerei@merzenich.example")
        page.goto("/bedarfe/freigabe")
        press(page, "Gewählte freigeben")
        expect(page.locator("[data-error-summary]")).to_be_focused()
        main(page).get_by_role("checkbox", name=re.compile("Tablets")).check()
        page.get_by_label("Haushaltsstelle").fill("211101.525500")
        press(page, "Gewählte freigeben")
        expect(main(page)).to_contain_text("freigegeben")
        page.goto("/bedarfe")
        follow(page, TABLETS)
        expect(main(page)).to_contain_text("Freigegeben")
