"""Any cooperation, alive from its file alone: what its people do until a joint tender is public.

Nothing here knows a group. What has to be done is read from the stored cooperation: the stage of
its agreement, the bodies that decide, the rule of its votes, the providers it asks first.
"""

import datetime as dt
import io
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from tests.conftest import MovableClock
from tests.factories import access, in_house
from vergabe import clock, sweeps, worker
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, User
from vergabe.access.permissions import Role
from vergabe.access.queries import actor_for
from vergabe.conflicts import queries as conflict_queries
from vergabe.conflicts import service as conflicts
from vergabe.cooperations import (
    agreement_approval,
    agreement_versions,
    agreements,
    loading,
    mandates,
    resolution_queries,
    resolutions,
    voting_queries,
)
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.agreement_entries import ApprovalEntry, PartyEntry
from vergabe.cooperations.agreement_rules import allowed_moves
from vergabe.cooperations.entries import MandateEntry, ResolutionEntry
from vergabe.cooperations.loading_report import LoadReport
from vergabe.cooperations.model import Agreement, Cooperation, Resolution, TaskArea
from vergabe.cooperations.rules import (
    DEPTH_ALLOWS,
    LegalForm,
    Move,
    Part,
    ResolutionKind,
    Scope,
    Stage,
    Subject,
)
from vergabe.cooperations.voting import Required
from vergabe.db import reading, unit_of_work
from vergabe.demands import drafts, releasing, service
from vergabe.demands import forms as demand_forms
from vergabe.demands.drafts import Place
from vergabe.demands.model import Demand
from vergabe.files import current
from vergabe.in_house import queries as in_house_queries
from vergabe.in_house import service as in_house_service
from vergabe.in_house.rules import Result
from vergabe.notices import service as publishing
from vergabe.pools import changing, joining, proposing
from vergabe.pools import queries as pools
from vergabe.pools.joining import JoiningEntry
from vergabe.tenders import criteria, documents, drafting, editing, readiness
from vergabe.tenders.criteria import CriterionInput
from vergabe.tenders.documents import Upload
from vergabe.tenders.lotting import Split
from vergabe.tenders.model import Tender
from vergabe.votes import casting
from vergabe.votes import queries as votes
from vergabe.votes import service as voting
from vergabe.votes.casting import BallotEntry
from vergabe.votes.rules import Choice
from vergabe.votes.service import VoteEntry

BASE_URL: Final = "http://localhost"
BUYERS: Final = 3
TITLE: Final = "Höhenverstellbare Schreibtische"


