"""A cooperation as its TOML file describes it, in plain facts."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vergabe.cooperations.configuration_agreement import AgreementFile
from vergabe.cooperations.configuration_areas import ExclusionFile, ParticipationFile
from vergabe.cooperations.entries import MandateEntry, ResolutionEntry
from vergabe.cooperations.rules import Subject


@dataclass(frozen=True)
class PersonFile:
    """A person of a member and their roles in this cooperation; no password."""

    email: str
    full_name: str
    roles: Sequence[str]
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True)
class MemberFile:
    """A member: facts of the organisation, days of membership, depth per area, people.

    facts: columns of the organisation that the file names; key: its AGS, else its ARS.
    """

    key: str
    facts: Mapping[str, Any]
    is_lead: bool
    joined_on: dt.date
    left_on: dt.date | None
    participation: Mapping[str, ParticipationFile]
    people: Sequence[PersonFile]

    @property
    def name(self) -> str:
        return str(self.facts["name"])


@dataclass(frozen=True)
class AreaFile:
    """A task area: the resolutions it requires, how it votes on projects, who may join later."""

    key: str
    name: str
    required_resolutions: Sequence[Subject]
    later_joiners: Sequence[str] = ()
    """Keys of the members that may be announced as later joiners; none: any."""
    votes: Mapping[str, Any] | None = None
    """What it says differently from the cooperation about votes on its projects."""


@dataclass(frozen=True)
class MandateFile:
    """A mandate of the member with this key for the lead."""

    grantor: str
    entry: MandateEntry
    revoked_on: dt.date | None


@dataclass(frozen=True)
class ResolutionFile:
    """A resolution of a body of the member with this key."""

    member: str
    entry: ResolutionEntry
    revoked_on: dt.date | None


@dataclass(frozen=True)
class CooperationFile:
    """All that a file says, checked; sha256: of its bytes."""

    key: str
    name: str
    description: str
    reference_prefix: str
    joining_window_days: int
    cost_key: Mapping[str, Any]
    contact: Mapping[str, str]
    review_body: Mapping[str, str]
    agreement: AgreementFile
    areas: Sequence[AreaFile]
    members: Sequence[MemberFile]
    mandates: Sequence[MandateFile] = ()
    resolutions: Sequence[ResolutionFile] = ()
    exclusions: Sequence[ExclusionFile] = ()
    votes: Mapping[str, Any] | None = None
    """How members vote on projects: what the file says, defaults left out."""
    sha256: str = ""

    @property
    def lead(self) -> MemberFile:
        return next(member for member in self.members if member.is_lead)
