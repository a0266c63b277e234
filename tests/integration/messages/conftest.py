import dataclasses
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.integration.messages.smtp_server import Postbox, smtp_server


@pytest.fixture
def postbox(app: Flask) -> Iterator[Postbox]:
    """A running mail server that the application's settings name."""
    with smtp_server() as (box, url):
        before = app.extensions["vergabe_settings"]
        app.extensions["vergabe_settings"] = dataclasses.replace(before, smtp_url=url)
        try:
            yield box
        finally:
            app.extensions["vergabe_settings"] = before
            app.extensions.pop("vergabe_mail_pause", None)
