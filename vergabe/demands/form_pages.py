"""Pages on which a demand is written down: form, and import of a file."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO, cast

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.audit import queries as audit
from vergabe.cpv import packaged
from vergabe.cpv.model import Model
from vergabe.db import db
from vergabe.demands import (
    call_queries,
    choices,
    cpv_choice,
    drafts,
    forms,
    import_jobs,
    importing,
    presenting,
    queries,
    unfinished,
)
from vergabe.demands import service as demands
from vergabe.demands.conversion import as_input
from vergabe.demands.drafts import Place
from vergabe.demands.forms import DemandEntry
from vergabe.demands.import_report import ImportReport, ImportWish
from vergabe.demands.model import Demand
from vergabe.demands.reading import as_sent, naming_as_sent
from vergabe.demands.stages import Stage
from vergabe.demands.unfinished_model import UnfinishedEntry
from vergabe.errors import InvalidInput, NotFound, Refused, Stale, TooLarge, Violation
from vergabe.exchange import codes
from vergabe.exchange.demand_template import demand_template_xlsx
from vergabe.files import current
from vergabe.ids import new_id
from vergabe.jobs import queries as jobs
from vergabe.jobs.model import Job
from vergabe.texts import _
from vergabe.uploads import forms as uploads
from vergabe.web import stale
from vergabe.web.rights import current_actor, requires
from vergabe.web.shell import settings
from vergabe.web.stale import Overtaken
from vergabe.web.transactions import commits

pages = Blueprint("demand_forms", __name__)


@pages.get("/bedarfe/neu")
@requires(Permission.EDIT_DEMANDS)
def new() -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    kept_key = request.args.get("eingabe", type=uuid.UUID)
    if kept_key is not None:
        kept = unfinished.entry(session, actor, kept_key)
        return _form_page(replace(_kept_entry(kept), form_key=kept_key))
    call_id = request.args.get("abfrage", type=uuid.UUID)
    if call_id is None:
        area_id = choices.usual_area(choices.places(session, actor, now=now))
    else:
        area_id = call_queries.visible_call(session, actor, call_id, now=now).area_id
    return _form_page(DemandEntry(area_id=area_id, call_id=call_id), is_first=True)


def _kept_entry(kept: UnfinishedEntry) -> DemandEntry:
    return forms.entry_from_form(MultiDict(kept.fields))


@pages.post("/bedarfe/neu")
@requires(Permission.EDIT_DEMANDS)
@commits
def create() -> ResponseReturnValue:
    entry = forms.entry_from_form(request.form)
    if "step" in request.form:
        return _stepped(entry)
    entry = cpv_choice.for_words(entry, _cpv_model)
    try:
        with naming_as_sent():
            demand = _create(entry)
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _form_page(entry, error.reasons, status=error.status)
    unfinished.drop(db.session(), current_actor(), entry.form_key)
    return _saved(demand)


def _create(entry: DemandEntry) -> Demand:
    session, actor, now = db.session(), current_actor(), clock.now()
    values = forms.input_of(entry, clock.berlin_day(now))
    place = _place(entry)
    demand = drafts.create_demand(session, actor, place, values, wanted_id=entry.form_key, now=now)
    return demand if demand.stage != Stage.DRAFT else _submitted_if_wished(demand)


def _place(entry: DemandEntry) -> Place:
    session, actor = db.session(), current_actor()
    places = choices.places(session, actor, now=clock.now())
    area = choices.area(places, entry.area_id)
    if area is None or actor.organisation_id is None:
        message = "Bitte wählen Sie das Aufgabengebiet."
        raise InvalidInput("area_missing", message, field="area_id")
    return Place(area.cooperation_id, area.area_id, actor.organisation_id, entry.call_id)


def _submitted_if_wished(demand: Demand) -> Demand:
    if "submit" not in request.form:
        return demand
    return demands.submit_demand(db.session(), current_actor(), demand.id, now=clock.now())


def _saved(demand: Demand) -> ResponseReturnValue:
    is_waiting = demand.stage == Stage.SUBMITTED
    done = "eingereicht und wartet auf die Freigabe" if is_waiting else "gespeichert"
    flash(
        _("Der Bedarf %(reference)s ist %(done)s.", reference=demand.reference, done=done),
        "success",
    )
    return redirect(url_for("demands.show", demand_id=demand.id), code=303)


def _stepped(entry: DemandEntry, demand: Demand | None = None) -> ResponseReturnValue:
    """Return the form with what a button in it asked for; nothing typed is lost."""
    if request.form["step"] == "rows":
        return _form_page(forms.with_rows(entry, forms.ROWS_MORE), demand=demand)
    try:
        return _form_page(cpv_choice.proposed(entry, _cpv_model), demand=demand)
    except InvalidInput as error:
        return _form_page(entry, error.reasons, demand=demand)


def _cpv_model() -> Model:
    return packaged.model(settings().data)


@pages.get("/bedarfe/<uuid:demand_id>/bearbeiten")
@requires(Permission.EDIT_DEMANDS)
def edit(demand_id: uuid.UUID) -> ResponseReturnValue:
    demand = queries.visible_demand(db.session(), current_actor(), demand_id)
    entry = forms.entry_from_input(
        as_input(demand), area_id=demand.area_id, call_id=demand.call_id, version=demand.version
    )
    kept = unfinished.of_form(db.session(), current_actor(), demand.id)
    if kept is not None and request.args.get("eingabe"):
        entry = replace(_kept_entry(kept), version=demand.version)
        kept = None
    return _form_page(entry, demand=demand, kept=kept)


@pages.post("/bedarfe/<uuid:demand_id>/bearbeiten")
@requires(Permission.EDIT_DEMANDS)
@commits
def change(demand_id: uuid.UUID) -> ResponseReturnValue:
    entry = forms.entry_from_form(request.form)
    if "step" in request.form:
        demand = queries.visible_demand(db.session(), current_actor(), demand_id)
        return _stepped(entry, demand)
    entry = cpv_choice.for_words(entry, _cpv_model)
    try:
        with naming_as_sent():
            demand = _change(demand_id, entry)
    except (InvalidInput, Refused, Stale) as error:
        db.session.rollback()
        demand = queries.visible_demand(db.session(), current_actor(), demand_id)
        if isinstance(error, Stale):
            return _overtaken_page(entry, demand)
        return _form_page(entry, as_sent(error.reasons), demand=demand, status=error.status)
    return _saved(demand)


def _change(demand_id: uuid.UUID, entry: DemandEntry) -> Demand:
    session, actor, now = db.session(), current_actor(), clock.now()
    demand = queries.visible_demand(session, actor, demand_id)
    values = forms.input_of(entry, clock.berlin_day(now))
    demand = drafts.update_demand(
        session,
        actor,
        demand.id,
        values,
        version=entry.version,
        area_id=entry.area_id,
        call_id=entry.call_id,
        now=now,
    )
    return demand if demand.stage == Stage.SUBMITTED else _submitted_if_wished(demand)


def _overtaken_page(entry: DemandEntry, demand: Demand) -> ResponseReturnValue:
    """Return the form as typed, with what somebody else has saved meanwhile beside it.

    Whoever sends it once more has read what changed and wants it as it stands here.
    """
    # A form with a version that never was may meet a demand that nobody has changed yet.
    entries = audit.entries_about(db.session(), demand.id)
    last = entries[-1] if entries else None
    theirs = forms.entry_from_input(as_input(demand))
    found = stale.overtaken(
        forms.LABELS,
        forms.comparable(theirs),
        forms.comparable(forms.rewritten(entry, clock.berlin_day(clock.now()))),
        who=last.actor_name if last else "",
        at=last.at if last else None,
    )
    entry = replace(entry, version=demand.version)
    return _form_page(entry, demand=demand, overtaken=found, status=Stale.status)


def _form_page(
    entry: DemandEntry,
    violations: Sequence[Violation] = (),
    *,
    demand: Demand | None = None,
    kept: UnfinishedEntry | None = None,
    is_first: bool = False,
    overtaken: Overtaken | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """Draw the form. kept: what was typed and never sent; is_first: nothing typed yet."""
    session, actor, now = db.session(), current_actor(), clock.now()
    places = choices.places(session, actor, now=now)
    if demand is None and entry.form_key is None:
        entry = replace(entry, form_key=new_id())
    html = render_template(
        "demands/form.html",
        entry=forms.with_rows(entry),
        values=entry.values,
        violations=violations,
        overtaken=overtaken,
        demand=demand,
        places=places,
        calls=call_queries.open_calls(session, actor, now=now),
        units=codes.units(),
        open_folds=forms.folds_to_open(entry, violations),
        kept=kept,
        unfinished=unfinished.entries(session, actor, now=now) if is_first else [],
        keep_key=demand.id if demand else entry.form_key,
    )
    return html, status


@pages.get("/bedarfe/vorlage.xlsx")
@requires(Permission.VIEW_DEMANDS)
def template() -> ResponseReturnValue:
    content = demand_template_xlsx(clock.berlin_day(clock.now()))
    response = Response(content, content_type=presenting.XLSX)
    response.headers["Content-Disposition"] = 'attachment; filename="Bedarfe-Vorlage.xlsx"'
    return response


@pages.get("/bedarfe/einlesen")
@requires(Permission.EDIT_DEMANDS)
def import_form() -> ResponseReturnValue:
    return _import_page()


@pages.post("/bedarfe/einlesen")
@requires(Permission.EDIT_DEMANDS)
@commits
def import_file() -> ResponseReturnValue:
    try:
        report = _import()
    except (InvalidInput, Refused, TooLarge) as error:
        db.session.rollback()
        return _import_page(violations=error.reasons, status=error.status)
    if isinstance(report, Job):
        return redirect(url_for("jobs.show", job_id=report.id), code=303)
    # The report is the answer itself: the same file sent again stores nothing and reports the same.
    return _import_page(report, status=422 if report.errors and not report.is_dry_run else 200)


@pages.get("/bedarfe/einlesen/<uuid:job_id>")
@requires(Permission.EDIT_DEMANDS)
def import_report(job_id: uuid.UUID) -> ResponseReturnValue:
    job = jobs.visible(db.session(), current_actor(), job_id)
    if job.kind != import_jobs.KIND or "rows" not in job.result:
        raise NotFound("Der Bericht")
    return _import_page(ImportReport.from_dict(job.result))


def _import() -> ImportReport | Job:
    """Read the file at once, or let the worker do it if it is large."""
    session, actor, now = db.session(), current_actor(), clock.now()
    given = uploads.handed_in(session, actor, import_jobs.PURPOSE.key, "file")[0]
    entry = forms.entry_from_form(request.form)
    stage = Stage.SUBMITTED if request.form.get("submit_all") else Stage.DRAFT
    wish = ImportWish(stage, is_dry_run="check" in request.form)
    place = _place(entry)
    if import_jobs.is_large(given.stream):
        return import_jobs.start(
            session, actor, current.store(), place, given.stream, given.name, wish, now=now
        )
    return importing.import_demands(
        session, actor, place, cast(BinaryIO, given.stream), given.name, wish=wish, now=now
    )


def _import_page(
    report: ImportReport | None = None, violations: Sequence[Violation] = (), *, status: int = 200
) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    html = render_template(
        "demands/import.html",
        report=report,
        violations=violations,
        places=choices.places(session, actor, now=now),
        calls=call_queries.open_calls(session, actor, now=now),
        entry=forms.entry_from_form(request.form),
        values=request.form,
        accept=",".join(import_jobs.ENDINGS),
        kept_uploads=uploads.kept(session, actor, "file") if violations else [],
    )
    return html, status
