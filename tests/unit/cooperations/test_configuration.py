import datetime as dt
import time
from collections.abc import Callable

import pytest

from vergabe.cooperations.configuration import CooperationFile
from vergabe.cooperations.configuration_parser import parse
from vergabe.cooperations.rules import Depth, Stage
from vergabe.errors import DomainError, InvalidInput, TooLarge

TODAY = dt.date(2026, 11, 23)
GOOD = """
key = "rur"
name = "Rurtal"
reference_prefix = "RUR"

[contact]
name = "Vergabestelle"
email = "Vergabe@Rurtal.example"

[review_body]
name = "Vergabekammer Rheinland"
city = "Köln"

[cost_key]
kind = "demand_value"

[agreement]
legal_form = "contract"
stage = "in_force"
subject = "Gemeinsame Beschaffung"
in_force_on = 2026-02-01

[[areas]]
key = "procurement"
name = "Beschaffung"
required_resolutions = ["joining"]

[[members]]
ags = "05358040"
ars = "053580040040"
name = "Merzenich"
land = "NW"
nuts3 = "DEA26"
inhabitants = 10302
inhabitants_on = 2022-12-31
lead = true
joined_on = 2026-01-01
participation = { procurement = "full" }

[[members.people]]
email = "a@merzenich.example"
full_name = "A"
roles = ["coordinator"]

[[members]]
ags = "05358024"
name = "Jülich"
joined_on = 2026-01-01
participation = { procurement = "demand" }

[[mandates]]
grantor = "05358024"
scope = ["tender"]
wording = "Vollmacht"
valid_from = 2026-02-01
limit_net_euro = "250.000"

[[resolutions]]
member = "05358024"
subject = "joining"
body = "Rat"
decided_on = 2026-01-15
result = "adopted"
"""

Edit = Callable[[str], str]


def read(text: str) -> CooperationFile:
    return parse(text.encode(), TODAY)


def swap(old: str, new: str, count: int = -1) -> Edit:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, count)

    return edit


def test_good_file_is_read() -> None:
    file = read(GOOD)
    assert file.lead.name == "Merzenich"
    assert file.contact["email"] == "vergabe@rurtal.example"
    assert file.joining_window_days == 21
    assert [member.participation["procurement"].depth for member in file.members] == [
        Depth.FULL,
        Depth.DEMAND,
    ]
    assert file.agreement.days == {Stage.IN_FORCE: dt.date(2026, 2, 1)}
    assert file.mandates[0].entry.limit_net_cents == 250_000_00
    assert file.members[0].facts["kind"] == "municipality"


def test_byte_order_mark_is_skipped() -> None:
    assert parse(b"\xef\xbb\xbf" + GOOD.encode(), TODAY).key == "rur"


def test_county_has_a_key_of_five_digits() -> None:
    file = read(
        swap('ags = "05358024"', 'ags = "05358"')(
            GOOD.replace('grantor = "05358024"', 'grantor = "05358"').replace(
                'member = "05358024"', 'member = "05358"'
            )
        )
    )
    assert file.members[1].facts["kind"] == "county"


