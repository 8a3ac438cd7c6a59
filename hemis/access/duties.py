"""The duty table of the order, once, as data (law 3).

Numbers are those of the order: ``1.1`` … ``9.2`` from its annex, ``B4`` … ``B8``
from its body (``B8.1`` … ``B8.5`` share clause B8 out among those who agree to orders, answer
clearance sheets, sign orders on doctoral students and decide on objections); ``0.1`` is what any employee may see,
``0.2`` … ``0.6`` who may write to whom, ``A``,
``R``, ``T`` and ``S`` are the roles beside the annex that the work needs. Menus,
page permissions, the tests and the page "Who may do what" are all made from this file.

A permission is ``"<object>.<verb>"``; ``view`` is reading, listing, exporting
and printing, ``edit`` is creating and changing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

UNIVERSITY, FACULTY, KAFEDRA, OWN = "university", "faculty", "kafedra", "own"

SCOPES: dict[str, Promise] = {
    UNIVERSITY: _("whole university"),
    FACULTY: _("own faculty"),
    KAFEDRA: _("own kafedra"),
    OWN: _("own"),
}


@dataclass(frozen=True)
class Menu:
    """One of the order's eighteen menus, in its own words."""

    code: str
    title: Promise
    icon: str


MENUS: tuple[Menu, ...] = (
    Menu("structure", _("Structure of the university"), "building"),
    Menu("staff", _("Employees"), "users"),
    Menu("students", _("Students"), "school"),
    Menu("movement", _("Student movement"), "arrows-exchange"),
    Menu("infrastructure", _("Infrastructure"), "building-community"),
    Menu("subjects", _("Subject base"), "books"),
    Menu("curriculum", _("Teaching process"), "calendar-time"),
    Menu("lessons", _("Classes"), "chalkboard"),
    Menu("attendance", _("Attendance"), "user-check"),
    Menu("performance", _("Performance"), "chart-bar"),
    Menu("controls", _("Controls"), "checklist"),
    Menu("record", _("Academic record"), "certificate"),
    Menu("archive", _("Academic archive"), "archive"),
    Menu("science", _("Scientific activity"), "microscope"),
    Menu("doctorate", _("Doctorate"), "school-bell"),
    Menu("rating", _("Rating"), "trophy"),
    Menu("finance", _("Financial activity"), "cash"),
    Menu("statistics", _("Statistics"), "chart-pie"),
)
# Pages that belong to no menu of the order: the administrator's and one's own.
EXTRA_MENUS: tuple[Menu, ...] = (
    Menu("cabinet", _("My cabinet"), "id"),
    Menu("system", _("System"), "settings"),
)


@dataclass(frozen=True)
class Role:
    """A unit of the order, or a role beside its annex."""

    code: str
    title: Promise
    scope: str
    needs_second_factor: bool = False


ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role("hr", _("Personnel department"), UNIVERSITY, needs_second_factor=True),
        Role("dean", _("Dean's office"), FACULTY, needs_second_factor=True),
        Role("academic_affairs", _("Academic affairs"), UNIVERSITY, needs_second_factor=True),
        Role("marketing", _("Marketing and student internship department"), UNIVERSITY),
        Role("talent", _("Talented students' research department"), UNIVERSITY),
        Role("research", _("Department of research and scientific staff"), UNIVERSITY),
        Role("accounting", _("Accounting"), UNIVERSITY, needs_second_factor=True),
        Role("head", _("Head of department"), KAFEDRA),
        Role("teacher", _("Teacher"), OWN),
        Role("tutor", _("Tutor"), OWN),
        Role("legal", _("Legal department"), UNIVERSITY, needs_second_factor=True),
        Role("library", _("Library"), UNIVERSITY),
        Role("dormitory", _("Dormitory"), UNIVERSITY),
        Role("administrator", _("Administrator"), UNIVERSITY, needs_second_factor=True),
        Role("rectorate", _("Rectorate"), UNIVERSITY, needs_second_factor=True),
        Role("student", _("Student"), OWN),
    )
}
STAFF_ROLES = tuple(code for code in ROLES if code != "student")


