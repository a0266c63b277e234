"""The named checks a joint tender must pass, as pure functions over plain facts.

Each check returns every reason against: which member, what is missing, who can supply it. A further
check is a function and one line in CHECKS.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from vergabe.cooperations import chain_reasons, chains, rules
from vergabe.cooperations.chain_reasons import Naming
from vergabe.cooperations.chains import Chain, ResolutionFacts, State
from vergabe.cooperations.mandate_rules import Act, MandateFacts, against_act, against_limit
from vergabe.cooperations.rules import Activity, Depth, LegalForm, Part, Scope, Stage, Subject
from vergabe.errors import Violation

JOINT_PROCUREMENT_LAW: Final = "§ 4 VgV"


@dataclass(frozen=True)
class MemberViolation(Violation):
    """A reason that concerns one member; None concerns all."""

    organisation_id: str | None = None


@dataclass(frozen=True)
class ParticipantFacts:
    """A participant with its share of the estimated value (net cents; None: not known).

    resolutions: in the order in which they were decided; decides: names of the bodies that decide
    for it, in their order, empty where any body may.
    """

    organisation_id: uuid.UUID
    name: str
    depth: Depth
    is_member: bool
    total_net_cents: int | None
    mandates: Sequence[MandateFacts] = ()
    resolutions: Sequence[ResolutionFacts] = ()
    decides: Sequence[str] = ()
    exclusion: str = ""
    """Why the area is left out for it or for all (German sentence); empty: it is not."""


@dataclass(frozen=True)
class Situation:
    """All that cooperations know about a joint tender on a legal day (Europe/Berlin).

    stage: None if no agreement is on file; required: subjects on which every participant needs a
    resolution; pool_id: None when looking at the cooperation as such; naming: what all resolutions
    must name, None where the area does not ask for it; others: who takes part in the area beside
    the participants, where resolutions take effect together.
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
    naming: Naming | None = None
    others: Sequence[ParticipantFacts] = ()
    cost_rule: Sequence[Violation] = ()
    """What the cost rule of the agreement lacks."""
    exclusion: str = ""
    """Why the area is left out for all (German sentence); empty: it is not."""
    parties: Mapping[uuid.UUID, dt.date | None] | None = None
    """Party to the agreement → day of signature; None: parties are not on file."""

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
    if situation.cost_rule:
        return [
            _general(
                situation,
                "cost_rule_incomplete",
                f"Die Kostenregel der Vereinbarung ist nicht vollständig: {reason.message}",
                law=reason.law,
            )
            for reason in situation.cost_rule
        ]
    if Activity.PUBLISH in rules.ALLOWS[situation.stage]:
        return _not_parties(situation)
    stage_name = rules.STAGE_NAMES[situation.stage]
    remedy = {
        Stage.INFORMAL: "Bedarfe abfragen und planen ist möglich. Zum Veröffentlichen braucht es "
        "eine beschlossene und unterzeichnete Vereinbarung, die in Kraft ist.",
        Stage.TERMINATED: "Neue Verfahren sind nicht mehr möglich; laufende werden zu Ende "
        "geführt.",
    }.get(situation.stage, "Veröffentlicht werden darf erst, wenn sie in Kraft ist.")
    message = f"Die Vereinbarung hat den Stand „{stage_name}“. {remedy}"
    return [_general(situation, "agreement_not_in_force", message)]


def _general(
    situation: Situation, code: str, message: str, *, law: str | None = JOINT_PROCUREMENT_LAW
) -> Violation:
    return MemberViolation(code, message, law=law, who=situation.coordination)


def _not_parties(situation: Situation) -> list[Violation]:
    """Return which participants are not party to the agreement that counts, or have not signed."""
    if situation.parties is None:
        return []
    return [
        MemberViolation(
            "not_a_party",
            f"{participant.name} hat die geltende Fassung der Vereinbarung nicht unterzeichnet.",
            law=JOINT_PROCUREMENT_LAW,
            who=f"{participant.name} und {situation.coordination}",
            organisation_id=str(participant.organisation_id),
        )
        for participant in situation.participants
        if situation.parties.get(participant.organisation_id) is None
    ]


