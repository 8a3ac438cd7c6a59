"""Pages of registrations, teachings, loads, electives, as the roles see them (duties 2.3, 8.2, 9.2, B6, S)."""

from __future__ import annotations

import datetime
import io

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from curriculum import actions, dashboard
from curriculum.electives import choosing, windows
from curriculum.models import (
    CurriculumSubject,
    ElectiveCampaign,
    ElectiveChoice,
    LoadNorm,
    Registration,
    Teaching,
    TrainingMode,
)
from curriculum.pages.electives.register import Electives
from curriculum.pages.loads import LoadNorms, TrainingModes
from curriculum.pages.plan import KafedraSubjects
from curriculum.pages.registrations import Registrations
from curriculum.pages.teachings import Teachings
from hemis.people.models import User
from tests import factories
from tests.curriculum import makers
from tests.curriculum.test_electives import setting
from tests.pages.base import RegisterTests
from tests.sharing import shared

DAY = datetime.date(2026, 9, 10)


def client_of(user) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


def studying(faculty_code: str = "303-101", code: str = "70610101"):
    """A plan of the faculty and its group; made once."""
    faculty = factories.make_faculty(faculty_code)
    speciality = makers.make_speciality(faculty, code)
    plan = speciality.curricula.first() or makers.make_approved(faculty, code=code)
    given = plan.groups.first()
    return plan, given.group if given else makers.make_studying_group(plan, f"{code}-1")


@shared
def plans(db):
    """Those that ``studying`` finds."""
    return studying(), studying("303-102", "70610102")


@shared
def registered(plans):
    """A registration of each of three students here, and one elsewhere."""
    (_plan, here), (_other, there) = plans
    students = factories.make_students(here.faculty, 3, group=here)
    elsewhere = factories.make_students(there.faculty, 1, group=there)
    return [one.registrations.latest("pk") for one in (*elsewhere, *students)]


@pytest.mark.duty("2.3")
class TestRegistrations(RegisterTests):
    register = Registrations
    viewer_role, faculty_code = "dean", "303-101"

    @pytest.fixture(autouse=True)
    def _registered(self, registered):
        self.elsewhere, *self.here = registered

    def make(self, number):
        return self.here[number - 1]

    def make_elsewhere(self):
        return self.elsewhere


@pytest.mark.duty("8.2")
@pytest.mark.usefixtures("plans")
class TestTeachings(RegisterTests):
    register = Teachings
    viewer_role, faculty_code = "dean", "303-101"

    def make(self, number):
        plan, group = studying()
        line = plan.subjects.filter(semester__number=1)[number]
        return makers.make_teaching(line, group)

    def make_elsewhere(self):
        plan, group = studying("303-102", "70610102")
        return makers.make_teaching(plan.subjects.filter(semester__number=1)[0], group)

    def search_for(self, row):
        return row.subject.code


@pytest.mark.duty("8.2")
@pytest.mark.usefixtures("plans")
class TestKafedraSubjects(RegisterTests):
    register = KafedraSubjects
    viewer_role = "rectorate"

    def make(self, number):
        return studying()[0].subjects.all()[number]

    def search_for(self, row):
        return row.subject.code


@pytest.mark.duty("B6")
class TestTrainingModes(RegisterTests):
    register = TrainingModes
    viewer_role, editor_role = "rectorate", "academic_affairs"

    def make(self, number):
        return TrainingMode.objects.create(
            training_type="11", mode="stream", largest=90 + number, valid_from=datetime.date(2027, 1, number),
            basis="Kengash qarori",
        )  # fmt: skip

    def form_data(self, row):
        return {
            "training_type": "13", "mode": "group", "largest": 28, "valid_from": "2028-09-01", "basis": "Qaror",
        }  # fmt: skip


@pytest.mark.duty("B6")
class TestLoadNorms(RegisterTests):
    register = LoadNorms
    viewer_role, editor_role = "rectorate", "academic_affairs"

    def make(self, number):
        return LoadNorm.objects.create(
            post="14", low=400, high=600, valid_from=datetime.date(2027, 1, number), basis="AV 3076"
        )

    def form_data(self, row):
        return {"post": "15", "low": 300, "high": 500, "valid_from": "2028-09-01", "basis": "AV 3076"}

    def test_the_most_is_not_below_the_least(self, editor):
        answer = editor.post(self.url("new"), self.form_data(None) | {"high": 200})
        assert answer.status_code == 422 and "high" in answer.context["form"].errors


