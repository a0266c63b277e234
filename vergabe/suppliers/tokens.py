"""Signed links: what stands in them needs no secret in the database."""

import hashlib
import uuid
from typing import Final

from itsdangerous import BadSignature, Signer

from vergabe.errors import NotFound

REGISTRATION: Final = "vergabe.suppliers.registration"
FOLLOWING: Final = "vergabe.suppliers.following"


def sign(row_id: uuid.UUID, purpose: str, secret_key: str) -> str:
    """Return the token of a row for one purpose."""
    return _signer(purpose, secret_key).sign(row_id.hex).decode()


def read(token: str, purpose: str, secret_key: str) -> uuid.UUID:
    """Return the id of the row that a token was made for; NotFound if it is not ours."""
    try:
        return uuid.UUID(_signer(purpose, secret_key).unsign(token).decode())
    except (BadSignature, ValueError) as error:
        raise NotFound("Dieser Link") from error


def _signer(purpose: str, secret_key: str) -> Signer:
    return Signer(secret_key, salt=purpose, digest_method=hashlib.sha256)
