"""The entries of a ledger as a list: all of them for its keepers, a member's own for the member."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from vergabe.access.model import Organisation
from vergabe.collation import folded, german
from vergabe.cooperations.model import Cooperation, Member
from vergabe.cost_shares.kinds import KIND_NAMES, Account, Kind
from vergabe.cost_shares.model import LedgerEntry, LedgerLine
from vergabe.pools.model import Pool
from vergabe.texts import _, lazy
from vergabe.web import lists
from vergabe.web.list_filters import Amounts, Days, Filter, OneOf, TextFilter
from vergabe.web.lists import Column, Listing, Order, euros

_NUMBER: Final = Order(
    "nummer",
    lazy("Nr."),
    LedgerEntry.number,
    names=("älteste zuerst", "neueste zuerst"),
    falls_first=True,
)


@dataclass(frozen=True)
class Booked:
    """An entry; cents: what it moved here; is_taken_back: a correction has undone it."""

    entry: LedgerEntry
    cents: int
    is_taken_back: bool = False


def ledger_list(session: Session, cooperation: Cooperation) -> Listing[Booked]:
    """Return the list of all entries; whoever calls has asked `queries.reads_ledger`."""
    return Listing(
        key="ledger",
        title=_("Buchungen %(prefix)s", prefix=cooperation.reference_prefix),
        id=LedgerEntry.id,
        columns=(
            Column("nummer", _("Nr."), lambda b: b.entry.number),
            Column("art", _("Art"), kind_of),
            Column("text", _("Text"), lambda b: b.entry.text),
            Column("beleg", _("Beleg"), lambda b: b.entry.document),
            Column("vorhaben", _("Vorhaben"), _project),
            Column("betrag", _("Betrag"), lambda b: euros(b.cents), "numeric"),
            Column("tag", _("Belegdatum"), lambda b: b.entry.document_on, on_page=False),
            Column("mitglied", _("Mitglied"), _member_name, on_page=False),
            Column("faellig", _("Fällig am"), lambda b: b.entry.due_on, on_page=False),
            Column("storniert", _("Storniert"), lambda b: b.is_taken_back, on_page=False),
            Column("gebucht", _("Gebucht am"), lambda b: b.entry.recorded_at, on_page=False),
        ),
        orders=(
            _NUMBER,
            lists.by_day("tag", _("Belegdatum"), LedgerEntry.document_on),
            lists.by_amount("betrag", _("Betrag"), LedgerEntry.amount_cents),
        ),
        rows=_entries,
        row_id=lambda booked: booked.entry.id,
        branches=[[LedgerEntry.cooperation_id == cooperation.id]],
        filters=_filters(session, cooperation),
    )


def movement_list(cooperation: Cooperation, organisation_id: uuid.UUID) -> Listing[Booked]:
    """Return the list of the entries that moved what a member owes; rights as for its account."""
    return Listing(
        key="movements",
        title=_("Bewegungen %(prefix)s", prefix=cooperation.reference_prefix),
        id=LedgerEntry.id,
        columns=(
            Column("tag", _("Tag"), lambda b: b.entry.document_on),
            Column("art", _("Art"), kind_of),
            Column("beleg", _("Beleg"), lambda b: b.entry.document),
            Column("betrag", _("Betrag"), lambda b: euros(b.cents), "numeric"),
            Column("nummer", _("Nr."), lambda b: b.entry.number, on_page=False),
        ),
        orders=(_NUMBER,),
        rows=lambda session, ids: _movements(session, ids, organisation_id),
        row_id=lambda booked: booked.entry.id,
        branches=[[LedgerEntry.cooperation_id == cooperation.id, _moves(organisation_id)]],
        filters=(_kind_filter(), Days("tag", _("Tag"), LedgerEntry.document_on)),
    )


def kind_of(booked: Booked) -> str:
    """Return what an entry is, in words."""
    return KIND_NAMES[Kind(booked.entry.kind)]


def _project(booked: Booked) -> str | None:
    return booked.entry.pool.reference if booked.entry.pool else None


def _member_name(booked: Booked) -> str | None:
    return booked.entry.organisation.name if booked.entry.organisation else None


def _entries(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[Booked]:
    correction = aliased(LedgerEntry)
    taken_back = exists().where(correction.reverses_id == LedgerEntry.id)
    query = select(LedgerEntry, taken_back).where(LedgerEntry.id.in_(ids))
    rows = session.execute(
        query.options(joinedload(LedgerEntry.pool), joinedload(LedgerEntry.organisation))
    )
    return [Booked(entry, entry.amount_cents, undone) for entry, undone in rows]


def _moves(organisation_id: uuid.UUID) -> ColumnElement[bool]:
    return exists().where(
        LedgerLine.entry_id == LedgerEntry.id,
        LedgerLine.account == Account.DEMANDED,
        LedgerLine.organisation_id == organisation_id,
    )


def _movements(
    session: Session, ids: Sequence[uuid.UUID], organisation_id: uuid.UUID
) -> Sequence[Booked]:
    query = (
        select(LedgerEntry, func.sum(LedgerLine.cents))
        .join(LedgerLine, LedgerLine.entry_id == LedgerEntry.id)
        .where(
            LedgerEntry.id.in_(ids),
            LedgerLine.account == Account.DEMANDED,
            LedgerLine.organisation_id == organisation_id,
        )
        .group_by(LedgerEntry.id)
    )
    return [Booked(entry, int(cents)) for entry, cents in session.execute(query)]


def _kind_filter() -> OneOf:
    return OneOf(
        "art",
        _("Art"),
        [(kind.value, name) for kind, name in KIND_NAMES.items()],
        lambda kind: LedgerEntry.kind == kind,
    )


def _filters(session: Session, cooperation: Cooperation) -> list[Filter]:
    members = session.execute(
        select(Organisation.id, Organisation.name)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(Member.cooperation_id == cooperation.id)
        .order_by(Member.position)
    ).all()
    return [
        TextFilter("q", _("Text, Beleg oder Vorhaben"), _matches),
        _kind_filter(),
        OneOf(
            "mitglied",
            _("Mitglied"),
            [(str(key), name) for key, name in members],
            lambda key: LedgerEntry.organisation_id == uuid.UUID(key),
        ),
        Days("tag", _("Belegdatum"), LedgerEntry.document_on),
        Amounts("betrag", _("Betrag"), LedgerEntry.amount_cents),
    ]


def _matches(word: str) -> ColumnElement[bool]:
    about = Pool.reference.icontains(word, autoescape=True)
    return or_(
        german(LedgerEntry.text).contains(folded(word), autoescape=True),
        german(LedgerEntry.document).contains(folded(word), autoescape=True),
        LedgerEntry.pool_id.in_(select(Pool.id).where(about)),
    )
