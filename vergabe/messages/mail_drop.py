"""Mails as files in a folder: for demonstrations, and where another program carries them on."""

import datetime as dt
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from vergabe.messages.mail_text import (
    Letter,
    Sender,
    UnusableAddress,
    envelope_address,
    mail_bytes,
)
from vergabe.messages.mailer import Fate, Outcome, ServerUnreachable

SCHEME: Final = "file"


class MailDrop:
    """Writes each mail as `<id>.eml` into a folder; the same mail again replaces its own file."""

    def __init__(self, folder: Path, sender: Sender) -> None:
        self._folder = folder
        self._sender = sender

    @classmethod
    def of(cls, url: str, sender: Sender) -> Self:
        """Return the drop for `file:///folder`."""
        return cls(Path(unquote(urlsplit(url).path)), sender)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return

    def send(self, letter: Letter, *, at: dt.datetime) -> Outcome:
        """Write one letter; raises ServerUnreachable when the folder cannot be written."""
        try:
            to = envelope_address(letter.to)
        except UnusableAddress:
            return Outcome(Fate.NEVER, "Die Adresse ist keine, an die E-Mail gesendet werden kann.")
        content = mail_bytes(letter, self._sender, to=to, at=at)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
                file.write(content)
            # Renamed when whole: who watches the folder never reads half a mail.
            Path(file.name).replace(self._folder / f"{letter.id}.eml")
        except OSError as error:
            raise ServerUnreachable(f"{self._folder}: {os.strerror(error.errno or 0)}") from error
        return Outcome(Fate.SENT)
