"""The chain of bodies in which a member decides (Beratungsfolge): pure functions over plain facts.

Where a cooperation names the bodies of a member in their order, the last one decides and the ones
before it prepare: what they say stands subject to the last. A chain counts when every body has
decided, none after the one that follows it. Without named bodies any body's decision counts.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from vergabe.cooperations.rules import LegalForm, ResolutionKind, Subject


@dataclass(frozen=True)
class ResolutionFacts:
    """A resolution of a member's body; amounts net in cents, days legal days.

    pool_id: the pool that it is about; legal_form, matter: the form of the cooperation and the
    subject as the resolution names them; basis: what a delegated decision rests on.
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
    kind: ResolutionKind = ResolutionKind.DECISION
    basis: str = ""
    legal_form: LegalForm | None = None
    matter: str = ""
    resolution_id: uuid.UUID | None = None


class State(StrEnum):
    """How far a member's chain has come on a legal day."""

    MISSING = "missing"
    REVOKED = "revoked"
    RESERVED = "reserved"  # somebody has decided, a body that must is still to come
    OUT_OF_ORDER = "out_of_order"
    REJECTED = "rejected"
    DECIDED = "decided"


@dataclass(frozen=True)
class Step:
    """A body of the chain and its resolution that counts, None if there is none."""

    body: str
    resolution: ResolutionFacts | None


@dataclass(frozen=True)
class Chain:
    """A member's chain on one subject on a legal day.

    deciding: the standing resolution of whoever has the last word; outstanding: bodies that have
    not decided; early: a last word that was spoken before this preparing resolution; last_revoked:
    the newest one that no longer counts.
    """

    state: State
    steps: tuple[Step, ...]
    deciding: ResolutionFacts | None = None
    outstanding: tuple[str, ...] = ()
    early: ResolutionFacts | None = None
    last_revoked: ResolutionFacts | None = None

    @property
    def decided_on(self) -> dt.date | None:
        """Return the day of the last word if the chain counts."""
        if self.state is not State.DECIDED or self.deciding is None:
            return None
        return self.deciding.decided_on

    @property
    def dissuading(self) -> list[ResolutionFacts]:
        """Return the recommendations against it that the last body did not follow."""
        if self.state is not State.DECIDED:
            return []
        prepared = [step.resolution for step in self.steps[:-1]]
        return [r for r in prepared if r is not None and not r.is_adopted]


def same_body(one: str, other: str) -> bool:
    """Return whether two names mean the same body of a municipality."""
    return plain(one) == plain(other)


def plain(text: str) -> str:
    """Return a text as it is compared: letters and figures alone, case and blanks do not count."""
    return "".join(char for char in text.casefold() if char.isalnum())


def about(
    resolutions: Sequence[ResolutionFacts], subject: Subject, pool_id: uuid.UUID | None
) -> list[ResolutionFacts]:
    """Return the resolutions on a subject: on this pool, or on the cooperation as a whole.

    What concerns a single tender counts for its pool alone; a resolution on the cooperation as a
    whole counts for every pool.
    """
    if subject is Subject.TENDER:
        return [r for r in resolutions if r.subject is subject and r.pool_id == pool_id]
    return [r for r in resolutions if r.subject is subject and r.pool_id in (None, pool_id)]


def chain_of(bodies: Sequence[str], resolutions: Sequence[ResolutionFacts], day: dt.date) -> Chain:
    """Return how far a member has come on a legal day.

    bodies: the member's bodies in their order, empty where none are prescribed; resolutions: those
    on one subject, in the order in which they were decided.
    """
    decided = [r for r in resolutions if r.decided_on <= day]
    standing = [r for r in decided if r.revoked_on is None or day < r.revoked_on]
    finals = [r for r in standing if _has_last_word(r, bodies)]
    deciding = finals[-1] if finals else None
    steps = tuple(_steps(bodies, standing, deciding))
    if deciding is not None and (deciding.kind is ResolutionKind.DELEGATED or not bodies):
        state = State.DECIDED if deciding.is_adopted else State.REJECTED
        return Chain(state, steps, deciding)
    if deciding is None:
        return _without_last_word(bodies, steps, standing, decided)
    return _with_last_word(steps, standing, deciding)


def _has_last_word(resolution: ResolutionFacts, bodies: Sequence[str]) -> bool:
    if resolution.kind is ResolutionKind.RECOMMENDATION:
        return False
    if resolution.kind is ResolutionKind.DELEGATED or not bodies:
        return True
    return same_body(resolution.body, bodies[-1])


def _steps(
    bodies: Sequence[str],
    standing: Sequence[ResolutionFacts],
    deciding: ResolutionFacts | None,
) -> Iterator[Step]:
    """Yield the bodies with what counts of each, in their order."""
    if not bodies or (deciding and deciding.kind is ResolutionKind.DELEGATED):
        if deciding is not None:
            yield Step(deciding.body, deciding)
        else:
            for resolution in standing[-1:]:
                yield Step(resolution.body, resolution)
        return
    found: list[Step] = [Step(bodies[-1], deciding)]
    limit = deciding.decided_on if deciding else dt.date.max
    # Backwards from the last word: what a body said afterwards belongs to another round.
    for body in reversed(bodies[:-1]):
        before = [
            r
            for r in standing
            if same_body(r.body, body)
            and r.kind is not ResolutionKind.DELEGATED
            and r.decided_on <= limit
        ]
        found.append(Step(body, before[-1] if before else None))
        if before:
            limit = before[-1].decided_on
    yield from reversed(found)


def _without_last_word(
    bodies: Sequence[str],
    steps: tuple[Step, ...],
    standing: Sequence[ResolutionFacts],
    decided: Sequence[ResolutionFacts],
) -> Chain:
    outstanding = tuple(step.body for step in steps if step.resolution is None)
    revoked = [r for r in decided if r not in standing]
    last_revoked = revoked[-1] if revoked else None
    if any(step.resolution for step in steps):
        return Chain(State.RESERVED, steps, None, outstanding, last_revoked=last_revoked)
    if last_revoked is not None:
        return Chain(State.REVOKED, steps, None, outstanding, last_revoked=last_revoked)
    return Chain(State.MISSING, steps, None, outstanding)


def _with_last_word(
    steps: tuple[Step, ...], standing: Sequence[ResolutionFacts], deciding: ResolutionFacts
) -> Chain:
    if not deciding.is_adopted:
        return Chain(State.REJECTED, steps, deciding)
    outstanding = tuple(step.body for step in steps if step.resolution is None)
    if outstanding:
        late = [r for r in standing if any(same_body(r.body, body) for body in outstanding)]
        if late:
            return Chain(State.OUT_OF_ORDER, steps, deciding, outstanding, early=late[-1])
        return Chain(State.RESERVED, steps, deciding, outstanding)
    for step in steps[:-1]:
        refusal = step.resolution
        # A recommendation binds nobody; a body that decides for itself has to agree.
        if refusal and refusal.kind is ResolutionKind.DECISION and not refusal.is_adopted:
            return Chain(State.REJECTED, steps, refusal)
    return Chain(State.DECIDED, steps, deciding)
