"""The links between the pages about one pool."""

import re

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, pools
from vergabe.access.permissions import Role


def test_the_page_that_is_shown_is_named_where_its_links_are_folded(
    session: Session, client: FlaskClient
) -> None:
    pool = pools.joining_pool(session, *pools.towns_with_engines(session))
    user = access.person(session, cooperations.town(session, "Merzenich"), Role.COORDINATOR)
    session.commit()
    access.log_in(client, user)
    for path, label in (("", "Überblick"), ("/kosten", "Kosten")):
        page = client.get(f"/buendelungen/{pool.id}{path}").text
        assert f">Seiten der Bündelung: {label}</summary>" in page
        current = re.findall(r'app-sections__link" [^>]*aria-current="page">([^<]+)<', page)
        assert current == [label]
