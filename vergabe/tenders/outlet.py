"""Where notices go besides our own pages, and whether the public here has to wait for it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self
from urllib.parse import urlsplit

from vergabe.tenders.model import Tender


class OutletKind(StrEnum):
    """How notices leave the house."""

    NONE = "none"  # they do not: our own platform only
    FOLDER = "folder"  # files in a folder, somebody carries them on and says what became of them
    HTTP = "http"  # the German Datenservice, which answers


@dataclass(frozen=True)
class Outlet:
    """One way out, as the settings name it; environment: host or folder, for people to read."""

    kind: OutletKind
    environment: str = ""

    @classmethod
    def of(cls, setting: str) -> Self:
        """Return the outlet of `Settings.notice_sender`."""
        if setting == OutletKind.NONE:
            return cls(OutletKind.NONE)
        parts = urlsplit(setting)
        if parts.scheme in ("http", "https"):
            host = parts.hostname or ""
            return cls(OutletKind.HTTP, f"{host}:{parts.port}" if parts.port else host)
        return cls(OutletKind.FOLDER, setting)

    def must_wait(self, tender: Tender) -> bool:
        """Return whether the contract notice may not be public here before the EU's (§ 40 (3) VgV).

        Art. 52 (1) of Directive 2014/24 names the notices of Art. 48 to 50: changes and
        cancellations of what is public already are not among them. Without a way out nothing could
        ever end the waiting.
        """
        return self.kind is not OutletKind.NONE and is_european(tender)

    def takes(self, tender: Tender) -> bool:
        """Return whether notices of a tender go this way.

        Below the threshold nobody has to carry a file anywhere: only a service that takes them by
        itself gets them (§ 10a (6) VgV).
        """
        return self.kind is OutletKind.HTTP or self.must_wait(tender)


OWN_ONLY: Final = Outlet(OutletKind.NONE)


def is_european(tender: Tender) -> bool:
    """Return whether the notices of a tender go to the Publications Office (§ 10a (5) VgV)."""
    return bool(tender.law_result.get("reaches_threshold")) and tender.regime.startswith("GWB-4/")
