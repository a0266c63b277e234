"""The German page of a notice."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.factories import exchange as make
from tests.factories import exchange_messages as more
from vergabe.exchange import parser
from vergabe.exchange.xvergabe import codec
from vergabe.exchange.xvergabe.codes import german_names
from vergabe.exchange.xvergabe.notice import Notice
from vergabe.exchange.xvergabe.view import notice_html
from vergabe.resources import folder

LISTS = {
    "ProcedureType": "doc:procedureType",
    "LegalBasis": "doc:legalBasis",
    "ContractNature": "doc:contractNature",
    "LotKind": "doc:lot/doc:kind",
    "CriterionKind": "doc:awardCriterion/doc:kind",
    "SignatureLevel": "doc:signatureLevel",
    "ChangeReason": "doc:changeReason",
    "CancellationReason": "doc:cancellationReason",
}


def page(notice: Notice) -> str:
    return notice_html(codec.build(notice)).decode()


def test_page_shows_what_a_bidder_looks_for() -> None:
    text = re.sub(r"<[^>]+>", " ", page(make.notice()))
    for told in (
        "Gemeinsame Unterhaltsreinigung Merzenich, Jülich und Kerpen",
        "Gemeinsame Vergabe von 3 Auftraggebern",
        "Gemeinde Merzenich (federführend)",
        "12.01.2027, 10:00 Uhr",
        "1.099.950,50\u00a0€ netto",
        "Offenes Verfahren",
        "Teillos",
        "60 %",
        "Vergabekammer Rheinland",
        "01.04.2027",
        make.notice().documents[0].sha256,
        "https://vergabe.dlz.example/xvergabe/1",
    ):
        assert told in text
    assert "OPEN" not in text
    assert "TEXT_FORM" not in text


def test_change_and_cancellation_say_what_is_new() -> None:
    change = page(make.change_notice())
    assert "Was sich geändert hat" in change
    assert "19.01.2027, 10:00 Uhr" in change
    cancelled = page(make.cancellation_notice())
    assert "Aufgehoben am 25.01.2027, 13:30 Uhr: LOT-0002" in cancelled
    assert "§ 63 Abs. 1 Nr. 1 VgV" in cancelled


def test_text_of_a_notice_never_becomes_markup() -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    html = page(
        make.notice(
            additional_information=evil,
            lot_overview=make.changed(make.lots(), combination_rule=evil),
        )
    )
    assert "<script>" not in html
    assert "<img" not in html
    assert html.count("&lt;script&gt;") == 2


def test_address_that_is_not_of_the_web_is_no_link() -> None:
    content = codec.build(make.notice()).replace(
        b"https://www.gemeinde-merzenich.de/", b"javascript:alert(1)"
    )
    html = notice_html(content).decode()
    assert 'href="javascript:' not in html


def test_other_documents_have_no_view_but_a_sentence() -> None:
    html = notice_html(codec.build(more.manifest())).decode()
    assert "keine Bekanntmachung" in html


@pytest.mark.parametrize("name", LISTS)
def test_stylesheet_and_schema_use_the_same_names(name: str) -> None:
    sheet = parser.parse((folder("xml") / "xvergabe" / "1" / "notice.xsl").read_bytes())
    xsl = "{http://www.w3.org/1999/XSL/Transform}template"
    said = {
        match.group(1): str(node.text)
        for node in sheet.iter(xsl)
        if node.get("mode") == "label"
        and (
            match := re.fullmatch(
                re.escape(LISTS[name]) + r"\[\. = '(.+)'\]", str(node.get("match"))
            )
        )
    }
    assert said == {code: text for (kind, code), text in german_names().items() if kind == name}


@given(st.datetimes(dt.datetime(1996, 1, 1), dt.datetime(2099, 12, 31), timezones=st.just(dt.UTC)))  # noqa: DTZ001
def test_times_are_shown_as_german_clocks_show_them(instant: dt.datetime) -> None:
    assert_shown(instant)


@pytest.mark.parametrize("year", range(2026, 2040))
def test_clock_changes_and_ends_of_months_are_shown_right(year: int) -> None:
    start = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
    days = (start + dt.timedelta(days=day) for day in range(366))
    sundays = [day for day in days if day.weekday() == 6 and day.month in (3, 10) and day.day > 24]
    for sunday in sundays:
        for minutes in (0, 59, 60, 61, 1380, 1439):
            assert_shown(sunday + dt.timedelta(minutes=minutes))
    for month in range(2, 13):
        assert_shown(dt.datetime(year, month, 1, tzinfo=dt.UTC) - dt.timedelta(seconds=1))
    assert_shown(dt.datetime(year, 12, 31, 23, 0, 0, tzinfo=dt.UTC))


def assert_shown(instant: dt.datetime) -> None:
    xml = _template().replace(b"INSTANT", instant.isoformat().replace("+00:00", "Z").encode())
    local = instant.astimezone(ZoneInfo("Europe/Berlin"))
    seconds = local.strftime(":%S") if local.second else ""
    shown = local.strftime("%d.%m.%Y, %H:%M") + seconds + " Uhr"
    assert f"ausgestellt am {shown}" in notice_html(xml).decode()


def _template() -> bytes:
    root = etree.Element("{urn:vergabe:xvergabe-profile:documents:1}Notice")
    etree.SubElement(
        root, "{urn:vergabe:xvergabe-profile:documents:1}issuedDateTime"
    ).text = "INSTANT"
    return etree.tostring(root)
