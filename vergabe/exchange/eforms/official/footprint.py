"""Which elements and attributes a notice has: a rule about another one cannot fire."""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from vergabe.exchange.eforms.official import places
from vergabe.exchange.eforms.official.schematron_rules import Rule

_ATTRIBUTE_IS: Final = re.compile(r"((?:[\w-]+:[\w-]+/)*)@([\w:-]+) *= *'([^']*)'")

Path = tuple[str, ...]


class _Seen:
    """What was seen at one path: attributes with their values, and what lies below."""

    __slots__ = ("below", "values")

    def __init__(self) -> None:
        self.below: dict[str, _Seen] = {}
        self.values: dict[str, set[str]] = {}


class Footprint:
    """The paths of a notice's elements and attributes, and the attributes' values by path."""

    def __init__(self, root: "etree._Element") -> None:
        """Walk through a notice once; the root's own name counts as `*`."""
        top = _Seen()
        # Without recursion: a foreign document may be deep.
        waiting: list[tuple[etree._Element, _Seen]] = [(root, top)]
        while waiting:
            element, seen = waiting.pop()
            for name, value in element.attrib.items():
                seen.values.setdefault(str(name), set()).add(str(value))
            for child in element:
                tag = child.tag
                if isinstance(tag, str):  # neither comment nor instruction
                    below = seen.below.get(tag)
                    if below is None:
                        below = seen.below[tag] = _Seen()
                    waiting.append((child, below))
        self._values: dict[Path, set[str]] = {}
        self._paths = frozenset(self._named(top, ("*",)))

    def _named(self, seen: _Seen, path: Path) -> Iterator[Path]:
        yield path
        for name, values in seen.values.items():
            attribute = (*path, f"@{places.prefixed(name)}")
            self._values[attribute] = values
            yield attribute
        for tag, below in seen.below.items():
            yield from self._named(below, (*path, places.prefixed(tag)))

    @property
    def paths(self) -> frozenset[Path]:
        """The paths of all elements and attributes."""
        return self._paths

    def may_fire(self, rule: Rule) -> bool:
        """Return False only if no node of the notice can match the rule's context."""
        if rule.path is None:
            return True
        if rule.path not in self._paths:
            return False
        if "[" not in rule.context:
            return True
        return all(
            self._may_hold(rule.path[: depth + 1], predicate)
            for depth, step in enumerate(rule.steps)
            for predicate in step.predicates
        )

    def _may_hold(self, path: Path, predicate: str) -> bool:
        match = _ATTRIBUTE_IS.fullmatch(predicate)
        if match is None:  # anything else is left to the rule itself
            return True
        below = tuple(match[1].split("/")[:-1])
        return match[3] in self._values.get((*path, *below, f"@{match[2]}"), ())
