import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vergabe.cooperations import chain_reasons, chains
from vergabe.cooperations.chain_reasons import Naming
from vergabe.cooperations.chains import ResolutionFacts, State
from vergabe.cooperations.rules import LegalForm, ResolutionKind, Subject

TODAY = dt.date(2019, 12, 1)
POOL = uuid.uuid4()
BODIES = ("Kreisausschuss", "Kreistag")
NOV5, NOV19, DEC1 = dt.date(2019, 11, 5), dt.date(2019, 11, 19), dt.date(2019, 12, 1)


def said(body: str, day: dt.date, adopted: bool = True, **more: Any) -> ResolutionFacts:
    return ResolutionFacts(Subject.JOINING, adopted, body, day, **more)


FIRST = said("Kreisausschuss", NOV5, kind=ResolutionKind.RECOMMENDATION)
LAST = said("Kreistag", NOV19)
DELEGATED = said("Landrat", NOV5, kind=ResolutionKind.DELEGATED, basis="§ 8 Zuständigkeitsordnung")

CASES: list[tuple[str, Sequence[str], list[ResolutionFacts], State, tuple[str, ...]]] = [
    ("nothing", BODIES, [], State.MISSING, BODIES),
    ("nothing, any body", (), [], State.MISSING, ()),
    ("any body", (), [LAST], State.DECIDED, ()),
    ("only a recommendation", (), [FIRST], State.RESERVED, ()),
    ("first of two", BODIES, [FIRST], State.RESERVED, ("Kreistag",)),
    ("both in order", BODIES, [FIRST, LAST], State.DECIDED, ()),
    ("both on one day", BODIES, [replace(FIRST, decided_on=NOV19), LAST], State.DECIDED, ()),
    ("last without first", BODIES, [LAST], State.RESERVED, ("Kreisausschuss",)),
    (
        "last before first",
        BODIES,
        [LAST, replace(FIRST, decided_on=DEC1)],
        State.OUT_OF_ORDER,
        ("Kreisausschuss",),
    ),
    (
        "decided again after the first",
        BODIES,
        [LAST, replace(FIRST, decided_on=dt.date(2019, 11, 20)), said("Kreistag", DEC1)],
        State.DECIDED,
        (),
    ),
    (
        "a later round has begun",
        BODIES,
        [FIRST, LAST, said("Kreisausschuss", DEC1)],
        State.DECIDED,
        (),
    ),
    ("last says no", BODIES, [FIRST, replace(LAST, is_adopted=False)], State.REJECTED, ()),
    (
        "advised against, adopted",
        BODIES,
        [replace(FIRST, is_adopted=False), LAST],
        State.DECIDED,
        (),
    ),
    (
        "a deciding body said no",
        BODIES,
        [said("Kreisausschuss", NOV5, adopted=False), LAST],
        State.REJECTED,
        (),
    ),
    (
        "last body only recommends",
        BODIES,
        [FIRST, replace(LAST, kind=ResolutionKind.RECOMMENDATION)],
        State.RESERVED,
        ("Kreistag",),
    ),
    (
        "last revoked",
        BODIES,
        [FIRST, replace(LAST, revoked_on=NOV19)],
        State.RESERVED,
        ("Kreistag",),
    ),
    (
        "revoked tomorrow",
        BODIES,
        [FIRST, replace(LAST, revoked_on=dt.date(2019, 12, 2))],
        State.DECIDED,
        (),
    ),
    (
        "both revoked",
        BODIES,
        [replace(FIRST, revoked_on=DEC1), replace(LAST, revoked_on=DEC1)],
        State.REVOKED,
        BODIES,
    ),
    ("delegated", BODIES, [DELEGATED], State.DECIDED, ()),
    (
        "council after the mayor",
        (),
        [DELEGATED, replace(LAST, is_adopted=False)],
        State.REJECTED,
        (),
    ),
    ("decided tomorrow", (), [said("Rat", dt.date(2019, 12, 2))], State.MISSING, ()),
    ("another body", ("Rat",), [LAST], State.MISSING, ("Rat",)),
    ("spelled otherwise", ("KREISTAG ",), [LAST], State.DECIDED, ()),
]


