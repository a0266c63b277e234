"""Service providers and the task matrix in a cooperation's TOML file."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import marshmallow as ma

from vergabe.cooperations.configuration_fields import Choice, Email, matching
from vergabe.cooperations.task_rules import Performer, Step
from vergabe.errors import Violation
from vergabe.web.schema import Schema, text

_KEY: Final = r"[a-z][a-z0-9-]{0,39}"
_KEY_SENTENCE: Final = (
    "Hier wird ein kurzer Schlüssel erwartet: Kleinbuchstaben, Ziffern und Bindestriche, "
    "beginnend mit einem Buchstaben, höchstens 40 Zeichen."
)


@dataclass(frozen=True)
class ProviderFile:
    """A service provider: no member, does steps by the task matrix; people as with a member."""

    key: str
    facts: Mapping[str, Any]
    people: Sequence[Any]
    left_on: None = None

    @property
    def name(self) -> str:
        return str(self.facts["name"])


@dataclass(frozen=True)
class TaskFile:
    """A line of the matrix; organisation: key of a member or provider; area: key of an area."""

    step: Step
    performer: Performer
    organisation: str | None
    area: str | None


class ProviderSchema(Schema):
    """`people` is added where the schema of a person is known."""

    key = matching(_KEY, _KEY_SENTENCE, required=True)
    name = text(400, minimum=1, required=True)
    official_name = text(400)
    ars = matching(
        r"\d{12}|\d{9}",
        'Der Amtliche Regionalschlüssel eines Verbands hat 9 Ziffern, zum Beispiel "053580040".',
    )
    land = matching(r"[A-Z]{2}", 'Das Land steht mit zwei Buchstaben, zum Beispiel "NW".')
    register_number = text(100)
    street = text(200)
    postcode = matching(r"\d{5}", "Die Postleitzahl hat 5 Ziffern und steht in Anführungszeichen.")
    city = text(200)
    email = Email()
    phone = text(50)
    website = text(400)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> ProviderFile:
        key, people = data.pop("key"), data.pop("people", [])
        return ProviderFile(key, {"kind": "association"} | data, people)


class TaskSchema(Schema):
    step = Choice(Step, required=True)
    by = Choice(Performer, required=True)
    organisation = text(40, minimum=1)
    area = text(40, minimum=1)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> TaskFile:
        return TaskFile(data["step"], data["by"], data.get("organisation"), data.get("area"))


def violations_of(
    tasks: Sequence[TaskFile],
    providers: Sequence[ProviderFile],
    *,
    members: Collection[str],
    areas: Collection[str],
) -> Iterator[Violation]:
    """Yield what does not agree: keys that nothing has, lines that stand twice."""
    keys = [provider.key for provider in providers]
    for index, key in enumerate(keys):
        if key in keys[:index]:
            message = "Dieser Dienstleister steht schon weiter oben."
            place = f"service_providers.{index}.key"
            yield Violation("provider_repeated", message, field=place)
    for index, task in enumerate(tasks):
        place = f"agreement.tasks.{index}"
        if task.area is not None and task.area not in areas:
            message = f"Das Aufgabengebiet „{task.area}“ steht nicht unter areas."
            yield Violation("area_unknown", message, field=f"{place}.area")
        message = _against(task, keys, members)
        if message:
            yield Violation("performer_invalid", message, field=f"{place}.organisation")
        if task in tasks[:index]:
            message = "Diese Aufgabe ist schon genauso vergeben."
            yield Violation("task_repeated", message, field=f"{place}.step")


def _against(task: TaskFile, providers: Collection[str], members: Collection[str]) -> str:
    if task.performer is Performer.SERVICE_PROVIDER and task.organisation not in providers:
        return "Nennen Sie den Schlüssel eines Dienstleisters aus service_providers."
    if task.performer is Performer.LEAD and task.organisation is not None:
        return "Bei der Federführung steht keine Organisation."
    if task.performer is Performer.MEMBER and task.organisation not in (None, *members):
        return "Nennen Sie den Schlüssel eines Mitglieds aus members."
    return ""
