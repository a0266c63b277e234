"""Write what the law core answers to many questions, so that a change of any sentence is seen.

    .venv/bin/python tools/law_answers.py

The answers lie in `tests/golden/law_answers.json`. A change of the law or of a sentence changes
them; read the difference before you commit it. Questions are small products of the inputs that
matter: days on both sides of reforms, of clock changes and of holidays, both Länder, each flag.
"""

import datetime as dt
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from vergabe.errors import DomainError
from vergabe.law import (
    after_award,
    answers,
    approval,
    bid_validity,
    counting,
    deadline_checks,
    duties,
    duty_list,
    estimate,
    framework,
    funding,
    hints,
    holiday_check,
    lots,
    minimum_periods,
    modifications,
    overview,
    periods,
    prior_information,
    procedures,
    publication,
    reconciling,
    regime,
    review,
    row_wording,
    standstill,
    thresholds,
    timetable,
    timetable_cases,
    vat,
    vectors,
)
from vergabe.law.advice import AdvisorFacts, Member
from vergabe.law.advisor import advise
from vergabe.law.bylaws import Bylaw, strictest_days
from vergabe.law.estimate import Method, Position
from vergabe.law.legs import PlanFacts
from vergabe.law.minimum_periods import ProcedureFacts
from vergabe.law.results import plain
from vergabe.law.rule_sets import RuleSet
from vergabe.law.thresholds import ContractType

FILE = Path(__file__).parents[1] / "tests" / "golden" / "law_answers.json"

OLD, NEW, LATE = dt.date(2026, 6, 30), dt.date(2026, 7, 1), dt.date(2026, 12, 17)
DAYS = (OLD, NEW, dt.date(2026, 9, 3), LATE)
EVENING = dt.datetime(2026, 10, 24, 22, 30, tzinfo=dt.UTC)  # the night of a clock change
DUE = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC)
RULE_SETS = ("VgV", "VgV-social", "VOB/A-EU", "KonzVgV", "SektVO", "UVgO", "VOB/A", "NW-GO-75a")
Question = tuple[str, Callable[[], Any]]


def questions() -> Iterator[Question]:
    """Yield a name and what to compute, in a fixed order; each name once."""
    yield from _counting()
    yield from _periods()
    yield from _minimum_periods()
    yield from _values()
    yield from _regimes()
    yield from _procedures()
    yield from _reconciling()
    yield from _award()
    yield from _contract()
    yield from _deadlines()
    yield from _cooperation()
    yield from _lots_and_funding()
    yield from _plans()
    yield from _advice()
    yield from _files()
    yield from _edges()


def ask(compute: Callable[[], Any]) -> Any:
    """Return an answer as JSON-able data; an error with its code and sentence."""
    try:
        return _short(plain(compute()))
    except DomainError as error:
        return {"error": error.code, "message": error.message, "field": error.field}


def _short(answer: Any) -> Any:
    """Leave out of a row all but its id, for tables are data of their own, and what is empty."""
    if isinstance(answer, Mapping):
        return {
            key: value["id"] if key == "row" and isinstance(value, Mapping) else _short(value)
            for key, value in answer.items()
            if value is not None and value != []
        }
    return [_short(item) for item in answer] if isinstance(answer, list) else answer


def all_answers() -> dict[str, Any]:
    """Return every answer by the name of its question."""
    return {name: ask(compute) for name, compute in questions()}


def as_text(found: Mapping[str, Any]) -> str:
    """Return the file's text: one question a line, so that differences can be read."""
    lines = [
        f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(answer, ensure_ascii=False)}"
        for name, answer in found.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _each(name: str, function: Callable[..., Any], *inputs: Sequence[Any]) -> Iterator[Question]:
    """Yield a question for every combination of positional inputs."""
    for number, chosen in enumerate(itertools.product(*inputs)):
        yield f"{name} {number}", lambda chosen=chosen: function(*chosen)


def _counting() -> Iterator[Question]:
    for land in ("NW", "RP", "SN"):
        is_working = counting_calendar(land)
        for rule in counting.Counting:
            event = EVENING if rule is counting.Counting.EU_HOURS else LATE
            for length in (0, 1, 2, 10, 30, 48):
                yield (
                    f"count {land} {rule} {length}",
                    lambda rule=rule, event=event, length=length, is_working=is_working: (
                        counting.count(rule, event, length, is_working)
                    ),
                )


def counting_calendar(land: str) -> Callable[[dt.date], bool]:
    """Return whether a day is a working day in a Land."""
    from vergabe.law.working_days import is_working_day

    return is_working_day(land)


def _periods() -> Iterator[Question]:
    ids = list(dict.fromkeys(row.id for row in periods.rows()))
    ids += ["VgV-15-2+41", "X", "VgV-15-2+99"]
    for rule_id, (land, event) in itertools.product(ids, (("NW", LATE), ("RP", OLD))):
        yield (
            f"period {rule_id} {land}",
            lambda rule_id=rule_id, land=land, event=event: periods.compute(
                rule_id, event, land, length=None, contract_end=dt.date(2031, 12, 31)
            ),
        )
    for rule_id in ("VgV-15-4", "VOBA-EU-10a-4", "UVgO-30", "GWB-134-2-10"):
        for begun, published in itertools.product((OLD, NEW), (None, dt.date(2026, 7, 6))):
            yield (
                f"period {rule_id} begun {begun} published {published}",
                lambda rule_id=rule_id, begun=begun, published=published: periods.compute(
                    rule_id, NEW, "NW", started_on=begun, requested_publication_on=published
                ),
            )


