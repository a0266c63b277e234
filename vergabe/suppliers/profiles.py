"""What a firm wants to hear of, and what it says about itself."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.errors import InvalidInput, Violation, gather
from vergabe.exchange.german import parse_money_cents
from vergabe.exchange.regional_keys import parse_postcode
from vergabe.suppliers import entries, matching, membership, rules
from vergabe.suppliers.fitting import Wish
from vergabe.suppliers.model import SupplierProfile
from vergabe.texts import gettext as _


@dataclass(frozen=True)
class ProfileEntry:
    """A profile as people type it: codes and keywords as text, separated by commas or lines.

    value_from, value_until: net euros as text, such as `25.000`; empty does not narrow.
    """

    cpv: str = ""
    nuts: str = ""
    keywords: str = ""
    size: str = ""
    natures: Sequence[str] = ()
    value_from: str = ""
    value_until: str = ""


@dataclass(frozen=True)
class FirmEntry:
    """What a firm says about itself, as typed; empty fields are left empty."""

    name: str
    street: str = ""
    postcode: str = ""
    city: str = ""
    phone: str = ""
    register_number: str = ""


def profile_of(session: Session, actor: Actor) -> SupplierProfile:
    """Return the profile of the actor's firm; an empty one is made if there is none yet."""
    return _profile(session, membership.own_firm(session, actor))


def save_profile(
    session: Session, actor: Actor, entry: ProfileEntry, *, now: dt.datetime
) -> SupplierProfile:
    """Replace the profile of the actor's firm and its index.

    Raises InvalidInput with every code, region and keyword that cannot be.
    """
    firm = membership.own_firm(session, actor)
    return store_profile(session, actor, firm, entry, now=now)


def store_profile(
    session: Session, actor: Actor, firm: Organisation, entry: ProfileEntry, *, now: dt.datetime
) -> SupplierProfile:
    """Replace the profile of a firm and its index, as `save_profile`; who calls makes sure that
    the actor may.
    """
    wish = read_wish(entry)
    profile = _profile(session, firm, now=now, for_update=True)
    profile.cpv_prefixes, profile.nuts_prefixes = list(wish.cpv_prefixes), list(wish.nuts_prefixes)
    profile.keywords, profile.natures = list(wish.keywords), " ".join(wish.natures)
    profile.value_from_net_cents = wish.value_from_net_cents
    profile.value_until_net_cents = wish.value_until_net_cents
    profile.size, profile.updated_at = entry.size or None, now
    session.flush()
    matching.index_profile(session, profile)
    membership.record(
        session,
        actor,
        firm,
        "profile_saved",
        "Das Profil wurde geändert.",
        now=now,
        cpv=list(profile.cpv_prefixes),
        nuts=list(profile.nuts_prefixes),
        keywords=list(profile.keywords),
        natures=list(wish.natures),
        value_from_net_cents=wish.value_from_net_cents,
        value_until_net_cents=wish.value_until_net_cents,
        size=profile.size,
    )
    return profile


def wish_of(profile: SupplierProfile) -> Wish:
    """Return what a stored profile asks for."""
    return Wish(
        cpv_prefixes=tuple(profile.cpv_prefixes),
        nuts_prefixes=tuple(profile.nuts_prefixes),
        keywords=tuple(profile.keywords),
        natures=tuple(profile.natures.split()),
        value_from_net_cents=profile.value_from_net_cents,
        value_until_net_cents=profile.value_until_net_cents,
    )


