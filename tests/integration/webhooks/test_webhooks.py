"""What happened reaches subscribed systems: signed, in order, at least once."""

import dataclasses
import json
import time
import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from standardwebhooks.webhooks import Webhook

from tests.conftest import MovableClock
from tests.factories import access, suppliers, tenders, webhooks
from tests.factories.webhooks import HERE, Receiver
from vergabe import clock, ids, outbox, stopping, sweeps, worker
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.audit.model import RecordEntry
from vergabe.errors import InvalidInput, NotFound, Refused
from vergabe.files import current
from vergabe.messages.model import Message
from vergabe.operation import set_aside
from vergabe.outbox import OutboxRow
from vergabe.web.idempotency import StoredAnswer
from vergabe.webhooks import delivery, rules, service
from vergabe.webhooks.model import WebhookCall, WebhookSubscription


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with webhooks.receiver() as found:
        yield found


@pytest.fixture(autouse=True)
def own_network(app: Flask) -> Iterator[None]:
    before = app.extensions["vergabe_settings"]
    app.extensions["vergabe_settings"] = dataclasses.replace(before, webhook_networks=HERE)
    yield
    app.extensions["vergabe_settings"] = before


@pytest.fixture
def town(session: Session) -> Organisation:
    return access.organisation(session, "Jülich")


@pytest.fixture
def administrator(session: Session, town: Organisation) -> Actor:
    return access.actor(session, town, Role.ADMINISTRATOR)


def happen(session: Session, town: Organisation, times: int = 1) -> None:
    for number in range(times):
        service.forward(
            session,
            rules.ENQUIRY_RECEIVED,
            {"number": number},
            audience=[town.id],
            event_id=ids.new_id(),
            now=clock.now(),
        )
    session.commit()


def states(session: Session) -> list[str]:
    session.expire_all()
    return list(session.scalars(select(WebhookCall.state).order_by(WebhookCall.sequence)))


def test_published_notice_reaches_whoever_subscribed_it_signed_and_once(
    app: Flask, session: Session, receiver: Receiver
) -> None:
    firm = suppliers.supplier(session)
    found = webhooks.subscription(session, firm, receiver.url, rules.NOTICE_PUBLISHED)
    other = webhooks.subscription(session, firm, receiver.url, rules.ANSWER_PUBLISHED)
    tender = tenders.published(session, current.store())
    session.commit()
    worker.drain(app)
    ((headers, body),) = receiver.got
    key = app.extensions["vergabe_settings"].secret_key
    said = Webhook(rules.secret(key, found.nonce)).verify(body.decode(), headers)
    assert said["type"] == "notice.published"
    assert said["sequence"] == 1
    assert said["data"]["reference"] == tender.reference
    assert said["data"]["url"].endswith(f"/bekanntmachungen/{tender.reference}")
    call = session.scalars(select(WebhookCall)).one()
    assert (call.state, call.subscription_id) == ("delivered", found.id)
    assert headers["webhook-id"] == str(call.id)
    assert other.last_sequence == 0
    worker.drain(app)
    assert len(receiver.got) == 1


def test_event_goes_to_the_audience_alone_and_the_same_one_once(
    session: Session, town: Organisation
) -> None:
    stranger = access.organisation(session, "Kerpen")
    for each in (town, stranger):
        webhooks.subscription(session, each, "https://a.example/")
    event_id = ids.new_id()
    told = [
        service.forward(
            session,
            rules.ENQUIRY_RECEIVED,
            {},
            audience=[town.id],
            event_id=event_id,
            now=clock.now(),
        )
        for _ in range(2)
    ]
    assert told == [1, 0]
    (call,) = session.scalars(select(WebhookCall))
    assert call.subscription.organisation_id == town.id


def test_failed_call_is_repeated_under_its_id_before_those_behind_it(
    app: Flask,
    session: Session,
    town: Organisation,
    receiver: Receiver,
    moving_clock: MovableClock,
) -> None:
    webhooks.subscription(session, town, receiver.url)
    happen(session, town, 3)
    receiver.answer = lambda number: 503 if number == 1 else 200
    sweeps.call_webhooks(app)
    assert states(session) == ["delivered", "waiting", "waiting"]
    sweeps.call_webhooks(app)
    assert len(receiver.got) == 2
    moving_clock.pass_(seconds=10)
    sweeps.call_webhooks(app)
    assert states(session) == ["delivered"] * 3
    assert receiver.ids[1] == receiver.ids[2]
    assert [json.loads(body)["sequence"] for _h, body in receiver.got] == [1, 2, 2, 3]


