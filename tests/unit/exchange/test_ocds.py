"""Releases and records of a whole procedure obey the standard and our extension."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests import ocds as checker
from tests.factories import ocds as make
from vergabe.exchange.ocds import extension, packages
from vergabe.exchange.ocds.parts import BuyerShare
from vergabe.exchange.ocds.release import Release

EXTENSION = extension.address(checker.BASE_URL)
BEFORE: dict[str, Any] = {
    "status": "planned",
    "started_at": None,
    "submission_deadline": None,
    "enquiries_deadline": None,
}


def life() -> list[Release]:
    """A procedure from its planning to the first payment."""
    awarded = {"status": "complete", "awards": [make.award()]}
    paid = make.contract(implementation=make.implementation())
    return [
        make.release(1, "planning", planning=make.planning(), **BEFORE),
        make.release(2, "tender"),
        make.release(3, "tenderAmendment", amendments=[make.amendment(3)], title="Jacken, Hosen"),
        make.release(4, "tenderUpdate", items=[make.line(buyers=[BuyerShare(make.LEAD)])]),
        make.release(5, "award", **awarded),
        make.release(6, "contract", **awarded, contracts=[make.contract()]),
        make.release(7, "implementation", **awarded, contracts=[paid]),
    ]


def stored(releases: list[Release]) -> list[packages.Stored]:
    found = []
    for release in releases:
        uri = f"{checker.BASE_URL}/{release.release_key}.json"
        content = packages.release_package(
            release, uri=uri, publisher="Gemeinde Merzenich", joint_purchase=EXTENSION
        )
        found.append(packages.Stored(uri, content))
    return found


@pytest.mark.parametrize("release", life(), ids=lambda release: release.tags[0])
def test_every_release_of_a_life_passes_the_standards_own_checker(release: Release) -> None:
    (package,) = stored([release])
    assert checker.schema_errors(package.content) == []
    found = checker.findings(package.content)
    assert set(found) <= {"additional_open_codelist_values"}, found


def test_a_cancelled_procedure_passes() -> None:
    (package,) = stored([make.release(2, "tenderCancellation", status="cancelled")])
    assert checker.schema_errors(package.content) == []
    assert set(checker.findings(package.content)) <= {"additional_open_codelist_values"}


def test_only_schemes_and_our_two_roles_are_outside_the_standards_lists() -> None:
    (package,) = stored([make.release()])
    found = checker.findings(package.content).get("additional_open_codelist_values", {})
    values = {value for entry in found.values() for value in entry["values"]}
    assert values <= {"DE-AGS", "DE"}, found


@pytest.mark.parametrize(
    ("spoil", "where"),
    [
        (lambda r: r["tender"].update(status="half"), "additional_closed_codelist_values"),
        (lambda r: r.update(date="gestern"), "validation_errors"),
        (lambda r: r["tender"]["items"][0]["buyers"][0].update(valueShare=2), "validation_errors"),
        (lambda r: r["tender"]["items"][0]["buyers"][0].pop("id"), "validation_errors"),
        (lambda r: r["tender"].update(jointPurchases={}), "additional_fields"),
        (lambda r: r["tender"].update(title=" "), "additional_checks"),
        (lambda r: r.update(ocid="abc-1"), "conformance_errors"),
    ],
)
def test_the_checker_sees_what_is_spoiled(spoil: Any, where: str) -> None:
    (package,) = stored([make.release()])
    document = json.loads(package.content)
    spoil(document["releases"][0])
    assert where in checker.findings(json.dumps(document).encode())


def test_the_record_of_a_life_passes_and_knows_state_and_history() -> None:
    content = packages.record_package(
        stored(life()), uri=f"{checker.BASE_URL}/record.json", publisher="Gemeinde Merzenich"
    )
    assert checker.schema_errors(content) == []
    found = checker.findings(content)
    # The checker knows no extensions in a versioned release.
    odd = found.pop("additional_fields", [])
    assert all(field["path"].startswith("/records/versionedRelease") for field in odd), odd
    assert set(found) <= {"additional_open_codelist_values"}, found
    (record,) = json.loads(content)["records"]
    now, history = record["compiledRelease"], record["versionedRelease"]
    assert now["tag"] == ["compiled"]
    assert now["ocid"] == record["ocid"] == f"ocds-vergabe-{make.PROCEDURE}"
    assert now["tender"]["status"] == "complete"
    assert [v["value"] for v in history["tender"]["status"]] == ["planned", "active", "complete"]
    assert now["planning"]["budget"]["amount"]["amount"] == 50_000
    assert [a["id"] for a in now["tender"]["amendments"]] == ["change-3"]
    assert now["contracts"][0]["implementation"]["transactions"][0]["payer"]["name"]
    assert [link["tag"] for link in record["releases"]][-1] == ["implementation"]


def test_a_buyer_that_left_a_line_is_gone_from_the_compiled_record() -> None:
    both, alone = (
        make.release(1),
        make.release(2, items=[make.line(buyers=[BuyerShare("05358044")])]),
    )
    content = packages.record_package(stored([both, alone]), uri="http://x/r", publisher="P")
    (record,) = json.loads(content)["records"]
    buyers = record["compiledRelease"]["tender"]["items"][0]["buyers"]
    assert [buyer["name"] for buyer in buyers] == ["Gemeinde Merzenich"]


def test_a_joint_purchase_says_who_leads_who_takes_what_and_who_may_join() -> None:
    (package,) = stored([make.release()])
    (release,) = json.loads(package.content)["releases"]
    joint = release["tender"]["jointPurchase"]
    assert joint["leadBuyer"] == {"id": "DE-AGS-05358044", "name": "Gemeinde Merzenich"}
    assert [buyer["name"] for buyer in joint["buyers"]] == ["Gemeinde Merzenich", "Stadt Jülich"]
    assert joint["laterJoiners"] == [
        {
            "id": "DE-AGS-05362032",
            "name": "Kolpingstadt Kerpen",
            "latestJoiningDate": "2027-12-31",
            "joined": False,
        }
    ]
    (item,) = release["tender"]["items"]
    assert sum(buyer["quantity"] for buyer in item["buyers"]) == item["quantity"]
    assert sum(buyer["valueShare"] for buyer in item["buyers"]) == 1
    roles = {party["id"]: party["roles"] for party in release["parties"]}
    assert roles["DE-AGS-05358044"] == ["buyer", "procuringEntity", "leadBuyer"]
    assert roles["DE-AGS-05362032"] == ["laterJoiner"]


def test_who_buys_alone_makes_no_joint_purchase() -> None:
    alone = [replace(make.parties()[0])]
    item = make.line(buyers=[BuyerShare(make.LEAD, Decimal(80), 10_000)])
    (package,) = stored([make.release(parties=alone, items=[item])])
    assert "jointPurchase" not in json.loads(package.content)["releases"][0]["tender"]


def test_shares_of_a_contract_add_up_to_its_value() -> None:
    awarded = make.release(5, "contract", awards=[make.award()], contracts=[make.contract()])
    (package,) = stored([awarded])
    (contract,) = json.loads(package.content)["releases"][0]["contracts"]
    cents = [round(buyer["value"]["amount"] * 100) for buyer in contract["buyers"]]
    assert sum(cents) == round(contract["value"]["amount"] * 100) == 4_500_001


def test_a_share_of_somebody_who_is_no_party_is_refused() -> None:
    with pytest.raises(KeyError):
        stored([make.release(items=[make.line(buyers=[BuyerShare("00000000")])])])


def test_a_page_of_the_feed_passes_and_says_where_to_go_on() -> None:
    content = packages.page_of_feed(
        stored(life()), uri="http://x/f", next_uri="http://x/f?after=7", publisher="x", now=make.AT
    )
    package = json.loads(content)
    assert len(package["releases"]) == 7
    assert package["links"] == {"next": "http://x/f?after=7"}
    assert package["extensions"] == [extension.LOTS, extension.LEGAL_BASIS, EXTENSION]
    assert checker.schema_errors(content) == []
    found = checker.findings(content)
    assert set(found) <= {"additional_open_codelist_values", "additional_fields"}, found


def test_the_extension_names_the_address_of_its_documentation() -> None:
    metadata = json.loads(extension.file("extension.json", base_url=checker.BASE_URL)[0])
    address = metadata["documentationUrl"]["de"]
    name = address.removeprefix(EXTENSION.removesuffix("extension.json"))
    assert extension.file(name, base_url=checker.BASE_URL)[0]
    for listed in metadata["codelists"]:
        assert extension.file(f"codelists/{listed}", base_url=checker.BASE_URL)[0]
