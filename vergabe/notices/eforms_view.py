"""An eForms notice, our own or a foreign one, as people read it: for pages and as PDF."""

import datetime as dt

from markupsafe import Markup

from vergabe.exchange.eforms import view
from vergabe.exchange.eforms.view import blocks as view_blocks


def html_of(xml: bytes) -> Markup:
    """Return a notice as an HTML fragment, headings from h2 on; its texts are escaped.

    Raises InvalidInput if `xml` cannot be parsed or is no eForms notice.
    """
    return Markup(view.html(xml))  # noqa: S704  # the stylesheet's serialiser has escaped every text


def pdf_of(xml: bytes, *, at: dt.datetime) -> bytes:
    """Return the same as accessible PDF/A; at: aware instant for its metadata."""
    return view_blocks.as_pdf(xml, at=at)
