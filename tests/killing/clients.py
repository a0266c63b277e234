"""Those who publish, ask, import and join while processes die, and what was answered to them.

Every client does what a good client does: it sends a request until it is answered, with the same
Idempotency-Key each time. What was answered with success is acknowledged: it must be there at the
end, once. What was never answered may be there once or not at all.
"""

import http.client
import io
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import delete

from tests.factories import access, cooperations, demands, pools, suppliers, tenders
from vergabe import clock, ids
from vergabe.access import queries as access_queries
from vergabe.access.model import Organisation, RoleAssignment, User
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Cooperation
from vergabe.db import unit_of_work
from vergabe.demands import import_jobs
from vergabe.demands.drafts import Place
from vergabe.demands.import_report import ImportWish
from vergabe.files import current

ROWS = 4
FIRMS = 5
TOWNS = ("Merzenich", "Jülich")


@dataclass
class Task:
    """One request that must take effect once. key: what it is found by at the end."""

    kind: str
    key: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


@dataclass
class Plan:
    """What the clients will do: prepared once, so that the time of the kills is theirs."""

    publish: list[Task] = field(default_factory=list)
    join: list[Task] = field(default_factory=list)
    reference: str = ""
    asker: dict[str, str] = field(default_factory=dict)
    importer: dict[str, str] = field(default_factory=dict)
    importer_id: uuid.UUID = field(default_factory=uuid.uuid4)
    place: Place = field(default_factory=lambda: Place(*[uuid.uuid4()] * 3))


@dataclass
class Diary:
    """What was sent, what was acknowledged, what was refused; shared by all clients.

    under_way: how many requests of each kind are with the service at this moment.
    """

    acknowledged: dict[str, set[str]] = field(default_factory=dict)
    begun: dict[str, set[str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    trouble: Counter[str] = field(default_factory=Counter)
    under_way: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self) -> int:
        """Return how many were acknowledged."""
        with self.lock:
            return sum(len(keys) for kind, keys in self.acknowledged.items() if kind != "job")

    def kinds_under_way(self) -> list[str]:
        """Return of what kinds requests are with the service now."""
        with self.lock:
            return [kind for kind, count in self.under_way.items() if count]

    def note(self, where: dict[str, set[str]], task: Task) -> None:
        with self.lock:
            where.setdefault(task.kind, set()).add(task.key)


def prepare(app: Flask, *, publications: int, joinings: int) -> Plan:
    """Write towns, firms, tenders that are ready and pools that can be joined."""
    plan = Plan()
    with app.app_context(), unit_of_work() as session:
        for number in range(FIRMS):
            firm = suppliers.supplier(session, f"Firma {number} GmbH")
            person = suppliers.supplier_person(session, firm, f"firma{number}@example.org")
        plan.asker = access.bearer(session, person, firm)
        cooperation = cooperations.dlz(session, towns=TOWNS)
        plan.reference = tenders.published(
            session, current.store(), cooperation=cooperation, towns=TOWNS
        ).reference
        lead = session.get_one(Organisation, cooperation.lead_organisation_id)
        officer = access.person(session, lead, Role.PROCUREMENT_OFFICER)
        headers = access.bearer(session, officer, lead)
        for _ in range(publications):
            tender = tenders.ready(session, current.store(), cooperation=cooperation, towns=TOWNS)
            path = f"/api/v1/tenders/{tender.id}/publication"
            seen = {"If-Match": f'"{tender.version}"'}
            plan.publish.append(Task("publish", str(tender.id), path, headers | seen))
        # Questions are told to every officer: those who only helped to prepare shall not be told.
        session.execute(
            delete(RoleAssignment).where(
                RoleAssignment.role == Role.PROCUREMENT_OFFICER,
                RoleAssignment.user_id != officer.id,
            )
        )
        _prepare_joinings(session, plan, cooperation, joinings)
        _prepare_imports(session, plan, cooperation)
    return plan


def _prepare_joinings(session: Any, plan: Plan, cooperation: Cooperation, count: int) -> None:
    releasers: dict[uuid.UUID, dict[str, str]] = {}
    for _ in range(count):
        _, wanted = pools.towns_with_engines(session, TOWNS, cooperation=cooperation)
        pool = pools.joining_pool(session, cooperation, wanted)
        for demand in wanted:
            town = session.get_one(Organisation, demand.organisation_id)
            if town.id not in releasers:
                person = access.person(session, town, Role.RELEASER, Role.PROCUREMENT_OFFICER)
                releasers[town.id] = access.bearer(session, person, town)
            lines = [{"line_id": str(i.id), "quantity": str(i.quantity)} for i in demand.items]
            body = {"quantities": lines, "mandate_reference": pools.MANDATE}
            headers = releasers[town.id] | {"Content-Type": "application/json"}
            path = f"/api/v1/pools/{pool.id}/join"
            task = Task("join", f"{pool.id}:{town.id}", path, headers, json.dumps(body).encode())
            plan.join.append(task)


def _prepare_imports(session: Any, plan: Plan, cooperation: Cooperation) -> None:
    town = cooperations.town(session, "Jülich")
    person = access.person(session, town, Role.REQUESTER)
    plan.importer = access.bearer(session, person, town)
    plan.importer_id = person.id
    plan.place = Place(cooperation.id, demands.area_of(session, cooperation).id, town.id, None)


def questions(plan: Plan) -> Iterator[Task]:
    """Yield questions without end."""
    path = f"/api/v1/notices/{plan.reference}/questions"
    headers = plan.asker | {"Content-Type": "application/json"}
    while True:
        text = f"Wie lang ist das Fahrzeug? ({uuid.uuid4().hex})"
        yield Task("ask", text, path, headers, json.dumps({"text": text}).encode())


def sheet(name: str) -> bytes:
    """Return a file of demands whose titles bear its name."""
    rows = [
        {
            "external_reference": f"{name}-{number}",
            "title": f"Helme {name}",
            "description": "Feuerwehrhelme nach DIN EN 443",
            "cpv_main": "18444111",
            "items": [{"text": "Helm", "quantity": "10", "unit_code": "H87"}],
        }
        for number in range(ROWS)
    ]
    return "\n".join(json.dumps(row) for row in rows).encode()


def imports(plan: Plan) -> Iterator[Task]:
    """Yield files without end."""
    while True:
        name = uuid.uuid4().hex
        edge = f"edge{name}"
        fields = {"cooperation_id": plan.place.cooperation_id, "area_id": plan.place.area_id}
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        ]
        file = f'name="file"; filename="{name}.jsonl"\r\nContent-Type: application/jsonl'
        parts.append(f"--{edge}\r\nContent-Disposition: form-data; {file}\r\n\r\n")
        body = "".join(parts).encode() + sheet(name) + f"\r\n--{edge}--\r\n".encode()
        headers = plan.importer | {"Content-Type": f"multipart/form-data; boundary={edge}"}
        yield Task("import", name, "/api/v1/demands/import", headers, body)


