"""Where a process runs: beside its siblings, and anywhere for what works beside its threads."""

import os
import subprocess
import sys
import threading

import pytest

from vergabe import processors

CAN_CHOOSE = hasattr(os, "sched_getaffinity")


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([], {0, 1, 2}),
        ([0], {1, 2}),
        ([0, 2], {1}),
        ([0, 1, 2], {0, 1, 2}),
        ([0, 0, 1, 2], {1, 2}),
        ([None, 7, 1], {0, 2}),
    ],
)
def test_the_least_taken_is_chosen_and_of_several_any(
    taken: list[int | None], expected: set[int]
) -> None:
    assert {processors.least_taken([0, 1, 2], taken) for _ in range(200)} == expected


@pytest.mark.skipif(not CAN_CHOOSE, reason="this system lets no process choose its processor")
def test_whoever_keeps_to_one_lets_others_work_anywhere() -> None:
    at_first = os.sched_getaffinity(0)
    seen: list[set[int]] = []

    def of_child() -> set[int]:
        command = [sys.executable, "-c", "import os; print(*os.sched_getaffinity(0))"]
        return set(map(int, subprocess.check_output(command).split()))

    def keep() -> None:
        chosen = processors.choose([])
        assert chosen is not None
        processors.keep_to(chosen)
        seen.extend([os.sched_getaffinity(0), of_child()])
        with processors.anywhere():
            seen.append(of_child())
        seen.append(os.sched_getaffinity(0))

    # A thread of its own: what it chooses is its own and that of what it starts.
    thread = threading.Thread(target=keep)
    try:
        thread.start()
        thread.join()
    finally:
        processors._at_first.clear()
    alone, child, free, again = seen
    assert (len(alone), child, free, again) == (1, alone, at_first, alone)
    assert os.sched_getaffinity(0) == at_first


def test_whoever_keeps_to_none_is_anywhere_already() -> None:
    before = os.sched_getaffinity(0) if CAN_CHOOSE else None
    with processors.anywhere():
        assert before == (os.sched_getaffinity(0) if CAN_CHOOSE else None)
