"""What happens to demands: payments, credit paid back, interest, write-offs."""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from vergabe import clock, money
from vergabe.access.actor import Actor
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Cooperation
from vergabe.cost_keys.keys import read_key
from vergabe.cost_shares import booking, queries, reimbursing, rules
from vergabe.cost_shares.booking import Draft, Side
from vergabe.cost_shares.items import MemberAccount
from vergabe.cost_shares.kinds import Account, Kind
from vergabe.cost_shares.model import LedgerEntry
from vergabe.errors import InvalidInput, Refused, Violation
from vergabe.exchange.text import clean_line


def receive_payment(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    organisation_id: uuid.UUID,
    *,
    amount_cents: int | None,
    paid_on: dt.date | None,
    document: str,
    request_key: str | None = None,
    now: dt.datetime,
) -> LedgerEntry:
    """Book a payment of a member; it settles the demand that was due first, and so on.

    Parts of a demand may be paid; what is too much stays as credit and settles the next one. A
    payment without any demand is credit too. InvalidInput for wrong fields.
    """
    return _move_cash(
        session,
        actor,
        cooperation_id,
        organisation_id,
        Kind.PAYMENT,
        amount_cents=amount_cents,
        day=paid_on,
        document=document,
        request_key=request_key,
        now=now,
    )


def pay_back(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    organisation_id: uuid.UUID,
    *,
    amount_cents: int | None,
    paid_on: dt.date | None,
    document: str,
    request_key: str | None = None,
    now: dt.datetime,
) -> LedgerEntry:
    """Book that the lead pays a member its credit back; Refused beyond the credit."""
    return _move_cash(
        session,
        actor,
        cooperation_id,
        organisation_id,
        Kind.PAYOUT,
        amount_cents=amount_cents,
        day=paid_on,
        document=document,
        request_key=request_key,
        now=now,
    )


def _move_cash(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    organisation_id: uuid.UUID,
    kind: Kind,
    *,
    amount_cents: int | None,
    day: dt.date | None,
    document: str,
    request_key: str | None,
    now: dt.datetime,
) -> LedgerEntry:
    cooperation = booking.ledger_of(session, actor, cooperation_id, now=now)
    member = reimbursing.member_of(session, cooperation.id, organisation_id)
    known = booking.already_booked(session, cooperation, request_key, kind)
    if known is not None:
        return known
    wrong = rules.wrong_amount(amount_cents)
    wrong += rules.wrong_day(day, "paid_on", "Geben Sie den Zahltag an.", clock.berlin_day(now))
    wrong += rules.wrong_text(document, "document", "Nennen Sie den Beleg.", rules.DOCUMENT_LENGTH)
    if wrong or amount_cents is None or day is None:
        raise InvalidInput.of(wrong)
    if organisation_id == cooperation.lead_organisation_id:
        raise Refused("lead_owes_nothing", "Die Federführung schuldet sich selbst nichts.")
    sign = 1
    if kind is Kind.PAYOUT:
        sign = -1
        _refuse_beyond(
            _account(session, cooperation, organisation_id).credit_cents, amount_cents, "Guthaben"
        )
    name = member.organisation.name
    text = f"Zahlung von {name}" if sign == 1 else f"Rückzahlung an {name}"
    return booking.post(
        session,
        actor,
        cooperation,
        Draft(
            kind=kind,
            organisation_id=organisation_id,
            text=text,
            document=clean_line(document),
            document_on=day,
            amount_cents=amount_cents,
            # Paid back: the credit is used up by a claim that is due at once.
            due_on=day if kind is Kind.PAYOUT else None,
        ),
        [
            Side(account=Account.CASH, cents=sign * amount_cents),
            Side(
                account=Account.DEMANDED,
                organisation_id=organisation_id,
                cents=-sign * amount_cents,
            ),
        ],
        request_key=request_key,
        now=now,
    )