_FLAGS: tuple[dict[str, Any], ...] = (
    {},
    {"urgent": True},
    {"pin_published": True},
    {"agreement_failed": True},
    {"electronic_submission": False},
    {"electronic_submission": False, "documents_not_electronic": True},
    {"urgent": True, "documents_not_electronic": True},
    {"bylaw_days": 21},
)


def _minimum_periods() -> Iterator[Question]:
    for rules, procedure in itertools.product(RULE_SETS, procedures.PROCEDURE_NAMES):
        for phase in ("tender", "participation", "interest-confirmation"):
            facts = ProcedureFacts(rule_set=rules, procedure=procedure, land="NW", started_on=NEW)
            yield (
                f"minimum {rules} {procedure} {phase}",
                lambda facts=facts, phase=phase: minimum_periods.minimum_period(facts, phase, NEW),
            )
    for number, flags in enumerate(_FLAGS):
        for rules, procedure in (
            ("VgV", "open"),
            ("VgV", "restricted"),
            ("VOB/A-EU", "open"),
            ("NW-GO-75a", "nat-open"),
        ):
            facts = ProcedureFacts(
                rule_set=rules, procedure=procedure, land="RP", started_on=LATE, **flags
            )
            yield (
                f"minimum flags {number} {rules} {procedure}",
                lambda facts=facts: minimum_periods.minimum_period(facts, "tender", LATE),
            )


def _position(**more: Any) -> Position:
    return Position(**({"municipality": "Jülich", "land": "NW", "amount_cents": 50_000_00} | more))


def _values() -> Iterator[Question]:
    yield from _each("threshold", thresholds.eu_threshold, list(ContractType), DAYS[:2])
    yield (
        "threshold unknown",
        lambda: thresholds.eu_threshold(ContractType.WORKS, dt.date(2030, 1, 1)),
    )
    kinds: tuple[dict[str, Any], ...] = (
        {},
        {"method": Method.TOTAL_GROSS, "vat_rate": 19},
        {"method": Method.TOTAL_GROSS},
        {"method": Method.MONTHLY, "term_months": 36, "extension_months": 24},
        {"method": Method.MONTHLY},
        {"method": Method.MONTHLY, "term_months": 0},
        {"method": Method.RECURRING_PREVIOUS_YEAR, "expected_change_net_cents": -10_000_00},
        {"method": Method.RECURRING_PREVIOUS_YEAR, "expected_change_net_cents": -60_000_00},
        {"method": Method.INNOVATION_PARTNERSHIP, "later_purchases_net_cents": 7_00},
        {"options_net_cents": 5_000_00, "prizes_net_cents": 1_00},
        {"amount_cents": -1},
        {"options_net_cents": -1},
    )
    from decimal import Decimal

    for number, more in enumerate(kinds):
        if "vat_rate" in more:
            more = {**more, "vat_rate": Decimal(more["vat_rate"])}
        position = _position(**more)
        yield f"position {number}", lambda position=position: estimate.position_value(position, NEW)
        yield (
            f"position step {number}",
            lambda position=position: estimate.position_step(position, NEW),
        )
    lots_ = [
        _position(municipality=name, amount_cents=cents, lot=lot, group=group)
        for name, cents, lot, group in (
            ("Jülich", 150_000_00, "1", "1"),
            ("Kerpen", 79_999_00, "2", "1"),
            ("Kerpen", 30_000_00, "3", "1"),
            ("Inden", 500_000_00, None, "2"),
        )
    ]
    for small in ((), ("3",), ("2", "3"), ("1",), ("9",)):
        yield (
            f"estimate small {small}",
            lambda small=small: estimate.estimate(
                lots_,
                ContractType.SUPPLIES,
                NEW,
                evaluate_group="1",
                designated_small_lots=small,
            ),
        )
    yield "estimate none", lambda: estimate.estimate([], ContractType.SUPPLIES, NEW)
    yield "estimate largest", lambda: estimate.estimate(lots_, ContractType.SERVICES, OLD)
    yield (
        "main type",
        lambda: estimate.main_contract_type({ContractType.SUPPLIES: 5, ContractType.SERVICES: 7}),
    )
    amounts = (24_999_99, 25_000_00, 25_000_01, 30_000_00, 50_000_00, 50_000_01, 1_000_000_00)
    yield from _each("register", duties.register_query, amounts, (OLD, NEW))
    for amount, on, reaches in itertools.product(amounts, (OLD, NEW), (True, False)):
        yield (
            f"statistics {amount} {on} {reaches}",
            lambda amount=amount, on=on, reaches=reaches: duties.statistics(
                amount, on, reaches_threshold=reaches
            ),
        )
    yield from _each("wage", duties.wage_rules_nrw, amounts, (NEW,))
    for amount, works in itertools.product((99, 1_000_000_00, 10_000_000_00), (True, False)):
        yield (
            f"copy {amount} {works}",
            lambda amount=amount, works=works: duties.contract_copy(amount, NEW, works=works),
        )
    for kind, change in itertools.product(
        (ContractType.SUPPLIES, ContractType.WORKS), (9_999_00, 10_000_00, 15_000_00, -5_00, 10**9)
    ):
        yield (
            f"change {kind} {change}",
            lambda kind=kind, change=change: modifications.de_minimis(
                kind,
                NEW,
                original_net_cents=100_000_00,
                previous_changes_net_cents=10_00,
                change_net_cents=change,
            ),
        )
        yield (
            f"increase {kind} {change}",
            lambda change=change: modifications.price_increase(
                NEW, original_net_cents=100_000_00, change_net_cents=5 * change
            ),
        )


LANDS = (("NW",), ("RP",), ("NW", "RP"), ("BY",), ("NW", "BY"))


