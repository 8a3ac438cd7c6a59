"""Those who graduate: a group from its sheets and topics to accreditation; topics that the last course may choose."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from curriculum import actions as curriculum
from curriculum import registrations
from curriculum.models import (
    Curriculum,
    CurriculumSemester,
    CurriculumSubject,
    MarkingSystem,
    RatingSheetKind,
    Subject,
    SubjectControl,
    SubjectGroup,
    SubjectHours,
)
from grading import actions as grading
from grading.models import GradeSheet, SheetLine
from hemis.access.history import acting
from hemis.access.scope import Access
from hemis.documents.actions import reserve_numbers
from hemis.people.models import Person, User
from records import actions, queries
from records.models import AttestationLine, Commission, CommissionMember, GraduationTopic, RecordLine
from reports.demo import YEAR, contingent
from reports.demo.people import People
from staff.models import Employee, Position
from structure.models import Unit
from students.models import AcademicYear, Candidate, Education, Group, Programme, Speciality, Student

PEOPLE = 13
LEAST = 100  # a smaller university has no master's group
CODE, FACULTY, KAFEDRA = "70610101", "303-101", "303-101-01"
NAMES = ("Kompyuter injiniringi", "Компьютерный инжиниринг", "Computer Engineering")
SUBJECTS = (
    ("Ilmiy tadqiqot metodologiyasi", "Методология научных исследований", "Research Methodology"),
    ("Taqsimlangan tizimlar", "Распределённые системы", "Distributed Systems"),
    ("Mashinali oʻqitish", "Машинное обучение", "Machine Learning"),
    ("Axborot xavfsizligi", "Информационная безопасность", "Information Security"),
    ("Amaliy xorijiy til", "Прикладной иностранный язык", "Applied Foreign Language"),
    ("Katta hajmdagi maʼlumotlar", "Большие данные", "Big Data"),
    ("Bulutli texnologiyalar", "Облачные технологии", "Cloud Technologies"),
    ("Ilmiy-pedagogik amaliyot", "Научно-педагогическая практика", "Teaching Practice"),
    ("Mutaxassislik boʻyicha davlat imtihoni", "Государственный экзамен", "State Examination"),
    ("Magistrlik dissertatsiyasi", "Магистерская диссертация", "Master's Dissertation"),
)
# The kind of rating sheet of each (`h_rating_grade`).
KINDS = ("11", "11", "11", "11", "11", "11", "11", "14", "13", "15")
TOPICS = (
    (
        "Talabalar davomatini prognozlash modeli",
        "Модель прогнозирования посещаемости",
        "Forecasting Attendance",
    ),
    ("Oʻzbek matnlarini tahlil qilish", "Анализ узбекских текстов", "Analysis of Uzbek Texts"),
    ("Dars jadvalini optimallashtirish", "Оптимизация расписания", "Timetable Optimisation"),
    ("Kutubxona tavsiya tizimi", "Рекомендательная система библиотеки", "A Library Recommender"),
    ("Tarmoq hujumlarini aniqlash", "Обнаружение сетевых атак", "Intrusion Detection"),
    ("Yozma ishlarda oʻxshashlikni topish", "Поиск заимствований", "Similarity Detection"),
    ("Energiya sarfini bashoratlash", "Прогноз энергопотребления", "Energy Forecasting"),
    ("Tibbiy tasvirlarni tasniflash", "Классификация медицинских снимков", "Medical Image Classification"),
    ("Nutqni tanish tizimi", "Система распознавания речи", "Speech Recognition"),
    ("Shahar transporti oqimlari", "Потоки городского транспорта", "Urban Traffic Flows"),
    ("Elektron hujjatlar xavfsizligi", "Безопасность электронных документов", "Document Security"),
    ("Aqlli auditoriya", "Умная аудитория", "The Smart Classroom"),
    ("Onlayn imtihonlar nazorati", "Контроль онлайн-экзаменов", "Online Exam Proctoring"),
    (
        "Tuproq namligini masofadan oʻlchash",
        "Дистанционный замер влажности почвы",
        "Remote Soil Moisture Sensing",
    ),
)
REVIEWER = ("S. T. Rasulov", "Toshkent axborot texnologiyalari universiteti, dotsent")
# Places of those who do not get through: two with a debt, of whom one has chosen a topic; one fails, one stays away.
DEBTOR, FAILING, ABSENT, CHOOSING = 9, 10, 11, 12
ACCREDITED = 6
BEST = 1  # the diploma of this one is with honours


def build(
    staff: dict[str, User], people: People, password: str, *, tell: Callable[[str], None]
) -> list[Student]:
    """The master's group up to accreditation, then topics that the last course may choose; the accredited."""
    faculty, kafedra = Unit.objects.get(code=FACULTY), Unit.objects.get(code=KAFEDRA)
    plan, group = _study(staff, faculty, kafedra)
    students = _students(staff, people, faculty, group, password)
    with acting(staff["academic"].pk, "demo"):
        for term in ("11", "12"):
            registrations.register_half_year(
                year=YEAR - 1, term=term, day=timezone.localdate(), groups=[group.pk]
            )
        _sheets(staff["academic"], plan, group, students)
    _topics(staff, kafedra, plan.speciality, students)
    _attest(staff, kafedra, plan, group, students)
    dean = Access.for_user(staff["dean1"])
    with acting(staff["dean1"].pk, "demo"):
        actions.accredit([one.pk for one in students[:ACCREDITED]], access=dean)
        _recognition(students[DEBTOR], dean)
    _again(staff, plan, group)
    _offered(staff)
    tell(
        f"{RecordLine.objects.count()} lines of the academic record, {GraduationTopic.objects.count()} topics"
    )
    return students[:ACCREDITED]


