"""Web processes and workers killed by chance: nothing lost, nothing double, no half state."""

from pathlib import Path

from flask import Flask

from tests.killing import scenario


def test_fifty_kills_lose_nothing_and_double_nothing(own_app: Flask, tmp_path: Path) -> None:
    log = tmp_path / "processes.log"
    outcome = scenario.run(
        own_app,
        log,
        scenario.Wish(kills=50, pause_seconds=0.1, publications=4, joinings=3, lease_seconds=6),
    )
    assert outcome.wrong == [], log.read_text()[-3000:]
    done = outcome.figures["acknowledged"]
    assert all(done[kind] for kind in ("publish", "ask", "import", "job", "join")), done
    assert len(outcome.figures["kills"]) >= 2, "web processes and workers were hit"
