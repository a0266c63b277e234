"""How pages name what rules call by code."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from vergabe.cooperations import agreement_entries, rules
from vergabe.cooperations.model import Agreement, TaskArea
from vergabe.cooperations.rules import (
    Activity,
    Depth,
    LegalForm,
    Move,
    Phase,
    Scope,
    Stage,
    Subject,
)
from vergabe.cost_keys.keys import read_key

DEPTH_KINDS: Final[Mapping[Depth, str]] = {
    Depth.NONE: "neutral",
    Depth.INFORMATION: "info",
    Depth.DEMAND: "success",
    Depth.MANDATE: "success",
    Depth.FULL: "success",
}
LEGAL_FORMS: Final = tuple(
    (form.value, name)
    for form, name in rules.LEGAL_FORM_NAMES.items()
    if form is not LegalForm.INFORMAL_ARRANGEMENT
)
NOTICE_ENDS: Final = agreement_entries.NOTICE_ENDS
ALL_LEGAL_FORMS: Final = tuple((form.value, name) for form, name in rules.LEGAL_FORM_NAMES.items())
DEPTHS: Final = tuple((depth.value, name) for depth, name in rules.DEPTH_NAMES.items())
PHASES: Final = tuple((phase.value, name) for phase, name in rules.PHASE_NAMES.items())
SCOPES: Final = tuple((scope.value, name) for scope, name in rules.SCOPE_NAMES.items())
SUBJECTS: Final = tuple((subject.value, name) for subject, name in rules.SUBJECT_NAMES.items())


def stage(value: str | None) -> str:
    return rules.STAGE_NAMES[Stage(value)] if value else "Keine Vereinbarung"


def stage_kind(value: str | None) -> str:
    """Return the kind of badge for a stage."""
    return {"in_force": "success", "terminated": "danger"}.get(value or "", "warning")


def stages(requires_approval: bool) -> list[tuple[Stage, str]]:
    """Return the stages on the way into force, with their names."""
    return [
        (each, name)
        for each, name in rules.STAGE_NAMES.items()
        if each is not Stage.TERMINATED and (requires_approval or each is not Stage.APPROVED)
    ]


def depth(value: str) -> str:
    return rules.DEPTH_NAMES[Depth(value)]


def subject(value: str) -> str:
    return rules.SUBJECT_NAMES[Subject(value)]


def scopes(values: Sequence[str]) -> str:
    """Return what a mandate is for, in short where it is for everything."""
    if set(values) == set(Scope):
        return "Alles"
    return ", ".join(rules.SCOPE_NAMES[scope] for scope in Scope if scope in values)


def pairs(areas: Iterable[TaskArea]) -> list[tuple[str, str]]:
    """Return key and name of areas, for a choice."""
    return [(area.key, area.name) for area in areas]


def legal_form(value: str) -> str:
    return rules.LEGAL_FORM_NAMES[LegalForm(value)]


def phase(value: str) -> str:
    return rules.PHASE_NAMES[Phase(value)]


def notice_period(agreement: Agreement) -> str:
    """Return how a member can leave an agreement: "mit 12 Monaten Frist zum Jahresende"."""
    end = agreement_entries.NOTICE_ENDS_TO[agreement.notice_to]
    months = agreement.notice_months
    if months is None:
        return "Eine Frist ist nicht vereinbart"
    unit = "Monat" if months == 1 else "Monaten"
    return f"Mit {months} {unit} Frist {end}" if months else f"Ohne Frist {end}"


def moves(values: Iterable[Move]) -> list[tuple[str, str]]:
    """Return code and name of moves, for a choice."""
    return [(move.value, rules.MOVE_NAMES[move]) for move in values]


def activities(values: frozenset[Activity]) -> str:
    """Return activities as an enumeration in their order: "Bedarfe abfragen und planen"."""
    names = [name for activity, name in rules.ACTIVITY_NAMES.items() if activity in values]
    return " und ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def cost_key(value: Mapping[str, Any]) -> str:
    """Return the name of a stored cost key, in capitals at its beginning."""
    name = read_key(value).name
    return name[:1].upper() + name[1:]
