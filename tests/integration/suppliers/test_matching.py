"""Matching in SQL against a slow, independent loop that reads profiles one by one."""

import uuid
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests.factories import suppliers
from vergabe import clock
from vergabe.suppliers.matching import matching_suppliers
from vergabe.suppliers.model import SupplierProfile

DIGITS = st.sampled_from("0139")
CPV = st.builds(
    lambda head, tail: (head + "".join(tail)).ljust(8, "0"),
    st.sampled_from(["34", "30", "90"]),
    st.lists(DIGITS, max_size=6),
)
NUTS = st.sampled_from(["DE", "DEA", "DEA2", "DEA26", "DEA27", "DEB", "DEB1", "DEB16", "NL", "DE2"])
WORDS = st.sampled_from(["feuerwehr", "amt", "it", "wehr", "schule", "neue schule", "fahrzeug"])
TEXT = st.lists(
    st.sampled_from(["Feuerwehrfahrzeug", "Amt,", "Gesamtschule", "IT-", "neue", "Schule", "Kran"]),
    max_size=6,
).map(" ".join)


@dataclass(frozen=True)
class Profile:
    cpv: frozenset[str]
    nuts: frozenset[str]
    words: frozenset[str]


PROFILES = st.builds(
    Profile,
    st.frozensets(CPV.map(lambda code: code.rstrip("0").ljust(2, "0")), max_size=3),
    st.frozensets(NUTS, max_size=2),
    st.frozensets(WORDS, max_size=2),
)


def expected(profile: Profile, cpv_codes: list[str], nuts_codes: list[str], text: str) -> bool:
    """The rule once more, in other words: compare as strings, character by character."""

    def overlap(mine: str, theirs: str) -> bool:
        return all(a == b for a, b in zip(mine, theirs, strict=False))

    lower = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    joined = " ".join(lower)

    def says(word: str) -> bool:
        parts = word.split()
        as_words = any(
            lower[at : at + len(parts)] == parts for at in range(len(lower) - len(parts) + 1)
        )
        return as_words or (len(word) > 4 and joined.find(word) >= 0)

    codes_fit = any(
        overlap(mine, theirs.rstrip("0") if int(theirs[1:]) else theirs[:2])
        for mine in profile.cpv
        for theirs in cpv_codes
    )
    place_fits = (
        not profile.nuts
        or not nuts_codes
        or any(overlap(mine, theirs) for mine in profile.nuts for theirs in nuts_codes)
    )
    return (codes_fit or any(says(word) for word in profile.words)) and place_fits


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    profiles=st.lists(PROFILES, max_size=12),
    cpv_codes=st.lists(CPV, max_size=3),
    nuts_codes=st.lists(NUTS, max_size=2),
    text=TEXT,
)
def test_sql_agrees_with_a_plain_loop(
    session: Session,
    profiles: list[Profile],
    cpv_codes: list[str],
    nuts_codes: list[str],
    text: str,
) -> None:
    with session.begin_nested() as savepoint:
        ids: dict[uuid.UUID, Profile] = {}
        for number, profile in enumerate(profiles):
            firm = suppliers.supplier(
                session,
                f"Firma {number}",
                cpv=sorted(profile.cpv),
                nuts=sorted(profile.nuts),
                keywords=sorted(profile.words),
            )
            ids[firm.id] = profile
        found = matching_suppliers(session, cpv_codes=cpv_codes, nuts_codes=nuts_codes, text=text)
        savepoint.rollback()
    wanted = {
        each for each, profile in ids.items() if expected(profile, cpv_codes, nuts_codes, text)
    }
    assert found == sorted(wanted)


def test_firm_that_fits_by_codes_and_keyword_is_named_once(session: Session) -> None:
    firm = suppliers.supplier(session, cpv=["34144", "341", "90"], keywords=["Löschfahrzeug", "x"])
    suppliers.supplier(session, "Andere", cpv=["90"], keywords=["Löschblatt"])
    found = matching_suppliers(
        session, cpv_codes=["34144210"], nuts_codes=["DEA26"], text="Zwei Löschfahrzeuge"
    )
    assert found == [firm.id]
    assert matching_suppliers(session, cpv_codes=["34144210"], nuts_codes=[], text="") == [firm.id]


def test_notice_with_a_coarse_code_reaches_the_specialist(session: Session) -> None:
    firm = suppliers.supplier(session, cpv=["34144210"], nuts=["DEA26"])
    for cpv, nuts in (("34000000", "DE"), ("34144210", "DEA26"), ("34140000", "DEA")):
        found = matching_suppliers(session, cpv_codes=[cpv], nuts_codes=[nuts], text="")
        assert found == [firm.id]
    assert matching_suppliers(session, cpv_codes=["35000000"], nuts_codes=["DE"], text="") == []
    assert matching_suppliers(session, cpv_codes=["34000000"], nuts_codes=["DEB"], text="") == []


def test_paused_profile_gets_nothing(session: Session) -> None:
    firm = suppliers.supplier(session)
    profile = session.get(SupplierProfile, firm.id)
    assert profile is not None
    profile.paused_at = clock.now()
    session.flush()
    assert matching_suppliers(session, cpv_codes=["34144210"], nuts_codes=[], text="") == []


@pytest.mark.parametrize("text", ["", "\x00", "%_'\"", "ß" * 16_000])
def test_odd_texts_are_only_texts(session: Session, text: str) -> None:
    suppliers.supplier(session, keywords=["feuerwehr"])
    assert matching_suppliers(session, cpv_codes=[], nuts_codes=[], text=text) == []


def test_fixed_number_of_statements(session: Session, count_queries: object) -> None:
    for number in range(20):
        suppliers.supplier(session, f"Firma {number}", keywords=[f"wort{number}"])
    count_queries()
    found = matching_suppliers(
        session, cpv_codes=["34144210", "90000000"], nuts_codes=["DEA26"], text="wort7"
    )
    assert len(found) == 20
    assert count_queries() == 2
