"""Award criteria (Zuschlagskriterien) of a draft: added, changed, removed and ordered in one go."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.errors import InvalidInput, Violation
from vergabe.exchange.plain_text import many_lines, one_line
from vergabe.tenders import completeness
from vergabe.tenders.changing import tender_to_change, touch
from vergabe.tenders.completeness import CriterionFacts
from vergabe.tenders.limits import NAME_MAX, TEXT_MAX
from vergabe.tenders.model import AwardCriterion, Tender
from vergabe.tenders.recording import record
from vergabe.tenders.rules import FULL_WEIGHT
from vergabe.texts import lazy

KINDS: Final[Mapping[str, str]] = {
    "price": lazy("Preis"),
    "cost": lazy("Kosten"),
    "quality": lazy("Qualität"),
}
MOST_CRITERIA: Final = 50
# Positions are unique: rows step aside here before they take their new places.
_ASIDE: Final = 1_000


@dataclass(frozen=True)
class CriterionInput:
    """A criterion as somebody wants it; weight in basis points; id: of the one it replaces."""

    name: str
    kind: str
    weight_basis_points: int
    description: str = ""
    id: uuid.UUID | None = None


def set_criteria(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    wanted: Sequence[CriterionInput],
    *,
    version: int | None,
    now: dt.datetime,
) -> Tender:
    """Give a draft exactly these criteria in this order and return it.

    Weights need not add up yet: that is asked for before the tender is ready. Raises InvalidInput
    with fields such as `criteria.0.name`, and as `tender_to_change`.
    """
    tender = tender_to_change(session, actor, tender_id, version=version)
    known = {criterion.id: criterion for criterion in tender.criteria}
    clean = _cleaned(wanted, known)
    old = [_recorded(criterion) for criterion in tender.criteria]
    kept = [_row(entry, known, place) for place, entry in enumerate(clean)]
    for place, row in enumerate(tender.criteria, start=1):
        row.position = _ASIDE + place
    session.flush()
    tender.criteria = kept
    session.flush()
    for place, row in enumerate(kept, start=1):
        row.position = place
    session.flush()
    new = [_recorded(criterion) for criterion in kept]
    if new == old:
        return tender
    touch(session, tender)
    record(
        session,
        actor,
        tender,
        "criteria_changed",
        "Die Zuschlagskriterien wurden geändert.",
        now=now,
        old=old,
        new=new,
    )
    return tender


def reasons_against(tender: Tender) -> list[Violation]:
    """Return what the criteria of a tender still lack."""
    return completeness.reasons_against_criteria(
        [CriterionFacts(c.kind, c.name, c.weight_basis_points) for c in tender.criteria]
    )


def as_percent(basis_points: int) -> Decimal:
    """Return basis points as the number of a percentage: 3050 → 30.5."""
    return Decimal(basis_points) / 100


def _row(
    entry: CriterionInput, known: Mapping[uuid.UUID, AwardCriterion], place: int
) -> AwardCriterion:
    row = known[entry.id] if entry.id is not None else AwardCriterion(position=2 * _ASIDE + place)
    row.name, row.kind = entry.name, entry.kind
    row.weight_basis_points, row.description = entry.weight_basis_points, entry.description
    return row


def _recorded(criterion: AwardCriterion) -> dict[str, object]:
    return {
        "name": criterion.name,
        "kind": criterion.kind,
        "weight_basis_points": criterion.weight_basis_points,
        "description": criterion.description,
    }


def _cleaned(
    wanted: Sequence[CriterionInput], known: Collection[uuid.UUID]
) -> list[CriterionInput]:
    wrong: list[Violation] = []
    if len(wanted) > MOST_CRITERIA:
        wrong.append(
            Violation(
                "too_many_criteria",
                f"Es sind höchstens {MOST_CRITERIA} Zuschlagskriterien möglich.",
                field="criteria",
            )
        )
    clean: list[CriterionInput] = []
    seen: set[uuid.UUID] = set()
    for index, entry in enumerate(wanted):
        field = f"criteria.{index}"
        if entry.id is not None and (entry.id not in known or entry.id in seen):
            message = "Dieses Kriterium gibt es nicht mehr. Laden Sie die Seite neu."
            wrong.append(Violation("criterion_unknown", message, field=f"{field}.name"))
            continue
        if entry.id is not None:
            seen.add(entry.id)
        try:
            clean.append(_one(entry, field))
        except InvalidInput as error:
            wrong += error.violations
    if wrong:
        raise InvalidInput.of(wrong)
    return clean


def _one(entry: CriterionInput, field: str) -> CriterionInput:
    name = one_line(entry.name, max_length=NAME_MAX, field=f"{field}.name")
    description = many_lines(entry.description, max_length=TEXT_MAX, field=f"{field}.description")
    wrong: list[Violation] = []
    if not name:
        message = "Benennen Sie das Kriterium."
        wrong.append(Violation("criterion_name_missing", message, field=f"{field}.name"))
    if entry.kind not in KINDS:
        message = "Wählen Sie Preis, Kosten oder Qualität."
        wrong.append(Violation("criterion_kind_unknown", message, field=f"{field}.kind"))
    if not 0 < entry.weight_basis_points <= FULL_WEIGHT:
        message = "Das Gewicht liegt zwischen 0,01 und 100 %."
        wrong.append(Violation("weight_out_of_range", message, field=f"{field}.weight"))
    if wrong:
        raise InvalidInput.of(wrong)
    return replace(entry, name=name, description=description)
