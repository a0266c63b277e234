"""The list of the roles at an organisation."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, contains_eager

from vergabe.access.actor import Actor
from vergabe.access.model import RoleAssignment, User
from vergabe.access.permissions import ROLE_NAMES, Permission, Role
from vergabe.collation import folded, german
from vergabe.texts import _
from vergabe.web import lists
from vergabe.web.list_filters import OneOf, TextFilter
from vergabe.web.lists import Column, Listing


def role_list(actor: Actor, *, today: dt.date) -> Listing[RoleAssignment]:
    """Return the list of all roles at the organisation acted for, by person.

    today: the legal day on which a role counts as valid. Raises Forbidden.
    """
    actor.require(Permission.ADMINISTER_ORGANISATION)
    is_supplier = actor.organisation_kind == "supplier"
    return Listing(
        key="people",
        title=_("Personen und Rollen"),
        id=RoleAssignment.id,
        columns=(
            Column("person", _("Person"), lambda a: a.user.full_name),
            Column("adresse", _("E-Mail-Adresse"), lambda a: a.user.email),
            Column("rolle", _("Rolle"), lambda a: ROLE_NAMES[Role(a.role)]),
            Column("von", _("Von"), lambda a: a.valid_from),
            Column("bis", _("Bis"), lambda a: a.valid_to),
            Column("stand", _("Stand"), lambda a: "gilt" if a.is_valid_on(today) else "gilt nicht"),
            Column("beenden", _("Beenden"), kind="action"),
        ),
        orders=(
            lists.by_text("person", _("Person"), german(User.full_name)),
            lists.by_day("von", _("Von"), RoleAssignment.valid_from),
            lists.by_day("bis", _("Bis"), RoleAssignment.valid_to, nullable=True),
        ),
        rows=_assignments,
        branches=[[RoleAssignment.organisation_id == actor.organisation_id]],
        join=lambda query: query.join(RoleAssignment.user),
        filters=(
            TextFilter(
                "wer",
                _("Name oder Adresse"),
                lambda word: (
                    german(User.full_name).contains(folded(word), autoescape=True)
                    | User.email.icontains(word, autoescape=True)
                ),
            ),
            OneOf(
                "art",
                _("Rolle"),
                [(r.value, ROLE_NAMES[r]) for r in Role if (r is Role.SUPPLIER) == is_supplier],
                lambda role: RoleAssignment.role == role,
            ),
            OneOf(
                "stand",
                _("Stand"),
                [("gilt", "gilt heute"), ("beendet", "beendet")],
                lambda state: _is_valid(today) if state == "gilt" else _has_ended(today),
            ),
        ),
    )


def _is_valid(today: dt.date) -> ColumnElement[bool]:
    return (RoleAssignment.valid_from <= today) & or_(
        RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to >= today
    )


def _has_ended(today: dt.date) -> ColumnElement[bool]:
    return RoleAssignment.valid_to < today


def _assignments(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[RoleAssignment]:
    return session.scalars(
        select(RoleAssignment)
        .join(RoleAssignment.user)
        .where(RoleAssignment.id.in_(ids))
        .options(contains_eager(RoleAssignment.user))
    ).all()
