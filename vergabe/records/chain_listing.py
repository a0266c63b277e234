"""The entries of one chain as a list: by number, filtered, to keep as a file."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.audit.model import RecordEntry
from vergabe.collation import folded, german
from vergabe.records.queries import ChainRef
from vergabe.texts import _
from vergabe.web.list_filters import Days, TextFilter
from vergabe.web.lists import Column, Listing, Order


def entry_list(ref: ChainRef, title: str) -> Listing[RecordEntry]:
    """Return the list of the entries of a chain, the latest first."""
    return Listing(
        key="record",
        title=title,
        id=RecordEntry.id,
        columns=(
            Column("nummer", _("Nr."), lambda e: e.sequence),
            Column("zeit", _("Zeitpunkt"), lambda e: e.at),
            Column("was", _("Was"), lambda e: e.summary),
            Column("grund", _("Grund"), lambda e: e.reason),
            Column("wer", _("Wer"), lambda e: e.actor_name),
            Column("fuer", _("Für"), lambda e: e.organisation_name, on_page=False),
            Column("art", _("Art"), lambda e: e.action, on_page=False),
            Column("pruefsumme", _("Prüfsumme"), lambda e: e.entry_hash, on_page=False),
        ),
        orders=(
            Order(
                "nummer",
                _("Nr."),
                RecordEntry.sequence,
                names=("älteste zuerst", "neueste zuerst"),
                falls_first=True,
            ),
        ),
        rows=_entries,
        branches=[[RecordEntry.stream == ref.stream]],
        filters=(
            TextFilter(
                "q",
                _("Suchbegriff"),
                lambda word: german(RecordEntry.summary + " " + RecordEntry.actor_name).contains(
                    folded(word), autoescape=True
                ),
                hint=_("Wörter aus dem Eintrag oder der Name einer Person"),
            ),
            Days("zeit", _("Zeitpunkt"), RecordEntry.at),
        ),
    )


def _entries(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[RecordEntry]:
    return session.scalars(select(RecordEntry).where(RecordEntry.id.in_(ids))).all()
