"""Which addresses may be called, and signatures as a foreign library reads them."""

import datetime as dt
import ipaddress
import json

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from vergabe import clock
from vergabe.webhooks import rules

KEY = "k" * 40
OWN = (ipaddress.ip_network("10.20.0.0/16"),)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "fec0::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "2001:0:a00:1::1",
        "ff02::1",
    ],
)
def test_inner_addresses_are_not_called_however_they_are_written(address: str) -> None:
    assert not rules.is_public(address)


@pytest.mark.parametrize("address", ["9.9.9.9", "2606:4700::1111", "64:ff9b::909:909"])
def test_open_internet_is(address: str) -> None:
    assert rules.is_public(address)


def test_own_networks_are_named_by_the_operator() -> None:
    assert rules.is_own("10.20.3.4", OWN)
    assert rules.is_own("::ffff:10.20.3.4", OWN)
    assert not rules.is_own("10.21.0.1", OWN)
    assert not rules.is_own("::1", OWN)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://a.example/",
        "ftp://a.example/",
        "https://",
        "https://user:pw@a.example/",
        "https://a.example/#x",
        "https://a.example/ x",
        "https://a.example:99999/",
        "https://a.example/\n",
        "https://ä.example/",
        "https://a.example/" + "x" * 500,
        "javascript:alert(1)",
    ],
)
def test_address_that_is_none_is_refused_at_the_form(url: str) -> None:
    assert not rules.is_usable(url, schemes=("https",))


def test_signature_is_read_by_a_foreign_library_and_holds_id_time_and_body() -> None:
    body, now = json.dumps({"a": "ü"}), int(clock.read().timestamp())
    headers = {
        "webhook-id": "msg",
        "webhook-timestamp": str(now),
        "webhook-signature": rules.signature(
            KEY, ["new", "old"], call_id="msg", timestamp=now, body=body
        ),
    }
    for nonce in ("new", "old"):
        assert Webhook(rules.secret(KEY, nonce)).verify(body, headers) == {"a": "ü"}
    forged = (
        headers | {"webhook-id": "other"},
        headers | {"webhook-timestamp": str(now - 1)},
        headers | {"webhook-timestamp": str(now - int(dt.timedelta(hours=1).total_seconds()))},
    )
    for wrong in forged:
        with pytest.raises(WebhookVerificationError):
            Webhook(rules.secret(KEY, "new")).verify(body, wrong)
    with pytest.raises(WebhookVerificationError):
        Webhook(rules.secret(KEY, "stranger")).verify(body, headers)
