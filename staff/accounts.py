"""Accounts and roles that follow from posts: made when a post begins, ended with it.

A post beginning or ending on a day to come works by itself: the role has the
post's own dates. The database ends the role with the post (``sql/guards.sql``);
what is here opens.
"""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access import duties
from hemis.access.activation import create_activation
from hemis.access.models import RoleAssignment
from hemis.pages.columns import display
from hemis.people.models import User
from staff.models import Employee, Position, PostAssignment, PostRole
from structure.models import Unit


def _scope_unit(role: str, unit: Unit) -> Unit | None | bool:
    """The unit within which the role is held; False when the unit does not fit the role."""
    scope = duties.ROLES[role].scope
    if scope == duties.FACULTY:
        return unit if unit.kind == Unit.FACULTY else False
    if scope == duties.KAFEDRA:
        return unit if unit.kind == Unit.KAFEDRA else False
    return None


def implied_roles(position: Position, table: list[PostRole]) -> list[tuple[str, Unit | None]]:
    """Roles that a post brings, with the unit of their scope."""
    found: dict[str, Unit | None] = {}
    for row in table:
        if (row.post and row.post != position.post) or (
            row.unit_kind and row.unit_kind != position.unit.kind
        ):
            continue
        if row.unit_id and row.unit_id != position.unit_id:
            continue
        unit = _scope_unit(row.role, position.unit)
        if not isinstance(unit, bool):
            found[row.role] = unit
    return list(found.items())


@transaction.atomic
def bring_into_agreement(employee: Employee) -> list[str]:
    """Give the roles that the employee's posts bring, and take away those they bring no longer.

    Opens an account where a role needs one (its activation link is in the answer, shown
    once). Roles given by hand stay. Returns what was done, in words.
    """
    employee.refresh_from_db(fields=["account_closed_on"])
    table = list(PostRole.objects.all())
    positions = list(employee.positions.select_related("unit"))
    wanted = {
        (position.pk, role): (position, role, unit)
        for position in positions
        for role, unit in implied_roles(position, table)
    }
    said = _take_back(employee, wanted)
    links = PostAssignment.objects.filter(position__employee=employee).select_related("assignment")
    kept = {(one.position_id, one.assignment.role) for one in links}
    missing = [found for key, found in wanted.items() if key not in kept]
    if missing:
        user, opened = _account(employee, [position for position, *_rest in missing])
        said += opened
        said += [
            text for position, role, unit in missing if user for text in _give(user, position, role, unit)
        ]
    return said


def _take_back(employee: Employee, wanted: dict) -> list[str]:
    """Untie roles that a post brings no longer: it was corrected, or the table changed."""
    said = []
    links = PostAssignment.objects.filter(position__employee=employee).select_related(
        "assignment__unit", "position"
    )
    for link in links:
        found = wanted.get((link.position_id, link.assignment.role))
        if found and (found[2], found[0].valid_from) == (link.assignment.unit, link.assignment.valid_from):
            continue
        assignment = link.assignment
        link.delete()
        if not assignment.posts.exists():
            assignment.delete()
        if not found:
            said.append(_("Role taken back: %(role)s.") % {"role": assignment})
    return said


def _account(employee: Employee, positions: list[Position]) -> tuple[User | None, list[str]]:
    """The person's one account, opened if need be; none for posts that have ended already."""
    today = timezone.localdate()
    user = User.objects.filter(person=employee.person_id).first()
    if user is None:
        if all(one.valid_to and one.valid_to < today for one in positions):
            return None, []
        user = User.objects.create_user(_login(employee), person=employee.person)
        return user, [
            _("Account opened: login %(login)s. Activation link, shown once: %(link)s")
            % {"login": user.login, "link": create_activation(user)}
        ]
    if employee.account_closed_on and any(one.valid_to is None or one.valid_to >= today for one in positions):
        user.is_active = True
        user.save(update_fields=["is_active"])
        Employee.objects.filter(pk=employee.pk).update(account_closed_on=None)
        return user, [_("The account %(login)s is open again.") % {"login": user.login}]
    return user, []


def _login(employee: Employee) -> str:
    """The employee number: unique, the same for life, and no document's number."""
    login = employee.number.lower()
    return login if not User.objects.filter(login=login).exists() else f"x{login}"


def _give(user: User, position: Position, role: str, unit: Unit | None) -> list[str]:
    """The role from the post's first day to its last; two posts may share one."""
    assignment, made = RoleAssignment.objects.get_or_create(
        user=user,
        role=role,
        unit=unit,
        valid_from=position.valid_from,
        defaults={"valid_to": position.valid_to, "note": _basis(position)},
    )
    PostAssignment.objects.create(position=position, assignment=assignment)
    if (
        not made
        and assignment.valid_to
        and (position.valid_to is None or position.valid_to > assignment.valid_to)
    ):
        RoleAssignment.objects.filter(pk=assignment.pk).update(valid_to=position.valid_to)
    if not made:
        return []
    until = _(" until %(day)s") % {"day": display(position.valid_to)} if position.valid_to else ""
    return [
        _("Role given: %(role)s, from %(day)s%(until)s.")
        % {"role": assignment, "day": display(position.valid_from), "until": until}
    ]


def _basis(position: Position) -> str:
    order = f" · № {position.order_number}" if position.order_number else ""
    return f"{position.get_post_display()} · {position.unit}{order}"[:255]  # type: ignore[attr-defined]


def without_a_place(day: datetime.date) -> QuerySet[Employee]:
    """Employees with an open account whose posts have all ended and who hold no role, today or later."""
    coming = Q(valid_to=None) | Q(valid_to__gte=day)
    return Employee.objects.filter(
        ~Exists(Position.objects.filter(coming, employee=OuterRef("pk"))),
        ~Exists(RoleAssignment.objects.filter(coming, user__person=OuterRef("person"))),
        Exists(Position.objects.filter(employee=OuterRef("pk"))),
        person__user__is_active=True,
        person__user__is_superuser=False,
    )


@transaction.atomic
def close_accounts(day: datetime.date | None = None, *, among: QuerySet[Employee] | None = None) -> int:
    """Close the accounts of those who have left: no post and no role, today or later; how many.

    Whoever still studies here keeps the student's role, and with it the account.
    """
    day = day or timezone.localdate()
    leaving = without_a_place(day)
    if among is not None:
        leaving = leaving.filter(pk__in=among.values("pk"))
    keys = list(leaving.values_list("pk", flat=True))
    User.objects.filter(person__employee__in=keys).update(is_active=False)
    Employee.objects.filter(pk__in=keys).update(account_closed_on=day)
    return len(keys)
