"""JSON API of demands."""

import uuid
from typing import Any

from flask import Response

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.demands import (
    drafts,
    import_report,
    importing,
    presenting,
    queries,
    releasing,
    service,
)
from vergabe.demands.conversion import as_input
from vergabe.demands.drafts import Place
from vergabe.demands.import_report import ImportWish
from vergabe.demands.model import Demand
from vergabe.demands.queries import DemandFilter
from vergabe.demands.reading import demand_of, naming_as_sent
from vergabe.demands.schema import (
    DemandChangeSchema,
    DemandInSchema,
    DemandListSchema,
    DemandPageSchema,
    DemandQuery,
    DemandSchema,
    ImportFilesSchema,
    ImportFormSchema,
    ImportReportSchema,
    ReasonSchema,
    ReleaseManySchema,
    ReleaseSchema,
)
from vergabe.demands.stages import Stage
from vergabe.errors import Forbidden
from vergabe.exchange.demand_template import demand_template_xlsx
from vergabe.web.api import ApiBlueprint, give_version, ready, require_version
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("demands", __name__, description="Bedarfe")


@api.get("/demands")
@requires(Permission.VIEW_DEMANDS)
@api.arguments(DemandQuery, location="query")
@api.response(200, DemandPageSchema)
def demands(query: dict[str, Any]) -> Any:
    """Bedarfe der eigenen Kommune, neueste zuerst."""
    wanted = DemandFilter(
        stage=Stage(query["stage"]) if query["stage"] else None,
        text=query["q"],
        cooperation_id=query["cooperation_id"],
        area_id=query["area_id"],
        call_id=query["call_id"],
    )
    page = queries.demands_page(
        db.session(), current_actor(), wanted, cursor=query["cursor"], limit=query["limit"]
    )
    return ready({"items": presenting.listed(page.items), "next_cursor": page.next_cursor})


@api.post("/demands")
@requires(Permission.EDIT_DEMANDS)
@commits
@api.arguments(DemandInSchema)
@api.response(201, DemandSchema)
def create_demand(body: dict[str, Any]) -> Any:
    """Bedarf als Entwurf anlegen."""
    now = clock.now()
    place = Place(
        body.pop("cooperation_id"), body.pop("area_id"), _organisation(), body.pop("call_id", None)
    )
    values = demand_of(*_raw(body), clock.berlin_day(now))
    with naming_as_sent():
        written = drafts.write_demand(db.session(), current_actor(), place, values, now=now)
    give_version(written.demand.version)
    return presenting.full(written.demand, written.lines)


@api.get("/demands/<uuid:demand_id>")
@requires(Permission.VIEW_DEMANDS)
@api.response(200, DemandSchema)
def demand(demand_id: uuid.UUID) -> Any:
    """Ein Bedarf mit seinen Positionen."""
    found = queries.visible_whole(db.session(), current_actor(), demand_id)
    give_version(found.facts.version)
    return presenting.full(found.facts, found.lines)


@api.patch("/demands/<uuid:demand_id>")
@requires(Permission.EDIT_DEMANDS)
@commits
@api.arguments(DemandChangeSchema)
@api.response(200, DemandSchema)
def change_demand(body: dict[str, Any], demand_id: uuid.UUID) -> Any:
    """Bedarf ändern; was fehlt, bleibt, wie es ist."""
    now = clock.now()
    found = _as_last_read(demand_id)
    area_id, call_id = body.pop("area_id", None), body.pop("call_id", found.call_id)
    values, items = presenting.as_raw(as_input(found))
    changes, new_items = _raw(body)
    checked = demand_of(
        values | changes, new_items if "items" in body else items, clock.berlin_day(now)
    )
    with naming_as_sent():
        drafts.update_demand(
            db.session(),
            current_actor(),
            demand_id,
            checked,
            area_id=area_id,
            call_id=call_id,
            now=now,
        )
    return _shown(found)


@api.post("/demands/<uuid:demand_id>/copy")
@requires(Permission.EDIT_DEMANDS)
@commits
@api.response(201, DemandSchema)
def copy_demand(demand_id: uuid.UUID) -> Any:
    """Neuen Entwurf aus einem früheren Bedarf anlegen."""
    with naming_as_sent():
        copy = drafts.copy_demand(db.session(), current_actor(), demand_id, now=clock.now())
    return _shown(copy)


@api.post("/demands/<uuid:demand_id>/submit")
@requires(Permission.EDIT_DEMANDS)
@commits
@api.response(200, DemandSchema)
def submit_demand(demand_id: uuid.UUID) -> Any:
    """Entwurf zur Freigabe einreichen."""
    _as_last_read(demand_id)
    return _shown(service.submit_demand(db.session(), current_actor(), demand_id, now=clock.now()))


@api.post("/demands/<uuid:demand_id>/release")
@requires(Permission.RELEASE_DEMANDS)
@commits
@api.arguments(ReleaseSchema)
@api.response(200, DemandSchema)
def release_demand(body: dict[str, Any], demand_id: uuid.UUID) -> Any:
    """Mittel für einen eingereichten Bedarf freigeben."""
    _as_last_read(demand_id)
    return _shown(_released([demand_id], body)[0])


