"""Papers of resolutions as pages: file, open, give a class; who has opened them.

A paper that is not public is opened by POST: opening it is an act that is written down.
"""

import uuid
from functools import partial

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations import forms, papers, resolution_forms, resolution_listing
from vergabe.cooperations.pages import visible, words
from vergabe.cooperations.resolution_pages import resolution_page, resolution_terms
from vergabe.db import db
from vergabe.files import handing_out
from vergabe.files.current import store
from vergabe.list_views.answers import list_answer
from vergabe.web.posting import attempt
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("papers", __name__)
pages.context_processor(words)
pages.context_processor(resolution_terms)
_PAPERS = "/zusammenarbeit/<key>/beschluesse/<uuid:resolution_id>/unterlagen"


@pages.post(_PAPERS)
@requires(Permission.RECORD_RESOLUTION)
@commits
def add(key: str, resolution_id: uuid.UUID) -> ResponseReturnValue:
    cooperation = visible(key)
    return attempt(
        lambda: papers.add_paper(
            db.session(),
            current_actor(),
            cooperation.id,
            resolution_id,
            resolution_forms.paper(request.form),
            forms.required_upload(request.files, store()),
            now=clock.now(),
        ),
        partial(resolution_page, key, resolution_id),
        done="Das Dokument ist hinterlegt.",
        to=url_for("resolutions.show", key=key, row_id=resolution_id),
    )


@pages.get(f"{_PAPERS}/<uuid:paper_id>")
@requires(Permission.VIEW_COOPERATION)
def public(key: str, resolution_id: uuid.UUID, paper_id: uuid.UUID) -> ResponseReturnValue:
    found = papers.public_paper(
        db.session(), current_actor(), visible(key).id, resolution_id, paper_id
    )
    return handing_out.document(found.file_sha256, found.file_name, store())


@pages.post(f"{_PAPERS}/<uuid:paper_id>/oeffnen")
@requires(Permission.VIEW_COOPERATION)
@commits
def open_paper(key: str, resolution_id: uuid.UUID, paper_id: uuid.UUID) -> ResponseReturnValue:
    found = papers.open_paper(
        db.session(),
        current_actor(),
        visible(key).id,
        resolution_id,
        paper_id,
        now=clock.now(),
    )
    return handing_out.document(found.file_sha256, found.file_name, store())


@pages.post(f"{_PAPERS}/<uuid:paper_id>/klasse")
@requires(Permission.RECORD_RESOLUTION)
@commits
def classify(key: str, resolution_id: uuid.UUID, paper_id: uuid.UUID) -> ResponseReturnValue:
    cooperation = visible(key)
    return attempt(
        lambda: papers.classify(
            db.session(),
            current_actor(),
            cooperation.id,
            resolution_id,
            paper_id,
            **resolution_forms.classification(request.form),
            now=clock.now(),
        ),
        partial(resolution_page, key, resolution_id),
        done="Die neue Vertraulichkeit gilt ab sofort.",
        to=url_for("resolutions.show", key=key, row_id=resolution_id),
    )


@pages.get(f"{_PAPERS}/<uuid:paper_id>/zugriffe")
@requires(Permission.VIEW_PAPER_LOG)
def log(key: str, resolution_id: uuid.UUID, paper_id: uuid.UUID) -> ResponseReturnValue:
    cooperation = visible(key)
    papers.require_log(db.session(), current_actor(), cooperation.id, resolution_id, paper_id)
    return list_answer(
        resolution_listing.opening_list(paper_id),
        "cooperations/paper_log.html",
        cooperation=cooperation,
        resolution_id=resolution_id,
        opener_of=resolution_listing.opener_of,
    )
