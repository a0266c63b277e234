"""The files that leave the house: release packages, pages of the feed, record packages."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from vergabe.exchange.ocds import merging, writing_results
from vergabe.exchange.ocds.extension import LEGAL_BASIS, LOTS
from vergabe.exchange.ocds.release import Release
from vergabe.exchange.ocds.values import instant

VERSION: Final = "1.1"
LICENSE: Final = "https://www.govdata.de/dl-de/zero-2-0"


@dataclass(frozen=True)
class Stored:
    """A release package as it was stored, with its address."""

    uri: str
    content: bytes


def release_package(release: Release, *, uri: str, publisher: str, joint_purchase: str) -> bytes:
    """Return a release package with this one release, as UTF-8 JSON.

    joint_purchase: public address of our extension (`extension.address`).
    """
    return _dump(
        _head(uri, release.at, publisher, [LOTS, LEGAL_BASIS, joint_purchase])
        | {"releases": [writing_results.release(release)]}
    )


def page_of_feed(
    stored: Sequence[Stored], *, uri: str, next_uri: str, publisher: str, now: dt.datetime
) -> bytes:
    """Return the releases of several stored packages as one package, in their order.

    next_uri: where the feed goes on; the same again and again while nothing is new, then without
    releases (which the standard's schema would want, but there is nothing to say).
    """
    packages = [orjson.loads(one.content) for one in stored]
    return _dump(
        _head(uri, now, publisher, _extensions(packages))
        | {
            "releases": [release for package in packages for release in package["releases"]],
            "links": {"next": next_uri},
        }
    )


def record_package(stored: Sequence[Stored], *, uri: str, publisher: str) -> bytes:
    """Return the record of one procedure: its releases by address, compiled and versioned.

    stored: at least one package, the oldest first.
    """
    packages = [orjson.loads(one.content) for one in stored]
    releases: list[dict[str, Any]] = [r for package in packages for r in package["releases"]]
    last = max(dt.datetime.fromisoformat(release["date"]) for release in releases)
    record = {
        "ocid": releases[0]["ocid"],
        "releases": [
            {"url": f"{one.uri}#{release['id']}", "date": release["date"], "tag": release["tag"]}
            for one, package in zip(stored, packages, strict=True)
            for release in package["releases"]
        ],
        "compiledRelease": merging.compiled(releases),
        "versionedRelease": merging.versioned(releases),
    }
    return _dump(
        _head(uri, last, publisher, _extensions(packages))
        | {"packages": [one.uri for one in stored], "records": [record]}
    )


def _head(
    uri: str, published_at: dt.datetime, publisher: str, extensions: Sequence[str]
) -> dict[str, Any]:
    return {
        "uri": uri,
        "version": VERSION,
        "extensions": list(extensions),
        "publishedDate": instant(published_at),
        "publisher": {"name": publisher},
        "license": LICENSE,
    }


def _extensions(packages: Sequence[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for package in packages for name in package["extensions"]))


def _dump(content: dict[str, Any]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2)
