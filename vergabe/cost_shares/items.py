"""What a member owes, item by item: payments go to the oldest demand first. Pure."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

_DAYS_OF_YEAR: Final = 365
_ALL_BASIS_POINTS: Final = 10_000


@dataclass(frozen=True, kw_only=True)
class Movement:
    """A line on a member's account of demanded amounts; corrections and what they undo are gone.

    cents: positive claims, negative settles. due_on: of a claim. day: of the voucher.
    """

    entry_id: uuid.UUID
    number: int
    day: dt.date
    cents: int
    due_on: dt.date | None = None
    is_interest: bool = False


@dataclass(frozen=True, kw_only=True)
class Reminder:
    """A dunning of a demand: its level, its day, and the new due day that it set."""

    level: int
    sent_on: dt.date
    due_on: dt.date


@dataclass(frozen=True, kw_only=True)
class OpenItem:
    """A demand, what was paid on it and when, and what is still open; cents, gross."""

    movement: Movement
    paid: tuple[tuple[dt.date, int], ...]
    reminders: tuple[Reminder, ...] = ()

    @property
    def paid_cents(self) -> int:
        return sum(cents for _day, cents in self.paid)

    @property
    def open_cents(self) -> int:
        return self.movement.cents - self.paid_cents

    @property
    def due_on(self) -> dt.date:
        """Return the day until which it was to be paid, as first demanded."""
        return self.movement.due_on or self.movement.day

    def days_overdue(self, today: dt.date) -> int:
        """Return how many days it is overdue, 0 if it is not, or if nothing is open."""
        return max((today - self.due_on).days, 0) if self.open_cents > 0 else 0

    def interest_cents(self, today: dt.date, basis_points: int) -> int:
        """Return simple interest on what was or is paid late, up to and including `today`.

        By the day, a year of 365 days, from the day after the due day; fractions of a cent are
        dropped. Interest itself bears none.
        """
        if not basis_points or self.movement.is_interest:
            return 0
        late = [(min(day, today), cents) for day, cents in self.paid]
        late.append((today, self.open_cents))
        cent_days = sum(max((day - self.due_on).days, 0) * cents for day, cents in late)
        return cent_days * basis_points // (_ALL_BASIS_POINTS * _DAYS_OF_YEAR)


@dataclass(frozen=True, kw_only=True)
class MemberAccount:
    """The items of one member, oldest due first, and the credit that settles none of them."""

    items: tuple[OpenItem, ...]
    credit_cents: int

    @property
    def open_items(self) -> tuple[OpenItem, ...]:
        return tuple(item for item in self.items if item.open_cents)

    @property
    def balance_cents(self) -> int:
        """Return what the member owes in all; negative is a credit."""
        return sum(item.open_cents for item in self.items) - self.credit_cents


@dataclass
class _Filling:
    movement: Movement
    paid: list[tuple[dt.date, int]] = field(default_factory=list)

    @property
    def open_cents(self) -> int:
        return self.movement.cents - sum(cents for _day, cents in self.paid)


def account(
    movements: Sequence[Movement], reminders: dict[uuid.UUID, list[Reminder]] | None = None
) -> MemberAccount:
    """Return the items that movements amount to.

    What settles goes to the claim due first (ties: lower number), whatever the order of booking;
    what is left is credit and goes to the next claim by itself.
    """
    claims = [_Filling(m) for m in movements if m.cents > 0]
    claims.sort(key=lambda f: (f.movement.due_on or f.movement.day, f.movement.number))
    settling = sorted((m for m in movements if m.cents < 0), key=lambda m: (m.day, m.number))
    credit = 0
    for movement in settling:
        credit += _settle(claims, movement)
    known = reminders or {}
    return MemberAccount(
        items=tuple(
            OpenItem(
                movement=filling.movement,
                paid=tuple(filling.paid),
                reminders=tuple(known.get(filling.movement.entry_id, ())),
            )
            for filling in claims
        ),
        credit_cents=credit,
    )


def _settle(claims: Sequence[_Filling], movement: Movement) -> int:
    """Fill the open claims in order; return what is left over."""
    left = -movement.cents
    for filling in claims:
        part = min(left, filling.open_cents)
        if part:
            filling.paid.append((movement.day, part))
            left -= part
        if not left:
            break
    return left