def read_wish(entry: ProfileEntry) -> Wish:
    """Return what a typed profile asks for; InvalidInput with everything in it that cannot be."""
    wrong: list[Violation] = []
    wish = Wish(
        cpv_prefixes=gather(wrong, lambda: rules.cpv_prefixes(entry.cpv, field="cpv")) or (),
        nuts_prefixes=gather(wrong, lambda: rules.nuts_prefixes(entry.nuts, field="nuts")) or (),
        keywords=gather(wrong, lambda: rules.keywords(entry.keywords, field="keywords")) or (),
        natures=gather(wrong, lambda: rules.natures(entry.natures, field="natures")) or (),
        value_from_net_cents=_value(wrong, entry.value_from, "value_from"),
        value_until_net_cents=_value(wrong, entry.value_until, "value_until"),
    )
    if entry.size and entry.size not in rules.SIZES:
        wrong.append(Violation("size_unknown", _("Diese Größe gibt es nicht."), field="size"))
    low, high = wish.value_from_net_cents, wish.value_until_net_cents
    if low is not None and high is not None and low > high:
        message = _("Der höchste Wert liegt unter dem niedrigsten.")
        wrong.append(Violation("values_in_order", message, field="value_until"))
    if wrong:
        raise InvalidInput.of(wrong)
    return wish


def _value(wrong: list[Violation], text: str, field: str) -> int | None:
    if not text.strip():
        return None
    cents = gather(wrong, lambda: parse_money_cents(text, field=field))
    if cents is not None and not 0 <= cents <= rules.HIGHEST_VALUE_CENTS:
        message = _("Der Wert liegt zwischen 0 und 1.000.000.000 Euro.")
        wrong.append(Violation("value_out_of_range", message, field=field))
        return None
    return cents


def pause(session: Session, actor: Actor, *, is_paused: bool, now: dt.datetime) -> SupplierProfile:
    """Stop invitations to the actor's firm for now, or let them come again."""
    firm = membership.own_firm(session, actor)
    profile = _profile(session, firm, now=now, for_update=True)
    if (profile.paused_at is not None) != is_paused:
        profile.paused_at = now if is_paused else None
        profile.updated_at = now
        session.flush()
        action = "invitations_paused" if is_paused else "invitations_resumed"
        summary = "Einladungen wurden " + ("angehalten." if is_paused else "wieder eingeschaltet.")
        membership.record(session, actor, firm, action, summary, now=now)
    return profile


def save_firm(
    session: Session, actor: Actor, entry: FirmEntry, *, now: dt.datetime
) -> Organisation:
    """Change what the actor's firm says about itself; InvalidInput with one violation per field.

    The same again changes nothing and is no act.
    """
    firm = membership.own_firm(session, actor)
    facts = read_firm(entry)
    if all(getattr(firm, name) == value for name, value in facts.items()):
        return firm
    for name, value in facts.items():
        setattr(firm, name, value)
    session.flush()
    membership.record(
        session,
        actor,
        firm,
        "firm_changed",
        "Die Angaben zum Unternehmen wurden geändert.",
        now=now,
    )
    return firm


def read_firm(entry: FirmEntry) -> dict[str, str | None]:
    """Return what a firm says about itself by column; InvalidInput with one violation per field."""
    wrong: list[Violation] = []

    def line(text: str, longest: int, field: str) -> str | None:
        return gather(wrong, lambda: entries.optional(text, longest, field))

    facts = {
        "name": gather(
            wrong,
            lambda: entries.required(entry.name, 400, "name", _("den Namen des Unternehmens")),
        ),
        "postcode": (
            gather(wrong, lambda: parse_postcode(entry.postcode, field="postcode"))
            if entry.postcode.strip()
            else None
        ),
        "street": line(entry.street, 200, "street"),
        "city": line(entry.city, 200, "city"),
        "phone": line(entry.phone, 50, "phone"),
        "register_number": line(entry.register_number, 100, "register_number"),
    }
    if wrong:
        raise InvalidInput.of(wrong)
    return facts


def _profile(
    session: Session,
    firm: Organisation,
    *,
    now: dt.datetime | None = None,
    for_update: bool = False,
) -> SupplierProfile:
    query = select(SupplierProfile).where(SupplierProfile.organisation_id == firm.id)
    found = session.scalars(query.with_for_update() if for_update else query).one_or_none()
    if found is not None:
        return found
    empty = SupplierProfile(
        organisation_id=firm.id,
        cpv_prefixes=[],
        nuts_prefixes=[],
        keywords=[],
        updated_at=now or firm.created_at,
        version=1,
    )
    if now is not None:
        session.add(empty)
    return empty
