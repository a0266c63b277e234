"""A real browser for tests: start it, look at a page, and list what is wrong with it.

with support.chromium() as browser, support.visit(browser, width=390) as visit:
    visit.page.goto(url)
    support.assert_sound(visit)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from tools.chromium import find

AXE: Final = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WCAG: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
NARROW: Final = 320

# Without these Chromium asks its maker's hosts for updates and trials at every start.
QUIET: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Visit:
    """One window and the errors it has reported so far."""

    page: Page
    errors: list[str] = field(default_factory=list)

    def on_console(self, message: ConsoleMessage) -> None:
        # Chromium also reports the status of the page itself; some tests are about refusals.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.errors.append(message.text)

    def on_response(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.errors.append(f"{response.status} {response.url}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the Chromium that `tools/chromium.py` finds; AssertionError if there is none."""
    path = find()
    assert path, "Chromium is missing: run `make test`, or set VERGABE_CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visit(
    browser: Browser,
    *,
    width: int = 1280,
    height: int = 900,
    scripts: bool = True,
    dark: bool = False,
    base_url: str | None = None,
) -> Iterator[Visit]:
    """Open a window with storage of its own, in German and in German time."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        java_script_enabled=scripts,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        locale="de-DE",
        timezone_id="Europe/Berlin",
        base_url=base_url,
    )
    page = context.new_page()
    window = Visit(page)
    page.on("console", window.on_console)
    page.on("pageerror", lambda error: window.errors.append(str(error)))
    page.on("response", window.on_response)
    try:
        yield window
    finally:
        context.close()


def load_axe(page: Page) -> None:
    """Give axe-core to the document in view."""
    # Evaluated by the debugger, which the page's Content-Security-Policy does not bind.
    page.evaluate(AXE.read_text(encoding="utf-8"))


def accessibility_findings(page: Page, tags: tuple[str, ...] = WCAG) -> list[str]:
    """Return what axe-core finds on the page: rule, what it means and the first places."""
    load_axe(page)
    return axe_findings(page, tags)


def axe_findings(
    page: Page, tags: tuple[str, ...] = WCAG, *, has_contrasts: bool = True
) -> list[str]:
    """Return what axe-core finds; the document has it already."""
    violations = page.evaluate(
        # Only what we report: lists of all that is right take as long as the look itself.
        """([tags, contrasts]) => axe.run(document, {runOnly: {type: 'tag', values: tags},
             rules: contrasts ? {} : {'color-contrast': {enabled: false}},
             resultTypes: ['violations'], preload: false}).then(result => result.violations)""",
        [list(tags), has_contrasts],
    )
    return [
        f"{finding['id']}: {finding['help']} at "
        + "; ".join(" ".join(map(str, node["target"])) for node in finding["nodes"][:5])
        for finding in violations
    ]


def overflowing(page: Page, width: int = NARROW) -> list[str]:
    """Return the elements that make the page scroll sideways at this width, if it does."""
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": 800})
    culprits = too_wide(page)
    if before:
        page.set_viewport_size(before)
    return culprits


def too_wide(page: Page) -> list[str]:
    """Return the elements that make the page scroll sideways as it stands, if it does."""
    culprits: list[str] = page.evaluate(
        """() => {
          const room = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= room) return [];
          const wide = [...document.body.querySelectorAll('*')].filter(
            element => element.getBoundingClientRect().right > room + 1);
          return wide.map(e => e.localName + '.' + e.className + ' ' + e.textContent.slice(0, 40));
        }"""
    )
    return culprits


def inline_code(page: Page) -> list[str]:
    """Return elements with inline styles or event handlers, which the security policy forbids."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter(element =>
             element.tagName === 'STYLE' || (element.tagName === 'SCRIPT' && !element.src) ||
             [...element.attributes].some(
               a => a.value && (a.name === 'style' || a.name.startsWith('on'))))
           .map(element => element.outerHTML.slice(0, 120))"""
    )
    return found


def assert_sound(window: Visit) -> None:
    """Fail if the page in view breaks WCAG 2.2 A/AA, scrolls at 320 px or reported an error."""
    problems = {
        "accessibility": accessibility_findings(window.page),
        "overflow at 320 px": overflowing(window.page),
        "inline code": inline_code(window.page),
        "errors": window.errors,
    }
    assert not any(problems.values()), {key: value for key, value in problems.items() if value}
