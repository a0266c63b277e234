"""What is limited, how often, and the settings that say so. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from vergabe.settings import SettingsError

OFF: Final = "off"
_WORD: Final = re.compile(r"([a-z_]+\.[a-z]+)=(?:(\d{1,6})/(\d{1,6})|(off))")


@dataclass(frozen=True)
class Limit:
    """So many within so many seconds, all of them at once if need be (GCRA).

    Afterwards one more is free every `seconds / count`: there is no instant at which a whole
    window opens again.
    """

    count: int
    seconds: int

    @property
    def step_us(self) -> int:
        """Microseconds after which one more is free."""
        return max(1, self.span_us // self.count)

    @property
    def span_us(self) -> int:
        return self.seconds * 1_000_000


DEFAULTS: Final[Mapping[str, Limit]] = MappingProxyType(
    {
        # A town hall, or a county's computing centre with forty of them, has one public address.
        # Guessing at one account is slowed down by `accounts.lockouts`, not here.
        "login.address": Limit(600, 300),
        "second_factor.address": Limit(600, 300),
        "second_factor.account": Limit(20, 300),
        # On its first day a town hall sets sixty passwords; nobody needs a sixth link in an hour.
        "reset.address": Limit(200, 3600),
        "reset.account": Limit(5, 3600),
        "registration.address": Limit(30, 3600),
        "search.address": Limit(1200, 60),
        "search.account": Limit(120, 60),
        "upload.address": Limit(1200, 600),
        "upload.account": Limit(200, 600),
        "question.address": Limit(120, 600),
        "question.account": Limit(20, 600),
        "api.address": Limit(6000, 60),
        "api.account": Limit(1200, 60),
    }
)
MAIL_HOST: Final = Limit(600, 60)
"""Mails to one receiving host, if the settings say nothing else."""


def limits_of(setting: str) -> Mapping[str, Limit]:
    """Return the limits in force: the defaults, changed by `name=count/seconds`; empty: `off`.

    Raises SettingsError with a German sentence for anything else.
    """
    text = setting.strip()
    if text == OFF:
        return {}
    found = dict(DEFAULTS)
    for word in filter(None, re.split(r"[,\s]+", text)):
        match = _WORD.fullmatch(word)
        if match is None or match[1] not in DEFAULTS:
            raise SettingsError(
                "VERGABE_RATE_LIMITS muss off sein oder Angaben wie search.address=1200/60 "
                "enthalten (Anzahl/Sekunden, oder off), mit Komma getrennt. Bekannt sind: "
                f"{', '.join(DEFAULTS)}. Angegeben ist {word!r}."
            )
        if match[4]:
            del found[match[1]]
        else:
            found[match[1]] = _limit(int(match[2]), int(match[3]), "VERGABE_RATE_LIMITS")
    return found


def mail_limit_of(setting: str) -> Limit | None:
    """Return how many mails one receiving host gets, None: as many as there are (`off`)."""
    text = setting.strip()
    if text == OFF:
        return None
    if not text:
        return MAIL_HOST
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if match is None:
        raise SettingsError(
            "VERGABE_MAIL_RATE muss Anzahl/Sekunden nennen, zum Beispiel 600/60, oder off sein; "
            f"angegeben ist {text!r}."
        )
    return _limit(int(match[1]), int(match[2]), "VERGABE_MAIL_RATE")


def _limit(count: int, seconds: int, name: str) -> Limit:
    if not count or not seconds:
        raise SettingsError(f"{name}: Anzahl und Sekunden müssen mindestens 1 sein.")
    return Limit(count, seconds)
