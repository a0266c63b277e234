"""The rule for migrations, in examples; the real ones are judged while they run on PostgreSQL."""

import pytest

from tests.blocking import blocking

HARMLESS = (
    "CREATE INDEX CONCURRENTLY ix_tender_stage ON tender (stage)",
    "ALTER TABLE tender ADD COLUMN note TEXT",
    "ALTER TABLE tender ADD COLUMN is_x BOOLEAN DEFAULT false NOT NULL",
    'ALTER TABLE "tender" ADD CONSTRAINT "ck_tender_x" CHECK (x > 0) NOT VALID',
    "ALTER TABLE tender DROP CONSTRAINT IF EXISTS ck_x, ADD CONSTRAINT ck_x CHECK (x) NOT VALID",
    "ALTER TABLE tender VALIDATE CONSTRAINT ck_tender_x",
    "CREATE TRIGGER tender_keeps_update BEFORE UPDATE ON tender",
)
BLOCKING = (
    "CREATE INDEX ix_tender_stage ON tender (stage)",
    "CREATE UNIQUE INDEX uq_tender_x ON tender (x)",
    "ALTER TABLE tender ADD COLUMN note TEXT NOT NULL",
    "ALTER TABLE tender ADD CONSTRAINT ck_tender_x CHECK (x > 0)",
    "ALTER TABLE tender DROP CONSTRAINT IF EXISTS ck_x, ADD CONSTRAINT ck_x CHECK (x > 0)",
    "ALTER TABLE tender ADD COLUMN y TEXT GENERATED ALWAYS AS (lower(x)) STORED",
    "ALTER TABLE tender ADD CONSTRAINT fk FOREIGN KEY(a) REFERENCES b (id)",
    "ALTER TABLE tender ADD CONSTRAINT uq_tender_x UNIQUE (x)",
    "ALTER TABLE tender ALTER COLUMN note TYPE VARCHAR(10)",
    "ALTER TABLE tender ALTER COLUMN note SET NOT NULL",
    "ALTER TABLE tender DROP COLUMN note",
    "ALTER TABLE tender RENAME note TO remark",
    "DROP TABLE tender",
)


@pytest.mark.parametrize("statement", HARMLESS)
def test_what_holds_nobody_up_is_allowed(statement: str) -> None:
    assert blocking([statement]) == []


@pytest.mark.parametrize("statement", BLOCKING)
def test_what_stops_a_running_service_is_refused_with_a_remedy(statement: str) -> None:
    assert len(blocking([statement])) == 1


def test_a_table_that_is_new_may_get_everything_at_once() -> None:
    assert blocking(["CREATE TABLE tender (id INT)", *BLOCKING[:-1]]) == []


def test_what_nobody_reads_any_more_may_go() -> None:
    assert blocking([BLOCKING[-1]], "The old list goes: unused since 0007.") == []


def test_rewriting_a_table_is_said_in_the_docstring() -> None:
    statement = "ALTER TABLE tender ADD COLUMN y TEXT GENERATED ALWAYS AS (lower(x)) STORED"
    assert blocking([statement], "Orders by title. Rewrites tender.") == []
    assert blocking([statement], "The old list goes: unused since 0007.") != []
