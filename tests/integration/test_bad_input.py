"""Bad input by page and API: a German sentence, nothing half stored, never a 5xx."""

import html
import io
import itertools
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, text
from werkzeug.test import TestResponse

from tests.conftest import connection_of, supposing
from tests.extent import IS_WHOLE, in_turn
from tests.factories import world as worlds
from tests.factories.world import Form, Visitor, World
from vergabe.access.model import Organisation
from vergabe.db import Base, db
from vergabe.web import paging

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

SCRIPT = "<script>alert(1)</script>&amp;amp;<b>fett</b>"
# Each field of each form gets the next of these, in a whole run each; None: the field is missing.
BAD_VALUES = (
    None,
    "",
    "a\0b",
    "x" * 600,
    "y" * 21_000,
    SCRIPT,
    "-5",
    "NaN",
    "Infinity",
    "1e30",
    "9" * 25,
    "1" + "0" * 400,
    "²",
    "00000000",
    "0001-01-01",
    "9999-12-31",
    "31.12.9999",
    "31.02.2027",
    "01.01.1999",
    "keine-kennung",
    "[1,2",
)
FIELDS_AT_ONCE = 1 if IS_WHOLE else 4
VALUES_PER_FIELD = len(BAD_VALUES) if IS_WHOLE else 1
BODIES_PER_OPERATION = 4
QUERIES_PER_LIST = 5
NOT_TRIED = ("/abmelden", "/organisation")  # they would change who visits
ENGLISH = re.compile(r"Not a valid|Unknown field|Missing data|[Mm]ust be|Shorter than|Longer than")


Sendable = tuple[str, Visitor, Form]


@pytest.fixture(scope="module")
def standing_world(session_app: Flask) -> Iterator[World]:
    """A world in which every text is markup, without tokens against forged forms."""
    texts = dict.fromkeys(("title", "description", "remarks", "must_haves"), SCRIPT)
    line = (SCRIPT, 1, "H87", 45_000_000)
    session_app.config["WTF_CSRF_ENABLED"] = False
    with worlds.standing(session_app, lines=(line,), **texts) as found:
        for organisation in db.session.query(Organisation):
            organisation.name = organisation.official_name = SCRIPT
        db.session.commit()
        yield found
    session_app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture(scope="module")
def forms(session_app: Flask, standing_world: World) -> list[Sendable]:
    """Each kind of form once, with somebody who may send it."""
    with supposing(session_app):
        return _forms(session_app, standing_world)


@pytest.fixture
def app(session_app: Flask, standing_world: World) -> Iterator[Flask]:
    """The application with the standing world; what a test changes in it is taken back."""
    with supposing(session_app):
        yield session_app


@pytest.fixture
def world(app: Flask, standing_world: World) -> World:
    return standing_world


@pytest.fixture
def connection(app: Flask) -> Connection:
    return connection_of(app)


def row_counts(connection: Connection) -> dict[str, int]:
    """Return how many rows each table has."""
    tables = (table.name for table in Base.metadata.sorted_tables)
    counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in tables)
    return {str(row[0]): int(row[1]) for row in connection.execute(text(counts))}


def complaint(answer: TestResponse) -> str | None:
    """Return what is wrong with an answer to bad input, None if it is a good one."""
    if answer.status_code >= 500:
        return f"status {answer.status_code}"
    if answer.status_code < 400:
        return None
    told = answer.get_data(as_text=True)
    if "<script>alert(1)" in told and answer.mimetype == "text/html":
        return "shown unescaped"
    found = ENGLISH.search(told)
    return f"in English: {found[0]}" if found else None


def _is_markup(answer: TestResponse) -> bool:
    """Return whether a page has one of our texts as markup."""
    body = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
    return "<script>alert(1)" in body or "<b>fett" in body


def _forms(app: Flask, world: World) -> list[Sendable]:
    found: dict[tuple[str, tuple[str, ...]], tuple[Visitor, Form]] = {}
    for visitor, address in worlds.pages(app, world):
        answer = visitor.open("GET", address)
        assert not _is_markup(answer), address
        for form in worlds.forms_on(answer, address):
            kind = re.sub(r"[0-9a-f-]{36}", "ID", form.action)
            names = tuple(sorted({re.sub(r"[0-9a-f-]{36}|\d+", "N", n) for n in form.fields}))
            if kind not in NOT_TRIED:
                found.setdefault((kind, names), (visitor, form))
    return [(kind, visitor, form) for (kind, _), (visitor, form) in found.items()]


