"""What happens to notices."""

import uuid
from dataclasses import dataclass

from vergabe.events import Event


@dataclass(frozen=True)
class NoticePublished(Event):
    """A notice has its place in the feed; everybody can read it now."""

    name = "notices.published"

    notice_id: uuid.UUID
    tender_id: uuid.UUID
    kind: str
