"""The law core: deadlines a second on one core, and the time of one piece of advice.

python -m benchmarks.bench_law

A deadline is a rule of the tables counted from a day, with its row chosen by the day, the holidays
of the Land and the instant in UTC; its German explanation is made only when asked for and measured
on its own. Advice is for 20 members with 20 lots each, given as plain data. Processor time.
"""

import datetime as dt
import sys
import time
from typing import Final

from benchmarks import frame
from benchmarks.frame import Sample, at_least, at_most
from vergabe.law.advice import AdvisorFacts, Member
from vergabe.law.advisor import advise
from vergabe.law.estimate import Position
from vergabe.law.periods import compute
from vergabe.law.thresholds import ContractType
from vergabe.law.working_days import LANDS

DAYS: Final = tuple(dt.date(2026, 1, 1) + dt.timedelta(days=step) for step in range(730))
RULES: Final = ("VgV-15-4", "VOBA-EU-10b-t10", "GWB-134-2-10", "UVgO-46-1", "VgV-24-3")
LEAST_A_SECOND: Final = 100_000
MOST_MS: Final = 50


def all_deadlines(rule: str) -> int:
    """Compute a rule for all Länder and two years of days; return how many that were."""
    for land in LANDS:
        for day in DAYS:
            compute(rule, day, land)
    return len(LANDS) * len(DAYS)


def advice_facts() -> AdvisorFacts:
    names = [f"Mitglied {number}" for number in range(20)]
    return AdvisorFacts(
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


def main() -> int:
    wanted = frame.parser(__doc__).parse_args()
    report = frame.Report("law", wanted)
    facts = advice_facts()
    results = [compute("VgV-15-4", day, "NW") for day in DAYS]
    parts = {rule: lambda rule=rule: all_deadlines(rule) for rule in RULES}
    parts |= {
        "explained": lambda: [each.as_dict() for each in results],
        "advice": lambda: advise(facts).as_dict(),
    }
    found = frame.interleaved(parts, rounds=wanted.rounds, timer=time.process_time)
    for rule in RULES:
        each = Sample([taken / (len(LANDS) * len(DAYS)) for taken in found[rule].seconds])
        limit, goal = ("limit", LEAST_A_SECOND), at_least(1)
        report.row(f"deadlines of {rule}", each.in_unit("per s"), "per s", against=limit, goal=goal)
    explained = Sample([taken / len(results) for taken in found["explained"].seconds])
    report.row("explanations of deadlines", explained.in_unit("per s"), "per s")
    advice = found["advice"].in_unit("ms")
    report.row(
        "advice, 20 members, 20 lots", advice, "ms", against=("limit", MOST_MS), goal=at_most(1)
    )
    return report.finish()


if __name__ == "__main__":
    sys.exit(frame.run(main))
