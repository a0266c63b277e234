"""A real SMTP server for tests that can misbehave, and what it has received."""

import asyncio
import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

Hook = Callable[[str], str | None]


class Postbox:
    """Handler of the server. Hooks get an address (or the content) and may answer otherwise."""

    def __init__(self, *, takes_all_at_once: bool = False) -> None:
        self.takes_all_at_once = takes_all_at_once
        self.received: list[tuple[str, bytes]] = []
        self.connections = 0
        self.on_recipient: Hook = lambda _address: None
        self.on_sender: Hook = lambda _address: None
        self.before_accepting: Hook = lambda _address: None
        self.drop_after_accepting: Callable[[str], bool] = lambda _address: False
        self.seconds_until_answer: float = 0

    async def handle_EHLO(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        self.connections += 1
        if self.takes_all_at_once:
            answers = ["250-PIPELINING", *answers]
        session.host_name = name
        return answers

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.on_sender(address):
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.on_recipient(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        (address,) = envelope.rcpt_tos
        if answer := self.before_accepting(address):
            if answer == "drop":
                server.transport.close()
                return "250 never arrives"
            return answer
        self.received.append((address, cast(bytes, envelope.content)))
        await asyncio.sleep(self.seconds_until_answer)
        if self.drop_after_accepting(address):
            server.transport.close()
        return "250 OK"

    @property
    def addresses(self) -> list[str]:
        return [address for address, _ in self.received]

    def mails(self) -> list[EmailMessage]:
        parsed: list[Any] = [
            email.message_from_bytes(content, policy=email.policy.default)
            for _, content in self.received
        ]
        return parsed


@contextmanager
def smtp_server(
    *, takes_all_at_once: bool = False, **options: Any
) -> Iterator[tuple[Postbox, str]]:
    """Start a server on a free port and give its postbox and `smtp://` address."""
    postbox = Postbox(takes_all_at_once=takes_all_at_once)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield postbox, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
