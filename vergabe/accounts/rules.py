"""Who may get which role, and until when. Pure functions."""

import datetime as dt
from typing import Final

from vergabe.access.permissions import Role
from vergabe.errors import Violation

LONGEST_TOKEN: Final = dt.timedelta(days=366)


def reasons_against_role(
    role: Role, *, organisation_kind: str, valid_from: dt.date, valid_to: dt.date | None
) -> list[Violation]:
    """Return why a role may not be given at an organisation of this kind for these days."""
    reasons: list[Violation] = []
    if (role is Role.SUPPLIER) != (organisation_kind == "supplier"):
        reasons.append(
            Violation(
                "role_does_not_fit",
                "Diese Rolle passt nicht zu dieser Art von Organisation. Unternehmen haben nur die "
                "Rolle „Unternehmen“, Kommunen alle anderen.",
                field="role",
            )
        )
    if valid_to is not None and valid_to < valid_from:
        reasons.append(
            Violation(
                "days_not_in_order",
                "Das Ende liegt vor dem Beginn. Bitte geben Sie ein späteres Ende an.",
                field="valid_to",
            )
        )
    return reasons


def reasons_against_token(expires_at: dt.datetime, *, now: dt.datetime) -> list[Violation]:
    """Return why a token may not live until this instant."""
    if expires_at <= now:
        return [
            Violation(
                "token_expires_in_past",
                "Das Ende liegt in der Vergangenheit. Bitte wählen Sie einen späteren Tag.",
                field="expires_on",
            )
        ]
    if expires_at > now + LONGEST_TOKEN:
        return [
            Violation(
                "token_lives_too_long",
                "Ein Zugriffstoken gilt höchstens ein Jahr. Bitte wählen Sie einen früheren Tag.",
                field="expires_on",
            )
        ]
    return []
