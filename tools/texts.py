"""Gather the sentences that can be translated, and keep the catalogues of those in English.

python tools/texts.py           put new sentences into the catalogues, take out unused ones
python tools/texts.py --check   name sentences without English and unused ones; exit code 1

A sentence lies in the catalogue of the part that uses it: `vergabe/suppliers/…` and
`vergabe/templates/suppliers/…` in `suppliers.po`, what all pages share in `frame.po`. Where several
use it, the first in the alphabet has it. What clerks alone read needs no English: it lies in the
template `clerk.pot`, from which a catalogue of any language can be begun.
"""

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).resolve().parents[1]
PACKAGE: Final = ROOT / "vergabe"
CATALOGUES: Final = PACKAGE / "translations" / "en" / "LC_MESSAGES"
TEMPLATE: Final = PACKAGE / "translations" / "clerk.pot"
FRAME: Final = "frame"
# Parts with pages for clerks alone, and what in them others read too.
CLERKS: Final = frozenset(
    [
        "accounts",
        "advice",
        "bylaws",
        "calls",
        "conflicts",
        "cooperations",
        "cost_shares",
        "council_papers",
        "councils",
        "deadlines",
        "demands",
        "enquiries",
        "funding",
        "in_house",
        "jobs",
        "list_views",
        "notice_facts",
        "notices",
        "operation",
        "outages",
        "plans",
        "pools",
        "records",
        "static_copy",  # written in German alone
        "tenders",
        "uptime",
        "votes",
    ]
)
FOR_ALL: Final = frozenset(
    {
        "accounts/guarding.py",
        "enquiries/following_listing.py",
        "enquiries/following_pages.py",
        "enquiries/pages.py",
        "enquiries/rules.py",
        "notices/presenting.py",
        "tenders/differences.py",
        "templates/enquiries/ask.html",
        "templates/enquiries/mine.html",
        "templates/enquiries/register.html",
        "templates/enquiries/registration.html",
        "templates/uptime/closed.html",
        *(f"templates/notices/{name}.html" for name in ("parts", "show", "view")),
    }
)
START: Final = "templates/home/start.html"
# Folders that belong to every page.
SHARED: Final = frozenset({"macros", "errors", "security", "web", "home", "templates"})
KEYWORDS: Final = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None, "lazy": None}
JINJA: Final = {"trimmed": "true", "silent": "false"}
POT_HEADER: Final = "# German sentences that clerks read; copy it to begin a language."
HEADER: Final = "# English for the German sentences of this service; kept by tools/texts.py."

Key = str | tuple[str, ...]


def area_of(path: Path) -> str:
    """Return the name of the catalogue for a file of the package."""
    parts = path.relative_to(PACKAGE).parts
    if parts[0] == "templates":
        parts = parts[1:]
    return FRAME if len(parts) == 1 or parts[0] in SHARED else parts[0]


def is_for_clerks(path: Path) -> bool:
    """Return whether only people of the administration read what a file says."""
    name = path.relative_to(PACKAGE).as_posix()
    return name == START or (area_of(path) in CLERKS and name not in FOR_ALL)


def sentences() -> Iterator[tuple[Path, Key]]:
    """Yield each sentence that is wrapped, with the file that uses it."""
    files = [*PACKAGE.rglob("*.py"), *(PACKAGE / "templates").rglob("*.html")]
    files += (PACKAGE / "templates").rglob("*.txt")
    for file in sorted(files):
        method = "python" if file.suffix == ".py" else "jinja2.ext:babel_extract"
        options = {} if file.suffix == ".py" else JINJA
        with file.open("rb") as source:
            for _line, message, _comments, _context in extract(
                method, source, keywords=KEYWORDS, options=options
            ):
                key = message if isinstance(message, str) else tuple(message)
                if key:
                    yield file, key


def wanted() -> dict[Key, list[Path]]:
    """Return every sentence with the files that use it."""
    found: dict[Key, list[Path]] = {}
    plurals: dict[str, tuple[Key, ...]] = {}
    for file, key in sentences():
        plain = key[0] if isinstance(key, tuple) else key
        known = next((k for k in (key, plain, *plurals.get(plain, ())) if k in found), None)
        if isinstance(key, tuple):
            plurals[plain] = (key,)
        # The singular of a plural form serves a sentence that stands alone.
        if known is None and isinstance(key, tuple) and plain in found:
            found[key] = found.pop(plain)
            known = key
        found.setdefault(known or key, []).append(file)
    return found


