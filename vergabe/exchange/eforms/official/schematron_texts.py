"""What kind of mistake a broken rule stands for, and how it is said where the SDK has no text."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from vergabe.exchange.eforms.official.raw_findings import Kind
from vergabe.exchange.eforms.official.schematron_rules import Assertion, Rule
from vergabe.exchange.eforms.official.sdk import Sdk
from vergabe.exchange.eforms.official.sdk_labels import Language

# The SDK forms the ids of generated rules in this way.
_BY_SUFFIX: Final[Mapping[str, Kind]] = {
    "_R": "repeated",
    "_A": "language",
    "_B": "language",
    "_C": "language",
    "_D": "language",
    "_length": "too_long",
    "_WS": "blanks",
    "_MA": "attribute",
    "_min": "number",
    "_max": "number",
}
_BY_ID: Final[Mapping[str, Kind]] = {
    "element-not-empty": "empty",
    "P-0001": "mandatory",
    "P-0002": "group_mandatory",
    "P-0004": "attribute",
    "P-0005": "code",
}
_COUNTED: Final = re.compile(r"count\((.*)\) (=|>) 0(?P<or> or .*)?", re.DOTALL)
_BT_NUMBER: Final = re.compile(r"BR-(BT|OPT|OPP|OPA)-(\d+)")
_FIELDS_BY_ID: Final[Mapping[str, str]] = {
    "P-0001": "OPP-070-notice",
    "P-0002": "BT-137-Lot",
    "P-0004": "BT-137-Lot",
    "P-0005": "BT-137-Lot",
}


def kind_of(assertion: Assertion) -> Kind:
    """Return the kind of mistake that breaks an assertion."""
    known = _BY_ID.get(assertion.id) or _BY_SUFFIX.get(f"_{assertion.id.rpartition('_')[2]}")
    if known is not None:
        return known
    by_test = _BY_STAGE.get(assertion.stage)
    return by_test(assertion.test.strip()) if by_test is not None else "agreement"


def _group(test: str) -> Kind:
    return "group_forbidden" if test.endswith("= 0") else "group_mandatory"


def _presence(test: str) -> Kind:
    return "forbidden" if test.endswith("= 0") else "mandatory"


def _format(test: str) -> Kind:
    if test.startswith("normalize-space(.) = ("):
        return "code"
    return "number" if test.startswith("number(") else "pattern"


def _presence_if(test: str) -> Kind:
    counted = _COUNTED.fullmatch(test)
    if counted is None:
        return "agreement"
    return "forbidden_if" if counted[2] == "=" else "mandatory_if"


_BY_STAGE: Final[Mapping[str, Callable[[str], Kind]]] = {
    "1b": _group,
    "2a": _presence,
    "3b": _format,
    "4": _presence_if,
}

_SENTENCES: Final[Mapping[Language, Mapping[Kind, str]]] = {
    "de": {
        "agreement": "{name} passt nicht zu anderen Angaben der Bekanntmachung.",
        "attribute": "Bei {name} fehlt ein Attribut (Liste, Schema, Einheit, Währung oder "
        "Sprache).",
        "blanks": "{name} beginnt oder endet mit einem Leerzeichen.",
        "code": "{name} enthält keinen Wert der vorgeschriebenen Codeliste{codes}.",
        "empty": "{name} ist leer.",
        "forbidden": "{name} darf in dieser Bekanntmachung nicht stehen.",
        "forbidden_if": "{name} darf bei den übrigen Angaben nicht stehen.",
        "group_forbidden": "Der Abschnitt {name} darf in dieser Bekanntmachung nicht stehen.",
        "group_mandatory": "Der Abschnitt {name} fehlt.",
        "language": "{name} muss in jeder Sprache der Bekanntmachung genau einmal stehen und in "
        "keiner anderen.",
        "mandatory": "{name} fehlt.",
        "mandatory_if": "{name} fehlt; die übrigen Angaben verlangen es.",
        "number": "{name} liegt außerhalb des erlaubten Bereichs.",
        "pattern": "{name} hat nicht die vorgeschriebene Form.",
        "repeated": "{name} steht mehr als einmal.",
        "too_long": "{name} ist zu lang{length}.",
    },
    "en": {
        "agreement": "{name} does not agree with other values of the notice.",
        "attribute": "{name} lacks an attribute (list, scheme, unit, currency or language).",
        "blanks": "{name} begins or ends with white space.",
        "code": "{name} holds no value of its code list{codes}.",
        "empty": "{name} is empty.",
        "forbidden": "{name} is not allowed in this notice.",
        "forbidden_if": "{name} is not allowed with the other values.",
        "group_forbidden": "The section {name} is not allowed in this notice.",
        "group_mandatory": "The section {name} is missing.",
        "language": "{name} must stand once in each language of the notice and in no other.",
        "mandatory": "{name} is missing.",
        "mandatory_if": "{name} is missing; the other values ask for it.",
        "number": "{name} is outside the range allowed.",
        "pattern": "{name} does not have the form that is prescribed.",
        "repeated": "{name} stands more than once.",
        "too_long": "{name} is too long{length}.",
    },
}


def field_of(sdk: Sdk, rule: Rule, assertion: Assertion) -> str | None:
    """Return the field that a rule is about: as it says itself, by its id, by where it applies.

    None if the SDK says none of these.
    """
    told = assertion.field or _FIELDS_BY_ID.get(assertion.id)
    if told is not None:
        return told
    by_id = assertion.id.rpartition("_")[0]
    if by_id in sdk.fields:
        return by_id
    there = sdk.fields_by_xpath.get(rule.context, ())
    number = _BT_NUMBER.match(assertion.id)
    term = f"{number[1]}-{number[2].lstrip('0').zfill(2)}" if number else None
    return next((field.id for field in there if field.bt_id == term or term is None), None)


def text_of(sdk: Sdk, assertion: Assertion, field_id: str | None, language: Language) -> str:
    """Return the official text of a rule, else a sentence from its kind and the field's label."""
    official = sdk.labels.rule(assertion.id, language)
    if official is not None:
        return official
    return _SENTENCES[language][kind_of(assertion)].format(
        name=_name(sdk, field_id or assertion.id, language),
        **_details(sdk, field_id, language),
    )


def _name(sdk: Sdk, field_id: str, language: Language) -> str:
    if field_id.startswith("ND-"):
        label = sdk.labels.of("group", f"group|name|{field_id}", language)
    else:
        field = sdk.fields.get(field_id)
        label = sdk.labels.field(field_id, field.bt_id if field else None, language)
        label = label or (field.name if field else None)
    quoted = f"„{label}“" if language == "de" else f"“{label}”"
    return f"{quoted} ({field_id})" if label else field_id


def _details(sdk: Sdk, field_id: str | None, language: Language) -> dict[str, str]:
    field = sdk.fields.get(field_id or "")
    codes = f" ({field.code_list})" if field and field.code_list else ""
    if field is None or field.max_length is None:
        return {"codes": codes, "length": ""}
    unit = "höchstens {} Zeichen" if language == "de" else "at most {} characters"
    return {"codes": codes, "length": f" ({unit.format(field.max_length)})"}
