"""Pages of the ledger: all of it for the lead, its own items for each member."""

import uuid
from collections.abc import Callable, Sequence

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock, ids
from vergabe.access.permissions import Permission
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Cooperation
from vergabe.cost_keys.completeness import reasons_against_key
from vergabe.cost_keys.keys import read_key
from vergabe.cost_shares import (
    advances,
    dunning,
    forms,
    letters,
    listing,
    paying,
    queries,
    reimbursing,
    statements,
)
from vergabe.cost_shares.forms import CostForm
from vergabe.cost_shares.kinds import ACCOUNT_NAMES, CATEGORY_NAMES, KIND_NAMES
from vergabe.cost_shares.project_pages import CATEGORIES, GROUNDS
from vergabe.cost_shares.rules import CostEntry
from vergabe.cost_shares.vat_rules import STATUS_NAMES
from vergabe.db import db
from vergabe.errors import InvalidInput, NotFound, Refused, Violation
from vergabe.list_views.answers import list_answer
from vergabe.texts import _
from vergabe.web.downloads import content_disposition
from vergabe.web.posting import attempt
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("ledger", __name__)

ITEMS_SHOWN = 24
"""So many demands that are paid are named; all of them are among the movements."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _visible(key: str) -> Cooperation:
    return cooperations.cooperation_by_key(db.session(), current_actor(), key, now=clock.now())


@pages.get("/zusammenarbeit/<key>/vorleistungen")
@requires(Permission.VIEW_COSTS)
def index(key: str) -> ResponseReturnValue:
    return _index(_visible(key))


def _index(
    cooperation: Cooperation, violations: Sequence[Violation] = (), status: int = 200
) -> ResponseReturnValue:
    """Draw the ledger for the lead's people; a member sees its own account."""
    session, actor, today = db.session(), current_actor(), clock.berlin_day(clock.now())
    if not queries.reads_ledger(actor, cooperation):
        if actor.organisation_id is None:
            raise NotFound("Das Mitglied")
        return _member(cooperation, actor.organisation_id, violations, status=status)
    key = read_key(cooperations.cost_key_of(session, cooperation, today))
    return list_answer(
        listing.ledger_list(session, cooperation),
        "cost_shares/ledger.html",
        status=status,
        beside=url_for(".index", key=cooperation.key) if request.method == "POST" else None,
        cooperation=cooperation,
        ledger=statements.ledger(session, cooperation, today=today),
        keeps=queries.keeps_ledger(actor, cooperation),
        kind_of=listing.kind_of,
        missing=reasons_against_key(key),
        violations=list(violations),
    )