def _regimes() -> Iterator[Question]:
    for kind, value, lands, on in itertools.product(
        ContractType,
        (100_000_00, 6_000_000_00),
        LANDS,
        (NEW,),
    ):
        yield (
            f"regime {kind} {value} {'+'.join(lands)} {on}",
            lambda kind=kind, value=value, lands=lands, on=on: regime.resolve(
                kind, value, lands, on
            ),
        )
    for kind, lands in itertools.product((ContractType.SUPPLIES, ContractType.WORKS), LANDS[:3]):
        yield (
            f"regime old {kind} {'+'.join(lands)}",
            lambda kind=kind, lands=lands: regime.resolve(
                kind, 216_000_00, lands, dt.date(2025, 12, 31)
            ),
        )
    yield (
        "regime exempt",
        lambda: regime.resolve(
            ContractType.SUPPLIES, 1, ("NW",), NEW, exemption="§ 108 Abs. 6 GWB"
        ),
    )
    for rules in (("UVgO",), ("VOB/A",), ("X",)):
        for kind in (ContractType.SUPPLIES, ContractType.WORKS):
            yield (
                f"regime funded {rules} {kind}",
                lambda rules=rules, kind=kind: regime.resolve(
                    kind, 1_000_00, ("NW",), NEW, funding_rules=rules
                ),
            )


def _bylaw(**more: Any) -> Bylaw:
    return Bylaw(**({"municipality": "Jülich", "valid_from": dt.date(2026, 1, 1)} | more))


_BYLAWS: tuple[tuple[Bylaw, ...], ...] = (
    (),
    (_bylaw(direct_max_net_cents=10_000_00),),
    (
        _bylaw(negotiated_wo_call_max_net_cents=50_000_00, freehand_max_net_cents=60_000_00),
        _bylaw(
            municipality="Kerpen",
            restricted_wo_call_max_net_cents=40_000_00,
            negotiated_wo_call_max_net_cents=50_000_01,
            minimum_tender_days=20,
            minimum_participation_days=15,
        ),
    ),
    (_bylaw(direct_max_net_cents=1, valid_to=dt.date(2026, 6, 30)),),
)


def _procedures() -> Iterator[Question]:
    for kind, value, lands, on in itertools.product(
        (ContractType.SUPPLIES, ContractType.WORKS, ContractType.SOCIAL_SERVICES),
        (50_000_00, 9_000_000_00),
        LANDS[:3],
        (NEW,),
    ):
        for number, bylaws in enumerate(_BYLAWS):
            yield (
                f"procedures {kind} {value} {'+'.join(lands)} {on} {number}",
                lambda kind=kind, value=value, lands=lands, on=on, bylaws=bylaws: (
                    procedures.permitted(
                        regime.resolve(kind, value, lands, on).value, kind, on, bylaws=bylaws
                    )
                ),
            )
    housing = regime.resolve(ContractType.WORKS, 900_000_00, ("RP",), NEW)
    yield (
        "procedures housing",
        lambda: procedures.permitted(housing.value, ContractType.WORKS, NEW, public_housing=True),
    )
    for phase, number in itertools.product(("tender", "participation"), range(len(_BYLAWS))):
        yield (
            f"strictest {phase} {number}",
            lambda phase=phase, number=number: strictest_days(_BYLAWS[number], phase, NEW),
        )


def _reconciling() -> Iterator[Question]:
    julich = RuleSet(member="Jülich", land="NW", bylaw=_BYLAWS[2][0])
    kerpen = RuleSet(member="Kerpen", land="NW", bylaw=_BYLAWS[2][1])
    inden = RuleSet(member="Inden", land="NW")
    ulmen = RuleSet(member="Ulmen", land="RP")
    groups: tuple[tuple[RuleSet, ...], ...] = (
        (inden,),
        (julich, kerpen, inden),
        (julich, ulmen),
        (ulmen,),
        (julich, kerpen, inden, ulmen),
    )
    for (number, group), kind, value in itertools.product(
        enumerate(groups),
        (ContractType.SUPPLIES, ContractType.WORKS),
        (45_000_00,),
    ):
        for rules in ((), ("UVgO",)) if number == 1 else ((),):
            yield (
                f"reconcile {number} {kind} {value} {rules}",
                lambda group=group, kind=kind, value=value, rules=rules: reconciling.reconcile(
                    group, value, kind, NEW, funding_rules=rules
                ),
            )


def _award() -> Iterator[Question]:
    for sent, land, electronic in itertools.product(
        (LATE, dt.date(2026, 11, 11), dt.date(2026, 11, 3)), ("NW", "RP"), (True, False)
    ):
        yield (
            f"standstill {sent} {land} {electronic}",
            lambda sent=sent, land=land, electronic=electronic: standstill.standstill(
                sent, land, electronic=electronic
            ),
        )
    for exemption in standstill.NoStandstill:
        yield (
            f"standstill {exemption}",
            lambda exemption=exemption: standstill.standstill(NEW, "NW", exemption=exemption),
        )
    yield from _each("veat", standstill.veat, DAYS, ("NW",))
    for value, land, on in itertools.product(
        (74_999_00, 75_000_00), ("RP", "NW"), (NEW, dt.date(2027, 7, 1))
    ):
        yield (
            f"standstill below {value} {land} {on}",
            lambda value=value, land=land, on=on: standstill.below_threshold(
                on, land, value, started_on=on
            ),
        )


