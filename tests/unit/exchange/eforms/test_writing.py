"""The writer: against a notice that the official rules accept, and the small promises it makes."""

import datetime as dt
import importlib.util
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from lxml import etree

from tests.factories.eforms import at, contract_notice
from tests.factories.eforms_examples import notices
from vergabe.errors import InvalidInput
from vergabe.exchange.eforms.datatypes import Amount, Text
from vergabe.exchange.eforms.fields import field_table
from vergabe.exchange.eforms.notice import SUBTYPES, Notice
from vergabe.exchange.eforms.reading import read
from vergabe.exchange.eforms.writing import build, tree
from vergabe.exchange.eforms.writing.branches import decimal, number
from vergabe.exchange.parser import parse
from vergabe.law.errors import ImpossibleInput

ROOT = Path(__file__).resolve().parents[4]
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
EFAC = "{http://data.europa.eu/p27/eforms-ubl-extension-aggregate-components/1}"
EFBC = "{http://data.europa.eu/p27/eforms-ubl-extension-basic-components/1}"


def outline(element: "etree._Element", depth: int = 0) -> list[str]:
    """Every element with its attributes and text, in order; white space between them is nothing."""
    attributes = " ".join(f"{key}={value}" for key, value in sorted(element.attrib.items()))
    lines = [f"{'  ' * depth}{element.tag} {attributes} {(element.text or '').strip()}"]
    for child in element:
        lines += outline(child, depth + 1)
    return lines


def texts(notice: Notice, name: str) -> list[str]:
    return [str(each.text) for each in tree(notice).iter(name)]


def titled(title: str) -> Notice:
    notice = contract_notice()
    return replace(notice, procedure=replace(notice.procedure, title=Text.german(title)))


def title_of(notice: Notice) -> str | None:
    return tree(notice).findtext(f"{CAC}ProcurementProject/{CBC}Name")


def test_reference_notice_is_written_element_by_element(shared: Path) -> None:
    reference = shared / "testdata" / "eforms" / "16-auftragsbekanntmachung-offen.xml"

    assert outline(parse(build(contract_notice()))) == outline(parse(reference.read_bytes()))


@pytest.mark.parametrize("subtype", sorted(SUBTYPES))
def test_no_element_is_empty_in_any_subtype(subtype: str) -> None:
    root = tree(replace(contract_notice(), subtype=subtype, planned_on=dt.date(2027, 5, 1)))

    assert all((each.text or "").strip() or len(each) for each in root.iter())
    assert etree.QName(root).localname == SUBTYPES[subtype].root


def test_forbidden_fields_are_left_out_by_table() -> None:
    notice = contract_notice()

    assert texts(replace(notice, subtype="29"), CBC + "SubmissionMethodCode") == []
    assert len(texts(notice, CBC + "SubmissionMethodCode")) == 3
    assert texts(replace(notice, subtype="E1"), CBC + "ContractFolderID") == []


def test_days_and_times_have_the_zone_of_berlin_on_that_day() -> None:
    summer = replace(
        contract_notice(),
        issued_at=dt.datetime(2027, 7, 1, 22, 30, 15, 999, tzinfo=dt.UTC),
        requested_publication_on=dt.date(2027, 12, 1),
    )

    assert texts(summer, CBC + "IssueDate") == ["2027-07-02+02:00"]
    assert texts(summer, CBC + "IssueTime") == ["00:30:15+02:00"]
    assert texts(summer, CBC + "RequestedPublicationDate") == ["2027-12-01+01:00"]


