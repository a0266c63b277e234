"""Suppliers from lists of firms: all of a file or nothing; the same file twice changes nothing."""

import contextlib
import datetime as dt
import gzip
import json
import re
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, TextIO, TypeAlias, cast

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.errors import InvalidInput, Violation
from vergabe.exchange import codes
from vergabe.exchange.plain_text import one_line
from vergabe.suppliers import entries, matching, rules
from vergabe.suppliers.model import ProfileInterest, SupplierProfile

LONGEST_LINE: Final = 1_000_000
LONGEST_FILE: Final = 200_000_000
MOST_LINES: Final = 1_000_000
MOST_PROBLEMS: Final = 50


Key: TypeAlias = tuple[str, str | None, str | None]
"""Name, postcode and city: what makes it the same firm."""


@dataclass(frozen=True)
class SupplierRow:
    """A firm of a list: prefixes and regions are checked, the address is the firm's own or None."""

    name: str
    city: str | None
    postcode: str | None
    size: str | None
    cpv_prefixes: tuple[str, ...]
    nuts_prefixes: tuple[str, ...]
    email: str | None


@dataclass
class ImportReport:
    """How many firms came, changed, were there already or stood there twice; codes left out."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    merged: int = 0
    unknown_codes: int = 0


@contextlib.contextmanager
def open_lines(file: Path) -> Iterator[Iterator[str]]:
    """Give the lines of a file of JSON lines, packed with gzip or not.

    Raises InvalidInput for a file that is neither UTF-8 nor gzip, or longer than 200 MB unpacked.
    """
    try:
        with (
            gzip.open(file, "rt", encoding="utf-8-sig")
            if file.suffix == ".gz"
            else file.open(encoding="utf-8-sig") as source
        ):
            yield _counted(cast(TextIO, source))
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _wrong("not_text", "Die Datei ist kein Text in UTF-8.", "") from error


def _counted(source: TextIO) -> Iterator[str]:
    # Bounded reading: a packed file may unpack to one line of any length, or to nothing but lines.
    size = count = 0
    while line := source.readline(LONGEST_LINE + 1):
        size, count = size + len(line), count + 1
        if count > MOST_LINES:
            message = f"Die Datei hat mehr als {MOST_LINES} Zeilen. Bitte teilen Sie sie auf."
            raise _wrong("too_many_rows", message, "")
        if size > LONGEST_FILE:
            raise _wrong("file_too_large", "Die Datei ist größer als 200 MB.", "")
        yield line


def read_rows(lines: Iterable[str], report: ImportReport) -> list[SupplierRow]:
    """Return the firms of JSON lines (name, city, postcode, size, cpv, regions, email).

    Other members are ignored. Codes and regions that the lists do not hold (any more) are left out
    and counted: such lists are old. Raises InvalidInput with the line of every other fault.
    """
    rows, wrong = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            rows.append(_row(_parsed(line), report))
        except InvalidInput as error:
            wrong += [
                Violation(v.code, f"Zeile {number}: {v.message}", field=f"{number}.{v.field}")
                for v in error.violations
            ]
        if len(wrong) >= MOST_PROBLEMS:
            break
    if wrong:
        raise InvalidInput.of(wrong)
    return rows


def import_suppliers(
    session: Session,
    actor: Actor,
    rows: Iterable[SupplierRow],
    report: ImportReport,
    *,
    demo_addresses: bool = False,
    now: dt.datetime,
) -> ImportReport:
    """Store firms with their profiles; a firm of the same name and place is the same one.

    demo_addresses: a firm without an address gets one below `example.org`, which never leaves.
    """
    known = {
        (firm.name, firm.postcode, firm.city): firm.id
        for firm in session.scalars(select(Organisation).where(Organisation.kind == "supplier"))
    }
    new: list[tuple[SupplierRow, str | None]] = []
    for number, (key, row) in enumerate(_by_firm(rows, report).items(), start=1):
        if key in known:
            _change(session, known[key], row, report, now=now)
        else:
            made_up = _demo_address(row, number) if demo_addresses else None
            new.append((row, row.email or made_up))
    _insert(session, new, now=now)
    report.created = len(new)
    if report.created or report.changed:
        summary = f"{report.created} Unternehmen kamen aus einer Liste, {report.changed} geändert."
        act = Act("suppliers_imported", "supplier", None, summary, details=asdict(report))
        audit.append(session, audit.stream_of("suppliers"), actor, act, now=now)
    return report


def _change(
    session: Session,
    organisation_id: uuid.UUID,
    row: SupplierRow,
    report: ImportReport,
    *,
    now: dt.datetime,
) -> None:
    profile = session.get(SupplierProfile, organisation_id)
    if profile is None:
        profile = SupplierProfile(organisation_id=organisation_id, keywords=[])
        profile.cpv_prefixes, profile.nuts_prefixes = [], []
        session.add(profile)
    cpv, nuts = list(row.cpv_prefixes), list(row.nuts_prefixes)
    if (profile.size, profile.cpv_prefixes, profile.nuts_prefixes) == (row.size, cpv, nuts):
        report.unchanged += 1
        return
    profile.size, profile.cpv_prefixes, profile.nuts_prefixes = row.size, cpv, nuts
    profile.updated_at = now
    session.flush()
    matching.index_profile(session, profile)
    report.changed += 1


def _by_firm(rows: Iterable[SupplierRow], report: ImportReport) -> dict[Key, SupplierRow]:
    """Return one row a firm: a list that names it again, for another contract, means both."""
    found: dict[Key, SupplierRow] = {}
    for row in rows:
        key = (row.name, row.postcode, row.city)
        report.merged += key in found
        found[key] = _joined(found[key], row) if key in found else row
    return found


def _joined(first: SupplierRow, second: SupplierRow) -> SupplierRow:
    return replace(
        first,
        cpv_prefixes=tuple(sorted({*first.cpv_prefixes, *second.cpv_prefixes}))[: rules.MOST_CPV],
        nuts_prefixes=tuple(sorted({*first.nuts_prefixes, *second.nuts_prefixes}))[
            : rules.MOST_REGIONS
        ]
        if first.nuts_prefixes and second.nuts_prefixes
        else (),
    )


def _insert(
    session: Session, new: Sequence[tuple[SupplierRow, str | None]], *, now: dt.datetime
) -> None:
    """Store new firms, their profiles and their index in one statement each."""
    firms, found, interests = [], [], []
    for row, email in new:
        firm_id = ids.new_id()
        facts = {"name": row.name, "city": row.city, "postcode": row.postcode, "email": email}
        firms.append({"id": firm_id, "kind": "supplier", "created_at": now, **facts})
        profile = {"cpv_prefixes": list(row.cpv_prefixes), "nuts_prefixes": list(row.nuts_prefixes)}
        found.append(
            {
                "organisation_id": firm_id,
                "size": row.size,
                "keywords": [],
                "updated_at": now,
                "version": 1,
                **profile,
            }
        )
        interests += matching.index_rows(firm_id, row.cpv_prefixes, row.nuts_prefixes, [])
    for model, values in ((Organisation, firms), (SupplierProfile, found)):
        if values:
            session.execute(insert(model), values)
    if interests:
        session.execute(insert(ProfileInterest), interests)


def _parsed(line: str) -> Mapping[str, Any]:
    if len(line) > LONGEST_LINE:
        raise _wrong("line_too_long", "Die Zeile ist zu lang.", "")
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _wrong("not_json", "Das ist kein JSON-Objekt.", "") from error
    if not isinstance(value, dict):
        raise _wrong("not_json", "Das ist kein JSON-Objekt.", "")
    return value


def _row(value: Mapping[str, Any], report: ImportReport) -> SupplierRow:
    size = value.get("size")
    if size is not None and not (isinstance(size, str) and size in rules.SIZES):
        raise _wrong("size_unknown", "Diese Größe gibt es nicht.", "size")
    email = value.get("email")
    return SupplierRow(
        name=entries.required(_text(value, "name") or "", 400, "name", "einen Namen"),
        city=_text(value, "city"),
        postcode=_text(value, "postcode", longest=10),
        size=size,
        cpv_prefixes=_known(value, "cpv", _cpv, report, most=rules.MOST_CPV),
        nuts_prefixes=_known(value, "regions", _nuts, report, most=rules.MOST_REGIONS),
        email=entries.mail_address(str(email)) if email is not None else None,
    )


def _text(value: Mapping[str, Any], field: str, *, longest: int = 400) -> str | None:
    given = value.get(field)
    if given is None:
        return None
    return one_line(given, max_length=longest, field=field) or None


def _cpv(code: str) -> str | None:
    return rules.significant(code) if codes.cpv(code) else None


def _nuts(code: str) -> str | None:
    return code if codes.nuts(code) else None


def _known(
    value: Mapping[str, Any],
    field: str,
    read: Callable[[str], str | None],
    report: ImportReport,
    *,
    most: int,
) -> tuple[str, ...]:
    given = value.get(field, [])
    if not isinstance(given, list) or not all(isinstance(code, str) for code in given):
        raise _wrong("not_a_list", "Hier wird eine Liste von Codes erwartet.", field)
    found = [read(code) for code in given]
    report.unknown_codes += found.count(None)
    kept = sorted({code for code in found if code})
    if len(kept) > most:
        raise _wrong("too_many", f"Bitte höchstens {most} Codes.", field)
    return tuple(kept)


def _wrong(code: str, message: str, field: str) -> InvalidInput:
    return InvalidInput.of([Violation(code, message, field=field)])


def _demo_address(row: SupplierRow, number: int) -> str:
    label = re.sub(r"[^a-z0-9]+", "-", rules.folded(row.name).encode("ascii", "ignore").decode())
    return f"angebote@{label.strip('-')[:40].strip('-') or 'firma'}-{number}.example.org"
