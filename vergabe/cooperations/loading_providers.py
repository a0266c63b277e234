"""Loading the members' own providers from a cooperation's file, which is the state."""

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.cooperations.configuration import CooperationFile
from vergabe.cooperations.loading_report import Changes
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.provider_model import InHouseProvider


def load_providers(
    session: Session,
    cooperation: Cooperation,
    file: CooperationFile,
    changes: Changes,
    *,
    now: dt.datetime,
) -> None:
    """Make the providers what the file says; one that it leaves out is asked until yesterday.

    A provider is the same by its name; checks of it stay on file.
    """
    known = {
        row.name: row
        for row in session.scalars(
            select(InHouseProvider).where(InHouseProvider.cooperation_id == cooperation.id)
        )
    }
    for provider in file.in_house_providers:
        path = f"in_house_providers[{provider.name}]"
        facts: dict[str, Any] = {
            "kind": provider.kind,
            "areas": sorted(set(provider.areas)),
            "since": provider.since,
            "until": provider.until,
            "note": provider.note,
        }
        row = known.pop(provider.name, None)
        if row is not None:
            changes.apply(row, path, facts)
            continue
        session.add(
            InHouseProvider(
                cooperation_id=cooperation.id, name=provider.name, created_at=now, **facts
            )
        )
        changes.note(path, None, provider.kind)
    yesterday = clock.berlin_day(now) - dt.timedelta(days=1)
    for row in known.values():
        if row.until is None or row.until > yesterday:
            last = max(yesterday, row.since)
            changes.apply(row, f"in_house_providers[{row.name}]", {"until": last})
