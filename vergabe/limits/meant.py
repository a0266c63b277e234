"""Which account a form of the login means: its address, read exactly as the login reads it.

The login takes JSON as well as a form, and one address in many spellings (wide letters, other
dots, upper case). Whoever counts what was typed starts anew with each of them.
"""

from typing import Any

from flask import current_app, request


def address_meant() -> str:
    """Return the address that the login looks for, empty if none was given."""
    if request.is_json:
        body = request.get_json(silent=True)
        given = body.get("email") if isinstance(body, dict) else None
    else:
        given = request.form.get("email")
    if not isinstance(given, str):
        return ""
    util: Any = current_app.extensions["security"].mail_util
    try:
        return str(util.normalize(given))
    except ValueError:  # no address: nobody has it
        return given.strip().lower()[:254]
