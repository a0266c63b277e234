"""Values alone and together as bars, beside the threshold that decides on the procedure."""

from collections.abc import Sequence

from vergabe.charts.bars import Bar, BarChart, BarRow, Piece
from vergabe.charts.pictures import Pictures, pictures_of
from vergabe.money import german
from vergabe.pools.assessing import Alone, LawFacts


def value_pictures(together: LawFacts, alone: Sequence[Alone]) -> Pictures | None:
    """Return what each would buy alone and what all buy together, estimated, net.

    None where no value is known.
    """
    if not together.value_net_cents:
        return None
    rows = [_row(one.organisation_name, one.law, 0) for one in alone if one.law.value_net_cents]
    limit = together.threshold_net_cents
    threshold = BarRow("EU-Schwellenwert", (Bar((Piece(limit, 2),), german(limit)),))
    chart = BarChart(
        "Geschätzte Werte allein und gemeinsam (netto)",
        f"Gemeinsam {german(together.value_net_cents)}, EU-Schwellenwert {german(limit)}. Die "
        "Werte stehen in der Tabelle darunter.",
        (*rows, _row("Gemeinsam", together, 1), threshold),
        ("allein", "gemeinsam", "EU-Schwellenwert"),
    )
    return pictures_of(chart, "comparison")


def _row(label: str, law: LawFacts, series: int) -> BarRow:
    text = german(law.value_net_cents) + (", EU-weit" if law.reaches_threshold else "")
    return BarRow(label, (Bar((Piece(law.value_net_cents, series),), text),))
