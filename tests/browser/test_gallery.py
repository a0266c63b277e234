"""Every macro and the frame of the pages, seen by a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.browser import support
from tests.browser.gallery import SLOW, WRONG, create_gallery
from tests.browser.serving import serving

pytestmark = pytest.mark.browser

FIRST_LOAD_LIMIT_BYTES = 250_000


@pytest.fixture(scope="module")
def posts() -> list[str]:
    return []


@pytest.fixture(scope="module")
def address(posts: list[str]) -> Iterator[str]:
    with serving(create_gallery(posts)) as url:
        yield url


def submit(page: Page) -> None:
    page.get_by_role("button", name="Einreichen").click()
    page.wait_for_selector("[data-error-summary]")


@pytest.mark.parametrize("path", ["/form", "/list", "/text", "/problem"])
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_page_is_accessible_narrow_and_free_of_inline_code(
    chromium: Browser, address: str, path: str, width: int, dark: bool
) -> None:
    with support.visit(chromium, width=width, dark=dark, base_url=address) as window:
        window.page.goto(path)
        support.assert_sound(window)
        assert support.accessibility_findings(window.page, ("best-practice",)) == []


@pytest.mark.parametrize("dark", [False, True])
def test_refused_form_is_accessible(chromium: Browser, address: str, dark: bool) -> None:
    with support.visit(chromium, dark=dark, base_url=address) as window:
        window.page.goto("/form")
        submit(window.page)
        support.assert_sound(window)


@pytest.mark.parametrize("scripts", [True, False])
def test_refused_form_keeps_the_entry_and_focuses_the_summary(
    chromium: Browser, address: str, scripts: bool
) -> None:
    with support.visit(chromium, scripts=scripts, base_url=address) as window:
        page = window.page
        page.goto("/form")
        page.get_by_label("Bezeichnung").fill("<b>Helme</b> & „Lampen“")
        page.get_by_label("Beschreibung").fill("\nzweite Zeile")
        page.get_by_label("Geschätzter Auftragswert").fill("12 Mio")
        page.get_by_label("Dienstleistung").check()
        submit(page)
        expect(page.locator("[data-error-summary]")).to_be_focused()
        expect(page.get_by_label("Bezeichnung")).to_have_value("<b>Helme</b> & „Lampen“")
        expect(page.get_by_label("Beschreibung")).to_have_value("\nzweite Zeile")
        expect(page.get_by_label("Geschätzter Auftragswert")).to_have_value("12 Mio")
        expect(page.get_by_label("Benötigt bis")).to_have_value("31.2.26")
        expect(page.get_by_label("Dienstleistung")).to_be_checked()
        assert page.title().startswith("Fehler: ")


def test_summary_leads_to_each_field_and_the_field_says_what_is_wrong(
    chromium: Browser, address: str
) -> None:
    with support.visit(chromium, base_url=address) as window:
        page = window.page
        page.goto("/form")
        submit(page)
        for name, message in WRONG.items():
            page.get_by_role("alert").get_by_role("link", name=message).click()
            field = page.locator("*:focus")
            assert str(field.get_attribute("name")).startswith(name)
            described = field.evaluate(
                """field => [field, field.closest('fieldset')]
                     .flatMap(e => (e?.getAttribute('aria-describedby') ?? '').split(' '))
                     .map(id => document.getElementById(id)?.textContent ?? '').join(' ')"""
            )
            assert message in described


def test_ids_are_unique_and_every_label_has_its_field(chromium: Browser, address: str) -> None:
    with support.visit(chromium, base_url=address) as window:
        for path in ("/form", "/list"):
            window.page.goto(path)
            ids = window.page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
            assert len(ids) == len(set(ids))
            labels = window.page.evaluate(
                "[...document.querySelectorAll('label')].map(e => e.htmlFor)"
            )
            assert set(labels) <= set(ids)


def test_second_click_sends_nothing(chromium: Browser, address: str, posts: list[str]) -> None:
    with support.visit(chromium, base_url=address) as window:
        page = window.page
        page.goto("/form")
        page.get_by_label("Bezeichnung").fill(SLOW)
        posts.clear()
        page.get_by_role("button", name="Einreichen").evaluate(
            "button => { button.click(); setTimeout(() => button.click(), 150); }"
        )
        page.wait_for_selector("[data-error-summary]")
        assert posts == ["/form"]


@pytest.mark.parametrize("scripts", [True, False])
def test_menu_opens_by_keyboard_on_a_phone(chromium: Browser, address: str, scripts: bool) -> None:
    with support.visit(chromium, width=390, scripts=scripts, base_url=address) as window:
        page = window.page
        page.goto("/list")
        entry = page.get_by_role("link", name="Vergabeverfahren")
        expect(entry).to_be_hidden()
        page.locator("summary", has_text="Menü").focus()
        page.keyboard.press("Enter")
        expect(entry).to_be_visible()


def test_menu_is_open_where_there_is_room(chromium: Browser, address: str) -> None:
    with support.visit(chromium, base_url=address) as window:
        window.page.goto("/list")
        expect(window.page.get_by_role("link", name="Vergabeverfahren")).to_be_visible()


def test_first_tab_skips_to_the_content(chromium: Browser, address: str) -> None:
    with support.visit(chromium, base_url=address) as window:
        window.page.goto("/list")
        window.page.keyboard.press("Tab")
        expect(window.page.get_by_role("link", name="Zum Inhalt springen")).to_be_focused()
        window.page.keyboard.press("Enter")
        expect(window.page.locator("main")).to_be_focused()


def test_first_load_is_light(chromium: Browser, address: str) -> None:
    with support.visit(chromium, base_url=address) as window:
        sizes: dict[str, int] = {}

        def note(response: Response) -> None:
            if response.request.resource_type != "font":
                sizes[response.url] = int(response.headers.get("content-length", 0))

        window.page.on("response", note)
        window.page.goto("/list", wait_until="networkidle")
        assert len(sizes) > 3
        assert all(url.startswith(address) for url in sizes)
        assert sum(sizes.values()) < FIRST_LOAD_LIMIT_BYTES


def test_paper_shows_the_content_and_nothing_to_click(chromium: Browser, address: str) -> None:
    with support.visit(chromium, base_url=address) as window:
        page = window.page
        page.goto("/list")
        page.emulate_media(media="print")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_text("45.120,00").first).to_be_visible()
        expect(page.get_by_role("navigation").first).to_be_hidden()
        expect(page.get_by_role("button")).to_have_count(0)