def _contract() -> Iterator[Question]:
    found = standstill.standstill(dt.date(2026, 11, 11), "NW").value
    for hours in (-1, 0, 1, 48, 49):
        at = dt.datetime(2026, 11, 21, 23, tzinfo=dt.UTC) + dt.timedelta(hours=hours)
        yield f"contract {hours}", lambda at=at: standstill.reasons_against_contract(found, at)
    for day in (20, 21, 22, 23, 24):
        named = dt.date(2026, 11, day)
        yield (
            f"named {day}",
            lambda named=named: standstill.reasons_against_named_day(found, named),
        )
    yield from _each("award notice", after_award.award_notice, RULE_SETS, (LATE,), ("NW",))
    yield from _each(
        "quarterly", after_award.quarterly_award_notice, ("dps", "social"), DAYS, ("NW",)
    )
    yield from _each("modification notice", after_award.modification_notice, DAYS, ("RP",))
    yield from _each("statistics report", after_award.statistics_report, DAYS, ("NW",))
    for rules in RULE_SETS:
        yield (
            f"debrief {rules}",
            lambda rules=rules: after_award.debrief(LATE, "NW", rule_set=rules),
        )
        for end in (None, dt.date(2035, 2, 28)):
            yield (
                f"retention {rules} {end}",
                lambda rules=rules, end=end: after_award.retention(LATE, end, "NW", rule_set=rules),
            )
    for award_on in (LATE, dt.date(2027, 2, 17), dt.date(2027, 2, 18)):
        yield (
            f"register answer {award_on}",
            lambda award_on=award_on: after_award.register_answer_usable(LATE, award_on, "NW"),
        )
    yield from _each("complaint", review.complaint, DAYS, ("NW",))
    yield from _each("review", review.review_application, DAYS, ("NW",))
    yield from _each("chamber", review.chamber_decision, DAYS, ("RP",))
    yield from _each("appeal", review.appeal, DAYS, ("NW",))
    for informed in (None, LATE):
        yield (
            f"challenge {informed}",
            lambda informed=informed: review.challenge_window(
                NEW, "NW", informed_or_published=informed
            ),
        )
    for won, begun in itertools.product((True, False), (OLD, NEW)):
        yield (
            f"ban {won} {begun}",
            lambda won=won, begun=begun: review.award_ban_end(
                LATE, "NW", authority_won=won, started_on=begun
            ),
        )


def _deadlines() -> Iterator[Question]:
    for rules, urgent in itertools.product(RULE_SETS, (True, False)):
        yield (
            f"safe answer {rules} {urgent}",
            lambda rules=rules, urgent=urgent: answers.last_safe_answer_day(
                rules, DUE, "NW", urgent=urgent
            ),
        )
        yield (
            f"late answer {rules} {urgent}",
            lambda rules=rules, urgent=urgent: answers.extension_for_late_answer(
                rules, DUE, DUE - dt.timedelta(days=4), "NW", urgent=urgent
            ),
        )
    for days, in_time, relevant in itertools.product((2, 9), (True, False), (True, False)):
        yield (
            f"answer {days} {in_time} {relevant}",
            lambda days=days, in_time=in_time, relevant=relevant: answers.extension_for_late_answer(
                "VgV",
                DUE,
                DUE - dt.timedelta(days=days),
                "NW",
                requested_in_time=in_time,
                is_relevant=relevant,
            ),
        )
    for substantial, extra in itertools.product((True, False), (0, 5)):
        yield (
            f"changed {substantial} {extra}",
            lambda substantial=substantial, extra=extra: answers.extension_for_change(
                "VgV",
                DUE,
                DUE - dt.timedelta(days=3),
                "RP",
                is_substantial=substantial,
                extra_days=extra,
            ),
        )
    for rules in RULE_SETS:
        yield (
            f"validity {rules}",
            lambda rules=rules: bid_validity.longest_without_reason(rules, DUE, "NW"),
        )
        for days, reason in itertools.product((-1, 20, 70), ("", "Ratssitzung")):
            until = DUE.date() + dt.timedelta(days=days)
            yield (
                f"validity {rules} {days} {reason}",
                lambda rules=rules, until=until, reason=reason: (
                    bid_validity.reasons_against_validity(
                        rules,
                        DUE,
                        until,
                        "NW",
                        reason=reason,
                        award_planned_on=dt.date(2026, 12, 10),
                    )
                ),
            )
    for in_oj in (None, EVENING + dt.timedelta(hours=10)):
        yield (
            f"national {in_oj}",
            lambda in_oj=in_oj: publication.national_publication(
                EVENING, "NW", published_in_oj_at=in_oj
            ),
        )
    for days in (-1, 0, 1, 60, 61):
        requested = NEW + dt.timedelta(days=days)
        yield (
            f"requested {days}",
            lambda requested=requested: publication.reasons_against_requested_day(NEW, requested),
        )
    for days, content in itertools.product((34, 35, 36, 365, 366, 400), (True, False)):
        sent = LATE + dt.timedelta(days=days)
        for name, function in (
            ("shortens", prior_information.shortens),
            ("call", prior_information.serves_as_call),
        ):
            yield (
                f"{name} {days} {content}",
                lambda function=function, sent=sent, content=content: function(
                    LATE, sent, "NW", has_required_content=content
                ),
            )
    facts = ProcedureFacts(rule_set="VgV", procedure="open", land="NW", started_on=NEW)
    for days in (10, 29, 30, 31, 32):
        due = dt.datetime(2026, 7, 1, 10, tzinfo=dt.UTC) + dt.timedelta(days=days)
        yield (
            f"due {days}",
            lambda due=due: deadline_checks.reasons_against_deadline(
                facts, "tender", NEW, due, field="f"
            ),
        )
    for day in (dt.date(2026, 6, 4), dt.date(2026, 10, 31), LATE, dt.date(2026, 12, 24)):
        due = deadline_checks.at_recommended_hour(day)
        yield (
            f"holidays {day}",
            lambda due=due: deadline_checks.holiday_warnings(due, "NW", ("NW", "RP", "SN")),
        )


