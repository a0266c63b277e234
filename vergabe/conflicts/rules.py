"""What declarations on conflicts of interest mean for acting: pure functions (§ 6 VgV)."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from vergabe.errors import Violation
from vergabe.texts import lazy

LAW: Final = "§ 6 VgV"


class Kind(StrEnum):
    """What an entry says."""

    NONE = "none"  # the person declares that there is no conflict
    CONFLICT = "conflict"  # the person declares one
    MEASURES = "measures"  # somebody else lets the person act under measures
    EXCLUDED = "excluded"  # somebody else keeps the person out of the procedure
    READMITTED = "readmitted"  # the exclusion is lifted
    RENEWAL = "renewal"  # facts have changed: everybody declares anew


class State(StrEnum):
    """Where a person stands in a procedure."""

    MISSING = "missing"
    OUTDATED = "outdated"
    CLEAR = "clear"
    CONFLICT = "conflict"
    MEASURES = "measures"
    EXCLUDED = "excluded"


STATE_NAMES: Final[Mapping[State, str]] = {
    State.MISSING: lazy("Erklärung fehlt"),
    State.OUTDATED: lazy("Neue Erklärung nötig"),
    State.CLEAR: lazy("Kein Interessenkonflikt"),
    State.CONFLICT: lazy("Interessenkonflikt, wirkt nicht mit"),
    State.MEASURES: lazy("Interessenkonflikt, wirkt unter Auflagen mit"),
    State.EXCLUDED: lazy("Wirkt nicht mit"),
}
# Those whose state says that they keep out need not say more.
SETTLED: Final = frozenset({State.CLEAR, State.CONFLICT, State.MEASURES, State.EXCLUDED})
KEPT_OUT: Final = frozenset({State.CONFLICT, State.EXCLUDED})


def state_of(kinds: Iterable[Kind]) -> State:
    """Return where a person stands; kinds: of the entries about them and of renewals, in order.

    A person cannot lift what others decided. A conflict stays one when facts change; a declaration
    that there is none, and measures, must be looked at anew.
    """
    state, is_excluded = State.MISSING, False
    for kind in kinds:
        if kind is Kind.EXCLUDED:
            is_excluded = True
        elif kind is Kind.READMITTED:
            is_excluded = False
        elif kind is Kind.NONE:
            state = State.CLEAR
        elif kind is Kind.CONFLICT:
            state = State.CONFLICT
        elif kind is Kind.MEASURES and state is State.CONFLICT:
            state = State.MEASURES
        elif kind is Kind.RENEWAL and state in (State.CLEAR, State.MEASURES):
            state = State.OUTDATED
    return State.EXCLUDED if is_excluded else state


def reasons_against_acting(state: State, *, is_substitute: bool) -> list[Violation]:
    """Return why a person may not act in a procedure (edit, publish, answer, open).

    Others than substitutes may prepare before they have declared; publishing has a gate of its own
    where the cooperation asks for declarations.
    """
    if state in KEPT_OUT:
        return [
            Violation(
                "conflict_of_interest",
                "Sie wirken an diesem Verfahren nicht mit, weil ein Interessenkonflikt besteht "
                "oder bestehen kann. Lassen Sie den Schritt jemand anderen tun.",
                law=LAW,
            )
        ]
    if is_substitute and state in (State.MISSING, State.OUTDATED):
        return [
            Violation(
                "declaration_missing",
                "Sie handeln hier in Vertretung. Geben Sie zuerst für dieses Verfahren die "
                "Erklärung zu Interessenkonflikten ab (Seite „Interessenkonflikte“).",
                law=LAW,
            )
        ]
    return []


def reasons_against_declaring(
    state: State, kinds: Iterable[Kind], *, has_conflict: bool, text: str
) -> list[Violation]:
    """Return what is wrong with a declaration; kinds: of the entries so far."""
    if has_conflict and not text:
        message = "Beschreiben Sie den Interessenkonflikt: Beziehung und wen sie betrifft."
        return [Violation("text_missing", message, law=LAW, field="text")]
    had_conflict = Kind.CONFLICT in list(kinds)
    if not has_conflict and had_conflict and state is not State.CLEAR and not text:
        message = "Sie hatten einen Interessenkonflikt angezeigt. Sagen Sie, was sich geändert hat."
        return [Violation("text_missing", message, law=LAW, field="text")]
    return []
