"""One's own jobs as a list."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.collation import folded, german
from vergabe.jobs import rules
from vergabe.jobs.model import Job
from vergabe.texts import _
from vergabe.web import lists
from vergabe.web.list_filters import Days, OneOf, TextFilter
from vergabe.web.lists import Column, Listing


def job_list(actor: Actor) -> Listing[Job]:
    """Return the list of what the actor has started for the organisation acted for."""
    return Listing(
        key="jobs",
        title=_("Vorgänge"),
        id=Job.id,
        columns=(
            Column("vorgang", _("Vorgang"), lambda j: j.title),
            Column("stand", _("Stand"), lambda j: rules.STATE_NAMES[j.state]),
            Column("ergebnis", _("Ergebnis"), lambda j: j.outcome),
            Column("neu", _("Begonnen"), lambda j: j.created_at),
            Column("beendet", _("Beendet"), lambda j: j.finished_at, on_page=False),
        ),
        orders=(lists.NEWEST,),
        rows=_jobs,
        branches=[[Job.user_id == actor.user_id, Job.organisation_id == actor.organisation_id]],
        filters=(
            OneOf(
                "stand",
                _("Stand"),
                list(rules.STATE_NAMES.items()),
                lambda state: Job.state == state,
            ),
            TextFilter(
                "q",
                _("Vorgang"),
                lambda word: german(Job.title).contains(folded(word), autoescape=True),
            ),
            Days("begonnen", _("Begonnen"), Job.created_at),
        ),
    )


def _jobs(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[Job]:
    return session.scalars(select(Job).where(Job.id.in_(ids))).all()
