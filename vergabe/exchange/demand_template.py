"""The sheet for demands that people download, fill in and upload again (Vorlage)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from vergabe.exchange import codes, sheet_writer
from vergabe.exchange.demand_columns import EXAMPLE_REFERENCE
from vergabe.exchange.demand_input import DESCRIPTION_MAX, TITLE_MAX

SHEET_NAME: Final = "Bedarfe"
NATURE_NAMES: Final = {"supplies": "Lieferung", "services": "Dienstleistung", "works": "Bau"}

_PREPARED_ROWS: Final = 1_000
# Header, width, what to fill in.
_COLUMNS: Final = (
    (
        "Bedarf-Nr.",
        14,
        "Ihre eigene Nummer. Zeilen mit derselben Nummer stehen untereinander und bilden einen "
        "Bedarf mit mehreren Positionen. Darf leer bleiben.",
    ),
    ("Titel", 40, f"Pflicht. Was wird gebraucht? Höchstens {TITLE_MAX} Zeichen."),
    ("Beschreibung", 50, f"Einzelheiten, höchstens {DESCRIPTION_MAX} Zeichen."),
    ("CPV", 14, "Pflicht. 8 Ziffern, mit oder ohne Prüfziffer, zum Beispiel 30213100-6."),
    ("Weitere CPV", 16, "Weitere Codes, mit Semikolon getrennt."),
    ("Art", 16, "Lieferung, Dienstleistung oder Bau."),
    ("Position", 30, "Was in dieser Zeile gezählt wird. Ohne Angabe gilt der Titel."),
    ("Menge", 12, "Eine Zahl größer als 0. Leer lassen, wenn sie noch offen ist."),
    ("Einheit", 12, "Aus der Liste; auch Schreibweisen wie qm, to oder Stck. werden verstanden."),
    ("Einzelpreis netto", 16, "Euro je Einheit, ohne Umsatzsteuer."),
    (
        "Geschätzter Wert netto",
        20,
        "Euro für den ganzen Bedarf, ohne Umsatzsteuer, ganze Laufzeit mit allen Optionen.",
    ),
    ("Bedarf ab", 12, "Tag, ab dem Sie es brauchen, zum Beispiel 01.03.2027."),
    ("Bedarf bis", 12, "Letzter Tag, bei Verträgen das Ende der Laufzeit."),
    ("NUTS", 10, "Code des Erfüllungsorts, zum Beispiel DEA26. Darf leer bleiben."),
    ("Straße", 24, "Anschrift, an die geliefert oder wo geleistet wird."),
    ("PLZ", 8, "5 Ziffern."),
    ("Ort", 18, ""),
    ("Kostenstelle", 14, ""),
    ("Muss-Kriterien", 40, "Was unbedingt erfüllt sein muss, je Zeile ein Kriterium."),
    ("Ansprechperson", 24, "Wer Fragen beantworten kann."),
    ("Bemerkungen", 40, ""),
)
_TEXT_COLUMNS: Final = ("Bedarf-Nr.", "CPV", "Weitere CPV", "PLZ", "Kostenstelle", "NUTS")
_DATE_COLUMNS: Final = ("Bedarf ab", "Bedarf bis")
_AMOUNT_COLUMNS: Final = ("Einzelpreis netto", "Geschätzter Wert netto")


def demand_template_xlsx(today: dt.date | None = None) -> bytes:
    """Return the workbook to fill in: a sheet with an example, explanations, lists to choose from.

    today: day in Europe/Berlin from which the example takes its dates in the coming year; without
        it the example names none.
    """
    buffer, workbook = sheet_writer.new_workbook()
    demands = workbook.add_worksheet(SHEET_NAME)
    _write_explanations(workbook)
    units_count = _write_lists(workbook)
    bold = workbook.add_format({"bold": True, "bg_color": "#E6ECF2", "bottom": 1})
    formats = _column_formats(workbook)
    position = {header: column for column, (header, _, _) in enumerate(_COLUMNS)}
    for header, width, explanation in _COLUMNS:
        demands.set_column(position[header], position[header], width, formats.get(header))
        demands.write_string(0, position[header], header, bold)
        if explanation:
            demands.write_comment(0, position[header], explanation)
    for row, example in enumerate(_examples(today), start=1):
        for header, value in example.items():
            _write(demands, row, position[header], value, formats.get(header))
    _validate(demands, position["Art"], list(NATURE_NAMES.values()), "Art")
    _validate(demands, position["Einheit"], f"=Listen!$A$2:$A${units_count + 1}", "Einheit")
    demands.freeze_panes(1, 2)
    workbook.close()
    return buffer.getvalue()


def _column_formats(workbook: Any) -> dict[str, Any]:
    text = workbook.add_format({"num_format": "@"})
    day = workbook.add_format({"num_format": "dd.mm.yyyy"})
    amount = workbook.add_format({"num_format": "#,##0.00"})
    return (
        dict.fromkeys(_TEXT_COLUMNS, text)
        | dict.fromkeys(_DATE_COLUMNS, day)
        | dict.fromkeys(_AMOUNT_COLUMNS, amount)
    )


def _write(sheet: Any, row: int, column: int, value: object, cell_format: Any) -> None:
    if isinstance(value, dt.date):
        sheet.write_datetime(row, column, value, cell_format)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, cell_format)
    else:
        sheet.write_number(row, column, value, cell_format)


def _validate(sheet: Any, column: int, source: object, name: str) -> None:
    """Offer a list; other entries are allowed after a warning, because spellings are understood."""
    sheet.data_validation(
        1,
        column,
        _PREPARED_ROWS,
        column,
        {
            "validate": "list",
            "source": source,
            "error_type": "warning",
            "error_title": name,
            "error_message": "Dieser Eintrag steht nicht in der Liste. Trotzdem übernehmen?",
        },
    )


def _examples(today: dt.date | None) -> list[Mapping[str, object]]:
    first: dict[str, object] = {
        "Bedarf-Nr.": EXAMPLE_REFERENCE,
        "Titel": "Notebooks für das Rathaus (Beispiel, bitte löschen)",
        "Beschreibung": "Arbeitsplatznotebooks mit Dockingstation, Lieferung frei Rathaus.",
        "CPV": "30213100-6",
        "Art": "Lieferung",
        "Position": "Notebook 14 Zoll",
        "Menge": 40,
        "Einheit": "Stk.",
        "Einzelpreis netto": 890.5,
        "Geschätzter Wert netto": 42_000,
        "NUTS": "DEA26",
        "Straße": "Valdersweg 1",
        "PLZ": "52399",
        "Ort": "Merzenich",
        "Kostenstelle": "11100",
        "Muss-Kriterien": "Drei Jahre Vor-Ort-Service",
        "Ansprechperson": "IT-Abteilung",
    }
    if today is not None:
        first |= {
            "Bedarf ab": dt.date(today.year + 1, 3, 1),
            "Bedarf bis": dt.date(today.year + 1, 6, 30),
        }
    second = {
        "Bedarf-Nr.": EXAMPLE_REFERENCE,
        "Position": "Dockingstation",
        "Menge": 40,
        "Einheit": "Stk.",
        "Einzelpreis netto": 120,
    }
    return [first, second]


def _write_explanations(workbook: Any) -> None:
    sheet = workbook.add_worksheet("Erläuterungen")
    bold = workbook.add_format({"bold": True})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90, wrapped)
    sheet.write_string(0, 0, "Spalte", bold)
    sheet.write_string(0, 1, "Was hineingehört", bold)
    for row, (header, _, explanation) in enumerate(_COLUMNS, start=1):
        sheet.write_string(row, 0, header, wrapped)
        sheet.write_string(row, 1, explanation, wrapped)
    notes = (
        "Zahlen deutsch schreiben: 1.142.153,50 oder 1142153,5. Daten mit vierstelligem Jahr.",
        "Beim Hochladen gilt alles oder nichts; ein Bericht nennt jede fehlerhafte Zelle.",
        "Spalten dürfen fehlen oder anders geordnet sein. Pflicht sind nur Titel und CPV.",
    )
    for row, note in enumerate(notes, start=len(_COLUMNS) + 2):
        sheet.write_string(row, 1, note, wrapped)


def _write_lists(workbook: Any) -> int:
    """Write the units to choose from and return how many there are."""
    sheet = workbook.add_worksheet("Listen")
    bold = workbook.add_format({"bold": True})
    for column, header in enumerate(("Einheit", "Bedeutung", "UN/ECE-Code")):
        sheet.write_string(0, column, header, bold)
        sheet.set_column(column, column, 20)
    units = codes.units()
    for row, unit in enumerate(units, start=1):
        sheet.write_string(row, 0, unit.symbol)
        sheet.write_string(row, 1, unit.name)
        sheet.write_string(row, 2, unit.code)
    return len(units)