def _study(staff: dict[str, User], faculty: Unit, kafedra: Unit) -> tuple[Curriculum, Group]:
    """A speciality of one year, its approved plan of sixty credits, and the group that studies by it."""
    speciality = Speciality.objects.create(
        code=CODE, name=NAMES[0], name_ru=NAMES[1], name_en=NAMES[2], education_type="12", faculty=faculty,
        kafedra=kafedra,
    )  # fmt: skip
    Programme.objects.create(speciality=speciality, education_form="11", years=Decimal("1.0"))
    group = Group.objects.create(
        name="M-6101-25.01", faculty=faculty, speciality=speciality, entry_year=YEAR - 1, education_form="11",
        language="11",
    )  # fmt: skip
    with acting(staff["academic"].pk, "demo"):
        plan = Curriculum.objects.create(
            name=NAMES[0], speciality=speciality, marking_system=MarkingSystem.objects.get(code="13"),
            start_year_id=YEAR - 1, semester_count=2,
        )  # fmt: skip
        curriculum.lay_out(plan)
        _fill(plan, kafedra)
        Curriculum.objects.filter(pk=plan.pk).update(
            state=Curriculum.APPROVED, approved_by=staff["academic"], approved_at=timezone.now()
        )
    with acting(staff["dean1"].pk, "demo"):
        curriculum.give_to_groups(Group.objects.filter(pk=group.pk), access=Access.for_user(staff["dean1"]))
    plan.refresh_from_db()
    return plan, group


def _fill(plan: Curriculum, kafedra: Unit) -> None:
    first, second = CurriculumSemester.objects.filter(curriculum=plan).order_by("number")
    subject_group = SubjectGroup.objects.order_by("pk").first()
    subjects = Subject.objects.bulk_create(
        Subject(
            code=f"MAG.{at:02d}", name=name, name_ru=ru, name_en=en, group=subject_group, education_type="12",
            kafedra=kafedra,
        )
        for at, (name, ru, en) in enumerate(SUBJECTS, start=1)
    )  # fmt: skip
    kinds = {one.code: one for one in RatingSheetKind.objects.all()}
    rows = CurriculumSubject.objects.bulk_create(
        CurriculumSubject(
            curriculum=plan, semester=first if at < 5 else second, subject=subject, sheet_kind=kinds[KINDS[at]],
            kafedra=kafedra, credit=Decimal(6), position=at + 1,
        )
        for at, subject in enumerate(subjects)
    )  # fmt: skip
    parts: list[Any] = []
    controls: list[Any] = []
    for one, kind in zip(rows, KINDS, strict=True):
        whole = kind != "11"
        hours = {"17": 180} if whole else {"11": 20, "13": 20, "14": 14, "17": 126}
        most = {"14": 100} if whole else {"11": 30, "12": 20, "13": 50}
        parts += [
            SubjectHours(curriculum_subject=one, training_type=key, hours=n) for key, n in hours.items()
        ]
        controls += [
            SubjectControl(curriculum_subject=one, control=key, max_points=n) for key, n in most.items()
        ]
    SubjectHours.objects.bulk_create(parts)
    SubjectControl.objects.bulk_create(controls)


