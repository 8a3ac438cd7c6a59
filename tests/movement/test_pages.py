"""Pages of orders as those see them who have the duty (2.2, 3.5, B8, S)."""

from __future__ import annotations

import datetime
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from hemis.jobs.actions import run_now, start
from hemis.jobs.models import Job
from hemis.people.keepers import NAME_FIELDS, why_name_is_kept
from hemis.people.models import Person, User
from movement import actions, rules
from movement.models import Order
from movement.pages import register as order_pages
from movement.pages import verbs
from students.models import Candidate, Student
from tests.factories import (
    access_of,
    client_of,
    make_admission_setting,
    make_candidate,
    make_employee,
    make_group,
    make_person,
    make_students,
    make_user,
)
from tests.sharing import shared

DAY = datetime.date(2026, 9, 1)


@shared
def draft(faculty, dean):
    group = make_group(faculty)
    for name in ("Karimov", "Oʻrinov", "Gʻulomov"):
        make_candidate(group, person=make_person(name))
    return actions.create_admission_order(
        access=access_of(dean), faculty=faculty, candidates=Candidate.objects.all(), title="Qabul", basis="Qaror",
        effective_date=DAY,
    )  # fmt: skip


def sign(order, dean, rector, day=DAY):
    actions.submit(order, access=access_of(dean))
    return actions.sign(order, access=access_of(rector), date=day)


def at(name, order, query=""):
    return reverse(name, args=[order.pk]) + query


@pytest.mark.duty("2.2")
def test_an_admission_order_is_formed_of_the_candidates_chosen(client, faculty, dean):
    chosen, other = make_group(faculty, "610-26.01"), make_group(faculty, "610-26.02")
    for group in (chosen, chosen, other):
        make_candidate(group)
    client.force_login(dean)
    page = client.get(reverse("order_admission"))
    assert page.status_code == 200
    answer = client.post(
        reverse("order_admission"),
        {
            "faculty": faculty.pk,
            "title": "Qabul",
            "basis": "",
            "effective_date": "2026-09-01",
            "groups": [chosen.pk],
        },
    )
    order = Order.objects.get()
    assert answer.status_code == 302
    assert order.lines.count() == 2
    # The rest goes on the list later, while it is a draft.
    assert client.get(at("order_add_people", order)).status_code == 200
    client.post(at("order_add_people", order), {"groups": [other.pk]})
    assert order.lines.count() == 3
    assert client.post(at("order_add_people", order), {}).status_code == 422, "nobody is left"


@pytest.mark.duty("2.2")
def test_the_faculty_of_another_is_no_choice(client, faculty):
    other = make_admission_setting("303-102")
    make_candidate(make_group(faculty))
    client.force_login(make_user("dean", other))
    facts = {"faculty": faculty.pk, "title": "Qabul", "effective_date": "2026-09-01"}
    assert client.post(reverse("order_admission"), facts).status_code == 422
    assert not Order.objects.exists()


@pytest.mark.duty("3.5")
def test_academic_affairs_chooses_any_faculty(client, faculty):
    make_candidate(make_group(faculty))
    client.force_login(make_user("academic_affairs"))
    facts = {"faculty": faculty.pk, "title": "Qabul", "effective_date": "2026-09-01"}
    assert client.post(reverse("order_admission"), facts).status_code == 302
    assert Order.objects.get().faculty == faculty


@pytest.mark.duty("2.2")
def test_a_draft_is_edited_and_the_second_editor_is_told(client, draft, dean):
    client.force_login(dean)
    edit = at("movement_orders_edit", draft)
    assert client.get(edit).status_code == 200
    facts = {"title": "Boshqa nom", "basis": "Qaror", "effective_date": "2027-09-01", "row_version": 1}
    assert client.post(edit, facts).status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.version) == ("Boshqa nom", 2)
    assert set(draft.lines.values_list("academic_year", flat=True)) == {2027}, "the list follows the date"
    answer = client.post(edit, facts | {"title": "Uchinchi nom"})
    assert answer.status_code == 409
    draft.refresh_from_db()
    assert draft.title == "Boshqa nom"