def test_receiver_that_is_away_holds_up_nobody_else(
    app: Flask, session: Session, town: Organisation, receiver: Receiver
) -> None:
    webhooks.subscription(session, town, "http://127.0.0.1:9/", name="weg")
    webhooks.subscription(session, town, receiver.url)
    happen(session, town, 2)
    sweeps.call_webhooks(app)
    assert [json.loads(body)["sequence"] for _h, body in receiver.got] == [1, 2]


def test_receiver_that_is_slow_with_many_calls_holds_up_others_for_moments_only(
    app: Flask,
    session: Session,
    town: Organisation,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery, "LANE_SECONDS", 0.1)
    webhooks.subscription(session, town, receiver.url, name="langsam")
    happen(session, town, delivery.BATCH + 5)
    quick = webhooks.subscription(session, town, receiver.url, name="schnell")
    happen(session, town)
    call_id = session.scalars(
        select(WebhookCall.id).where(WebhookCall.subscription_id == quick.id)
    ).one()

    def answer_slowly(_number: int) -> int:
        time.sleep(0.02)
        return 200

    receiver.answer = answer_slowly
    while sweeps.call_webhooks(app):
        pass
    assert states(session) == ["delivered"] * (delivery.BATCH + 7)
    assert receiver.ids.index(str(call_id)) < delivery.BATCH / 2
    assert len(set(receiver.ids)) == len(receiver.got)


