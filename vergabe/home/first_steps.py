"""What to do first where nothing waits and nothing runs, by role."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import url_for

from vergabe.access.actor import Actor
from vergabe.access.permissions import Role


@dataclass(frozen=True)
class FirstStep:
    """A sentence and, where the person can begin, a button."""

    text: str
    button: str = ""
    url: str = ""


def first_step(actor: Actor) -> FirstStep:
    """Return the beginning of the actor's work; the first role that can begin something counts."""
    roles = actor.roles
    if Role.SUPPLIER in roles:
        return FirstStep(
            "Suchen Sie Ausschreibungen, die zu Ihrem Unternehmen passen.",
            "Bekanntmachungen suchen",
            url_for("notices.search"),
        )
    if Role.REQUESTER in roles:
        return FirstStep(
            "Beginnen Sie damit, was Ihre Kommune braucht: Ein Bedarf ist in wenigen Minuten "
            "beschrieben.",
            "Bedarf anlegen",
            url_for("demand_forms.new"),
        )
    if Role.COORDINATOR in roles:
        return FirstStep(
            "Fragen Sie die Mitglieder, was sie brauchen. Aus den freigegebenen Bedarfen schlagen "
            "wir Bündelungen vor.",
            "Bedarfsabfrage anlegen",
            url_for("calls.new"),
        )
    if Role.PROCUREMENT_OFFICER in roles:
        return FirstStep(
            "Ein Vergabeverfahren entsteht aus einer verbindlichen Bündelung.",
            "Bündelungen ansehen",
            url_for("pools.index"),
        )
    if Role.ADMINISTRATOR in roles:
        return FirstStep(
            "Laden Sie die Personen Ihrer Organisation ein und geben Sie ihnen ihre Rollen.",
            "Personen und Rollen",
            url_for("accounts.people"),
        )
    if Role.AUDITOR in roles:
        return FirstStep(
            "Sie sehen alles Ihrer Kommune und ändern nichts. Jeder Vorgang hat eine Akte, die "
            "sich prüfen lässt.",
            "Akten ansehen",
            url_for("chains.index"),
        )
    return FirstStep(next((text for role, text in _WHAT_COMES.items() if role in roles), ""))


_WHAT_COMES: Final[Mapping[Role, str]] = {
    Role.RELEASER: "Sobald ein Bedarf zur Freigabe eingereicht ist, steht er hier.",
    Role.CHIEF_OFFICER: "Sobald über ein Vorhaben abgestimmt wird, steht es hier.",
    Role.OPENER: "Sobald die Frist für Angebote endet, steht das Verfahren hier.",
}
