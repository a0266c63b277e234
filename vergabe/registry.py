"""Which tables, blueprints and menu entries there are. Imported by the assembly alone."""

import functools
from types import ModuleType
from typing import Final

from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFProtect

import vergabe.access.model
import vergabe.accounts.lockout_model
import vergabe.audit.model
import vergabe.bylaws.model
import vergabe.catalogue.model
import vergabe.conflicts.model
import vergabe.cooperations.agreement_model
import vergabe.cooperations.area_model
import vergabe.cooperations.model
import vergabe.cooperations.project_model
import vergabe.cooperations.provider_model
import vergabe.cooperations.task_model
import vergabe.cooperations.voting_model
import vergabe.cost_shares.model
import vergabe.council_papers.model
import vergabe.councils.model
import vergabe.deadlines.model
import vergabe.demands.model
import vergabe.demands.unfinished_model
import vergabe.enquiries.model
import vergabe.files.model
import vergabe.funding.model
import vergabe.in_house.model
import vergabe.jobs.model
import vergabe.limits.model
import vergabe.list_views.model
import vergabe.market.model
import vergabe.messages.model
import vergabe.notice_facts.model
import vergabe.notices.delivery_model
import vergabe.notices.draft_check_model
import vergabe.notices.model
import vergabe.outages.model
import vergabe.plans.model
import vergabe.pools.model
import vergabe.suppliers.model
import vergabe.tenders.model
import vergabe.uploads.model
import vergabe.uptime.model
import vergabe.votes.model
import vergabe.webhooks.model
from vergabe import flow, menus
from vergabe.access.permissions import Permission
from vergabe.accounts import api as accounts_api
from vergabe.accounts import guarding
from vergabe.accounts import pages as accounts_pages
from vergabe.advice import api as advice_api
from vergabe.advice import law_api, law_pages
from vergabe.advice import pages as advice_pages
from vergabe.bylaws import api as bylaws_api
from vergabe.bylaws import pages as bylaws_pages
from vergabe.catalogue import api as catalogue_api
from vergabe.catalogue import crawling_pages
from vergabe.conflicts import api as conflicts_api
from vergabe.conflicts import pages as conflicts_pages
from vergabe.cooperations import (
    agreement_api,
    agreement_pages,
    agreement_paper_pages,
    area_api,
    area_pages,
    mandate_pages,
    paper_pages,
    resolution_pages,
    resolutions_api,
    substitute_pages,
    task_api,
    task_pages,
)
from vergabe.cooperations import api as cooperations_api
from vergabe.cooperations import pages as cooperations_pages
from vergabe.cooperations import queries as cooperations
from vergabe.cost_shares import api as ledger_api
from vergabe.cost_shares import pages as ledger_pages
from vergabe.cost_shares import project_api as cost_api
from vergabe.cost_shares import project_pages as cost_pages
from vergabe.council_papers import api as council_papers_api
from vergabe.council_papers import pages as council_papers_pages
from vergabe.councils import api as councils_api
from vergabe.councils import pages as councils_pages
from vergabe.deadlines import api as deadlines_api
from vergabe.deadlines import calendar_link, groups
from vergabe.deadlines import pages as deadlines_pages
from vergabe.demands import api as demands_api
from vergabe.demands import (
    call_pages,
    calls_api,
    cpv_api,
    earlier_pages,
    import_jobs,
    unfinished_pages,
)
from vergabe.demands import form_pages as demand_form_pages
from vergabe.demands import pages as demands_pages
from vergabe.enquiries import api as enquiries_api
from vergabe.enquiries import following_pages, list_pages
from vergabe.enquiries import pages as enquiries_pages
from vergabe.funding import api as funding_api
from vergabe.funding import pages as funding_pages
from vergabe.funding import proof_pages as funding_proof_pages
from vergabe.glossary import pages as glossary_pages
from vergabe.home import appearance, counting, health, search_pages, statements
from vergabe.home import pages as home_pages
from vergabe.in_house import api as in_house_api
from vergabe.in_house import pages as in_house_pages
from vergabe.jobs import api as jobs_api
from vergabe.jobs import kinds, list_writing
from vergabe.jobs import pages as jobs_pages
from vergabe.jobs.kinds import JobKind
from vergabe.list_views import api as list_views_api
from vergabe.list_views import pages as list_views_pages
from vergabe.market import api as market_api
from vergabe.market import pages as market_pages
from vergabe.messages import api as messages_api
from vergabe.messages import pages as messages_pages
from vergabe.messages import unsubscribe_pages
from vergabe.notice_facts import api as notice_facts_api
from vergabe.notice_facts import pages as notice_facts_pages
from vergabe.notices import api as notices_api
from vergabe.notices import (
    check_api,
    check_jobs,
    check_pages,
    checking,
    delivery_api,
    delivery_pages,
    open_data_api,
    open_data_pages,
    view_pages,
)
from vergabe.notices import pages as notices_pages
from vergabe.operation import metrics, outbox_pages
from vergabe.outages import api as outages_api
from vergabe.outages import pages as outages_pages
from vergabe.plans import api as plans_api
from vergabe.plans import milestone_pages
from vergabe.plans import pages as plans_pages
from vergabe.pools import api as pools_api
from vergabe.pools import common_rules_pages as pool_bylaw_pages
from vergabe.pools import conditions, joining_pages, later_api, later_pages, propose_jobs
from vergabe.pools import pages as pools_pages
from vergabe.pools import selecting_pages as pool_selection_pages
from vergabe.pools.conditions import Condition
from vergabe.records import api as records_api
from vergabe.records import chain_jobs, chain_pages, checks, export_jobs
from vergabe.records import pages as records_pages
from vergabe.settings import Settings
from vergabe.supplier_area import api as supplier_area_api
from vergabe.supplier_area import (
    calendar_pages,
    calendars,
    profile_pages,
    registration_pages,
    tender_pages,
)
from vergabe.suppliers import api as suppliers_api
from vergabe.suppliers import pages as suppliers_pages
from vergabe.tenders import api as tenders_api
from vergabe.tenders import common_rules_pages as tender_bylaw_pages
from vergabe.tenders import conditions as publication_conditions
from vergabe.tenders import (
    criteria_pages,
    document_files,
    document_pages,
    lot_pages,
    lots_api,
    notice_forms,
    section_pages,
)
from vergabe.tenders import later_api as later_joining_api
from vergabe.tenders import later_pages as call_off_pages
from vergabe.tenders import pages as tenders_pages
from vergabe.tenders.conditions import LaterGate
from vergabe.uploads import api as uploads_api
from vergabe.uploads import pages as uploads_pages
from vergabe.uploads import purposes
from vergabe.uploads.purposes import Purpose
from vergabe.votes import api as votes_api
from vergabe.votes import gates as vote_gates
from vergabe.votes import pages as votes_pages
from vergabe.web import api, sections, shell
from vergabe.web.api import ApiBlueprint
from vergabe.webhooks import api as webhooks_api
from vergabe.webhooks import pages as webhooks_pages

