"""Reading an element by the names of fields and groups: the counterpart of `branches`.

The table says by which XPath a field (`BT-131(d)-Lot`) or a group (`ND-LotResult`) is found below
another; nothing is read by its position.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Final, cast

from lxml import etree

from vergabe.errors import InvalidInput
from vergabe.exchange.eforms.datatypes import Amount, Coded, Duration, Text, TimeUnit
from vergabe.exchange.eforms.fields import NAMESPACES, Field, field_table

# `a=('x','y')` is XPath 2; XPath 1 has no lists.
_ONE_OF: Final = re.compile(r"([\w:/-]+/text\(\))=\('([^']*)','([^']*)'\)")
_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2})?")
_LARGEST: Final = Decimal(10) ** 15


@cache
def _compiled(path: str) -> etree.XPath:
    return etree.XPath(_ONE_OF.sub(r"(\1='\2' or \1='\3')", path), namespaces=dict(NAMESPACES))


@cache
def _path(node: str, below: str) -> str | None:
    """Return the XPath from a group to one below it, None if it is not below it."""
    table, parts, at = field_table(), [], below
    while at != node:
        found = table.nodes[at]
        if found.parent is None:
            return None
        parts.append(found.path)
        at = found.parent
    return "/".join(reversed(parts))


@cache
def _field(name: str, suffix: str) -> Field | None:
    fields = field_table().fields
    return fields.get(name) or fields.get(f"{name}-{suffix}")


class Found:
    """An element that was found, with the group it is. `suffix` completes ids such as `BT-21`.

    Absent fields are None, empty tuples; a value that is there and cannot be read raises
    InvalidInput with the id of its field and its line.
    """

    __slots__ = ("_element", "_node", "suffix")

    def __init__(self, element: etree._Element, node: str, suffix: str = "Procedure") -> None:
        self._element = element
        self._node = node
        self.suffix = suffix

    @property
    def place(self) -> int:
        """Return where it stands among its siblings, to sort what was found in several ways."""
        parent = self._element.getparent()
        return 0 if parent is None else parent.index(self._element)

    def every(self, node: str, suffix: str | None = None) -> list[Found]:
        """Return the groups of a kind below this one, in the order of the document."""
        path = _path(self._node, node)
        if path is None:
            return []
        elements = cast("list[etree._Element]", _compiled(path)(self._element))
        return [Found(element, node, suffix or self.suffix) for element in elements]

    def first(self, node: str, suffix: str | None = None) -> Found | None:
        """Return the first group of a kind below this one."""
        return next(iter(self.every(node, suffix)), None)

    def string(self, name: str) -> str | None:
        """Return a field as text, without blanks around it."""
        return next(iter(self.strings(name)), None)

    def strings(self, name: str) -> tuple[str, ...]:
        """Return a field that may stand several times."""
        found = ((element.text or "").strip() for element in self._elements(name))
        return tuple(text for text in found if text)

    def text(self, name: str) -> Text | None:
        """Return a text in all its languages, in the order of the document."""
        pairs = tuple(
            (element.get("languageID", ""), element.text or "") for element in self._elements(name)
        )
        return Text(pairs) if pairs else None

    def needed_text(self, name: str) -> Text:
        """Return a text that must be there; InvalidInput if it is not."""
        found = self.text(name)
        if found is None:
            raise self.missing(name)
        return found

    def needed(self, name: str) -> str:
        """Return a field that must be there; InvalidInput if it is not."""
        found = self.string(name)
        if found is None:
            raise self.missing(name)
        return found

    def coded(self, code: str, text: str) -> Coded | None:
        """Return a code with its text; None where there is no code."""
        found = self.string(code)
        return None if found is None else Coded(found, self.text(text))

    def flag(self, name: str) -> bool | None:
        """Return an indicator."""
        written = self.string(name)
        if written is None:
            return None
        if written not in ("true", "false", "1", "0"):
            raise self.unreadable(name, written, "weder „true“ noch „false“")
        return written in ("true", "1")

    def whole(self, name: str) -> int | None:
        """Return a whole number."""
        hundredths = self.hundredths(name)
        return None if hundredths is None else hundredths // 100

    def hundredths(self, name: str) -> int | None:
        """Return a number in hundredths; more decimals are rounded half up."""
        written = self.string(name)
        return None if written is None else self._hundredths(name, written)

    def amount(self, name: str) -> Amount | None:
        """Return an amount in cents with its currency."""
        element = next(iter(self._elements(name)), None)
        if element is None:
            return None
        cents = self._hundredths(name, (element.text or "").strip())
        return Amount(cents, element.get("currencyID", "EUR"))

    def duration(self, name: str) -> Duration | None:
        """Return a number of days, weeks, months or years."""
        element = next(iter(self._elements(name)), None)
        if element is None:
            return None
        count = self._hundredths(name, (element.text or "").strip()) // 100
        return Duration(count, cast(TimeUnit, element.get("unitCode", "MONTH")))

    def unit(self, name: str) -> str | None:
        """Return in which unit a field is measured."""
        element = next(iter(self._elements(name)), None)
        return None if element is None else element.get("unitCode")

    def attribute(self, name: str, attribute: str) -> str | None:
        """Return an attribute of a field."""
        element = next(iter(self._elements(name)), None)
        return None if element is None else element.get(attribute)

    def day(self, name: str) -> dt.date | None:
        """Return a legal day; its zone says nothing more."""
        written = self.string(name)
        if written is None:
            return None
        match = _DAY.fullmatch(written)
        try:
            return dt.date.fromisoformat(match[1] if match else written)
        except ValueError:
            raise self.unreadable(name, written, "kein Tag") from None

    def instant(self, day: str, time: str) -> dt.datetime | None:
        """Return an aware instant (UTC) from a date and a time, which both name their zone."""
        day_text, time_text = self.string(day), self.string(time)
        if day_text is None and time_text is None:
            return None
        written = f"{(day_text or '')[:10]}T{time_text or ''}"
        try:
            at = dt.datetime.fromisoformat(written)
            if at.tzinfo is not None:
                return at.astimezone(dt.UTC)
        except (ValueError, OverflowError):  # the latter before the year 1 and after 9999
            pass
        raise self.unreadable(day, written, "kein Zeitpunkt mit Datum, Uhrzeit und Zone")

    def _elements(self, name: str) -> list[etree._Element]:
        field = _field(name, self.suffix)
        path = None if field is None else _path(self._node, field.node)
        if field is None or path is None:
            return []
        whole = f"{path}/{field.path}" if path else field.path
        return cast("list[etree._Element]", _compiled(whole)(self._element))

    def _hundredths(self, name: str, written: str) -> int:
        try:
            value = Decimal(written[:40])
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or abs(value) >= _LARGEST:
            raise self.unreadable(name, written, "keine Zahl")
        return int((value * 100).to_integral_value(rounding="ROUND_HALF_UP"))

    def missing(self, name: str) -> InvalidInput:
        """Return the error for a field that must be there."""
        field = _field(name, self.suffix)
        known_as = field.id if field else name
        return InvalidInput(
            "eforms_field_missing",
            f"In der Bekanntmachung fehlt ab Zeile {self._element.sourceline} die Angabe "
            f"{known_as}. Bitte die Bekanntmachung vollständig ausgeben.",
            field=known_as,
        )

    def unreadable(self, name: str, written: str, what: str) -> InvalidInput:
        """Return the error for a value that means nothing; what: `keine Zahl`."""
        elements = self._elements(name)
        line = (elements[0] if elements else self._element).sourceline
        field = _field(name, self.suffix)
        known_as = field.id if field else name
        return InvalidInput(
            "eforms_value_unreadable",
            f"Zeile {line}, {known_as}: „{written[:60]}“ ist {what}. Bitte den Wert berichtigen.",
            field=known_as,
        )
