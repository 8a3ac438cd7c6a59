"""Tasks: given, handed in, marked; who may, how much, and until when (duty 9.1)."""

from __future__ import annotations

import datetime
import io
import zipfile
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from openpyxl import load_workbook

from curriculum.models import Teaching
from grading.tasks import actions, queries
from grading.tasks.models import Submission, Task, TaskStudent
from hemis.notices.models import Notice
from tests import factories
from tests.sharing import shared
from tests.tasks.makers import Class, pdf

pytestmark = [pytest.mark.django_db, pytest.mark.duty("9.1")]
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@shared
def klass() -> Class:
    return Class()


def url(page: str, task: Task, **query) -> str:
    return reverse(f"grading_tasks_{page}", args=[task.pk], query=query or None)


def test_a_task_is_given_to_all_who_study_and_they_are_told(klass):
    task = klass.sent()
    assert task.state == Task.SENT and task.students.count() == 3
    assert Notice.objects.filter(code="task_given").count() == 3
    assert queries.task_points(klass.line, "11") == {one.pk: (0, 10) for one in klass.students}
    with pytest.raises(actions.TaskError, match="nobody to give it to"):
        actions.send(task, access=klass.access)


def test_only_the_control_of_the_kind_of_training(klass):
    lecture = klass.task(teaching=klass.lecture, control="11")
    with pytest.raises(actions.TaskError, match="does not bring points"):
        actions.send(lecture, access=klass.access)
    client = factories.client_of(klass.user)
    data = {
        "teaching": klass.lecture.pk, "kind": "work", "name": "Yangi", "text": "Matn", "control": "11",
        "max_points": "5", "deadline": "2026-12-20T18:00", "attempts": 1, "late_rule": "refuse", "late_penalty": 0,
    }  # fmt: skip
    answer = client.post(reverse("grading_tasks_new"), data)
    assert answer.status_code == 422 and "control" in answer.context["form"].errors
    assert (
        client.post(reverse("grading_tasks_new"), data | {"control": "12", "uploads": pdf()}).status_code
        == 302
    )
    made = Task.objects.get(name="Yangi")
    assert made.files.get().name == "ish.pdf" and made.created_by == klass.user


def test_the_maxima_fit_the_control_on_the_page_and_in_the_database(klass):
    klass.sent(max_points=Decimal(25))
    second = klass.task(name="Ikkinchi", max_points=Decimal(6))
    with pytest.raises(actions.TaskError, match="brings 30 points, other tasks take 25"):
        actions.send(second, access=klass.access)
    row = {
        "task": second,
        "student": klass.students[0],
        "curriculum_subject": klass.line,
        "group": klass.group,
    }
    with pytest.raises(IntegrityError, match="more than the control brings"), transaction.atomic():
        TaskStudent.objects.create(**row)
    Task.objects.filter(pk=second.pk).update(max_points=5)
    assert actions.send(second, access=klass.access) == 3
    stranger = Class("303-102", group="610-26.02").students[0]
    with pytest.raises(IntegrityError, match="not registered"), transaction.atomic():
        TaskStudent.objects.create(**(row | {"student": stranger}))
    with pytest.raises(IntegrityError, match="keeps its teaching"), transaction.atomic():
        Task.objects.filter(pk=second.pk).update(max_points=1)


def test_the_whole_way_of_a_task(klass):
    task = klass.sent()
    row, client = klass.row(task), factories.client_of(klass.account())
    mine = reverse("my_task", args=[row.pk])
    assert client.post(mine, {"text": ""}).status_code == 422
    assert client.post(mine, {"text": "Javobim", "uploads": [pdf(), pdf("ikki.pdf")]}).status_code == 302
    first = Submission.objects.get(task_student=row)
    assert first.files.count() == 2 and not first.is_late
    teacher = factories.client_of(klass.user)
    page = teacher.get(url("student", task, row=row.pk)).content.decode()
    assert "Javobim" in page and "ikki.pdf" in page
    mark = {"row": row.pk, "submission": first.pk}
    assert teacher.post(url("mark", task), mark | {"points": "11"}).status_code == 422
    assert teacher.post(url("mark", task), mark | {"return": "1", "comment": ""}).status_code == 422
    assert teacher.post(url("mark", task), mark | {"return": "1", "comment": "Manba yoʻq"}).status_code == 302
    assert "Manba yoʻq" in client.get(mine).content.decode()
    assert client.post(mine, {"text": "Tuzatdim"}).status_code == 302
    late_mark = teacher.post(url("mark", task), mark | {"points": "7"})
    assert late_mark.status_code == 422 and "newer version" in late_mark.content.decode()
    second = Submission.objects.get(task_student=row, number=2)
    saved = teacher.post(
        url("mark", task), {"row": row.pk, "submission": second.pk, "points": "8.5", "originality": 90}
    )
    assert saved.status_code == 302
    row.refresh_from_db()
    assert (row.state, row.points) == (TaskStudent.GRADED, Decimal("8.5"))
    assert Submission.objects.filter(task_student=row).count() == 2, "versions are kept"
    assert queries.task_points(klass.line, "11")[klass.students[0].pk] == (Decimal("8.5"), 10)
    assert client.post(mine, {"text": "Yana"}).status_code == 422, "what is marked is not handed in again"
    told = Notice.objects.filter(user=klass.account(), code__startswith="task")
    assert set(told.values_list("code", flat=True)) == {
        "task_given", "task_returned", "task_marked",
    }  # fmt: skip