def _cooperation() -> Iterator[Question]:
    for on, social in itertools.product((OLD, NEW), (True, False)):
        yield (
            f"term {on} {social}",
            lambda on=on, social=social: framework.longest_term(on, social=social),
        )
        for months, reason in itertools.product((0, 48, 49, 73, 97), ("", "Leitungsnetz")):
            yield (
                f"term {on} {social} {months} {reason}",
                lambda on=on, social=social, months=months, reason=reason: (
                    framework.reasons_against_term(months, on, social=social, special_reason=reason)
                ),
            )
    names = (
        "option_declared",
        "public_authority",
        "reserved_by_law",
        "long_term_agreement",
        "preserves_infrastructure",
        "pure_cost_reimbursement",
        "mainly_for_public_bodies",
    )
    for day, turnover in itertools.product(
        (dt.date(2026, 12, 31), dt.date(2027, 1, 1)), (None, 17_500_00, 17_500_01)
    ):
        for chosen in ((), names[:2], names[1:2], names[1:3], names[1:2] + names[3:], names[3:]):
            flags = {name: name in chosen for name in names}
            yield (
                f"vat {day} {turnover} {len(chosen)} {chosen[-1:]}",
                lambda day=day, turnover=turnover, flags=flags: vat.status(
                    vat.SettlementFacts(
                        performed_on=day, yearly_turnover_net_cents=turnover, **flags
                    )
                ),
            )


def _lots_and_funding() -> Iterator[Question]:
    texts = {"facts": "a", "alternatives": "b", "weighing": "c", "decision": "d"}
    project = lots.TotalAwardFacts(
        infrastructure=True, special_fund=True, listed_transport=False, time_reasons=True
    )
    for ground, value, on, above in itertools.product(
        (None, *lots.JoiningReason), (432_000_00, 431_999_99), (OLD, NEW), (True, False)
    ):
        for given in ({}, texts):
            facts = lots.JoiningFacts(ground=ground, total_award=project, **given)
            yield (
                f"joining {ground} {value} {on} {above} {len(given)}",
                lambda facts=facts, value=value, on=on, above=above: lots.reasons_against_joining(
                    facts,
                    value_net_cents=value,
                    contract_type=ContractType.SUPPLIES,
                    on=on,
                    above_threshold=above,
                ),
            )
    for flags in itertools.product((True, False), repeat=4):
        total = lots.TotalAwardFacts(
            infrastructure=flags[0],
            special_fund=flags[1],
            listed_transport=flags[2],
            time_reasons=flags[3],
        )
        yield (
            f"total award {flags}",
            lambda total=total: lots.time_based_total_award(
                total, 10_808_000_00, ContractType.WORKS, NEW
            ),
        )
    for row in approval.rows():
        for objections, meeting in itertools.product(
            (None, NEW, dt.date(2026, 9, 1)), (None, dt.date(2026, 8, 3), dt.date(2026, 12, 1))
        ):
            yield (
                f"fiction {row.id} {objections} {meeting}",
                lambda row=row, objections=objections, meeting=meeting: approval.fiction(
                    row,
                    approval.ApprovalFacts(
                        received_on=NEW, objections_on=objections, meeting_named_on=meeting
                    ),
                ),
            )
        yield f"in force {row.id}", lambda row=row: approval.first_day_in_force(row, LATE)
    for (number, lands), on, programme in itertools.product(
        enumerate((("NW",) * 6, ("NW",) * 2, ("NW", "RP"), ("RP",) * 3, ("NW",))),
        (dt.date(2020, 5, 1), dt.date(2022, 5, 1), LATE),
        sorted({row.id for row in funding.rows()}),
    ):
        for weak, cents in ((True, 33_333_33), (False, 747_777_78)):
            yield (
                f"grant {programme} {number} {on} {weak} {cents}",
                lambda lands=lands, on=on, programme=programme, weak=weak, cents=cents: (
                    funding.grant(programme, funding.GrantFacts(cents, lands, weak), on)
                ),
            )


def _plan(**more: Any) -> PlanFacts:
    facts = {"rule_set": "VgV", "procedure": "open", "land": "NW"}
    facts |= {key: more.pop(key) for key in list(more) if key in facts}
    return (
        PlanFacts(
            procedure_facts=ProcedureFacts(**facts), lands=("NW", "RP"), value_net_cents=300_000_00
        )
        if not more
        else PlanFacts(procedure_facts=ProcedureFacts(**facts), **more)
    )


def _plans() -> Iterator[Question]:
    plans = {
        "open": _plan(),
        "restricted": _plan(procedure="restricted"),
        "works": _plan(rule_set="VOB/A-EU"),
        "national": _plan(rule_set="NW-GO-75a", procedure="nat-open"),
        "two-stage": _plan(rule_set="UVgO", procedure="nat-restricted-w-call", land="RP"),
        "councils": _plan(
            council_days={"Jülich": dt.date(2026, 10, 1), "Kerpen": dt.date(2027, 3, 1)},
            tender_days=20,
            electronic_information=False,
        ),
        "below in RP": _plan(
            rule_set="UVgO", procedure="nat-open", land="RP", value_net_cents=80_000_00
        ),
    }
    wish = dt.date(2027, 5, 3)
    for name, facts in plans.items():
        yield f"forward {name}", lambda facts=facts: timetable.plan_forward(facts, NEW)
        yield f"backward {name}", lambda facts=facts: timetable.plan_backward(facts, wish)
        yield f"compare {name}", lambda facts=facts: timetable.compare(facts, LATE, wish)


