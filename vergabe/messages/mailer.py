"""The SMTP side: one kept connection for many mails, and what became of each of them."""

import contextlib
import datetime as dt
import smtplib
import ssl
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Final, Literal, Self
from urllib.parse import unquote, urlsplit

from vergabe.messages.mail_text import (
    Letter,
    Sender,
    UnusableAddress,
    envelope_address,
    mail_bytes,
)
from vergabe.settings import SettingsError

TIMEOUT_SECONDS: Final = 30
_OK: Final = 250
_WILL_FORWARD: Final = 251
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
    """The fate of one attempt and, unless sent, the reason as a German sentence."""

    fate: Fate
    reason: str = ""


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

        Raises SettingsError with a German sentence: unknown scheme, no host, bad port, or a
        password that would cross the network in the clear.
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
        return cls(
            parts.hostname,
            port,
            security,
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
        )


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
        except smtplib.SMTPDataError as error:
            return self._refused(
                session, "Die E-Mail wurde abgelehnt", error.smtp_code, error.smtp_error
            )
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return Outcome(
                Fate.LATER, f"Die Verbindung zum Mailserver brach ab ({type(error).__name__})."
            )

    def _transact(self, session: smtplib.SMTP, to: str, content: bytes) -> Outcome:
        # smtplib's own sendmail parses both addresses again for each mail, which takes longer than
        # all the rest; ours are checked already and hold nothing but letters, digits and dots.
        size = f" size={len(content)}" if session.has_extn("size") else ""
        code, text = session.docmd(f"MAIL FROM:<{self._sender.address}>{size}")
        if code != _OK:
            # Our own address is refused: the operator can mend that, so it is tried again.
            return self._later(session, "Der Absender wurde abgelehnt", code, text)
        code, text = session.docmd(f"RCPT TO:<{to}>")
        if code not in (_OK, _WILL_FORWARD):
            return self._refused(session, "Die Adresse wurde abgelehnt", code, text)
        code, text = session.data(content)
        if code != _OK:
            return self._refused(session, "Die E-Mail wurde abgelehnt", code, text)
        return Outcome(Fate.SENT)

    def _refused(self, session: smtplib.SMTP, what: str, code: int, text: bytes | str) -> Outcome:
        self._start_anew(session, code)
        fate = Fate.NEVER if 500 <= code < 600 else Fate.LATER
        return Outcome(fate, _sentence(what, code, text))

    def _later(self, session: smtplib.SMTP, what: str, code: int, text: bytes | str) -> Outcome:
        self._start_anew(session, code)
        return Outcome(Fate.LATER, _sentence(what, code, text))

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


def _sentence(what: str, code: int, text: bytes | str) -> str:
    answer = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    answer = " ".join(answer.split())[:300]
    return f"{what} ({code}): {answer}" if answer else f"{what} ({code})."
