"""Changing a contract during its term (Auftragsänderung, § 132 GWB)."""

import datetime as dt

from vergabe.law import parameters
from vergabe.law.errors import ImpossibleInput
from vergabe.law.results import Result, of_row
from vergabe.law.thresholds import ContractType, eu_threshold
from vergabe.money import german as euro


def de_minimis(
    contract_type: ContractType,
    on: dt.date,
    *,
    original_net_cents: int,
    previous_changes_net_cents: int,
    change_net_cents: int,
) -> Result[bool]:
    """Return whether a small change needs no new procedure; amounts in cents net.

    The sum of all changes must not exceed the EU threshold of the day, nor 10 % (works: 15 %) of
    the original value; that the overall nature stays the same is presupposed. Decreases count like
    increases (cautious). Raises ImpossibleInput, NoRowInForce. Law: § 132 (3) GWB.
    """
    if original_net_cents <= 0:
        raise ImpossibleInput(
            "Der ursprüngliche Auftragswert muss größer als null sein.", field="original_value_net"
        )
    kind = "works" if contract_type.is_works else "supplies"
    share = parameters.parameter(f"GWB-132-3-{kind}", on)
    threshold = eu_threshold(contract_type, on).value
    total = abs(previous_changes_net_cents) + abs(change_net_cents)
    within_threshold = total <= threshold
    within_share = total * 100 <= share.number * original_net_cents
    cap = share.number * original_net_cents // 100
    return of_row(
        within_threshold and within_share,
        share,
        inputs={
            "contract_type": contract_type,
            "on": on,
            "original_net_cents": original_net_cents,
            "previous_changes_net_cents": previous_changes_net_cents,
            "change_net_cents": change_net_cents,
        },
        explain=lambda: (
            f"Alle Änderungen zusammen: {euro(total)}.",
            f"EU-Schwellenwert {euro(threshold)}: "
            f"{'eingehalten' if within_threshold else 'überschritten'}.",
            f"{share.number} % des ursprünglichen Werts von {euro(original_net_cents)} sind "
            f"{euro(cap)}: {'eingehalten' if within_share else 'überschritten'}.",
            "Vorausgesetzt ist, dass sich der Gesamtcharakter des Auftrags nicht ändert.",
        ),
    )


def price_increase(on: dt.date, *, original_net_cents: int, change_net_cents: int) -> Result[bool]:
    """Return whether one additional or unforeseen change stays within 50 % of the original value.

    Concerns § 132 (2) sentence 1 nos. 2 and 3 GWB, each change for itself; amounts in cents net.
    Raises ImpossibleInput.
    """
    if original_net_cents <= 0:
        raise ImpossibleInput(
            "Der ursprüngliche Auftragswert muss größer als null sein.", field="original_value_net"
        )
    share = parameters.parameter("GWB-132-2", on)
    return of_row(
        change_net_cents * 100 <= share.number * original_net_cents,
        share,
        inputs={
            "on": on,
            "original_net_cents": original_net_cents,
            "change_net_cents": change_net_cents,
        },
        explain=lambda: (
            f"Die Änderung um {euro(change_net_cents)} darf höchstens {share.number} % des "
            f"ursprünglichen Werts von {euro(original_net_cents)} ausmachen.",
        ),
    )
