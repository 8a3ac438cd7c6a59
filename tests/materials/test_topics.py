"""Topics against hours, calendar plans, resources of students, completeness, questions from a file (8.2, 9.1, B6)."""

from __future__ import annotations

import datetime
import io
import random
from base64 import b64encode

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook

from curriculum.materials import actions, formats, queries, rules, sheets, taught
from curriculum.materials.forms import IMPORT_BYTES
from curriculum.materials.models import Question, QuestionPicture, Resource, ResourceFile
from curriculum.models import CurriculumSubject, Topic
from hemis.documents.models import Document
from hemis.sheets.reading import read_table
from tests import factories
from tests.curriculum import makers
from tests.materials.test_formats import with_picture
from tests.pictures import picture
from tests.sharing import shared
from tests.tasks.makers import Class, pdf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@shared
def klass() -> Class:
    return Class(students=1)


def names(line, kind: str = "13") -> list[str]:
    return list(
        Topic.objects.filter(curriculum_subject=line, training_type=kind).values_list("name", flat=True)
    )


@pytest.mark.duty("8.2", "9.1")
def test_topics_cover_the_hours_and_no_more(klass):
    line, access = klass.line, klass.access
    assert actions.build_topics(line, access=access, training_type="11") == 15
    part = next(one for one in queries.topics_by_type(line) if one.code == "11")
    assert part.text == f"{part.label}: 30 of 30 hours are distributed"
    with pytest.raises(actions.MaterialError, match="30 of 30 hours are distributed; 2 more"):
        actions.add_topic(line, access=access, training_type="11", name="Ortiqcha")
    with pytest.raises(IntegrityError, match="32 hours for 30"), transaction.atomic():
        Topic.objects.create(curriculum_subject=line, training_type="11", position=16, name="Ortiqcha")
    with pytest.raises(actions.MaterialError):
        actions.build_topics(line, access=access, training_type="17")


@pytest.mark.duty("8.2", "9.1")
def test_naming_all_at_once_and_two_people(klass):
    line, access = klass.line, klass.access
    actions.build_topics(line, access=access, training_type="11")
    rows = list(Topic.objects.filter(curriculum_subject=line))
    texts = [actions.TopicText(one.pk, one.version, f"Nom {one.position}", 2) for one in rows]
    assert actions.rename_topics(line, texts, access=access) == 15
    with pytest.raises(actions.MaterialError, match="changed by somebody else"):
        actions.rename_topics(line, [actions.TopicText(rows[0].pk, 1, "Kech", 2)], access=access)
    # Hours may move from one topic to another; together they still fit.
    moved = [actions.TopicText(rows[0].pk, 2, "Katta", 4), actions.TopicText(rows[1].pk, 2, "Nom 2", 0)]
    with pytest.raises(actions.MaterialError, match="needs a name and hours"):
        actions.rename_topics(line, moved, access=access)
    actions.remove_topic(Topic.objects.get(pk=rows[14].pk), access=access)
    actions.rename_topics(line, [actions.TopicText(rows[0].pk, 2, "Katta", 4)], access=access)
    client = factories.client_of(klass.user)
    data = {
        "key": rows[1].pk,
        f"version_{rows[1].pk}": 2,
        f"name_{rows[1].pk}": "Yozilgan",
        f"hours_{rows[1].pk}": 9,
    }
    answer = client.post(reverse("curriculum_topics_save", args=[line.pk]), data)
    assert answer.status_code == 409 and "Yozilgan" in answer.content.decode(), "nothing typed is lost"


@pytest.mark.duty("8.2", "9.1")
def test_order_by_steps_and_by_dragging(klass):
    line, client = klass.line, factories.client_of(klass.user)
    for name in "abcd":
        actions.add_topic(line, access=klass.access, training_type="13", name=name)
    keys = dict(Topic.objects.filter(curriculum_subject=line).values_list("name", "pk"))
    move = reverse("curriculum_topics_move", args=[line.pk])
    client.post(move, {"topic": keys["a"], "step": "down"})
    assert names(line) == ["b", "a", "c", "d"]
    client.post(move, {"topic": keys["c"], "step": "up"})
    assert names(line) == ["b", "c", "a", "d"]
    client.post(move, {"topic": keys["d"], "after": ""})
    client.post(move, {"topic": keys["b"], "after": keys["a"]})
    assert names(line) == ["d", "c", "a", "b"]
    client.post(reverse("curriculum_topics_remove", args=[line.pk]), {"topic": keys["c"]})
    assert list(Topic.objects.filter(curriculum_subject=line).values_list("position", flat=True)) == [1, 2, 3]
    edit = reverse("curriculum_topics_topic", args=[line.pk], query={"topic": keys["a"]})
    client.post(edit, {"name": "a", "name_ru": "а", "name_en": "", "hours": 4})
    assert Topic.objects.get(pk=keys["a"]).name_ru == "а" and Topic.objects.get(pk=keys["a"]).hours == 4


