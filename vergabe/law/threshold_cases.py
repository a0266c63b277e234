"""The threshold cases of a vector file: texts in euro ↔ the functions of the law core."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from vergabe.law import duties, lots, modifications
from vergabe.law.bylaws import Bylaw
from vergabe.law.errors import ImpossibleInput
from vergabe.law.estimate import Method, Position, estimate
from vergabe.law.procedures import permitted
from vergabe.law.regime import resolve
from vergabe.law.thresholds import ContractType
from vergabe.money import MAX_CENTS, euros

Case = Mapping[str, Any]

_AMOUNT_FIELDS: Final[Mapping[Method, str]] = {
    Method.TOTAL: "total_net",
    Method.TOTAL_GROSS: "total_gross",
    Method.MONTHLY: "monthly_net",
    Method.FRAMEWORK: "max_total_net",
    Method.RECURRING_PREVIOUS_YEAR: "previous_year_net",
    Method.RECURRING_NEXT_YEAR: "next_year_net",
    Method.AUTHORITY_SUPPLIED: "total_net",
    Method.INNOVATION_PARTNERSHIP: "research_net",
    Method.DESIGN_CONTEST: "total_net",
}
_ALIASES: Final[Mapping[str, ContractType]] = {
    "concession": ContractType.SERVICE_CONCESSION,
    "concessions": ContractType.SERVICE_CONCESSION,
    "services_concession": ContractType.SERVICE_CONCESSION,
    "social": ContractType.SOCIAL_SERVICES,
    "design_contests": ContractType.DESIGN_CONTEST,
    "freelance_services": ContractType.SERVICES,
}


def answer(case: Case, explain: bool) -> dict[str, Any]:
    """Return the answer to one threshold case. Raises LawError."""
    kind = case.get("kind", "estimate")
    if kind == "estimate":
        return _estimate(case, explain)
    if kind == "de_minimis_modification":
        return _modification(case, explain)
    raise ImpossibleInput(f"Fälle der Art „{kind}“ sind nicht bekannt.", field="kind")


def _estimate(case: Case, explain: bool) -> dict[str, Any]:
    on = _day(case, "as_of")
    contract_type = _contract_type(case)
    positions = [_position(item) for item in _list(case, "positions")]
    designated = [str(lot) for lot in _list(case, "designated_small_lots")]
    group = case.get("evaluate_group")
    estimated = estimate(
        positions, contract_type, on, evaluate_group=group, designated_small_lots=designated
    )
    value = estimated.value
    members = [position for position in positions if position.group == value.group]
    governing = resolve(
        contract_type, value.total_net_cents, tuple(item.land for item in members), on
    )
    options = permitted(
        governing.value,
        contract_type,
        on,
        bylaws=_bylaws(case, {item.municipality for item in members}),
        public_housing=case.get("public_housing") is True,
    )
    settled = options.value.is_settled
    result: dict[str, Any] = {
        "group_totals_net": {name: _euro(total) for name, total in value.group_totals.items()},
        "estimated_total_net": _euro(value.total_net_cents),
        "eu_threshold_net": _euro(value.threshold_net_cents),
        "reaches_eu_threshold": value.reaches_threshold,
        "regime": governing.value.code,
        "free_choice": list(options.value.free_codes) if settled else None,
        "conditional": list(options.value.conditional_codes) if settled else None,
    }
    steps = [*estimated.steps, *governing.steps, *options.steps]
    if value.small_lots is not None:
        result["small_lot_exception_applies"] = value.small_lots.applies
        result["small_lot_sum_net"] = _euro(value.small_lots.sum_net_cents)
        result["small_lot_cap_net"] = _euro(value.small_lots.cap_net_cents)
    if case.get("check_duties"):
        awarded = case.get("award_value_net")
        award = value.total_net_cents if awarded is None else _cents(awarded, "award_value_net")
        register = duties.register_query(
            value.total_net_cents,
            on,
            contract_type=contract_type,
            reaches_threshold=value.reaches_threshold,
        )
        statistics = duties.statistics(award, on, reaches_threshold=value.reaches_threshold)
        result["wettbewerbsregister_query_required"] = register.value
        result["vergabestatistik_required"] = statistics.value
        steps += [*register.steps, *statistics.steps]
    if case.get("time_based_total_award") is not None:
        facts = _facts(case["time_based_total_award"])
        together = lots.time_based_total_award(facts, value.total_net_cents, contract_type, on)
        result["time_based_total_award_permitted"] = together.value
        steps += together.steps
    return _answer(result, steps, explain, options.open_question or governing.open_question)


def _modification(case: Case, explain: bool) -> dict[str, Any]:
    result = modifications.de_minimis(
        _contract_type(case),
        _day(case, "as_of"),
        original_net_cents=_cents(case.get("original_value_net"), "original_value_net"),
        previous_changes_net_cents=_cents(
            case.get("previous_changes_net", "0"), "previous_changes_net", signed=True
        ),
        change_net_cents=_cents(case.get("change_net"), "change_net", signed=True),
    )
    return _answer(
        {"change_permitted_without_new_procedure": result.value},
        result.steps,
        explain,
        result.open_question,
    )


def _answer(
    result: dict[str, Any], steps: Sequence[str], explain: bool, question: str | None
) -> dict[str, Any]:
    if not explain:
        return {"result": result}
    return {"result": result, "open_question": question, "steps": list(steps)}


def _position(item: object) -> Position:
    if not isinstance(item, Mapping):
        raise ImpossibleInput("Eine Position muss ein Objekt sein.", field="positions")
    try:
        method = Method(item.get("method", "total"))
    except ValueError as error:
        raise ImpossibleInput(
            f"Die Methode „{item.get('method')}“ ist nicht bekannt.", field="positions.method"
        ) from error
    amount = _AMOUNT_FIELDS[method]
    return Position(
        municipality=str(item.get("municipality", "")),
        land=str(item.get("land", "")),
        group=str(item.get("group", "G1")),
        method=method,
        amount_cents=_cents(item.get(amount), amount),
        lot=None if item.get("lot") is None else str(item["lot"]),
        vat_rate=None if item.get("vat_rate") is None else _decimal(item["vat_rate"], "vat_rate"),
        options_net_cents=_cents(item.get("options_net") or "0", "options_net"),
        prizes_net_cents=_cents(item.get("prizes_net") or "0", "prizes_net"),
        term_months=_months(item.get("term_months"), "term_months"),
        extension_months=_months(item.get("extension_months"), "extension_months") or 0,
        expected_change_net_cents=_cents(
            item.get("expected_change_net") or "0", "expected_change_net", signed=True
        ),
        later_purchases_net_cents=_cents(
            item.get("later_purchases_net") or "0", "later_purchases_net"
        ),
    )


def _bylaws(case: Case, participants: set[str]) -> list[Bylaw]:
    found = case.get("satzung") or {}
    if not isinstance(found, Mapping):
        raise ImpossibleInput("„satzung“ muss ein Objekt sein.", field="satzung")

    def limit(values: Case, name: str) -> int | None:
        return None if values.get(name) is None else _cents(values[name], f"satzung.{name}")

    return [
        Bylaw(
            municipality=str(name),
            direct_max_net_cents=limit(values, "direct_max_net"),
            negotiated_wo_call_max_net_cents=limit(values, "neg_wo_call_max_net"),
            restricted_wo_call_max_net_cents=limit(values, "restricted_wo_call_max_net"),
            freehand_max_net_cents=limit(values, "freehand_max_net"),
        )
        for name, values in found.items()
        if isinstance(values, Mapping) and name in participants
    ]


def _facts(item: object) -> lots.TotalAwardFacts:
    if not isinstance(item, Mapping):
        raise ImpossibleInput("„time_based_total_award“ muss ein Objekt sein.")
    return lots.TotalAwardFacts(
        infrastructure=item.get("infrastructure") is True,
        special_fund=item.get("svik_funded") is True,
        listed_transport=item.get("listed_transport_infrastructure") is True,
        time_reasons=item.get("time_reasons_require") is True,
    )


def _contract_type(case: Case) -> ContractType:
    text = str(case.get("contract_type"))
    if text in _ALIASES:
        return _ALIASES[text]
    try:
        return ContractType(text)
    except ValueError as error:
        raise ImpossibleInput(
            f"Die Auftragsart „{text}“ ist nicht bekannt.", field="contract_type"
        ) from error


def _day(case: Case, name: str) -> dt.date:
    value = case.get(name)
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else _no_day(name)
    except ValueError as error:
        raise ImpossibleInput(f"„{value}“ ist kein gültiges Datum.", field=name) from error


def _no_day(name: str) -> dt.date:
    raise ImpossibleInput(f"Das Datum „{name}“ fehlt.", field=name)


def _list(case: Case, name: str) -> list[Any]:
    value = case.get(name) or []
    if not isinstance(value, list):
        raise ImpossibleInput(f"„{name}“ muss eine Liste sein.", field=name)
    return value


def _decimal(value: object, name: str) -> Decimal:
    # A float has lost its decimals already; amounts come as texts or whole numbers.
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ImpossibleInput(f"„{name}“ fehlt oder ist kein Betrag als Text.", field=name)
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ImpossibleInput(f"„{value}“ ist kein Betrag.", field=name) from error
    if not number.is_finite() or number.adjusted() > 20:
        raise ImpossibleInput(f"„{value}“ ist kein Betrag.", field=name)
    return number


def _cents(value: object, name: str, *, signed: bool = False) -> int:
    scaled = _decimal(value, name) * 100
    if scaled != scaled.to_integral_value():
        raise ImpossibleInput(f"„{value}“ hat mehr als zwei Nachkommastellen.", field=name)
    if (scaled < 0 and not signed) or abs(scaled) > MAX_CENTS:
        raise ImpossibleInput(f"Der Betrag „{value}“ ist nicht möglich.", field=name)
    return int(scaled)


def _months(value: object, name: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise ImpossibleInput("Eine Zahl von Monaten ist eine ganze Zahl.", field=name)
    return value


def _euro(amount_cents: int) -> str:
    return str(euros(amount_cents))
