"""Conditions of the eForms SDK, from its expression language into German clauses."""

import csv
import re
from pathlib import Path
from typing import Any, Final

FORM_FIELDS: Final = Path(__file__).resolve().parents[1] / "schemas" / "eforms" / "form_fields.csv"
TOKEN: Final = re.compile(
    r"\s*(?:(?P<name>/?(?:BT|OPT|OPP|OPA)-[0-9]+(?:\([A-Za-z0-9-]+\))?-[A-Za-z]+(?:-[A-Za-z]+)*)"
    r"|(?P<text>'[^']*')|(?P<number>\d+)|(?P<operator>==|!=|<=|>=|<|>|\(|\)|,)"
    r"|(?P<word>[A-Za-z-]+))"
)
LISTS: Final = {
    "nuts-country": "ein Land mit NUTS-Regionen",
    "postcode-country": "ein Land mit Postleitzahlen",
}


class Unknown(Exception):
    """An expression that is more than a clause can say."""


class Conditions:
    """Clauses for the conditions of mandatory and forbidden fields."""

    def __init__(
        self, fields: dict[str, Any], names: dict[str, str], codes: dict[str, str]
    ) -> None:
        self._fields, self._names, self._codes = fields, names, codes
        with FORM_FIELDS.open(encoding="utf-8") as file:
            self._labels = {
                row["term"]: row["label"] for row in csv.DictReader(file, delimiter=";")
            }

    def of(self, field: str, kind: str, subtype: str) -> tuple[list[str], str]:
        """Return the fields a conditional rule reads, and its condition as a German clause.

        The clause begins with `wenn`; empty where it cannot be said shortly.
        """
        forbidden = self._conditions(field, "forbidden", subtype)
        mandatory = self._conditions(field, "mandatory", subtype)
        read = [text for text in (forbidden + (mandatory if kind == "missing" else [])) if text]
        others = list(dict.fromkeys(n.lstrip("/") for t in read for n in self._names_in(t)))
        try:
            clause = self._clause(kind, mandatory, forbidden)
        except Unknown:
            clause = ""
        return [other for other in others if other in self._fields], clause

    def _names_in(self, text: str) -> list[str]:
        return [m.group("name") for m in TOKEN.finditer(text) if m.group("name")]

    def _conditions(self, field: str, kind: str, subtype: str) -> list[str]:
        found = self._fields[field].get(kind, {}).get("constraints", [])
        return [
            re.sub(r"^\{[^}]*\} \$\{(.*)\}$", r"\1", c.get("condition", ""))
            for c in found
            if subtype in c.get("noticeTypes", []) and c.get("value")
        ]

    def _clause(self, kind: str, mandatory: list[str], forbidden: list[str]) -> str:
        if kind == "forbidden":
            if len(forbidden) != 1 or not forbidden[0]:
                raise Unknown
            return f"wenn {self._german(forbidden[0])}"
        with_condition = [text for text in mandatory if text]
        if len(with_condition) > 1:
            raise Unknown
        if with_condition:
            return f"wenn {self._german(with_condition[0])}"
        if len(forbidden) != 1:
            raise Unknown
        return f"wenn {self._german(forbidden[0], negated=True)}"

    def _german(self, text: str, *, negated: bool = False) -> str:
        if "[" in text:
            raise Unknown
        tokens = [match.group(0).strip() for match in TOKEN.finditer(text)]
        if "".join(tokens) != text.replace(" ", ""):
            raise Unknown
        clause = _Reader(tokens, self).either(negated=negated)
        if len(clause) > 240:
            raise Unknown
        return clause

    def label(self, field: str) -> str:
        field = field.lstrip("/")
        if field not in self._fields:
            raise Unknown
        term = self._fields[field].get("btId", field)
        name = self._names[field].strip()
        return f"„{self._labels.get(field) or self._labels.get(term) or name}“"

    def value(self, field: str, code: str) -> str:
        of_list = self._fields[field.lstrip("/")].get("codeList", {}).get("value", {}).get("id", "")
        lists = [of_list, "indicator"]
        for name in lists:
            text = self._codes.get(f"code|name|{name}.{code}")
            if text:
                return f"„{text.strip()}“"
        found = {
            v
            for k, v in self._codes.items()
            if k.startswith("code|name|") and k.endswith(f".{code}")
        }
        if len(found) == 1:
            return f"„{found.pop().strip()}“"
        raise Unknown


class _Reader:
    """Reads one expression; negation is carried inwards (De Morgan)."""

    def __init__(self, tokens: list[str], conditions: Conditions) -> None:
        self._tokens, self._at, self._say = tokens, 0, conditions

    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, expected: str = "") -> str:
        piece = self._next()
        if not piece or (expected and piece != expected):
            raise Unknown
        self._at += 1
        return piece

    def either(self, *, negated: bool) -> str:
        parts = [self.both(negated=negated)]
        while self._next() == "or":
            self._take()
            parts.append(self.both(negated=negated))
        return self._joined(parts, "und" if negated else "oder")

    def both(self, *, negated: bool) -> str:
        parts = [self.atom(negated=negated)]
        while self._next() == "and":
            self._take()
            parts.append(self.atom(negated=negated))
        return self._joined(parts, "oder" if negated else "und")

    def _joined(self, parts: list[str], word: str) -> str:
        parts = list(dict.fromkeys(parts))
        if len(parts) > 1:
            # Two different words in one clause would leave open what belongs together.
            other = " oder " if word == "und" else " und "
            if any(other in part for part in parts):
                raise Unknown
        return f" {word} ".join(parts)

    def atom(self, *, negated: bool) -> str:
        piece = self._take()
        if piece == "not":
            self._take("(")
            clause = self.either(negated=not negated)
            self._take(")")
            return clause
        if piece == "(":
            clause = self.either(negated=negated)
            self._take(")")
            return clause
        if piece == "count":
            return self._count(negated)
        return self._comparison(piece, negated)

    def _count(self, negated: bool) -> str:
        self._take("(")
        name = self._take()
        self._take(")")
        if (self._take(), self._take()) != ("<", "2"):
            raise Unknown
        amount = "mehrere" if negated else "weniger als zwei"
        return f"es {amount} Angaben {self._say.label(name)} gibt"

    def _comparison(self, name: str, negated: bool) -> str:
        label = self._say.label(name)
        word = self._take()
        if word == "is":
            if self._next() == "not":
                self._take()
                negated = not negated
            self._take("present")
            return f"{label} fehlt" if negated else f"{label} angegeben ist"
        if word == "not":
            self._take("in")
            word, negated = "in", not negated
        no = "nicht " if negated else ""
        if word == "in":
            return f"{label} {no}{' oder '.join(self._set(name))} ist".replace(
                "nicht ein ", "kein "
            )
        if word in ("==", "!="):
            value = self._take()
            no = "nicht " if negated != (word == "!=") else ""
            code = {"TRUE": "true", "FALSE": "false"}.get(value, value.strip("'"))
            return f"{label} {no}{self._say.value(name, code)} ist"
        if word == ">" and self._take() == "0":
            return f"{label} null ist" if negated else f"{label} größer als null ist"
        raise Unknown

    def _set(self, name: str) -> list[str]:
        self._take("(")
        values = []
        while True:
            value = self._take()
            if value in LISTS:
                values.append(LISTS[value])
            elif value.startswith("'"):
                values.append(self._say.value(name, value.strip("'")))
            else:
                raise Unknown
            if self._take() == ")":
                return values
