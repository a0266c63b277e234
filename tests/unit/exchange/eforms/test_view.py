"""Any eForms notice as people read it: nothing lost, everything escaped, German words."""

import datetime as dt
import functools
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from lxml import etree, html

from tests import sdk
from vergabe.errors import InvalidInput
from vergabe.exchange import parser
from vergabe.exchange.eforms import view
from vergabe.exchange.eforms.view import blocks as view_blocks
from vergabe.exchange.eforms.view import words as view_words

SHARED: Final = sdk.SHARED
FOREIGN: Final = SHARED / "data" / "notices" / "eforms_xml.tar.gz"
NAMESPACES: Final = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "efac": "http://data.europa.eu/p27/eforms-ubl-extension-aggregate-components/1",
    "efbc": "http://data.europa.eu/p27/eforms-ubl-extension-basic-components/1",
}
AT: Final = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.one_database


@functools.cache
def foreign() -> dict[str, bytes]:
    """Every fifth of the 300 real notices."""
    with tarfile.open(FOREIGN) as archive:
        members = sorted((m for m in archive.getmembers() if m.isfile()), key=lambda m: m.name)
        return {Path(m.name).name: archive.extractfile(m).read() for m in members[::5]}


def own() -> bytes:
    return sdk.OWN_NOTICE.read_bytes()


def changed(xpath: str, text: str) -> bytes:
    """Our reference notice with another text at one place."""
    root = parser.parse(own())
    (found,) = root.xpath(xpath, namespaces=NAMESPACES)[:1]
    found.text = text
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def lost(xml: bytes) -> Iterator[str]:
    """Yield the texts of a notice that its view does not show."""
    tree = html.fromstring(view.html(xml))
    shown = " ".join(tree.text_content().split())
    values = {str(v) for v in tree.xpath("//@value | //@datetime")}
    root = parser.parse(xml)
    for element in root.iter():
        text = (element.text or "").strip()
        if not text or " ".join(text.split()) in shown or text in values:
            continue
        # A day and its time stand in one value.
        name = etree.QName(element).localname
        is_day = name.endswith("Date") and any(v.startswith(text[:10] + "T") for v in values)
        is_time = name.endswith("Time") and any(v.endswith("T" + text) for v in values)
        if not (is_day or is_time):
            yield f"{name}: {text[:100]}"


@pytest.mark.parametrize("name", sorted(sdk.examples()))
def test_official_example_shows_every_text(name: str) -> None:
    xml = sdk.examples()[name]
    assert list(lost(xml)) == []


def test_foreign_notices_of_all_versions_show_every_text() -> None:
    assert len(foreign()) == 60
    for name, xml in foreign().items():
        assert list(lost(xml)) == [], name


def test_every_element_of_the_examples_has_a_german_name() -> None:
    known = {"E-Mail", "URL"}
    for name, xml in sdk.examples().items():
        for term in html.fromstring(view.html(xml)).iter("dt"):
            label = term.text_content()
            is_raw = " " not in label and any(c.isupper() for c in label[1:]) and "-" not in label
            assert label in known or not is_raw, f"{name}: {label}"


def test_markup_in_a_text_stays_text() -> None:
    evil = '<script>alert(1)</script><b onclick="x">&amp;</b>'
    for place in ("//cbc:Name", "//cbc:Description", "//cbc:ElectronicMail", "//cbc:URI"):
        xml = changed(place, evil)
        tree = html.fromstring(view.html(xml))
        assert tree.xpath("//script | //b | //@onclick") == []
        assert evil in tree.text_content()


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "https://a.example/ onclick=x", "//evil.example"],
)
def test_only_web_addresses_become_links(address: str) -> None:
    tree = html.fromstring(view.html(changed("//cbc:BuyerProfileURI", address)))
    links = [str(link) for link in tree.xpath("//a/@href")]
    assert all(link.startswith(("#", "http://", "https://", "mailto:")) for link in links)
    assert address not in links
    assert address in tree.text_content()


def test_nobody_else_says_what_a_value_means() -> None:
    root = parser.parse(own())
    title = root.find(".//{*}ProcurementProject/{*}Name")
    assert title is not None
    for name in ("says", "said", "refers", "label", "names"):
        title.set(f"{{{view.VIEW}}}{name}", "gelogen")
    shown = html.fromstring(view.html(etree.tostring(root))).text_content()
    assert "gelogen" not in shown
    assert str(title.text) in shown


def test_the_stylesheet_reads_no_file_and_no_address() -> None:
    sheet = (view.folder("xml") / "eforms" / "notice.xsl").read_text(encoding="utf-8")
    for door in ("document(", "xsl:import", "xsl:include", "xsl:message", "exsl:", "unparsed-text"):
        assert door not in sheet


