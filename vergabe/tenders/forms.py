"""Reading posted forms of tenders; the reader is the same everywhere."""

import datetime as dt

from vergabe.tenders.model import Tender
from vergabe.web.forms import FormReader, day_and_time

__all__ = ["FormReader", "day_and_time", "shown_instants"]


def shown_instants(tender: Tender) -> dict[str, dt.datetime | None]:
    """Return the instants that forms of a tender show, for their reader."""
    return {
        "submission_deadline": tender.submission_deadline,
        "enquiries_deadline": tender.enquiries_deadline,
    }
