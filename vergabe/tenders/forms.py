"""Reading posted forms of tenders; the reader is the same everywhere."""

from vergabe.web.forms import FormReader, day_and_time

__all__ = ["FormReader", "day_and_time"]
