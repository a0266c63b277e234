"""The main job once through a real browser, against a real server with a database file."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.keyboard import Keyboard
from tests.browser.town_hall import TownHall, follow, main, press, send, unfold
from tests.journeys.three_towns import (
    COORDINATOR,
    DESCRIPTION,
    FITTING_SUPPLIERS,
    LOTS_REASON,
    OFFICER,
    TABLET,
    TABLETS,
    TOWNS,
)
from vergabe.exchange.validate import validate_bytes

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


def test_main_job_through_the_browser(hall: TownHall, tmp_path: Path) -> None:
    dlz = hall.at("begun").towns
    write_a_demand(hall)
    release_by_keyboard(hall)
    for town, quantity in {"juelich": "220", "kerpen": "200"}.items():
        dlz.demand_by_form(town, quantity)
        dlz.release(town)
    pool = propose_and_open_joining(hall)
    for town in TOWNS:
        join(hall, town, pool)
    dlz.clock.pass_(days=22)
    dlz.deliver()
    tender = draft_and_complete(hall, pool, tmp_path)
    reference = publish(hall, tender)
    dlz.deliver()
    register_and_ask_without_scripts(hall, reference)
    dlz.deliver()
    answer(hall, tender)
    dlz.deliver()
    read_as_the_public(hall, reference)


def write_a_demand(browsing: TownHall) -> None:
    with browsing.person("bedarf@merzenich.example") as window:
        page = browsing.see(window, "/bedarfe/neu")
        send(page, "Zur Freigabe einreichen")
        browsing.see(window)
        expect(page.locator("[data-error-summary]")).to_be_focused()
        page.get_by_label("Was wird gebraucht?").fill(TABLETS)
        described = page.get_by_label("Beschreiben Sie, was Sie brauchen")
        described.fill("Tablet-Computer für die Schulen.")
        press(page, "CPV-Codes vorschlagen")
        browsing.see(window)
        page.get_by_role("radio", name=re.compile("30213200")).check()
        page.get_by_label("Benötigt ab").fill("2027-06-01")
        page.get_by_label("Benötigt bis").fill("2027-08-31")
        unfold(page, "Mehrere Positionen")
        page.locator("[name='items.0.text']").fill(TABLET)
        page.locator("[name='items.0.quantity']").fill("60")
        page.locator("[name='items.0.unit']").fill("Stück")
        page.locator("[name='items.0.unit_price_net']").fill("482,00")
        unfold(page, "Weitere Angaben")
        page.get_by_label("Lieferleistung").check()
        send(page, "Zur Freigabe einreichen")
        browsing.see(window)
        expect(main(page)).to_contain_text("28.920,00")


def release_by_keyboard(browsing: TownHall) -> None:
    with browsing.person("kaemmerei@merzenich.example") as window:
        page = browsing.see(window, "/bedarfe/freigabe")
        Keyboard(page).reach(main(page).get_by_role("link", name=TABLETS).first)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/bedarfe/[0-9a-f-]{36}"))
        browsing.see(window)
        Keyboard(page).reach(page.get_by_label("Haushaltsstelle"))
        page.keyboard.type("211101.525500")
        Keyboard(page).reach(main(page).get_by_role("button", name="Freigeben"))
        page.keyboard.press("Enter")
        expect(main(page)).to_contain_text("freigegeben")
        browsing.see(window)


def propose_and_open_joining(browsing: TownHall) -> str:
    """Return the path of the pool whose joining window is open."""
    with browsing.person(COORDINATOR) as window:
        page = browsing.see(window, "/buendelungen")
        area = page.locator("#area_id option", has_text="Beschaffung und Vergabe")
        page.get_by_label("Aufgabengebiet").select_option(area.get_attribute("value"))
        send(page, "Nur ansehen")
        browsing.see(window)
        send(page, "Diese Vorschläge anlegen")
        browsing.see(window)
        follow(page, "Tablets")
        browsing.see(window)
        path = page.url.removeprefix(browsing.address).split("#")[0]
        send(page, "Anhörung beginnen")
        browsing.see(window)
        send(page, "Beitritt öffnen")
        browsing.see(window)
        expect(main(page)).to_contain_text("Beitritt bis")
        return path


def join(browsing: TownHall, town: str, pool: str) -> None:
    with browsing.person(f"kaemmerei@{town}.example") as window:
        browsing.join(window, pool)


def draft_and_complete(browsing: TownHall, pool: str, folder: Path) -> str:
    """Return the path of the tender that is complete and ready."""
    document = folder / "Leistungsbeschreibung.pdf"
    document.write_bytes(b"%PDF-1.7 Leistungsbeschreibung")
    with browsing.person(OFFICER) as window:
        page = browsing.see(window, pool)
        send(page, "Vergabeverfahren anlegen")
        page.wait_for_url(re.compile("/vergabeverfahren/[0-9a-f-]{36}"))
        browsing.see(window)
        tender = page.url.removeprefix(browsing.address).split("#")[0]
        browsing.see(window, f"{tender}/bearbeiten/beschreibung")
        page.get_by_label("Titel").fill("Tablets für weiterführende Schulen")
        page.get_by_label("Beschreibung").fill(DESCRIPTION)
        send(page, "Speichern")
        browsing.see(window, f"{tender}/bearbeiten/eignung")
        page.get_by_label("Eignungskriterien").fill("Eigenerklärung zu §§ 123, 124 GWB.")
        send(page, "Speichern")
        browsing.see(window, f"{tender}/lose")
        unfold(page, "Lose neu bilden")
        page.get_by_role("radio", name="Teillose nach Region").check()
        send(page, "Lose neu bilden")
        browsing.see(window)
        expect(main(page)).to_contain_text("Los 2")
        browsing.see(window, f"{tender}/bearbeiten/zusammenfassung")
        page.get_by_role("radio", name=re.compile("wirtschaftlich", re.IGNORECASE)).check()
        for name in ("facts", "alternatives", "weighing", "decision"):
            page.locator(f"[name='lots_joining.{name}']").fill(LOTS_REASON[name])
        send(page, "Speichern")
        browsing.see(window, f"{tender}/zuschlagskriterien")
        page.locator("[name='criteria.0.name']").fill("Preis")
        page.locator("[name='criteria.0.weight']").fill("100")
        send(page, "Speichern")
        browsing.see(window, f"{tender}/unterlagen")
        page.locator("#add input[type=file]").set_input_files(document)
        send(page, "Hochladen")
        browsing.see(window)
        expect(main(page)).to_contain_text("Leistungsbeschreibung.pdf")
        browsing.see(window, tender)
        send(page, "Bereit erklären")
        browsing.see(window)
        return tender


def publish(browsing: TownHall, tender: str) -> str:
    """Publish the tender and return its reference."""
    with browsing.person(OFFICER) as window:
        browsing.see(window, f"{tender}/voraussetzungen")
        page = browsing.see(window, f"{tender}/veroeffentlichen")
        send(page, "Jetzt veröffentlichen")
        expect(main(page)).to_contain_text("veröffentlicht")
        browsing.see(window)
        found = re.search(r"DLZ-\d{4}-\d{4}", main(page).inner_text())
        assert found
        return found[0]


def register_and_ask_without_scripts(browsing: TownHall, reference: str) -> None:
    with browsing.person(FITTING_SUPPLIERS[0], scripts=False) as window:
        page = window.page
        page.goto("/postfach")
        expect(main(page)).to_contain_text("Neue Bekanntmachung")
        page.goto(f"/bekanntmachungen/{reference}")
        follow(page, "Frage stellen")
        page.get_by_label("Ihre Frage").fill("Sind 11,2 Zoll zugelassen?")
        send(page, "Frage senden")
        page.goto(f"/bekanntmachungen/{reference}/frage")
        expect(main(page)).to_contain_text("noch ohne Antwort")


def answer(browsing: TownHall, tender: str) -> None:
    with browsing.person(OFFICER) as window:
        page = browsing.see(window, f"{tender}/fragen")
        page.get_by_role("checkbox", name=re.compile("11,2 Zoll")).check()
        page.get_by_label("Frage, wie alle sie lesen").fill("Sind 11,2 Zoll zugelassen?")
        page.get_by_label("Antwort an alle").fill("Ja, bis 11,5 Zoll.")
        send(page, "Antwort an alle veröffentlichen")
        browsing.see(window)
        expect(main(page)).to_contain_text("Keine Frage wartet auf Antwort.")


def read_as_the_public(browsing: TownHall, reference: str) -> None:
    with browsing.person(None) as window:
        page = browsing.see(window, "/bekanntmachungen")
        follow(page, "Tablets für weiterführende Schulen")
        browsing.see(window)
        expect(main(page)).to_contain_text("Ja, bis 11,5 Zoll.")
        expect(main(page)).to_contain_text("Los 2")
        assert "Rurtal" not in page.content(), "who asked stays unknown"
        path = main(page).get_by_role("link", name="XML").first.get_attribute("href")
        answered = page.request.get(f"{browsing.address}{path}")
        assert validate_bytes(answered.body()) == []
