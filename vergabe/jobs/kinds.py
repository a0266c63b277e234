"""Kinds of jobs: what they are called, who may start one, what does the work, where it leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from flask import Flask, current_app
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission

if TYPE_CHECKING:
    from vergabe.jobs.model import Job
    from vergabe.jobs.running import Task

_KEY: Final = "vergabe_jobs"


def _nowhere(_job: Job) -> str | None:
    return None


@dataclass(frozen=True)
class JobKind:
    """A kind of work.

    run: does it in the worker, see `running.Task`; address: where its result stands, asked in a
    request of the web, None if it has no page of its own; ask_again: refuses, as the start would,
    who may no longer see what is in its file, asked when that is fetched.
    """

    name: str
    label: str
    permission: Permission
    run: Callable[[Task], None]
    address: Callable[[Job], str | None] = _nowhere
    ask_again: Callable[[Session, Actor, Job], None] | None = None


def set_kinds(app: Flask, kinds: tuple[JobKind, ...]) -> None:
    """Set the kinds of jobs (done once by the registry)."""
    app.extensions[_KEY] = {kind.name: kind for kind in kinds}


def find(name: str) -> JobKind | None:
    """Return a kind, None for one that this version does not know any more."""
    return cast(Mapping[str, JobKind], current_app.extensions[_KEY]).get(name)
