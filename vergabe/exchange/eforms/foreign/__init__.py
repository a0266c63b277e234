"""eForms notices of others, of whatever version: what a search needs, read by XPath.

Nothing is checked against the official rules here: a notice that says too little is kept with a
warning, one that is no notice gives a finding. Facts of names and places: eForms SDK 1.14.2,
Publications Office of the European Union, CC BY 4.0.
"""

import datetime as dt
import re
from typing import Final

from lxml import etree

from vergabe.errors import InvalidInput
from vergabe.exchange import foreign_values as values
from vergabe.exchange import parser
from vergabe.exchange.eforms.foreign import lots as foreign_lots
from vergabe.exchange.eforms.foreign import results as foreign_results
from vergabe.exchange.eforms.foreign.elements import ROOTS, every, first, string, strings
from vergabe.exchange.eforms.foreign.texts import Reader
from vergabe.exchange.findings import Finding
from vergabe.exchange.foreign_notice import (
    MOST_PARTIES,
    ForeignNotice,
    ForeignReading,
    Party,
)

KINDS: Final = ("PriorInformationNotice", "ContractNotice", "ContractAwardNotice")
_REFERENCE: Final = re.compile(r"([0-9a-f-]{36})(?:-\d{2})?", re.IGNORECASE)


def read_foreign(content: bytes) -> ForeignReading:
    """Return the notice in an XML document, and what is wrong with it. Raises nothing.

    Without a notice there is exactly one finding of severity `error` that says why.
    """
    try:
        root = parser.parse(content)
    except InvalidInput as error:
        return ForeignReading(None, (_refused(error),))
    kind = etree.QName(root).localname
    namespace = etree.QName(root).namespace or ""
    if kind not in KINDS or not namespace.startswith(ROOTS):
        return ForeignReading(None, (_no_notice(root, kind, namespace),))
    return from_tree(root)


def from_tree(root: "etree._Element") -> ForeignReading:
    """Return the notice whose root this is: one of KINDS."""
    reader = Reader(root)
    notice_id = values.identifier(string(root, "cbc:ID"))
    published = first(root, "$X/efac:Publication")
    ojs = string(published, "efbc:NoticePublicationID") if published is not None else None
    source_id = values.source_id(ojs or notice_id)
    if source_id is None:
        return ForeignReading(None, (_no_id(root),))
    parties = _parties(root, reader)
    lots = foreign_lots.lots(root, reader)
    awards, total = foreign_results.awards(root, parties, reader)
    deadlines = foreign_lots.deadlines(root)
    project = first(root, "cac:ProcurementProject")
    title = reader.line(project, "cbc:Name") or next((lot.title for lot in lots if lot.title), "")
    changed = string(root, "$X/efac:Changes/efbc:ChangedNoticeIdentifier")
    notice = ForeignNotice(
        source="ted" if ojs else "eforms",
        source_id=source_id,
        origin="xml",
        version=values.version(string(root, "cbc:VersionID")),
        notice_id=notice_id,
        procedure_id=values.identifier(string(root, "cbc:ContractFolderID")),
        profile=values.code(string(root, "cbc:CustomizationID")),
        subtype=values.code(string(root, "$X/efac:NoticeSubType/cbc:SubTypeCode")),
        notice_type=values.code(string(root, "cbc:NoticeTypeCode")),
        form_type=_list_name(root, "cbc:NoticeTypeCode"),
        procedure_type=values.code(string(root, "cac:TenderingProcess/cbc:ProcedureCode")),
        legal_basis=values.code(string(root, "cbc:RegulatoryDomain")),
        reference=values.identifier(string(root, "cac:ProcurementProject/cbc:ID")),
        title=title or reader.untitled(notice_id),
        summary=reader.lines(project, "cbc:Description"),
        buyers=_buyers(root, parties, reader),
        cpv=values.cpv(strings(root, foreign_lots.anywhere(foreign_lots.CPV))),
        nuts=values.nuts(strings(root, foreign_lots.anywhere(foreign_lots.NUTS))),
        nature=values.code(string(root, f"cac:ProcurementProject/{foreign_lots.NATURE}")),
        value=foreign_lots.value(project) if project is not None else None,
        deadline=deadlines.latest,
        deadline_is_day=deadlines.is_day,
        deadline_kind=deadlines.kind,
        dispatched_on=reader.day(root, "cbc:IssueDate"),
        published_on=_published_on(root, published),
        lots=lots,
        awards=awards,
        total=total,
        documents=foreign_lots.documents(root),
        url=None,
        changed_notice=values.identifier(changed),
        previous_notices=_previous(root),
        languages=_languages(root),
    )
    return ForeignReading(notice, tuple(reader.findings))