def start_job(app: Flask, plan: Plan, diary: Diary) -> None:
    """Hand a file over to the workers, as a page does with a large one."""
    name = uuid.uuid4().hex
    with app.app_context(), unit_of_work() as session:
        user = session.get_one(User, plan.importer_id)
        actor = access_queries.actor_for(session, user, plan.place.organisation_id, now=clock.now())
        import_jobs.start(
            session,
            actor,
            current.store(),
            plan.place,
            io.BytesIO(sheet(name)),
            f"{name}.jsonl",
            ImportWish(),
            now=clock.now(),
        )
    diary.note(diary.acknowledged, Task("job", name, "", {}))


def _at_once() -> float:
    return 1.0


class Client(threading.Thread):
    """Does one task after the other, each until it is answered.

    Who has a list spreads it over the whole time and does at least the first of it; everybody else
    stops when told to. pace: gives the share of the time that is over: so much may be done by then.
    """

    def __init__(
        self,
        port: int,
        tasks: Iterable[Task],
        diary: Diary,
        over: threading.Event,
        pause: float,
        pace: Callable[[], float] = _at_once,
    ) -> None:
        super().__init__(daemon=True)
        self._port, self._tasks, self._diary, self._over = port, tasks, diary, over
        self._pause, self._pace = pause, pace
        self._length = len(tasks) if isinstance(tasks, list) else None
        self._done = 0

    def run(self) -> None:
        for task in self._tasks:
            self._wait_for_turn()
            if self._is_over():
                return
            self._diary.note(self._diary.begun, task)
            key = {"Idempotency-Key": str(ids.new_id())}
            while not self._is_over() and not self.is_answered(task, key):
                time.sleep(0.03)
            self._done += 1
            time.sleep(self._pause)

    def _wait_for_turn(self) -> None:
        while self._length is not None and self._done > self._length * self._pace():
            if self._over.wait(0.05):
                return

    def _is_over(self) -> bool:
        return self._over.is_set() and (self._length is None or self._done > 0)

    def is_answered(self, task: Task, key: dict[str, str]) -> bool:
        """Send it; return whether it needs not be sent again."""
        with self._diary.lock:
            self._diary.under_way[task.kind] += 1
        try:
            return self._is_answered(task, key)
        finally:
            with self._diary.lock:
                self._diary.under_way[task.kind] -= 1

    def _is_answered(self, task: Task, key: dict[str, str]) -> bool:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            line.request("POST", task.path, task.body, task.headers | key)
            answer = line.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            with self._diary.lock:
                self._diary.trouble[type(error).__name__] += 1
            return False
        finally:
            line.close()
        if answer.status < 300:
            self._diary.note(self._diary.acknowledged, task)
            return True
        with self._diary.lock:
            self._diary.trouble[str(answer.status)] += 1
            if answer.status != 503:
                self._diary.refused.append(f"{task.kind} {answer.status} {text[:500]!r}")
        return answer.status != 503


def start(
    port: int,
    plan: Plan,
    diary: Diary,
    over: threading.Event,
    *,
    pause: float,
    pace: Callable[[], float] = _at_once,
) -> list[Client]:
    """Start one client for each kind of task, two of those that publish."""
    half = len(plan.publish) // 2
    works: list[Iterable[Task]] = [
        plan.publish[:half],
        plan.publish[half:],
        plan.join,
        questions(plan),
        imports(plan),
    ]
    clients = [Client(port, tasks, diary, over, pause, pace) for tasks in works]
    for client in clients:
        client.start()
    return clients
