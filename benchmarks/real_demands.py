"""Real municipal demands as facts for grouping, and many more made of them for measuring size."""

import csv
import gzip
import json
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.frame import SHARED, shared
from vergabe.exchange import codes
from vergabe.law.working_days import LAND_NAMES
from vergabe.pools.facts import DemandFacts

THEMES: Final = Path(__file__).with_name("pool_themes.csv")
_LAND_CODES: Final = {name: code for code, name in LAND_NAMES.items()}
# Chance that a word of a title or a description is left out of a demand made from a real one.
_WORDS_LOST: Final = 0.15


def key(record_id: str) -> uuid.UUID:
    """Return the id of a record of the data folder as demands carry it."""
    return uuid.uuid5(uuid.NAMESPACE_URL, record_id)


def cpv_label(code: str) -> str:
    """Return the German label of a CPV code, empty for an unknown one."""
    found = codes.cpv(code)
    return found.label_de if found else ""


def load(folder: Path = SHARED) -> list[DemandFacts]:
    """Return the 1,423 demands of German municipalities (public notices of 2023 to 2026)."""
    path = shared("data/demands/demands_municipal_de.jsonl.gz", folder)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [_fact(json.loads(line)) for line in lines]


def _fact(record: dict[str, Any]) -> DemandFacts:
    town = record["municipality"]
    amount = record.get("value", {}).get("amount")
    quantities = record.get("quantities", [])
    return DemandFacts(
        id=key(record["id"]),
        organisation_id=key(f"{town['level']}:{town['key']}"),
        organisation_name=town["name"],
        land=_LAND_CODES[town["land"]],
        title=record["title"],
        description=record.get("description", ""),
        cpv=record["cpv"][0],
        unit_codes=frozenset(q["unit_code"] for q in quantities if "unit_code" in q),
        value_net_cents=None if amount is None else round(amount * 100),
        nature=record.get("nature"),
        nuts=town["nuts3"],
        quantities=tuple((q["raw"], None, q.get("unit_code")) for q in quantities),
    )


def many(base: Sequence[DemandFacts], count: int, seed: int = 1) -> Iterator[DemandFacts]:
    """Yield `count` demands made of real ones: words left out, spread over 2,000 organisations."""
    rng = random.Random(seed)
    for _ in range(count):
        real = rng.choice(base)
        yield replace(
            real,
            id=uuid.UUID(int=rng.getrandbits(128)),
            organisation_id=uuid.UUID(int=rng.randrange(2_000)),
            title=_thinned(real.title, rng),
            description=_thinned(real.description, rng),
            nuts=rng.choice(base).nuts,
        )


def _thinned(text: str, rng: random.Random) -> str:
    kept = [word for word in text.split() if rng.random() > _WORDS_LOST]
    return " ".join(kept) or text


@dataclass(frozen=True)
class Themes:
    """What a demand is about, as a person judged it.

    sure: themes it belongs to without doubt; possible: those it might also be put to, and the sure.
    """

    sure: frozenset[str]
    possible: frozenset[str]


def themes(path: Path = THEMES) -> dict[uuid.UUID, Themes]:
    """Return the judged themes of the demands of three Länder."""
    found = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            names = [name for name in row["themes"].split(";") if name]
            sure = frozenset(name for name in names if not name.endswith("~"))
            possible = frozenset(name.rstrip("~") for name in names)
            found[key(row["id"])] = Themes(sure, possible)
    return found
