"""Whether one may ask and answer now, and what a public question must not show. Pure functions."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from vergabe.errors import Violation
from vergabe.texts import gettext as _

LONGEST: Final = 10_000
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_PHONE: Final = re.compile(r"(?<!\d)(?:\+49|0)[\d\s/()-]{6,}\d")
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_LEGAL_FORMS: Final = frozenset(
    {"", "gmbh", "ggmbh", "ag", "kg", "kgaa", "ohg", "gbr", "ug", "mbh", "se", "eg", "co", "e", "k"}
    | {"v", "und", "der", "die", "das", "für", "haftungsbeschränkt"}
)


def reasons_against_asking(
    text: str, *, submission_deadline: dt.datetime | None, is_published: bool, now: dt.datetime
) -> list[Violation]:
    """Return why a question cannot be taken.

    After the deadline for questions one may still ask (the page says that an answer is not owed);
    after the submission deadline not any more. Instants aware UTC, the first that is too late.
    """
    reasons = _about_text(text, _("Frage"), "text")
    if not is_published or submission_deadline is None or now >= submission_deadline:
        reasons.append(
            Violation(
                "tender_closed",
                _(
                    "Fragen sind nicht mehr möglich: Die Angebotsfrist ist abgelaufen oder das "
                    "Verfahren ist beendet."
                ),
                law="§ 20 Abs. 3 VgV",
            )
        )
    return reasons


def is_timely(enquiries_deadline: dt.datetime | None, now: dt.datetime) -> bool:
    """Return whether a question came before the deadline for questions."""
    return enquiries_deadline is None or now < enquiries_deadline


def counts_as_timely(
    asked_at: dt.datetime, *, was_timely: bool, enquiries_deadline: dt.datetime | None
) -> bool:
    """Return whether a question came in time: by the deadline of then, or by one extended since."""
    return was_timely or is_timely(enquiries_deadline, asked_at)


def reasons_against_answering(
    question_text: str, answer_text: str, *, is_published: bool
) -> list[Violation]:
    """Return why an answer cannot be published."""
    reasons = _about_text(question_text, "Frage", "question_text")
    reasons += _about_text(answer_text, "Antwort", "text")
    if not is_published:
        reasons.append(
            Violation("tender_not_published", "Das Verfahren läuft nicht; es gibt keine Leser.")
        )
    return reasons


def traces_of_asker(
    text: str, *, names: Iterable[str], addresses: Iterable[str]
) -> list[Violation]:
    """Return what in a public text could show who asked: names, addresses, phone numbers.

    Answers go to all in the same words and must not betray anybody (§ 20 (3), § 5 VgV).
    """
    plain = _plain(text)
    found = [f"der Name „{name}“" for name in names if _is_named(name, text, plain)]
    found += [f"die Adresse „{address}“" for address in addresses if _plain(address) in plain]
    if _EMAIL.search(text):
        found.append("eine E-Mail-Adresse")
    if _PHONE.search(text):
        found.append("eine Telefonnummer")
    return [
        Violation(
            "asker_visible",
            f"Im öffentlichen Text steht noch {what}. Bitte formulieren Sie so, dass niemand "
            "erkennt, wer gefragt hat.",
            law="§ 5 Abs. 1 VgV",
            field="question_text",
        )
        for what in dict.fromkeys(found)
    ]


def _plain(text: str) -> str:
    """Return a text as far as names are compared: "Müller" and "MUELLER" are the same."""
    return unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)


def _is_named(name: str, text: str, plain: str) -> bool:
    """Return whether a name stands in a text: whole, by all its long words, or as an acronym."""
    words = [
        word
        for word in re.split(r"\W+", unicodedata.normalize("NFC", name))
        if word.casefold() not in _LEGAL_FORMS
    ]
    distinctive = [_plain(word) for word in words if len(word) > 3]
    if distinctive:
        return all(word in plain for word in distinctive)
    acronyms = [word for word in words if len(word) > 1 and word.isupper()]
    return any(re.search(rf"\b{re.escape(word)}\b", text) for word in acronyms)


def _about_text(text: str, what: str, field: str) -> list[Violation]:
    length = len(text.strip())
    if length < 5:
        return [
            Violation(
                "text_missing", _("Die %(what)s fehlt oder ist zu kurz.", what=what), field=field
            )
        ]
    if length > LONGEST:
        return [
            Violation(
                "text_too_long",
                _(
                    "Die %(what)s ist länger als %(most)s Zeichen. Bitte kürzen Sie sie.",
                    what=what,
                    most=LONGEST,
                ),
                field=field,
            )
        ]
    return []