def _campaign(faculty_code: str, code: str, number: int) -> ElectiveCampaign:
    faculty = factories.make_faculty(faculty_code)
    plan = makers.make_curriculum(faculty, code=code, start=2026 + number)
    for semester in (1, 2):
        for _place in range(5 - (semester == 2)):
            makers.add_subject(plan, semester)
    for _place in range(2):
        makers.add_subject(plan, 2, kind="12", elective_group="T1")
    actions.approve(plan, access=factories.access_of(factories.make_user("academic_affairs")))
    now = timezone.now()
    return windows.open_campaign(
        plan.semesters.get(number=2), access=factories.access_of(factories.make_user("dean", faculty)),
        opens_at=now, closes_at=now + datetime.timedelta(days=3), priority="time",
    )  # fmt: skip


@shared
def campaigns(db):
    """One elsewhere, three here."""
    return [
        _campaign("303-102", "70610102", 0),
        *(_campaign("303-101", "70610101", number) for number in (1, 2, 3)),
    ]


@pytest.mark.duty("2.3")
class TestElectives(RegisterTests):
    register = Electives
    viewer_role, faculty_code = "dean", "303-101"

    @pytest.fixture(autouse=True)
    def _campaigns(self, campaigns):
        self.elsewhere, *self.here = campaigns

    def make(self, number):
        return self.here[number - 1]

    def make_elsewhere(self):
        return self.elsewhere


# --- what the offices do


@shared
def group(db):
    factories.make_university()
    _plan, found = studying()
    factories.make_students(found.faculty, 2, group=found)
    return found


@shared
def dean(group):
    return client_of(factories.make_user("dean", group.faculty))


@shared
def head(group):
    return client_of(factories.make_user("head", factories.make_kafedra(group.faculty)))


@pytest.mark.duty("2.3")
def test_the_dean_registers_a_half_year_and_moves_to_another_group(dean, group):
    Registration.objects.all().delete()
    answer = dean.post(reverse("curriculum_register"), {"year": 2026, "term": "11", "groups": [group.pk]})
    assert answer.status_code == 302 and Registration.objects.count() == 10
    other = makers.make_studying_group(group.plan.curriculum, "610-26.09")
    row = Registration.objects.first()
    answer = dean.post(reverse("curriculum_registrations_bulk"), {"action": "group", "pk": [row.pk]})
    assert answer.url == reverse("curriculum_attend_with")
    assert dean.post(answer.url, {"group": other.pk}).status_code == 302
    row.refresh_from_db()
    assert row.group == other
    dean.post(reverse("curriculum_registrations_bulk"), {"action": "end", "all_filtered": "1"})
    assert not Registration.objects.active().exists()
    assert (
        dean.get(reverse("curriculum_unregistered"), {"year": 2026, "term": "11"})
        .content.decode()
        .count("?tab=subjects")
        == 2
    )


@pytest.mark.duty("2.2")
def test_the_card_shows_the_difference_and_registers_it(dean, group):
    student = Registration.objects.first().student
    card = dean.get(reverse("students_students_detail", args=[student.pk]), {"tab": "subjects", "before": 3})
    assert card.status_code == 200 and len(card.context["compared"].owed) == 10
    line = group.plan.curriculum.subjects.filter(semester__number=2).first()
    answer = dean.post(
        reverse("curriculum_singles", args=[student.pk]),
        {"lines": [line.pk], "basis": "difference", "group": ""},
    )
    assert answer.status_code == 302
    assert Registration.objects.get(student=student, curriculum_subject=line).basis == "difference"


@pytest.mark.duty("2.3")
@pytest.mark.duty("8.2")
def test_forming_is_looked_at_and_confirmed_then_the_head_gives_it_away(dean, head, group):
    page = dean.get(reverse("curriculum_form_teachings"), {"year": 2026, "term": "11"})
    assert (
        page.status_code == 200 and len(page.context["proposal"].new) == 10 and not Teaching.objects.exists()
    )
    dean.post(reverse("curriculum_form_teachings"), {"year": 2026, "term": "11"})
    assert Teaching.objects.count() == 10
    teacher = factories.make_employee(factories.make_kafedra(group.faculty))
    answer = head.post(reverse("curriculum_teachings_bulk"), {"action": "assign", "all_filtered": "1"})
    form = head.get(answer.url)
    assert f"{teacher.person}" in form.content.decode()
    assert head.post(answer.url, {"teacher": teacher.pk}).status_code == 302
    assert Teaching.objects.filter(teacher=teacher).count() == 10
    one = Teaching.objects.filter(training_type="13").first()
    head.post(reverse("curriculum_teaching_split", args=[one.pk]), {"hours": 10})
    assert Teaching.objects.count() == 11
    assert dean.post(reverse("curriculum_teaching_split", args=[one.pk]), {"hours": 10}).status_code == 403
    card = head.get(reverse("curriculum_teachings_detail", args=[one.pk]), {"tab": "audience"})
    assert group.name in card.content.decode()


