"""The codes a person can choose for a notice, with German names.

Codes: eForms SDK 1.14.2, Publications Office of the European Union, CC BY 4.0; the names are ours,
shorter than the official labels and tied to German law.
"""

from collections.abc import Mapping
from typing import Final

SOURCES: Final[Mapping[str, str]] = {
    "epo-notice": "in der Bekanntmachung",
    "epo-procurement-document": "in den Vergabeunterlagen",
}
# Exclusion grounds: German name, paragraph as it stands in the notice (BT-67).
EXCLUSION_GROUNDS: Final[Mapping[str, tuple[str, str]]] = {
    "exg-crim-part": ("Kriminelle Vereinigung", "§ 123 Abs. 1 Nr. 1 GWB"),
    "exg-crim-terror": ("Terroristische Straftaten", "§ 123 Abs. 1 Nr. 1 GWB (§ 129a StGB)"),
    "exg-crim-laund": (
        "Geldwäsche oder Terrorismusfinanzierung",
        "§ 123 Abs. 1 Nr. 2 und 3 GWB",
    ),
    "exg-crim-fraud": ("Betrug oder Subventionsbetrug", "§ 123 Abs. 1 Nr. 4 und 5 GWB"),
    "exg-crim-corrpt": ("Bestechung und Bestechlichkeit", "§ 123 Abs. 1 Nr. 6 bis 9 GWB"),
    "exg-crim-traffick": ("Menschenhandel und Zwangsarbeit", "§ 123 Abs. 1 Nr. 10 GWB"),
    "exg-pmt-bre-tax": ("Steuern nicht entrichtet", "§ 123 Abs. 4 GWB"),
    "exg-pmt-bre-ssc": ("Sozialbeiträge nicht entrichtet", "§ 123 Abs. 4 GWB"),
    "exg-mis-bre-env-law": ("Verstoß gegen Umweltrecht", "§ 124 Abs. 1 Nr. 1 GWB"),
    "exg-mis-bre-soc-law": ("Verstoß gegen Sozialrecht", "§ 124 Abs. 1 Nr. 1 GWB"),
    "exg-mis-bre-lab-law": ("Verstoß gegen Arbeitsrecht", "§ 124 Abs. 1 Nr. 1 GWB"),
    "exg-sitn-insolvency": ("Zahlungsunfähigkeit", "§ 124 Abs. 1 Nr. 2 GWB"),
    "exg-sitn-bankr": ("Insolvenzverfahren", "§ 124 Abs. 1 Nr. 2 GWB"),
    "exg-sitn-liq-admin": ("Liquidation", "§ 124 Abs. 1 Nr. 2 GWB"),
    "exg-sitn-cred-arran": (
        "Vergleich mit Gläubigern, der Insolvenz vergleichbar",
        "§ 124 Abs. 1 Nr. 2 GWB",
    ),
    "exg-sitn-as-susp": ("Tätigkeit eingestellt", "§ 124 Abs. 1 Nr. 2 GWB"),
    "exg-mis-misconduct": ("Schwere berufliche Verfehlung", "§ 124 Abs. 1 Nr. 3 GWB"),
    "exg-mis-distortion": ("Absprachen, die den Wettbewerb verzerren", "§ 124 Abs. 1 Nr. 4 GWB"),
    "exg-mis-partic-confl": ("Interessenkonflikt", "§ 124 Abs. 1 Nr. 5 GWB"),
    "exg-mis-prep-confl": (
        "Wettbewerbsverzerrung durch Mitwirkung an der Vorbereitung",
        "§ 124 Abs. 1 Nr. 6 GWB",
    ),
    "exg-mis-sanction": ("Mängel bei früheren Aufträgen", "§ 124 Abs. 1 Nr. 7 GWB"),
    "exg-mis-misrepresent": (
        "Täuschung, zurückgehaltene Auskünfte, unzulässige Einflussnahme",
        "§ 124 Abs. 1 Nr. 8 und 9 GWB",
    ),
    "exg-natl-bre-nat-law": (
        "Rein nationale Ausschlussgründe",
        "§ 21 AEntG, § 98c AufenthG, § 19 MiLoG, § 21 SchwarzArbG, § 22 LkSG",
    ),
}
WITH_THE_FIRST: Final = "first"
"""No code of its own: the words stand with those of the first criterion."""
SELECTION_CRITERIA: Final[Mapping[str, str]] = {
    WITH_THE_FIRST: "Kein eigenes Kriterium: steht beim ersten dabei",
    "slc-suit-reg-trade": "Eintragung in das Handelsregister",
    "slc-suit-reg-prof": "Eintragung in ein Berufsregister",
    "slc-suit-auth-mbrshp": "Erlaubnis oder Mitgliedschaft",
    "slc-stand-to-gen": "Jahresumsatz",
    "slc-stand-to-spec": "Umsatz im Bereich des Auftrags",
    "slc-stand-ratio": "Finanzkennzahlen",
    "slc-stand-ins": "Berufshaftpflichtversicherung",
    "slc-stand-other": "Andere wirtschaftliche oder finanzielle Anforderung",
    "slc-abil-ref-supply": "Referenzen über Lieferungen",
    "slc-abil-ref-services": "Referenzen über Dienstleistungen",
    "slc-abil-ref-work": "Referenzen über Bauleistungen",
    "slc-abil-staff-tech-work": "Fachleute für die Ausführung",
    "slc-abil-staff-tech-ctrl": "Fachleute für die Qualitätskontrolle",
    "slc-abil-staff-qual": "Ausbildung und berufliche Befähigung",
    "slc-abil-staff-yrly-avg-mp": "Zahl der Beschäftigten",
    "slc-abil-facil-tools": "Ausstattung, Geräte, Anlagen",
    "slc-abil-mgmt-qual": "Sicherung der Qualität",
    "slc-abil-mgmt-env": "Umweltmanagement",
    "slc-abil-mgmt-supply": "Lieferkette",
    "slc-abil-subc": "Unteraufträge",
    "slc-abil-qual-smp-wo-autent": "Muster, Beschreibungen, Fotos",
    "slc-abil-qual-inst": "Bescheinigungen von Prüfstellen",
    "slc-sche-qu-cert-indep": "Zertifikat über Qualitätsmanagement",
    "slc-sche-env-cert-indep": "Zertifikat über Umweltmanagement",
    "slc-sec-inf": "Informationssicherheit",
    "slc-sec-supply": "Versorgungssicherheit",
}
LATE_DOCUMENTS: Final[Mapping[str, str]] = {
    "late-all": "Alle fehlenden Unterlagen können nachgefordert werden",
    "late-some": "Nur bestimmte Unterlagen können nachgefordert werden",
    "late-none": "Es wird nichts nachgefordert",
}
PERMISSIONS: Final[Mapping[str, str]] = {
    "not-allowed": "nein",
    "allowed": "erlaubt",
    "required": "vorgeschrieben",
}
SEVERAL_BIDS: Final[Mapping[str, str]] = {
    "not-allowed": "Nein, ein Hauptangebot je Bieter",
    "allowed": "Ja, mehrere Hauptangebote sind zugelassen",
}
RESERVED: Final[Mapping[str, str]] = {
    "none": "Nein, alle Unternehmen können teilnehmen",
    "res-ws": "Nur Werkstätten und Inklusionsbetriebe",
    "res-pub-ser": "Nur gemeinnützige Einrichtungen",
}
RESERVED_EXECUTION: Final[Mapping[str, str]] = {
    "no": "Nein",
    "yes": "Ja, im Rahmen geschützter Beschäftigung",
    "not-known": "Noch nicht bekannt",
}
ENVIRONMENT: Final[Mapping[str, str]] = {
    "clim-mitig": "Klimaschutz",
    "clim-adapt": "Anpassung an den Klimawandel",
    "circ-econ": "Kreislaufwirtschaft",
    "pollu-prev": "Weniger Verschmutzung",
    "biodiv-eco": "Artenvielfalt",
    "water-mar": "Schutz des Wassers",
    "other": "Anderes Umweltziel",
}
SOCIAL: Final[Mapping[str, str]] = {
    "acc-all": "Barrierefreiheit",
    "work-cond": "Faire Arbeitsbedingungen",
    "opp": "Arbeit für Langzeitarbeitslose und Menschen mit Behinderungen",
    "gen-eq": "Gleichstellung der Geschlechter",
    "et-eq": "Gleichstellung ethnischer Gruppen",
    "hum-right": "Menschenrechte in der Lieferkette",
    "other": "Anderes soziales Ziel",
}
INNOVATION: Final[Mapping[str, str]] = {
    "prod-innov": "Neues Erzeugnis oder neue Leistung",
    "proc-innov": "Neues Verfahren",
    "mar-nov": "Neu auf dem Markt",
    "rd-act": "Mit Forschung und Entwicklung",
}
EU_PROGRAMMES: Final[Mapping[str, str]] = {
    "": "nicht genannt",
    "ERDF_2021": "EFRE, regionale Entwicklung",
    "ESF_PLUS": "ESF Plus, Soziales",
    "JTF": "JTF, gerechter Übergang",
    "EAFRD_2021": "ELER, ländlicher Raum",
    "LIFE_2021": "LIFE, Umwelt und Klima",
}
TECHNIQUES: Final[Mapping[str, str]] = {
    "fa-wo-rc": "Abrufe ohne erneuten Wettbewerb",
    "fa-w-rc": "Abrufe mit erneutem Wettbewerb (Miniwettbewerb)",
    "fa-mix": "Teils mit, teils ohne erneuten Wettbewerb",
}
