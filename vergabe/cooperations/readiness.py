"""The named checks a joint tender must pass, as pure functions over plain facts.

Each check returns every reason against: which member, what is missing, who can supply it. A further
check is a function and one line in CHECKS.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from vergabe import money
from vergabe.cooperations import rules
from vergabe.cooperations.rules import Activity, Depth, LegalForm, Part, Scope, Stage, Subject
from vergabe.errors import Violation

JOINT_PROCUREMENT_LAW: Final = "§ 4 VgV"


@dataclass(frozen=True)
class MemberViolation(Violation):
    """A reason that concerns one member; None concerns all."""

    organisation_id: str | None = None


@dataclass(frozen=True)
class MandateFacts:
    """A mandate of a participant; days inclusive, amounts net in cents."""

    grantee_id: uuid.UUID
    scope: frozenset[Scope]
    valid_from: dt.date
    valid_to: dt.date | None = None
    revoked_on: dt.date | None = None
    limit_net_cents: int | None = None


@dataclass(frozen=True)
class ResolutionFacts:
    """A resolution of a participant's body; amounts net in cents.

    pool_id: the pool that a resolution on a tender is about.
    """

    subject: Subject
    is_adopted: bool
    body: str
    decided_on: dt.date
    pool_id: uuid.UUID | None = None
    revoked_on: dt.date | None = None
    limit_net_cents: int | None = None
    conditions: str = ""
    is_public: bool = True


@dataclass(frozen=True)
class ParticipantFacts:
    """A participant with its share of the estimated value (net cents; None: not known).

    resolutions: in the order in which they were decided.
    """

    organisation_id: uuid.UUID
    name: str
    depth: Depth
    is_member: bool
    total_net_cents: int | None
    mandates: Sequence[MandateFacts] = ()
    resolutions: Sequence[ResolutionFacts] = ()


@dataclass(frozen=True)
class Situation:
    """All that cooperations know about a joint tender on a legal day (Europe/Berlin).

    stage: None if no agreement is on file; required: subjects on which every participant needs a
    resolution; pool_id: None when looking at the cooperation as such.
    """

    day: dt.date
    area_name: str
    stage: Stage | None
    legal_form: LegalForm | None
    lead_id: uuid.UUID
    lead_name: str
    required: frozenset[Subject]
    pool_id: uuid.UUID | None
    participants: Sequence[ParticipantFacts]
    is_overview: bool = False
    """No tender is in view: limits of mandates and resolutions say nothing yet."""

    @property
    def coordination(self) -> str:
        return f"Koordination bei {self.lead_name}"


@dataclass(frozen=True)
class Check:
    """A named check; `notes` says what to mind although nothing stands against it."""

    key: str
    title: str
    short_title: str
    reasons: Callable[[Situation], list[Violation]]
    notes: Callable[[Situation], list[str]] = field(default=lambda _situation: [])


def agreement_allows_publication(situation: Situation) -> list[Violation]:
    """Return why the agreement does not allow to publish a joint tender on this day."""
    if situation.stage is None:
        message = (
            "Zu dieser Zusammenarbeit ist keine Vereinbarung hinterlegt. Ohne sie darf nicht "
            "gemeinsam ausgeschrieben werden."
        )
        return [_general(situation, "agreement_missing", message)]
    if Activity.PUBLISH in rules.ALLOWS[situation.stage]:
        return []
    stage_name = rules.STAGE_NAMES[situation.stage]
    remedy = {
        Stage.INFORMAL: "Bedarfe abfragen und planen ist möglich. Zum Veröffentlichen braucht es "
        "eine beschlossene und unterzeichnete Vereinbarung, die in Kraft ist.",
        Stage.TERMINATED: "Neue Verfahren sind nicht mehr möglich; laufende werden zu Ende "
        "geführt.",
    }.get(situation.stage, "Veröffentlicht werden darf erst, wenn sie in Kraft ist.")
    message = f"Die Vereinbarung hat den Stand „{stage_name}“. {remedy}"
    return [_general(situation, "agreement_not_in_force", message)]


def _general(situation: Situation, code: str, message: str) -> Violation:
    return MemberViolation(code, message, law=JOINT_PROCUREMENT_LAW, who=situation.coordination)


def all_take_part(situation: Situation) -> list[Violation]:
    """Return which participants are no members, or do not take part in the area deep enough."""
    if not situation.participants:
        message = "Es gibt keine Beteiligten. Nehmen Sie mindestens einen Bedarf auf."
        return [_general(situation, "no_participants", message)]
    reasons: list[Violation] = []
    for participant in situation.participants:
        if not participant.is_member:
            code, message = (
                "not_a_member",
                f"{participant.name} ist am {situation.day:%d.%m.%Y} kein Mitglied der "
                "Zusammenarbeit.",
            )
        elif Part.TENDER not in rules.DEPTH_ALLOWS[participant.depth]:
            code, message = (
                "participation_not_deep_enough",
                f"{participant.name} nimmt am Aufgabengebiet „{situation.area_name}“ nur mit der "
                f"Tiefe „{rules.DEPTH_NAMES[participant.depth]}“ teil; für eine gemeinsame "
                f"Vergabe braucht es mindestens „{rules.DEPTH_NAMES[Depth.DEMAND]}“.",
            )
        else:
            continue
        reasons.append(
            MemberViolation(
                code,
                message,
                who=situation.coordination,
                organisation_id=str(participant.organisation_id),
            )
        )
    return reasons


def lead_is_mandated(situation: Situation) -> list[Violation]:
    """Return which participants have not empowered the lead for their share on this day.

    The lead needs no mandate from itself. One valid mandate whose limit suffices is enough.
    """
    return [
        MemberViolation(
            code,
            message,
            law=JOINT_PROCUREMENT_LAW,
            who=f"{participant.name}: Koordination oder Kämmerei",
            organisation_id=str(participant.organisation_id),
        )
        for participant in situation.participants
        if participant.organisation_id != situation.lead_id
        for code, message in _against_mandate(participant, situation)
    ]


def _against_mandate(
    participant: ParticipantFacts, situation: Situation
) -> Iterator[tuple[str, str]]:
    for_lead = [
        mandate
        for mandate in participant.mandates
        if mandate.grantee_id == situation.lead_id and Scope.TENDER in mandate.scope
    ]
    valid = [
        mandate
        for mandate in for_lead
        if rules.is_valid_on(
            situation.day,
            valid_from=mandate.valid_from,
            valid_to=mandate.valid_to,
            revoked_on=mandate.revoked_on,
        )
    ]
    if not for_lead:
        yield (
            "mandate_missing",
            f"{participant.name} hat {situation.lead_name} keine Vollmacht für das "
            "Vergabeverfahren erteilt.",
        )
    elif not valid:
        yield (
            "mandate_not_valid",
            f"{participant.name}: Die Vollmacht für {situation.lead_name} gilt am "
            f"{situation.day:%d.%m.%Y} nicht ({_why_not_valid(for_lead[0], situation.day)}). "
            "Erteilen Sie eine neue.",
        )
    else:
        yield from _against_limit(
            "mandate_limit_exceeded",
            f"{participant.name}: Die Vollmacht",
            [mandate.limit_net_cents for mandate in valid],
            participant,
            situation,
            is_public=False,
        )


def _why_not_valid(mandate: MandateFacts, day: dt.date) -> str:
    if mandate.revoked_on is not None and mandate.revoked_on <= day:
        return f"widerrufen zum {mandate.revoked_on:%d.%m.%Y}"
    if mandate.valid_from > day:
        return f"gültig erst ab {mandate.valid_from:%d.%m.%Y}"
    return f"abgelaufen am {mandate.valid_to:%d.%m.%Y}"


def _against_limit(
    code: str,
    what: str,
    limits: Sequence[int | None],
    participant: ParticipantFacts,
    situation: Situation,
    *,
    is_public: bool,
) -> Iterator[tuple[str, str]]:
    """Yield why no limit suffices for the share; one that suffices, or no limit at all, is enough.

    All members read these sentences: a limit that is not public is not quoted.
    """
    if None in limits or situation.is_overview:
        return
    highest = max(limit for limit in limits if limit is not None)
    share = participant.total_net_cents
    up_to = f" bis {money.german(highest)} netto" if is_public else " nur bis zu einem Höchstbetrag"
    if share is None:
        yield code, f"{what} reicht{up_to}, der Anteil ist unbekannt."
    elif share > highest:
        yield code, f"{what} reicht{up_to}, der Anteil beträgt {money.german(share)}."


def required_resolutions_are_recorded(situation: Situation) -> list[Violation]:
    """Return which required resolutions of which participants are missing, or do not suffice.

    The latest resolution on a subject decides, unless it was revoked.
    """
    return [
        MemberViolation(
            code,
            message,
            who=f"{participant.name}: Koordination, Vergabestelle oder Kämmerei",
            organisation_id=str(participant.organisation_id),
        )
        for participant in situation.participants
        for subject in Subject
        if subject in situation.required
        for code, message in _against_resolution(participant, subject, situation)
    ]


def _on_subject(
    participant: ParticipantFacts, subject: Subject, situation: Situation
) -> list[ResolutionFacts]:
    """Return the resolutions on a subject that were decided by the day, in their order."""
    pool_id = situation.pool_id if subject is Subject.TENDER else None
    return [
        resolution
        for resolution in participant.resolutions
        if resolution.subject is subject
        and resolution.pool_id == pool_id
        and resolution.decided_on <= situation.day
    ]


def deciding_resolution(
    participant: ParticipantFacts, subject: Subject, situation: Situation
) -> ResolutionFacts | None:
    """Return the latest resolution on a subject that is not revoked on the day, or None."""
    standing = [
        resolution
        for resolution in _on_subject(participant, subject, situation)
        if resolution.revoked_on is None or situation.day < resolution.revoked_on
    ]
    return standing[-1] if standing else None


def _against_resolution(
    participant: ParticipantFacts, subject: Subject, situation: Situation
) -> Iterator[tuple[str, str]]:
    what = f"„{rules.SUBJECT_NAMES[subject]}“"
    deciding = deciding_resolution(participant, subject, situation)
    if deciding is None:
        revoked = _on_subject(participant, subject, situation)
        if revoked:
            yield (
                "resolution_revoked",
                f"{participant.name}: Der Beschluss vom {revoked[-1].decided_on:%d.%m.%Y} zu "
                f"{what} wurde aufgehoben. Ein neuer Beschluss fehlt.",
            )
        else:
            yield (
                "resolution_missing",
                f"{participant.name}: Der Beschluss zu {what} fehlt.",
            )
    elif not deciding.is_adopted:
        yield (
            "resolution_rejected",
            f"{participant.name}: {deciding.body} hat am {deciding.decided_on:%d.%m.%Y} zu "
            f"{what} ablehnend beschlossen.",
        )
    else:
        yield from _against_limit(
            "resolution_limit_exceeded",
            f"{participant.name}: Der Beschluss vom {deciding.decided_on:%d.%m.%Y} zu {what}",
            [deciding.limit_net_cents],
            participant,
            situation,
            is_public=deciding.is_public,
        )


def conditions_of_resolutions(situation: Situation) -> list[str]:
    """Return a sentence for each condition that a deciding resolution names.

    Conditions of resolutions taken in closed session are mentioned, not quoted.
    """
    notes: list[str] = []
    for participant in situation.participants:
        for subject in sorted(situation.required):
            deciding = deciding_resolution(participant, subject, situation)
            if deciding is None or not deciding.is_adopted or not deciding.conditions:
                continue
            start = f"{participant.name} hat am {deciding.decided_on:%d.%m.%Y} mit Bedingungen"
            if deciding.is_public:
                notes.append(f"{start} beschlossen: {deciding.conditions}")
            else:
                notes.append(f"{start} beschlossen (nichtöffentlich, bei der Gemeinde erfragen).")
    return notes


CHECKS: Final[tuple[Check, ...]] = (
    Check(
        "agreement", "Die Vereinbarung ist in Kraft", "Vereinbarung", agreement_allows_publication
    ),
    Check(
        "participation",
        "Alle Beteiligten nehmen am Aufgabengebiet teil",
        "Beteiligung",
        all_take_part,
    ),
    Check(
        "mandates",
        "Alle Beteiligten haben die Federführung bevollmächtigt",
        "Vollmacht",
        lead_is_mandated,
    ),
    Check(
        "resolutions",
        "Alle nötigen Gremienbeschlüsse liegen vor",
        "Beschlüsse",
        required_resolutions_are_recorded,
        conditions_of_resolutions,
    ),
)
CHECK_TITLES: Final[Mapping[str, str]] = {check.key: check.title for check in CHECKS}
