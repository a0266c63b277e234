"""What changed between two published versions of a tender, for those who want to bid. Pure."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from vergabe import money
from vergabe.texts import gettext as _
from vergabe.texts import marked
from vergabe.web import time_words
from vergabe.web.formatting import quantity

Snapshot = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """One thing that changed: its name, and what stood and stands there; empty: nothing."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class DocumentChange:
    """A document that is new, has a new version, or is no longer part of the documents."""

    kind: str
    """`new`, `changed` or `removed`."""
    title: str
    version: int
    document_id: str


def _text(value: Any) -> str:
    return str(value or "")


def _instant(value: Any) -> str:
    return time_words.exact(dt.datetime.fromisoformat(value)) if value else ""


def _day(value: Any) -> str:
    return time_words.long_day(dt.date.fromisoformat(value)) if value else ""


def _amount(value: Any) -> str:
    return money.german(value) if value is not None else ""


def _list(value: Any) -> str:
    return ", ".join(str(each) for each in value or ())


def _contact(value: Any) -> str:
    return ", ".join(str(each) for each in (value or {}).values() if each)


def _variants(value: Any) -> str:
    return _(_VARIANTS.get(str(value), str(value or "")))


_VARIANTS: Final = {
    "not-allowed": marked("nicht zugelassen"),
    "allowed": marked("zugelassen"),
    "required": marked("verlangt"),
}
# In the order of what matters most to a bidder.
_FIELDS: Final[tuple[tuple[str, str, Callable[[Any], str]], ...]] = (
    ("submission_deadline", marked("Angebotsfrist"), _instant),
    ("enquiries_deadline", marked("Frist für Fragen"), _instant),
    ("bid_validity_until", marked("Bindefrist"), _day),
    ("title", marked("Titel"), _text),
    ("description", marked("Beschreibung"), _text),
    ("selection_criteria", marked("Eignung"), _text),
    ("variants", marked("Nebenangebote"), _variants),
    ("duration_months", marked("Laufzeit"), time_words.months),
    ("framework_maximum_net_cents", marked("Höchstwert der Rahmenvereinbarung"), _amount),
    ("max_lots_per_bid", marked("Lose je Angebot, höchstens"), _text),
    ("max_lots_per_winner", marked("Lose je Bieter, höchstens"), _text),
    ("cpv", marked("CPV"), _text),
    ("cpv_additional", marked("Weitere CPV-Codes"), _list),
    ("contact", marked("Kontaktstelle"), _contact),
    ("review_body", marked("Nachprüfungsstelle"), _contact),
)


def between(old: Snapshot, new: Snapshot) -> list[Difference]:
    """Return what differs between two snapshots, what matters most first; documents left out."""
    found = [
        Difference(_(label), written(old.get(key)), written(new.get(key)))
        for key, label, written in _FIELDS
        if old.get(key) != new.get(key)
    ]
    found += _by_key(old, new, "lots", "number", lambda lot: _("Los %(number)s", number=lot), _lot)
    found += _by_key(old, new, "criteria", "name", _criterion_label, _criterion)
    found += _by_key(old, new, "buyers", "id", lambda _id: _("Auftraggeber"), _buyer)
    return [each for each in found if each.old != each.new]


def documents_between(old: Snapshot, new: Snapshot) -> list[DocumentChange]:
    """Return what changed among the documents, in their order; removed ones last.

    A document whose title and file name stay while its content changes counts as changed.
    """
    before = {each["id"]: each for each in old.get("documents") or ()}
    after = {each["id"]: each for each in new.get("documents") or ()}
    gone = [each for key, each in before.items() if key not in after]
    replaced = {each["title"] for each in gone}
    found = [
        _document("changed" if each["title"] in replaced else "new", each)
        for key, each in after.items()
        if key not in before
    ]
    still = {each["title"] for each in after.values()}
    found += [_document("removed", each) for each in gone if each["title"] not in still]
    return found


def _document(kind: str, each: Mapping[str, Any]) -> DocumentChange:
    return DocumentChange(kind, str(each["title"]), int(each["version"]), str(each["id"]))


def _by_key(
    old: Snapshot,
    new: Snapshot,
    part: str,
    key: str,
    label: Callable[[str], str],
    written: Callable[[Mapping[str, Any]], str],
) -> Iterable[Difference]:
    before = {str(each[key]): each for each in old.get(part) or ()}
    after = {str(each[key]): each for each in new.get(part) or ()}
    for name in [*after, *(name for name in before if name not in after)]:
        one, other = before.get(name), after.get(name)
        if one != other:
            yield Difference(
                label(name), written(one) if one else "", written(other) if other else ""
            )


def _criterion_label(name: str) -> str:
    return _("Zuschlagskriterium „%(name)s“", name=name)


def _criterion(each: Mapping[str, Any]) -> str:
    weight = quantity(Decimal(each["weight_basis_points"]) / 100)
    described = f": {each['description']}" if each.get("description") else ""
    return f"{weight} %{described}"


def _buyer(each: Mapping[str, Any]) -> str:
    return str(each["name"])


def _lot(each: Mapping[str, Any]) -> str:
    lines = [str(each["title"]), str(each.get("description") or "")]
    days = [_day(each.get(name)) for name in ("starts_on", "ends_on")]
    if any(days):
        lines.append(" – ".join(days))
    lines += [_item(item) for item in each.get("items") or ()]
    return "\n".join(filter(None, lines))


def _item(item: Mapping[str, Any]) -> str:
    amount = quantity(Decimal(item["quantity"])) if item.get("quantity") is not None else ""
    return f"{item['position']}. {item['text']}" + (f": {amount}" if amount else "")
