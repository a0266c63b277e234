"""What waits around tenders: preparing them, what publication still needs, questions."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from flask import url_for
from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, selectinload

from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations.gates import Gate
from vergabe.cooperations.readiness import MemberViolation
from vergabe.cooperations.task_rules import Step
from vergabe.enquiries import service as enquiries
from vergabe.enquiries.model import Enquiry
from vergabe.home.task import MOST_OF_ONE_KIND, Task, number
from vergabe.tenders import duties, gates, queries
from vergabe.tenders.model import Lot, LotItem, Tender, TenderBuyer

MOST_WITH_GATES: Final = 2
"""Every gate is worked out anew, so only for so many tenders at once."""
_UNDER_WAY: Final = ("draft", "ready")


def preparing(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    """Yield what the actor has to do for tenders under way, newest first.

    Officers hear what keeps each of theirs from publication; every member hears which paper of its
    own is missing (releases, joinings and votes have tasks of their own).
    """
    mine = queries.work_of(actor, Step.PREPARE_TENDER).with_only_columns(Tender.id)
    buys = exists().where(
        TenderBuyer.tender_id == Tender.id,
        TenderBuyer.organisation_id == actor.organisation_id,
        TenderBuyer.buys,
    )
    is_officer = actor.holds(Permission.EDIT_TENDERS)
    wanted = buys | Tender.id.in_(mine) if is_officer else buys
    for tender in session.scalars(_complete(queries.visible(actor).where(wanted))).all():
        found = gates.all_gates(session, tender, now=now)
        if is_officer and duties.may(session, actor, tender, Step.PREPARE_TENDER, now=now):
            yield _next_step(tender, found)
        yield from _own_part(actor, tender, found)


def _next_step(tender: Tender, found: Sequence[Gate]) -> Task:
    missing = sum(1 for gate in found if not gate.is_open)
    if not missing and tender.stage == "ready":
        url = url_for("tender_notices.publishing_form", tender_id=tender.id)
        return Task(f"{_name(tender)} kann veröffentlicht werden", "Veröffentlichen", url)
    if tender.stage == "ready":
        needs = number(missing, "Voraussetzung", "Voraussetzungen")
        url = url_for("tenders.gates_page", tender_id=tender.id)
        verb = "fehlt" if missing == 1 else "fehlen"
        return Task(f"Für {_name(tender)} {verb} noch {needs}", "Ansehen", url)
    title = f"{_name(tender)} ist in Vorbereitung"
    return Task(title, "Weiterbearbeiten", url_for("tenders.show", tender_id=tender.id))


def _name(tender: Tender) -> str:
    return f"{tender.reference} „{tender.title}“"


def _own_part(actor: Actor, tender: Tender, found: Sequence[Gate]) -> Iterator[Task]:
    for gate in found:
        known = _MEMBERS_PART.get(gate.key)
        if known is None or not _concerns(gate, actor.organisation_id):
            continue
        permissions, what, button, address = known
        if any(actor.holds(permission) for permission in permissions):
            yield Task(f"Für {_name(tender)} {what}", button, address(tender))


def _concerns(gate: Gate, organisation_id: uuid.UUID | None) -> bool:
    return any(
        isinstance(reason, MemberViolation) and reason.organisation_id == str(organisation_id)
        for reason in gate.reasons
    )


def _of_cooperation(endpoint: str) -> Callable[[Tender], str]:
    return lambda tender: url_for(endpoint, key=tender.cooperation.key)


# Releases, joinings and votes have tasks of their own.
_MEMBERS_PART: Final[
    dict[str, tuple[tuple[Permission, ...], str, str, Callable[[Tender], str]]]
] = {
    "mandates": (
        (Permission.GRANT_MANDATE,),
        "fehlt die Vollmacht Ihrer Kommune",
        "Vollmacht eintragen",
        _of_cooperation("mandates.new"),
    ),
    "resolutions": (
        (Permission.RECORD_RESOLUTION,),
        "fehlt ein Beschluss Ihrer Kommune",
        "Beschluss eintragen",
        _of_cooperation("resolutions.index"),
    ),
    "declarations": (
        (Permission.EDIT_TENDERS, Permission.OPEN_BIDS),
        "fehlen Erklärungen zu Interessenkonflikten",
        "Ansehen",
        lambda tender: url_for("conflicts.show", pool_id=tender.pool_id),
    ),
}


def questions(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    counts = dict(
        session.execute(
            select(Enquiry.tender_id, func.count(Enquiry.id))
            .where(
                Enquiry.tender_id.in_(
                    queries.work_of(actor, Step.ANSWER_ENQUIRIES).with_only_columns(Tender.id)
                ),
                Enquiry.answer_id.is_(None),
            )
            .group_by(Enquiry.tender_id)
        ).all()
    )
    tenders = session.scalars(
        select(Tender)
        .where(Tender.id.in_(counts), Tender.stage == "published")
        .options(
            selectinload(Tender.cooperation),
            selectinload(Tender.pool),
            selectinload(Tender.buyers).selectinload(TenderBuyer.organisation),
        )
        .order_by(Tender.submission_deadline)
        .limit(MOST_OF_ONE_KIND)
    ).all()
    for tender in tenders:
        if not duties.may(session, actor, tender, Step.ANSWER_ENQUIRIES, now=now):
            continue
        found = number(counts[tender.id], "Bieterfrage", "Bieterfragen")
        yield Task(
            f"{found} zu {tender.reference} ohne Antwort",
            "Beantworten",
            url_for("enquiries.officer_list", tender_id=tender.id),
            enquiries.answer_due(session, tender),
        )


def _complete(query: Select[Tender]) -> Select[Tender]:
    """Return tenders under way, newest first, with all that their gates look at."""
    return (
        query.where(Tender.stage.in_(_UNDER_WAY))
        .options(
            selectinload(Tender.lots).selectinload(Lot.items).selectinload(LotItem.shares),
            selectinload(Tender.buyers).selectinload(TenderBuyer.organisation),
            selectinload(Tender.criteria),
            selectinload(Tender.documents),
            selectinload(Tender.cooperation),
            selectinload(Tender.pool),
        )
        .order_by(Tender.id.desc())
        .limit(MOST_WITH_GATES)
    )
