"""Importing a file of demands: everything or nothing, with a report per row and cell."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Permission
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.db import insert_unless_there
from vergabe.demands import recording, releasing, rules
from vergabe.demands.conversion import as_input, stored_form
from vergabe.demands.drafts import Place, checked_place, refuse_late_answer
from vergabe.demands.import_report import IMPORT_STAGES, ImportReport, ImportWish
from vergabe.demands.model import Demand, DemandImport
from vergabe.demands.stages import Stage
from vergabe.demands.storing import NewDemand, facts_of_new, store_demands
from vergabe.errors import NotFound, Violation
from vergabe.exchange.demand_input import DemandInput
from vergabe.exchange.notice_records import MunicipalityRef
from vergabe.exchange.sheets import CellFinding, DemandSheet, SheetDemand, read_demand_rows
from vergabe.ids import new_id

_FILE_NAME_MAX: Final = 255
_CHUNK: Final = 500


def import_demands(
    session: Session,
    actor: Actor,
    place: Place,
    source: BinaryIO | Path,
    filename: str,
    *,
    wish: ImportWish | None = None,
    now: dt.datetime,
) -> ImportReport:
    """Store the demands of a CSV, XLSX or JSON Lines file, all or none; return what was found.

    Nothing is stored if the report has errors. The same file again stores nothing and reports the
    same demands; a demand that is there with the same content is left alone; one with the same
    „Bedarf-Nr.“ but other content is an error. Raises InvalidInput or TooLarge for a file that
    cannot be read, NotFound, Forbidden, Refused for the place.
    """
    # Who may not import at all need not wait for the file to be read.
    checked_place(session, actor, place, now=now)
    _require_stage(actor, place, (wish or ImportWish()).stage)
    sheet = read_demand_rows(source, filename, today=clock.berlin_day(now))
    return import_sheet(session, actor, place, sheet, filename, wish=wish, now=now)


def import_sheet(
    session: Session,
    actor: Actor,
    place: Place,
    sheet: DemandSheet,
    filename: str,
    *,
    wish: ImportWish | None = None,
    now: dt.datetime,
) -> ImportReport:
    """Store the demands of a sheet that was read already; otherwise as `import_demands`."""
    wish = wish or ImportWish()
    prefix = checked_place(session, actor, place, now=now)
    _require_stage(actor, place, wish.stage)
    name = recording.shortened(Path(filename).name or "Datei")[:_FILE_NAME_MAX]
    earlier = _earlier_import(session, place, sheet.sha256)
    if earlier is not None:
        return _report(sheet, name, [], demand_count=earlier.demand_count, is_repeat=True)
    if wish.stage is not Stage.DRAFT:
        refuse_late_answer(session, place, now=now)
    fresh, unchanged_count, findings = _sorted_out(session, place, sheet)
    chosen = [each.demand for each in fresh]
    findings += _findings_about_stage(session, actor, place, fresh, wish, now=now)
    counts = {"demand_count": len(fresh), "unchanged_count": unchanged_count}
    has_errors = sheet.has_errors or any(found.severity == "error" for found in findings)
    if has_errors or wish.is_dry_run:
        counts["demand_count"] = 0 if has_errors else len(fresh)
        return _report(sheet, name, findings, **counts, is_dry_run=wish.is_dry_run)
    if not _note_import(session, actor, place, sheet.sha256, name, len(fresh), now=now):
        return _report(sheet, name, findings, **counts, is_repeat=True)
    stored = store_demands(
        session,
        actor,
        prefix,
        place,
        [NewDemand(demand, _budget(demand, wish)) for demand in chosen],
        stage=wish.stage,
        now=now,
    )
    references = [each.reference for each in stored]
    return _report(
        sheet,
        name,
        findings,
        **counts,
        is_stored=True,
        first_reference=min(references, default=None),
        last_reference=max(references, default=None),
    )


def _require_stage(actor: Actor, place: Place, stage: Stage) -> None:
    if stage not in IMPORT_STAGES:
        raise ValueError(f"an import cannot make {stage} demands")
    if stage is Stage.RELEASED:
        actor.require(
            Permission.RELEASE_DEMANDS,
            organisation_id=place.organisation_id,
            cooperation_id=place.cooperation_id,
        )


def _earlier_import(session: Session, place: Place, sha256: str) -> DemandImport | None:
    return session.scalars(
        select(DemandImport).where(
            DemandImport.cooperation_id == place.cooperation_id,
            DemandImport.organisation_id == place.organisation_id,
            DemandImport.file_sha256 == sha256,
        )
    ).one_or_none()


def _note_import(
    session: Session,
    actor: Actor,
    place: Place,
    sha256: str,
    name: str,
    count: int,
    *,
    now: dt.datetime,
) -> bool:
    """Note the file; False if a rival has just imported the same one."""
    import_id = new_id()
    is_new = insert_unless_there(
        session,
        DemandImport,
        {
            "id": import_id,
            "cooperation_id": place.cooperation_id,
            "organisation_id": place.organisation_id,
            "file_sha256": sha256,
            "file_name": name,
            "demand_count": count,
            "imported_by_id": actor.user_id,
            "imported_at": now,
        },
    )
    if is_new:
        summary = f"Datei „{name}“ mit {count} {'Bedarf' if count == 1 else 'Bedarfen'} eingelesen."
        act = Act(
            "demands_imported",
            "demand_import",
            import_id,
            summary,
            details={"file_sha256": sha256, "demands": count},
        )
        stream = recording.stream_of(place.cooperation_id, place.organisation_id)
        audit.append(session, stream, actor, act, now=now)
    return is_new


def _sorted_out(
    session: Session, place: Place, sheet: DemandSheet
) -> tuple[list[SheetDemand], int, list[CellFinding]]:
    """Return the demands to store, how many are there already, and what is wrong with the rest."""
    organisation = session.get(Organisation, place.organisation_id)
    if organisation is None:
        raise NotFound("Die Kommune")
    known = _known_demands(session, place.organisation_id, sheet.demands)
    fresh: list[SheetDemand] = []
    findings: list[CellFinding] = []
    unchanged_count = 0
    for each in sheet.demands:
        stranger = _reason_against_owner(each.municipality, organisation)
        if stranger is not None:
            findings.append(_finding(each, stranger))
            continue
        twin = known.get(each.demand.external_reference or "")
        if twin is None:
            fresh.append(each)
        elif stored_form(as_input(twin)) == stored_form(each.demand):
            unchanged_count += 1
        else:
            taken = rules.reference_taken(twin.external_reference or "", twin.reference)
            findings.append(_finding(each, taken))
    return fresh, unchanged_count, findings + _value_findings(sheet, fresh)


def _value_findings(sheet: DemandSheet, fresh: Sequence[SheetDemand]) -> list[CellFinding]:
    """Return warnings about values, for demands of whose value the sheet has not warned yet."""
    warned = {
        finding.row
        for finding in sheet.findings
        if finding.code in ("placeholder_value", "lines_above_value")
    }
    return [
        _finding(each, warning, "warning")
        for each in fresh
        if warned.isdisjoint(each.rows)
        for warning in rules.value_warnings(each.demand)
    ]


def _known_demands(
    session: Session, organisation_id: uuid.UUID, demands: Iterable[SheetDemand]
) -> Mapping[str, Demand]:
    wanted = [each.demand.external_reference for each in demands if each.demand.external_reference]
    known: dict[str, Demand] = {}
    for start in range(0, len(wanted), _CHUNK):
        found = session.scalars(
            select(Demand)
            .where(
                Demand.organisation_id == organisation_id,
                Demand.external_reference.in_(wanted[start : start + _CHUNK]),
            )
            .options(selectinload(Demand.items))
        )
        known.update({demand.external_reference or "": demand for demand in found})
    return known


def _reason_against_owner(
    municipality: MunicipalityRef | None, organisation: Organisation
) -> Violation | None:
    if municipality is None or municipality.key in (organisation.ags, organisation.ars):
        return None
    return Violation(
        "another_municipality",
        f"Dieser Bedarf gehört zu {municipality.name} ({municipality.key}), eingelesen wird für "
        f"{organisation.name}. Bitte nehmen Sie die Zeile heraus.",
    )


def _findings_about_stage(
    session: Session,
    actor: Actor,
    place: Place,
    fresh: Sequence[SheetDemand],
    wish: ImportWish,
    *,
    now: dt.datetime,
) -> list[CellFinding]:
    """Return what keeps the demands from being released at once, for that wish only."""
    if wish.stage is not Stage.RELEASED:
        return []
    is_alone = releasing.is_alone(
        session,
        actor,
        cooperation_id=place.cooperation_id,
        organisation_id=place.organisation_id,
        now=now,
    )
    return [
        _finding(each, reason)
        for each in fresh
        for reason in rules.reasons_against_releasing(
            facts_of_new(actor, each.demand),
            actor.user_id,
            released_net_cents=_budget(each.demand, wish),
            has_other_releaser=not is_alone,
        )
    ]


def _budget(demand: DemandInput, wish: ImportWish) -> int | None:
    if wish.stage is not Stage.RELEASED:
        return None
    return rules.value_net_cents(demand) or wish.budget_net_cents


def _finding(each: SheetDemand, violation: Violation, severity: str = "error") -> CellFinding:
    row = each.rows[0]
    return CellFinding(
        row=row,
        address=f"Zeile {row}",
        field=violation.field,
        code=violation.code,
        message=violation.message,
        severity="error" if severity == "error" else "warning",
    )


def _report(
    sheet: DemandSheet, name: str, findings: Sequence[CellFinding], **more: Any
) -> ImportReport:
    found = sorted([*sheet.findings, *findings], key=lambda finding: finding.row)
    rows = {row for each in sheet.demands for row in each.rows}
    rows |= {finding.row for finding in sheet.findings if finding.row}
    return ImportReport(
        file_name=name,
        file_sha256=sheet.sha256,
        row_count=len(rows),
        line_count=sum(len(each.demand.items) for each in sheet.demands),
        findings=tuple(found),
        **({"unchanged_count": 0} | more),
    )
