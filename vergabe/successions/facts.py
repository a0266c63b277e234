"""A succession in plain facts."""

import datetime as dt
import uuid
from dataclasses import dataclass

from vergabe.access.model import Organisation


@dataclass(frozen=True)
class Succession:
    """`new` stands in the place of `old` from the legal day `on` (Europe/Berlin)."""

    old: Organisation
    new: Organisation
    on: dt.date
    now: dt.datetime

    @property
    def eve(self) -> dt.date:
        """The last legal day of the old municipality."""
        return self.on - dt.timedelta(days=1)

    @property
    def sentence(self) -> str:
        return (
            f"{self.old.name} ist am {self.on:%d.%m.%Y} in {self.new.name} aufgegangen; alle "
            "Rechte und Pflichten gingen über."
        )

    def after(self, organisation_id: uuid.UUID) -> uuid.UUID:
        """Return who stands there now."""
        return self.new.id if organisation_id == self.old.id else organisation_id
