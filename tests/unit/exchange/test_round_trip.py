"""What is written can be read, and is the same."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import exchange as make
from tests.factories import exchange_messages as more
from tests.factories.exchange_strategies import part_of
from vergabe.errors import InvalidInput
from vergabe.exchange import binding, parser, xsd
from vergabe.exchange.binding import Binary, Part
from vergabe.exchange.text import clean_text
from vergabe.exchange.xvergabe import codec
from vergabe.exchange.xvergabe.codec import BrokenDocument
from vergabe.exchange.xvergabe.datatypes import SCHEMA, Amount, Attachment
from vergabe.exchange.xvergabe.messages import MessageHeader
from vergabe.exchange.xvergabe.operations import REQUESTS, RESPONSES
from vergabe.exchange.xvergabe.service import PREFIXES

ALL: tuple[type[Part], ...] = (*codec.DOCUMENTS, *REQUESTS, *RESPONSES)


def there_and_back(part: Part) -> Part:
    """Write, check against the schema, serialise, read. The rules across fields are not asked."""
    element, includes = binding.write(part, nsmap=PREFIXES)
    assert xsd.schema(SCHEMA).findings(element) == []
    binding.include(includes)
    content = codec.serialised(element, is_pretty=not includes)
    return codec.read(parser.parse(content), type(part))


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.TAG)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)
@given(data=st.data())
def test_any_part_survives_the_way_to_xml_and_back(cls: type[Part], data: st.DataObject) -> None:
    part = data.draw(part_of(cls))
    assert there_and_back(part) == part


@settings(max_examples=15, deadline=None, suppress_health_check=tuple(HealthCheck))
@given(header=part_of(MessageHeader), attachments=st.lists(part_of(Attachment), max_size=2))
def test_a_message_survives_with_header_and_attachments(header: Any, attachments: Any) -> None:
    base = more.messages()["Question"]
    message = make.changed(base, header=header, attachments=tuple(attachments))
    assert there_and_back(message) == message


@pytest.mark.parametrize("name", more.messages())
def test_bytes_of_a_message_stay_the_same_when_read_and_built_again(name: str) -> None:
    content = codec.build(more.messages()[name])
    assert codec.build(codec.parse_message(content)) == content


@pytest.mark.parametrize("build", [make.notice, make.change_notice, make.cancellation_notice])
def test_notice_comes_back_as_what_it_was(build: Any) -> None:
    notice = build()
    again = codec.parse_notice(codec.build(notice))
    assert type(again) is type(notice)
    assert again == notice


@given(st.text(st.characters(exclude_categories=()), min_size=1, max_size=80))
def test_any_text_of_a_person_leaves_the_document_valid(text: str) -> None:
    notice = make.notice(additional_information=f"x{text}")
    assert codec.reasons_against(notice) == []
    again = codec.parse_notice(codec.build(notice))
    assert again.additional_information == clean_text(f"x{text}")


def test_markup_in_a_text_stays_text() -> None:
    markup = "<script>alert(1)</script> ]]> &amp;amp; \"'"
    content = codec.build(make.notice(additional_information=markup))
    assert b"<script>" not in content
    assert codec.parse_notice(content).additional_information == markup


def test_instants_are_utc_and_keep_their_microseconds() -> None:
    issued = dt.datetime.fromisoformat("2026-10-25T02:30:00.000001+02:00")
    content = codec.build(make.notice(issued_at=issued))
    assert b"<doc:issuedDateTime>2026-10-25T00:30:00.000001Z<" in content
    assert codec.parse_notice(content).issued_at == issued


def test_instant_without_zone_is_a_programming_error() -> None:
    naive = dt.datetime(2026, 12, 1, 12, 0)  # noqa: DTZ001  # that is the point
    with pytest.raises(ValueError, match="time zone"):
        codec.build(make.notice(issued_at=naive))


def test_foreign_offsets_and_capital_ids_are_understood() -> None:
    content = codec.build(make.notice())
    foreign = content.replace(b"2027-01-12T09:00:00Z", b"2027-01-12T14:30:00+05:30").replace(
        b"0199c0de-0000-7000-8000-000000000010", b"0199C0DE-0000-7000-8000-000000000010"
    )
    assert codec.parse_notice(foreign) == make.notice()


def test_amounts_are_written_with_two_decimals() -> None:
    cents = {0: b">0.00<", 5: b">0.05<", 123_456_789: b">1234567.89<", -150: b">-1.50<"}
    for value, written in cents.items():
        price = make.changed(more.offer_content().lot_prices[0], total_net=Amount(cents=value))
        content = codec.build(make.changed(more.offer_content(), lot_prices=(price,)))
        assert written in content


def test_large_and_small_quantities_keep_every_digit() -> None:
    for quantity in (Decimal("0.000001"), Decimal("1E+3"), Decimal("12345678901234.5")):
        position = make.changed(more.offer_content().lot_prices[0].positions[0], quantity=quantity)
        assert there_and_back(position_in_offer(position)) == position_in_offer(position)


def position_in_offer(position: Any) -> Any:
    price = make.changed(more.offer_content().lot_prices[0], positions=(position,))
    return make.changed(more.offer_content(), lot_prices=(price,))


def test_hour_24_and_year_zero_are_refused_not_crashed_on() -> None:
    content = codec.build(make.notice())
    for odd in (b"2027-01-12T24:00:00Z", b"0001-01-01T00:00:00+14:00"):
        with pytest.raises(InvalidInput) as caught:
            codec.parse_notice(content.replace(b"2027-01-12T09:00:00Z", odd))
        assert caught.value.code == "SCHEMA_INVALID"


def test_mime_part_is_named_and_found_again() -> None:
    part = more.attachment(0x51, "a.pdf", "application/pdf", b"x")
    outside = make.changed(part, content=Binary(content_id="teil 1/ä@vergabe.example"))
    message = make.changed(more.messages()["Answer"], attachments=(outside,))
    content = codec.build(message)
    assert b'href="cid:teil%201%2F%C3%A4@vergabe.example"' in content
    assert codec.parse_message(content) == message


@pytest.mark.parametrize(
    "inside",
    [
        b'<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="http://a.example/b"/>',
        b'<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include"/>',
        b'QQ==<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:a"/>',
    ],
)
def test_reference_that_is_no_mime_part_is_refused(inside: bytes) -> None:
    content = codec.build(more.messages()["Answer"])
    start = content.index(b"<dt:content>") + len(b"<dt:content>")
    end = content.index(b"</dt:content>")
    with pytest.raises(InvalidInput):
        codec.parse_message(content[:start] + inside + content[end:])


def test_invalid_document_of_our_own_never_leaves() -> None:
    with pytest.raises(BrokenDocument, match="title"):
        codec.build(make.notice(procedure=make.changed(make.procedure(), title="x" * 1025)))
    with pytest.raises(BrokenDocument, match="federführend"):
        codec.build(make.notice(authorities=make.authorities()[1:]))


def test_title_of_only_control_characters_is_told_as_missing() -> None:
    notice = make.notice(procedure=make.changed(make.procedure(), title="\x00\x01"))
    (violation,) = codec.reasons_against(notice)
    assert violation.code == "SCHEMA_INVALID"
    assert violation.field == "Notice/procedure/title"
    assert "zu kurz oder leer" in violation.message


def test_other_root_is_refused_with_what_is_possible() -> None:
    with pytest.raises(InvalidInput, match="„Notice“"):
        codec.parse_notice(codec.build(more.manifest()))


def test_threads_share_one_compiled_schema_and_keep_their_findings_apart() -> None:
    good, bad = codec.build(make.notice()), codec.build(make.notice()).replace(b">6000<", b">x<")
    gate = threading.Barrier(4)

    def work(number: int) -> bool:
        gate.wait()
        for _ in range(25):
            found = xsd.schema(SCHEMA).findings(parser.parse(bad if number % 2 else good))
            if len(found) != number % 2:
                return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(4)))
    assert xsd.schema(SCHEMA) is xsd.schema(SCHEMA)