@pytest.mark.duty("8.2", "9.1")
def test_copying_from_another_plan_skips_what_is_there_and_what_does_not_fit(klass):
    line, access = klass.line, klass.access
    plan = makers.make_curriculum(klass.faculty, start=2025)
    source = makers.add_subject(plan, 1, subject=line.subject, hours={"11": 34, "13": 50})
    for at in range(1, 18):
        Topic.objects.create(curriculum_subject=source, training_type="11", position=at, name=f"Eski {at}")
    actions.add_topic(line, access=access, training_type="11", name="Eski 1")
    assert list(queries.sources_of(line)) == [source]
    assert actions.copy_topics(line, source, access=access) == (14, 2)
    assert names(line, "11")[:3] == ["Eski 1", "Eski 2", "Eski 3"]
    with pytest.raises(actions.MaterialError, match="same subject"):
        actions.copy_topics(line, klass.plan.subjects.exclude(pk=line.pk).first(), access=access)


@pytest.mark.duty("8.2", "9.1")
def test_who_changes_topics(klass):
    """Of teachers the responsible one, if there is one; the head of the kafedra; nobody else."""
    other = Class("303-102", group="610-26.02", students=1)
    head = factories.make_user("head", klass.kafedra)
    actions.add_topic(klass.line, access=factories.access_of(head), training_type="13", name="Mudir")
    with pytest.raises(actions.MaterialError, match="responsible teacher"):
        actions.add_topic(klass.line, access=other.access, training_type="13", name="Begona")
    colleague = factories.make_employee(klass.kafedra)
    CurriculumSubject.objects.filter(pk=klass.line.pk).update(teacher=colleague)
    with pytest.raises(actions.MaterialError, match="responsible teacher"):
        actions.add_topic(klass.line, access=klass.access, training_type="13", name="Masʼul emas")
    client = factories.client_of(klass.user)
    assert client.get(reverse("curriculum_topics_detail", args=[klass.line.pk])).status_code == 200
    assert (
        client.post(reverse("curriculum_topics_add", args=[klass.line.pk]), {"name": "x"}).status_code == 404
    )
    dean = factories.client_of(factories.make_user("dean", klass.faculty))
    assert dean.get(reverse("curriculum_topics_detail", args=[klass.line.pk])).status_code == 200
    assert dean.post(reverse("curriculum_topics_add", args=[klass.line.pk]), {"name": "x"}).status_code == 403


@pytest.mark.duty("8.2", "9.1")
def test_topics_go_out_to_excel_and_come_back(klass):
    line, access = klass.line, klass.access
    for name in ("Birinchi", "Ikkinchi"):
        actions.add_topic(line, access=access, training_type="11", name=name)
    content = factories.client_of(klass.user).get(reverse("curriculum_topics_excel", args=[line.pk]))
    book = load_workbook(io.BytesIO(b"".join(content.streaming_content)))
    page = book.active
    page["D3"] = "Ikkinchi, tuzatilgan"
    page.append([line.pk, "Maʼruza", "3", "Uchinchi", "2", "Третья", ""])
    page.append([line.pk, "Maʼruza", "3", "Takror", "2"])
    page.append([line.pk, "Maʼruza", "4", "Sigʻmaydi", "40"])
    page.append([line.pk, "Seminar", "1", "Soati yoʻq", "2"])
    page.append([line.pk + 10**6, "Maʼruza", "1", "Begona", "2"])
    out = io.BytesIO()
    book.save(out)
    sheet = sheets.TopicSheet(access, {"subject": line.pk})
    with override("uz"):
        checked = sheet.check(read_table(out.getvalue()))
    assert [one.fault for one in checked.faults] == [
        "twice_in_file",
        "too_many_hours",
        "no_hours",
        "unknown_subject",
    ]
    assert sheet.plan(checked.good).added == 1 and sheet.plan(checked.good).changed == 1
    sheet.save(checked.good)
    assert names(line, "11") == ["Birinchi", "Ikkinchi, tuzatilgan", "Uchinchi"]
    again = sheets.TopicSheet(access, {"subject": line.pk})
    assert again.plan(checked.good).unchanged == 3


# --- the calendar plan


