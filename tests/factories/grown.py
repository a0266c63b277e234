"""A world made large: every row of a database again and again, by the database itself (PostgreSQL).

What belongs together stays together: a copy of a pool has copies of its demands, its tender, its
notices, under ids that rise with their number as ours do. `kept` says whose rows are not copied:
with organisations and cooperations among them one town gets ever more of everything, without them
there are ever more towns.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.types import Integer

from vergabe.db import Base

# What one cooperation has a handful of, however long it works.
ONE_TOWN: Final = frozenset(
    {
        "agreement",
        "agreement_notice",
        "agreement_party",
        "api_token",
        "area_exclusion",
        "body",
        "cooperation",
        "in_house_provider",
        "mail_opt_out",
        "mail_preference",
        "mandate",
        "meeting",
        "member",
        "notice_facts",
        "organisation",
        "paper_opening",
        "participation",
        "planned_decision",
        "procurement_bylaw",
        "project_defaults",
        "resolution",
        "resolution_paper",
        "role_assignment",
        "substitution",
        "supplier_profile",
        "profile_interest",
        "task_area",
        "task_assignment",
        "user_account",
        "voting_rule",
        "webauthn",
    }
)
# One row, or rows that all share.
EVERYBODYS: Final = frozenset(
    {
        "alembic_version",
        "catalogue_part",
        "catalogue_state",
        "catalogue_word",
        "feed_counter",
        "known_keyword",
        "rate_limit",
        "reference_counter",
        "stored_file",
        "worker_sign",
    }
)
PRESENT: Final = 5
"""Copies that are as what they are made of; all others are past, as most of what grows is."""

# Where copies must not be alike: an expression over the row `s` and the number `n` of the copy.
_SPREAD: Final[Mapping[tuple[str, str], str]] = {
    ("catalogue_entry", "deadline"): "s.deadline - n * interval '1 hour'",
    ("catalogue_entry", "sequence"): "s.sequence + n * 1000",
    ("catalogue_entry", "shown_on"): "s.shown_on - (n % 3000)::int",
    ("demand", "needed_from"): "s.needed_from + (n % 700)::int",
    ("demand", "needed_until"): "s.needed_until + (n % 700)::int",
    ("demand", "title"): "s.title || ' ' || n",
    ("demand", "value_net_cents"): "s.value_net_cents + n * 100",
    ("foreign_notice_key", "number"): "s.number / 2 + n",
    ("job", "finished_at"): "s.finished_at + n * interval '1 minute'",
    ("organisation", "ags"): "NULL",
    ("outbox", "due_at"): "s.due_at + n * interval '1 minute'",
    ("pool", "title"): "s.title || ' ' || n",
    ("procedure_group", "deadline"): "s.deadline - n * interval '1 hour'",
    ("procedure_group", "shown_on"): "s.shown_on - (n % 3000)::int",
    ("record_entry", "sequence"): "s.sequence + n * 1000",
    ("tender", "estimated_value_net_cents"): "s.estimated_value_net_cents + n * 100",
    ("tender", "title"): "s.title || ' ' || n",
    ("upload", "expires_at"): "s.expires_at + n * interval '1 minute'",
}
_PAST: Final[Mapping[tuple[str, str], str]] = {
    ("call_for_demands", "closes_at"): "s.opens_at - n * interval '1 minute'",
    ("call_for_demands", "next_tick_at"): "NULL",
    ("call_for_demands", "opens_at"): "s.opens_at - n * interval '2 minute'",
    ("deadline", "due_at"): "s.due_at - interval '90 days' - n * interval '1 minute'",
    ("deadline", "met_at"): "CASE WHEN s.lifted_at IS NULL THEN s.created_at END",
    ("demand", "released_at"): "s.created_at - interval '400 days' - n * interval '1 minute'",
    ("demand", "stage"): "'settled'",
    ("demand", "submitted_at"): "s.created_at",
    ("funding_case", "stage"): "'withdrawn'",
    ("mail", "sent_at"): "now()",
    ("mail", "state"): "'sent'",
    ("message", "first_read_at"): "s.delivered_at",
    ("milestone", "done_on"): "CASE WHEN s.dropped_at IS NULL THEN s.created_at::date END",
    ("notice", "submission_deadline"): "s.submission_deadline - n * interval '1 hour'",
    ("notice_delivery", "due_at"): "NULL",
    ("notice_delivery", "ended_at"): "s.created_at",
    ("notice_delivery", "release_at"): "NULL",
    ("notice_delivery", "state"): "'stopped'",
    ("outbox", "done_at"): "s.created_at",
    ("outbox", "state"): "'done'",
    ("pool", "joining_deadline"): "s.created_at - n * interval '1 minute'",
    ("pool", "joining_opened_at"): "s.created_at - n * interval '2 minute'",
    ("pool", "joining_tick_at"): "NULL",
    ("pool", "stage"): "'concluded'",
    ("reminder", "remind_at"): "s.remind_at - interval '90 days' - n * interval '1 minute'",
    ("reminder", "sent_at"): "now()",
    ("tender", "opened_at"): "s.created_at",
    ("tender", "published_at"): "s.created_at",
    ("tender", "stage"): "'completed'",
    ("tender", "submission_deadline"): (
        "coalesce(s.submission_deadline, s.created_at) - interval '90 days' "
        "- n * interval '1 minute'"
    ),
    ("vote", "closed_at"): "s.opened_at",
    ("vote", "closed_because"): "'all_voted'",
    ("vote", "next_tick_at"): "NULL",
}
# Ids of version 7: the time goes on with the number of the copy, the rest is made of the old id.
_NEXT_ID: Final = """
CREATE OR REPLACE FUNCTION pg_temp.grown_id(old uuid, n bigint) RETURNS uuid
LANGUAGE sql IMMUTABLE AS $$
  SELECT (
    lpad(to_hex(('x' || left(replace(old::text, '-', ''), 12))::bit(48)::bigint + n), 12, '0')
    || '7' || substr(md5(old::text || n), 1, 19)
  )::uuid
