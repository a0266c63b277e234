"""The shape of a cooperation's TOML file; unknown keys are refused, messages are German."""

from collections.abc import Mapping
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields

from vergabe.access.permissions import Role
from vergabe.cooperations import configuration_voting, project_defaults
from vergabe.cooperations.configuration import (
    AreaFile,
    CooperationFile,
    MandateFile,
    MemberFile,
    PersonFile,
)
from vergabe.cooperations.configuration_agreement import AgreementSchema
from vergabe.cooperations.configuration_areas import ExclusionSchema, ParticipationField
from vergabe.cooperations.configuration_bylaws import BylawSchema
from vergabe.cooperations.configuration_cost_key import CostKeySchema
from vergabe.cooperations.configuration_fields import (
    Choice,
    Day,
    Email,
    Euro,
    YesNo,
    matching,
    several,
    whole,
)
from vergabe.cooperations.configuration_providers import InHouseProviderSchema
from vergabe.cooperations.configuration_resolutions import (
    BodySchema,
    ResolutionSchema,
    decides,
)
from vergabe.cooperations.configuration_tasks import ProviderSchema
from vergabe.cooperations.entries import WORDING_LENGTH, MandateEntry
from vergabe.cooperations.rules import Scope, Subject
from vergabe.web.schema import Schema, text

_ORGANISATION_FACTS: Final = (
    *("kind", "ags", "ars", "name", "official_name", "land", "nuts3", "inhabitants"),
    *("inhabitants_on", "leitweg_id", "street", "postcode", "city", "email", "phone", "website"),
)


AGS_SENTENCE: Final = (
    "Der Amtliche Gemeindeschlüssel hat 8 Ziffern (Kreise 5) und steht in Anführungszeichen, "
    'zum Beispiel "05358040".'
)
KEY_SENTENCE: Final = (
    "Hier wird ein kurzer Schlüssel erwartet: Kleinbuchstaben, Ziffern und Bindestriche, "
    "beginnend mit einem Buchstaben, höchstens 40 Zeichen."
)
_AREA_KEY: Final = r"[a-z][a-z0-9_-]{0,39}"


class ContactSchema(Schema):
    name = text(200, minimum=1, required=True)
    email = Email(required=True)
    phone = text(50, load_default="")


class ReviewBodySchema(Schema):
    name = text(400, minimum=1, required=True)
    street = text(200, load_default="")
    postcode = text(10, load_default="")
    city = text(200, minimum=1, required=True)
    email = text(254, load_default="")
    phone = text(50, load_default="")
    website = text(400, load_default="")


class AreaSchema(Schema):
    key = matching(_AREA_KEY, KEY_SENTENCE, required=True)
    name = text(400, minimum=1, required=True)
    required_resolutions = several(Choice(Subject), load_default=list)
    effective_together = YesNo(load_default=False)
    same_form_and_subject = YesNo(load_default=False)
    votes = fields.Nested(configuration_voting.VotesSchema, load_default=None)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> AreaFile:
        return AreaFile(**data)


class PersonSchema(Schema):
    email = Email(required=True)
    full_name = text(200, minimum=1, required=True)
    roles = several(
        Choice(tuple(str(role) for role in Role if role is not Role.SUPPLIER)), required=True
    )
    valid_from = Day()
    valid_to = Day()

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> PersonFile:
        return PersonFile(**data)


