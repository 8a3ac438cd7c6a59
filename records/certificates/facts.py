"""What transcripts, study sheets and certificates say, from the student's card, orders and academic record."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from hemis.classifiers.queries import label
from hemis.people.transliteration import to_cyrillic
from records import record, rules, signing
from records.certificates import money
from records.certificates.words import WORDS
from records.diplomas.facts import english_name
from records.models import Certificate, Diploma, GraduationTopic, RecordLine
from structure.models import University
from students.models import Placement, Student

DATE = "%d.%m.%Y"
STUDYING, EXPELLED, ON_LEAVE, GRADUATED = "11", "12", "13", "14"
CYRILLIC = "uz-cyrl"
# What stays as it is when a paper is written in Cyrillic: numbers, codes, letters of marks.
AS_IS = {
    "number",
    "student_number",
    "letter",
    "group",
    "pinfl",
    "speciality_code",
    "system",
    "blank",
    "document",
    "_language",
}
EXPULSION, REINSTATEMENT, LEAVE = "11", "15", "12"


def name_in(row: Any, language: str) -> str:
    """The name of a unit, a speciality or the university in a language; Uzbek where there is no other."""
    if row is None:
        return ""
    return getattr(row, f"name_{language}", "") or row.name


def figure(value: Decimal) -> str:
    """Without needless zeros."""
    return f"{value.normalize():f}"


def in_cyrillic(value: Any, key: str = "") -> Any:
    """A payload in Cyrillic letters, but for what ``AS_IS`` names."""
    if key in AS_IS:
        return value
    if isinstance(value, dict):
        return {name: in_cyrillic(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [in_cyrillic(one) for one in value]
    return to_cyrillic(value) if isinstance(value, str) else value


def student_of(pk: int) -> Student:
    """The student with all that the papers ask."""
    return Student.objects.select_related(
        "person", "current__faculty", "current__group", "current__programme__speciality", "current__order"
    ).get(pk=pk)


def payload(
    student: Student, *, kind: str, language: str, up_to: str = "", purpose: str = ""
) -> dict[str, Any]:
    """The paper of a kind in a language."""
    base = "uz" if language == CYRILLIC else language
    make = {
        Certificate.TRANSCRIPT: _transcript, Certificate.STUDY: _study, Certificate.SHEET: _sheet,
        Certificate.ACADEMIC: _academic, Certificate.STIPEND: money.stipend, Certificate.PAYMENTS: money.payments,
    }[kind]  # fmt: skip
    said = _common(student, base) | make(student, base, up_to) | {"purpose": purpose, "w": dict(WORDS[base])}
    if language == CYRILLIC:
        said = in_cyrillic(said)
    return said | {"_language": language}


def _common(student: Student, language: str) -> dict[str, Any]:
    placement = student.current
    university, person = University.objects.get(), student.person
    speciality = placement.programme.speciality
    signs = "en" if language == "en" else "uz"
    return {
        "university": {
            "name": name_in(university, language),
            "address": university.said("address", language),
        },
        "rector": signing.rector(university)[signs],
        "dean": signing.dean(placement.faculty_id)[signs],
        "name": english_name(student) if language == "en" else person.full_name,
        "student_number": student.number,
        "birth_date": person.birth_date.strftime(DATE) if person.birth_date else "",
        "citizenship": label("h_citizenship_type", person.citizenship, language),
        "faculty": name_in(placement.faculty, language),
        "speciality_code": speciality.code,
        "speciality": name_in(speciality, language),
        "is_master": speciality.education_type == "12",
        "degree": label("h_education_type", speciality.education_type, language),
        "form": label("h_education_form", placement.education_form, language),
        "language": label("h_language", placement.language, language),
        "payment": label("h_payment_form", placement.payment_form, language),
        "entered": str(student.entry_year),
        "status": label("h_student_status", placement.status, language),
        "course": label("h_course", placement.course, language),
        "group": placement.group.name if placement.group else "",
        "since": placement.valid_from.strftime(DATE),
        "status_code": placement.status,
    }


def _study(student: Student, language: str, up_to: str) -> dict[str, Any]:
    return {"pinfl": _masked(student.person.pinfl or "")}


def _masked(pinfl: str) -> str:
    """Enough to compare with the passport: the first and the last figures."""
    return f"{pinfl[:4]}******{pinfl[-4:]}" if pinfl else ""


def _scale(student: Student) -> tuple[str, list[dict[str, str]]]:
    group = student.current.group_id if student.current else None
    return signing.scales_of({group}).get(group, signing.NO_SCALE) if group else signing.NO_SCALE


def _lines(student: Student, up_to: str) -> list[RecordLine]:
    rows = record.lines_of(student)
    # h_semester: 11 is the first.
    return list(rows.filter(semester__lte=int(up_to) - 10) if up_to else rows)


def _row(number: int, line: RecordLine, language: str) -> dict[str, Any]:
    return {
        "number": number,
        "name": line.name_in(language),
        "kind": line.kind,
        "hours": str(line.hours),
        "credit": figure(line.credit),
        "points": figure(line.points),
        "mark": str(line.mark),
        "letter": line.letter,
        "recognised": line.origin == RecordLine.RECOGNISED,
    }


def _semesters(lines: list[RecordLine], language: str) -> list[dict[str, Any]]:
    found: defaultdict[int, list[RecordLine]] = defaultdict(list)
    for line in lines:
        found[line.semester].append(line)
    made = []
    for number in sorted(found):
        some = found[number]
        total = rules.totals(some)
        made.append(
            {
                "title": WORDS[language]["semester"].format(number),
                "year": str(some[0].academic_year),
                "rows": [_row(at, one, language) for at, one in enumerate(some, start=1)],
                "hours": str(total.hours),
                "credit": figure(total.credits),
            }
        )
    return made


def _transcript(student: Student, language: str, up_to: str) -> dict[str, Any]:
    lines = _lines(student, up_to)
    total = rules.totals(lines)
    system, scale = _scale(student)
    return {
        "system": system,
        "scale": scale,
        "semesters": _semesters(lines, language),
        "hours": str(total.hours),
        "credit": figure(total.credits),
        "mean": f"{total.mean_points}",
        "gpa": f"{rules.gpa(lines).value}" if lines else "",
    }


# --- the study sheet


def _order(placement: Placement | None) -> dict[str, str]:
    if placement is None:
        return {"number": "", "date": ""}
    order = placement.order
    return {"number": order.number, "date": order.date.strftime(DATE) if order.date else ""}


def _sheet(student: Student, language: str, up_to: str) -> dict[str, Any]:
    """The thirteen items of the study sheet (oʻquv varaqa)."""
    lines = _lines(student, up_to)
    placements = list(student.placements.select_related("order").order_by("valid_from", "pk"))
    last = {one.order.kind: one for one in placements}
    diploma = Diploma.objects.live().filter(student=student, serial__isnull=False).first()
    topic = (
        GraduationTopic.objects.filter(student=student, state=GraduationTopic.APPROVED)
        .select_related("order").order_by("-pk").first()
    )  # fmt: skip
    total = rules.totals(lines)
    person = student.person
    place = [
        label("h_soato", person.region, "uz") if person.region else "",
        label("h_soato", person.district, "uz") if person.district else "",
        person.address,
    ]  # fmt: skip
    return {
        "address": ", ".join(filter(None, place)),
        "orders": {
            "admission": _order(placements[0] if placements else None),
            "expulsion": _order(last.get(EXPULSION)),
            "reinstatement": _order(last.get(REINSTATEMENT)),
            "leave": _order(last.get(LEAVE)),
        },
        "semesters": _semesters(lines, "uz"),
        "subjects": total.subjects,
        "marks": {str(mark): total.marks.get(mark, 0) for mark in (5, 4, 3)},
        "attested": [_attested(one) for one in lines if one.kind == "13"],
        "defended": [_attested(one) for one in lines if one.kind == "15"],
        "topic": {
            "title": topic.title, "number": topic.order.number, "date": topic.order.date.strftime(DATE),
        } if topic and topic.order else None,
        "diploma": {
            "number": diploma.number, "degree": diploma.facts["degree"]["uz"], "decided": diploma.facts["decided_on"],
        } if diploma else None,
    }  # fmt: skip


def _attested(line: RecordLine) -> dict[str, Any]:
    return _row(1, line, "uz") | {"date": line.held_on.strftime(DATE) if line.held_on else ""}


# --- the academic certificate


def _academic(student: Student, language: str, up_to: str) -> dict[str, Any]:
    """Who left: when, by which order and why, and everything mastered until then, in blocks."""
    left = student.current
    lines = _lines(student, "")
    education = student.person.educations.order_by("-graduation_year").first()
    first = student.placements.order_by("valid_from", "pk").first()
    line = left.order.lines.filter(student=student).first() if left.order_id else None
    reason = line.reason if line else ""
    blocks = []
    for name, members in rules.in_blocks(lines).items():
        rows = [_row(at, one, "uz") for at, one in enumerate(members, start=1)]
        blocks.append({"name": name, "rows": rows})
    total = rules.totals(lines)
    return {
        "system": _scale(student)[0],
        "left": {**_order(left), "reason": label("h_expel_reason", reason, "uz") if reason else ""},
        "surname": student.person.last_name,
        "first_name": student.person.first_name,
        "middle_name": student.person.middle_name,
        "previous": f"{education.school}, {education.graduation_year}, № {education.number}" if education else "",
        "entrance": figure(student.entrance_score) if student.entrance_score is not None else "",
        "studied": {
            "from": first.valid_from.strftime(DATE) if first else "", "to": left.valid_from.strftime(DATE),
        },
        "blocks": blocks,
        "hours": str(total.hours),
        "credit": figure(total.credits),
        "gpa": f"{rules.gpa(lines).value}" if lines else "",
    }  # fmt: skip
