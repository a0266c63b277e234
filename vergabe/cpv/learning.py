"""Learning from published notices: a second table in the data folder, beside the packaged one."""

import errno
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vergabe.cpv import packaged, table
from vergabe.cpv.reading import Published, reasons_against
from vergabe.cpv.table import Example, Table, identities_of, joined
from vergabe.errors import Refused, Violation


@dataclass
class Learned:
    """What became of notices: new ones, those known already, those without a code, broken ones."""

    new: int = 0
    known: int = 0
    without_code: int = 0
    refused: list[tuple[str, Violation]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {
            "new": self.new,
            "known": self.known,
            "without_code": self.without_code,
            "refused": [
                {"place": place, **violation.as_dict()} for place, violation in self.refused
            ],
        }


def learn(notices: Iterable[Published], data: Path) -> Learned:
    """Add notices to what a data folder has learned; a known id changes nothing.

    All of it is stored at once or, if the disk is full, nothing: Refused then. Of two commands that
    run at the same time the later one wins. Raises InvalidInput if the addition is damaged.
    """
    place = data / packaged.LEARNED
    old = table.read(place) if place.exists() else Table.of([])
    seen = set(table.read(packaged.PLACE).identities.tolist()) | set(old.identities.tolist())
    report, new = _sorted_out(notices, seen)
    if new:
        _write(joined(old, Table.of(new)) if len(old) else Table.of(new), place)
    return report


def _sorted_out(notices: Iterable[Published], seen: set[int]) -> tuple[Learned, list[Example]]:
    report, new = Learned(), []
    for notice in notices:
        reasons = reasons_against(notice)
        number = int(identities_of([notice.identity])[0])
        if any(reason.code != "cpv_missing" for reason in reasons):
            report.refused.append((notice.identity, reasons[0]))
        elif reasons:
            report.without_code += 1
        elif number in seen:
            report.known += 1
        else:
            seen.add(number)
            new.append(notice.example)
    report.new = len(new)
    return report, new


def _write(found: Table, place: Path) -> None:
    try:
        table.write(found, place)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = "Der Datenträger ist voll." if full else f"{error.strerror or 'Kein Zugriff'}."
        message = (
            f"Das Gelernte ließ sich nicht speichern: {reason} Es ist nichts geändert; schaffen "
            f"Sie Platz oder prüfen Sie die Rechte von {place.parent.name}/ im Datenordner."
        )
        raise Refused("cpv_not_stored", message) from error
