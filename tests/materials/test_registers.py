"""The registers of topics, calendar plans, resources, questions and tasks, as every register is tried."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from curriculum.materials import actions, rules
from curriculum.materials.models import Question, Resource
from curriculum.materials.pages.calendar import CalendarPlans
from curriculum.materials.pages.questions import Questions
from curriculum.materials.pages.resources import Resources
from curriculum.materials.pages.topics import Topics
from grading.tasks.models import Task
from grading.tasks.pages import Tasks
from tests import factories
from tests.curriculum import makers
from tests.pages.base import RegisterTests
from tests.sharing import shared

pytestmark = pytest.mark.django_db


@shared
def school(db):
    """What a teacher of the first faculty has, and a plan of another; by the names that the tests give them."""
    factories.make_university()
    plan = makers.make_approved(factories.make_faculty())
    subjects = list(plan.subjects.order_by("semester__number", "position"))
    teacher = factories.make_employee(subjects[0].kafedra)
    other_plan = makers.make_approved(factories.make_faculty("303-102"), code="70610102")
    return {
        "faculty": plan.speciality.faculty,
        "plan": plan,
        "subjects": subjects,
        "group": makers.make_studying_group(plan),
        "teacher": teacher,
        "account": factories.make_user("teacher", person=teacher.person),
        "other_plan": other_plan,
        "other_line": other_plan.subjects.first(),
    }


class OfTeacher(RegisterTests):
    """Somebody who teaches a subject of a plan of the first faculty; rows elsewhere are another's."""

    viewer_role = editor_role = "teacher"

    @pytest.fixture(autouse=True)
    def _teaching(self, school):
        vars(self).update(school)

    def user(self, role: str):
        return self.account if role == "teacher" else super().user(role)

    def teaching(self, number: int, **fields):
        return makers.make_teaching(self.subjects[number], self.group, teacher=self.teacher, **fields)

    def teaching_elsewhere(self):
        group = makers.make_studying_group(self.other_plan, "610-26.77")
        return makers.make_teaching(self.other_line, group)


@pytest.mark.duty("8.2", "9.1")
class TestTopics(OfTeacher):
    register = Topics

    def make(self, number):
        line = self.subjects[number]
        self.teaching(number)
        actions.add_topic(
            line, access=factories.access_of(self.account), training_type="13", name=f"Mavzu {number}"
        )
        return line

    def make_elsewhere(self):
        return self.other_line

    def search_for(self, row):
        return row.subject.name


@pytest.mark.duty("8.2", "9.1")
class TestCalendarPlans(OfTeacher):
    register = CalendarPlans

    def make(self, number):
        return self.teaching(number)

    def make_elsewhere(self):
        return self.teaching_elsewhere()

    def search_for(self, row):
        return row.subject.name


@pytest.mark.duty("9.1")
class TestResources(OfTeacher):
    register = Resources

    def make(self, number):
        self.teaching(number)
        return Resource.objects.create(
            curriculum_subject=self.subjects[number],
            training_type="11",
            name=f"Resurs {number}",
            link="https://uz.uz",
        )

    def make_elsewhere(self):
        return Resource.objects.create(
            curriculum_subject=self.other_line, training_type="11", name="Begona", link="https://uz.uz"
        )

    def form_data(self, row):
        return {
            "curriculum_subject": row.curriculum_subject_id, "training_type": "11", "language": "12",
            "name": "Yangi nom", "description": "Matn", "link": "https://lex.uz", "is_published": "on",
        }  # fmt: skip

    def search_for(self, row):
        return row.name


@pytest.mark.duty("9.1")
class TestQuestions(OfTeacher):
    register = Questions

    def make(self, number):
        self.teaching(number)
        text = rules.QuestionText(
            rules.SINGLE, f"Savol matni {number}", (rules.Answer("ha", rules.WHOLE), rules.Answer("yoʻq"))
        )
        subject = self.subjects[number].subject
        actions.add_questions(subject, [text], access=factories.access_of(self.account), language="11")
        return Question.objects.get(subject=subject)

    def make_elsewhere(self):
        return Question.objects.create(
            subject=self.other_line.subject, kind="essay", text="Begona savol", fingerprint="x"
        )

    def form_data(self, row):
        return {
            "subject": row.subject_id, "kind": "several", "text": "Boshqa savol matni", "topic": "Kirish",
            "difficulty": 3, "language": "11", "is_active": "on", "answers": "#bir\n#ikki\nuch",
        }  # fmt: skip

    def search_for(self, row):
        return row.text


@pytest.mark.duty("9.1")
class TestTasks(OfTeacher):
    register = Tasks

    def make(self, number):
        return Task.objects.create(
            teaching=self.teaching(number), name=f"Topshiriq {number}", text="Yozing", control="11", max_points=5,
            deadline=timezone.now() + datetime.timedelta(days=1),
        )  # fmt: skip

    def make_elsewhere(self):
        return Task.objects.create(
            teaching=self.teaching_elsewhere(), name="Begona", text="Yozing", control="11", max_points=5,
            deadline=timezone.now(),
        )  # fmt: skip

    def form_data(self, row):
        return {
            "teaching": row.teaching_id, "kind": "work", "name": "Yangi", "text": "Matn", "control": "11",
            "max_points": "7.5", "deadline": "2026-12-20T18:00", "attempts": 2, "late_rule": "accept",
            "late_penalty": 10,
        }  # fmt: skip

    def search_for(self, row):
        return row.name
