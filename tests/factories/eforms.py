"""A notice of three buyers and three lots, word for word that of ../shared/testdata/eforms.

All persons, places and numbers in it are invented. Other subtypes: `dataclasses.replace`, or the
strategies in tests/strategies/eforms.py.
"""

import datetime as dt
import uuid
from dataclasses import replace
from typing import Final

from vergabe.exchange.eforms.datatypes import (
    Amount,
    Coded,
    Duration,
    Period,
    Place,
    Text,
)
from vergabe.exchange.eforms.lots import (
    AwardCriterion,
    Documents,
    Framework,
    Lot,
    Opening,
    Renewal,
    Review,
    SelectionCriterion,
    StrategicGoal,
    Terms,
)
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.eforms.parties import Address, Buyer, Contact, Organisation, TouchPoint
from vergabe.exchange.eforms.procedure import LegalDocument, Procedure
from vergabe.law.zone import BERLIN

T: Final = Text.german
NOTICE_ID: Final = uuid.UUID("5b0c4c1e-7d0b-4f6d-8d54-0f8b7f7a1601")
PROCEDURE_ID: Final = uuid.UUID("0f3f2f0e-6f0a-4c8e-9a36-5a1c7d3b9e01")
SALT: Final = "34927100"
ROCK_SALT: Final = "14410000"
REVIEW_DEADLINES: Final = (
    "Ein Nachprüfungsantrag ist nach § 160 Abs. 3 GWB unzulässig, soweit der Antragsteller den "
    "Verstoß vor Einreichen des Antrags erkannt und nicht innerhalb von zehn Kalendertagen gerügt "
    "hat, Verstöße, die aus der Bekanntmachung oder den Vergabeunterlagen erkennbar sind, nicht "
    "bis zum Ablauf der Angebotsfrist gerügt werden oder mehr als 15 Kalendertage nach Eingang der "
    "Mitteilung, der Rüge nicht abhelfen zu wollen, vergangen sind. Informations- und "
    "Wartepflicht: § 134 GWB; Unwirksamkeit: § 135 GWB."
)


