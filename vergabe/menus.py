"""What stands in the menus: the main navigation, and the pages about one thing."""

from typing import Final

from vergabe.access.permissions import Permission
from vergabe.cost_shares import queries as costs
from vergabe.texts import marked
from vergabe.web.sections import Section
from vergabe.web.shell import NavItem

# Groups stand in the first row in the order of their first pages; their pages in the second.
NAVIGATION: Final[tuple[NavItem, ...]] = (
    NavItem(marked("Start"), "home.start", Permission.USE_OWN_ACCOUNT),
    NavItem(marked("Bedarfe"), "demands.index", Permission.VIEW_DEMANDS, marked("Bedarf")),
    NavItem(marked("Freigabe"), "demands.waiting", Permission.RELEASE_DEMANDS, marked("Bedarf")),
    NavItem(marked("Abfragen"), "calls.index", Permission.VIEW_COOPERATION, marked("Bedarf")),
    NavItem(marked("Bündelungen"), "pools.index", Permission.VIEW_POOLS),
    NavItem(
        marked("Vergabeverfahren"),
        "tenders.index",
        Permission.VIEW_TENDERS,
        marked("Vergabe"),
        also=("/akte/verfahren",),
    ),
    NavItem(
        marked("Versand"), "deliveries.all_sent", Permission.PUBLISH_TENDERS, marked("Vergabe")
    ),
    NavItem(marked("Akten"), "chains.index", Permission.VIEW_RECORD, marked("Vergabe")),
    NavItem(marked("Fristen"), "deadlines.index", Permission.VIEW_DEADLINES, marked("Vergabe")),
    NavItem(marked("Ausfälle"), "outages.index", Permission.VIEW_DEADLINES, marked("Vergabe")),
    NavItem(
        marked("Vereinbarungen"),
        "cooperations.index",
        Permission.VIEW_COOPERATION,
        marked("Zusammenarbeit"),
    ),
    NavItem(marked("Gremien"), "councils.index", Permission.VIEW_BODIES, marked("Zusammenarbeit")),
    NavItem(marked("Satzungen"), "bylaws.index", Permission.VIEW_BYLAWS, marked("Zusammenarbeit")),
    NavItem(marked("Verfahren"), "following.mine", Permission.USE_SUPPLIER_AREA),
    NavItem(marked("Profil"), "supplier_profile.show", Permission.USE_SUPPLIER_AREA),
    NavItem(marked("Unternehmen"), "suppliers.firm", Permission.USE_SUPPLIER_AREA),
    NavItem(marked("Bekanntmachungen"), "notices.search", None),
    NavItem(
        marked("Personen"),
        "accounts.people",
        Permission.ADMINISTER_ORGANISATION,
        marked("Verwaltung"),
    ),
    NavItem(marked("Webhooks"), "webhooks.index", Permission.MANAGE_WEBHOOKS, marked("Verwaltung")),
)

# Pages about one thing, in the order in which its links stand.
SECTIONS: Final[tuple[Section, ...]] = (
    Section("cooperation", "Überblick", "cooperations.show", Permission.VIEW_COOPERATION),
    Section("cooperation", "Vereinbarung", "agreements.show", Permission.VIEW_COOPERATION),
    Section("cooperation", "Gebiete", "areas.show", Permission.VIEW_COOPERATION),
    Section("cooperation", "Beschlüsse", "resolutions.index", Permission.VIEW_COOPERATION),
    Section("cooperation", "Vollmachten", "mandates.index", Permission.VIEW_COOPERATION),
    Section("cooperation", "Aufgaben", "tasks.show", Permission.VIEW_COOPERATION),
    Section("cooperation", "Vertretungen", "substitutes.index", Permission.VIEW_COOPERATION),
    Section("cooperation", "Zeitplan", "milestones.index", Permission.VIEW_PLANS),
    Section("cooperation", "Vorleistungen", "ledger.index", Permission.VIEW_COSTS),
    Section("pool", "Überblick", "pools.show", Permission.VIEW_POOLS),
    Section("pool", "Beratung", "advice.of_pool", Permission.VIEW_POOLS),
    Section("pool", "Satzungen", "pool_bylaws.show", Permission.VIEW_POOLS),
    Section("pool", "Eigene Anbieter", "in_house.index", Permission.VIEW_POOLS),
    Section("pool", "Abstimmung", "votes.show", Permission.VIEW_POOLS),
    Section("pool", "Vorlagen", "council_papers.show", Permission.VIEW_COUNCIL_PAPERS),
    Section("pool", "Förderung", "funding.show", Permission.VIEW_FUNDING),
    Section("pool", "Zeitplan", "plans.pool", Permission.VIEW_PLANS),
    Section("pool", "Kosten", "costs.of_pool", Permission.VIEW_COSTS, costs.sees_project),
    Section("pool", "Abrufe", "later.show", Permission.VIEW_POOLS),
    Section("pool", "Konflikte", "conflicts.show", Permission.DECLARE_INTERESTS),
    Section("tender", "Überblick", "tenders.show", Permission.VIEW_TENDERS),
    Section("tender", "Beratung", "advice.of_tender", Permission.VIEW_TENDERS),
    Section("tender", "Satzungen", "tender_bylaws.show", Permission.VIEW_TENDERS),
    Section("tender", "Bekanntmachung", "notice_facts.show", Permission.VIEW_TENDERS),
    Section("tender", "Versand", "deliveries.index", Permission.VIEW_TENDERS),
    Section("tender", "Zeitplan", "plans.tender", Permission.VIEW_PLANS),
    Section(
        "tender", "Kosten", "costs.of_tender", Permission.VIEW_COSTS, costs.sees_project_of_tender
    ),
    Section("tender", "Abrufe", "call_offs.show", Permission.VIEW_TENDERS),
    Section("tender", "Konflikte", "conflicts.show_tender", Permission.DECLARE_INTERESTS),
)
