"""What the law core says, to the sentence, and that it changes only on purpose."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tools import law_answers

EXPECTED: Mapping[str, Any] = json.loads(law_answers.FILE.read_text(encoding="utf-8"))
QUESTIONS = dict(law_answers.questions())
# Questions are named by what they are about: "period VgV-15-2 NW", "standstill …".
SUBJECTS = list(dict.fromkeys(name.split()[0] for name in EXPECTED))


def test_every_question_has_its_answer_on_file() -> None:
    assert list(QUESTIONS) == list(EXPECTED), "run tools/law_answers.py and read the difference"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_answers_are_those_on_file(subject: str) -> None:
    wrong = [
        (name, found, expected)
        for name, expected in EXPECTED.items()
        if name.split()[0] == subject and (found := law_answers.ask(QUESTIONS[name])) != expected
    ]
    assert wrong == []