@pytest.mark.duty("2.2", "B8")
def test_what_is_submitted_is_not_edited(client, draft, dean, rector):
    actions.submit(draft, access=access_of(dean))
    client.force_login(dean)
    assert client.get(at("movement_orders_edit", draft)).status_code == 404
    for name in ("order_remove_lines", "order_delete_draft", "order_add_people"):
        client.post(at(name, draft), {"line": [line.pk for line in draft.lines.all()]})
    assert draft.lines.count() == 3
    client.force_login(rector)
    assert client.get(at("movement_orders_edit", draft)).status_code == 403


def test_the_list_is_searched_and_paged(client, draft, dean, monkeypatch):
    monkeypatch.setattr(order_pages, "ON_A_PAGE", 2)
    client.force_login(dean)
    for typed, name in (("orinov", "Oʻrinov"), ("Ўринов", "Oʻrinov"), ("g'ulomov", "Gʻulomov")):
        page = client.get(at("movement_orders_detail", draft), {"tab": "lines", "q": typed})
        assert [line.person.last_name for line in page.context["lines"]] == [name]
    page = client.get(at("movement_orders_detail", draft, "?tab=lines&page=2"))
    assert len(page.context["lines"]) == 1
    assert "tab=lines" in page.content.decode()


@pytest.mark.duty("2.2")
def test_checks_count_everybody_and_show_failures_first(client, faculty, draft, dean, monkeypatch):
    monkeypatch.setattr(order_pages, "ON_A_PAGE", 1)
    last = draft.lines.last()
    Candidate.objects.filter(pk=last.candidate_id).update(score=50)
    monkeypatch.setattr(rules, "check_score", lambda score: rules.Check(score > 100, "Score", "test"))
    client.force_login(dean)
    page = client.get(at("movement_orders_detail", draft, "?tab=checks"))
    line, checks = page.context["checked"][0]
    assert line == last
    assert page.context["blocked"] == 1
    assert "3" in checks[-1].text, "the group is counted with all who come to it, not with those of this page"
    client.post(at("order_submit", draft))
    draft.refresh_from_db()
    assert draft.state == Order.DRAFT


@pytest.mark.duty("2.2", "B8")
@pytest.mark.parametrize("tab", ["", "?tab=lines", "?tab=changes", "?tab=checks"])
def test_every_part_of_the_card_in_every_state(client, draft, dean, rector, tab):
    def look():
        for user in (dean, rector):
            client.force_login(user)
            assert client.get(at("movement_orders_detail", draft, tab)).status_code == 200

    look()
    sign(draft, dean, rector)
    look()
    order = actions.execute(draft, access=access_of(dean))
    look()
    undo = actions.create_cancelling_order(order, access=access_of(dean), reason="Xato", effective_date=DAY)
    look()
    assert client.get(at("movement_orders_detail", undo, tab)).status_code == 200
    sign(undo, dean, rector)
    actions.execute(undo, access=access_of(dean))
    look()


@pytest.mark.duty("2.2", "B8")
def test_buttons_are_those_of_the_state_and_the_duty(client, draft, dean, rector):
    def verbs(user):
        client.force_login(user)
        found = client.get(at("movement_orders_detail", draft)).context
        return {
            name for name in ("submit", "add", "sign", "return", "execute", "cancel") if found[f"may_{name}"]
        }

    assert (verbs(dean), verbs(rector)) == ({"submit", "add"}, set())
    actions.submit(draft, access=access_of(dean))
    assert (verbs(dean), verbs(rector)) == (set(), {"sign", "return"})
    actions.sign(draft, access=access_of(rector), date=DAY)
    assert (verbs(dean), verbs(rector)) == ({"execute"}, set())
    actions.execute(draft, access=access_of(dean))
    assert (verbs(dean), verbs(rector)) == ({"cancel"}, set())


