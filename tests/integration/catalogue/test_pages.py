"""The public search as a page, as a feed, as JSON, and for search engines; with bad input."""

import base64
import datetime as dt
import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import tenders
from tests.factories.catalogue import NOW, enter, listed
from vergabe.files import current

SEARCH = "/bekanntmachungen"
LINK = re.compile(r'href="(/bekanntmachungen\?[^"]*)"')


def links(page: str) -> list[str]:
    return [link.replace("&amp;", "&") for link in LINK.findall(page)]


def test_own_and_others_stand_in_one_list_and_the_source_tells_them_apart(
    client: FlaskClient, session: Session
) -> None:
    own = tenders.published(session, current.store())
    enter(session, listed(title="Sportboden"))
    page = client.get(SEARCH).text

    assert own.title in page
    assert f'href="/bekanntmachungen/{own.reference}"' in page
    assert "Sportboden" in page
    ours = client.get(f"{SEARCH}?quelle=own").text
    assert own.title in ours
    assert "Sportboden" not in ours


def test_every_link_of_the_page_leads_to_an_answer(client: FlaskClient, session: Session) -> None:
    enter(
        session,
        listed(nuts=["DEA26"], value_net_cents=70_000_00),
        listed(title="Schulmöbel & mehr", cpv=["39160000"], buyer_names=["Kreis „A & B“"]),
        *(listed(title=f"Zaun {n}", buyer_names=[f"Amt {n}"]) for n in range(30)),
    )
    for start in (SEARCH, f"{SEARCH}?q=zaun&region=DEA&cpv=34&stand=offen&lang=en"):
        for link in dict.fromkeys(links(client.get(start).text)):
            assert client.get(link).status_code == 200, link


def test_what_is_chosen_stays_in_the_form_and_can_be_taken_away(
    client: FlaskClient, session: Session
) -> None:
    enter(session, listed())
    page = client.get(f"{SEARCH}?q=fahrzeug&region=DEA26&frist_bis=2027-01-31").text

    assert '<input type="hidden" name="region" value="DEA26">' in page
    assert 'value="2027-01-31"' in page
    assert "/bekanntmachungen?q=fahrzeug&frist_bis=2027-01-31" in links(page)
    assert "1 Treffer" in page


def test_a_reference_leads_straight_to_its_procedure(client: FlaskClient, session: Session) -> None:
    own = tenders.published(session, current.store())
    session.commit()

    answer = client.get(SEARCH, query_string={"q": f" {own.reference.lower()} ", "lang": "en"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/bekanntmachungen/{own.reference}?lang=en"


def test_addresses_of_the_search_in_others_notices_lead_to_the_one_search(
    client: FlaskClient, session: Session
) -> None:
    answer = client.get("/bekanntmachungen/andere?q=strom&cpv=3112&stand=open&cursor=x")

    assert answer.status_code == 301
    assert answer.headers["Location"] == "/bekanntmachungen?q=strom&cpv=3112&stand=open"
    assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"q": "x" * 10_000},
        {"q": "\x00"},
        {"q": "%_' OR 1=1 --"},
        {"q": "&amp;amp;<b>"},
        {"cpv": ["xyz", "00000000", "9" * 500]},
        {"region": ["'%", "DE\u0308A", "ZZZZZ", "DE"]},
        {"stand": ["offen", "nichts"], "frist": "-1", "wert": "NaN", "art": "<script>"},
        {"auftraggeber": ["\ufeff", "nie gehört" * 400]},
        {"quelle": "nie gehört", "ordnung": "zufall", "gemeinsam": "vielleicht"},
        {"lang": "xx", "seite": "5"},
        {"region": [f"DE{n}" for n in range(300)]},
    ],
)
def test_odd_addresses_are_answered(
    client: FlaskClient, session: Session, query: dict[str, str | list[str]]
) -> None:
    enter(session, listed())

    assert client.get(SEARCH, query_string=query).status_code == 200
    assert client.get(f"{SEARCH}/atom.xml", query_string=query).status_code == 200


def test_a_wrong_day_is_told_at_its_field_and_stays(client: FlaskClient, session: Session) -> None:
    enter(session, listed())
    answer = client.get(f"{SEARCH}?frist_ab=morgen&q=fahrzeug")

    assert answer.status_code == 422
    assert "Das ist kein Tag" in answer.text
    assert 'value="morgen"' in answer.text
    assert "Löschfahrzeugs" in answer.text


@pytest.mark.parametrize(
    "key", ["", "x", "n", "nx", "n--1", "f5", "n" + "9" * 40, "n-9223372036854775808"]
)
def test_a_forged_cursor_is_refused_in_german_or_harmless(
    client: FlaskClient, session: Session, key: str
) -> None:
    enter(session, listed())
    cursor = base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")
    answer = client.get(SEARCH, query_string={"cursor": cursor})

    assert answer.status_code in (200, 422)
    if answer.status_code == 422:
        assert "Blätteradresse" in answer.text


