"""The table behind the limits; keys are keyed hashes, so it names nobody."""

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from vergabe.db import Model


class RateLimit(Model):
    """How far somebody has used up a limit; a row whose `full_at` has passed means nothing."""

    __tablename__ = "rate_limit"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    full_at: Mapped[int] = mapped_column(BigInteger, index=True)
    """Microseconds since 1970: when all of the limit is free again."""
    step_us: Mapped[int] = mapped_column(BigInteger)
    span_us: Mapped[int] = mapped_column(BigInteger)
    granted: Mapped[int] = mapped_column(Integer)
    """How much of the last wish was granted."""
