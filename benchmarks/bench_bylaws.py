"""Reconciling rule sets: how many times a second n members become one procedure, by n.

python -m benchmarks.bench_bylaws

Prints JSON lines. Members have rule sets that all differ: by-laws with every clause, without a
by-law, and Rheinland-Pfalz. Each round reconciles anew, with the reasons as sentences and the plain
data for the record. Aim: six members with six rule sets in under one second; `of_a_second` says
which share of it one reconciliation takes, `per_member` whether more members cost more each.
"""

import datetime as dt
import json
import time
from typing import Final

from vergabe.law.bylaws import Bylaw
from vergabe.law.reconciling import reconcile
from vergabe.law.rule_sets import RuleSet
from vergabe.law.thresholds import ContractType

ON: Final = dt.date(2026, 11, 23)
VALUE_NET_CENTS: Final = 120_000_00
SIZES: Final = (1, 6, 20, 60)
SECONDS: Final = 0.5
ROUNDS: Final = 3


def say(**figures: object) -> None:
    print(json.dumps(figures, ensure_ascii=False), flush=True)


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


def per_second(size: int, contract_type: ContractType) -> float:
    """Return the best of some rounds."""
    members = [member(number) for number in range(size)]
    best = 0.0
    for _ in range(ROUNDS):
        done, started = 0, time.perf_counter()
        while (taken := time.perf_counter() - started) < SECONDS:
            found = reconcile(members, VALUE_NET_CENTS, contract_type, ON)
            assert found.steps
            assert found.value.as_record()
            done += 1
        best = max(best, done / taken)
    return best


def main() -> None:
    reconcile([member(0)], VALUE_NET_CENTS, ContractType.SUPPLIES, ON)  # reads the tables
    for contract_type in (ContractType.SUPPLIES, ContractType.WORKS):
        alone = per_second(1, contract_type)
        for size in SIZES:
            speed = alone if size == 1 else per_second(size, contract_type)
            say(
                contract_type=contract_type.value,
                members=size,
                reconciled_per_second=round(speed),
                of_a_second=round(1 / speed, 6),
                per_member=round(alone / speed / size, 2),
            )


if __name__ == "__main__":
    main()
