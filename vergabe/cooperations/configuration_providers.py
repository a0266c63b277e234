"""`[[in_house_providers]]` of a cooperation's file: who is asked before the market."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
from marshmallow import fields

from vergabe.cooperations.configuration_fields import Choice, Day
from vergabe.cooperations.provider_model import PROVIDER_KINDS
from vergabe.errors import Violation
from vergabe.web.schema import Schema, text


@dataclass(frozen=True)
class InHouseProviderFile:
    """A provider of the members' own, the areas in which it is asked first, since when."""

    name: str
    kind: str
    areas: Sequence[str]
    since: dt.date
    until: dt.date | None = None
    note: str = ""


class InHouseProviderSchema(Schema):
    name = text(400, minimum=1, required=True)
    kind = Choice(PROVIDER_KINDS, required=True)
    areas = fields.List(fields.String(), required=True)
    since = Day(required=True)
    until = Day(load_default=None)
    note = text(2000, load_default="")

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> InHouseProviderFile:
        return InHouseProviderFile(**data)


def violations_of(
    providers: Sequence[InHouseProviderFile], areas: Collection[str]
) -> Iterator[Violation]:
    """Yield what cannot be true; areas: the keys that the file knows."""
    seen: set[str] = set()
    for index, provider in enumerate(providers):
        path = f"in_house_providers.{index}"
        if provider.name in seen:
            yield Violation(
                "provider_repeated",
                f"{provider.name[:100]} steht schon weiter oben.",
                field=f"{path}.name",
            )
        seen.add(provider.name)
        if not provider.areas:
            yield Violation(
                "areas_missing",
                "Nennen Sie mindestens ein Aufgabengebiet, in dem der Anbieter zuerst gefragt "
                "wird.",
                field=f"{path}.areas",
            )
        for key in provider.areas:
            if key not in areas:
                yield Violation(
                    "area_unknown",
                    f"Das Aufgabengebiet „{key[:40]}“ steht nicht unter areas. Dort stehen: "
                    f"{', '.join(sorted(areas)) or 'keine'}.",
                    field=f"{path}.areas",
                )
        if provider.until is not None and provider.until < provider.since:
            yield Violation(
                "days_out_of_order", "Das Ende liegt vor dem Beginn.", field=f"{path}.until"
            )
