"""The law core: deadlines a second on one core, and the time of one piece of advice.

python -m benchmarks.bench_law

Prints JSON lines. A deadline is a rule of the tables counted from a day, with its row chosen by
the day, the holidays of the Land and the instant in UTC; its German explanation is made only when
asked for and measured on its own. Aims: 100,000 deadlines a second; advice for 20 members with 20
lots each, printed as plain data, in under 50 ms.
"""

import datetime as dt
import json
import time
from typing import Final

from vergabe.law.advice import AdvisorFacts, Member
from vergabe.law.advisor import advise
from vergabe.law.estimate import Position
from vergabe.law.periods import compute
from vergabe.law.thresholds import ContractType
from vergabe.law.working_days import LANDS

DAYS: Final = tuple(dt.date(2026, 1, 1) + dt.timedelta(days=step) for step in range(730))
RULES: Final = ("VgV-15-4", "VOBA-EU-10b-t10", "GWB-134-2-10", "UVgO-46-1", "VgV-24-3")
ROUNDS: Final = 3


def say(**figures: object) -> None:
    print(json.dumps(figures, ensure_ascii=False), flush=True)


def deadlines_a_second(rule: str) -> int:
    """Return the best of some rounds over all Länder and two years of days."""
    best = 0.0
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for land in LANDS:
            for day in DAYS:
                compute(rule, day, land)
        best = max(best, len(LANDS) * len(DAYS) / (time.perf_counter() - started))
    return round(best)


def explanations_a_second(rule: str) -> int:
    found = [compute(rule, day, "NW") for day in DAYS]
    started = time.perf_counter()
    for result in found:
        result.as_dict()
    return round(len(found) / (time.perf_counter() - started))


def advice_milliseconds() -> float:
    names = [f"Mitglied {number}" for number in range(20)]
    facts = AdvisorFacts(
        contract_type=ContractType.SUPPLIES,
        on=dt.date(2026, 12, 1),
        lead=names[0],
        members=tuple(Member(name=name, land="NW") for name in names),
        positions=tuple(
            Position(municipality=name, land="NW", amount_cents=1_000_00 + lot, lot=f"Los {lot}")
            for name in names
            for lot in range(20)
        ),
    )
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        advise(facts).as_dict()
        best = min(best, time.perf_counter() - started)
    return round(best * 1000, 1)


def main() -> None:
    for rule in RULES:
        say(
            rule=rule,
            deadlines_per_second=deadlines_a_second(rule),
            explained_per_second=explanations_a_second(rule),
        )
    say(advice="20 Mitglieder, 20 Lose", milliseconds=advice_milliseconds())


if __name__ == "__main__":
    main()