@pytest.mark.duty("8.2")
@pytest.mark.duty("9.2")
def test_loads_are_listed_exported_and_printed(dean, head, group, django_assert_max_num_queries):
    kafedra = factories.make_kafedra(group.faculty)
    person = factories.make_person("Ustozov", "Umid", "")
    teacher = factories.make_employee(kafedra, person=person)
    for _n in range(3):
        factories.make_employee(kafedra)
    line = group.plan.curriculum.subjects.filter(semester__number=1)[0]
    makers.make_teaching(line, group, teacher=teacher, hours=900)
    head.get(reverse("curriculum_loads"))
    with django_assert_max_num_queries(12):
        page = head.get(reverse("curriculum_loads"), {"year": 2026})
    states = {row["teacher"].pk: row["load"].state for row in page.context["rows"]}
    assert states[teacher.pk] == "over" and len(states) == 4
    assert len(head.get(reverse("curriculum_loads"), {"year": 2026, "state": "over"}).context["rows"]) == 1
    book = load_workbook(io.BytesIO(head.get(reverse("curriculum_loads_file"), {"year": 2026}).content))
    assert "Ustozov" in str(list(book.active.values)) and 900 in [row[3] for row in book.active.values]
    paper = head.get(reverse("curriculum_teacher_load", args=[teacher.pk]), {"year": 2026}).content.decode()
    assert group.name in paper and "900" in paper and "AV 3076" in paper
    own = client_of(factories.make_user("teacher", person=person))
    assert [
        row["teacher"] for row in own.get(reverse("curriculum_loads"), {"year": 2026}).context["rows"]
    ] == [teacher]
    stranger = client_of(
        factories.make_user("head", factories.make_kafedra(factories.make_faculty("303-102")))
    )
    assert (
        stranger.get(reverse("curriculum_teacher_load", args=[teacher.pk]), {"year": 2026}).status_code == 404
    )
    assert client_of(factories.make_user("hr")).get(reverse("curriculum_loads")).status_code == 403


@pytest.mark.duty("8.2")
def test_the_head_names_the_responsible_teacher(head, group):
    kafedra = factories.make_kafedra(group.faculty)
    teacher = factories.make_employee(kafedra)
    answer = head.post(
        reverse("curriculum_kafedra_subjects_bulk"), {"action": "teacher", "all_filtered": "1"}
    )
    assert head.post(answer.url, {"employee": teacher.pk}).status_code == 302
    assert CurriculumSubject.objects.filter(teacher=teacher).count() == 10
    elsewhere = client_of(factories.make_user("head", factories.make_kafedra(group.faculty, 2)))
    assert elsewhere.get(reverse("curriculum_kafedra_subjects_list")).context["paginator"].count == 0


@pytest.mark.django_db
@pytest.mark.duty("2.3")
@pytest.mark.duty("S")
def test_a_choice_of_electives_from_the_office_to_the_cabinet_and_back():
    campaign, (one, *_others), access = setting(3, places=2)
    student, office = client_of(User.objects.get(person=one.person)), client_of(access.user)
    first, second = campaign.offers.order_by("pk")
    assert str(first) in student.get(reverse("my_electives")).content.decode()
    student.post(reverse("my_elective_choose", args=[first.pk]))
    student.post(reverse("my_elective_choose", args=[second.pk]))
    choice = ElectiveChoice.objects.get()
    assert (choice.offer, choice.state) == (second, "placed")
    student.post(reverse("my_elective_withdraw", args=[choice.pk]))
    assert not ElectiveChoice.objects.exists()
    student.post(reverse("my_elective_choose", args=[first.pk]))
    url = reverse("curriculum_elective_offers", args=[campaign.pk])
    office.post(url, {f"places-{offer.pk}": "1" for offer in (first, second)} | {f"minimum-{first.pk}": "x"})
    first.refresh_from_db()
    assert first.places == 2  # nothing is saved half
    office.post(reverse("curriculum_elective_close", args=[campaign.pk]))
    assert Registration.objects.filter(basis="chosen").count() == 3
    for tab in ("offers", "choices"):
        assert office.get(Electives.url_of(campaign), {"tab": tab}).status_code == 200
    protocol = office.get(reverse("curriculum_elective_protocol", args=[campaign.pk])).content.decode()
    assert one.person.full_name in protocol
    book = load_workbook(
        io.BytesIO(office.get(reverse("curriculum_elective_file", args=[campaign.pk])).content)
    )
    assert book.active.max_row == 4
    moved = ElectiveChoice.objects.get(student=one)
    other = second if moved.offer_id == first.pk else first
    office.post(
        reverse("curriculum_elective_move", args=[campaign.pk]), {"pk": [moved.pk], "offer": other.pk}
    )
    assert student.post(reverse("my_elective_choose", args=[first.pk])).status_code == 302
    far = client_of(factories.make_user("dean", factories.make_faculty("303-102")))
    assert far.post(reverse("curriculum_elective_close", args=[campaign.pk])).status_code == 404


