"""The registers of the student base, each tested by declaration (duties 2.1, B4)."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.urls import reverse

from students import pages
from students.models import (
    Achievement,
    AdmissionQuota,
    Exchange,
    Olympiad,
    Placement,
    Programme,
    Qualification,
    SportRecord,
    TutorGroup,
)
from students.pages.activities import PassportCorrections
from tests import factories
from tests.pages.base import RegisterTests
from tests.sharing import shared

DAY = datetime.date(2026, 9, 1)
OTHER = "303-102"


class OfFaculty(RegisterTests):
    """Seen and edited by the dean's office of the faculty."""

    viewer_role = editor_role = "dean"
    faculty_code = "303-101"
    stranger_role = "accounting"

    @property
    def own(self):
        return factories.make_faculty(self.faculty_code)

    @property
    def other(self):
        return factories.make_faculty(OTHER)

    def student(self, faculty=None):
        return factories.make_students(faculty or self.own, 1)[0]


class TestSpecialities(OfFaculty):
    register = pages.Specialities

    def make(self, number):
        return factories.make_speciality(self.own, f"6011{number:04d}")

    def make_elsewhere(self):
        return factories.make_speciality(self.other, "60119999")

    def form_data(self, row):
        return {
            "code": row.code,
            "name": "Yangi nom",
            "education_type": "11",
            "faculty": self.own.pk,
            "locality": "11",
            "is_active": "on",
        }

    def search_for(self, row):
        return row.code


class TestProgrammes(OfFaculty):
    register = pages.Programmes

    def make(self, number):
        return factories.make_programme(self.own, f"6011{number:04d}")

    def make_elsewhere(self):
        return factories.make_programme(self.other, "60119999")

    def form_data(self, row):
        return {"speciality": row.speciality_id, "education_form": "11", "years": "4", "is_active": "on"}

    def search_for(self, row):
        return row.speciality.code


class TestQualifications(OfFaculty):
    register = pages.Qualifications

    def make(self, number, faculty=None):
        speciality = factories.make_speciality(faculty or self.own, f"6011{number:04d}")
        return Qualification.objects.create(speciality=speciality, name=f"Mutaxassis {number}")

    def make_elsewhere(self):
        return self.make(9, self.other)

    def form_data(self, row):
        return {
            "speciality": row.speciality_id,
            "name": "Oʻqituvchi",
            "name_ru": "Учитель",
            "is_active": "on",
        }

    def search_for(self, row):
        return row.name


class TestQuotas(RegisterTests):
    """Academic affairs enters them for the whole university (B4), the dean's office sees its own."""

    register = pages.Quotas
    viewer_role = "dean"
    editor_role = "academic_affairs"
    stranger_role = "accounting"
    faculty_code = "303-101"

    def make(self, number, faculty=None):
        faculty = faculty or factories.make_faculty(self.faculty_code)
        speciality = factories.make_speciality(faculty, f"6011{number:04d}")
        return AdmissionQuota.objects.create(
            entry_year=2026, speciality=speciality, education_form="11", payment_form="12", language="11", places=25
        )  # fmt: skip

    def make_elsewhere(self):
        return self.make(9, factories.make_faculty(OTHER))

    def form_data(self, row):
        return {
            "entry_year": "2026", "speciality": row.speciality_id, "education_form": "11", "payment_form": "12",
            "language": "11", "places": "30",
        }  # fmt: skip

    def search_for(self, row):
        return row.speciality.code


class TestGroups(OfFaculty):
    register = pages.Groups

    def make(self, number):
        return factories.make_group(self.own, f"610-26.{number:02d}")

    def make_elsewhere(self):
        return factories.make_group(self.other, "999-26.01", "60119999")

    def form_data(self, row):
        return {
            "name": row.name, "faculty": self.own.pk, "speciality": row.speciality_id, "entry_year": "2026",
            "capacity": "25", "is_active": "on",
        }  # fmt: skip

    def search_for(self, row):
        return row.name


class TestTutorGroups(OfFaculty):
    register = pages.TutorGroups

    def make(self, number, faculty=None):
        faculty = faculty or self.own
        tutor = factories.make_employee(
            faculty, post="34", person=factories.make_person(f"Tyutorov{'abc'[number % 3]}")
        )
        group = factories.make_group(faculty, f"{faculty.code}-{number}")
        return TutorGroup.objects.create(employee=tutor, group=group, valid_from=DAY)

    def make_elsewhere(self):
        return self.make(9, self.other)

    def form_data(self, row):
        return {
            "employee": row.employee_id,
            "group": row.group_id,
            "valid_from": "2026-09-02",
            "valid_to": "",
        }

    def search_for(self, row):
        return row.group.name


