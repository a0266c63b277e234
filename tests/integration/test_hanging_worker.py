"""Ticks of a worker that hang: each holds up itself alone, the sign of life goes on."""

import threading

import pytest
from flask import Flask

from vergabe import worker


@pytest.mark.one_database
def test_ticks_that_hang_hold_up_no_other(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    release, begun = threading.Event(), threading.Semaphore(0)

    def hang(_app: Flask) -> int:
        begun.release()
        release.wait()
        return 0

    def guarded(app: Flask, _name: str, _tick: object) -> object:
        return lambda: hang(app)

    monkeypatch.setattr(worker, "_guarded", guarded)
    for name in ("DELIVERY", "SWEEP", "SIGN", "COPY", "CLEANING", "BOUNCE"):
        monkeypatch.setattr(worker, f"{name}_SECONDS", 0.1)
    scheduler = worker.start(app)
    try:
        for _ in scheduler.get_jobs():
            assert begun.acquire(timeout=20)
    finally:
        scheduler.remove_all_jobs()
        release.set()
        scheduler.shutdown()
