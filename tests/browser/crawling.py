"""Every page of the service, asked for once by somebody who may see it, and what is on it."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urljoin, urlsplit

from flask import Flask, url_for
from lxml import html
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from tests.browser_forms import Form, forms_of
from tests.conftest import supposing
from tests.factories import stories
from tests.factories import world as worlds
from tests.factories.world import Visitor, World

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")
# How the address of a route ends that gives a file.
_FILE = re.compile(
    r"\.(xml|pdf|ics|json|zip|csv|xlsx)$|:(ending|name|number|part)>(\.\w+)?$|"
    r"(dokument|datei|gegenstand|neue-unterlagen|<uuid:paper_id>)$"
)
# They change who visits.
_LEFT_ALONE = ("/abmelden", "/organisation")


@dataclass(frozen=True)
class Page:
    """A page as somebody saw it."""

    endpoint: str
    address: str
    visitor: Visitor
    body: str


@dataclass(frozen=True)
class PostedForm:
    """A form of a page, the address it posts to, and somebody who may send it."""

    endpoint: str
    page: Page
    action: str
    form: Form


@dataclass
class Crawl:
    """A world, its pages, and the addresses that gave something else than a page, with what."""

    app: Flask
    world: World
    pages: list[Page] = field(default_factory=list)
    other: dict[str, str] = field(default_factory=dict)

    def supposing(self) -> AbstractContextManager[None]:
        """Take back all that happens meanwhile."""
        return supposing(self.app)

    def routed(self, address: str, method: str = "GET") -> str | None:
        """Return the endpoint of an address of ours, None where there is none."""
        adapter = self.app.url_map.bind("localhost")
        try:
            endpoint, _ = adapter.match(urlsplit(address).path, method=method)
        except HTTPException:
            return None
        return str(endpoint)

    def address_of(self, endpoint: str) -> str:
        """Return the address of an endpoint without arguments."""
        with self.app.test_request_context():
            return url_for(endpoint)

    def links(self) -> dict[tuple[str, str], tuple[Page, str]]:
        """Return where pages link to, each kind of address once, with the page that does."""
        known = {_plain(page.address) for page in self.pages}
        found: dict[tuple[str, str], tuple[Page, str]] = {}
        for page in self.pages:
            for target in sorted(set(_targets(page))):
                kind = (self.routed(target) or target, _query_kind(target))
                if _plain(target) not in known or kind[1]:
                    found.setdefault(kind, (page, target))
        return found

    def unseen_pages(self) -> set[str]:
        """Return the unseen routes whose address does not end like that of a file."""
        named = {rule.endpoint: rule.rule for rule in worlds.rules(self.app)}
        return {name for name in self.unseen() if not _FILE.search(named[name])}

    def unseen(self) -> set[str]:
        """Return the routes that gave neither a page nor a file nor another address to go to."""
        given = {page.endpoint for page in self.pages}
        given |= {self.routed(at) for at, said in self.other.items() if said[0] in "23"}
        return {name for at in self.other if (name := self.routed(at)) and name not in given}

    def forms(self) -> list[PostedForm]:
        """Return each kind of form that posts once: by where it posts to and what it asks."""
        found: dict[tuple[str, frozenset[str]], PostedForm] = {}
        for page in self.pages:
            for form in forms_of(page.body):
                action = form.action or page.address
                endpoint = self.routed(action, "POST")
                assert endpoint is not None, f"{page.address} posts to {action}, which is nowhere"
                names = frozenset(_ID.sub("N", name) for name in form.controls)
                if form.controls and action not in _LEFT_ALONE:
                    found.setdefault((endpoint, names), PostedForm(endpoint, page, action, form))
        return list(found.values())


def _targets(page: Page) -> Iterator[str]:
    root = html.fromstring(page.body)
    for target in root.xpath(
        "//a/@href | //form[@method='get']/@action | //link/@href | //img/@src"
    ):
        absolute = urljoin(f"http://localhost{page.address}", target)
        parts = urlsplit(absolute)
        if parts.netloc == "localhost" and not target.startswith("#"):
            yield parts._replace(scheme="", netloc="", fragment="").geturl()


def _plain(address: str) -> str:
    return address.split("?")[0]


def _query_kind(address: str) -> str:
    return "&".join(sorted(name for name, _ in parse_qsl(urlsplit(address).query)))


@contextmanager
def crawling(app: Flask) -> Iterator[Crawl]:
    """Make a world and ask for every page of it; all is gone afterwards."""
    with worlds.standing(app) as world:
        made = Crawl(app, world)
        for rule, address in worlds.addresses_of_pages(app, world):
            _ask(made, rule, address)
        _follow(made)
        yield made


def _ask(made: Crawl, rule: Rule, address: str) -> None:
    visitor, answer = worlds.first_shown(made.app, rule, address, made.world)
    if answer.status_code == 200 and answer.mimetype == "text/html":
        body = answer.get_data(as_text=True)
        made.pages.append(Page(rule.endpoint, address, visitor, body))
    else:
        made.other[address] = f"{answer.status_code} {answer.mimetype}"


def _follow(made: Crawl) -> None:
    """Ask for what only links and forms of pages know the address of."""
    area = made.world.names["area_id"]
    buyers = [page for page in made.pages if page.visitor is made.world.buyer]
    more = [(buyers[0].visitor, f"/buendelungen/vorschau?area_id={area}")]
    more += stories.told(made.app, made.world)
    more += [(page.visitor, target) for page in made.pages for target in _targets(page)]
    unseen = made.unseen()
    for visitor, target in dict.fromkeys(more):
        endpoint = made.routed(target)
        if endpoint is None or endpoint not in unseen:
            continue
        answer = visitor.open("GET", target)
        if answer.status_code < 400:
            unseen.remove(endpoint)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            made.pages.append(Page(endpoint, target, visitor, answer.get_data(as_text=True)))
        else:
            made.other[target] = f"{answer.status_code} {answer.mimetype}"
