"""The demo university: legal, valid, the same every time."""

from collections import Counter
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F, OuterRef, Subquery
from django.urls import get_resolver

from curriculum.electives import choosing, windows
from curriculum.exams import queries as session_queries
from curriculum.exams import rules as session_rules
from curriculum.models import ControlEvent, ElectiveCampaign, ElectiveChoice, ExamDraft
from finance.models import Contract
from grading import seating
from grading.models import Appeal, SheetCorrection
from grading.rulebook import Rulebook
from hemis.access import duties
from hemis.access.models import RoleAssignment
from hemis.access.scope import Access, Scope
from hemis.documents.models import Document
from hemis.documents.rendering import render
from hemis.pages.menu import navigation
from hemis.people import names
from hemis.people.models import Person, User
from movement.bench import bench_promotion
from movement.models import Order
from reports.bench import pages
from reports.demo import PASSWORD, pools
from reports.demo.build import SEED, NotEmpty, build
from reports.demo.people import People
from staff.models import Employee
from structure.models import Unit, University
from students.models import Group, Placement, Programme, Student
from tests import factories
from tests.documents.pdf_a import faults
from tests.reports.on_demo import *  # noqa: F403 - statistics are tried on the same university
from tests.sharing import check_what_waits

STUDENTS = 123  # thirteen of them are the masters' group, whose movement ends in diplomas
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup, django_db_blocker):
    """One small demo university for all tests here, undone at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        build(students=STUDENTS)
        check_what_waits()
        yield
        transaction.set_rollback(True)


def test_sizes():
    assert University.objects.get().code == "303"
    assert Unit.objects.faculties().count() == 4
    assert Unit.objects.kafedras().count() == 12
    assert Employee.objects.count() == 120
    assert Student.objects.count() == STUDENTS
    assert Student.objects.filter(current__status="11").count() > STUDENTS * 0.8


def test_what_the_admission_sheet_needs_is_there():
    programmes = Programme.objects.filter(
        speciality__code__in=pools.IMPORT_GROUPS, speciality__faculty__code="303-101"
    )
    assert programmes.count() == 18
    groups = Group.objects.filter(name__regex=r"^\d{3}-26\.0[1-4]$", faculty__code="303-101", entry_year=2026)
    assert groups.count() == 24
    assert not Placement.objects.filter(group__in=groups).exists()


@pytest.mark.duty("B8")
def test_every_student_comes_from_an_executed_admission_order():
    assert set(Order.objects.filter(kind="21").values_list("state", flat=True)) == {"executed"}
    assert not Student.objects.exclude(order_lines__order__kind="21").exists()
    assert Placement.objects.filter(order__lines__student__isnull=False).exists()
    for order in Order.objects.exclude(number="").select_related("signed_by", "created_by"):
        assert (order.created_by.login[:4], order.signed_by.login) == ("dean", "rector")


@pytest.mark.duty("2.2", "B8")
def test_there_are_years_of_movement():
    """Promoted, kept, on leave, back, expelled, renamed, cancelled: each by agreed and signed orders."""
    done = Order.objects.filter(state__in=["executed", "cancelled"])
    assert {"14", "12", "11", ":name"} <= {order.key for order in done}
    assert Order.objects.filter(state="cancelled").exists()
    # Admissions, transfers and stipends are signed without agreement.
    for order in done.exclude(kind__in=["21", "16", "18"]):
        assert order.agreements.filter(state="agreed").exists()
    assert set(
        Student.objects.filter(entry_year=2025, current__status="11").values_list(
            "current__course", flat=True
        )
    ) >= {"12"}


def test_identifiers_are_valid():
    for person in Person.objects.all():
        digits = [int(digit) for digit in person.pinfl]
        assert sum(d * (7, 3, 1)[i % 3] for i, d in enumerate(digits[:13])) % 10 == digits[13]
        assert person.pinfl[1:7] == person.birth_date.strftime("%d%m%y")
        assert digits[0] % 2 == (person.gender == "11")
        assert names.clean_name(person.full_name) == person.full_name


def test_every_role_has_a_login():
    assert set(RoleAssignment.objects.values_list("role", flat=True)) == set(duties.ROLES)
    for login in ["admin", "rector", "hr", "dean1", "dean4", "academic", "accounting", "head1", "teacher1"]:
        assert User.objects.get(login=login).check_password(PASSWORD)
    student = Student.objects.select_related("person__user").first()
    assert student.person.user.login == student.number
    assert student.person.user.check_password(PASSWORD)


def test_a_few_contracts_have_their_document():
    assert Contract.objects.count() > 0
    assert not Contract.objects.exclude(state="formed").exists()


def test_an_employer_pays_by_a_contract_of_three_sides():
    contract = Contract.objects.get(parties="12", payer_changes=None)
    assert (contract.payer_name, contract.payer_tin) == ("“TOSHSHAHARTRANSXIZMAT” AJ", "202345678")
    assert contract.document.payload["payer"]["name"] == contract.payer_name
    invoice = contract.invoices.get()
    assert (invoice.payer_name, invoice.amount) == (contract.payer_name, contract.current_amount)


def test_the_same_every_time():
    people = [People(Random(SEED)) for _attempt in range(2)]  # noqa: S311
    first, second = ([vars(one.student(2026)) | {"_state": None} for _n in range(50)] for one in people)
    assert first == second
    with pytest.raises(NotEmpty):
        build(students=STUDENTS)


def test_command_refuses_a_second_university_and_prints_logins(settings):
    with pytest.raises(CommandError):
        call_command("demo", students=10, stdout=StringIO())
    out = StringIO()
    call_command("demo", logins=True, stdout=out)
    for login in ["admin", "rector", "dean1", "accounting", "teacher1"]:
        assert login in out.getvalue()
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("demo", stdout=StringIO())


def test_the_bench_of_pages_counts_their_queries(monkeypatch):
    monkeypatch.setattr(pages, "ROUNDS", 1)
    measured = pages.measure_pages()
    assert [one.name for one in measured] == ["student list", "search", "student card"]
    for one in measured:
        assert 3 <= one.queries <= 12, one
        assert one.sql_ms >= 0 and one.ratio > 0


def test_the_application_may_analyze_what_it_filled():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('hemis_app', 'students_student', 'MAINTAIN'),"
            " has_table_privilege('hemis_app', 'students_student', 'TRUNCATE')"
        )
        assert cursor.fetchone() == (True, False)


@pytest.mark.duty("2.1", "B4", "T")
def test_the_student_base_is_filled_and_a_little_incomplete():
    from students import quality
    from students.models import AdmissionQuota, SubgroupMember, TutorGroup

    total = quality.overview(Scope(everything=True), by="faculty", chosen={})[0]
    studying = Student.objects.filter(current__status__in=("11", "13")).count()
    assert STUDENTS - 12 < total.students == studying and 80 < total.completeness < 100
    assert not any(total.faults[code] for code in ("pinfl_check", "pinfl_birth", "district_elsewhere"))
    assert AdmissionQuota.objects.exists() and SubgroupMember.objects.exists()
    tutor = User.objects.get(login="tutor1")
    mine = Student.objects.for_scope(Access.for_user(tutor).scope("student.view"))
    groups = TutorGroup.objects.values("group")
    assert mine.exists() and set(mine) == set(Student.objects.filter(current__group__in=groups))


@pytest.mark.duty("B7.3")
def test_one_appeal_waits_and_one_was_upheld_by_its_commission():
    states = Counter(Appeal.objects.values_list("state", flat=True))
    assert states == {Appeal.LODGED: 1, Appeal.UPHELD: 1}
    upheld = Appeal.objects.get(state=Appeal.UPHELD)
    assert upheld.chair and upheld.members.count() >= Rulebook().number("appeal.members")
    assert SheetCorrection.objects.filter(state=SheetCorrection.CONFIRMED).exists()


@pytest.mark.duty("2.3", "S")
def test_even_a_small_demo_has_an_elective_to_join_and_a_session_to_accept():
    open_now = [one for one in ElectiveCampaign.objects.all() if one.offers.filter(taken__lt=F("places"))]
    assert open_now
    campaign = open_now[0]
    chosen = ElectiveChoice.objects.filter(campaign=campaign).values("student")
    student = windows.choosers(campaign.semester).exclude(pk__in=chosen).first()
    assert chosen.exists() and student is not None
    offer = campaign.offers.filter(taken__lt=F("places")).first()
    user = User.objects.get(person=student.person)
    choosing.choose(offer, access=Access.for_user(user))
    assert ElectiveChoice.objects.get(student=student, campaign=campaign).state == ElectiveChoice.PLACED
    draft = ExamDraft.objects.get()
    assert draft.state == ExamDraft.READY and draft.account["placed"] == draft.account["wanted"] > 0
    task = session_queries.task_of(draft)
    assert session_rules.broken(task.problem, session_queries.places_of(draft, task)) == []
    events = ControlEvent.objects.planned()
    assert not events.filter(audience__group__faculty=draft.faculty).exists()
    assert any(seating.exam_list(event).rows for event in events[:3])


def test_every_duty_has_working_pages_in_the_menu_of_each_of_its_roles():
    """No line of “Who may do what” is empty: whoever has the duty finds it in the menu, and the page opens."""
    get_resolver().url_patterns  # noqa: B018 - registers take their places in the menus when addresses are read
    accounts: dict[str, User] = {}
    for one in RoleAssignment.objects.in_force().select_related("user").order_by("pk"):
        accounts.setdefault(one.role, one.user)
    without, broken, opened = [], [], set()
    for role, user in accounts.items():
        entries = [item for _menu, items in navigation(Access.for_user(user)) for item in items]
        client = factories.client_of(user)
        for duty in (one for one in duties.DUTIES if role in one.roles):
            # What is done on the page of a thing (to write to many, on “Messages”) has no entry beside it.
            things = {permission.partition(".")[0] for permission in duty.permissions}
            found = [item for item in entries if item.permission.partition(".")[0] in things]
            if not found:
                without.append((duty.number, role))
            for item in found:
                if item.url in opened:  # the role walk opens it for the others
                    continue
                opened.add(item.url)
                if client.get(item.url).status_code not in (200, 302):
                    broken.append((duty.number, role, item.url))
    assert {role for one in duties.DUTIES for role in one.roles} <= accounts.keys()
    assert not without and not broken and len(opened) > 200


def test_a_whole_course_is_promoted_by_the_bench_and_nothing_is_kept():
    before = Placement.objects.count(), Order.objects.count()
    measured = bench_promotion(20)
    assert measured["students"] > 1 and measured["executing"] > 0 < measured["bare"]
    assert (Placement.objects.count(), Order.objects.count()) == before


def test_papers_of_every_kind_are_pdf_a():
    first = Document.objects.filter(kind=OuterRef("kind")).order_by("pk").values("pk")[:1]
    papers = Document.objects.filter(pk=Subquery(first)).order_by("kind")
    assert len(papers) > 12
    assert {one.kind: found for one in papers if (found := faults(render(one)))} == {}
