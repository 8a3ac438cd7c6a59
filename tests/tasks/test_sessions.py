"""Taking a test: the server's clock, two tabs, a lost connection, abandoned sessions, essays (duty 9.1)."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from unittest import mock

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from curriculum.materials import actions as materials
from curriculum.materials.models import Question, QuestionPicture
from curriculum.materials.rules import QuestionText
from grading.tasks import actions, queries, sessions
from grading.tasks.beat import close_tests
from grading.tasks.models import Attempt, AttemptAnswer, Task, TaskStudent
from grading.tasks.rules import Quota
from hemis.pages.files import clean_picture
from tests import factories
from tests.pictures import picture
from tests.sharing import shared
from tests.tasks.makers import Class

pytestmark = [pytest.mark.django_db, pytest.mark.duty("9.1")]
MINUTE, DAY = datetime.timedelta(minutes=1), datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@shared
def klass() -> Class:
    found = Class()
    found.bank()
    return found


def later(by: datetime.timedelta):
    """The clock of the program, moved on."""
    return mock.patch.object(timezone, "now", return_value=timezone.now() + by)


def right_answers(attempt: Attempt) -> dict[int, dict]:
    """What somebody who knows everything says: position → chosen and text."""
    found = {}
    for row in queries.sheet_of(attempt):
        answers = list(row.question.answers.all())
        kind = row.question.kind
        found[row.position] = {
            "chosen": {str(one.pk): one.pk for one in answers}
            if kind == Question.MATCHING
            else [one.pk for one in answers if one.share > 0],
            "text": {"short": "ozbekiston", "essay": "Fikrim"}.get(kind, ""),
        }
    return found


def take(klass: Class, row: TaskStudent, at: int = 0, *, knows: bool = True) -> Attempt:
    """A whole session of a student."""
    access = klass.student_access(at)
    attempt = sessions.begin(row, access=access)
    for position, said in right_answers(attempt).items():
        if knows:
            sessions.answer(attempt, position, access=access, given_at=1, **said)
    return sessions.finish(attempt, access=access)


def post(client, attempt: Attempt, **said):
    return client.post(
        reverse("my_test_answer", args=[attempt.pk]), json.dumps(said), content_type="application/json"
    )


def test_the_whole_way_of_a_test(klass):
    test = klass.test(Quota(2, "Kirish", 1), Quota(1, "Kirish", 3), max_points=Decimal(6))
    row, client = klass.row(test.task), factories.client_of(klass.account())
    assert "3 questions" in client.get(reverse("my_task", args=[row.pk])).content.decode()
    answer = client.post(reverse("my_test_begin", args=[row.pk]))
    attempt = Attempt.objects.get()
    assert answer.url == reverse("my_test", args=[attempt.pk]) and attempt.ip == "127.0.0.1"
    page = client.get(answer.url).content.decode()
    assert "Bitta javobli savol" in page and "is_right" not in page and "share" not in page
    for position, said in right_answers(attempt).items():
        saved = post(client, attempt, position=position, at=5, **said).json()
        assert saved["taken"] and saved["left"] > 0
    client.post(reverse("my_test_finish", args=[attempt.pk]))
    row.refresh_from_db()
    assert (row.state, row.points) == (TaskStudent.GRADED, 6)
    assert queries.task_points(klass.line, "12")[klass.students[0].pk] == (6, 6)
    result = client.get(answer.url).content.decode()
    assert "100" in result and "Your answer sheet opens on" in result, "right answers wait for the others"
    Task.objects.filter(pk=test.task_id).update(deadline=timezone.now() - MINUTE)
    assert "Answer sheet" in client.get(answer.url).content.decode()


def test_one_session_for_two_tabs_and_two_devices(klass):
    """Beginning twice gives the same session; of two words the later one holds, in whatever order they come."""
    test = klass.test(Quota(1, "Turli", 2), Quota(3, "Kirish", 1))
    row, client, other = (
        klass.row(test.task),
        factories.client_of(klass.account()),
        factories.client_of(klass.account()),
    )
    client.post(reverse("my_test_begin", args=[row.pk]))
    other.post(reverse("my_test_begin", args=[row.pk]), REMOTE_ADDR="10.0.0.9")
    attempt = Attempt.objects.get()
    assert attempt.other_ip == "10.0.0.9"
    single = AttemptAnswer.objects.filter(attempt=attempt, question__kind="single").first()
    first, second = single.order[:2]
    assert post(client, attempt, position=single.position, at=200, chosen=[second]).json()["taken"]
    stale = post(other, attempt, position=single.position, at=100, chosen=[first]).json()
    assert (stale["taken"], stale["chosen"]) == (False, [second])
    again = post(client, attempt, position=single.position, at=200, chosen=[second])
    assert again.json()["chosen"] == [second], "the same word twice changes nothing"
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(
            task_student=row, number=2, seed=1, started_at=timezone.now(), closes_at=timezone.now() + MINUTE
        )


def test_answers_after_the_end_are_refused_and_what_was_saved_counts(klass):
    test = klass.test(Quota(2, "Kirish", 1), duration=10, max_points=Decimal(10))
    row, client = klass.row(test.task), factories.client_of(klass.account())
    attempt = sessions.begin(row, access=klass.student_access())
    said = right_answers(attempt)
    assert post(client, attempt, position=1, at=1, **said[1]).status_code == 200
    with later(11 * MINUTE):
        late = post(client, attempt, position=2, at=2, **said[2])
        assert late.status_code == 409 and late.json()["over"]
        assert client.get(reverse("my_test", args=[attempt.pk])).status_code == 200
    attempt.refresh_from_db()
    row.refresh_from_db()
    assert (attempt.state, attempt.percent, row.points) == (Attempt.EXPIRED, 50, 5)
    assert attempt.finished_at == attempt.closes_at


def test_abandoned_sessions_are_closed_by_the_clock(klass):
    test = klass.test(Quota(2, "Kirish", 1), duration=10)
    attempt = sessions.begin(klass.row(test.task), access=klass.student_access())
    close_tests()
    assert Attempt.objects.get().state == Attempt.RUNNING
    with later(10 * MINUTE):
        close_tests()
    attempt.refresh_from_db()
    assert (attempt.state, attempt.points) == (Attempt.EXPIRED, 0)
    with later(10 * MINUTE):
        assert sessions.close_overdue() == 0
        assert sessions.begin(klass.row(test.task), access=klass.student_access()).number == 2


def test_windows_attempts_and_the_deadline(klass):
    opens = timezone.now() + DAY
    test = klass.test(Quota(1, "Kirish", 1), opens_at=opens, attempts=1)
    row, access = klass.row(test.task), klass.student_access()
    with pytest.raises(actions.TaskError, match="opens on"):
        sessions.begin(row, access=access)
    hours = {"opens_at": timezone.now() - MINUTE, "closes_at": timezone.now() + 5 * MINUTE}
    actions.set_window(test, access=klass.access, group=klass.group.pk, **hours)
    attempt = sessions.begin(row, access=access)
    assert attempt.closes_at == hours["closes_at"], "no longer than the group's hours"
    sessions.finish(attempt, access=access)
    with pytest.raises(actions.TaskError, match="attempts are used"):
        sessions.begin(row, access=access)
    with later(6 * MINUTE), pytest.raises(actions.TaskError, match="has closed"):
        sessions.begin(klass.row(test.task, 1), access=klass.student_access(1))
    actions.extend([klass.row(test.task, 1)], access=klass.access, deadline=timezone.now() + DAY)
    with later(6 * MINUTE):
        assert (
            sessions.begin(klass.row(test.task, 1), access=klass.student_access(1)).state == Attempt.RUNNING
        )
    with pytest.raises(actions.TaskError, match="before the beginning"):
        actions.set_window(
            test, access=klass.access, group=klass.group.pk, opens_at=opens, closes_at=opens - MINUTE
        )


def test_best_or_last_attempt(klass):
    for policy, expected in (("best", 10), ("last", 0)):
        test = klass.test(Quota(1, "Kirish", 1), policy=policy, max_points=Decimal(10))
        take(klass, klass.row(test.task))
        take(klass, klass.row(test.task), knows=False)
        assert klass.row(test.task).points == expected


def test_an_essay_is_read_by_the_teacher(klass):
    test = klass.test(Quota(4, "Turli"), max_points=Decimal(8))
    attempt = take(klass, klass.row(test.task))
    row = klass.row(test.task)
    assert (attempt.points, row.state, row.points) == (None, TaskStudent.SUBMITTED, None)
    essay = queries.to_mark(test.task).get()
    teacher = factories.client_of(klass.user)
    address = reverse("grading_tasks_essay", args=[test.task_id])
    assert teacher.post(address, {"answer": essay.pk, "percent": "50", "comment": "Qisqa"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.points) == (TaskStudent.GRADED, 7)
    sheet = teacher.get(reverse("grading_tasks_sheet", args=[test.task_id], query={"attempt": attempt.pk}))
    assert "Qisqa" in sheet.content.decode() and "Fikrim" in sheet.content.decode()
    with pytest.raises(actions.TaskError, match="between 0 and 100"):
        sessions.mark_essay(essay, access=klass.access, percent=Decimal(101))
    with pytest.raises(actions.TaskError, match="not yours"):
        other = factories.make_user("teacher", person=factories.make_employee(klass.kafedra).person)
        sessions.mark_essay(essay, access=factories.access_of(other), percent=Decimal(10))


def test_the_bank_must_fill_the_quotas(klass):
    test = klass.test(Quota(4, "Kirish", 1), sent=False)
    with pytest.raises(actions.TaskError, match="1 questions are missing"):
        actions.send(test.task, access=klass.access)
    actions.set_quotas(test, [Quota(3, "Kirish", 1)], access=klass.access)
    assert actions.send(test.task, access=klass.access) == 3
    take(klass, klass.row(test.task))
    with pytest.raises(actions.TaskError, match="taken the test already"):
        actions.set_quotas(test, [Quota(1)], access=klass.access)
    with pytest.raises(actions.TaskError, match="stand twice"):
        actions.set_quotas(klass.test(sent=False), [Quota(1), Quota(2)], access=klass.access)


def test_picked_questions_are_asked_of_everybody(klass):
    test = klass.test(sent=False)
    keys = list(Question.objects.filter(topic="Kirish").values_list("pk", flat=True)[:2])
    actions.pick(test, keys, access=klass.access)
    actions.send(test.task, access=klass.access)
    for at in range(2):
        attempt = sessions.begin(klass.row(test.task, at), access=klass.student_access(at))
        assert set(attempt.answers.values_list("question", flat=True)) == set(keys)


def _drawn(question, user) -> QuestionPicture:
    row = QuestionPicture(question=question, uploaded_by=user)
    row.take(clean_picture(picture(), side=60))
    row.save()
    return row


def test_pictures_are_shown_to_who_is_asked_and_to_nobody_else(klass):
    test = klass.test(Quota(1, "Kirish", 1))
    pictures = [_drawn(one, klass.user) for one in Question.objects.all()]
    client = factories.client_of(klass.account())
    attempt = sessions.begin(klass.row(test.task), access=klass.student_access())
    asked = attempt.answers.get().question_id
    mine = next(one for one in pictures if one.question_id == asked)
    address = reverse("my_test_picture", args=[attempt.pk])
    url = f"{address}?question={asked}&file={mine.pk}"
    assert url.replace("&", "&amp;") in client.get(reverse("my_test", args=[attempt.pk])).content.decode()
    assert b"".join(client.get(url)).startswith(b"\xff\xd8")
    other = next(one for one in pictures if one.question_id != asked)
    for wrong in (
        f"?question={other.question_id}&file={other.pk}",
        f"?question={asked}&file={other.pk}",
        "?file=x",
    ):
        assert client.get(address + wrong).status_code == 404
    assert factories.client_of(klass.account(1)).get(url).status_code == 404
    teacher = reverse("grading_tasks_picture", args=[test.task.pk])
    shown = factories.client_of(klass.user).get(f"{teacher}?question={asked}&file={mine.pk}")
    assert shown["Content-Type"] == "image/jpeg"


def test_what_was_asked_and_answered_stays(klass):
    test = klass.test(Quota(1, "Kirish", 1))
    for one in Question.objects.filter(topic="Kirish", difficulty=1):
        _drawn(one, klass.user)
    attempt = take(klass, klass.row(test.task))
    asked = attempt.answers.select_related("question").get()
    for sql, key in (
        ("UPDATE grading_attemptanswer SET chosen = '[]' WHERE id = %s", asked.pk),
        ("UPDATE curriculum_question SET text = 'boshqa' WHERE id = %s", asked.question_id),
        ("DELETE FROM curriculum_questionanswer WHERE question_id = %s", asked.question_id),
        ("DELETE FROM curriculum_questionpicture WHERE question_id = %s", asked.question_id),
        ("UPDATE curriculum_questionanswer SET share = 0 WHERE question_id = %s", asked.question_id),
        ("UPDATE grading_attempt SET state = 'running', finished_at = NULL WHERE id = %s", attempt.pk),
        ("UPDATE grading_attempt SET points = 1000 WHERE id = %s", attempt.pk),
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [key])
    with pytest.raises(materials.MaterialError, match="were asked this question"):
        materials.write_question(
            asked.question, QuestionText("essay", "Boshqa savol matni"), access=klass.access
        )
    assert materials.switch([asked.question], access=klass.access, on=False) == 1


def test_nobody_takes_another_s_test(klass):
    test = klass.test(Quota(1, "Kirish", 1))
    row = klass.row(test.task)
    attempt = sessions.begin(row, access=klass.student_access())
    neighbour = factories.client_of(klass.account(1))
    assert neighbour.get(reverse("my_test", args=[attempt.pk])).status_code == 404
    assert post(neighbour, attempt, position=1, at=9, chosen=[]).status_code == 404
    assert neighbour.post(reverse("my_test_finish", args=[attempt.pk])).status_code == 404
    assert neighbour.post(reverse("my_test_begin", args=[row.pk])).status_code == 404
    with pytest.raises(actions.TaskError):
        sessions.finish(attempt, access=klass.student_access(1))
    assert factories.client_of(klass.user).get(reverse("my_test", args=[attempt.pk])).status_code == 403


NONSENSE = (
    "",
    "[]",
    "{}",
    '{"position": "x"}',
    '{"position": 99, "at": 1}',
    '{"position": -1}',
    '{"position": 1, "at": 1e99}',
)


@pytest.mark.parametrize("body", NONSENSE)
def test_nonsense_is_answered_plainly(klass, body):
    test = klass.test(Quota(1, "Kirish", 1))
    attempt = sessions.begin(klass.row(test.task), access=klass.student_access())
    client = factories.client_of(klass.account())
    answer = client.post(reverse("my_test_answer", args=[attempt.pk]), body, content_type="application/json")
    assert answer.status_code in (400, 409) and answer.json()["error"]
    assert client.get(reverse("my_test_answer", args=[attempt.pk])).status_code == 405


def test_only_own_answers_are_kept(klass):
    test = klass.test(Quota(4, "Turli"))
    attempt = sessions.begin(klass.row(test.task), access=klass.student_access())
    for row in queries.sheet_of(attempt):
        foreign = max(row.order, default=0) + 1000
        assert sessions.clean_choice(row, [foreign, "x", None]) in ([], {})
        assert sessions.clean_choice(row, {"1": "x", str(foreign): foreign}) in ([], {})


def test_without_javascript_the_form_alone_is_enough(klass):
    test = klass.test(Quota(4, "Turli"), max_points=Decimal(8))
    row, client = klass.row(test.task), factories.client_of(klass.account())
    client.post(reverse("my_test_begin", args=[row.pk]))
    attempt = Attempt.objects.get()
    data: dict = {}
    for position, said in right_answers(attempt).items():
        data[f"asked_{position}"] = "1"
        if isinstance(said["chosen"], dict):
            data |= {f"pair_{position}_{half}": other for half, other in said["chosen"].items()}
        else:
            data[f"chosen_{position}"] = said["chosen"]
        data[f"text_{position}"] = said["text"]
    finish = reverse("my_test_finish", args=[attempt.pk])
    client.post(finish, data | {"keep": "1"})
    attempt.refresh_from_db()
    assert attempt.state == Attempt.RUNNING
    client.post(finish, data)
    scores = dict(attempt.answers.values_list("question__kind", "score"))
    assert scores == {"several": 1, "matching": 1, "short": 1, "essay": None}


def test_results_and_items_on_the_teacher_s_page(klass):
    test = klass.test(Quota(3, "Kirish", 1))
    for at, knows in enumerate((True, True, False)):
        take(klass, klass.row(test.task, at), at, knows=knows)
    teacher = factories.client_of(klass.user)
    context = teacher.get(f"{reverse('grading_tasks_detail', args=[test.task_id])}?tab=results").context
    assert len(context["attempts"]) == 3 and context["mean"] == Decimal("66.7")
    assert {item.count for _text, _question, item in context["items"]} == {3}
    for tab in ("test", "students"):
        assert (
            teacher.get(
                f"{reverse('grading_tasks_detail', args=[test.task_id])}?tab={tab}&pick=1"
            ).status_code
            == 200
        )


def test_settings_quotas_and_hours_from_the_page(klass):
    test = klass.test(sent=False)
    teacher, pk = factories.client_of(klass.user), test.task_id
    settings = {"duration": 45, "policy": "last", "language": "11", "shuffles": "on"}
    assert (
        teacher.post(reverse("grading_tasks_settings", args=[pk]), settings | {"duration": 0}).status_code
        == 422
    )
    assert teacher.post(reverse("grading_tasks_settings", args=[pk]), settings).status_code == 302
    quotas = {"topic": ["Kirish", "", ""], "difficulty": ["1", "", ""], "count": ["2", "1", ""]}
    teacher.post(reverse("grading_tasks_quotas", args=[pk]), quotas)
    window = {"group": klass.group.pk, "opens_at": "2026-12-01T09:00", "closes_at": "2026-12-01T10:00"}
    teacher.post(reverse("grading_tasks_window", args=[pk]), window)
    test.refresh_from_db()
    assert (test.duration, test.policy, test.shows_sheet) == (45, "last", False)
    assert sorted(test.quotas.values_list("topic", "difficulty", "count"), key=str) == [
        ("", None, 1),
        ("Kirish", 1, 2),
    ]
    assert test.windows.get().group == klass.group
    teacher.post(reverse("grading_tasks_window", args=[pk]), {"group": klass.group.pk})
    assert not test.windows.exists()


def test_a_test_costs_a_fixed_number_of_queries(klass, django_assert_max_num_queries):
    test = klass.test(Quota(9, "Kirish"), Quota(4, "Turli"))
    client = factories.client_of(klass.account())
    attempt = sessions.begin(klass.row(test.task), access=klass.student_access())
    client.get(reverse("my_test", args=[attempt.pk]))
    with django_assert_max_num_queries(12):
        client.get(reverse("my_test", args=[attempt.pk]))
    with django_assert_max_num_queries(14):
        post(client, attempt, position=1, at=1, chosen=[])
