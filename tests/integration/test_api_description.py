"""Answers of the JSON API are what `/api/v1/openapi.json` says of them."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.conftest import supposing
from tests.factories import world as worlds
from tests.factories.world import World
from tools import isolation

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def world(session_app: Flask) -> Iterator[World]:
    with worlds.standing(session_app) as found:
        yield found


@pytest.fixture(scope="module")
def description(world: World) -> dict[str, Any]:
    found: dict[str, Any] = world.public.open("GET", "/api/v1/openapi.json").get_json()
    return found


def test_the_description_is_one_that_others_can_read(description: dict[str, Any]) -> None:
    validator = OpenAPIV31SpecValidator(description)
    assert [error.message for error in validator.iter_errors()] == []


def path_of(rule: Rule) -> str:
    """Return the address of a route as the description writes it."""
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)


def complaints(
    description: dict[str, Any], path: str, method: str, answer: TestResponse
) -> list[str]:
    """Return what an answer has that its description does not, and the other way round."""
    responses = description["paths"][path][method.lower()]["responses"]
    response = responses.get(str(answer.status_code), responses["default"])
    if "$ref" in response:
        response = description["components"]["responses"][response["$ref"].rsplit("/")[-1]]
    content = response.get("content", {})
    if "*/*" in content:
        return []
    if ("ETag" in answer.headers) != ("ETag" in response.get("headers", {})):
        return [f"ETag: {answer.headers.get('ETag')}"]
    if answer.mimetype not in content:
        return [f"{answer.mimetype} instead of {list(content)}"]
    if not answer.is_json:
        return []
    validator = jsonschema.Draft202012Validator(
        content[answer.mimetype].get("schema", {}) | {"components": description["components"]},
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer.json)]


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("GET", "/api/v1/demands", {"query_string": {"limit": "0"}}),
        ("GET", "/api/v1/demands", {"query_string": {"cursor": "!!"}}),
        ("GET", "/api/v1/demands", {"headers": {"Authorization": "Bearer none"}}),
        ("POST", "/api/v1/demands", {"json": {"title": "", "kind": 1}}),
        ("POST", "/api/v1/demands", {"data": "{"}),
        ("POST", "/api/v1/webhooks", {"json": {"url": "http://10.0.0.1"}}),
    ],
)
def test_refusals_are_what_the_description_says(
    session_app: Flask,
    world: World,
    description: dict[str, Any],
    method: str,
    path: str,
    sent: dict[str, Any],
) -> None:
    with supposing(session_app):
        answer = world.buyer.open(method, path, **sent)
    assert answer.status_code >= 400
    assert complaints(description, path, method, answer) == []


def test_what_is_read_is_what_the_description_says(
    session_app: Flask, world: World, description: dict[str, Any]
) -> None:
    wrong: dict[str, list[str]] = {}
    numbers: list[int] = []
    for rule in worlds.rules(session_app):
        path = path_of(rule)
        operation = description["paths"].get(path, {}).get("get")
        if operation is None:
            continue
        query = {
            each["name"]: world.names.get(each["name"], ASKED.get(each["name"]))
            for each in operation.get("parameters", [])
            if each["required"]
        }
        visitor = worlds.visitors(session_app, rule, world)[-1]
        for address in worlds.addresses(session_app, rule, world):
            with supposing(session_app):
                answer = visitor.open("GET", address, query_string=query)
            numbers.append(answer.status_code)
            if found := complaints(description, path, "GET", answer):
                wrong[address] = found
    assert wrong == {}
    assert numbers.count(200) > 100


def test_what_needs_no_token_is_described_as_open_and_nothing_else(
    session_app: Flask, description: dict[str, Any]
) -> None:
    described, declared = {}, {}
    for rule in worlds.rules(session_app):
        operations = description["paths"].get(path_of(rule), {})
        methods = {method.lower() for method in rule.methods or ()} - {"head", "options"}
        for each in ((method, rule.rule) for method in methods & operations.keys()):
            described[each] = operations[each[0]].get("security") == []
            declared[each] = hasattr(session_app.view_functions[rule.endpoint], "vergabe_public")
    assert described == declared
    assert set(declared.values()) == {True, False}


def test_each_operation_that_compares_a_version_says_so(
    session_app: Flask, description: dict[str, Any]
) -> None:
    rows = isolation.rows(session_app)
    demanding = {row.split("|")[1].strip() for row in rows if row.endswith("| If-Match |")}
    described, always = set(), []
    for rule in worlds.rules(session_app):
        operations = description["paths"].get(path_of(rule), {})
        methods = {method.lower() for method in rule.methods or ()} & operations.keys()
        for operation in (operations[method] for method in methods):
            for each in operation.get("parameters", []):
                if each["name"] == "If-Match":
                    described.add(rule.endpoint)
                    always.append(each["required"])
                    assert {"412", "428"} <= operation["responses"].keys()
    assert described == {each for each in demanding if each.startswith("api_")}
    assert always.count(True) > 40
    assert always.count(False) == 1
    changed = description["paths"]["/api/v1/demands/{demand_id}"]["patch"]["responses"]["200"]
    assert "ETag" in changed["headers"]


ASKED = {"area": "procurement", "text": "Streusalz", "list": "demands", "subject": "joining"} | {
    "first": "2026-01-01",
    "second": "2026-12-01",
    "procedures": "2",
}