class AnyCooperation:
    """A cooperation that has been loaded from a file, and what its people do, in order."""

    def __init__(self, app: Flask, moving_clock: MovableClock, content: bytes) -> None:
        self.app, self.clock, self.content = app, moving_clock, content
        self.people: dict[tuple[uuid.UUID, Role], uuid.UUID] = {}
        self.pool_id: uuid.UUID
        self.tender_id: uuid.UUID
        self.report = self.load()
        with self.look() as session:
            found = session.scalars(select(Cooperation)).one()
            self.cooperation_id, self.key = found.id, found.key
            self.lead_id = found.lead_organisation_id
            self.area_id, self.buyer_ids = self._area_and_buyers(session, found)

    def load(self) -> LoadReport:
        with self.work() as session:
            operator = Actor.operator("Betrieb")
            return loading.load(session, operator, self.content, now=clock.now())

    def _area_and_buyers(
        self, session: Session, cooperation: Cooperation
    ) -> tuple[uuid.UUID, list[uuid.UUID]]:
        """Return the area in which most may tender together, and who buys in it."""
        day = clock.berlin_day(clock.now())
        able: dict[uuid.UUID, list[uuid.UUID]] = {}
        for area in cooperation.areas:
            depths = cooperations.depths(session, area.id, day)
            able[area.id] = [
                key for key, depth in depths.items() if Part.TENDER in DEPTH_ALLOWS[depth]
            ]
        area_id = max(able, key=lambda key: len(able[key]))
        # The lead first where it buys too: the others follow in the fixed order.
        ordered = sorted(able[area_id], key=lambda key: key != self.lead_id)
        return area_id, ordered[:BUYERS]

    @contextmanager
    def work(self) -> Iterator[Session]:
        with self.app.app_context(), unit_of_work() as session:
            yield session

    @contextmanager
    def look(self) -> Iterator[Session]:
        with self.app.app_context(), reading() as session:
            yield session

    @contextmanager
    def acting(self, organisation_id: uuid.UUID, role: Role) -> Iterator[tuple[Session, Actor]]:
        """Act as the person with a role at an organisation, who is invited when first needed."""
        with self.work() as session:
            organisation = session.get_one(Organisation, organisation_id)
            known = self.people.get((organisation_id, role))
            if known is None:
                made = access.person(
                    session, organisation, role, full_name=f"{role} {organisation.name}"
                )
                self.people[organisation_id, role] = made.id
                user = made
            else:
                user = session.get_one(User, known)
            yield session, actor_for(session, user, organisation_id, now=clock.now())

    def coordinating(self) -> Any:
        return self.acting(self.lead_id, Role.COORDINATOR)

    def officiating(self) -> Any:
        return self.acting(self.lead_id, Role.PROCUREMENT_OFFICER)

    def deliver(self) -> int:
        return sweeps.send_reminders(self.app) + worker.drain(self.app)

    # The agreement

    def stage(self) -> Stage:
        with self.look() as session:
            day = clock.berlin_day(clock.now())
            found = cooperations.current_agreement(session, self.cooperation_id, day)
            assert found is not None
            return cooperations.stage_of(found, day)

    def bring_into_force(self) -> None:
        """Take the agreement through the stages that are left, as its law asks."""
        while self.stage() is not Stage.IN_FORCE:
            with self.look() as session:
                agreement = cooperations.newest_agreement(session, self.cooperation_id)
                assert agreement is not None
                move = self._next_move(agreement)
                number = agreement.number
            getattr(self, f"_before_{move.value}", lambda _number: None)(number)
            with self.coordinating() as (session, actor):
                on = clock.berlin_day(clock.now())
                agreements.move_agreement(
                    session,
                    actor,
                    self.cooperation_id,
                    move,
                    on=on,
                    reason="Alle Beteiligten sind einig.",
                    legal_form=LegalForm.CONTRACT if move is Move.RESOLVE else None,
                    now=clock.now(),
                )
            self.clock.pass_(days=1)

    @staticmethod
    def _next_move(agreement: Agreement) -> Move:
        moves = [m for m in allowed_moves(Stage(agreement.stage)) if m is not Move.TERMINATE]
        return moves[0] if agreement.requires_approval or len(moves) == 1 else moves[-1]

    def _before_sign(self, number: int) -> None:
        with self.look() as session:
            day = clock.berlin_day(clock.now())
            members = [
                m.organisation_id for m in cooperations.members(session, self.cooperation_id, day)
            ]
        for organisation_id in members:
            with self.coordinating() as (session, actor):
                agreement_versions.record_party(
                    session,
                    actor,
                    self.cooperation_id,
                    number,
                    PartyEntry(organisation_id, signed_on=day, signed_by="Bürgermeisteramt"),
                    now=clock.now(),
                )

    def _before_approve(self, number: int) -> None:
        with self.coordinating() as (session, actor):
            day = clock.berlin_day(clock.now())
            entry = ApprovalEntry(authority="Aufsichtsbehörde", sent_on=day, received_on=day)
            agreement_approval.record_approval(
                session, actor, self.cooperation_id, number, entry, now=clock.now()
            )
        self.clock.pass_(days=14)

    def _before_bring_into_force(self, number: int) -> None:
        with self.coordinating() as (session, actor):
            agreement = cooperations.newest_agreement(session, self.cooperation_id)
            assert agreement is not None
            if agreement.approved_on is None:
                return
            agreement_approval.publish(
                session,
                actor,
                self.cooperation_id,
                number,
                published_on=clock.berlin_day(clock.now()),
                published_in="Amtsblatt Nr. 12",
                now=clock.now(),
            )
        self.clock.pass_(days=1)

    # Resolutions and mandates

    def decide(self, subject: Subject, organisation_id: uuid.UUID) -> None:
        """Let a member's bodies decide in their order, as they are named in the file."""
        with self.look() as session:
            cooperation = session.get_one(Cooperation, self.cooperation_id)
            agreement = cooperations.newest_agreement(session, self.cooperation_id)
            assert agreement is not None
            form, matter = LegalForm(agreement.legal_form), agreement.subject
            named = resolution_queries.deciding_bodies(session, self.cooperation_id)
            bodies = named.get(organisation_id) or ["Rat"]
            assert cooperation.key == self.key
        for body in bodies:
            is_last = body == bodies[-1]
            with self.acting(organisation_id, Role.COORDINATOR) as (session, actor):
                entry = ResolutionEntry(
                    subject=subject,
                    body=body,
                    decided_on=clock.berlin_day(clock.now()),
                    is_adopted=True,
                    kind=ResolutionKind.DECISION if is_last else ResolutionKind.RECOMMENDATION,
                    pool_id=self.pool_id if subject is Subject.TENDER else None,
                    legal_form=form,
                    matter=matter,
                )
                resolutions.record_resolution(
                    session, actor, self.cooperation_id, entry, now=clock.now()
                )

    def decide_all(self, subject: Subject) -> None:
        """Let every buyer decide that has not yet, where the area asks for it."""
        with self.look() as session:
            area = session.get_one(TaskArea, self.area_id)
            if subject not in area.required_resolutions:
                return
            known = {
                (found.organisation_id, found.body)
                for found in session.scalars(
                    select(Resolution).where(
                        Resolution.cooperation_id == self.cooperation_id,
                        Resolution.subject == subject,
                    )
                )
            }
        for organisation_id in self.deciding_ids(subject):
            if organisation_id not in {key for key, _ in known}:
                self.decide(subject, organisation_id)

    def deciding_ids(self, subject: Subject) -> list[uuid.UUID]:
        """Return who decides: on joining every member, on one tender who buys."""
        if subject is Subject.TENDER:
            return self.buyer_ids
        with self.look() as session:
            return cooperations.member_ids(session, self.cooperation_id, clock.now())

    def empower_lead(self) -> None:
        for organisation_id in self.buyer_ids:
            if organisation_id == self.lead_id:
                continue
            with self.look() as session:
                day = clock.berlin_day(clock.now())
                found = cooperations.valid_mandates(
                    session, self.cooperation_id, day, grantee_id=self.lead_id, scope=Scope.TENDER
                )
                if organisation_id in {mandate.grantor_id for mandate in found}:
                    continue
            with self.acting(organisation_id, Role.COORDINATOR) as (session, actor):
                entry = MandateEntry(
                    scope=frozenset(Scope),
                    wording="Vollmacht für gemeinsame Vergabeverfahren.",
                    valid_from=clock.berlin_day(clock.now()),
                )
                mandates.grant_mandate(session, actor, self.cooperation_id, entry, now=clock.now())

    # Demands and pool

    def bring_demands(self) -> None:
        """Let each buyer bring a demand as the form of the pages reads it, and release it."""
        for number, organisation_id in enumerate(self.buyer_ids):
            posted: Mapping[str, str] = {
                "title": TITLE,
                "description": "Elektrisch verstellbar, für Verwaltungsarbeitsplätze.",
                "cpv_main": "39121100",
                "nature": "supplies",
                "needed_from": "2027-09-01",
                "needed_until": "2027-12-31",
                "item_rows": "1",
                "items.0.text": "Schreibtisch 160 x 80 cm",
                "items.0.quantity": str(20 + 10 * number),
                "items.0.unit": "Stk.",
                "items.0.unit_price_net": "612,50",
            }
            with self.acting(organisation_id, Role.REQUESTER) as (session, actor):
                entry = demand_forms.entry_from_form(MultiDict(posted))
                values = demand_forms.input_of(entry, clock.berlin_day(clock.now()))
                place = Place(self.cooperation_id, self.area_id, organisation_id, None)
                demand = drafts.create_demand(session, actor, place, values, now=clock.now())
                service.submit_demand(session, actor, demand.id, now=clock.now())
                demand_id = demand.id
            with self.acting(organisation_id, Role.RELEASER) as (session, actor):
                releasing.release_demand(
                    session, actor, demand_id, budget_line="211101.525500", now=clock.now()
                )

    def propose(self) -> None:
        with self.coordinating() as (session, actor):
            (pool,) = proposing.propose_pools(session, actor, self.cooperation_id, now=clock.now())
            self.pool_id = pool.id
        with self.coordinating() as (session, actor):
            changing.start_consultation(
                session, actor, self.pool_id, "Passt die Ausstattung?", now=clock.now()
            )

    def vote_if_asked(self, required: Required) -> None:
        """Let everybody who is entitled say yes, where the cooperation votes at this point."""
        with self.look() as session:
            terms = voting_queries.voting_terms(session, self.cooperation_id, self.area_id)
            if terms.required is not required:
                return
        with self.coordinating() as (session, actor):
            entry = VoteEntry(question="Beschaffen wir gemeinsam?", deadline=None)
            vote = voting.open_vote(session, actor, self.pool_id, entry, now=clock.now())
            vote_id, entitled = vote.id, [each.organisation_id for each in vote.entitled]
        for organisation_id in entitled:
            with self.acting(organisation_id, Role.CHIEF_OFFICER) as (session, actor):
                ballot = BallotEntry(Choice.YES, reason="", voter_name="")
                casting.cast(session, actor, vote_id, ballot, now=clock.now())
        with self.look() as session:
            assert votes.latest(session, self.pool_id) is not None

    def ask_own_providers(self) -> None:
        """Check every provider that the file names for the area; this time the market is better."""
        with self.look() as session:
            pool = pools.visible_pool(session, Actor.operator("Betrieb"), self.pool_id)
            today = clock.berlin_day(clock.now())
            wanted = [
                asked.provider.id for asked in in_house_queries.asked_first(session, pool, today)
            ]
        for provider_id in wanted:
            with self.coordinating() as (session, actor):
                check = in_house_service.start_check(
                    session, actor, self.pool_id, provider_id, now=clock.now()
                )
                entry = replace(in_house.entry(), offered_on=clock.berlin_day(clock.now()))
                check = in_house_service.save_check(
                    session, actor, check.id, entry, version=check.version, now=clock.now()
                )
                in_house_service.decide_check(
                    session,
                    actor,
                    check.id,
                    Result.TENDER,
                    "Schreibtische führt der Anbieter nicht wirtschaftlich.",
                    version=check.version,
                    now=clock.now(),
                )

    def open_joining(self) -> dt.datetime:
        with self.coordinating() as (session, actor):
            pool = changing.open_joining(session, actor, self.pool_id, now=clock.now())
            assert pool.joining_deadline is not None
            return pool.joining_deadline

    def join(self, organisation_id: uuid.UUID) -> None:
        with self.acting(organisation_id, Role.RELEASER) as (session, actor):
            pool = pools.visible_pool(session, actor, self.pool_id)
            own = pools.pool_facts(session, pool).participant(organisation_id)
            assert own is not None
            known = joining.own_mandates(session, pool, organisation_id, now=clock.now())
            entry = JoiningEntry(
                quantities={line.id: line.quantity for line in own.lines},
                mandate_id=known[0].id if known else None,
                mandate_reference="" if known else "Beschluss der Federführung",
            )
            joining.join(session, actor, self.pool_id, entry, now=clock.now())

    def bind(self) -> None:
        deadline = self.open_joining()
        for organisation_id in self.buyer_ids:
            self.join(organisation_id)
        self.clock.at(deadline + dt.timedelta(hours=10))
        self.deliver()

    # Tender

    def draft(self) -> None:
        with self.officiating() as (session, actor):
            tender = drafting.draft_tender(
                session, actor, self.pool_id, split=Split.TRADE, now=clock.now()
            )
            self.tender_id = tender.id
        self.declare_interests()
        with self.officiating() as (session, actor):
            edit: editing.TenderEdit = {
                "title": TITLE,
                "description": "Lieferung und Aufbau höhenverstellbarer Schreibtische.",
                "selection_criteria": "Mit dem Angebot: Eigenerklärung zu §§ 123, 124 GWB.",
                "lots_joining": {
                    "ground": "economic",
                    "facts": "Alle brauchen dieselben Tische zur selben Zeit.",
                    "alternatives": "Ein Los je Kommune wurde geprüft.",
                    "weighing": "Einzeln sind die Mengen zu klein für Montage vor Ort.",
                    "decision": "Ein gemeinsames Los.",
                },
            }
            editing.edit_tender(session, actor, self.tender_id, edit, version=None, now=clock.now())
            wanted = [
                CriterionInput("Preis", "price", 8000, "Gesamtpreis, netto"),
                CriterionInput("Lieferzeit", "quality", 2000, "Tage bis zum Aufbau"),
            ]
            criteria.set_criteria(
                session, actor, self.tender_id, wanted, version=None, now=clock.now()
            )
            content = b"%PDF-1.7 Leistungsbeschreibung"
            upload = Upload(io.BytesIO(content), "LV.pdf", 1024 * 1024, "Leistungsbeschreibung")
            documents.add_document(
                session, actor, current.store(), self.tender_id, upload, now=clock.now()
            )

    def declare_interests(self) -> None:
        """Let everybody who must, and the operator, declare no conflict (§ 6 VgV)."""
        with self.look() as session:
            pool = pools.visible_pool(session, Actor.operator("Betrieb"), self.pool_id)
            found = conflict_queries.declarants(session, pool, now=clock.now())
            people = {(d.user_id, d.organisation_id) for d in found if d.user_id is not None}
        for user_id, organisation_id in people:
            with self.work() as session:
                user = session.get_one(User, user_id)
                actor = actor_for(session, user, organisation_id, now=clock.now())
                conflicts.declare(session, actor, self.pool_id, has_conflict=False, now=clock.now())
        with self.work() as session:
            conflicts.declare_for_operator(
                session,
                Actor.operator("Betrieb"),
                self.pool_id,
                "Otto Betreiber",
                has_conflict=False,
                now=clock.now(),
            )

    def declare_ready(self) -> None:
        with self.officiating() as (session, actor):
            readiness.declare_ready(session, actor, self.tender_id, version=None, now=clock.now())

    def publish(self) -> None:
        with self.officiating() as (session, actor):
            publishing.publish_tender(
                session,
                actor,
                self.tender_id,
                now=clock.now(),
                store=current.store(),
                base_url=BASE_URL,
            )

    def shares(self) -> tuple[int, dict[uuid.UUID, int], dict[uuid.UUID, int]]:
        """Return the estimated value, each buyer's part of it, and each buyer's demand."""
        with self.look() as session:
            tender = session.get_one(Tender, self.tender_id)
            parts: dict[uuid.UUID, int] = {}
            for lot in tender.lots:
                for item in lot.items:
                    for share in item.shares:
                        parts[share.organisation_id] = (
                            parts.get(share.organisation_id, 0) + share.value_net_cents
                        )
            wanted = {
                demand.organisation_id: demand.value_net_cents or 0
                for demand in session.scalars(select(Demand))
            }
            return tender.estimated_value_net_cents, parts, wanted
