"""What happens to notices."""

import uuid
from dataclasses import dataclass
from enum import StrEnum

from vergabe.events import Event


@dataclass(frozen=True)
class NoticePublished(Event):
    """A notice has its place in the feed; everybody can read it now."""

    name = "notices.published"

    notice_id: uuid.UUID
    tender_id: uuid.UUID
    kind: str


class News(StrEnum):
    """What officers have to know about a delivery."""

    HANDED_OVER = "handed_over"  # a file waits to be carried on
    REJECTED = "rejected"
    STOPPED = "stopped"
    BLOCKED = "blocked"
    TROUBLE = "trouble"  # it could not be sent for a while


@dataclass(frozen=True)
class DeliveryNews(Event):
    """Something happened to a notice outside that an officer has to act on."""

    name = "notices.delivery_news"

    delivery_id: uuid.UUID
    tender_id: uuid.UUID
    news: str
