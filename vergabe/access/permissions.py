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
    VIEW_PAPER_LOG = "view_paper_log"
    VIEW_BODIES = "view_bodies"
    KEEP_BODIES = "keep_bodies"
    GRANT_MANDATE = "grant_mandate"
    VIEW_BYLAWS = "view_bylaws"
    EDIT_BYLAWS = "edit_bylaws"
    GIVE_NOTICE = "give_notice"
    CHANGE_PARTICIPATION = "change_participation"
    GRANT_SUBSTITUTES = "grant_substitutes"
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
    CHECK_IN_HOUSE = "check_in_house"
    VIEW_TENDERS = "view_tenders"
    EDIT_TENDERS = "edit_tenders"
    PUBLISH_TENDERS = "publish_tenders"
    ANSWER_ENQUIRIES = "answer_enquiries"
    ANSWER_COMPLAINTS = "answer_complaints"
    OPEN_BIDS = "open_bids"
    EVALUATE_BIDS = "evaluate_bids"
    AWARD_TENDERS = "award_tenders"
    SIGN_CONTRACTS = "sign_contracts"
    SETTLE_COSTS = "settle_costs"
    DECLARE_INTERESTS = "declare_interests"
    VIEW_FUNDING = "view_funding"
    EDIT_FUNDING = "edit_funding"
    VIEW_COUNCIL_PAPERS = "view_council_papers"
    EDIT_COUNCIL_PAPERS = "edit_council_papers"
    VIEW_COSTS = "view_costs"
    RECORD_EFFORT = "record_effort"
    VIEW_DEADLINES = "view_deadlines"
    EDIT_DEADLINES = "edit_deadlines"
    RECORD_OUTAGES = "record_outages"
    VIEW_PLANS = "view_plans"
    EDIT_PLANS = "edit_plans"
    REPORT_MILESTONES = "report_milestones"
    VIEW_RECORD = "view_record"
    VIEW_MESSAGES = "view_messages"
    UPLOAD_FILES = "upload_files"
    VIEW_JOBS = "view_jobs"
    USE_SUPPLIER_AREA = "use_supplier_area"
    ADMINISTER_ORGANISATION = "administer_organisation"
    MANAGE_WEBHOOKS = "manage_webhooks"
    OPERATE_SERVICE = "operate_service"


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
    Permission.VIEW_PAPER_LOG: (Scope.OWN, frozenset({Role.AUDITOR, Role.COORDINATOR})),
    Permission.VIEW_BODIES: (Scope.OWN, _BUYER_ROLES),
    Permission.KEEP_BODIES: (
        Scope.OWN,
        frozenset({Role.COORDINATOR, Role.PROCUREMENT_OFFICER}),
    ),
    Permission.GRANT_MANDATE: (Scope.OWN, frozenset({Role.COORDINATOR, Role.RELEASER})),
    Permission.GRANT_SUBSTITUTES: (
        Scope.OWN,
        frozenset({Role.ADMINISTRATOR, Role.COORDINATOR}),
    ),
    Permission.GIVE_NOTICE: (Scope.OWN, frozenset({Role.COORDINATOR, Role.RELEASER})),
    Permission.CHANGE_PARTICIPATION: (Scope.OWN, frozenset({Role.COORDINATOR, Role.RELEASER})),
    # By-laws are public law: partners read them.
    Permission.VIEW_BYLAWS: (Scope.COOPERATION, _BUYER_ROLES),
    Permission.EDIT_BYLAWS: (
        Scope.OWN,
        frozenset({Role.COORDINATOR, Role.PROCUREMENT_OFFICER}),
    ),
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
    Permission.CHECK_IN_HOUSE: (
        Scope.LEAD,
        frozenset({Role.COORDINATOR, Role.PROCUREMENT_OFFICER}),
    ),
    Permission.VIEW_TENDERS: (Scope.COOPERATION, _BUYER_ROLES),
    Permission.EDIT_TENDERS: (Scope.LEAD, frozenset({Role.PROCUREMENT_OFFICER})),
    Permission.PUBLISH_TENDERS: (Scope.LEAD, frozenset({Role.PROCUREMENT_OFFICER})),
    Permission.ANSWER_ENQUIRIES: (Scope.LEAD, frozenset({Role.PROCUREMENT_OFFICER})),
    # Of later steps of the flow: the task matrix gives them out already (cooperations.tasks).
    Permission.ANSWER_COMPLAINTS: (Scope.LEAD, frozenset({Role.PROCUREMENT_OFFICER})),
    Permission.OPEN_BIDS: (Scope.LEAD, frozenset({Role.OPENER})),
    Permission.EVALUATE_BIDS: (Scope.LEAD, frozenset({Role.PROCUREMENT_OFFICER})),
    Permission.AWARD_TENDERS: (Scope.LEAD, frozenset({Role.PROCUREMENT_OFFICER})),
    Permission.SIGN_CONTRACTS: (Scope.LEAD, frozenset({Role.PROCUREMENT_OFFICER})),
    Permission.SETTLE_COSTS: (Scope.LEAD, frozenset({Role.RELEASER, Role.COORDINATOR})),
    # Whether it is one's own declaration, or the list for who runs the procedure: conflicts.
    Permission.DECLARE_INTERESTS: (Scope.COOPERATION, _BUYER_ROLES),
    Permission.VIEW_FUNDING: (Scope.COOPERATION, _BUYER_ROLES),
    Permission.EDIT_FUNDING: (Scope.LEAD, frozenset({Role.COORDINATOR, Role.RELEASER})),
    Permission.VIEW_COUNCIL_PAPERS: (Scope.OWN, _BUYER_ROLES),
    Permission.EDIT_COUNCIL_PAPERS: (
        Scope.OWN,
        frozenset({Role.COORDINATOR, Role.PROCUREMENT_OFFICER, Role.RELEASER}),
    ),
    Permission.VIEW_COSTS: (Scope.COOPERATION, _BUYER_ROLES),
    Permission.RECORD_EFFORT: (
        Scope.OWN,
        frozenset({Role.REQUESTER, Role.RELEASER, Role.PROCUREMENT_OFFICER, Role.COORDINATOR}),
    ),
    Permission.VIEW_DEADLINES: (Scope.COOPERATION, _BUYER_ROLES),
    Permission.EDIT_DEADLINES: (Scope.LEAD, frozenset({Role.PROCUREMENT_OFFICER})),
    # For the procedures that one's own organisation leads; the operator's concern everybody.
    Permission.RECORD_OUTAGES: (
        Scope.OWN,
        frozenset({Role.PROCUREMENT_OFFICER, Role.ADMINISTRATOR}),
    ),
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
    # What for, and whether one may, is asked per purpose and per kind of job.
    Permission.UPLOAD_FILES: (Scope.SELF, _EVERYBODY),
    Permission.VIEW_JOBS: (Scope.SELF, _EVERYBODY),
    Permission.USE_SUPPLIER_AREA: (Scope.OWN, frozenset({Role.SUPPLIER})),
    Permission.ADMINISTER_ORGANISATION: (Scope.OWN, frozenset({Role.ADMINISTRATOR})),
    Permission.MANAGE_WEBHOOKS: (Scope.OWN, frozenset({Role.ADMINISTRATOR, Role.SUPPLIER})),
    # Besides, only while acting for the organisation that runs the service.
    Permission.OPERATE_SERVICE: (Scope.OWN, frozenset({Role.ADMINISTRATOR})),
}


def roles_with(permission: Permission) -> frozenset[Role]:
    """Return the roles that hold a permission somewhere."""
    return GRANTS[permission][1]
