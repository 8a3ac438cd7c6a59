"""Topics, resources, a bank of questions, tasks with what was handed in, and a test that some have taken."""

from __future__ import annotations

import datetime
import io
import random
from collections.abc import Callable
from decimal import Decimal

from django.core.files.base import ContentFile
from django.utils import timezone
from pypdf import PdfWriter

from curriculum.materials import actions as materials
from curriculum.materials import rules
from curriculum.materials.models import Resource, ResourceFile
from curriculum.models import CurriculumSubject, SubjectHours, Teaching, TeachingAudience, Topic
from grading.tasks import actions, queries, sessions
from grading.tasks import rules as marks
from grading.tasks.models import Attempt, Submission, Task, TaskStudent, Test
from hemis.access.history import acting
from hemis.access.models import RoleAssignment
from hemis.access.scope import Access
from hemis.pages.files import clean_material
from hemis.people.models import User
from reports.demo import YEAR, bulk

SEED = 8209
TEACHERS = 6  # whose subjects have resources, questions, tasks and a test
THEMES = (
    (
        "Kirish. Fanning predmeti, maqsadi va vazifalari",
        "Введение. Предмет, цель и задачи дисциплины",
        "Introduction",
    ),
    ("Asosiy tushunchalar va atamalar", "Основные понятия и термины", "Basic concepts and terms"),
    ("Fanning rivojlanish bosqichlari", "Этапы развития дисциплины", "Stages of development"),
    ("Tadqiqot usullari", "Методы исследования", "Research methods"),
    ("Nazariy asoslar va yondashuvlar", "Теоретические основы и подходы", "Theory and approaches"),
    ("Tasniflash va tizimlashtirish", "Классификация и систематизация", "Classification"),
    ("Amaliy masalalar yechimi", "Решение практических задач", "Solving practical problems"),
    ("Maʼlumotlarni tahlil qilish", "Анализ данных", "Data analysis"),
    (
        "Zamonaviy axborot texnologiyalarini qoʻllash",
        "Применение информационных технологий",
        "Use of technology",
    ),
    ("Milliy va xorijiy tajriba", "Национальный и зарубежный опыт", "National and foreign experience"),
    ("Huquqiy va meʼyoriy asoslar", "Правовые и нормативные основы", "Legal basis"),
    ("Loyihalash va modellashtirish", "Проектирование и моделирование", "Design and modelling"),
    ("Sifatni baholash mezonlari", "Критерии оценки качества", "Criteria of quality"),
    ("Muammoli vaziyatlar tahlili", "Разбор проблемных ситуаций", "Case studies"),
    ("Yakuniy umumlashtirish va xulosalar", "Обобщение и выводы", "Summary"),
)
TAKE_A_TEST = 2
SHORT = "Bir akademik soat necha daqiqa davom etadi?"
ESSAY = "Oʻrganilgan mavzuning kasbiy faoliyatingizdagi ahamiyatini yoriting."


def topics(staff: dict[str, User]) -> None:
    """Topics of these years as one set: before the lessons are given that teach them."""
    with acting(staff["academic"].pk, "demo"):
        _topics()


def build(staff: dict[str, User], *, tell: Callable[[str], None]) -> None:
    """Resources, questions, tasks and tests by the actions that the pages use."""
    lot = random.Random(SEED)  # noqa: S311 - a lot, not a secret
    tests = 0
    for teaching in _teachings():
        user = User.objects.filter(person=teaching.teacher.person_id).first()
        if user is None:
            continue
        access = Access.for_user(user)
        if not access.can("task.edit"):
            continue
        with acting(user.pk, "demo"):
            _resources(teaching, user)
            _questions(teaching, access)
            _work(teaching, access, lot)
            tests += _test(teaching, access, lot)
    tell(
        f"{Topic.objects.count()} topics, {Task.objects.count()} tasks, "
        f"{tests} tests taken by {Attempt.objects.count()}"
    )


