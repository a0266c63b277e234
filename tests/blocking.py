"""What a migration may not do to a table that has rows, because a running service would wait."""

import re
from collections.abc import Iterable

_RULES = (
    (
        r"CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)\S+ ON (?P<table>\w+)",
        "build it with op.build_index",
    ),
    (
        r"ALTER TABLE (?P<table>\w+) (DROP CONSTRAINT.*, )?"
        r"ADD CONSTRAINT \S+ (CHECK|FOREIGN KEY)(?!.*NOT VALID)",
        "add it NOT VALID and validate it afterwards: op.add_check, op.add_reference",
    ),
    (
        r"ALTER TABLE (?P<table>\w+) ADD CONSTRAINT \S+ UNIQUE \(",
        "build the unique index with op.build_index",
    ),
    (r"ALTER TABLE (?P<table>\w+) ALTER COLUMN \w+ TYPE", "a new type rewrites every row"),
    (
        r"ALTER TABLE (?P<table>\w+) ALTER COLUMN \w+ SET NOT NULL",
        "every row is looked at: op.add_check with IS NOT NULL first",
    ),
    (
        r"ALTER TABLE (?P<table>\w+) ADD COLUMN (?!.*DEFAULT).*NOT NULL",
        "old rows have no value: nullable, or with a constant default",
    ),
    (
        r"ALTER TABLE (?P<table>\w+) ADD COLUMN .*\bSTORED\b",
        "every row is written anew: say in the docstring that it rewrites the table",
    ),
    (
        r"ALTER TABLE (?P<table>\w+) (DROP COLUMN|RENAME)|DROP TABLE (?P<gone>\w+)",
        "processes of the release before still read it: one release later, and say so in the "
        "docstring: unused since 00NN",
    ),
)
_NEW_TABLE = re.compile(r"CREATE TABLE (?P<table>\w+)")
_SAID = {
    "unused since": re.compile(r"unused since \d{4}"),
    "rewrites the table": re.compile(r"Rewrites "),
}
"""What a remedy asks the docstring to say."""


def blocking(statements: Iterable[str], docstring: str = "") -> list[str]:
    """Return what stops a running service, with the remedy; new tables have nobody to stop."""
    new: set[str] = set()
    wrong = []
    for raw in statements:
        statement = " ".join(raw.replace('"', "").split())
        if made := _NEW_TABLE.match(statement):
            new.add(made["table"])
        for pattern, remedy in _RULES:
            found = re.match(pattern, statement)
            if found is None:
                continue
            table = found["table"] or found.groupdict().get("gone")
            is_said = any(word in remedy and said.search(docstring) for word, said in _SAID.items())
            if table not in new and not is_said:
                wrong.append(f"{statement[:120]}: {remedy}")
    return wrong
