"""The card with its tabs and photo, the staffing overview, the tabs of units, what waits for a head."""

import datetime
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from PIL import Image

from hemis.access.scope import Scope
from hemis.pages import files
from staff import staffing
from staff.models import Absence, Degree, Development, EstablishmentPost, Position
from staff.pages.employees import Employees
from tests import factories
from tests.staff import makers
from tests.staff.test_registers import person_data

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 25)
EVERYTHING = Scope(everything=True)


@pytest.fixture
def hr():
    return factories.client_of(factories.make_user("hr"))


@pytest.mark.duty("1.2")
def test_photo_is_made_anew_and_shown_by_permission(hr):
    answer = hr.post(
        reverse("staff_employees_new"), person_data(photo=makers.jpeg(exif=b"Exif\x00\x00II*\x00secret"))
    )
    assert answer.status_code == 302, answer.context["form"].errors
    photo = hr.get(answer.url + "file/person__photo/")
    content = b"".join(photo.streaming_content)
    assert photo["Content-Type"] == "image/jpeg" and "no-store" in photo["Cache-Control"]
    assert Image.open(io.BytesIO(content)).size == files.PHOTO_SIZE and b"secret" not in content
    assert 'class="hemis-picture"' in hr.get(answer.url).content.decode()
    dean = factories.client_of(factories.make_user("dean", factories.make_faculty()))
    assert dean.get(answer.url + "file/person__photo/").status_code == 403
    assert hr.get(answer.url + "file/person__pinfl/").status_code == 404
    employee = Employees.model.objects.get()
    edit = reverse("staff_employees_edit", args=[employee.pk])
    data = person_data(pinfl=employee.person.pinfl, row_version=employee.version)
    assert "Remove the file" in hr.get(edit).content.decode()
    assert hr.post(edit, data).status_code == 302
    employee.person.refresh_from_db()
    assert employee.person.photo
    assert hr.post(edit, data | {"row_version": 2, "photo-clear": "on"}).status_code == 302
    employee.person.refresh_from_db()
    assert not employee.person.photo
    assert hr.get(answer.url + "file/person__photo/").status_code == 404


@pytest.mark.duty("1.2")
def test_files_are_judged_by_their_content(hr):
    who = makers.employee()
    data = {
        "employee": who.pk, "level": "master", "institution": "SamDU", "country": "UZ", "speciality": "Fizika",
        "end_year": "2004", "start_year": "", "diploma_number": "", "diploma_date": "",
    }  # fmt: skip
    address = reverse("staff_educations_new")
    for wrong in (
        SimpleUploadedFile("diplom.pdf", b"MZ\x90\x00 program", content_type="application/pdf"),
        SimpleUploadedFile("diplom.pdf", b"%PDF-1.7 cut off", content_type="application/pdf"),
        SimpleUploadedFile("surat.jpg", b"<svg onload=alert(1)>", content_type="image/jpeg"),
        makers.pdf(script=True),
        makers.pdf(password=True),
        SimpleUploadedFile("katta.pdf", b"%PDF-" + b"0" * (10 * 2**20), content_type="application/pdf"),
    ):
        answer = hr.post(address, data | {"scan": wrong})
        assert answer.status_code == 422 and "scan" in answer.context["form"].errors, wrong.name
    for right in (makers.pdf(), makers.jpeg()):
        answer = hr.post(address, data | {"scan": right})
        assert answer.status_code == 302
        assert hr.get(answer.url + "file/scan/").status_code == 200


