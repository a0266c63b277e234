"""The task list of an officer: what is done, what is missing, what is optional, what comes next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import url_for

from vergabe.cooperations.gates import Gate
from vergabe.errors import Violation
from vergabe.money import german
from vergabe.tenders import field_links
from vergabe.tenders.documents import current_documents
from vergabe.tenders.gate_lists import SHORT_TITLES, common_gates, member_lists
from vergabe.tenders.gates import OFFICERS_GATES
from vergabe.tenders.model import Tender
from vergabe.tenders.presenting import known_url
from vergabe.tenders.rules import Stage
from vergabe.tenders.sections import SECTIONS
from vergabe.web.formatting import percent, weekday_moment

OWN_GATES = (*OFFICERS_GATES, "notice_complete")
"""Gates that the officer opens alone, in the sections of the draft."""
DONE, MISSING, OPTIONAL = "success", "warning", "neutral"


@dataclass(frozen=True)
class Task:
    """One line of the task list; kind as in badges; url None where there is nothing to do.

    counts: it belongs to what must be done, so that it counts for the progress.
    """

    label: str
    status: str
    kind: str
    url: str | None
    hint: str | None = None
    counts: bool = True

    @property
    def is_done(self) -> bool:
        return self.kind == DONE

    @property
    def is_missing(self) -> bool:
        return self.kind == MISSING


@dataclass(frozen=True)
class Group:
    """Tasks under one heading."""

    title: str
    tasks: Sequence[Task]


@dataclass(frozen=True)
class NextStep:
    """The one thing to do now; button and url None where others have to act first."""

    title: str
    text: str
    button: str | None = None
    url: str | None = None
    is_ready_button: bool = False


@dataclass(frozen=True)
class Cockpit:
    """The whole list, how far it has come, and what comes next."""

    groups: Sequence[Group]
    next_step: NextStep

    @property
    def counted(self) -> list[Task]:
        return [task for group in self.groups for task in group.tasks if task.counts]

    @property
    def done_count(self) -> int:
        return sum(task.is_done for task in self.counted)


def cockpit_of(
    tender: Tender, gates: Sequence[Gate], *, is_joined: bool, may_edit: bool, may_publish: bool
) -> Cockpit:
    """Return what there is to do for a tender before it is published, in groups.

    gates: all gates; is_joined: whether lots join what could be lots of their own; may_edit,
    may_publish: what the reader may do.
    """
    desk = _Desk(tender, gates, is_editable=may_edit and tender.stage == Stage.DRAFT)
    own = [
        Group("Grundlagen", desk.basics()),
        Group("Lose und Kommunen", desk.lots(is_joined=is_joined)),
        Group("Wertung", desk.evaluation()),
        Group("Unterlagen", [desk.documents()]),
        Group("Termine", [desk.deadlines()]),
        Group("Bekanntmachung", desk.notice()),
    ]
    others = Group("Voraussetzungen je Kommune", desk.members())
    last = Group("Abschluss", desk.last_steps(own, others, may_edit=may_edit))
    groups = [*own, others, last]
    return Cockpit(groups, desk.next_step(own, others, may_edit=may_edit, may_publish=may_publish))


class _Desk:
    """What is known of a tender while its list is written."""

    def __init__(self, tender: Tender, gates: Sequence[Gate], *, is_editable: bool) -> None:
        self.tender, self.gates, self.is_editable = tender, gates, is_editable
        self.missing: dict[str, list[Violation]] = {}
        for gate in gates:
            if gate.key in (*OWN_GATES, "sums_agree"):
                for reason in gate.reasons:
                    self.missing.setdefault(field_links.place_of(reason), []).append(reason)

    def basics(self) -> list[Task]:
        tender = self.tender
        regime = str(tender.law_result.get("regime_name") or "")
        return [
            self._section("beschreibung", tender.title),
            self._section("verfahrensart", regime),
            self._framework(),
        ]

    def lots(self, *, is_joined: bool) -> list[Task]:
        count = len(self.tender.lots)
        words = "1 Los" if count == 1 else f"{count} Lose"
        hint = f"{words}, zusammen {german(self.tender.estimated_value_net_cents)} netto"
        url = url_for("tender_lots.index", tender_id=self.tender.id)
        found = [self._task("Lose und Mengen", "lots", url, hint)]
        if is_joined or self.missing.get("zusammenfassung"):
            found.append(self._section("zusammenfassung", "Begründet."))
        return found

    def evaluation(self) -> list[Task]:
        weights = ", ".join(
            f"{c.name} {percent(c.weight_basis_points)}" for c in self.tender.criteria
        )
        url = url_for("tender_criteria.show", tender_id=self.tender.id)
        criteria = self._task(
            "Zuschlagskriterien", "criteria", url if self.is_editable else None, weights
        )
        return [criteria, self._section("eignung", None)]

    def documents(self) -> Task:
        count = len(current_documents(self.tender))
        url = url_for("tender_documents.index", tender_id=self.tender.id)
        hint = "1 Dokument" if count == 1 else f"{count} Dokumente"
        return self._task("Vergabeunterlagen", "documents", url, hint)

    def deadlines(self) -> Task:
        if self.tender.submission_deadline is not None:
            hint = f"Angebote bis {weekday_moment(self.tender.submission_deadline)}"
            return self._section("fristen", hint)
        hint = "Ohne Angabe wird die Frist am Tag der Veröffentlichung nach dem Gesetz berechnet."
        task = self._section("fristen", hint)
        if not task.is_done:
            return task
        return Task(task.label, "nach Gesetz", DONE, task.url, hint)

    def notice(self) -> list[Task]:
        """Return the tasks of the notice: contact, its facts and its check (a later step)."""
        found = [self._section("kontakt", self.tender.contact.get("email"))]
        url = known_url("notice_facts.show", tender_id=self.tender.id)
        if url is not None:
            hint = "Ausgefüllt; ändern Sie nur, was bei diesem Verfahren anders ist."
            found.append(self._task("Angaben zur Bekanntmachung", field_links.NOTICE, url, hint))
        check = known_url("notice_checks.show", tender_id=self.tender.id)
        if check is not None:
            hint = "Probelauf: Was würde die amtliche Prüfung sagen?"
            found.append(
                Task("Bekanntmachung prüfen", "optional", OPTIONAL, check, hint, counts=False)
            )
        return found

    def members(self) -> list[Task]:
        """Return one task for each municipality, and one for each open gate of all together."""
        page = url_for("tenders.gates_page", tender_id=self.tender.id)
        found = [
            _waiting(member.name, member.reasons, page)
            for member in member_lists(self.tender, self.gates)
        ]
        closed = [
            gate
            for gate in self.gates
            if gate.reasons and gate.key not in (*OWN_GATES, "sums_agree", *SHORT_TITLES)
        ]
        found += [_waiting(gate.title, gate.reasons, page) for gate in closed]
        general = common_gates([gate for gate in self.gates if gate.key in SHORT_TITLES])
        return found + [_waiting(check.title, check.reasons, page) for check in general]

    def last_steps(self, own: Iterable[Group], others: Group, *, may_edit: bool) -> list[Task]:
        is_ready = self.tender.stage == Stage.READY
        if is_ready:
            ready = Task("Bereit erklären", "erledigt", DONE, None)
        elif _missing_in(own):
            ready = Task("Bereit erklären", "noch nicht möglich", OPTIONAL, None)
        else:
            ready = Task("Bereit erklären", "möglich", "info", "#bereit" if may_edit else None)
        is_possible = is_ready and not _missing_in([others, *own])
        url = url_for("tender_notices.publishing_form", tender_id=self.tender.id)
        publish = Task(
            "Veröffentlichen",
            "möglich" if is_possible else "noch nicht möglich",
            "info" if is_possible else OPTIONAL,
            url if may_edit and is_ready else None,
        )
        return [ready, publish]

    def next_step(
        self, own: Sequence[Group], others: Group, *, may_edit: bool, may_publish: bool
    ) -> NextStep:
        tender = self.tender
        todo = _missing_in(own)
        if todo:
            first = todo[0]
            text = first.hint or ""
            if not may_edit:
                return NextStep(first.label, f"{text} Zuständig: {tender.lead.name}.")
            if tender.stage == Stage.READY:
                text += " Nehmen Sie das Verfahren dafür zurück."
                return NextStep(first.label, text, "Zurücknehmen und bearbeiten", "#bereit")
            return NextStep(first.label, text, "Jetzt erledigen", first.url)
        if tender.stage == Stage.DRAFT:
            text = "Ihre Angaben sind vollständig. Danach lässt sich nichts mehr ändern, außer Sie "
            text += "nehmen es zurück."
            return NextStep("Bereit erklären", text, is_ready_button=may_edit)
        waiting = _missing_in([others])
        if waiting:
            names = ", ".join(task.label for task in waiting[:4])
            more = f" und {len(waiting) - 4} weitere" if len(waiting) > 4 else ""
            page = url_for("tenders.gates_page", tender_id=tender.id)
            text = f"Bei Ihnen ist alles getan. Es fehlt noch etwas von: {names}{more}."
            return NextStep("Auf andere warten", text, "Was fehlt und wer es beschafft", page)
        url = url_for("tender_notices.publishing_form", tender_id=tender.id)
        text = "Alles ist da. Vor dem letzten Klick sehen Sie, was er bewirkt."
        button = "Weiter zur Veröffentlichung" if may_publish else None
        return NextStep("Veröffentlichen", text, button, url if may_publish else None)

    def _framework(self) -> Task:
        key = "rahmenvereinbarung"
        task = self._section(key, None)
        if self.tender.is_framework or self.missing.get(key):
            return task
        hint = "Nur, wenn Mengen oder Zeitpunkte der Abrufe noch offen sind."
        return Task(task.label, "optional", OPTIONAL, task.url, hint, counts=False)

    def _section(self, key: str, hint: str | None) -> Task:
        url = None
        if self.is_editable:
            url = url_for("tender_sections.show", tender_id=self.tender.id, key=key)
        return self._task(SECTIONS[key].title, key, url, hint)

    def _task(self, label: str, place: str, url: str | None, hint: str | None) -> Task:
        """Return a task by what is missing at its place; then it leads to the very field."""
        reasons = self.missing.get(place, ())
        if not reasons:
            return Task(label, "erledigt", DONE, url, hint or None)
        if url is not None:
            url = field_links.url_of(self.tender, reasons[0]) or url
        return Task(label, _missing_words(reasons), MISSING, url, _sentence(reasons))


def _waiting(label: str, reasons: Sequence[Violation], page: str) -> Task:
    if not reasons:
        return Task(label, "erledigt", DONE, None)
    who = reasons[0].who
    hint = _sentence(reasons) + (f" Zuständig: {who}." if who else "")
    return Task(label, _missing_words(reasons), MISSING, page, hint)


def _missing_words(reasons: Sequence[Violation]) -> str:
    return "fehlt" if len(reasons) == 1 else f"{len(reasons)} fehlen"


def _sentence(reasons: Sequence[Violation]) -> str:
    """Return the first of what is missing, and how much else."""
    rest = len(reasons) - 1
    return reasons[0].message + (f" Und {rest} weitere." if rest else "")


def _missing_in(groups: Iterable[Group]) -> list[Task]:
    return [task for group in groups for task in group.tasks if task.is_missing]
