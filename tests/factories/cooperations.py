"""Valid cooperations; a test states only what matters to it."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access
from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.cooperations.agreement_model import AgreementNotice, AgreementParty
from vergabe.cooperations.area_model import AreaExclusion
from vergabe.cooperations.model import (
    Agreement,
    Cooperation,
    Mandate,
    Member,
    Participation,
    Resolution,
    ResolutionPaper,
    TaskArea,
)
from vergabe.files import current
from vergabe.files import service as files

JOINED = dt.date(2018, 3, 1)
IN_FORCE = dt.date(2026, 2, 1)
_DAYS = {
    "resolved_on": ("resolved", dt.date(2025, 9, 25)),
    "signed_on": ("signed", dt.date(2025, 11, 3)),
    "approved_on": ("approved", dt.date(2026, 1, 20)),
    "in_force_on": ("in_force", IN_FORCE),
    "terminated_on": ("terminated", dt.date(2026, 6, 30)),
}
PUBLISHED = dt.date(2026, 1, 25)
COST_KEY = {
    "kind": "demand_value",
    "no_award": "key",
    "vat_clause": "Fällt Umsatzsteuer an, trägt sie jede Kommune für ihren Anteil.",
}
_STAGES = ("informal", "resolved", "signed", "approved", "in_force", "terminated")


def town(session: Session, name: str) -> Organisation:
    """Return the organisation of this name; made if it is not there yet."""
    found = session.scalars(select(Organisation).where(Organisation.name == name)).first()
    return found or access.organisation(session, name)


def dlz(
    session: Session,
    towns: Sequence[str] = ("Merzenich", "Jülich", "Kerpen"),
    agreement_stage: str = "in_force",
    with_mandates: bool = True,
    with_resolutions: bool = True,
    **more: Any,
) -> Cooperation:
    """Return the DLZ with one area `procurement`; the first town is the lead.

    All take part in full. With mandates, every other town lets the lead do everything; with
    resolutions, every council has adopted the joining, without a limit.
    """
    organisations = [town(session, name) for name in towns]
    facts: dict[str, Any] = {
        "key": "dlz",
        "name": "Dienstleistungszentrum im Rheinischen Revier",
        "reference_prefix": "DLZ",
        "lead_organisation_id": organisations[0].id,
        "cost_key": dict(COST_KEY),
        "contact": {
            "name": "Gemeinsame Vergabestelle",
            "email": "vergabe@merzenich.example",
            "phone": "+49 2421 000",
        },
        "review_body": {
            "name": "Vergabekammer Rheinland bei der Bezirksregierung Köln",
            "street": "Zeughausstraße 2-10",
            "postcode": "50667",
            "city": "Köln",
            "email": "vergabekammer@example.org",
            "phone": "+49 221 000",
            "website": "",
        },
        "file_sha256": "0" * 64,
        "created_at": clock.now(),
    }
    cooperation = Cooperation(**(facts | more))
    session.add(cooperation)
    session.flush()
    area = TaskArea(
        cooperation_id=cooperation.id,
        key="procurement",
        name="Beschaffung und Vergabe",
        position=1,
        required_resolutions=["joining"],
    )
    session.add(area)
    agreement(session, cooperation, agreement_stage)
    session.flush()
    for position, organisation in enumerate(organisations, start=1):
        member(session, cooperation, organisation, position=position)
        if with_mandates and position > 1:
            mandate(session, cooperation, organisation)
        if with_resolutions:
            resolution(session, cooperation, organisation)
    session.expire(cooperation)
    return cooperation


def member(
    session: Session,
    cooperation: Cooperation,
    organisation: Organisation,
    *,
    position: int,
    depth: str = "full",
) -> Member:
    """Return a member that takes part with this depth in all areas."""
    found = Member(
        cooperation_id=cooperation.id,
        organisation_id=organisation.id,
        position=position,
        joined_on=JOINED,
    )
    session.add(found)
    session.flush()
    areas = session.scalars(select(TaskArea).where(TaskArea.cooperation_id == cooperation.id))
    for area in areas:
        session.add(
            Participation(member_id=found.id, area_id=area.id, depth=depth, valid_from=JOINED)
        )
    session.flush()
    return found


def agreement(
    session: Session, cooperation: Cooperation, stage: str = "in_force", **more: Any
) -> Agreement:
    """Return the first agreement, at this stage, with the days that lie behind it."""
    reached = _STAGES.index(stage)
    days = {name: day for name, (known, day) in _DAYS.items() if _STAGES.index(known) <= reached}
    facts: dict[str, Any] = {
        "cooperation_id": cooperation.id,
        "number": 1,
        "legal_form": "public_law_agreement" if reached else "informal_arrangement",
        "stage": stage,
        "subject": "Gemeinsame Beschaffung von Liefer- und Dienstleistungen",
        "requires_approval": True,
        **days,
    }
    if reached >= _STAGES.index("approved"):
        facts |= {"published_on": PUBLISHED, "published_in": "Amtsblatt Nr. 3/2026"}
    found = Agreement(**(facts | more))
    session.add(found)
    session.flush()
    return found


def party(
    session: Session, agreement: Agreement, organisation: Organisation, **more: Any
) -> AgreementParty:
    """Return a party that has signed with the agreement, without maxima."""
    facts: dict[str, Any] = {
        "agreement_id": agreement.id,
        "organisation_id": organisation.id,
        "position": 1,
        "signed_on": agreement.signed_on,
    }
    found = AgreementParty(**(facts | more))
    session.add(found)
    session.flush()
    return found


def notice(session: Session, agreement: Agreement, organisation: Organisation) -> AgreementNotice:
    """Return a notice that ends a membership at the end of next year, as a row alone."""
    found = AgreementNotice(
        agreement_id=agreement.id,
        organisation_id=organisation.id,
        given_on=dt.date(2026, 11, 2),
        effective_on=dt.date(2028, 1, 1),
        ends="membership",
        reason="Neuer Verbund",
        recorded_at=clock.now(),
    )
    session.add(found)
    session.flush()
    return found


def exclusion(
    session: Session, area: TaskArea, member: Member | None, day: dt.date
) -> AreaExclusion:
    """Return an exclusion of an area from this day on, for a member or for all."""
    found = AreaExclusion(
        area_id=area.id,
        member_id=member.id if member else None,
        valid_from=day,
        reason="Rechnet sich nicht",
        recorded_at=clock.now(),
    )
    session.add(found)
    session.flush()
    return found


def area(session: Session, cooperation: Cooperation, key: str, name: str) -> TaskArea:
    """Return a further task area in which nobody takes part yet."""
    found = TaskArea(
        cooperation_id=cooperation.id, key=key, name=name, position=9, required_resolutions=[]
    )
    session.add(found)
    session.flush()
    return found


def mandate(
    session: Session, cooperation: Cooperation, grantor: Organisation, **more: Any
) -> Mandate:
    """Return a mandate for the lead, for everything, without limit and end."""
    facts: dict[str, Any] = {
        "cooperation_id": cooperation.id,
        "grantor_id": grantor.id,
        "grantee_id": cooperation.lead_organisation_id,
        "scope": ["tender", "award", "complaints", "review", "cancellation"],
        "wording": "Die federführende Gemeinde führt die gemeinsame Vergabe in unserem Namen.",
        "valid_from": IN_FORCE,
        "recorded_at": clock.now(),
    }
    found = Mandate(**(facts | more))
    session.add(found)
    session.flush()
    return found


def resolution(
    session: Session,
    cooperation: Cooperation,
    organisation: Organisation,
    *,
    pool_id: uuid.UUID | None = None,
    **more: Any,
) -> Resolution:
    """Return an adopted public resolution to join, without limit and conditions."""
    facts: dict[str, Any] = {
        "cooperation_id": cooperation.id,
        "organisation_id": organisation.id,
        "pool_id": pool_id,
        "subject": "joining" if pool_id is None else "tender",
        "body": "Rat",
        "decided_on": dt.date(2025, 9, 25),
        "item_number": "Ö 7",
        "wording": "Der Rat beschließt den Beitritt.",
        "result": "adopted",
        "conditions": "",
        "is_public": True,
        "recorded_at": clock.now(),
    }
    found = Resolution(**(facts | more))
    session.add(found)
    session.flush()
    return found


def paper(session: Session, resolution: Resolution, **more: Any) -> ResolutionPaper:
    """Return a paper of a resolution, for the own municipality alone; its bytes are stored."""
    content = b"%PDF-1.7 Auszug"
    kept = files.keep_bytes(session, current.store(), content, now=clock.now())
    facts: dict[str, Any] = {
        "kind": "extract",
        "classification": "own",
        "roles": [],
        "file_sha256": kept.sha256,
        "file_name": "Auszug.pdf",
        "recorded_at": clock.now(),
    }
    found = ResolutionPaper(**(facts | more))
    resolution.papers.append(found)
    session.flush()
    return found
