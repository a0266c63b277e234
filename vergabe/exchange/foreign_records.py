"""Records of other portals (JSON objects) as notices: which shape is it, and what says what.

Five shapes are known, told apart by their members: flat portal facts (`portal`, `portal_id`), flat
daily exports and tables of the national service (`doe-export`, `doe-csv`), and notices of TED, new
and old (`ted-eforms`, `ted-legacy`).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from vergabe.exchange import foreign_records_ted as ted
from vergabe.exchange import foreign_values as values
from vergabe.exchange.findings import Finding
from vergabe.exchange.foreign_notice import Award, ForeignLot, ForeignNotice, ForeignReading, Party
from vergabe.exchange.foreign_parts import (
    bids_count,
    dicts,
    merged,
    numbered,
    part,
    texts,
)

Record = Mapping[str, Any]


def read_record(record: Record, *, place: str = "") -> ForeignReading:
    """Return the notice in a record, and what is wrong with it; place: where it stood, in German.

    Raises nothing. Without a notice there is exactly one finding of severity `error`.
    """
    shape = _SHAPES.get("portal" if "portal_id" in record else str(record.get("source")))
    if shape is None:
        return _refused(
            place,
            "record_unknown",
            "source",
            "Der Datensatz hat keine bekannte Form.",
            "Bekannt sind Ausgaben von TED, vom Datenservice Öffentlicher Einkauf und von Portalen "
            "mit „portal“ und „portal_id“.",
        )
    notice = shape(record)
    if notice is None:
        return _refused(
            place,
            "record_incomplete",
            "id",
            "Dem Datensatz fehlt die Kennung oder der Titel.",
            "Bitte den Datensatz noch einmal von der Quelle holen.",
        )
    return ForeignReading(notice)


def _refused(place: str, rule: str, field: str, message: str, remedy: str) -> ForeignReading:
    return ForeignReading(None, (Finding("error", "rules", rule, place, field, message, remedy),))


def _portal(record: Record) -> ForeignNotice | None:
    """Read flat facts as collected from portals: one title, one buyer, at most one deadline."""
    source, source_id = values.code(record.get("portal")), values.source_id(record["portal_id"])
    title = values.title(record.get("title"))
    if not (source and source_id and title):
        return None
    source = source.lower()
    deadline, is_day = values.deadline(record.get("deadline"))
    kind = values.code(record.get("notice_type"))
    is_uuid = len(source_id) == 36
    return ForeignNotice(
        source=source,
        source_id=source_id,
        origin="record",
        notice_id=source_id if source == "doe" and is_uuid else None,
        form_type="result" if kind == "award" else _form_of(kind),
        notice_type=kind,
        procedure_type=values.code(record.get("procedure")),
        title=title,
        summary=values.summary(record.get("description")),
        buyers=_one_buyer(record),
        cpv=values.cpv(record.get("cpv")),
        nuts=values.nuts(record.get("nuts")),
        value=values.amount(record.get("value_eur")),
        deadline=deadline,
        deadline_is_day=is_day,
        deadline_kind=None if deadline is None else "bids",
        published_on=values.day(record.get("published")),
        seen_on=values.day(record.get("seen")),
        url=values.url(record.get("url")),
    )


def _one_buyer(record: Record) -> tuple[Party, ...]:
    name = values.name(record.get("buyer"))
    if name is None:
        return ()
    regions = values.nuts(record.get("nuts"))
    town = values.name(record.get("buyer_city"))
    return (Party(name=name, town=town, nuts=regions[0] if regions else None),)


def _export(record: Record) -> ForeignNotice | None:
    """Read a row of the national service's daily export, flat, without lots and deadlines."""
    source_id, title = values.source_id(record.get("id")), values.title(record.get("title"))
    if not (source_id and title):
        return None
    amount = record.get("value_max") or record.get("value_min")
    buyer = values.name(record.get("buyer"))
    return ForeignNotice(
        source="doe",
        source_id=source_id,
        origin="record",
        notice_id=source_id if len(source_id) == 36 else None,
        notice_type=values.code(record.get("notice_type")),
        form_type=_form_of(values.code(record.get("notice_type"))),
        title=title,
        summary=values.summary(record.get("description")),
        buyers=(Party(name=buyer),) if buyer else (),
        cpv=values.cpv(record.get("cpv")),
        nuts=values.nuts(record.get("nuts")),
        nature=values.code(record.get("nature")),
        value=values.amount(amount),
        published_on=values.day(record.get("published_utc")),
    )


