"""The service as three towns use it, at a stage of their story, and browsers for its people.

One server and one database for all journeys of a process: a stage is prepared once, by the
commands of the services, and copied back for each journey that begins there.
"""

import datetime as dt
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import support
from tests.browser.support import Visit
from tests.conftest import SECRET, MovableClock, SeparateClient
from tests.factories.access import PASSWORD as SUPPLIERS_PASSWORD
from tests.journeys.three_towns import FITTING_SUPPLIERS, TOWNS, ThreeTowns
from vergabe import clock
from vergabe.access.queries import user_by_email
from vergabe.app import create_app
from vergabe.connections import writing
from vergabe.db import Base, db
from vergabe.demo.place import PASSWORD, _set_passwords
from vergabe.settings import Settings

PATIENCE_MS: Final = 30_000
_HAS_OWN_SCRIPTS: Final = "[...document.scripts].some(one => !/htmx|app\\.js/.test(one.src))"


def _asked_for(towns: ThreeTowns) -> None:
    for town, quantity in zip(TOWNS, ("60", "220", "200"), strict=True):
        towns.demand_by_form(town, quantity)


def _released(towns: ThreeTowns) -> None:
    for town in TOWNS:
        towns.release(town)


def _joining(towns: ThreeTowns) -> None:
    towns.propose()
    towns.consult()
    towns.open_joining()
    towns.deliver()


def _binding(towns: ThreeTowns) -> None:
    for town in TOWNS:
        towns.join(town)
    towns.clock.pass_(days=22)
    towns.deliver()


def _drafted(towns: ThreeTowns) -> None:
    towns.draft()


def _published(towns: ThreeTowns) -> None:
    towns.declare_ready()
    towns.publish()
    towns.deliver()


def _asked(towns: ThreeTowns) -> None:
    towns.clock.pass_(days=2)
    towns.ask(FITTING_SUPPLIERS[0], "Ist ein Gerät mit 11,2 Zoll zugelassen?")
    towns.deliver()


STAGES: Final[dict[str, Callable[[ThreeTowns], None]]] = {
    "begun": lambda towns: None,
    "asked_for": _asked_for,
    "released": _released,
    "joining": _joining,
    "binding": _binding,
    "drafted": _drafted,
    "published": _published,
    "asked": _asked,
}


