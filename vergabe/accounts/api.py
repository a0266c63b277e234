"""JSON API of accounts."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.model import RoleAssignment
from vergabe.access.permissions import Permission, Role
from vergabe.accounts import second_factor, service
from vergabe.accounts.schema import (
    MeSchema,
    NewTokenSchema,
    RoleInSchema,
    RoleListSchema,
    RoleSchema,
    TokenInSchema,
    TokenListSchema,
)
from vergabe.db import db
from vergabe.errors import InvalidInput
from vergabe.web.api import KEPT_NOWHERE, ApiBlueprint
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("accounts", __name__, description="Eigenes Konto, Zugriffstokens, Rollen")


@api.get("/me")
@requires(Permission.USE_OWN_ACCOUNT)
@api.response(200, MeSchema)
def me() -> Any:
    """Wer bin ich, für wen handle ich?"""
    actor = current_actor()
    return {
        "name": actor.name,
        "organisation_id": actor.organisation_id,
        "organisation_name": actor.organisation_name,
        "roles": sorted(actor.roles),
    }


@api.get("/tokens")
@requires(Permission.USE_OWN_ACCOUNT)
@api.response(200, TokenListSchema)
def tokens() -> Any:
    """Eigene Zugriffstokens."""
    user_id = current_actor().user_id
    assert user_id is not None
    return {"items": service.tokens_of(db.session(), user_id)}


@api.post("/tokens")
@requires(Permission.USE_OWN_ACCOUNT)
@commits
@api.arguments(TokenInSchema)
@api.response(201, NewTokenSchema)
def create_token(body: dict[str, Any]) -> Any:
    """Zugriffstoken erzeugen; das Geheimnis steht nur in dieser Antwort."""
    token, secret = service.create_token(db.session(), current_actor(), **body, now=clock.now())
    shown = ("id", "name", "organisation_id", "is_read_only", "created_at", "expires_at")
    return {name: getattr(token, name) for name in shown} | {"secret": secret}, KEPT_NOWHERE


@api.delete("/tokens/<uuid:token_id>")
@requires(Permission.USE_OWN_ACCOUNT)
@commits
@api.response(204)
def revoke_token(token_id: uuid.UUID) -> None:
    """Zugriffstoken widerrufen."""
    service.revoke_token(db.session(), current_actor(), token_id, now=clock.now())


@api.get("/roles")
@requires(Permission.ADMINISTER_ORGANISATION)
@api.response(200, RoleListSchema)
def roles() -> Any:
    """Rollen in der eigenen Organisation."""
    return {"items": service.people_of(db.session(), current_actor())}


@api.post("/roles")
@requires(Permission.ADMINISTER_ORGANISATION)
@commits
@api.arguments(RoleInSchema)
@api.response(201, RoleSchema)
def grant_role(body: dict[str, Any]) -> RoleAssignment:
    """Rolle vergeben."""
    actor = current_actor()
    assert actor.organisation_id is not None
    try:
        role = Role(body.pop("role"))
    except ValueError as error:
        raise InvalidInput("role_unknown", "Diese Rolle gibt es nicht.", field="role") from error
    return service.grant_role(
        db.session(), actor, actor.organisation_id, role=role, **body, now=clock.now()
    )


@api.delete("/roles/<uuid:assignment_id>")
@requires(Permission.ADMINISTER_ORGANISATION)
@commits
@api.response(204)
def end_role(assignment_id: uuid.UUID) -> None:
    """Rolle beenden."""
    service.end_role(db.session(), current_actor(), assignment_id, now=clock.now())


@api.delete("/people/<uuid:user_id>/second-factor")
@requires(Permission.ADMINISTER_ORGANISATION)
@commits
@api.response(204)
def reset_second_factor(user_id: uuid.UUID) -> None:
    """Zweiten Faktor einer Person der eigenen Organisation zurücksetzen."""
    second_factor.reset_for_colleague(db.session(), current_actor(), user_id, now=clock.now())
