"""The codes a person can choose for a notice, with German names.

Codes: eForms SDK 1.14.2, Publications Office of the European Union, CC BY 4.0; the names are ours,
shorter than the official labels and tied to German law.
"""

from collections.abc import Mapping
from typing import Final

from vergabe.texts import lazy

SOURCES: Final[Mapping[str, str]] = {
    "epo-notice": lazy("in der Bekanntmachung"),
    "epo-procurement-document": lazy("in den Vergabeunterlagen"),
}
# Exclusion grounds: German name, paragraph as it stands in the notice (BT-67).
EXCLUSION_GROUNDS: Final[Mapping[str, tuple[str, str]]] = {
    "exg-crim-part": (lazy("Kriminelle Vereinigung"), "§ 123 Abs. 1 Nr. 1 GWB"),
    "exg-crim-terror": (lazy("Terroristische Straftaten"), "§ 123 Abs. 1 Nr. 1 GWB (§ 129a StGB)"),
    "exg-crim-laund": (
        lazy("Geldwäsche oder Terrorismusfinanzierung"),
        "§ 123 Abs. 1 Nr. 2 und 3 GWB",
    ),
    "exg-crim-fraud": (lazy("Betrug oder Subventionsbetrug"), "§ 123 Abs. 1 Nr. 4 und 5 GWB"),
    "exg-crim-corrpt": (lazy("Bestechung und Bestechlichkeit"), "§ 123 Abs. 1 Nr. 6 bis 9 GWB"),
    "exg-crim-traffick": (lazy("Menschenhandel und Zwangsarbeit"), "§ 123 Abs. 1 Nr. 10 GWB"),
    "exg-pmt-bre-tax": (lazy("Steuern nicht entrichtet"), "§ 123 Abs. 4 GWB"),
    "exg-pmt-bre-ssc": (lazy("Sozialbeiträge nicht entrichtet"), "§ 123 Abs. 4 GWB"),
    "exg-mis-bre-env-law": (lazy("Verstoß gegen Umweltrecht"), "§ 124 Abs. 1 Nr. 1 GWB"),
    "exg-mis-bre-soc-law": (lazy("Verstoß gegen Sozialrecht"), "§ 124 Abs. 1 Nr. 1 GWB"),
    "exg-mis-bre-lab-law": (lazy("Verstoß gegen Arbeitsrecht"), "§ 124 Abs. 1 Nr. 1 GWB"),
    "exg-sitn-insolvency": (lazy("Zahlungsunfähigkeit"), "§ 124 Abs. 1 Nr. 2 GWB"),
    "exg-sitn-bankr": (lazy("Insolvenzverfahren"), "§ 124 Abs. 1 Nr. 2 GWB"),
    "exg-sitn-liq-admin": (lazy("Liquidation"), "§ 124 Abs. 1 Nr. 2 GWB"),
    "exg-sitn-cred-arran": (
        lazy("Vergleich mit Gläubigern, der Insolvenz vergleichbar"),
        "§ 124 Abs. 1 Nr. 2 GWB",
    ),
    "exg-sitn-as-susp": (lazy("Tätigkeit eingestellt"), "§ 124 Abs. 1 Nr. 2 GWB"),
    "exg-mis-misconduct": (lazy("Schwere berufliche Verfehlung"), "§ 124 Abs. 1 Nr. 3 GWB"),
    "exg-mis-distortion": (
        lazy("Absprachen, die den Wettbewerb verzerren"),
        "§ 124 Abs. 1 Nr. 4 GWB",
    ),
    "exg-mis-partic-confl": (lazy("Interessenkonflikt"), "§ 124 Abs. 1 Nr. 5 GWB"),
    "exg-mis-prep-confl": (
        lazy("Wettbewerbsverzerrung durch Mitwirkung an der Vorbereitung"),
        "§ 124 Abs. 1 Nr. 6 GWB",
    ),
    "exg-mis-sanction": (lazy("Mängel bei früheren Aufträgen"), "§ 124 Abs. 1 Nr. 7 GWB"),
    "exg-mis-misrepresent": (
        lazy("Täuschung, zurückgehaltene Auskünfte, unzulässige Einflussnahme"),
        "§ 124 Abs. 1 Nr. 8 und 9 GWB",
    ),
    "exg-natl-bre-nat-law": (
        lazy("Rein nationale Ausschlussgründe"),
        "§ 21 AEntG, § 98c AufenthG, § 19 MiLoG, § 21 SchwarzArbG, § 22 LkSG",
    ),
}
WITH_THE_FIRST: Final = "first"
"""No code of its own: the words stand with those of the first criterion."""
SELECTION_CRITERIA: Final[Mapping[str, str]] = {
    WITH_THE_FIRST: lazy("Kein eigenes Kriterium: steht beim ersten dabei"),
    "slc-suit-reg-trade": lazy("Eintragung in das Handelsregister"),
    "slc-suit-reg-prof": lazy("Eintragung in ein Berufsregister"),
    "slc-suit-auth-mbrshp": lazy("Erlaubnis oder Mitgliedschaft"),
    "slc-stand-to-gen": lazy("Jahresumsatz"),
    "slc-stand-to-spec": lazy("Umsatz im Bereich des Auftrags"),
    "slc-stand-ratio": lazy("Finanzkennzahlen"),
    "slc-stand-ins": lazy("Berufshaftpflichtversicherung"),
    "slc-stand-other": lazy("Andere wirtschaftliche oder finanzielle Anforderung"),
    "slc-abil-ref-supply": lazy("Referenzen über Lieferungen"),
    "slc-abil-ref-services": lazy("Referenzen über Dienstleistungen"),
    "slc-abil-ref-work": lazy("Referenzen über Bauleistungen"),
    "slc-abil-staff-tech-work": lazy("Fachleute für die Ausführung"),
    "slc-abil-staff-tech-ctrl": lazy("Fachleute für die Qualitätskontrolle"),
    "slc-abil-staff-qual": lazy("Ausbildung und berufliche Befähigung"),
    "slc-abil-staff-yrly-avg-mp": lazy("Zahl der Beschäftigten"),
    "slc-abil-facil-tools": lazy("Ausstattung, Geräte, Anlagen"),
    "slc-abil-mgmt-qual": lazy("Sicherung der Qualität"),
    "slc-abil-mgmt-env": lazy("Umweltmanagement"),
    "slc-abil-mgmt-supply": lazy("Lieferkette"),
    "slc-abil-subc": lazy("Unteraufträge"),
    "slc-abil-qual-smp-wo-autent": lazy("Muster, Beschreibungen, Fotos"),
    "slc-abil-qual-inst": lazy("Bescheinigungen von Prüfstellen"),
    "slc-sche-qu-cert-indep": lazy("Zertifikat über Qualitätsmanagement"),
    "slc-sche-env-cert-indep": lazy("Zertifikat über Umweltmanagement"),
    "slc-sec-inf": lazy("Informationssicherheit"),
    "slc-sec-supply": lazy("Versorgungssicherheit"),
}
LATE_DOCUMENTS: Final[Mapping[str, str]] = {
    "late-all": lazy("Alle fehlenden Unterlagen können nachgefordert werden"),
    "late-some": lazy("Nur bestimmte Unterlagen können nachgefordert werden"),
    "late-none": lazy("Es wird nichts nachgefordert"),
}
PERMISSIONS: Final[Mapping[str, str]] = {
    "not-allowed": "nein",
    "allowed": "erlaubt",
    "required": "vorgeschrieben",
}
SEVERAL_BIDS: Final[Mapping[str, str]] = {
    "not-allowed": lazy("Nein, ein Hauptangebot je Bieter"),
    "allowed": lazy("Ja, mehrere Hauptangebote sind zugelassen"),
}
RESERVED: Final[Mapping[str, str]] = {
    "none": lazy("Nein, alle Unternehmen können teilnehmen"),
    "res-ws": lazy("Nur Werkstätten und Inklusionsbetriebe"),
    "res-pub-ser": lazy("Nur gemeinnützige Einrichtungen"),
}
RESERVED_EXECUTION: Final[Mapping[str, str]] = {
    "no": lazy("Nein"),
    "yes": lazy("Ja, im Rahmen geschützter Beschäftigung"),
    "not-known": lazy("Noch nicht bekannt"),
}
ENVIRONMENT: Final[Mapping[str, str]] = {
    "clim-mitig": lazy("Klimaschutz"),
    "clim-adapt": lazy("Anpassung an den Klimawandel"),
    "circ-econ": lazy("Kreislaufwirtschaft"),
    "pollu-prev": lazy("Weniger Verschmutzung"),
    "biodiv-eco": lazy("Artenvielfalt"),
    "water-mar": lazy("Schutz des Wassers"),
    "other": lazy("Anderes Umweltziel"),
}
SOCIAL: Final[Mapping[str, str]] = {
    "acc-all": lazy("Barrierefreiheit"),
    "work-cond": lazy("Faire Arbeitsbedingungen"),
    "opp": lazy("Arbeit für Langzeitarbeitslose und Menschen mit Behinderungen"),
    "gen-eq": lazy("Gleichstellung der Geschlechter"),
    "et-eq": lazy("Gleichstellung ethnischer Gruppen"),
    "hum-right": lazy("Menschenrechte in der Lieferkette"),
    "other": lazy("Anderes soziales Ziel"),
}
INNOVATION: Final[Mapping[str, str]] = {
    "prod-innov": lazy("Neues Erzeugnis oder neue Leistung"),
    "proc-innov": lazy("Neues Verfahren"),
    "mar-nov": lazy("Neu auf dem Markt"),
    "rd-act": lazy("Mit Forschung und Entwicklung"),
}
EU_PROGRAMMES: Final[Mapping[str, str]] = {
    "": lazy("nicht genannt"),
    "ERDF_2021": lazy("EFRE, regionale Entwicklung"),
    "ESF_PLUS": lazy("ESF Plus, Soziales"),
    "JTF": lazy("JTF, gerechter Übergang"),
    "EAFRD_2021": lazy("ELER, ländlicher Raum"),
    "LIFE_2021": lazy("LIFE, Umwelt und Klima"),
}
TECHNIQUES: Final[Mapping[str, str]] = {
    "fa-wo-rc": lazy("Abrufe ohne erneuten Wettbewerb"),
    "fa-w-rc": lazy("Abrufe mit erneutem Wettbewerb (Miniwettbewerb)"),
    "fa-mix": lazy("Teils mit, teils ohne erneuten Wettbewerb"),
}
