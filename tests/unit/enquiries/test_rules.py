import datetime as dt

import pytest

from vergabe.enquiries import rules

DEADLINE = dt.datetime(2026, 12, 15, 9, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


@pytest.mark.parametrize(
    ("now", "is_timely"),
    [(DEADLINE - SECOND, True), (DEADLINE, False), (DEADLINE + SECOND, False)],
)
def test_question_is_timely_until_the_second(now: dt.datetime, is_timely: bool) -> None:
    assert rules.is_timely(DEADLINE, now) is is_timely


def test_without_a_deadline_every_question_is_timely() -> None:
    assert rules.is_timely(None, DEADLINE)


@pytest.mark.parametrize(("now", "count"), [(DEADLINE - SECOND, 0), (DEADLINE, 1)])
def test_nothing_is_asked_after_the_submission_deadline(now: dt.datetime, count: int) -> None:
    found = rules.reasons_against_asking(
        "Gibt es Pläne?", submission_deadline=DEADLINE, is_published=True, now=now
    )
    assert [v.code for v in found] == ["tender_closed"] * count


@pytest.mark.parametrize("text", ["", "  ", "Was?", "x" * 10_001])
def test_question_has_a_text_of_a_length_that_can_be_read(text: str) -> None:
    found = rules.reasons_against_asking(
        text, submission_deadline=DEADLINE, is_published=True, now=DEADLINE - SECOND
    )
    assert [v.field for v in found] == ["text"]


def test_unpublished_tender_takes_no_question() -> None:
    for published, deadline in ((False, DEADLINE), (True, None)):
        found = rules.reasons_against_asking(
            "Gibt es Pläne?", submission_deadline=deadline, is_published=published, now=DEADLINE
        )
        assert [v.code for v in found] == ["tender_closed"]


def test_answer_names_both_texts() -> None:
    found = rules.reasons_against_answering("", " ", is_published=True)
    assert [v.field for v in found] == ["question_text", "text"]


@pytest.mark.parametrize(
    ("text", "is_visible"),
    [
        ("Wir von der Rheinischen Feuerwehrtechnik fragen", True),
        ("Wir, die Rheinische Feuerwehrtechnik GmbH, fragen", True),
        ("die RHEINISCHE Feuerwehrtechnik fragt", True),
        ("Feuerwehrtechnik ist wichtig", False),
        ("Schreiben Sie an info@firma.example", True),
        ("Rückruf unter 02421 / 123-456", True),
        ("Rückruf unter +49 2421 123456", True),
        ("DIN 14530-11, Ausgabe 2019-11", False),
        ("Seite 12, Position 3.4.10: 1.500 Stück", False),
        ("Lieferung bis 31.12.2026 um 10:00 Uhr", False),
        ("angebote@x.example", True),
    ],
)
def test_text_that_shows_who_asked_is_noticed(text: str, is_visible: bool) -> None:
    found = rules.traces_of_asker(
        text, names=["Rheinische Feuerwehrtechnik GmbH"], addresses=["angebote@x.example"]
    )
    assert bool(found) is is_visible, found
    assert all(v.law == "§ 5 Abs. 1 VgV" for v in found)


@pytest.mark.parametrize(
    ("name", "text", "is_visible"),
    [
        ("KSB SE & Co. KG", "Liefert KSB auch Pumpen?", True),
        ("KSB SE & Co. KG", "Liefert jemand auch Pumpen?", False),
        ("Bau AG", "Beginnt der Bau im Mai?", False),
        ("Sabine Bieter", "Viele Grüße, Sabine Bieter", True),
        ("", "Irgendetwas", False),
        ("Müller Tiefbau GmbH", "Darf Mueller Tiefbau das liefern?", True),
        ("Mueller Tiefbau GmbH", "Darf MÜLLER Tiefbau das liefern?", True),
        ("Groß und Söhne", "Gross & Soehne fragt", True),
        ("Müller Tiefbau GmbH", "Darf Mu\u0308ller Tiefbau das liefern?", True),
        ("GmbH & Co. KG", "Darf eine GmbH bieten?", False),
    ],
)
def test_short_names_are_noticed_where_they_are_names(
    name: str, text: str, is_visible: bool
) -> None:
    assert bool(rules.traces_of_asker(text, names=[name], addresses=[])) is is_visible
