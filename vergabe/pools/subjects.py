"""What municipalities buy, and how they name it: subjects that words stand for.

Patterns are matched against one plain word (`wording.plain`), the parts of a hyphenated word joined
and one by one. The tables were drawn up from public municipal notices of 2023 to 2026.
"""

import re
from typing import Final

# Key, name for people, pattern of one word. The first match of a word counts, so the narrower
# subject stands before the wider one.
SUBJECTS: Final[tuple[tuple[str, str, str], ...]] = (
    ("drehleiter", "Drehleitern", r"dla?k|drehleiter.*|hubrettung.*|teleskopmast.*"),
    (
        "loeschfahrzeug",
        "Löschfahrzeuge",
        r"h?lf|h?lf[a-z]|mlf|st?lf|tsfw?|tlf|.*loesch(gruppen)?fahrzeug.*"
        r"|tragkraftspritzenfahrzeug.*",
    ),
    ("einsatzleitwagen", "Einsatzleitwagen", r"elw|einsatzleit(wagen|fahrzeug).*"),
    ("kommandowagen", "Kommandowagen", r"kdow|kommandowagen.*|kleineinsatzfahrzeug.*|kef"),
    ("mannschaftstransport", "Mannschaftstransportwagen", r"mtws?|mtf|mannschaftstransport.*"),
    ("geraetewagen", "Gerätewagen", r"gw|gw(l|g|messtechnik|logistik)|geraete?n?wagen.*"),
    ("ruestwagen", "Rüstwagen", r"rw|ruestwagen.*"),
    ("abrollbehaelter", "Abrollbehälter und Wechsellader", r"wlf|abrollbehaelter.*|wechsellader.*"),
    (
        "rettungswagen",
        "Rettungswagen",
        r"rtw|ktw|rettungs(transport)?wagen.*|krankentransportwagen.*",
    ),
    ("notarztwagen", "Notarzteinsatzfahrzeuge", r"nef|notarzteinsatzfahrzeug.*"),
    ("telenotarzt", "Telenotarzt", r"telenotarzt.*"),
    ("notarzt", "Notarztdienste", r"notarzt.*|notaerzt.*"),
    ("muellfahrzeug", "Müllfahrzeuge", r".*(muell|abfall)(sammel)?fahrzeug.*"),
    ("kehrmaschine", "Kehrmaschinen", r".*kehr(saug)?(maschine|fahrzeug).*"),
    ("geraetetraeger", "Geräteträger", r"unimog.*|.*geraetetraeger.*"),
    ("maeher", "Mäher", r".*maeher.*|.*maehwerk.*"),
    ("traktor", "Traktoren", r".*(traktor|schlepper|zugmaschine).*"),
    ("lader", "Lader und Bagger", r".*radlader.*|.*bagger|.*(teleskop|hof)lader.*"),
    (
        "streuer",
        "Streugeräte und Schneepflüge",
        r".*streu(maschine|automat|er|geraet)e?n?|.*schneepfl.*",
    ),
    ("lkw", "Lastkraftwagen", r"lkw|.*lastkraftwagen.*|.*(seiten|heck)kipper.*"),
    (
        "transporter",
        "Transporter",
        r"e?(klein|elektro)?transporter.*|kastenwagen.*|pritsche.*|.*doppelkabin.*"
        r"|hochdachkombi.*|kleinbus.*|doka",
    ),
    (
        "pkw",
        "Pkw",
        r".*pkw|e(lektro)?fahrzeuge?n?|personenkraftwagen|kleinwagen"
        r"|dienst(kraft)?fahrzeuge?n?|suv|limousine.*",
    ),
    ("fahrradleasing", "Fahrradleasing", r".*(fahrradleas|dienstf?r?a?h?r?rad|fahrraed|jobrad).*"),
    (
        "raumcontainer",
        "Raumcontainer",
        r".*(interim|schul|klassen|raum|buero|wohn)s?(container|modul).*"
        r"|.*modul(anlage|bau).*|containeranlage.*",
    ),
    ("schulbuch", "Schulbücher", r".*(schulbuch|schulbuech|lernmittel).*"),
    ("tablet", "Tablets", r"ipads?|tablets?.*"),
    (
        "arbeitsplatz_it",
        "Arbeitsplatzrechner",
        r"notebooks?|laptops?|pcs?|.*monitor(e|en)?|thin|thinclients?",
    ),
    (
        "drucker",
        "Drucker und Kopierer",
        r"multifunktions.*|.*druckern?|.*kopierer.*|kopier(system|geraet|technik).*"
        r"|drucksysteme?",
    ),
    (
        "tafel",
        "Interaktive Tafeln",
        r".*(smartboard|whiteboard|flipchart|touchdisplay|touchpanel).*|boards?|tafeln?",
    ),
    ("netzwerk", "Netzwerktechnik", r".*switche?n?s?|wlan.*|accesspoints?|.*netzwerk.*"),
    ("microsoft", "Microsoft-Lizenzen", r"microsoft.*|m365.*|ms365"),
    ("vmware", "VMware-Lizenzen", r"vmware.*|vsphere.*"),
    (
        "it_sicherheit",
        "IT-Sicherheit",
        r"edr|xdr|soc|siem|endpoint|firewalls?|.*itsicherheit.*|antivir.*",
    ),
    (
        "strom",
        "Strom",
        r"(oeko|gruen)?strom(be)?(liefer.*|versorg.*|bezug)?|elektroenergie"
        r"|elektrizitaet.*",
    ),
    ("gas", "Erdgas", r"(erd|bio)?gas(be)?(liefer.*|versorg.*|bezug)?"),
    ("holzbrennstoff", "Holzbrennstoffe", r".*pellets?|.*hackschnitzeln?"),
    ("heizoel", "Heizöl", r".*heizoel.*"),
    ("photovoltaik", "Photovoltaik", r".*photovoltaik.*|pv|pvanlagen?|solarpark.*"),
    ("schulmoebel", "Schulmöbel", r".*(schulmoeb|schulmobil|klassenraummob|klassenmob).*"),
    (
        "bueromoebel",
        "Büromöbel",
        r".*(bueromoeb|buerodreh|buerostu|drehstu|bueroausstatt|sitzmoeb).*",
    ),
    ("moebel", "Möbel", r".*(moebel|mobiliar|moeblierung).*"),
    ("kueche", "Küchentechnik", r".*kueche.*"),
    (
        "verpflegung",
        "Mittagsverpflegung",
        r".*(mittagessen|verpflegung|catering|schulmahlzeit|mensabetrieb).*",
    ),
    (
        "schuelerbefoerderung",
        "Schülerbeförderung",
        r".*schueler.*(befoerd|verkehr|transport|fahrt).*|schulbus.*"
        r"|.*freistellungsverk.*|querbefoerd.*|.*schwimmfahrten|querverkehre?",
    ),
    ("befoerderung", "Personenbeförderung", r"befoerder.*|.*fahrleistung.*|.*(bus|taxi)fahrten"),
    ("kanalreinigung", "Kanalreinigung", r".*kanal(reinig|spuel).*"),
    (
        "kanalinspektion",
        "Kanalinspektion",
        r".*kanal(tv|inspekt|untersuch|zustand).*|schachtinspektion.*",
    ),
    ("strassenreinigung", "Straßenreinigung", r".*strassenreinigung.*"),
    (
        "textilreinigung",
        "Textilreinigung",
        r".*(textil|waesche)(reinigung|pflege).*|.*waeschereileist.*",
    ),
    ("sandreinigung", "Sandreinigung", r".*sandreinigung.*"),
    ("baureinigung", "Bauendreinigung", r".*bau(end|fein)?reinigung.*"),
    ("reinigungsmittel", "Reinigungsmittel", r".*reinigungs(mittel|bedarf|material|artikel).*"),
    (
        "gebaeudereinigung",
        "Gebäudereinigung",
        r".*(unterhalt|gebaeude|innen|glas|grund|fenster|rahmen|buero|schul|sonder|vertretungs)s?reinigung.*"
        r"|reinigungs(dienst)?leistung.*|reinigungsdienst.*",
    ),
    ("reinigung", "Reinigung", r"reinigung(en)?"),
    ("winterdienst", "Winterdienst", r".*(winterdienst|schneeraeum).*"),
    ("streusalz", "Streusalz", r".*(streusalz|tausalz|auftaumittel|siedesalz).*"),
    ("baumpflege", "Baumpflege", r".*(baumpfleg|baumschnitt|baumfaell|baumkontroll|kopfschnitt).*"),
    ("gruenpflege", "Grünpflege", r".*(gruenpfleg|gruenflaech|gruenanlag|rasenpfleg|maeharbeit).*"),
    (
        "bioabfall",
        "Bio- und Grünabfall",
        r".*(bioabf|biogut|gruenabf|gruenschnitt|gruengut|grasschnitt).*",
    ),
    ("altpapier", "Altpapier", r".*altpapier.*|ppk"),
    ("restabfall", "Rest- und Sperrmüll", r".*(restabf|restmuell|hausmuell|sperrmuell|sperrabf).*"),
    ("klaerschlamm", "Klärschlamm", r".*klaerschlamm.*"),
    (
        "kleinklaeranlage",
        "Entleerung von Kleinkläranlagen",
        r".*(kleinklaer|faekalschlamm|grundstuecksabwasser|grundstuecksentw).*"
        r"|abflusslose?n?",
    ),
    ("faellmittel", "Fällmittel", r".*(faellmittel|faellungsmittel|chlorid).*"),
    (
        "abfallbehaelter",
        "Abfallbehälter",
        r".*(muell|abfall)(gross)?(behaelter|tonne|container).*|mgb",
    ),
    (
        "wachdienst",
        "Wach- und Sicherheitsdienste",
        r"wach|.*(sicherheitsdien|wachdien|wachschutz|bewach|objektschutz).*",
    ),
    ("post", "Postdienste", r".*(postdien|briefsend|briefzustell|postbefoerd).*"),
    ("versicherung", "Versicherungen", r".*versicherung(en|sleistung.*|sdienst.*)?"),
    (
        "scannen",
        "Digitalisierung von Akten",
        r"scans?|scandienst.*|aktenarchiv.*|.*aktendigital.*|bestandsakten",
    ),
    ("schliessanlage", "Schließanlagen", r".*schliess(anlage|system|zylinder|technik).*"),
    ("tueren", "Türen", r".*tuer(en)?"),
    ("breitband", "Breitbandausbau", r".*(breitband|gigabit|glasfasernetz|glasfaserausbau).*"),
    (
        "schutzkleidung",
        "Schutzkleidung",
        r".*(einsatzb?e?kleid|schutzb?e?kleid|schutzausruest|ueberbekleid|dienstb?e?kleid|agtkleid|flammschutz).*"
        r"|psa",
    ),
    ("atemschutz", "Atemschutz", r".*atemschutz.*|pressluftatmer.*"),
    ("funk", "Funk und Alarmierung", r".*(funkgeraet|funkmelde|meldeempf|alarmierung).*"),
    ("schlauch", "Feuerwehrschläuche", r".*schlaeuchen?|.*schlauch"),
    ("geschwindigkeitsmessung", "Geschwindigkeitsmessung", r".*geschwindigkeits(mess|ueberwach).*"),
    ("abschleppen", "Abschleppdienste", r".*abschlepp.*"),
    ("buerobedarf", "Bürobedarf und Papier", r".*(kopierpapier|buerobedarf|bueromaterial).*"),
    (
        "ganztag",
        "Ganztagsbetreuung",
        r"ogs|.*ganztag.*|randstunden.*|uebermittags.*|.*schulbetreuung.*",
    ),
    ("brunnen", "Brunnen", r".*brunnen(anlage|wartung)?n?"),
    ("strassenbeleuchtung", "Straßenbeleuchtung", r".*strassenbeleuchtung.*"),
    ("spielgeraet", "Spielgeräte", r".*spiel(platz|geraet).*"),
    ("ladesaeule", "Ladeinfrastruktur", r"(e|strom|elektro)?lade(saeul|infrastr|station).*"),
    ("schaedlinge", "Schädlingsbekämpfung", r".*(schaedlingsbek|rattenbek|prozessionsspinner).*"),
    ("parkschein", "Parkscheinautomaten", r".*parkschein.*"),
)

