"""Signed links: what stands in them needs no secret in the database."""

import uuid
from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer

from vergabe.errors import NotFound

REGISTRATION: Final = "vergabe.suppliers.registration"
FOLLOWING: Final = "vergabe.suppliers.following"


def sign(row_id: uuid.UUID, purpose: str, secret_key: str) -> str:
    """Return the token of a row for one purpose."""
    return str(URLSafeSerializer(secret_key, salt=purpose).dumps(row_id.hex))


def read(token: str, purpose: str, secret_key: str) -> uuid.UUID:
    """Return the id of the row that a token was made for; NotFound if it is not ours."""
    try:
        return uuid.UUID(URLSafeSerializer(secret_key, salt=purpose).loads(token))
    except (BadSignature, ValueError, TypeError, AttributeError) as error:
        raise NotFound("Dieser Link") from error