@dataclass(frozen=True)
class Duty:
    """One line of the table: who, in which menu, on what, may do what, and how far."""

    number: str
    roles: tuple[str, ...]
    menus: tuple[str, ...]
    objects: Promise
    verbs: Promise
    scope: str
    permissions: tuple[str, ...]


def _perms(spec: str) -> tuple[str, ...]:
    """``"unit: view edit; room: view"`` → ``("unit.view", "unit.edit", "room.view")``."""
    found = []
    for part in filter(None, (piece.strip() for piece in spec.split(";"))):
        name, verbs = part.split(":")
        found += [f"{name.strip()}.{verb}" for verb in verbs.split()]
    return tuple(found)


def _duty(number: str, roles: str, menus: str, objects, verbs, scope: str, permissions: str) -> Duty:
    return Duty(
        number, tuple(roles.split()), tuple(menus.split()), objects, verbs, scope, _perms(permissions)
    )


_CREATE_EDIT = _("create, edit")
_VIEW = _("view")

DUTIES: tuple[Duty, ...] = (
    _duty(
        "0.1",
        " ".join(STAFF_ROLES),
        "structure subjects curriculum",
        _("units; classifiers; subjects, marking systems, class pairs"),
        _VIEW,
        UNIVERSITY,
        "structure: view; classifier: view; subject: view; academic_year: view; marking_system: view; "
        "grade_type: view; rating_sheet_kind: view; class_pair: view",
    ),
    _duty(
        "0.2",
        " ".join(STAFF_ROLES),
        "cabinet",
        _("messages to colleagues and to those in one's care"),
        _("write, read"),
        OWN,
        "message: read write",
    ),
    _duty(
        "0.3",
        "hr academic_affairs marketing talent research accounting legal library dormitory administrator rectorate",
        "cabinet",
        _("messages to roles, units, groups and courses of the university"),
        _("send"),
        UNIVERSITY,
        "message: broadcast",
    ),
    _duty(
        "0.4",
        "dean",
        "cabinet",
        _("messages to units, groups and courses of the faculty"),
        _("send"),
        FACULTY,
        "message: broadcast",
    ),
    _duty(
        "0.5",
        "head",
        "cabinet",
        _("messages to the employees of the kafedra"),
        _("send"),
        KAFEDRA,
        "message: broadcast",
    ),
    _duty(
        "0.6",
        "tutor teacher",
        "cabinet",
        _("messages to the groups in one's care and to those that one teaches"),
        _("send"),
        OWN,
        "message: broadcast",
    ),
    _duty(
        "1.1",
        "hr",
        "structure",
        _("facts about the university; faculties, kafedras, divisions"),
        _CREATE_EDIT,
        UNIVERSITY,
        "university: view edit; structure: view edit",
    ),
    _duty(
        "1.2",
        "hr",
        "staff",
        _("employee base; lists of teachers and of other employees"),
        _CREATE_EDIT,
        UNIVERSITY,
        "employee: view edit; staff_statistics: view; completeness: view",
    ),
    _duty(
        "1.3",
        "hr",
        "record",
        _("diploma data of graduates; QR diplomas"),
        _("approve; print; hand over"),
        UNIVERSITY,
        "diploma: view approve print handover; blank: view edit; honours_rule: view edit; printer: view edit; "
        "document: view",
    ),
    _duty(
        "2.1",
        "dean",
        "students",
        _("programmes and specialities, qualifications, achievements, academic groups, student base"),
        _CREATE_EDIT,
        FACULTY,
        "speciality: view edit; programme: view edit; qualification: view edit; achievement: view edit; "
        "group: view edit; student: view edit; candidate: view import; quota: view; data_quality: view",
    ),
    _duty(
        "2.2",
        "dean",
        "movement",
        _("expulsion and reinstatement, academic leave, transfer, retention, promotion, graduation; orders"),
        _("create, keep"),
        FACULTY,
        "order: view create execute; order_rule: view; candidate: view; student: view; document: view; "
        "application: view decide; objection: view; clearance: view answer",
    ),
    _duty(
        "2.3",
        "dean",
        "curriculum",
        _("curricula, semesters, weeks, curriculum subjects; timetables of classes and controls; exam lists"),
        _("create, edit; supervise exams"),
        FACULTY,
        "curriculum: view edit; timetable: view edit; exam_timetable: view edit; exam_list: view edit; "
        "registration: view edit; relearning: view edit; relearning_window: view; teaching: view form; "
        "room_statistics: view; relearning_course: view; elective: view edit; holiday: view; timetable_rule: view; "
        "lesson_topic: view; calendar_plan: view; resource: view; task: view",
    ),
    _duty(
        "2.4",
        "dean",
        "attendance performance",
        _("attendance and results; grade sheets; GPA; personal schedules of debtors"),
        _("view, analyse; keep; compute; assign"),
        FACULTY,
        "attendance: view edit; performance: view; grade_sheet: view open close; gpa: view compute; "
        "personal_schedule: view edit; journal: view; attendance_rule: view",
    ),
    _duty(
        "2.5",
        "dean",
        "staff",
        _("teachers' professional development and competition"),
        _VIEW,
        FACULTY,
        "development: view; competition: view",
    ),
    _duty(
        "2.6",
        "dean",
        "controls",
        _("results of state attestation: defence of graduation works and dissertations"),
        _("record, view"),
        FACULTY,
        "attestation: view fill record",
    ),
    _duty(
        "2.7",
        "dean",
        "record",
        _("results; accreditation; diplomas and blanks; topics; commissions; transcripts and certificates"),
        _("create; check; keep the register; print"),
        FACULTY,
        "academic_record: view propose; accreditation: view check; diploma: view edit; blank: view edit; "
        "honours_rule: view; printer: view; "
        "topic: view edit; topic_order: view edit; commission: view edit; transcript: view print; document: view",
    ),
    _duty(
        "2.8",
        "dean",
        "rating statistics",
        _("scientific rating of teachers and kafedras; statistics of students and teachers"),
        _("view; form"),
        FACULTY,
        "rating: view; rating_criteria: view; rating_appeal: view; statistics: view; staff_statistics: view; "
        "completeness: view",
    ),
    _duty(
        "3.1",
        "academic_affairs",
        "infrastructure",
        _("teaching buildings, auditoriums"),
        _CREATE_EDIT,
        UNIVERSITY,
        "room_statistics: view; building: view edit; auditorium: view edit",
    ),
    _duty(
        "3.2",
        "academic_affairs",
        "subjects",
        _("subject groups, subjects"),
        _CREATE_EDIT,
        UNIVERSITY,
        "subject: view edit",
    ),
    _duty(
        "3.3",
        "academic_affairs",
        "curriculum",
        _("academic years, marking systems, grade types, kinds of rating sheet, class pairs, exam lists"),
        _CREATE_EDIT,
        UNIVERSITY,
        "academic_year: view edit; marking_system: view edit; grade_type: view edit; rating_sheet_kind: view edit; "
        "class_pair: view edit; exam_list: view edit; relearning_window: view edit; relearning: view; "
        "relearning_course: view",
    ),
    _duty(
        "3.4",
        "academic_affairs",
        "staff",
        _("professional development and competition, university-wide"),
        _VIEW,
        UNIVERSITY,
        "development: view; competition: view",
    ),
    _duty(
        "3.5",
        "academic_affairs",
        "movement",
        _("orders; transfer of students, university-wide"),
        _("create; carry out"),
        UNIVERSITY,
        "order: view create execute; order_rule: view edit; candidate: view; student: view; document: view; "
        "application: view decide; clearance: view; application_rule: view edit; clearance_station: view edit",
    ),
    _duty(
        "3.6",
        "academic_affairs",
        "rating",
        _("criteria of the scientific rating; rating of faculties, kafedras, teachers"),
        _("create; view"),
        UNIVERSITY,
        "rating_criteria: view edit; rating: view form; rating_appeal: view decide; publication: view",
    ),
    _duty(
        "3.7",
        "academic_affairs",
        "statistics",
        _("statistics of students and teachers, university-wide"),
        _("form"),
        UNIVERSITY,
        "statistics: view; staff_statistics: view; completeness: view",
    ),
    _duty(
        "4.1",
        "marketing",
        "archive",
        _("employment of graduates"),
        _("create, view"),
        UNIVERSITY,
        "employment: view edit; completeness: view",
    ),
    _duty(
        "5.1",
        "talent",
        "science",
        _("research projects, their executors, yearly funding"),
        _("create, view"),
        UNIVERSITY,
        "project: view edit",
    ),
    _duty(
        "6.1",
        "research",
        "doctorate",
        _("basic doctoral students, doctoral students, independent researchers, specialities"),
        _("create, view"),
        UNIVERSITY,
        "doctoral_student: view edit; doctoral_speciality: view edit; doctoral_order: view edit",
    ),
    _duty(
        "7.1",
        "accounting",
        "finance",
        _("minimum wage, stipend and contract kinds, contract coefficients; payment contracts; payments"),
        _("create; form and hand to students; enter and view"),
        UNIVERSITY,
        "price: view edit; contract: view create; stipend: view edit; payment: view edit; ledger: view close; "
        "debt: view remind; document: view; completeness: view",
    ),
    _duty(
        "8.1",
        "head",
        "staff",
        _("professional development, competition"),
        _("enter, view"),
        KAFEDRA,
        "development: view edit; competition: view edit",
    ),
    _duty(
        "8.2",
        "head",
        "subjects",
        _("calendar plans and lesson topics of the kafedra's subjects this semester"),
        _CREATE_EDIT,
        KAFEDRA,
        "calendar_plan: view edit; lesson_topic: view edit; registration: view; teaching: view assign; "
        "relearning_course: view; elective: view; "
        "timetable: view; exam_timetable: view; resource: view; question: view; task: view; completeness: view",
    ),
    _duty(
        "8.3",
        "head",
        "archive controls",
        _("topics of graduation works and dissertations; state attestation commissions; defence results"),
        _("enter; create; record"),
        KAFEDRA,
        "topic: view edit; commission: view edit; attestation: view fill record",
    ),
    _duty(
        "8.4",
        "head",
        "science",
        _("teachers' publications, intellectual property, activity in international systems"),
        _("approve"),
        KAFEDRA,
        "publication: view approve",
    ),
    _duty(
        "8.5",
        "head",
        "rating",
        _("scientific rating of the kafedra's teachers"),
        _VIEW,
        KAFEDRA,
        "rating: view; rating_criteria: view; rating_appeal: view; publication: view",
    ),
    _duty(
        "9.1",
        "teacher",
        "subjects",
        _("lesson topics, learning resources and control questions of own subjects; control tasks"),
        _("create; upload and grade"),
        OWN,
        "lesson_topic: view edit; resource: view edit; question: view edit; task: view edit grade; "
        "calendar_plan: view",
    ),
    _duty(
        "9.2",
        "teacher",
        "lessons",
        _("journal of lessons given and of attendance"),
        _("keep, lesson by lesson"),
        OWN,
        "journal: view edit; teaching: view; timetable: view; exam_timetable: view",
    ),
    _duty(
        "B6.1",
        "teacher",
        "science",
        _("own publications, intellectual property, profiles; projects one works in"),
        _("create, edit; submit"),
        OWN,
        "publication: view edit; project: view",
    ),
    _duty(
        "B6.4",
        "dean",
        "science",
        _("works and research projects of the faculty's teachers"),
        _VIEW,
        FACULTY,
        "publication: view; project: view",
    ),
    _duty(
        "B6.5",
        "head",
        "science",
        _("research projects of the kafedra"),
        _VIEW,
        KAFEDRA,
        "project: view",
    ),
    _duty(
        "B6.6",
        "talent research academic_affairs",
        "science",
        _("works of the university's teachers"),
        _VIEW,
        UNIVERSITY,
        "publication: view",
    ),
    _duty(
        "B6.7",
        "teacher",
        "rating",
        _("own rating; figures with evidence that its criteria ask; appeals"),
        _("view; enter; ask"),
        OWN,
        "rating: view; rating_criteria: view; rating_appeal: view edit; publication: view edit",
    ),
    _duty(
        "B6.8",
        "rectorate",
        "rating",
        _("criteria of the scientific rating"),
        _("approve"),
        UNIVERSITY,
        "rating_criteria: view approve",
    ),
    _duty(
        "B5",
        "dean",
        "finance",
        _("payment contracts and stipends of the faculty's students"),
        _VIEW,
        FACULTY,
        "contract: view; stipend: view; debt: view",
    ),
    _duty(
        "B4",
        "academic_affairs",
        "students",
        _("admission quotas; completeness of the students' data"),
        _CREATE_EDIT,
        UNIVERSITY,
        "quota: view edit; data_quality: view; student: view",
    ),
    _duty(
        "B8",
        "rectorate",
        "movement",
        _("orders on students"),
        _("sign"),
        UNIVERSITY,
        "order: view sign; topic_order: view sign",
    ),
    _duty(
        "B6.2",
        "head",
        "doctorate",
        _("doctoral students of the kafedra"),
        _VIEW,
        KAFEDRA,
        "doctoral_student: view",
    ),
    _duty(
        "B6.3",
        "teacher",
        "doctorate",
        _("doctoral students whom one leads"),
        _VIEW,
        OWN,
        "doctoral_student: view",
    ),
    _duty(
        "B6",
        "academic_affairs",
        "curriculum",
        _("curricula that the faculties form"),
        _("approve"),
        UNIVERSITY,
        "curriculum: view approve; registration: view; teaching: view form; teaching_norm: view edit; "
        "elective: view; timetable: view; exam_timetable: view approve; holiday: view edit; timetable_rule: view edit",
    ),
    _duty(
        "B7.1",
        "teacher",
        "controls",
        _("grade sheets of own controls"),
        _("fill, sign"),
        OWN,
        "grade_sheet: view fill",
    ),
    _duty(
        "B7.6",
        "teacher",
        "archive controls",
        _("topics that one supervises; protocols of commissions whose secretary one is"),
        _("view; fill"),
        OWN,
        "topic: view; commission: view; attestation: view fill",
    ),
    _duty(
        "B7.2",
        "head",
        "controls performance",
        _("grade sheets of the kafedra; results in its subjects"),
        _("check"),
        KAFEDRA,
        "grade_sheet: view check; performance: view",
    ),
    _duty(
        "B7.3",
        "dean",
        "controls performance",
        _("appeals against results"),
        _("form the commission; record the decision"),
        FACULTY,
        "appeal: view decide",
    ),
    _duty(
        "B7.4",
        "academic_affairs",
        "controls performance record archive",
        _("results, GPA and state attestation of the whole university; correction acts; commissions"),
        _("view; compute; confirm; approve"),
        UNIVERSITY,
        "academic_record: view confirm; attestation_rule: view edit; "
        "topic: view; topic_order: view; commission: view approve; attestation: view; accreditation: view; "
        "grade_sheet: view confirm; performance: view; gpa: view compute; personal_schedule: view; appeal: view",
    ),
    _duty(
        "B8.1",
        "legal hr academic_affairs",
        "movement",
        _("draft orders on students, before they are signed"),
        _("agree or return"),
        UNIVERSITY,
        "order: view agree",
    ),
    _duty(
        "B8.2",
        "accounting hr library dormitory",
        "movement",
        _("clearance sheets of students who leave"),
        _("answer"),
        UNIVERSITY,
        "clearance: view answer",
    ),
    _duty(
        "B8.3",
        "rectorate",
        "doctorate",
        _("orders on doctoral students"),
        _("sign"),
        UNIVERSITY,
        "doctoral_order: view sign",
    ),
    _duty(
        "B8.4",
        "academic_affairs rectorate",
        "movement",
        _("objections of students to refused applications"),
        _("decide with a reason"),
        UNIVERSITY,
        "objection: view decide; application: view",
    ),
    _duty(
        "B8.5",
        "rectorate",
        "movement",
        _("objections to what academic affairs refused themselves"),
        _("decide with a reason"),
        UNIVERSITY,
        "objection: view decide_last",
    ),
    _duty(
        "T",
        "tutor",
        "students attendance performance",
        _("students and groups in one's care"),
        _VIEW,
        OWN,
        "student: view; group: view; timetable: view; exam_timetable: view; attendance: view; journal: view; "
        "performance: view; gpa: view; academic_record: view; statistics: view",
    ),
    _duty(
        "B7",
        "academic_affairs",
        "attendance",
        _("journals and attendance of the whole university; their limits and terms"),
        _("view; set"),
        UNIVERSITY,
        "journal: view; attendance: view; attendance_rule: view edit",
    ),
    _duty(
        "B7.5",
        "head",
        "lessons",
        _("journals of the kafedra's lessons"),
        _VIEW,
        KAFEDRA,
        "journal: view",
    ),
    _duty(
        "A",
        "administrator",
        "system",
        _("accounts, roles, classifiers, history, texts of the interface"),
        _("keep"),
        UNIVERSITY,
        "user: view manage; classifier: view edit; history: view; order_rule: view edit; wording: view edit",
    ),
    _duty(
        "S",
        "student",
        "cabinet",
        _("own card, orders, contracts, documents"),
        _VIEW,
        OWN,
        "own: card order contract stipend document application clearance plan elective relearning timetable attendance "
        "performance appeal material task topic record; message: read write",
    ),
)

