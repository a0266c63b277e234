"""Which elements and attributes a notice has: a rule about another one cannot fire."""

import re
from typing import Final, Self

from lxml import etree

from vergabe.exchange.eforms import places
from vergabe.exchange.eforms.schematron_rules import Rule

_ATTRIBUTE_IS: Final = re.compile(r"((?:[\w-]+:[\w-]+/)*)@([\w:-]+) *= *'([^']*)'")

Path = tuple[str, ...]


class Footprint:
    """The paths of a notice's elements and attributes, and the attributes' values by path."""

    def __init__(self, paths: frozenset[Path], values: frozenset[tuple[Path, str]]) -> None:
        self._paths = paths
        self._values = values

    @classmethod
    def of(cls, root: "etree._Element") -> Self:
        """Return the footprint of a notice; the root's own name counts as `*`."""
        paths: set[Path] = set()
        values: set[tuple[Path, str]] = set()
        # Without recursion: a foreign document may be deep.
        waiting: list[tuple[etree._Element, Path]] = [(root, ("*",))]
        while waiting:
            element, path = waiting.pop()
            paths.add(path)
            for name, value in element.attrib.items():
                attribute = (*path, f"@{places.prefixed(str(name))}")
                paths.add(attribute)
                values.add((attribute, str(value)))
            waiting.extend(
                (child, (*path, places.name_of(child)))
                for child in element
                if isinstance(child.tag, str)
            )
        return cls(frozenset(paths), frozenset(values))

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
        return ((*path, *below, f"@{match[2]}"), match[3]) in self._values