$$
"""

# What says of other rows how many they are, or which was the last.
_AFTERWARDS: Final = (
    "UPDATE catalogue_state c SET last_sequence = e.last FROM "
    "(SELECT origin, max(sequence) AS last FROM catalogue_entry GROUP BY origin) e "
    "WHERE e.origin = c.origin",
    "UPDATE record_chain c SET last_sequence = e.last FROM "
    "(SELECT stream, max(sequence) AS last FROM record_entry GROUP BY stream) e "
    "WHERE e.stream = c.stream",
    "INSERT INTO catalogue_part (number, changed_at) "
    "SELECT number / 50000, max(changed_at) FROM catalogue_entry GROUP BY 1 ON CONFLICT DO NOTHING",
)


def grow(
    engine: Engine, rows: int, *, kept: Collection[str] = ONE_TOWN, only: Collection[str] = ()
) -> dict[str, int]:
    """Fill tables up to about `rows` rows with copies of what they hold; return how many each has.

    only: tables to grow besides those that are not kept; none named means all of these.
    """
    tables = [
        table
        for table in Base.metadata.sorted_tables
        if table.name not in {*kept, *EVERYBODYS} and (not only or table.name in only)
    ]
    with engine.begin() as connection:
        # Neither triggers nor foreign keys: what is copied was checked when it was made.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        connection.execute(text(_NEXT_ID))
        connection.execute(text("CREATE TEMP TABLE kept_id (id uuid PRIMARY KEY) ON COMMIT DROP"))
        _note_ids_of(connection, kept)
        indexes = _without_indexes(connection, tables)
        counts: dict[str, int] = {}
        copies: dict[str, int] = {}
        for table in tables:
            there = connection.scalar(text(f"SELECT count(*) FROM {table.name}")) or 0
            parents = {key.column.table.name for key in table.foreign_keys} - {table.name}
            most = [copies[name] for name in parents if name in copies]
            copies[table.name] = min([rows // there if there else 0, *most])
            if copies[table.name] > 0:
                connection.execute(text(_statement(table, copies[table.name], kept)))
            counts[table.name] = there * (1 + copies[table.name])
        for statement in (*indexes, *_AFTERWARDS):
            connection.exec_driver_sql(statement)
        _move_sequences(connection, tables)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))
    return counts


def _without_indexes(connection: Connection, tables: Iterable[Table]) -> list[str]:
    """Drop the indexes that only serve reading; return the statements that make them again.

    Made anew at the end they cost a fraction. Unique ones stay: copies that they refuse are left
    out.
    """
    found = connection.execute(
        text(
            "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i "
            "JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid "
            "WHERE NOT i.indisunique AND t.relname = ANY(:names)"
        ),
        {"names": [table.name for table in tables]},
    ).all()
    for name, _ in found:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    return [statement for _, statement in found]


def _note_ids_of(connection: Connection, kept: Iterable[str]) -> None:
    """Note the ids of what is not copied: whoever names it without a foreign key keeps it."""
    for name in sorted(kept):
        table = Base.metadata.tables.get(name)
        if table is not None and "id" in table.columns and isinstance(table.c.id.type, Uuid):
            connection.execute(text(f"INSERT INTO kept_id SELECT id FROM {name}"))


def _statement(table: Table, copies: int, kept: Collection[str]) -> str:
    columns = [column for column in table.columns if column.computed is None]
    changed = _told_apart(table, kept)
    values = []
    for column in columns:
        now, past = _present(table, column, changed), _PAST.get((table.name, column.name))
        values.append(f"CASE WHEN n <= {PRESENT} THEN {now} ELSE {past} END" if past else now)
    names = ", ".join(column.name for column in columns)
    return (
        f"INSERT INTO {table.name} ({names}) SELECT {', '.join(values)} "
        f"FROM generate_series(1, {copies}) AS g(n), {table.name} AS s ON CONFLICT DO NOTHING"
    )


def _present(table: Table, column: Column[Any], changed: Collection[str]) -> str:
    name = column.name
    spread = _SPREAD.get((table.name, name))
    if spread is not None:
        return spread
    if isinstance(column.type, Uuid):
        return (
            f"CASE WHEN s.{name} IS NULL OR s.{name} IN (SELECT id FROM kept_id) "
            f"THEN s.{name} ELSE pg_temp.grown_id(s.{name}, n) END"
        )
    if name in changed and isinstance(column.type, String):
        return f"left(s.{name}, {(column.type.length or 10_000) - 9}) || '-' || n"
    if name in changed and isinstance(column.type, Integer):
        return f"s.{name} + n * ({_range(table, name)})"
    return f"s.{name}"


def _range(table: Table, name: str) -> str:
    return f"SELECT max({name}) + 1 - least(min({name}), 0) FROM {table.name}"


def _told_apart(table: Table, kept: Collection[str]) -> set[str]:
    """Return the columns that copies cannot share, beyond ids, which are new ones anyway."""
    found: set[str] = set()
    uniques: list[Any] = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
    uniques += [index for index in table.indexes if isinstance(index, Index) and index.unique]
    for columns in [table.primary_key.columns, *(unique.columns for unique in uniques)]:
        if any(_is_new(c, kept) or (table.name, c.name) in _SPREAD for c in columns):
            continue
        texts = [c for c in columns if isinstance(c.type, String) and (c.type.length or 99) > 20]
        texts.sort(key=lambda column: column.type.length or 10_000)
        plain = texts or [column for column in columns if isinstance(column.type, Integer)]
        if plain:
            found.add(plain[-1].name)
    return found


def _is_new(column: Column[Any], kept: Collection[str]) -> bool:
    """Return whether every copy has an id of its own in a column."""
    owners = {key.column.table.name for key in column.foreign_keys}
    return isinstance(column.type, Uuid) and owners.isdisjoint({*kept, *EVERYBODYS})


def _move_sequences(connection: Connection, tables: Iterable[Table]) -> None:
    for table in tables:
        for column in table.primary_key.columns:
            if isinstance(column.type, Integer):
                connection.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), "
                        f"(SELECT max({column.name}) FROM {table.name})) "
                        f"WHERE pg_get_serial_sequence('{table.name}', '{column.name}') IS NOT NULL"
                    )
                )
