import dataclasses
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.integration.messages.smtp_server import Postbox, smtp_server


@pytest.fixture(params=[False, True], ids=["step-by-step", "all-at-once"])
def postbox(app: Flask, request: pytest.FixtureRequest) -> Iterator[Postbox]:
    """A running mail server that the application's settings name, with and without pipelining."""
    with smtp_server(takes_all_at_once=request.param) as (box, url):
        before = app.extensions["vergabe_settings"]
        app.extensions["vergabe_settings"] = dataclasses.replace(before, smtp_url=url)
        try:
            yield box
        finally:
            app.extensions["vergabe_settings"] = before
            app.extensions.pop("vergabe_mail_pause", None)
