"""What counts as the value of a demand, and why something may not be done to it now."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

from vergabe import money
from vergabe.demands.stages import ACTION_NAMES, NEXT_STAGE, STAGE_NAMES, Action, Stage
from vergabe.errors import Violation
from vergabe.exchange.demand_input import (
    DemandInput,
    demand_warnings,
    is_placeholder_value,
)

REASON_MAX: Final = 2_000
CALL_CLOSED: Final = Violation(
    "call_closed",
    "Die Bedarfsabfrage ist geschlossen. Wählen Sie bei „Antwort auf die Bedarfsabfrage“ „keine "
    "Abfrage“, um ohne sie einzureichen.",
    field="call_id",
)
_NEED_REASONS: Final = frozenset({Action.REJECT, Action.WITHDRAW, Action.REVOKE_RELEASE})


class PricedLine(Protocol):
    """A line as far as its price goes; the unit price is net, in cents."""

    @property
    def quantity(self) -> Decimal | None: ...

    @property
    def unit_price_net_cents(self) -> int | None: ...


class Valued(Protocol):
    """A demand as far as its value goes, stored or typed."""

    @property
    def estimated_value_net_cents(self) -> int | None: ...

    @property
    def items(self) -> Sequence[PricedLine]: ...


def lines_net_cents(lines: Iterable[PricedLine]) -> int | None:
    """Return what the priced lines add up to, net; None if no line has quantity and price."""
    totals = [
        money.line_total_cents(line.quantity, line.unit_price_net_cents)
        for line in lines
        if line.quantity is not None and line.unit_price_net_cents is not None
    ]
    return sum(totals) if totals else None


def value_net_cents(demand: Valued) -> int | None:
    """Return the value that counts for a demand, net, in cents; None if there is none.

    The estimate counts where it is given, for the person who knows the need made it (§ 3 (1) VgV:
    all that is to be paid, not only the lines). A placeholder (up to one euro) is no estimate:
    then, and where none is given, the sum of the priced lines counts. A sum of zero is no value.
    """
    estimate = demand.estimated_value_net_cents
    if estimate is not None and not is_placeholder_value(estimate):
        return estimate
    return lines_net_cents(demand.items) or None


def value_warnings(demand: Valued) -> list[Violation]:
    """Return what is odd about estimate and lines taken together; no reason to refuse."""
    estimate, lines = demand.estimated_value_net_cents, lines_net_cents(demand.items)
    found = []
    if estimate is not None and is_placeholder_value(estimate):
        found.append(
            _at_value(
                "placeholder_value",
                f"Der geschätzte Wert {money.german(estimate)} sieht nach einem Platzhalter aus "
                "und zählt nicht. Bitte schätzen Sie den Wert (netto), oder lassen Sie das "
                "Feld leer.",
            )
        )
    elif estimate is not None and lines is not None and lines != estimate:
        found.append(
            _at_value(
                "value_differs_from_lines",
                f"Geschätzt sind {money.german(estimate)}, die Positionen ergeben "
                f"{money.german(lines)}. Es zählt der geschätzte Wert; bitte prüfen Sie, ob beide "
                "Angaben netto und vollständig sind.",
            )
        )
    if estimate is None and lines is not None and not all(map(_is_priced, demand.items)):
        found.append(
            _at_value(
                "lines_without_price",
                "Nicht alle Positionen haben Menge und Preis; als Wert zählt die Summe der "
                f"übrigen, {money.german(lines)}. Bitte ergänzen Sie die Preise oder den "
                "geschätzten Wert.",
            )
        )
    return found


def _is_priced(line: PricedLine) -> bool:
    return line.quantity is not None and line.unit_price_net_cents is not None


def _at_value(code: str, message: str) -> Violation:
    return Violation(code, message, field="estimated_value_net_cents")


def input_warnings(demand: DemandInput, today: dt.date) -> list[Violation]:
    """Return what is odd about a demand; each thing once, in the order of the fields."""
    own = value_warnings(demand) + _lines_without_unit(demand)
    covered = {violation.code for violation in own} | {"lines_above_value"}
    return own + [
        violation for violation in demand_warnings(demand, today) if violation.code not in covered
    ]


def _lines_without_unit(demand: DemandInput) -> list[Violation]:
    message = "Ohne Einheit wird in „Einheiten“ gezählt. Bitte geben Sie sie an, etwa Stück."
    return [
        Violation("unit_assumed", message, field=f"items.{position}.unit_code")
        for position, item in enumerate(demand.items)
        if item.quantity is not None and item.unit_code is None
    ]


def reference_taken(external: str, reference: str) -> Violation:
    """Return the violation for an external reference that another demand has already."""
    return Violation(
        "external_reference_taken",
        f"Die Nummer „{external}“ hat schon der Bedarf {reference}. Bitte geben Sie eine andere "
        f"an, oder ändern Sie {reference}.",
        field="external_reference",
    )


@dataclass(frozen=True)
class DemandFacts:
    """A demand as the rules need it; value and budget net, in cents.

    created_by_id, submitted_by_id: persons, None for the operator of the machine.
    """

    reference: str
    stage: Stage
    value_net_cents: int | None
    created_by_id: uuid.UUID | None = None
    submitted_by_id: uuid.UUID | None = None


def reasons_against_stage(facts: DemandFacts, action: Action) -> list[Violation]:
    """Return why the stage does not allow an action; empty means that it does."""
    if (facts.stage, action) in NEXT_STAGE:
        return []
    return [
        Violation(
            "wrong_stage",
            f"Der Bedarf {facts.reference} ist {_is_now(facts.stage)}; "
            f"{ACTION_NAMES[action]} ist dann nicht möglich.",
        )
    ]


def _is_now(stage: Stage) -> str:
    return "ein Entwurf" if stage is Stage.DRAFT else STAGE_NAMES[stage]


def reasons_against_editing(
    facts: DemandFacts, person_id: uuid.UUID | None, *, is_operator: bool = False
) -> list[Violation]:
    """Return why a person may not change the demand.

    A submitted demand is changed only by whoever wrote or submitted it: the releaser must be able
    to rely on what the requester stands for.
    """
    found = reasons_against_stage(facts, Action.EDIT)
    is_theirs = is_operator or person_id in (facts.created_by_id, facts.submitted_by_id)
    if facts.stage is Stage.SUBMITTED and not is_theirs:
        found.append(
            Violation(
                "submitted_by_another",
                f"Den Bedarf {facts.reference} hat jemand anders eingereicht. Öffnen Sie ihn "
                "zuerst wieder als Entwurf, wenn Sie ihn ändern müssen.",
            )
        )
    return found


def reasons_against_submitting(
    facts: DemandFacts, *, not_in_area: Violation | None = None, is_call_closed: bool = False
) -> list[Violation]:
    """Return why the demand may not be submitted.

    not_in_area: why the organisation does not take part in the task area with demands today;
    is_call_closed: whether it answers a call for demands that is closed.
    """
    found = reasons_against_stage(facts, Action.SUBMIT)
    if not_in_area is not None:
        found.append(not_in_area)
    if is_call_closed:
        found.append(CALL_CLOSED)
    return found


def not_in_area(area_name: str) -> Violation:
    """Return the violation for an organisation that brings no demands into an area."""
    return Violation(
        "not_in_area",
        f"Ihre Kommune nimmt am Aufgabengebiet „{area_name}“ nicht mit Bedarfen teil. Die "
        "Koordination kann die Teilnahme ändern.",
        field="area_id",
    )


def reasons_against_releasing(
    facts: DemandFacts,
    person_id: uuid.UUID | None,
    *,
    released_net_cents: int | None,
    has_other_releaser: bool,
) -> list[Violation]:
    """Return why the budget may not be released by this person with this amount (net, cents).

    released_net_cents: None means the value that counts. Four eyes: who submitted does not release,
    unless nobody else of the organisation could; the record then says so.
    """
    found = reasons_against_stage(facts, Action.RELEASE)
    if is_same_person(facts, person_id) and has_other_releaser:
        found.append(
            Violation(
                "four_eyes",
                f"Den Bedarf {facts.reference} haben Sie selbst eingereicht. Freigeben muss ihn "
                "eine andere Person mit der Rolle Freigabe (Vier-Augen-Prinzip).",
                who="Freigabe (Kämmerei)",
            )
        )
    return found + _budget_reasons(facts, released_net_cents)


def is_same_person(facts: DemandFacts, person_id: uuid.UUID | None) -> bool:
    """Return whether the person who would release is the one who submitted."""
    return person_id is not None and person_id == facts.submitted_by_id


def _budget_reasons(facts: DemandFacts, released_net_cents: int | None) -> list[Violation]:
    value, field = facts.value_net_cents, "released_net_cents"
    if released_net_cents is None:
        if value is not None:
            return []
        message = (
            f"Der Bedarf {facts.reference} hat keinen geschätzten Wert. Bitte geben Sie an, "
            "welcher Betrag (netto) freigegeben wird."
        )
        return [Violation("budget_missing", message, field=field)]
    if not 0 < released_net_cents <= money.MAX_CENTS:
        message = (
            f"Der freigegebene Betrag muss größer als 0 und höchstens "
            f"{money.german(money.MAX_CENTS)} sein."
        )
        return [Violation("budget_out_of_range", message, field=field)]
    if value is not None and released_net_cents < value:
        message = (
            f"{money.german(released_net_cents)} decken den Wert von {money.german(value)} (netto) "
            f"des Bedarfs {facts.reference} nicht. Geben Sie mindestens den Wert frei, oder lehnen "
            "Sie mit Begründung ab, damit der Bedarf verkleinert wird."
        )
        return [Violation("budget_below_value", message, field=field)]
    return []


def reasons_against_ending(facts: DemandFacts, action: Action, reason: str) -> list[Violation]:
    """Return why a demand may not be rejected, withdrawn or its release taken back like this."""
    found = reasons_against_stage(facts, action)
    if action in _NEED_REASONS and not reason:
        message = "Bitte nennen Sie den Grund; er steht in der Akte und wird mitgeteilt."
        found.append(Violation("reason_missing", message, field="reason"))
    if len(reason) > REASON_MAX:
        message = f"Der Grund hat {len(reason)} Zeichen, erlaubt sind {REASON_MAX}."
        found.append(Violation("too_long", message, field="reason"))
    return found