def test_the_page_is_there_in_english_with_names_of_codes(
    client: FlaskClient, session: Session
) -> None:
    enter(session, listed())
    page = client.get(f"{SEARCH}?lang=en&cpv=34").text

    assert "Transport equipment" in page
    facets = re.findall(r'href="([^"]+)" rel="nofollow"', page)
    assert facets
    assert all("lang=en" in link for link in facets)


def test_search_engines_index_procedures_but_no_filtered_lists(
    client: FlaskClient, session: Session
) -> None:
    own = tenders.published(session, current.store())
    enter(session, listed())

    assert "noindex" not in client.get(SEARCH).text
    assert 'content="noindex, follow"' in client.get(f"{SEARCH}?cpv=34").text
    page = client.get(f"/bekanntmachungen/{own.reference}").text
    assert "noindex" not in page
    assert page.count('rel="canonical"') == 1
    assert 'property="og:title"' in page
    assert 'itemtype="https://schema.org/Demand"' in page
    described = re.search(r'<meta name="description" content="([^"]+)"', page)
    assert described is not None
    assert len(described[1]) <= 200


def test_the_site_map_names_every_procedure_with_its_change(
    client: FlaskClient, session: Session
) -> None:
    gone, kept = listed(), listed()
    enter(session, gone, kept)
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    index = ElementTree.fromstring(client.get("/sitemap.xml").data)
    found = []
    for part in index.findall("s:sitemap/s:loc", space):
        path = str(part.text).removeprefix("http://localhost")
        answer = client.get(path)
        assert answer.status_code == 200
        found += ElementTree.fromstring(answer.data).findall("s:url/s:loc", space)
        again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304

    assert f"http://localhost{kept.path}" in [loc.text for loc in found]
    assert client.get("/sitemap-4711.xml").status_code == 404
    assert "Sitemap: http://localhost/sitemap.xml" in client.get("/robots.txt").text


@pytest.mark.parametrize(
    "path",
    [SEARCH, f"{SEARCH}?cpv=34", f"{SEARCH}/atom.xml", "/sitemap.xml", "/robots.txt"],
)
def test_no_cookie_is_set(client: FlaskClient, session: Session, path: str) -> None:
    enter(session, listed())

    assert "Set-Cookie" not in client.get(path).headers


def test_a_procedure_sets_no_cookie(client: FlaskClient, session: Session) -> None:
    own = tenders.published(session, current.store())
    session.commit()

    assert "Set-Cookie" not in client.get(f"/bekanntmachungen/{own.reference}").headers


def test_the_feed_repeats_the_search_and_can_be_asked_for_news_only(
    client: FlaskClient, session: Session
) -> None:
    enter(session, listed(), listed(title="Schulmöbel", cpv=["39160000"]))
    answer = client.get(f"{SEARCH}/atom.xml?cpv=39")
    atom = {"a": "http://www.w3.org/2005/Atom"}
    feed = ElementTree.fromstring(answer.data)

    assert [entry.text for entry in feed.findall("a:entry/a:title", atom)] == ["Schulmöbel"]
    tag = answer.headers["ETag"]
    again = client.get(f"{SEARCH}/atom.xml?cpv=39", headers={"If-None-Match": tag})
    assert again.status_code == 304


def test_json_gives_hits_and_counts(client: FlaskClient, session: Session) -> None:
    enter(session, listed(), listed(title="Schulmöbel", cpv=["39160000"], nuts=["DEB1C"]))
    found = client.get("/api/v1/search?cpv=39&cpv=34&region=DEB").get_json()

    assert found["total"] == 1
    assert found["items"][0]["title"] == "Schulmöbel"
    assert found["counts"]["regions"]["DEA"] == 1
    assert client.get("/api/v1/search?state=nichts").status_code == 422
    assert client.get("/api/v1/search?cpv=x").status_code == 422
    bare = client.get("/api/v1/search?with_counts=false").get_json()
    assert bare["counts"] == {}


def test_a_page_of_hits_costs_as_many_statements_for_many_as_for_few(
    app: Flask, client: FlaskClient, session: Session, count_queries: Callable[[], int]
) -> None:
    enter(session, *(listed() for _ in range(30)))
    client.get(SEARCH)
    count_queries()
    client.get(SEARCH)
    few = count_queries()
    enter(session, *(listed() for _ in range(400)))
    client.get(SEARCH)
    count_queries()
    client.get(SEARCH)

    assert count_queries() == few


def test_what_is_over_since_the_last_look_says_so(
    client: FlaskClient, session: Session, moving_clock: MovableClock
) -> None:
    enter(session, listed(deadline=NOW + dt.timedelta(hours=1)))
    moving_clock.at(NOW)
    assert ">offen<" in re.sub(r"\s+", "", client.get(SEARCH).text)

    moving_clock.at(NOW + dt.timedelta(hours=1))
    assert "Fristabgelaufen" in re.sub(r"\s+", "", client.get(SEARCH).text)
