"""Texts and days of a foreign notice in the language that our readers understand best."""

import datetime as dt
from typing import Final

from lxml import etree

from vergabe.exchange import foreign_values as values
from vergabe.exchange.eforms.foreign.elements import every, string
from vergabe.exchange.findings import Finding

_MOST_FINDINGS: Final = 20


class Reader:
    """Reads texts and notes what was unreadable; German first, then the notice's language."""

    def __init__(self, root: "etree._Element") -> None:
        self._languages = ("DEU", string(root, "cbc:NoticeLanguageCode") or "DEU", "ENG")
        self.findings: list[Finding] = []

    def line(self, node: "etree._Element | None", path: str) -> str:
        """Return a text on one line; empty if there is none."""
        return values.title(self._text(node, path))

    def lines(self, node: "etree._Element | None", path: str) -> str:
        """Return a text with its line breaks; empty if there is none."""
        return values.summary(self._text(node, path))

    def _text(self, node: "etree._Element | None", path: str) -> str | None:
        if node is None:
            return None
        found = [element for element in every(node, path) if (element.text or "").strip()]
        for language in self._languages:
            for element in found:
                if element.get("languageID") == language:
                    return element.text
        return found[0].text if found else None

    def day(self, node: "etree._Element", path: str) -> dt.date | None:
        """Return a day, None if there is none; an unreadable one is noted."""
        written = string(node, path)
        found = values.day(written)
        if written and found is None:
            name = path.rsplit(":", 1)[-1]
            self.warn("day_unreadable", name, f"„{written[:40]}“ ist kein Tag.")
        return found

    def untitled(self, notice_id: str | None) -> str:
        """Return what stands for a missing title, and note that it is missing."""
        self.warn("title_missing", "BT-21-Procedure", "Die Bekanntmachung hat keinen Titel.")
        return f"Bekanntmachung ohne Titel ({notice_id or 'ohne Kennung'})"

    def warn(self, rule: str, field: str, message: str) -> None:
        """Note that something is missing or unreadable."""
        if len(self.findings) < _MOST_FINDINGS:
            remedy = "Sie wurde trotzdem übernommen; Einzelheiten stehen in der Quelle."
            self.findings.append(Finding("warning", "rules", rule, "", field, message, remedy))