def _member(
    cooperation: Cooperation,
    organisation_id: uuid.UUID,
    violations: Sequence[Violation] = (),
    *,
    form: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    session, actor, today = db.session(), current_actor(), clock.berlin_day(clock.now())
    queries.require_reader(actor, cooperation, organisation_id)
    found = statements.member_statements(session, cooperation, today=today, only=organisation_id)
    if not found:
        raise NotFound("Das Mitglied")
    keeps = queries.keeps_ledger(actor, cooperation)
    own = url_for(".member", key=cooperation.key, organisation_id=organisation_id)
    return list_answer(
        listing.movement_list(cooperation, organisation_id),
        "cost_shares/member.html",
        status=status,
        beside=own if request.method == "POST" else None,
        cooperation=cooperation,
        statement=found[0],
        items=found[0].latest_items(ITEMS_SHOWN),
        shares=queries.open_shares(session, cooperation.id, organisation_id),
        kind_of=listing.kind_of,
        key=read_key(cooperations.cost_key_of(session, cooperation, today)),
        reads_all=queries.reads_ledger(actor, cooperation),
        may_pay=keeps and not found[0].is_lead,
        keeps=keeps,
        today=today,
        violations=list(violations),
        form_name=form,
        entry=request.form if form else {},
        request_key=request.form.get("request_key") or ids.new_secret()[:40],
    )


@pages.get("/zusammenarbeit/<key>/vorleistungen/mitglieder/<uuid:organisation_id>")
@requires(Permission.VIEW_COSTS)
def member(key: str, organisation_id: uuid.UUID) -> ResponseReturnValue:
    return _member(_visible(key), organisation_id)


@pages.get("/zusammenarbeit/<key>/vorleistungen/tabelle.xlsx")
@requires(Permission.VIEW_COSTS)
def workbook(key: str) -> ResponseReturnValue:
    cooperation = _visible(key)
    if not queries.reads_ledger(current_actor(), cooperation):
        raise NotFound("Die Tabelle")
    content = statements.ledger_workbook(db.session(), cooperation)
    answer = Response(content, mimetype=XLSX)
    name = f"Vorleistungen-{cooperation.key}.xlsx"
    answer.headers["Content-Disposition"] = content_disposition(name)
    return answer


@pages.get("/zusammenarbeit/<key>/vorleistungen/auslage")
@requires(Permission.SETTLE_COSTS)
def new_advance(key: str) -> ResponseReturnValue:
    return _advance_form(_visible(key))


def _advance_form(
    cooperation: Cooperation, violations: Sequence[Violation] = (), status: int = 200
) -> ResponseReturnValue:
    if not queries.keeps_ledger(current_actor(), cooperation):
        raise NotFound("Das Formular")
    projects = queries.projects(db.session(), cooperation.id)
    html = render_template(
        "cost_shares/advance.html",
        cooperation=cooperation,
        projects=[(str(found), text) for found, text in projects.items()],
        categories=CATEGORIES,
        grounds=GROUNDS,
        entry=request.form or request.args,
        violations=list(violations),
        request_key=request.form.get("request_key") or ids.new_secret()[:40],
    )
    return html, status


@pages.post("/zusammenarbeit/<key>/vorleistungen/auslage")
@requires(Permission.SETTLE_COSTS)
@commits
def record_advance(key: str) -> ResponseReturnValue:
    cooperation, form = _visible(key), CostForm(request.form)
    entry, pool_id = forms.cost(form), form.identifier("pool_id")
    if pool_id not in queries.projects(db.session(), cooperation.id):
        sentence = "Wählen Sie das Vorhaben, für das bezahlt wurde."
        form.violations.append(Violation("pool_missing", sentence, field="pool_id"))
        pool_id = None
    try:
        form.together(lambda: _book_advance(form, entry, pool_id))
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _advance_form(_visible(key), error.reasons, error.status)
    flash(_("Die Auslage ist gebucht und nach dem Schlüssel verteilt."), "success")
    return redirect(url_for(".index", key=key), code=303)


def _book_advance(form: CostForm, entry: CostEntry, pool_id: uuid.UUID | None) -> None:
    session, actor, now = db.session(), current_actor(), clock.now()
    if pool_id is None:
        # Nothing can be booked; whatever else is wrong is told as well.
        advances.checked(entry, clock.berlin_day(now))
        return
    request_key = form.request_key()
    advances.record_advance(session, actor, pool_id, entry, request_key=request_key, now=now)


@pages.post("/zusammenarbeit/<key>/vorleistungen/rueckforderungen")
@requires(Permission.SETTLE_COSTS)
@commits
def demand(key: str) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    cooperation, wanted = _visible(key), forms.member_id(request.form)
    try:
        if wanted is None:
            reimbursing.demand_all(session, actor, cooperation.id, now=now)
        else:
            reimbursing.demand(session, actor, cooperation.id, wanted, now=now)
    except Refused as error:
        db.session.rollback()
        return _index(_visible(key), error.reasons, error.status)
    flash(_("Zurückgefordert; die Kämmereien der Mitglieder sind benachrichtigt."), "success")
    return redirect(url_for(".index", key=key), code=303)


def _on_account(
    key: str, organisation_id: uuid.UUID, form: str, command: Callable[[Cooperation], str]
) -> ResponseReturnValue:
    """Run a command on a member's account; a refusal shows the account with what was typed."""
    return attempt(
        lambda: command(_visible(key)),
        lambda error: _member(
            _visible(key), organisation_id, error.reasons, form=form, status=error.status
        ),
        to=url_for(".member", key=key, organisation_id=organisation_id),
    )


@pages.post("/zusammenarbeit/<key>/vorleistungen/mitglieder/<uuid:organisation_id>/zahlungen")
@requires(Permission.SETTLE_COSTS)
@commits
def receive_payment(key: str, organisation_id: uuid.UUID) -> ResponseReturnValue:
    def command(cooperation: Cooperation) -> str:
        form = CostForm(request.form)
        facts = forms.payment(form) | {"request_key": form.request_key()}
        book = paying.pay_back if form.flag("is_payout") else paying.receive_payment
        form.together(
            lambda: book(
                db.session(),
                current_actor(),
                cooperation.id,
                organisation_id,
                **facts,
                now=clock.now(),
            )
        )
        return "Die Zahlung ist gebucht."

    return _on_account(key, organisation_id, "payment", command)


@pages.post("/zusammenarbeit/<key>/vorleistungen/mitglieder/<uuid:organisation_id>/ausbuchungen")
@requires(Permission.SETTLE_COSTS)
@commits
def write_off(key: str, organisation_id: uuid.UUID) -> ResponseReturnValue:
    def command(cooperation: Cooperation) -> str:
        form = CostForm(request.form)
        amount, reason = form.money("amount"), form.clean("reason")
        form.together(
            lambda: paying.write_off(
                db.session(),
                current_actor(),
                cooperation.id,
                organisation_id,
                amount_cents=amount,
                reason=reason,
                request_key=form.request_key(),
                now=clock.now(),
            )
        )
        return "Der Betrag ist ausgebucht; die Federführung trägt ihn."

    return _on_account(key, organisation_id, "write_off", command)


@pages.post("/zusammenarbeit/<key>/vorleistungen/mitglieder/<uuid:organisation_id>/zinsen")
@requires(Permission.SETTLE_COSTS)
@commits
def charge_interest(key: str, organisation_id: uuid.UUID) -> ResponseReturnValue:
    def command(cooperation: Cooperation) -> str:
        paying.charge_interest(
            db.session(), current_actor(), cooperation.id, organisation_id, now=clock.now()
        )
        return "Die Zinsen bis heute sind gefordert."

    return _on_account(key, organisation_id, "interest", command)


@pages.get("/zusammenarbeit/<key>/vorleistungen/buchungen/<uuid:entry_id>")
@requires(Permission.VIEW_COSTS)
def show(key: str, entry_id: uuid.UUID) -> ResponseReturnValue:
    return _entry(_visible(key), entry_id)


def _entry(
    cooperation: Cooperation,
    entry_id: uuid.UUID,
    violations: Sequence[Violation] = (),
    status: int = 200,
) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    entry = statements.visible_entry(session, actor, cooperation, entry_id)
    html = render_template(
        "cost_shares/entry.html",
        cooperation=cooperation,
        booked=entry,
        letter=letters.letter(entry) if entry.kind == "demand" else None,
        correction=queries.correction_of(session, entry.id),
        keeps=queries.keeps_ledger(actor, cooperation),
        reads_all=queries.reads_ledger(actor, cooperation),
        may_dun=dunning.may_be_dunned(session, cooperation, entry, clock.berlin_day(clock.now())),
        next_level=queries.last_level(session, entry.id) + 1,
        kinds=KIND_NAMES,
        accounts=ACCOUNT_NAMES,
        categories=CATEGORY_NAMES,
        statuses=STATUS_NAMES,
        entry=request.form,
        violations=list(violations),
    )
    return html, status


@pages.post("/zusammenarbeit/<key>/vorleistungen/buchungen/<uuid:entry_id>/storno")
@requires(Permission.SETTLE_COSTS)
@commits
def correct(key: str, entry_id: uuid.UUID) -> ResponseReturnValue:
    cooperation, form = _visible(key), CostForm(request.form)
    statements.visible_entry(db.session(), current_actor(), cooperation, entry_id)
    reason = form.clean("reason")
    try:
        form.together(
            lambda: advances.correct(
                db.session(), current_actor(), cooperation.id, entry_id, reason, now=clock.now()
            )
        )
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _entry(_visible(key), entry_id, error.reasons, error.status)
    flash(_("Storniert. Die Buchung und ihr Storno bleiben beide stehen."), "success")
    return redirect(url_for(".show", key=key, entry_id=entry_id), code=303)


@pages.post("/zusammenarbeit/<key>/vorleistungen/buchungen/<uuid:entry_id>/mahnungen")
@requires(Permission.SETTLE_COSTS)
@commits
def dun(key: str, entry_id: uuid.UUID) -> ResponseReturnValue:
    cooperation, form = _visible(key), CostForm(request.form)
    statements.visible_entry(db.session(), current_actor(), cooperation, entry_id)
    try:
        level = form.whole("level") or 0
        form.raise_if_wrong()
        dunning.dun(
            db.session(), current_actor(), cooperation.id, entry_id, level=level, now=clock.now()
        )
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _entry(_visible(key), entry_id, error.reasons, error.status)
    flash(_("Gemahnt; die Kämmerei des Mitglieds ist benachrichtigt."), "success")
    return redirect(url_for(".show", key=key, entry_id=entry_id), code=303)


@pages.get("/zusammenarbeit/<key>/vorleistungen/buchungen/<uuid:entry_id>/schreiben.pdf")
@requires(Permission.VIEW_COSTS)
def letter(key: str, entry_id: uuid.UUID) -> ResponseReturnValue:
    entry = statements.visible_entry(db.session(), current_actor(), _visible(key), entry_id)
    answer = Response(letters.letter_pdf(entry), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = content_disposition(f"{entry.document}.pdf")
    return answer
