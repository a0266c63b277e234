"""The stored results as tables in Markdown: all rows, or those with a goal in the README."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

BEGIN: Final = "<!-- measurements: written by `python -m benchmarks --readme` -->"
END: Final = "<!-- end of measurements -->"
_REACHED: Final = {True: "reached", False: "**missed**", None: ""}

MANY: Final = 30

Results = Sequence[Mapping[str, Any]]


def stored(folder: Path) -> list[dict[str, Any]]:
    """Return what the files of a folder hold, in the order of their names."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


def whole(results: Results) -> str:
    """Return every row, with the kinds of machine below."""
    return _table(results, [(each["benchmark"], row) for each, row in _rows(results)])


def judged(results: Results) -> str:
    """Return the rows with a goal, and how many reach it; very many of one benchmark as one row."""
    shown: list[tuple[str, Mapping[str, Any]]] = []
    every = 0
    reached = 0
    for each in results:
        rows = [row for row in each["rows"] if row["goal"] and not row.get("detail")]
        every += len(rows)
        reached += sum(row["reached"] for row in rows)
        shown += [(each["benchmark"], row) for row in (_summed(rows) or rows)]
    return f"{_table(results, shown)}\n\nOf {every} figures with a goal {reached} reach it."


def _summed(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return one row for each goal that very many share: the worst of them; [] for few rows."""
    by_goal: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_goal.setdefault(row["goal"], []).append(row)
    if len(rows) <= MANY:
        return []
    found = []
    for goal, those in by_goal.items():
        pick = max if goal.startswith("≤") else min
        worst = pick(those, key=lambda row: row["value"] if row["ratio"] is None else row["ratio"])
        reached = sum(row["reached"] for row in those)
        name = (
            f"{len(those)} operations ({reached} reach the goal), the worst: {worst['operation']}"
        )
        found.append(dict(worst) | {"operation": name})
    return found


def written_into(text: str, table: str) -> str:
    """Return a page with the table between its two marks; ValueError unless each is there once."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"the page needs {BEGIN!r} and, behind it, {END!r}, each of them once")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{rest.partition(END)[2]}"


def _rows(results: Results) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for each in results:
        for row in each["rows"]:
            yield each, row


def _table(results: Results, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    lines = [
        "| benchmark | operation | ours | against | ratio | goal | |",
        "|---|---|---|---|---|---|---|",
        *(_cells(name, row) for name, row in rows),
        "",
        *_machines(results),
    ]
    return "\n".join(lines)


def _machines(results: Results) -> list[str]:
    """Return a line for each kind of machine: days of measuring, and how busy it was meanwhile."""
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for each in results:
        kind = each["machine"]
        told = (
            f"{kind['cores']} cores ({kind['processor']}), {kind['memory_gib']} GiB, "
            f"{kind['system']}, Python {kind['python']}, SQLite {kind['sqlite']}"
        )
        kinds.setdefault(told, []).append(each)
    found = []
    for told, those in kinds.items():
        days = sorted({each["measured_on"] for each in those})
        busiest = max(each["machine"]["load_before"] for each in those)
        when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
        found.append(f"Machine: {told}; {when}; load average at most {busiest:g} before a run.")
    return found


def _cells(name: str, row: Mapping[str, Any]) -> str:
    against = f"{row['against']}: {row['against_value']:,}" if row["against"] else ""
    place = f" ({row['database']})" if row.get("database") else ""
    cells = (
        name,
        row["operation"] + place,
        f"{row['value']:,} {row['unit']}".strip(),
        against,
        "" if row["ratio"] is None else f"{row['ratio']:.2f}",
        row["goal"] or "",
        _REACHED[row["reached"]],
    )
    return f"| {' | '.join(cells)} |"
