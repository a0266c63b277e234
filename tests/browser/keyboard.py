"""A person who uses the keyboard alone: Tab, Enter, Space, arrows and letters.

Every step of the way is watched: the focus can be seen, goes forward through the page, and does
not get stuck.
"""

import re
from typing import Any, Final

from playwright.sync_api import ElementHandle, Locator, Page, expect

MOST_STEPS: Final = 150

# Where the focus is now, told after each key.
_WATCH: Final = """target => {
  const now = document.activeElement;
  const name = element => (element.getAttribute('aria-label') || element.labels?.[0]?.textContent
    || element.textContent || element.name || element.localName).trim().slice(0, 50);
  const before = window.focusBefore;
  window.focusBefore = now;
  // Day, month, year and calendar are stops within one field, which the browser marks.
  const isWithin = now === before && ['date', 'time'].includes(now.type);
  const isVisible = () => {
    const shown = [now, ...(now.labels ?? []), now.parentElement].flatMap(
      element => [getComputedStyle(element), getComputedStyle(element, '::before'),
                  getComputedStyle(element, '::after')]);
    return shown.some(style => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0)
      || style.boxShadow !== 'none');
  };
  return {
    there: now === target,
    inside: !!target && now.contains(target) && now !== document.body,
    atSkip: now.classList.contains('app-skip'),
    nowhere: now === document.body,
    stuck: now === before && now !== document.body && !isWithin,
    backwards: !!before && before.isConnected && before !== document.body && now !== document.body
      && !!(now.compareDocumentPosition(before) & Node.DOCUMENT_POSITION_FOLLOWING),
    visible: isWithin || now === document.body || now.localName === 'main' || isVisible(),
    name: name(now),
    kind: now.localName,
  };
}"""


class Keyboard:
    """The keyboard of one window."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def content(self) -> Locator:
        return self.page.get_by_role("main")

    def reach(self, target: Locator) -> None:
        """Go on with the tab key until the focus is on the target; fail with what was passed."""
        handle = target.element_handle()
        in_content = target.evaluate("element => !!element.closest('main')")
        passed: list[str] = []
        state = self._state(handle)
        for _ in range(MOST_STEPS):
            if state["there"]:
                return
            self.page.keyboard.press("Tab")
            state = self._state(handle)
            passed.append(state["name"])
            self._check(state, passed)
            if state["atSkip"] and in_content:
                self.page.keyboard.press("Enter")
                state = self._state(handle)
        raise AssertionError(f"the tab key does not reach {target}; it passed {passed}")

    def _state(self, target: ElementHandle) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate(_WATCH, target)
        return found

    def _check(self, state: dict[str, Any], passed: list[str]) -> None:
        assert state["visible"], f"nobody sees the focus on {state['kind']} {state['name']!r}"
        assert not state["stuck"], f"the focus is stuck; it passed {passed}"
        assert not state["backwards"], f"the focus jumps back to {state['name']!r} after {passed}"

    def press(self, name: str | re.Pattern[str], *, stays: bool = False) -> None:
        """Press a button of the content; the next page is there afterwards unless it stays."""
        self.reach(self.content.get_by_role("button", name=name).first)
        self._enter(stays=stays)

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Follow a link of the content."""
        self.reach(self.content.get_by_role("link", name=name).first)
        self._enter()

    def _enter(self, *, stays: bool = False) -> None:
        if stays:
            self.page.keyboard.press("Enter")
            return
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, label: str | re.Pattern[str] | Locator, text: str) -> None:
        """Write into a field, over what stands there."""
        field = label if isinstance(label, Locator) else self.content.get_by_label(label).first
        self.reach(field)
        if field.get_attribute("type") in ("date", "time"):
            self.page.keyboard.type(_as_typed(text))
        else:
            self.page.keyboard.press("ControlOrMeta+a")
            self.page.keyboard.press("Delete")
            self.page.keyboard.type(text)
        expect(field).to_have_value(text)

    def tick(self, target: Locator) -> None:
        """Tick a box with the space bar."""
        self.reach(target)
        self.page.keyboard.press("Space")
        expect(target).to_be_checked()

    def choose(self, radio: Locator) -> None:
        """Choose one of several: Tab goes to the group, the arrows go through it."""
        name = radio.get_attribute("name")
        group = self.page.locator(f"input[type=radio][name='{name}']")
        checked = self.page.locator(f"input[type=radio][name='{name}']:checked")
        self.reach(checked if checked.count() else group.first)
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if radio.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not reach {radio}")

    def select(self, label: str | Locator, option: str) -> None:
        """Go down a list to an entry."""
        field = label if isinstance(label, Locator) else self.content.get_by_label(label).first
        self.reach(field)
        for _ in range(field.locator("option").count()):
            self.page.keyboard.press("ArrowDown")
            if option in field.evaluate("field => field.selectedOptions[0].textContent"):
                return
        raise AssertionError(f"the arrows do not reach {option!r} of {label}")

    def unfold(self, heading: str) -> None:
        """Open what is folded under a heading."""
        summary = self.content.locator("summary", has_text=heading).first
        self.reach(summary)
        self.page.keyboard.press("Enter")
        assert summary.evaluate("summary => summary.parentElement.open"), f"{heading} stays folded"


def _as_typed(text: str) -> str:
    """Return a day or a time as it is typed into the browser of the tests, which is English."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        year, month, day = text.split("-")
        return f"{month}{day}{year}"
    return text.replace(":", "")