@pytest.mark.duty("S")
def test_students_see_the_own_plan_by_semesters_and_no_other(group, django_assert_max_num_queries):
    teaching = makers.make_teaching(group.plan.curriculum.subjects.filter(semester__number=1)[0], group)
    user = User.objects.get(person=Registration.objects.first().student.person)
    student = client_of(user)
    student.get(reverse("my_plan"))
    with django_assert_max_num_queries(16):
        page = student.get(reverse("my_plan"))
    states = [one["state"] for one in page.context["semesters"]]
    assert len(states) == 2 and set(states) <= {"done", "current", "ahead"}
    assert page.context["credit"] == 60
    if states[0] == "current":
        assert str(teaching.teacher.person) in page.content.decode()
    assert client_of(factories.make_user("dean", group.faculty)).get(reverse("my_plan")).status_code == 403


@pytest.mark.duty("2.3")
def test_a_subject_is_moved_by_button_select_and_drag(dean, group):
    draft = makers.make_curriculum(group.faculty, code="70610109")
    a, b, c = (makers.add_subject(draft, 1) for _n in range(3))
    move = {one.pk: reverse("curriculum_move_subject", args=[one.pk]) for one in (a, b, c)}
    page = dean.get(reverse("curriculum_curricula_detail", args=[draft.pk]), {"tab": "plan"}).content.decode()
    assert "data-board" in page and 'draggable="true"' in page and "js/board.js" in page
    first, second = draft.semesters.order_by("number")

    def order(semester):
        return list(semester.subjects.order_by("position").values_list("pk", flat=True))

    dean.post(move[c.pk], {"semester": first.pk, "after": ""})
    assert order(first) == [c.pk, a.pk, b.pk]
    dean.post(move[c.pk], {"semester": first.pk, "after": a.pk})
    assert order(first) == [a.pk, c.pk, b.pk]
    dean.post(move[a.pk], {"semester": second.pk, "last": "1"})
    dean.post(move[b.pk], {"semester": second.pk, "last": "1"})
    assert order(second) == [a.pk, b.pk] and order(first) == [c.pk]


@pytest.mark.django_db
@pytest.mark.duty("S")
@pytest.mark.duty("2.3")
def test_what_waits_is_told_on_the_home_page():
    campaign, (one, *_others), access = setting(2)
    user = User.objects.get(person=one.person)
    mine = factories.access_of(user)
    assert dashboard.to_be_chosen(mine) == 1 and dashboard.to_be_closed(access) == 0
    assert reverse("my_electives") in client_of(user).get("/").content.decode()
    choosing.choose(campaign.offers.first(), access=mine)
    assert dashboard.to_be_chosen(mine) == 0
    past = timezone.now() - datetime.timedelta(minutes=1)
    ElectiveCampaign.objects.update(opens_at=past - datetime.timedelta(days=1), closes_at=past)
    assert dashboard.to_be_closed(access) == 1


@pytest.mark.duty("8.2")
def test_the_head_is_told_of_teachings_without_a_teacher(group, monkeypatch):
    monkeypatch.setattr(dashboard, "now_half_year", lambda: (2026, "11"))
    head = factories.access_of(factories.make_user("head", factories.make_kafedra(group.faculty)))
    other = factories.access_of(factories.make_user("head", factories.make_kafedra(group.faculty, 2)))
    assert dashboard.without_teacher(head) == 0
    one = makers.make_teaching(group.plan.curriculum.subjects.filter(semester__number=1)[0], group)
    assert dashboard.without_teacher(head) == 0
    Teaching.objects.filter(pk=one.pk).update(teacher=None)
    assert dashboard.without_teacher(head) == 1 and dashboard.without_teacher(other) == 0