# The rectorate sees everything: every view of the table, changes nothing but by B8.
_EVERY_VIEW = tuple(
    sorted({p for d in DUTIES for p in d.permissions if p.endswith(".view") and p != "user.view"})
)
DUTIES += (
    Duty("R", ("rectorate",), tuple(m.code for m in MENUS), _("everything"), _VIEW, UNIVERSITY, _EVERY_VIEW),
)

PERMISSIONS: frozenset[str] = frozenset(p for duty in DUTIES for p in duty.permissions)


@cache
def duties_granting(permission: str) -> tuple[Duty, ...]:
    """The duties that give ``permission``.

    Raises:
        KeyError: no duty knows the permission, so a page that asks for it is a mistake.
    """
    if permission not in PERMISSIONS:
        raise KeyError(permission)
    return tuple(duty for duty in DUTIES if permission in duty.permissions)


@lru_cache(maxsize=16_384)
def roles_may(roles: frozenset[str], permission: str) -> bool:
    """Whether a duty of one of ``roles`` gives ``permission``; every page asks it some two hundred times.

    Raises:
        KeyError: no duty knows the permission.
    """
    return any(not roles.isdisjoint(duty.roles) for duty in duties_granting(permission))


@cache
def duties_of(role: str) -> tuple[Duty, ...]:
    """All duties of a role."""
    return tuple(duty for duty in DUTIES if role in duty.roles)


@cache
def permissions_of(role: str) -> frozenset[str]:
    """All permissions of a role, whatever the scope."""
    return frozenset(p for duty in duties_of(role) for p in duty.permissions)
