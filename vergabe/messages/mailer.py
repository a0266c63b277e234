"""The SMTP side: one kept connection for many mails, and what became of each of them."""

import contextlib
import datetime as dt
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Final, Literal, Self
from urllib.parse import unquote, urlsplit

from vergabe.messages.bounce_reading import is_address_dead, status_in
from vergabe.messages.mail_text import (
    Letter,
    Sender,
    UnusableAddress,
    envelope_address,
    mail_bytes,
)
from vergabe.settings import SettingsError

TIMEOUT_SECONDS: Final = 30
TAKING_SECONDS: Final = 300
"""How long a server may look at a mail before it says that it has it: who hangs up earlier sends
it again to one that had it already (RFC 5321, 4.5.3.2.6)."""
_GO_AHEAD: Final = 354
_CLOSING: Final = 421
_PORTS: Final = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
_THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")


class ServerUnreachable(Exception):
    """No session with the mail server could be opened; says nothing about any single mail."""


class Fate(StrEnum):
    """What became of an attempt to send one mail."""

    SENT = "sent"
    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True)
class Outcome:
    """The fate of one attempt and, unless sent, the reason as a German sentence.

    dead: status and words of a server that does not know the address, None: nothing of the kind.
    """

    fate: Fate
    reason: str = ""
    dead: tuple[str, str] | None = None


@dataclass(frozen=True)
class Step:
    """A step of handing over a mail: which answers are good, and what a bad one means."""

    what: str
    good: tuple[int, ...]
    is_our_fault: bool = False
    is_about_address: bool = False

    def refusal(self, code: int, text: bytes | str) -> Outcome:
        """Return the outcome of a bad answer: for good (5xx), unless the fault is our own."""
        fate = Fate.NEVER if 500 <= code < 600 and not self.is_our_fault else Fate.LATER
        answer = _words(text)
        status = status_in(answer)
        is_dead = self.is_about_address and status is not None and is_address_dead(status)
        dead = (status or "", answer) if is_dead and fate is Fate.NEVER else None
        return Outcome(fate, _sentence(self.what, code, answer), dead)


_CONTENT: Final = Step("Die E-Mail wurde abgelehnt", (250,))
_STEPS: Final = (
    # Our own address is refused: the operator can mend that, so it is tried again.
    Step("Der Absender wurde abgelehnt", (250,), is_our_fault=True),
    Step("Die Adresse wurde abgelehnt", (250, 251), is_about_address=True),
    Step("Die E-Mail wurde abgelehnt", (_GO_AHEAD,)),
)


@dataclass(frozen=True)
class Route:
    """Where mail leaves: server, kind of encryption, login."""

    host: str
    port: int
    security: Literal["none", "tls", "starttls"]
    user: str | None = None
    password: str | None = None

    @classmethod
    def of(cls, url: str) -> Self:
        """Return the route for `smtp://`, `smtps://` or `smtp+starttls://user:password@host:port`.

        Raises SettingsError with a German sentence: unknown scheme, no host, bad port, a password
        that would cross the network in the clear, or one that the library cannot send.
        """
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise SettingsError(
                "VERGABE_SMTP_URL muss so aussehen: smtp+starttls://benutzer:kennwort@server:587 "
                "(oder smtps://… oder smtp://…)."
            )
        try:
            port = parts.port or _PORTS[parts.scheme]
        except ValueError as error:
            raise SettingsError(
                "Der Port in VERGABE_SMTP_URL muss zwischen 1 und 65535 liegen."
            ) from error
        security: Literal["none", "tls", "starttls"] = "none"
        if parts.scheme == "smtps":
            security = "tls"
        elif parts.scheme == "smtp+starttls":
            security = "starttls"
        if security == "none" and parts.username and parts.hostname not in _THIS_MACHINE:
            raise SettingsError(
                "VERGABE_SMTP_URL würde das Kennwort unverschlüsselt senden. "
                "Nehmen Sie smtp+starttls:// oder smtps://."
            )
        user = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        if not f"{user}{password}".isascii():
            raise SettingsError(
                "Benutzer und Kennwort in VERGABE_SMTP_URL dürfen keine Umlaute oder andere "
                "Sonderzeichen außerhalb von ASCII enthalten; so lassen sie sich nicht senden."
            )
        return cls(parts.hostname, port, security, user, password)


