"""Two tabs, two people: whoever saves later is told what changed, and keeps what they typed.

A view that catches `Stale` has the same form drawn twice, as stored now and as typed, and answers
with the second one and the version of now: who sends it once more has read the difference.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, cast

from flask import g, make_response
from flask.typing import ResponseReturnValue
from lxml import html
from lxml.html import HtmlElement

from vergabe.errors import Stale
from vergabe.texts import _

_SILENT: Final = frozenset({"hidden", "submit", "button", "file", "password"})
_OPTIONAL: Final = "kern-label__optional"
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True)
class Difference:
    """A field in which what is stored now differs from what was typed; both as the form has it."""

    field: str
    label: str
    theirs: str
    mine: str


@dataclass(frozen=True)
class Overtaken:
    """Somebody else saved first: who, when (aware UTC) and what, if known, and what differs."""

    who: str
    at: dt.datetime | None
    differences: tuple[Difference, ...]
    what: str = ""


class Said(Protocol):
    """The entry of a record that says who was first."""

    @property
    def actor_name(self) -> str: ...
    @property
    def at(self) -> dt.datetime: ...
    @property
    def summary(self) -> str: ...


@dataclass(frozen=True)
class Saved:
    """Who was first, where no record says it."""

    actor_name: str
    at: dt.datetime
    summary: str = ""


def overtaken(
    labels: Mapping[str, str],
    theirs: Mapping[str, object],
    mine: Mapping[str, object],
    *,
    who: str = "",
    at: dt.datetime | None = None,
) -> Overtaken:
    """Return who was first and which fields of a form differ, in the order of `labels`.

    labels: field → label as on the page; theirs: the form's values of what is stored now; mine: as
    typed. Fields without a label are not compared; blanks at the ends do not count.
    """
    found = [
        Difference(field, label, _text(theirs.get(field)), _text(mine.get(field)))
        for field, label in labels.items()
    ]
    differing = tuple(each for each in found if each.theirs != each.mine)
    return Overtaken(who, at, differing)


def answer(
    stored: Callable[[], ResponseReturnValue],
    typed: Callable[[], ResponseReturnValue],
    last: Said | None,
) -> ResponseReturnValue:
    """Return the form as typed, status 412, with what differs from what is stored now on top.

    stored, typed: draw the same page with the values of now and with those that were typed, both
    with the version of now; last: what the record says of the latest change. To be called after
    the roll-back. Labels and values are read from the two pages, as people see them there.
    """
    found = differences(_page(stored()), _page(typed()))
    g.overtaken = (
        Overtaken(last.actor_name, last.at, found, last.summary)
        if last is not None
        else Overtaken("", None, found)
    )
    response = make_response(typed())
    response.status_code = Stale.status
    return response


def differences(theirs: str, mine: str) -> tuple[Difference, ...]:
    """Return the fields in which the forms of two drawings of one page differ, in their order."""
    before = dict(_fields(theirs))
    return tuple(
        Difference(shown.id, shown.label, before[key].value if key in before else "", shown.value)
        for key, shown in _fields(mine)
        if (before[key].value if key in before else "") != shown.value
    )


@dataclass(frozen=True)
class _Shown:
    """A field as people see it: its value in words, and the place to which a link leads."""

    id: str
    label: str
    value: str


def _page(answered: ResponseReturnValue) -> str:
    return make_response(answered).get_data(as_text=True)


def _fields(page: str) -> Iterator[tuple[tuple[str, str], _Shown]]:
    """Yield (form, name) → field of all forms in the part of a page that is its own."""
    root = html.document_fromstring(page)
    labels = {label.get("for", ""): label for label in root.iter("label")}
    seen: set[tuple[str, str]] = set()
    for form in _find(root, "//main//form"):
        for element in _find(form, ".//input[@name] | .//select[@name] | .//textarea[@name]"):
            key = (form.get("action", ""), element.get("name", ""))
            if element.get("type", "") in _SILENT or key in seen:
                continue
            seen.add(key)
            yield key, _shown(form, element, labels)


def _find(element: HtmlElement, path: str) -> list[HtmlElement]:
    return cast(list[HtmlElement], element.xpath(path))


def _shown(form: HtmlElement, element: HtmlElement, labels: Mapping[str, HtmlElement]) -> _Shown:
    own = labels.get(element.get("id"))
    label = _words(own) if own is not None else element.get("aria-label", "")
    within = next(element.iterancestors("fieldset"), None)
    legend = within.find("legend") if within is not None else None
    kind = element.get("type")
    if kind in ("radio", "checkbox") and legend is not None and _is_group(within, element):
        label = _words(legend)
        value = _chosen(form, element.get("name"), labels)
    elif kind == "checkbox":
        value = _("ja") if element.get("checked") is not None else _("nein")
    else:
        # Parts of one field, and fields of rows that repeat, are named with their row.
        label = label if legend is None else f"{_words(legend)}: {label}"
        value = _value(element)
    return _Shown(element.get("id", ""), label, value)


def _is_group(within: HtmlElement | None, element: HtmlElement) -> bool:
    """Return whether a fieldset is the frame of the choices of one field, and of nothing else."""
    if within is None:
        return False
    names = [each.get("name") for each in _find(within, ".//input[@name]")]
    is_one = set(names) == {element.get("name")}
    return is_one and (len(names) > 1 or element.get("type") == "radio")


def _chosen(form: HtmlElement, name: str, labels: Mapping[str, HtmlElement]) -> str:
    return ", ".join(
        _words(labels[element.get("id")])
        for element in _find(form, ".//input[@checked]")
        if element.get("name") == name and element.get("id") in labels
    )


def _value(element: HtmlElement) -> str:
    if element.tag == "select":
        chosen = _find(element, ".//option[@selected]")
        return _words(chosen[0]) if chosen and chosen[0].get("value") else ""
    if element.tag == "textarea":
        return _text(element.text_content())
    text = _text(element.get("value"))
    day = _ISO_DAY.fullmatch(text)
    return f"{day[3]}.{day[2]}.{day[1]}" if day else text


def _words(element: HtmlElement) -> str:
    """Return what an element says, without the mark of a field that may stay empty."""
    path = f".//text()[not(ancestor::*[contains(@class, '{_OPTIONAL}')])]"
    return " ".join("".join(cast(list[str], element.xpath(path))).split())


def _text(value: object) -> str:
    return "" if value is None else "\n".join(str(value).split("\r\n")).strip()
