"""Words of demands that say little: of grammar and procurement, and of places of use.

Compared with plain words (`wording.plain`): lower case, ä as ae, ß as ss. Drawn up from public
municipal notices of 2023 to 2026.
"""

from typing import Final

# Words of procurement, of authorities and of grammar: they stand in every demand and tell nothing
# about its subject.
_EMPTY_WORDS: Final = """
ab aber abs absatz abschluss abteilung acht ag alle allen aller allgemein als also am amt
an andere anderen anforderung anfrage angebot ankauf anlehnung anlieferung anmietung
anschaffung ante aoer april art auch auf aufforderung aufgeteilt aufgrund aufteilung
auftrag auftraggeber auftraggeberin auftragnehmer auftragsbekanntmachung auftragsvergabe
august aus ausfuehrung ausgeschrieben ausgestattet auslieferung ausschreibung
ausschreibungsgegenstand ausstattung auswahlverfahren basis bauleistung beabsichtigt
bedarf beginn behoerde bei beim beinhaltet beistellung bekanntmachung belieferung bereich
bereitstellung beschaffen beschafft beschaffung beschraenkte beschreibung besonder
besondere bestehend bestehende bestehenden besteht bestellung betraegt bezeichnet bezieht
bezirk bezug bezugsvertrag bis brutto bund bundesrepublik bundesstadt bzw ca da dabei
damit das dass dauer dem den der deren des detail details deutschland dezember die
dienstag dienstleister dienstleistung dienstleistungsvertrag dies diese diesem diesen
dieser dieses din direktauftrag diverse diverser doch donnerstag dort drei dritte durch
durchfuehrung eigenbetrieb ein eine einem einen einer eines einfuehrung einjaehrig
einrichtung einschl einschliesslich einzelheit einzeln en entnehmen entsprechend er
erbringung erfolgt erforderlich ergebnis erneuerung errichtung ersatz ersatzbeschaffung
erste erstellung erster erwerb es etc eu eur euro euweit euweite evtl ex fabrikneu
fachbereich fb februar ff finden findet firma flecken foerderprogramm foerderung folgend
form freistaat freitag fuenf fuer gde geeignet gegenstand gem gemaess gemeinde
gemeindeverwaltung gemeinsam genannt geplant gesamt gesamtleistung gesamtvergabe ggf gmbh
groesse grosse haben handelt hansestadt hat hauptamt herstellung hier hierfuer ihr ihre ii
iii im in inbetriebnahme inkl inklusive innerhalb insbesondere insgesamt installation
interessenbekundung iso ist ja jaehrlich jahr jahre jahren jahresausschreibung
jahresvertrag januar je jede jeder jeweilig jeweils juli juni kann kauf kaufvertrag kein
keine koennen kommunal kommunale kommune konzession kosten kreis kreiseigen kreisstadt
kreisverwaltung kurz kurzbeschreibung land landeshauptstadt landkreis landratsamt laufzeit
laut leasing lediglich leihe leistung leistungsbeschreibung leistungsgegenstand
leistungsverzeichnis leistungszeitraum leitung lieferant lieferauftrag lieferleistung
liefern liefert lieferung liefervertrag lieferzeitraum lk los lose losen losweise maerz
magistrat mai markt massnahme maximal mehr mehrere miete mietvertrag mind mindestens mit
mittwoch moeglichkeit monat montag montage muessen muss nach nachfolgend national netto
neu neuausschreibung neubeschaffung neue neuer neues neun neuvergabe nicht noch norm
notwendig november nr nur ob oberbuergermeister objekt oder oeffentlich oeffentliche offen
offenes ohne oktober option optional optionale ortsgemeinde ortsteil ot per plant planung
position post pro projekt rahmen rahmenauftrag rahmenliefervertrag rahmenvereinbarung
rahmenvertrag referat regelung region richtlinie rund rv samstag samtgemeinde schreibt
sechs sein september sg sich sie sieben siehe sind so soll sollen sonntag sonstig sonstige
sowie sowohl stadt stadtgebiet stadtteil stadtverwaltung stadtwerke staedtisch stk stueck
sueck teil teillos teilnahmewettbewerb teils termin typ ueber uebernahme uhr um umfang
umfasst umsetzung unbefristet und universitaetsstadt unser unter unternehmen unterschwelle
unterstuetzung usw uvgo verband verbandsgemeinde vereinbarung verfahren vergabe
vergabenummer vergabestelle vergabeunterlagen vergabeverfahren vergeben
verhandlungsverfahren verlaengerung verlaengerungsoption verschieden verschiedene
verschiedener vertrag vertragsbeginn vertragslaufzeit verwaltung verwaltungsgemeinschaft
verwendung vg vgv vier vob vol vom von vor voraussichtlich vorhaben vorliegend waehrend
war was weit weite weitere weiteren weiterer welche werden wie wird wobei wurde zehn
zeitraum zeitvertrag zentrale ziel ziff zu zubehoer zudem zugehoerig zugehoerige zum zur
zurueck zusaetzlich zusammenhang zuschlag zuzueglich zweck zweckverband zwei zweite
zweiter zwischen zzgl
"""
EMPTY_WORDS: Final = frozenset(_EMPTY_WORDS.split())

# Where something is used or built: helps a little, must never be the reason for a pool.
_PLACE_WORDS: Final = """
anbau anlage arbeit aufbau ausbau aussenanlage aussenstelle bau bauabschnitt baubetriebshof
bauhof baumassnahme bauprojekt beladung berufskolleg berufsschule betrieb betriebshof
bildungseinrichtung digital digitalisierung einsatzkraft elektroantrieb erweiterung fahrgestell
fahrzeug feuerwache feuerwehr feuerwehrgeraetehaus feuerwehrhaus foerderschule foerderzentrum
freiwillig gebaeude gebiet geraet geraetehaus gesamtschule grundschule gs gymnasium halle haus
immobilienmanagement innenstadt instandsetzung jobcenter jugend kind kindergarten
kindertageseinrichtung kindertagesstaette kita klaeranlage klinik konzept krankenhaus
liegenschaft linie lizenz lizenzverlaengerung maschine mitarbeiter mitte mobil mobile
modernisierung neubau nord nordost nordwest objekte ortsdurchfahrt ortsfeuerwehr ost personal
programm rathaus realschule reparatur rettungsdienst rettungswache sanierung schueler
schulanlage schule schuljahr schulzentrum service software sporthalle standort strasse sued
suedost suedwest support system tiefbauamt turnhalle umbau unterhaltung unterkunft
verwaltungsgebaeude wartung wartungsverlaengerung west
"""
PLACE_WORDS: Final = frozenset(_PLACE_WORDS.split())

# Endings of compounds that add nothing: Ökostromlieferung is Ökostrom.
EMPTY_ENDINGS: Final = (
    "rahmenvereinbarung",
    "rahmenvertrag",
    "dienstleistung",
    "ausschreibung",
    "belieferung",
    "beschaffung",
    "bestellung",
    "lieferung",
    "leistung",
    "arbeiten",
    "arbeit",
    "vertrag",
    "vergabe",
)
