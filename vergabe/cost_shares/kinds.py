"""The words of the ledger: kinds of entries, accounts, categories of cost, and their German."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from vergabe.texts import lazy


class Kind(StrEnum):
    """What an entry of the ledger is."""

    ADVANCE = "advance"  # Auslage der Federführung, auch ihre Gutschrift (negativ)
    EFFORT = "effort"  # Arbeitszeit eines Mitglieds
    DEMAND = "demand"  # Rückforderung an ein Mitglied; negativ: Gutschrift
    OWN_SHARE = "own_share"  # Eigenanteil der Federführung
    PAYMENT = "payment"
    PAYOUT = "payout"  # Rückzahlung eines Guthabens
    WRITE_OFF = "write_off"
    INTEREST = "interest"
    NO_AWARD = "no_award"  # Umverteilung, wenn nichts vergeben wurde
    CORRECTION = "correction"


KIND_NAMES: Final[Mapping[Kind, str]] = {
    Kind.ADVANCE: lazy("Auslage"),
    Kind.EFFORT: lazy("Arbeitszeit"),
    Kind.DEMAND: lazy("Rückforderung"),
    Kind.OWN_SHARE: lazy("Eigenanteil"),
    Kind.PAYMENT: lazy("Zahlung"),
    Kind.PAYOUT: lazy("Rückzahlung"),
    Kind.WRITE_OFF: lazy("Ausbuchung"),
    Kind.INTEREST: lazy("Zinsen"),
    Kind.NO_AWARD: lazy("Verteilung ohne Zuschlag"),
    Kind.CORRECTION: lazy("Storno"),
}


class Account(StrEnum):
    """Where an entry's lines go. A member has the first two; the rest are the lead's."""

    ADVANCED = "advanced"
    DEMANDED = "demanded"
    CASH = "cash"
    EFFORT = "effort"
    OUTPUT_VAT = "output_vat"
    OWN_SHARE = "own_share"
    WRITE_OFF = "write_off"
    INTEREST = "interest"


MEMBER_ACCOUNTS: Final = (Account.ADVANCED, Account.DEMANDED)
ACCOUNT_NAMES: Final[Mapping[Account, str]] = {
    Account.ADVANCED: lazy("Vorgeleistet, noch nicht zurückgefordert"),
    Account.DEMANDED: lazy("Zurückgefordert"),
    Account.CASH: lazy("Kasse der Federführung"),
    Account.EFFORT: lazy("Arbeitszeit der Federführung"),
    Account.OUTPUT_VAT: lazy("Abzuführende Umsatzsteuer"),
    Account.OWN_SHARE: lazy("Eigenanteil der Federführung"),
    Account.WRITE_OFF: lazy("Ausgebucht"),
    Account.INTEREST: lazy("Zinsen"),
}


class Category(StrEnum):
    """What kind of cost of a procedure."""

    EFFORT = "effort"
    PUBLICATION = "publication"
    ADVICE = "advice"
    SUPPLY = "supply"
    OTHER = "other"


CATEGORY_NAMES: Final[Mapping[Category, str]] = {
    Category.EFFORT: lazy("Aufwand"),
    Category.PUBLICATION: lazy("Veröffentlichung"),
    Category.ADVICE: lazy("Externe Beratung"),
    Category.SUPPLY: lazy("Lieferung oder Leistung"),
    Category.OTHER: lazy("Sonstiges"),
}
