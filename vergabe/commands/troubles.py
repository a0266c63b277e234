"""What a place that cannot be written, a database that is away or an odd argument says."""

from typing import Final

_OUT_OF_DATE: Final = frozenset({"42P01", "42703"})  # undefined table, undefined column
_SQLITE_OUT_OF_DATE: Final = ("no such table", "no such column")


def sentence_of(error: Exception) -> str | None:
    """Return a German sentence for what the operator can mend; None for a mistake of ours."""
    if isinstance(error, UnicodeEncodeError):
        is_argument = error.reason == "surrogates not allowed"
        return "Die Angaben enthalten Zeichen, die kein UTF-8 sind." if is_argument else None
    if isinstance(error, OSError):
        # Without a name it is a line that was cut, a pipe that was closed.
        told = f"{error.filename}: Hier kann nicht gelesen oder geschrieben werden"
        return None if error.filename is None else f"{told} ({error.strerror})."
    return _of_the_database(error)


def _of_the_database(error: Exception) -> str | None:
    # Imported late: only who has used the database gets here.
    from sqlalchemy.exc import ArgumentError

    from vergabe.disturbances import Disturbance, disturbance_in

    if isinstance(error, ArgumentError):
        return "VERGABE_DATABASE_URL ist keine Adresse einer Datenbank."
    cause = getattr(error, "orig", None)
    state, told = getattr(cause, "sqlstate", None), str(cause).lower()
    if state in _OUT_OF_DATE or told.startswith(_SQLITE_OUT_OF_DATE):
        return "Der Datenbank fehlen Tabellen. Bitte zuerst: vergabe db upgrade"
    match disturbance_in(error):
        case Disturbance.AWAY:
            return "Die Datenbank ist nicht erreichbar. Was fehlt, sagt: vergabe doctor"
        case Disturbance():
            return "Die Datenbank ist gerade beschäftigt. Bitte versuchen Sie es noch einmal."
    return None
