"""The page that lists all questions to a tender."""

import uuid

from flask import Blueprint
from flask.typing import ResponseReturnValue

from vergabe.access.permissions import Permission
from vergabe.cooperations.task_rules import Step
from vergabe.db import db
from vergabe.enquiries import listing, queries
from vergabe.list_views.answers import list_answer
from vergabe.tenders import duties
from vergabe.tenders import queries as tenders
from vergabe.web.rights import current_actor, requires

pages = Blueprint("enquiry_lists", __name__)


@pages.get("/vergabeverfahren/<uuid:tender_id>/fragen/alle")
@requires(Permission.ANSWER_ENQUIRIES)
def of_tender(tender_id: uuid.UUID) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    tender = tenders.visible_tender(session, actor, tender_id)
    duties.require(session, actor, tender, Step.ANSWER_ENQUIRIES)
    return list_answer(
        listing.enquiry_list(tender),
        "enquiries/list.html",
        tender=tender,
        asked_by=listing.asked_by,
        came_in_time=queries.came_in_time,
    )
