"""From plain facts to the paper for one member's council (Vorlage): pure, the same facts give the
same words.

Sentences are plain German; amounts are net unless they say gross (funding).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from vergabe.exchange.german_dates import format_date
from vergabe.exchange.report import Figures, Report, Section
from vergabe.money import german as euro

NOT_PUBLIC = "Nichtöffentlich"
PUBLIC = "Öffentlich"


@dataclass(frozen=True)
class BodyFacts:
    """A body in the order of deliberation, with the day of its meeting if it is known."""

    name: str
    meets_on: dt.date | None = None


@dataclass(frozen=True)
class DemandFacts:
    """A demand of the member; value net in cents, None: not stated."""

    reference: str
    title: str
    items: Sequence[str]
    value_net_cents: int | None
    budget_line: str = ""
    released_net_cents: int | None = None


@dataclass(frozen=True)
class LawFacts:
    """What law says, together and for the member alone; values net in cents."""

    regime: str
    method: str
    reasons: Sequence[str]
    value_net_cents: int
    threshold_net_cents: int
    reaches_threshold: bool
    earliest_contract_on: dt.date | None
    alone_regime: str
    alone_value_net_cents: int
    alone_reaches_threshold: bool
    minimum_days: int | None = None


@dataclass(frozen=True)
class FundingFacts:
    """The grant as far as it concerns the member; cents gross."""

    stage: str
    programme: str
    grant_cents: int
    own_share_cents: int | None
    share_of_grant_cents: int | None
    without_grant_cents: int | None
    key: str
    award_rules: Sequence[str] = ()
    may_begin: bool = True


@dataclass(frozen=True)
class LotFacts:
    """A lot as it is planned."""

    number: int
    title: str
    value_net_cents: int


@dataclass(frozen=True)
class PaperTexts:
    """What people added, the member's own before those for all; resolution, annexes: by line."""

    paper_number: str = ""
    department: str = ""
    item_number: str = ""
    common_facts: str = ""
    own_facts: str = ""
    vat_remark: str = ""
    strategy: str = ""
    inclusion: str = ""
    resolution: Sequence[str] = ()
    annexes: Sequence[str] = ()


@dataclass(frozen=True)
class PaperFacts:
    """All that a member's paper says. maximum_net_cents: asked for, None: nothing is known."""

    municipality: str
    municipality_short: str
    bodies: Sequence[BodyFacts]
    is_public: bool
    stamp_on: dt.date
    pool_reference: str
    pool_title: str
    cooperation: str
    lead: str
    is_lead: bool
    participants: Sequence[str]
    legal_form: str
    matter: str
    demands: Sequence[DemandFacts]
    total_net_cents: int
    maximum_net_cents: int | None
    budget_line: str
    cost_key: str
    bylaw: str
    by_law_basis: str
    delegation: str
    needed: str
    reasons_for: Sequence[str]
    reasons_against: Sequence[str]
    law: LawFacts | None
    lots: Sequence[LotFacts]
    funding: FundingFacts | None
    texts: PaperTexts = field(default_factory=PaperTexts)

    @property
    def label(self) -> str:
        """The project as resolutions name it."""
        return f"{self.pool_reference}: {self.pool_title}"


def paper(facts: PaperFacts) -> Report:
    """Return the paper: cover, facts, law, money, alternatives, resolution, annexes."""
    sections = [
        Section("Beschlussvorschlag", numbered=resolution(facts)),
        _what(facts),
        _why(facts),
        _law(facts),
        _lots(facts),
        _money(facts),
        _alternatives(facts),
        Section(
            "Strategie und Inklusion",
            facts=[
                ("Beitrag zur Strategie", facts.texts.strategy or "nicht angegeben"),
                ("Bedeutung für Inklusion", facts.texts.inclusion or "nicht angegeben"),
            ],
        ),
        Section("Anlagen", bullets=list(facts.texts.annexes) or ["keine"]),
    ]
    mark = "" if facts.is_public else f"{NOT_PUBLIC} – vertraulich"
    return Report(
        title=f"Gemeinsame Beschaffung: {facts.pool_title}",
        kind=f"Vorlage für {facts.municipality}",
        mark=mark,
        author=facts.municipality,
        facts=_cover(facts),
        sections=sections,
        footer=f"{facts.municipality_short} · {facts.pool_reference} · "
        f"Stand {format_date(facts.stamp_on)}",
    )


