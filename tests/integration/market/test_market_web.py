"""Pages, API and commands of other authorities' notices, with good and bad input."""

import json
import uuid
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.market import foreign, lines, notice_xml, record, stored
from vergabe.cli import main
from vergabe.commands import market as command
from vergabe.exchange.eforms.foreign import read_foreign
from vergabe.exchange.foreign_notice import Award, Party
from vergabe.files import current
from vergabe.market.model import StoredNotice

SEARCH = "/bekanntmachungen"
OTHERS = "/bekanntmachungen/andere"
API = "/api/v1/market/procedures"


def store(session: Session) -> list[StoredNotice]:
    notice = read_foreign(notice_xml()).notice
    assert notice is not None
    rows = stored(
        session,
        current.store(),
        foreign(
            url="https://www.oeffentlichevergabe.example/1", documents=("https://x.example/1234",)
        ),
        foreign(source="cosinex:nrw", source_id="1126661"),
        notice,
        foreign(
            source_id="77",
            title="Schulmöbel <script>alert(1)</script>",
            buyers=(Party(name="Kreis & Co", is_lead=True), Party(name="Stadt Zell")),
            form_type="result",
            deadline=None,
            awards=(Award(lot="LOT-0001", outcome="selec-w", winners=(Party(name="Möbel GmbH"),)),),
        ),
    )
    session.commit()
    return rows


def test_search_names_every_place_of_a_procedure_once(
    client: FlaskClient, session: Session
) -> None:
    store(session)
    page = client.get(SEARCH, query_string={"q": "netzersatzanlage"}).text

    assert page.count("Netzersatzanlage am Hochbehälter") == 1
    assert "Vergabemarktplatz NRW" in page
    assert "Datenservice Öffentlicher Einkauf" in page


def test_pages_show_texts_of_others_as_texts(client: FlaskClient, session: Session) -> None:
    row = store(session)[-1]
    for address in (SEARCH, f"{OTHERS}/{row.id}", f"{OTHERS}/{row.id}/ansicht"):
        page = client.get(address).text
        assert "<script>alert" not in page
        assert "Schulmöbel &lt;script&gt;" in page
    assert "Möbel GmbH" in client.get(f"{OTHERS}/{row.id}").text


def test_detail_page_links_source_documents_and_the_other_portals(
    client: FlaskClient, session: Session
) -> None:
    first, second, *_ = store(session)
    page = client.get(f"{OTHERS}/{first.id}").text

    assert 'href="https://www.oeffentlichevergabe.example/1"' in page
    assert 'href="https://x.example/1234"' in page
    assert f"{OTHERS}/{second.id}" in page
    assert "Dasselbe Verfahren" in page


def test_xml_is_handed_out_as_it_was_read(client: FlaskClient, session: Session) -> None:
    rows = store(session)
    answer = client.get(f"{OTHERS}/{rows[2].id}.xml")

    assert answer.data == notice_xml()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    again = client.get(
        f"{OTHERS}/{rows[2].id}.xml", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(f"{OTHERS}/{rows[0].id}.xml").status_code == 404
    whole = client.get(f"{OTHERS}/{rows[2].id}/ansicht")
    assert "Stadt Eifeltal" in whole.text


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\x00"},
        {"q": "a" * 5000},
        {"q": "' OR 1=1 --"},
        {"q": "%_%"},
        {"cpv": "xyz"},
        {"cpv": "31127000-2"},
        {"q": "31127000"},
        {"region": "'%"},
        {"region": "dea\u0308"},
        {"stand": "irgendwas"},
        {"stand": "open", "unbekannt": "1"},
    ],
)
def test_bad_searches_are_answered(
    client: FlaskClient, session: Session, query: dict[str, str]
) -> None:
    store(session)

    assert client.get(SEARCH, query_string=query).status_code == 200


def test_a_code_typed_into_the_one_field_is_searched_as_one(
    client: FlaskClient, session: Session
) -> None:
    store(session)

    assert "Netzersatzanlage" in client.get(SEARCH, query_string={"q": "31127000-2"}).text
    assert "Netzersatzanlage" not in client.get(SEARCH, query_string={"q": "39160000"}).text


