"""Limits as the settings say them; a wrong word stops the start with a sentence."""

import pytest

from vergabe.limits import rules
from vergabe.limits.rules import DEFAULTS, Limit
from vergabe.settings import SettingsError


def test_without_a_word_the_packaged_numbers_hold() -> None:
    assert rules.limits_of("") == DEFAULTS
    assert rules.limits_of("off") == {}


def test_single_limits_are_changed_and_switched_off() -> None:
    found = rules.limits_of("search.address=10/60, api.account=off")
    assert found["search.address"] == Limit(10, 60)
    assert "api.account" not in found
    assert found["login.address"] == DEFAULTS["login.address"]


@pytest.mark.parametrize(
    "word",
    ["search=1/1", "search.address=0/60", "search.address=1/0", "x.address=1/1", "an", "1/1"],
)
def test_what_is_no_limit_is_refused_by_name(word: str) -> None:
    with pytest.raises(SettingsError, match="VERGABE_RATE_LIMITS"):
        rules.limits_of(word)


def test_rate_of_mails() -> None:
    assert rules.mail_limit_of("") == rules.MAIL_HOST
    assert rules.mail_limit_of("off") is None
    assert rules.mail_limit_of("10/60") == Limit(10, 60)
    for wrong in ("10", "0/60", "viele"):
        with pytest.raises(SettingsError, match="VERGABE_MAIL_RATE"):
            rules.mail_limit_of(wrong)


def test_sixty_clerks_behind_one_address_are_never_in_the_way() -> None:
    """Eight o'clock in a town hall: all log in within five minutes, each with three typos."""
    clerks = 60
    assert DEFAULTS["login.address"].count >= clerks * 4
    assert DEFAULTS["reset.address"].count >= clerks * 3
    assert DEFAULTS["search.address"].count >= clerks * 10
    for name in ("login", "second_factor", "search", "upload", "question", "api"):
        account = DEFAULTS.get(f"{name}.account")
        address = DEFAULTS[f"{name}.address"]
        assert account is None or address.count >= 5 * account.count
