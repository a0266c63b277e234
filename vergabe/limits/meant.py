"""Which account a form of the login means: its address, read exactly as the login reads it.

The login takes JSON as well as a form, and one address in many spellings (wide letters, other
dots, upper case). Whoever counts what was typed starts anew with each of them.
"""

from flask import request
from flask_security import uia_email_mapper


def address_meant() -> str:
    """Return the address that the login looks for, empty if none was given."""
    if request.is_json:
        body = request.get_json(silent=True)
        given = body.get("email") if isinstance(body, dict) else None
    else:
        given = request.form.get("email")
    if not isinstance(given, str):
        return ""
    # What is no address nobody has; it is counted all the same.
    return uia_email_mapper(given) or given.strip().lower()[:254]
