import pytest

from vergabe.messages.mail_text import Sender, UnusableAddress
from vergabe.messages.mailer import Route
from vergabe.settings import SettingsError


@pytest.mark.parametrize(
    ("url", "route"),
    [
        ("smtp://relay", Route("relay", 25, "none")),
        ("smtp://127.0.0.1:2525", Route("127.0.0.1", 2525, "none")),
        ("smtp://u:p@localhost:2525", Route("localhost", 2525, "none", "u", "p")),
        ("smtps://u%40x:p%3A%2F@mail.example", Route("mail.example", 465, "tls", "u@x", "p:/")),
        ("smtp+starttls://u:p@mail.example", Route("mail.example", 587, "starttls", "u", "p")),
        ("smtp+starttls://mail.example:25", Route("mail.example", 25, "starttls")),
    ],
)
def test_address_of_the_server_is_understood(url: str, route: Route) -> None:
    assert Route.of(url) == route


@pytest.mark.parametrize(
    "url",
    ["mail.example", "http://mail.example", "smtp://", "smtp://mail.example:99999", ""],
)
def test_address_that_is_none_is_named(url: str) -> None:
    with pytest.raises(SettingsError, match="VERGABE_SMTP_URL"):
        Route.of(url)


def test_password_never_crosses_the_network_in_the_clear() -> None:
    with pytest.raises(SettingsError, match="unverschlüsselt"):
        Route.of("smtp://u:p@mail.example")


def test_password_does_not_show() -> None:
    with pytest.raises(SettingsError) as error:
        Route.of("smtp://u:geheim@mail.example")
    assert "geheim" not in str(error.value)


def test_sender_may_have_a_name_with_umlauts() -> None:
    sender = Sender.of("Vergabestelle Jülich <vergabe@juelich.example>", "vergabe.example")
    assert sender.address == "vergabe@juelich.example"
    assert sender.header.isascii()
    assert sender.header.endswith("<vergabe@juelich.example>")


@pytest.mark.parametrize("text", ["", "niemand", "a b@example.org"])
def test_sender_without_address_is_refused(text: str) -> None:
    with pytest.raises(UnusableAddress):
        Sender.of(text, "localhost")
