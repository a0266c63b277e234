"""How long texts of a tender may be; the schemas of notices allow at least as much."""

from typing import Final

TITLE_MAX: Final = 400
NAME_MAX: Final = 255
LINE_MAX: Final = 200
DESCRIPTION_MAX: Final = 20_000
TEXT_MAX: Final = 8_000
REASON_MAX: Final = 4_000
EMAIL_MAX: Final = 254
URL_MAX: Final = 500
