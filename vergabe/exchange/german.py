"""Numbers, amounts, dates and keys as people in German administrations write them.

One style for all functions: they take what a cell, a form field or a JSON value holds (text or an
already typed value), return the typed value, and raise `InvalidInput` with one `Violation` whose
German sentence names the remedy. `field` is passed through into the violation.

How digits are read. A comma and a point together: the last one is the decimal sign, the other
one groups. One comma: the decimal sign (German). Several of the same sign, spaces or apostrophes:
groups of three. One point with exactly three digits after it (`1.234`) is ambiguous: 1234 to a
German, 1.234 to a program. It is refused with both readings named, except where only one can be
meant:

- the value is a number, not text (spreadsheet cells, JSON): taken as it is;
- it begins with a zero (`0.250`): a decimal point;
- a unit or a currency stands beside it (`4.000t`): written by a person, so a group;
- the caller says that three decimals make no sense (`lone_group="thousands"`, amounts of money).
"""

import datetime as dt
import math
import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

from vergabe import money
from vergabe.exchange import codes
from vergabe.exchange.codes import refusal

LoneGroup = Literal["refuse", "thousands"]

# Longer than any number a person means; also keeps Decimal from building giants.
_MAX_NUMBER_LENGTH: Final = 40
_MAX_TEXT_LENGTH: Final = 200
_MAX_EXPONENT: Final = 20
_SPACES: Final = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("’‘´`ʼ", "'"))
_MINUS: Final = re.compile(r"^[-−–]\s*")
_GROUPED: Final = re.compile(r"[1-9]\d{0,2}(?:(?P<sep>[.,' ])\d{3})(?:(?P=sep)\d{3})*")
_NUMBER_START: Final = re.compile(r"[-−–+]?\s*\d(?:[\d.,']|[ ](?=\d{3}(?!\d)))*")
_APPROXIMATE: Final = re.compile(
    r"^(?:ca\.?|circa|zirka|rd\.?|rund|etwa|ungefähr|~|≈|bis zu|max\.?)\s*", re.IGNORECASE
)
# "2 x 40 kg": so many packages of so much each.
_TIMES: Final = re.compile(
    r"(?P<count>[\d.,' ]+?)\s*(?:[x×*]|mal\b)\s*(?P<each>\d.*)", re.IGNORECASE
)
# "3 x 5 m" may be an area as well as three lengths.
_LENGTHS: Final = frozenset({"MTR", "CMT", "MMT", "KMT"})
_CURRENCY: Final = re.compile(r"^(?:Euro|EUR|€)\s*|\s*(?:Euro|EUR|€)$", re.IGNORECASE)
_MULTIPLE: Final = re.compile(
    r"(?P<number>.*\d)\s*(?:(?P<thousand>T|Tsd\.?)|(?P<million>Mio\.?)|(?P<billion>Mrd\.?))",
    re.IGNORECASE,
)
_NO_CENTS: Final = re.compile(r",\s*[-–—]{1,2}$")
_WORDS: Final = {
    word: number
    for number, words in enumerate(
        (
            *("null", "ein eine einen eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben"),
            *("acht", "neun", "zehn", "elf", "zwölf"),
        )
    )
    for word in words.split()
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount with the unit that stood beside it, if any.

    is_approximate: a word like "ca." stood before it; is_product: written as "2 x 40 kg"; hint: a
    sentence on what the unit leaves out.
    """

    value: Decimal
    unit_code: str | None = None
    is_approximate: bool = False
    hint: str | None = None
    is_product: bool = False


def parse_decimal(
    value: object, *, field: str | None = None, lone_group: LoneGroup = "refuse"
) -> Decimal:
    """Return the number that a text or a typed value means. How digits are read: see the module.

    Raises InvalidInput for anything else: an ambiguous text, infinities, numbers beyond 10^20.
    """
    if isinstance(value, bool) or value is None:
        raise _not_a_number(value, field)
    if isinstance(value, int):
        if abs(value) >= 10**_MAX_EXPONENT:
            raise _out_of_range(field)
        return Decimal(value)
    if isinstance(value, float):
        return _from_float(value, field)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise _not_a_number(value, field)
        return _within_range(value, field)
    if not isinstance(value, str) or len(value) > _MAX_TEXT_LENGTH:
        raise _not_a_number(value, field)
    return _from_text(value, field, lone_group)


def _from_float(value: float, field: str | None) -> Decimal:
    if not math.isfinite(value):
        raise _not_a_number(value, field)
    # Spreadsheets hold 15 significant digits; the rest of a float is noise of its binary form.
    return _within_range(Decimal(f"{value:.15g}"), field)


def _within_range(number: Decimal, field: str | None) -> Decimal:
    if not number:
        return Decimal(0)  # without the exponent, which can be a giant even for zero
    if not -_MAX_EXPONENT <= number.adjusted() < _MAX_EXPONENT:
        raise _out_of_range(field)
    return number


def _from_text(value: str, field: str | None, lone_group: LoneGroup) -> Decimal:
    text = _SPACES.sub(" ", value.strip()).translate(_APOSTROPHES)
    if text.casefold() in _WORDS:
        return Decimal(_WORDS[text.casefold()])
    unsigned = _MINUS.sub("", text).removeprefix("+").strip()
    if (
        not unsigned
        or len(unsigned) > _MAX_NUMBER_LENGTH
        or not re.fullmatch(r"[\d.,' ]+", unsigned)
    ):
        raise _not_a_number(value, field)
    if not unsigned.isascii():
        raise _not_a_number(value, field)
    number = _digits(unsigned, value, field, lone_group)
    return _within_range(-number if _MINUS.match(text) else number, field)


def _digits(text: str, written: str, field: str | None, lone_group: LoneGroup) -> Decimal:
    """Return the number of an unsigned text that has only digits and separators."""
    if text.isdigit():
        return Decimal(text)
    if lone_group == "refuse" and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", text):
        raise _ambiguous(text, field)
    if re.fullmatch(r"\d+,\d+|0\.\d+", text):
        return Decimal(text.replace(",", "."))
    if _GROUPED.fullmatch(text):
        return Decimal(re.sub(r"[.,' ]", "", text))
    whole, sign, decimals = _split_decimals(text)
    if decimals.isdigit() and (whole.isdigit() or _is_grouped_otherwise(whole, sign)):
        return Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{decimals}")
    raise _not_a_number(written, field)


def _split_decimals(text: str) -> tuple[str, str, str]:
    sign = "," if text.rfind(",") > text.rfind(".") else "."
    whole, _, decimals = text.rpartition(sign)
    return whole, sign, decimals


def _is_grouped_otherwise(whole: str, decimal_sign: str) -> bool:
    match = _GROUPED.fullmatch(whole)
    return match is not None and match["sep"] != decimal_sign


def _ambiguous(text: str, field: str | None) -> Exception:
    plain, decimal = text.replace(".", ""), text.replace(".", ",")
    return refusal(
        "number_ambiguous",
        f"„{text}“ kann {plain} oder {decimal} bedeuten. Schreiben Sie {plain}, wenn der Punkt "
        f"Tausender trennt, sonst {decimal}.",
        field,
    )


def _not_a_number(value: object, field: str | None) -> Exception:
    return refusal(
        "not_a_number",
        f"„{_shown(value)}“ ist keine Zahl. Schreiben Sie zum Beispiel 1142153,5 "
        "oder 1.142.153,50.",
        field,
    )


def _out_of_range(field: str | None) -> Exception:
    return refusal(
        "number_out_of_range",
        "Die Zahl ist unplausibel groß oder klein. Bitte prüfen Sie Stellen und Einheit.",
        field,
    )


def _shown(value: object) -> str:
    if isinstance(value, dt.datetime | dt.date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, bool):
        return "wahr" if value else "falsch"
    text = value if isinstance(value, str) else repr(value)[:60]
    printable = "".join(char if char.isprintable() else " " for char in text[:60])
    return printable.strip() + ("…" if len(text) > 60 else "")


def parse_quantity(value: object, *, field: str | None = None) -> Quantity:
    """Return a quantity with the unit written beside it (`16.177,05m²`, `ca. 7,5 to`, `drei`).

    Packages are multiplied out (`2 x 40 kg` is 80 kg). Raises InvalidInput for what is not one
    number with at most one known unit, such as a range.
    """
    if not isinstance(value, str):
        return Quantity(parse_decimal(value, field=field))
    if len(value) > _MAX_TEXT_LENGTH:
        raise _not_a_number(value, field)
    text = unicodedata.normalize("NFC", _SPACES.sub(" ", value.strip())).translate(_APOSTROPHES)
    bare = _APPROXIMATE.sub("", text)
    is_approximate = bare != text
    times = _TIMES.fullmatch(bare)
    if times is not None:
        return _product(times, is_approximate, field)
    start = _NUMBER_START.match(bare)
    rest = bare[start.end() :].strip() if start else ""
    if start is None or not rest:
        return Quantity(parse_decimal(bare, field=field), is_approximate=is_approximate)
    if re.match(r"[-–—]|bis\b", rest) and re.search(r"\d", rest):
        raise refusal(
            "quantity_range",
            f"„{_shown(value)}“ ist eine Spanne. Geben Sie eine Menge an und nennen Sie "
            "die Spanne im Text.",
            field,
        )
    number = parse_decimal(start.group().strip(), field=field, lone_group="thousands")
    unit_code = codes.normalise_unit(rest, field=field)
    return Quantity(number, unit_code, is_approximate, codes.unit_hint(rest))


def _product(times: re.Match[str], is_approximate: bool, field: str | None) -> Quantity:
    count = parse_decimal(times["count"].strip(), field=field)
    each = parse_quantity(times["each"], field=field)
    if each.is_product:
        raise _not_a_number(times.group(), field)
    if each.unit_code in _LENGTHS:
        raise refusal(
            "quantity_is_a_size",
            f"„{_shown(times.group())}“ kann ein Maß oder eine Länge sein. Geben Sie die Menge mit "
            "ihrer Einheit an (zum Beispiel 15 m oder 15 m²) und das Maß im Text.",
            field,
        )
    value = _within_range(count * each.value, field)
    return replace(each, value=value, is_approximate=is_approximate, is_product=True)


def parse_money_cents(
    value: object, *, field: str | None = None, lone_group: LoneGroup = "thousands"
) -> int:
    """Return an amount in euros as cents (`231.400`, `1.142.153,50 €`, `EUR 12`, `1.200,--`,
    `250 T€`, `1,2 Mio. €`).

    Whether it is net or gross is the caller's matter. Amounts of money never have three decimals,
    so `231.400` is a group; pass lone_group="refuse" for prices of a unit, where `1.234` may be a
    decimal. Raises InvalidInput, also for fractions of a cent, other currencies and sums beyond
    `money.MAX_CENTS`. Negative amounts are returned: whether they make sense the caller knows.
    """
    factor = 1
    amount = value
    if isinstance(value, str):
        if len(value) > _MAX_TEXT_LENGTH:
            raise _not_a_number(value, field)
        text = _SPACES.sub(" ", value.strip())
        amount, factor = _without_multiple(_NO_CENTS.sub("", _CURRENCY.sub("", text)))
        if amount != text:
            # A person wrote it; but 1.234 T€ may well mean 1.234 euros.
            lone_group = "thousands" if factor == 1 else "refuse"
    number = parse_decimal(amount, field=field, lone_group=lone_group) * factor
    if abs(number) * 100 > money.MAX_CENTS:
        raise refusal(
            "amount_too_large",
            "Der Betrag ist unplausibel hoch. Geben Sie ihn in Euro an, höchstens 10 Milliarden.",
            field,
        )
    try:
        return money.cents(number)
    except ValueError:
        raise refusal(
            "fraction_of_cent",
            f"„{_shown(value)}“ hat mehr als zwei Nachkommastellen. Runden Sie auf Cent oder "
            "geben Sie den Preis für eine größere Einheit an, zum Beispiel je MWh statt je kWh.",
            field,
        ) from None


def _without_multiple(text: str) -> tuple[str, int]:
    """Return an amount without `T`, `Tsd.`, `Mio.` or `Mrd.` behind it, and what these mean."""
    match = _MULTIPLE.fullmatch(text)
    if match is None:
        return text, 1
    factor = 10**3 if match["thousand"] else 10**6 if match["million"] else 10**9
    return match["number"], factor


def parse_yes_no(value: object, *, field: str | None = None) -> bool:
    """Return the truth of `ja`, `nein`, `x`, `wahr`, `1`, `0` and the like, else InvalidInput."""
    if isinstance(value, bool):
        return value
    text = str(value).strip().casefold().removesuffix(".0")
    if text in {"ja", "j", "x", "wahr", "true", "yes", "y", "1"}:
        return True
    if text in {"nein", "n", "falsch", "false", "no", "0"}:
        return False
    raise refusal("not_yes_no", f"„{_shown(value)}“: Schreiben Sie ja oder nein.", field)


def format_decimal(number: Decimal) -> str:
    """Return a number as Germans write it, without needless zeros: `1.142.153,5`."""
    text = f"{number:,f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    return text.rstrip("0").rstrip(",") if "," in text else text
