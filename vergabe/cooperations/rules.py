"""Words of cooperations, and what the agreement's stage and a depth of participation allow."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from vergabe.errors import Violation
from vergabe.texts import lazy


class Stage(StrEnum):
    """How far the cooperation agreement (Vereinbarung) is (design.md, section 2)."""

    INFORMAL = "informal"
    RESOLVED = "resolved"
    SIGNED = "signed"
    APPROVED = "approved"
    IN_FORCE = "in_force"
    TERMINATED = "terminated"


class Activity(StrEnum):
    """What members do together, from the first question to the last settlement."""

    SURVEY = "survey"  # ask for demands, collect them
    PLAN = "plan"  # propose pools, consult on them, draft a tender
    JOIN = "join"  # join a pool with binding effect
    PUBLISH = "publish"  # publish a joint tender
    AWARD = "award"  # award in a procedure that was published
    SETTLE = "settle"  # share and settle costs


class Depth(StrEnum):
    """How deep a member takes part in a task area (Beteiligungstiefe)."""

    NONE = "none"
    INFORMATION = "information"
    DEMAND = "demand"
    MANDATE = "mandate"
    FULL = "full"


class Phase(StrEnum):
    """When a member takes part in an area: as all do, first as a pilot, or later."""

    REGULAR = "regular"
    PILOT = "pilot"
    LATER = "later"


class Part(StrEnum):
    """What a depth of participation lets a member do in a task area."""

    READ = "read"  # see calls, pools and tenders of the area
    SUBMIT = "submit"  # submit demands
    TENDER = "tender"  # take part in a joint tender
    MANDATE = "mandate"  # leave the decisions of the procedure to the lead
    SERVICE = "service"  # be served by the lead beyond the tender (contract, calls-off)


class Scope(StrEnum):
    """What a mandate (Vollmacht) is for."""

    TENDER = "tender"
    AWARD = "award"
    COMPLAINTS = "complaints"
    REVIEW = "review"
    CANCELLATION = "cancellation"


class Subject(StrEnum):
    """What a member's body decided on."""

    JOINING = "joining"
    AGREEMENT = "agreement"
    MANDATE = "mandate"
    COST_KEY = "cost_key"
    FUNDING = "funding"
    TENDER = "tender"
    AWARD = "award"


class ResolutionKind(StrEnum):
    """What weight a resolution has."""

    DECISION = "decision"
    RECOMMENDATION = "recommendation"  # of a body that prepares what a later one decides
    DELEGATED = "delegated"  # by the head of the administration, within what the council left them


class LegalForm(StrEnum):
    """What kind of agreement it is (procurement-rules.md, section 11)."""

    INFORMAL_ARRANGEMENT = "informal_arrangement"
    CONTRACT = "contract"
    ADMINISTRATIVE_AGREEMENT = "administrative_agreement"
    PUBLIC_LAW_AGREEMENT = "public_law_agreement"
    PURPOSE_AGREEMENT = "purpose_agreement"
    ASSOCIATION = "association"


class Move(StrEnum):
    """A step of the agreement from one stage to the next."""

    RESOLVE = "resolve"
    SIGN = "sign"
    APPROVE = "approve"
    BRING_INTO_FORCE = "bring_into_force"
    TERMINATE = "terminate"


STAGE_NAMES: Final[Mapping[Stage, str]] = {
    Stage.INFORMAL: lazy("Formlos verabredet"),
    Stage.RESOLVED: lazy("Beschlossen"),
    Stage.SIGNED: lazy("Unterzeichnet"),
    Stage.APPROVED: lazy("Genehmigt"),
    Stage.IN_FORCE: lazy("In Kraft"),
    Stage.TERMINATED: lazy("Beendet"),
}
ACTIVITY_NAMES: Final[Mapping[Activity, str]] = {
    Activity.SURVEY: lazy("Bedarfe abfragen"),
    Activity.PLAN: lazy("Bündelungen planen"),
    Activity.JOIN: lazy("verbindlich beitreten"),
    Activity.PUBLISH: lazy("gemeinsam ausschreiben"),
    Activity.AWARD: lazy("Zuschläge erteilen"),
    Activity.SETTLE: lazy("Kosten abrechnen"),
}
DEPTH_NAMES: Final[Mapping[Depth, str]] = {
    Depth.NONE: lazy("Keine"),
    Depth.INFORMATION: lazy("Information"),
    Depth.DEMAND: lazy("Bedarf"),
    Depth.MANDATE: lazy("Mandat"),
    Depth.FULL: lazy("Voll"),
}
PHASE_NAMES: Final[Mapping[Phase, str]] = {
    Phase.REGULAR: lazy("wie alle"),
    Phase.PILOT: lazy("Pilot"),
    Phase.LATER: lazy("später dabei"),
}
SCOPE_NAMES: Final[Mapping[Scope, str]] = {
    Scope.TENDER: lazy("Vergabeverfahren durchführen"),
    Scope.AWARD: lazy("Zuschlag erteilen"),
    Scope.COMPLAINTS: lazy("Rügen beantworten"),
    Scope.REVIEW: lazy("Vertretung in der Nachprüfung"),
    Scope.CANCELLATION: lazy("Verfahren aufheben"),
}
SUBJECT_NAMES: Final[Mapping[Subject, str]] = {
    Subject.JOINING: lazy("Beitritt zur Zusammenarbeit"),
    Subject.AGREEMENT: lazy("Abschluss der Vereinbarung"),
    Subject.MANDATE: lazy("Federführung und Vollmacht"),
    Subject.COST_KEY: lazy("Kostenschlüssel"),
    Subject.FUNDING: lazy("Förderantrag"),
    Subject.TENDER: lazy("Einzelne gemeinsame Vergabe"),
    Subject.AWARD: lazy("Auftragserteilung"),
}
# What concerns one pool always, what may, and what concerns the cooperation as a whole.
POOL_NEEDED: Final = frozenset({Subject.TENDER})
POOL_POSSIBLE: Final = frozenset({Subject.AWARD, Subject.FUNDING, Subject.COST_KEY}) | POOL_NEEDED
# Resolutions on the cooperation itself, which grants want to name its form and subject.
NAMES_FORM: Final = frozenset({Subject.JOINING, Subject.AGREEMENT, Subject.FUNDING})
RESOLUTION_KIND_NAMES: Final[Mapping[ResolutionKind, str]] = {
    ResolutionKind.DECISION: lazy("Beschluss"),
    ResolutionKind.RECOMMENDATION: lazy("Empfehlung (Vorberatung)"),
    ResolutionKind.DELEGATED: lazy("Übertragene Entscheidung"),
}
LEGAL_FORM_NAMES: Final[Mapping[LegalForm, str]] = {
    LegalForm.INFORMAL_ARRANGEMENT: lazy("Formlose Verabredung"),
    LegalForm.CONTRACT: lazy("Vertrag über gemeinsame Auftragsvergabe"),
    LegalForm.ADMINISTRATIVE_AGREEMENT: lazy("Verwaltungsvereinbarung"),
    LegalForm.PUBLIC_LAW_AGREEMENT: lazy("Öffentlich-rechtliche Vereinbarung"),
    LegalForm.PURPOSE_AGREEMENT: lazy("Zweckvereinbarung"),
    LegalForm.ASSOCIATION: lazy("Zweckverband"),
}
MOVE_NAMES: Final[Mapping[Move, str]] = {
    Move.RESOLVE: lazy("Als beschlossen vermerken"),
    Move.SIGN: lazy("Als unterzeichnet vermerken"),
    Move.APPROVE: lazy("Genehmigung vermerken"),
    Move.BRING_INTO_FORCE: lazy("In Kraft setzen"),
    Move.TERMINATE: lazy("Beenden"),
}