@pytest.mark.duty("2.2", "B8")
def test_returned_and_cancelled_on_the_pages(client, draft, dean, rector):
    actions.submit(draft, access=access_of(dean))
    client.force_login(rector)
    client.post(at("order_return", draft), {"remark": "Asosini yozing"})
    client.force_login(dean)
    assert "Asosini yozing" in client.get(at("movement_orders_detail", draft)).content.decode()
    sign(draft, dean, rector)
    client.post(at("order_execute", draft))
    assert Student.objects.count() == 3
    client.post(at("order_cancel", draft), {"reason": "", "effective_date": "2026-09-01"})
    assert not draft.cancelled_by.exists(), "not without a reason"
    answer = client.post(at("order_cancel", draft), {"reason": "Xato", "effective_date": "2026-09-01"})
    undo = draft.cancelled_by.get()
    assert answer["Location"] == at("movement_orders_detail", undo)
    assert undo.basis == "Xato"


@pytest.mark.duty("B8")
def test_a_long_order_is_signed_and_executed_as_a_job(
    client, draft, dean, rector, monkeypatch, django_capture_on_commit_callbacks, settings
):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    monkeypatch.setattr(verbs, "LONG", 2)
    actions.submit(draft, access=access_of(dean))
    for user, name, data in ((rector, "order_sign", {"date": "2026-09-01"}), (dean, "order_execute", {})):
        client.force_login(user)
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(at(name, draft), data)
        job = Job.objects.latest("pk")
        assert answer["Location"] == reverse("job", args=[job.pk])
        assert run_now(job).state == Job.DONE, job.message
    draft.refresh_from_db()
    assert (draft.state, Student.objects.count()) == (Order.EXECUTED, 3)


@pytest.mark.duty("B8")
def test_a_job_that_is_refused_says_why_and_leaves_all_as_it_was(client, draft, dean, rector, monkeypatch):
    sign(draft, dean, rector)
    job = start("movement.execute", user=dean, params={"order": draft.pk})
    actions.execute(draft, access=access_of(dean))
    done = run_now(job)
    assert done.state == Job.FAILED
    assert done.message
    assert Student.objects.count() == 3


@pytest.mark.duty("2.2", "B8")
def test_the_journal_holds_signed_orders_by_number(client, faculty, draft, dean, rector):
    sign(draft, dean, rector)
    for number in range(2, 12):
        make_candidate(make_group(faculty, f"610-26.{number + 20}"))
        order = actions.create_admission_order(
            access=access_of(dean), faculty=faculty, candidates=Candidate.objects.all(), title=f"Qabul {number}",
            basis="", effective_date=DAY,
        )  # fmt: skip
        if number < 11:
            sign(order, dean, rector)
    client.force_login(dean)
    page = client.get(reverse("order_journal"), {"year": 2026, "kind": "21"})
    assert [order.number for order in page.context["rows"]] == [str(n) for n in range(1, 11)]
    heading = f"{page.context['title']}: {page.context['kind_title']}"
    assert heading in page.content.decode(), "on paper no form says which journal it is"
    assert not client.get(reverse("order_journal"), {"year": 2025}).context["rows"]
    assert client.get(reverse("order_journal"), {"year": "x"}).status_code == 200
    book = load_workbook(
        io.BytesIO(client.get(reverse("order_journal_sheet"), {"year": 2026}).content)
    ).active
    assert [str(row[1].value) for row in book.rows] == ["№", *(str(n) for n in range(1, 11))]
    listed = client.get(reverse("movement_orders_list"), {"sort": "number"})
    assert [o.number for o in listed.context["page"] if o.number] == [str(n) for n in range(1, 11)]
    client.force_login(make_user("dean", make_admission_setting("303-102")))
    assert not client.get(reverse("order_journal"), {"year": 2026}).context["rows"], (
        "another faculty's are not seen"
    )


