"""The agreement in a cooperation's TOML file: its shape, and what must agree within it."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields

from vergabe.cooperations import agreement_rules, rules
from vergabe.cooperations.agreement_checklist import ITEMS, TEXT_LENGTH
from vergabe.cooperations.agreement_entries import (
    NOTICE_ENDS,
    NOTICE_ENDS_TO,
    PLACE_LENGTH,
    ApprovalEntry,
    checked_approval,
)
from vergabe.cooperations.configuration_fields import Choice, Day, Euro, YesNo, several, whole
from vergabe.cooperations.configuration_tasks import TaskFile, TaskSchema
from vergabe.cooperations.entries import WORDING_LENGTH
from vergabe.cooperations.rules import DAY_OF_STAGE, LegalForm, Stage
from vergabe.errors import InvalidInput, Violation
from vergabe.web.schema import Schema, text

_SIGNED: Final = frozenset({Stage.SIGNED, Stage.APPROVED, Stage.IN_FORCE})


@dataclass(frozen=True)
class PartyFile:
    """A party to the agreement: the member with this key, its signature, its maxima."""

    member: str
    signed_on: dt.date | None = None
    signed_by: str = ""
    maximum_quantity: str = ""
    maximum_net_euro: int | None = None


@dataclass(frozen=True)
class AgreementFile:
    """A version of the agreement; days: those that the file names.

    parties, approval, checklist, notice: what the file says of them; empty: nothing.
    """

    number: int
    legal_form: LegalForm
    stage: Stage
    subject: str
    requires_approval: bool
    days: Mapping[Stage, dt.date]
    parties: Sequence[PartyFile] = ()
    approval: Mapping[str, Any] = field(default_factory=dict)
    notice: Mapping[str, Any] = field(default_factory=dict)
    checklist: Mapping[str, str] = field(default_factory=dict)
    published_on: dt.date | None = None
    published_in: str = ""
    tasks: Sequence[TaskFile] = ()


class PartySchema(Schema):
    member = text(12, minimum=5, required=True)
    signed_on = Day()
    signed_by = text(200, load_default="")
    maximum_quantity = text(TEXT_LENGTH, load_default="")
    maximum_net_euro = Euro()

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> PartyFile:
        return PartyFile(**data)


class ApprovalSchema(Schema):
    authority = text(PLACE_LENGTH)
    sent_on = Day()
    received_on = Day()
    objections_on = Day()
    meeting_named_on = Day()
    meeting_on = Day()
    by_silence = YesNo()


class NoticeSchema(Schema):
    months = whole(0, 120)
    to = Choice(tuple(NOTICE_ENDS_TO))
    ends = Choice(tuple(NOTICE_ENDS))


ChecklistSchema = Schema.from_dict(
    {
        item.key: Choice(tuple(item.choices)) if item.choices else text(TEXT_LENGTH, minimum=1)
        for item in ITEMS
    },
    name="AgreementChecklistFileSchema",
)


class AgreementSchema(Schema):
    number = whole(1, 1000, load_default=1)
    legal_form = Choice(LegalForm, required=True)
    stage = Choice(Stage, required=True)
    subject = text(WORDING_LENGTH, minimum=1, required=True)
    requires_approval = YesNo(load_default=False)
    resolved_on = Day()
    signed_on = Day()
    approved_on = Day()
    in_force_on = Day()
    terminated_on = Day()
    published_on = Day()
    published_in = text(PLACE_LENGTH, load_default="")
    parties = several(fields.Nested(PartySchema), load_default=list)
    tasks = several(fields.Nested(TaskSchema), load_default=list)
    approval = fields.Nested(ApprovalSchema, load_default=dict)
    notice = fields.Nested(NoticeSchema, load_default=dict)
    checklist = fields.Nested(ChecklistSchema, load_default=dict)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> AgreementFile:
        days = {
            stage: data.pop(name)
            for stage, name in DAY_OF_STAGE.items()
            if data.get(name) is not None
        }
        return AgreementFile(**data, days=days)


def violations_of(
    agreement: AgreementFile, names: Mapping[str, str], today: dt.date
) -> Iterator[Violation]:
    """Yield what in an agreement cannot be true; names: key of each member → its name."""
    yield from _of_stage(agreement)
    for violation in agreement_rules.reasons_against_days(agreement.days, today):
        yield _at(violation, "agreement")
    yield from _of_parties(agreement, names, today)
    yield from _of_approval(agreement, today)
    yield from _of_publication(agreement, today)


def _of_stage(agreement: AgreementFile) -> Iterator[Violation]:
    informal = agreement.legal_form is LegalForm.INFORMAL_ARRANGEMENT
    if informal and agreement.stage not in (Stage.INFORMAL, Stage.TERMINATED):
        yield Violation(
            "no_legal_form",
            f"Eine formlose Verabredung kann nicht den Stand „{agreement.stage}“ haben. Nennen "
            "Sie die Rechtsform.",
            field="agreement.legal_form",
        )
    if agreement.stage is not Stage.INFORMAL and agreement.stage not in agreement.days:
        name = rules.DAY_OF_STAGE[agreement.stage]
        yield Violation(
            "day_missing",
            f"Zum Stand „{agreement.stage}“ gehört das Datum {name}.",
            field=f"agreement.{name}",
        )
    if (
        agreement.requires_approval
        and agreement.stage is Stage.IN_FORCE
        and Stage.APPROVED not in agreement.days
    ):
        yield Violation(
            "approval_missing",
            "Diese Vereinbarung braucht eine Genehmigung; ohne approved_on kann sie nicht in "
            "Kraft sein.",
            law=agreement_rules.APPROVAL_LAW.get(agreement.legal_form),
            field="agreement.approved_on",
        )
    for stage in agreement.days:
        if rules.STAGE_ORDER.index(stage) > rules.STAGE_ORDER.index(agreement.stage):
            yield Violation(
                "day_of_later_stage",
                f"Beim Stand „{agreement.stage}“ kann es dieses Datum noch nicht geben.",
                field=f"agreement.{rules.DAY_OF_STAGE[stage]}",
            )


def _of_parties(
    agreement: AgreementFile, names: Mapping[str, str], today: dt.date
) -> Iterator[Violation]:
    seen: set[str] = set()
    for index, party in enumerate(agreement.parties):
        path = f"agreement.parties.{index}"
        if party.member not in names:
            yield Violation(
                "member_unknown",
                f"Ein Mitglied mit dem Schlüssel „{party.member}“ steht nicht unter members.",
                field=f"{path}.member",
            )
            continue
        if party.member in seen:
            yield Violation(
                "party_repeated",
                f"{names[party.member]} steht schon weiter oben.",
                field=f"{path}.member",
            )
        seen.add(party.member)
        yield from _of_signature(agreement, party, names[party.member], f"{path}.signed_on", today)


def _of_signature(
    agreement: AgreementFile, party: PartyFile, name: str, path: str, today: dt.date
) -> Iterator[Violation]:
    last = agreement.days.get(Stage.SIGNED)
    if party.signed_on is None:
        if agreement.stage in _SIGNED:
            yield Violation(
                "signature_missing",
                f"{name}: Beim Stand „{agreement.stage}“ haben alle unterzeichnet; nennen Sie den "
                "Tag (signed_on).",
                field=path,
            )
    elif party.signed_on > today:
        yield Violation(
            "day_in_future",
            f"{name}: Der Tag der Unterschrift liegt in der Zukunft.",
            field=path,
        )
    elif last is not None and party.signed_on > last:
        yield Violation(
            "signed_later",
            f"{name} hat nach dem {last:%d.%m.%Y} unterzeichnet. Unterzeichnet ist die "
            "Vereinbarung mit der letzten Unterschrift (signed_on).",
            field=path,
        )


def approval_entry(agreement: AgreementFile) -> ApprovalEntry:
    """Return what the file says about the way to the approval."""
    return ApprovalEntry(**{k: v for k, v in agreement.approval.items() if k != "by_silence"})


def _of_approval(agreement: AgreementFile, today: dt.date) -> Iterator[Violation]:
    yield from _checked("agreement.approval", checked_approval, approval_entry(agreement), today)
    by_silence = agreement.approval.get("by_silence", False)
    if by_silence and (
        Stage.APPROVED not in agreement.days or "received_on" not in agreement.approval
    ):
        yield Violation(
            "silence_without_days",
            "Zur Genehmigung durch Schweigen gehören received_on und approved_on.",
            field="agreement.approval.by_silence",
        )


def _of_publication(agreement: AgreementFile, today: dt.date) -> Iterator[Violation]:
    published = agreement.published_on
    if published is None:
        return
    in_force = agreement.days.get(Stage.IN_FORCE)
    if published > today:
        yield Violation(
            "day_in_future",
            "Der Tag der Bekanntmachung liegt in der Zukunft.",
            field="agreement.published_on",
        )
    elif in_force is not None and in_force <= published:
        yield Violation(
            "before_publication",
            "Wirksam wird die Vereinbarung frühestens am Tag nach der Bekanntmachung.",
            law=agreement_rules.APPROVAL_LAW.get(agreement.legal_form),
            field="agreement.in_force_on",
        )


def _checked(path: str, check: Callable[..., Any], *arguments: Any) -> Iterator[Violation]:
    try:
        check(*arguments)
    except InvalidInput as error:
        for violation in error.violations:
            yield _at(violation, path)


def _at(violation: Violation, path: str) -> Violation:
    return Violation(
        violation.code, violation.message, law=violation.law, field=f"{path}.{violation.field}"
    )