MODELS: Final[tuple[ModuleType, ...]] = (
    vergabe.access.model,
    vergabe.limits.model,
    vergabe.accounts.lockout_model,
    vergabe.audit.model,
    vergabe.list_views.model,
    vergabe.files.model,
    vergabe.uploads.model,
    vergabe.messages.model,
    vergabe.jobs.model,
    vergabe.webhooks.model,
    vergabe.deadlines.model,
    vergabe.uptime.model,
    vergabe.suppliers.model,
    vergabe.councils.model,
    vergabe.bylaws.model,
    vergabe.cooperations.model,
    vergabe.cooperations.provider_model,
    vergabe.cooperations.agreement_model,
    vergabe.cooperations.area_model,
    vergabe.cooperations.task_model,
    vergabe.cooperations.project_model,
    vergabe.cooperations.voting_model,
    vergabe.demands.model,
    vergabe.demands.unfinished_model,
    vergabe.pools.model,
    vergabe.votes.model,
    vergabe.in_house.model,
    vergabe.funding.model,
    vergabe.council_papers.model,
    vergabe.catalogue.model,
    vergabe.conflicts.model,
    vergabe.tenders.model,
    vergabe.notice_facts.model,
    vergabe.enquiries.model,
    vergabe.notices.model,
    vergabe.market.model,
    vergabe.notices.delivery_model,
    vergabe.notices.draft_check_model,
    vergabe.outages.model,
    vergabe.plans.model,
    vergabe.cost_shares.model,
)
EVENTS: Final = flow.FLOW

