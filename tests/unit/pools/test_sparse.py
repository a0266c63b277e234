import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vergabe.pools.sparse import matrix, tf_idf, unit_rows

ROWS = st.lists(
    st.dictionaries(st.text(max_size=3), st.floats(0.125, 8, width=32), max_size=5), max_size=6
)


def test_columns_stand_in_the_order_of_names() -> None:
    found = matrix([{"b": 2.0, "a": 1.0}, {}, {"c": 3.0, "a": 4.0}])
    assert found.toarray().tolist() == [[1, 2, 0], [0, 0, 0], [4, 0, 3]]


def test_rare_words_weigh_more_and_rows_have_length_one() -> None:
    found = tf_idf(matrix([{"common": 1.0, "rare": 1.0}, {"common": 1.0}, {}])).toarray()
    common, rare = math.log(4 / 3) + 1, math.log(4 / 2) + 1
    length = math.hypot(common, rare)
    assert found[0] == pytest.approx([common / length, rare / length])
    assert found[1] == pytest.approx([1, 0])
    assert found[2] == pytest.approx([0, 0])


def test_rows_are_brought_to_the_length_asked_for() -> None:
    found = unit_rows(
        matrix([{"a": 3.0, "b": 4.0}, {"a": 5.0}]), lengths=np.array([1, 0.5], np.float32)
    )
    assert found.toarray() == pytest.approx(np.array([[0.6, 0.8], [0.5, 0]]))


@settings(deadline=None)
@given(rows=ROWS, data=st.data())
def test_order_of_words_in_a_row_does_not_matter(
    rows: list[dict[str, float]], data: st.DataObject
) -> None:
    mixed = [dict(data.draw(st.permutations(list(row.items())))) for row in rows]
    assert (tf_idf(matrix(rows)) != tf_idf(matrix(mixed))).nnz == 0


@settings(deadline=None)
@given(rows=ROWS)
def test_every_row_has_length_one_or_none(rows: list[dict[str, float]]) -> None:
    lengths = np.linalg.norm(tf_idf(matrix(rows)).toarray(), axis=1)
    assert lengths == pytest.approx([1.0 if row else 0.0 for row in rows], abs=1e-5)
