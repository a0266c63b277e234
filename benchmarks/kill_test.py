"""`kill -9` at random moments of random processes while clients publish, ask, import and join.

    python -m benchmarks.kill_test [--kills 500] [--database sqlite|postgresql]

Two web processes of a gunicorn as in production, two workers, a real SMTP server. What dies is
started again. At the end nothing acknowledged may be missing, nothing may be there twice (a mail
may come again with the same Message-ID, at most one batch for each dead worker), no tender, import
or joining by half, every record chain whole. Exits 1 if anything is wrong.
"""

import argparse
import resource
import sys
import tempfile
from pathlib import Path

from benchmarks import frame
from benchmarks.frame import exactly
from benchmarks.places import application
from tests.killing import scenario


def main() -> int:
    parser = frame.parser(__doc__, rounds=1)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--log", type=Path, help="file for what the processes say")
    wanted = parser.parse_args()
    kinds = [wanted.database] if wanted.database else ["sqlite", "postgresql"]
    return int(sum(play(kind, wanted) for kind in kinds) > 0)


def play(kind: str, wanted: argparse.Namespace) -> int:
    """Play it on one database and write its file; return how many things were wrong."""
    report = frame.Report(f"kill_test_{kind}", wanted)
    wish = scenario.Wish(
        kills=wanted.kills,
        publications=max(12, wanted.kills // 5),
        joinings=max(8, wanted.kills // 8),
        seed=wanted.seed,
    )
    before = _processor_seconds()
    with (
        application(kind) as app,
        tempfile.TemporaryDirectory(prefix="vergabe-kills-") as folder,
    ):
        log = wanted.log or Path(folder) / "processes.log"
        outcome = scenario.run(app, log, wish)
    what = f"{wanted.kills} kills: lost, double, by half"
    report.row(what, len(outcome.wrong), "things", goal=exactly(0), database=kind)
    report.figures |= outcome.figures | {"wrong": outcome.wrong}
    report.figures["processor_seconds"] = round(_processor_seconds() - before)
    report.finish()
    return len(outcome.wrong)


def _processor_seconds() -> float:
    own, children = (resource.getrusage(who) for who in (0, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    sys.exit(main())
