"""What all tests of this folder begin with."""

import pytest
from sqlalchemy.orm import Session

from tests.factories import suppliers
from tests.integration.published import tender
from vergabe.access.model import Organisation
from vergabe.tenders.model import Tender

__all__ = ["firm", "tender"]


@pytest.fixture
def firm(session: Session, tender: Tender) -> Organisation:
    return suppliers.supplier(session, "Rheinische Feuerwehrtechnik GmbH", cpv=[])
