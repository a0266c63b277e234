"""Valid tenders from binding pools of the DLZ; a test states only what matters to it."""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access, cooperations
from tests.factories import demands as demand_factory
from tests.factories.memory import remembered
from vergabe import clock, ids
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Cooperation, Member
from vergabe.demands.model import Demand
from vergabe.demands.references import next_reference
from vergabe.files import service as files
from vergabe.files.store import FileStore
from vergabe.pools.model import Joining, Pool, PoolDemand
from vergabe.tenders import drafting
from vergabe.tenders.lotting import Split
from vergabe.tenders.model import Tender, TenderDocument
from vergabe.tenders.rules import Stage

Lines = Sequence[demand_factory.Line]
THREE_TOWNS = ("Merzenich", "Jülich", "Kerpen")
BASE_URL = "http://localhost"
JOINED_LOTS_REASON = {
    "ground": "technical",
    "facts": "Drei Kommunen brauchen baugleiche Fahrzeuge.",
    "alternatives": "Ein Los je Kommune wurde geprüft.",
    "weighing": "Nur gleiche Fahrzeuge lassen sich gemeinsam warten und gegenseitig einsetzen.",
    "decision": "Die Fahrzeuge werden in einem Los vergeben.",
}


def _cooperation(session: Session, towns: Sequence[str]) -> Cooperation:
    found = session.scalars(select(Cooperation).where(Cooperation.key == "dlz")).first()
    return found or cooperations.dlz(session, towns=towns)


def members_of(session: Session, cooperation: Cooperation) -> list[Organisation]:
    """Return the member organisations in their fixed order, the lead first in the DLZ."""
    rows = session.scalars(
        select(Member).where(Member.cooperation_id == cooperation.id).order_by(Member.position)
    )
    return [member.organisation for member in rows]


def binding_pool(
    session: Session,
    cooperation: Cooperation,
    demands: Sequence[Demand],
    *,
    stage: str = "binding",
    joined: Sequence[Organisation] | None = None,
    quantities: Mapping[Any, Any] | None = None,
    **more: Any,
) -> Pool:
    """Return a stored pool of these demands whose joining window has closed.

    joined: who joined, default everybody with a demand; quantities: demand item id → quantity that
    its member bound itself to, default what it asked for.
    """
    now = clock.now()
    number = next_reference(session, f"P-{cooperation.reference_prefix}", now.year)
    facts: dict[str, Any] = {
        "id": ids.new_id(),
        "reference": f"P-{cooperation.reference_prefix}-{now.year}-{number:04d}",
        "cooperation_id": cooperation.id,
        "area_id": demands[0].area_id,
        "stage": stage,
        "title": demands[0].title,
        "cpv": demands[0].cpv,
        "reasons": {"for": [], "against": []},
        "joining_opened_at": now - dt.timedelta(days=22),
        "joining_deadline": now - dt.timedelta(days=1),
        "binding_at": now - dt.timedelta(days=1),
        "created_at": now - dt.timedelta(days=30),
    } | more
    pool = Pool(**facts)
    pool.entries = [
        PoolDemand(demand_id=d.id, why={}, added_at=facts["created_at"]) for d in demands
    ]
    pool.joinings = [
        Joining(
            organisation_id=organisation_id,
            decision="joined",
            decided_by_name="Erika Muster",
            decided_at=now - dt.timedelta(days=5),
            quantities=_bound(demands, organisation_id, quantities or {}),
            mandate_reference="Ratsbeschluss vom 25.09.2025, Ö 7",
        )
        for organisation_id in dict.fromkeys(
            [o.id for o in joined] if joined is not None else [d.organisation_id for d in demands]
        )
    ]
    session.add(pool)
    for found in demands:
        found.stage = "pooled"
    session.flush()
    return pool


def _bound(
    demands: Sequence[Demand], organisation_id: Any, quantities: Mapping[Any, Any]
) -> list[dict[str, Any]]:
    return [
        {
            "demand": demand.reference,
            "line_id": str(item.id),
            "quantity": str(quantities.get(item.id, item.quantity)),
        }
        for demand in demands
        if demand.organisation_id == organisation_id
        for item in demand.items
        if item.quantity is not None
    ]


def officer(session: Session, tender: Tender, *roles: Role, town: str | None = None) -> Actor:
    """Return an actor of the lead, or of another town; a procurement officer by default."""
    organisation = (
        cooperations.town(session, town)
        if town
        else session.get_one(Organisation, tender.lead_organisation_id)
    )
    return access.actor(session, organisation, *(roles or (Role.PROCUREMENT_OFFICER,)))