def _students(
    staff: dict[str, User], people: People, faculty: Unit, group: Group, password: str
) -> list[Student]:
    """Admitted by an order of last year, with accounts that sign in at once."""
    persons = Person.objects.bulk_create(people.student(YEAR - 5) for _place in range(PEOPLE))
    Education.objects.bulk_create(
        Education(
            person=person, kind="bachelor", number=f"B {5_400_100 + at}", school="Namuna davlat universiteti",
            graduation_year=YEAR - 1, issued_on=datetime.date(YEAR - 1, 6, 30), with_honours=at == 1,
        )
        for at, person in enumerate(persons)
    )  # fmt: skip
    programme = Programme.objects.get(speciality=group.speciality)
    candidates = Candidate.objects.bulk_create(
        Candidate(
            person=person, entry_year=YEAR - 1, programme=programme, group=group, language="11", payment_form="12",
            score=Decimal("120.0"),
        )
        for person in persons
    )  # fmt: skip
    contingent.admit_one(
        Access.for_user(staff["dean1"]), Access.for_user(staff["rector"]), faculty, YEAR - 1,
        [one.pk for one in candidates], YEAR - 1,
    )  # fmt: skip
    rows = Student.objects.filter(current__group=group).select_related(
        "person", "current__programme", "current__group"
    )
    User.objects.filter(person__studies__in=rows).update(password=password)
    return list(rows.order_by("person__sort_key", "pk"))


def _sheets(user: User, plan: Curriculum, group: Group, students: list[Student]) -> None:
    """All controls of both half-years, closed; one of the group has a debt."""
    teachers = _teachers(plan.subjects.first().kafedra)
    subjects = plan.subjects.exclude(sheet_kind__code__in=RatingSheetKind.ATTESTED).order_by("position")
    wanted = [
        (one, control.control, int(control.max_points))
        for one in subjects.select_related("semester").prefetch_related("controls")
        for control in one.controls.all()
    ]
    year = YEAR - 1
    numbers = iter(reserve_numbers("grade_sheet", year, len(wanted)))
    held = {1: datetime.date(YEAR, 1, 22), 2: datetime.date(YEAR, 6, 12)}
    sheets = GradeSheet.objects.bulk_create(
        GradeSheet(
            academic_year_id=year, serial=next(numbers), curriculum_subject=one, group=group, control=control,
            examiner=teachers[at % len(teachers)], held_on=held[one.semester.number],
            due_on=held[one.semester.number] + datetime.timedelta(days=3), opened_by=user,
        )
        for at, (one, control, _most) in enumerate(wanted)
    )  # fmt: skip
    lines = []
    for sheet, (one, _control, most) in zip(sheets, wanted, strict=True):
        for place, student in enumerate(students):
            share = 78 + (place * 7 + one.position * 3) % 20
            if place == BEST:
                share = 92 + one.position % 7
            if place in (DEBTOR, CHOOSING) and one.position == 6:  # noqa: PLR2004 — the first subject of the spring
                share = 40
            points = (Decimal(most) * share / 100).quantize(Decimal("0.1"))
            lines.append(SheetLine(sheet=sheet, student=student, status=SheetLine.GRADED, points=points))
    SheetLine.objects.bulk_create(lines)
    rows, at = GradeSheet.objects.filter(pk__in=[one.pk for one in sheets]), timezone.now()
    rows.update(state=GradeSheet.SIGNED, signed_by=user, signed_at=at)
    rows.update(state=GradeSheet.CHECKED, checked_by=user, checked_at=at)
    rows.update(state=GradeSheet.CLOSED, closed_by=user, closed_at=at)
    grading.recompute(list(subjects.values_list("pk", flat=True)))
    grading.compute_gpa(students=[one.pk for one in students])


