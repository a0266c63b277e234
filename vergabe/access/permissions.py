"""Roles, permissions and the one table that says which role may do what."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody is at an organisation (design.md, section 1)."""

    REQUESTER = "requester"  # Bedarfsträger
    RELEASER = "releaser"  # Kämmerei
    PROCUREMENT_OFFICER = "procurement_officer"  # Vergabestelle
    OPENER = "opener"  # öffnet Angebote
    AUDITOR = "auditor"  # Rechnungsprüfung
    COORDINATOR = "coordinator"  # Koordination der Zusammenarbeit
    ADMINISTRATOR = "administrator"
    CHIEF_OFFICER = "chief_officer"  # Hauptverwaltungsbeamte: Bürgermeister, Landrat
    SUPPLIER = "supplier"  # Nutzerin eines Unternehmens


ROLE_NAMES: Final[Mapping[Role, str]] = {
    Role.REQUESTER: "Bedarfsträger",
    Role.RELEASER: "Freigabe (Kämmerei)",
    Role.PROCUREMENT_OFFICER: "Vergabestelle",
    Role.OPENER: "Angebotsöffnung",
    Role.AUDITOR: "Rechnungsprüfung",
    Role.COORDINATOR: "Koordination",
    Role.ADMINISTRATOR: "Administration",
    Role.CHIEF_OFFICER: "Hauptverwaltung (Bürgermeister, Landrat)",
    Role.SUPPLIER: "Unternehmen",
}


class Scope(StrEnum):
    """How far a permission reaches."""

    OWN = "own"  # objects of the organisation the person acts for
    COOPERATION = "cooperation"  # what the cooperation shares, for members of it
    LEAD = "lead"  # only while acting for the lead of the cooperation
    SELF = "self"  # the person's own things


class Permission(StrEnum):
    """Something one may be allowed to do. Each route declares exactly one, or that it is public."""

    USE_OWN_ACCOUNT = "use_own_account"
    VIEW_COOPERATION = "view_cooperation"
    EDIT_COOPERATION = "edit_cooperation"
    RECORD_RESOLUTION = "record_resolution"
    GRANT_MANDATE = "grant_mandate"
    VIEW_DEMANDS = "view_demands"
    EDIT_DEMANDS = "edit_demands"
    RELEASE_DEMANDS = "release_demands"
    RUN_CALLS = "run_calls"
    ANSWER_CALLS = "answer_calls"
    VIEW_POOLS = "view_pools"
    EDIT_POOLS = "edit_pools"
    COMMENT_POOLS = "comment_pools"
    JOIN_POOLS = "join_pools"
    RUN_VOTES = "run_votes"
    CAST_VOTES = "cast_votes"
    VIEW_TENDERS = "view_tenders"
    EDIT_TENDERS = "edit_tenders"
    PUBLISH_TENDERS = "publish_tenders"
    ANSWER_ENQUIRIES = "answer_enquiries"
    VIEW_DEADLINES = "view_deadlines"
    EDIT_DEADLINES = "edit_deadlines"
    VIEW_PLANS = "view_plans"
    EDIT_PLANS = "edit_plans"
    REPORT_MILESTONES = "report_milestones"
    VIEW_RECORD = "view_record"
    VIEW_MESSAGES = "view_messages"
    USE_SUPPLIER_AREA = "use_supplier_area"
    ADMINISTER_ORGANISATION = "administer_organisation"


_BUYER_ROLES: Final = frozenset(
    {
        Role.REQUESTER,
        Role.RELEASER,
        Role.PROCUREMENT_OFFICER,
        Role.OPENER,
        Role.AUDITOR,
        Role.COORDINATOR,
        Role.ADMINISTRATOR,
        Role.CHIEF_OFFICER,
    }
)
_EVERYBODY: Final = frozenset(Role)

