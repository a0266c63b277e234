"""JSON API of task areas: depths of participation over time, areas left out on purpose."""

import uuid
from typing import Any

import marshmallow as ma
from marshmallow import fields

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations import area_exclusions, areas, queries
from vergabe.cooperations.area_exclusions import BUSINESS_CASE_LENGTH, ExclusionEntry
from vergabe.cooperations.area_model import AreaExclusion
from vergabe.cooperations.area_view import AreasView, areas_view
from vergabe.cooperations.areas import DepthEntry
from vergabe.cooperations.entries import REASON_LENGTH
from vergabe.cooperations.model import Cooperation, Participation
from vergabe.cooperations.rules import Depth, Phase
from vergabe.db import db
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import current_actor, requires
from vergabe.web.schema import Schema, text
from vergabe.web.transactions import commits

api = ApiBlueprint(
    "areas", __name__, description="Aufgabengebiete: Beteiligung und Ausnahmen über die Zeit"
)


class ParticipationSchema(Schema):
    """A stretch of days on which a member takes part in an area with a depth."""

    organisation_id = fields.UUID()
    area = fields.String()
    depth = fields.String()
    phase = fields.String()
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)
    reason = fields.String()


class AreaExclusionSchema(Schema):
    """An area left out; organisation_id null: for all; one that never counted ends before it."""

    id = fields.UUID()
    area = fields.String()
    organisation_id = fields.UUID(allow_none=True)
    valid_from = fields.Date()
    valid_to = fields.Date(allow_none=True)
    reason = fields.String()
    business_case = fields.String()
    lifted_reason = fields.String()
    counts_today = fields.Boolean()


class AreasSchema(Schema):
    """Every stretch of participation of the members of today, and every exclusion."""

    participations = fields.List(fields.Nested(ParticipationSchema))
    exclusions = fields.List(fields.Nested(AreaExclusionSchema))


class ParticipationInSchema(Schema):
    """A depth from a day on; organisation_id: null for the organisation acted for."""

    area = text(40, minimum=1, required=True)
    organisation_id = fields.UUID(load_default=None, allow_none=True)
    depth = fields.Enum(Depth, by_value=True, required=True)
    phase = fields.Enum(Phase, by_value=True, load_default=Phase.REGULAR)
    valid_from = fields.Date(required=True)
    reason = text(REASON_LENGTH, minimum=1, required=True)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        organisation_id = data.pop("organisation_id")
        entry = DepthEntry(area_key=data.pop("area"), **data)
        return {"entry": entry, "organisation_id": organisation_id}


class AreaExclusionInSchema(Schema):
    """An area to leave out from a day on; organisation_id null: for all."""

    area = text(40, minimum=1, required=True)
    organisation_id = fields.UUID(load_default=None, allow_none=True)
    valid_from = fields.Date(required=True)
    reason = text(REASON_LENGTH, minimum=1, required=True)
    business_case = text(BUSINESS_CASE_LENGTH, load_default="")

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        organisation_id = data.pop("organisation_id")
        entry = ExclusionEntry(area_key=data.pop("area"), **data)
        return {"entry": entry, "organisation_id": organisation_id}


class AreaLiftingSchema(Schema):
    """From which day an area counts again, and why."""

    counts_from = fields.Date(required=True)
    reason = text(REASON_LENGTH, minimum=1, required=True)


def _visible(key: str) -> Cooperation:
    return queries.cooperation_by_key(db.session(), current_actor(), key, now=clock.now())


@api.get("/cooperations/<key>/areas")
@requires(Permission.VIEW_COOPERATION)
@api.response(200, AreasSchema)
def show(key: str) -> Any:
    """Wer sich wann wie tief beteiligt hat, und welche Gebiete ausgenommen sind."""
    view = areas_view(db.session(), current_actor(), _visible(key), now=clock.now())
    members = {member.id: member.organisation_id for member in view.members}
    return {
        "participations": [
            _participation(row, view.area_of(row.area_id).key, members[row.member_id])
            for row in view.history
            if row.member_id in members
        ],
        "exclusions": [_exclusion(row, view) for row in view.exclusions],
    }


def _participation(row: Participation, area: str, organisation_id: uuid.UUID) -> dict[str, Any]:
    names = ("depth", "phase", "valid_from", "valid_to", "reason")
    return {name: getattr(row, name) for name in names} | {
        "area": area,
        "organisation_id": organisation_id,
    }


def _exclusion(row: AreaExclusion, view: AreasView) -> dict[str, Any]:
    names = ("id", "valid_from", "valid_to", "reason", "business_case", "lifted_reason")
    return {name: getattr(row, name) for name in names} | {
        "area": view.area_of(row.area_id).key,
        "organisation_id": row.member.organisation_id if row.member else None,
        "counts_today": view.counts(row),
    }


@api.post("/cooperations/<key>/participations")
@requires(Permission.CHANGE_PARTICIPATION)
@commits
@api.arguments(ParticipationInSchema)
@api.response(201, ParticipationSchema)
def change_depth(body: dict[str, Any], key: str) -> Any:
    """Die Tiefe der Beteiligung ab einem Tag ändern."""
    row = areas.change_depth(
        db.session(), current_actor(), _visible(key).id, **body, now=clock.now()
    )
    return _participation(row, body["entry"].area_key, row.member.organisation_id)


@api.post("/cooperations/<key>/exclusions")
@requires(Permission.CHANGE_PARTICIPATION)
@commits
@api.arguments(AreaExclusionInSchema)
@api.response(201, AreaExclusionSchema)
def exclude(body: dict[str, Any], key: str) -> Any:
    """Ein Aufgabengebiet mit Absicht ausnehmen."""
    cooperation = _visible(key)
    row = area_exclusions.exclude_area(
        db.session(), current_actor(), cooperation.id, **body, now=clock.now()
    )
    return _exclusion(row, _areas(cooperation))


@api.post("/cooperations/<key>/exclusions/<uuid:exclusion_id>/lifting")
@requires(Permission.CHANGE_PARTICIPATION)
@commits
@api.arguments(AreaLiftingSchema)
@api.response(200, AreaExclusionSchema)
def lift(body: dict[str, Any], key: str, exclusion_id: uuid.UUID) -> Any:
    """Ein ausgenommenes Aufgabengebiet wieder zählen lassen."""
    cooperation = _visible(key)
    row = area_exclusions.lift_exclusion(
        db.session(), current_actor(), cooperation.id, exclusion_id, **body, now=clock.now()
    )
    return _exclusion(row, _areas(cooperation))


def _areas(cooperation: Cooperation) -> AreasView:
    return areas_view(db.session(), current_actor(), cooperation, now=clock.now())
