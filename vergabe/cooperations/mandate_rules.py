"""What a mandate (Vollmacht) covers: scope, days, limit; pure functions over plain facts."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from vergabe import money
from vergabe.cooperations import rules
from vergabe.cooperations.rules import SCOPE_NAMES, Scope


@dataclass(frozen=True)
class MandateFacts:
    """A mandate of a participant; days inclusive, amounts net in cents."""

    grantee_id: uuid.UUID
    scope: frozenset[Scope]
    valid_from: dt.date
    valid_to: dt.date | None = None
    revoked_on: dt.date | None = None
    limit_net_cents: int | None = None

    def is_valid(self, day: dt.date) -> bool:
        """Return whether it counts on a legal day."""
        return rules.is_valid_on(
            day,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            revoked_on=self.revoked_on,
        )

    @property
    def last_day(self) -> dt.date | None:
        """Return the last legal day on which it counts; None without end."""
        ends = [self.valid_to] if self.valid_to is not None else []
        if self.revoked_on is not None:
            ends.append(self.revoked_on - dt.timedelta(days=1))
        return min(ends, default=None)

    def why_not_valid(self, day: dt.date) -> str:
        """Return since or until when it does not count, for a day on which it does not."""
        if self.revoked_on is not None and self.revoked_on <= day:
            return f"widerrufen zum {self.revoked_on:%d.%m.%Y}"
        if self.valid_from > day:
            return f"gültig erst ab {self.valid_from:%d.%m.%Y}"
        return f"abgelaufen am {self.valid_to:%d.%m.%Y}"


@dataclass(frozen=True)
class Act:
    """What is done for a member: by whom, within which scope, on which legal day.

    is_limited: whether the limits of mandates matter for it.
    """

    grantee_id: uuid.UUID
    grantee_name: str
    scope: Scope
    day: dt.date
    is_limited: bool = True


def against_act(
    act: Act, grantor_name: str, mandates: Sequence[MandateFacts], share_net_cents: int | None
) -> tuple[str, str] | None:
    """Return code and sentence of why a member's mandates do not cover an act; None: they do.

    share_net_cents: the member's part, None where it is not known. One valid mandate whose limit
    suffices is enough.
    """
    own = [m for m in mandates if m.grantee_id == act.grantee_id and act.scope in m.scope]
    what = f"{grantor_name}: Die Vollmacht für {act.grantee_name} („{SCOPE_NAMES[act.scope]}“)"
    if not own:
        return (
            "mandate_missing",
            f"{grantor_name} hat {act.grantee_name} keine Vollmacht „{SCOPE_NAMES[act.scope]}“ "
            "erteilt.",
        )
    valid = [mandate for mandate in own if mandate.is_valid(act.day)]
    if not valid:
        last = max(own, key=lambda mandate: mandate.last_day or dt.date.max)
        return (
            "mandate_not_valid",
            f"{what} gilt am {act.day:%d.%m.%Y} nicht ({last.why_not_valid(act.day)}). Erteilen "
            "Sie eine neue.",
        )
    if not act.is_limited:
        return None
    limits = [mandate.limit_net_cents for mandate in valid]
    short = against_limit(limits, share_net_cents, is_public=False)
    return None if short is None else ("mandate_limit_exceeded", f"{what} {short}")


def against_limit(
    limits: Sequence[int | None], share_net_cents: int | None, *, is_public: bool
) -> str | None:
    """Return why no limit suffices for a share, as the end of a sentence; None: one does.

    limits: net cents, None for no limit at all; share_net_cents: None where it is not known. All
    members read the sentence: a limit that is not public is not quoted.
    """
    named = [limit for limit in limits if limit is not None]
    if len(named) < len(limits):
        return None
    highest = max(named)
    up_to = f"bis {money.german(highest)} netto" if is_public else "nur bis zu einem Höchstbetrag"
    if share_net_cents is None:
        return f"reicht {up_to}, der Anteil ist unbekannt."
    if share_net_cents > highest:
        return f"reicht {up_to}, der Anteil beträgt {money.german(share_net_cents)}."
    return None