# The same for two words in a row: (subject, end of the first, beginning of the second).
SUBJECT_PAIRS: Final[tuple[tuple[str, str, str], ...]] = (
    ("strom", r"elektrische?r?n?", r"energie|arbeit"),
    ("kanalinspektion", r"kanal", r"tv"),
    ("kanalinspektion", r"tv", r"kanaluntersuchung|inspektion"),
    ("kanalreinigung", r"(unterhalts)?reinigung", r"kanal|kanaele|kanalisation"),
    ("gebaeudereinigung", r"unterhalts", r"glasreinigung|grundreinigung"),
    ("netzwerk", r"access", r"points?"),
    ("raumcontainer", r"mobile", r"klassen"),
    ("tafel", r"interaktive\w*", r"board|display|tafel|panel"),
    ("tafel", r"activ", r"panels?"),
    ("notarztwagen", r"arzt", r"einsatzfahrzeug"),
)

# A narrower subject that is also one of the wider kind.
WIDER: Final = {
    "schulmoebel": "moebel",
    "bueromoebel": "moebel",
    "schuelerbefoerderung": "befoerderung",
    "kanalreinigung": "kanal",
    "kanalinspektion": "kanal",
    "gebaeudereinigung": "reinigung",
}
# Subjects that say little: dropped when the same text names another one (Reinigung von
# Schutzkleidung).
WEAK: Final = frozenset({"reinigung"})

