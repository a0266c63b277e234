"""What can be subscribed, which addresses may be called, and how a call is signed. Pure.

Signed as Standard Webhooks say (`webhook-id`, `webhook-timestamp`, `webhook-signature`): receivers
find libraries for it in every language. The signature covers id, timestamp and body; a receiver
refuses a timestamp that is more than five minutes off, so that a call cannot be played again.
"""

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import SplitResult, urlsplit

from vergabe.errors import Violation
from vergabe.settings import Network
from vergabe.texts import gettext as _
from vergabe.texts import marked

NOTICE_PUBLISHED: Final = "notice.published"
ANSWER_PUBLISHED: Final = "answer.published"
ENQUIRY_RECEIVED: Final = "enquiry.received"
DELIVERY_NEWS: Final = "notice.delivery"
CONSULTATION_STARTED: Final = "pool.consultation_started"
JOINING_OPENED: Final = "pool.joining_opened"
MEMBER_JOINED: Final = "pool.member_joined"
POOL_ENDED: Final = "pool.ended"
TEST: Final = "webhook.test"
"""Is sent on demand and cannot be subscribed."""

KINDS: Final = {
    NOTICE_PUBLISHED: marked("Bekanntmachung, Änderung oder Aufhebung veröffentlicht"),
    ANSWER_PUBLISHED: marked("Antwort auf eine Bieterfrage veröffentlicht"),
    ENQUIRY_RECEIVED: marked("Bieterfrage eingegangen"),
    DELIVERY_NEWS: marked("Neues vom Versand einer Bekanntmachung"),
    CONSULTATION_STARTED: marked("Anhörung zu einer Bündelung begonnen"),
    JOINING_OPENED: marked("Beitritt zu einer Bündelung möglich"),
    MEMBER_JOINED: marked("Mitglied einer Bündelung beigetreten"),
    POOL_ENDED: marked("Bündelung beendet"),
}
PUBLIC_KINDS: Final = (NOTICE_PUBLISHED, ANSWER_PUBLISHED)
"""Of what everybody may know: a firm's system can be told as well."""
REPLAY_SECONDS: Final = 300
ROTATION_HOURS: Final = 24
MOST_SUBSCRIPTIONS: Final = 10
PAUSED_DAYS: Final = 30
"""How long what happens is kept for a paused webhook, before it is given up."""
_LONGEST_URL: Final = 500
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


def kinds_for(organisation_kind: str) -> dict[str, str]:
    """Return what an organisation of this kind may subscribe, with German titles."""
    wanted = PUBLIC_KINDS if organisation_kind == "supplier" else tuple(KINDS)
    return {kind: KINDS[kind] for kind in wanted}


def reasons_against(
    *, name: str, url: str, kinds: Iterable[str], organisation_kind: str, has_own_networks: bool
) -> list[Violation]:
    """Return why a subscription cannot be."""
    reasons: list[Violation] = []
    if not 0 < len(name) <= 100:
        reasons.append(
            Violation(
                "webhook_name_missing",
                _("Bitte geben Sie dem Webhook einen Namen mit höchstens 100 Zeichen."),
                field="name",
            )
        )
    reasons += _reasons_against_url(url, has_own_networks=has_own_networks)
    chosen = set(kinds)
    if not chosen or chosen - set(kinds_for(organisation_kind)):
        reasons.append(
            Violation(
                "webhook_kinds_missing",
                _("Bitte wählen Sie mindestens ein Ereignis aus der Liste."),
                field="kinds",
            )
        )
    return reasons


def _reasons_against_url(url: str, *, has_own_networks: bool) -> list[Violation]:
    if is_usable(url, schemes=("https", "http") if has_own_networks else ("https",)):
        return []
    sentence = _(
        "Bitte geben Sie eine vollständige Adresse an, die mit https:// beginnt, ohne Benutzer, "
        "Passwort und # (zum Beispiel https://vergabe.stadt.de/eingang)."
    )
    return [Violation("webhook_url_invalid", sentence, field="url")]


def is_usable(url: str, *, schemes: Sequence[str]) -> bool:
    """Return whether a text is an address that can be called; whether it may is asked later."""
    if len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts: SplitResult = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_bare = parts.username is None and parts.password is None and not parts.fragment
    return parts.scheme in schemes and bool(parts.hostname) and is_bare and has_port


def is_own(address: str, own: Sequence[Network]) -> bool:
    """Return whether an address lies in a network that the operator has named."""
    found = _plain(address)
    return any(found in network for network in own if network.version == found.version)


def is_public(address: str) -> bool:
    """Return whether an address belongs to the open internet, and hides no other one in itself."""
    found = _plain(address)
    if isinstance(found, ipaddress.IPv6Address) and (
        found.sixtofour or found.teredo or found.is_site_local
    ):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def _plain(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return an address; an IPv4 one that is written as IPv6 is what it stands for."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return found.ipv4_mapped
        if found in _NAT64:
            return ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)
    return found


def secret(secret_key: str, nonce: str) -> str:
    """Return the secret of a subscription, as receivers' libraries take it."""
    return "whsec_" + base64.b64encode(_key(secret_key, nonce)).decode()


def _key(secret_key: str, nonce: str) -> bytes:
    return hmac.new(secret_key.encode(), f"webhook {nonce}".encode(), hashlib.sha256).digest()


def signature(
    secret_key: str, nonces: Iterable[str], *, call_id: str, timestamp: int, body: str
) -> str:
    """Return the signatures of a call, one for each secret that holds now, blanks between."""
    signed = f"{call_id}.{timestamp}.{body}".encode()
    made = (hmac.new(_key(secret_key, nonce), signed, hashlib.sha256).digest() for nonce in nonces)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in made)