@api.post("/demands/release")
@requires(Permission.RELEASE_DEMANDS)
@commits
@api.arguments(ReleaseManySchema)
@api.response(200, DemandListSchema)
def release_demands(body: dict[str, Any]) -> Any:
    """Mehrere Bedarfe zusammen freigeben, alle oder keinen.

    Mit `versions` wird abgelehnt, was seit dem Lesen geändert wurde: je Bedarf seine Version, wie
    sie der ETag nannte.
    """
    released = _released(body["demand_ids"], body)
    return {"items": [presenting.full(demand, demand.items) for demand in released]}


def _released(demand_ids: list[uuid.UUID], body: dict[str, Any]) -> list[Demand]:
    amount = body["released_net"]
    with naming_as_sent():
        return releasing.release_demands(
            db.session(),
            current_actor(),
            demand_ids,
            released_net_cents=amount["amount_cents"] if amount else None,
            budget_line=body["budget_line"],
            seen=body.get("versions", releasing.NOTHING_SEEN),
            now=clock.now(),
        )


@api.post("/demands/<uuid:demand_id>/revoke-release")
@requires(Permission.RELEASE_DEMANDS)
@commits
@api.arguments(ReasonSchema)
@api.response(200, DemandSchema)
def revoke_release(body: dict[str, str], demand_id: uuid.UUID) -> Any:
    """Freigabe zurücknehmen, solange der Bedarf in keiner Bündelung ist."""
    _as_last_read(demand_id)
    return _shown(
        service.revoke_release(
            db.session(), current_actor(), demand_id, body["reason"], now=clock.now()
        )
    )


@api.post("/demands/<uuid:demand_id>/reject")
@requires(Permission.RELEASE_DEMANDS)
@commits
@api.arguments(ReasonSchema)
@api.response(200, DemandSchema)
def reject_demand(body: dict[str, str], demand_id: uuid.UUID) -> Any:
    """Eingereichten Bedarf mit Begründung ablehnen."""
    _as_last_read(demand_id)
    return _shown(
        service.reject_demand(
            db.session(), current_actor(), demand_id, body["reason"], now=clock.now()
        )
    )


@api.post("/demands/<uuid:demand_id>/withdraw")
@requires(Permission.EDIT_DEMANDS)
@commits
@api.arguments(ReasonSchema)
@api.response(200, DemandSchema)
def withdraw_demand(body: dict[str, str], demand_id: uuid.UUID) -> Any:
    """Bedarf mit Begründung zurückziehen."""
    _as_last_read(demand_id)
    return _shown(
        service.withdraw_demand(
            db.session(), current_actor(), demand_id, body["reason"], now=clock.now()
        )
    )


@api.post("/demands/<uuid:demand_id>/reopen")
@requires(Permission.EDIT_DEMANDS)
@commits
@api.response(200, DemandSchema)
def reopen_demand(demand_id: uuid.UUID) -> Any:
    """Eingereichten oder abgelehnten Bedarf wieder als Entwurf öffnen."""
    _as_last_read(demand_id)
    return _shown(service.reopen_demand(db.session(), current_actor(), demand_id, now=clock.now()))


@api.post("/demands/import")
@requires(Permission.EDIT_DEMANDS)
@commits
@api.arguments(ImportFormSchema, location="form")
@api.arguments(ImportFilesSchema, location="files")
@api.response(200, ImportReportSchema)
def import_demands(form: dict[str, Any], files: dict[str, Any]) -> Any:
    """Datei einlesen, alles oder nichts; Fehler nennt der Bericht je Zeile und Zelle."""
    upload = files["file"]
    report = importing.import_demands(
        db.session(),
        current_actor(),
        Place(form["cooperation_id"], form["area_id"], _organisation(), form["call_id"]),
        upload.stream,
        upload.filename or "Datei",
        wish=ImportWish(Stage(form["stage"]), is_dry_run=form["dry_run"]),
        now=clock.now(),
    )
    return (report if report.is_dry_run else import_report.refuse_if_errors(report)).as_dict()


@api.get("/demands/template")
@requires(Permission.VIEW_DEMANDS)
@api.response(200, content_type=presenting.XLSX)
def template() -> Response:
    """Leere Vorlage (XLSX) zum Ausfüllen."""
    content = demand_template_xlsx(clock.berlin_day(clock.now()))
    return Response(content, content_type=presenting.XLSX)


def _organisation() -> uuid.UUID:
    organisation_id = current_actor().organisation_id
    if organisation_id is None:
        raise Forbidden("no_organisation", "Dieses Token gehört zu keiner Organisation mehr.")
    return organisation_id


def _as_last_read(demand_id: uuid.UUID) -> Demand:
    """Return the demand, locked, if it is still as the caller last read it (If-Match)."""
    found = queries.visible_demand(db.session(), current_actor(), demand_id, lock=True)
    require_version(found.version)
    return found


def _shown(demand: Demand) -> dict[str, Any]:
    give_version(demand.version)
    return presenting.full(demand, demand.items)


def _raw(body: dict[str, Any]) -> tuple[dict[str, object], list[dict[str, object]]]:
    """Return values and lines of a JSON body as `parse_demand` takes them."""
    values = {key: value for key, value in body.items() if key != "items"}
    if "estimated_value_net" in values:
        values["estimated_value_net_cents"] = _cents(values.pop("estimated_value_net"))
    return values, [
        {
            "text": item["text"],
            "quantity": item.get("quantity"),
            "unit_code": item.get("unit_code"),
            "unit_price_net_cents": _cents(item.get("unit_price_net")),
        }
        for item in body.get("items", [])
    ]


def _cents(amount: Any) -> int | None:
    return None if amount is None else int(amount["amount_cents"])
