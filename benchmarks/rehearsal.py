"""The main job on real records, in an empty place, with a real SMTP server: figures and a count.

    python -m benchmarks.rehearsal [--shared DIR] [--tenders 50]

Imports 1,423 real demands, proposes pools, makes joint tenders of the largest, publishes them,
matches 419 real suppliers, and lets the worker deliver to a real SMTP server (aiosmtpd). Prints
JSON; exits 1 if a mail was lost or came twice, or an XML document is invalid.
"""

import argparse
import email
import email.policy
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

ROOT = Path(__file__).resolve().parents[1]


class Inbox:
    """An SMTP server's memory: the Message-ID of every mail it took."""

    def __init__(self) -> None:
        self.message_ids: Counter[str] = Counter()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.message_ids[str(message["Message-ID"])] += 1
        return "250 OK"


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(command: list[str], environment: dict[str, str]) -> Any:
    """Run a `vergabe` command and return what it printed, as JSON where it is."""
    done = subprocess.run(
        [sys.executable, "-m", "vergabe", *command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr[-2000:]}")
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError:
        return done.stdout.strip()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--tenders", type=int, default=50)
    options = parser.parse_args()
    inbox = Inbox()
    server = Controller(inbox, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        with tempfile.TemporaryDirectory(prefix="vergabe-rehearsal-") as folder:
            figures = rehearse(options, Path(folder), server)
    finally:
        server.stop()
    sent = figures["tenders"]["mails"].get("sent", 0)
    twice = sum(count - 1 for count in inbox.message_ids.values())
    figures["smtp"] = {
        "received": inbox.message_ids.total(),
        "lost": sent - len(inbox.message_ids),
        "double": twice,
    }
    print(json.dumps(figures, ensure_ascii=False, indent=2))
    is_sound = figures["smtp"]["lost"] == 0 and twice == 0
    return 0 if is_sound and figures["tenders"]["xml_invalid"] == 0 else 1


def rehearse(options: argparse.Namespace, place: Path, server: Controller) -> dict[str, Any]:
    environment = os.environ | {
        "VERGABE_DATA": str(place),
        "VERGABE_SECRET_KEY": "only-for-a-rehearsal-" + "x" * 40,
        "VERGABE_SMTP_URL": f"smtp://127.0.0.1:{server.port}",
    }
    environment.pop("VERGABE_DATABASE_URL", None)
    data = options.shared / "data"
    run(["db", "upgrade"], environment)
    return {
        "demands": run(
            ["rehearsal", "demands", str(data / "demands/demands_municipal_de.jsonl.gz")],
            environment,
        ),
        "pools": run(["rehearsal", "pools"], environment),
        "suppliers": run(
            [
                "suppliers",
                "import",
                str(data / "suppliers/suppliers_winners.jsonl.gz"),
                "--demo-addresses",
                "--json",
            ],
            environment,
        ),
        "tenders": run(["rehearsal", "tenders", "--count", str(options.tenders)], environment),
        "record": run(["audit", "verify", "--json"], environment),
    }


if __name__ == "__main__":
    sys.exit(main())