def all_take_part(situation: Situation) -> list[Violation]:
    """Return which participants are no members, or do not take part in the area deep enough."""
    if not situation.participants and situation.exclusion:
        return [_general(situation, "area_excluded", situation.exclusion, law=None)]
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
        elif Part.TENDER in rules.DEPTH_ALLOWS[participant.depth]:
            continue
        elif participant.exclusion:
            code, message = "area_excluded", f"{participant.name}: {participant.exclusion}"
        else:
            code, message = (
                "participation_not_deep_enough",
                f"{participant.name} nimmt am Aufgabengebiet „{situation.area_name}“ nur mit der "
                f"Tiefe „{rules.DEPTH_NAMES[participant.depth]}“ teil; für eine gemeinsame "
                f"Vergabe braucht es mindestens „{rules.DEPTH_NAMES[Depth.DEMAND]}“.",
            )
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

    The lead needs no mandate from itself.
    """
    act = Act(
        situation.lead_id,
        situation.lead_name,
        Scope.TENDER,
        situation.day,
        is_limited=not situation.is_overview,
    )
    shares = {p.organisation_id: p.total_net_cents for p in situation.participants}
    return not_empowered(
        act,
        [(p.organisation_id, p.name, p.mandates) for p in situation.participants],
        shares,
    )


def not_empowered(
    act: Act,
    grantors: Iterable[tuple[uuid.UUID, str, Sequence[MandateFacts]]],
    shares: Mapping[uuid.UUID, int | None],
) -> list[Violation]:
    """Return which members (id, name, mandates) have not empowered for an act who does it.

    shares: organisation id → its part, net in cents; whoever acts needs nothing from itself.
    """
    return [
        MemberViolation(
            *against,
            law=JOINT_PROCUREMENT_LAW,
            who=f"{name}: Koordination oder Kämmerei",
            organisation_id=str(organisation_id),
        )
        for organisation_id, name, mandates in grantors
        if organisation_id != act.grantee_id
        and (against := against_act(act, name, mandates, shares.get(organisation_id)))
    ]


def required_resolutions_are_recorded(situation: Situation) -> list[Violation]:
    """Return which required resolutions of which participants are missing, or do not suffice.

    Where resolutions of an area take effect together, those of everybody else in it as well.
    """
    found = [
        _of_member(participant, code, message)
        for participant in situation.participants
        for subject in Subject
        if subject in situation.required
        for code, message in _against_resolution(participant, subject, situation)
    ]
    found += [
        _of_member(
            other,
            "resolutions_not_effective",
            f"{message} Bis dahin stehen die Beschlüsse aller unter Vorbehalt.",
        )
        for other in situation.others
        for subject in Subject
        if subject in situation.required - rules.POOL_NEEDED
        for _, message in chain_reasons.against_chain(
            other.name, subject, chain_on(other, subject, situation)
        )
    ]
    return found


def _of_member(participant: ParticipantFacts, code: str, message: str) -> Violation:
    return MemberViolation(
        code,
        message,
        who=f"{participant.name}: Koordination, Vergabestelle oder Kämmerei",
        organisation_id=str(participant.organisation_id),
    )


def chain_on(participant: ParticipantFacts, subject: Subject, situation: Situation) -> Chain:
    """Return how far the chain of a participant on a subject has come on the day."""
    about = chains.about(participant.resolutions, subject, situation.pool_id)
    return chains.chain_of(participant.decides, about, situation.day)


def _against_resolution(
    participant: ParticipantFacts, subject: Subject, situation: Situation
) -> Iterator[tuple[str, str]]:
    chain = chain_on(participant, subject, situation)
    yield from chain_reasons.against_chain(participant.name, subject, chain)
    deciding = chain.deciding
    if chain.state is not State.DECIDED or deciding is None:
        return
    short = against_limit(
        [deciding.limit_net_cents], participant.total_net_cents, is_public=deciding.is_public
    )
    if short is not None and not situation.is_overview:
        yield (
            "resolution_limit_exceeded",
            f"{participant.name}: Der Beschluss vom {deciding.decided_on:%d.%m.%Y} zu "
            f"„{rules.SUBJECT_NAMES[subject]}“ {short}",
        )
    if situation.naming is not None and subject in rules.NAMES_FORM:
        yield from chain_reasons.against_naming(participant.name, deciding, situation.naming)


def notes_on_resolutions(situation: Situation) -> list[str]:
    """Return a sentence for each condition and for whatever else is to be minded."""
    return [
        note
        for participant in situation.participants
        for subject in sorted(situation.required)
        for note in chain_reasons.notes_on(
            participant.name, chain_on(participant, subject, situation)
        )
    ]


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
        notes_on_resolutions,
    ),
)
CHECK_TITLES: Final[Mapping[str, str]] = {check.key: check.title for check in CHECKS}
