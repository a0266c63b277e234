"""What a timetable is about: a pool or a tender, as plain facts."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.lands import USUAL_LAND, land_of
from vergabe.access.model import Organisation
from vergabe.bylaws import facts as bylaws
from vergabe.cooperations.model import Cooperation
from vergabe.demands.queries import ReleasedDemand
from vergabe.funding.queries import award_rules
from vergabe.pools import queries as pools
from vergabe.pools.assessing import contract_type_of
from vergabe.pools.explaining import demand_facts
from vergabe.pools.model import Pool
from vergabe.pools.stages import STAGE_NAMES, Stage, effective_stage
from vergabe.tenders import assessment, facts
from vergabe.tenders import queries as tenders
from vergabe.tenders.assessment import Assessment, Need
from vergabe.tenders.model import Tender
from vergabe.tenders.rules import STAGE_NAMES as TENDER_STAGE_NAMES
from vergabe.tenders.rules import Stage as TenderStage

_UNPLANNABLE: Final = ("nat-direct",)
Kind = Literal["pool", "tender"]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A pool or tender with what its timetable depends on.

    land: of the lead; lands: of all members involved. method: the procedure planned with unless
    somebody wishes another; methods: code and German name of those that law permits, the
    conditional ones marked. known: milestones that are fixed already (law.legs.PlanFacts).
    needed_on: earliest day on which a member needs it, needed_by: who. problem: why law has no
    answer for this need. participant_ids: in the order of names. is_over: nothing is planned any
    more. bylaw_days: the longest tender period that a member's by-law asks for.
    """

    kind: Kind
    id: uuid.UUID
    pool_id: uuid.UUID
    reference: str
    title: str
    stage_name: str
    cooperation_id: uuid.UUID
    area_id: uuid.UUID
    lead_id: uuid.UUID
    land: str
    lands: tuple[str, ...]
    rule_set: str
    regime_name: str
    method: str
    methods: tuple[tuple[str, str], ...]
    value_net_cents: int
    joining_days: int
    participant_ids: tuple[uuid.UUID, ...]
    known: Mapping[str, dt.date | dt.datetime]
    started_on: dt.date | None = None
    needed_on: dt.date | None = None
    needed_by: tuple[str, ...] = ()
    urgent: bool = False
    requested_publication_on: dt.date | None = None
    bylaw_days: int | None = None
    problem: str | None = None
    is_over: bool = False

    @property
    def tender_id(self) -> uuid.UUID | None:
        """Return the id of the tender, None for a pool."""
        return self.id if self.kind == "tender" else None

    @property
    def is_published(self) -> bool:
        return "published" in self.known


def pool_subject(
    session: Session, actor: Actor, pool_id: uuid.UUID, *, now: dt.datetime
) -> Subject:
    """Return a pool that the actor may see, with the law of today; NotFound otherwise."""
    return _of_pool(session, pools.visible_pool(session, actor, pool_id), now=now)


def tender_subject(
    session: Session, actor: Actor, tender_id: uuid.UUID, *, now: dt.datetime
) -> Subject:
    """Return a tender that the actor may see; NotFound otherwise.

    A draft is assessed by the law of today, a published one by that of its start.
    """
    return _of_tender(session, tenders.visible_tender(session, actor, tender_id), now=now)


def _of_pool(session: Session, pool: Pool, *, now: dt.datetime) -> Subject:
    cooperation = session.get_one(Cooperation, pool.cooperation_id)
    tender = newest_tender(session, pool.id)
    demands = pools.demands_in(session, pool.id)
    stage = effective_stage(Stage(pool.stage), pool.joining_deadline, now)
    found = _assessed(session, pool, demands, clock.berlin_day(now))
    is_joining = stage in (Stage.PROPOSED, Stage.CONSULTATION, Stage.JOINING)
    known: dict[str, dt.date | dt.datetime] = {}
    if stage is Stage.JOINING and pool.joining_deadline is not None:
        known["joined"] = pool.joining_deadline
    if tender is not None:
        known |= _known(tender)
    return Subject(
        kind="pool",
        id=pool.id,
        pool_id=pool.id,
        reference=pool.reference,
        title=pool.title,
        stage_name=STAGE_NAMES[stage],
        cooperation_id=pool.cooperation_id,
        area_id=pool.area_id,
        lead_id=cooperation.lead_organisation_id,
        land=land_of(cooperation.lead),
        lands=tuple(sorted({demand.land or USUAL_LAND for demand in demands})),
        rule_set=found.rule_set if found else "UVgO",
        regime_name=found.regime_name if found else "",
        method=found.recommended_method if found else "nat-open",
        methods=_methods(found, _nature(demands)) if found else (),
        value_net_cents=found.value_net_cents if found else 0,
        joining_days=cooperation.joining_window_days if is_joining else 0,
        participant_ids=_participants(demands),
        known=known,
        started_on=tender.initiated_on if tender and "published" in known else None,
        **_needed(demands),
        bylaw_days=found.bylaw_days if found else None,
        problem=_problem(found),
        is_over=stage in (Stage.REJECTED, Stage.DISSOLVED, Stage.CONCLUDED),
    )


