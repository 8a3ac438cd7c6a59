"""What the person in front of the screen may do, and on which rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from hemis.access import duties

if TYPE_CHECKING:
    from hemis.access.models import RoleAssignment
    from hemis.people.models import User


@dataclass(frozen=True)
class Scope:
    """Which rows: the whole university, some faculties or kafedras, or only one's own."""

    everything: bool = False
    faculty_ids: frozenset[int] = frozenset()
    kafedra_ids: frozenset[int] = frozenset()
    person_id: int | None = None

    @property
    def unit_ids(self) -> frozenset[int]:
        return self.faculty_ids | self.kafedra_ids

    def __or__(self, other: Scope) -> Scope:
        """Everything that one of the two covers."""
        return Scope(
            self.everything or other.everything,
            self.faculty_ids | other.faculty_ids,
            self.kafedra_ids | other.kafedra_ids,
            self.person_id or other.person_id,
        )

    def as_json(self) -> dict:
        return {
            "everything": self.everything,
            "faculty_ids": sorted(self.faculty_ids),
            "kafedra_ids": sorted(self.kafedra_ids),
            "person_id": self.person_id,
        }

    @classmethod
    def from_json(cls, data: dict) -> Scope:
        return cls(
            data["everything"],
            frozenset(data["faculty_ids"]),
            frozenset(data["kafedra_ids"]),
            data["person_id"],
        )


NOBODY = Scope()


@dataclass
class Access:
    """A user with the role assignments in use: all in force, or the one chosen in the header."""

    user: User | None = None
    assignments: list[RoleAssignment] = field(default_factory=list)
    active: list[RoleAssignment] = field(default_factory=list)

    @classmethod
    def for_user(cls, user: User, *, chosen: int | None = None) -> Access:
        """All assignments in force today; ``chosen`` narrows to one of them (else all together)."""
        from hemis.access.models import RoleAssignment

        if not user.is_active:
            return cls(user)
        found = list(RoleAssignment.objects.in_force().filter(user=user).select_related("unit"))
        active = [one for one in found if one.pk == chosen] or found
        return cls(user, found, active)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(one.role for one in self.active)

    def can(self, permission: str) -> bool:
        """Whether a duty of the roles in use gives ``permission``."""
        return duties.roles_may(self.roles, permission)

    def can_any(self, permissions: Iterable[str]) -> bool:
        return any(self.can(permission) for permission in permissions)

    def require(self, permission: str) -> None:
        """Raises PermissionDenied without the duty (403)."""
        if not self.can(permission):
            raise PermissionDenied(permission)

    def scope(self, permission: str) -> Scope:
        """How far ``permission`` reaches: the union over the roles and duties that give it."""
        total = NOBODY
        for duty in duties.duties_granting(permission):
            for one in self.active:
                if one.role in duty.roles:
                    total = total | self._reach(duty.scope, one)
        return total

    def _reach(self, level: str, assignment: RoleAssignment) -> Scope:
        if level == duties.UNIVERSITY:
            return Scope(everything=True)
        if level == duties.FACULTY and assignment.unit_id:
            return Scope(faculty_ids=frozenset({assignment.unit_id}))
        if level == duties.KAFEDRA and assignment.unit_id:
            return Scope(kafedra_ids=frozenset({assignment.unit_id}))
        if level == duties.OWN and self.user:
            return Scope(person_id=self.user.person_id)
        return NOBODY
