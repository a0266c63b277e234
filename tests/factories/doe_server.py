"""A server that behaves as the Datenservice Öffentlicher Einkauf documents it, with troubles."""

import contextlib
import re
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "only-for-tests"
USER, PASSWORD = "plattform@stadt.example", "geheim für Proben"

FINDING = """<error><source>PRE_VALIDATION</source>
<description>BT-22-Procedure must be present</description>
<path>/ContractNotice/cac:ProcurementProject</path>
<rule>rule|text|BR-BT-00022-0103</rule><ruleContent>count(cbc:ID) &gt; 0</ruleContent></error>"""


@dataclass
class Delivery:
    """What the service knows of one version of a notice."""

    tracking_code: str
    notice_id: str
    version: str
    parts: dict[str, bytes]
    ted: str | None = None
    doe: str = "AWAITING_TRANSFER"
    more: str = ""
    errors: str = ""
    stop_asked: bool = False

    def as_xml(self) -> bytes:
        ted = f"<tedStatus>{self.ted}</tedStatus>" if self.ted else ""
        return (
            '<?xml version="1.0" encoding="UTF-8"?><deliveries start="0" max="100" total="1">'
            f"<delivery><noticeId>{self.notice_id}</noticeId><noticeType>CN</noticeType>"
            f"<trackingCode>{self.tracking_code}</trackingCode>{ted}"
            f"<doeStatus>{self.doe}</doeStatus>{self.more}"
            f"<transferResponse><errors>{self.errors}</errors></transferResponse>"
            "</delivery></deliveries>"
        ).encode()


@dataclass
class Doe:
    """The service; `troubles` are used up one for each delivery that is posted."""

    url: str = ""
    deliveries: dict[tuple[str, str], Delivery] = field(default_factory=dict)
    posted: list[tuple[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    question_troubles: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=lambda: [TOKEN])
    logins: int = 0
    release: threading.Event = field(default_factory=threading.Event)

    def only(self) -> Delivery:
        (found,) = self.deliveries.values()
        return found

    def of(self, notice_id: uuid.UUID, version: int) -> Delivery:
        return self.deliveries[str(notice_id), f"{version:02d}"]


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def log_message(self, *_: Any) -> None: ...

    @property
    def doe(self) -> Doe:
        return self.server.doe

    def _answer(
        self, status: int, body: bytes = b"", kind: str = "application/xml", **headers: str
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _is_known(self) -> bool:
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if token in self.doe.tokens:
            return True
        self._answer(401)
        return False

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.doe.asked.append(path)
        if not self._is_known():
            return
        if self.doe.question_troubles:
            self._trouble(self.doe.question_troubles.pop(0))
            return
        if found := re.fullmatch(r"/v1/notices/by-notice/([^/]+)/([^/]+)", path):
            delivery = self.doe.deliveries.get((found[1], found[2]))
        elif path == "/v1/notices":
            self._answer(200, b"<deliveries start='0' max='1' total='0'/>")
            return
        else:
            code = path.rpartition("/")[2]
            delivery = next(
                (d for d in self.doe.deliveries.values() if d.tracking_code == code), None
            )
        if delivery is None:
            self._answer(404)
        else:
            self._answer(200, delivery.as_xml())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        if path == "/api/token":
            self._log_in(body)
        elif self._is_known():
            if path == "/v2/notices":
                self._deliver(body)
            elif path.startswith("/v1/notices/stop/"):
                self._stop(path.rpartition("/")[2])
            else:
                self._answer(404)

    def _log_in(self, body: bytes) -> None:
        form = parse_qs(body.decode())
        self.doe.logins += 1
        if (form.get("username"), form.get("password")) != ([USER], [PASSWORD]):
            self._answer(401, b"{}", "application/json")
            return
        token = f"token-{self.doe.logins}"
        self.doe.tokens.append(token)
        self._answer(200, f'{{"access_token": "{token}"}}'.encode(), "application/json")

    def _deliver(self, body: bytes) -> None:
        parts = self._parts(body)
        name = parts["notice:name"].decode()
        key = (name[:36], name[37:39])
        self.doe.posted.append(key)
        trouble = self.doe.troubles.pop(0) if self.doe.troubles else ""
        if trouble and not trouble.startswith("after"):
            self._trouble(trouble)
            return
        if key in self.doe.deliveries:
            self._answer(409, b"<error>Duplicate notice id and version</error>")
            return
        delivery = Delivery(str(uuid.uuid4()), *key, parts)
        self.doe.deliveries[key] = delivery
        if trouble:
            self._trouble(trouble.removeprefix("after "))
            return
        receipt = (
            '<delivery status="AWAITING_TRANSFER" created="2026-11-23T11:00:01.470Z" '
            'lastUpdated="2026-11-23T11:00:01.470Z">'
            f"<tracking-code>{delivery.tracking_code}</tracking-code>"
            f"<notice-id>{delivery.notice_id}</notice-id><notice-type>CN</notice-type></delivery>"
        )
        self._answer(202, receipt.encode())

    def _parts(self, body: bytes) -> dict[str, bytes]:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        parts: dict[str, bytes] = {}
        for part in message_from_bytes(head + body, policy=HTTP).iter_parts():
            name = str(part.get_param("name", header="Content-Disposition"))
            parts[name] = part.get_payload(decode=True)
            if part.get_filename():
                parts[f"{name}:name"] = str(part.get_filename()).encode()
        return parts

    def _trouble(self, trouble: str) -> None:
        if trouble == "hang":
            self.doe.release.wait(20)
            return
        if trouble == "cut":
            self.close_connection = True
            self.connection.close()
            return
        if trouble == "garbage":
            self._answer(202, b"<html><body>Wartung</body>", "text/html")
            return
        if trouble == "bomb":
            self._answer(200, b"<!DOCTYPE a [<!ENTITY b 'x'>]><delivery>&b;</delivery>")
            return
        if trouble == "endless":
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):
                for _ in range(64):
                    self.wfile.write(b"x" * 64 * 1024)
            return
        if trouble == "away":
            self._answer(302, Location="http://127.0.0.1:9/elsewhere")
            return
        status = int(trouble)
        body = f"<delivery><errors>{FINDING}</errors></delivery>" if status == 422 else ""
        self._answer(status, body.encode(), Retry_After="120")

    def _stop(self, code: str) -> None:
        for delivery in self.doe.deliveries.values():
            if delivery.tracking_code == code:
                delivery.stop_asked = True
                self._answer(200)
                return
        self._answer(404)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    doe: Doe


@contextlib.contextmanager
def serving() -> Iterator[Doe]:
    """Serve on a free port of this machine until the end of the block."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.doe = Doe(url=f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.doe
    finally:
        server.doe.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