MISTAKES: list[tuple[str, Edit, str, str]] = [
    ("unknown key", swap('key = "rur"', 'key = "rur"\nkolour = 1'), "kolour", "gibt es hier nicht"),
    (
        "unknown key in member",
        swap('name = "Jülich"', 'name = "Jülich"\nbuergermeister = "X"'),
        "members[05358024].buergermeister",
        "gibt es hier nicht",
    ),
    ("missing name", swap('name = "Rurtal"\n', ""), "name", "fehlt"),
    ("missing agreement", swap("[agreement]", "[agreement.x]"), "agreement.legal_form", "fehlt"),
    (
        "number as text",
        swap("inhabitants = 10302", 'inhabitants = "viele"'),
        "members[05358040].inhabitants",
        "ganze Zahl",
    ),
    (
        "negative inhabitants",
        swap("inhabitants = 10302", "inhabitants = -1"),
        "members[05358040].inhabitants",
        "ganze Zahl von 1",
    ),
    ("text as number", swap('name = "Jülich"', "name = 7"), "members[05358024].name", "Text"),
    (
        "day in quotes",
        swap("in_force_on = 2026-02-01", 'in_force_on = "2026-02-01"'),
        "agreement.in_force_on",
        "ohne Anführungszeichen",
    ),
    (
        "instant for a day",
        swap("in_force_on = 2026-02-01", "in_force_on = 2026-02-01T10:00:00Z"),
        "agreement.in_force_on",
        "ohne Anführungszeichen",
    ),
    (
        "absurd year",
        swap("in_force_on = 2026-02-01", "in_force_on = 0026-02-01"),
        "agreement.in_force_on",
        "unplausibel",
    ),
    (
        "yes as text",
        swap("lead = true", 'lead = "ja"'),
        "members[05358040].lead",
        "true oder false",
    ),
    (
        "AGS as number",
        swap('ags = "05358024"', "ags = 5358024"),
        "members[#2].ags",
        "Anführungszeichen",
    ),
    (
        "AGS too short",
        swap('ags = "05358024"', 'ags = "0535802"'),
        "members[0535802].ags",
        "8 Ziffern",
    ),
    (
        "AGS with Arabic digits",
        swap('ags = "05358024"', 'ags = "٠٥٣٥٨٠٢٤"'),
        "members[٠٥٣٥٨٠٢٤].ags",
        "8 Ziffern",
    ),
    (
        "AGS of no Land",
        swap('ags = "05358024"', 'ags = "99358024"'),
        "members[99358024].ags",
        "01 bis 16",
    ),
    ("no AGS", swap('ags = "05358024"\n', ""), "members[#2].ags", "Gemeindeschlüssel"),
    (
        "ARS of another",
        swap("053580040040", "053580024024"),
        "members[05358040].ars",
        "gehört nicht",
    ),
    (
        "wrong Land",
        swap('land = "NW"', 'land = "RP"'),
        "members[05358040].land",
        "Nordrhein-Westfalen",
    ),
    ("unknown NUTS", swap('"DEA26"', '"DEAZZ"'), "members[05358040].nuts3", "keine NUTS-3-Region"),
    (
        "NUTS of another Land",
        swap('"DEA26"', '"DEB1C"'),
        "members[05358040].nuts3",
        "keine NUTS-3-Region",
    ),
    (
        "no key day of inhabitants",
        swap("inhabitants_on = 2022-12-31\n", ""),
        "members[05358040].inhabitants",
        "Stichtag",
    ),
    (
        "unknown depth",
        swap('"demand" }', '"deep" }'),
        "members[05358024].participation.procurement",
        "Möglich sind: none",
    ),
    (
        "unknown area",
        swap('{ procurement = "demand" }', '{ vat = "demand" }'),
        "members[05358024].participation",
        "steht nicht unter areas",
    ),
    (
        "two leads",
        swap('name = "Jülich"', 'name = "Jülich"\nlead = true'),
        "members[05358024].lead",
        "schon federführend",
    ),
    ("no lead", swap("lead = true\n", ""), "members", "Kein Mitglied ist federführend"),
    (
        "member twice",
        swap('"05358024"', '"05358040"', 1),
        "members[05358040].ags",
        "schon weiter oben",
    ),
    (
        "unknown role",
        swap('["coordinator"]', '["king"]'),
        "members[05358040].people[a@merzenich.example].roles[#1]",
        "Möglich sind",
    ),
    (
        "role of suppliers",
        swap('["coordinator"]', '["supplier"]'),
        "members[05358040].people[a@merzenich.example].roles[#1]",
        "Möglich sind",
    ),
    (
        "bad e-mail",
        swap("a@merzenich.example", "a at b"),
        "members[05358040].people[#1].email",
        "E-Mail",
    ),
    (
        "password in the file",
        swap('full_name = "A"', 'full_name = "A"\npassword = "x"'),
        "members[05358040].people[a@merzenich.example].password",
        "gibt es hier nicht",
    ),
    (
        "unknown stage",
        swap('stage = "in_force"', 'stage = "done"'),
        "agreement.stage",
        "Möglich sind: informal",
    ),
    (
        "stage without its day",
        swap("in_force_on = 2026-02-01\n", ""),
        "agreement.in_force_on",
        "gehört das Datum",
    ),
    (
        "informal in force",
        swap('"contract"', '"informal_arrangement"'),
        "agreement.legal_form",
        "formlose Verabredung",
    ),
    (
        "approval missing",
        swap('subject = "Gemeinsame', 'requires_approval = true\nsubject = "Gemeinsame'),
        "agreement.approved_on",
        "Genehmigung",
    ),
    (
        "days out of order",
        swap("in_force_on = 2026-02-01", "in_force_on = 2026-02-01\nsigned_on = 2026-03-01"),
        "agreement.in_force_on",
        "vor dem Schritt davor",
    ),
    (
        "signed in the future",
        swap("in_force_on = 2026-02-01", "in_force_on = 2027-02-01\nsigned_on = 2026-12-01"),
        "agreement.signed_on",
        "in der Zukunft",
    ),
    (
        "day of a later stage",
        swap("in_force_on = 2026-02-01", "in_force_on = 2026-02-01\nterminated_on = 2026-03-01"),
        "agreement.terminated_on",
        "noch nicht geben",
    ),
    ("unknown cost key", swap('"demand_value"', '"dice"'), "cost_key.kind", "Möglich sind: equal"),
    (
        "mixed without shares",
        swap('kind = "demand_value"', 'kind = "mixed"'),
        "cost_key",
        "zusammen 10000",
    ),
    (
        "shares without mixed",
        swap('kind = "demand_value"', 'kind = "equal"\nequal_basis_points = 10000'),
        "cost_key.equal_basis_points",
        "nur beim gemischten",
    ),
    (
        "inhabitants key without day",
        swap('kind = "demand_value"', 'kind = "inhabitants"'),
        "cost_key.inhabitants_on",
        "Stichtag",
    ),
    (
        "inhabitants of another day",
        swap('kind = "demand_value"', 'kind = "inhabitants"\ninhabitants_on = 2022-12-31'),
        "members[05358024].inhabitants_on",
        "2022-12-31",
    ),
    (
        "base fee missing",
        swap('kind = "demand_value"', 'kind = "base_plus_variable"'),
        "cost_key.base_euro",
        "feste Betrag",
    ),
    (
        "bearer who is no member",
        swap('kind = "demand_value"', 'kind = "one_bearer"\nbearer = "05162"'),
        "cost_key.bearer",
        "steht nicht unter members",
    ),
    (
        "bearer without a part",
        swap('kind = "demand_value"', 'kind = "equal"\nbearer = "05358024"'),
        "cost_key.bearer",
        "was er trägt",
    ),
    (
        "bearer of all and of a part",
        swap(
            'kind = "demand_value"',
            'kind = "one_bearer"\nbearer = "05358024"\nbearer_basis_points = 5',
        ),
        "cost_key.bearer_basis_points",
        "trägt ein Mitglied alles",
    ),
    (
        "no rule that we know for no award",
        swap('kind = "demand_value"', 'kind = "demand_value"\nno_award = "later"'),
        "cost_key.no_award",
        "Möglich sind: key",
    ),
    (
        "mandate of a stranger",
        swap('grantor = "05358024"', 'grantor = "05358020"'),
        "mandates[#1].grantor",
        "steht nicht unter members",
    ),
    (
        "mandate of the lead",
        swap('grantor = "05358024"', 'grantor = "05358040"'),
        "mandates[#1].grantor",
        "braucht keine Vollmacht",
    ),
    (
        "mandate without scope",
        swap('scope = ["tender"]', "scope = []"),
        "mandates[#1].scope",
        "wofür",
    ),
    ("ambiguous amount", swap('"250.000"', '"1.2.3"'), "mandates[#1].limit_net_euro", "Zahl"),
    ("limit of nothing", swap('"250.000"', "0"), "mandates[#1].limit_net_cents", "größer als 0"),
    (
        "resolution of a stranger",
        swap('member = "05358024"', 'member = "05358020"'),
        "resolutions[#1].member",
        "steht nicht unter members",
    ),
    (
        "resolution in the future",
        swap("decided_on = 2026-01-15", "decided_on = 2026-11-24"),
        "resolutions[#1].decided_on",
        "Zukunft",
    ),
    (
        "control character",
        swap('name = "Rurtal"', 'name = "Rur\\u0000tal"'),
        "name",
        "Steuerzeichen",
    ),
    ("long name", swap('name = "Rurtal"', f'name = "{"x" * 600}"'), "name", "höchstens 400"),
    ("bad key", swap('key = "rur"', 'key = "Rur Tal"'), "key", "Kleinbuchstaben"),
]


