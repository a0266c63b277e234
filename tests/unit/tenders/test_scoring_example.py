"""The example of weights: whoever reads it sees what a weight does."""

from vergabe.tenders import scoring_example


def test_the_cheap_bid_wins_by_price_and_the_good_one_by_quality() -> None:
    cheap = scoring_example.example_of([("Preis", "price", 9000), ("Konzept", "quality", 1000)])
    good = scoring_example.example_of([("Preis", "price", 4000), ("Konzept", "quality", 6000)])
    assert (cheap.sum_a, cheap.sum_b) == (9700, 9081)
    assert "Angebot A vorn" in cheap.sentence
    assert (good.sum_a, good.sum_b) == (8200, 9036)
    assert "Angebot B vorn" in good.sentence
    assert scoring_example.points(9081) == "90,81"
