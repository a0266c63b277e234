"""JSON API of the task matrix and of substitutes across members."""

import uuid
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate
from sqlalchemy import select

from vergabe import clock
from vergabe.access.permissions import Permission, Role
from vergabe.cooperations import queries, substitutes, task_matrix, task_rules, tasks
from vergabe.cooperations.entries import REASON_LENGTH
from vergabe.cooperations.model import Cooperation, TaskArea
from vergabe.cooperations.substitute_rules import Wish
from vergabe.cooperations.task_model import Substitution
from vergabe.cooperations.task_rules import STEPS, Performer, Step, Task
from vergabe.cooperations.tasks import Governed
from vergabe.db import db
from vergabe.errors import InvalidInput, NotFound, Violation
from vergabe.web.api import ApiBlueprint, give_version, require_version
from vergabe.web.rights import current_actor, requires
from vergabe.web.schema import Instant, Schema, text
from vergabe.web.transactions import commits

api = ApiBlueprint("tasks", __name__, description="Aufgabenverteilung und Vertretungen")

EMAIL_LENGTH = 254


class TaskLineSchema(Schema):
    """A line of the matrix; area: key, null for all; organisation_id: the provider or a member."""

    step = fields.Enum(Step, by_value=True, required=True)
    performer = fields.Enum(Performer, by_value=True, required=True)
    organisation_id = fields.UUID(load_default=None, allow_none=True)
    area = fields.String(load_default=None, allow_none=True)


class StepSchema(Schema):
    """A step and who does it today, in areas without lines of their own."""

    step = fields.String()
    name = fields.String()
    permission = fields.String()
    performer_ids = fields.List(fields.UUID())


class TaskMatrixSchema(Schema):
    """The matrix that counts today, and the lines of the newest version."""

    agreement_number = fields.Integer(allow_none=True)
    steps = fields.List(fields.Nested(StepSchema))
    newest_number = fields.Integer(allow_none=True)
    lines = fields.List(fields.Nested(TaskLineSchema))


class TaskMatrixInSchema(Schema):
    """All lines of the matrix; what is left out falls back to the usual performer."""

    lines = fields.List(
        fields.Nested(TaskLineSchema), required=True, validate=validate.Length(max=500)
    )
    reason = text(REASON_LENGTH, minimum=1, required=True)


class SubstitutionSchema(Schema):
    """A substitution; state: offered, declined, coming, running, over."""

    id = fields.UUID()
    organisation_id = fields.UUID()
    home_organisation_id = fields.UUID()
    person = fields.String()
    substitute_for = fields.String(allow_none=True)
    role = fields.String()
    valid_from = fields.Date()
    valid_to = fields.Date()
    state = fields.String()
    reason = fields.String()
    offered_at = Instant()
    accepted_at = Instant(allow_none=True)


class SubstitutionListSchema(Schema):
    """The substitutions in a cooperation."""

    items = fields.List(fields.Nested(SubstitutionSchema))


class SubstitutionInSchema(Schema):
    """A person of another member to ask; substitute_for: address, empty for the role as such."""

    email = text(EMAIL_LENGTH, minimum=3, required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True)
    reason = text(REASON_LENGTH, minimum=1, required=True)
    substitute_for = text(EMAIL_LENGTH, load_default="")

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Wish:
        return Wish(**data)


class EndingSchema(Schema):
    """Why a substitution ends before its time."""

    reason = text(REASON_LENGTH, minimum=1, required=True)


def _visible(key: str) -> Cooperation:
    return queries.cooperation_by_key(db.session(), current_actor(), key, now=clock.now())


@api.get("/cooperations/<key>/tasks")
@requires(Permission.VIEW_COOPERATION)
@api.response(200, TaskMatrixSchema)
def matrix(key: str) -> Any:
    """Wer welchen Schritt übernimmt."""
    found = _visible(key)
    give_version(found.version)
    return _matrix(found)


def _matrix(cooperation: Cooperation) -> dict[str, Any]:
    session, now = db.session(), clock.now()
    counting = tasks.governing_agreement(session, cooperation.id, clock.berlin_day(now))
    newest = queries.newest_agreement(session, cooperation.id)
    areas = dict(
        session.execute(
            select(TaskArea.id, TaskArea.key).where(TaskArea.cooperation_id == cooperation.id)
        ).all()
    )
    lines = tasks.tasks_of(session, newest.id) if newest else []
    return {
        "agreement_number": counting.number if counting else None,
        "steps": [
            {
                "step": step.value,
                "name": facts.name,
                "permission": facts.permission.value,
                "performer_ids": tasks.performers(session, step, Governed(cooperation), now=now),
            }
            for step, facts in STEPS.items()
        ],
        "newest_number": newest.number if newest else None,
        "lines": [
            {
                "step": line.step,
                "performer": line.performer,
                "organisation_id": line.organisation_id,
                "area": areas.get(line.area_id) if line.area_id else None,
            }
            for line in lines
        ],
    }