def kill_at(step: str, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a worker be killed when it comes to a step of calling."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(delivery, step, die)
        with pytest.raises(KeyboardInterrupt):
            sweeps.call_webhooks(app)


def test_worker_that_dies_after_the_call_repeats_it_under_the_same_id(
    app: Flask,
    session: Session,
    town: Organisation,
    receiver: Receiver,
    moving_clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    webhooks.subscription(session, town, receiver.url)
    happen(session, town)
    kill_at("_mark", app, monkeypatch)
    moving_clock.pass_(seconds=outbox.LEASE.total_seconds() + 1)
    sweeps.call_webhooks(app)
    assert len(receiver.got) == 2
    assert len(set(receiver.ids)) == 1
    assert states(session) == ["delivered"]


def test_worker_asked_to_end_makes_no_further_call_and_gives_them_back(
    app: Flask,
    session: Session,
    town: Organisation,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    webhooks.subscription(session, town, receiver.url)
    happen(session, town, 3)
    monkeypatch.setattr(stopping, "is_asked", lambda: bool(receiver.got))
    assert sweeps.call_webhooks(app) == 1
    assert states(session) == ["delivered", "waiting", "waiting"]
    held = select(OutboxRow.id).where(OutboxRow.leased_until.is_not(None))
    assert session.scalars(held).all() == []


def test_maintenance_that_begins_lets_no_further_call_be_made(
    app: Flask, session: Session, town: Organisation, receiver: Receiver
) -> None:
    webhooks.subscription(session, town, receiver.url)
    happen(session, town, 3)
    with stopping.held_up_by(lambda: bool(receiver.got)):
        assert sweeps.call_webhooks(app) == 1
    assert states(session) == ["delivered", "waiting", "waiting"]


def give_up(app: Flask, moving_clock: MovableClock, times: int = 1) -> None:
    for _ in range(outbox.MAX_ATTEMPTS * times):
        sweeps.call_webhooks(app)
        moving_clock.pass_(hours=2)


def test_call_is_given_up_with_its_reason_and_sent_again_by_hand(
    app: Flask,
    session: Session,
    town: Organisation,
    administrator: Actor,
    receiver: Receiver,
    moving_clock: MovableClock,
) -> None:
    webhooks.subscription(session, town, receiver.url)
    happen(session, town, 2)
    first = session.scalars(select(WebhookCall.id).order_by(WebhookCall.sequence)).first()
    assert first is not None
    receiver.answer = lambda _n: 500 if receiver.ids[-1] == str(first) else 200
    give_up(app, moving_clock)
    sweeps.call_webhooks(app)
    assert states(session) == ["failed", "delivered"]
    call = session.get_one(WebhookCall, first)
    assert call.last_error == "Die Gegenstelle hat mit 500 geantwortet."
    assert call.attempts == outbox.MAX_ATTEMPTS
    receiver.answer = lambda _n: 200
    service.send_again(session, administrator, first, now=clock.now())
    session.commit()
    sweeps.call_webhooks(app)
    assert states(session) == ["delivered", "delivered"]
    with pytest.raises(Refused):
        service.send_again(session, administrator, first, now=clock.now())


def test_call_that_always_kills_its_worker_is_given_up_and_waits_no_more(
    app: Flask,
    session: Session,
    town: Organisation,
    receiver: Receiver,
    moving_clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    webhooks.subscription(session, town, receiver.url)
    happen(session, town)
    for _ in range(outbox.MAX_ATTEMPTS):
        kill_at("_call_all", app, monkeypatch)
        moving_clock.pass_(minutes=3)
    sweeps.call_webhooks(app)
    (call,) = session.scalars(select(WebhookCall).execution_options(populate_existing=True))
    assert (call.state, call.last_error) == (
        "failed",
        "Der Hintergrunddienst wurde bei jedem Versuch beendet.",
    )


def test_call_that_the_operator_has_tried_again_is_made(
    app: Flask,
    session: Session,
    town: Organisation,
    receiver: Receiver,
    moving_clock: MovableClock,
) -> None:
    webhooks.subscription(session, town, receiver.url)
    happen(session, town)
    receiver.answer = lambda _n: 500
    give_up(app, moving_clock)
    assert states(session) == ["failed"]
    operator = Actor.operator("Test")
    (row,) = set_aside.rows(session, operator)
    set_aside.try_again(session, operator, row.id, now=clock.now())
    session.commit()
    receiver.answer = lambda _n: 200
    sweeps.call_webhooks(app)
    assert states(session) == ["delivered"]
    assert len(receiver.got) == outbox.MAX_ATTEMPTS + 1


def test_receiver_that_is_gone_is_paused_told_of_and_later_gets_all_in_order(
    app: Flask,
    session: Session,
    town: Organisation,
    administrator: Actor,
    receiver: Receiver,
) -> None:
    found = webhooks.subscription(session, town, receiver.url)
    happen(session, town, 2)
    receiver.answer = lambda _n: 410
    sweeps.call_webhooks(app)
    sweeps.call_webhooks(app)
    session.expire_all()
    assert found.paused_at is not None
    assert "410" in (found.paused_reason or "")
    (told,) = session.scalars(select(Message).where(Message.user_id == administrator.user_id))
    assert "angehalten" in told.subject
    happen(session, town, 2)
    sweeps.call_webhooks(app)
    assert len(receiver.got) == 1
    receiver.answer = lambda _n: 200
    service.resume(session, administrator, found.id, now=clock.now())
    session.commit()
    sweeps.call_webhooks(app)
    assert states(session) == ["failed", "delivered", "delivered", "delivered"]
    assert [json.loads(body)["sequence"] for _h, body in receiver.got] == [1, 2, 3, 4]


def test_what_a_paused_webhook_keeps_is_given_up_after_thirty_days(
    app: Flask,
    session: Session,
    town: Organisation,
    administrator: Actor,
    receiver: Receiver,
    moving_clock: MovableClock,
) -> None:
    found = webhooks.subscription(session, town, receiver.url)
    service.pause(session, administrator, found.id, now=clock.now())
    happen(session, town, 3)
    moving_clock.pass_(days=rules.PAUSED_DAYS, minutes=-1)
    happen(session, town)
    assert sweeps.give_up_webhook_calls(app) == 0
    moving_clock.pass_(minutes=2)
    assert sweeps.give_up_webhook_calls(app) == 3
    assert states(session) == ["failed"] * 3 + ["waiting"]
    first = session.scalars(select(WebhookCall).order_by(WebhookCall.sequence)).first()
    assert first is not None
    assert first.last_error == "Der Webhook war länger als 30 Tage angehalten."
    with pytest.raises(Refused, match="Nehmen Sie zuerst"):
        service.send_again(session, administrator, first.id, now=clock.now())
    service.resume(session, administrator, found.id, now=clock.now())
    service.send_again(session, administrator, first.id, now=clock.now())
    session.commit()
    sweeps.call_webhooks(app)
    assert states(session) == ["delivered", "failed", "failed", "delivered"]
    assert sweeps.give_up_webhook_calls(app) == 0


def test_calls_given_up_untried_pause_nobody(
    app: Flask,
    session: Session,
    town: Organisation,
    administrator: Actor,
    receiver: Receiver,
    moving_clock: MovableClock,
) -> None:
    found = webhooks.subscription(session, town, receiver.url)
    service.pause(session, administrator, found.id, now=clock.now())
    happen(session, town, 3)
    moving_clock.pass_(days=rules.PAUSED_DAYS, seconds=1)
    sweeps.give_up_webhook_calls(app)
    service.resume(session, administrator, found.id, now=clock.now())
    happen(session, town)
    receiver.answer = lambda _n: 500
    give_up(app, moving_clock)
    assert states(session) == ["failed"] * 4
    assert found.paused_at is None


def test_what_waits_for_an_ended_webhook_is_given_up(
    session: Session, town: Organisation, administrator: Actor
) -> None:
    found = webhooks.subscription(session, town, "https://a.example/")
    happen(session, town, 2)
    service.end(session, administrator, found.id, now=clock.now())
    session.commit()
    assert states(session) == ["failed", "failed"]
    call = session.scalars(select(WebhookCall)).first()
    assert call is not None
    with pytest.raises(Refused, match="beendet"):
        service.send_again(session, administrator, call.id, now=clock.now())


def test_second_click_on_subscribing_is_told_and_makes_nothing(
    session: Session, client: FlaskClient, town: Organisation
) -> None:
    access.log_in(client, access.person(session, town, Role.ADMINISTRATOR))
    stranger = access.organisation(session, "Kerpen")
    sent = {"url": "https://a.example/eingang", "kinds": rules.ENQUIRY_RECEIVED}
    webhooks.subscription(session, stranger, sent["url"], rules.ENQUIRY_RECEIVED)
    session.commit()
    body = csrf(client, "/verwaltung/webhooks") | sent | {"name": "Ablage"}
    assert client.post("/verwaltung/webhooks", data=body).status_code == 303
    again = client.post("/verwaltung/webhooks", data=body | {"name": "Noch eine"})
    assert again.status_code == 409
    assert "Der Webhook „Ablage“ ist eingerichtet." in again.get_data(as_text=True)
    other = {"kinds": [rules.ENQUIRY_RECEIVED, rules.POOL_ENDED]}
    assert client.post("/verwaltung/webhooks", data=body | other).status_code == 303
    own = select(WebhookSubscription).where(WebhookSubscription.organisation_id == town.id)
    assert len(session.scalars(own).all()) == 2


def test_two_secrets_sign_for_a_day(
    app: Flask,
    session: Session,
    town: Organisation,
    administrator: Actor,
    receiver: Receiver,
    moving_clock: MovableClock,
) -> None:
    found = webhooks.subscription(session, town, receiver.url)
    key, old = app.extensions["vergabe_settings"].secret_key, found.nonce
    service.rotate(session, administrator, found.id, now=clock.now())
    happen(session, town)
    sweeps.call_webhooks(app)
    moving_clock.pass_(hours=25)
    happen(session, town)
    sweeps.call_webhooks(app)
    counts = [len(headers["webhook-signature"].split()) for headers, _body in receiver.got]
    assert counts == [2, 1]
    assert found.nonce != old
    assert rules.secret(key, old) != rules.secret(key, found.nonce)


def test_commands_are_recorded_and_only_for_ones_own(
    session: Session, town: Organisation, administrator: Actor
) -> None:
    made = service.subscribe(
        session,
        administrator,
        name="Ablage",
        url="https://a.example/eingang",
        kinds=[rules.NOTICE_PUBLISHED],
        has_own_networks=False,
        now=clock.now(),
    )
    stranger = access.actor(session, access.organisation(session, "Kerpen"), Role.ADMINISTRATOR)
    for command in (service.rotate, service.pause, service.resume, service.end, service.send_test):
        with pytest.raises(NotFound):
            command(session, stranger, made.id, now=clock.now())  # type: ignore[operator]
    service.pause(session, administrator, made.id, now=clock.now())
    service.end(session, administrator, made.id, now=clock.now())
    actions = list(session.scalars(select(RecordEntry.action)))
    assert [a for a in actions if a.startswith("webhook")] == [
        "webhook_created",
        "webhook_paused",
        "webhook_ended",
    ]
    firm = access.actor(session, suppliers.supplier(session), Role.SUPPLIER)
    with pytest.raises(InvalidInput):
        service.subscribe(
            session,
            firm,
            name="x",
            url="https://a.example/",
            kinds=[rules.ENQUIRY_RECEIVED],
            has_own_networks=False,
            now=clock.now(),
        )


def csrf(client: FlaskClient, path: str) -> dict[str, str]:
    page = client.get(path).get_data(as_text=True)
    return {"csrf_token": page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]}


def test_pages_from_the_form_to_the_repeated_call(
    app: Flask, session: Session, client: FlaskClient, town: Organisation, receiver: Receiver
) -> None:
    person = access.person(session, town, Role.ADMINISTRATOR)
    session.commit()
    access.log_in(client, person)
    token = csrf(client, "/verwaltung/webhooks")
    bad = {"name": "<b>", "url": "ftp://x\0", "kinds": "unsinn"}
    refused = client.post("/verwaltung/webhooks", data=token | bad)
    assert refused.status_code == 422
    assert "https://" in refused.get_data(as_text=True)
    assert "&lt;b&gt;" in refused.get_data(as_text=True)
    good = {"name": "Ablage", "url": receiver.url, "kinds": rules.ENQUIRY_RECEIVED}
    made = client.post("/verwaltung/webhooks", data=token | good)
    assert made.status_code == 303
    assert client.post(f"{made.location}/probe", data=token).status_code == 303
    receiver.answer = lambda _n: 410
    sweeps.call_webhooks(app)
    page = client.get(f"{made.location}?stand=aufgegeben").get_data(as_text=True)
    assert "Die Gegenstelle hat mit 410 geantwortet." in page
    assert "whsec_" in page
    call = session.scalars(select(WebhookCall)).one()
    receiver.answer = lambda _n: 200
    address = f"/verwaltung/webhooks/aufrufe/{call.id}/noch-einmal"
    assert client.post(address, data=token).status_code == 303
    assert client.post(f"{made.location}/aufnehmen", data=token).status_code == 303
    sweeps.call_webhooks(app)
    assert states(session) == ["delivered"]
    for step in ("geheimnis", "anhalten", "ende"):
        assert client.post(f"{made.location}/{step}", data=token).status_code == 303
    session.expire_all()
    assert session.scalars(select(WebhookSubscription)).one().ended_at is not None


def test_api_from_subscribing_to_the_list_of_calls(
    app: Flask, session: Session, client: FlaskClient, town: Organisation, receiver: Receiver
) -> None:
    headers = access.bearer(session, access.person(session, town, Role.ADMINISTRATOR), town)
    body = {"name": "Ablage", "url": receiver.url, "kinds": [rules.ENQUIRY_RECEIVED]}
    wrong = client.post("/api/v1/webhooks", json=body | {"url": "http:/x"}, headers=headers)
    assert wrong.status_code == 422
    once = headers | {"Idempotency-Key": "einmal"}
    made = client.post("/api/v1/webhooks", json=body, headers=once).get_json()
    assert made["secret"].startswith("whsec_")
    assert session.scalars(select(StoredAnswer)).all() == []
    address = f"/api/v1/webhooks/{made['id']}"
    assert client.post(f"{address}/test", headers=headers).status_code == 202
    sweeps.call_webhooks(app)
    (call,) = client.get(f"{address}/calls", headers=headers).get_json()["items"]
    assert (call["kind"], call["state"]) == ("webhook.test", "delivered")
    rotated = client.post(f"{address}/rotate", headers=headers).get_json()
    assert rotated["secret"] != made["secret"]
    listed = client.get("/api/v1/webhooks", headers=headers).get_json()["items"]
    assert "secret" not in listed[0]
    assert client.post(f"{address}/pause", headers=headers).get_json()["paused_reason"]
    assert client.post(f"{address}/resume", headers=headers).get_json()["paused_at"] is None
    again = client.post(f"/api/v1/webhook-calls/{call['id']}/retry", headers=headers)
    assert again.status_code == 409
    missing = client.post(f"/api/v1/webhook-calls/{uuid.uuid4()}/retry", headers=headers)
    assert missing.status_code == 404
    assert client.delete(address, headers=headers).status_code == 204