@pytest.mark.duty("1.2")
def test_every_tab_and_the_personal_card(hr, django_assert_max_num_queries):
    who = makers.teacher(makers.kafedra())
    Degree.objects.create(employee=who, kind="degree", degree="11", diploma_number="7", university="OʻzMU")
    Development.objects.create(
        employee=who, place="11", institution="BIMM", title="Raqamli taʼlim", hours=72, begin_date="2020-01-01",
        end_date="2020-02-01", document_number="9", document_date="2020-02-02",
    )  # fmt: skip
    Absence.objects.create(
        employee=who,
        kind="12",
        valid_from="2026-01-01",
        valid_to="2026-01-20",
        order_number="1",
        order_date="2026-01-01",
    )
    card = Employees.url_of(who)
    for tab in Employees.tabs:
        with django_assert_max_num_queries(15):
            assert hr.get(card, {"tab": tab.code}).status_code == 200
    text = hr.get(card, {"tab": "development"}).content.decode()
    assert "Raqamli taʼlim" in text and "overdue" in text and "PF-4732" in text
    assert f"employee={who.pk}" in hr.get(card, {"tab": "degrees"}).content.decode()
    text = hr.get(reverse("staff_personal_card", args=[who.pk])).content.decode()
    assert "Raqamli taʼlim" in text and "OʻzMU" in text and who.person.pinfl in text
    new = hr.get(reverse("staff_degrees_new"), {"employee": who.pk})
    assert f'value="{who.pk}" selected' in new.content.decode()
    head = factories.client_of(factories.make_user("head", makers.kafedra()))
    assert head.get(reverse("staff_personal_card", args=[who.pk])).status_code == 403


def some_staff():
    """Two kafedras of one faculty: a doctor, a PhD with two posts, a young one by the hour, and one who left."""
    first, second = makers.kafedra(1), makers.kafedra(2)
    doctor = makers.teacher(first, "Doktorov", post="15")
    phd = makers.teacher(first, "Nomzodov", rate=Decimal("0.75"))
    makers.post(phd, second, employment="12", rate=Decimal("0.50"))
    young = makers.employee("Yoshev", birth_date=datetime.date(1999, 12, 1))
    makers.post(young, second, employment="14", rate=Decimal("0.25"))
    makers.teacher(second, "Ketganov", valid_to=datetime.date(2026, 6, 30))
    for who, degree, day in ((doctor, "12", "2010-01-01"), (phd, "11", "2025-05-05")):
        Degree.objects.create(
            employee=who, kind="degree", degree=degree, diploma_date=day, diploma_number=f"{who.pk}"
        )
    EstablishmentPost.objects.create(
        unit=second,
        post="12",
        category="12",
        rates=2,
        valid_from="2024-09-01",
        order_number="1",
        order_date="2024-09-01",
    )
    return first, second


@pytest.mark.duty("1.2")
def test_the_overview_counts_people_rates_degrees_and_ages(django_assert_num_queries):
    first, second = some_staff()
    with django_assert_num_queries(5):
        rows, total = staffing.overview(DAY, EVERYTHING)
    by_unit = {row.unit.pk: row.figures for row in rows}
    one, two, faculty = by_unit[first.pk], by_unit[second.pk], by_unit[first.parent_id]
    assert (one.people, one.filled, one.with_degree, one.doctors, one.main) == (2, Decimal("1.75"), 2, 1, 2)
    assert (two.people, two.filled, two.planned, two.vacant) == (2, Decimal("0.50"), 2, Decimal("1.50"))
    assert (two.inside, two.hourly, two.with_degree, two.degree_share) == (1, 1, 1, Decimal("50.0"))
    assert two.degree_rate_share == Decimal("100.0")
    assert (faculty.people, faculty.filled, faculty.with_degree) == (3, Decimal("2.25"), 2)
    assert (total.people, total.bands, total.degree_share) == (3, [1, 0, 2, 0, 0], Decimal("66.7"))
    # Ages and degrees are those of the day: 26 before the birthday, no PhD yet, and who left was still here.
    before = staffing.overview(datetime.date(2025, 1, 1), EVERYTHING)[1]
    assert (before.people, before.with_degree, before.average_age) == (4, 1, Decimal("39.3"))
    assert staffing.overview(datetime.date(2010, 1, 1), EVERYTHING)[1].people == 0
    only = staffing.overview(DAY, EVERYTHING, categories=["11"])[1]
    assert only.people == 0
    mine = staffing.overview(DAY, Scope(faculty_ids=frozenset({first.parent_id})))[1]
    assert mine.people == 3
    kafedra = staffing.overview(DAY, Scope(kafedra_ids=frozenset({second.pk})))
    assert kafedra[1].people == 2 and [row.unit for row in kafedra[0]] == [second]


