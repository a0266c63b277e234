"""Profiles are data: the EU's and the German one, each row with its evidence."""

from dataclasses import replace

import pytest

from tests import sdk
from tests.factories.eforms import contract_notice
from tests.factories.eforms_examples import notices
from vergabe.exchange.eforms.datatypes import Text
from vergabe.exchange.eforms.notice import SUBTYPES, Notice
from vergabe.exchange.eforms.official import schema
from vergabe.exchange.eforms.parties import Organisation
from vergabe.exchange.eforms.procedure import LegalDocument
from vergabe.exchange.eforms.tailoring import DE, EU, Row, Tailoring
from vergabe.exchange.eforms.writing import tree

CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
SME = "#Besonders auch geeignet für:"


def texts(notice: Notice, tailoring: Tailoring, name: str) -> list[str]:
    return [str(each.text) for each in tree(notice, tailoring).iter(CBC + name)]


def rows(tailoring: Tailoring) -> list[Row]:
    return [
        *tailoring.codes,
        *tailoring.mandatory,
        *tailoring.forbidden,
        *tailoring.statements,
    ]


@pytest.mark.parametrize("tailoring", [EU, DE], ids=["eu", "de"])
def test_every_row_names_its_evidence(tailoring: Tailoring) -> None:
    assert tailoring.subtypes == SUBTYPES.keys()
    assert {row.evidence for row in rows(tailoring)} <= {"R", "D", "2"}
    assert all(row.about for row in rows(tailoring))


def test_second_hand_rows_say_what_has_to_be_confirmed() -> None:
    assert all(row.open_question for row in rows(DE) if row.evidence == "2")


def test_profile_ids_stand_in_the_notice() -> None:
    notice = contract_notice()

    assert texts(notice, EU, "CustomizationID") == ["eforms-sdk-1.14"]
    assert texts(notice, EU, "ProfileID") == []
    assert texts(notice, DE, "CustomizationID") == ["eforms-de-2.1"]
    assert texts(notice, DE, "ProfileID") == ["eforms-sdk-1.14"]
    order = [each.tag for each in tree(notice, DE)]
    assert order.index(CBC + "ProfileID") == order.index(CBC + "CustomizationID") + 1


def test_german_profile_names_the_national_law_and_the_kind_of_authority() -> None:
    notice = contract_notice()

    assert texts(notice, EU, "RegulatoryDomain") == ["32014L0024"]
    assert texts(notice, DE, "RegulatoryDomain") == ["vgv"]
    assert set(texts(notice, EU, "PartyTypeCode")) == {"la"}
    assert set(texts(notice, DE, "PartyTypeCode")) == {"kommun-beh"}


def test_law_that_the_german_list_does_not_know_is_other() -> None:
    notice = contract_notice()
    local = LegalDocument(code="LocalLegalBasis", text=Text.german("§ 25 KomHVO NRW"))
    procedure = replace(notice.procedure, legal_documents=(local,))

    assert texts(replace(notice, procedure=procedure), DE, "RegulatoryDomain") == ["other"]


def test_german_profile_leaves_out_what_it_forbids() -> None:
    notice = contract_notice()
    peppol = "https://peppol.example/0204"
    organisations: tuple[Organisation, ...] = (
        replace(notice.organisations[0], endpoint_url=peppol),
        *notice.organisations[1:],
    )
    notice = replace(notice, organisations=organisations)

    assert peppol in texts(notice, EU, "EndpointID")
    assert peppol not in texts(notice, DE, "EndpointID")
    assert texts(notice, DE, "EndpointID") == texts(contract_notice(), DE, "EndpointID")


@pytest.mark.parametrize(
    ("further", "expected"),
    [
        (None, f"{SME}other-sme#"),
        ("Ansprechpartner: Bauhof", f"{SME}other-sme# Ansprechpartner: Bauhof"),
        (f"{SME}startup,freelance# mehr", f"{SME}startup,freelance# mehr"),
    ],
)
def test_lots_for_small_enterprises_say_so_in_front(further: str | None, expected: str) -> None:
    notice = contract_notice()
    lot = replace(notice.lots[0], further=Text.german(further) if further else None)
    notice = replace(notice, lots=(lot,))

    assert texts(notice, DE, "Note")[-1] == expected
    assert texts(notice, EU, "Note")[-1] == (further or texts(notice, EU, "Note")[-1])


def test_lot_not_for_small_enterprises_has_no_note() -> None:
    notice = contract_notice()
    lot = replace(notice.lots[0], further=None, is_sme_suitable=False)

    assert not any(SME in note for note in texts(replace(notice, lots=(lot,)), DE, "Note"))


def test_mandatory_fields_depend_on_the_subtype() -> None:
    assert "BT-738-notice" in DE.mandatory_fields("4")
    assert "BT-15-Lot" in DE.mandatory_fields("16")
    assert "BT-15-Lot" not in DE.mandatory_fields("29")
    assert EU.mandatory_fields("16") == frozenset()
    assert "BR-OPT-00002-0052" in DE.rules_not_applied


@pytest.mark.parametrize("name", sorted(notices()))
def test_german_notice_obeys_the_same_schema(name: str) -> None:
    assert schema.findings(tree(notices()[name], DE), sdk.sdk()) == []
