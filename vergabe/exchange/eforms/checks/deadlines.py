"""Checks of days and times: dispatch, publication, deadlines, opening, validity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final

from vergabe.clock import BERLIN, berlin_day
from vergabe.exchange.eforms.checks.own_rules import (
    COMPETITION,
    OFFICIAL,
    PLANNING,
    Breach,
    Rule,
    Setting,
    is_change,
)
from vergabe.exchange.eforms.lots import Lot
from vergabe.exchange.eforms.notice import Notice

_ONE_STAGE: Final = frozenset({"open", "oth-single"})
_TWO_STAGES: Final = frozenset({"restricted", "neg-w-call", "comp-dial", "innovation", "oth-mult"})
_LATEST_PUBLICATION: Final = 59
_SHORTEST_OPEN: Final = 30
_SHORTEST_URGENT: Final = 15


def _moments(notice: Notice) -> Iterator[tuple[str, str, dt.datetime, Lot | None]]:
    """Yield (official field, name, instant, lot) of every instant."""
    yield "BT-05(a)-notice", "Die Absendung", notice.issued_at, None
    for lot in notice.lots:
        terms = lot.terms
        named = (
            ("BT-131(d)-Lot", "Die Angebotsfrist", terms.submission_deadline),
            ("BT-1311(d)-Lot", "Die Frist für Teilnahmeanträge", terms.participation_deadline),
            ("BT-630(d)-Lot", "Die Frist für Interessenbekundungen", terms.interest_deadline),
            ("BT-13(d)-Lot", "Die Frist für Bieterfragen", terms.enquiries_deadline),
            ("BT-800(d)-Lot", "Die Frist für Antworten", terms.answer_deadline),
            ("BT-132(d)-Lot", "Die Öffnung", terms.opening.at if terms.opening else None),
        )
        yield from ((field, name, at, lot) for field, name, at in named if at is not None)


def _zone(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for field, name, at, lot in _moments(notice):
        if at.tzinfo is None:
            yield Breach(message=f"{name} hat keine Zeitzone.", lot=lot, field=field)


def _gap(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for field, name, at, lot in _moments(notice):
        if at.tzinfo is not None and _is_in_gap(at):
            yield Breach(
                message=f"{name} um {at:%H:%M} Uhr gibt es am {at:%d.%m.%Y} nicht: Die Uhr springt "
                "auf Sommerzeit.",
                lot=lot,
                field=field,
            )


def _is_in_gap(at: dt.datetime) -> bool:
    """Return whether the clock on the wall never showed this time."""
    there_and_back = at.astimezone(dt.UTC).astimezone(at.tzinfo)
    return there_and_back.replace(tzinfo=None) != at.replace(tzinfo=None)


def _twice(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for field, name, at, lot in _moments(notice):
        if at.tzinfo is None or lot is None:
            continue
        local = at.astimezone(BERLIN)
        if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
            yield Breach(
                message=f"{name} um {local:%H:%M} Uhr gibt es am {local:%d.%m.%Y} zweimal: Die Uhr "
                "wird zurückgestellt.",
                lot=lot,
                field=field,
            )


def _told(notice: Notice) -> Iterator[tuple[Lot, str, str, dt.datetime]]:
    """Yield (lot, field, name, instant) of the deadlines for what bidders hand in."""
    for field, name, at, lot in _moments(notice):
        is_deadline = field in ("BT-131(d)-Lot", "BT-1311(d)-Lot", "BT-630(d)-Lot", "BT-800(d)-Lot")
        if lot is not None and is_deadline and at.tzinfo is not None:
            yield lot, field, name, at


def _is_in_one_stage(notice: Notice) -> bool:
    return notice.procedure.type in _ONE_STAGE


def _no_deadline(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        if _is_in_one_stage(notice) and lot.terms.submission_deadline is None:
            yield Breach(message="Die Angebotsfrist fehlt.", lot=lot)


def _no_first_deadline(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        if notice.procedure.type in _TWO_STAGES and lot.terms.participation_deadline is None:
            yield Breach(message="Die Frist für Teilnahmeanträge fehlt.", lot=lot)


def _wrong_stage(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        terms = lot.terms
        if notice.procedure.type in _TWO_STAGES and terms.submission_deadline is not None:
            yield Breach(
                message="In einem zweistufigen Verfahren steht in der Bekanntmachung die Frist für "
                "Teilnahmeanträge, nicht die Angebotsfrist.",
                lot=lot,
            )
        if _is_in_one_stage(notice) and terms.participation_deadline is not None:
            yield Breach(
                message="In diesem Verfahren gibt es keine Teilnahmeanträge.",
                lot=lot,
                field="BT-1311(d)-Lot",
            )


def _before_dispatch(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if is_change(notice) or notice.issued_at.tzinfo is None:
        return
    sent_on = berlin_day(notice.issued_at)
    for lot, field, name, at in _told(notice):
        if berlin_day(at) <= sent_on:
            yield Breach(
                message=f"{name} endet nicht nach dem Tag der Absendung ({sent_on:%d.%m.%Y}).",
                lot=lot,
                field=field,
            )


def _before_publication(notice: Notice, setting: Setting) -> Iterable[Breach]:
    wanted = notice.requested_publication_on
    if wanted is None or is_change(notice):
        return
    for lot, field, name, at in _told(notice):
        if berlin_day(at) <= wanted:
            yield Breach(
                message=f"{name} endet nicht nach dem gewünschten Tag der Veröffentlichung "
                f"({wanted:%d.%m.%Y}).",
                lot=lot,
                field=field,
            )


def _publication(notice: Notice, setting: Setting) -> Iterable[Breach]:
    wanted = notice.requested_publication_on
    if wanted is None or notice.issued_at.tzinfo is None:
        return
    days = (wanted - berlin_day(notice.issued_at)).days
    if not 0 <= days <= _LATEST_PUBLICATION:
        when = "vor der Absendung" if days < 0 else f"{days} Tage nach der Absendung"
        yield Breach(
            message=f"Der gewünschte Tag der Veröffentlichung liegt {when}; möglich sind 0 bis "
            f"{_LATEST_PUBLICATION} Tage danach."
        )


def _planned(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if notice.planned_on is None or is_change(notice) or notice.issued_at.tzinfo is None:
        return
    if notice.planned_on <= berlin_day(notice.issued_at):
        yield Breach(message="Die Auftragsbekanntmachung ist für einen vergangenen Tag geplant.")


def _late_questions(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        terms = lot.terms
        end = terms.submission_deadline or terms.participation_deadline
        asked = terms.enquiries_deadline
        if end and asked and end.tzinfo and asked.tzinfo and asked > end:
            yield Breach(message="Fragen sind länger möglich als Angebote.", lot=lot)


def _opening(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        opening, end = lot.terms.opening, lot.terms.submission_deadline
        if opening and end and opening.at.tzinfo and end.tzinfo and opening.at < end:
            yield Breach(message="Die Angebote würden vor Ablauf der Frist geöffnet.", lot=lot)


def _validity(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        if lot.terms.validity is not None and lot.terms.validity.count <= 0:
            yield Breach(message="Die Bindefrist ist kürzer als ein Tag.", lot=lot)


def _too_short(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if is_change(notice) or not _is_in_one_stage(notice) or notice.issued_at.tzinfo is None:
        return
    # A prior information notice shortens to 15 days; whether there was one in time is for law.
    is_short = notice.procedure.is_accelerated or notice.procedure.previous_notice is not None
    least = _SHORTEST_URGENT if is_short else _SHORTEST_OPEN
    sent_on = berlin_day(notice.issued_at)
    for lot in notice.lots:
        end = lot.terms.submission_deadline
        if end is not None and end.tzinfo and (berlin_day(end) - sent_on).days < least:
            yield Breach(
                message=f"Die Angebotsfrist ist kürzer als {least} Tage ab der Absendung.", lot=lot
            )


def _after_deadline(notice: Notice, setting: Setting) -> Iterable[Breach]:
    changes = notice.changes
    if changes is None or changes.reason == "cancel" or notice.issued_at.tzinfo is None:
        return
    ends = [at for _, _, _, at in _told(notice)]
    if ends and berlin_day(notice.issued_at) > max(berlin_day(at) for at in ends):
        yield Breach(message="Die Änderung wird erst nach Ablauf aller Fristen abgesandt.")


_LATER: Final = "Bitte eine spätere Frist eintragen."
RULES: Final = (
    Rule(
        key="time_without_zone",
        field="BT-131(d)-Lot",
        law=OFFICIAL,
        check=_zone,
        remedy="Bitte melden: Das ist ein Fehler der Anwendung.",
        is_about_one_field=True,
    ),
    Rule(
        key="time_does_not_exist",
        field="BT-131(d)-Lot",
        law="§ 4 EinhZeitG",
        check=_gap,
        remedy="Bitte eine andere Uhrzeit wählen.",
        is_about_one_field=True,
    ),
    Rule(
        key="time_exists_twice",
        field="BT-131(d)-Lot",
        law="§ 4 EinhZeitG",
        check=_twice,
        remedy="Bitte eine Uhrzeit wählen, die eindeutig ist.",
        severity="warning",
    ),
    Rule(
        key="submission_deadline_missing",
        field="BT-131(d)-Lot",
        law="§ 20 VgV; amtliche eForms-Regeln",
        check=_no_deadline,
        remedy="Bitte die Angebotsfrist eintragen.",
        subtypes=frozenset({"16", "20"}),
        is_about_one_field=True,
    ),
    Rule(
        key="submission_deadline_missing_nationally",
        field="BT-131(d)-Lot",
        law="§ 13 Abs. 1 UVgO, § 10 VOB/A",
        check=_no_deadline,
        remedy="Bitte die Angebotsfrist eintragen.",
        subtypes=frozenset({"E3"}),
        is_about_one_field=True,
        german_only=True,
    ),
    Rule(
        key="participation_deadline_missing",
        field="BT-1311(d)-Lot",
        law="§ 20 VgV; amtliche eForms-Regeln",
        check=_no_first_deadline,
        remedy="Bitte die Frist für Teilnahmeanträge eintragen.",
        subtypes=frozenset({"16"}),
        is_about_one_field=True,
    ),
    Rule(
        key="deadline_of_other_procedure",
        field="BT-131(d)-Lot",
        law=OFFICIAL,
        check=_wrong_stage,
        remedy="Bitte die Frist leeren, die nicht zur Verfahrensart gehört.",
        subtypes=COMPETITION,
    ),
    Rule(
        key="deadline_before_dispatch",
        field="BT-131(d)-Lot",
        law=OFFICIAL,
        check=_before_dispatch,
        remedy=_LATER,
        subtypes=COMPETITION | {"7", "E1"},
    ),
    Rule(
        key="deadline_before_publication",
        field="BT-131(d)-Lot",
        law=OFFICIAL,
        check=_before_publication,
        remedy=_LATER,
        subtypes=COMPETITION | {"7"},
    ),
    Rule(
        key="publication_day_out_of_range",
        field="BT-738-notice",
        law="§ 40 Abs. 2 VgV; amtliche eForms-Regeln",
        check=_publication,
        remedy="Bitte einen anderen Tag eintragen oder das Feld leeren.",
        is_about_one_field=True,
    ),
    Rule(
        key="planned_in_the_past",
        field="BT-127-notice",
        law=OFFICIAL,
        check=_planned,
        remedy="Bitte einen späteren Tag eintragen.",
        subtypes=PLANNING,
    ),
    Rule(
        key="enquiries_after_deadline",
        field="BT-13(d)-Lot",
        law="§ 20 Abs. 3 VgV",
        check=_late_questions,
        remedy="Bitte die Frist für Bieterfragen vorverlegen.",
        subtypes=COMPETITION | {"7"},
    ),
    Rule(
        key="opening_before_deadline",
        field="BT-132(d)-Lot",
        law="§ 55 Abs. 1 VgV",
        check=_opening,
        remedy="Bitte die Öffnung nach das Ende der Angebotsfrist legen.",
        subtypes=COMPETITION,
    ),
    Rule(
        key="validity_too_short",
        field="BT-98-Lot",
        law="§ 10a EU Abs. 8 VOB/A",
        check=_validity,
        remedy="Bitte einen späteren Tag eintragen.",
        subtypes=COMPETITION,
        is_about_one_field=True,
    ),
    Rule(
        key="deadline_shorter_than_law",
        field="BT-131(d)-Lot",
        law="§ 15 Abs. 2 bis 4 VgV, § 38 Abs. 3 VgV",
        check=_too_short,
        remedy="Bitte die Angebotsfrist verlängern oder die Verkürzung begründen.",
        severity="warning",
        subtypes=frozenset({"16"}),
        german_only=True,
    ),
    Rule(
        key="change_after_deadline",
        field="BT-05(a)-notice",
        law=OFFICIAL,
        check=_after_deadline,
        remedy="Bitte die Frist in der Änderung verlängern, oder das Verfahren aufheben.",
    ),
)
