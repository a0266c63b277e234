"""Ids of organisations and contact points, and who has a role in the notice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from vergabe.errors import InvalidInput
from vergabe.exchange.eforms.parties import Organisation
from vergabe.exchange.eforms.writing.branches import Branch

ORGANISATION: Final = "organization"
TOUCH_POINT: Final = "touchpoint"
_KEPT: Final = re.compile(r"(?:ORG|TPO)-\d{4}\Z")


class Parties:
    """The parties of a notice by key: their ids, and which of them some role names.

    Ids are given in the order of the organisations; a key that is an id already is kept.
    """

    def __init__(self, organisations: Iterable[Organisation]) -> None:
        companies = [each.key for each in organisations]
        points = [point.key for each in organisations for point in each.touch_points]
        self._ids = {
            **_numbered(companies, "ORG", ORGANISATION),
            **_numbered(points, "TPO", TOUCH_POINT),
        }
        self._with_role: set[str] = set()

    def id_of(self, key: str) -> tuple[str, str]:
        """Return (id, kind of id) of a party; InvalidInput if there is none with the key."""
        try:
            return self._ids[key]
        except KeyError:
            raise InvalidInput(
                "eforms_unknown_party",
                f"Die Bekanntmachung nennt „{key}“, doch ist das keine ihrer Organisationen.",
            ) from None

    def has_role(self, key: str) -> bool:
        """Whether some role that was written names the party."""
        return key in self._with_role

    def put(self, branch: Branch, name: str, key: str | None) -> None:
        """Write a role: the party's id in a field, if the subtype knows the role."""
        if key is None:
            return
        party_id, scheme = self.id_of(key)
        if branch.grammar.plan(branch.node, name, branch.suffix) is not None:
            branch.put(name, party_id, scheme)
            self._with_role.add(key)

    def put_each(self, branch: Branch, name: str, keys: Iterable[str]) -> None:
        """Write a role of several parties, each with a group of its own."""
        for key in keys:
            party_id, scheme = self.id_of(key)
            if branch.grammar.plan(branch.node, name, branch.suffix) is not None:
                branch.put_each(name, [party_id], scheme)
                self._with_role.add(key)


def _numbered(keys: list[str], prefix: str, kind: str) -> dict[str, tuple[str, str]]:
    kept = {key for key in keys if _KEPT.match(key)}
    free = _free_numbers(prefix, kept)
    return {key: (key if key in kept else next(free), kind) for key in keys}


def _free_numbers(prefix: str, taken: set[str]) -> Iterator[str]:
    for count in range(1, 10_000):
        candidate = f"{prefix}-{count:04d}"
        if candidate not in taken:
            yield candidate