def test_late_work_costs_what_the_task_says(klass):
    task = klass.sent(late_rule=Task.ACCEPT, late_penalty=30, deadline=timezone.now() + DAY)
    Task.objects.filter(pk=task.pk).update(deadline=timezone.now() - DAY)
    made = actions.submit(klass.row(task), access=klass.student_access(), text="Kech", files=[])
    assert made.is_late
    figure = actions.grade(made, access=klass.access, points=Decimal(10))
    assert figure.value == 7 and len(figure.steps) == 2
    assert klass.row(task).points == 7
    Task.objects.filter(pk=task.pk).update(late_rule=Task.REFUSE)
    with pytest.raises(actions.TaskError, match="deadline has passed"):
        actions.submit(klass.row(task, 1), access=klass.student_access(1), text="Kech", files=[])
    actions.extend([klass.row(task, 1)], access=klass.access, deadline=timezone.now() + DAY)
    assert not actions.submit(
        klass.row(task, 1), access=klass.student_access(1), text="Vaqtida", files=[]
    ).is_late


def test_attempts_and_closing(klass):
    task = klass.sent(attempts=1)
    actions.submit(klass.row(task), access=klass.student_access(), text="Bir", files=[])
    with pytest.raises(actions.TaskError, match="attempts are used"):
        actions.submit(klass.row(task), access=klass.student_access(), text="Ikki", files=[])
    first = Submission.objects.get()
    with pytest.raises(actions.TaskError, match="No attempt is left"):
        actions.give_back(first, access=klass.access, comment="Tuzating")
    actions.close(task, access=klass.access)
    with pytest.raises(actions.TaskError, match="not open"):
        actions.submit(klass.row(task, 1), access=klass.student_access(1), text="Bir", files=[])


def test_what_was_handed_in_stays_as_it_is(klass):
    task = klass.sent()
    made = actions.submit(klass.row(task), access=klass.student_access(), text="Bir", files=[])
    for sql in (
        "UPDATE grading_submission SET text = 'x' WHERE id = %s",
        "UPDATE grading_submission SET points = 11, graded_at = now() WHERE id = %s",
        "DELETE FROM grading_submission WHERE id = %s",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [made.pk])
    with pytest.raises(IntegrityError, match="maximum of the task"), transaction.atomic():
        TaskStudent.objects.filter(task=task).update(points=11)


def test_a_change_of_teacher_leaves_no_task_behind(klass):
    task = klass.sent()
    made = actions.submit(klass.row(task), access=klass.student_access(), text="Bir", files=[])
    successor = factories.make_employee(klass.kafedra)
    user = factories.make_user("teacher", person=successor.person)
    assert factories.client_of(user).get(url("detail", task)).status_code == 404
    Teaching.objects.filter(pk=klass.practice.pk).update(teacher=successor)
    assert factories.client_of(user).get(url("detail", task, tab="students")).status_code == 200
    actions.grade(made, access=factories.access_of(user), points=Decimal(9))
    with pytest.raises(actions.TaskError, match="not yours"):
        actions.grade(made, access=klass.access, points=Decimal(1))


