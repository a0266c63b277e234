"""Records of TED: notices in eForms and in the schema before it, as flat JSON objects."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from vergabe.exchange import foreign_values as values
from vergabe.exchange.foreign_notice import Award, ForeignLot, ForeignNotice, Money, Party
from vergabe.exchange.foreign_parts import bids_count, dicts, merged, part, texts

Record = Mapping[str, Any]

# Natures of the old forms; what is not there stays as it stood.
_NATURES: Final[Mapping[str, str]] = {
    "WORKS": "works",
    "SUPPLIES": "supplies",
    "SERVICES": "services",
}
# Old forms that tell a result (award notices), change a contract, or only announce.
_FORMS: Final[Mapping[str, str]] = {
    "F01": "planning",
    "F04": "planning",
    "F03": "result",
    "F06": "result",
    "F13": "result",
    "F15": "dir-awa-pre",
    "F18": "result",
    "F20": "cont-modif",
    "F25": "result",
}


def eforms(record: Record) -> ForeignNotice | None:
    """Return a notice of TED in eForms; None without id or title."""
    return _notice(
        record,
        notice_id=values.identifier(record.get("notice_uuid")),
        form_type=values.code(record.get("form_type")),
        notice_type=values.code(record.get("notice_type")),
    )


def legacy(record: Record) -> ForeignNotice | None:
    """Return a notice of TED in the schema before eForms; None without id or title."""
    form = str(record.get("form", ""))
    return _notice(
        record,
        notice_id=None,
        form_type=_FORMS.get(form[:3], "competition"),
        notice_type=values.code(form),
    )


def _notice(
    record: Record, *, notice_id: str | None, form_type: str | None, notice_type: str | None
) -> ForeignNotice | None:
    source_id = values.source_id(record.get("id"))
    lots = tuple(_lot(row) for row in dicts(record, "lots"))
    title = values.title(record.get("title")) or next((lot.title for lot in lots if lot.title), "")
    if not (source_id and title):
        return None
    deadline, is_day = _deadline(record, lots)
    return ForeignNotice(
        source="ted",
        source_id=source_id,
        origin="record",
        version=values.version(record.get("version")),
        notice_id=notice_id,
        procedure_id=values.identifier(record.get("procedure_id")),
        profile=values.code(record.get("sdk") or record.get("schema")),
        subtype=values.code(record.get("subtype")),
        notice_type=notice_type,
        form_type=form_type,
        procedure_type=values.code(record.get("procedure_type")),
        legal_basis=values.code(record.get("legal_basis")),
        reference=values.identifier(record.get("internal_id")),
        title=title,
        summary=values.summary(record.get("description")),
        buyers=_parties(dicts(record, "buyers")),
        cpv=merged(_cpv(record), *(lot.cpv for lot in lots)),
        nuts=merged(_nuts(record), *(lot.nuts for lot in lots)),
        nature=_nature(record.get("nature")),
        value=_money(record, "estimated_value"),
        deadline=deadline,
        deadline_is_day=is_day,
        deadline_kind=None if deadline is None else "bids",
        dispatched_on=values.day(record.get("dispatched")),
        published_on=values.day(record.get("published")),
        lots=lots,
        awards=tuple(_award(row) for row in dicts(record, "awards")),
        total=_money(record, "total_value"),
        documents=_documents(record),
        changed_notice=values.identifier(record.get("changes_notice")),
        languages=tuple(filter(None, [values.code(record.get("language"))])),
    )


def _nature(raw: object) -> str | None:
    code = values.code(raw)
    return _NATURES.get(code.upper(), code) if code else None


def _deadline(record: Record, lots: tuple[ForeignLot, ...]) -> tuple[dt.datetime | None, bool]:
    at, is_day = values.deadline(record.get("deadline"))
    if at is not None:
        return at, is_day
    return max((lot.deadline for lot in lots if lot.deadline), default=None), False


def _cpv(row: Record) -> tuple[str, ...]:
    more = row.get("cpv_additional")
    return values.cpv([row.get("cpv_main"), *(more if isinstance(more, list) else [])])


def _nuts(row: Record) -> tuple[str, ...]:
    return values.nuts(texts(dicts(row, "place"), "nuts"))


def _money(row: Record, name: str) -> Money | None:
    amount = part(row, name)
    return values.amount(amount.get("amount"), amount.get("currency"))


def _parties(rows: list[dict[str, Any]]) -> tuple[Party, ...]:
    return tuple(
        Party(
            name=name,
            town=values.name(row.get("city")),
            postcode=values.code(row.get("postcode")),
            nuts=next(iter(values.nuts(row.get("nuts"))), None),
            country=values.code(row.get("country")),
        )
        for row in rows
        if (name := values.name(row.get("name")))
    )[:60]


def _lot(row: dict[str, Any]) -> ForeignLot:
    written = row.get("deadline") or row.get("participation_deadline")
    return ForeignLot(
        number=values.code(str(row.get("id", ""))) or "ohne Nummer",
        title=values.title(row.get("title")),
        description=values.summary(row.get("description")),
        reference=values.identifier(row.get("internal_id")),
        cpv=_cpv(row),
        nuts=_nuts(row),
        value=_money(row, "estimated_value"),
        deadline=values.deadline(written)[0],
    )


def _award(row: dict[str, Any]) -> Award:
    winners = dicts(row, "winners")
    suppliers = [party for winner in winners for party in _parties(dicts(winner, "suppliers"))]
    signed = (values.day(winner.get("signed")) for winner in winners)
    amounts = [found for winner in winners if (found := _money(winner, "value"))]
    return Award(
        lot=values.code(row.get("lot")),
        outcome=values.code(row.get("result")),
        reason=values.code(row.get("not_awarded_reason")),
        winners=tuple(suppliers[:60]),
        value=amounts[0] if len(amounts) == 1 else None,
        concluded_on=next((day for day in signed if day), None),
        bids_count=bids_count(part(row, "received"), "tenders"),
    )


def _documents(record: Record) -> tuple[str, ...]:
    found = (values.url(text) for text in texts(dicts(record, "lots"), "documents_url"))
    return tuple(dict.fromkeys(url for url in found if url))[:20]