def _teachers(kafedra: Unit) -> list[Employee]:
    posts = Position.objects.filter(unit=kafedra, category="12", valid_to=None).order_by("employee")
    return list(
        Employee.objects.filter(pk__in=posts.values("employee")).select_related("person").order_by("pk")
    )


def _topics(staff: dict[str, User], kafedra: Unit, speciality: Speciality, students: list[Student]) -> None:
    """Entered and assigned by the kafedra, put on an order by the dean's office, signed by the rector."""
    teachers = _teachers(kafedra)
    head, dean = Access.for_user(staff["head1"]), Access.for_user(staff["dean1"])
    year = AcademicYear.objects.get(is_current=True)
    with acting(staff["head1"].pk, "demo"):
        topics = GraduationTopic.objects.bulk_create(
            GraduationTopic(
                academic_year=year, kafedra=kafedra, speciality=speciality, title=title, title_ru=ru, title_en=en,
                supervisor=teachers[at % len(teachers)], reviewer=REVIEWER[0], reviewer_place=REVIEWER[1],
            )
            for at, (title, ru, en) in enumerate(TOPICS)
        )  # fmt: skip
        ready = [one for place, one in enumerate(students) if place not in (DEBTOR, CHOOSING)]
        taken = topics[: len(ready)]
        for topic, student in zip(taken, ready, strict=True):
            actions.assign_topic(topic, access=head, student=student)
    chooser = students[CHOOSING]
    with acting(chooser.person.user.pk, "demo"):
        actions.choose_topic(topics[-1], Student.objects.get(pk=chooser.pk))
    with acting(staff["dean1"].pk, "demo"):
        order = actions.draw_up_topic_order(
            Unit.objects.get(code=FACULTY), topics=[one.pk for one in taken], access=dean
        )
    with acting(staff["rector"].pk, "demo"):
        actions.sign_topic_order(order, access=Access.for_user(staff["rector"]))


def _commission_of(kafedra: Unit, speciality: Speciality, kind: str) -> Commission:
    """A draft: five members, three of them employers, and a secretary."""
    teachers = _teachers(kafedra)
    today = timezone.localdate()
    commission = Commission.objects.create(
        name=f"DAK: {speciality.name} ({'imtihon' if kind == Commission.EXAM else 'himoya'}, {YEAR}/{YEAR + 1})",
        kind=kind, academic_year=AcademicYear.objects.get(is_current=True), kafedra=kafedra, speciality=speciality,
        order_number=f"14-{kind[0].upper()}", order_date=today - datetime.timedelta(days=40),
        valid_from=today - datetime.timedelta(days=35), valid_to=today + datetime.timedelta(days=325),
    )  # fmt: skip
    outside = (
        (CommissionMember.CHAIR, "R. X. Qodirov", "“Uztelecom” AK", "bosh muhandis"),
        (CommissionMember.DEPUTY, "N. A. Yusupova", "“IT-Park” DUK", "boʻlim boshligʻi"),
        (CommissionMember.MEMBER, "B. S. Tojiboyev", "“Innova” MChJ", "direktor"),
    )
    rows = [
        CommissionMember(
            commission=commission, role=role, full_name=name, work_place=place, post=post, is_employer=True
        )
        for role, name, place, post in outside
    ]
    own = ((CommissionMember.MEMBER, 0), (CommissionMember.MEMBER, 1), (CommissionMember.SECRETARY, 2))
    rows += [
        CommissionMember(
            commission=commission, role=role, employee=teachers[place], full_name=teachers[place].person.full_name,
            work_place=kafedra.name, post="oʻqituvchi",
        )
        for role, place in own
    ]  # fmt: skip
    CommissionMember.objects.bulk_create(rows)
    return commission