class TestCandidates(RegisterTests):
    register = pages.Candidates
    viewer_role = "dean"
    stranger_role = "accounting"
    faculty_code = "303-101"

    def make(self, number):
        group = factories.make_group(factories.make_faculty(self.faculty_code))
        return factories.make_candidate(group, person=factories.make_person(f"Nomzod{'abcd'[number]}"))

    def make_elsewhere(self):
        return factories.make_candidate(
            factories.make_group(factories.make_faculty(OTHER), "9-26", "60119999")
        )

    def search_for(self, row):
        return row.person.last_name


class TestStudents(OfFaculty):
    register = pages.Students

    def make(self, number):
        return self.student()

    def make_elsewhere(self):
        return self.student(self.other)

    def form_data(self, row):
        return {
            "social_category": "11",
            "student_type": "11",
            "accommodation": "15",
            "phone": "90 123 45 67",
            "email": "",
        }

    def search_for(self, row):
        return row.number


@shared
def pool(db):
    """Some students of the faculty, for rows about them."""
    return factories.make_students(factories.make_faculty(), 4)


@shared
def elsewhere(db):
    return factories.make_students(factories.make_faculty(OTHER), 1)[0]


class _OfOneStudent(OfFaculty):
    """A row about a student."""

    @pytest.fixture(autouse=True)
    def _people(self, pool, elsewhere):
        self.pool, self.elsewhere = pool, elsewhere

    def make(self, number):
        return self.about(self.pool[number], number)

    def make_elsewhere(self):
        return self.about(self.elsewhere, 9)


class TestAchievements(_OfOneStudent):
    register = pages.Achievements

    def about(self, student, number):
        return Achievement.objects.create(student=student, kind="19", document=f"Diplom {number}", year=2026)

    def form_data(self, row):
        return {"student": row.student_id, "kind": "20", "document": "Diplom 77", "year": "2025", "title": ""}

    def search_for(self, row):
        return row.document


class TestOlympiads(_OfOneStudent):
    register = pages.Olympiads

    def about(self, student, number):
        return Olympiad.objects.create(
            student=student,
            level="republic",
            name=f"Olimpiada {number}",
            venue="Toshkent",
            held_on=DAY,
            place=1,
        )

    def form_data(self, row):
        return {
            "student": row.student_id, "level": "international", "name": "IMO", "section": "", "country": "UZ",
            "venue": "Toshkent", "held_on": "2026-07-10", "place": "2", "diploma": "A 1",
        }  # fmt: skip

    def search_for(self, row):
        return row.name


class TestSport(_OfOneStudent):
    register = pages.Sport

    def about(self, student, number):
        return SportRecord.objects.create(
            student=student, sport_name="Shaxmat", kind="rank", name=f"Razryad {number}", given_on=DAY
        )

    def form_data(self, row):
        return {
            "student": row.student_id,
            "sport": "11",
            "kind": "section",
            "name": "Klub",
            "given_on": "2026-09-01",
        }

    def search_for(self, row):
        return row.name


class TestExchanges(_OfOneStudent):
    register = pages.Exchanges

    def about(self, student, number):
        return Exchange.objects.create(
            direction="out", student=student, faculty=student.current.faculty, academic_year=factories.make_year(),
            country="KR", university=f"Universitet {number}", speciality_name="IT", document="Kelishuv",
            valid_from=DAY, valid_to=datetime.date(2027, 1, 31),
        )  # fmt: skip

    def form_data(self, row):
        return {
            "direction": "out", "student": row.student_id, "faculty": row.faculty_id, "academic_year": "2026",
            "education_type": "11", "country": "KR", "university": "Seoul", "speciality_name": "IT",
            "document": "Kelishuv 2", "valid_from": "2026-09-01", "valid_to": "2027-01-31",
        }  # fmt: skip

    def search_for(self, row):
        return row.university


class TestCorrections(RegisterTests):
    register = PassportCorrections
    viewer_role = "dean"
    stranger_role = "accounting"
    faculty_code = "303-101"

    @pytest.fixture(autouse=True)
    def _people(self, pool, elsewhere):
        self.pool, self.elsewhere = pool, elsewhere

    def make(self, number, student=None):
        person = (student or self.pool[number]).person
        return person.corrections.create(
            old={"passport": "AA1234567"},
            new={"passport": "AA7654321"},
            reason=f"Sabab {number}",
            basis="Pasport",
        )

    def make_elsewhere(self):
        return self.make(9, self.elsewhere)

    def search_for(self, row):
        return row.reason


