"""Workers as processes of their own that do one task of an application when told, all at once."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

from flask import Flask

from vergabe import loading
from vergabe.app import create_app
from vergabe.settings import Settings

Task = Callable[[Flask, int], int]


@dataclass(frozen=True)
class Effort:
    """What came of a task: how much was done, time of the clock and of the processors."""

    done: int
    seconds: float
    processor_seconds: float

    @property
    def each_s(self) -> float:
        return self.seconds / max(self.done, 1)


class Crew:
    """Started workers that wait."""

    def __init__(self, lines: list[Connection]) -> None:
        self._lines = lines

    def work(self, workers: int, amount: int) -> Effort:
        """Let the first so many workers do their share of an amount and return what came of it."""
        chosen = self._lines[:workers]
        begun = time.perf_counter()
        for line in chosen:
            line.send(amount // workers)
        told = [line.recv() for line in chosen]
        seconds = time.perf_counter() - begun
        return Effort(sum(done for done, _ in told), seconds, sum(cpu for _, cpu in told))


@contextmanager
def crew(app: Flask, workers: int, task: Task) -> Iterator[Crew]:
    """Give workers on the database of `app`; task: a function of a module, gets the amount to do.

    The first call of each worker is for the warming up of whoever uses it.
    """
    context = multiprocessing.get_context("spawn")
    lines, processes = [], []
    for _ in range(workers):
        ours, theirs = context.Pipe()
        arguments = (app.extensions["vergabe_settings"], task, theirs)
        process = context.Process(target=_wait_and_work, args=arguments, daemon=True)
        process.start()
        lines.append(ours)
        processes.append(process)
    try:
        for line in lines:
            assert line.recv() == "ready"
        yield Crew(lines)
    finally:
        for line in lines:
            line.close()
        for process in processes:
            process.join(timeout=60)


def _wait_and_work(settings: Settings, task: Task, line: Connection) -> None:
    app = create_app(settings)
    # As `vergabe worker` does.
    loading.keep_still()
    line.send("ready")
    while True:
        try:
            amount = line.recv()
        except EOFError:
            return
        begun = time.process_time()
        done = task(app, amount)
        line.send((done, time.process_time() - begun))
