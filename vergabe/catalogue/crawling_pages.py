"""What search engines ask for: robots.txt and the site map, in parts with the day of change."""

from xml.sax.saxutils import escape

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from vergabe.catalogue import queries
from vergabe.db import db
from vergabe.errors import NotFound
from vergabe.web import shell
from vergabe.web.lagging import may_lag
from vergabe.web.rights import public

pages = Blueprint("crawling", __name__)

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_FIXED = ("/", "/bekanntmachungen", "/impressum", "/datenschutz", "/barrierefreiheit")
# Pages of work to be done and answers of programs: nothing to be found by words.
_CLOSED = ("/anmelden", "/konto", "/start", "/api/", "/dateien/")


@pages.get("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    """What may be read: all that is public; filtered lists say `noindex` themselves."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _CLOSED), "Allow: /"]
    lines.append(f"Sitemap: {shell.settings().base_url}/sitemap.xml")
    return _conditional("\n".join(lines) + "\n", "text/plain; charset=utf-8")


@pages.get("/sitemap.xml")
@public
@may_lag
def sitemap() -> ResponseReturnValue:
    """The list of the parts of the site map."""
    base = shell.settings().base_url
    parts = [f"<sitemap><loc>{base}{url_for('.fixed', lang=None)}</loc></sitemap>"]
    parts += [
        f"<sitemap><loc>{base}{url_for('.part', number=number, lang=None)}</loc>"
        f"<lastmod>{changed_at.isoformat(timespec='seconds')}</lastmod></sitemap>"
        for number, changed_at in queries.parts(db.session())
    ]
    return _xml(f"<sitemapindex {_SPACE}>\n" + "\n".join(parts) + "\n</sitemapindex>\n")


@pages.get("/sitemap-seiten.xml")
@public
def fixed() -> ResponseReturnValue:
    """The pages that are always there."""
    base = shell.settings().base_url
    return _urls([f"<url><loc>{base}{path}</loc></url>" for path in _FIXED])


@pages.get("/sitemap-<int:number>.xml")
@public
@may_lag
def part(number: int) -> ResponseReturnValue:
    """Procedures of one part, each with its latest change."""
    base = shell.settings().base_url
    found = queries.part(db.session(), number) if number < 10**6 else []
    if not found:
        raise NotFound("Dieser Teil der Übersicht")
    return _urls(
        [
            f"<url><loc>{escape(base + path)}</loc>"
            f"<lastmod>{changed_at.isoformat(timespec='seconds')}</lastmod></url>"
            for path, changed_at in found
        ]
    )


def _urls(entries: list[str]) -> ResponseReturnValue:
    return _xml(f"<urlset {_SPACE}>\n" + "\n".join(entries) + "\n</urlset>\n")


def _xml(content: str) -> ResponseReturnValue:
    return _conditional(_HEAD + content, "application/xml; charset=utf-8")


def _conditional(content: str, content_type: str) -> ResponseReturnValue:
    response = Response(content, content_type=content_type)
    response.add_etag()
    return response.make_conditional(request)
