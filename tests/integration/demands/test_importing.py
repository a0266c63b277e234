import datetime as dt
import gzip
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.factories import access, cooperations, demands, messages
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.demands import import_report, importing, rules
from vergabe.demands.drafts import Place
from vergabe.demands.import_report import ImportReport, ImportWish
from vergabe.demands.model import Demand, DemandImport, DemandItem
from vergabe.demands.recording import stream_of
from vergabe.demands.stages import Stage
from vergabe.errors import DomainError, Forbidden, InvalidInput, TooLarge
from vergabe.exchange.demand_template import demand_template_xlsx
from vergabe.outbox import OutboxRow

HEADER = "Bedarf-Nr.;Titel;CPV;Menge;Einheit;Einzelpreis netto;Bedarf ab"
GOOD = f"""{HEADER}
A1;Feuerwehrhelme;35113410-6;40;Stk.;1.142,50;01.03.2027
A1;;;2;Stk.;10,00;
A2;Streusalz;14410000;120,5;to;85,00;01.10.2027
;Straßenkehren;90610000;18.400,0;qm;;
"""


@dataclass(frozen=True)
class Desk:
    """A desk at Jülich from which files are imported."""

    session: Session
    place: Place
    actor: Actor

    def load(
        self,
        content: str | bytes,
        name: str = "bedarfe.csv",
        *,
        actor: Actor | None = None,
        **wish: Any,
    ) -> ImportReport:
        raw = content.encode() if isinstance(content, str) else content
        return importing.import_demands(
            self.session,
            actor or self.actor,
            self.place,
            io.BytesIO(raw),
            name,
            wish=ImportWish(**wish),
            now=NOON,
        )

    def stored(self) -> list[Demand]:
        return list(self.session.scalars(select(Demand).order_by(Demand.id)))


@pytest.fixture
def desk(session: Session) -> Desk:
    dlz = cooperations.dlz(session)
    julich = cooperations.town(session, "Jülich")
    return Desk(
        session,
        Place(dlz.id, demands.area_of(session, dlz).id, julich.id),
        access.actor(session, julich, Role.REQUESTER),
    )


def test_german_sheet_becomes_drafts_with_lines_values_and_record(desk: Desk) -> None:
    report = desk.load(GOOD)
    assert (report.demand_count, report.line_count, report.errors) == (3, 4, [])
    assert (report.first_reference, report.last_reference) == (
        "B-DLZ-2026-00001",
        "B-DLZ-2026-00003",
    )
    helmets, salt, sweeping = desk.stored()
    assert [line.text for line in helmets.items] == ["Feuerwehrhelme", "Feuerwehrhelme"]
    assert helmets.value_net_cents == 40 * 1142_50 + 20_00
    assert (str(salt.items[0].quantity), salt.items[0].unit_code) == ("120.5", "TNE")
    assert (sweeping.value_net_cents, sweeping.external_reference) == (None, None)
    for demand in desk.stored():
        assert demand.value_net_cents == rules.value_net_cents(demand)
        assert (demand.stage, demand.version) == ("draft", 1)
        assert demand.created_by_id == desk.actor.user_id
    entries = audit.entries(
        desk.session, stream_of(desk.place.cooperation_id, desk.place.organisation_id)
    )
    assert [entry.action for entry in entries] == ["demands_imported", *["demand_created"] * 3]
    assert audit.breaks(desk.session, entries[0].stream) == []


def test_one_wrong_cell_stops_the_whole_file_and_is_named(desk: Desk) -> None:
    report = desk.load(GOOD + ";Möbel;39100000;-3;Stk.;;\n")
    (error,) = report.errors
    assert (error.row, error.field, error.severity) == (6, "items.0.quantity", "error")
    assert "Menge" in error.address
    assert (report.is_stored, report.demand_count, desk.stored()) == (False, 0, [])
    with pytest.raises(InvalidInput, match="nichts gespeichert"):
        import_report.refuse_if_errors(report)


