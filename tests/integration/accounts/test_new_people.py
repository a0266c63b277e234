"""Who gets a role and has no account yet: what is wrong is said at once, and the person is told."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access as make
from tests.integration.accounts.test_second_factor import post
from vergabe import clock
from vergabe.access.model import Organisation, RoleAssignment, User
from vergabe.access.permissions import Role
from vergabe.accounts import service
from vergabe.errors import InvalidInput
from vergabe.outbox import OutboxRow

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


@pytest.fixture
def town(session: Session) -> Organisation:
    return make.organisation(session)


def give(session: Session, town: Organisation, email: str, role: Role) -> RoleAssignment:
    actor = make.actor(session, town, Role.ADMINISTRATOR)
    return service.grant_role(
        session,
        actor,
        town.id,
        email=email,
        full_name="Jörg Müßig-Öztürk",
        role=role,
        valid_from=clock.berlin_day(clock.now()),
        valid_to=None,
        now=clock.now(),
    )


def invitations(session: Session) -> list[str]:
    rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail").order_by(OutboxRow.id))
    return [row.payload["to"] for row in rows if row.payload.get("link") == "/passwort-vergessen"]


def test_new_person_is_asked_by_mail_to_set_a_password(
    session: Session, town: Organisation
) -> None:
    given = give(session, town, "Joerg@Merzenich.example", Role.REQUESTER)
    assert invitations(session) == ["joerg@merzenich.example"]
    # The second click is the same role; another one reminds whoever has set no password so far.
    assert give(session, town, "joerg@merzenich.example", Role.REQUESTER) is given
    assert len(invitations(session)) == 1
    give(session, town, "joerg@merzenich.example", Role.RELEASER)
    assert len(invitations(session)) == 2


def test_who_has_a_password_needs_no_invitation(session: Session, town: Organisation) -> None:
    known = make.person(session, town, Role.REQUESTER)
    give(session, town, known.email, Role.RELEASER)
    assert invitations(session) == []


@pytest.mark.parametrize(
    "address",
    [
        "jörg@merzenich.example",
        "keine-adresse",
        f"{'a' * 300}@merzenich.example",
        "x@merzenich.example\r\nBcc: y@merzenich.example",
    ],
)
def test_address_to_which_nothing_can_be_sent_makes_nobody(
    session: Session, town: Organisation, address: str
) -> None:
    with pytest.raises(InvalidInput, match="keine gültige E-Mail-Adresse"):
        give(session, town, address, Role.REQUESTER)
    assert address not in session.scalars(select(User.email)).all()


def test_umlaut_in_the_host_is_no_hindrance(session: Session, town: Organisation) -> None:
    given = give(session, town, "post@düren.example", Role.REQUESTER)
    assert given.user.email == "post@düren.example"


def test_form_tells_of_everything_at_once_and_stores_nothing(
    client: FlaskClient, session: Session, town: Organisation
) -> None:
    admin = make.person(session, town, Role.ADMINISTRATOR)
    session.commit()
    make.log_in(client, admin)
    wrong = {"email": "jörg@merzenich.example", "role": "requester", "valid_from": "31.12.2026"}
    page = post(client, "/verwaltung/rollen", "/verwaltung", **wrong, valid_to="01.01.2026")
    assert page.status_code == 422
    for sentence in ("keine gültige E-Mail-Adresse", "geben Sie einen Namen", "vor dem Beginn"):
        assert sentence in page.text
    page = post(client, "/verwaltung/rollen", "/verwaltung")
    for field in ("email", "full_name", "role", "valid_from"):
        assert f'href="#{field}"' in page.text
    assert session.scalars(select(User.email)).all() == [admin.email]
