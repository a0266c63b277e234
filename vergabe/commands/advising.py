"""`vergabe law advise`: the advisor for a file, a pool or a tender."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import marshmallow

from vergabe import clock
from vergabe.commands.printing import json_option, print_json
from vergabe.commands.reading import read_json
from vergabe.errors import InvalidInput, Violation

if TYPE_CHECKING:
    from vergabe.law.advice import Advice, AdvisorFacts


@click.command()
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--pool", "pool", metavar="AKTENZEICHEN", help="Eine Bündelung dieser Anlage.")
@click.option("--tender", "tender", metavar="AKTENZEICHEN", help="Ein Verfahren dieser Anlage.")
@json_option
def advise(file: Path | None, pool: str | None, tender: str | None, as_json: bool) -> None:
    """Was gilt, warum, und was bis wann zu tun ist: für eine Datei, --pool oder --tender.

    Die Datei hat die Form der Anfrage an /api/v1/law/advice.
    """
    if sum(given is not None for given in (file, pool, tender)) != 1:
        raise click.UsageError("Nennen Sie eine Datei, --pool oder --tender.")
    # Imported late: the light commands on files need neither web nor database.
    from vergabe.advice import queries

    facts = None if file is None else _facts(file)
    advice = _stored(pool, tender) if facts is None else queries.consult(facts).advice
    if as_json:
        print_json(advice.as_dict())
    else:
        _print(advice)


def _facts(file: Path) -> "AdvisorFacts":
    from vergabe.advice.schema import QuestionSchema

    try:
        facts: AdvisorFacts = QuestionSchema().load(read_json(file))
    except marshmallow.ValidationError as error:
        raise InvalidInput.of(_flat(error.messages)) from error
    return facts


def _flat(messages: object, path: str = "") -> list[Violation]:
    """Return marshmallow's nested messages as violations with dotted paths."""
    if isinstance(messages, dict):
        return [
            violation
            for key, inner in messages.items()
            for violation in _flat(inner, f"{path}.{key}" if path else str(key))
        ]
    texts = messages if isinstance(messages, list) else [messages]
    return [Violation("invalid", f"{path}: {text}", field=path) for text in texts]


def _stored(pool: str | None, tender: str | None) -> "Advice":
    from vergabe.advice import gathering, queries
    from vergabe.commands.support import acting, the_app
    from vergabe.db import reading
    from vergabe.tenders import queries as tenders

    app = the_app()
    with app.app_context(), reading() as session:
        now = clock.now()
        actor = acting(None, now=now)
        if tender is not None:
            found = tenders.tender_by_reference(session, actor, tender)
            return queries.consult(gathering.of_tender(session, found, now=now)).advice
        assert pool is not None
        chosen = queries.pool_by_reference(session, actor, pool)
        return queries.consult(gathering.of_pool(session, chosen, now=now)).advice


def _print(advice: "Advice") -> None:
    for line in _lines(advice):
        click.echo(line)


def _lines(advice: "Advice") -> Iterator[str]:
    situation = advice.situation
    for result in (situation.estimate, situation.regime, situation.procedures):
        if result is not None:
            yield f"{result.law} [{result.evidence}]"
            yield from (f"  {step}" for step in result.steps)
    if advice.recommendation is not None:
        yield f"Ausgegangen von: {advice.recommendation.name}. {advice.recommendation.reason}"
    for period in advice.periods.values():
        yield from (f"  {step}" for step in period.steps)
    yield from (
        f"{'!' if hint.level == 'warning' else '-'} {hint.sentence}" for hint in advice.hints
    )
    yield from (f"* {other.sentence}" for other in advice.without if other.is_changed)
    for duty in advice.duties:
        due = f" bis {duty.due_on:%d.%m.%Y}" if duty.due_on else ""
        yield f"[ ] {duty.title}{due} ({duty.law})"
