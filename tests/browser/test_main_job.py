"""The main job once through a real browser, against a real server with a database file."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import support
from tests.browser.gallery import serving
from tests.browser.support import Visit
from tests.conftest import MovableClock
from tests.factories.access import PASSWORD as SUPPLIERS_PASSWORD
from tests.journeys.three_towns import (
    COORDINATOR,
    DESCRIPTION,
    FITTING_SUPPLIERS,
    LOTS_REASON,
    OFFICER,
    TABLET,
    TABLETS,
    TOWNS,
    ThreeTowns,
)
from vergabe.demo.place import PASSWORD, demo_settings, prepare
from vergabe.exchange.validate import validate_bytes

pytestmark = pytest.mark.browser
MOST_TABS = 150
PATIENCE_MS = 60_000


class Browsing:
    """A server, a browser and the people who use it; every page they see is looked at closely."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address

    @contextmanager
    def person(self, email: str | None, *, scripts: bool = True) -> Iterator[Visit]:
        """Open a window of a person who has logged in; None: of the public."""
        with support.visit(self.browser, base_url=self.address, scripts=scripts) as window:
            window.page.set_default_timeout(PATIENCE_MS)
            if email is not None:
                self.log_in(window, email)
            yield window

    def log_in(self, window: Visit, email: str) -> None:
        page = window.page
        page.goto("/anmelden")
        page.get_by_label("E-Mail-Adresse").fill(email)
        page.get_by_label("Passwort", exact=True).fill(
            SUPPLIERS_PASSWORD if email in FITTING_SUPPLIERS else PASSWORD
        )
        main(page).get_by_role("button", name="Anmelden").click()
        expect(page.get_by_role("button", name="Abmelden")).to_be_visible()

    def see(self, window: Visit, path: str | None = None) -> Page:
        """Go to a path, or stay; fail if the page in view is not sound; return it."""
        if path is not None:
            answer = window.page.goto(path)
            assert answer is not None
            assert answer.status == 200, f"{answer.status} {path}"
        support.assert_sound(window)
        return window.page


def main(page: Page) -> Locator:
    return page.get_by_role("main")


def press(page: Page, name: str) -> None:
    """Press a button of the page's own content."""
    main(page).get_by_role("button", name=name).first.click()


def follow(page: Page, name: str) -> None:
    main(page).get_by_role("link", name=name).first.click()


def unfold(page: Page, heading: str) -> None:
    main(page).locator("summary", has_text=heading).first.click()


