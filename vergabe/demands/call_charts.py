"""Charts of calls for demands: who answers how often, and what the members ask for."""

from collections.abc import Sequence

from vergabe import money
from vergabe.charts.bars import BarChart, BarRow, plain_row, rate_row
from vergabe.charts.pictures import Pictures, pictures_of
from vergabe.demands.call_queries import MemberAnswer, MemberRate
from vergabe.demands.call_rules import Rate


def rates(total: Rate, members: Sequence[MemberRate], name: str) -> Pictures:
    """Return the answer rates of members over all calls, the one of all together on top."""
    rows: list[BarRow] = [rate_row("Alle zusammen", total.answered, total.asked)]
    if len(members) > 1:
        rows += [rate_row(each.name, each.rate.answered, each.rate.asked) for each in members]
    chart = BarChart(
        "Antwortquoten",
        f"Alle zusammen haben {total.answered} von {total.asked} Fragen beantwortet. Die Quote "
        "jedes Mitglieds steht in der Tabelle darunter.",
        tuple(rows),
    )
    return pictures_of(chart, name)


def values(answers: Sequence[MemberAnswer], name: str) -> Pictures | None:
    """Return what each member's demands add up to, net; None where no value was told."""
    known = [each for each in answers if each.value_net_cents]
    if not known:
        return None
    total = sum(each.value_net_cents for each in known)
    chart = BarChart(
        "Gemeldete Werte je Mitglied (netto)",
        f"{len(known)} Mitglieder haben zusammen {money.german(total)} gemeldet. Die Werte stehen "
        "in der Tabelle darunter.",
        tuple(
            plain_row(each.name, each.value_net_cents, money.german(each.value_net_cents))
            for each in known
        ),
    )
    return pictures_of(chart, name)
