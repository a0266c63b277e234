"""The map of the members of a cooperation."""

from collections.abc import Sequence

from vergabe.cooperations.model import Cooperation, Member
from vergabe.maps import pictures
from vergabe.maps.pictures import Picture, Place


def picture_of(cooperation: Cooperation, members: Sequence[Member]) -> Picture | None:
    """Return the map of members with the numbers of their rows; None where no area is known."""
    return pictures.of_members(
        [
            Place(
                number=number,
                name=member.organisation.name,
                ags=member.organisation.ags,
                nuts3=member.organisation.nuts3,
                is_county=member.organisation.kind == "county",
                is_lead=member.organisation_id == cooperation.lead_organisation_id,
            )
            for number, member in enumerate(members, 1)
            if member.left_on is None
        ]
    )
