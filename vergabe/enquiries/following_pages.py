"""Voluntary registration for one tender: firms with one click, addresses through a link by mail."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.enquiries import following_listing, queries
from vergabe.errors import InvalidInput, NotFound, Violation
from vergabe.list_views.answers import list_answer
from vergabe.suppliers import following
from vergabe.suppliers.model import TenderRegistration
from vergabe.tenders.model import Tender
from vergabe.texts import gettext as _
from vergabe.web.rights import current_actor, optional_actor, public, requires
from vergabe.web.shell import settings
from vergabe.web.transactions import commits

pages = Blueprint("following", __name__)


@pages.get("/bekanntmachungen/<reference>/registrieren")
@public
def register(reference: str) -> ResponseReturnValue:
    return _register_page(queries.published_tender(db.session(), reference))


def _register_page(
    tender: Tender, violations: tuple[Violation, ...] = (), *, status: int = 200
) -> ResponseReturnValue:
    actor = optional_actor()
    firm_id = None
    if actor is not None and actor.holds(Permission.USE_SUPPLIER_AREA):
        firm_id = actor.organisation_id
    html = render_template(
        "enquiries/register.html",
        tender=tender,
        is_supplier=firm_id is not None,
        is_following=firm_id is not None
        and following.is_following(db.session(), firm_id, tender.id),
        values=request.form,
        violations=violations,
    )
    return html, status


@pages.post("/bekanntmachungen/<reference>/registrieren")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
def follow(reference: str) -> ResponseReturnValue:
    session = db.session()
    tender = queries.published_tender(session, reference)
    following.follow(session, current_actor(), tender.id, now=clock.now())
    flash(_("Ihr Unternehmen erfährt jetzt von Änderungen und Antworten."), "success")
    return redirect(url_for("supplier_tenders.show", reference=tender.reference), code=303)


@pages.post("/bekanntmachungen/<reference>/abmelden")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
def leave(reference: str) -> ResponseReturnValue:
    session = db.session()
    tender = queries.published_tender(session, reference)
    following.leave(session, current_actor(), tender.id, now=clock.now())
    flash(_("Ihr Unternehmen bekommt zu diesem Verfahren keine Nachrichten mehr."), "success")
    return redirect(url_for(".register", reference=tender.reference), code=303)


@pages.post("/bekanntmachungen/<reference>/registrieren/e-mail")
@public
@commits
def ask_address(reference: str) -> ResponseReturnValue:
    session = db.session()
    tender = queries.published_tender(session, reference)
    try:
        following.ask_address(
            session,
            tender.id,
            email=request.form.get("email", ""),
            reference=tender.reference,
            secret_key=settings().secret_key,
            now=clock.now(),
        )
    except InvalidInput as error:
        session.rollback()
        tender = queries.published_tender(session, reference)
        return _register_page(tender, error.reasons, status=error.status)
    flash(
        _(
            "Wir haben Ihnen eine E-Mail geschickt. Erst wenn Sie den Link darin bestätigen, sind "
            "Sie registriert."
        ),
        "info",
    )
    return redirect(url_for(".register", reference=tender.reference), code=303)


@pages.get("/registrierung/<token>")
@public
def registration(token: str) -> ResponseReturnValue:
    found, tender = _by_token(token)
    return render_template(
        "enquiries/registration.html", registration=found, tender=tender, token=token
    )


def _by_token(token: str) -> tuple[TenderRegistration, Tender]:
    session = db.session()
    found = following.registration_of(session, token, secret_key=settings().secret_key)
    tender = session.get(Tender, found.tender_id)
    if tender is None:
        raise NotFound(_("Das Vergabeverfahren"))
    return found, tender


@pages.post("/registrierung/<token>/bestaetigen")
@public
@commits
def confirm(token: str) -> ResponseReturnValue:
    found, _tender = _by_token(token)
    following.confirm_address(db.session(), found, now=clock.now())
    flash(_("Sie sind registriert und erfahren von Änderungen und Antworten."), "success")
    return redirect(url_for(".registration", token=token), code=303)


@pages.post("/registrierung/<token>/abmelden")
@public
@commits
def leave_address(token: str) -> ResponseReturnValue:
    found, _tender = _by_token(token)
    following.leave_address(db.session(), found, now=clock.now())
    flash(_("Sie sind abgemeldet."), "success")
    return redirect(url_for(".registration", token=token), code=303)


@pages.get("/unternehmen/verfahren")
@requires(Permission.USE_SUPPLIER_AREA)
def mine() -> ResponseReturnValue:
    now = clock.now()
    return list_answer(
        following_listing.following_list(current_actor(), now=now), "enquiries/mine.html", now=now
    )
