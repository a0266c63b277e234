"""Encrypted and authenticated ways to a real mail server with a certificate of its own."""

import dataclasses
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from flask import Flask
from sqlalchemy.orm import Session

from tests.factories import certificates, messages
from tests.integration.messages.smtp_server import smtp_server
from vergabe import sweeps
from vergabe.messages import mailer
from vergabe.messages.service import Reader
from vergabe.settings import SettingsError

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

USER, PASSWORD = "vergabe", "geheim:/@"
QUOTED = "geheim%3A%2F%40"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of a server on this machine, in one file."""
    return certificates.certificate(tmp_path_factory.mktemp("tls"))


def _check(
    server: object, session: object, envelope: object, how: str, given: object
) -> AuthResult:
    assert isinstance(given, LoginPassword)
    is_right = (given.login.decode(), given.password.decode()) == (USER, PASSWORD)
    return AuthResult(success=is_right)


@contextmanager
def _mail_goes(app: Flask, url: str) -> Iterator[None]:
    before = app.extensions["vergabe_settings"]
    app.extensions["vergabe_settings"] = dataclasses.replace(before, smtp_url=url)
    try:
        yield
    finally:
        app.extensions["vergabe_settings"] = before
        app.extensions.pop("vergabe_mail_pause", None)


def _starttls(certificate: Path) -> dict[str, object]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return {
        "tls_context": context,
        "require_starttls": True,
        "auth_required": True,
        "authenticator": _check,
    }


@pytest.fixture
def waiting(session: Session) -> None:
    messages.message(session, Reader(address="a@example.org"))
    session.commit()


@pytest.mark.usefixtures("waiting")
def test_starttls_with_login_delivers(
    app: Flask, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with smtp_server(**_starttls(certificate)) as (postbox, url):
        address = url.removeprefix("smtp://")
        with _mail_goes(app, f"smtp+starttls://{USER}:{QUOTED}@{address}"):
            assert sweeps.send_mails(app) == 1
        assert postbox.addresses == ["a@example.org"]


@pytest.mark.usefixtures("waiting")
def test_wrong_password_lets_the_mail_wait(
    app: Flask, session: Session, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    # This server goes on waiting after a refused PLAIN when LOGIN is tried next.
    monkeypatch.setattr(mailer, "TIMEOUT_SECONDS", 1)
    with smtp_server(**_starttls(certificate)) as (postbox, url):
        address = url.removeprefix("smtp://")
        with _mail_goes(app, f"smtp+starttls://{USER}:falsch@{address}"):
            assert sweeps.send_mails(app) == 0
        assert postbox.received == []
    assert len(messages.waiting_mails(session)) == 1


@pytest.mark.usefixtures("waiting")
def test_password_that_the_library_cannot_send_is_named(
    app: Flask, session: Session, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with smtp_server(**_starttls(certificate)) as (postbox, url):
        address = url.removeprefix("smtp://")
        with (
            _mail_goes(app, f"smtp+starttls://{USER}:K%C3%A4se@{address}"),
            pytest.raises(SettingsError, match="Umlaute"),
        ):
            sweeps.send_mails(app)
        assert postbox.connections == 0
    assert len(messages.waiting_mails(session)) == 1


@pytest.mark.usefixtures("waiting")
def test_server_with_an_unknown_certificate_gets_nothing(
    app: Flask, session: Session, certificate: Path
) -> None:
    with smtp_server(**_starttls(certificate)) as (postbox, url):
        address = url.removeprefix("smtp://")
        with _mail_goes(app, f"smtp+starttls://{USER}:{QUOTED}@{address}"):
            assert sweeps.send_mails(app) == 0
        assert postbox.received == []
    assert len(messages.waiting_mails(session)) == 1


@pytest.mark.usefixtures("waiting")
def test_server_without_starttls_gets_nothing(app: Flask, session: Session) -> None:
    with smtp_server() as (postbox, url):
        with _mail_goes(app, url.replace("smtp://", "smtp+starttls://")):
            assert sweeps.send_mails(app) == 0
        assert postbox.received == []
    assert len(messages.waiting_mails(session)) == 1


@pytest.mark.usefixtures("waiting")
def test_encrypted_from_the_start_delivers(
    app: Flask, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with smtp_server(ssl_context=context) as (postbox, url):
        with _mail_goes(app, url.replace("smtp://", "smtps://")):
            assert sweeps.send_mails(app) == 1
        assert postbox.addresses == ["a@example.org"]
