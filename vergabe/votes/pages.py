"""Pages of votes: what is voted on, who said what, the own ballot, opening and closing."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit.rules import canonical
from vergabe.db import db
from vergabe.errors import InvalidInput, NotFound, Violation
from vergabe.exchange import german_dates
from vergabe.pools import queries as pools
from vergabe.votes import casting, closing, presenting, queries, service
from vergabe.votes.casting import BallotEntry
from vergabe.votes.gates import rule_text
from vergabe.votes.model import Vote
from vergabe.votes.rules import CHOICE_NAMES, Choice
from vergabe.votes.service import VoteEntry
from vergabe.web.downloads import content_disposition
from vergabe.web.posting import attempt
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("votes", __name__)

Command = Callable[[Session, Actor], str]


@pages.get("/buendelungen/<uuid:pool_id>/abstimmungen")
@requires(Permission.VIEW_POOLS)
def show(pool_id: uuid.UUID) -> ResponseReturnValue:
    return _page(pool_id)


def _page(
    pool_id: uuid.UUID,
    violations: Sequence[Violation] = (),
    *,
    form: str = "",
    entry: Mapping[str, Any] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    pool = pools.visible_pool(session, actor, pool_id)
    found = presenting.votes_of(session, actor, pool, now=now)
    html = render_template(
        "votes/show.html",
        pool=pool,
        votes=found,
        view=found.current,
        earlier=found.views[1:],
        violations=list(violations),
        form_name=form,
        entry=entry or {},
        **_helpers(actor),
    )
    return html, status


def _helpers(actor: Actor) -> dict[str, Any]:
    return {
        "actor_name": actor.name,
        "ballot_choices": [(str(choice), name) for choice, name in CHOICE_NAMES.items()],
        "choice_names": {str(choice): name for choice, name in CHOICE_NAMES.items()},
        "cost_text": presenting.cost_text,
        "own_ballots": presenting.own_ballots,
        "roles_text": presenting.roles_text,
        "rule_text": rule_text,
    }


@pages.get("/buendelungen/<uuid:pool_id>/abstimmungen/<uuid:vote_id>")
@requires(Permission.VIEW_POOLS)
def one(pool_id: uuid.UUID, vote_id: uuid.UUID) -> ResponseReturnValue:
    vote = _vote_on(pool_id, vote_id)
    actor = current_actor()
    view = presenting.view_of(db.session(), actor, vote, now=clock.now())
    return render_template("votes/one.html", pool=vote.pool, view=view, **_helpers(actor))


@pages.get("/buendelungen/<uuid:pool_id>/abstimmungen/<uuid:vote_id>/gegenstand")
@requires(Permission.VIEW_POOLS)
def subject_file(pool_id: uuid.UUID, vote_id: uuid.UUID) -> ResponseReturnValue:
    """Hand out the bytes over which the hash was taken, for `sha256sum`."""
    vote = _vote_on(pool_id, vote_id)
    answer = Response(canonical(vote.subject), mimetype="application/json")
    name = f"{vote.pool.reference}-abstimmung-{vote.number}.json"
    answer.headers["Content-Disposition"] = content_disposition(name)
    return answer


def _vote_on(pool_id: uuid.UUID, vote_id: uuid.UUID) -> Vote:
    vote = queries.visible_vote(db.session(), current_actor(), vote_id)
    if vote.pool_id != pool_id:
        raise NotFound("Die Abstimmung")
    return vote


@pages.post("/buendelungen/<uuid:pool_id>/abstimmungen")
@requires(Permission.RUN_VOTES)
@commits
def open_vote(pool_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        entry = VoteEntry(
            question=request.form.get("question", ""),
            cost_bearer=request.form.get("cost_bearer", ""),
            deadline=_deadline(),
            seen_sha256=request.form.get("seen_sha256") or None,
        )
        service.open_vote(session, actor, pool_id, entry, now=clock.now())
        return "Die Abstimmung ist eröffnet; die Mitglieder werden benachrichtigt."

    return _run(pool_id, "open", command)


def _deadline() -> dt.datetime | None:
    """Return the end in German time; without a time the whole day counts."""
    day_text = request.form.get("deadline_day", "").strip()
    if not day_text:
        return None
    day = german_dates.parse_date(day_text, field="deadline_day")
    time_text = request.form.get("deadline_time", "").strip()
    if not time_text:
        return clock.start_of_day(day + dt.timedelta(days=1))
    try:
        return clock.berlin_instant(day, dt.time.fromisoformat(time_text))
    except ValueError:
        message = "Bitte die Uhrzeit so angeben: 12:00."
        raise InvalidInput.of([Violation("time_invalid", message, field="deadline_time")]) from None


@pages.post("/buendelungen/<uuid:pool_id>/abstimmungen/<uuid:vote_id>/stimme")
@requires(Permission.CAST_VOTES)
@commits
def cast(pool_id: uuid.UUID, vote_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        _vote_on(pool_id, vote_id)
        said = request.form.get("choice", "")
        if said not in set(Choice):
            message = "Bitte wählen Sie Ja, Nein oder Enthaltung."
            raise InvalidInput.of([Violation("choice_missing", message, field="choice")])
        entry = BallotEntry(
            Choice(said), request.form.get("reason", ""), request.form.get("voter_name", "")
        )
        casting.cast(session, actor, vote_id, entry, now=clock.now())
        return f"Ihre Stimme ist eingetragen: {CHOICE_NAMES[entry.choice]}."

    return _run(pool_id, "cast", command)


@pages.post("/buendelungen/<uuid:pool_id>/abstimmungen/<uuid:vote_id>/ende")
@requires(Permission.RUN_VOTES)
@commits
def close(pool_id: uuid.UUID, vote_id: uuid.UUID) -> ResponseReturnValue:
    def command(session: Session, actor: Actor) -> str:
        _vote_on(pool_id, vote_id)
        reason = request.form.get("reason", "")
        closing.close_vote(session, actor, vote_id, reason, now=clock.now())
        return "Die Abstimmung ist beendet; die Mitglieder werden benachrichtigt."

    return _run(pool_id, "close", command)


def _run(pool_id: uuid.UUID, form: str, command: Command) -> ResponseReturnValue:
    """Run a command and go back to the page; a refusal shows the page with the entry."""
    return attempt(
        lambda: command(db.session(), current_actor()),
        lambda error: _page(
            pool_id, error.reasons, form=form, entry=request.form.to_dict(), status=error.status
        ),
        to=url_for("votes.show", pool_id=pool_id),
    )
