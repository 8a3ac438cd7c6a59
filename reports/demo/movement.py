"""Years of movement: promotion, transfers, leaves, expulsions, reinstatement; some orders still on their way.

Everything is formed, agreed, signed and executed by those whose duty it is.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

from django.core.files.base import ContentFile
from django.db.models import QuerySet
from django.utils import timezone
from pypdf import PdfWriter

from hemis.access.history import acting
from hemis.access.scope import Access
from hemis.pages.files import clean_scan
from hemis.people.models import User
from movement import actions, rules
from movement.kinds import KINDS
from movement.models import Order
from reports.demo import YEAR
from reports.demo.clearing import clear
from reports.demo.contingent import COHORTS
from structure.models import Unit
from students.models import Group, Student

# People on an order: WeasyPrint's time grows with the list.
AT_ONCE = 500
BELOW_THRESHOLD = 0.02


class Offices:
    """Who forms, agrees, signs and executes, for one faculty after another."""

    def __init__(self, staff: dict[str, User], faculties: list[Unit]):
        self.staff, self.faculties = staff, faculties
        self.today = timezone.localdate()
        self.signer = Access.for_user(staff["rector"])
        self.agreeing = [
            Access.for_user(staff[login]) for login in ("legal", "academic", "hr") if login in staff
        ]
        self.university = Access.for_user(staff["academic"])
        self.deans = {
            faculty.pk: Access.for_user(staff[f"dean{number}"])
            for number, faculty in enumerate(faculties, start=1)
        }

        self.stations = [
            *(Access.for_user(staff[login]) for login in ("accounting", "library", "dormitory", "hr")),
            *self.deans.values(),
        ]

    def dean(self, faculty: Unit) -> Access:
        return self.deans[faculty.pk]

    def form(
        self,
        key: str,
        faculty: Unit,
        people: QuerySet[Student],
        day: datetime.date,
        basis: str,
        **choices: Any,
    ) -> Order:
        """A draft with its basis documents; academic affairs form what a faculty may not."""
        kind = KINDS[key]
        office = self.university if kind.university_only else self.dean(faculty)
        with acting(_key(office), "demo"):
            order = actions.create_order(
                kind=key, access=office, faculty=faculty, people=people, title=kind.order_title, basis=basis,
                effective_date=day, choices=choices,
            )  # fmt: skip
            for number, paper in enumerate(kind.papers, start=1):
                actions.add_file(
                    order, access=office, kind=paper.code, number=f"{order.pk}/{number}",
                    date=min(day, self.today), upload=_scan(),
                )  # fmt: skip
            return order

    def excuse(self, order: Order, reason: str) -> None:
        """A written reason for every check that fails and may be excused."""
        office = self._office(order)
        with acting(_key(office), "demo"):
            for pk, checks in actions.failures(order).items():
                for check in checks:
                    if check.excusable:
                        actions.give_reason(
                            order, access=office, line_ids=[pk], check_code=check.code, reason=reason
                        )

    def submit(self, order: Order, *, agree: bool = True) -> Order:
        office = self._office(order)
        clear(order, self.stations, office)
        with acting(_key(office), "demo"):
            order = actions.submit(order, access=office)
        for one in self.agreeing if agree else ():
            if actions.asked_now(order, one):
                with acting(_key(one), "demo"):
                    order = actions.agree(order, access=one)
        return order

    def sign(self, order: Order, date: datetime.date) -> Order:
        with acting(_key(self.signer), "demo"):
            return actions.sign(order, access=self.signer, date=min(date, self.today))

    def carry_out(self, order: Order, date: datetime.date) -> Order:
        """Submitted, agreed, signed on ``date`` and executed."""
        order = self.sign(self.submit(order), date)
        office = self._office(order)
        with acting(_key(office), "demo"):
            return actions.execute(order, access=office)

    def _office(self, order: Order) -> Access:
        """Who has formed the order: a dean, or academic affairs."""
        offices = (self.university, *self.deans.values())
        return next(one for one in offices if _key(one) == order.created_by_id)


def _key(access: Access) -> int:
    assert access.user  # noqa: S101
    return access.user.pk


def _scan() -> ContentFile:
    """An empty page in the place of a scan."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=595, height=842)
    writer.write(out)
    return clean_scan(out.getvalue())


def build(
    staff: dict[str, User], faculties: list[Unit], random: Random, *, tell: Callable[[str], None]
) -> None:
    """The movement of the years up to now, in the order of its days."""
    offices = Offices(staff, faculties)
    with acting(_key(offices.university), "demo"):
        actions.add_usual_steps(access=offices.university)
    for year in range(COHORTS[0] + 1, YEAR):
        _promote(offices, random, year)
    left = _last_year(offices)
    _reinstate(offices, left)
    _promote(offices, random, YEAR)
    _this_autumn(offices)
    _on_their_way(offices)
    tell(f"{Order.objects.exclude(kind='21').count()} orders of movement")


