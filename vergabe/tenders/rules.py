"""Stages of a tender, and the reasons against each step. Pure functions over plain facts."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from vergabe.errors import Violation
from vergabe.texts import lazy

FULL_WEIGHT: Final = 10_000
SHORTEST_REASON: Final = 20
"""Characters below which a reason says nothing."""


class Stage(StrEnum):
    """Stages that somebody moves; `submission closed` and `standstill` follow from the clock."""

    DRAFT = "draft"
    READY = "ready"
    PUBLISHED = "published"
    OPENED = "opened"
    EVALUATED = "evaluated"
    DECIDED = "decided"
    AWARDED = "awarded"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


# Queries name these, not the others: an index then leads past all that has ended.
RUNNING_STAGES: Final = tuple(
    stage for stage in Stage if stage not in (Stage.COMPLETED, Stage.CANCELLED)
)


class Action(StrEnum):
    """What can be done to a tender."""

    EDIT = "edit"
    DECLARE_READY = "declare_ready"
    TAKE_BACK = "take_back"
    PUBLISH = "publish"
    RETURN = "return"
    AMEND = "amend"
    OPEN_BIDS = "open_bids"
    EVALUATE = "evaluate"
    DECIDE = "decide"
    AWARD = "award"
    COMPLETE = "complete"
    CANCEL = "cancel"


STAGE_NAMES: Final[Mapping[Stage, str]] = {
    Stage.DRAFT: lazy("in Vorbereitung"),
    Stage.READY: lazy("bereit"),
    Stage.PUBLISHED: lazy("veröffentlicht"),
    Stage.OPENED: lazy("Angebote geöffnet"),
    Stage.EVALUATED: lazy("gewertet"),
    Stage.DECIDED: lazy("entschieden"),
    Stage.AWARDED: lazy("Zuschlag erteilt"),
    Stage.COMPLETED: lazy("abgeschlossen"),
    Stage.CANCELLED: lazy("aufgehoben"),
}

NEXT_STAGE: Final[Mapping[tuple[Stage, Action], Stage]] = {
    (Stage.DRAFT, Action.EDIT): Stage.DRAFT,
    (Stage.DRAFT, Action.DECLARE_READY): Stage.READY,
    (Stage.DRAFT, Action.CANCEL): Stage.CANCELLED,
    (Stage.READY, Action.TAKE_BACK): Stage.DRAFT,
    (Stage.READY, Action.PUBLISH): Stage.PUBLISHED,
    (Stage.READY, Action.CANCEL): Stage.CANCELLED,
    (Stage.PUBLISHED, Action.RETURN): Stage.READY,
    (Stage.PUBLISHED, Action.AMEND): Stage.PUBLISHED,
    (Stage.PUBLISHED, Action.OPEN_BIDS): Stage.OPENED,
    (Stage.PUBLISHED, Action.CANCEL): Stage.CANCELLED,
    (Stage.OPENED, Action.EVALUATE): Stage.EVALUATED,
    (Stage.OPENED, Action.CANCEL): Stage.CANCELLED,
    (Stage.EVALUATED, Action.DECIDE): Stage.DECIDED,
    (Stage.EVALUATED, Action.CANCEL): Stage.CANCELLED,
    (Stage.DECIDED, Action.AWARD): Stage.AWARDED,
    (Stage.DECIDED, Action.CANCEL): Stage.CANCELLED,
    (Stage.AWARDED, Action.COMPLETE): Stage.COMPLETED,
}


def allowed_actions(stage: Stage) -> tuple[Action, ...]:
    """Return the actions that a stage knows, in the order of the table."""
    return tuple(action for (at, action) in NEXT_STAGE if at is stage)


def reasons_against_stage(stage: Stage, action: Action) -> list[Violation]:
    """Return why the stage alone forbids an action; empty means that it may follow."""
    if (stage, action) in NEXT_STAGE:
        return []
    return [
        Violation(
            "wrong_stage",
            f"Das Verfahren ist {STAGE_NAMES[stage]}; dieser Schritt ist dann nicht möglich.",
        )
    ]


def is_open_for_bids(
    stage: Stage, submission_deadline: dt.datetime | None, now: dt.datetime
) -> bool:
    """Return whether bids can still be in time: a comparison with the clock, never a job."""
    return (
        stage is Stage.PUBLISHED and submission_deadline is not None and now < submission_deadline
    )


NOT_YET_PUBLIC: Final = "abgesendet, noch nicht öffentlich"


def shown_stage(
    stage: Stage,
    submission_deadline: dt.datetime | None,
    now: dt.datetime,
    *,
    is_public: bool = True,
) -> str:
    """Return the German name of where the tender stands now, closing by time included.

    is_public: False while its first notice waits for the publication in the EU.
    """
    if stage is Stage.PUBLISHED and not is_public:
        return NOT_YET_PUBLIC
    if stage is Stage.PUBLISHED and not is_open_for_bids(stage, submission_deadline, now):
        return "Angebotsfrist abgelaufen"
    return STAGE_NAMES[stage]


# BT-144 (eForms SDK 1.14.2, CC BY 4.0) with the number of § 63 (1) VgV that it goes with.
CANCELLATION_CODES: Final[Mapping[str, str]] = {
    "no-rece": lazy("Es ist kein Angebot eingegangen (Nr. 1)"),
    "all-rej": lazy("Kein Angebot entspricht den Bedingungen (Nr. 1)"),
    "one-admis": lazy("Nur ein Angebot ist eingegangen (Nr. 3)"),
    "chan-need": lazy("Die Grundlage hat sich wesentlich geändert (Nr. 2)"),
    "ins-fund": lazy("Die Mittel reichen nicht (Nr. 3)"),
    "rev-body": lazy("Entscheidung einer Nachprüfungsstelle (Nr. 4)"),
    "other": lazy("Anderer schwerwiegender Grund (Nr. 4)"),
}


def reasons_against_cancelling(reason: str, code: str, *, law: str | None) -> list[Violation]:
    """Return what a cancellation lacks; code: of CANCELLATION_CODES; law: of the procedure."""
    found = []
    if code not in CANCELLATION_CODES:
        message = "Wählen Sie, welcher der Gründe es ist."
        found.append(Violation("cancellation_code_unknown", message, law=law, field="code"))
    if len(reason.strip()) < 20:
        found.append(
            Violation(
                "cancellation_reason_missing",
                "Nennen Sie den Grund der Aufhebung so, dass Bieter und Prüfer ihn verstehen "
                "(mindestens 20 Zeichen).",
                law=law,
                field="reason",
            )
        )
    return found


def reasons_against_before_public(*, is_public: bool) -> list[Violation]:
    """Return why a tender that was sent out cannot be changed or cancelled in public yet.

    What nobody has seen is not changed by a notice: it is stopped, and then mended (BT-757).
    """
    if is_public:
        return []
    return [
        Violation(
            "not_yet_public",
            "Die Bekanntmachung ist abgesendet, aber noch nicht öffentlich. Halten Sie sie auf der "
            "Seite „Versand“ an; danach lässt sich das Verfahren bearbeiten, neu veröffentlichen "
            "oder aufgeben.",
        )
    ]


def reasons_against_amending(
    *, summary: str, submission_deadline: dt.datetime, now: dt.datetime, reopens: bool = False
) -> list[Violation]:
    """Return why a published tender may not be amended as wished.

    submission_deadline: the one in force before the amendment (aware UTC); reopens: it is over and
    is opened anew after an outage of the platform, which the caller has made sure of.
    """
    reasons: list[Violation] = []
    if now >= submission_deadline and not reopens:
        reasons.append(
            Violation(
                "deadline_passed",
                "Die Angebotsfrist ist abgelaufen; die Vergabeunterlagen lassen sich nicht mehr "
                "ändern.",
            )
        )
    if len(summary.strip()) < 10:
        reasons.append(
            Violation(
                "summary_missing",
                "Sagen Sie den Bietern in einem Satz, was sich ändert (mindestens 10 Zeichen).",
                field="summary",
            )
        )
    return reasons
