"""Who asks, when proxies stand between: their word counts only if the settings name them.

Whoever can write `X-Forwarded-For` chooses the address that limits and locks see. So it is read
from its end, as far as addresses are those of trusted proxies; the first other one is the client.
"""

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_SCHEMES: Final = ("http", "https")


class TrustedProxies:
    """WSGI middleware that puts the client's address and scheme where the application looks."""

    def __init__(self, app: WsgiApp, networks: Sequence[Network]) -> None:
        self._app = app
        self._networks = tuple(networks)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        # Without an address the request came through a socket file of this machine.
        remote = environ.get("REMOTE_ADDR") or "127.0.0.1"
        environ["REMOTE_ADDR"] = remote
        if self._is_trusted(remote):
            environ["REMOTE_ADDR"] = self._client(remote, _words(environ, "HTTP_X_FORWARDED_FOR"))
            schemes = _words(environ, "HTTP_X_FORWARDED_PROTO")
            if schemes and schemes[-1] in _SCHEMES:
                environ["wsgi.url_scheme"] = schemes[-1]
        return self._app(environ, start_response)

    def _client(self, remote: str, chain: list[str]) -> str:
        for word in reversed(chain):
            address = _address(word)
            if address is None:
                return remote
            remote = address
            if not self._is_trusted(address):
                return address
        return remote

    def _is_trusted(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)


def _words(environ: dict[str, Any], name: str) -> list[str]:
    return [word.strip() for word in environ.get(name, "").split(",") if word.strip()]


def _address(word: str) -> str | None:
    """Return an address as some proxies write it (with brackets, with a port), None if none."""
    bare = word.removeprefix("[").partition("]")[0] if word.startswith("[") else word
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return None
