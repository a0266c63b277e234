"""Forms of a page as a browser without scripts sees them: what it would post, its controls."""

from dataclasses import dataclass, field

from lxml import html
from werkzeug.datastructures import MultiDict

_BUTTONS = ("submit", "button", "reset", "image")


@dataclass
class Form:
    """A POST form: address, what is filled in, and all names that a person can fill in.

    kinds: of each of these names (text, date, textarea, select, checkbox …); buttons: name and
    value of those that have them.
    """

    action: str
    data: MultiDict[str, str] = field(default_factory=MultiDict)
    controls: list[str] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def filled(self, **values: str) -> MultiDict[str, str]:
        """Return what is posted when a person changes some fields; dots are `__`, empty empties."""
        posted = self.data.copy()
        for name, value in values.items():
            name = name.replace("__", ".")
            posted.poplist(name)
            if value:
                posted.add(name, value)
        return posted


def forms_of(page: str) -> list[Form]:
    """Return the POST forms in the content of a page, in their order."""
    root = html.fromstring(page)
    found = root.xpath("//main//form[translate(@method, 'POST', 'post')='post']")
    return [_form(element) for element in found]


def form_of(page: str) -> Form:
    """Return the largest form of a page: the one that a person came for."""
    return max(forms_of(page), key=lambda form: len(form.controls))


def _form(element: html.FormElement) -> Form:
    form = Form(element.get("action") or "")
    for control in element.xpath(".//input|.//select|.//textarea"):
        name, kind = control.get("name"), control.get("type", "text")
        if not name or (control.tag == "input" and kind in _BUTTONS):
            continue
        if kind != "hidden" and name not in form.controls:
            form.controls.append(name)
            form.kinds[name] = kind if control.tag == "input" else control.tag
        for value in _values(control, kind):
            form.data.add(name, value)
    named = [button for button in element.xpath(".//button") if button.get("name")]
    form.buttons = [(button.get("name"), button.get("value", "")) for button in named]
    return form


def _values(control: html.HtmlElement, kind: str) -> list[str]:
    if control.tag == "select":
        chosen = control.xpath(".//option[@selected]") or control.xpath(".//option")[:1]
        return [option.get("value", option.text or "") for option in chosen]
    if control.tag == "textarea":
        text = control.text or ""
        return [text.removeprefix("\n")]
    if kind in ("checkbox", "radio"):
        return [control.get("value", "on")] if control.get("checked") is not None else []
    return [] if kind == "file" else [control.get("value", "")]
