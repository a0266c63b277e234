"""Rules of the house that no linter knows."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "vergabe"
# Flask-Security brings its own views; they guard themselves.
FOREIGN_ENDPOINTS = ("security.", "static", "api-docs.")
COMMITTERS = {"db.py", "web/transactions.py"}


def _views(app: Flask) -> list[tuple[str, str, set[str], object]]:
    return [
        (rule.endpoint, rule.rule, rule.methods or set(), app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.startswith(FOREIGN_ENDPOINTS)
    ]


def test_only_two_places_commit() -> None:
    found = {
        str(file.relative_to(PACKAGE))
        for file in PACKAGE.rglob("*.py")
        # A migration's connection and a file that becomes visible are no unit of work.
        if file.parent.name != "migrations"
        and re.search(r"(?<!target)\.commit\(\)", file.read_text())
    }
    assert found == COMMITTERS


def test_every_route_declares_its_permission_or_that_it_is_public(session_app: Flask) -> None:
    undeclared = [
        f"{endpoint} {rule}"
        for endpoint, rule, _, view in _views(session_app)
        if not hasattr(view, "vergabe_permission") and not hasattr(view, "vergabe_public")
    ]
    assert undeclared == []


def test_no_route_that_only_reads_commits(session_app: Flask) -> None:
    wrong = [
        endpoint
        for endpoint, _, methods, view in _views(session_app)
        if hasattr(view, "vergabe_commits") and "GET" in methods
    ]
    assert wrong == []


def test_every_route_that_writes_commits(session_app: Flask) -> None:
    silent = {
        f"{endpoint} {sorted(methods - {'OPTIONS', 'HEAD'})}"
        for endpoint, _, methods, view in _views(session_app)
        if methods & {"POST", "PUT", "PATCH", "DELETE"}
        and hasattr(view, "vergabe_commits") == hasattr(view, "vergabe_stores_nothing")
    }
    assert silent == set()


def test_no_python_lies_in_the_data_folders() -> None:
    assert [str(f) for name in ("schemas", "xml") for f in (ROOT / name).rglob("*.py")] == []


def test_modules_stay_single_in_subject() -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for file in PACKAGE.rglob("*.py")
        if "migrations" not in file.parts and (lines := len(file.read_text().splitlines())) > 450
    }
    assert long == {}


@pytest.mark.parametrize(
    "path", ["/", "/bekanntmachungen", "/bekanntmachungen/atom.xml", "/impressum", "/datenschutz"]
)
def test_public_pages_set_no_cookie_and_allow_no_inline_code(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "script-src 'self'" in policy


@pytest.mark.parametrize("path", ["/gibt/es/nicht", "/bekanntmachungen/DLZ-1999-0001"])
def test_unknown_address_is_a_german_404(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "icht" in answer.get_data(as_text=True)


def test_openapi_document_is_the_committed_one(client: FlaskClient) -> None:
    import json

    committed = ROOT / "schemas" / "api" / "openapi.json"
    assert client.get("/api/v1/openapi.json").get_json() == json.loads(committed.read_text())