class TownHall:
    """A server at a stage of the story, and windows for the people who use it."""

    def __init__(self, browser: Browser, folder: Path, moving_clock: MovableClock) -> None:
        self.browser, self.folder = browser, folder
        self.address = ""
        self.app = _empty_service(folder)
        self.towns = ThreeTowns(self.app, moving_clock)
        with self.towns.work() as session:
            _set_passwords(session)
        self._instants: dict[str, dt.datetime] = {}
        self._facts: dict[str, dict[str, Any]] = {}
        self._looked: set[tuple[str, bool]] = set()
        self._keep("begun")

    # Stages

    def at(self, stage: str) -> "TownHall":
        """Go to a stage of the story, as it was when it was reached."""
        names = list(STAGES)
        wanted = names[: names.index(stage) + 1]
        last = [name for name in wanted if name in self._instants][-1]
        self._go_back_to(last)
        for name in wanted[wanted.index(last) + 1 :]:
            STAGES[name](self.towns)
            self._keep(name)
        return self

    def _keep(self, stage: str) -> None:
        self._instants[stage] = clock.read()
        own = {name: value for name, value in vars(self.towns).items() if name.endswith("_id")}
        self._facts[stage] = own
        self._copy(self._database, self.folder / f"{stage}.sqlite")

    def _go_back_to(self, stage: str) -> None:
        self.towns.clock.at(self._instants[stage])
        vars(self.towns).update(self._facts[stage])
        self._copy(self.folder / f"{stage}.sqlite", self._database)
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    @property
    def _database(self) -> Path:
        return self.folder / "vergabe.sqlite"

    def _copy(self, source: Path, target: Path) -> None:
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)

    # People

    @contextmanager
    def person(
        self, email: str | None, *, scripts: bool = True, width: int = 1280
    ) -> Iterator[Visit]:
        """Open a window of somebody who is logged in; None: of the public."""
        with support.visit(
            self.browser, base_url=self.address, scripts=scripts, width=width
        ) as window:
            window.page.set_default_timeout(PATIENCE_MS)
            if email is not None:
                window.page.context.add_cookies(self.cookies(email))
            yield window
            assert window.errors == []

    def cookies(self, email: str) -> list[Any]:
        """Return the cookies of somebody who has just logged in."""
        before = self.app.test_client_class
        self.app.test_client_class = SeparateClient
        client = self.app.test_client()
        self.app.test_client_class = before
        with self.towns.look() as session:
            user = user_by_email(session, email)
            assert user is not None, email
            key = user.fs_uniquifier
        with client.session_transaction() as cookie:
            cookie.update(_user_id=key, _fresh=True, identity=key)
        sent = client.get_cookie("session")
        assert sent is not None
        return [{"name": "session", "value": sent.value, "url": self.address}]

    def log_in(self, window: Visit, email: str) -> None:
        """Log in by the form, as everybody does."""
        page = window.page
        page.goto("/anmelden")
        page.get_by_label("E-Mail-Adresse").fill(email)
        page.get_by_label("Passwort", exact=True).fill(
            SUPPLIERS_PASSWORD if email in FITTING_SUPPLIERS else PASSWORD
        )
        press(page, "Anmelden")
        page.wait_for_url(lambda url: "/anmelden" not in url)

    def join(self, window: Visit, pool: str) -> None:
        """Join a pool, given by its path, with the mandate on file or a resolution."""
        page = self.see(window, pool)
        follow(page, "Beitreten")
        self.see(window)
        mandates = page.get_by_label("Hinterlegte Vollmacht")
        if mandates.count():
            mandates.select_option(index=1)
        else:
            page.get_by_label("Beschluss oder Vollmacht").fill("Ratsbeschluss vom 25.09.2025")
        send(page, "Verbindlich beitreten")
        self.see(window)
        expect(main(page)).to_contain_text("beigetreten")

    def see(self, window: Visit, path: str | None = None, *, closely: bool = False) -> Page:
        """Go to a path, or stay, and return the page; fail if it is not sound.

        Pages with scripts of their own and refusals are looked at closely the first time that
        anybody gets there; `test_every_page` does so with all others.
        """
        page = window.page
        if path is not None:
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, f"{answer.status} {path}"
        assert window.errors == [], page.url
        is_refused = page.locator("[data-error-summary]").count() > 0
        kind = (_ID.sub("ID", page.url.removeprefix(self.address).split("?")[0]), is_refused)
        if kind not in self._looked and (closely or is_refused or page.evaluate(_HAS_OWN_SCRIPTS)):
            self._looked.add(kind)
            support.assert_sound(window)
        else:
            assert support.inline_code(page) == [], page.url
        return page


_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|DLZ-\d+-\d+")


def _empty_service(folder: Path) -> Flask:
    app = create_app(
        Settings(
            data=folder,
            database_url=f"sqlite:///{folder / 'vergabe.sqlite'}",
            files=str(folder / "files"),
            base_url="http://127.0.0.1",
            secret_key=SECRET,
        )
    )
    with app.app_context(), writing():
        Base.metadata.create_all(db.engine)
        db.session.remove()
    return app


def main(page: Page) -> Locator:
    """Return the page's own content."""
    return page.get_by_role("main")


def press(page: Page, name: str | re.Pattern[str]) -> None:
    """Press a button of the page's own content."""
    main(page).get_by_role("button", name=name).first.click()


def send(page: Page, name: str | re.Pattern[str]) -> None:
    """Press a button of the page's own content and wait for the page that answers."""
    with page.expect_navigation():
        press(page, name)


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    """Follow a link of the page's own content."""
    main(page).get_by_role("link", name=name).first.click()


def unfold(page: Page, heading: str) -> None:
    """Open what is folded under a heading."""
    main(page).locator("summary", has_text=heading).first.click()
