"""All releases of a procedure as one: its state now, and each field's history."""

import functools
from collections.abc import Sequence
from typing import Any, cast

from ocdsmerge import Merger
from ocdsmerge.rules import get_merge_rules

from vergabe.exchange.ocds.extension import release_schema


@functools.cache
def _merger() -> Merger:
    # With our schema at hand the library asks no network for one.
    return Merger(merge_rules=get_merge_rules(release_schema()))


def compiled(releases: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the compiled release: what holds after the last of these releases."""
    return cast("dict[str, Any]", _merger().create_compiled_release(list(releases)))


def versioned(releases: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the versioned release: every value a field had, with the release that said so."""
    return cast("dict[str, Any]", _merger().create_versioned_release(list(releases)))
