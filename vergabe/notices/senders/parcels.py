"""What a sender takes, what it answers, and what it must be able to do."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Protocol

from vergabe.exchange.doe import OutsideFinding
from vergabe.notices.rules import Heard


@dataclass(frozen=True)
class Address:
    """By what the other end knows one version of a notice (BT-701 and BT-757)."""

    notice_uuid: uuid.UUID
    version_number: int

    @property
    def key(self) -> str:
        """The same for every attempt, so that a repetition is recognised."""
        return f"{self.notice_uuid}-{self.version_number:02d}"


@dataclass(frozen=True)
class Parcel:
    """One version of a notice as it leaves; issued_at: BT-05, aware UTC.

    publish_to_ted: for notices below the threshold (subtypes E1 to E4), None where the number of
    the subtype alone decides.
    """

    address: Address
    reference: str
    title: str
    kind: str
    subtype: str
    xml: bytes
    issued_at: dt.datetime
    author_email: str
    publish_to_ted: bool | None = None


@dataclass(frozen=True)
class Answer:
    """What came back; text: a German sentence; raw: as received; instants aware UTC.

    wait_seconds: how long the other end asks us to wait before the next attempt.
    """

    heard: Heard
    text: str
    http_status: int | None = None
    raw: str = ""
    tracking_code: str | None = None
    accepted_at: dt.datetime | None = None
    published_at: dt.datetime | None = None
    publication_number: str | None = None
    publication_url: str | None = None
    findings: tuple[OutsideFinding, ...] = ()
    wait_seconds: int | None = None


class Sender(Protocol):
    """A way out. No method raises for what the other end does or fails to do: it answers."""

    def send(self, parcel: Parcel) -> Answer:
        """Hand a parcel over; the same address twice must be one delivery at the other end."""

    def find(self, address: Address, reference: str) -> Answer:
        """Say whether the other end has this version already, before it is sent (again)."""

    def ask(self, tracking_code: str) -> Answer:
        """Say where a delivery stands."""

    def stop(self, tracking_code: str) -> Answer:
        """Ask the other end not to publish a delivery."""

    def trouble(self) -> str | None:
        """Return why nothing could be sent now, as a German sentence; None if it could."""
