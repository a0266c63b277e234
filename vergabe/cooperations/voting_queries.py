"""Reads of how a cooperation decides on projects."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.permissions import Role
from vergabe.cooperations.voting import Electorate, MajorityOf, Required, Rule, VotingTerms
from vergabe.cooperations.voting_model import VotingRule


def voting_terms(session: Session, cooperation_id: uuid.UUID, area_id: uuid.UUID) -> VotingTerms:
    """Return how projects of an area are voted on: the area's own terms, else the cooperation's.

    Without any in its file: unanimous, and never required.
    """
    rows = session.scalars(
        select(VotingRule)
        .where(
            VotingRule.cooperation_id == cooperation_id,
            VotingRule.area_id.is_(None) | (VotingRule.area_id == area_id),
        )
        .execution_options(populate_existing=True)
    ).all()
    by_area = {row.area_id: row for row in rows}
    row = by_area.get(area_id) or by_area.get(None)
    return terms_of(row) if row is not None else VotingTerms()


def terms_of(row: VotingRule) -> VotingTerms:
    """Return the terms that a row holds."""
    return VotingTerms(
        rule=Rule(row.rule),
        required=Required(row.required),
        electorate=Electorate(row.electorate),
        quorum_basis_points=row.quorum_basis_points,
        majority_of=MajorityOf(row.majority_of),
        abstention_blocks=row.abstention_blocks,
        voters=tuple(Role(role) for role in row.voters),
    )