def _facts(**more: Any) -> AdvisorFacts:
    members = (
        Member(name="Merzenich", land="NW", needed_on=dt.date(2026, 12, 1)),
        Member(name="Kerpen", land="NW", bylaw=_BYLAWS[2][1], council_on=dt.date(2026, 9, 10)),
        Member(name="Ulmen", land="RP"),
    )
    facts: dict[str, Any] = {
        "contract_type": ContractType.SUPPLIES,
        "on": dt.date(2026, 9, 3),
        "lead": "Merzenich",
        "members": members,
        "positions": (
            Position(municipality="Merzenich", land="NW", amount_cents=120_000_00, lot="1"),
            Position(municipality="Kerpen", land="NW", amount_cents=96_000_00, lot="2"),
            Position(municipality="Ulmen", land="RP", amount_cents=1_00, lot="3"),
        ),
    }
    return AdvisorFacts(**(facts | more))


def _advice() -> Iterator[Question]:
    one = (Position(municipality="Kerpen", land="NW", amount_cents=40_000_00),)
    bavarian = (Member(name="Merzenich", land="BY"),)
    cases: dict[str, AdvisorFacts] = {
        "three": _facts(),
        "near": _facts(positions=_facts().positions[:1] + one),
        "zero": _facts(positions=(Position(municipality="Kerpen", land="NW", amount_cents=0),)),
        "chosen": _facts(procedure="neg-w-call", urgent=True, requested_publication_on=LATE),
        "too short": _facts(
            submission_deadline_at=dt.datetime(2026, 9, 30, 8, tzinfo=dt.UTC),
            requested_publication_on=dt.date(2026, 9, 2),
        ),
        "holiday": _facts(submission_deadline_at=dt.datetime(2026, 12, 25, 9, tzinfo=dt.UTC)),
        "old law": _facts(on=OLD),
        "year ends": _facts(on=dt.date(2027, 12, 1)),
        "works": _facts(contract_type=ContractType.WORKS),
        "social": _facts(contract_type=ContractType.SOCIAL_SERVICES, framework_months=120),
        "joined": _facts(joining=lots.JoiningFacts(ground=None), framework_months=60),
        "small lots": _facts(designated_small_lots=("3",)),
        "funded": _facts(positions=one, funding_rules=("UVgO",)),
        "exempt": _facts(exemption="§ 108 GWB"),
        "prior information": _facts(pin_published=True, electronic_submission=False),
        "unknown Land": _facts(
            members=bavarian,
            positions=(Position(municipality="Merzenich", land="BY", amount_cents=5_00),),
        ),
        "direct": _facts(
            members=_facts().members[:1],
            positions=(Position(municipality="Merzenich", land="NW", amount_cents=5_00),),
            procedure="nat-direct",
        ),
        "nobody": _facts(members=()),
        "twice": _facts(members=_facts().members[:1] * 2),
        "no lead": _facts(lead="Bonn"),
        "stranger": _facts(positions=(_position(),)),
    }
    for name, facts in cases.items():
        yield f"advice {name}", lambda facts=facts: advise(facts).as_dict()
        yield f"warnings {name}", lambda facts=facts: list(advise(facts).warnings)
    for rules, kind in itertools.product(
        (*RULE_SETS, "NW-KVG"), (ContractType.WORKS, ContractType.SERVICES)
    ):
        duty_facts = duty_list.DutyFacts(
            rule_set=rules,
            procedure="nat-freehand" if rules == "VOB/A" else "open",
            land="RP",
            lands=("RP", "NW"),
            started_on=LATE,
            estimated_net_cents=80_000_00,
            contract_type=kind,
            is_joint=True,
            days={"sent": LATE, "deadline": DUE.date(), "informed": LATE, "awarded": LATE},
        )
        yield (
            f"duties {rules} {kind}",
            lambda duty_facts=duty_facts: duty_list.applicable(duty_facts),
        )
    for day in (dt.date(2026, 11, 21), dt.date(2027, 11, 5), dt.date(2026, 3, 1)):
        yield f"ending {day}", lambda day=day: overview.ending_soon(day)
    for table in overview.all_tables():
        for row in table.rows:
            yield (
                f"row {table.name} {row.id} {row.in_force_from}",
                lambda row=row: [row_wording.heading(row), *row_wording.sentences(row)],
            )
    assert hints.collect is not None


