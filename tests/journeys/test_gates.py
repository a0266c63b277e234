"""No way to the public while one gate is closed: every gate, every pair, every route.

Each attempt starts from a tender that lacks nothing, lets one or two things happen, and tries to
publish as people and machines do. What happened is taken back after it.
"""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import lxml.html
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import access
from tests.journeys.closing import CLOSES
from tests.journeys.three_towns import EXAMPLE, OFFICER, ThreeTowns
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.queries import user_by_email
from vergabe.accounts.service import password_hash
from vergabe.cli import main
from vergabe.cooperations import loading
from vergabe.deadlines.model import Deadline
from vergabe.errors import Refused
from vergabe.notices.model import Notice
from vergabe.outbox import OutboxRow
from vergabe.tenders import gates
from vergabe.tenders.model import Tender

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


@dataclass
class Attempts:
    """A complete tender, and the ways in which somebody may try to publish it."""

    dlz: ThreeTowns
    client: FlaskClient
    headers: dict[str, str]

    def by_service(self) -> bool:
        try:
            self.dlz.publish()
        except Refused as refused:
            return not refused.violations  # a refusal names what is missing
        return True

    def by_page(self) -> bool:
        data = {"version": self.seen, "csrf_token": self.token}
        answer = self.client.post(self._page, data=data)
        assert answer.status_code in (303, 409), answer.status_code
        return answer.status_code == 303

    @property
    def _page(self) -> str:
        return f"/vergabeverfahren/{self.dlz.tender_id}/veroeffentlichen"

    @cached_property
    def token(self) -> str:
        """Return what the page of the publication gives against forged forms; it lasts."""
        page = lxml.html.fromstring(self.client.get(self._page).get_data(as_text=True))
        return str(page.xpath("string(//input[@name='csrf_token']/@value)"))

    def by_api(self) -> bool:
        answer = self.client.post(
            f"/api/v1/tenders/{self.dlz.tender_id}/publication",
            headers=self.headers | {"If-Match": f'"{self.seen}"'},
        )
        assert answer.status_code in (201, 409), answer.get_data(as_text=True)
        assert answer.status_code == 201 or answer.json["violations"]
        return answer.status_code == 201

    def by_command(self) -> bool:
        found = CliRunner().invoke(main, ["tender", "publish", self.dlz.reference])
        assert found.exit_code in (0, 1), found.output
        return found.exit_code == 0

    def by_import(self) -> bool:
        """Load the cooperation's file: it may mend what it describes, it never publishes."""
        with self.dlz.work() as session:
            loading.load(session, Actor.operator("Betrieb"), EXAMPLE.read_bytes(), now=clock.now())
        return False

    def by_worker(self) -> bool:
        """Let the worker do all that is due."""
        self.dlz.deliver()
        return False

    @property
    def seen(self) -> int:
        version = self.dlz.tender("version")
        assert isinstance(version, int)
        return version

    @property
    def routes(self) -> list[Callable[[], bool]]:
        return [
            self.by_service,
            self.by_page,
            self.by_api,
            self.by_command,
            self.by_import,
            self.by_worker,
        ]

    def is_public(self) -> bool:
        """Return whether anything of a publication is there: notice, stage, event, deadline."""
        with self.dlz.look() as session:
            return (
                session.get_one(Tender, self.dlz.tender_id).stage != "ready"
                or _count(session, select(Notice.id)) > 0
                or _count(session, select(OutboxRow.id).where(OutboxRow.name == "NoticePublished"))
                > 0
                or _count(
                    session, select(Deadline.id).where(Deadline.subject_id == self.dlz.tender_id)
                )
                > 0
            )

    def closed(self) -> list[str]:
        with self.dlz.look() as session:
            tender = session.get_one(Tender, self.dlz.tender_id)
            found = gates.all_gates(session, tender, now=clock.now())
            return [gate.key for gate in found if not gate.is_open]


def _count(session: Session, query: object) -> int:
    return session.scalars(select(func.count()).select_from(query.subquery())).one()


@pytest.fixture
def attempts(dlz: ThreeTowns, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Attempts:
    # Below the EU threshold, where by-laws count as well.
    dlz.collect_demands(("60", "100", "80"))
    dlz.bind_pool()
    dlz.draft()
    dlz.declare_ready()
    for module in ("notices", "tenders"):
        monkeypatch.setattr(f"vergabe.commands.{module}.the_app", lambda: dlz.app)
    with dlz.work() as session:
        user = user_by_email(session, OFFICER)
        assert user is not None
        user.password = password_hash(access.PASSWORD)
    with dlz.look() as session:
        user = user_by_email(session, OFFICER)
        assert user is not None
        access.log_in(client, user)
    return Attempts(dlz, client, dlz.bearer(OFFICER))


def _all_gates(attempts: Attempts) -> list[str]:
    with attempts.dlz.look() as session:
        tender = session.get_one(Tender, attempts.dlz.tender_id)
        return [gate.key for gate in gates.all_gates(session, tender, now=clock.now())]


def test_nothing_is_published_while_one_or_two_gates_are_closed(attempts: Attempts) -> None:
    assert _all_gates(attempts) == list(CLOSES), "each gate has something that closes it"
    assert attempts.closed() == []
    tried: Counter[str] = Counter()
    pairs = itertools.combinations(CLOSES, 2)
    for number, keys in enumerate([*((key,) for key in CLOSES), *pairs]):

        def happen(session: Session, keys: tuple[str, ...] = keys) -> None:
            for key in keys:
                CLOSES[key](session, attempts.dlz)

        # Alone a gate meets every route; a pair meets one route, and every fifth pair another one.
        routes = attempts.routes
        if len(keys) == 2:
            routes = routes[number % 6 : number % 6 + (2 if number % 5 == 0 else 1)]
        for route in routes:
            with attempts.dlz.supposing(happen):
                if len(keys) == 1 and route == routes[0]:
                    assert keys[0] in attempts.closed()
                assert not route(), (keys, route.__name__)
                assert not attempts.is_public(), (keys, route.__name__)
                tried[route.__name__] += 1
    assert attempts.closed() == []
    assert sum(tried.values()) >= 200, tried
    assert len(tried) == len(attempts.routes)


@pytest.mark.parametrize("route", ["by_service", "by_page", "by_api", "by_command"])
def test_with_every_gate_open_each_route_publishes(attempts: Attempts, route: str) -> None:
    assert not attempts.is_public()
    publish: Callable[[], bool] = getattr(attempts, route)
    assert publish()
    assert attempts.is_public()
    assert attempts.dlz.tender("stage") == "published"
