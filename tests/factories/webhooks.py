"""Subscriptions, and a real HTTP server that receives calls and can misbehave."""

import ipaddress
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.ids import new_secret
from vergabe.webhooks import rules
from vergabe.webhooks.model import WebhookSubscription

HERE = (ipaddress.ip_network("127.0.0.0/8"),)


def subscription(
    session: Session, organisation: Organisation, url: str, *kinds: str, name: str = "Ablage"
) -> WebhookSubscription:
    """Return a stored subscription."""
    found = WebhookSubscription(
        organisation_id=organisation.id,
        name=name,
        url=url,
        kinds=sorted(kinds or rules.KINDS),
        nonce=new_secret(),
        created_at=clock.now(),
        last_sequence=0,
    )
    session.add(found)
    session.flush()
    return found


@dataclass
class Receiver:
    """What the server got; `answer` gives the status of a call by its number, from 0."""

    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[int], int] = lambda _number: 200
    location: str = ""
    drip_seconds: float = 0

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _body in self.got]


@contextmanager
def receiver(certificate: Path | None = None) -> Iterator[Receiver]:
    """Run a server on a free port of this machine; it speaks TLS if it has a certificate."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.got.append((headers, body))
            if found.drip_seconds:
                self._drip()
                return
            self.send_response(found.answer(len(found.got) - 1))
            if found.location:
                self.send_header("Location", found.location)
            self.end_headers()
            self.wfile.write(b"x" * 5_000_000)

        def _drip(self) -> None:
            end = time.monotonic() + found.drip_seconds
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
            while time.monotonic() < end:
                self.wfile.write(b"x")
                time.sleep(0.05)

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:  # the caller hangs up on what it will not read
                return

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    scheme = "http" if certificate is None else "https"
    found.url = f"{scheme}://127.0.0.1:{server.server_port}/eingang"
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
