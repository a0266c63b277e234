"""What the pages, the API and the workbook show of a ledger."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vergabe import money
from vergabe.access.actor import Actor
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Cooperation
from vergabe.cost_keys.keys import CostKey, read_key
from vergabe.cost_shares import figures, queries
from vergabe.cost_shares.items import MemberAccount, OpenItem
from vergabe.cost_shares.kinds import (
    ACCOUNT_NAMES,
    CATEGORY_NAMES,
    KIND_NAMES,
    Account,
    Category,
    Kind,
)
from vergabe.cost_shares.model import LedgerEntry
from vergabe.cost_shares.vat_rules import STATUS_NAMES
from vergabe.exchange.sheet_writer import TableValue, write_table_xlsx


@dataclass(frozen=True, kw_only=True)
class MemberStatement:
    """What stands between a member and the lead; cents, gross.

    advanced: shares not demanded yet, before VAT; entries: those that concern the member.
    """

    organisation_id: uuid.UUID
    name: str
    is_lead: bool
    advanced_cents: int
    account: MemberAccount
    overdue_cents: int
    interest_cents: int

    @property
    def owes_cents(self) -> int:
        """Return what was demanded and is open; negative is a credit."""
        return self.account.balance_cents

    def latest_items(self, most: int) -> list[OpenItem]:
        """Return the demands that are open, and of those that are paid the latest ones."""
        paid = [item for item in self.account.items if not item.open_cents]
        older = {id(item) for item in paid[: max(0, len(paid) - most)]}
        return [item for item in self.account.items if id(item) not in older]


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """The sums of a cooperation's ledger as its keeper sees them."""

    cooperation: Cooperation
    key: CostKey
    members: tuple[MemberStatement, ...]
    lead_balances: tuple[tuple[str, int], ...]

    @property
    def advanced_cents(self) -> int:
        return sum(member.advanced_cents for member in self.members)

    @property
    def owed_cents(self) -> int:
        return sum(member.owes_cents for member in self.members)

    @property
    def total_cents(self) -> int:
        """Return what the lead has still to get, from its own accounts."""
        return -sum(cents for _name, cents in self.lead_balances)

    @property
    def adds_up(self) -> bool:
        return self.total_cents == self.advanced_cents + self.owed_cents


def ledger(session: Session, cooperation: Cooperation, *, today: dt.date) -> Ledger:
    """Return the sums of the ledger; whoever calls has asked `queries.reads_ledger`."""
    lead = queries.lead_balances(session, cooperation.id)
    return Ledger(
        cooperation=cooperation,
        key=read_key(cooperations.cost_key_of(session, cooperation, today)),
        members=tuple(member_statements(session, cooperation, today=today)),
        lead_balances=tuple(
            (ACCOUNT_NAMES[account], lead[account]) for account in Account if account in lead
        ),
    )


def member_statements(
    session: Session,
    cooperation: Cooperation,
    *,
    today: dt.date,
    only: uuid.UUID | None = None,
) -> list[MemberStatement]:
    """Return what each member owes, in the fixed order; `only`: one member alone."""
    members = [
        member
        for member in figures.all_members(session, cooperation.id)
        if only in (None, member.organisation_id)
    ]
    ids = [member.organisation_id for member in members]
    balances = queries.balances(session, cooperation.id)
    accounts = queries.member_accounts(session, cooperation.id, ids)
    rate = read_key(cooperations.cost_key_of(session, cooperation, today)).interest_basis_points
    return [
        MemberStatement(
            organisation_id=member.organisation_id,
            name=member.organisation.name,
            is_lead=member.organisation_id == cooperation.lead_organisation_id,
            advanced_cents=balances.get((Account.ADVANCED, member.organisation_id), 0),
            account=accounts[member.organisation_id],
            overdue_cents=_overdue(accounts[member.organisation_id], today),
            interest_cents=sum(
                item.interest_cents(today, rate) for item in accounts[member.organisation_id].items
            ),
        )
        for member in members
    ]


def _overdue(account: MemberAccount, today: dt.date) -> int:
    return sum(item.open_cents for item in account.items if item.days_overdue(today))


def visible_entry(
    session: Session, actor: Actor, cooperation: Cooperation, entry_id: uuid.UUID
) -> LedgerEntry:
    """Return an entry that the actor may read: the lead's people all, members their demands."""
    entry = queries.entry_by_id(session, cooperation.id, entry_id)
    owner = entry.organisation_id if entry.kind == Kind.DEMAND else None
    queries.require_reader(actor, cooperation, owner or uuid.UUID(int=0))
    return entry


_HEADERS = (
    *("Nr.", "Art", "Text", "Beleg", "Belegdatum", "Leistung am", "Vorhaben", "Kostenart"),
    *("Netto", "Umsatzsteuer", "Brutto", "Umsatzsteuerstatus", "Begründung", "Fällig am"),
    *("Storniert", "Konto", "Mitglied", "Soll", "Haben", "Rechnung", "Gebucht am", "Gebucht von"),
)


def ledger_workbook(session: Session, cooperation: Cooperation) -> bytes:
    """Return the ledger as a workbook, one row for each line of each entry."""
    entries = queries.entries(session, cooperation.id)
    names = {
        member.organisation_id: member.organisation.name
        for member in figures.all_members(session, cooperation.id)
    }
    corrected = queries.corrected_ids(session, cooperation.id)
    rows = list(_rows(entries, names, corrected))
    return write_table_xlsx(_HEADERS, rows, sheet_name=f"Vorleistungen {cooperation.key}")


def _rows(
    entries: Sequence[LedgerEntry], names: dict[uuid.UUID, str], corrected: set[uuid.UUID]
) -> Iterator[list[TableValue]]:
    for entry in entries:
        common: list[TableValue] = [
            entry.number,
            KIND_NAMES[Kind(entry.kind)],
            entry.text,
            entry.document,
            entry.document_on,
            entry.supplied_on,
            entry.pool.reference if entry.pool else None,
            CATEGORY_NAMES[Category(entry.category)] if entry.category else None,
            *map(_euros, (entry.net_cents, entry.vat_cents, entry.gross_cents)),
            STATUS_NAMES.get(entry.vat_status or ""),
            entry.vat_reason or None,
            entry.due_on,
            entry.id in corrected,
        ]
        for line in entry.lines:
            name = names.get(line.organisation_id) if line.organisation_id else None
            yield [
                *common,
                ACCOUNT_NAMES[Account(line.account)],
                name,
                _euros(line.cents if line.cents > 0 else None),
                _euros(-line.cents if line.cents < 0 else None),
                line.text or None,
                entry.recorded_at,
                entry.recorded_by_name,
            ]


def _euros(cents: int | None) -> TableValue:
    return None if cents is None else money.euros(cents)
