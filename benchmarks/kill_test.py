"""`kill -9` at random moments of random processes while clients publish, ask, import and join.

    python -m benchmarks.kill_test [--kills 500] [--database sqlite|postgresql]

Two web processes of a gunicorn as in production, two workers, a real SMTP server. What dies is
started again. At the end nothing acknowledged may be missing, nothing may be there twice (a mail
may come again with the same Message-ID, at most one batch for each dead worker), no tender, import
or joining by half, every record chain whole. Exits 1 if anything is wrong.
"""

import json
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
    wanted = parser.parse_args()
    report = frame.Report("kill_test", wanted)
    wrong = 0
    for kind in [wanted.database] if wanted.database else ["sqlite", "postgresql"]:
        wish = scenario.Wish(
            kills=wanted.kills,
            publications=max(12, wanted.kills // 5),
            joinings=max(8, wanted.kills // 8),
            seed=wanted.seed,
        )
        with (
            application(kind) as app,
            tempfile.TemporaryDirectory(prefix="vergabe-kills-") as folder,
        ):
            outcome = scenario.run(app, Path(folder), wish)
        wrong += len(outcome.wrong)
        what = f"{wanted.kills} kills: lost, double, by half"
        report.row(what, len(outcome.wrong), "things", goal=exactly(0), database=kind)
        report.figures[kind] = outcome.figures
        print(json.dumps({"database": kind, **outcome.figures, "wrong": outcome.wrong}, indent=2))
    own, children = (resource.getrusage(who) for who in (0, resource.RUSAGE_CHILDREN))
    spent = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    report.figures["processor_seconds"] = round(spent)
    report.finish()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
