"""Random small values of notices: odd texts, places, instants at both clock changes, parties."""

import datetime as dt
from typing import Final

from hypothesis import strategies as st

from vergabe.exchange.eforms.datatypes import Amount, Duration, Period, Place, Text
from vergabe.exchange.eforms.parties import Address, Buyer, Contact, Organisation, TouchPoint
from vergabe.exchange.text import clean_text

NUTS: Final = ("DEA26", "DEA28", "DEA23", "DEA1D", "DEB22", "DEB1D", "DE212", "DEF0C", "DE600")
FOREIGN: Final = (("LUX", "LU000"), ("BEL", "BE336"), ("NLD", "NL423"), ("CHE", "CH040"))
CPV: Final = {
    "supplies": (
        "34927100",
        "14410000",
        "34144210",
        "30192000",
        "09310000",
        "48000000",
        "03410000",
    ),
    "services": ("90600000", "79940000", "72260000", "50230000", "60140000", "98380000"),
    "works": ("45000000", "45233140", "45214200"),
}
SOCIAL_CPV: Final = ("85000000", "80110000", "85311200", "92500000", "79624000")
ODD: Final = (
    "Straßenunterhaltung & Winterdienst <Los 1> „öffentlich“",
    "Preis < 5 % && Qualität > 3 ]]> Ende",
    "Null\u200bbreite\u200d und weiches\u00adTrennzeichen",
    "👩‍🚒 Löschfahrzeug 🚒 – Größe XXL ½ ‰",
    "Zeile eins\nZeile zwei\r\nZeile drei\tTabulator",
    "decomposed: Bu\u0308rgermeister, Stra\u0073se",
    "&amp;amp; schon maskiert &#228;",
    "\u202ehcsilbara\u202c عربى עברית",
    "Steuerzeichen \x00\x01\x0b\x1f dazwischen \ufffe",
    "  Leerraum an beiden Enden \u00a0",
    "'Hochkomma' \"Anführung\" `Akzent`",
)
URLS: Final = (
    "https://vergabe.rurland.example/verfahren/2026-117?los=1&ansicht=öffentlich#unterlagen",
    "http://www.eifeltal.example",
    "https://portal.example/a(b)*c@d%20e",
    "https://vergabe.example/" + "u" * 370,
)
PHONES: Final = ("+49 2421 22-0", "02421 990010", "(02421) 22 - 11", "+32 87 123456")
EMAILS: Final = ("vergabe@rurland.example", "a.b_c+d@sub.eifeltal.example", "x@y-z.example")
# Around both changes of the clock, a leap day, a turn of the year, and any day.
EDGES: Final = (
    dt.date(2026, 3, 28),
    dt.date(2026, 3, 29),
    dt.date(2026, 10, 24),
    dt.date(2026, 10, 25),
    dt.date(2026, 12, 31),
    dt.date(2027, 3, 28),
    dt.date(2028, 2, 28),
)

days = st.one_of(
    st.sampled_from(EDGES),
    st.dates(min_value=dt.date(2026, 1, 2), max_value=dt.date(2028, 12, 30)),
)
amounts = st.integers(min_value=1, max_value=10**13).map(Amount)