# Words of some subjects also occur elsewhere (Software zur Schülerbeförderung, Beförderung von
# Abfall): the subject counts only in these CPV divisions.
SUBJECT_DIVISIONS: Final[dict[str, tuple[str, ...]]] = {
    "befoerderung": ("60",),
    "schuelerbefoerderung": ("60",),
    "reinigung": ("90",),
    "gebaeudereinigung": ("90",),
    "strom": ("09", "65"),
    "gas": ("09", "65"),
    "verpflegung": ("15", "55"),
    "versicherung": ("66",),
    "moebel": ("39",),
    "pkw": ("16", "34", "42", "43"),
    "lkw": ("16", "34", "42", "43"),
    "transporter": ("16", "34", "42", "43"),
    "netzwerk": ("30", "32", "48", "51", "72"),
    "tueren": ("44", "45", "50"),
}

# One subject, several places in CPV: (subject, beginning of a code, code it is compared as). Buyers
# choose now one, now the other for the same thing; CPV itself puts them into different branches.
TWIN_CODES: Final[tuple[tuple[str, str, str], ...]] = (
    ("verpflegung", "15", "55524000"),
    ("strom", "65", "09310000"),
    ("gas", "65", "09123000"),
    ("fahrradleasing", "66114", "34430000"),
    ("schulbuch", "39162", "22111000"),
    ("notarzt", "79625", "85141000"),
    ("notarztwagen", "79625", "85141000"),
    ("drucker", "79", "30120000"),
    ("microsoft", "72", "48000000"),
    ("vmware", "72", "48000000"),
    ("it_sicherheit", "72", "48730000"),
    ("breitband", "72", "64210000"),
    ("breitband", "32571", "64210000"),
    ("arbeitsplatz_it", "48", "30213000"),
    ("schutzkleidung", "18", "35113400"),
    ("schutzkleidung", "35811", "35113400"),
    ("schutzkleidung", "4448", "35113400"),
    ("loeschfahrzeug", "341391", "34144210"),
    ("loeschfahrzeug", "341392", "34144210"),
    ("ruestwagen", "35", "34144210"),
    ("einsatzleitwagen", "34221", "34144210"),
    ("geraetewagen", "34223", "34144210"),
)

# A demand for one building site: its parts are made to measure, few others can share them.
SITE_PATTERN: Final = re.compile(
    r".*(neubau|sanierung|umbau|aufstockung|anbau|erweiterung|modernisierung|baumassnahme|bauprojekt).*"
)
SITE_DIVISIONS: Final = ("09", "31", "42", "44", "45", "51")

SUBJECT_NAMES: Final = {key: name for key, name, _ in SUBJECTS} | {"kanal": "Kanäle"}
SUBJECT_PATTERN: Final = re.compile(
    "|".join(f"(?P<{key}>{pattern})" for key, _, pattern in SUBJECTS)
)
SUBJECT_PAIR_PATTERNS: Final = tuple(
    (key, re.compile(f".*({first})"), re.compile(f"({second}).*"))
    for key, first, second in SUBJECT_PAIRS
)
