"""A requester who writes demands in the browser."""

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import access, cooperations
from vergabe.access.permissions import Role


class Requester:
    """A requester of Jülich who has just logged in."""

    def __init__(self, client: FlaskClient, session: Session) -> None:
        self.client, self.session = client, session
        self.cooperation = cooperations.dlz(session)
        self.town = cooperations.town(session, "Jülich")
        self.user = access.person(session, self.town, Role.REQUESTER)
        session.commit()
        access.log_in(client, self.user)
