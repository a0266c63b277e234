"""What `vergabe doctor` says of facts, people and addresses that an operator forgets."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.factories import access, cooperations
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.commands import checks, set_up_checks
from vergabe.settings import Settings

SETTINGS = Settings(
    data=Path(),
    database_url="sqlite://",
    files="",
    base_url="http://localhost",
    secret_key="x" * 40,
)


def test_facts_that_the_pages_lack_are_named_with_their_pages(tmp_path: Path) -> None:
    (none,) = set_up_checks.statements(SETTINGS)
    assert (none.level, "VERGABE_OPERATOR" in none.message) == ("warning", True)
    file = tmp_path / "operator.toml"
    file.write_text('[operator]\nname = "Gemeinde Merzenich"\n[accessibility]\nland = "NW"\n')
    settings = replace(SETTINGS, operator_file=file)
    (some,) = set_up_checks.statements(settings)
    assert "operator.address" in some.message
    assert "operator.name" not in some.message
    assert "enforcement.name" not in some.message, "known for this Land"
    assert "Impressum, Datenschutz, Barrierefreiheit" in some.message
    file.write_text("[operator]\nnmae = 1\n")
    (wrong,) = set_up_checks.statements(settings)
    assert wrong.level == "error"


def test_a_sender_that_nobody_knows_is_told() -> None:
    mailing = replace(SETTINGS, smtp_url="smtp://mail.example")
    (found,) = set_up_checks.sender(mailing)
    assert "VERGABE_MAIL_FROM" in found.message
    assert not list(set_up_checks.sender(replace(mailing, mail_from="vergabe@merzenich.example")))
    assert not list(set_up_checks.sender(SETTINGS)), "nothing is sent"


def test_no_cooperation_and_a_lead_without_administration_are_told(session: Session) -> None:
    def told() -> list[tuple[str, str]]:
        return [(f.what, f.level) for f in set_up_checks.people(session, now=clock.now())]

    assert told() == [("Zusammenarbeit", "warning")]
    cooperation = cooperations.dlz(session)
    assert told() == [("Personen", "warning")]
    access.person(session, cooperation.lead, Role.ADMINISTRATOR)
    assert told() == [("Personen", "ok")]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("smtp://mail.example:zwei", "Der Port in VERGABE_SMTP_URL"),
        ("mail.example", "VERGABE_SMTP_URL muss so aussehen"),
        ("smtp://wir:geheim@mail.example", "unverschlüsselt"),
        ("smtp+starttls://wir:gehĕim@mail.example", "ASCII"),
    ],
)
def test_a_mail_server_that_no_mail_could_be_sent_to_is_told_as_when_sending(
    url: str, told: str
) -> None:
    (found,) = checks._mail(replace(SETTINGS, smtp_url=url))
    assert (found.level, told in found.message) == ("error", True)


@pytest.mark.parametrize(
    ("url", "port"), [("smtp://127.0.0.1", 25), ("smtp+starttls://127.0.0.1", 587)]
)
def test_the_mail_server_is_asked_where_mails_are_sent_to(
    monkeypatch: pytest.MonkeyPatch, url: str, port: int
) -> None:
    asked = []

    def refuse(address: tuple[str, int], *_more: object) -> None:
        asked.append(address[1])
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(socket, "create_connection", refuse)
    (found,) = checks._mail(replace(SETTINGS, smtp_url=url))
    assert (found.level, asked) == ("error", [port])


def test_mails_that_go_into_a_folder_ask_no_server() -> None:
    (found,) = checks._mail(replace(SETTINGS, smtp_url="file:///var/mails"))
    assert found.level == "ok"
