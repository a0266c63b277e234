"""Our own checks: a good notice passes, and each rule has a notice that it refuses."""

import datetime as dt
from dataclasses import replace

import pytest

from tests.factories import eforms as make
from tests.factories import eforms_award as award
from tests.factories.eforms_broken import (
    SPOILED,
    Spoil,
    T,
    documents,
    lead,
    lot,
    notice,
    of_subtype,
)
from vergabe.exchange.eforms import checks
from vergabe.exchange.eforms.checks import presence as checks_presence
from vergabe.exchange.eforms.datatypes import Duration, Period
from vergabe.exchange.eforms.findings import official_rules

RULES = {rule.key: rule for rule in checks.RULES}


@pytest.mark.parametrize(
    "good",
    [make.contract_notice, award.award_notice, award.change_notice, award.modification_notice],
)
def test_a_good_notice_has_no_findings(good: Spoil) -> None:
    assert [(f.rule, f.message) for f in checks.findings(good())] == []


def test_every_rule_has_a_notice_that_breaks_it() -> None:
    assert sorted(SPOILED) == sorted(RULES)


@pytest.mark.parametrize("key", sorted(SPOILED))
def test_a_broken_rule_is_found_and_told_with_law_and_remedy(key: str) -> None:
    spoiled = SPOILED[key]()
    found = [f for f in checks.findings(spoiled) if f.rule == key]
    assert found, key
    for finding in found:
        assert finding.message.endswith((".", "“")), finding.message
        assert finding.remedy
        assert finding.law
        assert finding.field in official_rules.fields()
        assert finding.page in official_rules.form_pages()


def test_keys_are_told_once() -> None:
    assert len(RULES) == len(checks.RULES)


def test_a_lot_is_named_by_number_and_title() -> None:
    (finding,) = checks.findings(lot(period=None))
    assert finding.subject == "Los 1 „Auftausalz lose, Kreis Rurland und Gemeinde Neffelbach“"
    assert finding.subject_id == "LOT-0001"
    assert finding.message.startswith(finding.subject + ": ")


def test_an_organisation_has_the_id_of_the_written_notice() -> None:
    (finding,) = checks.findings(lead("contact", phone="02421/22-0"))
    assert (finding.subject_id, finding.address) == ("ORG-0001", "organisation#phone")


def test_two_leads_are_named() -> None:
    (finding,) = checks.findings(SPOILED["two_leads"]())
    assert "„Kreis Rurland - Zentrale Vergabestelle“ und „Stadt Eifeltal“" in finding.message
    assert finding.address == "tender#buyers"


def test_german_law_is_not_asked_of_buyers_elsewhere() -> None:
    spoiled = SPOILED["einvoicing_excluded"]()
    first, *others = spoiled.organisations
    abroad = replace(first, address=replace(first.address, country="AUT", nuts="AT130"))
    assert checks.findings(replace(spoiled, organisations=(abroad, *others))) == []


def test_of_parts_the_fields_of_parts_are_told() -> None:
    found = checks.findings(of_subtype("4", lot(title=T(""))))
    assert "BT-21-Part" in {finding.field for finding in found}
    assert {f.subject for f in found if f.field == "BT-21-Part"} == {"Teil 1"}


@pytest.mark.parametrize("months", [48, 49])
def test_a_framework_agreement_may_run_exactly_four_years(months: int) -> None:
    found = {f.rule for f in checks.findings(lot(period=Period(duration=Duration(months))))}
    assert ("framework_too_long" in found) == (months > 48)


@pytest.mark.parametrize(("days", "is_wrong"), [(-1, True), (0, False), (59, False), (60, True)])
def test_publication_may_be_wished_for_up_to_59_days(days: int, is_wrong: bool) -> None:
    wished = dt.date(2026, 11, 23) + dt.timedelta(days=days)
    found = {f.rule for f in checks.findings(notice(requested_publication_on=wished))}
    assert ("publication_day_out_of_range" in found) == is_wrong


@pytest.mark.parametrize(
    ("phone", "is_right"),
    [
        ("+49 2421 22-0", True),
        ("02421 22", True),
        ("(02421) 22", True),
        ("02421/22-0", False),
        ("02421.22", False),
        ("+49 (0) 2421", True),
        ("auf Anfrage", False),
    ],
)
def test_phone_numbers_are_written_as_official_rules_want(phone: str, is_right: bool) -> None:
    found = {f.rule for f in checks.findings(lead("contact", phone=phone))}
    assert ("phone_wrong" not in found) == is_right


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/unterlagen",
        "https://10.1.2.3/unterlagen",
        "https://[::1]/unterlagen",
        "https://vergabe.local/unterlagen",
        "https://rathaus/unterlagen",
    ],
)
def test_documents_within_a_house_are_not_reachable(url: str) -> None:
    assert "documents_not_reachable" in {f.rule for f in checks.findings(documents(url))}


@pytest.mark.parametrize(
    "url",
    [
        "https://stadt.example/login?next=/u",
        "https://a:b@stadt.example/u",
        "https://s.example/konto",
    ],
)
def test_documents_behind_a_login_are_found(url: str) -> None:
    assert "documents_need_login" in {f.rule for f in checks.findings(documents(url))}


def test_official_presence_rules_hold_where_the_table_says() -> None:
    for rule in checks_presence.RULES:
        assert rule.subtypes is None or rule.subtypes, rule.key
