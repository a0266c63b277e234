"""Which operations of the JSON API compare a version, and which give one.

Read off the code that does it, when somebody asks for the description: what a view says of itself
in words or marks would one day say something else.
"""

import dis
import inspect
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any, Final

_OURS: Final = "vergabe."
_DEMANDED: Final = (
    "Der ETag, den Sie zuletzt gelesen haben: 428 ohne ihn, 412, wenn inzwischen jemand geändert "
    "hat."
)
_ONCE_THERE: Final = "Wird verlangt, sobald es etwas zu ersetzen gibt. "
_GIVEN: Final = "Die Fassung; senden Sie sie als If-Match zurück, wenn Sie ändern."


def calls(view: Callable[..., Any], wanted: Callable[..., Any]) -> bool:
    """Return whether a view calls a function, itself or through functions that it calls by name."""
    waiting: list[Any] = [view]
    seen: set[FunctionType] = set()
    while waiting:
        function = inspect.unwrap(waiting.pop())
        if function is wanted:
            return True
        is_ours = isinstance(function, FunctionType) and function.__module__.startswith(_OURS)
        if is_ours and function not in seen:
            seen.add(function)
            known = function.__globals__
            waiting += [known[name] for name in _globals_of(function.__code__) if name in known]
    return False


def _globals_of(code: CodeType) -> Iterator[str]:
    """Yield the global names that code uses, those inside its lambdas and comprehensions too."""
    for step in dis.get_instructions(code):
        if step.opname == "LOAD_GLOBAL":
            yield step.argval
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _globals_of(const)


def describe_demand(operation: dict[str, Any], *, is_always: bool) -> None:
    """Add the header `If-Match` to the description of an operation, and what comes without it."""
    header = {
        "in": "header",
        "name": "If-Match",
        "required": is_always,
        "description": _DEMANDED if is_always else _ONCE_THERE + _DEMANDED,
        "schema": {"type": "string"},
    }
    operation.setdefault("parameters", []).append(header)
    responses = operation.setdefault("responses", {})
    responses.setdefault("412", "PRECONDITION_FAILED")
    responses.setdefault("428", "PRECONDITION_REQUIRED")


def describe_gift(operation: dict[str, Any]) -> None:
    """Add the header `ETag` to the answers of an operation that has done what was asked."""
    header = {"description": _GIVEN, "schema": {"type": "string"}}
    for status, response in operation.get("responses", {}).items():
        if str(status).startswith("2") and isinstance(response, dict):
            response.setdefault("headers", {})["ETag"] = header
