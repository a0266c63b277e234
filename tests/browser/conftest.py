"""One Chromium and one look at all pages for the browser tests of a process."""

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.browser import support
from tests.browser.crawling import Crawl, crawling
from tests.browser.serving import serving
from tests.browser.town_hall import TownHall
from tests.browser.viewer import Viewer, create_stage, viewing
from tests.conftest import MovableClock
from vergabe import clock


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with support.chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def viewer(chromium: Browser) -> Iterator[Viewer]:
    """Shows any HTML of ours in the one browser and says what is wrong with it."""
    with serving(create_stage()) as address, viewing(chromium, address) as found:
        yield found


@pytest.fixture(scope="module")
def crawl(session_app: Flask) -> Iterator[Crawl]:
    """Every page of a world with everything in it, as those who may see it do."""
    with crawling(session_app) as found:
        yield found


@pytest.fixture(scope="session")
def served_hall(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TownHall]:
    """The service of three towns, served for all journeys of a process."""
    hall = TownHall(chromium, tmp_path_factory.mktemp("town-hall"), MovableClock())
    with serving(hall.app) as hall.address:
        yield hall
    clock.shift(dt.timedelta(0))


@pytest.fixture
def hall(served_hall: TownHall) -> Iterator[TownHall]:
    """The service of three towns; `hall.at("published")` brings it to a stage."""
    yield served_hall
    clock.shift(dt.timedelta(0))
