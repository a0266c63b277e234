"""Looking at many pages quickly: their HTML is put into one open window, as without scripts.

Loading a page and warming up axe-core cost five times as much as looking at it. The journeys load
their pages as people do; here every other page and every refusal gets the same close look.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from flask import Flask
from lxml import html
from playwright.sync_api import Browser

from tests.browser import support
from vergabe.web import assets, headers

_SHOW: Final = """async page => {
  const shown = new DOMParser().parseFromString(page, 'text/html');
  document.title = shown.title;
  document.documentElement.lang = shown.documentElement.lang;
  const known = new Set([...document.styleSheets].map(sheet => sheet.href));
  const needed = [...shown.querySelectorAll('link[rel=stylesheet]')]
    .map(link => new URL(link.getAttribute('href'), location.href).href);
  const load = href => new Promise((loaded, failed) => {
    const link = Object.assign(document.createElement('link'), {rel: 'stylesheet', href});
    link.onload = loaded;
    link.onerror = failed;
    document.head.append(link);
  });
  await Promise.all(needed.filter(href => !known.has(href)).map(load));
  document.body.replaceWith(document.adoptNode(shown.body));
  window.scrollTo(0, 0);
}"""
_EMPTY: Final = "<!doctype html><html lang=de><title>Leer</title><body>"


def create_stage() -> Flask:
    """Return an application with an empty page, our styles and our security headers."""
    app = Flask("viewer", static_folder=str(assets.FOLDER), static_url_path="/static")
    for part in (assets, headers):
        part.init_app(app)
    app.add_url_rule("/", "empty", lambda: _EMPTY)
    return app


class Viewer:
    """Two windows of one browser, one wide and one narrow, that show HTML."""

    def __init__(self, wide: support.Visit, narrow: support.Visit) -> None:
        self._wide, self._narrow = wide, narrow
        self._drawn: set[str] = set()
        for window in (wide, narrow):
            window.page.goto("/")
        support.load_axe(wide.page)

    def problems(self, page: str) -> list[str]:
        """Return what is wrong with a page: accessibility, width, inline code, ids, languages.

        Contrasts take axe-core as long as all else; they are looked at where something stands in
        something in which it has not stood before.
        """
        for window in (self._wide, self._narrow):
            window.page.evaluate(_SHOW, page)
        found = support.axe_findings(self._wide.page, has_contrasts=self._is_new(page))
        self._drawn |= nesting(page)
        found += [f"inline: {code}" for code in support.inline_code(self._wide.page)]
        wide = support.too_wide(self._narrow.page)
        found += [f"wider than {support.NARROW} px: {culprit}" for culprit in wide[:3]]
        return found + structure_problems(page)

    def problems_of_variant(self, page: str) -> list[str]:
        """Return what is wrong with a page that was drawn before in another state.

        Where nothing stands in something new, its structure alone is looked at.
        """
        return self.problems(page) if self._is_new(page) else structure_problems(page)

    def _is_new(self, page: str) -> bool:
        return not nesting(page) <= self._drawn


def structure_problems(page: str) -> list[str]:
    """Return ids that are not unique, links within the page that lead nowhere, missing headings."""
    root = html.fromstring(page)
    ids = Counter(root.xpath("//@id"))
    found = [f"the id {name!r} is there {count} times" for name, count in ids.items() if count > 1]
    anchors = {href[1:] for href in root.xpath("//a/@href") if href.startswith("#")}
    found += [f"#{name} leads nowhere" for name in sorted(anchors - set(ids))]
    headings = root.xpath("//main//h1")
    if len(headings) != 1:
        found.append(f"{len(headings)} headings of the first level")
    labels = root.xpath("//label/@for")
    found += [f"the label of {name!r} is of no field" for name in labels if name not in ids]
    return found


def shape(page: str) -> frozenset[str]:
    """Return the kinds of elements of a page: what makes two of them look alike to a rule."""
    return frozenset(_kind(element) for element in html.fromstring(page).iter("*"))


def nesting(page: str) -> frozenset[str]:
    """Return which kinds of elements stand in which on a page."""
    return frozenset(
        f"{_kind(parent)} > {_kind(element)}"
        for element in html.fromstring(page).iter("*")
        if (parent := element.getparent()) is not None
    )


def _kind(element: html.HtmlElement) -> str:
    return " ".join(
        [str(element.tag), *(element.get(kind, "") for kind in ("class", "role", "type"))]
    )


@contextmanager
def viewing(browser: Browser, address: str) -> Iterator[Viewer]:
    """Open the windows; the address serves `create_stage`."""
    with (
        support.visit(browser, base_url=address, scripts=True) as wide,
        support.visit(browser, base_url=address, width=support.NARROW) as narrow,
    ):
        yield Viewer(wide, narrow)
