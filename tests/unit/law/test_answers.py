"""What the law core says, to the sentence, and that it changes only on purpose."""

import json
from typing import Any

import pytest

from tools import law_answers

EXPECTED: dict[str, Any] = json.loads(law_answers.FILE.read_text(encoding="utf-8"))
QUESTIONS = dict(law_answers.questions())


def test_every_question_has_its_answer_on_file() -> None:
    assert list(QUESTIONS) == list(EXPECTED), "run tools/law_answers.py and read the difference"


@pytest.mark.parametrize("name", EXPECTED)
def test_the_answer_is_the_one_on_file(name: str) -> None:
    assert law_answers.ask(QUESTIONS[name]) == EXPECTED[name]
