"""Plain data to PDF/A with typst: templates in `xml/typst/`, facts as JSON beside them.

Facts never become typst markup: the template reads them as strings, so nothing in a title can
change the document. Characters that no font of ours has stand as their code (`[U+1F692]`): PDF/A
knows no empty boxes, and a pictogram in a text must not keep a notice from being published.
"""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final, Literal

from vergabe.resources import folder

# PDF/A-2a for archives, PDF/UA-1 for screen readers.
STANDARDS: Final[list[Literal["a-2a", "ua-1"]]] = ["a-2a", "ua-1"]
# How typst names each text that its fonts cannot show; odd characters stand there as `\u{f020}`.
_NOT_SHOWN: Final = re.compile(r'the text `"(.*?)"` could not be displayed')
_ESCAPED: Final = re.compile(r"\\u\{([0-9a-f]+)\}")


def render(template: str, data: Mapping[str, Any], *, at: dt.datetime) -> bytes:
    """Return the PDF of a template (`notice`) and JSON data; the same input gives the same bytes.

    at: aware instant that stands in the document's metadata. System fonts are not used, so that the
    document looks the same on every machine.
    """
    facts = json.dumps(data, ensure_ascii=False)
    # Loaded with the first document.
    from typst import TypstError

    while True:
        try:
            return _compiled(template, facts, at)
        except TypstError as error:
            spelt = facts.translate(_spelt_out(error.diagnostic))
            # Nothing else can be mended here, nor a character that the template made out of others.
            if spelt == facts:
                raise
            # Each turn takes characters away that never come back, so this ends.
            facts = spelt


def _compiled(template: str, facts: str, at: dt.datetime) -> bytes:
    import typst

    content: bytes = typst.compile(
        str(folder("xml") / "typst" / f"{template}.typ"),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": facts},
        pdf_standards=list(STANDARDS),
        timestamp=int(at.timestamp()),
    )
    return content


def _spelt_out(diagnostic: str) -> dict[int, str]:
    """Return what stands for each character that no font has; empty if nothing else is wrong.

    A mark makes the letter before it look missing as well, so marks go first and alone.
    """
    named = "".join(_NOT_SHOWN.findall(diagnostic))
    found = {c for c in _ESCAPED.sub(lambda code: chr(int(code[1], 16)), named) if not c.isascii()}
    marks = {c for c in found if unicodedata.category(c).startswith("M")}
    return {
        ord(c): "" if unicodedata.category(c) == "Cf" else f"[U+{ord(c):04X}]"
        for c in marks or found
    }