def _attest(
    staff: dict[str, User], kafedra: Unit, plan: Curriculum, group: Group, students: list[Student]
) -> None:
    """The examination and the defence, both closed; one is not admitted, one fails, one stays away."""
    head = Access.for_user(staff["head1"])
    today = timezone.localdate()
    with acting(staff["head1"].pk, "demo"):
        for kind, code, days in ((Commission.EXAM, "13", 20), (Commission.DEFENCE, "15", 6)):
            commission = _commission_of(kafedra, plan.speciality, kind)
            with acting(staff["academic"].pk, "demo"):
                commission = actions.approve_commission(commission, access=Access.for_user(staff["academic"]))
            subject = plan.subjects.get(sheet_kind__code=code)
            session = actions.open_session(
                commission, group=group, subject=subject, held_on=today - datetime.timedelta(days=days),
                starts_at=datetime.time(9, 0), place="A-201", access=head,
            )  # fmt: skip
            cells = {}
            places = {one.pk: place for place, one in enumerate(students)}
            for line in session.lines.filter(status=AttestationLine.EMPTY):
                place = places[line.student_id]
                text = "96" if place == BEST else str(74 + place * 5 % 24)
                if kind == Commission.DEFENCE:
                    text = {FAILING: "48", ABSENT: "k"}.get(place, text)
                cells[line.pk] = (text, "")
            present = commission.members.values_list("pk", flat=True)
            actions.fill_session(session, cells=cells, present=list(present), access=head)
            actions.close_session(session, access=head)


def _again(staff: dict[str, User], plan: Curriculum, group: Group) -> None:
    """Whoever has failed stands before the commission today: a protocol that its secretary fills."""
    commission = Commission.objects.get(speciality=plan.speciality, kind=Commission.DEFENCE)
    with acting(staff["head1"].pk, "demo"):
        actions.open_session(
            commission, group=group, subject=plan.subjects.get(sheet_kind__code="15"), held_on=timezone.localdate(),
            starts_at=datetime.time(14, 0), place="A-201", access=Access.for_user(staff["head1"]),
        )  # fmt: skip


def _recognition(student: Student, dean: Access) -> None:
    """The failed subject was studied elsewhere; the act waits for academic affairs."""
    gap = queries.gaps_of([student.pk])[student.pk][0]
    subject = CurriculumSubject.objects.select_related("subject", "semester").get(pk=gap.subject)
    actions.propose_recognition(
        student, access=dean, curriculum_subject=subject, institution="Toshkent axborot texnologiyalari universiteti",
        subject_name=subject.subject.name, subject_name_ru=subject.subject.name_ru,
        subject_name_en=subject.subject.name_en, studied_year=subject.semester.academic_year,
        semester=subject.semester.number, hours=180, credit=subject.credit, points=Decimal(81),
        basis="Akademik maʼlumotnoma № 118, 03.07.2026", decision_number="7",
        decision_date=timezone.localdate() - datetime.timedelta(days=2),
        reason="Akademik almashinuv dasturida oʻzlashtirilgan fan",
    )  # fmt: skip


def _offered(staff: dict[str, User]) -> None:
    """What the last course of the first kafedra's speciality may choose from; some have chosen already."""
    kafedra = Unit.objects.get(code=KAFEDRA)
    speciality = Speciality.objects.filter(kafedra=kafedra, education_type="11").order_by("code").first()
    if speciality is None:
        return
    teachers = _teachers(kafedra)
    with acting(staff["head1"].pk, "demo"):
        _commission_of(kafedra, speciality, Commission.DEFENCE)  # It waits for approval.
        topics = GraduationTopic.objects.bulk_create(
            GraduationTopic(
                academic_year_id=YEAR, kafedra=kafedra, speciality=speciality, title=f"{title}: amaliy tahlil",
                title_ru=ru, title_en=en, supervisor=teachers[at % len(teachers)],
            )
            for at, (title, ru, en) in enumerate(TOPICS)
        )  # fmt: skip
    last = Student.objects.filter(
        current__programme__speciality=speciality, current__course="14", current__status="11",
        current__programme__education_form="11",
    ).select_related("current__group__plan__curriculum", "current__programme").order_by("number")  # fmt: skip
    for topic, student in zip(topics[:4], last[:4], strict=False):
        if actions.open_to(student).filter(pk=topic.pk).exists():
            with acting(student.person.user.pk, "demo"):
                actions.choose_topic(topic, student)
