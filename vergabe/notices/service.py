"""Publishing: the lawful step of the tender and its notice, in one transaction.

The only way to the public. What is built is checked against the schema and the cross-field rules
before it is stored; once stored it never changes.
"""

import datetime as dt
import uuid
from dataclasses import replace

from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.access.actor import Actor
from vergabe.errors import InvalidInput, Refused
from vergabe.exchange.xvergabe import codec
from vergabe.exchange.xvergabe import notice as xvergabe
from vergabe.files.store import FileStore
from vergabe.notices import ordering, outgoing, releasing, writing
from vergabe.notices.model import Notice
from vergabe.tenders import amending, later, publishing
from vergabe.tenders.amending import Amendment
from vergabe.tenders.model import Tender
from vergabe.tenders.outlet import OWN_ONLY, Outlet


def publish_tender(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    *,
    now: dt.datetime,
    store: FileStore,
    base_url: str,
    version: int | None = None,
    outlet: Outlet = OWN_ONLY,
) -> Notice:
    """Publish a ready tender: gates, deadlines, version, notice with all documents, feed, event.

    version: the one the person saw, None where nobody looked; outlet: where notices go besides our
    own pages. Where the EU has to publish first (§ 40 (3) VgV), the notice is only ordered: its
    stage is `checked`, and workers send it and make it public. After a rejection it keeps its id
    and its version rises. Raises Refused with every missing item and Stale; then nothing is stored.
    """
    tender = publishing.mark_published(
        session, actor, tender_id, now=now, version=version, outlet=outlet
    )
    notice_uuid, version_number = ordering.next_version(session, tender)
    document = replace(
        writing.notice_of(tender, notice_uuid=notice_uuid, issued_at=now, base_url=base_url),
        notice_version=version_number,
    )
    return _publish(
        session,
        actor,
        tender,
        document,
        "contract_notice",
        None,
        outlet=outlet,
        now=now,
        store=store,
        base_url=base_url,
    )


def publish_amendment(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    amendment: Amendment,
    *,
    now: dt.datetime,
    store: FileStore,
    base_url: str,
    version: int | None = None,
    outlet: Outlet = OWN_ONLY,
) -> Notice:
    """Publish a new version of a published tender with its change notice; Stale: as above."""
    tender, changes = amending.mark_amended(
        session, actor, tender_id, amendment, now=now, version=version
    )
    previous = releasing.current_notice(session, tender)
    document = replace(
        writing.change_of(
            tender,
            notice_uuid=uuid.uuid4(),
            issued_at=now,
            base_url=base_url,
            changed_uuid=previous.notice_uuid,
            summary=amendment.summary,
            changes=changes,
        ),
        changed_notice_version=previous.version_number,
    )
    return _publish(
        session,
        actor,
        tender,
        document,
        "change_notice",
        previous,
        outlet=outlet,
        now=now,
        store=store,
        base_url=base_url,
    )


def publish_cancellation(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    reason: str,
    *,
    now: dt.datetime,
    store: FileStore,
    base_url: str,
    version: int | None = None,
    code: str = "other",
    outlet: Outlet = OWN_ONLY,
) -> Notice | None:
    """Cancel a tender; a published one gets its cancellation notice, a draft none (None).

    code: of tenders.rules.CANCELLATION_CODES (BT-144).
    """
    tender = publishing.mark_cancelled(
        session, actor, tender_id, reason, now=now, version=version, code=code
    )
    if tender.public_since is None:
        return None
    previous = releasing.current_notice(session, tender)
    document = replace(
        writing.cancellation_of(
            tender,
            notice_uuid=uuid.uuid4(),
            issued_at=now,
            base_url=base_url,
            cancelled_uuid=previous.notice_uuid,
        ),
        cancelled_notice_version=previous.version_number,
    )
    return _publish(
        session,
        actor,
        tender,
        document,
        "cancellation_notice",
        previous,
        outlet=outlet,
        now=now,
        store=store,
        base_url=base_url,
    )


def _publish(
    session: Session,
    actor: Actor,
    tender: Tender,
    document: xvergabe.Notice,
    kind: str,
    previous: Notice | None,
    *,
    outlet: Outlet,
    now: dt.datetime,
    store: FileStore,
    base_url: str,
) -> Notice:
    reasons = codec.reasons_against(document)
    if reasons:
        raise Refused.because(
            "notice_invalid",
            "Die Bekanntmachung lässt sich so nicht erstellen.",
            reasons,
        )
    notice = _new_notice(tender, document, kind, previous, now=now)
    notice.must_wait = tender.public_since is None
    session.add(notice)
    session.flush()
    if outlet.takes(tender):
        _refuse_what_cannot_be_sent(session, notice, outlet, now=now, base_url=base_url)
        ordering.order(session, actor, notice, outlet, now=now)
    if not notice.must_wait:
        notice.sent_at = now
        releasing.release(
            session,
            actor,
            notice,
            document,
            previous=previous,
            now=now,
            store=store,
            base_url=base_url,
        )
    return notice


def _refuse_what_cannot_be_sent(
    session: Session, notice: Notice, outlet: Outlet, *, now: dt.datetime, base_url: str
) -> None:
    """Raise Refused with what our own checks find, now and not when a worker looks at it."""
    try:
        outgoing.render_for_sending(
            session, notice, kind=outlet.kind, issued_at=now, base_url=base_url
        )
    except InvalidInput as error:
        raise Refused.because(
            "notice_invalid",
            "Die Bekanntmachung lässt sich so nicht senden.",
            error.reasons,
        ) from error


def _new_notice(
    tender: Tender,
    document: xvergabe.Notice,
    kind: str,
    previous: Notice | None,
    *,
    now: dt.datetime,
) -> Notice:
    return Notice(
        id=ids.new_id(),
        notice_uuid=document.notice_id,
        version_number=document.notice_version,
        tender_id=tender.id,
        tender=tender,
        tender_version=tender.published_version,
        kind=kind,
        stage="checked",
        previous_id=previous.id if previous else None,
        is_current=False,
        title=tender.title,
        summary=tender.description[:1000],
        buyer_names=[b.organisation.name for b in tender.buyers],
        cpv=tender.cpv,
        nature=tender.nature,
        estimated_value_net_cents=later.public_value(tender),
        submission_deadline=tender.submission_deadline,
        created_at=now,
    )


def checked_preview(tender: Tender, *, now: dt.datetime, base_url: str) -> xvergabe.Notice:
    """Return the notice as it would be published now; InvalidInput names what is wrong with it."""
    document = writing.notice_of(tender, notice_uuid=uuid.uuid4(), issued_at=now, base_url=base_url)
    reasons = codec.reasons_against(document)
    if reasons:
        raise InvalidInput.of(reasons)
    return document
