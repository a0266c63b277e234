"""Whose Land counts for an organisation: that of its address, else of its key, else the usual."""

from typing import Final

from vergabe.access.model import Organisation
from vergabe.law.working_days import land_code

# Members whose Land nobody entered are counted with the Land of the first cooperations.
USUAL_LAND: Final = "NW"


def land_of(organisation: Organisation) -> str:
    """Return the Land whose law and holidays count for an organisation (`NW`)."""
    if organisation.land:
        return organisation.land
    return land_code(organisation.ags) if organisation.ags else USUAL_LAND
