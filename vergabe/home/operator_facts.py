"""Who runs this service: facts for the imprint, privacy and accessibility pages, from a TOML file.

Nothing here is invented: what the operator has not written is told as missing.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from vergabe.settings import SettingsError

Section = Mapping[str, Any]


@dataclass(frozen=True)
class Operator:
    """The operator (§ 5 DDG): name and address as they stand on a letter."""

    name: str = ""
    address: tuple[str, ...] = ()
    represented_by: str = ""
    email: str = ""
    phone: str = ""
    vat_id: str = ""
    supervised_by: str = ""


@dataclass(frozen=True)
class Privacy:
    """Whom to ask about personal data (Art. 13, 37, 77 GDPR)."""

    officer: tuple[str, ...] = ()
    authority: tuple[str, ...] = ()
    hosting: str = ""
    logs_kept_days: int | None = None


@dataclass(frozen=True)
class Enforcement:
    """The body that helps when a barrier stays (§ 16 BGG or the law of the Land)."""

    name: str = ""
    address: tuple[str, ...] = ()
    url: str = ""
    law: str = ""


@dataclass(frozen=True)
class Accessibility:
    """What the statement on accessibility has to say (§ 12b BGG, § 10b BGG NRW).

    land: two letters, chooses the known body; checked_on and method: when and how it was checked
    (a self-assessment or a report); barriers: known ones, each a sentence with its reason.
    """

    land: str = ""
    email: str = ""
    phone: str = ""
    checked_on: str = ""
    method: str = ""
    barriers: tuple[str, ...] = ()


KNOWN_BODIES: Final[Mapping[str, Enforcement]] = {
    "NW": Enforcement(
        "Ombudsstelle für barrierefreie Informationstechnik des Landes Nordrhein-Westfalen",
        url="https://www.lbbp.nrw.de/ombudsstelle",
        law="§§ 10d, 10e BGG NRW, §§ 9 ff. BITV NRW",
    ),
}
"""Bodies that we have looked up; of every other Land the operator names it."""


@dataclass(frozen=True)
class Facts:
    """All that the operator has told of itself."""

    operator: Operator = Operator()
    privacy: Privacy = Privacy()
    accessibility: Accessibility = Accessibility()
    enforcement: Enforcement = Enforcement()

    @property
    def feedback_email(self) -> str:
        """Return where barriers are reported to, empty if nobody is named."""
        return self.accessibility.email or self.operator.email

    def missing(self) -> list[str]:
        """Return what law asks for and the file does not say, as settings of the file."""
        wanted = {
            "operator.name": self.operator.name,
            "operator.address": self.operator.address,
            "operator.represented_by": self.operator.represented_by,
            "operator.email": self.operator.email,
            "privacy.officer": self.privacy.officer,
            "privacy.authority": self.privacy.authority,
            "accessibility.checked_on": self.accessibility.checked_on,
            "accessibility.method": self.accessibility.method,
            "enforcement.name": self.enforcement.name,
        }
        return [name for name, value in wanted.items() if not value]


_KINDS: Final[Mapping[str, type[Any]]] = {
    "operator": Operator,
    "privacy": Privacy,
    "accessibility": Accessibility,
    "enforcement": Enforcement,
}


def read(file: Path | None) -> Facts:
    """Return the facts of a TOML file (None: nothing told); SettingsError if it cannot be read."""
    if file is None:
        return Facts()
    try:
        text = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"VERGABE_OPERATOR, {file}: {error}") from error
    unknown = sorted(set(text) - set(_KINDS))
    if unknown:
        raise SettingsError(f"VERGABE_OPERATOR, {file}: unbekannt ist [{unknown[0]}].")
    found = {name: _section(file, name, text.get(name, {})) for name in _KINDS}
    land = found["accessibility"].land.upper()
    if not found["enforcement"].name and land in KNOWN_BODIES:
        found["enforcement"] = KNOWN_BODIES[land]
    return Facts(**found)


def _section(file: Path, name: str, values: Section) -> Any:
    kind = _KINDS[name]
    defaults = {field.name: field.default for field in fields(kind)}
    given: dict[str, Any] = {}
    for key, value in values.items():
        where = f"VERGABE_OPERATOR, {file}: {name}.{key}"
        if key not in defaults:
            raise SettingsError(f"{where} gibt es nicht. Möglich sind {', '.join(defaults)}.")
        given[key] = _value(where, defaults[key], value)
    return kind(**given)


def _value(where: str, default: Any, value: Any) -> Any:
    if isinstance(default, tuple):
        if isinstance(value, str):
            return (value,)
        if isinstance(value, list) and all(isinstance(line, str) for line in value):
            return tuple(value)
        raise SettingsError(f"{where} muss ein Text oder eine Liste von Texten sein.")
    if default is None:
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        raise SettingsError(f"{where} muss eine ganze Zahl ab 1 sein.")
    if not isinstance(value, str):
        raise SettingsError(f"{where} muss ein Text in Anführungszeichen sein.")
    return value.strip()
