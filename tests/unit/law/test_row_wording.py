import pytest

from vergabe.law import overview, row_wording
from vergabe.law.tables import Row

ROWS = [row for table in overview.all_tables() for row in table.rows]


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.id}@{row.in_force_from}" for row in ROWS])
def test_every_row_says_something_in_german_without_our_codes(row: Row) -> None:
    heading, sentences = row_wording.heading(row), row_wording.sentences(row)
    assert heading
    assert sentences
    said = " ".join([heading, *sentences])
    assert not any(code in said for code in ("minimum_period", "neg-w-call", "None", "sub-central"))


def test_every_table_has_words() -> None:
    assert {type(row) for row in ROWS} <= set(row_wording._WORDS)