class Mailer:
    """A session with the mail server, opened at the first mail and kept until it is left.

    Use as a context manager. After a lost connection the next mail opens a new one.
    """

    def __init__(self, route: Route, sender: Sender) -> None:
        self._route = route
        self._sender = sender
        self._session: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()

    def send(self, letter: Letter, *, at: dt.datetime) -> Outcome:
        """Try to send one letter and return what became of it.

        Raises ServerUnreachable when no session can be opened: then nothing was tried. A connection
        that breaks later leaves it open whether the server has the mail: LATER, and the repetition
        bears the same Message-ID.
        """
        try:
            to = envelope_address(letter.to)
        except UnusableAddress:
            return Outcome(Fate.NEVER, "Die Adresse ist keine, an die E-Mail gesendet werden kann.")
        try:
            content = mail_bytes(letter, self._sender, to=to, at=at)
        except (ValueError, LookupError, TypeError) as error:
            # The standard library refuses some texts; one such letter must not hold up the others.
            return Outcome(
                Fate.LATER, f"Die E-Mail ließ sich nicht schreiben ({type(error).__name__})."
            )
        session = self._opened()
        try:
            return self._transact(session, to, content)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return Outcome(
                Fate.LATER, f"Die Verbindung zum Mailserver brach ab ({type(error).__name__})."
            )

    def _transact(self, session: smtplib.SMTP, to: str, content: bytes) -> Outcome:
        # smtplib's own sendmail parses both addresses again and waits for each answer, which takes
        # longer than all the rest; ours are checked already: letters, digits, dots, few others.
        size = f" size={len(content)}" if session.has_extn("size") else ""
        commands = (f"MAIL FROM:<{self._sender.address}>{size}", f"RCPT TO:<{to}>", "DATA")
        replies = _converse(session, commands)
        for step, (code, text) in zip(_STEPS, replies, strict=False):
            if code not in step.good:
                if len(replies) == len(commands) and replies[-1][0] == _GO_AHEAD:
                    # Asked ahead, the server now waits for a text, although nobody may get it.
                    session.send(".\r\n")
                    session.getreply()
                self._start_anew(session, code)
                return step.refusal(code, text)
        # A dot at the start of a line is doubled; the first line is a header, which has none.
        session.send(content.replace(b"\n.", b"\n..") + b"\r\n.\r\n")
        code, text = _patient_reply(session)
        if code not in _CONTENT.good:
            self._start_anew(session, code)
            return _CONTENT.refusal(code, text)
        return Outcome(Fate.SENT)

    def _start_anew(self, session: smtplib.SMTP, code: int) -> None:
        """Make the session ready for the next mail after a refusal, or leave it."""
        if code == _CLOSING:
            self._drop()
            return
        try:
            session.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _opened(self) -> smtplib.SMTP:
        if self._session is None:
            try:
                self._session = self._open()
            except (smtplib.SMTPException, OSError) as error:
                raise ServerUnreachable(f"{type(error).__name__}: {error}") from error
        return self._session

    def _open(self) -> smtplib.SMTP:
        route, host = self._route, self._sender.host
        session: smtplib.SMTP
        if route.security == "tls":
            session = smtplib.SMTP_SSL(
                route.host,
                route.port,
                local_hostname=host,
                timeout=TIMEOUT_SECONDS,
                context=ssl.create_default_context(),
            )
        else:
            session = smtplib.SMTP(
                route.host, route.port, local_hostname=host, timeout=TIMEOUT_SECONDS
            )
        try:
            if route.security == "starttls":
                session.starttls(context=ssl.create_default_context())
            session.ehlo_or_helo_if_needed()
            if route.user is not None:
                session.login(route.user, route.password or "")
        except BaseException:
            session.close()
            raise
        return session

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _leave(self) -> None:
        if self._session is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._session.quit()
            self._drop()


def _converse(session: smtplib.SMTP, commands: Sequence[str]) -> list[tuple[int, bytes]]:
    """Return the answers to the commands, up to the first bad one if they go one by one.

    They go all at once where the server takes that (RFC 2920): one way there and back instead of
    three. Raises SMTPServerDisconnected if it hangs up without saying why.
    """
    replies: list[tuple[int, bytes]] = []
    if session.has_extn("pipelining"):
        session.send("".join(f"{command}\r\n" for command in commands))
        for _ in commands:
            replies.append(session.getreply())
            if replies[-1][0] == _CLOSING:
                break
        return replies
    for command, step in zip(commands, _STEPS, strict=True):
        replies.append(session.docmd(command))
        if replies[-1][0] not in step.good:
            break
    return replies


def _patient_reply(session: smtplib.SMTP) -> tuple[int, bytes]:
    """Return what a server says to a whole mail."""
    assert session.sock is not None
    session.sock.settimeout(TAKING_SECONDS)
    reply = session.getreply()
    session.sock.settimeout(TIMEOUT_SECONDS)
    return reply


def _words(text: bytes | str) -> str:
    answer = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(answer.split())[:300]


def _sentence(what: str, code: int, answer: str) -> str:
    return f"{what} ({code}): {answer}" if answer else f"{what} ({code})."
