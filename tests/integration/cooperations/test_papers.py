"""Papers that are not public: every way to them is closed to others, and who opens one is noted."""

import datetime as dt
import io
import re
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from tests.browser_forms import forms_of
from tests.conftest import NOON, MovableClock
from tests.factories import access
from tests.factories import cooperations as factory
from vergabe import clock
from vergabe.access import queries as access_queries
from vergabe.access.actor import Actor
from vergabe.access.model import User
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.cooperations import papers, resolution_documents, resolutions
from vergabe.cooperations.confidentiality import Classification, PaperKind
from vergabe.cooperations.documents import Upload
from vergabe.cooperations.entries import ResolutionEntry
from vergabe.cooperations.model import Cooperation, PaperOpening, Resolution, ResolutionPaper
from vergabe.cooperations.papers import PaperEntry
from vergabe.cooperations.rules import LegalForm, Subject
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused
from vergabe.files import current
from vergabe.messages.model import Message
from vergabe.records import plain
from vergabe.web.idempotency import StoredAnswer

pytestmark = pytest.mark.usefixtures("moving_clock")
API = "/api/v1/cooperations/dlz/resolutions"
PAGES = "/zusammenarbeit/dlz/beschluesse"
# Every text of the closed session that must never be seen elsewhere.
SECRET = "Geheimsache"


@pytest.fixture
def cooperation(session: Session, moving_clock: MovableClock) -> Cooperation:
    return factory.dlz(session)


@pytest.fixture
def secret(session: Session, cooperation: Cooperation) -> Resolution:
    """A resolution that Kerpen took in closed session, everything in it secret, with its paper."""
    actor = access.actor(session, factory.town(session, "Kerpen"), Role.COORDINATOR)
    entry = ResolutionEntry(
        Subject.JOINING,
        "Rat",
        dt.date(2026, 11, 5),
        is_adopted=True,
        item_number="N 3",
        wording=f"{SECRET} Wortlaut",
        conditions=f"{SECRET} Bedingung",
        matter=f"{SECRET} Gegenstand",
        basis=f"{SECRET} Grundlage",
        legal_form=LegalForm.ASSOCIATION,
        yes_votes=17,
        no_votes=4,
        limit_net_cents=987_654_32,
        is_public=False,
    )
    return resolutions.record_resolution(
        session,
        actor,
        cooperation.id,
        entry,
        upload=_upload(f"{SECRET} Vorlage.pdf", SECRET.encode()),
        paper=PaperEntry(PaperKind.PAPER),
        now=clock.now(),
    )


def _upload(name: str = "Auszug.pdf", content: bytes = b"%PDF") -> Upload:
    return Upload(name, io.BytesIO(content), current.store())


def _person(session: Session, town: str, *roles: Role) -> User:
    return access.person(session, factory.town(session, town), *(roles or [Role.COORDINATOR]))


def _token(session: Session, town: str, *roles: Role) -> dict[str, str]:
    return access.bearer(session, _person(session, town, *roles), factory.town(session, town))


def _actor(session: Session, town: str, *roles: Role) -> Actor:
    return access.actor(session, factory.town(session, town), *(roles or [Role.COORDINATOR]))


def _log_in(client: FlaskClient, session: Session, town: str, *roles: Role) -> None:
    user = _person(session, town, *roles)
    session.commit()
    access.log_in(client, user)


def _csrf(client: FlaskClient) -> str:
    text = client.get("/zusammenarbeit/dlz/beschluesse/neu").get_data(as_text=True)
    return text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def _tells(text: str) -> bool:
    return SECRET in text or "987.654" in text or "98765432" in text or "association" in text


def test_paper_of_a_closed_session_stays_with_its_town_unless_told_otherwise(
    session: Session, secret: Resolution
) -> None:
    (paper,) = secret.papers
    assert paper.classification == Classification.OWN
    assert papers.readable(_actor(session, "Kerpen", Role.REQUESTER), secret) == [paper]
    assert papers.readable(_actor(session, "Jülich", *Role), secret) == []


