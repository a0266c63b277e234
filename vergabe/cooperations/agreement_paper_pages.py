"""Pages of what happens to an agreement outside: approval, publication, notices of termination."""

import uuid

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations import (
    agreement_approval,
    agreement_entries,
    agreement_forms,
    agreement_notices,
    agreement_printing,
    agreement_rules,
)
from vergabe.cooperations.agreement_pages import page, to, view_of
from vergabe.cooperations.pages import visible, words
from vergabe.cooperations.resolution_pages import pdf_answer
from vergabe.db import db
from vergabe.errors import DomainError
from vergabe.web.posting import attempt
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("agreement_papers", __name__)
pages.context_processor(words)


@pages.get("/zusammenarbeit/<key>/vereinbarung/<int:number>/unterschriften.pdf")
@requires(Permission.VIEW_COOPERATION)
def signatures(key: str, number: int) -> ResponseReturnValue:
    now, view = clock.now(), view_of(key, number)
    name = f"Vereinbarung {view.cooperation.reference_prefix} Fassung {number}.pdf"
    return pdf_answer(agreement_printing.signature_paper(view, now=now), name)


@pages.get("/zusammenarbeit/<key>/vereinbarung/<int:number>/genehmigung")
@requires(Permission.EDIT_COOPERATION)
def approval(key: str, number: int) -> ResponseReturnValue:
    return _approval_page(key, number)


def _approval_page(key: str, number: int, error: DomainError | None = None) -> ResponseReturnValue:
    agreement = view_of(key, number).agreement
    stored = {
        "authority": agreement.authority,
        "sent_on": agreement.approval_sent_on,
        "received_on": agreement.approval_received_on,
        "objections_on": agreement.approval_objections_on,
        "meeting_named_on": agreement.approval_meeting_named_on,
        "meeting_on": agreement.approval_meeting_on,
        "published_on": agreement.published_on,
        "published_in": agreement.published_in,
    }
    # Three forms share the page: what the others hold is shown as it is on file.
    return page("agreement_approval", key, number, error, stored | request.form.to_dict())


@pages.post("/zusammenarbeit/<key>/vereinbarung/<int:number>/genehmigung")
@requires(Permission.EDIT_COOPERATION)
@commits
def record_approval(key: str, number: int) -> ResponseReturnValue:
    cooperation = visible(key)
    return attempt(
        lambda: agreement_approval.record_approval(
            db.session(),
            current_actor(),
            cooperation.id,
            number,
            agreement_forms.approval(request.form),
            now=clock.now(),
        ),
        lambda error: _approval_page(key, number, error),
        done="Der Stand bei der Aufsicht ist vermerkt.",
        to=to(key, number),
    )


@pages.post("/zusammenarbeit/<key>/vereinbarung/<int:number>/schweigen")
@requires(Permission.EDIT_COOPERATION)
@commits
def confirm_silence(key: str, number: int) -> ResponseReturnValue:
    cooperation = visible(key)
    return attempt(
        lambda: agreement_approval.confirm_silence(
            db.session(),
            current_actor(),
            cooperation.id,
            number,
            reason=request.form.get("reason", ""),
            now=clock.now(),
        ),
        lambda error: _approval_page(key, number, error),
        done="Die Genehmigung gilt als erteilt.",
        to=to(key, number),
    )


@pages.post("/zusammenarbeit/<key>/vereinbarung/<int:number>/bekanntmachung")
@requires(Permission.EDIT_COOPERATION)
@commits
def publish(key: str, number: int) -> ResponseReturnValue:
    cooperation = visible(key)
    return attempt(
        lambda: agreement_approval.publish(
            db.session(),
            current_actor(),
            cooperation.id,
            number,
            **agreement_forms.publication(request.form),
            now=clock.now(),
        ),
        lambda error: _approval_page(key, number, error),
        done="Die Bekanntmachung ist vermerkt.",
        to=to(key, number),
    )


@pages.get("/zusammenarbeit/<key>/vereinbarung/kuendigung")
@requires(Permission.GIVE_NOTICE)
def notice(key: str) -> ResponseReturnValue:
    return _notice_page(key)


def _notice_page(key: str, error: DomainError | None = None) -> ResponseReturnValue:
    view = view_of(key)
    earliest = agreement_rules.first_day_after_notice(
        view.day, view.agreement.notice_months, view.agreement.notice_to
    )
    html = render_template(
        "cooperations/agreement_notice.html",
        view=view,
        earliest=earliest,
        violations=error.reasons if error else (),
        values=request.form,
        ends=agreement_entries.NOTICE_ENDS,
    )
    return html, error.status if error else 200


@pages.post("/zusammenarbeit/<key>/vereinbarung/kuendigung")
@requires(Permission.GIVE_NOTICE)
@commits
def give_notice(key: str) -> ResponseReturnValue:
    cooperation = visible(key)
    return attempt(
        lambda: agreement_notices.give_notice(
            db.session(),
            current_actor(),
            cooperation.id,
            agreement_forms.notice(request.form),
            now=clock.now(),
        ),
        lambda error: _notice_page(key, error),
        done="Die Kündigung ist vermerkt. Alle Mitglieder werden benachrichtigt.",
        to=to(key),
    )


@pages.post("/zusammenarbeit/<key>/vereinbarung/kuendigung/<uuid:notice_id>/ruecknahme")
@requires(Permission.GIVE_NOTICE)
@commits
def withdraw_notice(key: str, notice_id: uuid.UUID) -> ResponseReturnValue:
    cooperation = visible(key)
    return attempt(
        lambda: agreement_notices.withdraw_notice(
            db.session(),
            current_actor(),
            cooperation.id,
            notice_id,
            reason=request.form.get("reason", ""),
            now=clock.now(),
        ),
        lambda error: page("agreement", key, error=error),
        done="Die Kündigung ist zurückgenommen.",
        to=to(key),
    )


@pages.post("/zusammenarbeit/<key>/vereinbarung/kuendigung/<uuid:notice_id>/anzeige")
@requires(Permission.EDIT_COOPERATION)
@commits
def note_authority_informed(key: str, notice_id: uuid.UUID) -> ResponseReturnValue:
    cooperation = visible(key)
    return attempt(
        lambda: agreement_notices.note_authority_informed(
            db.session(),
            current_actor(),
            cooperation.id,
            notice_id,
            **agreement_forms.notified(request.form),
            now=clock.now(),
        ),
        lambda error: page("agreement", key, error=error),
        done="Die Anzeige bei der Aufsicht ist vermerkt.",
        to=to(key),
    )
