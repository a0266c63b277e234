"""JSON API of pools. Where two coordinators could collide, `If-Match` is required."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations.model import TaskArea
from vergabe.db import db
from vergabe.errors import InvalidInput, NotFound, Violation
from vergabe.pools import (
    changing,
    consulting,
    joining,
    plain_data,
    presenting,
    proposing,
    queries,
    selecting,
    shaping,
    withdrawing,
)
from vergabe.pools.joining import JoiningEntry
from vergabe.pools.model import Pool
from vergabe.pools.schema import (
    CommentInSchema,
    ConsentInSchema,
    ConsultationSchema,
    JoinSchema,
    MergeSchema,
    NoteSchema,
    OpenWindowSchema,
    PoolPageSchema,
    PoolQuery,
    PoolReasonInSchema,
    PoolSchema,
    ProposalsSchema,
    ProposeSchema,
    SelectionQuery,
    SelectionSchema,
    SplitResultSchema,
    SplitSchema,
    WindowSchema,
)
from vergabe.pools.stages import Stage
from vergabe.web.api import ApiBlueprint, give_version, require_version
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("pools", __name__, description="Bündelungen")
Body = dict[str, Any]


def _as_json(pool: Pool) -> Body:
    view = presenting.pool_view(db.session(), current_actor(), pool, now=clock.now())
    return plain_data.view_as_json(view)


def _shown(pool: Pool) -> Body:
    give_version(pool.version)
    return _as_json(pool)


def _again(pool_id: uuid.UUID) -> Body:
    return _shown(queries.visible_pool(db.session(), current_actor(), pool_id))


def _seen(pool_id: uuid.UUID) -> int:
    """Return the version of a pool once `If-Match` names it; the row is locked from here on."""
    pool = queries.locked_pool(db.session(), current_actor(), pool_id)
    require_version(pool.version)
    return pool.version


@api.get("/pools")
@requires(Permission.VIEW_POOLS)
@api.arguments(PoolQuery, location="query")
@api.response(200, PoolPageSchema)
def pools(query: Body) -> Any:
    """Bündelungen der eigenen Zusammenarbeiten, neueste zuerst."""
    now = clock.now()
    page = queries.pools_page(
        db.session(),
        current_actor(),
        stage=Stage(query["stage"]) if query["stage"] else None,
        cooperation_id=query["cooperation_id"],
        cursor=query["cursor"],
        limit=query["limit"],
        now=now,
    )
    counts = presenting.counts(db.session(), page.items)
    items = [plain_data.head_as_json(pool, counts, now=now) for pool in page.items]
    return {"items": items, "next_cursor": page.next_cursor}


@api.get("/pools/<uuid:pool_id>")
@requires(Permission.VIEW_POOLS)
@api.response(200, PoolSchema)
def pool(pool_id: uuid.UUID) -> Any:
    """Bündelung mit Mitgliedern, Positionen, Gründen und möglichen Schritten."""
    return _again(pool_id)


@api.post("/pools/propose")
@requires(Permission.EDIT_POOLS)
@commits
@api.arguments(ProposeSchema)
@api.response(200, ProposalsSchema)
def propose(body: Body) -> Any:
    """Bündelungen aus freigegebenen Bedarfen vorschlagen; zweimal legt nichts doppelt an."""
    found = proposing.propose_pools(
        db.session(), current_actor(), body["cooperation_id"], body["area_id"], now=clock.now()
    )
    return {"items": [_as_json(pool) for pool in found]}


@api.get("/pools/selection")
@requires(Permission.EDIT_POOLS)
@api.arguments(SelectionQuery, location="query")
@api.response(200, SelectionSchema)
def selection(query: Body) -> Any:
    """Vorschläge auswählen, wenn weniger Verfahren möglich sind; gespeichert wird nichts."""
    session, actor, now = db.session(), current_actor(), clock.now()
    area = session.get(TaskArea, query["area_id"])
    if area is None:
        raise NotFound("Das Aufgabengebiet")
    return selecting.as_json(
        selecting.select_pools(session, actor, area, query["procedures"], now=now)
    )


@api.post("/pools/<uuid:pool_id>/consultation")
@requires(Permission.EDIT_POOLS)
@commits
@api.arguments(ConsultationSchema)
@api.response(200, PoolSchema)
def start_consultation(body: Body, pool_id: uuid.UUID) -> Any:
    """Anhörung beginnen (If-Match)."""
    version = _seen(pool_id)
    return _shown(
        changing.start_consultation(
            db.session(),
            current_actor(),
            pool_id,
            body["text"],
            version=version,
            now=clock.now(),
        )
    )


@api.post("/pools/<uuid:pool_id>/comments")
@requires(Permission.COMMENT_POOLS)
@commits
@api.arguments(CommentInSchema)
@api.response(200, PoolSchema)
def comment(body: Body, pool_id: uuid.UUID) -> Any:
    """Stellung nehmen."""
    consulting.comment(db.session(), current_actor(), pool_id, body["text"], now=clock.now())
    return _again(pool_id)


@api.post("/pools/<uuid:pool_id>/comments/<uuid:comment_id>/answer")
@requires(Permission.EDIT_POOLS)
@commits
@api.arguments(CommentInSchema)
@api.response(200, PoolSchema)
def answer(body: Body, pool_id: uuid.UUID, comment_id: uuid.UUID) -> Any:
    """Eine Stellungnahme beantworten."""
    session, actor = db.session(), current_actor()
    consulting.answer(session, actor, pool_id, comment_id, body["text"], now=clock.now())
    return _again(pool_id)


@api.post("/pools/<uuid:pool_id>/reject")
@requires(Permission.EDIT_POOLS)
@commits
@api.arguments(PoolReasonInSchema)
@api.response(200, PoolSchema)
def reject(body: Body, pool_id: uuid.UUID) -> Any:
    """Ablehnen, mit Grund (If-Match)."""
    version, reason = _seen(pool_id), body["reason"]
    session, actor = db.session(), current_actor()
    return _shown(
        changing.reject(session, actor, pool_id, reason, version=version, now=clock.now())
    )


@api.post("/pools/<uuid:pool_id>/dissolve")
@requires(Permission.EDIT_POOLS)
@commits
@api.arguments(PoolReasonInSchema)
@api.response(200, PoolSchema)
def dissolve(body: Body, pool_id: uuid.UUID) -> Any:
    """Auflösen, mit Grund (If-Match)."""
    version, reason = _seen(pool_id), body["reason"]
    session, actor = db.session(), current_actor()
    return _shown(
        changing.dissolve(session, actor, pool_id, reason, version=version, now=clock.now())
    )


@api.post("/pools/<uuid:pool_id>/split")
@requires(Permission.EDIT_POOLS)
@commits
@api.arguments(SplitSchema)
@api.response(200, SplitResultSchema)
def split(body: Body, pool_id: uuid.UUID) -> Any:
    """Bedarfe herausnehmen (If-Match)."""
    version, ids = _seen(pool_id), body["demand_ids"]
    session, actor = db.session(), current_actor()
    new = shaping.split(session, actor, pool_id, ids, version=version, now=clock.now())
    return {"pool": _again(pool_id), "new_pool": _as_json(new) if new else None}


@api.post("/pools/<uuid:pool_id>/merge")
@requires(Permission.EDIT_POOLS)
@commits
@api.arguments(MergeSchema)
@api.response(200, PoolSchema)
def merge(body: Body, pool_id: uuid.UUID) -> Any:
    """Eine andere Bündelung aufnehmen (If-Match)."""
    session, actor = db.session(), current_actor()
    pool = queries.visible_pool(session, actor, pool_id)
    require_version(pool.version)
    return _shown(
        shaping.merge(
            session, actor, pool_id, body["other_id"], version=pool.version, now=clock.now()
        )
    )


@api.post("/pools/<uuid:pool_id>/joining-window")
@requires(Permission.EDIT_POOLS)
@commits
@api.arguments(OpenWindowSchema)
@api.response(200, PoolSchema)
def open_joining(body: Body, pool_id: uuid.UUID) -> Any:
    """Beitritt öffnen (If-Match)."""
    version, deadline = _seen(pool_id), body["joining_deadline"]
    session, actor = db.session(), current_actor()
    return _shown(
        changing.open_joining(
            session,
            actor,
            pool_id,
            deadline,
            unanswered_reason=body["unanswered_reason"],
            version=version,
            now=clock.now(),
        )
    )


@api.put("/pools/<uuid:pool_id>/joining-window")
@requires(Permission.EDIT_POOLS)
@commits
@api.arguments(WindowSchema)
@api.response(200, PoolSchema)
def extend_joining(body: Body, pool_id: uuid.UUID) -> Any:
    """Beitrittsfrist verlängern (If-Match)."""
    version, deadline = _seen(pool_id), body["joining_deadline"]
    if deadline is None:
        message = "Bitte den neuen Zeitpunkt angeben."
        raise InvalidInput.of([Violation("deadline_missing", message, field="joining_deadline")])
    session, actor = db.session(), current_actor()
    return _shown(
        changing.extend_joining(session, actor, pool_id, deadline, version=version, now=clock.now())
    )


@api.post("/pools/<uuid:pool_id>/join")
@requires(Permission.JOIN_POOLS)
@commits
@api.arguments(JoinSchema)
@api.response(200, PoolSchema)
def join(body: Body, pool_id: uuid.UUID) -> Any:
    """Für die eigene Kommune verbindlich beitreten; noch einmal ersetzt die Mengen."""
    wanted = {line["line_id"]: line["quantity"] for line in body.pop("quantities")}
    entry = JoiningEntry(quantities=wanted, **body)
    joining.join(db.session(), current_actor(), pool_id, entry, now=clock.now())
    return _again(pool_id)


@api.post("/pools/<uuid:pool_id>/decline")
@requires(Permission.JOIN_POOLS)
@commits
@api.arguments(NoteSchema)
@api.response(200, PoolSchema)
def decline(body: Body, pool_id: uuid.UUID) -> Any:
    """Sagen, dass die eigene Kommune nicht beitritt."""
    joining.decline(db.session(), current_actor(), pool_id, body["note"], now=clock.now())
    return _again(pool_id)


@api.post("/pools/<uuid:pool_id>/leave")
@requires(Permission.JOIN_POOLS)
@commits
@api.response(200, PoolSchema)
def leave(pool_id: uuid.UUID) -> Any:
    """Den Beitritt zurücknehmen, solange das Fenster offen ist."""
    joining.leave(db.session(), current_actor(), pool_id, now=clock.now())
    return _again(pool_id)


@api.post("/pools/<uuid:pool_id>/withdrawals")
@requires(Permission.JOIN_POOLS)
@commits
@api.arguments(PoolReasonInSchema)
@api.response(200, PoolSchema)
def ask_to_withdraw(body: Body, pool_id: uuid.UUID) -> Any:
    """Den Austritt aus einer verbindlichen Bündelung beantragen."""
    session, actor = db.session(), current_actor()
    withdrawing.ask_to_withdraw(session, actor, pool_id, body["reason"], now=clock.now())
    return _again(pool_id)


@api.put("/pools/<uuid:pool_id>/withdrawals/<uuid:withdrawal_id>/consent")
@requires(Permission.JOIN_POOLS)
@commits
@api.arguments(ConsentInSchema)
@api.response(200, PoolSchema)
def consent(body: Body, pool_id: uuid.UUID, withdrawal_id: uuid.UUID) -> Any:
    """Dem Austritt eines anderen zustimmen oder ihn ablehnen."""
    withdrawing.consent(
        db.session(),
        current_actor(),
        pool_id,
        withdrawal_id,
        is_given=body["is_given"],
        now=clock.now(),
    )
    return _again(pool_id)