def test_same_file_again_reports_the_same_and_stores_nothing(desk: Desk) -> None:
    first = desk.load(GOOD)
    again = desk.load(GOOD, "anderer Name.csv")
    assert (again.is_repeat, again.is_stored) == (True, False)
    assert again.demand_count == first.demand_count == len(desk.stored())


def test_known_number_with_other_content_is_refused_and_with_the_same_left_alone(
    desk: Desk,
) -> None:
    desk.load(GOOD)
    changed = desk.load(GOOD.replace("A2;Streusalz", "A2;Auftausalz"))
    (error,) = changed.errors
    assert (error.row, error.code) == (4, "external_reference_taken")
    assert "B-DLZ-2026-00002" in error.message
    more = desk.load("\n".join(GOOD.splitlines()[:4]) + "\nA3;Möbel;39100000;;;;\n")
    assert (more.unchanged_count, more.demand_count) == (2, 1)
    assert [demand.external_reference for demand in desk.stored()][-1] == "A3"


def test_dry_run_says_what_would_be_stored(desk: Desk) -> None:
    report = desk.load(GOOD, is_dry_run=True)
    assert (report.demand_count, report.is_stored, desk.stored()) == (3, False, [])
    assert desk.session.scalar(select(func.count()).select_from(DemandImport)) == 0


def test_import_can_submit_and_releasers_are_told_once(desk: Desk) -> None:
    julich = cooperations.town(desk.session, "Jülich")
    releaser = access.person(desk.session, julich, Role.RELEASER)
    desk.load(GOOD, stage=Stage.SUBMITTED)
    assert {demand.stage for demand in desk.stored()} == {"submitted"}
    (message,) = messages.all_messages(desk.session)
    assert message.user_id == releaser.id
    assert "3 Bedarfe" in message.subject
    (event,) = desk.session.scalars(select(OutboxRow).where(OutboxRow.kind == "event"))
    assert len(event.payload["demand_ids"]) == 3


