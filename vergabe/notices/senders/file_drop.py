"""The default way out: XML and metadata in a folder, from where somebody carries them on."""

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vergabe.notices.rules import Heard
from vergabe.notices.senders.parcels import Address, Answer, Parcel

# Empty files that stay when somebody has taken the notices away: they were there.
_LEDGER: Final = ".sent"


@dataclass(frozen=True)
class FileDrop:
    """A folder that takes notices. A file is there whole or not at all."""

    folder: Path

    def send(self, parcel: Parcel) -> Answer:
        name = _name(parcel.address, parcel.reference)
        try:
            (self.folder / _LEDGER).mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(name, parcel)
        except OSError as error:
            return Answer(
                Heard.NOT_THERE,
                f"Die Datei ließ sich nicht schreiben ({error.strerror or error}). Es wird noch "
                "einmal versucht.",
            )
        with contextlib.suppress(OSError):
            # The notice itself is there; the ledger only helps once it was taken away.
            (self.folder / _LEDGER / parcel.address.key).touch()
        return Answer(Heard.HANDED_OVER, f"Als Datei {name}.xml abgelegt.")

    def _write(self, name: str, parcel: Parcel) -> None:
        """Write both files; on any trouble neither stays. XML comes last: it is what is awaited."""
        contents = {"json": _metadata(parcel), "xml": parcel.xml}
        partial = {ending: self.folder / f".{name}.{ending}.part" for ending in contents}
        done: list[Path] = []
        try:
            for ending, content in contents.items():
                _write_through(partial[ending], content)
            for ending, path in partial.items():
                target = self.folder / f"{name}.{ending}"
                os.replace(path, target)  # noqa: PTH105  # tests let this very call fail
                done.append(target)
        except OSError:
            for path in (*partial.values(), *done):
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
            raise

    def find(self, address: Address, reference: str) -> Answer:
        name = _name(address, reference)
        try:
            is_there = (self.folder / _LEDGER / address.key).exists() or (
                self.folder / f"{name}.xml"
            ).exists()
        except OSError as error:
            return Answer(Heard.UNCLEAR, f"Der Ordner ist nicht lesbar ({error.strerror}).")
        if is_there:
            return Answer(Heard.HANDED_OVER, f"Die Datei {name}.xml liegt bereits da.")
        return Answer(Heard.NOT_THERE, "Die Datei liegt noch nicht da.")

    def ask(self, tracking_code: str) -> Answer:
        return Answer(Heard.UNCLEAR, "Ein Ordner antwortet nicht.")

    def stop(self, tracking_code: str) -> Answer:
        return Answer(Heard.UNCLEAR, "Ein Ordner hält nichts an.")

    def trouble(self) -> str | None:
        probe = self.folder / ".probe"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_through(probe, b"x")
            probe.unlink()
        except OSError as error:
            return f"der Ordner {self.folder} ist nicht beschreibbar: {error.strerror or error}"
        return None


def _name(address: Address, reference: str) -> str:
    return f"{reference}_{address.key}"


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _metadata(parcel: Parcel) -> bytes:
    """Return what somebody who uploads the notice by hand has to know."""
    facts = {
        "noticeId": str(parcel.address.notice_uuid),
        "noticeVersion": f"{parcel.address.version_number:02d}",
        "reference": parcel.reference,
        "title": parcel.title,
        "kind": parcel.kind,
        "subtype": parcel.subtype,
        "issuedAt": parcel.issued_at.isoformat(),
        "authorEmail": parcel.author_email,
        "publishToTed": parcel.publish_to_ted,
    }
    return json.dumps(facts, ensure_ascii=False, indent=2).encode() + b"\n"
