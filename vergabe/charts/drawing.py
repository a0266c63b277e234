"""Small pieces of SVG: elements as text, and how wide text will be. For all charts.

Charts carry classes for the page's style sheet (colours, dark mode) and presentation attributes as
a fallback where there is none; never a style attribute, which the security policy forbids.
"""

from functools import lru_cache
from html import escape
from typing import Final

from vergabe.exchange.text import clean_text

Number = int | float
WIDE: Final = 960
NARROW: Final = 340
NARROW_BELOW: Final = 600
INK: Final = "#1a1a1a"
# Share of the font size that a character takes in common sans-serif fonts, a little generous.
_NARROW: Final = frozenset("iljtfrI.,:;|!'’()[] /")
_WIDE: Final = frozenset("mwMW@%–—…")
_SHARES: Final = ((_NARROW, 0.36), (_WIDE, 0.98))
_CAPITAL_SHARE: Final = 0.72
_USUAL_SHARE: Final = 0.6
ELLIPSIS: Final = "…"


def element(tag: str, *children: str, **attributes: str | Number | None) -> str:
    """Return one element; children are markup already (see `words`), attributes plain values.

    `class_` and names with underscores become `class` and names with hyphens, except `viewBox`;
    None leaves an attribute out; numbers are rounded to a tenth.
    """
    given = "".join(
        f' {_name(key)}="{escape(_value(value), quote=True)}"'
        for key, value in attributes.items()
        if value is not None
    )
    content = "".join(children)
    return f"<{tag}{given}>{content}</{tag}>" if content else f"<{tag}{given}/>"


def words(text: str) -> str:
    """Return plain text as markup."""
    return escape(clean_text(text), quote=False)


def picture(
    name: str, title: str, description: str, *parts: str, width: int, height: Number
) -> str:
    """Return an `svg` element that says its title and description to whoever cannot see it."""
    return element(
        "svg",
        element("title", words(title), id=f"{name}-title"),
        element("desc", words(description), id=f"{name}-desc"),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        class_="app-chart__svg",
        viewBox=f"0 0 {width} {number(height)}",
        width=width,
        height=height,
        role="img",
        font_family="Fira Sans, sans-serif",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def label_text(
    content: str,
    x: Number,
    y: Number,
    *,
    size: Number,
    class_: str = "",
    bold: bool = False,
    anchor: str | None = None,
) -> str:
    """Return a text with an edge in the colour of the paper, so that lines below do not blur it."""
    return element(
        "text",
        words(content),
        class_=f"app-chart__text {class_}".strip(),
        x=x,
        y=y,
        font_size=size,
        font_weight="600" if bold else None,
        text_anchor=anchor,
        fill=INK,
        stroke="#fff",
        stroke_width=4,
        paint_order="stroke",
    )


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _value(value: str | Number) -> str:
    return clean_text(value) if isinstance(value, str) else number(value)


def number(value: Number) -> str:
    """Return a number with at most one decimal, without a trailing zero."""
    text = f"{value:.1f}"
    return text.removesuffix(".0")


@lru_cache(maxsize=4096)
def text_width(text: str, size: Number) -> float:
    """Return about how wide a text is in a font of this size, rather too wide than too narrow."""
    return sum(_share(character) for character in text) * size


def _share(character: str) -> float:
    for characters, share in _SHARES:
        if character in characters:
            return share
    return _CAPITAL_SHARE if character.isupper() else _USUAL_SHARE


def fitted(text: str, width: Number, size: Number) -> str:
    """Return a text cut to a width, with an ellipsis if something is cut off."""
    if text_width(text, size) <= width:
        return text
    cut = text
    while cut and text_width(cut + ELLIPSIS, size) > width:
        cut = cut[:-1]
    return cut.rstrip() + ELLIPSIS


def wrapped(text: str, width: Number, size: Number, most_lines: int = 2) -> list[str]:
    """Return a text as lines of at most a width, broken between words; the last may be cut."""
    lines: list[str] = []
    rest = text.split()
    while rest and len(lines) < most_lines - 1:
        taken = 1
        while taken < len(rest) and text_width(" ".join(rest[: taken + 1]), size) <= width:
            taken += 1
        lines.append(fitted(" ".join(rest[:taken]), width, size))
        rest = rest[taken:]
    if rest:
        lines.append(fitted(" ".join(rest), width, size))
    return lines