_EARLY: Final = frozenset({Activity.SURVEY, Activity.PLAN})
_BOUND: Final = _EARLY | {Activity.JOIN}
ALLOWS: Final[Mapping[Stage, frozenset[Activity]]] = {
    # Nobody is bound by a word among mayors: such a group may ask and plan.
    Stage.INFORMAL: _EARLY,
    # The councils have decided, so each member can bind itself.
    Stage.RESOLVED: _BOUND,
    Stage.SIGNED: _BOUND,
    Stage.APPROVED: _BOUND,
    Stage.IN_FORCE: frozenset(Activity),
    # What was published is brought to its end and settled; nothing new begins.
    Stage.TERMINATED: frozenset({Activity.AWARD, Activity.SETTLE}),
}
DEPTH_ALLOWS: Final[Mapping[Depth, frozenset[Part]]] = {
    Depth.NONE: frozenset(),
    Depth.INFORMATION: frozenset({Part.READ}),
    Depth.DEMAND: frozenset({Part.READ, Part.SUBMIT, Part.TENDER}),
    Depth.MANDATE: frozenset({Part.READ, Part.SUBMIT, Part.TENDER, Part.MANDATE}),
    Depth.FULL: frozenset(Part),
}
BRINGS_DEMANDS: Final = frozenset(
    depth for depth, parts in DEPTH_ALLOWS.items() if Part.SUBMIT in parts
)
STAGE_ORDER: Final = tuple(Stage)
DAY_OF_STAGE: Final[Mapping[Stage, str]] = {
    Stage.RESOLVED: "resolved_on",
    Stage.SIGNED: "signed_on",
    Stage.APPROVED: "approved_on",
    Stage.IN_FORCE: "in_force_on",
    Stage.TERMINATED: "terminated_on",
}


def is_valid_on(
    day: dt.date, *, valid_from: dt.date, valid_to: dt.date | None, revoked_on: dt.date | None
) -> bool:
    """Return whether something with a stretch of legal days counts on `day`.

    valid_from and valid_to are inclusive; on the day of revocation it no longer counts.
    """
    return (
        valid_from <= day
        and (valid_to is None or day <= valid_to)
        and (revoked_on is None or day < revoked_on)
    )


def effective_stage(
    stage: Stage, day: dt.date, *, in_force_on: dt.date | None, terminated_on: dt.date | None
) -> Stage:
    """Return the stage that counts on a legal day; what time alone decides is not stored.

    An agreement recorded as in force counts as approved until its first day; one recorded as
    terminated still counts as in force (or as informal, if it never was) before the day it ends.
    """
    if stage is Stage.TERMINATED:
        if terminated_on is None or terminated_on <= day:
            return Stage.TERMINATED
        stage = Stage.IN_FORCE if in_force_on is not None else Stage.INFORMAL
    if stage is Stage.IN_FORCE and in_force_on is not None and day < in_force_on:
        return Stage.APPROVED
    return stage


def reasons_against_activity(stage: Stage | None, activity: Activity) -> list[Violation]:
    """Return why members may not do this together; stage: that of the day, None: no agreement."""
    if stage is not None and activity in ALLOWS[stage]:
        return []
    standing = f"hat den Stand „{STAGE_NAMES[stage]}“" if stage else "fehlt"
    first = next((STAGE_NAMES[each] for each in STAGE_ORDER if activity in ALLOWS[each]), "")
    return [
        Violation(
            "agreement_stage",
            f"Die Vereinbarung {standing}. Gemeinsam {ACTIVITY_NAMES[activity]} dürfen die "
            f"Mitglieder erst mit dem Stand „{first}“.",
        )
    ]