@api.put("/cooperations/<key>/tasks")
@requires(Permission.EDIT_COOPERATION)
@commits
@api.arguments(TaskMatrixInSchema)
@api.response(200, TaskMatrixSchema)
def set_matrix(body: dict[str, Any], key: str) -> Any:
    """Die Aufgaben der neuesten Fassung verteilen, solange sie nicht unterzeichnet ist."""
    session = db.session()
    found = queries.locked_cooperation(session, _visible(key).id)
    require_version(found.version)
    lines = [_task(found, line, index) for index, line in enumerate(body["lines"])]
    task_matrix.set_tasks(
        session, current_actor(), found.id, lines, reason=body["reason"], now=clock.now()
    )
    give_version(found.version)
    return _matrix(found)


def _task(cooperation: Cooperation, line: dict[str, Any], index: int) -> Task:
    area_id = None
    if line["area"] is not None:
        try:
            area_id = queries.area_by_key(db.session(), cooperation.id, line["area"]).id
        except NotFound as error:
            message = "Dieses Aufgabengebiet gibt es in der Zusammenarbeit nicht."
            violation = Violation("area_unknown", message, field=f"lines.{index}.area")
            raise InvalidInput.of([violation]) from error
    return task_rules.Task(line["step"], line["performer"], line["organisation_id"], area_id)


@api.get("/cooperations/<key>/substitutions")
@requires(Permission.VIEW_COOPERATION)
@api.response(200, SubstitutionListSchema)
def substitution_list(key: str) -> Any:
    """Alle Vertretungen über Mitglieder hinweg."""
    found = substitutes.substitutions(db.session(), _visible(key).id)
    return {"items": [_substitution(each) for each in found]}


def _substitution(found: Substitution) -> dict[str, Any]:
    return {
        name: getattr(found, name)
        for name in (
            *("id", "organisation_id", "home_organisation_id", "role", "valid_from", "valid_to"),
            *("reason", "offered_at", "accepted_at"),
        )
    } | {
        "person": found.user.full_name,
        "substitute_for": found.substitute_for.full_name if found.substitute_for else None,
        "state": substitutes.state_of(found, clock.berlin_day(clock.now())).value,
    }


@api.post("/cooperations/<key>/substitutions")
@requires(Permission.GRANT_SUBSTITUTES)
@commits
@api.arguments(SubstitutionInSchema)
@api.response(201, SubstitutionSchema)
def offer(wish: Wish, key: str) -> Any:
    """Eine Person eines anderen Mitglieds um Vertretung bitten."""
    return _substitution(
        substitutes.offer_substitution(
            db.session(), current_actor(), _visible(key).id, wish, now=clock.now()
        )
    )


@api.post("/cooperations/<key>/substitutions/<uuid:substitution_id>/acceptance")
@requires(Permission.VIEW_COOPERATION)
@commits
@api.response(200, SubstitutionSchema)
def accept(key: str, substitution_id: uuid.UUID) -> Any:
    """Die eigene Vertretung annehmen."""
    return _substitution(
        substitutes.accept_substitution(
            db.session(), current_actor(), _visible(key).id, substitution_id, now=clock.now()
        )
    )


@api.post("/cooperations/<key>/substitutions/<uuid:substitution_id>/refusal")
@requires(Permission.VIEW_COOPERATION)
@commits
@api.response(200, SubstitutionSchema)
def decline(key: str, substitution_id: uuid.UUID) -> Any:
    """Die eigene Vertretung ablehnen."""
    return _substitution(
        substitutes.decline_substitution(
            db.session(), current_actor(), _visible(key).id, substitution_id, now=clock.now()
        )
    )


@api.post("/cooperations/<key>/substitutions/<uuid:substitution_id>/end")
@requires(Permission.VIEW_COOPERATION)
@commits
@api.arguments(EndingSchema)
@api.response(200, SubstitutionSchema)
def end(body: dict[str, Any], key: str, substitution_id: uuid.UUID) -> Any:
    """Eine Vertretung vorzeitig beenden."""
    return _substitution(
        substitutes.end_substitution(
            db.session(),
            current_actor(),
            _visible(key).id,
            substitution_id,
            reason=body["reason"],
            now=clock.now(),
        )
    )
