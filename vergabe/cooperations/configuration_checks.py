"""What must agree within a cooperation's file; paths are dotted, entries of lists by index."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from vergabe.cooperations import (
    configuration_agreement,
    configuration_areas,
    configuration_bylaws,
    configuration_cost_key,
    configuration_providers,
    configuration_resolutions,
    configuration_tasks,
    configuration_voting,
    entries,
)
from vergabe.cooperations.configuration import CooperationFile, MemberFile
from vergabe.errors import InvalidInput, Violation
from vergabe.exchange import codes
from vergabe.exchange.leitweg import is_leitweg_id
from vergabe.exchange.regional_keys import ags_of_ars

_FULL_ARS: Final = 12


def violations_of(file: CooperationFile, today: dt.date) -> Iterator[Violation]:
    """Yield everything in a well-formed file that cannot be true, with its place."""
    yield from _of_members(file)
    for index, member in enumerate(file.members):
        yield from _of_member(member, f"members.{index}", file)
        yield from configuration_bylaws.violations_of(member.bylaws, f"members.{index}", today)
    yield from configuration_providers.violations_of(
        file.in_house_providers, {area.key for area in file.areas}
    )
    yield from _of_areas(file)
    yield from configuration_areas.of_exclusions(
        file.exclusions,
        [area.key for area in file.areas],
        [member.key for member in file.members],
    )
    yield from configuration_agreement.violations_of(
        file.agreement, {member.key: member.name for member in file.members}, today
    )
    yield from configuration_cost_key.violations_of(
        file.cost_key,
        {member.key: member.name for member in file.members},
        {member.key: member.facts.get("inhabitants_on") for member in file.members},
    )
    yield from configuration_tasks.violations_of(
        file.agreement.tasks,
        file.service_providers,
        members={member.key for member in file.members},
        areas={area.key for area in file.areas},
    )
    yield from _of_mandates(file)
    yield from _of_resolutions(file, today)
    yield from configuration_voting.violations_of(
        [area.votes for area in file.areas],
        file.votes,
        [member.facts.get("inhabitants_on") for member in file.members],
    )


def _repeated(values: Sequence[Any]) -> Iterator[int]:
    """Yield the index of each value that stood before."""
    seen = set()
    for index, value in enumerate(values):
        if value in seen:
            yield index
        seen.add(value)


def _of_members(file: CooperationFile) -> Iterator[Violation]:
    if len(file.members) < 2:
        yield Violation(
            "too_few_members",
            "Eine Zusammenarbeit hat mindestens zwei Mitglieder.",
            field="members",
        )
    leads = [index for index, member in enumerate(file.members) if member.is_lead]
    if not leads:
        yield Violation(
            "lead_missing",
            "Kein Mitglied ist federführend. Schreiben Sie bei einem lead = true.",
            field="members",
        )
    for index in leads[1:]:
        yield Violation(
            "two_leads",
            f"{file.members[leads[0]].name} ist schon federführend; es kann nur eine Federführung "
            "geben.",
            field=f"members.{index}.lead",
        )
    for index in _repeated([member.key for member in file.members]):
        yield Violation(
            "member_repeated",
            f"{file.members[index].name} steht schon weiter oben.",
            field=f"members.{index}.ags",
        )


def _of_member(member: MemberFile, path: str, file: CooperationFile) -> Iterator[Violation]:
    if member.left_on is not None and member.left_on < member.joined_on:
        yield Violation(
            "days_out_of_order",
            "Der Austritt liegt vor dem Beitritt.",
            field=f"{path}.left_on",
        )
    known = {area.key for area in file.areas}
    for key in member.participation:
        if key not in known:
            yield Violation(
                "area_unknown",
                f"Das Aufgabengebiet „{key[:40]}“ steht nicht unter areas. Dort stehen: "
                f"{', '.join(sorted(known)) or 'keine'}.",
                field=f"{path}.participation",
            )
    if ("inhabitants" in member.facts) != ("inhabitants_on" in member.facts):
        yield Violation(
            "inhabitants_without_day",
            "Zur Einwohnerzahl gehört der Stichtag und umgekehrt (inhabitants, inhabitants_on).",
            field=f"{path}.inhabitants",
        )
    leitweg_id = member.facts.get("leitweg_id")
    if leitweg_id is not None and not is_leitweg_id(leitweg_id):
        yield Violation(
            "leitweg_id_invalid",
            "Diese Leitweg-ID stimmt nicht (Aufbau oder Prüfziffer).",
            field=f"{path}.leitweg_id",
        )
    yield from configuration_areas.of_participation(member.participation, member.joined_on, path)
    yield from _of_people(member, path)
    yield from configuration_resolutions.of_bodies(member.bodies, member.decides, path)
    yield from _of_keys(member, path)


def _of_people(member: MemberFile, path: str) -> Iterator[Violation]:
    for index in _repeated([person.email for person in member.people]):
        yield Violation(
            "person_repeated",
            "Diese Person steht bei diesem Mitglied schon. Führen Sie alle ihre Rollen zusammen.",
            field=f"{path}.people.{index}.email",
        )
    for index, person in enumerate(member.people):
        starts, ends = person.valid_from, person.valid_to
        if starts is not None and ends is not None and ends < starts:
            yield Violation(
                "days_out_of_order",
                "Das Ende liegt vor dem Beginn.",
                field=f"{path}.people.{index}.valid_to",
            )


def _of_keys(member: MemberFile, path: str) -> Iterator[Violation]:
    facts = member.facts
    ags, ars = facts.get("ags"), facts.get("ars")
    land = next((land for land in codes.lands() if land.key == member.key[:2]), None)
    if land is None:
        yield Violation(
            "key_unknown_land",
            f"„{member.key}“ beginnt mit keinem Land: Schlüssel beginnen mit 01 bis 16.",
            field=f"{path}.ags" if ags else f"{path}.ars",
        )
        return
    if ags and ars and not _belong_together(ags, ars):
        yield Violation(
            "keys_disagree",
            f"Der Regionalschlüssel „{ars}“ gehört nicht zum Gemeindeschlüssel „{ags}“.",
            field=f"{path}.ars",
        )
    if facts.get("land", land.code) != land.code:
        yield Violation(
            "land_disagrees",
            f"Der Schlüssel „{member.key}“ gehört zu {land.name} ({land.code}).",
            field=f"{path}.land",
        )
    nuts3 = facts.get("nuts3")
    if nuts3 is not None and (codes.nuts(nuts3) is None or not nuts3.startswith(land.nuts1)):
        yield Violation(
            "nuts_disagrees",
            f"„{nuts3}“ ist keine NUTS-3-Region in {land.name}.",
            field=f"{path}.nuts3",
        )


def _belong_together(ags: str, ars: str) -> bool:
    if len(ags) == 5:
        return ars[:5] == ags
    return len(ars) == _FULL_ARS and ags_of_ars(ars) == ags


def _of_areas(file: CooperationFile) -> Iterator[Violation]:
    if not file.areas:
        yield Violation("areas_missing", "Nennen Sie mindestens ein Aufgabengebiet.", field="areas")
    for index in _repeated([area.key for area in file.areas]):
        yield Violation(
            "area_repeated",
            "Dieses Aufgabengebiet steht schon weiter oben.",
            field=f"areas.{index}.key",
        )


def _of_mandates(file: CooperationFile) -> Iterator[Violation]:
    for index, mandate in enumerate(file.mandates):
        path = f"mandates.{index}"
        yield from _unknown_member(mandate.grantor, f"{path}.grantor", file)
        if mandate.grantee is not None:
            if mandate.grantee not in {provider.key for provider in file.service_providers}:
                message = "Nennen Sie den Schlüssel eines Dienstleisters aus service_providers."
                yield Violation("provider_unknown", message, field=f"{path}.grantee")
        elif any(member.is_lead and member.key == mandate.grantor for member in file.members):
            yield Violation(
                "lead_needs_no_mandate",
                "Die Federführung braucht keine Vollmacht von sich selbst.",
                field=f"{path}.grantor",
            )
        yield from _checked(path, entries.checked_mandate, mandate.entry)
    for index in _repeated([(m.grantor, m.grantee, m.entry.valid_from) for m in file.mandates]):
        yield Violation(
            "mandate_repeated",
            "Von diesem Mitglied gibt es schon eine Vollmacht mit diesem Beginn.",
            field=f"mandates.{index}.valid_from",
        )


def _of_resolutions(file: CooperationFile, today: dt.date) -> Iterator[Violation]:
    for index, resolution in enumerate(file.resolutions):
        path = f"resolutions.{index}"
        yield from _unknown_member(resolution.member, f"{path}.member", file)
        yield from _checked(path, entries.checked_resolution, resolution.entry, today)
        revoked = resolution.revoked_on
        if revoked is not None and not resolution.entry.decided_on <= revoked <= today:
            yield Violation(
                "revocation_day",
                "Der Tag der Aufhebung muss zwischen dem Beschluss und heute liegen.",
                field=f"{path}.revoked_on",
            )
    same = [
        (r.member, r.entry.subject, r.entry.body, r.entry.decided_on, r.entry.item_number)
        for r in file.resolutions
    ]
    for index in _repeated(same):
        yield Violation(
            "resolution_repeated",
            "Dieser Beschluss steht schon weiter oben.",
            field=f"resolutions.{index}.decided_on",
        )


def _unknown_member(key: str, path: str, file: CooperationFile) -> Iterator[Violation]:
    if key not in {member.key for member in file.members}:
        yield Violation(
            "member_unknown",
            f"Ein Mitglied mit dem Schlüssel „{key}“ steht nicht unter members.",
            field=path,
        )


def _checked(path: str, check: Callable[..., Any], *arguments: Any) -> Iterator[Violation]:
    try:
        check(*arguments)
    except InvalidInput as error:
        for violation in error.violations:
            yield _at(violation, path)


def _at(violation: Violation, path: str) -> Violation:
    return Violation(
        violation.code, violation.message, law=violation.law, field=f"{path}.{violation.field}"
    )
