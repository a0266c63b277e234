"""The resolutions of a cooperation as a list, and who opened a paper of one."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.collation import folded, german
from vergabe.cooperations import resolution_words, rules, wording
from vergabe.cooperations.model import Cooperation, PaperOpening, Resolution
from vergabe.cooperations.overview import ResolutionView, resolution_view
from vergabe.texts import _, lazy
from vergabe.web.list_filters import Days, OneOf, TextFilter
from vergabe.web.lists import Column, Listing, Order

RESULT_NAMES: Final = {"adopted": lazy("zugestimmt"), "rejected": lazy("abgelehnt")}
_LATEST: Final = ("früheste zuerst", "späteste zuerst")


def resolution_list(
    actor: Actor, cooperation: Cooperation, *, day: dt.date
) -> Listing[ResolutionView]:
    """Return the list of all resolutions on file, as the actor may see them on a legal day.

    What was decided in closed session is in it as in the extract that all members may read.
    """
    return Listing(
        key="resolutions",
        title=_("Beschlüsse %(prefix)s", prefix=cooperation.reference_prefix),
        id=Resolution.id,
        columns=(
            Column("mitglied", _("Mitglied"), lambda v: v.resolution.organisation.name),
            Column("gremium", _("Gremium"), lambda v: v.resolution.body),
            Column("sitzung", _("Sitzung"), lambda v: v.resolution.decided_on),
            Column("worueber", _("Worüber"), lambda v: wording.subject(v.resolution.subject)),
            Column("ergebnis", _("Ergebnis"), lambda v: result_of(v.resolution)),
            Column("stand", _("Stand"), lambda v: "gilt" if v.is_standing else "aufgehoben"),
            Column("oeffentlich", _("Öffentlich"), lambda v: v.resolution.is_public, on_page=False),
            Column(
                "eingetragen", _("Eingetragen"), lambda v: v.resolution.recorded_at, on_page=False
            ),
        ),
        orders=(
            Order("sitzung", _("Sitzung"), Resolution.decided_on, names=_LATEST, falls_first=True),
        ),
        rows=lambda session, ids: [resolution_view(actor, r, day) for r in _rows(session, ids)],
        row_id=lambda view: view.resolution.id,
        branches=[[Resolution.cooperation_id == cooperation.id]],
        filters=(
            TextFilter("q", _("Mitglied oder Gremium"), _matches),
            OneOf(
                "worueber",
                _("Worüber"),
                [(subject.value, name) for subject, name in rules.SUBJECT_NAMES.items()],
                lambda subject: Resolution.subject == subject,
            ),
            OneOf(
                "ergebnis",
                _("Ergebnis"),
                list(RESULT_NAMES.items()),
                lambda result: Resolution.result == result,
                is_folded=True,
            ),
            OneOf(
                "stand",
                _("Stand"),
                [("gilt", _("gilt")), ("aufgehoben", _("aufgehoben"))],
                lambda state: _is_standing(day) if state == "gilt" else ~_is_standing(day),
                is_folded=True,
            ),
            Days("sitzung", _("Sitzung"), Resolution.decided_on),
        ),
    )


def result_of(resolution: Resolution) -> str:
    """Return what kind of resolution it is and how it went, in words."""
    return f"{resolution_words.kind(resolution)}, {RESULT_NAMES[resolution.result]}"


def _rows(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[Resolution]:
    query = select(Resolution).where(Resolution.id.in_(ids))
    return session.scalars(
        query.options(joinedload(Resolution.organisation), selectinload(Resolution.papers))
    ).all()


def _matches(word: str) -> ColumnElement[bool]:
    named = german(Organisation.name).contains(folded(word), autoescape=True)
    return or_(
        german(Resolution.body).contains(folded(word), autoescape=True),
        Resolution.organisation_id.in_(select(Organisation.id).where(named)),
    )


def _is_standing(day: dt.date) -> ColumnElement[bool]:
    return or_(Resolution.revoked_on.is_(None), Resolution.revoked_on > day)


def opening_list(paper_id: uuid.UUID) -> Listing[PaperOpening]:
    """Return the list of who opened a paper; whoever calls has asked for the right to see it."""
    return Listing(
        key="openings",
        title=_("Zugriffe"),
        id=PaperOpening.id,
        columns=(
            Column("wann", _("Wann"), lambda o: o.opened_at),
            Column("wer", _("Wer"), lambda o: o.person_name),
            Column("kommune", _("Kommune"), opener_of),
        ),
        orders=(Order("wann", _("Wann"), PaperOpening.opened_at, names=_LATEST, falls_first=True),),
        rows=lambda session, ids: session.scalars(
            select(PaperOpening).where(PaperOpening.id.in_(ids))
        ).all(),
        branches=[[PaperOpening.paper_id == paper_id]],
        filters=(
            TextFilter(
                "q",
                _("Name oder Kommune"),
                lambda word: german(
                    PaperOpening.person_name + " " + PaperOpening.organisation_name
                ).contains(folded(word), autoescape=True),
            ),
            Days("wann", _("Wann"), PaperOpening.opened_at, is_folded=False),
        ),
    )


def opener_of(opening: PaperOpening) -> str:
    """Return for whom a paper was opened."""
    return opening.organisation_name or _("Betrieb der Plattform")
