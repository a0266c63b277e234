"""Who may read a paper of a resolution: pure functions.

Four classes, from open to closed. What a municipality keeps to itself stays there; within it,
`roles` narrows a paper to some roles. The audit office reads everything of its own municipality.
"""

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vergabe.access.permissions import Role
from vergabe.errors import Violation
from vergabe.texts import lazy


class Classification(StrEnum):
    """Who may read a paper."""

    PUBLIC = "public"
    MEMBERS = "members"
    OWN = "own"
    ROLES = "roles"


class PaperKind(StrEnum):
    """What a paper of a resolution is."""

    PAPER = "paper"
    MINUTES = "minutes"
    EXTRACT = "extract"
    OTHER = "other"


CLASSIFICATION_NAMES: Final[Mapping[Classification, str]] = {
    Classification.PUBLIC: lazy("Öffentlich"),
    Classification.MEMBERS: lazy("Alle Mitglieder der Zusammenarbeit"),
    Classification.OWN: lazy("Nur die eigene Kommune"),
    Classification.ROLES: lazy("Nur bestimmte Rollen der eigenen Kommune"),
}
PAPER_KIND_NAMES: Final[Mapping[PaperKind, str]] = {
    PaperKind.EXTRACT: lazy("Beschlussauszug"),
    PaperKind.MINUTES: lazy("Niederschrift"),
    PaperKind.PAPER: lazy("Vorlage"),
    PaperKind.OTHER: lazy("Anderes Dokument"),
}
READING_ROLES: Final = (
    Role.COORDINATOR,
    Role.PROCUREMENT_OFFICER,
    Role.RELEASER,
    Role.REQUESTER,
    Role.OPENER,
    Role.ADMINISTRATOR,
)
_BEYOND_THE_TOWN: Final = frozenset({Classification.PUBLIC, Classification.MEMBERS})


@dataclass(frozen=True)
class PaperFacts:
    """A paper as these rules see it."""

    classification: Classification
    roles: frozenset[Role]
    organisation_id: uuid.UUID
    added_by_id: uuid.UUID | None


@dataclass(frozen=True)
class ReaderFacts:
    """Who wants to read: of which member, with which roles in this cooperation."""

    organisation_id: uuid.UUID | None
    user_id: uuid.UUID | None
    roles: frozenset[Role]


def default_class(is_public: bool) -> Classification:
    """Return the class of a paper nobody classified: closed sessions stay with the town."""
    return Classification.PUBLIC if is_public else Classification.OWN


def may_read(paper: PaperFacts, reader: ReaderFacts) -> bool:
    """Return whether a member of the cooperation may read a paper."""
    if paper.classification in _BEYOND_THE_TOWN:
        return True
    if reader.organisation_id != paper.organisation_id:
        return False
    if paper.classification is Classification.OWN or Role.AUDITOR in reader.roles:
        return True
    is_author = reader.user_id is not None and reader.user_id == paper.added_by_id
    return is_author or bool(paper.roles & reader.roles)


def reasons_against_class(
    classification: Classification,
    roles: Collection[Role],
    kind: PaperKind,
    *,
    is_public: bool,
) -> Iterator[Violation]:
    """Yield why a paper may not have a class; is_public: whether the session was."""
    if classification in _BEYOND_THE_TOWN and not is_public and kind is not PaperKind.EXTRACT:
        yield Violation(
            "closed_session",
            "Aus nichtöffentlicher Sitzung darf nur ein Beschlussauszug die Kommune verlassen. "
            "Wählen Sie „Nur die eigene Kommune“ oder legen Sie den Auszug gesondert ab.",
            law="§ 30 Abs. 1 GO NRW",
            field="classification",
        )
    if classification is Classification.ROLES and not roles:
        yield Violation(
            "roles_missing", "Wählen Sie mindestens eine Rolle, die lesen darf.", field="roles"
        )
    if classification is not Classification.ROLES and roles:
        yield Violation(
            "roles_not_expected",
            "Rollen gibt es nur bei „Nur bestimmte Rollen der eigenen Kommune“.",
            field="roles",
        )
