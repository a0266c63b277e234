"""`[funding]` and `[council_papers]` of a cooperation's file: loaded, changed, wrong."""

import pytest
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.cooperations import loading
from vergabe.cooperations.project_defaults import funding_defaults, paper_defaults
from vergabe.errors import InvalidInput
from vergabe.resources import folder

pytestmark = pytest.mark.usefixtures("moving_clock")
OPERATOR = Actor.operator("Test")


def file_of(key: str) -> str:
    return (folder("examples") / "cooperations" / f"{key}.toml").read_text(encoding="utf-8")


def load(session: Session, text: str) -> loading.LoadReport:
    return loading.load(session, OPERATOR, text.encode(), now=clock.now())


def cooperation_id(session: Session, key: str) -> object:
    from vergabe.cooperations import queries

    return queries.cooperation_by_key(session, OPERATOR, key, now=clock.now()).id


def test_the_example_files_give_defaults_and_twice_changes_nothing(session: Session) -> None:
    for key, programme, is_public in (("heinsberg", "NW-IKZ", False), ("emh", "RP-EMH", True)):
        assert load(session, file_of(key)).is_changed
        found = cooperation_id(session, key)
        assert funding_defaults(session, found)["programme"] == programme
        assert paper_defaults(session, found)["is_public"] is is_public
        assert not load(session, file_of(key)).is_changed


def test_what_the_file_no_longer_says_is_gone(session: Session) -> None:
    text = file_of("emh")
    load(session, text)
    changed = text.replace(
        'programme = "RP-EMH"', 'programme = "individual"\nquota_basis_points = 8000'
    )
    paths = {change.path for change in load(session, changed).changes}
    assert paths == {"funding.programme", "funding.quota_basis_points"}
    assert {change.path for change in load(session, text).changes} == paths


@pytest.mark.parametrize(
    "wrong",
    [
        'programme = "XY"',
        "programme = 7",
        'programme = "RP-EMH"\nquota_basis_points = 0',
        'programme = "RP-EMH"\nrounding = "up"',
        'programme = "RP-EMH"\naward_rules = ["SektVO"]',
        'programme = "RP-EMH"\nrequires_resolutions = 1',
        'programme = "RP-EMH"\nceiling_euro = "viel"',
        'programme = "RP-EMH"\nunknown = 1',
        'authority = "Land"',
    ],
)
def test_a_wrong_section_is_refused(session: Session, wrong: str) -> None:
    text = file_of("emh").replace('programme = "RP-EMH"', wrong)
    with pytest.raises(InvalidInput) as caught:
        load(session, text)
    assert "funding" in (caught.value.violations[0].field or "")
