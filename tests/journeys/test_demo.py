"""The demonstration: what it starts with; and `--once` as people run it, in its own process."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.conftest import MovableClock
from vergabe import clock
from vergabe.audit import queries as audit
from vergabe.db import reading
from vergabe.demands.model import Demand
from vergabe.demo.filling import fill
from vergabe.demo.place import acting_as, demo_settings, prepare
from vergabe.demo.procedures import COORDINATOR, OFFICER, Procedures
from vergabe.enquiries import queries as enquiries
from vergabe.exchange.validate import validate_file
from vergabe.tenders.model import Tender

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

GENEROUS_SECONDS = 180


def test_main_job_is_played_once_and_writes_every_document(tmp_path: Path) -> None:
    out = tmp_path / "dokumente"
    played = subprocess.run(
        [sys.executable, "-m", "vergabe", "demo", "--once", "--json", "--out", str(out)],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("VERGABE_")},
        capture_output=True,
        text=True,
        timeout=GENEROUS_SECONDS,
        check=False,
    )
    assert played.returncode == 0, played.stdout + played.stderr
    told = json.loads(played.stdout)
    assert [name for name, holds in told["checked"].items() if not holds] == []
    assert told["municipalities"] == 3
    assert told["mails"] > 0
    names = sorted(told["documents"])
    assert names == sorted(path.name for path in out.iterdir())
    xml = [name for name in names if name.endswith(".xml")]
    eforms = [name for name in xml if name.endswith(".eforms.xml")]
    own = [name for name in xml if name not in eforms]
    assert [name.split("-")[-1] for name in own] == ["contract_notice.xml", "change_notice.xml"]
    assert [validate_file(out / name) for name in own] == [[], []]
    assert len(eforms) == len(own)
    # The place is this machine: nobody outside reaches its documents. All else is right.
    found = [finding for name in eforms for finding in validate_file(out / name)]
    errors = {finding.rule for finding in found if finding.severity == "error"}
    assert errors <= {"documents_not_reachable"}
    assert all((out / name).read_bytes().startswith(b"%PDF-") for name in names if "pdf" in name)
    assert [path.name for path in tmp_path.iterdir()] == ["dokumente"], "nothing is left behind"


@pytest.mark.parametrize(
    "today", ["2026-11-22T23:30+01:00", "2027-04-20T00:30+02:00"], ids=["autumn", "spring"]
)
def test_demonstration_begins_at_any_hour_with_the_clock_change_in_between(
    tmp_path: Path, moving_clock: MovableClock, today: str
) -> None:
    moving_clock.at(today)
    app = prepare(demo_settings(tmp_path, base_url="http://127.0.0.1"), keys=("dlz",))
    with clock.elsewhere():
        Procedures(app).begin()
        with app.app_context(), reading() as session:
            assert acting_as(session, COORDINATOR).grants
            assert acting_as(session, OFFICER).grants


def test_demonstration_starts_with_a_public_tender_and_a_draft(tmp_path: Path) -> None:
    before = clock.read()
    app = prepare(demo_settings(tmp_path, base_url="http://127.0.0.1"), keys=("dlz", "emh"))
    fill(app)
    assert abs(clock.read() - before) < dt.timedelta(minutes=5), "it comes back to today"
    with app.app_context(), reading() as session:
        tenders = session.scalars(select(Tender).order_by(Tender.reference)).all()
        assert [tender.stage for tender in tenders] == ["published", "draft"]
        public = tenders[0]
        assert public.public_since is not None
        assert public.submission_deadline is not None
        assert public.public_since < clock.now() < public.submission_deadline
        questions = enquiries.all_enquiries(session, public.id)
        assert [question.answer_id is None for question in questions] == [True, True, False]
        assert [audit.breaks(session, stream) for stream in audit.streams(session)] == [
            [] for _ in audit.streams(session)
        ]
        counted = session.scalar(select(func.count(Demand.id)))
    fill(app)
    with app.app_context(), reading() as session:
        assert session.scalar(select(func.count(Demand.id))) == counted, "filled once"
