"""Bodies, chains and resolutions that a cooperation's file brings along."""

import datetime as dt
import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.integration.cooperations.test_loading import OPERATOR, loaded, text_of
from vergabe.access.model import Organisation
from vergabe.audit import queries as audit
from vergabe.cooperations import queries, resolution_overview
from vergabe.cooperations.chains import State
from vergabe.cooperations.events import ResolutionRevoked
from vergabe.cooperations.resolution_overview import SubjectTable
from vergabe.cooperations.rules import Subject
from vergabe.councils import queries as councils
from vergabe.errors import InvalidInput
from vergabe.messages.model import Message
from vergabe.outbox import OutboxRow

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

TODAY = dt.date(2026, 11, 23)


def table(
    session: Session, key: str, area: str, subject: Subject = Subject.JOINING
) -> SubjectTable:
    cooperation = queries.cooperation_by_key(session, OPERATOR, key)
    found = queries.area_by_key(session, cooperation.id, area)
    return resolution_overview.proof(session, OPERATOR, cooperation, found, subject, day=TODAY)


def town(session: Session, ags: str) -> Organisation:
    return session.scalars(select(Organisation).where(Organisation.ags == ags)).one()


def test_heinsberg_decides_in_a_chain_in_closed_session(session: Session) -> None:
    loaded(session, text_of("heinsberg"))
    found = table(session, "heinsberg", "portal")
    county = found.rows[0]
    assert county.chain.state is State.DECIDED
    assert county.effective_on == dt.date(2019, 11, 19)
    assert [(cell.body, cell.has_last_word) for cell in county.cells] == [
        ("Kreisausschuss", False),
        ("Kreistag", True),
    ]
    assert not any(cell.view.resolution.is_public for cell in county.cells if cell.view)
    assert county.reasons == []
    assert len({reason.message for reason in found.reasons}) == 10  # every town has yet to decide
    award = table(session, "heinsberg", "portal", Subject.AWARD)
    assert award.rows[0].chain.state is State.DECIDED
    days = councils.meetings(session, organisation_id=town(session, "05370").id)
    assert [meeting.day.day for meeting in days] == [5, 19]


def test_emh_takes_effect_on_the_day_on_which_all_three_have_decided(session: Session) -> None:
    loaded(session, text_of("emh"))
    found = table(session, "emh", "monitoring")
    assert found.is_complete
    assert found.effective_together
    assert found.effective_on == dt.date(2021, 6, 28)


def test_emh_stands_under_reserve_while_one_county_is_missing(session: Session) -> None:
    text = text_of("emh")
    first, last = text.index('[[resolutions]]\nmember = "07233"'), len(text)
    loaded(session, text[:first] + "\n" + text[last:])
    found = table(session, "emh", "monitoring")
    assert [row.is_under_reserve for row in found.rows] == [True, True, False]
    assert found.effective_on is None


def test_bodies_are_added_and_corrected_but_never_taken_away(session: Session) -> None:
    loaded(session, text_of("emh"))
    county = town(session, "07135")
    changed = text_of("emh").replace(
        "meetings = [2021-06-28]",
        "meetings = [2021-09-20, { day = 2021-06-28, papers_due_on = 2021-06-14 }]",
        1,
    )
    report = loaded(session, changed)
    paths = [change.path for change in report.changes]
    assert paths == [
        "members[07135].bodies[Kreistag].meetings",
        "members[07135].bodies[Kreistag].meetings[2021-06-28].papers_due_on",
    ]
    assert not loaded(session, changed).is_changed
    loaded(session, text_of("emh"))
    assert len(councils.meetings(session, organisation_id=county.id)) == 2


def test_body_that_only_decides_gets_its_place_in_the_calendar(session: Session) -> None:
    text = re.sub(r"\[\[members\.bodies\]\].*?(?=\n\n|\n\[\[)", "", text_of("emh"), flags=re.S)
    loaded(session, text)
    county = town(session, "07135")
    assert [body.name for body in councils.bodies_of(session, [county.id])] == ["Kreistag"]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("meetings = [2021-06-28]", 'meetings = ["28.06.2021"]', "members[07135].bodies"),
        ("meetings = [2021-06-28]", "meetings = [2021-06-28, 2021-06-28]", "meetings"),
        (
            "meetings = [2021-06-28]",
            "meetings = [{ day = 2021-06-28, papers_due_on = 2021-07-01 }]",
            "members[07135].bodies",
        ),
        ('kind = "council"', 'kind = "party"', "members[07135].bodies"),
        ('decides = ["Kreistag"]', 'decides = ["Kreistag", "KREISTAG"]', "decides"),
        ('decides = ["Kreistag"]', "decides = 7", "decides"),
        ("effective_together = true", 'effective_together = "ja"', "effective_together"),
        ('subject = "joining"', 'subject = "tender"', "subject"),
        ('result = "adopted"', 'result = "adopted"\nkind = "delegated"', "basis"),
        ('result = "adopted"', 'result = "adopted"\nyes_votes = -1', "yes_votes"),
        ('legal_form = "purpose_agreement"\nmatter', 'legal_form = "club"\nmatter', "legal_form"),
    ],
)
def test_mistake_in_the_file_is_named_with_its_place(
    session: Session, old: str, new: str, field: str
) -> None:
    assert old in text_of("emh")
    with pytest.raises(InvalidInput) as caught:
        loaded(session, text_of("emh").replace(old, new, 1))
    assert any(field in (v.field or "") for v in caught.value.violations), caught.value.violations


def test_correction_of_a_closed_session_is_not_quoted_in_the_shared_record(
    session: Session,
) -> None:
    loaded(session, text_of("heinsberg"))
    last = text_of("heinsberg").rindex("is_public = false")
    text = text_of("heinsberg")
    changed = text[:last] + 'wording = "Sehr geheim"\nlimit_net_euro = 77777\n' + text[last:]
    report = loaded(session, changed, NOON + dt.timedelta(days=1))
    assert {change.new for change in report.changes} == {"geändert (nichtöffentlich)"}
    cooperation = queries.cooperation_by_key(session, OPERATOR, "heinsberg")
    written = audit.entries(session, f"cooperation:{cooperation.id}")[-1]
    assert "geheim" not in repr(written.details)
    assert "77777" not in repr(written.details)


def test_revocation_in_the_file_is_told_like_any_other(session: Session) -> None:
    loaded(session, text_of("emh"))
    changed = text_of("emh").replace(
        'result = "adopted"', 'result = "adopted"\nrevoked_on = 2026-11-20', 1
    )
    report = loaded(session, changed)
    assert [change.path.rsplit(".", 1)[1] for change in report.changes] == ["revoked_on"]
    names = session.scalars(select(OutboxRow.name)).all()
    assert ResolutionRevoked.name in names
    assert session.scalars(select(Message).where(Message.subject.contains("zurückgenommen"))).one()
    assert not table(session, "emh", "monitoring").is_complete
