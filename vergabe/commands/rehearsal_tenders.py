"""`vergabe rehearsal tenders`: joint tenders of the rehearsed pools, published and told.

What a rehearsal must make up is made up here and counted: agreement, mandates, contact, one
document per tender. The clock of the process is moved over the joining window.
"""

import datetime as dt
import io
import time
import uuid
from collections import Counter
from typing import Any, Final

import click
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vergabe import clock, sweeps, worker
from vergabe.access.actor import Actor
from vergabe.commands.rehearsal import peak_mb, rehearsal
from vergabe.commands.support import print_json, the_app
from vergabe.cooperations.model import Agreement, Cooperation, Mandate, Member
from vergabe.db import reading, unit_of_work
from vergabe.errors import DomainError
from vergabe.exchange import pdf
from vergabe.exchange.validate import validate_bytes
from vergabe.files import current
from vergabe.messages.model import Mail, Message
from vergabe.notices import service as publishing
from vergabe.notices.model import Notice, NoticeDocument
from vergabe.pools import changing, joining
from vergabe.pools import queries as pools
from vergabe.pools.joining import JoiningEntry
from vergabe.pools.model import Pool
from vergabe.tenders import documents, drafting, editing, readiness
from vergabe.tenders.documents import Upload
from vergabe.tenders.lotting import Split
from vergabe.tenders.model import Tender

ACTOR: Final = Actor.operator("Probelauf")
_MARGIN: Final = dt.timedelta(minutes=1)
_TEXT: Final = (
    "Gemeinsame Beschaffung mehrerer Kommunen im Probelauf mit echten Bedarfen. Die Leistung "
    "ergibt sich aus den Positionen der Lose und der Leistungsbeschreibung."
)


@rehearsal.command("tenders")
@click.option("--count", default=50, show_default=True, help="Wie viele Verfahren.")
def make_tenders(count: int) -> None:
    """Macht aus Bündelungen gemeinsame Verfahren, veröffentlicht sie und liefert die Mitteilungen.

    Gibt als JSON aus: Verfahren nach Rechtsrahmen, Lose, gültige XML, Mitteilungen, E-Mails,
    Ablehnungen mit Grund, Sekunden und Speicher.
    """
    app = the_app()
    start = time.perf_counter()
    result = _rehearse(app, count)
    print_json(result | {"seconds": round(time.perf_counter() - start, 2), "peak_mb": peak_mb()})


def _rehearse(app: Flask, count: int) -> dict[str, Any]:
    with app.app_context():
        with unit_of_work() as session:
            _make_up_agreements(session)
        with reading() as session:
            pool_ids = _largest(session, count)
        refused: Counter[str] = Counter()
        joined = [pool_id for pool_id in pool_ids if _attempt(refused, _join_all, pool_id)]
        with reading() as session:
            deadline = session.scalar(select(func.max(Pool.joining_deadline)))
        if deadline is None:
            raise DomainError("nothing_rehearsed", "Erst: vergabe rehearsal demands und pools.")
        clock.shift(deadline + _MARGIN - clock.read())
        published = [pool_id for pool_id in joined if _attempt(refused, _tender_of, app, pool_id)]
        worker.drain(app, rounds=2000)
        sweeps.send_reminders(app)
        worker.drain(app, rounds=2000)
        with reading() as session:
            return _figures(session, len(published), refused)


def _attempt(refused: Counter[str], step: Any, *arguments: Any) -> bool:
    try:
        step(*arguments)
    except DomainError as error:
        refused[error.violations[0].code if error.violations else error.code] += 1
        return False
    return True


def _make_up_agreements(session: Session) -> None:
    today = clock.berlin_day(clock.now())
    known = set(session.scalars(select(Agreement.cooperation_id)))
    for cooperation in session.scalars(select(Cooperation)):
        if cooperation.id in known:
            continue
        cooperation.contact = {
            "name": "Vergabestelle",
            "email": "vergabe@probelauf.example",
            "phone": "+49 30 000000",
        }
        session.add(
            Agreement(
                cooperation_id=cooperation.id,
                number=1,
                legal_form="administrative_agreement",
                stage="in_force",
                subject="Probelauf",
                resolved_on=today,
                signed_on=today,
                approved_on=today,
                in_force_on=today,
            )
        )
        members = session.scalars(
            select(Member.organisation_id).where(Member.cooperation_id == cooperation.id)
        )
        session.add_all(
            Mandate(
                cooperation_id=cooperation.id,
                grantor_id=member_id,
                grantee_id=cooperation.lead_organisation_id,
                scope=["tender", "award", "complaints", "review", "cancellation"],
                wording="Vollmacht im Probelauf",
                valid_from=today,
                recorded_at=clock.now(),
            )
            for member_id in members
            if member_id != cooperation.lead_organisation_id
        )


