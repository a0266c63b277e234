"""Bodies, the order in which they decide, and resolutions, as a cooperation's file says them."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields

from vergabe.cooperations import chains, rules
from vergabe.cooperations.configuration_fields import Choice, Day, Euro, YesNo, several, whole
from vergabe.cooperations.entries import (
    BASIS_LENGTH,
    BODY_LENGTH,
    CONDITIONS_LENGTH,
    ITEM_LENGTH,
    MATTER_LENGTH,
    MOST_VOTES,
    WORDING_LENGTH,
    ResolutionEntry,
)
from vergabe.cooperations.rules import LegalForm, ResolutionKind, Subject
from vergabe.councils.rules import Kind
from vergabe.errors import Violation
from vergabe.web.schema import Schema, text

# What concerns a single pool is recorded where the pool is; a file does not know it.
_SUBJECTS: Final = tuple(subject.value for subject in Subject if subject not in rules.POOL_NEEDED)


@dataclass(frozen=True)
class MeetingFile:
    """A day on which a body meets, and the last one for its papers."""

    day: dt.date
    papers_due_on: dt.date | None = None


@dataclass(frozen=True)
class BodyFile:
    """A body of a member with its meetings; what is None is left as it is."""

    name: str
    kind: Kind | None = None
    active_from: dt.date | None = None
    active_to: dt.date | None = None
    meetings: Sequence[MeetingFile] = ()


@dataclass(frozen=True)
class ResolutionFile:
    """A resolution of a body of the member with this key."""

    member: str
    entry: ResolutionEntry
    revoked_on: dt.date | None


class _MeetingSchema(Schema):
    day = Day(required=True)
    papers_due_on = Day()


class _MeetingField(fields.Field[MeetingFile]):
    """A day, or a table with day and papers_due_on."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> MeetingFile:
        raw = value if isinstance(value, Mapping) else {"day": value}
        found = _MeetingSchema().load(raw)
        due = found.get("papers_due_on")
        if due is not None and due > found["day"]:
            raise ma.ValidationError("Der letzte Tag für Vorlagen liegt nach der Sitzung.")
        return MeetingFile(found["day"], due)


class BodySchema(Schema):
    name = text(BODY_LENGTH, minimum=1, required=True)
    kind = Choice(Kind, load_default=None)
    active_from = Day(load_default=None)
    active_to = Day(load_default=None)
    meetings = several(_MeetingField(), load_default=list)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> BodyFile:
        return BodyFile(**data)


def decides() -> fields.List[Any]:
    """Return the field for the bodies that decide, in their order."""
    return several(text(BODY_LENGTH, minimum=1), load_default=list)


class ResolutionSchema(Schema):
    member = text(12, minimum=5, required=True)
    subject = Choice(_SUBJECTS, required=True)
    body = text(BODY_LENGTH, minimum=1, required=True)
    decided_on = Day(required=True)
    result = Choice(("adopted", "rejected"), required=True)
    kind = Choice(ResolutionKind, load_default=ResolutionKind.DECISION)
    basis = text(BASIS_LENGTH, load_default="")
    legal_form = Choice(LegalForm, load_default=None)
    matter = text(MATTER_LENGTH, load_default="")
    yes_votes = whole(0, MOST_VOTES, load_default=None)
    no_votes = whole(0, MOST_VOTES, load_default=None)
    abstentions = whole(0, MOST_VOTES, load_default=None)
    is_unanimous = YesNo(load_default=False)
    item_number = text(ITEM_LENGTH, load_default="")
    wording = text(WORDING_LENGTH, load_default="")
    limit_net_euro = Euro()
    conditions = text(CONDITIONS_LENGTH, load_default="")
    is_public = YesNo(load_default=True)
    revoked_on = Day()

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> ResolutionFile:
        member, revoked_on = data.pop("member"), data.pop("revoked_on", None)
        entry = ResolutionEntry(
            subject=Subject(data.pop("subject")),
            is_adopted=data.pop("result") == "adopted",
            limit_net_cents=data.pop("limit_net_euro", None),
            **data,
        )
        return ResolutionFile(member, entry, revoked_on)


def of_bodies(
    bodies: Sequence[BodyFile], deciding: Sequence[str], path: str
) -> Iterator[Violation]:
    """Yield what cannot be true of a member's bodies; path: of the member in the file."""
    seen: set[str] = set()
    for index, body in enumerate(bodies):
        place = f"{path}.bodies.{index}"
        if chains.plain(body.name) in seen:
            yield Violation(
                "body_repeated", "Dieses Gremium steht schon weiter oben.", field=f"{place}.name"
            )
        seen.add(chains.plain(body.name))
        if body.active_from and body.active_to and body.active_to < body.active_from:
            yield Violation(
                "days_out_of_order", "Das Ende liegt vor dem Beginn.", field=f"{place}.active_to"
            )
        days = [meeting.day for meeting in body.meetings]
        if len(days) != len(set(days)):
            yield Violation(
                "meeting_repeated",
                "Ein Tag steht mehr als einmal unter den Sitzungen.",
                field=f"{place}.meetings",
            )
    if len({chains.plain(name) for name in deciding}) != len(deciding):
        yield Violation(
            "body_repeated",
            "In der Reihenfolge der Gremien (decides) steht eines zweimal.",
            field=f"{path}.decides",
        )