def _of_tender(session: Session, tender: Tender, *, now: dt.datetime) -> Subject:
    pool = session.get_one(Pool, tender.pool_id)
    demands = pools.demands_in(session, tender.pool_id)
    known = _known(tender)
    today = clock.berlin_day(now)
    started_on = tender.initiated_on if "published" in known else None
    found = facts.current_assessment(session, tender, started_on or today)
    period = facts.period_facts(session, tender, started_on=started_on or today, newest=found)
    return Subject(
        kind="tender",
        id=tender.id,
        pool_id=tender.pool_id,
        reference=tender.reference,
        title=tender.title,
        stage_name=TENDER_STAGE_NAMES[TenderStage(tender.stage)],
        cooperation_id=tender.cooperation_id,
        area_id=pool.area_id,
        lead_id=tender.lead_organisation_id,
        land=period.land,
        lands=period.lands,
        rule_set=found.rule_set,
        regime_name=found.regime_name,
        method=tender.procurement_method,
        methods=_methods(found, tender.nature),
        value_net_cents=found.value_net_cents,
        joining_days=0,
        participant_ids=_participants(demands),
        known=known,
        started_on=started_on,
        **_needed(demands),
        urgent=tender.is_urgent,
        requested_publication_on=tender.requested_publication_on,
        bylaw_days=found.bylaw_days,
        problem=_problem(found),
        is_over=tender.stage in ("cancelled", "completed", "awarded"),
    )


def newest_tender(session: Session, pool_id: uuid.UUID) -> Tender | None:
    """Return the newest tender of a pool that was not cancelled, None if there is none."""
    query = select(Tender).where(Tender.pool_id == pool_id, Tender.stage != "cancelled")
    return session.scalars(query.order_by(Tender.id.desc()).limit(1)).one_or_none()


def _known(tender: Tender) -> dict[str, dt.date | dt.datetime]:
    """Return the milestones of a tender that are fixed: it is published and has its deadline."""
    known: dict[str, dt.date | dt.datetime] = {}
    if tender.published_at is not None:
        known["published"] = clock.berlin_day(tender.published_at)
        if tender.submission_deadline is not None:
            known["submission"] = tender.submission_deadline
    return known


def _assessed(
    session: Session, pool: Pool, demands: Sequence[ReleasedDemand], today: dt.date
) -> Assessment | None:
    if not demands:
        return None
    needs = [
        Need(demand.organisation_name, demand.land or USUAL_LAND, demand.value_net_cents or 0)
        for demand in demands
    ]
    buyers = session.scalars(
        select(Organisation).where(Organisation.id.in_(_participants(demands)))
    ).all()
    own_rules = bylaws.rule_sets(session, buyers, today)
    return assessment.assess(
        needs,
        _nature(demands),
        today,
        funding_rules=award_rules(session, pool.id),
        rule_sets=own_rules,
    )


def _nature(demands: Sequence[ReleasedDemand]) -> str:
    return str(contract_type_of([demand_facts(demand) for demand in demands]))


def _methods(found: Assessment, nature: str) -> tuple[tuple[str, str], ...]:
    free = [(code, assessment.method_label(code, nature)) for code in found.free_methods]
    conditional = [
        (code, f"{assessment.method_label(code, nature)} (nur mit Grund)")
        for code in found.conditional_methods
        if code not in found.free_methods
    ]
    return tuple(entry for entry in free + conditional if entry[0] not in _UNPLANNABLE)


def _problem(found: Assessment | None) -> str | None:
    if found is None:
        return "In dieser Bündelung ist kein Bedarf mehr; ein Zeitplan lässt sich nicht berechnen."
    return " ".join(found.warnings) or None


def _participants(demands: Sequence[ReleasedDemand]) -> tuple[uuid.UUID, ...]:
    named = sorted({(demand.organisation_name, demand.organisation_id) for demand in demands})
    return tuple(organisation_id for _, organisation_id in named)


def _needed(demands: Sequence[ReleasedDemand]) -> dict[str, Any]:
    """Return the earliest day of need and who has it."""
    days = [demand.needed_from for demand in demands if demand.needed_from is not None]
    if not days:
        return {}
    first = min(days)
    names = sorted({d.organisation_name for d in demands if d.needed_from == first})
    return {"needed_on": first, "needed_by": tuple(names)}
