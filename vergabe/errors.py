"""What can go wrong, as people meet it: a stable code, a German sentence, the law, the field."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Violation:
    """One reason against something.

    code: stable, lower_snake_case, for machines; message: a German sentence that names the problem
    and the remedy; law: the paragraph behind it, if any; field: dotted path of the input it
    concerns (`items.0.quantity`), if any; who: who can supply what is missing, if known.
    """

    code: str
    message: str
    law: str | None = None
    field: str | None = None
    who: str | None = None

    def as_dict(self) -> dict[str, str]:
        return {key: value for key, value in asdict(self).items() if value is not None}


class DomainError(Exception):
    """Base of all errors that are answers to people. Raised by commands and queries only."""

    status: ClassVar[int] = 400
    title: ClassVar[str] = "Das geht so nicht"

    def __init__(
        self,
        code: str,
        message: str,
        *,
        law: str | None = None,
        field: str | None = None,
        violations: Iterable[Violation] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.law = law
        self.field = field
        self.violations = tuple(violations)

    @property
    def reasons(self) -> "tuple[Violation, ...]":
        """Return every reason: the violations, else the error itself as the one reason."""
        return self.violations or (
            Violation(self.code, self.message, law=self.law, field=self.field),
        )

    def as_problem(self) -> dict[str, Any]:
        """Return the members of a problem document (RFC 9457) except `instance`."""
        problem: dict[str, Any] = {
            "type": f"urn:vergabe:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.message,
        }
        if self.law:
            problem["law"] = self.law
        if self.field:
            problem["field"] = self.field
        if self.violations:
            problem["violations"] = [violation.as_dict() for violation in self.violations]
        return problem


class InvalidInput(DomainError):
    """The shape or a value of the input is wrong (422). Nothing was stored."""

    status = 422
    title = "Bitte prüfen Sie Ihre Eingaben"

    @classmethod
    def of(cls, violations: Iterable[Violation]) -> "InvalidInput":
        """Return the error for several violations; the first one's sentence leads."""
        found = tuple(violations)
        lead = found[0]
        others = len(found) - 1
        more = f" (und {others} weitere Angabe{'n' if others > 1 else ''})" if others else ""
        return cls(lead.code, lead.message + more, law=lead.law, field=lead.field, violations=found)


def gather(wrong: list[Violation], read: Callable[[], T]) -> T | None:
    """Return what `read` gives, None if it refuses the input; the reasons are added to `wrong`."""
    try:
        return read()
    except InvalidInput as error:
        wrong += error.reasons
        return None


class NotFound(DomainError):
    """It does not exist, or the actor may not know that it does (404)."""

    status = 404
    title = "Nicht gefunden"

    def __init__(self, what: str = "Das Gesuchte") -> None:
        super().__init__("not_found", f"{what} wurde nicht gefunden.")


class Forbidden(DomainError):
    """The actor is known and lacks the right for this kind of act (403)."""

    status = 403
    title = "Dafür fehlt Ihnen die Berechtigung"


class Refused(DomainError):
    """Law or stage does not allow it now (409). `violations` lists every reason."""

    status = 409
    title = "Das ist jetzt nicht möglich"

    @classmethod
    def because(cls, code: str, message: str, reasons: Iterable[Violation]) -> "Refused":
        """Return the refusal with all its reasons."""
        return cls(code, message, violations=reasons)


class Stale(DomainError):
    """Somebody else changed it in the meantime (412)."""

    status = 412
    title = "Zwischenzeitlich geändert"

    def __init__(self, what: str = "Der Datensatz") -> None:
        super().__init__(
            "stale_version",
            f"{what} wurde inzwischen von jemand anderem geändert. "
            "Bitte laden Sie die Seite neu und übernehmen Sie Ihre Änderung noch einmal.",
        )


class TooLarge(DomainError):
    """More bytes than the stated limit (413)."""

    status = 413
    title = "Zu groß"


class TooMany(DomainError):
    """Too often within too short a time (429). Nothing was stored.

    wait_seconds: after which it may go on (`Retry-After`).
    """

    status = 429
    title = "Zu viele Anfragen"

    def __init__(self, code: str, message: str, *, wait_seconds: int) -> None:
        super().__init__(code, message)
        self.wait_seconds = wait_seconds
