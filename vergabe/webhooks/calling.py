"""One call to an address that somebody else has chosen, without becoming their tool.

The name is looked up once, and the connection goes to the address that was judged: a name server
that answers otherwise the next moment (DNS rebinding) gains nothing. No redirect is followed, no
proxy of the environment asked; an answer counts by its status, of its body little is read, and all
of it must be over in time, however slowly it drips.
"""

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from vergabe.settings import Network
from vergabe.webhooks import rules

CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 15.0
MOST_BYTES: Final = 1024


@dataclass(frozen=True)
class Result:
    """What came of a call: its status, None: none came; reason: a German sentence unless good."""

    status: int | None
    reason: str = ""

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Return whether the receiver says that it wants no more calls."""
        return self.status == http.HTTPStatus.GONE


class Refused(Exception):
    """The address may not be called; the text is a German sentence."""


def call(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    own: Sequence[Network],
    total_seconds: float = TOTAL_SECONDS,
) -> Result:
    """Send a POST and return what came of it; never raises for what the other side does."""
    parts = urlsplit(url)
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    began = time.monotonic()
    try:
        address = _judged(host, port, is_tls=is_tls, own=own)
        with _connection(host, port, address, is_tls, total_seconds) as connection:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body=body, headers=dict(headers))
            answer = connection.getresponse()
            answer.read(MOST_BYTES)
            status = answer.status
            if time.monotonic() - began >= total_seconds:
                # What was cut off in the middle of its head may look like a whole one.
                return Result(None, "Die Gegenstelle hat nicht geantwortet (zu langsam).")
    except Refused as error:
        return Result(None, str(error))
    except ssl.SSLError as error:
        return Result(None, f"Die verschlüsselte Verbindung kam nicht zustande ({error.reason}).")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Result(None, f"Die Gegenstelle hat nicht geantwortet ({type(error).__name__}).")
    if 200 <= status < 300:
        return Result(status)
    if 300 <= status < 400:
        return Result(status, f"Die Gegenstelle leitet weiter ({status}); dem folgen wir nicht.")
    return Result(status, f"Die Gegenstelle hat mit {status} geantwortet.")


def _judged(host: str, port: int, *, is_tls: bool, own: Sequence[Network]) -> str:
    """Return the address to connect to; Refused if any that the name has may not be called."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused(f"Den Namen {host} gibt es nicht.") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        if rules.is_own(address, own):
            continue
        if not is_tls or not rules.is_public(address):
            raise Refused(
                f"{host} liegt nicht im offenen Internet oder ist nicht verschlüsselt; dorthin "
                "wird nichts gesendet. Der Betrieb kann eigene Netze zulassen."
            )
    if not addresses:
        raise Refused(f"Den Namen {host} gibt es nicht.")
    return addresses[0]


@contextlib.contextmanager
def _connection(
    host: str, port: int, address: str, is_tls: bool, total_seconds: float
) -> Iterator[http.client.HTTPConnection]:
    made = socket.create_connection((address, port), timeout=CONNECT_SECONDS)
    # Time-outs of a socket begin anew with each byte; the watch does not. It has a handle of its
    # own: encryption takes the socket out of the one that was given to it.
    watched = made.dup()
    watch = threading.Timer(total_seconds, _cut, (watched,))
    watch.daemon = True
    watch.start()
    try:
        made.settimeout(total_seconds)
        raw = made
        if is_tls:
            raw = ssl.create_default_context().wrap_socket(made, server_hostname=host)
        connection = http.client.HTTPConnection(host, port, timeout=total_seconds)
        if port == (443 if is_tls else 80):
            connection.port = http.client.HTTP_PORT  # so that `Host` names no port
        connection.sock = raw
        connection.auto_open = 0
        try:
            yield connection
        finally:
            connection.close()
            raw.close()
    finally:
        watch.cancel()
        watched.close()
        made.close()


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
