"""The frame of every page: menu, counts, colours, cookies, weight, terms, glossary."""

import gzip
import re
from collections.abc import Callable

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, demands, messages
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.glossary.terms import terms
from vergabe.messages.service import Reader
from vergabe.web.assets import FOLDER

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

EVERY_ROLE = tuple(role for role in Role if role is not Role.SUPPLIER)
FIRST_LOAD_LIMIT_BYTES = 250_000
PUBLIC = (
    "/",
    "/bekanntmachungen",
    "/suche",
    "/suche?q=Tablet",
    "/glossar",
    "/recht",
    "/impressum",
    "/datenschutz",
    "/barrierefreiheit",
    "/gibt-es-nicht",
)


@pytest.mark.parametrize("path", PUBLIC)
def test_reading_sets_no_cookie(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == (404 if "nicht" in path else 200)
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/bekanntmachungen", "/anmelden", "/recht", "/glossar"])
def test_first_load_is_light(client: FlaskClient, path: str) -> None:
    assert len(gzip.compress(client.get(path).data)) < 12_000
    assert _first_load(client, path) < FIRST_LOAD_LIMIT_BYTES


def test_first_load_is_light_for_somebody_with_every_role(
    client: FlaskClient, session: Session
) -> None:
    user = access.person(session, access.organisation(session), *EVERY_ROLE)
    session.commit()
    access.log_in(client, user)
    for path in ("/start", "/bedarfe/einlesen", "/vergabeverfahren", "/postfach", "/verwaltung"):
        assert _first_load(client, path) < FIRST_LOAD_LIMIT_BYTES, path


def _first_load(client: FlaskClient, path: str) -> int:
    """Return the bytes of a page and of all it loads besides fonts, as they are sent."""
    answer = client.get(path)
    assert answer.status_code == 200
    files = re.findall(r'(?:src|href)="/static/([^"?]+)[^"]*"', answer.text)
    assert len(files) > 4
    sent = [name for name in files if not name.endswith(".woff2")]
    twins = [FOLDER / f"{name}.gz" for name in sent]
    return len(answer.data) + sum(
        (twin if twin.is_file() else FOLDER / name).stat().st_size
        for name, twin in zip(sent, twins, strict=True)
    )


def test_policy_is_strict_and_no_page_has_inline_code(client: FlaskClient) -> None:
    answer = client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", answer.text)


def test_menu_groups_what_somebody_with_every_role_may_do(
    client: FlaskClient, session: Session
) -> None:
    user = access.person(session, access.organisation(session), *EVERY_ROLE)
    session.commit()
    access.log_in(client, user)
    page = client.get("/satzungen").text
    menu = page.split('class="app-nav__list"')[1].split("</details>")[0]
    first_row = re.findall(r'<li>\s*<a class="app-nav__link"', menu)
    assert len(first_row) - len(re.findall(r'<li><a class="app-nav__link"', menu)) <= 8
    second = page.split('class="app-nav__second"')[1].split("</ul>")[0]
    assert re.search(r'href="/satzungen" aria-current="page"', second)
    assert re.search(r'href="/zusammenarbeit" aria-current="true">Zusammenarbeit', menu)


def test_counts_of_the_frame_take_one_statement_and_are_right(
    client: FlaskClient, session: Session, count_queries: Callable[[], int]
) -> None:
    cooperation = cooperations.dlz(session)
    town = session.get_one(Organisation, cooperation.lead_organisation_id)
    user = access.person(session, town, Role.RELEASER)
    for title in ("Helme", "Schläuche"):
        demands.demand(session, cooperation, town, stage="submitted", title=title)
    messages.message(session, Reader(organisation_id=town.id))
    session.commit()
    access.log_in(client, user)
    page = client.get("/konto").text
    assert re.search(r'Entscheidungen <span class="app-count__number">2</span>', page)
    assert re.search(r'Postfach <span class="app-count__number">1</span>', page)


def test_colours_follow_the_system_until_somebody_chooses(client: FlaskClient) -> None:
    assert "data-kern-theme" not in client.get("/").text
    answer = client.post("/darstellung", data={"darstellung": "dunkel", "next": "/glossar"})
    assert (answer.status_code, answer.location) == (303, "/glossar")
    page = client.get("/").text
    assert 'data-kern-theme="dark"' in page
    assert '<meta name="color-scheme" content="dark">' in page
    client.post("/darstellung", data={"darstellung": ""})
    assert "data-kern-theme" not in client.get("/").text


def test_paper_says_when_and_where_it_was_printed(client: FlaskClient) -> None:
    page = client.get("/glossar?q=Los").text
    assert re.search(r"Stand \d\d\.\d\d\.\d{4}, .* · http://localhost/glossar\?q=Los", page)


def test_terms_are_explained_in_both_languages() -> None:
    assert len(terms()) >= 80
    for entry in terms().values():
        assert entry.meaning_de.endswith("."), entry.key
        assert entry.meaning_en.endswith((".", '"')), entry.key
        assert len(entry.meaning_de) < 260, entry.key


def test_every_use_of_a_term_has_an_id_of_its_own(app: Flask) -> None:
    with app.test_request_context("/"):
        html = render_template_string(
            '{% from "macros/terms.html" import term %}{{ term("los") }} {{ term("los", "Lose") }}'
        )
    ids = re.findall(r'id="([^"]+)"', html)
    assert len(set(ids)) == 2
    assert re.findall(r'popovertarget="([^"]+)"', html) == ids
    assert "§ 97a Abs. 1 GWB" in html


def test_templates_name_only_terms_that_there_are(app: Flask) -> None:
    folder = FOLDER.parent / "templates"
    used = {
        key
        for file in folder.rglob("*.html")
        for key in re.findall(r'\bterm\("([a-z_]+)"', file.read_text(encoding="utf-8"))
    }
    assert used
    assert used <= set(terms())


def test_glossary_finds_a_word_in_german_and_english(client: FlaskClient) -> None:
    page = client.get("/glossar?q=lot").text
    assert 'id="los"' in page
    assert 'id="zuschlag"' not in page
    assert "noch nicht" in client.get("/glossar?q=Quatschwort").text
