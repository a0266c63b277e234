"""The page of all terms, and what templates need to explain one of them."""

from flask import Blueprint, Flask, g, render_template, request
from flask.typing import ResponseReturnValue

from vergabe.collation import folded
from vergabe.glossary.terms import Term, sort_key, term, terms
from vergabe.web.rights import public

pages = Blueprint("glossary", __name__)


@pages.get("/glossar")
@public
def show() -> ResponseReturnValue:
    wanted = request.args.get("q", "").strip()[:100]
    found = [entry for entry in terms().values() if not wanted or _mentions(entry, wanted)]
    found.sort(key=lambda entry: sort_key(entry.name))
    return render_template("glossary/show.html", terms=found, q=wanted)


def _mentions(entry: Term, wanted: str) -> bool:
    texts = (entry.de, entry.en, entry.meaning, entry.law or "", *entry.also)
    return any(folded(wanted) in folded(text) for text in texts)


def number_of_explanation() -> int:
    """Return a number that no other explanation on this page has: ids must be unique."""
    g.explanations = g.get("explanations", 0) + 1
    return int(g.explanations)


def init_app(app: Flask) -> None:
    """Give templates what the macro `term` needs."""
    app.jinja_env.globals.update(glossary_term=term, explanation_number=number_of_explanation)