def at(text: str) -> dt.datetime:
    """An instant given as Berlin's clock shows it."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def organisation(
    key: str,
    name: str,
    *,
    street: str,
    place: str,
    nuts: str,
    number: str | None,
    phone: str,
    email: str,
    website: str | None = None,
    points: tuple[TouchPoint, ...] = (),
) -> Organisation:
    """`place`: postcode and city."""
    postcode, city = place.split(" ", 1)
    return Organisation(
        key=key,
        name=name,
        address=Address(street=street, postcode=postcode, city=city, nuts=nuts),
        contact=Contact(phone=phone, email=email, website=website),
        registration_number=number,
        touch_points=points,
    )


def organisations() -> tuple[Organisation, ...]:
    """The lead with its contact point, two more buyers, the review body."""
    county = Address(street="Kreishausplatz 1", postcode="52349", city="Rurstadt", nuts="DEA26")
    office = TouchPoint(
        key="submission",
        name="Kreis Rurland - Submissionsstelle",
        address=county,
        contact=Contact(phone="+49 2421 990015", email="submission@kreis-rurland.example"),
    )
    return (
        organisation(
            "rurland",
            "Kreis Rurland - Zentrale Vergabestelle",
            street="Kreishausplatz 1",
            place="52349 Rurstadt",
            nuts="DEA26",
            number="05358-99001-11",
            phone="+49 2421 990010",
            email="vergabe@kreis-rurland.example",
            website="https://www.kreis-rurland.example",
            points=(office,),
        ),
        organisation(
            "eifeltal",
            "Stadt Eifeltal",
            street="Rathausstraße 12",
            place="53879 Eifeltal",
            nuts="DEA28",
            number="05366-99002-22",
            phone="+49 2251 990020",
            email="vergabe@eifeltal.example",
            website="https://www.eifeltal.example",
        ),
        organisation(
            "neffelbach",
            "Gemeinde Neffelbach",
            street="Dorfplatz 3",
            place="52391 Neffelbach",
            nuts="DEA26",
            number="05358-99003-33",
            phone="+49 2424 990030",
            email="bauamt@neffelbach.example",
            website="https://www.neffelbach.example",
        ),
        organisation(
            "chamber",
            "Vergabekammer Musterland",
            street="Gerichtsweg 2",
            place="50667 Köln",
            nuts="DEA23",
            number="05315-99004-44",
            phone="+49 221 9900440",
            email="poststelle@vergabekammer.example",
        ),
    )


def buyers() -> tuple[Buyer, ...]:
    """Three buyers, the first leads."""
    keys = ("rurland", "eifeltal", "neffelbach")
    return tuple(
        Buyer(
            organisation=key,
            is_lead=place == 1,
            profile_url=f"https://vergabe.kreis-rurland.example/profil/org-{place:04d}",
        )
        for place, key in enumerate(keys, start=1)
    )


def procedure() -> Procedure:
    """An open procedure under the VgV with criteria in the notice."""
    grounds = (
        ("exg-crim-corrpt", "§ 123 Abs. 1 Nr. 6 bis 9 GWB"),
        ("exg-crim-fraud", "§ 123 Abs. 1 Nr. 4 und 5 GWB"),
        ("exg-pmt-bre-ssc", "§ 123 Abs. 4 GWB"),
        ("exg-pmt-bre-tax", "§ 123 Abs. 4 GWB"),
        ("exg-sitn-insolvency", "§ 124 Abs. 1 Nr. 2 GWB"),
        ("exg-natl-bre-nat-law", "§ 21 AEntG, § 19 MiLoG, § 98c AufenthG"),
    )
    return Procedure(
        title=T("Interkommunale Beschaffung von Auftausalz 2027-2029"),
        description=T(
            "Gemeinsame Beschaffung von Auftausalz für den Winterdienst des Kreises Rurland, der "
            "Stadt Eifeltal und der Gemeinde Neffelbach in 3 Losen."
        ),
        nature="supplies",
        cpv=SALT,
        cpv_additional=(ROCK_SALT,),
        reference="2026-117",
        estimated_value=Amount(780_000_00),
        framework_maximum=Amount(960_000_00),
        places=(Place(nuts="DEA26"), Place(nuts="DEA28")),
        legal_documents=(LegalDocument(code="vgv", text=T("Vergabeverordnung (VgV)")),),
        type="open",
        is_accelerated=False,
        exclusion_source="epo-notice",
        exclusion_grounds=tuple(Coded(code, T(text)) for code, text in grounds),
        max_lots_per_bid=3,
        max_lots_per_winner=3,
    )


def terms() -> Terms:
    """The terms that all lots share."""
    return Terms(
        submission="required",
        submission_url="https://vergabe.kreis-rurland.example/verfahren/2026-117/angebot",
        bid_languages=("DEU",),
        submission_deadline=at("2027-01-08T10:00"),
        enquiries_deadline=at("2026-12-30T23:59"),
        validity=Duration(60, "DAY"),
        opening=Opening(
            at=at("2027-01-08T10:05"),
            place=T("Kreishaus Rurland, elektronisch"),
            description=T(
                "Öffnung der Angebote durch die Vergabestelle; Bieter sind nicht zugelassen "
                "(§ 55 Abs. 2 VgV)."
            ),
        ),
        documents=Documents(
            url="https://vergabe.kreis-rurland.example/verfahren/2026-117/unterlagen",
            languages=("DEU",),
        ),
        reserved=("none",),
        reserved_execution="no",
        selection_source="epo-notice",
        selection_criteria=(
            SelectionCriterion(
                code="slc-suit-reg-trade",
                text=T("Eintragung in das Handels- oder Berufsregister (Eigenerklärung)."),
            ),
            SelectionCriterion(
                code="slc-abil-ref-supply",
                text=T("Mindestens drei vergleichbare Lieferungen in den letzten drei Jahren."),
            ),
        ),
        late_documents=Coded(
            "late-all", T("Nachforderung nach § 56 Abs. 2 VgV nach Ermessen der Vergabestelle.")
        ),
        award_criteria=(
            AwardCriterion(
                kind="price",
                name=T("Preis"),
                description=T("Preis je Tonne frei Silo"),
                weight_basis_points=8000,
            ),
            AwardCriterion(
                kind="quality",
                name=T("Lieferzeit"),
                description=T("Lieferzeit nach Abruf in Stunden"),
                weight_basis_points=2000,
            ),
        ),
        eu_funds="no-eu-funds",
        variants="not-allowed",
        several_bids="not-allowed",
        guarantee=Coded("false"),
        einvoicing="required",
        ecatalogue="not-allowed",
        eordering=True,
        epayment=True,
        esignature=False,
        nda=Coded("false"),
        financial_terms=T("Zahlung 30 Tage nach Lieferung und Eingang der E-Rechnung."),
        conditions=T(
            "Verpflichtungserklärung zur Tariftreue und zum Mindestlohn nach dem Tariftreue- und "
            "Vergabegesetz des Landes."
        ),
        gpa=True,
        has_auction=False,
        clean_vehicles=False,
        is_recurring=True,
        recurring_text=T("Herbst 2028"),
        framework=Framework(technique="fa-wo-rc"),
        dynamic_purchasing="none",
        tender_receiver="submission",
        information_provider="submission",
        review=Review(
            body="chamber",
            information="rurland",
            deadlines=T(REVIEW_DEADLINES),
        ),
    )


def lots() -> tuple[Lot, ...]:
    """Two lots with framework agreements and one without."""
    shared = terms()
    first = Lot(
        number=1,
        reference="2026-117-1",
        title=T("Los 1: Auftausalz lose, Kreis Rurland und Gemeinde Neffelbach"),
        description=T(
            "Rahmenvereinbarung über die Lieferung von losem Auftausalz frei Silo der Bauhöfe des "
            "Kreises Rurland und der Gemeinde Neffelbach, geschätzt 2.400 t je Winter."
        ),
        nature="supplies",
        cpv=SALT,
        cpv_additional=(ROCK_SALT,),
        estimated_value=Amount(540_000_00),
        framework_maximum=Amount(700_000_00),
        places=(Place(nuts="DEA26", city="Rurstadt", postcode="52349"),),
        period=Period(duration=Duration(24)),
        renewal=Renewal(maximum=1, description=T("Verlängerung um zwölf Monate möglich.")),
        goals=(StrategicGoal(code="none"),),
        is_sme_suitable=True,
        further=T("#Besonders auch geeignet für:other-sme#"),
        terms=shared,
    )
    second = replace(
        first,
        number=2,
        reference="2026-117-2",
        title=T("Los 2: Auftausalz lose, Stadt Eifeltal"),
        description=T(
            "Rahmenvereinbarung über die Lieferung von losem Auftausalz frei Silo des "
            "Baubetriebshofs der Stadt Eifeltal, geschätzt 900 t je Winter."
        ),
        estimated_value=Amount(198_000_00),
        framework_maximum=Amount(260_000_00),
        places=(Place(nuts="DEA28", city="Eifeltal", postcode="53879"),),
    )
    third = replace(
        first,
        number=3,
        reference="2026-117-3",
        title=T("Los 3: Auftausalz in Säcken, alle Auftraggeber"),
        description=T(
            "Einmalige Lieferung von 120 t Auftausalz in 25-kg-Säcken auf Paletten an drei "
            "Lieferstellen."
        ),
        estimated_value=Amount(42_000_00),
        framework_maximum=None,
        places=(Place(nuts="DEA26"), Place(nuts="DEA28")),
        period=Period(starts_on=dt.date(2027, 3, 1), ends_on=dt.date(2027, 10, 31)),
        renewal=None,
        terms=replace(
            shared,
            framework=Framework(technique="none"),
            award_criteria=(
                AwardCriterion(
                    kind="price",
                    name=T("Preis"),
                    description=T("Gesamtpreis"),
                    weight_basis_points=10000,
                ),
            ),
        ),
    )
    return (first, second, third)


def contract_notice() -> Notice:
    """The whole notice, subtype 16; it passes all official rules."""
    return Notice(
        subtype="16",
        notice_id=NOTICE_ID,
        procedure_id=PROCEDURE_ID,
        issued_at=at("2026-11-23T09:30"),
        requested_publication_on=dt.date(2026, 11, 25),
        organisations=organisations(),
        buyers=buyers(),
        procedure=procedure(),
        lots=lots(),
    )
