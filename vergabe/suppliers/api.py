"""JSON API of suppliers."""

from typing import Any

from vergabe import clock, money
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.suppliers import profiles, registering
from vergabe.suppliers.model import SupplierProfile
from vergabe.suppliers.profiles import ProfileEntry
from vergabe.suppliers.schema import (
    AcceptedSchema,
    ColleagueInSchema,
    PauseInSchema,
    ProfileInSchema,
    ProfileSchema,
    RegistrationInSchema,
)
from vergabe.web.api import ApiBlueprint, give_version, require_version
from vergabe.web.rights import current_actor, public, requires
from vergabe.web.shell import settings
from vergabe.web.transactions import commits

api = ApiBlueprint("suppliers", __name__, description="Unternehmen: Registrierung und Profil")

_BY_MAIL = {"message": "Eine E-Mail mit dem nächsten Schritt ist unterwegs."}


@api.post("/supplier-registrations")
@public
@commits
@api.arguments(RegistrationInSchema)
@api.response(202, AcceptedSchema)
def register(body: dict[str, Any]) -> Any:
    """Unternehmen registrieren; die Adresse wird per E-Mail bestätigt."""
    registering.register_firm(
        db.session(), **body, secret_key=settings().secret_key, now=clock.now()
    )
    return _BY_MAIL


@api.get("/supplier/profile")
@requires(Permission.USE_SUPPLIER_AREA)
@api.response(200, ProfileSchema)
def profile() -> SupplierProfile:
    """Profil des eigenen Unternehmens."""
    found = profiles.profile_of(db.session(), current_actor())
    give_version(found.version)
    return found


@api.put("/supplier/profile")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
@api.arguments(ProfileInSchema)
@api.response(200, ProfileSchema)
def save_profile(body: dict[str, Any]) -> SupplierProfile:
    """Profil ersetzen. Codes dürfen Anfänge sein (2 bis 8 Ziffern)."""
    session, actor = db.session(), current_actor()
    require_version(profiles.profile_of(session, actor).version)
    entry = ProfileEntry(
        cpv="\n".join(body["cpv_prefixes"]),
        nuts="\n".join(body["nuts_prefixes"]),
        keywords="\n".join(body["keywords"]),
        size=body["size"] or "",
        natures=tuple(body["natures"]),
        value_from=_euros(body["value_from"]),
        value_until=_euros(body["value_until"]),
    )
    found = profiles.save_profile(session, actor, entry, now=clock.now())
    give_version(found.version)
    return found


def _euros(amount: dict[str, Any] | None) -> str:
    """Return an amount as people type it, for the one reader of profiles."""
    return "" if amount is None else f"{money.euros(amount['amount_cents'])}".replace(".", ",")


@api.post("/supplier/profile/pause")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
@api.arguments(PauseInSchema)
@api.response(200, ProfileSchema)
def pause(body: dict[str, Any]) -> SupplierProfile:
    """Einladungen anhalten oder wieder einschalten."""
    found = profiles.pause(
        db.session(), current_actor(), is_paused=body["is_paused"], now=clock.now()
    )
    give_version(found.version)
    return found


@api.post("/supplier/people")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
@api.arguments(ColleagueInSchema)
@api.response(202, AcceptedSchema)
def invite(body: dict[str, Any]) -> Any:
    """Eine Person einladen, für das eigene Unternehmen zu handeln."""
    registering.invite_colleague(
        db.session(), current_actor(), **body, secret_key=settings().secret_key, now=clock.now()
    )
    return _BY_MAIL