PAGES: Final[tuple[Blueprint, ...]] = (
    accounts_pages.pages,
    list_views_pages.pages,
    bylaws_pages.pages,
    councils_pages.pages,
    cooperations_pages.pages,
    agreement_pages.pages,
    agreement_paper_pages.pages,
    area_pages.pages,
    task_pages.pages,
    substitute_pages.pages,
    conflicts_pages.pages,
    crawling_pages.pages,
    mandate_pages.pages,
    resolution_pages.pages,
    paper_pages.pages,
    demands_pages.pages,
    demand_form_pages.pages,
    earlier_pages.pages,
    unfinished_pages.pages,
    call_pages.pages,
    pools_pages.pages,
    pool_selection_pages.pages,
    joining_pages.pages,
    pool_bylaw_pages.pages,
    in_house_pages.pages,
    later_pages.pages,
    votes_pages.pages,
    plans_pages.pages,
    milestone_pages.pages,
    funding_pages.pages,
    funding_proof_pages.pages,
    council_papers_pages.pages,
    tenders_pages.pages,
    section_pages.pages,
    criteria_pages.pages,
    lot_pages.pages,
    document_pages.pages,
    call_off_pages.pages,
    notice_forms.pages,
    tender_bylaw_pages.pages,
    notice_facts_pages.pages,
    check_pages.pages,
    deadlines_pages.pages,
    uploads_pages.pages,
    jobs_pages.pages,
    messages_pages.pages,
    registration_pages.pages,
    profile_pages.pages,
    tender_pages.pages,
    calendar_pages.pages,
    suppliers_pages.pages,
    following_pages.pages,
    enquiries_pages.pages,
    list_pages.pages,
    notices_pages.pages,
    delivery_pages.pages,
    outages_pages.pages,
    market_pages.pages,
    open_data_pages.pages,
    view_pages.pages,
    ledger_pages.pages,
    cost_pages.pages,
    home_pages.pages,
    health.pages,
    metrics.pages,
    outbox_pages.pages,
    webhooks_pages.pages,
    search_pages.pages,
    statements.pages,
    appearance.pages,
    glossary_pages.pages,
    records_pages.pages,
    chain_pages.pages,
    unsubscribe_pages.pages,
    law_pages.pages,
    advice_pages.pages,
)
# Mail programs post here without a session (RFC 8058), the right lies in the address's token; and
# whoever chooses light or dark needs neither a session nor a cookie before.
WITHOUT_SESSION: Final[tuple[Blueprint, ...]] = (unsubscribe_pages.pages, appearance.pages)
API: Final[tuple[ApiBlueprint, ...]] = (
    accounts_api.api,
    list_views_api.api,
    bylaws_api.api,
    councils_api.api,
    cooperations_api.api,
    agreement_api.api,
    area_api.api,
    task_api.api,
    catalogue_api.api,
    conflicts_api.api,
    resolutions_api.api,
    demands_api.api,
    calls_api.api,
    cpv_api.api,
    deadlines_api.api,
    pools_api.api,
    pool_bylaw_pages.api,
    in_house_api.api,
    later_api.api,
    later_joining_api.api,
    votes_api.api,
    plans_api.api,
    funding_api.api,
    council_papers_api.api,
    tenders_api.api,
    lots_api.api,
    tender_bylaw_pages.api,
    notice_facts_api.api,
    check_api.api,
    uploads_api.api,
    jobs_api.api,
    webhooks_api.api,
    messages_api.api,
    suppliers_api.api,
    supplier_area_api.api,
    enquiries_api.api,
    notices_api.api,
    delivery_api.api,
    outages_api.api,
    market_api.api,
    open_data_api.api,
    ledger_api.api,
    cost_api.api,
    records_api.api,
    law_api.api,
    advice_api.api,
)
# What the worker does for people who wait for it.
JOB_KINDS: Final[tuple[JobKind, ...]] = (
    list_writing.JOB,
    import_jobs.JOB,
    propose_jobs.JOB,
    check_jobs.JOB,
    export_jobs.JOB,
    chain_jobs.JOB,
    checks.JOB,
)

# What must hold before the members of a pool can join it.
BEFORE_JOINING: Final[tuple[Condition, ...]] = (vote_gates.reasons_against_joining,)


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Register pages and API of every capability; the API needs no CSRF token (bearer only)."""
    for pages in PAGES:
        app.register_blueprint(pages)
    for pages in WITHOUT_SESSION:
        csrf.exempt(pages)
    for blueprint in API:
        csrf.exempt(blueprint)
        api.api.register_blueprint(blueprint)
    metrics.init_app(app)
    guarding.init_app(app, app.extensions["vergabe_settings"])
    shell.set_navigation(list(menus.NAVIGATION))
    shell.set_counting(counting.counts)
    glossary_pages.init_app(app)
    statements.init_app(app)
    sections.set_sections(menus.SECTIONS)
    conditions.set_conditions(before_joining=BEFORE_JOINING)
    groups.set_groups(groups.Groups(cooperations.memberships, cooperations.names))
    calendar_link.set_sources((calendars.followed_entries,))
    publication_conditions.set_gates(_publication_gates(app))
    purposes.set_purposes(app, _upload_purposes(app))
    kinds.set_kinds(app, JOB_KINDS)


def _upload_purposes(app: Flask) -> tuple[Purpose, ...]:
    """Return what may be uploaded in pieces, by whom, and how large."""
    settings: Settings = app.extensions["vergabe_settings"]
    return (
        Purpose(
            "tender_document",
            Permission.EDIT_TENDERS,
            settings.upload_limit_bytes,
            document_files.acceptable_name,
        ),
        import_jobs.PURPOSE,
    )


def _publication_gates(app: Flask) -> tuple[LaterGate, ...]:
    """Return the gates that later steps keep; they know our address and where the SDK is."""
    settings: Settings = app.extensions["vergabe_settings"]
    notice = functools.partial(
        checking.reasons_against_publishing,
        house=checking.CheckingHouse.of(settings),
    )
    return (LaterGate("notice_complete", "Die Bekanntmachung ist vollständig", notice),)
