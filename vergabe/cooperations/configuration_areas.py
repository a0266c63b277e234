"""Task areas in a cooperation's TOML file: who takes part how and when, what is left out."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
from marshmallow import fields

from vergabe.cooperations.area_exclusions import BUSINESS_CASE_LENGTH
from vergabe.cooperations.configuration_fields import Choice, Day
from vergabe.cooperations.entries import REASON_LENGTH
from vergabe.cooperations.rules import Depth, Phase
from vergabe.errors import Violation
from vergabe.web.schema import Schema, text


@dataclass(frozen=True)
class ParticipationFile:
    """How a member takes part in an area; begins None: from the day of loading, or of joining."""

    depth: Depth
    begins: dt.date | None = None
    phase: Phase = Phase.REGULAR
    reason: str = ""


@dataclass(frozen=True)
class ExclusionFile:
    """An area left out with a reason; member None: for all."""

    area: str
    begins: dt.date
    reason: str
    member: str | None = None
    ends: dt.date | None = None
    business_case: str = ""


class _TermsSchema(Schema):
    depth = Choice(Depth, required=True)
    begins = Day(data_key="from")
    phase = Choice(Phase)
    reason = text(REASON_LENGTH)


class ParticipationField(fields.Field[ParticipationFile]):
    """A depth (`"full"`), or a table with depth, from, phase and reason."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> ParticipationFile:
        raw = value if isinstance(value, Mapping) else {"depth": value}
        try:
            return ParticipationFile(**_TermsSchema().load(raw))
        except ma.ValidationError as error:
            if isinstance(value, Mapping):
                raise
            messages = error.messages_dict
            raise ma.ValidationError(messages.get("depth", messages)) from None


class ExclusionSchema(Schema):
    area = text(40, minimum=1, required=True)
    member = text(12, minimum=5)
    begins = Day(data_key="from", required=True)
    ends = Day(data_key="to")
    reason = text(REASON_LENGTH, minimum=1, required=True)
    business_case = text(BUSINESS_CASE_LENGTH, load_default="")

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> ExclusionFile:
        return ExclusionFile(**data)


def of_participation(
    participation: Mapping[str, ParticipationFile], joined_on: dt.date, path: str
) -> Iterator[Violation]:
    """Yield what cannot be true of when a member takes part."""
    for key, terms in participation.items():
        if terms.begins is not None and terms.begins < joined_on:
            yield Violation(
                "begins_before_joining",
                "Die Beteiligung beginnt vor dem Beitritt des Mitglieds.",
                field=f"{path}.participation.{key}",
            )


def of_exclusions(
    exclusions: Sequence[ExclusionFile], areas: Sequence[str], members: Sequence[str]
) -> Iterator[Violation]:
    """Yield what cannot be true of the areas that are left out."""
    seen = set()
    for index, exclusion in enumerate(exclusions):
        path = f"exclusions.{index}"
        if exclusion.area not in areas:
            yield Violation(
                "area_unknown",
                f"Das Aufgabengebiet „{exclusion.area}“ steht nicht unter areas.",
                field=f"{path}.area",
            )
        if exclusion.member is not None and exclusion.member not in members:
            yield Violation(
                "member_unknown",
                f"Ein Mitglied mit dem Schlüssel „{exclusion.member}“ steht nicht unter members.",
                field=f"{path}.member",
            )
        if exclusion.ends is not None and exclusion.ends < exclusion.begins:
            yield Violation(
                "days_out_of_order", "Das Ende liegt vor dem Beginn.", field=f"{path}.to"
            )
        same = (exclusion.area, exclusion.member, exclusion.begins)
        if same in seen:
            yield Violation(
                "exclusion_repeated", "Diese Ausnahme steht schon weiter oben.", field=path
            )
        seen.add(same)