@pytest.mark.duty("2.2")
def test_another_faculty_opens_and_changes_nothing(client, draft, dean):
    client.force_login(make_user("dean", make_admission_setting("303-102")))
    for name in (
        "movement_orders_detail",
        "movement_orders_edit",
        "movement_orders_history",
        "order_add_people",
    ):
        assert client.get(at(name, draft)).status_code == 404
    for name in ("order_submit", "order_execute", "order_cancel", "order_remove_lines", "order_delete_draft"):
        assert client.post(at(name, draft)).status_code == 404
    draft.refresh_from_db()
    assert draft.state == Order.DRAFT


def test_verbs_are_not_done_by_opening_an_address(client, draft, dean):
    client.force_login(dean)
    for name in ("order_submit", "order_execute", "order_cancel", "order_remove_lines", "order_delete_draft"):
        assert client.get(at(name, draft)).status_code == 405


def test_the_list_costs_the_same_whatever_its_length(
    client, faculty, draft, dean, django_assert_max_num_queries
):
    client.force_login(dean)
    for tab in ("lines", "changes", "checks"):
        with django_assert_max_num_queries(25) as small:
            client.get(at("movement_orders_detail", draft, f"?tab={tab}"))
        before = len(small)
        for _one in range(5):
            make_candidate(make_group(faculty))
        actions.add_people(draft, access=access_of(dean), people=Candidate.objects.all())
        with django_assert_max_num_queries(before):
            client.get(at("movement_orders_detail", draft, f"?tab={tab}"))


@pytest.mark.duty("S")
def test_a_student_has_no_extract_from_a_cancelled_order(client, faculty, dean, rector):
    student = make_students(faculty, 1)[0]
    line = student.order_lines.get()
    undo = actions.create_cancelling_order(
        line.order, access=access_of(dean), reason="Xato", effective_date=DAY
    )
    sign(undo, dean, rector)
    actions.execute(undo, access=access_of(dean))
    actions.execute(sign(_admit_again(faculty, dean), dean, rector), access=access_of(dean))
    client.force_login(User.objects.get(login=student.number))
    page = client.get(reverse("my_orders"))
    assert [one.order.state for one in page.context["lines"]].count(Order.CANCELLED) == 1
    assert client.post(reverse("my_extract", args=[line.pk])).status_code == 404
    assert client.post(reverse("my_extract", args=[student.order_lines.latest("pk").pk])).status_code == 302


def _admit_again(faculty, dean):
    return actions.create_admission_order(
        access=access_of(dean), faculty=faculty, candidates=Candidate.objects.all(), title="Qabul", basis="",
        effective_date=DAY,
    )  # fmt: skip


@pytest.mark.duty("1.2", "B8")
def test_who_studies_is_not_renamed_by_the_employee_form(faculty, draft, dean, rector):
    """An employee who studies too: the name fields are shut and say why; a graduate may be renamed again."""
    actions.execute(sign(draft, dean, rector), access=access_of(dean))
    student = Student.objects.select_related("person").first()
    employee = make_employee(faculty, person=student.person)
    hr, page = client_of(make_user("hr")), reverse("staff_employees_edit", args=[employee.pk])
    form = hr.get(page).context["form"]
    assert all(form.fields[name].disabled for name in NAME_FIELDS)
    assert "order" in str(form.fields["last_name"].help_text)
    before = student.person.full_name
    hr.post(page, {"last_name": "Boshqayev", "row_version": employee.version})
    assert Person.objects.get(pk=student.person_id).full_name == before
    other = make_employee(faculty)
    assert not why_name_is_kept(other.person)
    assert (
        not hr.get(reverse("staff_employees_edit", args=[other.pk]))
        .context["form"]
        .fields["last_name"]
        .disabled
    )