@pytest.mark.parametrize(
    ("bodies", "resolutions", "state", "outstanding"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_chain_counts_when_every_body_has_decided_in_order(
    bodies: Sequence[str],
    resolutions: list[ResolutionFacts],
    state: State,
    outstanding: tuple[str, ...],
) -> None:
    found = chains.chain_of(bodies, resolutions, TODAY)
    assert (found.state, found.outstanding) == (state, outstanding)
    reasons = list(chain_reasons.against_chain("Heinsberg", Subject.JOINING, found))
    assert bool(reasons) is (state is not State.DECIDED)
    assert (found.decided_on is not None) is (state is State.DECIDED)


def test_sentences_name_what_is_outstanding() -> None:
    def sentence(*resolutions: ResolutionFacts) -> str:
        chain = chains.chain_of(BODIES, resolutions, TODAY)
        ((_, text),) = chain_reasons.against_chain("Kreis", Subject.JOINING, chain)
        return text

    assert "Kreisausschuss, dann Kreistag" in sentence()
    assert "unter Vorbehalt" in sentence(FIRST)
    assert "es fehlt: Kreistag" in sentence(FIRST)
    late = sentence(LAST, replace(FIRST, decided_on=DEC1))
    assert "Kreistag muss danach noch einmal beschließen" in late


@given(st.lists(st.integers(1, 28), min_size=3, max_size=3))
def test_three_bodies_count_exactly_when_their_days_ascend(days: list[int]) -> None:
    bodies = ("Ortsrat", "Ausschuss", "Rat")
    found = sorted(
        (said(body, dt.date(2019, 11, day)) for body, day in zip(bodies, days, strict=True)),
        key=lambda each: each.decided_on,
    )
    chain = chains.chain_of(bodies, found, TODAY)
    assert (chain.state is State.DECIDED) is (days == sorted(days))


def test_order_of_recording_on_one_day_does_not_matter() -> None:
    day = [said(body, NOV5) for body in ("Ortsrat", "Ausschuss", "Rat")]
    for order in permutations(day):
        chain = chains.chain_of(("Ortsrat", "Ausschuss", "Rat"), order, TODAY)
        assert chain.state is State.DECIDED


def test_resolution_on_a_tender_counts_for_its_pool_alone() -> None:
    tender = replace(LAST, subject=Subject.TENDER, pool_id=POOL)
    assert chains.about([tender], Subject.TENDER, POOL) == [tender]
    assert chains.about([tender], Subject.TENDER, uuid.uuid4()) == []
    general = replace(LAST, subject=Subject.COST_KEY)
    assert chains.about([general], Subject.COST_KEY, POOL) == [general]
    special = replace(general, pool_id=POOL)
    assert chains.about([special], Subject.COST_KEY, None) == []


NAMED = replace(
    LAST, legal_form=LegalForm.PUBLIC_LAW_AGREEMENT, matter="Gemeinsames „Serviceportal“"
)
WANTED = Naming(LegalForm.PUBLIC_LAW_AGREEMENT, "gemeinsames Serviceportal")


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({}, []),
        ({"legal_form": None}, ["form_not_named"]),
        ({"legal_form": LegalForm.CONTRACT}, ["other_form_named"]),
        ({"matter": " – "}, ["matter_not_named"]),
        ({"matter": "Feuerwehr"}, ["other_matter_named"]),
        ({"legal_form": None, "matter": ""}, ["form_not_named", "matter_not_named"]),
    ],
)
def test_resolutions_must_name_the_same_form_and_subject(
    change: dict[str, Any], codes: list[str]
) -> None:
    found = chain_reasons.against_naming("Kreis", replace(NAMED, **change), WANTED)
    assert [code for code, _ in found] == codes


def test_closed_session_is_not_quoted() -> None:
    secret = replace(
        NAMED,
        legal_form=LegalForm.CONTRACT,
        matter="Geheimes Vorhaben",
        is_public=False,
        conditions="Geheime Bedingung",
        basis="Geheime Grundlage",
        kind=ResolutionKind.DELEGATED,
    )
    sentences = [text for _, text in chain_reasons.against_naming("Kreis", secret, WANTED)]
    sentences += chain_reasons.notes_on("Kreis", chains.chain_of((), [secret], TODAY))
    assert len(sentences) == 4
    assert "Geheim" not in " ".join(sentences)
    assert "Vertrag" not in " ".join(sentences)
    open_one = replace(secret, is_public=True)
    told = " ".join(text for _, text in chain_reasons.against_naming("Kreis", open_one, WANTED))
    assert "Geheimes Vorhaben" in told


def test_advice_that_was_not_followed_is_noted() -> None:
    chain = chains.chain_of(BODIES, [replace(FIRST, is_adopted=False), LAST], TODAY)
    (note,) = chain_reasons.notes_on("Kreis", chain)
    assert "abgeraten" in note
