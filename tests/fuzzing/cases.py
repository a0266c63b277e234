"""A spoiled file for each number, always the same one, and what is wrong with how it was taken."""

import random
import signal
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Literal

from tests.fuzzing.readers import READERS, Reader
from tests.fuzzing.values import Spoil, in_bytes

What = Literal["taken", "refused", "error", "hang", "left behind"]
SECONDS = 20
"""Of processor time that one file may take; more is a hang. The largest bombs take two."""


@dataclass(frozen=True)
class Case:
    """One spoiled file, who reads it, and how it was spoiled."""

    number: int
    reader: Reader
    spoil: str
    content: bytes

    def __str__(self) -> str:
        return f"{self.number}: {self.reader.name}, {self.spoil}"


@dataclass(frozen=True)
class Outcome:
    """What became of a file; told: what is wrong with that."""

    what: What
    told: str = ""

    @property
    def is_fine(self) -> bool:
        return self.what in ("taken", "refused")


class TooSlow(BaseException):
    """The time of a file is up; no reader catches this."""


def case(number: int, seed: int, readers: Sequence[Reader] = READERS) -> Case:
    """Return the file with this number."""
    chance = random.Random(f"{seed}:{number}")
    reader = chance.choices(readers, [each.share for each in readers])[0]
    spoil: Spoil = chance.choices(list(reader.spoils), list(reader.spoils.values()))[0]
    content = spoil(chance, chance.choice(reader.seeds()))
    name = spoil.__name__.strip("_")
    if chance.random() < 0.1:
        content, name = in_bytes(chance, content), f"{name}, in bytes"
    return Case(number, reader, name, content)


def outcome(tried: Case, place: Path) -> Outcome:
    """Return what became of a file: taken, refused as told, or a finding.

    place: an empty folder, which is also the one for passing files; whatever is in it afterwards,
    or is still open, was left behind.
    """
    before = _open_files()
    found = Outcome("taken")
    try:
        with _limited(SECONDS):
            tried.reader.read(tried.content, place)
    except tried.reader.refusals:
        found = Outcome("refused")
    except TooSlow:
        return Outcome("hang", f"took more than {SECONDS} s")
    except Exception as error:  # whatever else comes out of a reader is the finding
        return Outcome("error", told(error))
    left = sorted(path.name for path in place.iterdir())
    if left:
        return Outcome("left behind", f"files: {left[:5]}")
    if _open_files() > before:
        return Outcome("left behind", "an open file")
    return found


def told(error: BaseException) -> str:
    """Return an error in one line, with the place where it was raised."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}: {str(error)[:200]}"


def _open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise TooSlow after so much processor time, in Python code; of other code see who waits."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
