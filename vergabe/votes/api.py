"""JSON API of votes. Acts on one pool come one after the other, so no version is asked for."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.pools import queries as pools
from vergabe.votes import casting, closing, presenting, queries, service
from vergabe.votes.casting import BallotEntry
from vergabe.votes.rules import Choice
from vergabe.votes.schema import (
    BallotSchema,
    ClosingSchema,
    OpenVoteSchema,
    VoteSchema,
    VotesSchema,
)
from vergabe.votes.service import VoteEntry
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("votes", __name__, description="Abstimmungen über Vorhaben")
Body = dict[str, Any]


def _shown(vote_id: uuid.UUID) -> Body:
    session, actor = db.session(), current_actor()
    vote = queries.visible_vote(session, actor, vote_id)
    return presenting.vote_as_json(presenting.view_of(session, actor, vote, now=clock.now()))


@api.get("/pools/<uuid:pool_id>/votes")
@requires(Permission.VIEW_POOLS)
@api.response(200, VotesSchema)
def votes(pool_id: uuid.UUID) -> Any:
    """Abstimmungen über eine Bündelung, neueste zuerst; die erste zählt."""
    session, actor = db.session(), current_actor()
    pool = pools.visible_pool(session, actor, pool_id)
    found = presenting.votes_of(session, actor, pool, now=clock.now())
    return {"items": [presenting.vote_as_json(view) for view in found.views]}


@api.post("/pools/<uuid:pool_id>/votes")
@requires(Permission.RUN_VOTES)
@commits
@api.arguments(OpenVoteSchema)
@api.response(201, VoteSchema)
def open_vote(body: Body, pool_id: uuid.UUID) -> Any:
    """Abstimmung über die Bündelung eröffnen, so wie sie jetzt ist."""
    entry = VoteEntry(**body)
    return _shown(
        service.open_vote(db.session(), current_actor(), pool_id, entry, now=clock.now()).id
    )


@api.get("/votes/<uuid:vote_id>")
@requires(Permission.VIEW_POOLS)
@api.response(200, VoteSchema)
def vote(vote_id: uuid.UUID) -> Any:
    """Abstimmung mit Gegenstand, Stimmen und Stand."""
    return _shown(vote_id)


@api.put("/votes/<uuid:vote_id>/ballot")
@requires(Permission.CAST_VOTES)
@commits
@api.arguments(BallotSchema)
@api.response(200, VoteSchema)
def cast(body: Body, vote_id: uuid.UUID) -> Any:
    """Für die eigene Kommune abstimmen oder die Stimme ändern, solange die Abstimmung läuft."""
    entry = BallotEntry(Choice(body["choice"]), body["reason"], body["voter_name"])
    casting.cast(db.session(), current_actor(), vote_id, entry, now=clock.now())
    return _shown(vote_id)


@api.post("/votes/<uuid:vote_id>/closing")
@requires(Permission.RUN_VOTES)
@commits
@api.arguments(ClosingSchema)
@api.response(200, VoteSchema)
def close(body: Body, vote_id: uuid.UUID) -> Any:
    """Die Abstimmung vorzeitig beenden, mit Grund."""
    session, actor = db.session(), current_actor()
    closing.close_vote(session, actor, vote_id, body["reason"], now=clock.now())
    return _shown(vote_id)
