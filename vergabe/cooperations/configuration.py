"""A cooperation as its TOML file describes it, in plain facts."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vergabe.bylaws.entries import BylawEntry
from vergabe.cooperations.configuration_agreement import AgreementFile
from vergabe.cooperations.configuration_areas import ExclusionFile, ParticipationFile
from vergabe.cooperations.configuration_providers import InHouseProviderFile
from vergabe.cooperations.configuration_resolutions import BodyFile, ResolutionFile
from vergabe.cooperations.configuration_tasks import ProviderFile
from vergabe.cooperations.entries import MandateEntry
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
    bodies: Sequence[BodyFile] = ()
    decides: Sequence[str] = ()
    """Names of the bodies that decide for it, in their order."""
    bylaws: Sequence[BylawEntry] = ()

    @property
    def name(self) -> str:
        return str(self.facts["name"])


@dataclass(frozen=True)
class AreaFile:
    """A task area: the resolutions it requires, how it votes on projects, who may join later."""

    key: str
    name: str
    required_resolutions: Sequence[Subject]
    effective_together: bool = False
    same_form_and_subject: bool = False
    votes: Mapping[str, Any] | None = None
    """What it says differently from the cooperation about votes on its projects."""


@dataclass(frozen=True)
class MandateFile:
    """A mandate of the member with this key for the lead, or for the provider with a key."""

    grantor: str
    entry: MandateEntry
    revoked_on: dt.date | None
    grantee: str | None = None


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
    funding: Mapping[str, Any] | None = None
    council_papers: Mapping[str, Any] | None = None
    """With what grants and council papers of projects begin (project_defaults)."""
    service_providers: Sequence[ProviderFile] = ()
    declarations_required: bool = False
    in_house_providers: Sequence[InHouseProviderFile] = ()
    sha256: str = ""

    @property
    def lead(self) -> MemberFile:
        return next(member for member in self.members if member.is_lead)