def notice_of_reference(reference: str) -> str:
    """Return the notice id of a reference `uuid-version`; other references as they are."""
    match = _REFERENCE.fullmatch(reference)
    return match[1].lower() if match else reference


def _list_name(root: "etree._Element", path: str) -> str | None:
    element = first(root, path)
    return None if element is None else values.code(element.get("listName"))


def _parties(root: "etree._Element", reader: Reader) -> dict[str, Party]:
    """Return the organisations by their technical ids; contact points stand for theirs."""
    found: dict[str, Party] = {}
    for organisation in every(root, "$X/efac:Organizations/efac:Organization"):
        company = first(organisation, "efac:Company")
        if company is None:
            continue
        name = reader.line(company, "cac:PartyName/cbc:Name")
        address = "cac:PostalAddress/"
        regions = values.nuts(string(company, f"{address}cbc:CountrySubentityCode"))
        party = Party(
            name=name or "ohne Namen",
            town=values.name(string(company, f"{address}cbc:CityName")),
            postcode=values.code(string(company, f"{address}cbc:PostalZone")),
            nuts=regions[0] if regions else None,
            country=values.code(string(company, f"{address}cac:Country/cbc:IdentificationCode")),
            is_lead=string(organisation, "efbc:GroupLeadIndicator") == "true",
        )
        ids = strings(organisation, "*/cac:PartyIdentification/cbc:ID")
        found |= dict.fromkeys(ids, party)
    return found


def _buyers(root: "etree._Element", parties: dict[str, Party], reader: Reader) -> tuple[Party, ...]:
    ids = strings(root, "cac:ContractingParty/cac:Party/cac:PartyIdentification/cbc:ID")
    buyers = [parties[key] for key in dict.fromkeys(ids) if key in parties]
    if not buyers:
        reader.warn("buyer_missing", "ContractingParty", "Die Bekanntmachung nennt niemanden.")
    # The leading one stands first, whatever the order in the document.
    return tuple(sorted(buyers, key=lambda party: not party.is_lead))[:MOST_PARTIES]


def _published_on(root: "etree._Element", published: "etree._Element | None") -> dt.date | None:
    said = string(published, "efbc:PublicationDate") if published is not None else None
    return values.day(said) or values.day(string(root, "cbc:RequestedPublicationDate"))


def _previous(root: "etree._Element") -> tuple[str, ...]:
    path = (
        "cac:TenderingProcess/cac:NoticeDocumentReference/cbc:ID"
        " | cac:ProcurementProjectLot/cac:TenderingProcess/cac:NoticeDocumentReference/cbc:ID"
        " | $X/efac:ContractModification/efbc:ChangedNoticeIdentifier"
    )
    found = (values.identifier(text) for text in strings(root, path))
    return tuple(dict.fromkeys(text for text in found if text))[:MOST_PARTIES]


def _languages(root: "etree._Element") -> tuple[str, ...]:
    path = "cbc:NoticeLanguageCode | cac:AdditionalNoticeLanguage/cbc:ID"
    found = (values.code(text) for text in strings(root, path))
    return tuple(dict.fromkeys(text for text in found if text))[:30]


def _refused(error: InvalidInput) -> Finding:
    line = getattr(error, "line", 0)
    message, _, remedy = error.message.rpartition(". ")
    return Finding(
        "error",
        "xml",
        error.code,
        f"Zeile {line}" if line else "",
        "",
        f"{message}." if message else error.message,
        remedy if message else "Bitte das Dokument neu beschaffen.",
    )


def _no_notice(root: "etree._Element", kind: str, namespace: str) -> Finding:
    shown = f"im Namensraum „{namespace[:120]}“" if namespace else "ohne Namensraum"
    return Finding(
        "error",
        "schema",
        "no_eforms_notice",
        f"Zeile {root.sourceline}",
        kind[:80],
        f"Das Wurzelelement „{kind[:80]}“ ({shown}) gehört zu keiner eForms-Bekanntmachung.",
        f"Bitte eine Bekanntmachung angeben: {', '.join(KINDS)}.",
    )


def _no_id(root: "etree._Element") -> Finding:
    return Finding(
        "error",
        "schema",
        "notice_id_missing",
        f"Zeile {root.sourceline}",
        "BT-701-notice",
        "Die Bekanntmachung hat keine Kennung (BT-701).",
        "Bitte die Bekanntmachung von der Stelle holen, die sie veröffentlicht hat.",
    )
