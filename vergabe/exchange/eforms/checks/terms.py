"""Checks of the terms of lots: framework agreements, goals, submission, invoices, securities."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Final

from vergabe.exchange.eforms.checks.contacts import is_url
from vergabe.exchange.eforms.checks.own_rules import (
    COMPETITION,
    OFFICIAL,
    Breach,
    Rule,
    Setting,
    is_framework,
)
from vergabe.exchange.eforms.datatypes import Period
from vergabe.exchange.eforms.lots import Lot
from vergabe.exchange.eforms.notice import Notice
from vergabe.money import german

_MONTHS: Final = {"DAY": 1 / 30.44, "WEEK": 7 / 30.44, "MONTH": 1.0, "YEAR": 12.0}
_USUAL_FRAMEWORK: Final = 48
# § 65 (2) VgV: social and other special services.
_LONGEST_FRAMEWORK: Final = {"20": 72, "33": 72}
_GOALS: Final = {
    "env-imp": ("BT-774-Lot", "Umwelt"),
    "soc-obj": ("BT-775-Lot", "Soziales"),
    "inn-pur": ("BT-776-Lot", "Innovation"),
}


def _months(lot: Lot) -> float:
    """Return how many months a lot runs, 0 if that is not told."""
    period = lot.period or Period()
    if period.duration is not None:
        return period.duration.count * _MONTHS[period.duration.unit]
    if period.starts_on and period.ends_on:
        return (period.ends_on - period.starts_on + dt.timedelta(days=1)).days / 30.44
    return 0


def _long_framework(notice: Notice, setting: Setting) -> Iterable[Breach]:
    longest = _LONGEST_FRAMEWORK.get(notice.subtype, _USUAL_FRAMEWORK)
    for lot in notice.lots:
        framework = lot.terms.framework
        if framework is None or not is_framework(lot) or framework.duration_reason:
            continue
        # A month is 28 to 31 days long; the tolerance keeps exactly four years lawful.
        if _months(lot) > longest + 0.1:
            yield Breach(
                message=f"Die Rahmenvereinbarung läuft länger als {longest // 12} Jahre, ohne dass "
                "ein besonderer Grund genannt ist.",
                lot=lot,
            )


def _framework_maximum(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if notice.procedure.framework_maximum is not None:
        return
    for lot in notice.lots:
        if is_framework(lot) and lot.framework_maximum is None:
            yield Breach(
                message="Die Rahmenvereinbarung hat keinen Höchstwert; ohne ihn sind Abrufe nicht "
                "begrenzt.",
                lot=lot,
            )


def _maximum_without_framework(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        if lot.framework_maximum is not None and not is_framework(lot):
            yield Breach(
                message="Ein Höchstwert ist nur bei einer Rahmenvereinbarung zulässig.", lot=lot
            )


def _maximum_too_low(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        most, value = lot.framework_maximum, lot.estimated_value
        if most and value and most.currency == value.currency and most.cents < value.cents:
            yield Breach(
                message=f"Der Höchstwert {german(most.cents)} liegt unter dem geschätzten Wert "
                f"{german(value.cents)}.",
                lot=lot,
            )


def _goals(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        numbers = Counter(goal.code for goal in lot.goals)
        if any(number > 1 for number in numbers.values()) or (
            "none" in numbers and len(numbers) > 1
        ):
            yield Breach(
                message="Ein Ziel steht doppelt, oder neben Zielen steht „keine“.", lot=lot
            )


def _goal_details(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        for goal in lot.goals:
            field, name = _GOALS.get(goal.code, ("", ""))
            if field and not goal.details:
                yield Breach(
                    message=f"Zum Ziel {name} fehlt, worin es besteht.", lot=lot, field=field
                )


def _goal_text(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        for goal in lot.goals:
            if goal.code in _GOALS and not str(goal.description or "").strip():
                yield Breach(
                    message=f"Zum Ziel {_GOALS[goal.code][1]} fehlt die Beschreibung.", lot=lot
                )


def _no_invoice(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        if lot.terms.einvoicing == "not-allowed":
            yield Breach(
                message="Elektronische Rechnungen sind ausgeschlossen; öffentliche Auftraggeber "
                "müssen sie annehmen.",
                lot=lot,
            )


def _renewal_text(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        renewal = lot.renewal
        if renewal and renewal.maximum > 0 and not str(renewal.description or "").strip():
            yield Breach(
                message="Der Vertrag lässt sich verlängern, aber die Bedingungen fehlen.", lot=lot
            )


def _submission(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        terms = lot.terms
        if terms.submission == "not-allowed" and terms.submission_reason is None:
            yield Breach(
                message="Angebote gehen nicht elektronisch ein, und der Grund fehlt.",
                lot=lot,
                field="BT-19-Lot",
            )


def _submission_url(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        terms = lot.terms
        if terms.submission in ("required", "allowed") and not terms.submission_url:
            yield Breach(message="Die Adresse für Angebote fehlt.", lot=lot)
        elif terms.submission_url and not is_url(terms.submission_url):
            yield Breach(
                message=f"„{terms.submission_url}“ ist keine vollständige Internetadresse.", lot=lot
            )


def _guarantee(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        found = lot.terms.guarantee
        if found is not None and found.code == "true" and not str(found.text or "").strip():
            yield Breach(message="Welche Sicherheit zu leisten ist, ist nicht gesagt.", lot=lot)


RULES: Final = (
    Rule(
        key="framework_too_long",
        field="BT-109-Lot",
        law="§ 21 Abs. 6 VgV, § 65 Abs. 2 VgV",
        check=_long_framework,
        remedy="Bitte den Grund nennen oder die Laufzeit kürzen.",
        subtypes=frozenset({"7", "16", "20"}),
        is_about_one_field=True,
    ),
    Rule(
        key="framework_maximum_missing",
        field="BT-271-Lot",
        law="§ 21 VgV; EuGH C-23/20",
        check=_framework_maximum,
        remedy="Bitte den Höchstwert der Rahmenvereinbarung eintragen.",
        subtypes=COMPETITION,
        is_about_one_field=True,
        german_only=True,
    ),
    Rule(
        key="framework_maximum_without_framework",
        field="BT-271-Lot",
        law=OFFICIAL,
        check=_maximum_without_framework,
        remedy="Bitte den Höchstwert leeren, oder angeben, dass es eine Rahmenvereinbarung ist.",
        subtypes=frozenset({"7", "16", "29"}),
    ),
    Rule(
        key="framework_maximum_too_low",
        field="BT-271-Lot",
        law="§ 3 Abs. 4, § 21 VgV",
        check=_maximum_too_low,
        remedy="Bitte einen Höchstwert eintragen, der den geschätzten Wert deckt.",
        severity="warning",
    ),
    Rule(
        key="goal_twice",
        field="BT-06-Lot",
        law=OFFICIAL,
        check=_goals,
        remedy="Bitte jedes Ziel einmal auswählen, oder keines.",
    ),
    Rule(
        key="goal_detail_missing",
        field="BT-774-Lot",
        law=OFFICIAL,
        check=_goal_details,
        remedy="Bitte mindestens ein Mittel auswählen.",
        is_about_one_field=True,
    ),
    Rule(
        key="goal_text_missing",
        field="BT-777-Lot",
        law=OFFICIAL,
        check=_goal_text,
        remedy="Bitte beschreiben, wie der Auftrag diesem Ziel dient.",
        is_about_one_field=True,
    ),
    Rule(
        key="einvoicing_excluded",
        field="BT-743-Lot",
        law="§ 4a EGovG, E-Rechnungsverordnung des Landes; Richtlinie 2014/55/EU",
        check=_no_invoice,
        remedy="Bitte „verlangt“ oder „zulässig“ wählen.",
        german_only=True,
    ),
    Rule(
        key="renewal_text_missing",
        field="BT-57-Lot",
        law="§ 132 Abs. 2 Nr. 1 GWB",
        check=_renewal_text,
        remedy="Bitte beschreiben, wann und wie verlängert wird.",
        severity="warning",
        is_about_one_field=True,
    ),
    Rule(
        key="submission_reason_missing",
        field="BT-19-Lot",
        law="§ 53 Abs. 2 VgV",
        check=_submission,
        remedy="Bitte den Grund nennen oder elektronische Angebote verlangen.",
        subtypes=frozenset({"7", "16", "20"}),
        is_about_one_field=True,
    ),
    Rule(
        key="submission_url_missing",
        field="BT-18-Lot",
        law="§ 53 Abs. 1 VgV; amtliche eForms-Regeln",
        check=_submission_url,
        remedy="Bitte melden: Die Adresse trägt die Anwendung ein.",
        subtypes=COMPETITION | {"E1"},
        is_about_one_field=True,
    ),
    Rule(
        key="guarantee_text_missing",
        field="BT-75-Lot",
        law=OFFICIAL,
        check=_guarantee,
        remedy="Bitte die Sicherheit beschreiben.",
        is_about_one_field=True,
    ),
)