def test_nobody_reaches_what_is_another_s(klass):
    task, other = klass.sent(), Class("303-102", group="610-26.02")
    made = actions.submit(klass.row(task), access=klass.student_access(), text="Bir", files=[])
    stranger, neighbour = factories.client_of(other.user), factories.client_of(klass.account(1))
    for page in ("detail", "student", "archive", "excel", "open_file"):
        assert stranger.get(url(page, task, row=klass.row(task).pk)).status_code == 404
        assert neighbour.get(url(page, task)).status_code == 403
    assert stranger.post(url("mark", task), {"submission": made.pk, "points": 1}).status_code == 404
    assert neighbour.get(reverse("my_task", args=[klass.row(task).pk])).status_code == 404
    with pytest.raises(actions.TaskError, match="not yours"):
        actions.submit(klass.row(task), access=klass.student_access(1), text="Birovning ishi", files=[])
    # The head and the dean look, and mark nothing.
    head = factories.client_of(factories.make_user("head", klass.kafedra))
    assert head.get(url("detail", task, tab="students")).status_code == 200
    assert head.post(url("mark", task), {"submission": made.pk, "points": 1}).status_code == 403
    elsewhere = factories.client_of(factories.make_user("dean", other.faculty))
    assert elsewhere.get(url("detail", task)).status_code == 404


def test_an_excluded_student_counts_nowhere(klass):
    task = klass.sent()
    actions.exclude([klass.row(task)], access=klass.access, why="Akademik farq")
    assert klass.students[0].pk not in queries.task_points(klass.line, "11")
    client = factories.client_of(klass.account())
    assert client.get(reverse("my_task", args=[klass.row(task).pk])).status_code == 404
    actions.exclude([klass.row(task)], access=klass.access, why="")
    assert klass.students[0].pk in queries.task_points(klass.line, "11")


def test_files_by_content_and_count(klass):
    task = klass.sent()
    row, client = klass.row(task), factories.client_of(klass.account())
    from django.core.files.uploadedfile import SimpleUploadedFile

    for bad in (b"MZ\x90\x00\x03", b"\xd0\xcf\x11\xe0old", b"\x00\x01\x02"):
        answer = client.post(
            reverse("my_task", args=[row.pk]), {"text": "x", "uploads": SimpleUploadedFile("a.pdf", bad)}
        )
        assert answer.status_code == 422 and "a.pdf" in str(answer.context["form"].errors["uploads"])
        assert answer.context["form"]["text"].value() == "x"
    many = client.post(
        reverse("my_task", args=[row.pk]), {"text": "x", "uploads": [pdf() for _n in range(4)]}
    )
    assert many.status_code == 422 and "At most 3" in str(many.context["form"].errors)
    assert not Submission.objects.exists()


def test_everything_handed_in_as_one_archive_and_the_marks_in_excel(klass):
    task = klass.sent()
    row, client = klass.row(task), factories.client_of(klass.account())
    client.post(reverse("my_task", args=[row.pk]), {"text": "Matn", "uploads": pdf("../../etc/passwd.pdf")})
    teacher = factories.client_of(klass.user)
    answer = teacher.get(url("archive", task))
    names = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).namelist()
    assert len(names) == 2 and all(name.startswith(f"{klass.group.name}/") for name in names)
    assert not any(".." in name for name in names) and any(name.endswith("passwd.pdf") for name in names)
    sheet = load_workbook(io.BytesIO(teacher.get(url("excel", task)).content)).active
    assert sheet.max_row == 4 and sheet.cell(2, 8).value is None


def test_the_cabinet_says_what_is_due_first(klass):
    far = klass.sent(name="Uzoq", deadline=timezone.now() + 9 * DAY, max_points=Decimal(5))
    near = klass.sent(name="Yaqin", deadline=timezone.now() + DAY, max_points=Decimal(5))
    past = klass.sent(name="Oʻtgan", max_points=Decimal(5))
    Task.objects.filter(pk=past.pk).update(deadline=timezone.now() - DAY)
    client = factories.client_of(klass.account())
    context = client.get(reverse("my_tasks")).context
    assert [one["row"].task_id for one in context["opened"]] == [near.pk, far.pk]
    assert [one["row"].task_id for one in context["others"]] == [past.pk]
    home = client.get(reverse("home")).content.decode()
    assert home.index("Yaqin") < home.index("Uzoq")
    actions.submit(klass.row(near), access=klass.student_access(), text="Bir", files=[])
    assert "pieces of work" in factories.client_of(klass.user).get(reverse("home")).content.decode()


def test_pages_cost_a_fixed_number_of_queries(klass, django_assert_max_num_queries):
    task = klass.sent()
    for at in range(3):
        actions.submit(klass.row(task, at), access=klass.student_access(at), text="Bir", files=[])
    teacher, student = factories.client_of(klass.user), factories.client_of(klass.account())
    for client, address in (
        (student, reverse("my_tasks")),
        (teacher, url("student", task, row=klass.row(task).pk)),
        (student, reverse("my_task", args=[klass.row(task).pk])),
    ):
        client.get(address)
        with django_assert_max_num_queries(14):
            assert client.get(address).status_code == 200
