"""What a by-law means, in German sentences for those who have to work with it."""

from vergabe.bylaws.model import ProcurementBylaw
from vergabe.money import german as euro

OPEN_QUESTIONS = (
    "Die Zahlen der Mustersatzung von Städtetag NRW und Städte- und Gemeindebund NRW sind hier "
    "nicht hinterlegt; maßgeblich ist allein, was die eigene Satzung sagt.",
    "Ob eine Satzung auch für Verfahren ab dem EU-Schwellenwert mehr verlangen kann als das "
    "Bundesrecht, ist mit Rechtsberatung zu klären; gerechnet wird dort nur mit Bundesrecht.",
)
NO_BYLAW_NW = (
    "Ohne Satzung gelten unterhalb der EU-Schwellenwerte nur die Grundsätze des § 75a Abs. 1 GO "
    "NRW: wirtschaftlich, sparsam, gleich und transparent. Kein Verfahren ist vorgeschrieben; eine "
    "Dienstanweisung kann Vergaben nicht beschränken (§ 75a Abs. 2)."
)
NO_BYLAW_RP = (
    "In Rheinland-Pfalz gelten unterhalb der EU-Schwellenwerte UVgO und VOB/A mit den "
    "Wertgrenzen des Landes."
)


def without_bylaw(land: str) -> str:
    """Return what counts for a municipality of this Land (`NW`) that has no by-law."""
    if land == "RP":
        return NO_BYLAW_RP
    if land == "NW":
        return NO_BYLAW_NW
    return "Für dieses Land sind unterhalb der EU-Schwellenwerte keine Regeln hinterlegt."


def meaning(bylaw: ProcurementBylaw) -> list[str]:
    """Return what a version means, one sentence each; what it does not name is said as well."""
    sentences = [*_limits(bylaw), *_publication(bylaw), *_periods(bylaw)]
    if bylaw.required_quotes is not None:
        sentences.append(
            "Ohne öffentliche Bekanntmachung sind mindestens "
            f"{_count(bylaw.required_quotes, 'Angebot', 'Angebote')} einzuholen."
        )
    if not sentences:
        sentences.append("Die Satzung nennt keine der hier abgefragten Grenzen.")
    sentences.append(
        "Bei gemeinsamen Verfahren zählt der gebündelte Wert aller Kommunen; die strengste Regel "
        "der Beteiligten entscheidet."
    )
    return sentences


def _limits(bylaw: ProcurementBylaw) -> list[str]:
    named = (
        ("Ein Direktauftrag", bylaw.direct_max_net_cents),
        (
            "Eine Verhandlungsvergabe ohne Teilnahmewettbewerb",
            bylaw.negotiated_wo_call_max_net_cents,
        ),
        (
            "Eine Beschränkte Ausschreibung ohne Teilnahmewettbewerb",
            bylaw.restricted_wo_call_max_net_cents,
        ),
        ("Eine Freihändige Vergabe von Bauleistungen", bylaw.freehand_max_net_cents),
    )
    return [
        f"{what} ist nie erlaubt."
        if limit == 0
        else f"{what} ist bis {euro(limit)} netto erlaubt, darüber nicht."
        for what, limit in named
        if limit is not None
    ]


def _publication(bylaw: ProcurementBylaw) -> list[str]:
    found = []
    if bylaw.ex_ante_from_net_cents is not None:
        found.append(
            "Eine Vergabe ohne öffentliche Bekanntmachung ist ab "
            f"{euro(bylaw.ex_ante_from_net_cents)} netto vorher anzukündigen."
        )
    if bylaw.ex_post_from_net_cents is not None:
        found.append(
            f"Ab {euro(bylaw.ex_post_from_net_cents)} netto ist nach dem Zuschlag zu "
            "veröffentlichen, wer den Auftrag bekommen hat."
        )
    return found


def _periods(bylaw: ProcurementBylaw) -> list[str]:
    found = []
    if bylaw.minimum_tender_days is not None:
        days = _count(bylaw.minimum_tender_days, "Kalendertag", "Kalendertage")
        found.append(f"Die Angebotsfrist dauert mindestens {days}.")
    if bylaw.minimum_participation_days is not None:
        days = _count(bylaw.minimum_participation_days, "Kalendertag", "Kalendertage")
        found.append(f"Die Frist für Teilnahmeanträge dauert mindestens {days}.")
    return found


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
