"""JSON API of conflicts of interest."""

import uuid
from typing import Any

from marshmallow import fields, validate

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.conflicts import queries, rules, service
from vergabe.conflicts.model import ConflictEntry
from vergabe.conflicts.queries import Declarant
from vergabe.db import db
from vergabe.pools import queries as pools
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import current_actor, requires
from vergabe.web.schema import Instant, Schema, text
from vergabe.web.transactions import commits

api = ApiBlueprint("conflicts", __name__, description="Erklärungen zu Interessenkonflikten")


class DeclarantSchema(Schema):
    """A person who takes part in the procedure; text: to who runs it, and to the person."""

    user_id = fields.UUID(allow_none=True)
    name = fields.String()
    organisation_id = fields.UUID(allow_none=True)
    organisation = fields.String()
    is_substitute = fields.Boolean()
    state = fields.String()
    text = fields.String(allow_none=True)
    at = Instant(allow_none=True)


class DeclarationsSchema(Schema):
    """One's own standing, and everybody's for who runs the procedure (else empty)."""

    is_required = fields.Boolean()
    own_state = fields.String()
    items = fields.List(fields.Nested(DeclarantSchema))


class DeclarationInSchema(Schema):
    """One's own declaration."""

    has_conflict = fields.Boolean(required=True, truthy={True}, falsy={False})
    text = text(service.TEXT_LENGTH, load_default="")


class EntrySchema(Schema):
    """What was declared or decided."""

    kind = fields.String()
    person_name = fields.String()
    text = fields.String()
    at = Instant()


class DecisionInSchema(Schema):
    """A decision on another person: measures, exclude or readmit, with measures or reason."""

    user_id = fields.UUID(required=True)
    decision = fields.String(
        required=True, validate=validate.OneOf(["measures", "exclude", "readmit"])
    )
    text = text(service.TEXT_LENGTH, minimum=1, required=True)


class RenewalInSchema(Schema):
    """Why everybody is to declare anew."""

    reason = text(service.TEXT_LENGTH, minimum=1, required=True)


_DECISIONS = {
    "measures": service.allow_with_measures,
    "exclude": service.exclude,
    "readmit": service.readmit,
}


@api.get("/pools/<uuid:pool_id>/declarations")
@requires(Permission.DECLARE_INTERESTS)
@api.response(200, DeclarationsSchema)
def declarations(pool_id: uuid.UUID) -> Any:
    """Der eigene Stand; für die Vergabestelle alle, die mitwirken."""
    session, actor, now = db.session(), current_actor(), clock.now()
    pool = pools.visible_pool(session, actor, pool_id)
    kinds, _ = queries.about(queries.entries(session, pool.id), actor.user_id)
    runs = queries.runs(session, actor, pool, now=now)
    return {
        "is_required": queries.requires_declarations(pool),
        "own_state": rules.state_of(kinds).value,
        "items": [_declarant(each) for each in queries.declarants(session, pool, now=now)]
        if runs
        else [],
    }


def _declarant(found: Declarant) -> dict[str, Any]:
    return {
        "user_id": found.user_id,
        "name": found.name,
        "organisation_id": found.organisation_id,
        "organisation": found.organisation_name,
        "is_substitute": found.is_substitute,
        "state": found.state.value,
        "text": found.entry.text if found.entry else None,
        "at": found.entry.at if found.entry else None,
    }


@api.post("/pools/<uuid:pool_id>/declarations")
@requires(Permission.DECLARE_INTERESTS)
@commits
@api.arguments(DeclarationInSchema)
@api.response(201, EntrySchema)
def declare(body: dict[str, Any], pool_id: uuid.UUID) -> ConflictEntry:
    """Die eigene Erklärung abgeben."""
    return service.declare(db.session(), current_actor(), pool_id, **body, now=clock.now())


@api.post("/pools/<uuid:pool_id>/declarations/decisions")
@requires(Permission.EDIT_TENDERS)
@commits
@api.arguments(DecisionInSchema)
@api.response(201, EntrySchema)
def decide(body: dict[str, Any], pool_id: uuid.UUID) -> ConflictEntry:
    """Über die Mitwirkung einer anderen Person entscheiden."""
    return _DECISIONS[body["decision"]](
        db.session(), current_actor(), pool_id, body["user_id"], body["text"], now=clock.now()
    )


@api.post("/pools/<uuid:pool_id>/declarations/renewals")
@requires(Permission.EDIT_TENDERS)
@commits
@api.arguments(RenewalInSchema)
@api.response(201, EntrySchema)
def renew(body: dict[str, Any], pool_id: uuid.UUID) -> ConflictEntry:
    """Von allen eine neue Erklärung verlangen."""
    return service.ask_anew(db.session(), current_actor(), pool_id, body["reason"], now=clock.now())
