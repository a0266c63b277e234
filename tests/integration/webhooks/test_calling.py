"""Calls to a real server, and to addresses that must not be called."""

import socket
import time
from pathlib import Path
from typing import Any

import pytest

from tests.factories import certificates
from tests.factories.webhooks import HERE, receiver
from vergabe.webhooks import calling


def test_good_answer_is_read_no_further_than_its_beginning() -> None:
    with receiver() as server:
        began = time.process_time()
        assert calling.call(server.url, b"{}", {"webhook-id": "1"}, own=HERE).is_good
        assert time.process_time() - began < 0.5
    headers, body = server.got[0]
    assert body == b"{}"
    assert headers["host"].startswith("127.0.0.1:")


def test_redirect_is_not_followed() -> None:
    with receiver() as server, receiver() as inner:
        server.location, server.answer = inner.url, lambda _n: 307
        found = calling.call(server.url, b"{}", {}, own=HERE)
    assert (found.status, found.is_good) == (307, False)
    assert "leitet weiter" in found.reason
    assert inner.got == []


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_who_drips_bytes_is_left_in_time(
    is_encrypted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificates.certificate(tmp_path) if is_encrypted else None
    if certificate is not None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with receiver(certificate) as server:
        server.drip_seconds = 10
        began = time.monotonic()
        # Time enough for the handshake on a busy machine: who is left before it drips proves less.
        found = calling.call(server.url, b"{}", {}, own=HERE, total_seconds=1)
        assert time.monotonic() - began < 8
    assert len(server.got) == 1
    assert not found.is_good
    assert "nicht geantwortet" in found.reason


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0177.0.0.1"])
def test_this_machine_is_not_called_however_it_is_named(host: str) -> None:
    with receiver() as server:
        port = server.url.rsplit(":", 1)[1]
        for scheme in ("http", "https"):
            found = calling.call(f"{scheme}://{host}:{port}", b"{}", {}, own=())
            assert found.status is None
    assert server.got == []


def test_name_is_looked_up_once_and_the_judged_address_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: the second answer of the name server would lead inside."""
    asked: list[str] = []
    connected: list[Any] = []

    def lookup(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        address = "9.9.9.9" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(address: Any, **_: Any) -> Any:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert not calling.call("https://rebind.example/x", b"{}", {}, own=()).is_good
    assert asked == ["rebind.example"]
    assert connected == [("9.9.9.9", 443)]


def test_one_inner_address_among_several_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lookup(_host: str, port: int, **_: Any) -> list[Any]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("9.9.9.9", "10.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    found = calling.call("https://two.example/x", b"{}", {}, own=())
    assert "nicht im offenen Internet" in found.reason


def test_certificate_that_nobody_vouches_for_is_refused() -> None:
    with receiver() as server:
        found = calling.call(server.url.replace("http", "https", 1), b"{}", {}, own=HERE)
    assert found.status is None
    assert server.got == []
