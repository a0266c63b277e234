"""Why a member's chain of resolutions does not count, in German sentences that all members read.

What was decided in closed session is told by body, day and result only; its form, subject, limits
and conditions are not quoted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from vergabe.cooperations import rules
from vergabe.cooperations.chains import Chain, ResolutionFacts, State, plain
from vergabe.cooperations.rules import LegalForm, ResolutionKind, Subject
from vergabe.texts import lazy

STATE_NAMES: Final = {
    State.MISSING: lazy("fehlt"),
    State.REVOKED: lazy("aufgehoben"),
    State.RESERVED: lazy("unter Vorbehalt"),
    State.OUT_OF_ORDER: lazy("Reihenfolge falsch"),
    State.REJECTED: lazy("abgelehnt"),
    State.DECIDED: lazy("beschlossen"),
}
DELEGATION_LAW: Final = "§ 41 Abs. 2 GO NRW"


@dataclass(frozen=True)
class Naming:
    """What every resolution must name; None: nothing to compare with."""

    legal_form: LegalForm | None
    matter: str | None


def against_chain(name: str, subject: Subject, chain: Chain) -> Iterator[tuple[str, str]]:
    """Yield code and sentence of what keeps a member's chain from counting.

    name: of the member.
    """
    what = f"„{rules.SUBJECT_NAMES[subject]}“"
    if chain.state is State.MISSING:
        if len(chain.outstanding) > 1:
            bodies = ", dann ".join(chain.outstanding)
            yield (
                "resolution_missing",
                f"{name}: Der Beschluss zu {what} fehlt (der Reihe nach: {bodies}).",
            )
        else:
            yield "resolution_missing", f"{name}: Der Beschluss zu {what} fehlt."
    elif chain.state is State.REVOKED:
        assert chain.last_revoked is not None
        yield (
            "resolution_revoked",
            f"{name}: Der Beschluss vom {chain.last_revoked.decided_on:%d.%m.%Y} zu {what} wurde "
            "aufgehoben. Ein neuer Beschluss fehlt.",
        )
    elif chain.state is State.RESERVED:
        yield from _reserved(name, what, chain)
    elif chain.state is State.OUT_OF_ORDER:
        assert chain.deciding is not None
        assert chain.early is not None
        yield (
            "resolution_out_of_order",
            f"{name}: {chain.deciding.body} hat am {chain.deciding.decided_on:%d.%m.%Y} zu {what} "
            f"beschlossen, {chain.early.body} erst am {chain.early.decided_on:%d.%m.%Y}. "
            f"{chain.deciding.body} muss danach noch einmal beschließen.",
        )
    elif chain.state is State.REJECTED:
        assert chain.deciding is not None
        yield (
            "resolution_rejected",
            f"{name}: {chain.deciding.body} hat am {chain.deciding.decided_on:%d.%m.%Y} zu {what} "
            "ablehnend beschlossen.",
        )


def _reserved(name: str, what: str, chain: Chain) -> Iterator[tuple[str, str]]:
    decided = [step.resolution for step in chain.steps if step.resolution is not None]
    said = " und ".join(f"{r.body} ({r.decided_on:%d.%m.%Y})" for r in decided)
    if chain.outstanding:
        missing = f"es fehlt: {', '.join(chain.outstanding)}"
    else:
        missing = "bisher ist es nur eine Empfehlung"
    code = "resolution_revoked" if chain.last_revoked else "resolution_subject_to_next_body"
    again = (
        f" Der Beschluss vom {chain.last_revoked.decided_on:%d.%m.%Y} wurde aufgehoben."
        if chain.last_revoked
        else ""
    )
    yield code, f"{name}: {what} steht unter Vorbehalt. Befasst war {said}, {missing}.{again}"


def against_naming(
    name: str, resolution: ResolutionFacts, wanted: Naming
) -> Iterator[tuple[str, str]]:
    """Yield code and sentence where a resolution does not name the common form and subject."""
    start = f"{name}: Der Beschluss vom {resolution.decided_on:%d.%m.%Y}"
    if resolution.legal_form is None:
        yield "form_not_named", f"{start} nennt die Rechtsform der Zusammenarbeit nicht."
    elif wanted.legal_form is not None and resolution.legal_form is not wanted.legal_form:
        named = f" („{_form(resolution.legal_form)}“)" if resolution.is_public else ""
        yield (
            "other_form_named",
            f"{start} nennt eine andere Rechtsform{named} als „{_form(wanted.legal_form)}“.",
        )
    if not plain(resolution.matter):
        yield "matter_not_named", f"{start} nennt den Gegenstand der Zusammenarbeit nicht."
    elif wanted.matter and plain(resolution.matter) != plain(wanted.matter):
        named = f" („{resolution.matter}“)" if resolution.is_public else ""
        yield (
            "other_matter_named",
            f"{start} nennt einen anderen Gegenstand{named} als „{wanted.matter}“.",
        )


def _form(form: LegalForm) -> str:
    return rules.LEGAL_FORM_NAMES[form]


def notes_on(name: str, chain: Chain) -> Iterator[str]:
    """Yield what to mind about a chain that counts: conditions, delegation, advice not followed."""
    deciding = chain.deciding
    if chain.state is not State.DECIDED or deciding is None:
        return
    if deciding.conditions:
        start = f"{name} hat am {deciding.decided_on:%d.%m.%Y} mit Bedingungen"
        if deciding.is_public:
            yield f"{start} beschlossen: {deciding.conditions}"
        else:
            yield f"{start} beschlossen (nichtöffentlich, bei der Gemeinde erfragen)."
    if deciding.kind is ResolutionKind.DELEGATED:
        basis = f" ({deciding.basis})" if deciding.is_public else ""
        yield (
            f"{name}: Am {deciding.decided_on:%d.%m.%Y} hat {deciding.body} aus übertragener "
            f"Zuständigkeit entschieden{basis}. Ob übertragen werden durfte, prüft die Gemeinde "
            f"({DELEGATION_LAW})."
        )
    for refusal in chain.dissuading:
        yield (
            f"{name}: {refusal.body} hatte am {refusal.decided_on:%d.%m.%Y} abgeraten; "
            f"{deciding.body} hat anders entschieden."
        )
