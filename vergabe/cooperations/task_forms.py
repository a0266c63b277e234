"""The form of the task matrix: one choice per step, in one area or for all."""

import uuid
from collections.abc import Mapping, Sequence

from vergabe.access.model import Organisation
from vergabe.cooperations.model import Cooperation, Member
from vergabe.cooperations.task_rules import Performer, Step, Task
from vergabe.errors import Violation
from vergabe.web.forms import FormReader

# What a choice of the form can be besides the codes of `options`.
USUAL = "usual"
KEEP = "keep"


def options(
    cooperation: Cooperation, members: Sequence[Member], providers: Sequence[Organisation]
) -> list[tuple[str, str]]:
    """Return code and label of who can do a step; the first one: as usual."""
    found = [
        (USUAL, "wie üblich"),
        ("lead", f"{cooperation.lead.name} (Federführung)"),
        ("member", "jedes Mitglied"),
    ]
    found += [
        (f"member:{member.organisation_id}", member.organisation.name)
        for member in members
        if member.organisation_id != cooperation.lead_organisation_id
    ]
    for provider in providers:
        label = f"{provider.name} (Dienstleister)"
        found.append((f"service_provider:{provider.id}", label))
        found.append((f"lead+service_provider:{provider.id}", f"Federführung oder {label}"))
    return found


def code_of(lines: Sequence[Task]) -> str:
    """Return the code of the choice that these lines of one step are; KEEP if none is."""
    codes = []
    for line in lines:
        named = f":{line.organisation_id}" if line.organisation_id else ""
        codes.append(f"{line.performer.value}{named}")
    if len(codes) == 2 and codes[0] == "lead" and codes[1].startswith("service_provider:"):
        return "+".join(codes)
    return codes[0] if len(codes) == 1 else KEEP if codes else USUAL


def codes_of(tasks: Sequence[Task], area_id: uuid.UUID | None) -> dict[str, str]:
    """Return step → code of the choice, of the lines of one area or of the general ones."""
    return {
        step.value: code_of([t for t in tasks if t.step is step and t.area_id == area_id])
        for step in Step
    }


def tasks_in(
    form: Mapping[str, str], before: Sequence[Task], area_id: uuid.UUID | None
) -> list[Task]:
    """Return the matrix that a form describes; other areas stay. InvalidInput at wrong choices."""
    reader = FormReader(form)
    found = [task for task in before if task.area_id != area_id]
    for step in Step:
        code = reader.text(f"step_{step}").strip()
        if code == USUAL:
            continue
        if code == KEEP:
            found += [t for t in before if t.step is step and t.area_id == area_id]
            continue
        for part in filter(None, code.split("+")):
            task = _task(step, part, area_id)
            if task is None:
                message = "Bitte wählen Sie aus der Liste."
                reader.violations.append(Violation("choice_invalid", message, field=f"step_{step}"))
                break
            found.append(task)
    reader.raise_if_wrong()
    return found


def _task(step: Step, code: str, area_id: uuid.UUID | None) -> Task | None:
    kind, _, named = code.partition(":")
    if kind not in set(Performer):
        return None
    try:
        organisation_id = uuid.UUID(named) if named else None
    except ValueError:
        return None
    return Task(step, Performer(kind), organisation_id, area_id)
