"""The command: one municipality merges into another."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.cooperations import filing, queries
from vergabe.cooperations.model import Cooperation, Mandate, Member
from vergabe.errors import Forbidden, InvalidInput, Refused, Violation
from vergabe.messages import service as messages
from vergabe.messages.service import Reader
from vergabe.successions import members, procedures
from vergabe.successions.facts import Succession


@dataclass(frozen=True)
class MergeReport:
    """What passed to the successor, in numbers, and what people still have to look at."""

    old_name: str
    new_name: str
    on: dt.date
    is_new: bool
    cooperations: int = 0
    papers: int = 0
    roles: int = 0
    pools: int = 0
    demands: int = 0
    tenders: int = 0
    hints: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "old": self.old_name,
            "new": self.new_name,
            "on": self.on.isoformat(),
            "is_new": self.is_new,
            "cooperations": self.cooperations,
            "papers": self.papers,
            "roles": self.roles,
            "pools": self.pools,
            "demands": self.demands,
            "tenders": self.tenders,
            "hints": list(self.hints),
        }


def merge(
    session: Session,
    actor: Actor,
    old: Organisation,
    new: Organisation,
    *,
    on: dt.date,
    now: dt.datetime,
) -> MergeReport:
    """Let `new` take over all rights and duties of `old` from the legal day `on` (Berlin).

    The day may be today or past: until it has come both act for themselves. Memberships, open
    demands, joinings, mandates, standing resolutions, tasks, roles and running procedures pass;
    what has ended or was published stays. The same merger again changes nothing. Only the operator
    may. Raises Forbidden, InvalidInput, Refused.
    """
    if not actor.is_operator:
        raise Forbidden("operator_only", "Eine Rechtsnachfolge vermerkt, wer den Dienst betreibt.")
    if (old.succeeded_by_id, old.succeeded_on) == (new.id, on):
        return MergeReport(old.name, new.name, on, is_new=False)
    _refuse_unless_possible(old, new, on, clock.berlin_day(now))
    of = Succession(old, new, on, now)
    procedures.lock_procedures(session, old.id)
    concerned = _locked_cooperations(session, old.id)
    papers = 0
    for cooperation in concerned:
        members.pass_membership(session, cooperation, of)
        papers += members.pass_papers(session, cooperation, of)
        filing.touch(cooperation)
    members.pass_tasks(session, of)
    roles = members.pass_people(session, of)
    pools = procedures.pass_pools(session, actor, of)
    demands = procedures.pass_demands(session, actor, of)
    procedures.let_go_who_may(session, actor, of)
    tenders = procedures.pass_tenders(session, actor, of)
    procedures.pass_deadlines(session, of)
    hints = _hints(of, pools)
    _add_inhabitants(of)
    old.succeeded_by, old.succeeded_on = new, on
    session.flush()
    report = MergeReport(
        old.name,
        new.name,
        on,
        is_new=True,
        cooperations=len(concerned),
        papers=papers,
        roles=roles,
        pools=pools,
        demands=demands,
        tenders=tenders,
        hints=tuple(hints),
    )
    _record(session, actor, of, concerned, report)
    return report


def _refuse_unless_possible(
    old: Organisation, new: Organisation, on: dt.date, today: dt.date
) -> None:
    if on > today:
        message = (
            f"Der {on:%d.%m.%Y} ist noch nicht gekommen. Führen Sie den Befehl an diesem Tag aus."
        )
        raise InvalidInput.of([Violation("day_in_future", message, field="on")])
    if old.id == new.id:
        message = "Eine Kommune kann nicht in sich selbst aufgehen."
        raise InvalidInput.of([Violation("same_organisation", message, field="new")])
    for organisation in (old, new):
        if not organisation.is_buyer:
            raise Refused("no_buyer", f"{organisation.name} ist keine Kommune und kein Verband.")
        if organisation.succeeded_by is not None:
            raise Refused(
                "already_succeeded",
                f"{organisation.name} ist schon am {organisation.succeeded_on:%d.%m.%Y} in "
                f"{organisation.succeeded_by.name} aufgegangen.",
            )


def _locked_cooperations(session: Session, old_id: uuid.UUID) -> list[Cooperation]:
    """Return all cooperations that the old municipality has to do with, locked in a fixed order."""
    as_member = select(Member.cooperation_id).where(Member.organisation_id == old_id)
    by_mandate = select(Mandate.cooperation_id).where(
        or_(Mandate.grantor_id == old_id, Mandate.grantee_id == old_id)
    )
    found = session.scalars(
        select(Cooperation.id)
        .where(Cooperation.id.in_(as_member) | Cooperation.id.in_(by_mandate))
        .order_by(Cooperation.id)
    ).all()
    return [queries.locked_cooperation(session, cooperation_id) for cooperation_id in found]


def _hints(of: Succession, pools: int) -> list[str]:
    found = [
        "Prüfen Sie die Satzung der Nachfolgerin: Vergaberechtliche Satzungen gehen nicht über.",
        "Tragen Sie die Nachfolgerin in die Dateien der Zusammenarbeiten ein.",
    ]
    if pools:
        found.append(
            "Laufende Abstimmungen und Höchstbeträge von Beschlüssen und Vollmachten sind neu zu "
            "prüfen: Der Anteil der Nachfolgerin kann größer sein."
        )
    if not _inhabitants_add_up(of):
        found.append(
            f"Die Einwohnerzahl von {of.new.name} wurde nicht geändert; tragen Sie die amtliche "
            "Zahl mit ihrem Stichtag ein."
        )
    return found


def _inhabitants_add_up(of: Succession) -> bool:
    return (
        of.old.inhabitants is not None
        and of.new.inhabitants is not None
        and of.old.inhabitants_on == of.new.inhabitants_on
    )


def _add_inhabitants(of: Succession) -> None:
    """Figures of the same key date add up; others are left for the official figure."""
    if _inhabitants_add_up(of):
        assert of.old.inhabitants is not None
        assert of.new.inhabitants is not None
        of.new.inhabitants += of.old.inhabitants


def _record(
    session: Session,
    actor: Actor,
    of: Succession,
    concerned: Sequence[Cooperation],
    report: MergeReport,
) -> None:
    act = Act(
        "municipality_succeeded", "organisation", of.old.id, of.sentence, details=report.as_dict()
    )
    for organisation in (of.old, of.new):
        stream = audit.stream_of("organisation", organisation.id)
        audit.append(session, stream, actor, act, now=of.now)
    for cooperation in concerned:
        filing.record(session, actor, cooperation, act, now=of.now)
        messages.send_many(
            session,
            [
                Reader(organisation_id=organisation_id)
                for organisation_id in queries.member_ids(session, cooperation.id, of.now)
            ],
            cause=f"succession:{of.old.id}:{cooperation.id}",
            kind=filing.MESSAGE_KIND,
            subject=f"{of.old.name} ist in {of.new.name} aufgegangen",
            body=f"{of.sentence}\n\nWas veröffentlicht ist, bleibt unter dem alten Namen stehen.",
            link=f"/zusammenarbeit/{cooperation.key}",
            now=of.now,
        )