@pytest.mark.duty("8.2", "9.1")
def test_the_calendar_plan_lays_topics_over_lessons(klass, monkeypatch):
    monkeypatch.setattr(taught, "_providers", [])
    for name in ("Bir", "Ikki", "Uch"):
        actions.add_topic(klass.line, access=klass.access, training_type="13", name=name)
    lessons = [
        makers.make_lesson(klass.practice, day=makers.MONDAY + datetime.timedelta(weeks=week))
        for week in range(2)
    ]
    line, rows = queries.calendar_of(klass.practice)
    assert line == klass.line and [one.state for one in rows] == ["unknown", "unknown", "no_lesson"]
    second = Topic.objects.get(name="Ikki")
    taught.register(lambda keys: {lessons[0].pk: taught.Taught(second.pk)})
    _line, rows = queries.calendar_of(klass.practice)
    assert [one.state for one in rows] == ["taught", "planned", "no_lesson"]
    assert [one.deviates for one in rows] == [True, False, False]
    client = factories.client_of(klass.user)
    page = client.get(f"{reverse('curriculum_calendar_plans_detail', args=[klass.practice.pk])}?tab=plan")
    assert "topics without a lesson: 1" in page.content.decode()
    answer = client.post(reverse("curriculum_calendar_pdf", args=[klass.practice.pk]))
    document = Document.objects.get(kind="calendar_plan")
    assert answer.url == reverse("document_pdf", args=[document.pk])
    assert [one["topic"] for one in document.payload["rows"]] == ["Bir", "Ikki", "Uch"]
    assert document.payload["rows"][0]["state"] == "oʻtildi"
    client.post(reverse("curriculum_calendar_pdf", args=[klass.practice.pk]))
    assert Document.objects.filter(kind="calendar_plan").count() == 1, "the same plan is the same paper"
    stranger = Class("303-102", group="610-26.02", students=1)
    address = reverse("curriculum_calendar_pdf", args=[klass.practice.pk])
    assert factories.client_of(stranger.user).post(address).status_code == 404


def test_hours_that_are_not_two():
    topics = [rules.PlanTopic(1, "uzun", 4), rules.PlanTopic(2, "yarim", 1), rules.PlanTopic(3, "yarim", 1)]
    lessons = [rules.PlanLesson(at, makers.MONDAY + datetime.timedelta(days=at)) for at in range(4)]
    rows = rules.calendar(topics, lessons)
    assert [[one.key for one in row.lessons] for row in rows] == [[0, 1], [2], [2], [3]]
    assert rows[-1].topic is None
    assert rules.hours_of_rows(5) == [2, 2, 1]


# --- resources


@pytest.mark.duty("9.1", "S")
def test_students_of_the_audience_see_what_is_published(klass):
    client, teacher = factories.client_of(klass.account()), factories.client_of(klass.user)
    data = {
        "curriculum_subject": klass.line.pk, "training_type": "11", "language": "11", "name": "Maʼruza matni",
        "is_published": "on",
    }  # fmt: skip
    new = reverse("curriculum_resources_new")
    nothing = teacher.post(new, data)
    assert nothing.status_code == 422 and "Add a file or a link" in nothing.content.decode()
    evil = teacher.post(new, data | {"link": "javascript:alert(1)"})
    assert evil.status_code == 422
    assert teacher.post(new, data | {"uploads": [pdf(), pdf("yana.pdf")]}).status_code == 302
    resource = Resource.objects.get()
    assert resource.files.count() == 1, "the same file twice is kept once"
    kept = resource.files.get()
    page = client.get(reverse("my_subject", args=[klass.line.pk])).content.decode()
    assert "Maʼruza matni" in page and reverse("my_material", args=[kept.pk]) in page
    answer = client.get(reverse("my_material", args=[kept.pk]))
    assert answer.status_code == 200 and answer["X-Content-Type-Options"] == "nosniff"
    assert "attachment" in answer["Content-Disposition"]
    stranger = Class("303-102", group="610-26.02", students=1)
    other = factories.client_of(stranger.account())
    assert other.get(reverse("my_material", args=[kept.pk])).status_code == 404
    assert other.get(reverse("my_subject", args=[klass.line.pk])).status_code == 404
    assert (
        factories.client_of(stranger.user)
        .get(reverse("curriculum_resources_download", args=[resource.pk], query={"file": kept.pk}))
        .status_code
        == 404
    )
    actions.publish([resource], access=klass.access, shown=False)
    assert client.get(reverse("my_material", args=[kept.pk])).status_code == 404
    assert "Maʼruza matni" not in client.get(reverse("my_subject", args=[klass.line.pk])).content.decode()
    only = teacher.post(
        reverse("curriculum_resources_remove_file", args=[resource.pk]), {"file": kept.pk}, follow=True
    )
    assert "add another one first" in only.content.decode() and ResourceFile.objects.exists()


