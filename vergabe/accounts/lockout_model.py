"""Failed logins, counted; keys are keyed hashes: the table names neither person nor address."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from vergabe.db import Instant, Model


class LoginFailures(Model):
    """How often a login failed in a row, by account and device or address (`lockout_rules`)."""

    __tablename__ = "login_failures"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(String(64), index=True)
    """What all rows of an account share."""
    scope: Mapped[str] = mapped_column(String(10))
    """device, address, account, or told: when the person was last told."""
    failures: Mapped[int]
    last_at: Mapped[Instant] = mapped_column(index=True)