@pytest.mark.duty("1.2")
def test_overview_page_drill_down_and_workbook(hr):
    first, second = some_staff()
    page = hr.get(reverse("staff_staffing"), {"on": "2026-11-25", "faculty": first.parent_id})
    assert page.status_code == 200 and f"/staff/staffing/{second.pk}/" in page.content.decode()
    book = load_workbook(io.BytesIO(hr.get(reverse("staff_staffing_export")).content)).active
    assert book.max_row >= 5 and book.cell(book.max_row, 5).value == 3
    unit = reverse("staff_unit_staff", args=[second.pk])
    names = {"all": {"Nomzodov", "Yoshev"}, "degree": {"Nomzodov"}, "no_degree": {"Yoshev"}, "14": {"Yoshev"}}
    for who, shown in names.items():
        text = hr.get(unit, {"who": who}).content.decode()
        assert {name for name in ("Nomzodov", "Yoshev", "Ketganov", "Doktorov") if name in text} == shown, who
    assert "Ketganov" in hr.get(unit, {"on": "2026-01-01"}).content.decode()
    assert hr.get(reverse("staff_unit_staff", args=[10**9])).status_code == 404
    tab = hr.get(reverse("structure_kafedras_detail", args=[first.pk]), {"tab": "staff"}).content.decode()
    assert "Doktorov" in tab
    academic = factories.client_of(factories.make_user("academic_affairs"))
    assert academic.get(reverse("staff_staffing")).status_code == 403
    kafedra_page = academic.get(reverse("structure_kafedras_detail", args=[first.pk]), {"tab": "staff"})
    assert "Doktorov" not in kafedra_page.content.decode()


@pytest.mark.duty("8.1")
def test_home_tells_a_head_how_many_of_the_own_teachers_are_due():
    mine, other = makers.kafedra(), makers.kafedra(2)
    makers.teacher(mine, "Birov")
    makers.teacher(other, "Ikkov")
    makers.teacher(mine, "Uchov", valid_from=datetime.date(2026, 9, 1))
    head = factories.client_of(factories.make_user("head", mine))
    text = head.get("/").content.decode()
    assert "teachers due for professional development" in text
    due = head.get(
        reverse("staff_development_due_list"), {"state": ["never", "overdue", "soon"]}
    ).content.decode()
    assert "Birov" in due and "Ikkov" not in due and "Uchov" not in due
    dean = factories.client_of(factories.make_user("dean", mine.parent))
    assert "teachers due for professional development" not in dean.get("/").content.decode()


@pytest.mark.duty("1.2")
def test_home_tells_hr_which_posts_end_soon(hr):
    soon = timezone.localdate() + datetime.timedelta(days=10)
    makers.teacher(makers.kafedra(), "Tugovchiyev", valid_to=soon)
    makers.teacher(makers.kafedra(), "Qoluvchiyev")
    home = hr.get("/")
    todo = next(one for one in home.context["todos"] if "within a month" in str(one["title"]))
    assert todo["count"] == 1
    text = hr.get(todo["url"]).content.decode()
    assert "Tugovchiyev" in text and "Qoluvchiyev" not in text


def test_posts_in_scope_are_those_of_the_units():
    here, there = (
        makers.post(makers.employee(), makers.kafedra()),
        makers.post(makers.employee(), makers.kafedra(1, "303-102")),
    )
    scope = Scope(faculty_ids=frozenset({here.unit.parent_id}), person_id=there.employee.person_id)
    assert set(Position.objects.for_scope(scope)) == {here, there}
    assert list(Position.objects.for_scope(Scope(kafedra_ids=frozenset({here.unit_id})))) == [here]