@pytest.mark.parametrize("cursor", ["x", "MjAyNg", "!", "fDE", "MjAyNi0wMS0wMXx4"])
def test_a_forged_cursor_is_refused_in_german(
    client: FlaskClient, session: Session, cursor: str
) -> None:
    answer = client.get(API, query_string={"cursor": cursor})

    assert answer.status_code == 422
    assert "Blätteradresse" in answer.get_json()["detail"]
    assert client.get(SEARCH, query_string={"cursor": cursor}).status_code == 422


def test_what_is_not_there_is_a_404(client: FlaskClient, session: Session) -> None:
    for tail in ("", "/ansicht", ".xml"):
        assert client.get(f"{OTHERS}/{uuid.uuid4()}{tail}").status_code == 404
    assert client.get(f"/api/v1/market/notices/{uuid.uuid4()}").status_code == 404
    assert client.get(f"{OTHERS}/keine-kennung").status_code == 404


def test_api_gives_procedures_and_notices(client: FlaskClient, session: Session) -> None:
    rows = store(session)
    (item,) = client.get(API, query_string={"q": "hochbehälter"}).get_json()["items"]

    assert item["notice_count"] == 2
    assert {place["source"] for place in item["published_at"]} == {"doe", "cosinex:nrw"}
    assert item["deadline"] == "2026-09-18T10:00:00Z"
    notice = client.get(f"/api/v1/market/notices/{rows[0].id}").get_json()
    assert notice["facts"]["title"] == rows[0].title
    assert [other["id"] for other in notice["others"]] == [str(rows[1].id)]
    xml = client.get(f"/api/v1/market/notices/{rows[2].id}/xml")
    assert xml.data == notice_xml()
    assert client.get(f"/api/v1/market/notices/{rows[0].id}/xml").status_code == 404
    assert client.get(API, query_string={"state": "x"}).status_code == 422


def test_command_reads_reports_and_goes_on(
    own_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "the_app", lambda: own_app)
    xml = tmp_path / "1.xml"
    xml.write_bytes(notice_xml())
    portal = lines(tmp_path / "2.jsonl", record(), b"{broken", record(portal="doe", portal_id="5"))
    arguments = ["market", "read", str(xml), str(tmp_path / "none"), str(portal), "--json"]

    first = CliRunner().invoke(main, arguments)
    again = CliRunner().invoke(main, arguments)

    assert first.exit_code == again.exit_code == 1
    reports = json.loads(first.stdout)
    assert [report["new"] for report in reports] == [1, 0, 2]
    assert [report["refused"] for report in reports] == [0, 1, 1]
    assert [report["unchanged"] for report in json.loads(again.stdout)] == [1, 0, 2]
    with own_app.app_context():
        from vergabe.db import reading

        with reading() as session:
            rows = session.scalars(select(StoredNotice)).all()
            assert len(rows) == 3
            assert len({row.group_id for row in rows}) == 2
    told = CliRunner().invoke(main, ["market", "read", str(xml)])
    assert told.exit_code == 0
    assert "1 unverändert" in told.stdout


def test_command_measures_how_well_duplicates_are_recognised(shared: Path) -> None:
    golden = Path(__file__).resolve().parents[2] / "golden" / "crossportal_groups.json"
    file = shared / "data" / "notices" / "notices_crossportal_2026-08.jsonl.gz"
    told = CliRunner().invoke(
        main, ["market", "quality", str(file), "--truth", str(golden), "--json"]
    )
    figures = json.loads(told.stdout)

    assert figures["notices"] == 115
    assert figures["precision"] >= 0.96
    assert figures["recall"] >= 0.93


def test_a_truth_that_is_none_is_refused(tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text('{"a": 1}')
    told = CliRunner().invoke(
        main,
        ["market", "quality", str(lines(tmp_path / "a.jsonl", record())), "--truth", str(truth)],
    )

    assert told.exit_code == 1
    assert "JSON-Liste" in told.stderr
