"""To whom one may write: people by name, and audiences that the apps declare in their ``audiences.py``.

How far an audience reaches follows from the scope of ``message.broadcast``; whom one finds by name from
the rules that the apps add with ``register_people``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hemis.access import duties
from hemis.access.models import RoleAssignment
from hemis.access.scope import Access
from hemis.people import names
from hemis.people.models import User

FOUND = 50
BROADCAST = "message.broadcast"
PERSON = "person"

AUDIENCES: dict[str, Audience] = {}
_people: list[Callable[[Access], Q]] = []


class Audience(ABC):
    """One kind of audience; a subclass says which there are and whose accounts they are.

    ``options`` are keys with names, as a select takes them; a key that is not among them is refused.
    """

    code: str
    title: str | Promise

    @abstractmethod
    def options(self, access: Access, text: str = "") -> list[tuple[str, str]]:
        """The first that match ``text``."""

    @abstractmethod
    def named(self, access: Access, keys: Iterable[str]) -> dict[str, str]:
        """Those of ``keys`` that this person may write to, with their names."""

    @abstractmethod
    def accounts(self, keys: Iterable[str]) -> Q:
        """Whose accounts they are, as a condition on ``User``."""


class RowsAudience(Audience):
    """Audiences that are rows: groups, units."""

    search: tuple[str, ...] = ("name",)

    @abstractmethod
    def rows(self, access: Access) -> QuerySet:
        """The rows within the reach of the person, in the order of the list."""

    def options(self, access: Access, text: str = "") -> list[tuple[str, str]]:
        rows, found = self.rows(access), Q()
        for spelling in {text, names.to_latin(text)} if text else ():
            for one in self.search:
                found |= Q(**{f"{one}__icontains": spelling})
        return [(str(row.pk), self.text(row)) for row in rows.filter(found)[:FOUND]]

    def named(self, access: Access, keys: Iterable[str]) -> dict[str, str]:
        wanted = [int(key) for key in keys if key.isdecimal()]
        return {str(row.pk): self.text(row) for row in self.rows(access).filter(pk__in=wanted)}

    def text(self, row) -> str:
        return str(row)


class RoleAudience(Audience):
    """Everybody who holds a role today: open to those who reach the whole university."""

    code, title = "role", _("Holders of a role")

    def _all(self, access: Access) -> dict[str, str]:
        everything = access.can(BROADCAST) and access.scope(BROADCAST).everything
        return {code: str(duties.ROLES[code].title) for code in duties.STAFF_ROLES} if everything else {}

    def options(self, access: Access, text: str = "") -> list[tuple[str, str]]:
        return [one for one in self._all(access).items() if text.lower() in one[1].lower()]

    def named(self, access: Access, keys: Iterable[str]) -> dict[str, str]:
        known = self._all(access)
        return {key: known[key] for key in keys if key in known}

    def accounts(self, keys: Iterable[str]) -> Q:
        return Q(pk__in=RoleAssignment.objects.in_force().filter(role__in=list(keys)).values("user"))


def register_audience(audience: Audience) -> None:
    """Make an audience known under its code."""
    AUDIENCES.setdefault(audience.code, audience)


def register_people(rule: Callable[[Access], Q]) -> None:
    """Let an app say whom a person may find by name: a condition on ``User``; ``Q(pk__in=[])`` for nobody."""
    if rule not in _people:
        _people.append(rule)


def people(access: Access) -> QuerySet[User]:
    """Accounts in use that the person may write to by name; oneself is not among them."""
    found = Q(pk__in=[])
    for rule in _people:
        found |= rule(access)
    rows = User.objects.filter(found, is_active=True, person__isnull=False)
    return rows.exclude(pk=access.user.pk) if access.user else rows.none()


register_audience(RoleAudience())
