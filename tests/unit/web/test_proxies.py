"""Whose word about the client's address counts."""

import ipaddress
from typing import Any

import pytest

from vergabe.web.proxies import TrustedProxies

TRUSTED = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("10.0.0.0/8"))


def seen(remote: str, forwarded: str = "", scheme: str = "") -> tuple[str, str]:
    """Return address and scheme as the application sees them."""
    found: dict[str, Any] = {}

    def app(environ: dict[str, Any], _start: Any) -> list[bytes]:
        found.update(environ)
        return []

    environ = {"REMOTE_ADDR": remote, "wsgi.url_scheme": "http"}
    if forwarded:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    if scheme:
        environ["HTTP_X_FORWARDED_PROTO"] = scheme
    TrustedProxies(app, TRUSTED)(environ, lambda *_: None)
    return found["REMOTE_ADDR"], found["wsgi.url_scheme"]


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),  # a client that says it is somebody else
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.7", "198.51.100.1"),  # the first was forged
        ("127.0.0.1", "10.0.0.7", "10.0.0.7"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("127.0.0.1", "[2001:db8::1]:443", "2001:db8::1"),
        ("", "198.51.100.1", "198.51.100.1"),  # a socket file
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
    ],
)
def test_client_behind_proxies(remote: str, forwarded: str, client: str) -> None:
    assert seen(remote, forwarded)[0] == client


def test_scheme_only_from_a_trusted_proxy() -> None:
    assert seen("127.0.0.1", scheme="https")[1] == "https"
    assert seen("203.0.113.5", scheme="https")[1] == "http"
    assert seen("127.0.0.1", scheme="ftp")[1] == "http"
