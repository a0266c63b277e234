"""Which VAT status a cost has when it is passed on to the members, and why (§ 2b UStG)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from vergabe.errors import InvalidInput, Violation
from vergabe.law import vat
from vergabe.law.vat import SettlementFacts, VatStatus
from vergabe.texts import lazy

LAW: Final = "§ 2b UStG"
_SHORTEST_REASON: Final = 10
_LONGEST_REASON: Final = 2_000


class VatGround(StrEnum):
    """Why VAT does or does not arise when a cost is passed on."""

    OLD_LAW = "old_law"
    SMALL_TURNOVER = "small_turnover"
    RESERVED_BY_LAW = "reserved_by_law"
    LONG_TERM_COOPERATION = "long_term_cooperation"
    OTHER_NOT_TAXABLE = "other_not_taxable"
    TAXABLE = "taxable"


GROUND_NAMES: Final[Mapping[VatGround, str]] = {
    VatGround.LONG_TERM_COOPERATION: lazy(
        "Nicht steuerbar: langfristige Vereinbarung, Erhalt der "
        "Infrastruktur, reine Kostenerstattung, im Wesentlichen für öffentliche Stellen"
    ),
    VatGround.RESERVED_BY_LAW: lazy(
        "Nicht steuerbar: nach dem Gesetz der öffentlichen Hand vorbehalten"
    ),
    VatGround.SMALL_TURNOVER: lazy(
        "Nicht steuerbar: Jahresumsatz gleichartiger Tätigkeiten gering"
    ),
    VatGround.OTHER_NOT_TAXABLE: lazy("Nicht steuerbar: anderer Grund"),
    VatGround.OLD_LAW: lazy("Altes Recht, Option erklärt (nur Leistungen bis 31.12.2026)"),
    VatGround.TAXABLE: lazy("Steuerpflichtig mit dem Regelsteuersatz"),
}
STATUS_NAMES: Final[Mapping[str, str]] = {
    "old_law": lazy("altes Recht"),
    "not_taxable": lazy("nicht steuerbar"),
    "taxable": lazy("steuerpflichtig"),
}


@dataclass(frozen=True, kw_only=True)
class VatEntry:
    """What a person says about the VAT of a cost; yearly turnover in cents, net."""

    ground: VatGround | None
    reason: str = ""
    yearly_turnover_net_cents: int | None = None


@dataclass(frozen=True, kw_only=True)
class VatDecision:
    """The status of one cost line with its reason; the rate is 0 unless it is taxable."""

    status: str
    reason: str
    law: str
    rate_basis_points: int = 0


def decide(entry: VatEntry, supplied_on: dt.date) -> VatDecision:
    """Return the VAT status of a cost that is passed on, by the law of the day of supply.

    InvalidInput (fields vat_ground, vat_reason, yearly_turnover) without a status, without a
    reason, and where the law of that day does not know the ground: the old law ends with
    31 December 2026. Law: §§ 2b, 12, 27 (22), (22a) UStG.
    """
    if entry.ground is None:
        raise _wrong(
            "vat_status_missing",
            "Ohne Umsatzsteuerstatus wird nichts gebucht. Wählen Sie, warum Umsatzsteuer "
            "anfällt oder nicht.",
            "vat_ground",
        )
    if len(entry.reason) > _LONGEST_REASON:
        raise _wrong("text_too_long", f"Bitte höchstens {_LONGEST_REASON} Zeichen.", "vat_reason")
    if entry.ground is VatGround.TAXABLE:
        rate = vat.standard_rate(supplied_on)
        reason = _required_reason(entry)
        return VatDecision(
            status="taxable", reason=reason, law=rate.law, rate_basis_points=rate.value
        )
    if entry.ground is VatGround.OTHER_NOT_TAXABLE:
        return VatDecision(status="not_taxable", reason=_required_reason(entry), law=LAW)
    return _by_law(entry, entry.ground, supplied_on)


def _by_law(entry: VatEntry, ground: VatGround, supplied_on: dt.date) -> VatDecision:
    if ground is VatGround.SMALL_TURNOVER and entry.yearly_turnover_net_cents is None:
        raise _wrong(
            "turnover_missing",
            "Geben Sie den Jahresumsatz aus gleichartigen Tätigkeiten an.",
            "yearly_turnover",
        )
    found = vat.status(_facts(entry, ground, supplied_on))
    if found.value is VatStatus.TO_CHECK:
        raise _wrong("vat_ground_not_met", _NOT_MET[ground], _FIELD_OF.get(ground, "vat_ground"))
    sentences = [*found.explain(), entry.reason.strip()]
    return VatDecision(
        status=found.value.value, reason=" ".join(filter(None, sentences)), law=found.law
    )


def _facts(entry: VatEntry, ground: VatGround, supplied_on: dt.date) -> SettlementFacts:
    is_cooperation = ground is VatGround.LONG_TERM_COOPERATION
    turnover = entry.yearly_turnover_net_cents if ground is VatGround.SMALL_TURNOVER else None
    return SettlementFacts(
        performed_on=supplied_on,
        option_declared=ground is VatGround.OLD_LAW,
        yearly_turnover_net_cents=turnover,
        reserved_by_law=ground is VatGround.RESERVED_BY_LAW,
        long_term_agreement=is_cooperation,
        preserves_infrastructure=is_cooperation,
        pure_cost_reimbursement=is_cooperation,
        mainly_for_public_bodies=is_cooperation,
    )


_NOT_MET: Final[Mapping[VatGround, str]] = {
    VatGround.OLD_LAW: "Die Option für das alte Recht gilt nur für Leistungen bis zum 31.12.2026; "
    "danach ist § 2b UStG zwingend. Maßgeblich ist der Tag der Leistung.",
    VatGround.SMALL_TURNOVER: "Der Jahresumsatz liegt über der Grenze des § 2b Abs. 2 Nr. 1 UStG. "
    "Wählen Sie einen anderen Grund oder „steuerpflichtig“.",
}
_FIELD_OF: Final[Mapping[VatGround, str]] = {VatGround.SMALL_TURNOVER: "yearly_turnover"}


def _required_reason(entry: VatEntry) -> str:
    reason = entry.reason.strip()
    if len(reason) < _SHORTEST_REASON:
        raise _wrong(
            "vat_reason_missing",
            "Begründen Sie den Umsatzsteuerstatus in einem Satz; er steht in der Abrechnung.",
            "vat_reason",
        )
    return reason


def _wrong(code: str, sentence: str, field: str) -> InvalidInput:
    return InvalidInput.of([Violation(code, sentence, law=LAW, field=field)])


def tax_cents(net_cents: int, rate_basis_points: int) -> int:
    """Return the VAT on a net amount in cents, commercially rounded; a credit's is negative."""
    exact = Decimal(net_cents) * rate_basis_points / 10_000
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