def _topics() -> None:
    """Lectures of this year fully, practice in most subjects; the names follow one another."""
    lines = CurriculumSubject.objects.filter(
        pk__in=TeachingAudience.objects.filter(teaching__academic_year__gte=YEAR - 1).values(
            "curriculum_subject"
        )
    ).values_list("pk", flat=True)
    rows = []
    hours = SubjectHours.objects.filter(curriculum_subject__in=list(lines)).exclude(
        training_type=rules.SELF_STUDY
    )
    for at, (line, kind, total) in enumerate(
        hours.order_by("curriculum_subject", "training_type").values_list(
            "curriculum_subject", "training_type", "hours"
        )
    ):
        parts = rules.hours_of_rows(total)
        # A few subjects still lack topics: completeness has something to show.
        if at % 11 == 7:  # noqa: PLR2004 - every eleventh
            parts = parts[: len(parts) // 2]
        for number, part in enumerate(parts, start=1):
            name, name_ru, name_en = THEMES[(number - 1) % len(THEMES)]
            again = f" ({(number - 1) // len(THEMES) + 1}-qism)" if number > len(THEMES) else ""
            rows.append((line, kind, number, name + again, name_ru, name_en, part))
    bulk.write(
        Topic,
        ("curriculum_subject", "training_type", "position", "name", "name_ru", "name_en", "hours"),
        rows,
    )


def _teachings() -> list[Teaching]:
    """One lecture and one practical teaching of this autumn of each of the first teachers with an account."""
    keep: list[Teaching] = []
    accounts = (
        RoleAssignment.objects.filter(role="teacher").order_by("pk").values_list("user__person", flat=True)
    )
    found = Teaching.objects.filter(academic_year=YEAR, term="11", teacher__person__in=accounts)
    rows = found.select_related("teacher__person", "subject").order_by("teacher", "training_type", "pk")
    seen: set[tuple[int | None, str]] = set()
    people: list[int | None] = []
    for one in rows:
        if one.teacher_id not in people:
            if len(people) == TEACHERS:
                continue
            people.append(one.teacher_id)
        key = (one.teacher_id, one.training_type)
        if one.training_type in ("11", "13") and key not in seen:
            seen.add(key)
            keep.append(one)
    return keep


def _pdf() -> ContentFile:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(out)
    made = clean_material(out.getvalue())
    made.original_name = "maruza-matni.pdf"  # type: ignore[attr-defined]
    return made


def _resources(teaching: Teaching, user: User) -> None:
    audience = TeachingAudience.objects.filter(teaching=teaching).order_by("pk").first()
    if audience is None:
        return
    topics = Topic.objects.filter(
        curriculum_subject=audience.curriculum_subject_id, training_type=teaching.training_type
    ).order_by("position")[:3]
    for at, topic in enumerate(topics):
        one = Resource.objects.create(
            curriculum_subject_id=audience.curriculum_subject_id, training_type=teaching.training_type, topic=topic,
            language="11", name=f"{topic.name}: oʻquv materiali",
            description="Mavzu boʻyicha qisqacha matn va mustaqil oʻrganish uchun savollar.",
            link="https://www.lex.uz/" if at == 1 else "", is_published=at < 2, created_by=user,  # noqa: PLR2004
        )  # fmt: skip
        if at != 1:
            kept = ResourceFile(resource=one, uploaded_by=user)
            kept.take(_pdf())
            kept.save()


def _questions(teaching: Teaching, access: Access) -> None:
    """Choices of three difficulties on the first themes, one of each other kind."""
    made = []
    for at, (theme, _ru, _en) in enumerate(THEMES[:5]):
        for level in (1, 2, 3):
            made.append(
                rules.QuestionText(
                    rules.SINGLE, f"“{theme}” mavzusiga oid {level}-savol: toʻgʻri tasdiqni tanlang.",
                    (
                        rules.Answer("Taʼrif manbada shunday berilgan", rules.WHOLE),
                        rules.Answer("Taʼrif faqat xususiy holda oʻrinli"),
                        rules.Answer("Taʼrif boshqa fanga tegishli"),
                        rules.Answer("Bunday taʼrif mavjud emas"),
                    ),
                    theme, level,
                )
            )  # fmt: skip
        made.append(
            rules.QuestionText(
                rules.SEVERAL, f"“{theme}” mavzusining tarkibiy qismlarini belgilang ({at + 1}).",
                tuple(
                    rules.Answer(text, share)
                    for text, share in zip(
                        ("tushunchalar", "usullar", "obi-havo", "sport"),
                        rules.even_shares([True, True, False, False]), strict=True,
                    )
                ),
                theme, 2,
            )
        )  # fmt: skip
    made += [
        rules.QuestionText(
            rules.MATCHING, "Tushunchani izohi bilan moslang.",
            (
                rules.Answer("tahlil", match="butunni qismlarga ajratish"),
                rules.Answer("sintez", match="qismlarni birlashtirish"),
                rules.Answer("induksiya", match="xususiydan umumiyga oʻtish"),
            ),
            THEMES[1][0], 2,
        ),
        rules.QuestionText(rules.SHORT, SHORT, (rules.Answer("40", rules.WHOLE),), THEMES[0][0], 1),
        rules.QuestionText(rules.ESSAY, ESSAY, (), THEMES[4][0], 3),
    ]  # fmt: skip
    materials.add_questions(teaching.subject, made, access=access, language="11")


def _moment(days: int, hour: int = 23) -> datetime.datetime:
    return timezone.localtime().replace(hour=hour, minute=0, second=0, microsecond=0) + datetime.timedelta(
        days=days
    )


def _make(teaching: Teaching, access: Access, **values) -> Task | None:
    allowed = queries.controls_of(teaching, is_test=values.get("kind") == Task.TEST)
    if not allowed:
        return None
    return Task.objects.create(
        teaching=teaching, control=allowed[0][0], created_by=access.user, attempts=2, **values
    )


def _work(teaching: Teaching, access: Access, lot: random.Random) -> None:
    """One task whose deadline has passed, marked for most; one that is open."""
    past = _make(
        teaching, access, name="1-mustaqil ish", max_points=Decimal(5), deadline=_moment(-7),
        text="Mavzu boʻyicha 2–3 betlik referat tayyorlang. Manbalar roʻyxati shart.",
        late_rule=Task.ACCEPT, late_penalty=20,
    )  # fmt: skip
    now = _make(
        teaching, access, name="2-mustaqil ish: amaliy tahlil", max_points=Decimal(5), deadline=_moment(5),
        text="Berilgan vaziyatni tahlil qiling, xulosangizni jadval koʻrinishida topshiring.",
    )  # fmt: skip
    for task in filter(None, (past, now)):
        actions.send(task, access=access)
    if past is not None:
        _handed_in(past, access, lot, marked=True)
    if now is not None:
        _handed_in(now, access, lot, marked=False)


def _handed_in(task: Task, access: Access, lot: random.Random, *, marked: bool) -> None:
    rows = list(TaskStudent.objects.filter(task=task))
    chosen = [one for one in rows if lot.random() < (0.8 if marked else 0.3)]
    versions = []
    for one in chosen:
        late = marked and lot.random() < 0.15  # noqa: PLR2004 - some are late
        sent = task.deadline + datetime.timedelta(hours=20 if late else -lot.randint(2, 90))
        version = Submission(
            task_student=one, number=1, is_late=late, sent_at=min(sent, timezone.now()),
            text="Topshiriq bajarildi: asosiy tushunchalar, jadval va xulosa quyida keltirilgan.",
        )  # fmt: skip
        one.state = TaskStudent.SUBMITTED
        if marked and lot.random() < 0.85:  # noqa: PLR2004 - most are marked
            raw = Decimal(lot.randint(5, 10)) / 2
            version.raw_points = raw
            penalty = task.late_penalty if late else 0
            version.points = marks.marked(raw, maximum=task.max_points, penalty=penalty).value
            version.comment = "Yaxshi, manbalarni boyiting."
            version.graded_by, version.graded_at = access.user, timezone.now()
            one.state, one.points = TaskStudent.GRADED, version.points
        versions.append(version)
    Submission.objects.bulk_create(versions)
    TaskStudent.objects.bulk_update(chosen, ["state", "points"], batch_size=500)


def _test(teaching: Teaching, access: Access, lot: random.Random) -> int:
    """A test of eight questions, taken by a few: each answers one after another, as on the page."""
    task = _make(
        teaching, access, kind=Task.TEST, name="Oraliq test", max_points=Decimal(5), deadline=_moment(3),
        text="Birinchi besh mavzu boʻyicha test.",
    )  # fmt: skip
    if task is None:
        return 0
    test = Test.objects.create(task=task, duration=20)
    actions.set_quotas(
        test,
        [
            marks.Quota(2, THEMES[0][0]),
            marks.Quota(2, THEMES[1][0]),
            marks.Quota(3, "", 2),
            marks.Quota(1, "", 3),
        ],
        access=access,
    )
    actions.send(task, access=access)
    rows = (
        TaskStudent.objects.filter(task=task)
        .select_related("student__person__user")
        .order_by("pk")[:TAKE_A_TEST]
    )
    for one in rows:
        user = getattr(one.student.person, "user", None)
        if user is not None:
            _take(one, Access.for_user(user), lot)
    return 1


def _take(row: TaskStudent, access: Access, lot: random.Random) -> None:
    attempt = sessions.begin(row, access=access, ip=f"10.0.0.{lot.randint(2, 250)}")
    for answer in queries.sheet_of(attempt):
        right = [one.pk for one in answer.question.answers.all() if one.share > 0]
        knows = lot.random() < 0.65  # noqa: PLR2004 - what they know
        chosen = right if knows else answer.order[:1]
        matched = {str(key): key for key in answer.order} if answer.question.kind == rules.MATCHING else None
        sessions.answer(
            attempt, answer.position, access=access, chosen=matched or chosen, given_at=1,
            text="40" if answer.question.kind == rules.SHORT else "Bu mavzu kasbim uchun muhim, chunki …",
        )  # fmt: skip
    sessions.finish(attempt, access=access)
