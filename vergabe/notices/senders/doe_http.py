"""The German Datenservice Öffentlicher Einkauf: its interface for deliveries, over HTTPS.

After its documentation of August 2026: POST /v2/notices (parts `notice`, `authorEmail`,
`publishToTed`) answers 202 with a tracking code; GET /v1/notices/{tracking code} and
/v1/notices/by-notice/{notice id}/{version} give the state; /v1/notices/stop/{tracking code} stops.
The method of the latter and the form of POST /api/token are not printed there: POST with form
fields is taken. Redirections are never followed, for the token would travel with them.
"""

import json
import time
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, unquote, urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.fields import RequestField
from urllib3.filepost import encode_multipart_formdata

from vergabe.exchange import doe
from vergabe.exchange.doe import DeliveryReport, OutsideFinding, Standing
from vergabe.exchange.parser import UnreadableXml
from vergabe.notices.rules import Heard
from vergabe.notices.senders.parcels import Address, Answer, Parcel

LONGEST_ANSWER: Final = 512 * 1024
RAW_MAX: Final = 20_000
_REJECTING: Final = frozenset({400, 413, 415, 422})
_HEARD: Final = {
    Standing.UNDER_WAY: Heard.HANDED_OVER,
    Standing.ACCEPTED: Heard.ACCEPTED,
    Standing.PUBLISHED: Heard.PUBLISHED,
    Standing.REJECTED: Heard.REJECTED,
    Standing.STOPPED: Heard.STOPPED,
}
_SENTENCES: Final = {
    Heard.HANDED_OVER: "Der Datenservice hat die Bekanntmachung entgegengenommen.",
    Heard.ACCEPTED: "Der Eingang ist bestätigt.",
    Heard.PUBLISHED: "Die Bekanntmachung ist veröffentlicht.",
    Heard.REJECTED: "Die Bekanntmachung wurde zurückgewiesen.",
    Heard.STOPPED: "Die Veröffentlichung ist angehalten.",
}


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds: for a connection, for the next bytes, for all of an answer."""

    connect: float = 10
    read: float = 60
    total: float = 90


class _NoAnswer(Exception):
    """Nothing came back that could be read to its end; the text is a German sentence."""


@dataclass(frozen=True)
class _Reply:
    status: int
    body: bytes
    wait_seconds: int | None

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace").replace("\x00", "")[:RAW_MAX]


class DoeHttp:
    """The service at an address; where that names a user, the secret is the user's password."""

    def __init__(self, address: str, secret: str, *, patience: Patience | None = None) -> None:
        parts = urlsplit(address)
        self._patience = patience or Patience()
        self._user = unquote(parts.username) if parts.username else None
        self._secret = secret
        self._token: str | None = None if self._user else secret
        host = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
        self._base = f"{parts.scheme}://{host}{parts.path.rstrip('/')}"
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=self._patience.connect, read=self._patience.read),
            retries=False,
        )

    def send(self, parcel: Parcel) -> Answer:
        file = RequestField(
            "notice",
            parcel.xml,
            filename=f"{parcel.address.key}.xml",
        )
        file.make_multipart(content_type="application/xml")
        fields: list[RequestField | tuple[str, str]] = [file, ("authorEmail", parcel.author_email)]
        if parcel.publish_to_ted is not None:
            fields.append(("publishToTed", "true" if parcel.publish_to_ted else "false"))
        body, content_type = encode_multipart_formdata(fields)
        try:
            reply = self._request(
                "POST",
                "/v2/notices",
                body=body,
                headers={"Content-Type": content_type, "Idempotency-Key": parcel.address.key},
            )
        except _NoAnswer as error:
            return Answer(Heard.UNCLEAR, str(error))
        if reply.status == 409:
            return _plain(reply, Heard.DUPLICATE, "Der Datenservice hat diese Fassung schon.")
        if reply.status in _REJECTING:
            return _rejection(reply)
        if reply.status in (200, 201, 202):
            return _reported(reply, parcel.address)
        return _unclear(reply)

    def find(self, address: Address, reference: str) -> Answer:
        path = f"/v1/notices/by-notice/{address.notice_uuid}/{address.version_number:02d}"
        return self._question(path, address)

    def ask(self, tracking_code: str) -> Answer:
        return self._question(
            f"/v1/notices/{quote(tracking_code, safe='')}", tracking_code=tracking_code
        )

    def stop(self, tracking_code: str) -> Answer:
        try:
            reply = self._request("POST", f"/v1/notices/stop/{quote(tracking_code, safe='')}")
        except _NoAnswer as error:
            return Answer(Heard.UNCLEAR, str(error))
        if reply.status in (200, 202, 204):
            if not reply.body.strip():
                return _plain(reply, Heard.HANDED_OVER, "Das Anhalten ist beauftragt.")
            answer = _reported(reply, tracking_code=tracking_code)
            return (
                answer
                if answer.heard is not Heard.UNCLEAR
                else replace(answer, heard=Heard.HANDED_OVER, text="Das Anhalten ist beauftragt.")
            )
        return _unclear(reply)

    def trouble(self) -> str | None:
        try:
            reply = self._request("GET", "/v1/notices?max=1")
        except _NoAnswer as error:
            return str(error)
        return None if reply.status == 200 else _unclear(reply).text

    def _question(
        self, path: str, address: Address | None = None, *, tracking_code: str | None = None
    ) -> Answer:
        try:
            reply = self._request("GET", path)
        except _NoAnswer as error:
            return Answer(Heard.UNCLEAR, str(error))
        if reply.status == 404:
            return _plain(reply, Heard.NOT_THERE, "Der Datenservice kennt diese Fassung nicht.")
        if reply.status == 200:
            return _reported(reply, address, tracking_code=tracking_code)
        return _unclear(reply)

    def _request(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> _Reply:
        """Return a reply; a token that has run out is fetched anew once (401: nothing was done)."""
        for is_last in (False, True):
            token = self._token or self._fetch_token()
            reply = self._exchange(
                method,
                path,
                body,
                {"Accept": "application/xml", "Authorization": f"Bearer {token}"} | (headers or {}),
            )
            if reply.status != 401 or self._user is None or is_last:
                break
            self._token = None
        return reply

    def _fetch_token(self) -> str:
        """Return a token for the user of the address; it holds for hours and is kept."""
        form = urlencode({"username": self._user or "", "password": self._secret})
        reply = self._exchange(
            "POST",
            "/api/token",
            form.encode(),
            {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"},
        )
        try:
            token = json.loads(reply.body)["access_token"] if reply.status == 200 else None
        except (ValueError, KeyError, TypeError):
            token = None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise _NoAnswer(
                f"Der Datenservice hat die Anmeldung abgelehnt (Status {reply.status}). Prüfen Sie "
                "den Benutzer in VERGABE_NOTICE_SENDER und VERGABE_NOTICE_SENDER_TOKEN."
            )
        self._token = token
        return token

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> _Reply:
        end = time.monotonic() + self._patience.total
        try:
            response = self._pool.request(
                method,
                self._base + path,
                body=body,
                headers=headers,
                redirect=False,
                preload_content=False,
            )
            try:
                content = _read_bounded(response, end)
            finally:
                response.close()
        except (HTTPError, OSError) as error:
            raise _NoAnswer(
                "Der Datenservice war nicht erreichbar oder hat nicht geantwortet "
                f"({type(error).__name__})."
            ) from error
        return _Reply(response.status, content, _seconds(response.headers.get("Retry-After")))


def _read_bounded(response: urllib3.BaseHTTPResponse, end: float) -> bytes:
    """Return a body; who drips bytes for ever, or sends too many, has not answered."""
    pieces: list[bytes] = []
    size = 0
    while piece := response.read1(64 * 1024):
        pieces.append(piece)
        size += len(piece)
        if size > LONGEST_ANSWER or time.monotonic() > end:
            raise _NoAnswer("Die Antwort des Datenservice nahm kein Ende.")
    return b"".join(pieces)


def _seconds(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 8 else None


def _plain(reply: _Reply, heard: Heard, text: str) -> Answer:
    return Answer(heard, text, http_status=reply.status, raw=reply.text)


def _reported(
    reply: _Reply, address: Address | None = None, *, tracking_code: str | None = None
) -> Answer:
    """Return what a state or receipt says; UNCLEAR if nothing, or about another notice."""
    try:
        report = doe.read_report(reply.body)
    except (UnreadableXml, ValueError):
        return _plain(reply, Heard.UNCLEAR, "Die Antwort des Datenservice ist nicht lesbar.")
    is_other = address is not None and report.notice_id not in (None, str(address.notice_uuid))
    if is_other or (tracking_code and report.tracking_code not in (None, tracking_code)):
        return _plain(
            reply, Heard.UNCLEAR, "Der Datenservice antwortet zu einer anderen Bekanntmachung."
        )
    heard = _HEARD[report.standing]
    return Answer(
        heard,
        _sentence(heard, report),
        http_status=reply.status,
        raw=reply.text,
        tracking_code=report.tracking_code,
        accepted_at=report.accepted_at,
        published_at=report.published_at,
        publication_number=report.publication_number,
        publication_url=report.publication_url,
        findings=report.findings,
    )


def _sentence(heard: Heard, report: DeliveryReport) -> str:
    states = [
        f"{name}: {state}"
        for name, state in (("TED", report.ted_status), ("DÖE", report.doe_status))
        if state
    ]
    return _SENTENCES[heard] + (f" ({', '.join(states)})" if states else "")


def _rejection(reply: _Reply) -> Answer:
    try:
        findings = doe.read_findings(reply.body)
    except UnreadableXml:
        findings = ()
    if not findings:
        findings = (OutsideFinding("", "", "", reply.text[:1000] or f"Status {reply.status}"),)
    return Answer(
        Heard.REJECTED,
        _SENTENCES[Heard.REJECTED],
        http_status=reply.status,
        raw=reply.text,
        findings=findings,
    )


def _unclear(reply: _Reply) -> Answer:
    reason = (
        "Der Datenservice hat den Zugang abgelehnt. Prüfen Sie VERGABE_NOTICE_SENDER_TOKEN."
        if reply.status in (401, 403)
        else f"Der Datenservice antwortet mit Status {reply.status}."
    )
    return Answer(
        Heard.UNCLEAR,
        reason,
        http_status=reply.status,
        raw=reply.text,
        wait_seconds=reply.wait_seconds,
    )