def _studying(faculty: Unit, **more: Any) -> QuerySet[Student]:
    return Student.objects.filter(current__faculty=faculty, current__status=rules.STUDYING, **more).order_by(
        "number"
    )


def _some(rows: QuerySet[Student], start: int, count: int) -> QuerySet[Student]:
    """``count`` of the rows from ``start`` on, as a queryset that may be filtered and locked."""
    return Student.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[start : start + count]))


def _promote(offices: Offices, random: Random, year: int) -> None:
    """Every faculty's older courses go up; those below the threshold are kept on the course."""
    day = min(datetime.date(year, 9, 1), offices.today)
    for faculty in offices.faculties:
        rows = _studying(faculty, current__academic_year__lt=year)
        numbers = list(rows.values_list("number", flat=True))
        for start in range(0, len(numbers), AT_ONCE):
            part = numbers[start : start + AT_ONCE]
            order = offices.form(
                "14", faculty, Student.objects.filter(number__in=part), day, "Fakultet kengashi bayonnomasi",
                figures={number: _marks(random) for number in part},
                figures_basis=f"{year - 1}/{year} oʻquv yili yakuniy qaydnomalari",
            )  # fmt: skip
            if order.lines.exists():
                offices.carry_out(order, datetime.date(year, 8, 26))
            _retain(offices, faculty, order, year)


def _marks(random: Random) -> dict[str, Decimal]:
    """GPA and debts of a year."""
    if random.random() < BELOW_THRESHOLD:
        return {"gpa": Decimal(random.randint(15, 23)) / 10, "debts": Decimal(random.randint(2, 5))}
    return {"gpa": Decimal(random.randint(26, 50)) / 10, "debts": Decimal(0)}


def _retain(offices: Offices, faculty: Unit, promotion: Order, year: int) -> None:
    """Those set aside, one order for each course."""
    aside = promotion.aside.filter(checks__0__code="gpa").select_related("student__current")
    by_course: dict[str, list[Any]] = {}
    for one in aside:
        by_course.setdefault(one.student.current.course, []).append(one)
    for course, found in sorted(by_course.items()):
        order = offices.form(
            "13", faculty, Student.objects.filter(pk__in=[one.student_id for one in found]),
            promotion.effective_date, "Fakultet dekanining bildirgisi", retain_ground="gpa",
            semester=rules.first_semester(course), figures_basis="Yakuniy qaydnoma",
            figures={
                one.student.number: {code: Decimal(value) for code, value in one.figures.items()} for one in found
            },
        )  # fmt: skip
        offices.carry_out(order, datetime.date(year, 8, 28))


def _last_year(offices: Offices) -> dict[int, list[int]]:
    """Transfers, leaves and expulsions of the academic year before; keys of those expelled, by faculty."""
    before = YEAR - 1
    for faculty in offices.faculties:
        groups: dict[tuple, list[Group]] = {}
        for group in Group.objects.filter(
            faculty=faculty, entry_year__lt=YEAR, placements__isnull=False
        ).distinct():
            same = (group.speciality_id, group.entry_year, group.education_form, group.language)
            groups.setdefault(same, []).append(group)
        pair = next((found for found in groups.values() if len(found) > 1), None)
        if pair:
            # Who was kept on a course is behind both groups.
            course = str(10 + YEAR - pair[0].entry_year)
            movers = _some(_studying(faculty, current__group=pair[0], current__course=course), 0, 2)
            order = offices.form(
                "16", faculty, movers, datetime.date(before, 10, 6), "Talabalarning arizasi", group=pair[1]
            )
            offices.carry_out(order, datetime.date(before, 10, 5))
    for faculty in offices.faculties:
        for start, reason, ends in (
            (3, "12", datetime.date(YEAR, 9, 1)),
            (4, "14", datetime.date(YEAR + 1, 9, 1)),
        ):
            resting = _some(_studying(faculty, entry_year=before), start, 1)
            if resting:
                order = offices.form(
                    "12", faculty, resting, datetime.date(before, 11, 17), "Talabaning arizasi", reason=reason,
                    ends_on=ends, applied_on=datetime.date(before, 11, 12),
                )  # fmt: skip
                offices.carry_out(order, datetime.date(before, 11, 14))
    left: dict[int, list[int]] = {}
    for faculty in offices.faculties:
        for start, reason in ((8, "11"), (9, "14"), (10, "11")):
            going = _some(_studying(faculty, entry_year=before), start, 1)
            if going:
                left.setdefault(faculty.pk, []).extend(going.values_list("pk", flat=True))
                order = offices.form(
                    "11", faculty, going, datetime.date(YEAR, 2, 16), "Dekanat bildirgisi", reason=reason
                )
                offices.carry_out(order, datetime.date(YEAR, 2, 13))
    return left