def _largest(session: Session, count: int) -> list[uuid.UUID]:
    proposed = session.scalars(select(Pool).where(Pool.stage == "proposed").order_by(Pool.id))
    sized = [(-len(pool.entries), pool.reference, pool.id) for pool in proposed]
    return [pool_id for _, _, pool_id in sorted(sized)[:count]]


def _join_all(pool_id: uuid.UUID) -> None:
    with unit_of_work() as session:
        now = clock.now()
        changing.start_consultation(session, ACTOR, pool_id, now=now)
        changing.open_joining(session, ACTOR, pool_id, now=now)
        pool = pools.visible_pool(session, ACTOR, pool_id)
        for participant in pools.pool_facts(session, pool).participants:
            entry = JoiningEntry(
                quantities={line.id: line.quantity for line in participant.lines},
                mandate_reference="Vollmacht im Probelauf",
            )
            joining.join(
                session,
                ACTOR,
                pool_id,
                entry,
                organisation_id=participant.organisation_id,
                now=now,
            )


def _tender_of(app: Flask, pool_id: uuid.UUID) -> None:
    base_url: str = app.extensions["vergabe_settings"].base_url
    with unit_of_work() as session:
        now = clock.now()
        tender = drafting.draft_tender(session, ACTOR, pool_id, split=Split.MEMBER, now=now)
        edit: editing.TenderEdit = {
            "description": _TEXT,
            "selection_criteria": "Eigenerklärung zu Ausschlussgründen mit dem Angebot.",
            "lots_joining": {
                "ground": "economic",
                "facts": "Jede Kommune hat ihr eigenes Los mit verwandten Leistungen.",
                "alternatives": "Lose nach Fachgebieten wurden geprüft.",
                "weighing": "Die Mengen je Kommune wären für Fachlose zu klein.",
                "decision": "Ein Los je Kommune.",
            },
        }
        if len(tender.lots) > 1:
            edit["max_lots_per_bid"] = len(tender.lots)
        editing.edit_tender(session, ACTOR, tender.id, edit, version=None, now=now)
        paper = pdf.render("paper", {"title": tender.title, "text": _TEXT}, at=now)
        documents.add_document(
            session,
            ACTOR,
            current.store(),
            tender.id,
            Upload(io.BytesIO(paper), "Leistungsbeschreibung.pdf", 10_000_000),
            now=now,
        )
        readiness.declare_ready(session, ACTOR, tender.id, version=None, now=now)
        publishing.publish_tender(
            session, ACTOR, tender.id, now=now, store=current.store(), base_url=base_url
        )


def _figures(session: Session, published: int, refused: Counter[str]) -> dict[str, Any]:
    valid = Counter(
        not validate_bytes(current.store().read(sha256))
        for sha256 in session.scalars(
            select(NoticeDocument.file_sha256).where(NoticeDocument.format == "xvergabe")
        )
    )
    regimes = session.execute(
        select(Tender.regime, func.count())
        .where(Tender.public_since.is_not(None))
        .group_by(Tender.regime)
    )
    mails = session.execute(select(Mail.state, func.count()).group_by(Mail.state))
    kinds = session.execute(select(Message.kind, func.count()).group_by(Message.kind))
    return {
        "tenders_published": published,
        "by_regime": _as_dict(regimes),
        "notices": session.scalar(select(func.count(Notice.id))),
        "xml_valid": valid[True],
        "xml_invalid": valid[False],
        "messages": _as_dict(kinds),
        "mails": _as_dict(mails),
        "refused": dict(refused),
    }


def _as_dict(rows: Any) -> dict[str, int]:
    return {str(name): number for name, number in rows}
