"""Styles and scripts are sent compressed, kept for long, and never from outside their folder."""

import gzip

import pytest
from flask import Flask
from flask.testing import FlaskClient

from vergabe.web import assets

STYLE = "/static/vendor/kern/kern.min.css"


@pytest.fixture
def client() -> FlaskClient:
    app = Flask("assets", static_folder=str(assets.FOLDER))
    assets.init_app(app)
    return app.test_client()


def test_style_is_compressed_for_who_takes_it(client: FlaskClient) -> None:
    small = client.get(STYLE, headers={"Accept-Encoding": "gzip, br"})
    whole = client.get(STYLE)
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in whole.headers
    assert gzip.decompress(small.data) == whole.data
    assert len(small.data) < 60_000
    assert (
        small.headers["Content-Type"] == whole.headers["Content-Type"] == "text/css; charset=utf-8"
    )
    assert small.headers["Vary"] == whole.headers["Vary"] == "Accept-Encoding"


def test_refused_compression_is_respected(client: FlaskClient) -> None:
    answer = client.get(STYLE, headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in answer.headers


def test_address_changes_with_the_content_and_may_then_be_kept_for_a_year(
    client: FlaskClient,
) -> None:
    with client.application.test_request_context():
        address = assets.asset("app.css")
        plain = assets.asset("app.css", versioned=False)
    assert address.startswith(f"{plain}?v=")
    assert client.get(address).cache_control.max_age == 31_536_000
    assert client.get(address).cache_control.immutable
    assert client.get(plain).cache_control.max_age == 86_400


def test_missing_file_has_an_address_and_is_not_found(client: FlaskClient) -> None:
    with client.application.test_request_context():
        assert assets.asset("vendor/none.css") == "/static/vendor/none.css"
    assert client.get("/static/vendor/none.css").status_code == 404


@pytest.mark.parametrize(
    "path", ["../web/assets.py", "..%2fweb%2fassets.py", "vendor/../../app.py"]
)
def test_nothing_outside_the_folder_is_sent(client: FlaskClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404
