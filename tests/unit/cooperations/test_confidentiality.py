import uuid
from itertools import product

import pytest

from vergabe.access.permissions import Role
from vergabe.cooperations import confidentiality
from vergabe.cooperations.confidentiality import (
    Classification,
    PaperFacts,
    PaperKind,
    ReaderFacts,
)

TOWN, OTHER, AUTHOR = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()


def paper(classification: Classification, *roles: Role) -> PaperFacts:
    return PaperFacts(classification, frozenset(roles), TOWN, AUTHOR)


def reader(town: uuid.UUID | None, *roles: Role, user: uuid.UUID | None = None) -> ReaderFacts:
    return ReaderFacts(town, user or uuid.uuid4(), frozenset(roles))


OWN_REQUESTER = reader(TOWN, Role.REQUESTER)
OTHER_ALL = reader(OTHER, *Role)


@pytest.mark.parametrize(
    ("found", "who", "may"),
    [
        (paper(Classification.PUBLIC), OTHER_ALL, True),
        (paper(Classification.MEMBERS), OTHER_ALL, True),
        (paper(Classification.OWN), OTHER_ALL, False),
        (paper(Classification.OWN), OWN_REQUESTER, True),
        (paper(Classification.ROLES, Role.COORDINATOR), OTHER_ALL, False),
        (paper(Classification.ROLES, Role.COORDINATOR), OWN_REQUESTER, False),
        (paper(Classification.ROLES, Role.COORDINATOR), reader(TOWN, Role.COORDINATOR), True),
        (paper(Classification.ROLES, Role.COORDINATOR), reader(TOWN, Role.AUDITOR), True),
        (paper(Classification.ROLES, Role.COORDINATOR), reader(OTHER, Role.AUDITOR), False),
        (paper(Classification.ROLES, Role.COORDINATOR), reader(TOWN, user=AUTHOR), True),
        (paper(Classification.ROLES, Role.COORDINATOR), reader(OTHER, user=AUTHOR), False),
        (paper(Classification.OWN), reader(None), False),
    ],
)
def test_who_may_read_a_paper(found: PaperFacts, who: ReaderFacts, may: bool) -> None:
    assert confidentiality.may_read(found, who) is may


@pytest.mark.parametrize(
    ("classification", "kind", "is_public"),
    list(product(Classification, PaperKind, (True, False))),
)
def test_only_an_extract_of_a_closed_session_leaves_the_town(
    classification: Classification, kind: PaperKind, is_public: bool
) -> None:
    roles = [Role.COORDINATOR] if classification is Classification.ROLES else []
    found = [
        reason.code
        for reason in confidentiality.reasons_against_class(
            classification, roles, kind, is_public=is_public
        )
    ]
    leaves = classification in (Classification.PUBLIC, Classification.MEMBERS)
    forbidden = leaves and not is_public and kind is not PaperKind.EXTRACT
    assert found == (["closed_session"] if forbidden else [])


def test_roles_go_with_their_class_alone() -> None:
    def codes(classification: Classification, *roles: Role) -> list[str]:
        found = confidentiality.reasons_against_class(
            classification, roles, PaperKind.OTHER, is_public=True
        )
        return [reason.code for reason in found]

    assert codes(Classification.ROLES) == ["roles_missing"]
    assert codes(Classification.OWN, Role.COORDINATOR) == ["roles_not_expected"]
    assert confidentiality.default_class(is_public=False) is Classification.OWN
