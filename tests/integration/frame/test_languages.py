"""English without cookies: `?lang=en` is carried on; a supplier's choice is kept."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import access, suppliers
from vergabe.access.permissions import Role

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


def links(page: str) -> list[str]:
    return re.findall(r'<a [^>]*href="(/[^"#]*)"', page)


def test_english_is_carried_from_page_to_page_without_cookies(client: FlaskClient) -> None:
    seen, todo = set(), ["/?lang=en"]
    while todo and len(seen) < 12:
        path = todo.pop(0)
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code == 200, path
        if answer.mimetype != "text/html":
            continue
        assert '<html lang="en"' in answer.text, path
        assert answer.headers["Content-Language"] == "en"
        found = [link for link in links(answer.text) if not re.search(r'hreflang="de"', link)]
        todo += [link.replace("&amp;", "&") for link in found if "lang=en" in link]
    assert len(seen) > 8
    assert client.get_cookie("session") is None or "/anmelden?lang=en" in seen


def test_pages_name_their_other_language_for_search_engines(client: FlaskClient) -> None:
    page = client.get("/bekanntmachungen?q=M%C3%B6bel&lang=en").text
    german = "http://localhost/bekanntmachungen?q=M%C3%B6bel"
    assert f'<link rel="alternate" hreflang="de" href="{german}">' in page
    assert f'<link rel="alternate" hreflang="x-default" href="{german}">' in page
    assert f'<link rel="canonical" href="{german}&amp;lang=en">' in page
    assert 'href="/bekanntmachungen?q=M%C3%B6bel" lang="de"' in page


def test_an_unknown_language_is_german(client: FlaskClient) -> None:
    page = client.get("/?lang=tlh").text
    assert '<html lang="de"' in page
    assert "lang=tlh" not in "".join(links(page))


def test_a_page_that_is_not_there_says_so_in_english(client: FlaskClient) -> None:
    answer = client.get("/nirgendwo?lang=en")
    assert answer.status_code == 404
    assert "Not found" in answer.text


def test_municipalities_read_german_even_when_asked_otherwise(
    client: FlaskClient, session: Session
) -> None:
    user = access.person(session, access.organisation(session), Role.REQUESTER)
    session.commit()
    access.log_in(client, user)
    page = client.get("/bedarfe?lang=en").text
    assert '<html lang="de"' in page
    assert "lang=en" not in "".join(links(page))


def test_a_suppliers_choice_is_kept_in_the_account(client: FlaskClient, session: Session) -> None:
    user = suppliers.supplier_person(session, suppliers.supplier(session))
    session.commit()
    access.log_in(client, user)
    page = client.get("/start").text
    assert '<html lang="de"' in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    answer = client.post(
        "/sprache", data={"csrf_token": token[1], "language": "en", "next": "/konto"}
    )
    assert answer.location == "/konto"
    page = client.get("/start").text
    assert '<html lang="en"' in page
    assert "lang=en" not in "".join(links(page)), "a kept choice needs no argument"
    session.expire_all()
    assert user.language == "en"
    assert '<html lang="de"' in client.get("/bekanntmachungen?lang=de").text


@pytest.mark.parametrize("target", ["//boese.example", "https://boese.example", "/\\boese"])
def test_choosing_never_leads_elsewhere(client: FlaskClient, target: str) -> None:
    answer = client.post("/darstellung", data={"darstellung": "dunkel", "next": target})
    assert answer.location == "/"