def read_catalogues() -> dict[str, Catalog]:
    catalogues = {}
    for file in sorted(CATALOGUES.glob("*.po")):
        with file.open("rb") as source:
            catalogues[file.stem] = read_po(source, locale="en")
    return catalogues


def has_english(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def updated(old: dict[str, Catalog]) -> dict[str, Catalog]:
    """Return the catalogues as they should be: all wanted sentences with the English they have."""
    english = {
        m.id[0] if isinstance(m.id, list | tuple) else m.id: m
        for catalogue in old.values()
        for m in catalogue
        if m.id
    }
    places: dict[str, list[tuple[Key, list[Path]]]] = {}
    for key, files in wanted().items():
        public = [file for file in files if not is_for_clerks(file)]
        if public:
            places.setdefault(min(area_of(file) for file in public), []).append((key, public))
    return {area: _catalogue(entries, english) for area, entries in sorted(places.items())}


def _catalogue(entries: list[tuple[Key, list[Path]]], english: dict) -> Catalog:
    made = Catalog(locale="en", header_comment=HEADER, fuzzy=False)
    for key, files in sorted(entries, key=lambda entry: (min(entry[1]), str(entry[0]))):
        first = key[0] if isinstance(key, tuple) else key
        known = english.get(first)
        fits = known is not None and isinstance(key, tuple) == isinstance(known.id, list | tuple)
        locations = [(str(f.relative_to(ROOT)), 0) for f in sorted(set(files))]
        made.add(key, known.string if fits else None, locations=locations)
    return made


def template() -> str:
    """Return the text of `clerk.pot`: every sentence that clerks alone read, without English."""
    entries = [(key, files) for key, files in wanted().items() if all(map(is_for_clerks, files))]
    return f"{POT_HEADER}\n{_HEAD}{_messages(_catalogue(entries, {}))}".rstrip() + "\n"


_HEAD: Final = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


def _messages(catalogue: Catalog) -> str:
    out = io.BytesIO()
    write_po(out, catalogue, width=100, include_lineno=False, omit_header=True, sort_output=False)
    return out.getvalue().decode()


def as_text(catalogue: Catalog) -> str:
    """Return the file's text without what changes at every run (days, line numbers)."""
    head = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    head += '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    return f"{HEADER}\n{head}{_messages(catalogue)}".rstrip() + "\n"


def check(old: dict[str, Catalog], new: dict[str, Catalog]) -> list[str]:
    """Return what is wrong: sentences without English, and English that nothing uses."""
    problems = [
        f"{area}.po: {message.id!r} has no English"
        for area, catalogue in new.items()
        for message in catalogue
        if message.id and not has_english(message.string)
    ]
    needed = {_first(m.id) for catalogue in new.values() for m in catalogue if m.id}
    problems += [
        f"{area}.po: nothing uses {message.id!r}"
        for area, catalogue in old.items()
        for message in catalogue
        if message.id and _first(message.id) not in needed
    ]
    return problems


def _first(key: Key) -> str:
    return key if isinstance(key, str) else key[0]


def write(new: dict[str, Catalog]) -> list[str]:
    """Write the catalogues that have changed and return their names."""
    CATALOGUES.mkdir(parents=True, exist_ok=True)
    changed = []
    for area, catalogue in new.items():
        file, text = CATALOGUES / f"{area}.po", as_text(catalogue)
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            changed.append(file.name)
    for file in CATALOGUES.glob("*.po"):
        if file.stem not in new:
            file.unlink()
            changed.append(file.name)
    if not is_template_new():
        TEMPLATE.write_text(template(), encoding="utf-8")
        changed.append(TEMPLATE.name)
    return changed


def is_template_new() -> bool:
    """Return whether `clerk.pot` has exactly the sentences that clerks read now."""
    return TEMPLATE.is_file() and TEMPLATE.read_text(encoding="utf-8") == template()


def main() -> int:
    parser = argparse.ArgumentParser(description="sentences that can be translated")
    parser.add_argument("--check", action="store_true", help="change nothing, tell what is missing")
    arguments = parser.parse_args()
    old = read_catalogues()
    new = updated(old)
    problems = check(old if arguments.check else {}, new)
    if arguments.check and not is_template_new():
        problems.append(f"{TEMPLATE.name} is out of date: run this without --check")
    if not arguments.check:
        print("changed:", ", ".join(write(new)) or "nothing")
    for problem in problems:
        print(problem)
    return 1 if problems and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
