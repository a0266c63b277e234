"""Checks of the procedure as a whole: method, urgency, limits of lots, exclusion, direct award."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from vergabe.exchange.eforms.checks.own_rules import (
    COMPETITION,
    OFFICIAL,
    RESULTS,
    Breach,
    Rule,
    Setting,
)
from vergabe.exchange.eforms.lots import Lot
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.eforms.procedure import Procedure

IN_NOTICE: Final = "epo-notice"
_MAY_BE_URGENT: Final = frozenset({"open", "restricted", "neg-w-call"})
_WITHOUT_CALL: Final = "neg-wo-call"


def _urgent_method(notice: Notice, setting: Setting) -> Iterable[Breach]:
    procedure = notice.procedure
    if procedure.is_accelerated and procedure.type not in _MAY_BE_URGENT:
        yield Breach(
            message="Verkürzte Fristen wegen Dringlichkeit gibt es nur im offenen, im nicht "
            "offenen und im Verhandlungsverfahren mit Teilnahmewettbewerb."
        )


def _urgent_reason(notice: Notice, setting: Setting) -> Iterable[Breach]:
    procedure = notice.procedure
    if procedure.is_accelerated and not str(procedure.accelerated_reason or "").strip():
        yield Breach(message="Die Begründung der Dringlichkeit fehlt.")


def _features(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if not str(notice.procedure.features or "").strip():
        yield Breach(message="Wie das Verfahren abläuft, ist nicht beschrieben.")


def _limit_of_single_lot(notice: Notice, setting: Setting) -> Iterable[Breach]:
    procedure = notice.procedure
    limits = (procedure.max_lots_per_bid, procedure.max_lots_per_winner)
    if len(notice.lots) == 1 and (procedure.must_bid_for_all or any(limits)):
        yield Breach(message="Es gibt nur ein Los; Grenzen je Bieter sind dann nicht zulässig.")


def _limit_missing(notice: Notice, setting: Setting) -> Iterable[Breach]:
    procedure = notice.procedure
    if len(notice.lots) > 1 and not procedure.must_bid_for_all and not procedure.max_lots_per_bid:
        yield Breach(
            message=f"Es gibt {len(notice.lots)} Lose, aber es ist nicht gesagt, auf wie viele "
            "man bieten darf."
        )


def _limit_too_high(notice: Notice, setting: Setting) -> Iterable[Breach]:
    limit = notice.procedure.max_lots_per_bid
    if limit is not None and len(notice.lots) > 1 and not 1 <= limit <= len(notice.lots):
        yield Breach(
            message=f"Man darf auf {limit} Lose bieten; es gibt aber {len(notice.lots)} Lose."
        )


def _award_limit_too_high(notice: Notice, setting: Setting) -> Iterable[Breach]:
    won = notice.procedure.max_lots_per_winner
    bid = notice.procedure.max_lots_per_bid or len(notice.lots)
    if won is not None and len(notice.lots) > 1 and not 1 <= won <= bid:
        yield Breach(message=f"Man kann {won} Lose bekommen, darf aber nur auf {bid} bieten.")


def _both_limits(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if notice.procedure.must_bid_for_all and notice.procedure.max_lots_per_bid is not None:
        yield Breach(message="Angebote müssen alle Lose umfassen, zugleich ist ihre Zahl begrenzt.")


def _grounds_missing(notice: Notice, setting: Setting) -> Iterable[Breach]:
    procedure = notice.procedure
    if procedure.exclusion_source == IN_NOTICE and not procedure.exclusion_grounds:
        yield Breach(
            message="Die Ausschlussgründe sollen in der Bekanntmachung stehen, es ist aber keiner "
            "angegeben."
        )


def _grounds_elsewhere(notice: Notice, setting: Setting) -> Iterable[Breach]:
    procedure = notice.procedure
    if procedure.exclusion_grounds and procedure.exclusion_source not in (IN_NOTICE, None):
        yield Breach(
            message="Die Ausschlussgründe sollen an anderer Stelle stehen; dann dürfen sie nicht "
            "auch in der Bekanntmachung stehen."
        )


def _grounds_twice(notice: Notice, setting: Setting) -> Iterable[Breach]:
    grounds = Counter(ground.code for ground in notice.procedure.exclusion_grounds)
    if any(number > 1 for number in grounds.values()):
        yield Breach(message="Ein Ausschlussgrund ist mehrfach angegeben.")


def _ground_without_law(notice: Notice, setting: Setting) -> Iterable[Breach]:
    silent = [g for g in notice.procedure.exclusion_grounds if not str(g.text or "").strip()]
    if silent:
        yield Breach(
            message=f"Bei {len(silent)} Ausschlussgründen fehlt die Beschreibung mit dem "
            "Paragrafen.",
            field="BT-67(b)-Procedure",
        )


def _no_direct_award(notice: Notice, setting: Setting) -> Iterable[Breach]:
    is_needed = notice.subtype == "25" or notice.procedure.type == _WITHOUT_CALL
    if is_needed and notice.procedure.direct_award is None:
        yield Breach(message="Es ist nicht begründet, warum es keinen Aufruf zum Wettbewerb gab.")


def _empty_direct_award(notice: Notice, setting: Setting) -> Iterable[Breach]:
    award = notice.procedure.direct_award
    if award is not None and not str(award.text).strip():
        yield Breach(message="Die Begründung des Direktauftrags ist leer.")


def _same_nature(notice: Notice, setting: Setting) -> Iterable[Breach]:
    things: list[tuple[Procedure | Lot, Lot | None]] = [(notice.procedure, None)]
    things += [(lot, lot) for lot in notice.lots]
    for thing, lot in things:
        if thing.nature in thing.natures_additional:
            yield Breach(
                message="Die weitere Art der Leistung ist dieselbe wie die Hauptart.",
                lot=lot,
                field="BT-531-Lot" if lot else "",
            )


_LIMITS: Final = "Bitte die Grenzen je Bieter berichtigen oder leeren (leer heißt: keine Grenze)."
RULES: Final = (
    Rule(
        key="urgency_not_possible",
        field="BT-106-Procedure",
        law="§ 15 Abs. 3, § 16 Abs. 7, § 17 Abs. 8 VgV",
        check=_urgent_method,
        remedy="Bitte die Dringlichkeit aufheben oder die Verfahrensart ändern.",
        subtypes=frozenset({"16"}),
    ),
    Rule(
        key="urgency_reason_missing",
        field="BT-1351-Procedure",
        law="§ 15 Abs. 3 VgV",
        check=_urgent_reason,
        remedy="Bitte die Dringlichkeit begründen.",
        subtypes=frozenset({"16"}),
        is_about_one_field=True,
    ),
    Rule(
        key="features_missing",
        field="BT-88-Procedure",
        law="§ 65 VgV; amtliche eForms-Regeln",
        check=_features,
        remedy="Bitte die Besonderheiten des Verfahrens beschreiben.",
        subtypes=frozenset({"20"}),
        is_about_one_field=True,
    ),
    Rule(
        key="lot_limit_without_lots",
        field="BT-31-Procedure",
        law="§ 30 VgV",
        check=_limit_of_single_lot,
        remedy="Bitte die Grenzen leeren.",
    ),
    Rule(
        key="lot_limit_missing",
        field="BT-31-Procedure",
        law="§ 30 Abs. 1 VgV",
        check=_limit_missing,
        remedy="Bitte die Zahl eintragen; gilt keine Grenze, ist es die Zahl der Lose.",
        subtypes=frozenset({"16"}),
    ),
    Rule(
        key="lot_limit_too_high",
        field="BT-31-Procedure",
        law="§ 30 Abs. 1 VgV",
        check=_limit_too_high,
        remedy=_LIMITS,
    ),
    Rule(
        key="award_limit_too_high",
        field="BT-33-Procedure",
        law="§ 30 Abs. 1 VgV",
        check=_award_limit_too_high,
        remedy=_LIMITS,
    ),
    Rule(
        key="lot_limits_contradict",
        field="BT-763-Procedure",
        law="§ 30 VgV",
        check=_both_limits,
        remedy=_LIMITS,
        severity="warning",
    ),
    Rule(
        key="exclusion_grounds_missing",
        field="BT-67(a)-Procedure",
        law="§§ 123, 124 GWB",
        check=_grounds_missing,
        remedy="Bitte die Ausschlussgründe auswählen.",
        subtypes=COMPETITION | {"7"},
        is_about_one_field=True,
    ),
    Rule(
        key="exclusion_grounds_elsewhere",
        field="BT-67(a)-Procedure",
        law=OFFICIAL,
        check=_grounds_elsewhere,
        remedy="Bitte wählen, dass sie in der Bekanntmachung stehen, oder die Auswahl leeren.",
        subtypes=COMPETITION | {"7"},
    ),
    Rule(
        key="exclusion_ground_twice",
        field="BT-67(a)-Procedure",
        law=OFFICIAL,
        check=_grounds_twice,
        remedy="Bitte jeden Ausschlussgrund nur einmal auswählen.",
        subtypes=COMPETITION | {"7"},
        is_about_one_field=True,
    ),
    Rule(
        key="exclusion_ground_without_text",
        field="BT-67(b)-Procedure",
        law="§§ 123, 124 GWB",
        check=_ground_without_law,
        remedy="Bitte den Paragrafen in den Text schreiben.",
        severity="warning",
        subtypes=COMPETITION | {"7"},
        is_about_one_field=True,
        german_only=True,
    ),
    Rule(
        key="direct_award_reason_missing",
        field="BT-136-Procedure",
        law="§ 14 Abs. 4 VgV, § 135 Abs. 3 GWB",
        check=_no_direct_award,
        remedy="Bitte Grund und Begründung eintragen.",
        subtypes=frozenset({"25", "29"}),
        is_about_one_field=True,
    ),
    Rule(
        key="direct_award_text_missing",
        field="BT-135-Procedure",
        law="§ 14 Abs. 4 VgV, § 135 Abs. 3 GWB",
        check=_empty_direct_award,
        remedy="Bitte die Begründung eintragen.",
        subtypes=RESULTS,
        is_about_one_field=True,
    ),
    Rule(
        key="nature_twice",
        field="BT-531-Procedure",
        law=OFFICIAL,
        check=_same_nature,
        remedy="Bitte die weitere Art der Leistung entfernen oder ändern.",
        is_about_one_field=True,
    ),
)