def draft(
    session: Session,
    *,
    towns: Sequence[str] = THREE_TOWNS,
    lines: Lines | Mapping[str, Lines] = demand_factory.ONE_ENGINE,
    split: Split = Split.TRADE,
    cooperation: Cooperation | None = None,
    title: str = "Löschgruppenfahrzeuge LF 20",
    **demand_facts: Any,
) -> Tender:
    """Return a draft tender of a binding pool with one demand of each town.

    lines: the same for every town, or by the town's name. Three engines at 450,000 euros each lie
    above the EU threshold.
    """
    facts = {"towns": towns, "lines": lines, "split": split, "title": title, **demand_facts}
    return remembered(
        session,
        "draft",
        facts | {"cooperation": cooperation},
        lambda: _drafted(session, cooperation or _cooperation(session, towns), **facts),
    )


def _drafted(
    session: Session,
    cooperation: Cooperation,
    *,
    towns: Sequence[str],
    lines: Lines | Mapping[str, Lines],
    split: Split,
    title: str,
    **demand_facts: Any,
) -> Tender:
    wanted = lines if isinstance(lines, Mapping) else dict.fromkeys(towns, lines)
    demands = [
        demand_factory.demand(
            session,
            cooperation,
            cooperations.town(session, name),
            title=title,
            items=wanted[name],
            **demand_facts,
        )
        for name in towns
        if name in wanted
    ]
    pool = binding_pool(session, cooperation, demands)
    lead = session.get_one(Organisation, cooperation.lead_organisation_id)
    actor = access.actor(session, lead, Role.PROCUREMENT_OFFICER)
    return drafting.draft_tender(session, actor, pool.id, now=clock.now(), split=split, title=title)


def small_draft(session: Session, **more: Any) -> Tender:
    """Return a draft below the EU threshold: protective suits for 30,000 euros a town."""
    suits: Lines = (("Einsatzjacke nach EN 469", Decimal(50), "H87", 60_000),)
    return draft(
        session,
        **({"lines": suits, "title": "Einsatzkleidung der Feuerwehr", "cpv": "35811100"} | more),
    )


def document(
    session: Session,
    store: FileStore,
    tender: Tender,
    *,
    title: str = "Leistungsbeschreibung",
    content: bytes = b"%PDF-1.7 Leistungsbeschreibung",
    **more: Any,
) -> TenderDocument:
    """Return a stored document of a tender, not public yet."""
    now = clock.now()
    kept = files.keep(session, store, io.BytesIO(content), limit_bytes=10**8, now=now)
    facts: dict[str, Any] = {
        "document_key": ids.new_id(),
        "document_version": 1,
        "title": title,
        "file_name": f"{title}.pdf",
        "media_type": "application/pdf",
        "size_bytes": kept.size_bytes,
        "file_sha256": kept.sha256,
        "uploaded_at": now,
        "uploaded_by_name": "Erika Muster",
    } | more
    found = TenderDocument(**facts)
    tender.documents.append(found)
    session.flush()
    return found


def complete(session: Session, store: FileStore, tender: Tender) -> Tender:
    """Fill a draft so that nothing is missing any more; gates of others stay as they are."""
    tender.description = (
        "Lieferung von Löschgruppenfahrzeugen LF 20 nach DIN 14530-11 an drei Kommunen, mit "
        "Einweisung und Abnahme beim Hersteller."
    )
    tender.selection_criteria = (
        "Mit dem Angebot: Eigenerklärung zu §§ 123, 124 GWB. Auf Anforderung: drei Referenzen der "
        "letzten drei Jahre über vergleichbare Lieferungen."
    )
    tender.lots_joining = dict(JOINED_LOTS_REASON)
    document(session, store, tender)
    session.flush()
    return tender


def ready(session: Session, store: FileStore, **more: Any) -> Tender:
    """Return a tender that is ready for publication, with every gate open."""
    return remembered(session, "ready", more, lambda: _ready(session, store, **more))


def _ready(session: Session, store: FileStore, **more: Any) -> Tender:
    tender = complete(session, store, draft(session, **more))
    tender.stage = Stage.READY
    session.flush()
    return tender


def published(session: Session, store: FileStore, **more: Any) -> Tender:
    """Return a published tender with its notice; `store`: files.current.store()."""
    return remembered(session, "published", more, lambda: _published(session, store, **more))


def _published(session: Session, store: FileStore, **more: Any) -> Tender:
    from vergabe.notices import service as notices

    tender = ready(session, store, **more)
    notices.publish_tender(
        session,
        officer(session, tender),
        tender.id,
        now=clock.now(),
        store=store,
        base_url=BASE_URL,
    )
    return tender


def cancel(
    session: Session,
    store: FileStore,
    tender: Tender,
    reason: str = "Der Bedarf ist vollständig entfallen.",
) -> None:
    """Cancel a tender as its officer would, with a notice where it was public."""
    from vergabe.notices import service as notices

    notices.publish_cancellation(
        session,
        officer(session, tender),
        tender.id,
        reason,
        now=clock.now(),
        store=store,
        base_url=BASE_URL,
    )
