"""The secret key in a backup, under a passphrase: without it second factors could not be read.

scrypt (RFC 7914) makes a key of the passphrase, Fernet keeps the secret with it; both come from the
library `cryptography`.
"""

import base64
import json
import os
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from vergabe.operation.snapshots import BackupError

SHORTEST_PASSPHRASE: Final = 12
_COST: Final = {"length": 32, "n": 2**15, "r": 8, "p": 1}


def locked(secret_key: str, passphrase: str) -> str:
    """Return the secret key as JSON that only the passphrase opens; BackupError if too short."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BackupError(
            "passphrase_short",
            "VERGABE_BACKUP_PASSPHRASE ist zu kurz. Nehmen Sie mindestens "
            f"{SHORTEST_PASSPHRASE} Zeichen.",
        )
    salt = os.urandom(16)
    token = _box(passphrase, salt).encrypt(secret_key.encode())
    return json.dumps({"salt": base64.b64encode(salt).decode(), "secret_key": token.decode()})


def opened(text: str, passphrase: str) -> str:
    """Return the secret key; BackupError if the passphrase is another one or the text damaged."""
    try:
        fields = json.loads(text)
        box = _box(passphrase, base64.b64decode(fields["salt"]))
        return box.decrypt(fields["secret_key"]).decode()
    except (InvalidToken, ValueError, KeyError, TypeError) as error:
        raise BackupError(
            "passphrase_wrong",
            "VERGABE_BACKUP_PASSPHRASE öffnet die Schlüssel dieser Sicherung nicht. Nehmen Sie "
            "das Passwort, mit dem sie gemacht wurde.",
        ) from error


def _box(passphrase: str, salt: bytes) -> Fernet:
    key = Scrypt(salt=salt, **_COST).derive(passphrase.encode())
    return Fernet(base64.urlsafe_b64encode(key))