def test_a_resource_speaks_of_its_own_subject_only(klass):
    other = klass.plan.subjects.exclude(pk=klass.line.pk).first()
    topic = Topic.objects.create(curriculum_subject=other, training_type="11", position=1, name="Boshqa")
    with pytest.raises(IntegrityError, match="another subject"), transaction.atomic():
        Resource.objects.create(curriculum_subject=klass.line, training_type="11", topic=topic, name="x")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        made = Resource.objects.create(curriculum_subject=klass.line, training_type="11", name="x")
        cursor.execute("UPDATE curriculum_resource SET link = 'javascript:x' WHERE id = %s", [made.pk])


@pytest.mark.parametrize(
    ("content", "taken"),
    [
        (b"oddiy matn\n", "txt"),
        (b"PK\x03\x04broken", ""),
        (b"Rar!\x1a\x07\x01\x00rest", "rar"),
        (b"\xd0\xcf\x11\xe0old office", ""),
        (b"MZ\x00\x01program", ""),
        (b"#!/bin/sh\x00", ""),
    ],
)
def test_files_are_judged_by_their_content(content, taken):
    from django.core.exceptions import ValidationError

    from hemis.pages.files import clean_material

    if taken:
        assert clean_material(content).name.endswith(f".{taken}")
    else:
        with pytest.raises(ValidationError):
            clean_material(content)


def test_office_files_without_programs():
    import zipfile

    from django.core.exceptions import ValidationError

    from hemis.pages.files import clean_material

    def package(*parts):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as found:
            for part in parts:
                found.writestr(part, "x")
        return out.getvalue()

    assert clean_material(package("word/document.xml")).name.endswith(".docx")
    assert clean_material(package("ppt/presentation.xml")).name.endswith(".pptx")
    assert clean_material(package("a.txt")).name.endswith(".zip")
    with pytest.raises(ValidationError, match="macros"):
        clean_material(package("word/document.xml", "word/vbaProject.bin"))


# --- completeness


@pytest.mark.duty("B6")
def test_completeness_by_kafedra_and_who_has_not(klass, django_assert_max_num_queries):
    head = factories.client_of(factories.make_user("head", klass.kafedra))
    address = reverse("curriculum_completeness", query={"year": 2026, "term": "11"})
    row = head.get(address).context["rows"][0]
    assert (row.subjects, row.topics, row.resources, row.questions) == (1, 0, 0, 0)
    assert klass.teacher.person.short_name in head.get(address).content.decode()
    for kind in ("11", "13"):
        actions.build_topics(klass.line, access=klass.access, training_type=kind)
    Resource.objects.create(curriculum_subject=klass.line, training_type="11", name="x", link="https://uz.uz")
    klass.bank()
    with django_assert_max_num_queries(12):
        row = head.get(address).context["rows"][0]
    assert (row.topics, row.resources, row.questions, row.lacking) == (1, 1, 1, [])
    elsewhere = factories.client_of(factories.make_user("dean", factories.make_faculty("303-109")))
    assert elsewhere.get(address).context["rows"] == []


# --- questions from a file


@pytest.mark.duty("9.1")
def test_questions_from_a_file_are_shown_then_taken_once(klass):
    client, address = factories.client_of(klass.user), reverse("curriculum_questions_import")
    text = "Yaxshi savol?\n=====\n#ha\n=====\nyoʻq\n+++++\nYomon savol?\n=====\nbitta\n"
    data = {"subject": klass.line.subject_id, "language": "11", "kind": "", "topic": "Kirish"}
    assert client.post(address, data).status_code == 422
    file = SimpleUploadedFile("savollar.txt", text.encode())
    page = client.post(address, data | {"file": file})
    assert not Question.objects.exists(), "shown first"
    assert [(one.line, bool(one.reason)) for one in page.context["parsed"].problems] == [(7, True)]
    confirm = data | {"packed": page.context["packed"]}
    assert client.post(address, confirm).status_code == 302
    question = Question.objects.get()
    assert (question.topic, question.created_by, question.answers.count()) == ("Kirish", klass.user, 2)
    again = client.post(address, data | {"text": text})
    assert again.context["known"] == 1
    client.post(address, data | {"packed": again.context["packed"]})
    assert Question.objects.count() == 1, "the same file twice adds nothing"
    forged = client.post(address, data | {"packed": "x" + page.context["packed"]}, follow=True)
    assert "preview is too old" in forged.content.decode()
    stranger = Class("303-102", group="610-26.02", students=1)
    other = factories.client_of(stranger.user)
    other.post(address, confirm)
    assert Question.objects.count() == 1, "another's bank is not theirs"


