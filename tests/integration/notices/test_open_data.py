"""Open data of a true procedure: stored releases, its record, the feed and our extension."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import ocds as checker
from tests.conftest import MovableClock
from tests.factories import tenders
from tests.integration.notices import outside
from vergabe import clock
from vergabe.exchange.ocds import extension
from vergabe.files import current
from vergabe.notices import service
from vergabe.tenders.amending import Amendment
from vergabe.tenders.model import Tender


def surroundings() -> dict[str, Any]:
    return {"now": clock.now(), "store": current.store(), "base_url": checker.BASE_URL}


@pytest.fixture
def cancelled(session: Session, moving_clock: MovableClock) -> Tender:
    """A tender that was published, changed and cancelled, a day apart each."""
    tender = tenders.published(session, current.store())
    officer = tenders.officer(session, tender)
    moving_clock.pass_(days=1)
    change = Amendment(summary="Die Leistung ist genauer beschrieben.", title="Drei LF 20")
    service.publish_amendment(session, officer, tender.id, change, **surroundings())
    moving_clock.pass_(days=1)
    reason = "Die Mittel für zwei der drei Fahrzeuge wurden gesperrt."
    service.publish_cancellation(session, officer, tender.id, reason, **surroundings())
    session.commit()
    return tender


def get(client: FlaskClient, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.content_type.startswith("application/json")
    return answer.data


def test_record_tells_the_whole_life_and_passes_the_standards_checker(
    client: FlaskClient, cancelled: Tender
) -> None:
    content = get(client, f"/bekanntmachungen/{cancelled.reference}/ocds.json")
    assert content == get(client, f"/api/v1/ocds/records/{cancelled.reference}")
    assert checker.schema_errors(content) == []
    found = checker.findings(content)
    odd = found.pop("additional_fields", [])
    assert all(field["path"].startswith("/records/versionedRelease") for field in odd), odd
    assert set(found) <= {"additional_open_codelist_values"}, found
    (record,) = json.loads(content)["records"]
    assert [release["tag"] for release in record["releases"]] == [
        ["tender"],
        ["tenderAmendment"],
        ["tenderCancellation"],
    ]
    now = record["compiledRelease"]["tender"]
    assert (now["status"], now["title"]) == ("cancelled", "Drei LF 20")
    (amendment,) = now["amendments"]
    assert amendment["description"] == "Die Leistung ist genauer beschrieben."
    assert amendment["amendsReleaseID"] == record["releases"][0]["url"].partition("#")[2]
    assert now["tenderPeriod"]["startDate"] == record["releases"][0]["date"]
    titles = record["versionedRelease"]["tender"]["title"]
    assert [version["value"] for version in titles] == ["Löschgruppenfahrzeuge LF 20", "Drei LF 20"]


def test_every_package_of_a_record_is_there_and_passes(
    client: FlaskClient, cancelled: Tender
) -> None:
    package = json.loads(get(client, f"/bekanntmachungen/{cancelled.reference}/ocds.json"))
    assert len(package["packages"]) == 3
    for address in package["packages"]:
        content = get(client, address.removeprefix(checker.BASE_URL))
        assert json.loads(content)["uri"] == address
        assert checker.schema_errors(content) == []
        assert set(checker.findings(content)) <= {"additional_open_codelist_values"}


def test_every_document_of_a_release_is_there(client: FlaskClient, cancelled: Tender) -> None:
    package = json.loads(get(client, f"/bekanntmachungen/{cancelled.reference}/ocds.json"))
    documents = package["records"][0]["compiledRelease"]["tender"]["documents"]
    assert {d["documentType"] for d in documents} == {"tenderNotice", "biddingDocuments"}
    for found in documents:
        answer = client.get(found["url"].removeprefix(checker.BASE_URL))
        assert (answer.status_code, answer.mimetype) == (200, found["format"])


def test_shares_of_every_line_add_up(client: FlaskClient, cancelled: Tender) -> None:
    package = json.loads(get(client, f"/bekanntmachungen/{cancelled.reference}/ocds.json"))
    now = package["records"][0]["compiledRelease"]
    assert len(now["tender"]["jointPurchase"]["buyers"]) == 3
    parties = {party["id"] for party in now["parties"]}
    for item in now["tender"]["items"]:
        assert sum(buyer["quantity"] for buyer in item["buyers"]) == item["quantity"]
        assert round(sum(buyer["valueShare"] for buyer in item["buyers"]), 9) == 1
        assert {buyer["id"] for buyer in item["buyers"]} <= parties


def test_feed_goes_on_where_it_stopped_and_repeats_nothing(
    client: FlaskClient, cancelled: Tender
) -> None:
    address, seen = "/bekanntmachungen/ocds.json?limit=2", []
    for _ in range(4):
        package = json.loads(get(client, address))
        seen.append([release["tag"][0] for release in package["releases"]])
        address = package["links"]["next"].removeprefix(checker.BASE_URL)
    assert seen == [["tender", "tenderAmendment"], ["tenderCancellation"], [], []]
    page = json.loads(get(client, "/api/v1/ocds/releases?after=1"))
    assert [r["tag"][0] for r in page["releases"]] == ["tenderAmendment", "tenderCancellation"]


@pytest.mark.parametrize("value", ["-1", "x", "1.5", "9" * 400, "²", "1e3", "0" * 19 + "9" * 30])
@pytest.mark.parametrize("name", ["after", "limit"])
def test_feed_refuses_a_place_that_is_none(client: FlaskClient, name: str, value: str) -> None:
    answer = client.get("/bekanntmachungen/ocds.json", query_string={name: value})
    assert answer.status_code == 422, answer.text
    assert "ganze Zahl" in answer.text


def test_nothing_of_a_draft_is_in_record_or_feed(client: FlaskClient, session: Session) -> None:
    tender = tenders.ready(session, current.store())
    session.commit()
    assert client.get(f"/bekanntmachungen/{tender.reference}/ocds.json").status_code == 404
    assert json.loads(get(client, "/bekanntmachungen/ocds.json"))["releases"] == []


def test_the_extension_is_served_under_the_address_that_packages_name(
    client: FlaskClient, cancelled: Tender
) -> None:
    package = json.loads(get(client, f"/bekanntmachungen/{cancelled.reference}/ocds.json"))
    address = extension.address(checker.BASE_URL)
    assert address in package["extensions"]
    root = address.removeprefix(checker.BASE_URL).removesuffix("extension.json")
    metadata = json.loads(get(client, f"{root}extension.json"))
    for name in metadata["schemas"]:
        assert json.loads(get(client, root + name))["definitions"]["JointPurchase"]
    answer = client.get(f"{root}README.md")
    assert answer.status_code == 200
    assert "Gemeinsame Beschaffung" in answer.text
    again = client.get(f"{root}README.md", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.usefixtures("moving_clock")
def test_nothing_is_open_data_while_the_eu_has_not_published(
    client: FlaskClient, session: Session, app: Flask, tmp_path: Path
) -> None:
    tender = tenders.ready(session, current.store())
    try:
        notice = outside.publish(session, tender, outside.use_folder(app, tmp_path))
        assert notice.stage != "published"
        for address in (
            f"/bekanntmachungen/{tender.reference}/ocds.json",
            f"/api/v1/ocds/records/{tender.reference}",
            f"/bekanntmachungen/{tender.reference}/{notice.id}.ocds.json",
            f"/bekanntmachungen/{tender.reference}/{notice.id}/ansicht",
        ):
            assert client.get(address).status_code == 404, address
        assert json.loads(get(client, "/bekanntmachungen/ocds.json"))["releases"] == []
        assert json.loads(get(client, "/api/v1/ocds/releases"))["releases"] == []
    finally:
        outside.use_nothing(app)


@pytest.mark.parametrize("name", ["../../README.md", "codelists", "x.json", "%2e%2e/1.1.5"])
def test_nothing_but_the_extension_is_served_there(client: FlaskClient, name: str) -> None:
    assert client.get(f"/schemas/ocds/joint_purchase/1.0/{name}").status_code in (404, 308)


def test_the_public_page_links_to_record_and_feed(
    client: FlaskClient, cancelled: Tender, app: Flask
) -> None:
    text = client.get(f"/bekanntmachungen/{cancelled.reference}").text
    assert f'href="/bekanntmachungen/{cancelled.reference}/ocds.json"' in text
    assert 'href="/bekanntmachungen/ocds.json"' in text
