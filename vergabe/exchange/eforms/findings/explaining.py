"""What the official rules find, turned into findings for people: our form, German, a remedy."""

from collections.abc import Sequence
from typing import Final

from lxml import etree

from vergabe.exchange.eforms.findings import official_rules, sentences
from vergabe.exchange.eforms.findings.official_rules import OfficialField, OfficialRule
from vergabe.exchange.eforms.findings.sentences import Case
from vergabe.exchange.eforms.findings.subjects import Subject, element_at, subject_of
from vergabe.exchange.eforms.official import places
from vergabe.exchange.eforms.official.raw_findings import XSD_STAGE, RawFinding
from vergabe.exchange.findings import Finding

# Kinds of the raw finding for rules that our table does not know: those of another version.
_KINDS: Final = {
    "attribute": "attribute",
    "blanks": "blanks",
    "code": "code",
    "empty": "empty",
    "forbidden": "forbidden",
    "forbidden_if": "forbidden",
    "group_forbidden": "group_forbidden",
    "group_mandatory": "group_missing",
    "language": "language_missing",
    "mandatory": "missing",
    "mandatory_if": "missing",
    "number": "format",
    "pattern": "format",
    "repeated": "repeated",
    "too_long": "length",
}


def explain(raw: Sequence[RawFinding], root: "etree._Element") -> list[Finding]:
    """Return a finding for people for each raw one, in the same order; nothing is folded yet.

    root: the notice that was checked; it tells which lot, organisation or value is meant.
    """
    return [_explained(finding, root) for finding in raw]


def _explained(raw: RawFinding, root: "etree._Element") -> Finding:
    element = element_at(root, raw.location)
    rule = official_rules.rules().get(raw.rule) or _unknown(raw)
    target = _target(raw, rule, element)
    form = official_rules.form_field(target)
    known = official_rules.fields().get(target)
    case = Case(
        rule,
        official_rules.label_of(target),
        known.type if known is not None else "",
        form,
        _value(element, known),
    )
    subject = subject_of(element)
    is_xsd = raw.stage == XSD_STAGE
    message = (raw.german or _SCHEMA) if is_xsd else sentences.message(case)
    if is_xsd and known is not None:
        message = f"{case.named}: {message}"
    by_application = is_xsd or sentences.is_for_application(case)
    return Finding(
        severity=raw.severity,
        stage="xsd" if is_xsd else "schematron",
        rule=raw.rule,
        location=f"Zeile {raw.line}, {raw.location}" if raw.line else raw.location,
        field=target,
        message=_about(subject, message),
        remedy=sentences.FOREIGN_MISTAKE if is_xsd else sentences.remedy(case),
        official=(raw.rule,),
        address=form.address,
        label=form.label,
        subject=subject.text,
        subject_id=subject.id,
        mended_by="application" if by_application else form.mended_by,
    )


_SCHEMA: Final = "Das Dokument entspricht hier nicht dem amtlichen Schema."


def _about(subject: Subject, message: str) -> str:
    return f"{subject.text}: {message}" if subject.text else message


def _unknown(raw: RawFinding) -> OfficialRule:
    kind = _KINDS.get(raw.kind, "agreement")
    known = official_rules.fields().get(raw.field or "")
    value = "400" if kind == "length" and known is not None else ""
    return OfficialRule(raw.rule, kind, raw.field or "", (), value, "")


def _target(raw: RawFinding, rule: OfficialRule, element: "etree._Element | None") -> str:
    """Return the official field or node that a finding is about; `""` if none can be told."""
    if rule.kind == "frame":
        return "OPP-070-notice" if rule.id == "P-0001" else "BT-137-Lot"
    if rule.target:
        return rule.target
    return raw.field or _field_at(element)


def _field_at(element: "etree._Element | None") -> str:
    """Return the field that stands at an element, else the nearest node around it, else none."""
    here = element
    while here is not None and here.getparent() is not None:
        path = places.plain_path(here)
        candidates = _by_path().get(path, ())
        for key in candidates:
            if len(candidates) == 1 or _stands_at(key, here):
                return key
        here = here.getparent()
    return ""


def _by_path() -> dict[str, tuple[str, ...]]:
    if not _PATHS:
        for key, field in official_rules.fields().items():
            if field.of:
                continue
            plain = _without_predicates(field.xpath)
            _PATHS[plain] = (*_PATHS.get(plain, ()), key)
    return _PATHS


_PATHS: Final[dict[str, tuple[str, ...]]] = {}


def _without_predicates(xpath: str) -> str:
    depth, kept = 0, []
    for sign in xpath:
        depth += sign == "["
        if not depth:
            kept.append(sign)
        depth -= sign == "]"
    return "".join(kept)


def _stands_at(key: str, element: "etree._Element") -> bool:
    xpath = official_rules.fields()[key].xpath
    try:
        hits = element.getroottree().xpath(xpath, namespaces=dict(places.NAMESPACES))
    except etree.XPathError:
        return False
    return isinstance(hits, list) and any(hit is element for hit in hits)


def _value(element: "etree._Element | None", field: OfficialField | None) -> str:
    """Return what stands at the place, `""` for an element with others in it."""
    if element is None:
        return ""
    if field is not None and field.of:
        return element.get(field.xpath.rpartition("@")[2], "")
    return "" if len(element) else (element.text or "").strip()