@pytest.mark.duty("9.1")
def test_pictures_of_a_moodle_file_are_shown_and_taken(klass):
    client, address = factories.client_of(klass.user), reverse("curriculum_questions_import")
    data = {"subject": klass.line.subject_id, "language": "11", "kind": "", "topic": ""}
    # Noise is packed by nobody: the largest file that is taken must still fit the form that confirms it.
    noise = b64encode(random.Random(1).randbytes(3 * IMPORT_BYTES // 4 - 3000)).decode()
    spare = f'<question type="cloze"><questiontext><file name="n">{noise}</file></questiontext></question>'
    content = with_picture(picture()).replace("</quiz>", f"{spare}</quiz>").encode()
    assert 0 <= IMPORT_BYTES - len(content) < 4000
    page = client.post(address, data | {"file": SimpleUploadedFile("savollar.xml", content)})
    assert page.content.decode().count('src="data:image/jpeg;base64,') == 1, "shown before anything is kept"
    assert [one.reason for one in page.context["parsed"].problems] == [
        "Questions of the kind “cloze” are not taken."
    ]
    assert client.post(address, data | {"packed": page.context["packed"]}).status_code == 302
    question = Question.objects.get()
    assert (question.text, question.pictures.get().name) == ("What is drawn?", "a.png")


@pytest.mark.duty("9.1")
def test_a_question_is_asked_with_a_picture(klass):
    client = factories.client_of(klass.user)
    data = {
        "subject": klass.line.subject_id, "kind": "single", "text": "Rasmda nima chizilgan?", "difficulty": 2,
        "answers": "#a\nb", "topic": "", "language": "11", "is_active": "on",
    }  # fmt: skip
    address = reverse("curriculum_questions_new")
    wrong = client.post(address, data | {"uploads": SimpleUploadedFile("a.png", b"<svg/>")})
    assert wrong.status_code == 422 and not Question.objects.exists()
    client.post(address, data | {"uploads": SimpleUploadedFile("a.png", picture())})
    question = Question.objects.get()
    kept = question.pictures.get()
    assert (kept.content_type, kept.name) == ("image/jpeg", "a.png")
    page = client.get(reverse("curriculum_questions_detail", args=[question.pk]) + "?tab=preview")
    url = f"{reverse('curriculum_questions_picture', args=[question.pk])}?file={kept.pk}"
    assert f'src="{url}"' in page.content.decode()
    assert b"".join(client.get(url)).startswith(b"\xff\xd8")
    stranger = factories.client_of(Class("303-102", group="610-26.02", students=1).user)
    assert stranger.get(url).status_code == 404
    edit = reverse("curriculum_questions_edit", args=[question.pk])
    version = {"row_version": question.version, "without": [kept.pk]}
    assert client.post(edit, data | version).status_code == 302
    assert not question.pictures.exists()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO curriculum_questionpicture (file, name, content_type, size, sha256, uploaded_at,"
            " question_id, uploaded_by_id) VALUES ('x', 'x', 'application/pdf', 1, 'x', now(), %s, %s)",
            [question.pk, klass.user.pk],
        )


@pytest.mark.duty("9.1")
def test_questions_go_out_in_every_form(klass):
    klass.bank()
    client = factories.client_of(klass.user)
    bulk = reverse("curriculum_questions_bulk")
    QuestionPicture.objects.create(
        question=Question.objects.first(), uploaded_by=klass.user, name="a.png", size=1, sha256="x",
        content_type="image/jpeg", file=ContentFile(picture(), name="a.jpg"),
    )  # fmt: skip
    for action, start in (
        ("gift", b"$CATEGORY"), ("excel", b"PK"), ("hemis", b"Bitta"), ("aiken", b"Bitta"), ("moodle", b"<?xml"),
    ):  # fmt: skip
        answer = client.post(bulk, {"action": action, "all_filtered": "1"})
        assert answer.content.startswith(start), action
    warned = client.get(reverse("curriculum_questions_list")).content.decode()
    assert "have no place in this form" in warned and "take Moodle XML" in warned
    again = formats.parse(answer.content, "moodle").questions
    assert len(again) == Question.objects.count()
    assert sum(len(one.pictures) for one in again) == 1
    sample = client.get(reverse("curriculum_questions_sample"))
    assert len(read_table(sample.content).rows) == 5
