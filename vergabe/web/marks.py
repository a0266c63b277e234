"""What a view says of itself: read before it runs and by the tests that walk all routes."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def mark(view: Callable[..., Any], name: str, value: object = True) -> None:
    """Set the attribute `vergabe_<name>` of a view; `functools.wraps` hands it on."""
    vars(view)[f"vergabe_{name}"] = value
