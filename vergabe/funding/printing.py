"""A funding case as a paper: arithmetic by line and member, milestones, proof of use."""

import datetime as dt

from vergabe.exchange.german_dates import format_date
from vergabe.exchange.report import Figures, Report, Section
from vergabe.funding.presenting import ERROR_COSTS, FundingView
from vergabe.funding.rules import STAGE_NAMES
from vergabe.money import german as euro
from vergabe.web.formatting import moment


def report_of(view: FundingView, *, now: dt.datetime) -> Report:
    """Return the paper of a case with what the reader of the view may see."""
    case = view.case
    facts = [
        ("Bündelung", f"{case.pool.reference}: {case.pool.title}"),
        ("Zusammenarbeit", case.cooperation.name),
        ("Stand", STAGE_NAMES[view.stage]),
        ("Programm", view.programme.title),
        ("Bewilligungsbehörde", case.authority or "nicht angegeben"),
        ("Aktenzeichen", case.file_reference or "nicht angegeben"),
    ]
    facts += [("Beantragt", format_date(case.applied_on))] if case.applied_on else []
    facts += [("Bescheid", format_date(case.decided_on))] if case.decided_on else []
    sections = [
        Section("Wie die Zuwendung zustande kommt", numbered=_steps(view)),
        _plan(view),
        _shares(view),
        _scenarios(view),
    ]
    if case.conditions or case.award_rules:
        demanded = [f"Für die Vergabe gilt nach dem Bescheid: {', '.join(case.award_rules)}."]
        conditions = demanded if case.award_rules else []
        sections.append(Section("Bedingungen", paragraphs=[*conditions, case.conditions]))
    sections += [_milestones(view), _drawdowns(view)]
    if view.proof is not None:
        sections += _proof(view)
    sections.append(Section("Hinweis", paragraphs=[ERROR_COSTS]))
    return Report(
        title=f"Förderung: {case.pool.title}",
        kind="Finanzierung und Verwendungsnachweis",
        facts=facts,
        sections=[section for section in sections if _has_content(section)],
        footer=f"{case.pool.reference} · Stand {moment(now, seconds=False)}",
        author=case.cooperation.lead.name,
    )


def _has_content(section: Section) -> bool:
    return bool(
        section.facts
        or any(section.paragraphs)
        or section.bullets
        or section.numbered
        or section.table
    )


def _steps(view: FundingView) -> list[str]:
    return list(view.grant.steps) if view.grant else [p.message for p in view.problems]


def _plan(view: FundingView) -> Section:
    """Return the plan by cost line."""
    rows = [
        [
            part.line.name,
            euro(part.line.planned_cents),
            euro(part.line.eligible_cents),
            euro(part.total.grant_cents),
            euro(part.total.own_cents),
        ]
        for part in view.money.lines
    ]
    total = view.money.total
    sums = [
        "Summe",
        euro(view.planned_cents),
        euro(view.money.eligible_cents),
        euro(total.grant_cents),
        euro(total.own_cents),
    ]
    columns = ["Position", "Geplant", "Zuwendungsfähig", "Zuwendung", "Eigenanteil"]
    return Section("Finanzierungsplan", table=Figures(columns, rows, sums))


def _shares(view: FundingView) -> Section:
    """Return what each member that the reader sees gets and bears of each line."""
    rows = [
        [
            partner.organisation.name,
            part.line.name,
            euro(part.by_member[partner.id].grant_cents),
            euro(part.by_member[partner.id].own_cents),
        ]
        for partner in view.seen
        for part in view.money.lines
    ]
    columns, aligns = ["Kommune", "Position", "Zuwendung", "Eigenanteil"], ["left"] * 2
    return Section(
        "Anteile der Beteiligten",
        paragraphs=[f"Der Eigenanteil wird geteilt: {view.division.key.name}."],
        table=Figures(columns, rows, aligns=[*aligns, "right", "right"]) if rows else None,
    )


def _scenarios(view: FundingView) -> Section:
    """Return the own share in each case: a row for all and one for each member seen."""
    rows = [
        ["Zuwendung", *(euro(scenario.grant_cents) for scenario in view.scenarios)],
        ["Eigenanteil", *(euro(s.money.total.own_cents) for s in view.scenarios)],
    ]
    rows += [
        [
            partner.organisation.name,
            *(euro(s.money.by_member[partner.id].own_cents) for s in view.scenarios),
        ]
        for partner in view.seen
    ]
    columns = ["", *(scenario.name for scenario in view.scenarios)]
    return Section("Eigenanteil mit und ohne Förderung", table=Figures(columns, rows))


def _milestones(view: FundingView) -> Section:
    return Section(
        "Meilensteine",
        bullets=[
            f"{format_date(m.due_on)}: {m.title}"
            + (f" (erreicht am {format_date(m.reached_on)})" if m.reached_on else "")
            for m in view.case.milestones
            if m.removed_at is None
        ],
    )


def _drawdowns(view: FundingView) -> Section:
    rows = [
        [
            format_date(d.planned_on),
            euro(d.planned_gross_cents),
            format_date(d.received_on) if d.received_on else "",
            euro(d.received_gross_cents) if d.received_gross_cents is not None else "",
        ]
        for d in view.case.drawdowns
        if d.removed_at is None
    ]
    columns = ["Geplant am", "Betrag", "Eingegangen am", "Eingegangen"]
    aligns = ["left", "right", "left", "right"]
    return Section("Mittelabruf", table=Figures(columns, rows, aligns=aligns) if rows else None)


def _proof(view: FundingView) -> list[Section]:
    proof = view.proof
    assert proof is not None
    columns = ["Position", "Geplant", "Zuwendungsfähig", "Ausgegeben", "Anerkannt", "Belege"]
    rows = [
        [
            line.line.name,
            euro(line.line.planned_cents),
            euro(line.line.eligible_cents),
            euro(line.spent_cents),
            euro(line.recognised_cents),
            str(line.expense_count),
        ]
        for line in proof.lines
    ]
    sums = [
        "Summe",
        euro(proof.planned_cents),
        euro(view.money.eligible_cents),
        euro(proof.spent_cents),
        euro(proof.recognised_cents),
        str(sum(line.expense_count for line in proof.lines)),
    ]
    names = {line.id: line.name for line in view.case.lines}
    evidence = [
        [
            format_date(e.paid_on),
            names[e.line_id],
            e.voucher,
            e.payee,
            e.organisation.name,
            euro(e.amount_gross_cents),
            euro(e.eligible_gross_cents),
        ]
        for e in view.expenses
    ]
    heads = ["Gezahlt am", "Position", "Beleg", "An", "Von", "Betrag", "Anerkannt"]
    sides = ["left"] * 5 + ["right"] * 2
    table = Figures(heads, evidence, aligns=sides) if evidence else None
    return [
        Section("Verwendungsnachweis", numbered=proof.steps, table=Figures(columns, rows, sums)),
        Section("Belege", table=table),
    ]
