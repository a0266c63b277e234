"""Plain data to PDF/A with typst: templates in `xml/typst/`, facts as JSON beside them.

Facts never become typst markup: the template reads them as strings, so nothing in a title can
change the document.
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, Final, Literal

from vergabe.resources import folder

# PDF/A-2a for archives, PDF/UA-1 for screen readers.
STANDARDS: Final[list[Literal["a-2a", "ua-1"]]] = ["a-2a", "ua-1"]


def render(template: str, data: Mapping[str, Any], *, at: dt.datetime) -> bytes:
    """Return the PDF of a template (`notice`) and JSON data; the same input gives the same bytes.

    at: aware instant that stands in the document's metadata. System fonts are not used, so that the
    document looks the same on every machine.
    """
    # Loaded with the first document.
    import typst

    content: bytes = typst.compile(
        str(folder("xml") / "typst" / f"{template}.typ"),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=list(STANDARDS),
        timestamp=int(at.timestamp()),
    )
    return content
