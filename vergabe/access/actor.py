"""Who acts: a person for an organisation, or the operator of the machine."""

import uuid
from dataclasses import dataclass
from typing import Self

from vergabe.access.permissions import GRANTS, Permission, Role, Scope
from vergabe.errors import Forbidden


@dataclass(frozen=True)
class Grant:
    """A valid role at an organisation; cooperation_id None: in all its cooperations.

    is_substitute: held only to stand in for somebody else.
    """

    role: Role
    organisation_id: uuid.UUID
    cooperation_id: uuid.UUID | None = None
    is_substitute: bool = False


@dataclass(frozen=True)
class Actor:
    """Who does something, for which organisation, with which roles valid today.

    `organisation_id` is the organisation acted for; grants of other organisations are not used.
    The operator (command line, worker) has no user and no organisation and may do everything:
    whoever has the machine has its data. What the operator does is recorded under that name.
    """

    name: str
    user_id: uuid.UUID | None = None
    organisation_id: uuid.UUID | None = None
    organisation_name: str = ""
    organisation_kind: str = ""
    grants: frozenset[Grant] = frozenset()
    is_operator: bool = False

    @classmethod
    def operator(cls, name: str) -> Self:
        """Return the actor for the command line or a background job."""
        return cls(name=name, is_operator=True)

    @property
    def roles(self) -> frozenset[Role]:
        """Return the roles held at the organisation acted for, in any cooperation."""
        return frozenset(
            grant.role for grant in self.grants if grant.organisation_id == self.organisation_id
        )

    def is_substitute(self, cooperation_id: uuid.UUID) -> bool:
        """Return whether all roles held in a cooperation are those of a substitute."""
        counting = [
            grant
            for grant in self.grants
            if grant.organisation_id == self.organisation_id
            and grant.cooperation_id in (None, cooperation_id)
        ]
        return bool(counting) and all(grant.is_substitute for grant in counting)

    def holds(self, permission: Permission) -> bool:
        """Return whether the permission is held at the organisation acted for, somewhere.

        One's own things (scope SELF) need no role: who has lost the last one can still log out,
        change the password and read messages.
        """
        scope, roles = GRANTS[permission]
        if scope is Scope.SELF and self.user_id is not None:
            return True
        return self.is_operator or bool(self.roles & roles)

    def may(
        self,
        permission: Permission,
        *,
        organisation_id: uuid.UUID | None = None,
        cooperation_id: uuid.UUID | None = None,
        lead_organisation_id: uuid.UUID | None = None,
    ) -> bool:
        """Return whether the actor may do this to an object.

        organisation_id: the organisation that the object belongs to (scope OWN);
        lead_organisation_id: the lead of the cooperation (scope LEAD); cooperation_id: the
        cooperation of the object: a role limited to another cooperation does not count.
        """
        if self.is_operator:
            return True
        scope, roles = GRANTS[permission]
        if scope is Scope.SELF:
            return self.user_id is not None
        if scope is Scope.OWN and organisation_id not in (None, self.organisation_id):
            return False
        if scope is Scope.LEAD and lead_organisation_id not in (None, self.organisation_id):
            return False
        return any(
            grant.role in roles
            and grant.organisation_id == self.organisation_id
            and (
                cooperation_id is None
                or grant.cooperation_id is None
                or grant.cooperation_id == cooperation_id
            )
            for grant in self.grants
        )

    def require(
        self,
        permission: Permission,
        *,
        organisation_id: uuid.UUID | None = None,
        cooperation_id: uuid.UUID | None = None,
        lead_organisation_id: uuid.UUID | None = None,
    ) -> None:
        """Raise Forbidden with a German sentence unless `may` says yes."""
        if not self.may(
            permission,
            organisation_id=organisation_id,
            cooperation_id=cooperation_id,
            lead_organisation_id=lead_organisation_id,
        ):
            raise Forbidden(
                "forbidden",
                "Ihre Rollen bei dieser Organisation erlauben diesen Schritt nicht. "
                "Wenden Sie sich an die Administration Ihrer Organisation.",
            )
