"""A teaching with students, and tasks and tests of it."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pypdf import PdfWriter

from curriculum.materials import actions as materials
from curriculum.materials import rules as question_rules
from curriculum.materials.rules import Answer, QuestionText
from curriculum.models import Registration
from grading.tasks import actions
from grading.tasks.models import Task, TaskStudent
from grading.tasks.models import Test as Taking
from hemis.access.scope import Access
from tests import factories
from tests.curriculum import makers

WHOLE = question_rules.WHOLE


class Class:
    """A faculty with a plan, a group of students, and a teacher who gives them lectures and practice."""

    def __init__(self, code: str = "303-101", *, students: int = 3, group: str = "610-26.01"):
        factories.make_university()
        self.faculty = factories.make_faculty(code)
        self.plan = makers.make_approved(self.faculty)
        self.group = makers.make_studying_group(self.plan, group)
        self.line = self.plan.subjects.filter(semester__number=1).order_by("position").first()
        self.kafedra = self.line.kafedra
        self.students = factories.make_students(self.faculty, students, group=self.group)
        for one in self.students:
            Registration.objects.get_or_create(student=one, curriculum_subject=self.line)
        self.teacher = factories.make_employee(self.kafedra)
        self.user = factories.make_user("teacher", person=self.teacher.person)
        self.practice = makers.make_teaching(self.line, self.group, teacher=self.teacher)
        self.lecture = makers.make_teaching(
            self.line, self.group, teacher=self.teacher, training_type="11", hours=30
        )

    @property
    def access(self) -> Access:
        return factories.access_of(self.user)

    def account(self, at: int = 0):
        """The account of a student, made by the order that admitted them."""
        return self.students[at].person.user

    def student_access(self, at: int = 0) -> Access:
        return Access.for_user(self.account(at))

    def task(self, **fields) -> Task:
        values = {
            "teaching": self.practice, "name": "Referat", "text": "Yozing", "control": "11", "max_points": Decimal(10),
            "deadline": timezone.now() + datetime.timedelta(days=2), "attempts": 2,
        } | fields  # fmt: skip
        return Task.objects.create(**values)

    def sent(self, **fields) -> Task:
        task = self.task(**fields)
        actions.send(task, access=self.access)
        task.refresh_from_db()
        return task

    def row(self, task: Task, at: int = 0) -> TaskStudent:
        return TaskStudent.objects.get(task=task, student=self.students[at])

    def bank(self) -> None:
        """Three choices of each difficulty, one question of every other kind."""
        rows = [
            QuestionText(
                question_rules.SINGLE, f"Bitta javobli savol {level}-{at}",
                (Answer("toʻgʻri", WHOLE), Answer("xato"), Answer("bu ham xato")), "Kirish", level,
            )
            for level in (1, 2, 3) for at in range(3)
        ]  # fmt: skip
        rows += [
            QuestionText(
                question_rules.SEVERAL, "Bir nechta javobli savol",
                tuple(map(Answer, ("a", "b", "c"), question_rules.even_shares([True, True, False]))), "Turli",
            ),
            QuestionText(
                question_rules.MATCHING, "Moslik savoli", (Answer("bir", match="1"), Answer("ikki", match="2")), "Turli"
            ),
            QuestionText(question_rules.SHORT, "Qisqa javobli savol", (Answer("Oʻzbekiston", WHOLE),), "Turli"),
            QuestionText(question_rules.ESSAY, "Esse savoli", (), "Turli"),
        ]  # fmt: skip
        materials.add_questions(self.line.subject, rows, access=self.access, language="11")

    def test(self, *quotas, sent: bool = True, **fields) -> Taking:
        """A sent test of lectures; the settings of the test are those of ``Test`` itself."""
        settings = {
            name: fields.pop(name)
            for name in ("duration", "policy", "opens_at", "shuffles", "shows_sheet")
            if name in fields
        }
        task = self.task(kind=Task.TEST, teaching=self.lecture, control="12", **fields)
        test = Taking.objects.create(task=task, **settings)
        actions.set_quotas(test, quotas, access=self.access)
        if sent:
            actions.send(task, access=self.access)
            task.refresh_from_db()
        return test


def pdf(name: str = "ish.pdf") -> SimpleUploadedFile:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(out)
    return SimpleUploadedFile(name, out.getvalue(), "application/pdf")
