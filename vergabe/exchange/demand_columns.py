"""What the columns of a demand sheet may be called, in German, English or by our field names."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from vergabe.errors import Violation

HEADER_MAX: Final = 120
# Number of the example in the template, told apart when a sheet comes back with it.
EXAMPLE_REFERENCE: Final = "BEISPIEL-1"

# Fields of the demand as `demand_fields.parse_demand` takes them, and names people give columns.
# A plain „Nr.“ is not among them: it counts rows, the same in every file, and names no demand.
# Compared without regard to case, blanks, punctuation and what stands in brackets.
_NAMES: Final[Mapping[str, str]] = {
    "external_reference": (
        "Bedarf-Nr. Bedarfs-Nr. Bedarfsnummer Kennung Referenz id reference external_reference"
    ),
    "title": "Titel Bedarf Gegenstand Auftragsgegenstand Betreff title",
    "description": "Beschreibung Leistungsbeschreibung Langtext Erläuterung description",
    "cpv_main": "CPV CPV-Code Haupt-CPV CPV-Hauptcode cpv_main",
    "cpv_additional": (
        "WeitereCPV WeitereCPV-Codes CPVweitere Zusatz-CPV Neben-CPV cpv_additional additionalcpv"
    ),
    "nature": "Art Leistungsart Auftragsart ArtDerLeistung nature",
    "estimated_value_net": (
        "GeschätzterWertNetto GeschätzterWert Wertnetto Schätzwert SchätzwertNetto Auftragswert "
        "AuftragswertNetto GeschätzterAuftragswert GeschätzterAuftragswertNetto Gesamtwert "
        "GesamtwertNetto Kostenschätzung KostenschätzungNetto estimated_value_net estimatedvalue"
    ),
    "needed_from": "BedarfAb BedarfVon Von Ab Beginn Lieferbeginn Leistungsbeginn needed_from",
    "needed_until": "BedarfBis Bis Ende Leistungsende needed_until",
    "nuts": "Erfüllungsort NUTS NUTS-Code Erfüllungsort/NUTS Leistungsort OrtDerLeistung nuts",
    "place_street": "Straße StraßeHausnummer StraßeUndHausnummer Straße,Nr. street place_street",
    "place_postcode": "PLZ Postleitzahl postcode postalcode place_postcode",
    "place_city": "Ort Stadt city place_city",
    "cost_centre": "Kostenstelle KSt cost_centre costcenter",
    "must_haves": (
        "Muss-Kriterien Muss-Kriterium Mindestanforderungen Anforderungen must_haves musthaves"
    ),
    "contact": "Ansprechperson Ansprechpartner Ansprechpartnerin Kontakt Bearbeitung contact",
    "remarks": "Bemerkungen Bemerkung Anmerkungen Anmerkung Hinweise Kommentar remarks",
}
_ITEM_NAMES: Final[Mapping[str, str]] = {
    "text": "Position Bezeichnung Artikel Artikelbezeichnung Positionstext Kurztext text item",
    "quantity": "Menge Anzahl Stückzahl Bedarfsmenge quantity",
    "unit": "Einheit Mengeneinheit ME unit unit_code unitcode",
    "unit_price_net": (
        "EinzelpreisNetto Einzelpreis EP EPnetto PreisJeEinheit StückpreisNetto Stückpreis "
        "unit_price_net unitprice"
    ),
}


def fold_header(text: str) -> str:
    """Return a header for comparing: lower case letters and digits, without what is in brackets."""
    shown = re.sub(r"\([^)]*\)", "", text[:HEADER_MAX])
    folded = unicodedata.normalize("NFKC", shown).casefold()
    for letter, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        folded = folded.replace(letter, plain)
    folded = re.sub(r"\bin (?:eur|euro)\b", "", folded)
    return re.sub(r"[^a-z0-9]", "", folded)


def _aliases(names: Mapping[str, str]) -> dict[str, str]:
    return {fold_header(name): field for field, text in names.items() for name in text.split()}


DEMAND_COLUMNS: Final = _aliases(_NAMES)
ITEM_COLUMNS: Final = _aliases(_ITEM_NAMES)


def header_score(texts: Sequence[str]) -> int:
    """Return how many texts name a column we know; zero without a title and a CPV column.

    Without these two no row can become a demand, so a row that lacks them is no header of ours.
    """
    folded = {fold_header(text) for text in texts}
    fields = {DEMAND_COLUMNS.get(name) for name in folded} - {None}
    item_fields = {ITEM_COLUMNS.get(name) for name in folded} - {None}
    if "cpv_main" not in fields or not ("title" in fields or "text" in item_fields):
        return 0
    return len(fields) + len(item_fields)


class Columns:
    """Which column of a sheet holds which field.

    demand, item: header by field; errors: address and violation of doubled and gross columns;
    warnings: of unknown ones.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        self.demand: dict[str, str] = {}
        self.item: dict[str, str] = {}
        self.errors: list[tuple[str, Violation]] = []
        self.warnings: list[tuple[str, Violation]] = []
        for header, address in headers.items():
            self._add(header, address)
        if "title" not in self.demand and "text" in self.item:
            # Lists of goods have one column that says what is needed.
            self.demand["title"] = self.item["text"]

    def _add(self, header: str, address: str) -> None:
        # Repeated headers were numbered when they were read: „Titel (2)“ is a second title.
        name = fold_header(header)
        for fields, known in ((self.demand, DEMAND_COLUMNS), (self.item, ITEM_COLUMNS)):
            field = known.get(name)
            if field is None:
                continue
            if field in fields:
                message = (
                    f"Die Spalten „{fields[field]}“ und „{header}“ bedeuten dasselbe. Bitte "
                    "behalten Sie nur eine."
                )
                self.errors.append((address, Violation("column_twice", message, field=field)))
            fields.setdefault(field, header)
            return
        self._unknown(header, address)

    def _unknown(self, header: str, address: str) -> None:
        shown = header[:60]
        if "brutto" in fold_header(header):
            message = (
                f"Die Spalte „{shown}“ enthält Bruttobeträge. Bitte geben Sie Beträge netto an und "
                "nennen Sie die Spalte „Geschätzter Wert netto“ oder „Einzelpreis netto“."
            )
            self.errors.append((address, Violation("gross_amounts", message)))
            return
        message = f"Die Spalte „{shown}“ ist nicht bekannt und wird nicht übernommen."
        self.warnings.append((address, Violation("column_unknown", message)))