@pytest.mark.parametrize(
    ("edit", "place", "words"),
    [(e, p, w) for _, e, p, w in MISTAKES],
    ids=[name for name, *_ in MISTAKES],
)
def test_mistake_is_named_with_its_place(edit: Edit, place: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(edit(GOOD))
    found = {violation.field: violation.message for violation in caught.value.violations}
    assert place in found, found
    assert words in found[place]


def test_all_mistakes_are_named_at_once() -> None:
    text = swap('kind = "demand_value"', 'kind = "dice"')(GOOD)
    text = swap('stage = "in_force"', 'stage = "done"')(text)
    with pytest.raises(InvalidInput) as caught:
        read(text)
    assert {v.field for v in caught.value.violations} == {"cost_key.kind", "agreement.stage"}


BROKEN: list[tuple[str, bytes, str]] = [
    ("empty", b"", "leer"),
    ("blanks", b"  \n", "leer"),
    ("no key", b"[x]\n= 3", "Zeile 2, Spalte 1"),
    ("no toml", b"key = ", "Fehler am Ende der Datei"),
    (
        "leading zero",
        GOOD.replace('ags = "05358024"', "ags = 05358024").encode(),
        "Anführungszeich",
    ),
    ("NUL byte", GOOD.encode() + b"\x00", "kein gültiges TOML"),
    ("NUL in a text", GOOD.replace("Rurtal", "Rur\x00tal").encode(), "Steuerzeichen"),
    ("twice the same", GOOD.encode() + b'\n[contact]\nname = "x"', "zum zweiten Mal"),
    ("UTF-16 with its mark", GOOD.encode("utf-16"), "UTF-8"),
    ("Windows-1252", GOOD.encode("cp1252"), "UTF-8"),
    ("giant number", b"a = " + b"9" * 5000, "zu großen Zahl"),
    ("deep", b"a = " + b"[" * 100_000, "verschachtelt"),
    ("a list", b"a = [1, 2", "kein gültiges TOML"),
]


@pytest.mark.parametrize(
    ("content", "words"), [(c, w) for _, c, w in BROKEN], ids=[n for n, *_ in BROKEN]
)
def test_what_is_no_toml_gets_a_german_sentence(content: bytes, words: str) -> None:
    with pytest.raises(DomainError) as caught:
        parse(content, TODAY)
    assert words in caught.value.message


def test_five_megabytes_are_refused_at_once() -> None:
    began = time.process_time()
    with pytest.raises(TooLarge, match="1 MB"):
        parse(b"# " + b"x" * 5_000_000, TODAY)
    assert time.process_time() - began < 0.5


def test_association_without_ags_is_known_by_its_ars() -> None:
    text = GOOD.replace('ags = "05358024"\n', 'ars = "071355001"\nkind = "association"\n')
    text = text.replace('grantor = "05358024"', 'grantor = "071355001"')
    text = text.replace('member = "05358024"', 'member = "071355001"')
    file = read(text)
    assert file.members[1].key == "071355001"
    assert file.members[1].facts["kind"] == "association"
