"""Every page of the service and every refusal: accessible, narrow, and no link is dead."""

import re

import pytest
from lxml import html

from tests.browser.crawling import Crawl
from tests.browser.refusals import nothing, rubbish, send
from tests.browser.viewer import Viewer, shape
from vergabe import menus

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

# The preview of a notice names addresses that answer as soon as it is published.
NOT_YET = "/bekanntmachung/ansicht"
# First level: what the header and the footer lead to, and what a mail alone leads to.
FIRST = re.compile(
    r"/[a-z-]*|/abbestellen/.*|/registrierung/.*|/unternehmen/(registrieren|bestaetigen)(/.*)?"
)


def test_every_page_is_accessible_narrow_and_free_of_inline_code(
    crawl: Crawl, viewer: Viewer
) -> None:
    known: dict[str, frozenset[str]] = {}
    wrong: dict[str, list[str]] = {}
    for page in crawl.pages:
        seen, kinds = known.get(page.endpoint, frozenset()), shape(page.body)
        # A second thing of the same kind with nothing new on its page is not looked at again.
        if kinds <= seen:
            continue
        known[page.endpoint] = seen | kinds
        if found := viewer.problems(page.body):
            wrong[page.address] = found
    assert not wrong, _told(wrong)
    assert [address for address, said in crawl.other.items() if said.startswith("5")] == []
    assert crawl.unseen_pages() == set()


def test_tabs_of_two_things_of_a_kind_are_told_apart(crawl: Crawl) -> None:
    titled: dict[tuple[str, str], set[str]] = {}
    for page in crawl.pages:
        title = html.fromstring(page.body).findtext(".//title") or ""
        titled.setdefault((page.endpoint, title), set()).add(page.address.split("?")[0])
    assert {kind: found for kind, found in titled.items() if len(found) > 1} == {}


def test_every_link_answers(crawl: Crawl) -> None:
    links = crawl.links()
    dead = {}
    for page, target in links.values():
        with crawl.supposing():
            answer = page.visitor.open("GET", target)
        if answer.status_code >= 400 and not page.address.endswith(NOT_YET):
            dead[target] = f"{answer.status_code}, on {page.address}"
    assert dead == {}
    assert len(links) > 40


def test_every_page_below_the_first_level_has_its_way_back(crawl: Crawl) -> None:
    first = {crawl.address_of(item.endpoint) for item in menus.NAVIGATION}
    below = [
        page
        for page in crawl.pages
        if not (page.address in first or FIRST.fullmatch(page.address.split("?")[0]))
        and not page.address.startswith("/docs")
    ]
    missing = [page.address for page in below if 'class="app-breadcrumbs"' not in page.body]
    assert missing == []
    assert len({page.endpoint for page in below}) > 40


def test_every_form_refuses_rubbish_keeps_what_was_typed_and_leads_to_the_fields(
    crawl: Crawl, viewer: Viewer
) -> None:
    wrong: dict[str, list[str]] = {}
    looked: set[str] = set()
    refused = 0
    for posted in crawl.forms():
        refusal = send(crawl, posted, rubbish(posted.form))
        if not refusal.is_refused:
            refusal = send(crawl, posted, nothing(posted.form))
        found = refusal.problems()
        if refusal.is_refused:
            refused += 1
            if posted.endpoint not in looked:
                looked.add(posted.endpoint)
                found += viewer.problems_of_variant(refusal.body)
        if found:
            wrong[f"{posted.endpoint} on {posted.page.address}"] = found
    assert not wrong, _told(wrong)
    assert refused > 80


def _told(wrong: dict[str, list[str]]) -> str:
    return "\n".join(f"{where}: " + "; ".join(found) for where, found in wrong.items())
