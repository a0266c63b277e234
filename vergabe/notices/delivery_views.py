"""What became of a notice, as people read it: a timeline, and what can be done now."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from vergabe.notices import rules
from vergabe.notices.delivery_model import NoticeCheck, NoticeDelivery
from vergabe.notices.delivery_queries import NoticeLife
from vergabe.notices.model import Notice
from vergabe.notices.rules import STATE_NAMES, State
from vergabe.tenders.outlet import OutletKind
from vergabe.texts import lazy
from vergabe.web.formatting import moment

KINDS: Final = {
    "contract_notice": lazy("Auftragsbekanntmachung"),
    "change_notice": lazy("Änderungsbekanntmachung"),
    "cancellation_notice": lazy("Bekanntmachung der Aufhebung"),
}
BADGES: Final = {
    State.PUBLISHED: "success",
    State.ACCEPTED: "success",
    State.REJECTED: "danger",
    State.BLOCKED: "danger",
    State.STOPPED: "neutral",
    State.STOPPING: "warning",
}


@dataclass(frozen=True)
class DeliveryView:
    """One version of a notice on its way: what happened, what waits, what may be done."""

    delivery: NoticeDelivery
    state_name: str
    kind: str
    timeline: list[dict[str, Any]]
    reasons: list[dict[str, Any]]
    may_confirm: bool
    may_stop: bool
    may_send_again: bool


@dataclass(frozen=True)
class NoticeView:
    """A notice with all its versions outside; timeline: where it never left the house."""

    notice: Notice
    title: str
    versions: list[DeliveryView]
    timeline: list[dict[str, Any]]


def view_of(life: NoticeLife, *, now: dt.datetime) -> NoticeView:
    """Return a notice as its page shows it."""
    notice = life.notice
    return NoticeView(
        notice,
        f"{KINDS[notice.kind]}, Fassung {notice.tender_version}",
        [_version(life, delivery, now=now) for delivery in life.deliveries],
        [_item(notice.created_at, "Erstellt"), *_public(notice)],
    )


def _version(life: NoticeLife, delivery: NoticeDelivery, *, now: dt.datetime) -> DeliveryView:
    state, notice = State(delivery.state), life.notice
    is_public = notice.stage == "published"
    is_newest = delivery.version_number == notice.version_number
    is_folder = delivery.outlet == OutletKind.FOLDER
    happened = sorted(
        [
            _item(delivery.created_at, "Zum Versand gegeben", delivery.place),
            *_checked(life.check_of(delivery)),
            *_sent(delivery),
            *_ended(delivery),
            *_public(notice),
        ],
        key=lambda item: str(item["datetime"]),
    )
    return DeliveryView(
        delivery=delivery,
        state_name=STATE_NAMES[state],
        kind=BADGES.get(state, "info"),
        timeline=[*happened, *_ahead(delivery, state, now=now)],
        reasons=list(delivery.reasons),
        may_confirm=not rules.reasons_against_confirming(state, is_folder=is_folder),
        may_stop=delivery.stop_asked_at is None
        and not rules.reasons_against_stopping(state, is_public=is_public),
        may_send_again=is_newest
        and not rules.reasons_against_sending_again(state, is_public=is_public),
    )


def _checked(check: NoticeCheck | None) -> Iterator[dict[str, Any]]:
    if check is None:
        return
    errors = sum(finding.get("severity") == "error" for finding in check.findings)
    yield _item(
        check.checked_at,
        f"Amtliche Prüfung (eForms-SDK {check.sdk_version})",
        "bestanden" if check.passed else f"{errors} Fehler",
    )


def _sent(delivery: NoticeDelivery) -> Iterator[dict[str, Any]]:
    if delivery.sent_at is not None:
        code = delivery.tracking_code
        yield _item(delivery.sent_at, "Gesendet", f"Sendungsnummer {code}" if code else None)
    if delivery.accepted_at is not None:
        yield _item(delivery.accepted_at, "Eingang bestätigt")
    if delivery.published_at is not None:
        number = delivery.publication_number
        yield _item(
            delivery.published_at, "Außen veröffentlicht", f"Nummer {number}" if number else None
        )


def _ended(delivery: NoticeDelivery) -> Iterator[dict[str, Any]]:
    if delivery.stop_asked_at is not None:
        yield _item(delivery.stop_asked_at, "Anhalten gewünscht")
    if delivery.ended_at is not None:
        name = STATE_NAMES[State(delivery.state)]
        yield _item(delivery.ended_at, name[0].upper() + name[1:])


def _public(notice: Notice) -> Iterator[dict[str, Any]]:
    if notice.published_at is not None:
        yield _item(notice.published_at, "Hier veröffentlicht")


def _ahead(delivery: NoticeDelivery, state: State, *, now: dt.datetime) -> Iterator[dict[str, Any]]:
    """Yield what is still to come, at most one thing."""
    if delivery.last_error and state not in rules.FINAL:
        yield {
            "when": "jetzt",
            "title": "Noch ohne Erfolg",
            "text": delivery.last_error,
            "state": "now",
        }
    elif delivery.release_at is not None and delivery.release_at > now:
        yield _item(
            delivery.release_at,
            "Hier öffentlich",
            "spätestens: 48 Stunden nach der Bestätigung des Eingangs (§ 40 Abs. 3 VgV)",
            state="future",
        )
    elif state is State.WAITING and delivery.notice.previous_id is not None:
        yield {
            "when": "danach",
            "title": "Senden",
            "text": "sobald die Bekanntmachung davor außen veröffentlicht ist",
            "state": "future",
        }
    elif state not in rules.FINAL and delivery.notice.stage != "published":
        yield {
            "when": "danach",
            "title": "Hier öffentlich",
            "text": "sobald die EU veröffentlicht, spätestens 48 Stunden nach der Bestätigung des "
            "Eingangs (§ 40 Abs. 3 VgV)",
            "state": "future",
        }


def _item(
    at: dt.datetime, title: str, text: str | None = None, *, state: str = "past"
) -> dict[str, Any]:
    return {
        "when": moment(at),
        "datetime": at.isoformat(),
        "title": title,
        "text": text,
        "state": state,
    }
