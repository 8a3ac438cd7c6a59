"""The help on students' cards, and whom students ask."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.access.duties import ROLES
from hemis.access.holders import holders
from hemis.access.scope import Access
from hemis.help.topics import Askable, Topic, register_askable, register_topic
from hemis.people.models import User
from students.models import Student, TutorGroup

register_topic(
    Topic(
        "card",
        _("The card of a student, and data that are missing"),
        (
            _("“Quality of data” lists what is missing or contradicts itself, and mends it in place."),
            _("Names, PINFL and passport are corrected with a reason and a document; old and new are kept."),
            _("Group, course and status change by an order only."),
            _(
                "Contacts of parents stand here once; the tick says that the student agrees to it that they are told."
            ),
        ),
        permissions=("student.edit",),
        pages=(("students_students_list", _("Students")), ("students_quality", _("Quality of data"))),
    )
)
register_topic(
    Topic(
        "own_card",
        _("Your card"),
        (
            _("Keep your phone, place of living and contact persons up to date yourself."),
            _("Ask the dean's office to correct what else is wrong."),
            _(
                "Your parents are told of orders only if you agree, contact by contact; take it back at any time."
            ),
        ),
        permissions=("own.card",),
        pages=(("my_card", _("My card")),),
    )
)


def _own(access: Access) -> QuerySet[Student]:
    person = access.user.person_id if access.user and access.can("own.card") else None
    return Student.objects.filter(person=person, current__isnull=False).exclude(person=None)


def _office(access: Access) -> QuerySet[User]:
    student = _own(access).select_related("current").order_by("-entry_year", "-pk").first()
    if student is None:
        return User.objects.none()
    return holders("student.edit", faculty_id=student.current.faculty_id)  # type: ignore[union-attr]


def _tutors(access: Access) -> QuerySet[User]:
    groups = _own(access).values("current__group")
    tutors = TutorGroup.objects.on(timezone.localdate()).filter(group__in=groups).values("employee__person")
    return User.objects.filter(person__in=tutors, is_active=True)


register_askable(Askable(ROLES["dean"].title, _office))
register_askable(Askable(ROLES["tutor"].title, _tutors))
