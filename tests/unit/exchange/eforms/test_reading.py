"""The reader of our own notices: what is read builds the same document again, byte for byte."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.eforms import contract_notice
from tests.strategies.eforms import as_subtype, changed, tenders
from vergabe.errors import InvalidInput
from vergabe.exchange.eforms.fields import field_table
from vergabe.exchange.eforms.notice import SUBTYPES, Notice
from vergabe.exchange.eforms.reading import read
from vergabe.exchange.eforms.tailoring import DE, EU
from vergabe.exchange.eforms.writing import build

KEYS = {"organisation", "service_provider", "body", "information", "mediator", "tender_receiver"}
KEYS |= {"information_provider", "documents_provider", "evaluator", "key"}


def test_reference_notice_is_read_as_the_data_it_was_made_from(shared: Path) -> None:
    reference = shared / "testdata" / "eforms" / "16-auftragsbekanntmachung-offen.xml"

    assert read(reference.read_bytes()) == with_ids(contract_notice())


def with_ids(notice: Notice) -> Notice:
    """Return a notice whose parties have the ids that the writer gives them."""
    names = {each.key: f"ORG-{at:04d}" for at, each in enumerate(notice.organisations, 1)}
    points = [point.key for each in notice.organisations for point in each.touch_points]
    names |= {key: f"TPO-{at:04d}" for at, key in enumerate(points, 1)}
    found = renamed(notice, names)
    assert isinstance(found, Notice)
    return found


def renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, tuple):
        return tuple(renamed(item, names) for item in value)
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    new = {}
    for each in dataclasses.fields(value):
        said = getattr(value, each.name)
        is_key = each.name in KEYS and isinstance(said, str)
        new[each.name] = names.get(said, said) if is_key else renamed(said, names)
    return dataclasses.replace(value, **new)


@given(tenders(), st.sampled_from(("update-add", "cor-buy", "cancel")))
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_that_is_written_is_lost_in_reading(tender: Any, reason: str) -> None:
    """Unchanged ones in the EU's profile are read by `test_every_subtype`, before the judges."""
    for subtype in SUBTYPES:
        notice = as_subtype(tender, subtype)
        for told, profile in ((notice, DE), (changed(notice, tender, reason), EU)):
            written = build(told, profile)
            again = read(written)
            assert build(again, profile) == written
            assert again.reference == told.reference
            assert [lot.number for lot in again.lots] == [lot.number for lot in told.lots]
            assert again.issued_at == told.issued_at.replace(microsecond=0)


@given(tenders())
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
def test_reading_twice_gives_the_same_data(tender: Any) -> None:
    for subtype in ("7", "16", "29", "38", "E3"):
        first = read(build(as_subtype(tender, subtype)))
        assert read(build(first)) == first


def spoiled(pattern: str, text: str) -> bytes:
    content = build(contract_notice()).decode()
    found = re.sub(pattern, text, content, count=1)
    assert found != content
    return found.encode()


@pytest.mark.parametrize(
    ("pattern", "text", "code", "field"),
    [
        (">16</cbc:SubTypeCode>", ">99</cbc:SubTypeCode>", "eforms_subtype_unknown", "OPP-070"),
        (">16</cbc:SubTypeCode>", ">29</cbc:SubTypeCode>", "eforms_root_wrong", "OPP-070"),
        (
            r"<cbc:ID schemeName=\"notice-id\">[^<]+",
            '<cbc:ID schemeName="notice-id">x',
            "eforms_value_unreadable",
            "BT-701",
        ),
        (r"<cbc:IssueDate>[^<]+</cbc:IssueDate>", "", "eforms_value_unreadable", "BT-05(a)"),
        (r"<cbc:IssueDate>[^<]+", "<cbc:IssueDate>gestern", "eforms_value_unreadable", "BT-05(a)"),
        (
            r"<cbc:IssueDate>[^<]+(</cbc:IssueDate>\s*<cbc:IssueTime>)[^<]+",
            r"<cbc:IssueDate>0001-01-01\g<1>00:00:00+01:00",
            "eforms_value_unreadable",
            "BT-05(a)",
        ),
        (
            r"<cbc:NoticeLanguageCode[^/]+/cbc:NoticeLanguageCode>",
            "",
            "eforms_field_missing",
            "BT-702",
        ),
        (r">LOT-0002<", ">zwei<", "eforms_value_unreadable", "BT-137"),
        (r">260000.00<", ">viel<", "eforms_value_unreadable", "BT-271"),
        (r">260000.00<", ">1e400<", "eforms_value_unreadable", "BT-271"),
        (r"(<efbc:GroupLeadIndicator>)true", r"\1vielleicht", "eforms_value_unreadable", "OPP-050"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(
    pattern: str, text: str, code: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(spoiled(pattern, text))

    assert caught.value.code == code
    assert (caught.value.field or "").startswith(field)
    assert "Zeile" in caught.value.message


@pytest.mark.parametrize("content", [b"", b"<a/>", b"<!DOCTYPE x><x/>", b"\xff\xfe\x00", b"<a>"])
def test_what_is_no_notice_is_refused_in_german(content: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(content)

    assert caught.value.message.endswith(".")


def test_every_field_that_the_product_knows_is_read_by_its_own_way() -> None:
    """XPath 1 cannot read lists; every path of the table must still be one that lxml accepts."""
    from vergabe.exchange.eforms.reading import nodes as reading_nodes

    table = field_table()
    for field in table.fields.values():
        path = reading_nodes._path("ND-Root", field.node)
        assert path is not None
        reading_nodes._compiled(f"{path}/{field.path}" if path else field.path)