@st.composite
def plain(draw: st.DrawFn, limit: int = 400) -> str:
    """A text of at most `limit` characters that says something, however odd it is."""
    kind = draw(st.integers(min_value=0, max_value=9))
    if kind < 5:
        text = draw(st.sampled_from(ODD))
    elif kind < 9:
        text = draw(st.text(max_size=30))
    else:
        text = "Sehr ausführliche Beschreibung der Leistung: äöüß & <mehr>. " * (limit // 50)
    return clean_text(f"L{text}")[:limit].rstrip() or "L"


@st.composite
def texts(draw: st.DrawFn, languages: tuple[str, ...] = ("DEU",), limit: int = 6000) -> Text:
    """A text in every language of the notice."""
    return Text(tuple((language, draw(plain(limit))) for language in languages))


@st.composite
def identifiers(draw: st.DrawFn, prefix: str) -> str:
    """A reference as people make them up; unique if the prefix is."""
    return f"{prefix}/{draw(plain(40))}".strip()


@st.composite
def instants(draw: st.DrawFn, day: dt.date, first: int, last: int) -> dt.datetime:
    """An instant some days after a day, any second of it, those that occur twice too."""
    start = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    return start + dt.timedelta(
        days=draw(st.integers(min_value=first, max_value=last)),
        seconds=draw(st.integers(min_value=0, max_value=86_399)),
    )


@st.composite
def places(draw: st.DrawFn, languages: tuple[str, ...]) -> Place:
    """A place of performance of every kind there is."""
    kind = draw(st.sampled_from(("nuts", "address", "foreign", "country", "anyw", "anyw-eea")))
    if kind in ("anyw", "anyw-eea"):
        further = draw(st.none() | texts(languages))
        return Place(country=None, anywhere=kind, further=further)
    if kind == "country":
        return Place(anywhere="anyw-cou", further=draw(st.none() | texts(languages)))
    if kind == "foreign":
        country, nuts = draw(st.sampled_from(FOREIGN))
        return Place(country=country, nuts=nuts, city=draw(st.none() | plain()))
    nuts = draw(st.sampled_from(NUTS))
    if kind == "nuts":
        return Place(nuts=nuts, further=draw(st.none() | texts(languages)))
    return Place(nuts=nuts, street=draw(st.none() | plain()), city=draw(plain()), postcode="52399")


@st.composite
def periods(draw: st.DrawFn, start: dt.date, *, known: bool) -> Period:
    """How long a contract runs; `known`: not left open, as after the award."""
    kind = draw(st.sampled_from(("duration", "dates", "from", "until", "unlimited", "unknown")))
    first = start + dt.timedelta(days=draw(st.integers(min_value=60, max_value=400)))
    last = first + dt.timedelta(days=draw(st.sampled_from((1, 30, 400, 1400, 1600, 3000))))
    months = Duration(draw(st.sampled_from((1, 12, 24, 47, 48, 60))))
    if kind == "duration":
        other = draw(
            st.sampled_from((Duration(90, "DAY"), Duration(2, "YEAR"), Duration(6, "WEEK")))
        )
        return Period(duration=draw(st.sampled_from((months, other))))
    if kind == "from":
        return Period(duration=months, starts_on=first)
    if kind == "until":
        return Period(duration=months, ends_on=last)
    if kind == "unlimited":
        return Period(other="UNLIMITED", starts_on=draw(st.none() | st.just(first)))
    if kind == "unknown" and not known:
        return Period(other="UNKNOWN")
    return Period(starts_on=first, ends_on=last)


def is_longer_than_four_years(period: Period | None) -> bool:
    """As the official rules count it, which look at both dates or at the duration."""
    if period is None:
        return False
    if period.duration is not None:
        days_of = {"DAY": 1, "WEEK": 7, "MONTH": 30.437, "YEAR": 365.25}
        return period.duration.count * days_of[period.duration.unit] > 4 * 365.25
    if period.starts_on is not None and period.ends_on is not None:
        return (period.ends_on - period.starts_on).days > 4 * 365.25
    return False


@st.composite
def contacts(draw: st.DrawFn) -> Contact:
    """Phone and e-mail always, for buyers need them."""
    return Contact(
        name=draw(st.none() | plain()),
        phone=draw(st.sampled_from(PHONES)),
        email=draw(st.sampled_from(EMAILS)),
        fax=draw(st.none() | st.sampled_from(PHONES)),
        website=draw(st.none() | st.sampled_from(URLS)),
    )


@st.composite
def addresses(draw: st.DrawFn, *, abroad: bool = False) -> Address:
    """A German address, or one elsewhere: in the Union, in Switzerland, in America."""
    if abroad and draw(st.booleans()):
        country, nuts = draw(st.sampled_from((*FOREIGN, ("USA", None))))
        return Address(
            street=draw(st.none() | plain()),
            city=draw(plain()),
            postcode="1234",
            country=country,
            nuts=nuts,
        )
    street = draw(st.none() | plain())
    return Address(
        street=street,
        street_additional=draw(st.none() | plain()) if street else None,
        postcode="52399",
        city=draw(plain()),
        nuts=draw(st.sampled_from(NUTS)),
    )


@st.composite
def organisations(
    draw: st.DrawFn,
    key: str,
    points: tuple[TouchPoint, ...] = (),
    *,
    is_buyer: bool = False,
    is_supplier: bool = False,
) -> Organisation:
    """A buyer, review body or supplier."""
    is_natural = draw(st.none() | st.booleans()) if is_supplier else None
    return Organisation(
        key=key,
        name=draw(plain()),
        department=draw(st.none() | plain()),
        address=draw(addresses(abroad=is_supplier)),
        contact=draw(contacts()) if is_buyer else draw(st.just(Contact()) | contacts()),
        registration_number=draw(identifiers(f"DE-{key}")),
        size=draw(st.sampled_from(("micro", "small", "medium", "large"))) if is_supplier else None,
        is_natural_person=is_natural,
        is_listed=False
        if is_natural
        else draw(st.none() | st.just(False))
        if is_supplier
        else None,
        touch_points=points,
    )


@st.composite
def touch_points(draw: st.DrawFn, key: str) -> TouchPoint:
    """A contact point of the lead."""
    return TouchPoint(
        key=key,
        name=draw(plain()),
        department=draw(st.none() | plain()),
        address=draw(addresses()),
        contact=draw(contacts()),
    )


@st.composite
def buyers(
    draw: st.DrawFn, keys: list[str], provider: str | None, *, has_cpb: bool
) -> tuple[Buyer, ...]:
    """Buyers of which one leads; perhaps it is a central purchasing body for the others."""
    lead = draw(st.integers(min_value=0, max_value=len(keys) - 1))
    return tuple(
        Buyer(
            organisation=key,
            is_lead=place == lead,
            legal_type=draw(st.sampled_from(("la", "la", "ra", "body-pl-la"))),
            profile_url=draw(st.none() | st.sampled_from(URLS)),
            is_cpb_awarding=place == lead if has_cpb else None,
            is_cpb_acquiring=draw(st.booleans()) if has_cpb else None,
            service_provider=provider if place == lead else None,
        )
        for place, key in enumerate(keys)
    )
