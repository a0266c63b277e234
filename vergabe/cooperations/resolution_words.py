"""How pages name what resolutions call by code."""

from typing import Final

from vergabe.access.permissions import ROLE_NAMES
from vergabe.cooperations import chain_reasons, resolution_documents, rules
from vergabe.cooperations.chains import State
from vergabe.cooperations.confidentiality import (
    CLASSIFICATION_NAMES,
    PAPER_KIND_NAMES,
    READING_ROLES,
    Classification,
    PaperKind,
)
from vergabe.cooperations.model import Resolution, ResolutionPaper
from vergabe.cooperations.resolution_overview import Row
from vergabe.cooperations.rules import ResolutionKind

KINDS: Final = (
    (ResolutionKind.DECISION.value, rules.RESOLUTION_KIND_NAMES[ResolutionKind.DECISION]),
    (
        ResolutionKind.RECOMMENDATION.value,
        rules.RESOLUTION_KIND_NAMES[ResolutionKind.RECOMMENDATION],
        "Ein späteres Gremium entscheidet.",
    ),
    (
        ResolutionKind.DELEGATED.value,
        rules.RESOLUTION_KIND_NAMES[ResolutionKind.DELEGATED],
        "Die Verwaltungsleitung entschied, was ihr die Zuständigkeitsordnung überlässt.",
    ),
)
PAPER_KINDS: Final = tuple((kind.value, name) for kind, name in PAPER_KIND_NAMES.items())
CLASSIFICATIONS: Final = tuple((each.value, name) for each, name in CLASSIFICATION_NAMES.items())
ROLES: Final = tuple((role.value, ROLE_NAMES[role]) for role in READING_ROLES)
votes = resolution_documents.votes
session_kind = resolution_documents.session_kind


def kind(resolution: Resolution) -> str:
    return rules.RESOLUTION_KIND_NAMES[ResolutionKind(resolution.kind)]


def paper_kind(paper: ResolutionPaper) -> str:
    return PAPER_KIND_NAMES[PaperKind(paper.kind)]


def readers(paper: ResolutionPaper) -> str:
    """Return who may read a paper, in words."""
    if paper.classification == Classification.ROLES:
        named = ", ".join(name for code, name in ROLES if code in paper.roles)
        return f"Eigene Kommune: {named}, Rechnungsprüfung"
    return CLASSIFICATION_NAMES[Classification(paper.classification)]


def state(row: Row) -> tuple[str, str]:
    """Return label and kind of the badge of a member's row."""
    if row.chain.state is State.DECIDED and not row.reasons:
        return resolution_documents.state_of(row), "warning" if row.is_under_reserve else "success"
    if row.chain.state is State.DECIDED:
        return "nicht vollständig", "warning"
    danger = row.chain.state in (State.REJECTED, State.REVOKED, State.MISSING)
    return chain_reasons.STATE_NAMES[row.chain.state], "danger" if danger else "warning"


def role_of_body(row: Row, place: int) -> str:
    """Return what a body of a chain does: prepare or decide; nothing where there is only one."""
    if len(row.chain.steps) < 2 or place >= len(row.chain.steps):
        return ""
    return "entscheidet" if place == len(row.chain.steps) - 1 else "berät vor"
