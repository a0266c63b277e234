"""`vergabe run` and `vergabe worker`: the processes of the service."""

import os
import tempfile

import click

from vergabe import loading
from vergabe.commands.support import the_app
from vergabe.engines import Process
from vergabe.serving import Serving, serve


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Adresse und Port.")
@click.option(
    "--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Prozesse."
)
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    help="Anfragen je Prozess, die gleichzeitig laufen.",
)
@click.option(
    "--drain-seconds",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    envvar="VERGABE_DRAIN_SECONDS",
    help="So lange nach SIGTERM weiter bedienen, während /readyz schon das Ende meldet.",
)
@click.option(
    "--keep-processor/--any-processor",
    default=True,
    show_default=True,
    envvar="VERGABE_KEEP_PROCESSOR",
    help="Jeder Prozess bleibt auf einem Prozessor: je Prozess bis zu doppelt so viele Antworten.",
)
def run(bind: str, workers: int, threads: int, drain_seconds: int, keep_processor: bool) -> None:
    """Webserver starten (hinter einem Proxy, der TLS spricht)."""
    with tempfile.TemporaryDirectory(prefix="vergabe-metrics-") as folder:
        # Read when prometheus_client is loaded, with the application.
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", folder)
        serve(
            the_app(), Serving(bind, workers, threads, drain_seconds, keeps_to_one=keep_processor)
        )


@click.command()
def worker() -> None:
    """Hintergrunddienst starten: Mitteilungen, Reaktionen, Erinnerungen."""
    from vergabe import worker as background

    app = the_app(process=Process.WORKER)
    loading.keep_still()
    background.run_forever(app)
