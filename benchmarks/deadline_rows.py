"""Many deadlines with one reminder each, made inside the database; and a bare table to compare."""

from functools import partial
from typing import Final

from sqlalchemy import Connection, text

from tests.factories import access, cooperations, deadlines
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.db import db, unit_of_work

PEOPLE = 40
TOWNS = ("Merzenich", "Jülich", "Kerpen", "Inden", "Linnich", "Niederzier")
_MANY = 10_000
_FAR_SECONDS = 30 * 86_400
_REMINDED_SECONDS = 3 * 86_400

# What differs between the databases: an id that grows with a number, as those of the product grow
# with time; an instant so many seconds away; many numbers.
_WORDS = {
    "postgresql": {
        "id": "(lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint + {0}), 12, '0') || '7'"
        " || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid",
        "instant": "now() + ({0}) * interval '1 second'",
        "numbers": "generate_series(1, :rows) AS c(n)",
        "serial": "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "time": "timestamptz",
    },
    "sqlite": {
        "id": "printf('%012x', strftime('%s', 'now') * 1000 + {0}) || '7'"
        " || substr(lower(hex(randomblob(16))), 14)",
        "instant": "strftime('%Y-%m-%d %H:%M:%f000', 'now', ({0}) || ' seconds')",
        "numbers": "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c "
        "WHERE n < :rows) SELECT n FROM c) AS c",
        "serial": "integer PRIMARY KEY",
        "time": "text",
    },
}


def fresh_id(dialect: str, number: str) -> str:
    """Return the SQL of a new id; number: the SQL of how many were made before it."""
    return _WORDS[dialect]["id"].format(number)


def fill(rows: int) -> None:
    """Store `rows` deadlines of forty people, none with a reminder due before a month."""
    with unit_of_work() as session:
        dlz = cooperations.dlz(session, towns=TOWNS)
        towns = [cooperations.town(session, name) for name in TOWNS]
        for number in range(PEOPLE):
            town = towns[number % len(towns)]
            access.person(session, town, Role.PROCUREMENT_OFFICER)
        deadlines.deadline(session, dlz, reminder_days=())
    with db.engine.begin() as connection:
        _bare(connection)
    add(rows, from_s=_FAR_SECONDS)


def add(rows: int, *, from_s: float, step_s: float = 1.0) -> None:
    """Add deadlines whose reminder is due `from_s` seconds from now, and one every `step_s` more.

    As many rows of the bare table fall due at the same instants.
    """
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # Rows made of rows that are there need no check of their references.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        _deadlines(connection, rows, from_s, step_s)
    if rows >= _MANY:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def _deadlines(connection: Connection, rows: int, from_s: float, step_s: float) -> None:
    words = _WORDS[connection.dialect.name]
    new_id = partial(fresh_id, connection.dialect.name)
    due = words["instant"].format(f"{from_s} + {step_s} * c.n + {_REMINDED_SECONDS}")
    remind = words["instant"].format(f"{from_s} + {step_s} * c.n")
    kept = (
        "subject_kind, subject_reference, cooperation_id, kind, title, source, law, calculation, "
        "created_at"
    )
    connection.execute(text("DROP TABLE IF EXISTS bench_fresh"))
    connection.execute(
        text(
            f"CREATE TABLE bench_fresh AS SELECT {new_id('c.n')} AS id, c.n AS n, {due} AS due_at, "
            f"{remind} AS remind_at FROM {words['numbers']}"
        ),
        {"rows": rows},
    )
    connection.execute(
        text(
            "INSERT INTO deadline"
            f" (id, subject_id, due_at, organisation_id, responsible_id, {kept})"
            f" SELECT f.id, {new_id('f.n')}, f.due_at, p.organisation_id, p.user_id,"
            f" {', '.join(f'd.{name.strip()}' for name in kept.split(','))}"
            " FROM bench_fresh f CROSS JOIN"
            " (SELECT * FROM deadline LIMIT 1) d"
            " JOIN (SELECT user_id, organisation_id, row_number() OVER (ORDER BY user_id) AS n"
            f" FROM role_assignment) p ON p.n = 1 + f.n % {PEOPLE}"
        )
    )
    connection.execute(
        text(
            "INSERT INTO reminder (id, deadline_id, days_before, remind_at)"
            f" SELECT {new_id('n')}, id, 3, remind_at FROM bench_fresh"
        )
    )
    connection.execute(
        text("INSERT INTO bare_deadline (due_at, state) SELECT remind_at, 0 FROM bench_fresh")
    )
    connection.execute(text("DROP TABLE bench_fresh"))


