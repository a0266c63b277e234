"""Answers of one state of the directory, kept for as long as time changes nothing about them.

Most people ask the same: the search without any wish, the feeds. What it costs to count a million
procedures is then paid once, until one is entered, a deadline passes or a day begins.
"""

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Final

MOST: Final = 256


class Answers:
    """Answers by question, the last used ones; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, tuple[dt.datetime, dt.datetime, Any]] = OrderedDict()

    def of(
        self, question: Hashable, now: dt.datetime, work_out: Callable[[], tuple[Any, dt.datetime]]
    ) -> Any:
        """Return the answer at an instant: as it was worked out, or anew.

        work_out: gives the answer and the first instant at which it may be another one.
        """
        with self._lock:
            known = self._known.get(question)
            if known is not None and known[0] <= now < known[1]:
                self._known.move_to_end(question)
                return known[2]
        answer, until = work_out()
        with self._lock:
            self._known[question] = (now, until, answer)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        return answer
