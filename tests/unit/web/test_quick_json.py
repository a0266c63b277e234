"""Answers in JSON hold the same values, whoever writes them."""

import datetime as dt
import json
import uuid
from typing import cast

import pytest
from flask import Flask, Response
from flask.json.provider import DefaultJSONProvider

from vergabe.web.quick_json import QuickJson


@pytest.mark.parametrize(
    "value",
    [
        {"Straße": "Öl", "none": None, "list": [1, 2.5, True]},
        {1: "a key that is no text"},
        {"id": uuid.UUID(int=7), "at": dt.datetime(2026, 8, 5, tzinfo=dt.UTC)},
        {"half": "a \ud800 surrogate"},
        {"large": 2**70},
    ],
)
def test_an_answer_reads_as_the_standard_library_would_have_written_it(value: object) -> None:
    app = Flask(__name__)
    usual = DefaultJSONProvider(app)
    answer = QuickJson(app).response(value)
    content = cast(Response, answer).get_data()
    assert json.loads(content) == json.loads(usual.dumps(value))
    assert answer.mimetype == "application/json"