def test_nothing_of_it_is_in_any_page_of_another_member(
    client: FlaskClient, session: Session, cooperation: Cooperation, secret: Resolution
) -> None:
    _log_in(client, session, "Jülich", *[role for role in Role if role is not Role.SUPPLIER])
    for address in (
        "/zusammenarbeit/dlz",
        PAGES,
        f"{PAGES}/nachweis?gegenstand=joining",
        f"{PAGES}/{secret.id}/auszug",
        "/postfach",
        "/start",
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert not _tells(answer.get_data(as_text=True)), address
    extract = client.get(f"{PAGES}/{secret.id}/auszug").get_data(as_text=True)
    for expected in ("Kerpen", "05.11.2026", "N 3", "zugestimmt", "nichtöffentlich"):
        assert expected in extract
    assert client.get(f"{PAGES}/{secret.id}/auszug.pdf").get_data().startswith(b"%PDF")


def test_nothing_of_it_is_in_the_api_of_another_member(
    client: FlaskClient, session: Session, cooperation: Cooperation, secret: Resolution
) -> None:
    headers = _token(session, "Merzenich", *[role for role in Role if role is not Role.SUPPLIER])
    for address in (
        "/api/v1/cooperations/dlz",
        "/api/v1/cooperations/dlz/gates",
        API,
        f"{API}/proof?subject=joining",
    ):
        answer = client.get(address, headers=headers)
        assert answer.status_code == 200, address
        assert not _tells(answer.get_data(as_text=True)), address
    assert client.get(f"{API}/{secret.id}", headers=headers).status_code == 404
    assert client.get(f"{API}/{secret.id}/document", headers=headers).status_code == 404
    assert client.get(f"{API}/{secret.id}/extract.pdf", headers=headers).status_code == 200


def test_refusal_says_no_more_than_that_there_is_nothing(
    client: FlaskClient, session: Session, cooperation: Cooperation, secret: Resolution
) -> None:
    headers = _token(session, "Jülich")
    paper, nothing = secret.papers[0].id, uuid.uuid4()

    def answers(resolution_id: uuid.UUID, paper_id: uuid.UUID) -> list[tuple[int, Any]]:
        one = f"{API}/{resolution_id}/papers/{paper_id}"
        change = {"classification": "public", "reason": "x"}
        found = [
            client.get(one, headers=headers),
            client.post(f"{one}/openings", headers=headers),
            client.get(f"{one}/openings", headers=headers),
        ]
        told = []
        for answer in found:
            problem = answer.get_json()
            problem.pop("instance", None)
            told.append((answer.status_code, problem))
        changed = client.post(f"{one}/classification", json=change, headers=headers)
        return [*told, (changed.status_code, changed.get_json()["detail"])]

    real, invented = answers(secret.id, paper), answers(nothing, nothing)
    assert real == invented
    assert {status for status, _ in real} == {404}
    assert session.scalars(select(PaperOpening)).all() == []


def test_shared_record_and_messages_say_nothing_of_it(
    session: Session, cooperation: Cooperation, secret: Resolution
) -> None:
    actor = _actor(session, "Kerpen")
    paper = secret.papers[0]
    papers.classify(
        session,
        actor,
        cooperation.id,
        secret.id,
        paper.id,
        Classification.ROLES,
        roles=frozenset({Role.COORDINATOR}),
        reason=f"{SECRET} enthalten",
        now=NOON,
    )
    resolutions.revoke_resolution(
        session,
        actor,
        cooperation.id,
        secret.id,
        revoked_on=clock.berlin_day(clock.now()),
        reason=f"{SECRET} war zu teuer",
        now=NOON,
    )
    shared = audit.entries(session, f"cooperation:{cooperation.id}")
    assert [entry.action for entry in shared] == [
        "resolution_recorded",
        "paper_classified",
        "resolution_revoked",
    ]
    for entry in shared:
        assert not _tells(f"{entry.summary} {entry.reason} {entry.details}")
    own = audit.entries(session, f"organisation:{secret.organisation_id}")
    assert [entry.reason for entry in own] == [f"{SECRET} enthalten", f"{SECRET} war zu teuer"]
    for message in session.scalars(select(Message)):
        assert not _tells(f"{message.subject} {message.body}")
    assert not _tells(repr(resolution_documents.extract_facts(secret)))


def test_opening_is_written_down_for_auditor_and_coordinator(
    client: FlaskClient, session: Session, cooperation: Cooperation, secret: Resolution
) -> None:
    _log_in(client, session, "Kerpen", Role.PROCUREMENT_OFFICER)
    one = f"{PAGES}/{secret.id}/unterlagen/{secret.papers[0].id}"
    assert client.get(one).status_code == 409  # a link alone hands nothing out
    answer = client.post(f"{one}/oeffnen", data={"csrf_token": _csrf(client)})
    assert answer.get_data() == SECRET.encode()
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client.get(f"{one}/zugriffe").status_code == 403
    (opening,) = session.scalars(select(PaperOpening))
    assert (opening.person_name, opening.organisation_name) == ("Erika Muster", "Kerpen")
    for role in (Role.AUDITOR, Role.COORDINATOR):
        headers = _token(session, "Kerpen", role)
        log = client.get(
            f"{API}/{secret.id}/papers/{secret.papers[0].id}/openings", headers=headers
        )
        assert [item["person_name"] for item in log.get_json()["items"]] == ["Erika Muster"]
    reader = client.application.test_client()
    _log_in(reader, session, "Kerpen", Role.AUDITOR)
    assert "Erika Muster" in reader.get(f"{one}/zugriffe").get_data(as_text=True)


def test_page_of_a_resolution_offers_what_the_reader_may_do(
    client: FlaskClient, session: Session, cooperation: Cooperation, secret: Resolution
) -> None:
    _log_in(client, session, "Kerpen", Role.COORDINATOR)
    page = client.get(f"{PAGES}/{secret.id}").get_data(as_text=True)
    assert f"{SECRET} Wortlaut" in page
    assert "oeffnen" in page
    assert "zugriffe" in page
    assert "17 Ja, 4 Nein" in page


def test_log_can_neither_be_changed_nor_emptied(
    session: Session, cooperation: Cooperation, secret: Resolution
) -> None:
    actor = _actor(session, "Kerpen")
    paper = secret.papers[0]
    papers.open_paper(session, actor, cooperation.id, secret.id, paper.id, now=NOON)
    for statement in (update(PaperOpening).values(person_name="Niemand"), delete(PaperOpening)):
        with pytest.raises(DatabaseError, match="append only"), session.begin_nested():
            session.execute(statement)
    assert len(papers.openings(session, actor, cooperation.id, secret.id, paper.id)) == 1
    officer = _actor(session, "Kerpen", Role.PROCUREMENT_OFFICER)
    with pytest.raises(Forbidden):
        papers.openings(session, officer, cooperation.id, secret.id, paper.id)
    with pytest.raises(NotFound):
        papers.openings(session, _actor(session, "Jülich"), cooperation.id, secret.id, paper.id)


def test_repeated_opening_by_key_is_noted_each_time_and_kept_nowhere(
    client: FlaskClient, session: Session, cooperation: Cooperation, secret: Resolution
) -> None:
    headers = _token(session, "Kerpen") | {"Idempotency-Key": "einmal"}
    url = f"{API}/{secret.id}/papers/{secret.papers[0].id}/openings"
    for _ in range(2):
        assert client.post(url, headers=headers).get_data() == SECRET.encode()
    assert len(session.scalars(select(PaperOpening)).all()) == 2
    assert session.scalars(select(StoredAnswer)).all() == []


def test_extract_for_all_members_is_opened_by_them_and_noted(
    client: FlaskClient, session: Session, cooperation: Cooperation, secret: Resolution
) -> None:
    actor = _actor(session, "Kerpen")
    entry = PaperEntry(PaperKind.EXTRACT, Classification.MEMBERS)
    shared = papers.add_paper(session, actor, cooperation.id, secret.id, entry, _upload(), now=NOON)
    _log_in(client, session, "Jülich")
    page = client.get(f"{PAGES}/{secret.id}/auszug").get_data(as_text=True)
    assert "Auszug.pdf" in page
    assert SECRET not in page
    one = f"{PAGES}/{secret.id}/unterlagen/{shared.id}"
    answer = client.post(f"{one}/oeffnen", data={"csrf_token": _csrf(client)})
    assert answer.get_data() == b"%PDF"
    (opening,) = papers.openings(session, actor, cooperation.id, secret.id, shared.id)
    assert opening.organisation_name == "Jülich"


def test_paper_for_some_roles_is_closed_to_the_others_of_the_town(
    session: Session, cooperation: Cooperation, secret: Resolution
) -> None:
    author = _actor(session, "Kerpen", Role.PROCUREMENT_OFFICER)
    entry = PaperEntry(PaperKind.MINUTES, Classification.ROLES, frozenset({Role.COORDINATOR}))
    paper = papers.add_paper(session, author, cooperation.id, secret.id, entry, _upload(), now=NOON)

    def opens(actor: Actor) -> bool:
        return paper in papers.readable(actor, secret)

    assert opens(author)
    assert opens(_actor(session, "Kerpen", Role.COORDINATOR))
    assert opens(_actor(session, "Kerpen", Role.AUDITOR))
    assert not opens(_actor(session, "Kerpen", Role.RELEASER))
    elsewhere = factory.dlz(session, ("Kerpen", "Inden"), key="x", reference_prefix="XX")
    user = access.person(
        session,
        factory.town(session, "Kerpen"),
        Role.COORDINATOR,
        cooperation_id=elsewhere.id,
    )
    of_another = access_queries.actor_for(session, user, secret.organisation_id, now=NOON)
    assert not opens(of_another)


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (PaperEntry(PaperKind.PAPER, Classification.PUBLIC), "classification"),
        (PaperEntry(PaperKind.MINUTES, Classification.MEMBERS), "classification"),
        (PaperEntry(PaperKind.OTHER, Classification.ROLES), "roles"),
        (PaperEntry(PaperKind.OTHER, Classification.OWN, frozenset({Role.AUDITOR})), "roles"),
    ],
)
def test_class_that_does_not_fit_a_closed_session_is_refused(
    session: Session, cooperation: Cooperation, secret: Resolution, entry: PaperEntry, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        papers.add_paper(
            session,
            _actor(session, "Kerpen"),
            cooperation.id,
            secret.id,
            entry,
            _upload(content=b"neu"),
            now=NOON,
        )
    assert caught.value.violations[0].field == field
    assert len(session.scalars(select(ResolutionPaper)).all()) == 1


def test_public_paper_needs_no_log(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    headers = _token(session, "Kerpen")
    own = session.scalars(
        select(Resolution).where(Resolution.organisation_id == factory.town(session, "Kerpen").id)
    ).one()
    part = {"document": (io.BytesIO(b"%PDF-x"), "Auszug.pdf"), "kind": "extract"}
    added = client.post(f"{API}/{own.id}/papers", data=part, headers=headers)
    (paper,) = added.get_json()["papers"]
    assert paper["classification"] == "public"
    reader = _token(session, "Jülich", Role.REQUESTER)
    url = f"{API}/{own.id}/papers/{paper['id']}"
    assert client.get(url, headers=reader).get_data() == b"%PDF-x"
    assert client.post(f"{url}/openings", headers=reader).get_data() == b"%PDF-x"
    assert session.scalars(select(PaperOpening)).all() == []
    closed = {"classification": "own", "reason": "Doch nicht öffentlich"}
    changed = client.post(f"{url}/classification", json=closed, headers=headers)
    assert changed.get_json()["papers"][0]["classification"] == "own"
    assert client.get(url, headers=reader).status_code == 404
    assert client.get(url, headers=headers).status_code == 409


@pytest.mark.parametrize(
    "part",
    [
        {"kind": "novel"},
        {"classification": "secret"},
        {"classification": "roles"},
        {"classification": "roles", "roles": "king"},
        {"colour": "red"},
    ],
)
def test_api_refuses_bad_paper(
    client: FlaskClient, session: Session, cooperation: Cooperation, secret: Resolution, part: Any
) -> None:
    headers = _token(session, "Kerpen")
    data = {"document": (io.BytesIO(b"%PDF-x"), "Auszug.pdf")} | part
    assert client.post(f"{API}/{secret.id}/papers", data=data, headers=headers).status_code == 422


def test_form_of_papers_survives_bad_input(
    client: FlaskClient, session: Session, cooperation: Cooperation, secret: Resolution
) -> None:
    _log_in(client, session, "Kerpen", Role.COORDINATOR)
    token = {"csrf_token": _csrf(client)}
    page = f"{PAGES}/{secret.id}"
    one = f"{page}/unterlagen/{secret.papers[0].id}"
    for url, form, words in (
        (f"{page}/unterlagen", {}, "Wählen Sie eine Datei aus"),
        (f"{page}/unterlagen", {"paper_kind": "novel"}, "was es für ein Dokument ist"),
        (f"{page}/unterlagen", {"classification": "x"}, "wer es lesen darf"),
        (f"{one}/klasse", {"classification": "public", "reason": "x"}, "nur ein Beschlussauszug"),
        (f"{one}/klasse", {"classification": "own"}, "Nennen Sie den Grund"),
        (f"{one}/klasse", {"classification": "roles", "reason": "x" * 3000}, "erlaubt sind 2.000"),
        (f"{one}/klasse", {"reason": "\x00"}, "Wählen Sie, wer es lesen darf"),
    ):
        answer = client.post(url, data=form | token, content_type="multipart/form-data")
        assert answer.status_code == 422, (url, form)
        assert words in answer.get_data(as_text=True)
    typed = {"classification": "roles", "roles": "releaser", "reason": "x" * 3000}
    answer = client.post(f"{one}/klasse", data=typed | token)
    shown = {form.action: form.data for form in forms_of(answer.get_data(as_text=True))}
    assert {name: shown[f"{one}/klasse"][name] for name in typed} == typed
    assert shown[f"{page}/aufhebung"]["reason"] == ""
    good = {"classification": "roles", "roles": ["releaser", "nix"], "reason": "Enger"}
    assert client.post(f"{one}/klasse", data=good | token).status_code == 303
    session.expire_all()
    assert secret.papers[0].roles == ["releaser"]


def test_two_officers_add_the_same_paper_and_there_is_one(
    session: Session, cooperation: Cooperation, secret: Resolution
) -> None:
    for _ in range(2):
        papers.add_paper(
            session,
            _actor(session, "Kerpen"),
            cooperation.id,
            secret.id,
            PaperEntry(PaperKind.MINUTES),
            _upload(content=b"gleich"),
            now=NOON,
        )
    assert len(secret.papers) == 2


def test_public_paper_is_refused_by_link_alone_where_opening_is_noted(
    session: Session, cooperation: Cooperation, secret: Resolution
) -> None:
    with pytest.raises(Refused, match="nicht öffentlich"):
        papers.public_paper(
            session,
            _actor(session, "Kerpen"),
            cooperation.id,
            secret.id,
            secret.papers[0].id,
        )


def test_no_column_of_a_closed_session_reaches_the_exported_file(
    session: Session, cooperation: Cooperation, secret: Resolution
) -> None:
    told = plain.resolution(_actor(session, "Jülich"), secret)
    assert not _tells(repr(told))
    assert not re.search(r"votes|unanimous|reason", " ".join(told))
    assert told["papers"] == []
    own = plain.resolution(_actor(session, "Kerpen"), secret)
    assert own["papers"][0]["file_name"] == f"{SECRET} Vorlage.pdf"
