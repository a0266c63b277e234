"""The place in which every journey begins: an empty DLZ, mails that leave as files."""

import dataclasses
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.journeys.three_towns import ThreeTowns


@pytest.fixture
def dlz(
    app: Flask,
    session: Session,
    moving_clock: MovableClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> ThreeTowns:
    settings = app.extensions["vergabe_settings"]
    posted = dataclasses.replace(settings, smtp_url=f"file://{tmp_path / 'mails'}")
    monkeypatch.setitem(app.extensions, "vergabe_settings", posted)
    return ThreeTowns(app, moving_clock)
