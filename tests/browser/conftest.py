"""One Chromium for all browser tests of a process."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import support


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with support.chromium() as browser:
        yield browser