class TestContingent(RegisterTests):
    register = pages.Contingent
    viewer_role = "dean"
    stranger_role = "accounting"
    faculty_code = "303-101"

    def make(self, number):
        student = factories.make_students(factories.make_faculty(self.faculty_code), 1, day=DAY)[0]
        return student.current

    def make_elsewhere(self):
        return factories.make_students(factories.make_faculty(OTHER), 1, day=DAY)[0].current

    def search_for(self, row):
        return row.student.number


class TestStates(RegisterTests):
    """Who left or is on leave. Orders are of another floor: a table of this connection hides the guarded one."""

    register = pages.StudentStates
    viewer_role = "dean"
    stranger_role = "accounting"
    faculty_code = "303-101"

    def make(self, number, faculty=None):
        self.expelled = getattr(self, "expelled", [])
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS pg_temp.students_placement")
            student = factories.make_students(
                faculty or factories.make_faculty(self.faculty_code), 1, day=DAY
            )[0]
            self.expelled.append(student.pk)
            cursor.execute("CREATE TEMP TABLE students_placement AS SELECT * FROM public.students_placement")
            cursor.execute(
                "UPDATE pg_temp.students_placement SET status = '12' WHERE student_id = ANY(%s)",
                [self.expelled],
            )
        return Placement.objects.get(student=student)

    def make_elsewhere(self):
        return self.make(9, factories.make_faculty(OTHER))

    def search_for(self, row):
        return row.student.number


@pytest.mark.django_db
@pytest.mark.duty("2.1")
def test_programmes_of_other_forms_last_longer():
    """Reg. 3807/2026, item 13."""
    from students.forms import ProgrammeForm

    factories.make_university()
    faculty = factories.make_faculty()
    access = factories.access_of(factories.make_user("dean", faculty))
    full = factories.make_programme(faculty)
    assert isinstance(full, Programme)

    def errors(form: str, years: str, instance=None):
        data = {"speciality": full.speciality_id, "education_form": form, "years": years, "is_active": "on"}
        if instance:
            data["row_version"] = instance.version
        return ProgrammeForm(data, instance=instance, access=access).errors

    assert "years" in errors("13", "4.5") and not errors("13", "5")
    assert "years" in errors("12", "4") and not errors("12", "4.5")
    assert "years" in errors("11", "2.5", full) and not errors("11", "3", full)


@pytest.mark.django_db
@pytest.mark.duty("2.1")
def test_a_speciality_is_picked_from_the_ministrys_list(client):
    """Code and names are copied from the classifier once it is loaded; a wrong education type is told."""
    from hemis.classifiers import queries as classifiers
    from hemis.classifiers.models import ClassifierItem, ClassifierList
    from students.models import Speciality

    factories.make_university()
    faculty = factories.make_faculty()
    ministrys, _made = ClassifierList.objects.get_or_create(
        code="h_master_speciality", defaults={"name_uz": "M"}
    )
    ClassifierItem.objects.create(list=ministrys, code="5A110101", name_uz="Matematika", name_ru="Математика")
    ClassifierItem.objects.create(list=ministrys, code="110000", name_uz="Pedagogika")
    classifiers.forget()
    try:
        client.force_login(factories.make_user("dean", faculty))
        address = pages.Specialities.url_name("new")
        page = client.get(reverse(address)).content.decode()
        assert "h_master_speciality:5A110101" in page and "h_master_speciality:110000" not in page
        data = {
            "national": "h_master_speciality:5A110101",
            "faculty": faculty.pk,
            "locality": "11",
            "is_active": "on",
        }
        wrong = client.post(reverse(address), data | {"education_type": "11"})
        assert "national" in wrong.context["form"].errors
        assert client.post(reverse(address), data | {"education_type": "12"}).status_code == 302
        made = Speciality.objects.get(code="5A110101")
        assert (made.name, made.name_ru, made.education_type) == ("Matematika", "Математика", "12")
        again = client.post(reverse(address), data | {"education_type": "12"})
        assert "code" in again.context["form"].errors
        neither = client.post(reverse(address), {"education_type": "11", "faculty": faculty.pk})
        assert {"code", "name"} <= set(neither.context["form"].errors)
    finally:
        classifiers.forget()
