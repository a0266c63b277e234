import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.conftest import SECRET
from vergabe.app import create_app
from vergabe.db import Base, db, writing
from vergabe.settings import Settings


@pytest.fixture
def own_app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own, with true connections and commits for rivals."""
    url, name = f"sqlite:///{tmp_path / 'own.sqlite'}", f"own_{uuid.uuid4().hex[:12]}"
    is_server = not database_url.startswith("sqlite")
    if is_server:
        _administer(database_url, f"CREATE DATABASE {name}")
        own = make_url(database_url).set(database=name)
        url = own.render_as_string(hide_password=False)
    app = create_app(
        Settings(
            data=tmp_path / "data",
            database_url=url,
            files=str(tmp_path / "files"),
            base_url="http://localhost",
            secret_key=SECRET,
            is_testing=True,
        )
    )
    with app.app_context(), writing():
        Base.metadata.create_all(db.engine)
        db.session.remove()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    if is_server:
        _administer(database_url, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
