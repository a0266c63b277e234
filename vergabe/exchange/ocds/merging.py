"""All releases of a procedure as one: its state now, and each field's history."""

import functools
from collections.abc import Sequence
from typing import Any, cast

from vergabe.exchange.ocds.extension import release_schema


@functools.cache
def _merger() -> Any:
    # Loaded with the first record, for it brings a client for the network with it. With our schema
    # at hand the library asks no network for one.
    from ocdsmerge import Merger
    from ocdsmerge.rules import get_merge_rules

    return Merger(merge_rules=get_merge_rules(release_schema()))


def compiled(releases: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the compiled release: what holds after the last of these releases."""
    return cast("dict[str, Any]", _merger().create_compiled_release(list(releases)))


def versioned(releases: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the versioned release: every value a field had, with the release that said so."""
    return cast("dict[str, Any]", _merger().create_versioned_release(list(releases)))
