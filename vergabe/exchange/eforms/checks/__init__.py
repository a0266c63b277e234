"""Our own checks of a notice, in German: what law wants, and most of what official rules want.

They need no SDK, so most mistakes are found at once, while somebody still writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from vergabe.errors import InvalidInput
from vergabe.exchange.eforms.checks import (
    changes,
    contacts,
    criteria,
    deadlines,
    documents,
    identity,
    law,
    lots,
    parties,
    presence,
    procedure,
    results,
    results_web,
    terms,
    texts,
)
from vergabe.exchange.eforms.checks.own_rules import Breach, Rule, Setting, names
from vergabe.exchange.eforms.findings import official_rules
from vergabe.exchange.eforms.findings.subjects import lot_text, quoted
from vergabe.exchange.eforms.notice import SUBTYPES, Notice
from vergabe.exchange.eforms.writing.parties import Parties
from vergabe.exchange.findings import APPLICATION_ERROR, Finding

RULES: Final[tuple[Rule, ...]] = (
    *identity.RULES,
    *presence.RULES,
    *law.RULES,
    *parties.RULES,
    *contacts.RULES,
    *procedure.RULES,
    *lots.RULES,
    *terms.RULES,
    *criteria.RULES,
    *documents.RULES,
    *deadlines.RULES,
    *results.RULES,
    *results_web.RULES,
    *changes.RULES,
    *texts.RULES,
)
_BY_KEY: Final = {rule.key: rule for rule in RULES}


def findings(
    notice: Notice, *, setting: Setting | None = None, rules: Sequence[Rule] = RULES
) -> list[Finding]:
    """Return what our own checks find in a notice, in the order of the table; nothing is folded.

    A notice of a subtype that the product does not write is not checked: none is found.
    """
    if notice.subtype not in SUBTYPES:
        return []
    known = setting or Setting()
    return [
        _finding(rule, breach, notice)
        for rule in rules
        if rule.applies_to(notice)
        for breach in rule.check(notice, known)
    ]


def is_about_one_field(key: str) -> bool:
    """Return whether a rule of ours says that a field is missing or wrong in itself."""
    rule = _BY_KEY.get(key)
    return rule is not None and rule.is_about_one_field


def _finding(rule: Rule, breach: Breach, notice: Notice) -> Finding:
    field = _field(breach.field or rule.field, notice)
    form = official_rules.form_field(field)
    subject_id, subject = _subject(breach, notice)
    about = f"{subject}: " if subject else ""
    is_closed = form.mended_by == "application" and not (breach.remedy or rule.remedy)
    return Finding(
        severity=rule.severity,
        stage="domain",
        rule=rule.key,
        location=subject,
        field=field,
        message=about + breach.message,
        remedy=APPLICATION_ERROR if is_closed else breach.remedy or rule.remedy,
        law=rule.law,
        address=form.address,
        label=form.label,
        subject=subject,
        subject_id=subject_id,
        mended_by=form.mended_by,
    )


def _field(field: str, notice: Notice) -> str:
    """Return the field of parts for one of lots, where the notice has parts and there is one."""
    if notice.kind.division == "Part":
        twin = field.replace("-Lot", "-Part", 1)
        return twin if twin in official_rules.fields() else field
    return field


def _subject(breach: Breach, notice: Notice) -> tuple[str, str]:
    if breach.lot is not None:
        prefix, word = ("PAR", "Teil") if notice.kind.division == "Part" else ("LOT", "Los")
        key = f"{prefix}-{breach.lot.number:04d}"
        text = lot_text(str(breach.lot.number), str(breach.lot.title), word=word)
    elif breach.organisation:
        key = _organisation_id(breach.organisation, notice)
        name = names(notice).get(breach.organisation, "").strip()
        text = f"Organisation {quoted(name)}" if name else "Organisation"
    else:
        key = text = ""
    if breach.part:
        text = f"{text}, {breach.part}" if text else breach.part
    return key, text


def _organisation_id(key: str, notice: Notice) -> str:
    """Return the id that the writer gives an organisation or contact point, else its key."""
    try:
        return Parties(notice.organisations).id_of(key)[0]
    except InvalidInput:
        return key
