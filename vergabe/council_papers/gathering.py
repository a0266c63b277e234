"""From the database to the plain facts of a member's paper, anew each time it is asked for."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.bylaws import queries as bylaws
from vergabe.cooperations import planning, resolution_queries
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Agreement
from vergabe.cooperations.rules import LEGAL_FORM_NAMES, LegalForm, Subject
from vergabe.cost_keys.keys import read_key
from vergabe.council_papers import writing
from vergabe.council_papers.model import MemberTexts, ProjectTexts
from vergabe.council_papers.writing import (
    BodyFacts,
    DemandFacts,
    FundingFacts,
    LawFacts,
    LotFacts,
    PaperFacts,
    PaperTexts,
)
from vergabe.councils import queries as councils
from vergabe.db import Base
from vergabe.demands.model import Demand
from vergabe.exchange.german_dates import format_date
from vergabe.funding import presenting as funding
from vergabe.funding.rules import STAGE_NAMES, Stage
from vergabe.law.procedures import procedure_name
from vergabe.law.working_days import LAND_NAMES
from vergabe.pools import presenting as pools
from vergabe.pools.model import Pool
from vergabe.pools.presenting import Comparison, PoolView
from vergabe.web.formatting import quantity

_LANDS_WITH_BYLAWS = frozenset({"NW"})


def paper_facts(
    session: Session,
    actor: Actor,
    pool: Pool,
    organisation: Organisation,
    project: ProjectTexts | None,
    own: MemberTexts | None,
    *,
    is_public: bool,
    now: dt.datetime,
) -> PaperFacts:
    """Return the facts of the paper of one participant; only what concerns it and all."""
    today = clock.berlin_day(now)
    view = pools.pool_view(session, actor, pool, now=now)
    demands = _demands(session, view, organisation.id)
    agreement = cooperations.current_agreement(session, pool.cooperation_id, today)
    known = [demand.value_net_cents for demand in demands if demand.value_net_cents is not None]
    asked = own.maximum_net_cents if own is not None else None
    lead = pool.cooperation.lead
    return PaperFacts(
        municipality=organisation.official_name or organisation.name,
        municipality_short=organisation.name,
        bodies=_bodies(session, pool, organisation, own, today),
        is_public=is_public,
        stamp_on=today,
        pool_reference=pool.reference,
        pool_title=pool.title,
        cooperation=pool.cooperation.name,
        lead=lead.official_name or lead.name,
        is_lead=lead.id == organisation.id,
        participants=[member.name for member in view.members],
        legal_form=_form(agreement),
        matter=agreement.subject if agreement else "gemeinsame Beschaffung",
        demands=demands,
        total_net_cents=view.total_net_cents,
        maximum_net_cents=asked if asked is not None else (sum(known) if known else None),
        budget_line=_budget_line(demands, own),
        cost_key=read_key(cooperations.cost_key_of(session, pool.cooperation, today)).name,
        **_bylaw(session, organisation, today),
        delegation=_delegation(organisation),
        needed=_needed(pool),
        reasons_for=[reason["text"] for reason in pool.reasons.get("for", [])],
        reasons_against=[reason["text"] for reason in pool.reasons.get("against", [])],
        law=_law(pools.comparison(session, view, now=now), organisation.id),
        lots=_lots(session, pool.id),
        funding=_funding(session, actor, pool, organisation.id, now),
        texts=_texts(project, own),
    )


def _demands(session: Session, view: PoolView, organisation_id: uuid.UUID) -> list[DemandFacts]:
    member = view.member(organisation_id)
    if member is None:
        return []
    lines = {
        row.id: row.budget_line
        for row in session.execute(
            select(Demand.id, Demand.budget_line).where(
                Demand.id.in_([demand.id for demand in member.demands])
            )
        )
    }
    return [
        DemandFacts(
            reference=demand.reference,
            title=demand.title,
            items=[f"{quantity(line.quantity)} {line.text}".strip() for line in demand.lines],
            value_net_cents=demand.value_net_cents,
            budget_line=lines.get(demand.id) or "",
            released_net_cents=demand.released_net_cents,
        )
        for demand in member.demands
    ]


def _budget_line(demands: Sequence[DemandFacts], own: MemberTexts | None) -> str:
    if own is not None and own.budget_line:
        return own.budget_line
    return ", ".join(dict.fromkeys(demand.budget_line for demand in demands if demand.budget_line))


def _bodies(
    session: Session,
    pool: Pool,
    organisation: Organisation,
    own: MemberTexts | None,
    today: dt.date,
) -> list[BodyFacts]:
    """Return who deliberates in which order: as entered, as agreed, as the bodies on file."""
    if own is not None and own.body:
        names = [own.body]
    else:
        agreed = resolution_queries.deciding_bodies(session, pool.cooperation_id)
        names = agreed.get(organisation.id) or [
            body.name for body in councils.bodies_of(session, [organisation.id], day=today)
        ]
    names = names or [_usual_body(organisation)]
    found = [BodyFacts(name, _meets_on(session, pool, organisation, name, today)) for name in names]
    if own is not None and own.meeting_on:
        found[-1] = BodyFacts(found[-1].name, own.meeting_on)
    return found


def _meets_on(
    session: Session, pool: Pool, organisation: Organisation, name: str, today: dt.date
) -> dt.date | None:
    for plan in planning.planned_decisions(session, pool.cooperation_id, organisation.id):
        about = plan.pool_id == pool.id or plan.subject == Subject.JOINING
        if about and plan.body == name and plan.planned_on >= today:
            return plan.planned_on
    body = councils.body_by_name(session, organisation.id, name)
    meeting = councils.next_meeting(session, body.id, today) if body else None
    return meeting.day if meeting else None


def _usual_body(organisation: Organisation) -> str:
    usual = {"county": "Kreistag", "association": "Verbandsversammlung"}
    return usual.get(organisation.kind, "Rat")


def _delegation(organisation: Organisation) -> str:
    if organisation.land == "NW" and organisation.kind == "municipality":
        return "die Verwaltungsleitung (§ 41 Abs. 2 GO NRW)"
    return "die Verwaltungsleitung, soweit die Zuständigkeitsordnung es zulässt"


def _form(agreement: Agreement | None) -> str:
    if agreement is None:
        return "noch zu vereinbaren"
    return LEGAL_FORM_NAMES[LegalForm(agreement.legal_form)]


def _bylaw(session: Session, organisation: Organisation, today: dt.date) -> dict[str, str]:
    found = bylaws.in_force(session, [organisation.id], today).get(organisation.id)
    if found is not None:
        name = f"„{found.title}“ vom {format_date(found.adopted_on)}"
        return {"bylaw": name, "by_law_basis": f"die Satzung {name}"}
    if organisation.land in _LANDS_WITH_BYLAWS:
        return {
            "bylaw": "keine eigene hinterlegt",
            "by_law_basis": "unterhalb der EU-Schwellenwerte § 75a Abs. 1 GO NRW; eine eigene "
            "Satzung besteht nicht",
        }
    land = LAND_NAMES.get(organisation.land or "", "")
    return {
        "bylaw": "keine eigene hinterlegt",
        "by_law_basis": f"unterhalb der EU-Schwellenwerte das Vergaberecht von {land}"
        if land
        else "unterhalb der EU-Schwellenwerte das Vergaberecht des Landes",
    }


def _needed(pool: Pool) -> str:
    first, last = pool.reasons.get("needed_from"), pool.reasons.get("needed_until")
    if not first:
        return ""
    text = f"Benötigt ab {format_date(dt.date.fromisoformat(first))}"
    return f"{text} bis {format_date(dt.date.fromisoformat(last))}." if last else f"{text}."


def _law(comparison: Comparison | None, organisation_id: uuid.UUID) -> LawFacts | None:
    if comparison is None:
        return None
    together = comparison.together
    alone = next((a for a in comparison.alone if a.organisation_id == organisation_id), None)
    works = together.contract_type.is_works
    return LawFacts(
        regime=together.regime_name,
        method=f"{procedure_name(together.method, works=works)} (frei wählbar)",
        reasons=[
            *together.explained.get("regime", {}).get("steps", []),
            *together.warnings,
        ],
        value_net_cents=together.value_net_cents,
        threshold_net_cents=together.threshold_net_cents,
        reaches_threshold=together.reaches_threshold,
        earliest_contract_on=together.awarded_on,
        minimum_days=together.minimum_days,
        alone_regime=alone.law.regime_name if alone else together.regime_name,
        alone_value_net_cents=alone.law.value_net_cents if alone else 0,
        alone_reaches_threshold=alone.law.reaches_threshold if alone else False,
    )


def _lots(session: Session, pool_id: uuid.UUID) -> list[LotFacts]:
    """Return the lots of the pool's tender, none before there is one.

    Tenders belong to a later step of the flow: their tables are read by name.
    """
    tables = Base.metadata.tables
    lot, tender = tables["lot"], tables["tender"]
    rows = session.execute(
        select(lot.c.number, lot.c.title, lot.c.estimated_value_net_cents)
        .join(tender, tender.c.id == lot.c.tender_id)
        .where(tender.c.pool_id == pool_id, tender.c.stage != "cancelled")
        .order_by(lot.c.number)
    )
    return [LotFacts(number, title, value) for number, title, value in rows]


def _funding(
    session: Session, actor: Actor, pool: Pool, organisation_id: uuid.UUID, now: dt.datetime
) -> FundingFacts | None:
    view = funding.view_of_pool(session, actor, pool, now=now)
    if view is None or view.stage in (Stage.WITHDRAWN, Stage.REJECTED):
        return None
    is_partner = view.division.shares is not None and organisation_id in view.money.by_member
    own = view.money.by_member.get(organisation_id) if is_partner else None
    without = view.scenarios[-1].money.by_member.get(organisation_id) if is_partner else None
    return FundingFacts(
        stage=STAGE_NAMES[view.stage],
        programme=view.programme.title,
        grant_cents=view.amount_cents,
        own_share_cents=own.own_cents if own else None,
        share_of_grant_cents=own.grant_cents if own else None,
        without_grant_cents=without.own_cents if without else None,
        key=view.division.key.name,
        award_rules=list(view.case.award_rules),
        may_begin=not view.blocks,
    )


def _texts(project: ProjectTexts | None, own: MemberTexts | None) -> PaperTexts:
    def one(name: str) -> str:
        mine = getattr(own, name) if own is not None else ""
        return mine or (getattr(project, name) if project is not None else "")

    return PaperTexts(
        paper_number=own.paper_number if own else "",
        department=own.department if own else "",
        item_number=own.item_number if own else "",
        common_facts=project.facts if project else "",
        own_facts=own.facts if own else "",
        vat_remark=own.vat_remark if own else "",
        strategy=one("strategy"),
        inclusion=one("inclusion"),
        resolution=lines(own.resolution) if own else [],
        annexes=[
            *(lines(project.annexes) if project else []),
            *(lines(own.annexes) if own else []),
        ],
    )


def lines(text: str) -> list[str]:
    """Return the lines of a text in which something stands."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def wording(facts: PaperFacts) -> str:
    """Return the proposed resolution as one text, point by point."""
    return "\n".join(
        f"{number}. {point}" for number, point in enumerate(writing.resolution(facts), start=1)
    )
