"""Checks of change notices, of cancellations and of modified contracts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from vergabe.exchange.eforms.checks.identity import is_reference
from vergabe.exchange.eforms.checks.own_rules import OFFICIAL, Breach, Rule, Setting
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.findings import APPLICATION_ERROR

_CANCEL: Final = "cancel"
_REASONS: Final = frozenset(
    {
        "cancel",
        "cancel-intent",
        "cor-buy",
        "cor-esen",
        "cor-pub",
        "info-release",
        "susp-review",
        "update-add",
    }
)
_SECTIONS: Final = frozenset({"PROCEDURE", "BUYER", "RESULT"})


def _changed_notice(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if notice.changes is not None and not is_reference(notice.changes.changed_notice):
        yield Breach(message="Welche Bekanntmachung geändert wird, ist nicht richtig angegeben.")


def _changes_itself(notice: Notice, setting: Setting) -> Iterable[Breach]:
    changes = notice.changes
    if changes is not None and changes.changed_notice.startswith(str(notice.notice_id)):
        yield Breach(
            message="Die Änderung hat dieselbe Kennung wie die Bekanntmachung, die sie ändert."
        )


def _reason(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if notice.changes is not None and notice.changes.reason not in _REASONS:
        yield Breach(message="Der Grund der Änderung fehlt oder ist unbekannt.")


def _no_change(notice: Notice, setting: Setting) -> Iterable[Breach]:
    changes = notice.changes
    if changes is not None and changes.reason != _CANCEL and not changes.changes:
        yield Breach(message="Was sich ändert, ist nicht beschrieben.")


def _cancel_and_change(notice: Notice, setting: Setting) -> Iterable[Breach]:
    changes = notice.changes
    if changes is not None and changes.reason == _CANCEL and changes.changes:
        yield Breach(
            message="Die Bekanntmachung wird zurückgenommen; dann darf keine Änderung "
            "beschrieben sein."
        )


def _empty_change(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for number, change in enumerate(notice.changes.changes if notice.changes else (), start=1):
        if not str(change.description).strip():
            yield Breach(message="Die Beschreibung fehlt.", part=f"Änderung {number}")


def _sections(notice: Notice, setting: Setting) -> Iterable[Breach]:
    prefix = "PAR" if notice.kind.division == "Part" else "LOT"
    lots = {f"{prefix}-{lot.number:04d}" for lot in notice.lots}
    for number, change in enumerate(notice.changes.changes if notice.changes else (), start=1):
        named = [s for s in change.sections if s.startswith(("LOT-", "PAR-"))]
        others = [s for s in change.sections if s not in named and "-" not in s]
        if not change.sections or not set(named) <= lots or not set(others) <= _SECTIONS:
            yield Breach(
                message="Welcher Teil der Bekanntmachung sich ändert, ist nicht richtig angegeben.",
                part=f"Änderung {number}",
            )


def _documents(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for number, change in enumerate(notice.changes.changes if notice.changes else (), start=1):
        if change.documents_changed and change.documents_changed_on is None:
            yield Breach(
                message="Die Vergabeunterlagen sind geändert, aber der Tag fehlt.",
                part=f"Änderung {number}",
            )
        if not change.documents_changed and change.documents_changed_on is not None:
            yield Breach(
                message="Ein Tag der Änderung der Vergabeunterlagen ist angegeben, obwohl sie "
                "nicht geändert sind.",
                part=f"Änderung {number}",
            )


def _no_modification(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if notice.modification is None:
        yield Breach(message="Die Angaben zur Auftragsänderung fehlen.")


def _modification_texts(notice: Notice, setting: Setting) -> Iterable[Breach]:
    found = notice.modification
    if found is None:
        return
    if not str(found.reason_text).strip():
        yield Breach(message="Die Begründung der Auftragsänderung fehlt.")
    if not str(found.summary).strip():
        yield Breach(
            message="Die Beschreibung der Auftragsänderung fehlt.", field="BT-202-Contract"
        )


def _modification_notice(notice: Notice, setting: Setting) -> Iterable[Breach]:
    found = notice.modification
    if found is not None and not is_reference(found.modified_notice):
        yield Breach(
            message="Die Bekanntmachung des geänderten Auftrags ist nicht richtig angegeben."
        )


def _modified_contract(notice: Notice, setting: Setting) -> Iterable[Breach]:
    known = {contract.key for contract in notice.result.contracts} if notice.result else set()
    found = notice.modification
    if found is not None and found.contract not in known:
        yield Breach(message="Der geänderte Vertrag kommt in der Bekanntmachung nicht vor.")


_DESCRIBE: Final = "Bitte beschreiben, was sich ändert."
RULES: Final = (
    Rule(
        key="changed_notice_wrong",
        field="BT-758-notice",
        law=OFFICIAL,
        check=_changed_notice,
        remedy=APPLICATION_ERROR,
        is_about_one_field=True,
    ),
    Rule(
        key="change_has_same_id",
        field="BT-758-notice",
        law="TED: Änderungen",
        check=_changes_itself,
        remedy=APPLICATION_ERROR,
    ),
    Rule(
        key="change_reason_missing",
        field="BT-140-notice",
        law=OFFICIAL,
        check=_reason,
        remedy="Bitte den Grund der Änderung auswählen.",
        is_about_one_field=True,
    ),
    Rule(
        key="change_missing",
        field="BT-141(a)-notice",
        law=OFFICIAL,
        check=_no_change,
        remedy=_DESCRIBE,
        is_about_one_field=True,
    ),
    Rule(
        key="cancelled_and_changed",
        field="BT-141(a)-notice",
        law="TED: Änderungen",
        check=_cancel_and_change,
        remedy="Bitte die Änderungen entfernen oder einen anderen Grund wählen.",
    ),
    Rule(
        key="change_text_missing",
        field="BT-141(a)-notice",
        law=OFFICIAL,
        check=_empty_change,
        remedy=_DESCRIBE,
        is_about_one_field=True,
    ),
    Rule(
        key="change_section_wrong",
        field="BT-13716-notice",
        law=OFFICIAL,
        check=_sections,
        remedy="Bitte das Los oder den Abschnitt auswählen, der sich ändert.",
        is_about_one_field=True,
    ),
    Rule(
        key="change_of_documents_incomplete",
        field="BT-719-notice",
        law=OFFICIAL,
        check=_documents,
        remedy="Bitte angeben, ob und wann die Vergabeunterlagen geändert wurden.",
        is_about_one_field=True,
    ),
    Rule(
        key="modification_missing",
        field="BT-200-Contract",
        law="§ 132 Abs. 5 GWB",
        check=_no_modification,
        remedy="Bitte Grund und Inhalt der Auftragsänderung eintragen.",
        subtypes=frozenset({"38"}),
        is_about_one_field=True,
    ),
    Rule(
        key="modification_text_missing",
        field="BT-201-Contract",
        law="§ 132 Abs. 5 GWB",
        check=_modification_texts,
        remedy="Bitte Begründung und Beschreibung eintragen.",
        subtypes=frozenset({"38"}),
        is_about_one_field=True,
    ),
    Rule(
        key="modified_notice_wrong",
        field="BT-1501(n)-Contract",
        law=OFFICIAL,
        check=_modification_notice,
        remedy="Bitte die Bekanntmachung des Auftrags auswählen.",
        subtypes=frozenset({"38"}),
        is_about_one_field=True,
    ),
    Rule(
        key="modified_contract_unknown",
        field="BT-1501(c)-Contract",
        law=OFFICIAL,
        check=_modified_contract,
        remedy="Bitte den geänderten Vertrag auswählen.",
        subtypes=frozenset({"38"}),
        is_about_one_field=True,
    ),
)