def _reinstate(offices: Offices, left: dict[int, list[int]]) -> None:
    """One of those expelled in each faculty comes back to the first course of the new year."""
    day = datetime.date(YEAR, 8, 20)
    if day > offices.today:
        return
    for faculty in offices.faculties:
        for key in left.get(faculty.pk, []):
            student = Student.objects.select_related("current__programme").get(pk=key)
            group = Group.objects.filter(
                faculty=faculty, speciality=student.current.programme.speciality_id, entry_year=YEAR, is_active=True,
                education_form=student.current.education_form,
                language=student.current.language,
            ).first()  # fmt: skip
            if group is None:
                continue
            order = offices.form(
                "15", faculty, Student.objects.filter(pk=key), day, "Talabaning arizasi", semester="11", group=group,
                payment_form=rules.CONTRACT, applied_on=datetime.date(YEAR, 7, 22),
                paid_on=datetime.date(YEAR, 8, 14), figures={student.number: {"differences": Decimal(1)}},
                figures_basis="Oʻquv rejalarini solishtirish dalolatnomasi",
            )  # fmt: skip
            offices.carry_out(order, day)
            break


def _this_autumn(offices: Offices) -> None:
    """Returns from leave, a change of name, and a transfer that was a mistake and is cancelled."""
    day = min(datetime.date(YEAR, 9, 1), offices.today)
    for faculty in offices.faculties:
        resting = Student.objects.filter(
            current__faculty=faculty, current__status=rules.ON_LEAVE, current__order__lines__ends_on=day
        ).distinct()
        if resting.exists():
            keys = list(resting.values_list("pk", flat=True))
            order = offices.form(
                "15:return", faculty, Student.objects.filter(pk__in=keys), day, "Talabaning arizasi",
                applied_on=day - datetime.timedelta(days=4),
            )  # fmt: skip
            offices.carry_out(order, day)
    faculty = offices.faculties[0]
    bride = _studying(faculty, person__gender="12").first()
    if bride:
        order = offices.form(
            ":name", faculty, Student.objects.filter(pk=bride.pk), offices.today, "Nikoh guvohnomasi",
            name_ground="marriage", last_name="Namunayeva", passport_last_name="NAMUNAYEVA",
        )  # fmt: skip
        offices.carry_out(order, offices.today)
    _mistake(offices, faculty)


def _mistake(offices: Offices, faculty: Unit) -> None:
    student = _studying(faculty, entry_year=YEAR).last()
    if student is None:
        return
    order = offices.form(
        "11", faculty, Student.objects.filter(pk=student.pk), offices.today, "Dekanat bildirgisi", reason="11"
    )
    order = offices.carry_out(order, offices.today)
    office = offices.dean(faculty)
    with acting(_key(office), "demo"):
        undo = actions.create_cancelling_order(
            order, access=office, reason="Talaba arizasini qaytarib oldi", effective_date=offices.today
        )
    offices.carry_out(undo, offices.today)


def _on_their_way(offices: Offices) -> None:
    """A draft with failing checks, one being agreed, one that waits for the signature, one for its day."""
    first, second = offices.faculties[0], offices.faculties[-1]
    today = offices.today
    people = _studying(first, entry_year=YEAR - 1)
    if people.count() < 20:
        return
    offices.form("11", first, _some(people, 12, 2), today, "Dekanat bildirgisi", reason="15")
    leave = offices.form(
        "12", first, _some(people, 14, 1), today, "Talabaning arizasi", reason="12",
        ends_on=datetime.date(YEAR + 1, 9, 1), applied_on=today - datetime.timedelta(days=2),
    )  # fmt: skip
    offices.submit(leave, agree=False)
    people = _studying(second, entry_year=YEAR - 1)
    if people.count() < 20:
        return
    waiting = offices.form(
        "12", second, _some(people, 14, 1), today, "Talabaning arizasi", reason="14",
        ends_on=datetime.date(YEAR + 2, 9, 1), applied_on=today - datetime.timedelta(days=3),
    )  # fmt: skip
    offices.submit(waiting)
    later = offices.form(
        "11",
        second,
        _some(people, 16, 1),
        today + datetime.timedelta(days=7),
        "Talabaning arizasi",
        reason="11",
    )
    offices.sign(offices.submit(later), today)