def tab_to(page: Page, target: Locator) -> None:
    """Reach something with the tab key alone; fail if it cannot be reached."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"the tab key does not reach {target}")


@pytest.fixture
def dlz(tmp_path: Path, moving_clock: MovableClock) -> ThreeTowns:
    # Public at once: waiting for the EU has stories of its own.
    settings = replace(demo_settings(tmp_path, base_url="http://127.0.0.1"), notice_sender="none")
    app = prepare(settings, keys=("dlz",))
    return ThreeTowns(app, moving_clock)


def test_main_job_through_the_browser(
    chromium: Browser, dlz: ThreeTowns, moving_clock: MovableClock, tmp_path: Path
) -> None:
    with serving(dlz.app) as address:
        browsing = Browsing(chromium, address)
        write_a_demand(browsing)
        release_by_keyboard(browsing)
        for town, quantity in {"juelich": "220", "kerpen": "200"}.items():
            dlz.demand_by_form(town, quantity)
            dlz.release(town)
        pool = propose_and_open_joining(browsing)
        for town in TOWNS:
            join(browsing, town, pool)
        moving_clock.pass_(days=22)
        dlz.deliver()
        tender = draft_and_complete(browsing, pool, tmp_path)
        reference = publish(browsing, tender)
        dlz.deliver()
        register_and_ask_without_scripts(browsing, reference)
        dlz.deliver()
        answer(browsing, tender)
        dlz.deliver()
        read_as_the_public(browsing, reference)
        look_around(browsing, tender)


def write_a_demand(browsing: Browsing) -> None:
    with browsing.person("bedarf@merzenich.example") as window:
        page = browsing.see(window, "/bedarfe/neu")
        press(page, "Zur Freigabe einreichen")
        browsing.see(window)
        expect(page.locator("[data-error-summary]")).to_be_focused()
        page.get_by_label("Was wird gebraucht?").fill(TABLETS)
        described = page.get_by_label("Beschreiben Sie, was Sie brauchen")
        described.fill("Für die weiterführenden Schulen.")
        page.get_by_label("CPV-Code oder Stichwort").fill("Tablet")
        press(page, "CPV-Codes vorschlagen")
        browsing.see(window)
        page.get_by_role("radio", name=re.compile("30213200")).check()
        page.get_by_label("Benötigt ab").fill("2027-06-01")
        page.get_by_label("Benötigt bis").fill("2027-08-31")
        unfold(page, "Mengen und Einzelpreise")
        page.locator("[name='items.0.text']").fill(TABLET)
        page.locator("[name='items.0.quantity']").fill("60")
        page.locator("[name='items.0.unit']").fill("Stück")
        page.locator("[name='items.0.unit_price_net']").fill("482,00")
        unfold(page, "Weitere Angaben")
        page.get_by_label("Lieferleistung").check()
        press(page, "Zur Freigabe einreichen")
        browsing.see(window)
        expect(main(page)).to_contain_text("28.920,00")


def release_by_keyboard(browsing: Browsing) -> None:
    with browsing.person("kaemmerei@merzenich.example") as window:
        page = browsing.see(window, "/bedarfe/freigabe")
        tab_to(page, main(page).get_by_role("link", name=TABLETS).first)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/bedarfe/[0-9a-f-]{36}"))
        browsing.see(window)
        tab_to(page, page.get_by_label("Haushaltsstelle"))
        page.keyboard.type("211101.525500")
        tab_to(page, main(page).get_by_role("button", name="Freigeben"))
        page.keyboard.press("Enter")
        expect(main(page)).to_contain_text("freigegeben")
        browsing.see(window)


def propose_and_open_joining(browsing: Browsing) -> str:
    """Return the path of the pool whose joining window is open."""
    with browsing.person(COORDINATOR) as window:
        page = browsing.see(window, "/buendelungen")
        area = page.locator("#area_id option", has_text="Beschaffung und Vergabe")
        page.get_by_label("Aufgabengebiet").select_option(area.get_attribute("value"))
        press(page, "Nur ansehen")
        browsing.see(window)
        press(page, "Diese Vorschläge anlegen")
        browsing.see(window)
        follow(page, "Tablets")
        browsing.see(window)
        path = page.url.removeprefix(browsing.address)
        press(page, "Anhörung beginnen")
        browsing.see(window)
        press(page, "Beitritt öffnen")
        browsing.see(window)
        expect(main(page)).to_contain_text("Beitritt bis")
        return path


def join(browsing: Browsing, town: str, pool: str) -> None:
    with browsing.person(f"kaemmerei@{town}.example") as window:
        page = browsing.see(window, pool)
        follow(page, "Beitreten")
        browsing.see(window)
        mandates = page.get_by_label("Hinterlegte Vollmacht")
        if mandates.count():
            mandates.select_option(index=1)
        else:
            page.get_by_label("Beschluss oder Vollmacht").fill("Ratsbeschluss vom 25.09.2025")
        press(page, "Verbindlich beitreten")
        browsing.see(window)
        expect(main(page)).to_contain_text("beigetreten")


def draft_and_complete(browsing: Browsing, pool: str, folder: Path) -> str:
    """Return the path of the tender that is complete and ready."""
    document = folder / "Leistungsbeschreibung.pdf"
    document.write_bytes(b"%PDF-1.7 Leistungsbeschreibung")
    with browsing.person(OFFICER) as window:
        page = browsing.see(window, pool)
        press(page, "Vergabeverfahren anlegen")
        page.wait_for_url(re.compile("/vergabeverfahren/[0-9a-f-]{36}"))
        browsing.see(window)
        tender = page.url.removeprefix(browsing.address)
        browsing.see(window, f"{tender}/bearbeiten/beschreibung")
        page.get_by_label("Titel").fill("Tablets für weiterführende Schulen")
        page.get_by_label("Beschreibung").fill(DESCRIPTION)
        press(page, "Speichern")
        browsing.see(window, f"{tender}/bearbeiten/eignung")
        page.get_by_label("Eignungskriterien").fill("Eigenerklärung zu §§ 123, 124 GWB.")
        press(page, "Speichern")
        browsing.see(window, f"{tender}/lose")
        unfold(page, "Lose neu bilden")
        page.get_by_role("radio", name="Teillose nach Region").check()
        press(page, "Lose neu bilden")
        browsing.see(window)
        expect(main(page)).to_contain_text("Los 2")
        browsing.see(window, f"{tender}/bearbeiten/zusammenfassung")
        page.get_by_role("radio", name=re.compile("wirtschaftlich", re.IGNORECASE)).check()
        for name in ("facts", "alternatives", "weighing", "decision"):
            page.locator(f"[name='lots_joining.{name}']").fill(LOTS_REASON[name])
        press(page, "Speichern")
        browsing.see(window, f"{tender}/zuschlagskriterien")
        page.locator("[name='criteria.0.name']").fill("Preis")
        page.locator("[name='criteria.0.weight']").fill("100")
        press(page, "Speichern")
        browsing.see(window, f"{tender}/unterlagen")
        page.locator("#add input[type=file]").set_input_files(document)
        press(page, "Hochladen")
        browsing.see(window)
        expect(main(page)).to_contain_text("Leistungsbeschreibung.pdf")
        browsing.see(window, tender)
        press(page, "Bereit erklären")
        browsing.see(window)
        return tender


def publish(browsing: Browsing, tender: str) -> str:
    """Publish the tender and return its reference."""
    with browsing.person(OFFICER) as window:
        browsing.see(window, f"{tender}/voraussetzungen")
        page = browsing.see(window, f"{tender}/veroeffentlichen")
        press(page, "Jetzt veröffentlichen")
        expect(main(page)).to_contain_text("veröffentlicht")
        browsing.see(window)
        found = re.search(r"DLZ-\d{4}-\d{4}", main(page).inner_text())
        assert found
        return found[0]


def register_and_ask_without_scripts(browsing: Browsing, reference: str) -> None:
    with browsing.person(FITTING_SUPPLIERS[0], scripts=False) as window:
        page = window.page
        page.goto("/postfach")
        expect(main(page)).to_contain_text("Neue Bekanntmachung")
        page.goto(f"/bekanntmachungen/{reference}")
        follow(page, "Über Änderungen informiert werden")
        press(page, "Rurtal Bürotechnik GmbH registrieren")
        expect(main(page)).to_contain_text("registriert")
        page.goto(f"/bekanntmachungen/{reference}")
        follow(page, "Frage stellen")
        page.get_by_label("Ihre Frage").fill("Sind 11,2 Zoll zugelassen?")
        press(page, "Frage senden")
        page.goto(f"/bekanntmachungen/{reference}/frage")
        expect(main(page).get_by_role("row").last).to_contain_text("offen")


def answer(browsing: Browsing, tender: str) -> None:
    with browsing.person(OFFICER) as window:
        page = browsing.see(window, f"{tender}/fragen")
        page.get_by_role("checkbox", name=re.compile("11,2 Zoll")).check()
        page.get_by_label("Frage, wie alle sie lesen").fill("Sind 11,2 Zoll zugelassen?")
        page.get_by_label("Antwort an alle").fill("Ja, bis 11,5 Zoll.")
        press(page, "Antwort an alle veröffentlichen")
        browsing.see(window)
        expect(main(page)).to_contain_text("Keine Frage wartet auf Antwort.")


def read_as_the_public(browsing: Browsing, reference: str) -> None:
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


def look_around(browsing: Browsing, tender: str) -> None:
    """See the pages that nobody had to use on the way; tell everything that is wrong at once."""
    parts = ("recht", "vorschau", "fristen", "aenderung", "aufhebung")
    officers = [tender, *(f"{tender}/{part}" for part in parts), "/zusammenarbeit/dlz", "/konto"]
    officers += [f"/akte/verfahren/{tender.rsplit('/', 1)[-1]}"]
    wrong: dict[str, str] = {}
    for email, paths in ((OFFICER, officers), (FITTING_SUPPLIERS[0], [])):
        with browsing.person(email) as window:
            menu = window.page.get_by_role("navigation", name="Hauptmenü").get_by_role("link")
            targets = [link.get_attribute("href") or "" for link in menu.all()]
            assert len(targets) > 3
            for path in [*targets, *paths]:
                try:
                    browsing.see(window, path)
                except AssertionError as error:
                    wrong[path] = str(error)
    assert wrong == {}
