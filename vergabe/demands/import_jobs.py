"""Importing a large file of demands in the background, with its report on a page of its own."""

import datetime as dt
import uuid
from typing import IO, Any, Final

from flask import url_for
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.demands import importing
from vergabe.demands.drafts import Place
from vergabe.demands.import_report import ImportReport, ImportWish
from vergabe.demands.stages import Stage
from vergabe.errors import InvalidInput
from vergabe.exchange import plain_text
from vergabe.exchange.sheet_source import MAX_FILE_BYTES
from vergabe.exchange.sheets import read_demand_rows
from vergabe.files.store import FileStore
from vergabe.jobs import service as jobs
from vergabe.jobs.kinds import JobKind
from vergabe.jobs.model import Job
from vergabe.jobs.running import Outcome, Task
from vergabe.texts import _
from vergabe.uploads.purposes import Purpose

KIND: Final = "demands.import"
LARGE_BYTES: Final = 100_000
"""About 1,500 rows of a workbook; below that the answer is there within a second."""
ENDINGS: Final = (".xlsx", ".csv", ".jsonl", ".ndjson", ".gz")
_MOST_FINDINGS: Final = 1000


def is_large(stream: IO[bytes]) -> bool:
    """Return whether a file had better be read in the background; the stream is rewound.

    One beyond all limits is refused at once, where it is read.
    """
    size = stream.seek(0, 2)
    stream.seek(0)
    return LARGE_BYTES < size <= MAX_FILE_BYTES


def start(
    session: Session,
    actor: Actor,
    store: FileStore,
    place: Place,
    stream: IO[bytes],
    filename: str,
    wish: ImportWish,
    *,
    now: dt.datetime,
) -> Job:
    """Let the worker read a file; errors of the file stand in the job's report."""
    arguments = {
        "cooperation_id": str(place.cooperation_id),
        "area_id": str(place.area_id),
        "organisation_id": str(place.organisation_id),
        "call_id": str(place.call_id) if place.call_id else None,
        "filename": filename,
        "stage": str(wish.stage),
        "is_dry_run": wish.is_dry_run,
    }
    title = f"„{filename}“ {'prüfen' if wish.is_dry_run else 'einlesen'}"
    job = jobs.start(session, actor, KIND, title=title, arguments=arguments, now=now)
    jobs.attach(store, job, stream)
    return job


def run(task: Task) -> None:
    """Read the file, check every row, store all or nothing."""
    given = task.arguments
    task.report("Die Datei wird gelesen")
    with task.input() as stream:
        sheet = read_demand_rows(stream, given["filename"], today=clock.berlin_day(clock.now()))
    count = len(sheet.demands)
    task.report(f"{count} Bedarfe werden geprüft und gespeichert")
    with task.deciding() as session:
        report = importing.import_sheet(
            session,
            task.actor(session),
            _place(given),
            sheet,
            given["filename"],
            wish=ImportWish(Stage(given["stage"]), is_dry_run=given["is_dry_run"]),
            now=clock.now(),
        )
        kept = report.as_dict()
        kept["findings"] = _most_important(report)
        task.done(session, Outcome(_sentence(report), kept, is_refused=bool(report.errors)))


def _place(given: dict[str, Any]) -> Place:
    return Place(
        uuid.UUID(given["cooperation_id"]),
        uuid.UUID(given["area_id"]),
        uuid.UUID(given["organisation_id"]),
        uuid.UUID(given["call_id"]) if given["call_id"] else None,
    )


def _most_important(report: ImportReport) -> list[dict[str, Any]]:
    """Return the findings that are kept: a sheet of nothing but mistakes has very many."""
    return [found.as_dict() for found in (*report.errors, *report.warnings)[:_MOST_FINDINGS]]


def _sentence(report: ImportReport) -> str:
    count = report.demand_count
    demands = "1 Bedarf" if count == 1 else f"{count} Bedarfe"
    if report.errors:
        return f"{len(report.errors)} Fehler in der Datei. Es wurde nichts gespeichert."
    if report.is_repeat:
        return "Diese Datei wurde schon eingelesen. Es wurde nichts geändert."
    if report.is_dry_run:
        return f"Ohne Fehler: {demands} würden gespeichert. Gespeichert ist noch nichts."
    return f"{demands} gespeichert."


def address(job: Job) -> str:
    return url_for("demand_forms.import_report", job_id=job.id)


def acceptable_name(given: str) -> str:
    """Return the name of a file of demands that will be uploaded; InvalidInput for another kind."""
    name = plain_text.one_line(given, max_length=200, field="file")
    if not name.casefold().endswith(ENDINGS):
        message = _("Lesen lassen sich Excel (XLSX), CSV und JSON Lines, auch gepackt (GZ).")
        raise InvalidInput("file_kind_unknown", message, field="file")
    return name


PURPOSE: Final = Purpose("demand_sheet", Permission.EDIT_DEMANDS, MAX_FILE_BYTES, acceptable_name)
JOB: Final = JobKind(KIND, "Bedarfe aus einer Datei", Permission.EDIT_DEMANDS, run, address)
