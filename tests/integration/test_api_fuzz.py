"""Every operation of the JSON API with generated input: never a 5xx, refusals as problem JSON."""

import json
import random
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from werkzeug.test import TestResponse

from tests.conftest import supposing
from tests.extent import IS_WHOLE
from tests.factories import world as worlds
from tests.factories.world import World

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

MODES = ("positive", "negative")
# Examples for each operation: enough to meet every field; a whole run takes more.
EXAMPLES = 20 if IS_WHOLE else 2
# They take no token, and no value that could be wrong.
NEVER_WRONG = {
    "get /api/v1/notices/{reference}",
    "get /api/v1/ocds/records/{reference}",
    "options /api/v1/uploads",
}
BOUNDED = settings(
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def world(session_app: Flask) -> Iterator[World]:
    with worlds.standing(session_app) as found:
        yield found


def _operations(app: Flask) -> list[Any]:
    # It takes seconds to load; most processes of a run never come here.
    import schemathesis
    from schemathesis.core.result import Ok

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


def generation_mode(name: str) -> Any:
    from schemathesis.generation import GenerationMode

    return GenerationMode(name)


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


@pytest.mark.parametrize("mode", MODES)
def test_generated_input_never_breaks_an_operation(
    session_app: Flask, world: World, mode: str
) -> None:
    """In a sample one operation gets what is valid, and the next what is not, by turns."""
    wrong: list[tuple[str, str, str | None, Any]] = []
    impossible: set[str] = set()
    numbers = iter(range(10**9))
    chance = random.Random(20261123)
    operations = _operations(session_app)
    assert len(operations) > 120
    for operation in operations if IS_WHOLE else operations[MODES.index(mode) :: len(MODES)]:

        def send(case: Any) -> None:
            with supposing(session_app):
                answer = _send(case, world, chance, next(numbers))
            complaint = _complaint(answer)
            if complaint:
                wrong.append((case.method, case.operation.path, complaint, case.body))

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            strategy = operation.as_strategy(generation_mode=generation_mode(mode))
            bounded = settings(BOUNDED, max_examples=EXAMPLES)
            try:
                seed(20261123)(bounded(given(case=strategy)(send)))()
            except Unsatisfiable:
                impossible.add(f"{operation.method} {operation.path}")
    assert wrong == []
    assert impossible <= (NEVER_WRONG if mode == "negative" else set())
