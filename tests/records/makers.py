"""A group that graduates, for tests: plan with examination and graduation work, sheets closed, topics, commissions."""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from curriculum import actions as curriculum
from curriculum.models import CurriculumSubject, RatingSheetKind
from grading import actions as grading
from grading.models import GradeSheet, SheetLine
from hemis.people.models import Person
from records import actions
from records.models import AttestationSession, Commission, CommissionMember, GraduationTopic, RecordAct
from students.models import Student
from tests import factories
from tests.curriculum import makers as plans
from tests.grading.makers import register

EXAM, WORK = "13", "15"
FINAL, OVERALL = {"13": 100}, {"14": 100}
_serial = itertools.count(1)


class Graduates:
    """A faculty, a kafedra and a group whose eight subjects and practice are closed: everything but attestation."""

    def __init__(self, code: str = "303-101", *, students: int = 3, marks: tuple[int, ...] = ()):
        factories.make_university()
        factories.make_year()
        self.faculty = factories.make_faculty(code)
        self.kafedra = factories.make_kafedra(self.faculty)
        self.plan = self._plan()
        self.speciality = self.plan.speciality
        self.group = plans.make_studying_group(self.plan, f"M-26.{next(_serial):02d}")
        made = factories.make_students(self.faculty, students, group=self.group)
        people = Person.objects.filter(studies__in=made)
        people.update(passport_last_name="KARIMOV", passport_first_name="AKMAL")
        self.students = list(
            Student.objects.filter(pk__in=[one.pk for one in made])
            .select_related("person", "current__programme", "current__group__plan__curriculum")
            .order_by("pk")
        )
        self.lines = list(
            self.plan.subjects.select_related("subject", "semester").order_by("semester", "position")
        )
        register(self.students, self.lines)
        self.taught = [one for one in self.lines if one.sheet_kind.code not in RatingSheetKind.ATTESTED]
        self.exam = next(one for one in self.lines if one.sheet_kind.code == EXAM)
        self.work = next(one for one in self.lines if one.sheet_kind.code == WORK)
        self.dean, self.head = (
            factories.make_user("dean", self.faculty),
            factories.make_user("head", self.kafedra),
        )
        self.affairs, self.rector = factories.make_user("academic_affairs"), factories.make_user("rectorate")
        self.teacher = factories.make_employee(self.kafedra)
        self.mark(marks or tuple(80 for _one in self.students))

    def _plan(self):
        plan = plans.make_curriculum(self.faculty)
        kinds = {one.code: one for one in RatingSheetKind.objects.all()}
        for semester, codes in ((1, ("11", "11", "11", "11", "16")), (2, ("11", "11", "14", EXAM, WORK))):
            for code in codes:
                one = plans.add_subject(plan, semester, controls=FINAL if code == "11" else OVERALL)
                CurriculumSubject.objects.filter(pk=one.pk).update(sheet_kind=kinds[code])
                one.subject.name_en = f"{one.subject.name} (en)"
                one.subject.save()
        return curriculum.approve(plan, access=factories.access_of(factories.make_user("academic_affairs")))

    def access(self, who: str):
        return factories.access_of(getattr(self, who))

    def mark(self, marks: tuple[int, ...]) -> None:
        """Close one sheet of every taught subject, each student with the own points."""
        day = timezone.localdate()
        sheets = GradeSheet.objects.bulk_create(
            GradeSheet(
                academic_year=one.semester.academic_year, serial=9000 + next(_serial), curriculum_subject=one,
                group=self.group, control="13" if one.sheet_kind.has_parts else "14",
                examiner=self.teacher, held_on=day, due_on=day, opened_by=self.dean,
            )
            for one in self.taught
        )  # fmt: skip
        SheetLine.objects.bulk_create(
            SheetLine(sheet=sheet, student=student, status="graded", points=Decimal(points))
            for sheet in sheets
            for student, points in zip(self.students, marks, strict=True)
        )
        rows, now = GradeSheet.objects.filter(pk__in=[one.pk for one in sheets]), timezone.now()
        rows.update(state="signed", signed_by=self.dean, signed_at=now)
        rows.update(state="checked", checked_by=self.head, checked_at=now)
        rows.update(state="closed", closed_by=self.dean, closed_at=now)
        grading.recompute([one.pk for one in self.taught])

    # --- topics

    def topic(self, **fields) -> GraduationTopic:
        number = next(_serial)
        given = {
            "title": f"Mavzu {number}", "title_en": f"Topic {number}", "reviewer": "B. Taqrizchi",
            "supervisor": self.teacher, "academic_year_id": 2026,
        } | fields  # fmt: skip
        return GraduationTopic.objects.create(kafedra=self.kafedra, speciality=self.speciality, **given)

    def approved_topics(self) -> list[GraduationTopic]:
        """One for each student, approved by a signed order."""
        topics = [self.topic() for _one in self.students]
        for topic, student in zip(topics, self.students, strict=True):
            actions.assign_topic(topic, access=self.access("head"), student=student)
        order = actions.draw_up_topic_order(
            self.faculty, topics=[one.pk for one in topics], access=self.access("dean")
        )
        actions.sign_topic_order(order, access=self.access("rector"))
        return topics

    # --- commissions and sessions

    def draft(self, kind: str = Commission.DEFENCE, *, employers: int = 3, members: int = 5) -> Commission:
        today = timezone.localdate()
        commission = Commission.objects.create(
            name=f"DAK {next(_serial)}", kind=kind, academic_year_id=2026, kafedra=self.kafedra,
            speciality=self.speciality, order_number="14-D", order_date=today - datetime.timedelta(days=30),
            valid_from=today - datetime.timedelta(days=30), valid_to=today + datetime.timedelta(days=330),
        )  # fmt: skip
        CommissionMember.objects.bulk_create(
            CommissionMember(
                commission=commission, full_name=f"Aʼzo {at}", work_place="MChJ", post="direktor",
                is_employer=at < employers, role="chair" if not at else "member",
            )
            for at in range(members)
        )  # fmt: skip
        CommissionMember.objects.create(
            commission=commission,
            full_name="Kotib",
            work_place="Kafedra",
            post="oʻqituvchi",
            role="secretary",
        )
        return commission

    def commission(self, kind: str = Commission.DEFENCE) -> Commission:
        return actions.approve_commission(self.draft(kind), access=self.access("affairs"))

    def session(
        self, subject: CurriculumSubject | None = None, commission: Commission | None = None, days: int = 0
    ):
        subject = subject or self.work
        kind = Commission.EXAM if subject.sheet_kind.code == EXAM else Commission.DEFENCE
        return actions.open_session(
            commission or self.commission(kind), group=self.group, subject=subject, access=self.access("head"),
            held_on=timezone.localdate() - datetime.timedelta(days=days),
        )  # fmt: skip

    def fill(self, session: AttestationSession, *typed: str) -> dict[int, str]:
        """What is typed for those admitted, in the order of the students; everybody is present."""
        lines = session.lines.exclude(status="not_admitted").order_by("student_id")
        cells = {line.pk: (text, "") for line, text in zip(lines, typed, strict=True)}
        present = list(session.commission.members.values_list("pk", flat=True))
        return actions.fill_session(session, cells=cells, present=present, access=self.access("head"))

    def close(self, session: AttestationSession, *typed: str) -> int:
        assert not self.fill(session, *typed)
        return actions.close_session(session, access=self.access("head"))

    def attested(self) -> None:
        """Topics approved, examination and defence passed by everybody."""
        self.approved_topics()
        for subject in (self.exam, self.work):
            self.close(self.session(subject), *("85" for _one in self.students))

    # --- acts

    def recognition(self, student: Student | None = None, **fields) -> RecordAct:
        day = timezone.localdate()
        given = {
            "curriculum_subject": None, "institution": "TATU", "subject_name": f"Fizika {next(_serial)}",
            "studied_year_id": 2026, "semester": 1, "hours": 120, "credit": Decimal(4), "points": Decimal(75),
            "basis": "Transkript 5", "decision_number": "11", "decision_date": day, "reason": "Koʻchirish",
        } | fields  # fmt: skip
        return actions.propose_recognition(student or self.students[0], access=self.access("dean"), **given)


def module_world(blocker, make):
    """A world for the whole file that leaves nothing behind."""
    with blocker.unblock(), transaction.atomic():
        yield make()
        transaction.set_rollback(True)
