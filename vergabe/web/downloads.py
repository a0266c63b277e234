"""The head of an answer that tells the browser under which name to keep a file."""

import unicodedata
from typing import Final
from urllib.parse import quote

# What RFC 8187 lets stand unencoded.
_SAFE: Final = "!#$&+-.^_`|~"


def content_disposition(name: str, *, inline: bool = False) -> str:
    """Return the value of `Content-Disposition` for a file of this name, whatever is in it.

    A head can carry Latin letters only; other names (`Łódź.pdf`) come along encoded (RFC 6266),
    next to a plain form for programs that do not know that.
    """
    kind = "inline" if inline else "attachment"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join(c for c in plain if c.isprintable() and c not in '"\\;') or "datei"
    if plain == name:
        return f'{kind}; filename="{name}"'
    encoded = quote(name, safe=_SAFE, errors="replace")
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