class MemberSchema(Schema):
    kind = Choice(("municipality", "county", "association"))
    ags = matching(r"\d{8}|\d{5}", AGS_SENTENCE)
    ars = matching(
        r"\d{12}|\d{9}",
        'Der Amtliche Regionalschlüssel hat 12 Ziffern (Verbände 9), zum Beispiel "053580040040".',
    )
    name = text(400, minimum=1, required=True)
    official_name = text(400)
    land = matching(r"[A-Z]{2}", 'Das Land steht mit zwei Buchstaben, zum Beispiel "NW".')
    nuts3 = matching(r"DE[0-9A-Z]{3}", 'Der NUTS-3-Code hat 5 Zeichen, zum Beispiel "DEA26".')
    inhabitants = whole(1, 20_000_000)
    inhabitants_on = Day()
    leitweg_id = text(46)
    street = text(200)
    postcode = matching(r"\d{5}", "Die Postleitzahl hat 5 Ziffern und steht in Anführungszeichen.")
    city = text(200)
    email = Email()
    phone = text(50)
    website = text(400)
    lead = YesNo(load_default=False)
    joined_on = Day(required=True)
    left_on = Day()
    participation = fields.Dict(
        keys=fields.String(),
        values=ParticipationField(),
        required=True,
        error_messages={"invalid": 'Hier wird { Gebiet = "Tiefe", … } erwartet.'},
    )
    people = several(fields.Nested(PersonSchema), load_default=list)
    bodies = several(fields.Nested(BodySchema), load_default=list)
    decides = decides()
    bylaws = several(fields.Nested(BylawSchema), load_default=list)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> MemberFile:
        ags, ars = data.get("ags"), data.get("ars")
        if not ags and not ars:
            raise ma.ValidationError(
                "Geben Sie den Amtlichen Gemeindeschlüssel an (bei Verbänden ohne AGS: ars).", "ags"
            )
        if "kind" not in data:
            by_length = {8: "municipality", 5: "county"}
            data["kind"] = by_length[len(ags)] if ags else "association"
        return MemberFile(
            key=ags or ars or "",
            facts={name: data[name] for name in _ORGANISATION_FACTS if name in data},
            is_lead=data["lead"],
            joined_on=data["joined_on"],
            left_on=data.get("left_on"),
            participation=data["participation"],
            people=data["people"],
            bodies=data["bodies"],
            decides=data["decides"],
            bylaws=data["bylaws"],
        )


class ServiceProviderSchema(ProviderSchema):
    people = several(fields.Nested(PersonSchema), load_default=list)


class MandateSchema(Schema):
    grantor = text(12, minimum=5, required=True)
    grantee = text(40, minimum=1)
    scope = several(Choice(Scope), required=True)
    wording = text(WORDING_LENGTH, minimum=1, required=True)
    limit_net_euro = Euro()
    valid_from = Day(required=True)
    valid_to = Day()
    revoked_on = Day()

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> MandateFile:
        entry = MandateEntry(
            scope=frozenset(data["scope"]),
            wording=data["wording"],
            valid_from=data["valid_from"],
            valid_to=data.get("valid_to"),
            limit_net_cents=data.get("limit_net_euro"),
        )
        return MandateFile(data["grantor"], entry, data.get("revoked_on"), data.get("grantee"))


class CooperationSchema(Schema):
    key = matching(r"[a-z][a-z0-9-]{0,39}", KEY_SENTENCE, required=True)
    name = text(400, minimum=1, required=True)
    description = text(WORDING_LENGTH, load_default="")
    reference_prefix = matching(
        r"[A-Z]{2,10}",
        "Das Kürzel der Aktenzeichen hat 2 bis 10 Großbuchstaben, zum Beispiel DLZ.",
        required=True,
    )
    joining_window_days = whole(1, 365, load_default=21)
    contact = fields.Nested(ContactSchema, required=True)
    review_body = fields.Nested(ReviewBodySchema, required=True)
    cost_key = fields.Nested(CostKeySchema, required=True)
    agreement = fields.Nested(AgreementSchema, required=True)
    areas = several(fields.Nested(AreaSchema), required=True)
    members = several(fields.Nested(MemberSchema), required=True)
    service_providers = several(fields.Nested(ServiceProviderSchema), load_default=list)
    declarations_required = YesNo(load_default=False)
    in_house_providers = several(fields.Nested(InHouseProviderSchema), load_default=list)
    mandates = several(fields.Nested(MandateSchema), load_default=list)
    resolutions = several(fields.Nested(ResolutionSchema), load_default=list)
    votes = fields.Nested(configuration_voting.VotesSchema, load_default=None)
    funding = fields.Nested(project_defaults.FundingDefaultsSchema, load_default=None)
    council_papers = fields.Nested(project_defaults.PaperDefaultsSchema, load_default=None)
    exclusions = several(fields.Nested(ExclusionSchema), load_default=list)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> CooperationFile:
        return CooperationFile(**data)


def read(raw: Mapping[str, Any]) -> CooperationFile:
    """Return the facts of a parsed file; marshmallow's ValidationError for a wrong shape."""
    found = CooperationSchema().load(raw)
    assert isinstance(found, CooperationFile)
    return found
