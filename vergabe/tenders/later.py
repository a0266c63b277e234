"""What later joiners and call-offs mean for a tender: pure functions over loaded rows."""

from vergabe.law import paragraphs
from vergabe.money import german as euro
from vergabe.pools import later_queries
from vergabe.pools.commitment import amount
from vergabe.pools.later_queries import CallOffEntry
from vergabe.pools.model import LaterJoiner
from vergabe.tenders.model import Lot, Tender


def law_of(tender: Tender) -> str | None:
    """Return where it stands who may call off from the contract; None: its rules say nothing."""
    return paragraphs.call_off(str(tender.law_result.get("rule_set")))


def name_in_estimate(row: LaterJoiner) -> str:
    """Return how the estimate names what a later joiner may take."""
    return f"{row.organisation.name} (späterer Beitritt)"


def value_with_options(tender: Tender) -> int:
    """Return the estimated value of a tender with what later joiners may take (net cents)."""
    return tender.estimated_value_net_cents + later_queries.announced_net_cents(tender.pool)


def public_value(tender: Tender) -> int | None:
    """Return the value with options as the public may know it; None: unknown or withheld."""
    if not tender.publishes_value or not tender.estimated_value_net_cents:
        return None
    return value_with_options(tender)


def public_lot_value(tender: Tender, lot: Lot) -> int | None:
    """Return the value of a lot as the public may know it; None if it is unknown or withheld."""
    return (lot.estimated_value_net_cents or None) if tender.publishes_value else None


def call_off_list(tender: Tender) -> list[CallOffEntry]:
    """Return who may call off later from the contract of a tender."""
    return later_queries.call_off_entries(tender.pool.joinings, tender.pool.later_joiners)


def announcement(tender: Tender) -> str | None:
    """Return the sentences of the notice on who may call off or join later; None: nobody may."""
    entries = call_off_list(tender)
    names = {row.organisation_id: row.organisation.official_name for row in tender.pool.joinings}
    names |= {r.organisation_id: r.organisation.official_name for r in tender.pool.later_joiners}
    parts = []
    buyers = [f"{names[e.organisation_id] or e.name}" for e in entries if e.is_buyer]
    if buyers and tender.is_framework:
        parts.append(f"Aus der Rahmenvereinbarung dürfen abrufen: {', '.join(buyers)}.")
    others = [
        f"{names[entry.organisation_id] or entry.name} ({_most(entry)})"
        for entry in entries
        if not entry.is_buyer
    ]
    if others:
        law = law_of(tender)
        parts.append(
            f"Später beitreten können, ohne bis dahin Auftraggeber zu sein: {'; '.join(others)}. "
            f"Ihre Höchstmengen sind im geschätzten Wert enthalten{f' ({law})' if law else ''}."
        )
    return " ".join(parts) or None


def _most(entry: CallOffEntry) -> str:
    things = ", ".join(
        " ".join(filter(None, (amount(line.maximum, line.unit_code), f"„{line.text}“")))
        for line in entry.lines
    )
    value = f", {euro(entry.maximum_net_cents)} netto" if entry.maximum_net_cents else ""
    until = f"bis {entry.latest_on:%d.%m.%Y}, " if entry.latest_on else ""
    return f"{until}höchstens {things}{value}"
