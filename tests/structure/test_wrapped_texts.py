"""No page shows German that could not be translated: templates hand every visible word to `_()`."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import TypeGuard

import pytest
from jinja2 import Environment, nodes

TEMPLATES = Path(__file__).resolve().parents[2] / "vergabe" / "templates"
LETTER = re.compile(r"[^\W\d_]")
SPOKEN_ATTRIBUTES = frozenset({"alt", "aria-label", "aria-description", "placeholder", "title"})
TRANSLATORS = frozenset({"_", "gettext", "ngettext", "marked"})
# Units and abbreviations that are the same in every language.
UNITS = frozenset({"EUR", "PDF", "XML", "CSV", "JSON", "km", "MB"})
# Words that a person reads, wherever they stand: a sentence, a noun, an umlaut.
GERMAN = re.compile(r"[^\W\d_] [^\W\d_]|[äöüÄÖÜß„“]|^\W*[A-Z][a-z]")
ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(\"[^\"]*\"|'[^']*')")


@pytest.fixture(scope="module")
def environment() -> Environment:
    made = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
    made.install_null_translations(newstyle=True)
    return made


def words_in(markup: str) -> Iterator[str]:
    """Yield the words of HTML that a person sees or hears; NUL stands for what is filled in.

    A macro may write attributes alone: they are no text of the page.
    """
    markup = re.sub(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", " ", markup, flags=re.DOTALL)
    tags = re.compile(r"</?[A-Za-z!\0](?:\"[^\"]*+\"|'[^']*+'|[^>\"'])*+>")
    for tag in tags.findall(markup):
        for name, value in ATTRIBUTE.findall(tag):
            if name in SPOKEN_ATTRIBUTES:
                yield from _words(value[1:-1])
    yield from _words(re.sub(r"[a-z-]+=\"[^\"]*\"", " ", tags.sub(" ", markup)))


def _words(text: str) -> Iterator[str]:
    for word in re.split(r"[\s\0]+", unescape(text)):
        if LETTER.search(word) and word.strip(".,;:()–/") not in UNITS:
            yield word


def unwrapped(tree: nodes.Template) -> list[str]:
    """Return visible text of a template that does not go through `_()` or `{% trans %}`."""
    markup = "".join(
        part.data if isinstance(part, nodes.TemplateData) else "\0" for part in _output(tree)
    )
    return [*words_in(markup), *_strings(tree)]


def _output(node: nodes.Node) -> Iterator[nodes.Node]:
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.TemplateData) or isinstance(node, nodes.Output):
            yield child
        else:
            yield from _output(child)


def _strings(node: nodes.Node) -> Iterator[str]:
    """Yield constants that read like German and reach a page as they are."""
    for child in _reaching(node):
        if isinstance(child, nodes.Const):
            if isinstance(child.value, str) and _is_german(child.value):
                yield child.value
        else:
            yield from _strings(child)


def _reaching(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield the children whose value may be shown: no translated one, no key, nothing compared."""
    if isinstance(node, nodes.Compare | nodes.Test | nodes.TemplateData):
        return
    if _translates(node):
        yield from (keyword.value for keyword in node.kwargs)
    elif isinstance(node, nodes.Pair):
        yield node.value
    elif isinstance(node, nodes.Getitem):
        yield node.node
    else:
        yield from node.iter_child_nodes()


def _translates(node: nodes.Node) -> TypeGuard[nodes.Call]:
    return (
        isinstance(node, nodes.Call)
        and isinstance(node.node, nodes.Name)
        and node.node.name in TRANSLATORS
    )


def _is_german(text: str) -> bool:
    is_for_styles = re.search(r"\b(kern|app)-", text) is not None
    return bool(LETTER.search(text) and GERMAN.search(text)) and not is_for_styles


def test_every_visible_word_of_every_template_can_be_translated(environment: Environment) -> None:
    found = {}
    files = sorted(TEMPLATES.rglob("*.html"))
    for file in files:
        words = unwrapped(environment.parse(file.read_text(encoding="utf-8")))
        if words:
            found[str(file.relative_to(TEMPLATES))] = words
    assert len(files) > 150
    assert found == {}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Ein Los</p>", ["Ein", "Los"]),
        ("<p>{{ count }} Lose</p>", ["Lose"]),
        ('<a title="Öffnen" class="app-link">{{ name }}</a>', ["Öffnen"]),
        ('<a title="{% trans %}Öffnen{% endtrans %}" id="los">1 km</a>', []),
        ('{{ field("name", "Bezeichnung", value) }}', ["Bezeichnung"]),
        ('{{ field("name", _("Bezeichnung"), value) }}', []),
        ('{{ "je Los" if at == "Los" else _("%(x)s", x="in Gruppen") }}', ["je Los", "in Gruppen"]),
        ('{% set heads = [_("Tag"), ("Wert (netto)", "numeric")] %}', ["Wert (netto)"]),
        ('{{ {"done": "Fertig"}[state] }}', ["Fertig"]),
        ('{{ name ~ " (gilt nicht)" }}', [" (gilt nicht)"]),
        ("{% trans n=3 %}{{ n }} Lose{% endtrans %} – {{ n }} €", []),
    ],
)
def test_the_check_sees_what_is_shown(
    environment: Environment, source: str, words: list[str]
) -> None:
    assert unwrapped(environment.parse(source)) == words
