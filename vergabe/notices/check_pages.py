"""Checking the notice of a draft: what stands against it, its preview, its documents."""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import NotFound
from vergabe.exchange.eforms import writing
from vergabe.exchange.eforms.notice import SUBTYPES, Notice
from vergabe.exchange.findings import Finding
from vergabe.notices import checking, draft_checks, eforms_documents, eforms_view, finding_links
from vergabe.notices.checking import CheckingHouse
from vergabe.notices.draft_check_model import DraftCheck
from vergabe.notices.eforms_mapping import PLANNING
from vergabe.notices.finding_links import ShownFinding
from vergabe.tenders import presenting
from vergabe.tenders import queries as tenders
from vergabe.tenders.model import Tender
from vergabe.tenders.rules import Stage
from vergabe.texts import _
from vergabe.web import shell
from vergabe.web.downloads import content_disposition
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("notice_checks", __name__)

_RULE: Final = "/vergabeverfahren/<uuid:tender_id>/bekanntmachung"
# Planning notices of a draft, in the order in which they come: above the threshold, below it.
_PLANNED: Final = {True: ("4", "7"), False: ("E2", "E1")}


@pages.get(f"{_RULE}/pruefung")
@requires(Permission.VIEW_TENDERS)
def show(tender_id: uuid.UUID) -> ResponseReturnValue:
    session = db.session()
    tender = _draft(tender_id)
    found = checking.checked_draft(session, tender, _house(), now=clock.now())
    asked = draft_checks.newest(session, tender.id)
    subtype = SUBTYPES[found.notice.subtype]
    is_above = not subtype.code.startswith("E")
    return presenting.page(
        "notices/check.html",
        tender,
        found=found,
        errors=_shown(tender, found.errors),
        warnings=_shown(tender, found.warnings),
        subtype=subtype,
        asked=asked,
        is_outdated=asked is not None and asked.seen != draft_checks.seen_now(session, tender),
        official=_official(tender, asked),
        has_sdk=_house().sdk is not None,
        planning=[SUBTYPES[code] for code in _PLANNED[is_above]],
    )


@pages.post(f"{_RULE}/pruefung")
@requires(Permission.EDIT_TENDERS)
@commits
def ask(tender_id: uuid.UUID) -> ResponseReturnValue:
    draft_checks.ask(db.session(), current_actor(), tender_id, now=clock.now())
    flash(
        _("Die amtlichen Regeln werden geprüft. Das Ergebnis steht gleich auf dieser Seite."),
        "info",
    )
    return redirect(url_for(".show", tender_id=tender_id, _anchor="amtlich"), code=303)


@pages.get(f"{_RULE}/ansicht")
@requires(Permission.VIEW_TENDERS)
def preview(tender_id: uuid.UUID) -> ResponseReturnValue:
    tender = _draft(tender_id)
    notice = _wanted(tender)
    return presenting.page(
        "notices/draft_view.html",
        tender,
        view=eforms_view.html_of(writing.build(notice)),
        subtype=SUBTYPES[notice.subtype],
        kind=request.args.get("art", ""),
    )


@pages.get(f"{_RULE}/ansicht.<any('xml','pdf'):ending>")
@requires(Permission.VIEW_TENDERS)
def document(tender_id: uuid.UUID, ending: str) -> ResponseReturnValue:
    tender = _draft(tender_id)
    content = writing.build(_wanted(tender))
    media_type = "application/xml"
    if ending == "pdf":
        content, media_type = eforms_view.pdf_of(content, at=clock.now()), "application/pdf"
    response = Response(content, content_type=media_type)
    name = f"{tender.reference}-Entwurf.{ending}"
    response.headers["Content-Disposition"] = content_disposition(name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _draft(tender_id: uuid.UUID) -> Tender:
    """Return a visible draft; what is published has its own pages."""
    tender = tenders.visible_tender(db.session(), current_actor(), tender_id)
    if tender.stage not in (Stage.DRAFT, Stage.READY):
        raise NotFound("Der Entwurf dieser Bekanntmachung")
    return tender


def _wanted(tender: Tender) -> Notice:
    """Return the contract notice, or the planning notice that the address names."""
    kind = request.args.get("art", "")
    now, base_url = clock.now(), _house().base_url
    if not kind:
        return eforms_documents.preview_data(db.session(), tender, now=now, base_url=base_url)
    if kind not in PLANNING:
        raise NotFound("Diese Art der Bekanntmachung")
    return eforms_documents.planning_data(db.session(), tender, kind, now=now, base_url=base_url)


def _house() -> CheckingHouse:
    return CheckingHouse.of(shell.settings())


def _shown(tender: Tender, findings: Any) -> list[ShownFinding]:
    is_draft = tender.stage == Stage.DRAFT
    may_edit = is_draft and current_actor().holds(Permission.EDIT_TENDERS)
    return finding_links.shown(tender, findings, may_edit=may_edit)


def _official(tender: Tender, asked: DraftCheck | None) -> Mapping[str, Any]:
    """Return what the check in the worker found, errors apart from the rest."""
    stored = [finding_links.from_dict(one) for one in asked.findings] if asked else []
    # What our own checks say stands above already; here is what the official rules add to it.
    added = [finding for finding in stored if finding.stage != "domain"]
    return {
        "errors": _shown(tender, [f for f in added if f.severity == "error"]),
        "warnings": _shown(tender, [f for f in added if f.severity != "error"]),
        "is_accepted": not any(_is_refused(finding) for finding in stored),
    }


def _is_refused(finding: Finding) -> bool:
    """Return whether an official rule objects, by itself or under one of our own findings."""
    is_official = finding.stage != "domain" and finding.severity == "error"
    return is_official or any(map(_is_refused, finding.folded))