def _cases(form: Form, values: Iterator[str | None]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield what is tried: the form as it stands, then wrong values in a few fields at a time.

    Forms tell all that is wrong at once, so fields tried together do not hide each other.
    """
    whole = worlds.filled(form.fields)
    yield "as it stands", whole
    for _ in range(VALUES_PER_FIELD):
        for start in range(0, len(form.open_fields), FIELDS_AT_ONCE):
            wrong = dict(
                zip(form.open_fields[start : start + FIELDS_AT_ONCE], values, strict=False)
            )
            kept = {n: v for n, v in whole.items() if wrong.get(n, "") is not None}
            yield (
                str({n: v and v[:20] for n, v in wrong.items()}),
                kept | {n: v for n, v in wrong.items() if v is not None},
            )


def test_no_form_breaks_on_a_bad_value_and_nothing_is_half_stored(
    forms: list[Sendable], connection: Connection
) -> None:
    before = row_counts(connection)
    values = itertools.cycle(BAD_VALUES)
    wrong = []
    for kind, visitor, form in forms:
        for case, data in _cases(form, values):
            tried = connection.begin_nested()
            answer = visitor.open("POST", form.action, data=data)
            found = complaint(answer)
            if answer.status_code >= 400 and row_counts(connection) != before:
                found = "half stored"
            if found:
                wrong.append((kind, case, found))
            tried.rollback()
            db.session.remove()
    assert wrong == []
    assert len(forms) > 50


DEEP = b'{"title":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "application/json"),
    "no JSON": (b"{", "application/json"),
    "a list": (b"[1]", "application/json"),
    "a number": (b"1e999", "application/json"),
    "not a number": (b'{"amount_cents": NaN}', "application/json"),
    "nested deeply": (DEEP, "application/json"),
    "a number of 5,000 digits": (b'{"title": ' + b"9" * 5_000 + b"}", "application/json"),
    "not UTF-8": (b'{"title": "B\xfccher"}', "application/json"),
    "half a character": (b'{"title": "\\ud800", "\\udfff": "\\ud800"}', "application/json"),
    "the same key twice": (b'{"text": "a", "text": "b", "reason": 1}', "application/json"),
    "another type": (b"<a/>", "application/xml"),
    "broken parts": (b"--x\r\n\r\n", "multipart/form-data; boundary=y"),
    "a form": (b"title=%ff%00&file=x", "application/x-www-form-urlencoded"),
}


def _writing(app: Flask, world: World) -> list[tuple[str, str]]:
    return [
        (method, worlds.addresses(app, rule, world)[0])
        for rule in worlds.rules(app)
        if rule.rule.startswith("/api/")
        for method in sorted((rule.methods or set()) & {"POST", "PUT", "PATCH"})
    ]


def test_no_operation_breaks_on_a_body_that_is_none(
    app: Flask, world: World, connection: Connection
) -> None:
    before = row_counts(connection)
    wrong = []
    turns = in_turn(list(BODIES), BODIES_PER_OPERATION)
    for method, address in _writing(app, world):
        tried, is_refused = connection.begin_nested(), True
        for what in next(turns):
            body, kind = BODIES[what]
            answer = world.buyer.open(method, address, data=body, content_type=kind)
            is_refused = is_refused and answer.status_code >= 400
            if found := complaint(answer):
                wrong.append((method, address, what, found))
        if is_refused and row_counts(connection) != before:
            wrong.append((method, address, "all", "half stored"))
        tried.rollback()
        db.session.remove()
    assert wrong == []


# The first instant of the calendar in a zone east of ours, and an id: it fits no database.
ENDLESS = paging.encode("0001-01-01T00:00:00+05:00|019e7b70-0000-7000-8000-000000000000")
QUERIES = (
    {"cursor": "a"},
    {"cursor": "ÄÖ"},
    {"cursor": "MDAwMS0wMS0wMVQwMDowMDowMCswNTowMHww"},
    {"cursor": ENDLESS},
    {"cursor": "x" * 5_000},
    {"limit": "-1"},
    {"limit": "0"},
    {"limit": "9" * 30},
    {"limit": "²", "after": "-1"},
    {"after": "9" * 30},
    {"q": "a\0b"},
    {"q": "%_'\"\\(((*:&!|<->"},
    {"q": SCRIPT, "suche": SCRIPT, "cpv": "²³", "region": "%"},
    {"q": "x" * 9_000},
    {"cpv": "00000000", "nuts": "\0", "art": "?", "frist_ab": "0001-01-01"},
    {"frist_bis": "9999-12-31"},
    {"frist_ab": "31.02.2027", "abfrage": "keine", "bereich": "keine", "seite": "-1"},
    {"stage": "\0", "cooperation_id": "x", "area_id": "0", "call_id": "{}"},
)


def test_no_list_breaks_on_an_odd_query(app: Flask, world: World, connection: Connection) -> None:
    before = row_counts(connection)
    wrong = []
    turns = in_turn(QUERIES, QUERIES_PER_LIST)
    for rule in worlds.rules(app):
        if "GET" not in (rule.methods or ()) or rule.arguments:
            continue
        visitor = world.supplier if "unternehmen" in rule.rule else world.buyer
        for query in next(turns):
            answer = visitor.open("GET", rule.rule, query_string=query)
            told = answer.get_data() if answer.mimetype == "text/html" else b""
            found = complaint(answer)
            if found or b"<script>alert(1)" in told:
                wrong.append((rule.rule, query, found))
    assert wrong == []
    assert row_counts(connection) == before


@pytest.mark.parametrize(
    "sent", ["", '"', "*", "W/", '"9' + "9" * 40 + '"', "ä", "0x1", '"1", "2"']
)
def test_an_odd_if_match_is_stale_and_never_breaks(world: World, sent: str) -> None:
    address = f"/api/v1/demands/{world.values['demand_id'][0]}"
    answer = world.buyer.open("PATCH", address, json={"title": "X"}, headers={"If-Match": sent})
    assert answer.status_code == 412
    assert "geändert" in answer.get_json()["detail"]


def _demand(world: World, **more: Any) -> dict[str, Any]:
    return {**world.names, "title": "Löschfahrzeug", "cpv_main": "34144210", **more}


def _created(world: World, **more: Any) -> Any:
    answer = world.buyer.open("POST", "/api/v1/demands", json=_demand(world, **more))
    assert answer.status_code == 201, answer.text
    return answer.get_json()


def test_long_real_descriptions_are_accepted_and_one_euro_is_warned_about(world: World) -> None:
    one_euro = {"amount_cents": 100, "currency": "EUR"}
    found = _created(world, description="Wort " * 3_200, estimated_value_net=one_euro)
    assert len(found["description"]) == 15_999
    assert found["warnings"][0]["field"] == "estimated_value_net"


def test_decomposed_umlauts_are_stored_composed(world: World) -> None:
    found = _created(world, title=unicodedata.normalize("NFD", "Bücher für Jülich"))
    assert found["title"] == unicodedata.normalize("NFC", "Bücher für Jülich")


def test_entities_stay_text_and_are_escaped_once(world: World) -> None:
    found = _created(world, title="Rat &amp;amp; Tat <b>")
    assert found["title"] == "Rat &amp;amp; Tat <b>"
    page = world.buyer.open("GET", f"/bedarfe/{found['id']}").get_data(as_text=True)
    assert "Rat &amp;amp;amp; Tat &lt;b&gt;" in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "x" * 600}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"title": 7}, "title"),
        ({"title": None}, "title"),
        ({"cpv_main": "00000000"}, "cpv_main"),
        ({"items": [{"text": "H", "quantity": "-1"}]}, "items.0.quantity"),
        ({"items": [{"text": "H", "quantity": "1e30"}]}, "items.0.quantity"),
        ({"items": [{"text": "H", "quantity": "NaN"}]}, "items.0.quantity"),
        ({"items": [{"text": "H", "quantity": "Infinity"}]}, "items.0.quantity"),
        (
            {"estimated_value_net": {"amount_cents": 2**63, "currency": "EUR"}},
            "estimated_value_net.amount_cents",
        ),
        ({"needed_from": "2027-02-31"}, "needed_from"),
        ({"needed_from": "0001-01-01"}, "needed_from"),
        ({"needed_until": "9999-12-31"}, "needed_until"),
        ({"area_id": "keine"}, "area_id"),
    ],
)
def test_bad_value_is_told_at_its_field(
    world: World, connection: Connection, change: dict[str, Any], field: str
) -> None:
    before = row_counts(connection)
    answer = world.buyer.open("POST", "/api/v1/demands", json=_demand(world, **change))
    assert answer.status_code == 422, answer.text
    assert field in {found.get("field") for found in answer.get_json()["violations"]}
    assert row_counts(connection) == before


def test_markup_in_every_text_is_shown_as_text_on_every_page(
    app: Flask, world: World, forms: list[Sendable]
) -> None:
    for _, visitor, form in forms:
        names = [n for n in form.open_fields if not form.fields[n]]
        visitor.open(
            "POST", form.action, data=worlds.filled(form.fields) | dict.fromkeys(names, SCRIPT)
        )
    # Each was looked at before (`_forms`), with what the world has of markup by itself.
    looked = list(worlds.pages(app, world))
    pages = [(address, visitor.open("GET", address)) for visitor, address in looked]
    shown = [page for page in pages if page[1].mimetype == "text/html"]
    assert [address for address, answer in shown if _is_markup(answer)] == []
    escaped = html.escape("<script>alert(1)")
    assert sum(escaped in answer.get_data(as_text=True) for _, answer in shown) > 20
    assert [address for address, answer in shown if answer.status_code >= 500] == []


def test_form_with_six_thousand_fields_is_refused_with_the_limit(world: World) -> None:
    data = {f"feld{number}": (io.BytesIO(b"x"), "x.txt") for number in range(6_000)}
    answer = world.buyer.open("POST", "/bedarfe/neu", data=data)
    assert answer.status_code == 413
    assert "5000 Felder" in answer.get_data(as_text=True)


@pytest.mark.parametrize("address", ["/bedarfe/einlesen", "/api/v1/demands/import"])
def test_upload_of_200_megabytes_is_refused_unread_with_the_limit(
    world: World, address: str
) -> None:
    class Body(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1) -> bytes:
            self.taken += max(size or 0, 0)
            return b"x" * max(size or 0, 0)

    body, length = Body(), 200 * 1024 * 1024
    answer = world.buyer.open(
        "POST",
        address,
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"wsgi.input": body, "CONTENT_LENGTH": str(length)},
    )
    assert answer.status_code == 413
    assert "120 Megabyte" in answer.get_data(as_text=True)
    assert body.taken < 1024 * 1024


@pytest.mark.parametrize("has_length", [True, False])
def test_json_that_memory_cannot_bear_is_refused_with_the_limit(
    world: World, has_length: bool
) -> None:
    body = b'{"title": "' + b"x" * 9 * 1024 * 1024 + b'"}'
    length = {"CONTENT_LENGTH": str(len(body))} if has_length else {"CONTENT_LENGTH": ""}
    answer = world.buyer.open(
        "POST",
        "/api/v1/demands",
        content_type="application/json",
        environ_overrides={"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True} | length,
    )
    assert answer.status_code == 413
    assert "8 Megabyte" in answer.get_json()["detail"]


def test_another_file_under_the_same_idempotency_key_is_refused(world: World) -> None:
    def send(content: bytes) -> TestResponse:
        return world.buyer.open(
            "POST",
            "/api/v1/demands/import",
            data={**world.names, "file": (io.BytesIO(content), "bedarfe.csv")},
            headers={"Idempotency-Key": "datei"},
        )

    first = send("Titel;CPV-Code\nLöschfahrzeug;34144210\n".encode())
    assert first.status_code in (200, 201), first.text
    assert send("Titel;CPV-Code\nLöschfahrzeug;34144210\n".encode()).get_json() == first.get_json()
    other = send(b"Titel;CPV-Code\nHubrettungsfahrzeug;34144211\n")
    assert (other.status_code, other.get_json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("host", ["..", "x" * 64 + ".example.org", "a..b"])
def test_host_that_cannot_be_is_a_bad_request_everywhere(session_app: Flask, host: str) -> None:
    client = session_app.test_client(use_cookies=False)
    for path in ("/", "/anmelden", "/gibt-es-nicht", "/healthz", "/api/v1/me"):
        answer = client.get(path, environ_overrides={"HTTP_HOST": host})
        assert answer.status_code == 400, path
        said = answer.get_json()["detail"] if answer.is_json else answer.text
        assert "beschädigt" in said