def _account(
    session: Session, cooperation: Cooperation, organisation_id: uuid.UUID
) -> MemberAccount:
    found = queries.member_accounts(session, cooperation.id, [organisation_id])
    return found[organisation_id]


def _refuse_beyond(available: int, amount: int, what: str) -> None:
    if amount > available:
        raise Refused.because(
            "amount_beyond_balance",
            "So hoch ist der Betrag nicht.",
            [
                Violation(
                    "amount_beyond_balance",
                    f"{what}: {money.german(available)}. Mehr lässt sich nicht buchen.",
                    field="amount",
                )
            ],
        )


def write_off(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    organisation_id: uuid.UUID,
    *,
    amount_cents: int | None,
    reason: str,
    request_key: str | None = None,
    now: dt.datetime,
) -> LedgerEntry:
    """Give up a claim against a member, in part or whole, for a reason; the lead bears it.

    Refused beyond what the member owes; InvalidInput without a reason.
    """
    cooperation = booking.ledger_of(session, actor, cooperation_id, now=now)
    member = reimbursing.member_of(session, cooperation.id, organisation_id)
    known = booking.already_booked(session, cooperation, request_key, Kind.WRITE_OFF)
    if known is not None:
        return known
    reason = reason.strip()
    wrong = rules.wrong_amount(amount_cents)
    wrong += rules.wrong_text(reason, "reason", "Nennen Sie den Grund.", rules.REASON_LENGTH)
    if wrong or amount_cents is None:
        raise InvalidInput.of(wrong)
    owed = _account(session, cooperation, organisation_id).balance_cents
    _refuse_beyond(max(owed, 0), amount_cents, "Offen")
    return booking.post(
        session,
        actor,
        cooperation,
        Draft(
            kind=Kind.WRITE_OFF,
            organisation_id=organisation_id,
            text=f"Ausbuchung {member.organisation.name}",
            document="",
            document_on=clock.berlin_day(now),
            amount_cents=amount_cents,
            details={"reason": reason},
        ),
        [
            Side(account=Account.WRITE_OFF, cents=amount_cents),
            Side(account=Account.DEMANDED, organisation_id=organisation_id, cents=-amount_cents),
        ],
        request_key=request_key,
        reason=reason,
        now=now,
    )


def charge_interest(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    organisation_id: uuid.UUID,
    *,
    now: dt.datetime,
) -> LedgerEntry:
    """Demand the interest of a member up to today, less what was charged before.

    Refused where nothing was agreed (the lead pays in advance without interest), and when there is
    nothing to charge. Doing it again the same day charges nothing more.
    """
    cooperation = booking.ledger_of(session, actor, cooperation_id, now=now)
    member = reimbursing.member_of(session, cooperation.id, organisation_id)
    today = clock.berlin_day(now)
    key = read_key(cooperations.cost_key_of(session, cooperation, today))
    if not key.interest_basis_points:
        raise Refused(
            "interest_free", "Die Vorleistung ist zinsfrei vereinbart; Zinsen werden nicht gebucht."
        )
    account = _account(session, cooperation, organisation_id)
    accrued = sum(i.interest_cents(today, key.interest_basis_points) for i in account.items)
    charged = sum(item.movement.cents for item in account.items if item.movement.is_interest)
    amount = accrued - charged
    if amount <= 0:
        raise Refused("no_interest", "Bis heute sind keine weiteren Zinsen entstanden.")
    return booking.post(
        session,
        actor,
        cooperation,
        Draft(
            kind=Kind.INTEREST,
            organisation_id=organisation_id,
            text=f"Zinsen {member.organisation.name} bis {today:%d.%m.%Y}",
            document="",
            document_on=today,
            amount_cents=amount,
            due_on=today + dt.timedelta(days=key.due_days),
            details={"interest_basis_points": key.interest_basis_points},
        ),
        [
            Side(account=Account.DEMANDED, organisation_id=organisation_id, cents=amount),
            Side(account=Account.INTEREST, cents=-amount),
        ],
        now=now,
    )