_CASE: dict[str, Any] = {
    "id": "D",
    "regime": "VgV",
    "procedure": "restricted",
    "phase": "tender",
    "land": "NW",
    "start": "2026-09-03",
}
_SPOILED_CASES: tuple[dict[str, Any], ...] = (
    {},
    {"flags": {"electronic_submission": True}},
    {"flags": {"pin_published": True}},
    {"flags": {"urgent": True}},
    {"flags": {"agreement_failed": True}},
    {"flags": {"docs_not_electronic": True}},
    {"flags": {"docs_not_electronic": True, "urgent": True}},
    {"flags": {"docs_not_electronic": True}, "nominal_length": 30},
    {"flags": {"requested_publication_date": "2026-09-10"}, "rule": "VgV-15-2"},
    {"flags": {"requested_publication_date": 5}, "rule": "VgV-15-2"},
    {"flags": 5},
    {"params": {"started_on": "2026-06-30"}, "rule": "WRegG-6-1"},
    {"params": {"started_on": "gestern"}},
    {"params": [1]},
    {"rule": "VgV-8-4"},
    {"rule": "VgV-8-4", "params": {"contract_end": "2031-02-28"}},
    {"rule": "VgV-8-4", "params": {"contract_end": "31.12."}},
    {"rule": "EU1182-days", "nominal_length": 12},
    {"rule": "EU1182-days", "params": {"days": 3}},
    {"rule": "EU1182-days", "params": {"days": True}},
    {"rule": "EU1182-months", "params": {"months": 2}},
    {"rule": "VgV-15-2", "nominal_length": 34},
    {"rule": "VgV-15-2", "counting": "BGB"},
    {"rule": "VgV-40-3", "start": "2026-10-24T12:30:00+02:00"},
    {"rule": "VgV-40-3", "start": "2026-10-24T12:30:00"},
    {"rule": ""},
    {"rule": "nie"},
    {"regime": None},
    {"procedure": "neg-wo-call"},
    {"phase": ""},
    {"land": "XX"},
    {"start": None},
    {"start": 20260903},
    {"start": "2026-02-30"},
)
_POSITION: dict[str, Any] = {"municipality": "Kerpen", "land": "NW", "total_net": "90000.50"}
_THRESHOLD: dict[str, Any] = {
    "id": "T",
    "as_of": "2026-09-15",
    "contract_type": "supplies",
    "positions": [_POSITION, {**_POSITION, "municipality": "Inden", "lot": 2, "group": "G2"}],
}
_SPOILED_THRESHOLDS: tuple[dict[str, Any], ...] = (
    {},
    {"evaluate_group": "G2"},
    {"check_duties": True},
    {"check_duties": True, "award_value_net": "50000.01"},
    {"check_duties": True, "award_value_net": "viel"},
    {"contract_type": "works", "public_housing": True},
    *({"contract_type": kind} for kind in ("concession", "concessions", "services_concession")),
    *({"contract_type": kind} for kind in ("social", "design_contests", "freelance_services")),
    {"contract_type": "kauf"},
    {"as_of": None},
    {"as_of": "2026-13-01"},
    {"kind": "x"},
    {"positions": {}},
    {"positions": 5},
    {"positions": ["x"]},
    {"designated_small_lots": "2"},
    {"satzung": []},
    {"satzung": "x"},
    {"satzung": {"Kerpen": {"direct_max_net": "1000", "neg_wo_call_max_net": "2000"}}},
    {"satzung": {"Kerpen": {"restricted_wo_call_max_net": "3000", "freehand_max_net": "4000"}}},
    {"satzung": {"Kerpen": {"direct_max_net": "x"}, "Bonn": {"direct_max_net": "1"}}},
    {"time_based_total_award": 1},
    {
        "contract_type": "works",
        "time_based_total_award": {
            "infrastructure": True,
            "svik_funded": True,
            "time_reasons_require": True,
        },
        "positions": [{**_POSITION, "total_net": "10808000"}],
    },
    {
        "contract_type": "works",
        "time_based_total_award": {
            "listed_transport_infrastructure": True,
            "time_reasons_require": True,
        },
        "positions": [{**_POSITION, "total_net": "10808000"}],
    },
    *(
        {"positions": [{**_POSITION, **more}]}
        for more in (
            {"method": "total_gross", "total_gross": "119000", "vat_rate": "19"},
            {"method": "total_gross", "total_gross": "119000"},
            {"method": "monthly", "monthly_net": "1500", "term_months": 36, "extension_months": 12},
            {"method": "monthly", "monthly_net": "1500", "term_months": True},
            {"method": "monthly", "monthly_net": "1500", "extension_months": "x"},
            {"method": "framework", "max_total_net": "160000"},
            {
                "method": "recurring_previous_year",
                "previous_year_net": "50000",
                "expected_change_net": "-1000.25",
            },
            {"method": "recurring_next_year", "next_year_net": "50000"},
            {
                "method": "innovation_partnership",
                "research_net": "50000",
                "later_purchases_net": "10",
            },
            {"method": "authority_supplied"},
            {"method": "design_contest", "prizes_net": "5000", "options_net": "7"},
            {"method": "geraten"},
            {"total_net": None},
            {"total_net": 1.5},
            {"total_net": True},
            {"total_net": 5},
            {"total_net": "1.005"},
            {"total_net": "-1"},
            {"total_net": "NaN"},
            {"total_net": "1e30"},
            {"total_net": "x"},
            {"land": ""},
            {"lot": "1"},
        )
    ),
    {
        "kind": "de_minimis_modification",
        "original_value_net": "100000",
        "change_net": "9999.99",
    },
    {
        "kind": "de_minimis_modification",
        "original_value_net": "100000",
        "previous_changes_net": "-5000",
        "change_net": "15000.01",
    },
    {"kind": "de_minimis_modification", "original_value_net": "0", "change_net": "1"},
    {"kind": "de_minimis_modification", "change_net": "1"},
    {"kind": "de_minimis_modification", "original_value_net": "-1", "change_net": "1"},
)


def _files() -> Iterator[Question]:
    """The cases of files, good and spoiled, as `vergabe law` computes them."""
    for number, more in enumerate(_SPOILED_CASES):
        case = {key: value for key, value in {**_CASE, **more}.items() if value is not None}
        for explain in (True, False):
            yield (
                f"deadline case {number} {explain}",
                lambda case=case, explain=explain: list(
                    vectors.evaluate({"deadline_cases": [case]}, explain=explain)
                ),
            )
    for number, more in enumerate(_SPOILED_THRESHOLDS):
        case = {key: value for key, value in {**_THRESHOLD, **more}.items() if value is not None}
        yield (
            f"threshold case {number}",
            lambda case=case: list(vectors.evaluate({"threshold_cases": [case]}, explain=True)),
        )
    for number, content in enumerate(
        (None, [], {}, {"deadline_cases": {}}, {"threshold_cases": 5}, {"deadline_cases": [5]})
    ):
        yield f"file {number}", lambda content=content: list(vectors.evaluate(content))
    for direction, more in (
        ("forward", {"begins_on": "2026-07-01"}),
        ("backward", {"performance_on": "2027-05-03"}),
        ("nothing", {}),
    ):
        for flag in ("urgent", "pin_published", "electronic_information"):
            case = {
                "id": "P",
                "rule_set": "VgV",
                "procedure": "restricted",
                "land": "NW",
                **more,
                flag: True,
            }
            yield (
                f"timetable case {direction} {flag}",
                lambda case=case: list(timetable_cases.evaluate({"timetables": [case]})),
            )


