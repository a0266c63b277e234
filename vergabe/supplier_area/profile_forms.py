"""The form of what a firm offers and where: in its profile and in the last step of registering.

Everything works with buttons alone: looking for ranges of codes by a description, for regions by
the name of a town, and showing what the profile would bring.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from vergabe import money
from vergabe.cpv import packaged
from vergabe.cpv.suggesting import CpvSuggestion, checked_text, suggest
from vergabe.errors import InvalidInput, Violation
from vergabe.exchange import codes, places
from vergabe.exchange.places import Region
from vergabe.supplier_area.preview import cpv_label
from vergabe.suppliers import rules
from vergabe.suppliers.fitting import Wish
from vergabe.suppliers.model import SupplierProfile
from vergabe.suppliers.profiles import ProfileEntry, read_wish
from vergabe.texts import gettext as _
from vergabe.texts import language
from vergabe.web.shell import settings

CLASS_DIGITS: Final = 4
_TEXTS: Final = ("cpv", "keywords", "size", "value_from", "value_until", "describe", "place")
_LISTS: Final = ("cpv_chosen", "nuts_chosen", "natures")

Option = tuple[str, str, str]
"""Value, label and note of something to tick."""


@dataclass(frozen=True)
class ProfileForm:
    """The form as it stands: what was typed and ticked, and what was found for it."""

    texts: Mapping[str, str]
    chosen: Mapping[str, Sequence[str]]
    found_ranges: Sequence[Option] = ()
    found_regions: Sequence[Option] = ()
    violations: tuple[Violation, ...] = field(default=())

    @property
    def entry(self) -> ProfileEntry:
        """Return the entry: ticked codes and regions, and codes typed beside them."""
        return ProfileEntry(
            cpv="\n".join([*self.chosen["cpv_chosen"], self.texts["cpv"]]),
            nuts="\n".join(self.chosen["nuts_chosen"]),
            keywords=self.texts["keywords"],
            size=self.texts["size"],
            natures=tuple(self.chosen["natures"]),
            value_from=self.texts["value_from"],
            value_until=self.texts["value_until"],
        )

    @property
    def ranges(self) -> list[Option]:
        """Return the ranges that are ticked, and those found that are not."""
        mine = [range_option(prefix) for prefix in self.chosen["cpv_chosen"]]
        known = set(self.chosen["cpv_chosen"])
        return mine + [option for option in self.found_ranges if option[0] not in known]

    @property
    def regions(self) -> list[Option]:
        """Return the regions that are ticked, and those found that are not."""
        mine = [region_option(places.region(code)) for code in self.chosen["nuts_chosen"]]
        known = set(self.chosen["nuts_chosen"])
        return mine + [option for option in self.found_regions if option[0] not in known]

    def wish(self) -> Wish | None:
        """Return what the form asks for, None while something in it is wrong."""
        try:
            return read_wish(self.entry)
        except InvalidInput:
            return None

    def raw(self) -> dict[str, Any]:
        """Return all of it as plain data, to be kept for later."""
        return {**self.texts, **{name: list(values) for name, values in self.chosen.items()}}


def of_form(form: MultiDict[str, str]) -> ProfileForm:
    """Return the form that was posted, as typed."""
    return ProfileForm(
        {name: form.get(name, "") for name in _TEXTS},
        {name: list(dict.fromkeys(form.getlist(name)))[:100] for name in _LISTS},
    )


def of_raw(raw: Mapping[str, Any] | None) -> ProfileForm:
    """Return the form that was kept earlier; an empty one for None."""
    kept = raw or {}
    return ProfileForm(
        {name: str(kept.get(name) or "") for name in _TEXTS},
        {name: [str(each) for each in kept.get(name) or ()] for name in _LISTS},
    )


def of_profile(profile: SupplierProfile) -> ProfileForm:
    """Return the form of a stored profile."""
    return ProfileForm(
        {
            "cpv": "",
            "keywords": "\n".join(profile.keywords),
            "size": profile.size or "",
            "value_from": _euros(profile.value_from_net_cents),
            "value_until": _euros(profile.value_until_net_cents),
            "describe": "",
            "place": "",
        },
        {
            "cpv_chosen": list(profile.cpv_prefixes),
            "nuts_chosen": list(profile.nuts_prefixes),
            "natures": profile.natures.split(),
        },
    )


def _euros(cents: int | None) -> str:
    return "" if cents is None else money.german(cents).split("\N{NO-BREAK SPACE}")[0]


def worked(form: ProfileForm, step: str) -> ProfileForm:
    """Return the form after one of its buttons: `suggest`, `places` or `preview`.

    What was typed and is right moves to what is ticked; what is wrong stays with its sentence.
    """
    form = _settled(form)
    if step == "suggest":
        return _with_ranges(form)
    if step == "places":
        return _with_regions(form)
    return form


def wants_step(form: MultiDict[str, str]) -> str:
    """Return which button was meant; Enter in a search field means its search."""
    step = form.get("step", "")
    if step:
        return step
    if form.get("describe", "").strip() != form.get("described", "").strip():
        return "suggest"
    if form.get("place", "").strip() != form.get("placed", "").strip():
        return "places"
    return "save"


def refused(form: ProfileForm, violations: Sequence[Violation]) -> ProfileForm:
    """Return the form with what is wrong in it; what was typed stays, and what was found for it."""
    told = _with_wrong(form, violations)
    ranges = _with_ranges(told).found_ranges if form.texts["describe"].strip() else ()
    regions = _with_regions(told).found_regions if form.texts["place"].strip() else ()
    return replace(told, found_ranges=ranges, found_regions=regions)


def _with_wrong(form: ProfileForm, violations: Sequence[Violation]) -> ProfileForm:
    at = {"nuts": "place"}
    told = [replace(each, field=at.get(each.field or "", each.field)) for each in violations]
    return replace(_only_known(form), violations=tuple(told))


def _settled(form: ProfileForm) -> ProfileForm:
    try:
        wish = read_wish(form.entry)
    except InvalidInput as error:
        return _with_wrong(form, error.reasons)
    chosen = {
        **form.chosen,
        "cpv_chosen": list(wish.cpv_prefixes),
        "nuts_chosen": list(wish.nuts_prefixes),
    }
    return replace(form, texts={**form.texts, "cpv": ""}, chosen=chosen)


def _only_known(form: ProfileForm) -> ProfileForm:
    """Return the form without forged codes among what is ticked: they have no name to show."""
    chosen = {
        **form.chosen,
        "cpv_chosen": [
            p
            for p in form.chosen["cpv_chosen"]
            if p.isdecimal() and len(p) <= 8 and codes.cpv(p.ljust(8, "0"))
        ],
        "nuts_chosen": [c for c in form.chosen["nuts_chosen"] if codes.nuts(c)],
    }
    return replace(form, chosen=chosen)


def _with_ranges(form: ProfileForm) -> ProfileForm:
    try:
        text = checked_text(form.texts["describe"], field="describe")
    except InvalidInput as error:
        return replace(form, violations=(*form.violations, *error.reasons))
    found = suggest(packaged.model(settings().data), text)
    if not found:
        message = _("Dazu haben wir nichts gefunden. Versuchen Sie andere Wörter.")
        told = Violation("nothing_found", message, field="describe")
        return replace(form, violations=(*form.violations, told))
    options = {option[0]: option for option in map(_class_option, found)}
    return replace(form, found_ranges=tuple(options.values()))


def _class_option(found: CpvSuggestion) -> Option:
    """Return the whole class of a suggestion: buyers choose now this, now that code within it."""
    prefix = rules.significant(found.code[:CLASS_DIGITS])
    _value, label, note = range_option(prefix)
    example = _("Zum Beispiel: %(title)s", title=found.example) if found.example else ""
    return prefix, label, " · ".join(filter(None, (note, example)))


def range_option(prefix: str) -> Option:
    """Return a range of codes as something to tick: its name, its digits, what it lies under."""
    path = [
        entry.label_en if language() == "en" else entry.label_de
        for entry in codes.cpv_path(prefix.ljust(8, "0"))[:-1]
    ]
    return prefix, f"{cpv_label(prefix)} ({prefix})", " › ".join(path)


def _with_regions(form: ProfileForm) -> ProfileForm:
    found = places.regions(form.texts["place"][:100])
    if not found:
        message = _(
            "Diesen Ort kennen wir nicht. Nennen Sie eine Stadt, einen Kreis oder ein Land in "
            "Deutschland."
        )
        told = Violation("place_unknown", message, field="place")
        return replace(form, violations=(*form.violations, told))
    return replace(form, found_regions=tuple(region_option(each) for each in found))


def region_option(found: Region) -> Option:
    """Return a region as something to tick: its name and what it lies in."""
    label = found.name
    if found.town and not found.name.startswith(found.town):
        label = _("%(region)s (mit %(town)s)", region=found.name, town=found.town)
    return found.code, label, found.within
