"""Pages of the agreement: its stages, checklist, content, parties and versions."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.audit import queries as records
from vergabe.audit import service as audit
from vergabe.cooperations import (
    agreement_entries,
    agreement_forms,
    agreement_queries,
    agreement_versions,
    agreements,
    forms,
    queries,
)
from vergabe.cooperations.agreement_checklist import ITEMS
from vergabe.cooperations.agreement_view import AgreementView, agreement_view
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.pages import visible, words
from vergabe.cost_keys.keys import KEY_NAMES, NO_AWARD_NAMES
from vergabe.db import db
from vergabe.errors import DomainError, Stale
from vergabe.web import stale
from vergabe.web.forms import FormReader
from vergabe.web.posting import attempt
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("agreements", __name__)
pages.context_processor(words)

_OFFERED: Final = {
    "items": ITEMS,
    "notice_to": tuple(agreement_entries.NOTICE_ENDS_TO.items()),
    "notice_ends": tuple(agreement_entries.NOTICE_ENDS.items()),
    "key_kinds": tuple((kind.value, name) for kind, name in KEY_NAMES.items()),
    "no_award": tuple((rule.value, name) for rule, name in NO_AWARD_NAMES.items()),
}


def view_of(key: str, number: int | None = None) -> AgreementView:
    """Return a version of the agreement as the reader may see it."""
    return agreement_view(db.session(), current_actor(), visible(key), number, now=clock.now())


def page(
    template: str,
    key: str,
    number: int | None = None,
    error: DomainError | None = None,
    values: Mapping[str, Any] | None = None,
) -> ResponseReturnValue:
    """Return a page about a version, with what is wrong and what was typed."""
    html = render_template(
        f"cooperations/{template}.html",
        view=view_of(key, number),
        violations=error.reasons if error else (),
        values=request.form if values is None else values,
        offered=_OFFERED,
    )
    return html, error.status if error else 200


@pages.get("/zusammenarbeit/<key>/vereinbarung")
@requires(Permission.VIEW_COOPERATION)
def show(key: str) -> ResponseReturnValue:
    return page("agreement", key, request.args.get("fassung", type=int))


@pages.get("/zusammenarbeit/<key>/vereinbarung/<int:number>/schritt")
@requires(Permission.EDIT_COOPERATION)
def step(key: str, number: int) -> ResponseReturnValue:
    return page("agreement_step", key, number)


@pages.post("/zusammenarbeit/<key>/vereinbarung/<int:number>/schritt")
@requires(Permission.EDIT_COOPERATION)
@commits
def take_step(key: str, number: int) -> ResponseReturnValue:
    cooperation = visible(key)
    return attempt(
        lambda: agreements.move_agreement(
            db.session(),
            current_actor(),
            cooperation.id,
            **forms.move(request.form),
            number=number,
            now=clock.now(),
        ),
        lambda error: page("agreement_step", key, number, error),
        done="Der Schritt ist vermerkt.",
        to=to(key, number),
    )


@pages.get("/zusammenarbeit/<key>/vereinbarung/neu")
@requires(Permission.EDIT_COOPERATION)
def new(key: str) -> ResponseReturnValue:
    return page("agreement_new", key)


@pages.post("/zusammenarbeit/<key>/vereinbarung/neu")
@requires(Permission.EDIT_COOPERATION)
@commits
def draft(key: str) -> ResponseReturnValue:
    cooperation = visible(key)
    newest = queries.newest_agreement(db.session(), cooperation.id)
    return attempt(
        lambda: agreement_versions.draft_version(
            db.session(),
            current_actor(),
            cooperation.id,
            request.form.get("reason", ""),
            now=clock.now(),
        ),
        lambda error: page("agreement_new", key, error=error),
        done="Die neue Fassung ist angelegt. Die geltende bleibt in Kraft.",
        to=to(key, newest.number + 1 if newest else 1),
    )


@pages.get("/zusammenarbeit/<key>/vereinbarung/<int:number>/inhalt")
@requires(Permission.EDIT_COOPERATION)
def content(key: str, number: int) -> ResponseReturnValue:
    return page("agreement_content", key, number, values=_stored(view_of(key, number)))


@pages.post("/zusammenarbeit/<key>/vereinbarung/<int:number>/inhalt")
@requires(Permission.EDIT_COOPERATION)
@commits
def edit(key: str, number: int) -> ResponseReturnValue:
    cooperation = visible(key)
    return attempt(
        lambda: agreement_versions.edit_agreement(
            db.session(),
            current_actor(),
            cooperation.id,
            number,
            agreement_forms.agreement(request.form, _known_key(cooperation, number)),
            reason=request.form.get("reason", ""),
            version=FormReader(request.form).version(),
            now=clock.now(),
        ),
        lambda error: _content_again(key, number, error),
        done="Der Inhalt ist gespeichert.",
        to=to(key, number),
    )


def _content_again(key: str, number: int, error: DomainError) -> ResponseReturnValue:
    if not isinstance(error, Stale):
        return page("agreement_content", key, number, error)
    stored = _stored(view_of(key, number))
    typed = request.form.to_dict() | {"version": stored["version"]}
    stream = audit.stream_of("cooperation", visible(key).id)
    return stale.answer(
        lambda: page("agreement_content", key, number, values=stored),
        lambda: page("agreement_content", key, number, values=typed),
        records.last_entry(db.session(), stream),
    )


def _known_key(cooperation: Cooperation, number: int) -> Mapping[str, Any]:
    found = agreement_queries.version(db.session(), cooperation.id, number)
    return found.cost_key if found.cost_key is not None else cooperation.cost_key


def _stored(view: AgreementView) -> dict[str, Any]:
    """Return what is on file as the values of the form."""
    agreement = view.agreement
    key = agreement.cost_key if agreement.cost_key is not None else view.cooperation.cost_key
    values: dict[str, Any] = {
        "legal_form": agreement.legal_form,
        "subject": agreement.subject,
        "requires_approval": agreement.requires_approval,
        "authority": agreement.authority,
        "notice_months": "" if agreement.notice_months is None else str(agreement.notice_months),
        "notice_to": agreement.notice_to,
        "notice_ends": agreement.notice_ends,
        "version": view.cooperation.version,
    }
    values |= {f"checklist.{name}": answer for name, answer in (agreement.checklist or {}).items()}
    for name, value in key.items():
        shown = f"{value / 100:g}".replace(".", ",") if name.endswith("basis_points") else value
        values[f"cost_key.{name}"] = shown
    return values


@pages.get("/zusammenarbeit/<key>/vereinbarung/<int:number>/parteien")
@requires(Permission.EDIT_COOPERATION)
def parties(key: str, number: int) -> ResponseReturnValue:
    return _parties_page(key, number)


@pages.post("/zusammenarbeit/<key>/vereinbarung/<int:number>/parteien")
@requires(Permission.EDIT_COOPERATION)
@commits
def record_party(key: str, number: int) -> ResponseReturnValue:
    cooperation = visible(key)
    return attempt(
        lambda: agreement_versions.record_party(
            db.session(),
            current_actor(),
            cooperation.id,
            number,
            agreement_forms.party(request.form),
            now=clock.now(),
        ),
        lambda error: _parties_page(key, number, error),
        done="Die Angaben zur Partei sind gespeichert.",
        to=to(key, number),
    )


def _parties_page(key: str, number: int, error: DomainError | None = None) -> ResponseReturnValue:
    view = view_of(key, number)
    chosen = request.values.get("mitglied") or request.form.get("organisation_id", "")
    row = next((each for each in view.parties if str(each.organisation_id) == chosen), None)
    values: Mapping[str, Any] = request.form
    if error is None:
        values = {"organisation_id": chosen} | (
            {
                name: getattr(row, name)
                for name in ("signed_on", "signed_by", "maximum_quantity", "maximum_net_cents")
            }
            if row
            else {}
        )
    members = queries.members(db.session(), view.cooperation.id, view.day)
    html = render_template(
        "cooperations/agreement_party.html",
        view=view,
        members=[(str(each.organisation_id), each.organisation.name) for each in members],
        violations=error.reasons if error else (),
        values=values,
    )
    return html, error.status if error else 200


def to(key: str, number: int | None = None) -> str:
    """Return the address of the page that shows a version, by default the one that counts."""
    return url_for("agreements.show", key=key, fassung=number)
