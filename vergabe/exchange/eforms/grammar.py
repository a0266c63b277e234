"""What may be written in a notice, and where: the table of fields for one subtype and profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from vergabe.exchange.eforms.fields import Field, FieldTable, Node, field_table
from vergabe.exchange.text import clean_text


@dataclass(frozen=True, slots=True)
class Plan:
    """How to get from a branch to a field: steps down, then the leaf, up to its open attribute.

    repeats_at: index of the step that is made anew for each of several values; shell: index of the
    step that is made anew for each language, where a name has a shell of its own (cac:PartyName).
    """

    steps: tuple[tuple[str, str, int], ...]
    leaf: str
    place: int
    opening: str
    free_attribute: str | None
    codes: Mapping[str, str]
    keeps_blanks: bool
    repeats_at: int | None
    shell: int | None


@dataclass(frozen=True)
class Grammar:
    """What may be written, and where: one object for a subtype, a profile and its languages.

    forbidden: ids of fields that are left out whatever the facts say; codes: for a field's id what
    its codes become.
    """

    table: FieldTable
    languages: tuple[str, ...]
    forbidden: frozenset[str]
    codes: Mapping[str, Mapping[str, str]]
    _plans: dict[tuple[str, str, str], Plan | None] = field(default_factory=dict)
    _paths: dict[tuple[str, str], tuple[tuple[str, str, int], ...]] = field(default_factory=dict)

    def plan(self, node: str, name: str, suffix: str) -> Plan | None:
        """Return the way from a node to a field, None if the field is not to be written."""
        key = (node, name, suffix)
        if key not in self._plans:
            self._plans[key] = self._made_plan(node, self._field(name, suffix))
        return self._plans[key]

    def path(self, node: str, below: str) -> tuple[tuple[str, str, int], ...]:
        """Return the steps from a node to one below: (what makes it one, its name, its place)."""
        key = (node, below)
        if key not in self._paths:
            self._paths[key] = self._made_path(node, below)
        return self._paths[key]

    def is_below(self, node: str, below: str) -> bool:
        """Whether a group stands below another."""
        at: str | None = below
        while at is not None and at != node:
            at = self.table.nodes[at].parent
        return at == node

    def _field(self, name: str, suffix: str) -> Field | None:
        fields = self.table.fields
        found = fields.get(name) or fields.get(f"{name}-{suffix}")
        return found if found is not None and found.id not in self.forbidden else None

    def _made_plan(self, node: str, wanted: Field | None) -> Plan | None:
        if wanted is None or not self.is_below(node, wanted.node):
            return None
        steps = [*self.path(node, wanted.node)]
        shell = len(steps) if len(wanted.steps) > 1 else None
        groups = [at for at, step in enumerate(steps) if self._is_repeatable(step[0])]
        parent = self._last_name(wanted.node)
        *inner, leaf = wanted.steps
        for name in inner:
            steps.append((f"{wanted.node}/{name}", name, self.table.order[parent][name]))
            parent = name
        return Plan(
            steps=tuple(steps),
            leaf=leaf,
            place=self.table.order[parent][leaf],
            opening=leaf + "".join(attribute_text(*each) for each in wanted.attributes.items()),
            free_attribute=wanted.free_attribute,
            codes=self.codes.get(wanted.id, {}),
            keeps_blanks=wanted.kind.startswith("text"),
            repeats_at=groups[-1] if groups else shell,
            shell=shell,
        )

    def _is_repeatable(self, node: str) -> bool:
        return node in self.table.nodes and self.table.nodes[node].is_repeatable

    def _made_path(self, node: str, below: str) -> tuple[tuple[str, str, int], ...]:
        chain: list[Node] = []
        at = self.table.nodes[below]
        while at.id != node:
            chain.append(at)
            if at.parent is None:
                raise KeyError(f"{below} is not below {node}")
            at = self.table.nodes[at.parent]
        steps = []
        parent = self._last_name(node)
        for part in reversed(chain):
            for position, name in enumerate(part.steps, start=1):
                is_itself = position == len(part.steps)
                known_as = part.id if is_itself else f"{part.id}/{name}"
                steps.append((known_as, name, self.table.order[parent][name]))
                parent = name
        return tuple(steps)

    def _last_name(self, node: str) -> str:
        steps = self.table.nodes[node].steps
        return steps[-1] if steps else "*"


def grammar_for(
    subtype: str,
    languages: tuple[str, ...],
    forbidden: Iterable[str] = (),
    codes: Mapping[str, Mapping[str, str]] | None = None,
) -> Grammar:
    """Return what may be written in a subtype; forbidden: what a profile forbids besides."""
    table = field_table()
    by_subtype = {key for key, row in table.fields.items() if subtype in row.forbidden}
    return Grammar(table, languages, frozenset(by_subtype | set(forbidden)), codes or {})


def attribute_text(name: str, value: str) -> str:
    """Return an attribute as XML, with a blank before it."""
    return f" {name}={quoteattr(clean_text(value))}"
