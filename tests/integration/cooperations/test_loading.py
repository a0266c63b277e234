import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.factories import access
from tests.factories import cooperations as factory
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, RoleAssignment, User
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.cooperations import gates, mandates, queries, resolutions
from vergabe.cooperations.gates import PublicationFacts
from vergabe.cooperations.loading import load
from vergabe.cooperations.loading_report import LoadReport
from vergabe.cooperations.model import Agreement, Cooperation, Member
from vergabe.cooperations.rules import Depth, Stage
from vergabe.errors import Forbidden, InvalidInput
from vergabe.outbox import OutboxRow

EXAMPLES = Path(__file__).parents[3] / "examples" / "cooperations"
OPERATOR = Actor.operator("Test")
TODAY = dt.date(2026, 11, 23)


def text_of(name: str) -> str:
    return (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")


def loaded(
    session: Session, text: str, now: dt.datetime = NOON, *, dry_run: bool = False
) -> LoadReport:
    return load(session, OPERATOR, text.encode(), now=now, dry_run=dry_run)


def without(text: str, start: str, end: str) -> str:
    """Return the text without the part from `start` to before the next `end`."""
    first = text.index(start)
    return text[:first] + text[text.index(end, first + len(start)) :]


def entries(session: Session, key: str) -> list[str]:
    cooperation = queries.cooperation_by_key(session, OPERATOR, key)
    return [entry.action for entry in audit.entries(session, f"cooperation:{cooperation.id}")]


@pytest.mark.parametrize("name", ["dlz", "rkn", "heinsberg", "emh"])
def test_known_group_loads_and_again_changes_nothing(session: Session, name: str) -> None:
    first = loaded(session, text_of(name))
    assert first.is_new
    assert first.is_changed
    written = entries(session, name)
    version = queries.cooperation_by_key(session, OPERATOR, name).version
    again = loaded(session, text_of(name), NOON + dt.timedelta(days=3))
    assert not again.is_new
    assert not again.is_changed
    assert "nichts geändert" in again.sentence()
    assert entries(session, name) == written
    assert queries.cooperation_by_key(session, OPERATOR, name).version == version


@pytest.mark.parametrize("name", ["dlz", "rkn", "heinsberg", "emh"])
def test_comments_alone_change_nothing(session: Session, name: str) -> None:
    loaded(session, text_of(name))
    written = entries(session, name)
    assert loaded(session, "# ein Satz mehr\n" + text_of(name)).changes == ()
    assert entries(session, name) == written


@pytest.mark.parametrize("name", ["dlz", "rkn", "heinsberg", "emh"])
def test_facts_of_the_known_groups_are_those_of_the_register(
    session: Session, name: str, shared: Path
) -> None:
    import csv
    import gzip

    folder = shared / "data" / "reference"
    with gzip.open(folder / "gemeinden.csv.gz", "rt", encoding="utf-8") as source:
        register = {row["ags"]: row for row in csv.DictReader(source)}
    with (folder / "kreise.csv").open(encoding="utf-8") as source:
        register |= {row["kreis_ags"]: row for row in csv.DictReader(source)}
    loaded(session, text_of(name))
    cooperation = queries.cooperation_by_key(session, OPERATOR, name)
    for member in queries.members(session, cooperation.id, TODAY):
        organisation = member.organisation
        row = register[str(organisation.ags)]
        assert organisation.inhabitants == int(row["einwohner"])
        assert organisation.inhabitants_on == dt.date(2022, 12, 31)
        assert organisation.nuts3 == row["nuts3"]
        assert row["name"] in organisation.name
        if "ars" in row:
            assert organisation.ars == row["ars"]
            assert organisation.postcode == row["plz_sitz"]


def publication(session: Session) -> dict[str, bool]:
    cooperation = queries.cooperation_by_key(session, OPERATOR, "dlz")
    area = queries.area_by_key(session, cooperation.id, "procurement")
    ids = queries.member_ids(session, cooperation.id, NOON)
    facts = PublicationFacts(
        cooperation.id, area.id, None, ids, dict.fromkeys(ids, 1_000_000_00), TODAY
    )
    found = gates.publication_gates(session, facts, is_decision=True)
    return {gate.key: gate.is_open for gate in found}


def informal(text: str) -> str:
    return without(text, "[agreement]", "[[areas]]").replace(
        "[[areas]]",
        '[agreement]\nlegal_form = "informal_arrangement"\nstage = "informal"\n'
        'subject = "Absprache der Bürgermeister"\n\n[[areas]]',
        1,
    )


def test_demo_group_may_publish(session: Session) -> None:
    loaded(session, text_of("dlz"))
    assert all(publication(session).values())


def test_same_group_while_informal_loads_but_may_not_publish(session: Session) -> None:
    loaded(session, informal(text_of("dlz")))
    assert publication(session) == {
        "agreement": False,
        "participation": True,
        "mandates": True,
        "resolutions": True,
    }


def test_informal_group_becomes_one_in_force_by_its_file(session: Session) -> None:
    loaded(session, informal(text_of("dlz")))
    report = loaded(session, text_of("dlz"))
    of_the_way = ("parties", "checklist", "approval_", "published_", "notice_", "authority")
    assert {
        change.path
        for change in report.changes
        if not any(f"].{part}" in change.path for part in of_the_way)
    } == {
        "agreement[1].legal_form",
        "agreement[1].stage",
        "agreement[1].subject",
        "agreement[1].requires_approval",
        "agreement[1].resolved_on",
        "agreement[1].signed_on",
        "agreement[1].approved_on",
        "agreement[1].in_force_on",
    }
    assert all(publication(session).values())


def test_only_the_differences_change_with_old_and_new_values(session: Session) -> None:
    loaded(session, text_of("dlz"))
    changed = text_of("dlz").replace("inhabitants = 10302", "inhabitants = 10400")
    changed = changed.replace("joining_window_days = 21", "joining_window_days = 28")
    report = loaded(session, changed)
    found = [(change.path, change.old, change.new) for change in report.changes]
    assert found == [
        ("members[05358040].inhabitants", "10302", "10400"),
        ("joining_window_days", "21", "28"),
    ]
    cooperation = queries.cooperation_by_key(session, OPERATOR, "dlz")
    last = audit.entries(session, f"cooperation:{cooperation.id}")[-1]
    assert last.action == "cooperation_loaded"
    assert last.details["changes"] == [list(change) for change in found]


def test_dry_run_says_what_would_change_and_stores_nothing(session: Session) -> None:
    report = loaded(session, text_of("dlz"), dry_run=True)
    assert report.is_changed
    assert "würde" in report.sentence()
    assert session.scalars(select(Cooperation)).all() == []
    assert session.scalars(select(Organisation)).all() == []
    assert session.scalars(select(User)).all() == []
    assert len(loaded(session, text_of("dlz")).changes) == len(report.changes)


def test_member_missing_in_the_file_leaves_and_keeps_its_row(session: Session) -> None:
    loaded(session, text_of("dlz"))
    smaller = without(text_of("dlz"), '[[members]]\nags = "05358048"', "\n[[mandates]]")
    smaller = without(smaller, '[[mandates]]\ngrantor = "05358048"', "[[resolutions]]")
    smaller = without(smaller + "#end", '[[resolutions]]\nmember = "05358048"', "#end")
    smaller = without(smaller, '[[agreement.parties]]\nmember = "05358048"', "[[areas]]")
    report = loaded(session, smaller)
    left = [change for change in report.changes if change.path.endswith("left_on")]
    assert [(c.path, c.new) for c in left] == [("members[05358048].left_on", "2026-11-23")]
    cooperation = queries.cooperation_by_key(session, OPERATOR, "dlz")
    tomorrow = NOON + dt.timedelta(days=1)
    assert len(queries.member_ids(session, cooperation.id, NOON)) == 6
    assert len(queries.member_ids(session, cooperation.id, tomorrow)) == 5
    assert len(session.scalars(select(Member)).all()) == 6
    roles = session.scalars(
        select(RoleAssignment)
        .join(Organisation, Organisation.id == RoleAssignment.organisation_id)
        .where(Organisation.name == "Niederzier", RoleAssignment.valid_to.is_(None))
    )
    assert roles.all() == []


def test_member_that_comes_back_is_a_member_again(session: Session) -> None:
    loaded(session, text_of("rkn"))
    smaller = without(text_of("rkn"), '[[members]]\nags = "05162016"', "[[members]]")
    smaller = without(
        smaller, '[[agreement.parties]]\nmember = "05162016"', "[[agreement.parties]]"
    )
    loaded(session, smaller)
    later = NOON + dt.timedelta(days=40)
    report = loaded(session, text_of("rkn") + "\n# wieder dabei", later)
    assert [(c.path, c.new) for c in report.changes if "left_on" in c.path] == [
        ("members[05162016].left_on", None)
    ]
    cooperation = queries.cooperation_by_key(session, OPERATOR, "rkn")
    assert len(queries.member_ids(session, cooperation.id, later)) == 9


def test_depth_changes_from_the_day_of_loading_and_the_past_stays(session: Session) -> None:
    loaded(session, text_of("rkn"))
    old = 'participation.procurement = { depth = "information", phase = "later" }'
    new = 'participation.procurement = { depth = "full", phase = "later" }'
    deeper = text_of("rkn").replace(old, new, 1)
    report = loaded(session, deeper)
    (change,) = report.changes
    assert change.path == "members[05162004].participation.procurement"
    cooperation = queries.cooperation_by_key(session, OPERATOR, "rkn")
    area = queries.area_by_key(session, cooperation.id, "procurement")
    town = session.scalars(select(Organisation).where(Organisation.ags == "05162004")).one()
    yesterday = TODAY - dt.timedelta(days=1)
    assert queries.depth(session, town.id, area.id, yesterday) is Depth.INFORMATION
    assert queries.depth(session, town.id, area.id, TODAY) is Depth.FULL
    loaded(session, text_of("rkn") + "\n# zurück")
    assert queries.depth(session, town.id, area.id, TODAY) is Depth.INFORMATION
    assert queries.depth(session, town.id, area.id, yesterday) is Depth.INFORMATION


def test_area_that_the_file_no_longer_names_has_no_participants(session: Session) -> None:
    loaded(session, text_of("rkn"))
    text = without(text_of("rkn"), '[[areas]]\nkey = "training"', "[[members]]")
    for depth in ("full", "demand"):
        text = text.replace(f'participation.training = "{depth}"\n', "")
    text = text.replace(', training = "full"', "")
    loaded(session, text)
    cooperation = queries.cooperation_by_key(session, OPERATOR, "rkn")
    area = queries.area_by_key(session, cooperation.id, "training")
    assert set(queries.depths(session, area.id, TODAY).values()) == {Depth.NONE}


def test_file_cannot_take_the_agreement_back(session: Session) -> None:
    loaded(session, text_of("dlz"))
    with pytest.raises(InvalidInput, match="nicht zurückgestuft") as caught:
        loaded(session, informal(text_of("dlz")))
    assert caught.value.violations[0].field == "agreement.stage"


def test_next_version_of_the_agreement_stands_beside_the_old_one(session: Session) -> None:
    loaded(session, text_of("dlz"))
    text = informal(text_of("dlz")).replace("[agreement]", "[agreement]\nnumber = 2")
    loaded(session, text)
    cooperation = queries.cooperation_by_key(session, OPERATOR, "dlz")
    assert [a.number for a in cooperation.agreements] == [1, 2]
    current = queries.current_agreement(session, cooperation.id, TODAY)
    assert current is not None
    assert current.number == 1
    with pytest.raises(InvalidInput, match="Nummer 2"):
        loaded(session, text_of("dlz").replace("[agreement]", "[agreement]\nnumber = 4"))


def test_file_does_not_bring_back_what_a_member_revoked(session: Session) -> None:
    loaded(session, text_of("dlz"))
    cooperation = queries.cooperation_by_key(session, OPERATOR, "dlz")
    resolution = queries.resolutions(session, cooperation.id)[0]
    mandate = queries.mandates(session, cooperation.id)[0]
    resolutions.revoke_resolution(
        session,
        OPERATOR,
        cooperation.id,
        resolution.id,
        revoked_on=TODAY,
        reason="Neu entschieden",
        now=NOON,
    )
    mandates.revoke_mandate(
        session,
        OPERATOR,
        cooperation.id,
        mandate.id,
        revoked_on=TODAY,
        reason="Neu entschieden",
        now=NOON,
    )
    loaded(session, text_of("dlz"))
    loaded(session, text_of("dlz").replace("joining_window_days = 21", "joining_window_days = 28"))
    assert resolution.revoked_on == TODAY
    assert mandate.revoked_on == TODAY
    assert len(queries.resolutions(session, cooperation.id)) == 6
    assert publication(session)["mandates"] is False
    assert publication(session)["resolutions"] is False


def test_mandate_and_resolution_of_the_file_are_corrected(session: Session) -> None:
    loaded(session, text_of("dlz"))
    before, mandates_part = text_of("dlz").split("[[mandates]]", 1)
    changed = mandates_part.replace(
        "valid_from = 2026-02-01", "valid_from = 2026-02-01\nlimit_net_euro = 250000", 1
    )
    text = f"{before}[[mandates]]{changed}"
    text = text.replace('item_number = "Ö 7"', 'item_number = "Ö 7"\nis_public = false')
    report = loaded(session, text)
    assert [(c.path, c.old, c.new) for c in report.changes] == [
        ("mandates[05358024, 2026-02-01].limit_net_cents", None, "25000000"),
        ("resolutions[05358040, 2025-09-25].is_public", "true", "false"),
    ]


def test_organisation_that_is_there_already_is_used(session: Session) -> None:
    town = factory.town(session, "Jülich")
    town.phone = "+49 2461 000"
    town.website = "https://juelich.example"
    session.flush()
    report = loaded(session, text_of("dlz"))
    assert session.scalars(select(Organisation).where(Organisation.ags == town.ags)).one() is town
    assert town.website == "https://juelich.example"
    assert "members[05358024].phone" in {change.path for change in report.changes}


def test_prefix_of_another_cooperation_is_refused(session: Session) -> None:
    loaded(session, text_of("dlz"))
    with pytest.raises(InvalidInput, match="benutzt schon"):
        loaded(session, text_of("rkn").replace('"RKN"', '"DLZ"'))


def test_new_people_are_invited_once_and_have_no_password(session: Session) -> None:
    def mails() -> list[OutboxRow]:
        return list(session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail")))

    report = load(session, OPERATOR, text_of("dlz").encode(), now=NOON, invites=True)
    assert report.invited == 42
    assert len(mails()) == 42
    assert mails()[0].payload["link"] == "/passwort-vergessen"
    assert all(user.password is None for user in session.scalars(select(User)))
    load(session, OPERATOR, text_of("dlz").encode(), now=NOON, invites=True)
    assert len(mails()) == 42


def test_role_that_the_file_no_longer_names_ends_and_one_given_by_hand_stays(
    session: Session,
) -> None:
    loaded(session, text_of("dlz"))
    cooperation = queries.cooperation_by_key(session, OPERATOR, "dlz")
    town = factory.town(session, "Inden")
    by_hand = access.person(
        session, town, Role.COORDINATOR, cooperation_id=cooperation.id, email="hand@inden.example"
    )
    text = without(
        text_of("dlz"),
        '[[members.people]]\nemail = "oeffnung@inden.example"',
        '[[members.people]]\nemail = "rechnungspruefung@inden.example"',
    )
    report = loaded(session, text, NOON + dt.timedelta(days=2))
    (change,) = report.changes
    assert (change.old, change.new) == ("opener", None)
    assert [a.valid_to for a in by_hand.assignments] == [None]
    ended = session.scalars(
        select(RoleAssignment)
        .join(User, User.id == RoleAssignment.user_id)
        .where(User.email == "oeffnung@inden.example")
    ).one()
    assert ended.valid_to == dt.date(2026, 11, 24)


def test_nobody_but_the_operator_loads(session: Session) -> None:
    cooperation = factory.dlz(session)
    actor = access.actor(session, cooperation.lead, Role.COORDINATOR, Role.ADMINISTRATOR)
    with pytest.raises(Forbidden):
        load(session, actor, text_of("dlz").encode(), now=NOON)


def change_lead(text: str) -> str:
    text = text.replace("lead = true\n", "")
    return text.replace(
        'email = "rathaus@juelich.example"', 'email = "rathaus@juelich.example"\nlead = true'
    )


def test_new_lead_needs_new_mandates(session: Session) -> None:
    loaded(session, text_of("dlz"))
    text = without(
        change_lead(text_of("dlz")), '[[mandates]]\ngrantor = "05358024"', "[[mandates]]"
    )
    text = text.replace('grantor = "05362032"', 'grantor = "05358040"')
    loaded(session, text)
    assert publication(session)["mandates"] is False


EDITS: list[tuple[str, Callable[[str], str], str]] = [
    (
        "unknown member",
        lambda t: t.replace('grantor = "05358024"', 'grantor = "05358999"'),
        "mandates[#1].grantor",
    ),
    (
        "two leads",
        lambda t: t.replace("leitweg_id", "lead = true\nleitweg_id", 2).replace(
            "lead = true\njoined_on", "joined_on"
        ),
        "members[05358024].lead",
    ),
]


@pytest.mark.parametrize(
    ("edit", "place"), [(e, p) for _, e, p in EDITS], ids=[n for n, *_ in EDITS]
)
def test_refused_file_stores_nothing(
    session: Session, edit: Callable[[str], str], place: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        loaded(session, edit(text_of("dlz")))
    assert place in [violation.field for violation in caught.value.violations]
    assert session.scalars(select(Cooperation)).all() == []
    assert session.scalars(select(Agreement)).all() == []


def test_stage_in_force_in_future_does_not_count_yet(session: Session) -> None:
    text = text_of("dlz").replace("in_force_on = 2026-02-01", "in_force_on = 2026-11-24")
    loaded(session, text)
    cooperation = queries.cooperation_by_key(session, OPERATOR, "dlz")
    agreement = queries.current_agreement(session, cooperation.id, TODAY)
    assert agreement is not None
    assert queries.stage_of(agreement, TODAY) is Stage.APPROVED
    assert publication(session)["agreement"] is False


INVENTED = """
key = "mosel"
name = "Moselgruppe"
reference_prefix = "MOSEL"
contact = { name = "Koordination", email = "k@mosel.example" }
review_body = { name = "Vergabekammer Rheinland-Pfalz", city = "Mainz" }

[cost_key]
kind = "mixed"
equal_basis_points = 4000
demand_value_basis_points = 6000
no_award = "key"
vat_clause = "Jede trägt ihre Umsatzsteuer."

[agreement]
legal_form = "contract"
stage = "in_force"
subject = "Gemeinsame Beschaffung"
in_force_on = 2026-01-01

[[areas]]
key = "procurement"
name = "Beschaffung"

[[members]]
ags = "07135"
name = "Landkreis Cochem-Zell"
lead = true
joined_on = 2026-01-01
participation = { procurement = "full" }

[[members]]
ars = "071355001"
name = "Verbandsgemeinde Cochem"
joined_on = 2026-01-01
participation = { procurement = "demand" }

[[mandates]]
grantor = "071355001"
scope = ["tender"]
wording = "Vollmacht"
valid_from = 2026-01-01
"""


def test_invented_group_goes_live_from_a_file_in_which_only_its_facts_are_new(
    session: Session,
) -> None:
    report = loaded(session, INVENTED)
    assert report.is_new
    assert loaded(session, INVENTED + "# noch einmal").changes == ()
    cooperation = queries.cooperation_by_key(session, OPERATOR, "mosel")
    area = queries.area_by_key(session, cooperation.id, "procurement")
    found = gates.overview_gates(session, cooperation, area, TODAY)
    assert all(gate.is_open for gate in found)
    kinds = [m.organisation.kind for m in queries.members(session, cooperation.id, TODAY)]
    assert kinds == ["county", "association"]