def _edges() -> Iterator[Question]:
    """What the other questions leave out: empty and impossible inputs, other days."""
    yield "easter", lambda: [holiday_check.easter_sunday(year) for year in range(1900, 2200)]
    yield "term usual", lambda: framework.longest_term(NEW)
    yield "term too long", lambda: framework.reasons_against_term(60, NEW)
    for begun in (OLD, NEW):
        yield (
            f"duties begun {begun}",
            lambda begun=begun: duty_list.applicable(
                duty_list.DutyFacts(
                    rule_set="VgV",
                    procedure="open",
                    land="NW",
                    lands=("NW",),
                    started_on=begun,
                    estimated_net_cents=300_000_00,
                    days={"sent": LATE, "deadline": LATE, "informed": LATE, "awarded": LATE},
                )
            ),
        )
    kinds = list(ContractType)
    for number, values in enumerate(
        (
            {},
            {kinds[0]: 0},
            {kinds[0]: -1},
            {kinds[0]: 7, kinds[1]: 7},
            {kinds[0]: 1, ContractType.WORKS: 2},
            {kinds[2]: 3},
        )
    ):
        yield (
            f"main type {number}",
            lambda values=values: estimate.main_contract_type(values),
        )
    for original, change in ((0, 1), (100_00, 50_00), (100_00, 50_01), (100_00, -1)):
        yield (
            f"increase {original} {change}",
            lambda original=original, change=change: modifications.price_increase(
                NEW, original_net_cents=original, change_net_cents=change
            ),
        )
        yield (
            f"change of {original} {change}",
            lambda original=original, change=change: modifications.de_minimis(
                ContractType.SERVICES,
                OLD,
                original_net_cents=original,
                previous_changes_net_cents=-1,
                change_net_cents=change,
            ),
        )
    for kind, reaches in itertools.product(ContractType, (True, False)):
        yield (
            f"register {kind} {reaches}",
            lambda kind=kind, reaches=reaches: duties.register_query(
                40_000_00, NEW, contract_type=kind, reaches_threshold=reaches
            ),
        )
    for row_id in ("TVgG-NRW", "WRegG-6-1", "VergStatVO-2-2"):
        for value in (-1, 0, 24_999_99, 25_000_00, 50_000_00):
            yield (
                f"value duty {row_id} {value}",
                lambda row_id=row_id, value=value: duties.value_duty(row_id, value, NEW),
            )
    for day in (dt.date(1990, 1, 1), dt.date(2020, 8, 1), dt.date(2026, 12, 31), LATE):
        yield f"rate {day}", lambda day=day: vat.standard_rate(day)
        yield f"old VAT {day}", lambda day=day: vat.old_law_possible(day)
    for first, second in ((OLD, NEW), (dt.date(2025, 12, 31), dt.date(2026, 1, 1)), (NEW, NEW)):
        yield (
            f"between {first} {second}",
            lambda first=first, second=second: [
                [
                    change.table,
                    None if change.before is None else change.before.id,
                    None if change.after is None else change.after.id,
                ]
                for change in overview.changes_between(first, second)
            ],
        )
    for begun in DAYS:
        yield (
            f"answers begun {begun}",
            lambda begun=begun: answers.extension_for_change(
                "VOB/A",
                DUE,
                DUE - dt.timedelta(days=2),
                "NW",
                is_substantial=True,
                extra_days=0,
                started_on=begun,
            ),
        )
        yield (
            f"late answer begun {begun}",
            lambda begun=begun: answers.extension_for_late_answer(
                "UVgO", DUE, DUE - dt.timedelta(days=1), "RP", started_on=begun
            ),
        )
        yield (
            f"veat begun {begun}",
            lambda begun=begun: standstill.veat(LATE, "RP", started_on=begun),
        )
        yield (
            f"notice begun {begun}",
            lambda begun=begun: after_award.award_notice("VgV", LATE, "NW", started_on=begun),
        )
        yield (
            f"statistics begun {begun}",
            lambda begun=begun: after_award.statistics_report(LATE, "NW", started_on=begun),
        )
        yield (
            f"validity begun {begun}",
            lambda begun=begun: bid_validity.longest_without_reason(
                "VOB/A", DUE, "NW", started_on=begun
            ),
        )
    for rules in ("KonzVgV", "SektVO"):
        yield (
            f"national {rules}",
            lambda rules=rules: publication.national_publication(EVENING, "NW", rule_set=rules),
        )
    ulmen = RuleSet(member="Ulmen", land="RP")
    julich = RuleSet(member="Jülich", land="NW", bylaw=_BYLAWS[2][0], bylaw_label="Satzung 2026")
    for rules, kind in itertools.product(
        (("UVgO",), ("VOB/A",), ("UVgO", "VOB/A")), (ContractType.SUPPLIES, ContractType.WORKS)
    ):
        yield (
            f"reconcile funded {rules} {kind}",
            lambda rules=rules, kind=kind: reconciling.reconcile(
                (julich, ulmen), 130_000_00, kind, NEW, funding_rules=rules
            ).value.as_record(),
        )


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(as_text(all_answers()), encoding="utf-8")
    print(f"{FILE.name}: {FILE.stat().st_size:,} bytes")
