"""The documents of a notice: XML, and what else the public gets in the same instant."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vergabe.exchange import pdf
from vergabe.exchange.ocds import extension, packages
from vergabe.exchange.xvergabe import codec
from vergabe.exchange.xvergabe import notice as xvergabe
from vergabe.notices import eforms_documents
from vergabe.notices.model import Notice
from vergabe.notices.paper import facts
from vergabe.notices.releases import release_of
from vergabe.tenders.model import Tender


@dataclass(frozen=True)
class Rendered:
    """A finished document: `format` as in NoticeDocument, its media type and its bytes."""

    format: str
    media_type: str
    content: bytes


def render(
    session: Session,
    tender: Tender,
    notice: Notice,
    document: xvergabe.Notice,
    *,
    base_url: str,
) -> Iterator[Rendered]:
    """Yield every document of a notice; the XML was checked against its schema."""
    yield Rendered("xvergabe", "application/xml", codec.build(document))
    official = eforms_documents.render(
        session, tender, notice, issued_at=document.issued_at, base_url=base_url
    )
    yield Rendered("eforms", "application/xml", official)
    paper = pdf.render("notice", facts(tender, document), at=document.issued_at)
    yield Rendered("pdf", "application/pdf", paper)
    page = f"{base_url}/bekanntmachungen/{tender.reference}"
    release = packages.release_package(
        release_of(tender, notice, base_url=base_url),
        uri=f"{page}/{notice.id}.ocds.json",
        publisher=tender.lead.official_name or tender.lead.name,
        joint_purchase=extension.address(base_url),
    )
    yield Rendered("ocds", "application/json", release)