def _cover(facts: PaperFacts) -> list[tuple[str, str]]:
    texts = facts.texts
    return [
        ("Vorlage", texts.paper_number or "Nummer wird noch vergeben"),
        ("Zuständig", texts.department or "nicht angegeben"),
        ("Beratungsfolge", _order(facts.bodies)),
        ("Tagesordnungspunkt", texts.item_number or "nicht angegeben"),
        ("Sitzung", PUBLIC if facts.is_public else NOT_PUBLIC),
        ("Vorhaben", facts.label),
        ("Zusammenarbeit", facts.cooperation),
        ("Stand der Angaben", format_date(facts.stamp_on)),
    ]


def _order(bodies: Sequence[BodyFacts]) -> str:
    return ", dann ".join(
        f"{body.name} ({format_date(body.meets_on)})"
        if body.meets_on
        else f"{body.name} (Termin offen)"
        for body in bodies
    )


def resolution(facts: PaperFacts) -> list[str]:
    """Return the points of the proposed resolution.

    They name form, subject, maximum, power of attorney, lead, by-law and who awards.
    """
    deciding = facts.bodies[-1].name if facts.bodies else "Rat"
    points = [
        f"Der {deciding} beschließt die Beteiligung an der gemeinsamen Auftragsvergabe (§ 4 VgV) "
        f"im Rahmen der Zusammenarbeit „{facts.cooperation}“. Form der Zusammenarbeit: "
        f"{facts.legal_form}. Gegenstand: {facts.matter}, hier {facts.label}.",
        _maximum(facts),
        _lead(facts),
        f"Für das Verfahren gilt {facts.by_law_basis}.",
        f"Über den Zuschlag entscheidet im Rahmen dieses Höchstbetrags {facts.delegation}; die in "
        "der Bekanntmachung genannten Zuschlagskriterien binden.",
    ]
    if facts.funding is not None:
        points.append(_of_funding(facts.funding))
    return [*points, *facts.texts.resolution]


def _maximum(facts: PaperFacts) -> str:
    if facts.maximum_net_cents is None:
        return "Der Höchstbetrag des eigenen Anteils ist noch zu beziffern."
    return f"Der eigene Anteil am Auftrag beträgt höchstens {euro(facts.maximum_net_cents)} netto."


def _lead(facts: PaperFacts) -> str:
    if facts.is_lead:
        return (
            "Die Federführung wird übernommen. Das Verfahren wird für alle Beteiligten auf Grund "
            "ihrer Vollmachten durchgeführt."
        )
    return (
        f"{facts.lead} führt federführend das Vergabeverfahren durch und erhält dafür Vollmacht, "
        "im Namen der Kommune bekannt zu machen, den Zuschlag zu erteilen, Rügen zu beantworten, "
        "in der Nachprüfung zu vertreten und das Verfahren aufzuheben."
    )


def _of_funding(funding: FundingFacts) -> str:
    own = (
        f"; der Eigenanteil von {euro(funding.own_share_cents)} wird übernommen"
        if funding.own_share_cents is not None
        else ""
    )
    return f"Der Förderung aus „{funding.programme}“ wird zugestimmt{own}."


def _what(facts: PaperFacts) -> Section:
    count = len(facts.participants)
    common = facts.texts.common_facts
    together = (
        f"{_joined(facts.participants)} beschaffen gemeinsam „{facts.pool_title}“ "
        f"({count} Beteiligte, zusammen {euro(facts.total_net_cents)} netto geschätzt)."
    )
    added = [text for text in (facts.needed, common, facts.texts.own_facts) if text]
    texts = [together, *added, f"{facts.municipality} meldet dafür:"]
    rows = [
        [
            f"{demand.reference}: {demand.title}",
            "; ".join(demand.items) or "ohne Einzelpositionen",
            euro(demand.value_net_cents) if demand.value_net_cents is not None else "offen",
        ]
        for demand in facts.demands
    ]
    return Section(
        "Was beschafft wird",
        paragraphs=texts,
        table=Figures(
            ["Bedarf", "Positionen", "Wert netto"], rows, aligns=["left", "left", "right"]
        )
        if rows
        else None,
    )


def _joined(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} und {names[-1]}"


def _why(facts: PaperFacts) -> Section:
    return Section(
        "Warum gemeinsam",
        bullets=[
            *(f"Dafür: {reason}" for reason in facts.reasons_for),
            *(f"Zu bedenken: {reason}" for reason in facts.reasons_against),
        ]
        or ["Gründe sind in der Bündelung nicht vermerkt."],
    )


