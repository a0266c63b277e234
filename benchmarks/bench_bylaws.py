"""Reconciling rule sets: how long n members take to become one procedure, by n.

python -m benchmarks.bench_bylaws

Members have rule sets that all differ: by-laws with every clause, without a by-law, and
Rheinland-Pfalz. Each round reconciles anew, with the reasons as sentences and the plain data for
the record. Processor time.
"""

import datetime as dt
import sys
import time
from functools import partial
from typing import Final

from benchmarks import frame
from benchmarks.frame import at_most
from vergabe.law.bylaws import Bylaw
from vergabe.law.reconciling import reconcile
from vergabe.law.rule_sets import RuleSet
from vergabe.law.thresholds import ContractType

ON: Final = dt.date(2026, 11, 23)
VALUE_NET_CENTS: Final = 120_000_00
SIZES: Final = (1, 6, 20, 60)
CALLS: Final = 20
MOST_MS: Final = 1000


def member(number: int) -> RuleSet:
    """Return a member whose rules no other has; every sixth has none, every fifth is in RP."""
    name = f"Kommune {number}"
    if number % 5 == 4:
        return RuleSet(member=name, land="RP")
    if number % 6 == 5:
        return RuleSet(member=name, land="NW")
    bylaw = Bylaw(
        municipality=name,
        direct_max_net_cents=(10 + number) * 1_000_00,
        negotiated_wo_call_max_net_cents=(60 + number) * 1_000_00,
        restricted_wo_call_max_net_cents=(110 + number) * 1_000_00,
        freehand_max_net_cents=(70 + number) * 1_000_00,
        ex_ante_from_net_cents=(25 + number) * 1_000_00,
        ex_post_from_net_cents=(15 + number) * 1_000_00,
        minimum_tender_days=10 + number % 20,
        minimum_participation_days=10 + number % 10,
        required_quotes=2 + number % 3,
    )
    return RuleSet(member=name, land="NW", bylaw=bylaw, bylaw_label=f"Vergabesatzung {number}")


def once(members: list[RuleSet], contract_type: ContractType) -> None:
    found = reconcile(members, VALUE_NET_CENTS, contract_type, ON)
    assert found.steps
    assert found.value.as_record()


def main() -> int:
    wanted = frame.parser(__doc__).parse_args()
    report = frame.Report("bylaws", wanted)
    for contract_type in (ContractType.SUPPLIES, ContractType.WORKS):
        parts = {
            str(size): partial(once, [member(number) for number in range(size)], contract_type)
            for size in SIZES
        }
        found = frame.interleaved(parts, rounds=wanted.rounds, calls=CALLS, timer=time.process_time)
        for size in SIZES:
            report.row(
                f"{size} rule sets become one ({contract_type.value})",
                found[str(size)].in_unit("ms"),
                "ms",
                against=("limit", MOST_MS),
                goal=at_most(1) if size == 6 else None,
            )
    return report.finish()


if __name__ == "__main__":
    sys.exit(frame.run(main))
