"""Every operation of the JSON API with generated input: never a 5xx, refusals as problem JSON."""

import json
import os
import random
import warnings
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.factories import world as worlds
from tests.factories.world import World
from vergabe.db import db

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

# Examples for each operation: enough to meet every field; a long run takes more by the environment.
COUNT = int(os.environ.get("VERGABE_FUZZ_EXAMPLES", "2"))
EXAMPLES = {GenerationMode.POSITIVE: COUNT, GenerationMode.NEGATIVE: COUNT}
BOUNDED = settings(
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def world(app: Flask, client: FlaskClient, session: Session) -> World:
    return worlds.world(app, session)


def _operations(app: Flask) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
        return [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]


def _address(case: Any, world: World, chance: random.Random) -> str:
    """Return the path with things that exist where the operation asks for ids."""
    path: str = case.operation.path
    for name, value in (case.path_parameters or {}).items():
        known = world.values.get(name)
        path = path.replace(f"{{{name}}}", str(chance.choice(known) if known else value))
    return path


def _with_known_ids(body: Any, world: World) -> Any:
    """Return the body with ids that exist, so that it gets past the first look."""
    if isinstance(body, list):
        return [_with_known_ids(item, world) for item in body]
    if isinstance(body, dict):
        return {k: world.names.get(k) or _with_known_ids(v, world) for k, v in body.items()}
    return body


def _send(case: Any, world: World, chance: random.Random, number: int) -> TestResponse:
    body = case.body if number % 3 else _with_known_ids(case.body, world)
    more: dict[str, Any] = {"query_string": {k: _text(v) for k, v in (case.query or {}).items()}}
    if case.media_type == "application/json":
        more |= {"data": json.dumps(body, default=str), "content_type": "application/json"}
    elif isinstance(body, dict):
        more |= {"data": {name: _text(value) for name, value in body.items()}}
    visitor = world.supplier if "supplier" in case.operation.path else world.buyer
    return visitor.open(case.method.upper(), _address(case, world, chance), **more)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _complaint(answer: TestResponse) -> str | None:
    if answer.status_code >= 500:
        return "a 5xx"
    if answer.status_code < 400 or answer.request.method == "HEAD":
        return None
    if answer.mimetype != "application/problem+json":
        return f"a refusal as {answer.mimetype}"
    problem = answer.get_json()
    sentences = [problem["detail"], *(v["message"] for v in problem.get("violations", []))]
    english = [s for s in sentences if any(word in s for word in ENGLISH)]
    return f"English: {english}" if english else None


ENGLISH = ("Not a valid", "Unknown field", "Missing data", "must be", "Shorter", "Longer", "Must ")


@pytest.mark.parametrize("mode", list(EXAMPLES))
def test_generated_input_never_breaks_an_operation(
    app: Flask, world: World, mode: GenerationMode
) -> None:
    connection: Any = db._app_engines[app][None]
    wrong: list[tuple[str, str, str | None, Any]] = []
    numbers = iter(range(10**9))
    chance = random.Random(20261123)
    operations = _operations(app)
    assert len(operations) > 60
    for operation in operations:

        def send(case: Any) -> None:
            nested = connection.begin_nested()
            answer = _send(case, world, chance, next(numbers))
            complaint = _complaint(answer)
            if complaint:
                wrong.append((case.method, case.operation.path, complaint, case.body))
            nested.rollback()
            db.session.remove()

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            strategy = operation.as_strategy(generation_mode=mode)
            bounded = settings(BOUNDED, max_examples=EXAMPLES[mode])
            seed(20261123)(bounded(given(case=strategy)(send)))()
    assert wrong == []
