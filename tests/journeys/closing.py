"""For every gate of publication something that closes it, as it happens in towns.

A gate that is added to the product has to be added here too: `test_gates.py` compares.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories import bylaws, in_house, votes
from tests.journeys.three_towns import ThreeTowns
from vergabe import clock, ids
from vergabe.access.model import Organisation
from vergabe.cooperations.model import (
    Agreement,
    Cooperation,
    Mandate,
    Member,
    Participation,
    Resolution,
)
from vergabe.demands.model import Demand
from vergabe.funding.model import FundingCase
from vergabe.pools.model import Joining
from vergabe.tenders.model import Lot, Tender

Close = Callable[[Session, ThreeTowns], None]
# Joining has ended on 15 December 2026; what is revoked ends before the day of publication.
YESTERDAY: Final = dt.date(2026, 12, 14)


def _agreement_not_in_force(session: Session, dlz: ThreeTowns) -> None:
    session.execute(update(Agreement).values(stage="approved", in_force_on=None))


def _kerpen_leaves_the_area(session: Session, dlz: ThreeTowns) -> None:
    kerpen = select(Member.id).where(Member.organisation_id == dlz.town_ids["kerpen"])
    session.execute(
        update(Participation)
        .where(Participation.member_id.in_(kerpen), Participation.area_id == dlz.area_id)
        .values(valid_to=YESTERDAY)
    )


def _kerpen_revokes_its_mandate(session: Session, dlz: ThreeTowns) -> None:
    of_kerpen = Mandate.grantor_id == dlz.town_ids["kerpen"]
    session.execute(update(Mandate).where(of_kerpen).values(revoked_on=YESTERDAY))


def _kerpen_revokes_its_resolution(session: Session, dlz: ThreeTowns) -> None:
    of_kerpen = Resolution.organisation_id == dlz.town_ids["kerpen"]
    session.execute(update(Resolution).where(of_kerpen).values(revoked_on=YESTERDAY))


def _a_grant_is_applied_for(session: Session, dlz: ThreeTowns) -> None:
    session.add(
        FundingCase(
            id=ids.new_id(),
            cooperation_id=dlz.cooperation_id,
            pool_id=dlz.pool_id,
            stage="applied",
            programme="NW-IKZ",
            authority="Bezirksregierung Köln",
            applied_on=YESTERDAY,
            award_rules=[],
            participants=[],
            created_by_name="Koordination Merzenich",
            created_at=clock.now(),
        )
    )


def _kerpen_cuts_its_budget(session: Session, dlz: ThreeTowns) -> None:
    of_kerpen = Demand.organisation_id == dlz.town_ids["kerpen"]
    session.execute(update(Demand).where(of_kerpen).values(released_net_cents=1_000_00))


def _kerpen_never_joined(session: Session, dlz: ThreeTowns) -> None:
    of_kerpen = Joining.organisation_id == dlz.town_ids["kerpen"]
    session.execute(update(Joining).where(of_kerpen).values(decision="declined"))


def _a_unanimous_vote_is_required(session: Session, dlz: ThreeTowns) -> None:
    votes.rule(session, session.get_one(Cooperation, dlz.cooperation_id))


def _declarations_are_required(session: Session, dlz: ThreeTowns) -> None:
    session.execute(update(Cooperation).values(declarations_required=True))


def _an_own_provider_is_not_asked_yet(session: Session, dlz: ThreeTowns) -> None:
    in_house.provider(session, session.get_one(Cooperation, dlz.cooperation_id))


def _a_sum_is_wrong(session: Session, dlz: ThreeTowns) -> None:
    session.execute(update(Lot).values(estimated_value_net_cents=Lot.estimated_value_net_cents + 1))


def _the_description_is_empty(session: Session, dlz: ThreeTowns) -> None:
    session.execute(update(Tender).values(description=""))


def _a_method_of_eu_law_below_the_threshold(session: Session, dlz: ThreeTowns) -> None:
    session.execute(update(Tender).values(procurement_method="neg-w-call"))


def _kerpen_has_a_new_bylaw(session: Session, dlz: ThreeTowns) -> None:
    kerpen = session.get_one(Organisation, dlz.town_ids["kerpen"])
    bylaws.bylaw(session, kerpen, direct_max_net_cents=1_00, minimum_tender_days=60)


def _the_deadline_is_too_soon(session: Session, dlz: ThreeTowns) -> None:
    too_soon = clock.now() + dt.timedelta(days=3)
    session.execute(update(Tender).values(submission_deadline=too_soon))


def _the_address_of_kerpen_is_no_address(session: Session, dlz: ThreeTowns) -> None:
    of_kerpen = Organisation.id == dlz.town_ids["kerpen"]
    session.execute(update(Organisation).where(of_kerpen).values(email="rathaus (at) kerpen"))


CLOSES: Final[Mapping[str, Close]] = {
    "agreement": _agreement_not_in_force,
    "participation": _kerpen_leaves_the_area,
    "mandates": _kerpen_revokes_its_mandate,
    "resolutions": _kerpen_revokes_its_resolution,
    "funding": _a_grant_is_applied_for,
    "demands_released": _kerpen_cuts_its_budget,
    "joinings_recorded": _kerpen_never_joined,
    "vote": _a_unanimous_vote_is_required,
    "declarations": _declarations_are_required,
    "in_house": _an_own_provider_is_not_asked_yet,
    "sums_agree": _a_sum_is_wrong,
    "content_complete": _the_description_is_empty,
    "method_permitted": _a_method_of_eu_law_below_the_threshold,
    "bylaws_settled": _kerpen_has_a_new_bylaw,
    "deadlines_lawful": _the_deadline_is_too_soon,
    "notice_complete": _the_address_of_kerpen_is_no_address,
}
