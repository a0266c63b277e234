import numpy as np
import pytest

from vergabe.cpv import fit, grams, packaged
from vergabe.cpv.model import divisions_of
from vergabe.cpv.space import rarity_of
from vergabe.cpv.suggesting import suggest
from vergabe.cpv.table import matrix_of
from vergabe.exchange import codes


def test_classes_of_one_division_have_one_number() -> None:
    assert divisions_of(("0310", "0312", "4500", "4521", "7100")).tolist() == [0, 0, 1, 1, 2]


def test_letter_groups_that_most_rows_have_say_nothing() -> None:
    vocabulary = ["arbeiten", "dach", "kanal", "maler", "rohr", "tischler"]
    rows = matrix_of([{"arbeiten": 1.0, word: 1.0} for word in vocabulary[1:]], vocabulary)
    rarity = rarity_of(vocabulary, rows)
    common, rare = (set(grams.of_words([word]).indices) for word in ("arbeiten", "tischler"))
    assert not rarity[list(common)].any()
    assert rarity[list(rare - common)].any()


@pytest.mark.parametrize("division", ["03", "15", "22", "34", "39", "45", "55", "66", "77", "90"])
def test_the_words_of_a_label_lead_to_its_class(division: str) -> None:
    """Nobody need have bought it: the label alone is enough."""
    classes = [entry for entry in codes.cpv_all() if entry.code[4:] == "0000"]
    own = [entry for entry in classes if entry.code.startswith(division) and entry.code[3] != "0"]
    entry = own[len(own) // 2]
    found = [each.code[:4] for each in suggest(packaged.model(), entry.label_de)]
    assert entry.code[:4] in found


def test_what_many_small_weights_say_together_is_kept() -> None:
    chance = np.random.default_rng(1)
    signs = [chance.choice((-1.0, 1.0), count).astype(np.float32) for count in (40, 30)]
    weights = np.float32(0.002) * np.outer(*signs)
    stored = fit.stored(weights)
    assert not len(stored["fit_values"])
    rows, classes = (stored[f"fit_rest_{part}"].astype(np.float32) for part in ("rows", "classes"))
    assert np.abs(rows @ classes - weights).max() < 0.0001