def _form_of(notice_type: str | None) -> str | None:
    """Return the form type (BT-03) that a notice type (BT-02) belongs to, where it is certain."""
    known = notice_type or ""
    return next((form for start, form in _FORMS if known.startswith(start)), None)


def _tables(record: Record) -> ForeignNotice | None:
    """Read a notice joined from the tables of the national service; it has no deadlines."""
    source_id = values.source_id(record.get("id"))
    purpose = part(record, "purpose")
    title = values.title(purpose.get("title"))
    if not (source_id and title):
        return None
    places = dicts(record, "placeOfPerformance")
    lots = tuple(_table_lot(lot) for lot in dicts(record, "lots"))
    return ForeignNotice(
        source="doe",
        source_id=source_id,
        origin="record",
        version=values.version(record.get("version")),
        notice_id=source_id if len(source_id) == 36 else None,
        procedure_id=values.identifier(record.get("procedure_id")),
        notice_type=values.code(record.get("notice_type")),
        form_type=values.code(record.get("form_type")),
        procedure_type=values.code(part(record, "procedure").get("procedureType")),
        legal_basis=values.code(record.get("legal_basis")),
        reference=values.identifier(purpose.get("internalIdentifier")),
        title=title,
        summary=values.summary(purpose.get("description")),
        buyers=_table_parties(record, "buyer"),
        cpv=merged(_table_cpv(dicts(record, "classification")), *(lot.cpv for lot in lots)),
        nuts=values.nuts(texts(places, "placePerformanceCountrySubdivision")),
        nature=values.code(purpose.get("mainNature")),
        value=values.amount(purpose.get("estimatedValue"), purpose.get("estimatedValueCurrency")),
        published_on=values.day(record.get("published")),
        lots=lots,
        awards=_table_awards(record),
        changed_notice=_table_change(record),
    )


def _table_parties(record: Record, role: str) -> tuple[Party, ...]:
    found = []
    for row in dicts(record, "organisations"):
        name = values.name(row.get("organisationName"))
        if name is None or row.get("organisationRole") != role:
            continue
        regions = values.nuts(row.get("organisationCountrySubdivision"))
        found.append(
            Party(
                name=name,
                town=values.name(row.get("organisationCity")),
                postcode=values.code(row.get("organisationPostCode")),
                nuts=regions[0] if regions else None,
                country=values.code(row.get("organisationCountryCode")),
            )
        )
    return tuple(found[:60])


def _table_cpv(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    written: list[str] = []
    for row in rows:
        written.append(str(row.get("mainClassificationCode", "")))
        written += str(row.get("additionalClassificationCodes", "")).replace(";", ",").split(",")
    return values.cpv([text.strip() for text in written])


def _table_lot(row: dict[str, Any]) -> ForeignLot:
    purpose, place = part(row, "purpose"), part(row, "placeOfPerformance")
    return ForeignLot(
        number=values.code(row.get("id")) or "ohne Nummer",
        title=values.title(purpose.get("title")),
        description=values.summary(purpose.get("description")),
        reference=values.identifier(purpose.get("internalIdentifier")),
        cpv=_table_cpv([part(row, "classification")]),
        nuts=values.nuts(place.get("placePerformanceCountrySubdivision")),
        value=values.amount(purpose.get("estimatedValue"), purpose.get("estimatedValueCurrency")),
    )


def _table_awards(record: Record) -> tuple[Award, ...]:
    received = numbered(dicts(record, "receivedSubmissions"), "procedureLotResultNumber")
    return tuple(
        Award(
            lot=values.code(row.get("lotIdentifier")),
            outcome=values.code(row.get("winnerChosen")),
            reason=values.code(row.get("notAwardedReason")),
            bids_count=bids_count(
                received.get(str(row.get("procedureLotResultNumber"))), "receivedSubmissionsCount"
            ),
        )
        for row in dicts(record, "lotResults")
    )


def _table_change(record: Record) -> str | None:
    for row in dicts(record, "changes"):
        changed = values.identifier(row.get("changeNoticeVersionIdentifier"))
        if changed and len(changed) > 9:  # others are mere numbers of versions
            return changed
    return None


_FORMS: Final = (
    ("cn-", "competition"),
    ("can-modif", "cont-modif"),
    ("can-", "result"),
    ("pin-", "planning"),
    ("pmc", "consultation"),
    ("veat", "dir-awa-pre"),
    ("compl", "completion"),
)
_SHAPES: Final[Mapping[str, Callable[[Record], ForeignNotice | None]]] = {
    "portal": _portal,
    "doe-export": _export,
    "doe-csv": _tables,
    "ted-eforms": ted.eforms,
    "ted-legacy": ted.legacy,
}
