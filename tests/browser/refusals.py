"""What a form answers to rubbish: refused, with the entry kept and the errors linked to fields."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from lxml import html
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.browser.crawling import Crawl, PostedForm
from tests.browser_forms import Form, forms_of

LONG: Final = "<b>zu lang & „falsch“</b> " * 24  # 600 characters
NO_DAY: Final = "31.02.2027"
_TYPED: Final = ("text", "textarea", "search", "email", "tel", "url", "date", "time", "number")


@dataclass(frozen=True)
class Refusal:
    """A form, what was sent, and the answer."""

    posted: PostedForm
    sent: MultiDict[str, str]
    answer: TestResponse

    @property
    def body(self) -> str:
        return self.answer.get_data(as_text=True)

    @property
    def is_refused(self) -> bool:
        return self.answer.status_code in (409, 422)

    def problems(self) -> list[str]:
        """Return what is wrong with how the form refuses; some may take what was sent."""
        if not self.is_refused:
            is_taken = self.answer.status_code in (200, 303)
            return [] if is_taken else [f"status {self.answer.status_code}"]
        root = html.fromstring(self.body)
        summaries = root.xpath("//main//*[@data-error-summary]")
        if not summaries:
            return ["no summary of errors"]
        (summary,) = summaries
        found = [] if summary.get("autofocus") is not None else ["the summary takes no focus"]
        if not summary.xpath(".//li"):
            found.append("the summary says nothing")
        for target in summary.xpath(".//a/@href"):
            place = "descendant-or-self::*[self::input or self::select or self::textarea]"
            if not root.xpath(f"//*[@id=$id]/{place}", id=target.removeprefix("#")):
                found.append(f"{target} leads to no field")
            found += self._astray(root, target)
        return found + self._lost()

    def _astray(self, root: html.HtmlElement, target: str) -> list[str]:
        """Return whether a link leads into another form than the one that was sent."""
        places = root.xpath("//*[@id=$id]", id=target.removeprefix("#"))
        if len(places) > 1:
            return [f"{target} stands twice"]
        found = []
        for place in places:
            if urlsplit(self.posted.action).path not in map(_path, place.xpath("ancestor::form")):
                found.append(f"{target} leads into another form")
            if place.xpath("ancestor::details[not(@open)]"):
                found.append(f"{target} is folded away")
        return found

    def _lost(self) -> list[str]:
        again = _the_same(self.posted, forms_of(self.body))
        if again is None:
            return ["the form is gone"]
        kinds = self.posted.form.kinds
        typed = [name for name, kind in kinds.items() if kind in _TYPED and name in again.controls]
        return [
            f"{name}: {self.sent[name][:30]!r} became {again.data.get(name, '')[:30]!r}"
            for name in typed
            if self.sent.get(name) and again.data.get(name) != self.sent[name]
        ]


def _path(form: html.FormElement) -> str:
    return urlsplit(form.get("action") or "").path


def _the_same(posted: PostedForm, forms: list[Form]) -> Form | None:
    wanted = set(posted.form.controls)
    alike = [form for form in forms if wanted & set(form.controls)]
    return max(alike, key=lambda form: len(wanted & set(form.controls)), default=None)


def rubbish(form: Form) -> MultiDict[str, str]:
    """Return what a form would send if all its lines were filled with text that fits nowhere."""
    sent = _pressed(form)
    for name, kind in form.kinds.items():
        if kind in _TYPED:
            sent.setlist(name, [NO_DAY if kind == "date" else LONG.strip()])
    return sent


def _pressed(form: Form) -> MultiDict[str, str]:
    """Return what the form would send as it stands, with its first button."""
    sent = form.data.copy()
    for name, value in form.buttons[:1]:
        sent.add(name, value)
    return sent


def nothing(form: Form) -> MultiDict[str, str]:
    """Return what a form sends if everything is emptied."""
    sent = _pressed(form)
    for name in form.controls:
        sent.poplist(name)
        if form.kinds[name] in (*_TYPED, "select"):
            sent.add(name, "")
    return sent


def send(crawl: Crawl, posted: PostedForm, sent: MultiDict[str, str]) -> Refusal:
    """Send a form; nothing of it stays."""
    with crawl.supposing():
        answer = posted.page.visitor.open("POST", posted.action, data=sent)
        return Refusal(posted, sent, answer)