@pytest.mark.parametrize(
    ("instant", "day", "time"),
    [
        ("2026-10-24T23:30+00:00", "2026-10-25+01:00", "01:30:00+02:00"),
        ("2026-10-25T00:30+00:00", "2026-10-25+01:00", "02:30:00+02:00"),
        ("2026-10-25T01:30+00:00", "2026-10-25+01:00", "02:30:00+01:00"),
        ("2027-03-28T00:59+00:00", "2027-03-28+02:00", "01:59:00+01:00"),
        ("2027-03-28T01:00+00:00", "2027-03-28+02:00", "03:00:00+02:00"),
    ],
)
def test_night_of_a_clock_change_keeps_the_day_and_the_instant(
    instant: str, day: str, time: str
) -> None:
    at_night = replace(
        contract_notice(),
        issued_at=dt.datetime.fromisoformat(instant),
        requested_publication_on=dt.date.fromisoformat(day[:10]),
    )

    assert texts(at_night, CBC + "IssueDate") == [day]
    assert texts(at_night, CBC + "IssueTime") == [time]
    assert texts(at_night, CBC + "RequestedPublicationDate") == [day]


def test_ids_follow_the_order_of_the_organisations() -> None:
    root = tree(contract_notice())
    ids = [
        str(each.text) for each in root.iter(CBC + "ID") if each.get("schemeName") == "organization"
    ]

    assert ids[:4] == ["ORG-0001", "ORG-0002", "ORG-0003", "ORG-0004"]


def test_key_that_is_an_id_is_kept() -> None:
    notice = contract_notice()
    chamber = replace(notice.organisations[3], key="ORG-0002")
    lots = tuple(
        replace(
            lot,
            terms=replace(
                lot.terms,
                review=replace(lot.terms.review, body="ORG-0002") if lot.terms.review else None,
            ),
        )
        for lot in notice.lots
    )
    written = tree(replace(notice, organisations=(*notice.organisations[:3], chamber), lots=lots))
    companies = written.findall(f".//{EFAC}Company")

    ids = [each.findtext(f"{CAC}PartyIdentification/{CBC}ID") for each in companies]
    assert ids == ["ORG-0001", "ORG-0003", "ORG-0004", "ORG-0002"]


def test_who_has_no_role_is_left_out() -> None:
    notice = contract_notice()
    idle = replace(notice.organisations[3], key="idle", name="Ohne Rolle")
    names = texts(replace(notice, organisations=(*notice.organisations, idle)), CBC + "Name")
    award = texts(replace(notice, subtype="38"), CBC + "Name")

    assert "Ohne Rolle" not in names
    assert "Kreis Rurland - Submissionsstelle" in names
    assert "Vergabekammer Musterland" in award


def test_role_that_names_nobody_is_refused() -> None:
    notice = contract_notice()
    lot = replace(notice.lots[0], terms=replace(notice.lots[0].terms, tender_receiver="nobody"))

    with pytest.raises(InvalidInput) as refused:
        build(replace(notice, lots=(lot,)))
    assert refused.value.code == "eforms_unknown_party"


def test_single_buyer_does_not_say_who_leads() -> None:
    notice = contract_notice()
    single = replace(notice, buyers=notice.buyers[:1])

    assert texts(single, EFBC + "GroupLeadIndicator") == []
    assert texts(notice, EFBC + "GroupLeadIndicator") == ["true", "false", "false"]


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("Salz & Sand <lose> ]]>", "Salz & Sand <lose> ]]>"),
        ("&amp;amp;", "&amp;amp;"),
        ("Null\x00byte\x1f\ufffe", "Nullbyte"),
        ("zwei\r\nZeilen", "zwei\nZeilen"),
        ("Bu\u0308rger 🚒", "Bürger 🚒"),
        ("Titel\u200b", "Titel\u200b"),
    ],
)
def test_odd_texts_stay_texts(title: str, written: str) -> None:
    assert title_of(titled(title)) == written


@pytest.mark.parametrize("title", ["", "   ", "\u00a0", "\x00\x01"])
def test_text_that_says_nothing_is_no_element(title: str) -> None:
    assert title_of(titled(title)) is None


