"""The words of the ledger: kinds of entries, accounts, categories of cost, and their German."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


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
    Kind.ADVANCE: "Auslage",
    Kind.EFFORT: "Arbeitszeit",
    Kind.DEMAND: "Rückforderung",
    Kind.OWN_SHARE: "Eigenanteil",
    Kind.PAYMENT: "Zahlung",
    Kind.PAYOUT: "Rückzahlung",
    Kind.WRITE_OFF: "Ausbuchung",
    Kind.INTEREST: "Zinsen",
    Kind.NO_AWARD: "Verteilung ohne Zuschlag",
    Kind.CORRECTION: "Storno",
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
    Account.ADVANCED: "Vorgeleistet, noch nicht zurückgefordert",
    Account.DEMANDED: "Zurückgefordert",
    Account.CASH: "Kasse der Federführung",
    Account.EFFORT: "Arbeitszeit der Federführung",
    Account.OUTPUT_VAT: "Abzuführende Umsatzsteuer",
    Account.OWN_SHARE: "Eigenanteil der Federführung",
    Account.WRITE_OFF: "Ausgebucht",
    Account.INTEREST: "Zinsen",
}


class Category(StrEnum):
    """What kind of cost of a procedure."""

    EFFORT = "effort"
    PUBLICATION = "publication"
    ADVICE = "advice"
    SUPPLY = "supply"
    OTHER = "other"


CATEGORY_NAMES: Final[Mapping[Category, str]] = {
    Category.EFFORT: "Aufwand",
    Category.PUBLICATION: "Veröffentlichung",
    Category.ADVICE: "Externe Beratung",
    Category.SUPPLY: "Lieferung oder Leistung",
    Category.OTHER: "Sonstiges",
}
