"""What a diploma and its supplement say, from the student's card, the plan and the academic record (duty 2.7)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grading.rules import CREDIT
from hemis.classifiers.queries import label
from hemis.explain import Explained, readable_steps
from hemis.legal import cited, duty
from records import record, signing
from records import rules as record_rules
from records.diplomas import rules
from records.diplomas.words import BLOCK_TITLES, DISSERTATION, EDUCATIONS, LEGAL_FORM, SYSTEMS, TEXTS
from records.models import Diploma, GraduationTopic, HonoursRule, RecordLine
from records.queries import accredited
from records.signing import both, in_ascii
from structure.models import University
from students.models import Education, Qualification, Student

DATE = "%d.%m.%Y"
STUDYING, GRADUATED = "11", "14"
MAIN_SHEET = "11"
NUMBERED_SCHOOL = re.compile(r"(\d+)-?(?:son(?:li)?\s+)?(?:umumta'lim\s+)?maktab(?:i)?$", re.IGNORECASE)
MASTER = "12"
NO_OTHER = gettext_lazy("There is no other diploma of this study.")


def honours_rule(day: datetime.date | None = None) -> rules.Honours | None:
    """The rule of honours in force on a day; None where there is none."""
    row = HonoursRule.objects.in_force(day or timezone.localdate()).last()
    if row is None:
        return None
    return rules.Honours(
        is_on=row.is_on,
        fives_percent=row.fives_percent,
        lowest_mark=row.lowest_mark,
        attestation_mark=row.attestation_mark,
        retakes_exclude=row.retakes_exclude,
        source=cited(row.basis, confirmed=row.is_confirmed),
    )


@dataclass
class Prepared:
    """One student: what the papers will say, whether they may, and ordinary or with honours."""

    student: Student
    facts: dict[str, Any] = field(default_factory=dict)
    checks: list[rules.Check] = field(default_factory=list)
    honours: Explained[bool] = field(default_factory=lambda: Explained(False))
    decided_on: datetime.date | None = None

    @property
    def ready(self) -> bool:
        return all(one.good for one in self.checks)

    @property
    def why(self) -> list[dict[str, str]]:
        """Why ordinary or with honours, in the language in use."""
        return readable_steps(self.honours.as_json())

    @property
    def missing(self) -> list[rules.Check]:
        """Conditions that do not hold."""
        return [one for one in self.checks if not one.good]


def prepare(student_ids: Collection[int], *, allowed: Collection[int] | None = None) -> list[Prepared]:
    """What the papers of these students say; a fixed number of queries for all of them.

    ``allowed`` are the accredited; None looks them up.
    """
    students = (
        Student.objects.filter(pk__in=student_ids)
        .select_related(
            "person", "current__faculty", "current__group", "current__programme__speciality", "current__order"
        )
        .order_by("person__sort_key", "pk")
    )
    common = _Common(list(students), accredited(student_ids) if allowed is None else set(allowed))
    return [_prepare_one(one, common) for one in common.students]


class _Common:
    """What is read once for all students."""

    def __init__(self, students: list[Student], allowed: set[int]):
        self.students, self.allowed = students, allowed
        keys = [one.pk for one in students]
        self.lines = record.lines_of_many(keys)
        self.university = University.objects.get()
        self.rector = signing.rector(self.university)
        self.rule = honours_rule()
        self.scales = signing.scales_of(
            {one.current.group_id for one in students if one.current and one.current.group_id}
        )
        self.qualifications: dict[int, Qualification] = {}
        specialities = {one.current.programme.speciality_id for one in students if one.current}
        for one in Qualification.objects.filter(speciality__in=specialities, is_active=True).order_by("-pk"):
            self.qualifications[one.speciality_id] = one
        self.educations: dict[int, Education] = {}
        people = [one.person_id for one in students]
        for education in Education.objects.filter(person__in=people).order_by("graduation_year", "pk"):
            self.educations[education.person_id] = education
        self.retaken: dict[int, list[str]] = {}
        retakes = RecordLine.objects.passed().filter(student__in=keys, sheet__isnull=False)
        for student, name in retakes.exclude(sheet__attempt=MAIN_SHEET).values_list(
            "student", "subject_name"
        ):
            self.retaken.setdefault(student, []).append(name)
        topics = GraduationTopic.objects.filter(student__in=keys, state=GraduationTopic.APPROVED)
        self.topics = {one.student_id: one for one in topics}
        self.live = set(Diploma.objects.live().filter(student__in=keys).values_list("student", flat=True))


def _prepare_one(student: Student, common: _Common) -> Prepared:
    made = Prepared(student)
    if student.current is None:
        made.checks.append(rules.Check(False, _("The student has no placement.")))
        return made
    lines = common.lines.get(student.pk, [])
    made.honours = rules.honours(common.rule, lines, common.retaken.get(student.pk, []))
    attested = [one for one in lines if one.kind in rules.ATTESTED]
    made.decided_on = max((one.held_on for one in attested if one.held_on), default=None)
    made.facts = facts_of(student, lines, common, honours=made.honours.value, decided_on=made.decided_on)
    made.checks = _checks(student, lines, made, common)
    return made


def _checks(student: Student, lines: list[RecordLine], made: Prepared, common: _Common) -> list[rules.Check]:
    facts, person = made.facts, student.person
    good = student.current.status in (STUDYING, GRADUATED) if student.current else False
    named = [
        (_("University"), facts["university"]), (_("Faculty"), facts["faculty"]),
        (_("Speciality"), facts["speciality"]), (_("Qualification"), facts["qualification"]),
        *((_("Subject"), row["name"]) for block in facts["blocks"] for row in block["rows"]),
    ]  # fmt: skip
    return [
        rules.Check(student.pk in common.allowed, _("Accredited as a graduate."), duty("2.7")),
        rules.Check(good, _("Studies, or has graduated by an order."), duty("B8")),
        rules.Check(bool(lines), _("There is an academic record."), duty("2.7")),
        rules.Check(bool(person.birth_date), _("The birth date is known.")),
        rules.Check(bool(common.rector["uz"]), _("The rector who signs is known.")),
        rules.missing_names(named),
        rules.Check(student.pk not in common.live, str(NO_OTHER)),
    ]


def english_name(student: Student) -> str:
    """Surname and first name as in the passport; the patronymic is not part of it."""
    person = student.person
    last = person.passport_last_name or person.last_name
    first = person.passport_first_name or person.first_name
    name = in_ascii(f"{last} {first}")
    # Passports write large letters throughout.
    return " ".join(part.capitalize() for part in name.split()) if name.isupper() else name


def names_of(student: Student) -> dict[str, Any]:
    """The names of the person as the papers write them."""
    person = student.person
    given = " ".join(filter(None, [person.first_name, person.middle_name]))
    english = english_name(student).split(" ", 1)
    return {
        "surname": both(person.last_name, english[0]),
        "given": both(given, english[-1]),
        "full_name": both(person.full_name, english_name(student)),
    }


def facts_of(
    student: Student,
    lines: list[RecordLine],
    common: _Common,
    *,
    honours: bool,
    decided_on: datetime.date | None,
) -> dict[str, Any]:
    """The frozen content of both papers, in Uzbek and English."""
    placement = student.current
    speciality = placement.programme.speciality
    degree = speciality.education_type
    system, scale = common.scales.get(placement.group_id or 0, signing.NO_SCALE)
    university = common.university
    qualification = common.qualifications.get(speciality.pk)
    years = f"{placement.programme.years.normalize():f}"
    topic = common.topics.get(student.pk)
    texts = TEXTS.get(degree, TEXTS["11"])
    return {
        **names_of(student),
        "birth_date": student.person.birth_date.strftime(DATE) if student.person.birth_date else "",
        "student_number": student.number,
        "university": both(university.name, university.name_en),
        "address": university.beside("mailing_address", "en"),
        "accreditation": university.beside("accreditation", "en"),
        "faculty": both(placement.faculty.name, placement.faculty.name_en),
        "degree": both(*texts["degree"]),
        "degree_code": degree,
        "honours": honours,
        "speciality_code": speciality.code,
        "speciality": both(speciality.name, speciality.name_en),
        "qualification": both(
            qualification.name if qualification else speciality.name,
            qualification.name_en if qualification else speciality.name_en,
        ),
        "qualification_text": both(
            qualification.description if qualification else "",
            qualification.description_en if qualification else "",
        ),
        "form": _classified("h_education_form", placement.education_form),
        "language": _classified("h_language", placement.language),
        "years": years,
        "entry_year": str(student.entry_year),
        "previous": _previous(common.educations.get(student.person_id)),
        "moved_from": _moved_from(lines),
        "legal_form": both(*LEGAL_FORM),
        "admission": both(*texts["admission"]),
        "next_education": both(*texts["next"]),
        "profession": both(*texts["profession"]),
        "system": system,
        "rated": rules.rated(system),
        "system_text": both(*SYSTEMS[system]),
        "scale": scale,
        "rector": common.rector,
        "city": both(*_city(university)),
        "decided_on": decided_on.strftime(DATE) if decided_on else "",
        "decided": long_date(decided_on),
        "thesis": both(topic.title, topic.title_en) if topic else both("", ""),
        "blocks": blocks_of(lines, system, master=degree == MASTER),
        "gpa": f"{record_rules.gpa(lines).value}" if lines else "",
    }  # fmt: skip


def _classified(list_code: str, code: str) -> dict[str, str]:
    return both(label(list_code, code, "uz"), label(list_code, code, "en"))


def _previous(education: Education | None) -> dict[str, str]:
    if education is None:
        return both("", "")
    uz, en = EDUCATIONS[education.kind]
    if education.with_honours:
        uz, en = f"{uz}, imtiyozli", f"{en} with honours"
    return both(
        f"{uz} № {education.number}, {education.school}, {education.graduation_year}",
        f"{en} No. {education.number}, {school_in_english(education.school)}, {education.graduation_year}",
    )


def school_in_english(name: str) -> str:
    """Its kind in English, the name itself in plain letters: ``School No. 12``."""
    plain = in_ascii(name).strip()
    numbered = NUMBERED_SCHOOL.match(plain)
    return f"School No. {numbered.group(1)}" if numbered else plain


def _moved_from(lines: Iterable[RecordLine]) -> str:
    """Universities whose subjects were recognised."""
    return ", ".join(sorted({one.examiner for one in lines if one.origin == "recognised" and one.examiner}))


def _city(university: University) -> tuple[str, str]:
    """The city of the address: its first part without the word for a city."""
    first = university.address.split(",")[0].strip()
    uz = first.removesuffix("shahri").strip().removesuffix("sh.").strip()
    return uz, {"Toshkent": "Tashkent", "Samarqand": "Samarkand", "Buxoro": "Bukhara"}.get(uz, uz)


MONTHS_UZ = (
    "yanvar", "fevral", "mart", "aprel", "may", "iyun", "iyul", "avgust", "sentabr", "oktabr", "noyabr", "dekabr",
)  # fmt: skip
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def long_date(day: datetime.date | None) -> dict[str, str]:
    """``2026-yil 25-iyun`` and ``June 25, 2026``."""
    if day is None:
        return both("", "")
    return both(
        f"{day.year}-yil {day.day}-{MONTHS_UZ[day.month - 1]}",
        f"{MONTHS_EN[day.month - 1]} {day.day}, {day.year}",
    )


def blocks_of(lines: list[RecordLine], system: str, *, master: bool = False) -> list[dict[str, Any]]:
    """The results table in its blocks: subjects with their total, course works, practices, examinations, work."""
    titles = BLOCK_TITLES | ({"graduation_works": DISSERTATION} if master else {})
    found = []
    for name, members in record_rules.in_blocks(lines).items():
        if not members:
            continue
        rows = [_row(number, one, system, block=name) for number, one in enumerate(members, start=1)]
        total = rules.sums(members)
        found.append(
            {
                "name": name, "title": both(*titles[name]), "rows": rows,
                "total": _total(total, system) if name == "subjects" else None,
            }
        )  # fmt: skip
    return found


def _row(number: int, line: Any, system: str, *, block: str) -> dict[str, Any]:
    return {
        "number": number,
        "name": both(line.subject_name, line.subject_name_en),
        # Course works have no hours of their own.
        "hours": "" if block == "course_works" else str(line.hours),
        "letter": line.letter,
        **rules.cells(system, line),
    }


def _total(total: rules.Sums, system: str) -> dict[str, str]:
    return {
        "hours": str(total.hours),
        "credit": f"{total.credits.normalize():f}" if system == CREDIT else "",
        "rating": str(total.rating) if rules.rated(system) else "",
        "points": "" if system == "five" else f"{total.mean_points}",
        "mark": f"{total.mean_mark} ({rules.hundred_of_five(total.mean_mark)})",
    }
