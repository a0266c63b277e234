"""The form of the facts: what it shows, and how what was posted is read."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from vergabe.notice_facts import selection
from vergabe.notice_facts.facts import Known
from vergabe.notice_facts.fields import FIELDS, GROUPS, LOT_FIELDS, Field, is_asked
from vergabe.web.forms import FormReader, day_and_time

MOST_PIECES: Final = 100


def asked_fields(known: Known, values: Mapping[str, Any]) -> list[Field]:
    """Return the fields that mean something for a tender, in the order of the form."""
    order = {group.key: place for place, group in enumerate(GROUPS)}
    fields = [
        field
        for field in FIELDS.values()
        if is_asked(
            field.name,
            is_framework=known.is_framework,
            has_features=bool(values["features"]) or known.is_social,
            is_above=known.is_above,
        )
    ]
    return sorted(fields, key=lambda field: order[field.group])


def asked_lot_fields(*, may_be_vehicles: bool) -> list[Field]:
    """Return the fields that mean something for a lot."""
    return [f for f in LOT_FIELDS.values() if f.name != "clean_vehicles" or may_be_vehicles]


def shown(fields: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form shows at first, under the names of its inputs."""
    found: dict[str, Any] = {}
    for field in fields:
        value = values[field.name]
        if field.kind == "moment":
            found |= day_and_time(field.name, value)
        elif field.kind == "flag":
            found[field.name] = "1" if value else ""
        elif field.kind == "pieces":
            found |= {f"{field.name}.{place}": code for place, code in enumerate(value)}
        else:
            found[field.name] = value
    return found


def shown_instants(
    fields: Sequence[Field], values: Mapping[str, Any]
) -> dict[str, dt.datetime | None]:
    """Return the instants that the form shows, for its reader."""
    return {field.name: values[field.name] for field in fields if field.kind == "moment"}


def typed(fields: Sequence[Field], form: MultiDict[str, str]) -> dict[str, Any]:
    """Return what was posted as the form shows it again: nothing that was typed is lost."""
    found: dict[str, Any] = dict(form.items())
    for field in fields:
        if field.kind == "codes":
            found[field.name] = form.getlist(field.name)
    return found


def read(fields: Sequence[Field], form: MultiDict[str, str], reader: FormReader) -> dict[str, Any]:
    """Return what was posted as an edit; what is wrong is gathered by the reader."""
    return {field.name: _read(field, form, reader) for field in fields}


def _read(field: Field, form: MultiDict[str, str], reader: FormReader) -> Any:
    match field.kind:
        case "flag":
            return reader.flag(field.name)
        case "codes":
            return form.getlist(field.name)
        case "pieces":
            return _pieces(field, form)
        case "number":
            return reader.whole(field.name)
        case "day":
            return reader.day(field.name)
        case "moment":
            return reader.moment(field.name)
        case _:
            return reader.text(field.name)


def _pieces(field: Field, form: MultiDict[str, str]) -> list[str]:
    codes: list[str] = []
    for place in range(MOST_PIECES):
        name = f"{field.name}.{place}"
        if name not in form:
            break
        codes.append(form[name])
    return codes


def pieces(known: Known) -> list[str]:
    """Return the pieces of the officer's own words that get a code each."""
    return selection.pieces_of(known.selection_text)
