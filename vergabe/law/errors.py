"""What the law core refuses: unknown rules, days without a row in force, impossible input."""

from vergabe.errors import InvalidInput


class LawError(InvalidInput):
    """Base of all refusals of the law core; `message` is a German sentence."""

    title = "Rechtlich nicht berechenbar"


class UnknownRule(LawError):
    """No table has a rule of this name."""

    def __init__(self, rule: str) -> None:
        super().__init__("unknown_rule", f"Die Regel „{rule}“ ist nicht hinterlegt.", field="rule")


class NoRowInForce(LawError):
    """The tables know the rule, but no version of it is in force on the day asked for."""

    def __init__(self, what: str, day: str) -> None:
        super().__init__(
            "no_row_in_force",
            f"Für {what} ist am {day} keine Fassung hinterlegt. "
            "Bitte die Rechtstabelle um eine Zeile mit diesem Geltungszeitraum ergänzen.",
        )


class ImpossibleInput(LawError):
    """A value that cannot be: a negative length, a naive instant, an unknown Land."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__("impossible_input", message, field=field)