def test_every_text_stands_once_in_each_language_of_the_notice() -> None:
    title = Text((("DEU", "Auftausalz"), ("ENG", "De-icing salt"), ("FRA", "Sel")))
    notice = titled("")
    notice = replace(
        notice, languages=("DEU", "ENG"), procedure=replace(notice.procedure, title=title)
    )
    names = tree(notice).findall(f"{CAC}ProcurementProject/{CBC}Name")

    assert [(each.get("languageID"), each.text) for each in names] == [
        ("DEU", "Auftausalz"),
        ("ENG", "De-icing salt"),
    ]
    assert texts(notice, CBC + "NoticeLanguageCode") == ["DEU"]
    shells = tree(notice).find(f".//{EFAC}Company").findall(f"{CAC}PartyName")
    assert [len(shell) for shell in shells] == [1, 1]


def test_amounts_and_numbers_are_plain_decimals() -> None:
    assert decimal(1) == "0.01"
    assert decimal(123456789_05) == "123456789.05"
    assert (number(8000), number(3334), number(50), number(0)) == ("80", "33.34", "0.5", "0")
    notice = contract_notice()
    value = replace(notice.procedure, estimated_value=Amount(10**15, "CHF"))
    element = next(
        tree(replace(notice, procedure=value)).iter(f"{CBC}EstimatedOverallContractAmount")
    )
    assert (element.text, element.get("currencyID")) == ("10000000000000.00", "CHF")


def test_nothing_in_an_attribute_breaks_the_document() -> None:
    notice = contract_notice()
    value = replace(notice.procedure, estimated_value=Amount(100, 'E"\x00<U&R'))
    element = next(
        tree(replace(notice, procedure=value)).iter(f"{CBC}EstimatedOverallContractAmount")
    )

    assert element.get("currencyID") == 'E"<U&R'


def test_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ImpossibleInput):
        build(replace(contract_notice(), issued_at=dt.datetime(2027, 1, 1, 10)))  # noqa: DTZ001  # naive on purpose


def test_large_notice_is_written_and_read_as_a_tree() -> None:
    notice = contract_notice()
    lots = tuple(replace(notice.lots[n % 3], number=n, reference=f"{n}") for n in range(1, 101))
    deadline = at("2027-01-08T10:00")
    many = replace(notice, lots=lots)

    assert len(tree(many).findall(f"{CAC}ProcurementProjectLot")) == 100
    assert many.lots[0].terms.submission_deadline == deadline


def test_withheld_value_is_named_with_its_reason_and_day() -> None:
    award = notices()["29-vergabebekanntmachung"]
    (block,) = tree(award).iter(f"{EFAC}FieldsPrivacy")

    assert block.findtext(f"{EFBC}FieldIdentifierCode") == "win-ten-val"
    assert block.findtext(f"{CBC}ReasonCode") == "fair-comp"
    assert block.findtext(f"{EFBC}PublicationDate") == "2029-04-01+02:00"
    assert award.result is not None
    read_again = read(build(award)).result
    assert read_again is not None
    assert read_again.tenders[0].withheld == award.result.tenders[0].withheld


def test_value_that_is_not_there_is_not_withheld() -> None:
    award = notices()["29-vergabebekanntmachung"]
    assert award.result is not None
    first, *others = award.result.tenders
    result = replace(award.result, tenders=(replace(first, value=None), *others))

    assert list(tree(replace(award, result=result)).iter(f"{EFAC}FieldsPrivacy")) == []


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "eforms_order", ROOT / "tools" / "eforms_order.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_table_of_fields_is_what_the_tool_makes_of_the_sdk(shared: Path) -> None:
    sdk = shared / "eforms-sdk" / "eforms-sdk-1.14.2-core.zip"

    assert tool().main([str(sdk), "--check"]) == 0
    assert field_table().sdk.startswith("eforms-sdk-1.14")


def test_writing_needs_no_sdk(tmp_path: Path) -> None:
    program = (
        "from tests.factories.eforms import contract_notice\n"
        "from vergabe.exchange.eforms.writing import build\n"
        "print(len(build(contract_notice())))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PATH": "", "VERGABE_EFORMS_SDK": str(tmp_path)},
    )
    assert int(found.stdout) > 40_000
