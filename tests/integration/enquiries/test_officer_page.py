"""The page of questions of the officer: due when, begun by whom, answered before."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import access, cooperations
from tests.factories import tenders as factory
from tests.integration.tenders.test_forms import token_of
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.enquiries import drafts, queries, service
from vergabe.enquiries.model import AnswerDraft, Enquiry
from vergabe.enquiries.service import Asker
from vergabe.enquiries.similar import Earlier, similar
from vergabe.errors import InvalidInput, NotFound, Refused, Stale
from vergabe.tenders.model import Tender


def ask(session: Session, tender: Tender, text: str) -> Enquiry:
    firm = access.supplier(session)
    return service.ask(session, tender, Asker(organisation_id=firm.id), text, now=clock.now())


def officer(session: Session, tender: Tender) -> Actor:
    return factory.officer(session, tender)


def test_a_draft_is_kept_gone_on_with_and_gone_with_the_answer(
    session: Session, tender: Tender
) -> None:
    enquiry, actor = (
        ask(session, tender, "Genügt eine Anmeldung am Vortag?"),
        officer(session, tender),
    )
    draft = drafts.save_draft(
        session, actor, tender.id, [enquiry.id], question_text="Genügt", text="", now=clock.now()
    )
    seen = draft.version
    again = drafts.save_draft(
        session,
        actor,
        tender.id,
        [enquiry.id],
        question_text="Genügt der Vortag?",
        text="Ja.",
        draft_id=draft.id,
        version=seen,
        now=clock.now(),
    )
    assert again.id == draft.id
    with pytest.raises(Stale, match=actor.name):
        drafts.save_draft(
            session,
            actor,
            tender.id,
            [enquiry.id],
            question_text="Andere",
            text="",
            draft_id=draft.id,
            version=seen,
            now=clock.now(),
        )
    assert not queries.published_answers(session, tender.id), "nothing became public"
    service.answer(
        session,
        actor,
        tender.id,
        [enquiry.id],
        question_text="Genügt der Vortag?",
        text="Ja, bis 12 Uhr.",
        now=clock.now(),
    )
    assert drafts.drafts_of(session, tender.id) == []
    with pytest.raises(Refused, match="schon beantwortet: von"):
        drafts.save_draft(
            session, actor, tender.id, [enquiry.id], question_text="x", text="y", now=clock.now()
        )


def test_foreign_drafts_and_questions_do_not_exist(session: Session, tender: Tender) -> None:
    enquiry, actor = (
        ask(session, tender, "Genügt eine Anmeldung am Vortag?"),
        officer(session, tender),
    )
    with pytest.raises(NotFound):
        drafts.save_draft(
            session, actor, tender.id, [tender.id], question_text="Frage", text="", now=clock.now()
        )
    with pytest.raises(InvalidInput):
        drafts.save_draft(
            session, actor, tender.id, [enquiry.id], question_text=" ", text="", now=clock.now()
        )
    with pytest.raises(NotFound):
        drafts.draft_of(session, tender.id, enquiry.id)


def test_similar_questions_are_found_by_their_words() -> None:
    earlier = [
        Earlier("A-1", "Darf das Papier auf halben Paletten geliefert werden?", "Ja."),
        Earlier("A-2", "Welche Farbe haben die Helme?", "Weiß."),
    ]
    found = similar("Sind Lieferungen auf halben Paletten möglich?", earlier)
    assert [one.where for one in found] == ["A-1"]
    assert similar("Und?", earlier) == []


def test_the_page_keeps_what_was_typed_and_saves_a_draft(
    session: Session, client: FlaskClient, tender: Tender
) -> None:
    enquiry = ask(session, tender, "Wann kommt das Amt für Technik aus Köln? frage@firma.example")
    user = access.person(session, cooperations.town(session, "Merzenich"), Role.PROCUREMENT_OFFICER)
    session.commit()
    access.log_in(client, user)
    path = f"/vergabeverfahren/{tender.id}/fragen"
    page = client.get(path).get_data(as_text=True)
    assert "Antworten sollten bis" in page
    assert "eine E-Mail-Adresse" in page, "what shows the asker is named before anybody answers"
    form = {"csrf_token": token_of(page), "enquiry_ids": str(enquiry.id), "question_text": "Wann?"}
    wrong = client.post(path, data=form | {"text": "x"})
    assert wrong.status_code == 422
    assert ">\nx</textarea>" in wrong.get_data(as_text=True)
    for bad in ({"enquiry_ids": "kein"}, {"draft_version": "alt"}, {"text": "j" * 20_000}):
        answer = client.post(path, data=form | {"text": "Am Montag.", "save": ""} | bad)
        assert answer.status_code in (400, 404, 422), bad
    saved = client.post(path, data=form | {"text": "Am <Montag>.", "save": ""})
    assert saved.status_code == 303
    (draft,) = session.query(AnswerDraft)
    page = client.get(saved.headers["Location"]).get_data(as_text=True)
    assert "Entwurf weiterschreiben" in page
    assert "Am &lt;Montag&gt;." in page
    drop = f"{path}/entwurf/{draft.id}/verwerfen"
    for _ in range(2):
        assert client.post(drop, data={"csrf_token": form["csrf_token"]}).status_code == 303
    assert client.get(f"{path}?entwurf=unsinn&frage=auch").status_code == 200
