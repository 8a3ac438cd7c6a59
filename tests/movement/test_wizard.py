"""A new order of any kind on the pages; people set aside; papers; the register (2.2, 3.5)."""

from __future__ import annotations

import datetime
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from hemis.jobs.actions import run_now
from hemis.jobs.models import Job
from hemis.people.models import Person
from movement import actions
from movement import jobs as order_jobs
from movement.kinds import KINDS
from movement.models import Arrival, Order
from movement.pages import wizard
from students.models import Candidate, Student
from tests.factories import (
    access_of,
    make_admission_setting,
    make_group,
    make_pinfl,
    make_programme,
    make_students,
    make_user,
)
from tests.movement.test_every_kind import pdf
from tests.sharing import shared

ADMITTED = datetime.date(2025, 9, 1)
DAY = "2026-09-01"


@shared
def group(faculty):
    return make_group(faculty, "610-25.01", year=2025)


@shared
def students(faculty, group):
    return make_students(faculty, 4, group=group, day=ADMITTED)


def people(slug: str, **query) -> str:
    return reverse("order_people", args=[slug]) + _query(query)


def answers(slug: str, **query) -> str:
    return reverse("order_answers", args=[slug]) + _query(query)


def _query(query: dict) -> str:
    parts = [
        f"{name}={one}"
        for name, value in query.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    return "?" + "&".join(parts) if parts else ""


@pytest.mark.duty("2.2", "3.5")
def test_each_role_is_offered_the_kinds_it_may_start(client, faculty, dean):
    page = reverse("order_new")
    client.force_login(dean)
    offered = {one["kind"].key() for one in client.get(page).context["kinds"]}
    assert offered == {key for key, kind in KINDS.items() if not kind.university_only}
    assert client.get(people("16-faculty")).status_code == 404
    client.force_login(make_user("academic_affairs"))
    assert {one["kind"].key() for one in client.get(page).context["kinds"]} == set(KINDS)
    client.force_login(make_user("accounting"))
    for where in (page, people("11"), answers("11")):
        assert client.get(where).status_code == 403


@pytest.mark.duty("2.2")
def test_kind_people_answers_draft(client, students, dean, group, faculty):
    client.force_login(dean)
    found = client.get(people("11", group=group.pk, course="11")).context["people"]
    assert found.paginator.count == 4
    chosen = students[1]
    assert [one.pk for one in client.get(people("11", q=chosen.number)).context["people"]] == [chosen.pk]
    assert client.get(answers("11")).status_code == 302, "nobody is ticked"
    where = answers("11", pk=[students[0].pk, chosen.pk])
    assert client.get(where).context["count"] == 2
    said = {"title": "Chetlashtirish", "basis": "Ariza", "effective_date": DAY, "reason": ""}
    refused = client.post(where, said)
    assert refused.status_code == 422 and "Chetlashtirish" in refused.content.decode()
    answer = client.post(where, said | {"reason": "11"})
    order = Order.objects.get(kind="11")
    assert answer["Location"] == reverse("movement_orders_detail", args=[order.pk]) + "?tab=checks"
    assert order.lines.count() == 2 and order.answers["reason"]["value"] == "11"
    assert client.get(people("11")).context["people"].paginator.count == 2, (
        "those on an order are not offered"
    )


@pytest.mark.duty("2.2")
def test_checks_are_answered_on_the_page(client, students, dean, faculty, rector):
    client.force_login(dean)
    client.post(
        answers("11", pk=students[0].pk), {"title": "x", "basis": "", "effective_date": DAY, "reason": "15"}
    )
    order = Order.objects.get(kind="11")
    line = order.lines.get()
    page = client.get(reverse("movement_orders_detail", args=[order.pk]) + "?tab=checks")
    assert page.context["blocked"] == 1
    back = {"tab": "checks", "line": line.pk}
    client.post(
        reverse("order_figure", args=[order.pk]),
        back | {"code": "hours_missed", "value": "80", "basis": "Jurnal"},
    )
    client.post(
        reverse("order_excuse", args=[order.pk]),
        back | {"check_code": "paper_proposal", "reason": "Keyin beriladi"},
    )
    shown = client.get(reverse("movement_orders_detail", args=[order.pk]) + "?tab=checks")
    assert shown.context["blocked"] == 0 and "Keyin beriladi" in shown.content.decode()
    client.post(reverse("order_figure", args=[order.pk]), back | {"code": "gpa", "value": "5", "basis": "x"})
    assert not line.facts.filter(code="gpa").exists(), "this kind does not ask for it"


@pytest.mark.duty("2.2")
def test_a_whole_course_is_a_job_and_who_fails_is_set_aside(
    client, students, dean, group, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(wizard, "LONG", 2)
    monkeypatch.setattr(order_jobs, "PART", 2)
    client.force_login(dean)
    good, bad = students[:2], students[2:]
    figures = "\n".join([f"{one.number}\t3,4\t0" for one in good] + [f"{bad[0].number} 2.1"])
    said = {
        "title": "Kursga", "basis": "Bayonnoma", "effective_date": DAY, "figures": figures,
        "figures_basis": "Yakuniy qaydnoma",
    }  # fmt: skip
    where = answers("14", group=group.pk, all="1")
    assert client.post(where, said | {"figures": "303 yomon"}).status_code == 422
    assert client.post(where, said | {"figures_basis": ""}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(where, said)
    job = Job.objects.latest("pk")
    assert answer["Location"] == reverse("job", args=[job.pk])
    job = run_now(job)
    assert (job.state, job.total) == (Job.DONE, 2), job.message
    order = Order.objects.get(kind="14")
    assert {line.student for line in order.lines.all()} == set(good)
    assert [line.position for line in order.lines.all()] == [1, 2]
    assert {row.student for row in order.aside.all()} == set(bad)
    assert {row.student.number: [one["code"] for one in row.checks] for row in order.aside.all()} == {
        one.number: ["gpa"] for one in bad
    }
    detail = reverse("movement_orders_detail", args=[order.pk])
    assert bad[0].number in client.get(detail + "?tab=aside").content.decode()
    sheet = load_workbook(
        io.BytesIO(client.get(reverse("order_aside_sheet", args=[order.pk])).content)
    ).active
    assert sheet.max_row == 3
    # One comes in by a figure, the other by a written reason.
    take_in = reverse("order_take_in", args=[order.pk])
    client.post(take_in, {"figures": f"{bad[1].number} 2.9 0", "figures_basis": "Apellyatsiya"})
    assert order.lines.count() == 3
    aside = order.aside.get()
    client.post(take_in, {"aside": aside.pk, "reason": ""})
    assert order.lines.count() == 3
    client.post(take_in, {"aside": aside.pk, "reason": "Kengash qarori"})
    assert order.lines.count() == 4 and not order.aside.exists()
    assert actions.failures(order) == {}


@pytest.mark.duty("2.2")
def test_papers_are_uploaded_read_and_taken_off(client, students, dean, rector, faculty):
    client.force_login(dean)
    client.post(
        answers("11", pk=students[0].pk), {"title": "x", "basis": "", "effective_date": DAY, "reason": "11"}
    )
    order = Order.objects.get(kind="11")
    add = reverse("order_add_file", args=[order.pk])
    facts = {"kind": "proposal", "number": "5", "date": DAY}
    client.post(add, facts)
    assert not order.files.exists(), "no scan"
    client.post(add, facts | {"file": pdf()})
    (paper,) = order.files.all()
    where = reverse("order_file", args=[order.pk, paper.pk])
    answer = client.get(where)
    assert answer["Content-Type"] == "application/pdf" and b"".join(answer.streaming_content).startswith(
        b"%PDF"
    )
    client.force_login(make_user("dean", make_admission_setting("303-102")))
    assert client.get(where).status_code == 404
    assert client.post(add, facts).status_code == 404
    client.force_login(dean)
    client.post(reverse("order_remove_file", args=[order.pk, paper.pk]))
    assert not order.files.exists()


@pytest.mark.duty("3.5")
def test_an_arrival_is_kept_and_named(client, faculty, group):
    facts = {
        "last_name": "KELGINDIYEV", "first_name": "Anvar", "middle_name": "", "pinfl": make_pinfl(),
        "passport": "AC7654321", "birth_date": "2007-05-21", "gender": "11", "citizenship": "11", "phone": "",
        "university": "Buxoro davlat universiteti", "country": "UZ", "certificate_number": "77",
        "certificate_date": "2026-07-01", "programme": make_programme(faculty).pk, "group": group.pk,
        "semester": "13", "language": "11", "payment_form": "12", "score": "120",
    }  # fmt: skip
    page = reverse("order_arrival")
    client.force_login(make_user("dean", faculty))
    assert client.get(page).status_code == 404
    client.force_login(make_user("academic_affairs"))
    assert client.get(page).status_code == 200
    assert client.post(page, facts | {"pinfl": "12345678901234"}).status_code == 422
    abroad = facts | {"country": "DE"}
    assert "is_accredited" in client.post(page, abroad).context["form"].errors
    assert client.post(page, facts).status_code == 302
    arrival = Arrival.objects.get()
    assert (arrival.candidate.course, arrival.candidate.person.last_name) == ("12", "Kelgindiyev")
    assert client.post(page, facts).status_code == 422, "once a year"
    assert Person.objects.filter(last_name="Kelgindiyev").count() == 1
    found = client.get(people("16-in", faculty=faculty.pk)).context["people"]
    assert [one.pk for one in found] == [arrival.candidate_id]
    client.post(
        answers("16-in", faculty=faculty.pk, pk=arrival.candidate_id),
        {"title": "x", "basis": "", "effective_date": DAY},
    )
    assert Order.objects.get(variant="in").lines.get().candidate == arrival.candidate
    assert not Candidate.objects.filter(arrival=None).exists()


@pytest.mark.duty("2.2", "3.5")
def test_the_register_finds_orders_by_kind_year_signer_and_person(
    client, students, dean, rector, group, faculty
):
    other = make_group(faculty, "610-25.02", year=2025)
    order = actions.create_order(
        kind="16", access=access_of(dean), faculty=faculty, people=Student.objects.filter(pk=students[0].pk),
        title="Boshqa guruhga", basis="", effective_date=datetime.date(2026, 9, 1), choices={"group": other},
    )  # fmt: skip
    actions.submit(order, access=access_of(dean))
    actions.sign(order, access=access_of(rector), date=datetime.date(2026, 9, 1))
    client.force_login(dean)

    def found(**query) -> set[str]:
        return {str(one.key) for one in client.get(reverse("movement_orders_list"), query).context["page"]}

    assert found() == {"16", "21"}
    assert found(kind="16") == {"16"}
    assert found(kind="16:faculty") == set()
    assert found(year="2026", signed_by=rector.pk) == {"16"}
    assert found(year="2019") == set()
    assert found(q=students[0].number) == {"16", "21"}
    assert found(q=students[1].number) == {"21"}
    assert found(q="guruhga") == {"16"}
    assert found(state=Order.SIGNED) == {"16"}


@pytest.mark.duty("2.2")
@pytest.mark.parametrize("slug", [kind.slug() for key, kind in KINDS.items() if key != "21"])
def test_pages_of_every_kind_open_and_cost_the_same(
    client, students, faculty, slug, django_assert_max_num_queries
):
    client.force_login(make_user("academic_affairs"))
    assert client.get(people(slug)).context["people"] is None, "the faculty is chosen first"
    client.get(people(slug, faculty=faculty.pk))
    with django_assert_max_num_queries(14):
        client.get(people(slug, faculty=faculty.pk))
    page = client.get(answers(slug, faculty=faculty.pk, all="1"))
    assert page.status_code in (200, 302)


@pytest.mark.duty("2.2", "3.5")
def test_the_faculty_that_receives_sees_and_executes_the_transfer(client, students, faculty, rector):
    other = make_admission_setting("303-102")
    target = make_group(other, "610-25.88", year=2025)
    office = access_of(make_user("academic_affairs"))
    order = actions.create_order(
        kind="16", variant="faculty", access=office, faculty=faculty, title="x", basis="",
        people=Student.objects.filter(pk=students[0].pk), effective_date=datetime.date(2026, 8, 20),
        choices={"programme": make_programme(other), "group": target},
    )  # fmt: skip
    for pk, checks in actions.failures(order).items():
        for check in checks:
            actions.give_reason(
                order, access=office, line_ids=[pk], check_code=check.code, reason="Kengash qarori"
            )
    where = reverse("movement_orders_detail", args=[order.pk])
    for unit, status in ((other, 200), (faculty, 200), (make_admission_setting("303-103"), 404)):
        client.force_login(make_user("dean", unit))
        assert client.get(where).status_code == status
    actions.submit(order, access=office)
    actions.sign(order, access=access_of(rector), date=datetime.date(2026, 9, 1))
    actions.execute(order, access=access_of(make_user("dean", other)))
    assert Student.objects.get(pk=students[0].pk).current.faculty == other