def test_import_releases_only_with_the_right_a_value_and_a_second_person(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        desk.load(GOOD, stage=Stage.RELEASED)
    julich = cooperations.town(desk.session, "Jülich")
    both = access.actor(desk.session, julich, Role.REQUESTER, Role.RELEASER)
    alone = desk.load(GOOD, stage=Stage.RELEASED, actor=both)
    assert [(error.row, error.code) for error in alone.errors] == [(5, "budget_missing")]
    access.person(desk.session, julich, Role.RELEASER)
    second = desk.load(GOOD, stage=Stage.RELEASED, actor=both, budget_net_cents=1_000_00)
    assert {error.code for error in second.errors} == {"four_eyes"}
    operator = Actor.operator("Test")
    report = desk.load(GOOD, stage=Stage.RELEASED, actor=operator, budget_net_cents=1_000_00)
    assert report.is_stored
    assert [demand.released_net_cents for demand in desk.stored()] == [
        45_720_00,
        10_242_50,
        1_000_00,
    ]


def test_workbook_from_the_template_is_read(desk: Desk) -> None:
    book = openpyxl.load_workbook(io.BytesIO(demand_template_xlsx(NOON.date())))
    sheet = book["Bedarfe"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    sheet.delete_rows(2, sheet.max_row)
    for header, value in (
        ("Titel", "40 Notebooks"),
        ("CPV", "30213100-6"),
        ("Menge", 40),
        ("Einheit", "Stück"),
        ("Einzelpreis netto", 1142.5),
        ("Bedarf ab", dt.date(2027, 3, 1)),
    ):
        sheet.cell(2, columns[header], value)
    file = io.BytesIO()
    book.save(file)
    report = desk.load(file.getvalue(), "Bedarfe.xlsx")
    assert report.errors == []
    (demand,) = desk.stored()
    assert (demand.title, demand.cpv, demand.value_net_cents) == (
        "40 Notebooks",
        "30213100",
        4_570_000,
    )
    assert demand.needed_from == dt.date(2027, 3, 1)


def test_real_records_of_another_town_are_refused(desk: Desk, shared: Path) -> None:
    path = shared / "data" / "demands" / "demands_municipal_de.jsonl.gz"
    with gzip.open(path) as lines:
        line = next(line for line in lines if b'"gemeinde"' in line)
    report = desk.load(line, "bedarfe.jsonl")
    assert {error.code for error in report.errors} == {"another_municipality"}
    key = json.loads(line)["municipality"]["key"]
    julich = cooperations.town(desk.session, "Jülich")
    julich.ags = key
    desk.session.flush()
    assert desk.load(line, "bedarfe.jsonl").is_stored


def test_odd_texts_are_stored_as_they_are_and_umlauts_composed(desk: Desk) -> None:
    line = {
        "title": "Mo\u0308bel &amp;amp; <b>Stühle</b>",
        "cpv": "39100000",
        "description": "x" * 16_000,
        "estimated_value_net": 1,
    }
    report = desk.load(json.dumps(line), "x.jsonl")
    (demand,) = desk.stored()
    assert demand.title == "Möbel &amp;amp; <b>Stühle</b>"
    assert [warning.code for warning in report.warnings] == ["placeholder_value"]
    assert demand.value_net_cents is None


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"title": "x" * 600, "cpv": "39100000"}, "title"),
        ({"title": "Helm\x00e", "cpv": "39100000"}, "title"),
        ({"title": "Helme", "cpv": "00000000"}, "cpv_main"),
        ({"title": "Helme"}, "cpv_main"),
        ({"cpv": "39100000"}, "title"),
        ({"title": ["Helme"], "cpv": "39100000"}, "title"),
        ({"title": "Helme", "cpv": "39100000", "items": "viele"}, "items"),
        (
            {"title": "H", "cpv": "39100000", "items": [{"text": "H", "quantity": -1}]},
            "items.0.quantity",
        ),
        (
            {"title": "H", "cpv": "39100000", "items": [{"text": "H", "quantity": 1e30}]},
            "items.0.quantity",
        ),
        ({"title": "Helme", "cpv": "39100000", "needed_from": "31.02.2027"}, "needed_from"),
        (
            {"title": "Helme", "cpv": "39100000", "estimated_value_net_cents": 10**20},
            "estimated_value_net_cents",
        ),
    ],
)
def test_bad_values_are_named_and_nothing_is_stored(
    desk: Desk, line: dict[str, Any], field: str
) -> None:
    report = desk.load(json.dumps(line), "x.jsonl")
    assert field in {error.field for error in report.errors}
    assert desk.stored() == []


def _zip_bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", bytes(200 * 1024 * 1024))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", InvalidInput),
        (b"\x00\x01\x02", InvalidInput),
        (b"%PDF-1.7 ...", InvalidInput),
        (b"PK\x03\x04 broken", InvalidInput),
        (b"Nur;eine;Zeile ohne bekannte Spalten\n1;2;3\n", InvalidInput),
        (lambda: gzip.compress(b"a;b\n" * 35_000_000, 1), TooLarge),
        (_zip_bomb, DomainError),
    ],
    ids=["empty", "binary", "pdf", "broken zip", "no header", "gzip bomb", "zip bomb"],
)
def test_file_that_cannot_be_read_is_refused_with_a_sentence(
    desk: Desk, content: Any, error: type[DomainError]
) -> None:
    with pytest.raises(error) as caught:
        desk.load(content() if callable(content) else content, "datei.xlsx")
    assert caught.value.message.endswith(".")
    assert desk.stored() == []


def test_more_lines_than_one_statement_takes_are_stored(desk: Desk) -> None:
    rows = "".join(
        f"N{number};Bedarf {number};39100000;{number};Stk.;1,00;\n" for number in range(1, 2501)
    )
    report = desk.load(f"{HEADER}\n{rows}")
    assert (report.demand_count, report.last_reference) == (2500, "B-DLZ-2026-02500")
    titles = [demand.title for demand in desk.stored()]
    assert titles == [f"Bedarf {number}" for number in range(1, 2501)]
    assert desk.session.scalar(select(func.count()).select_from(DemandItem)) == 2500
