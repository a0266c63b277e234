"""`[funding]` and `[council_papers]` of a cooperation's file: shape, loading, reading."""

import uuid
from collections.abc import Mapping
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from vergabe.cooperations.configuration import CooperationFile
from vergabe.cooperations.loading_report import Changes
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.project_model import ProjectDefaults
from vergabe.errors import InvalidInput
from vergabe.exchange import german
from vergabe.law import funding as law
from vergabe.law.funding import FULL, Rounding
from vergabe.web.schema import Schema, text

_TEXT_LENGTH: Final = 10_000
_AWARD_RULES: Final = ("UVgO", "VOB/A")


class _Amount(fields.Field[int]):
    """An amount in euros, gross; becomes cents."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        try:
            return german.parse_money_cents(value)
        except InvalidInput as error:
            raise ma.ValidationError(error.message) from None


class _YesNo(fields.Field[bool]):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ma.ValidationError("Hier wird true oder false erwartet.")
        return value


class FundingDefaultsSchema(Schema):
    """The keys of `[funding]`: with what a funding case of a project begins."""

    programme = fields.String(
        required=True,
        validate=validate.OneOf(
            list(dict.fromkeys(row.id for row in law.rows())), error="Möglich sind: {choices}."
        ),
    )
    quota_basis_points = fields.Integer(
        strict=True, validate=validate.Range(1, FULL, error="Möglich ist 1 bis 10000.")
    )
    ceiling_euro = _Amount()
    rounding = fields.String(
        validate=validate.OneOf([r.value for r in Rounding], error="Möglich sind: {choices}.")
    )
    award_rules = fields.List(
        fields.String(validate=validate.OneOf(list(_AWARD_RULES), error="Möglich sind: {choices}."))
    )
    requires_resolutions = _YesNo()
    authority = text(400)

    @ma.post_load
    def _as_json(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if "ceiling_euro" in data:
            data["ceiling_cents"] = data.pop("ceiling_euro")
        return data


class PaperDefaultsSchema(Schema):
    """The keys of `[council_papers]`: what the papers of all projects begin with."""

    is_public = _YesNo()
    strategy = text(_TEXT_LENGTH)
    inclusion = text(_TEXT_LENGTH)


def load_project_defaults(
    session: Session, cooperation: Cooperation, file: CooperationFile, changes: Changes
) -> None:
    """Make the defaults what the file says; the file is the state."""
    wanted: dict[str, Any] = {
        "funding": dict(file.funding or {}),
        "papers": dict(file.council_papers or {}),
    }
    found = session.get(ProjectDefaults, cooperation.id)
    if found is None:
        if not any(wanted.values()):
            return
        found = ProjectDefaults(cooperation_id=cooperation.id, funding={}, papers={})
        session.add(found)
    changes.apply(found, "", wanted)
    session.flush()


def funding_defaults(session: Session, cooperation_id: uuid.UUID) -> Mapping[str, Any]:
    """Return what the file says about grants, empty if nothing."""
    found = session.get(ProjectDefaults, cooperation_id)
    return found.funding if found is not None else {}


def paper_defaults(session: Session, cooperation_id: uuid.UUID) -> Mapping[str, Any]:
    """Return what the file says about council papers, empty if nothing."""
    found = session.get(ProjectDefaults, cooperation_id)
    return found.papers if found is not None else {}
