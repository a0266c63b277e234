"""Reading posted forms of costs into plain input."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from vergabe.cost_keys.keys import ALL_BASIS_POINTS
from vergabe.cost_shares.kinds import Category
from vergabe.cost_shares.rules import CostEntry, EffortEntry
from vergabe.cost_shares.vat_rules import VatEntry, VatGround
from vergabe.errors import InvalidInput, Refused, Violation
from vergabe.exchange.german import parse_decimal
from vergabe.web.forms import FormReader
from vergabe.web.schema import clean

_KEY_LENGTH = 80
_MOST_HOURS = 1_000


class CostForm(FormReader):
    """A posted form; texts are cleaned, what is wrong is gathered."""

    def clean(self, name: str) -> str:
        """Return a text without surrounding blanks; control characters are refused."""
        try:
            return clean(self.text(name))
        except ValidationError as error:
            self.violations.append(Violation("text_damaged", str(error.messages[0]), field=name))
            return ""

    def word(self, name: str, words: type[Any]) -> Any:
        """Return one of a few words, None for anything else; the rules say that it is missing."""
        text = self.text(name)
        return words(text) if text in [word.value for word in words] else None

    def minutes(self, name: str) -> int | None:
        """Return hours (`1,5`) as whole minutes, None for an empty field."""
        return self._parsed(name, lambda text: _minutes(text, name))

    def request_key(self) -> str | None:
        """Return the key that the page gave to this form, so that a second click is no second."""
        return self.text("request_key")[:_KEY_LENGTH] or None

    def together(self, command: Callable[[], object]) -> None:
        """Run a command; what it finds wrong is joined to what could not be read.

        Whatever it has written is rolled back with the error that follows.
        """
        try:
            command()
        except InvalidInput as error:
            named = {violation.field for violation in self.violations}
            self.violations += [v for v in error.reasons if v.field not in named]
        except Refused:
            if not self.violations:
                raise
        self.raise_if_wrong()


def _minutes(text: str, name: str) -> int:
    hours = parse_decimal(text, field=name)
    if abs(hours) > _MOST_HOURS:
        sentence = "Geben Sie die Dauer in Stunden an, höchstens 24 am Tag."
        raise InvalidInput.of([Violation("hours_out_of_range", sentence, field=name)])
    return int((hours * 60).to_integral_value()) if hours else int(Decimal(0))


def vat_entry(form: CostForm) -> VatEntry:
    """Return what a form says about VAT."""
    return VatEntry(
        ground=form.word("vat_ground", VatGround),
        reason=form.clean("vat_reason"),
        yearly_turnover_net_cents=form.money("yearly_turnover"),
    )


def cost(form: CostForm) -> CostEntry:
    """Return the cost that a form describes."""
    return CostEntry(
        category=form.word("category", Category),
        text=form.clean("text"),
        document=form.clean("document"),
        document_on=form.day("document_on"),
        supplied_on=form.day("supplied_on"),
        net_cents=form.money("net"),
        vat_cents=form.money("vat"),
        vat=vat_entry(form),
        is_credit=form.flag("is_credit"),
        deducts_input_tax=form.flag("deducts_input_tax"),
    )


def effort(form: CostForm) -> EffortEntry:
    """Return the hours that a form describes."""
    return EffortEntry(
        worker_name=form.clean("worker_name"),
        worked_on=form.day("worked_on"),
        minutes=form.minutes("minutes"),
        hourly_rate_cents=form.money("hourly_rate"),
        activity=form.clean("activity"),
    )


def bearer(form: CostForm) -> dict[str, Any]:
    """Return who is to bear a project: the key alone, a budget alone, or a part of it."""
    kind = form.text("kind")
    points: int | None = {"key": 0, "budget": ALL_BASIS_POINTS}.get(kind)
    if kind == "mixed":
        points = form.basis_points("basis_points")
    if kind not in ("key", "budget", "mixed"):
        sentence = "Wählen Sie, wer die Kosten trägt."
        form.violations.append(Violation("kind_missing", sentence, field="kind"))
        points = 0
    return {
        "bearer_id": form.identifier("bearer_id") if kind != "key" else None,
        "basis_points": points,
        "decided_on": form.day("decided_on"),
        "decision": form.clean("decision"),
        "reason": form.clean("reason"),
    }


def payment(form: CostForm) -> dict[str, Any]:
    """Return amount, day and voucher of a payment."""
    found: dict[str, int | dt.date | str | None] = {
        "amount_cents": form.money("amount"),
        "paid_on": form.day("paid_on"),
        "document": form.clean("document"),
    }
    return dict(found)


def member_id(values: Mapping[str, str]) -> uuid.UUID | None:
    """Return the member that a form names; None means all."""
    return FormReader(values).identifier("organisation_id")