@pytest.mark.parametrize("xml", [b"", b"<a/>", b"<ContractNotice", b"<!DOCTYPE x><x/>", b"\xff"])
def test_what_is_no_notice_is_refused_in_german(xml: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        view.html(xml)
    assert refused.value.message.endswith(".")


def sections(xml: bytes) -> list[str]:
    return [heading.text_content() for heading in html.fromstring(view.html(xml)).iter("h2")]


def test_joint_notice_marks_the_lead_and_says_deadlines_in_words() -> None:
    tree = html.fromstring(view.html(own()))
    headings = [h.text_content() for h in tree.iter("h3")]
    assert headings[:3] == [
        "Kreis Rurland - Zentrale Vergabestelle – Federführung",
        "Stadt Eifeltal",
        "Gemeinde Neffelbach",
    ]
    text = tree.text_content()
    assert "Gemeinsame Vergabe von 3 Auftraggebern." in text
    first = " ".join(tree.find("section/dl").text_content().split())
    assert "Angebote bisFreitag, 8. Januar 2027, 10:00 Uhr" in first
    assert "34927100-2 Auftausalz" in first
    assert sections(own()) == [
        "Auf einen Blick",
        "Auftraggeber",
        "Verfahren",
        "Lose",
        "Organisationen",
        "Über diese Bekanntmachung",
    ]


def test_changes_stand_on_top() -> None:
    assert sections(sdk.examples()["change-cn_24_open_dates"])[0] == "Was sich geändert hat"


def test_results_have_a_section_of_their_own() -> None:
    assert "Ergebnis" in sections(sdk.examples()["can_24_minimal"])


def test_unknown_codes_are_shown_as_they_are() -> None:
    xml = changed("//cac:TenderingProcess/cbc:ProcedureCode", "neu-erfunden")
    assert "Verfahrensartneu-erfunden" in html.fromstring(view.html(xml)).text_content()


def test_references_lead_to_what_they_name() -> None:
    tree = html.fromstring(view.html(own()))
    anchors = {str(anchor) for anchor in tree.xpath("//@id")}
    targets = {str(link)[1:] for link in tree.xpath("//a/@href[starts-with(., '#')]")}
    assert targets
    assert targets <= anchors


def test_headings_go_down_one_level_at_a_time() -> None:
    for xml in [own(), *sdk.examples().values()]:
        level = 1
        for heading in html.fromstring(view.html(xml)).xpath("//h1|//h2|//h3|//h4|//h5"):
            found = int(str(heading.tag)[1])
            assert found <= level + 1
            level = found


@pytest.mark.parametrize("name", ["INVALID_can_24_stage-1", "INVALID_cn_24_empty"])
def test_who_has_no_name_yet_has_a_heading_all_the_same(name: str) -> None:
    xml = sdk.examples()[name]
    headings = view.fragment(xml).iter("h2", "h3", "h4")
    assert all("".join(map(str, heading.itertext())).strip() for heading in headings)
    assert view_blocks.as_pdf(xml, at=AT).startswith(b"%PDF")


def test_lists_of_facts_are_well_formed() -> None:
    for xml in [own(), *sdk.examples().values()]:
        tree = html.fromstring(view.html(xml))
        assert tree.xpath("//dl/*[not(self::div)]") == []
        assert tree.xpath("//dl/div[not(dt) or not(dd)]") == []


@pytest.mark.parametrize(
    ("date", "time", "words"),
    [
        ("2027-01-08+01:00", "10:00:00+01:00", "Freitag, 8. Januar 2027, 10:00 Uhr"),
        ("2027-07-01+02:00", "10:00:00+02:00", "Donnerstag, 1. Juli 2027, 10:00 Uhr"),
        ("2027-03-28+01:00", "01:59:59+01:00", "Sonntag, 28. März 2027, 01:59:59 Uhr"),
        (
            "2027-07-01Z",
            "23:30:00Z",
            "Freitag, 2. Juli 2027, 01:30 Uhr deutscher Zeit "
            "(in der Bekanntmachung: 01.07.2027, 23:30 Uhr, UTC+0)",
        ),
        ("2027-01-08", "10:00:00", "Freitag, 8. Januar 2027, 10:00 Uhr"),
    ],
)
def test_an_instant_is_said_in_german_time(date: str, time: str, words: str) -> None:
    said = view_words.instant(date, time)
    assert said is not None
    assert said[0] == words


@pytest.mark.parametrize("wrong", ["2027-13-01", "", "morgen", "2027-02-30+01:00", "9999-99-99"])
def test_a_day_that_is_none_is_not_put_into_words(wrong: str) -> None:
    assert view_words.day(wrong) is None
    assert view_words.instant(wrong, "10:00:00") is None


def test_amounts_durations_and_truth_are_german() -> None:
    assert view_words.amount("1250000.5", "EUR") == "1.250.000,50 Euro"
    assert view_words.measure("48", "MONTH") == "48 Monate"
    assert view_words.measure("1", "YEAR") == "1 Jahr"
    assert view_words.yes_no("true") == "Ja"
    for wrong in ("1E+999999", "NaN", "Infinity", "x", "9" * 99):
        assert view_words.amount(wrong, "EUR") is None


def test_paper_and_terminal_say_the_same_as_the_page() -> None:
    said = " ".join(html.fromstring(view.html(own())).text_content().split())
    for block in view_blocks.blocks(own()):
        assert " ".join(block.text.split()) in said
    text = view_blocks.as_text(own())
    assert "Angebote bis: Freitag, 8. Januar 2027, 10:00 Uhr" in text


@pytest.mark.parametrize("name", ["cn_24_maximal", "can_24_maximal", "change-cn_24_open_dates"])
def test_large_notices_become_pdf(name: str) -> None:
    xml = sdk.examples()[name]
    paper = view_blocks.as_pdf(xml, at=AT)
    assert paper.startswith(b"%PDF")
    assert view_blocks.as_pdf(xml, at=AT) == paper
