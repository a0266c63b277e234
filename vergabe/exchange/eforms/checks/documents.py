"""Checks of the address of procurement documents: everybody reaches them at once, for nothing."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import SplitResult, urlsplit

from vergabe.exchange.eforms.checks.contacts import is_url
from vergabe.exchange.eforms.checks.own_rules import OFFICIAL, Breach, Rule, Setting
from vergabe.exchange.eforms.lots import Lot
from vergabe.exchange.eforms.notice import Notice

_LAW: Final = "§ 41 Abs. 1 VgV, § 9 Abs. 3 VgV"
_INNER_ENDINGS: Final = (".local", ".localhost", ".internal", ".intern", ".lan", ".home.arpa")
_LOGIN_WORDS: Final = ("login", "signin", "anmelden", "anmeldung", "registrieren", "register")


def _addresses(notice: Notice) -> Iterator[tuple[Lot, str]]:
    for lot in notice.lots:
        if lot.terms.documents is not None and lot.terms.documents.url.strip():
            yield lot, lot.terms.documents.url.strip()


def _parts(url: str) -> SplitResult | None:
    try:
        found = urlsplit(url)
        return found if found.hostname else None
    except ValueError:  # brackets of an address that is none
        return None


def _wrong(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot, url in _addresses(notice):
        if not is_url(url) or _parts(url) is None:
            yield Breach(message=f"„{url}“ ist keine vollständige Internetadresse.", lot=lot)


def is_inner(host: str) -> bool:
    """Return whether only machines of one house or one machine reach a host of this name."""
    if host == "localhost" or host.endswith(_INNER_ENDINGS):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host
    return not address.is_global


def _inner(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot, url in _addresses(notice):
        parts = _parts(url)
        if parts is not None and parts.hostname and is_inner(parts.hostname):
            yield Breach(
                message=f"Die Vergabeunterlagen liegen unter „{parts.hostname}“; das ist von außen "
                "nicht erreichbar.",
                lot=lot,
            )


def _login(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot, url in _addresses(notice):
        parts = _parts(url)
        if parts is None:
            continue
        steps = [step.casefold() for step in parts.path.split("/")]
        asks = any(step.partition(".")[0] in _LOGIN_WORDS for step in steps)
        if asks or parts.username or parts.path.startswith(setting.closed_paths):
            yield Breach(
                message=f"Unter „{url}“ muss man sich anmelden; die Unterlagen müssen ohne "
                "Anmeldung erreichbar sein.",
                lot=lot,
            )


def _plain(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot, url in _addresses(notice):
        if url.casefold().startswith("http://"):
            yield Breach(
                message="Die Adresse der Vergabeunterlagen beginnt mit http:// und ist nicht "
                "verschlüsselt.",
                lot=lot,
            )


def _not_direct(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot, url in _addresses(notice):
        parts = _parts(url)
        if parts is not None and parts.path in ("", "/") and not parts.query:
            yield Breach(
                message="Die Adresse führt nur auf eine Startseite, nicht direkt zu den "
                "Vergabeunterlagen.",
                lot=lot,
            )


def _restricted(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        documents = lot.terms.documents
        if documents is not None and documents.is_restricted and not documents.restriction_reason:
            yield Breach(
                message="Der Zugang zu Vergabeunterlagen ist beschränkt, und der Grund fehlt.",
                lot=lot,
            )


_REMEDY: Final = "Bitte melden: Die Adresse trägt die Anwendung ein (VERGABE_BASE_URL prüfen)."
RULES: Final = (
    Rule(
        key="documents_url_wrong",
        field="BT-15-Lot",
        law=OFFICIAL,
        check=_wrong,
        remedy=_REMEDY,
        is_about_one_field=True,
    ),
    Rule(
        key="documents_not_reachable",
        field="BT-15-Lot",
        law=_LAW,
        check=_inner,
        remedy=_REMEDY,
        is_about_one_field=True,
    ),
    Rule(
        key="documents_need_login",
        field="BT-15-Lot",
        law=_LAW,
        check=_login,
        remedy=_REMEDY,
        is_about_one_field=True,
        german_only=True,
    ),
    Rule(
        key="documents_url_not_encrypted",
        field="BT-15-Lot",
        law="§ 11 Abs. 2 VgV",
        check=_plain,
        remedy=_REMEDY,
        severity="warning",
    ),
    Rule(
        key="documents_url_not_direct",
        field="BT-15-Lot",
        law=_LAW,
        check=_not_direct,
        remedy=_REMEDY,
        severity="warning",
    ),
    Rule(
        key="documents_restriction_reason_missing",
        field="BT-707-Lot",
        law="§ 41 Abs. 2 und 3 VgV",
        check=_restricted,
        remedy="Bitte den Grund angeben oder den Zugang öffnen.",
        is_about_one_field=True,
        german_only=True,
    ),
)