def _law(facts: PaperFacts) -> Section:
    law = facts.law
    if law is None:
        return Section("Recht und Verfahren", paragraphs=["Das geltende Recht ist zu klären."])
    more = []
    if law.minimum_days:
        more.append(f"Angebotsfrist: mindestens {law.minimum_days} Tage.")
    if law.earliest_contract_on:
        more.append(
            "Würde heute der Beitritt geöffnet, wäre der Vertrag frühestens am "
            f"{format_date(law.earliest_contract_on)} zu schließen."
        )
    if facts.funding and facts.funding.award_rules and not law.reaches_threshold:
        rules = " und ".join(facts.funding.award_rules)
        more.append(f"Die Förderung verlangt darüber hinaus {rules}.")
    return Section(
        "Recht und Verfahren",
        facts=[("Regelwerk", law.regime), ("Verfahren", law.method), ("Satzung", facts.bylaw)],
        paragraphs=[*law.reasons, *more],
    )


def _lots(facts: PaperFacts) -> Section:
    lots = [
        f"Los {lot.number}: {lot.title} ({euro(lot.value_net_cents)} netto)" for lot in facts.lots
    ]
    open_still = "Die Aufteilung in Lose steht noch nicht fest (§ 97 Abs. 4, § 97a GWB)."
    return Section("Lose", bullets=lots or [open_still])


def _money(facts: PaperFacts) -> Section:
    own = sum(demand.value_net_cents or 0 for demand in facts.demands)
    pairs = [
        ("Eigener Bedarf", f"{euro(own)} netto"),
        (
            "Höchstbetrag",
            f"{euro(facts.maximum_net_cents)} netto"
            if facts.maximum_net_cents is not None
            else "noch zu beziffern",
        ),
        ("Haushaltsstelle", facts.budget_line or "noch anzugeben"),
        ("Freigegeben", _released(facts.demands)),
        ("Gemeinsame Kosten", f"geteilt: {facts.cost_key}"),
    ]
    texts = []
    if facts.funding is not None:
        pairs += _funded(facts.funding)
        if not facts.funding.may_begin:
            texts.append(
                "Vor dem Bescheid oder der Zustimmung zum vorzeitigen Maßnahmenbeginn wird weder "
                "veröffentlicht noch vergeben."
            )
        texts.append(
            "Fehler im Vergabeverfahren können die Zuwendung ganz oder zum Teil kosten; dann "
            "steigt der Eigenanteil."
        )
    return Section(
        f"Finanzielle Auswirkungen für {facts.municipality}",
        facts=[*pairs, ("Umsatzsteuer", facts.texts.vat_remark or _VAT)],
        paragraphs=texts,
    )


_VAT = (
    "Beträge netto; hinzu kommt die Umsatzsteuer der Unternehmen. Ob die Kostenerstattung unter "
    "den Kommunen der Umsatzsteuer unterliegt, richtet sich nach § 2b UStG (verbindlich ab "
    "1. Januar 2027) und ist je Abrechnung festzustellen."
)


def _released(demands: Sequence[DemandFacts]) -> str:
    known = [d.released_net_cents for d in demands if d.released_net_cents is not None]
    if not known:
        return "noch nicht"
    part = "" if len(known) == len(demands) else f", {len(known)} von {len(demands)} Bedarfen"
    return f"{euro(sum(known))} netto{part}"


def _funded(funding: FundingFacts) -> list[tuple[str, str]]:
    pairs = [
        ("Förderung", f"{funding.programme}: {funding.stage.lower()}"),
        ("Zuwendung gesamt", f"{euro(funding.grant_cents)} brutto"),
    ]
    if funding.own_share_cents is None:
        return [*pairs, ("Eigener Anteil", "noch nicht aufzuteilen")]
    return [
        *pairs,
        ("Davon für die Kommune", euro(funding.share_of_grant_cents or 0)),
        ("Eigenanteil mit Förderung", f"{euro(funding.own_share_cents)} ({funding.key})"),
        ("Eigenanteil ohne Förderung", euro(funding.without_grant_cents or 0)),
    ]


def _alternatives(facts: PaperFacts) -> Section:
    alone = (
        "Allein: Die Kommune schreibt ihren Bedarf selbst aus und trägt Aufwand und Kosten des "
        "Verfahrens allein."
    )
    law = facts.law
    if law is not None:
        reached = "erreicht" if law.alone_reaches_threshold else "erreicht nicht"
        alone += (
            f" Der eigene Wert von {euro(law.alone_value_net_cents)} {reached} den "
            f"EU-Schwellenwert von {euro(law.threshold_net_cents)}; es gilt: {law.alone_regime}."
        )
    together = "Gemeinsam (Vorschlag): ein Verfahren für alle."
    if law is not None:
        reached = "erreicht" if law.reaches_threshold else "erreicht nicht"
        together += (
            f" Der gemeinsame Wert von {euro(law.value_net_cents)} {reached} den Schwellenwert; "
            f"es gilt: {law.regime}."
        )
    none = "Verzicht: Der Bedarf bleibt ungedeckt oder wird verschoben."
    return Section("Alternativen", bullets=[together, alone, none])