GRANTS: Final[Mapping[Permission, tuple[Scope, frozenset[Role]]]] = {
    Permission.USE_OWN_ACCOUNT: (Scope.SELF, _EVERYBODY),
    Permission.VIEW_COOPERATION: (Scope.COOPERATION, _BUYER_ROLES),
    Permission.EDIT_COOPERATION: (Scope.LEAD, frozenset({Role.COORDINATOR})),
    Permission.RECORD_RESOLUTION: (
        Scope.OWN,
        frozenset({Role.COORDINATOR, Role.PROCUREMENT_OFFICER, Role.RELEASER}),
    ),
    Permission.GRANT_MANDATE: (Scope.OWN, frozenset({Role.COORDINATOR, Role.RELEASER})),
    Permission.VIEW_DEMANDS: (Scope.OWN, _BUYER_ROLES),
    Permission.EDIT_DEMANDS: (Scope.OWN, frozenset({Role.REQUESTER, Role.PROCUREMENT_OFFICER})),
    Permission.RELEASE_DEMANDS: (Scope.OWN, frozenset({Role.RELEASER})),
    Permission.RUN_CALLS: (Scope.COOPERATION, frozenset({Role.COORDINATOR})),
    Permission.ANSWER_CALLS: (
        Scope.OWN,
        frozenset({Role.REQUESTER, Role.RELEASER, Role.PROCUREMENT_OFFICER}),
    ),
    Permission.VIEW_POOLS: (Scope.COOPERATION, _BUYER_ROLES),
    Permission.EDIT_POOLS: (Scope.COOPERATION, frozenset({Role.COORDINATOR})),
    Permission.COMMENT_POOLS: (Scope.COOPERATION, _BUYER_ROLES - {Role.AUDITOR}),
    Permission.JOIN_POOLS: (
        Scope.OWN,
        frozenset({Role.RELEASER, Role.COORDINATOR, Role.CHIEF_OFFICER}),
    ),
    Permission.RUN_VOTES: (Scope.LEAD, frozenset({Role.COORDINATOR})),
    # Which of these roles votes for a member is for the cooperation to say (`[votes] voters`).
    Permission.CAST_VOTES: (
        Scope.OWN,
        frozenset({Role.CHIEF_OFFICER, Role.COORDINATOR, Role.RELEASER}),
    ),
    Permission.VIEW_TENDERS: (Scope.COOPERATION, _BUYER_ROLES),
    Permission.EDIT_TENDERS: (Scope.LEAD, frozenset({Role.PROCUREMENT_OFFICER})),
    Permission.PUBLISH_TENDERS: (Scope.LEAD, frozenset({Role.PROCUREMENT_OFFICER})),
    Permission.ANSWER_ENQUIRIES: (Scope.LEAD, frozenset({Role.PROCUREMENT_OFFICER})),
    Permission.VIEW_DEADLINES: (Scope.COOPERATION, _BUYER_ROLES),
    Permission.EDIT_DEADLINES: (Scope.LEAD, frozenset({Role.PROCUREMENT_OFFICER})),
    Permission.VIEW_PLANS: (Scope.COOPERATION, _BUYER_ROLES),
    Permission.EDIT_PLANS: (
        Scope.LEAD,
        frozenset({Role.COORDINATOR, Role.PROCUREMENT_OFFICER}),
    ),
    Permission.REPORT_MILESTONES: (
        Scope.OWN,
        frozenset({Role.COORDINATOR, Role.PROCUREMENT_OFFICER, Role.RELEASER}),
    ),
    Permission.VIEW_RECORD: (
        Scope.COOPERATION,
        frozenset({Role.AUDITOR, Role.PROCUREMENT_OFFICER, Role.COORDINATOR}),
    ),
    Permission.VIEW_MESSAGES: (Scope.SELF, _EVERYBODY),
    Permission.USE_SUPPLIER_AREA: (Scope.OWN, frozenset({Role.SUPPLIER})),
    Permission.ADMINISTER_ORGANISATION: (Scope.OWN, frozenset({Role.ADMINISTRATOR})),
}


def roles_with(permission: Permission) -> frozenset[Role]:
    """Return the roles that hold a permission somewhere."""
    return GRANTS[permission][1]