def _bare(connection: Connection) -> None:
    """Make the least that a sweep needs: a table of instants and an outbox."""
    words = _WORDS[connection.dialect.name]
    for statement in (
        f"CREATE TABLE bare_deadline (id {words['serial']}, due_at {words['time']} NOT NULL,"
        f" state integer NOT NULL, fired_at {words['time']})",
        "CREATE INDEX bare_due ON bare_deadline (due_at) WHERE state = 0",
        f"CREATE TABLE bare_outbox (id {words['serial']}, deadline_id bigint NOT NULL UNIQUE,"
        " kind text NOT NULL)",
    ):
        connection.execute(text(statement))


_SWEEP = {
    "postgresql": (
        "WITH d AS (SELECT id FROM bare_deadline WHERE state = 0 AND due_at <= :now"
        " ORDER BY due_at LIMIT :batch FOR UPDATE SKIP LOCKED),"
        " u AS (UPDATE bare_deadline x SET state = 1, fired_at = :now FROM d WHERE x.id = d.id"
        " RETURNING x.id),"
        " o AS (INSERT INTO bare_outbox (deadline_id, kind) SELECT id, 'due' FROM u)"
        " SELECT count(*) FROM u",
    ),
    "sqlite": (
        "INSERT INTO bare_outbox (deadline_id, kind) SELECT id, 'due' FROM bare_deadline"
        " WHERE state = 0 AND due_at <= :now ORDER BY due_at LIMIT :batch",
        "UPDATE bare_deadline SET state = 1, fired_at = :now WHERE id IN (SELECT id FROM"
        " bare_deadline WHERE state = 0 AND due_at <= :now ORDER BY due_at LIMIT :batch)",
    ),
}


def bare_sweep(batch: int = 500) -> int:
    """Fire a batch of the bare table with as few statements as it takes; return how many."""
    now = clock.now()
    shown = now.strftime("%Y-%m-%d %H:%M:%S.%f")
    with unit_of_work() as session:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        facts = {"now": shown if is_sqlite else now, "batch": batch}
        for statement in _SWEEP["sqlite" if is_sqlite else "postgresql"]:
            found = session.execute(text(statement), facts)
        return int(found.rowcount if is_sqlite else found.scalar_one())  # type: ignore[attr-defined]


_OWN: Final = (
    "WITH d AS (SELECT x.*, row_number() OVER () AS n"
    " FROM (SELECT d.id, d.responsible_id, r.id AS reminder_id FROM deadline d"
    " JOIN reminder r ON r.deadline_id = d.id WHERE r.sent_at IS NULL AND r.remind_at <= :now"
    " ORDER BY r.remind_at LIMIT :batch FOR UPDATE OF d SKIP LOCKED) x),"
    " u AS (UPDATE reminder r SET sent_at = :now FROM d WHERE r.id = d.reminder_id),"
    " m AS (INSERT INTO message (id, dedupe_key, kind, user_id, subject, body, link,"
    " content_sha256, delivered_at) SELECT {m}, 'reminder:' || reminder_id || ':u:' ||"
    " responsible_id, 'bench', responsible_id, :subject, :body, '/fristen', repeat('0', 64), :now"
    " FROM d RETURNING id, user_id),"
    " l AS (INSERT INTO mail (id, message_id, address, state)"
    " SELECT {l}, m.id, p.email, 'waiting' FROM m JOIN user_account p ON p.id = m.user_id"
    " RETURNING id, address),"
    " o AS (INSERT INTO outbox"
    " (id, kind, name, dedupe_key, payload, created_at, due_at, state, attempts, lane)"
    " SELECT {o}, 'mail', 'message_mail', id::text, jsonb_build_object('mail_id', id), :now, :now,"
    " 'waiting', 0, left(encode(sha256(convert_to(address, 'UTF8')), 'hex'), 40) FROM l)"
    " SELECT count(*) FROM d"
)


def own_sweep(batch: int = 500) -> int:
    """Write what a batch of reminders comes to, in one statement of PostgreSQL; return how many.

    The rows and indexes are the product's; nobody is asked who may be told, and every text is one.
    """
    made = partial(fresh_id, "postgresql")
    statement = _OWN.format(
        m=made("n"), l=made("row_number() OVER ()"), o=made("row_number() OVER ()")
    )
    subject = "Frist in 3 Tagen: Angebotsfrist (DLZ-2026-0001)"
    body = f"Die {subject} endet Donnerstag, 03.12.2026, 12:00 Uhr.\nDanach ist es zu spät."
    with unit_of_work() as session:
        facts = {"now": clock.now(), "batch": batch, "subject": subject, "body": body}
        return int(session.execute(text(statement), facts).scalar_one())
