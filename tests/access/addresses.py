"""Every address of the program, and on which rows it can be tried.

Pages of registers, pages beneath a card (``orders/<int:pk>/sign/``), the
administration and pages without arguments explain themselves. Whatever else takes
an argument needs a line in ``PAGES``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from attendance.models import Excuse
from curriculum.materials.models import Resource, ResourceFile
from curriculum.models import (
    ControlEvent,
    CurriculumSemester,
    CurriculumSubject,
    ElectiveChoice,
    ElectiveOffer,
    Registration,
    Relearning,
)
from finance.models import Contract, ContractRequest, Invoice, PayerChange, PayoutLine
from finance.payments.models import Payment, PutAside, StatementLine
from grading.models import GradeSheet, ScheduleLine, SheetLine, StudentGpa, SubjectResult
from hemis.access.guard import PERMISSION, Rule, rule_for
from hemis.access.scope import Access
from hemis.documents.kinds import KINDS
from hemis.mailbox.models import Delivery, Message, MessageFile
from hemis.pages.files import PDF
from hemis.pages.register import REGISTERS, Register
from hemis.sheets.declaration import SHEETS
from movement.applications.models import Application, ApplicationDocument
from movement.clearance.models import ClearanceAnswer
from movement.models import Order, OrderFile
from movement.objections.models import Objection
from movement.parents.models import ParentLink
from records.models import CommissionMember, GraduationTopic, SurveyLink
from research.models import ProfileFigures, Work
from staff.models import Position
from structure.models import Unit
from students.models import (
    Contact,
    Division,
    Education,
    Group,
    PassportCorrection,
    Scan,
    SocialFact,
    Student,
    Subgroup,
)
from tests.access.rows import attempt, job, notice, sheet, task_student
from tests.access.world import OWN, WHERE, Place, Row, World, make

ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
FINE = "fine"


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver with the rule that its view declares."""

    route: str
    name: str
    app_name: str
    view: Callable
    rule: Rule | None

    @property
    def key(self) -> str:
        return f"{self.app_name}:{self.name}" if self.app_name else self.name

    @property
    def arguments(self) -> list[str]:
        return ARGUMENT.findall(self.route) or re.findall(r"\(\?P<(\w+)>", self.route)

    def path(self, *values: Any) -> str:
        """The address with its arguments filled in, in their order."""
        left = list(values)
        route = self.route
        if "(?P<" in route:
            return "/" + re.sub(
                r"\^|\$", "", re.sub(r"\(\?P<\w+>[^)]*\)", lambda _m: str(left.pop(0)), route)
            )
        return "/" + ARGUMENT.sub(lambda _match: str(left.pop(0)), route)


@cache
def addresses() -> tuple[Address, ...]:
    """All of them, in the order of the resolver."""
    return tuple(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: list, before: str, app_name: str) -> Iterator[Address]:
    for one in patterns:
        route = before + str(one.pattern).removeprefix("^" if before else "")
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, route, one.app_name or app_name)
        elif isinstance(one, URLPattern):
            name = one.name or ""
            rule = rule_for(one.callback, url_name=name, app_name=app_name)
            yield Address(route, name, app_name, one.callback, rule)


@dataclass(frozen=True)
class Visit:
    """One try of an address and what must come of it for whoever holds ``access``."""

    path: str
    what: str
    expect: Callable[[Access], Any]


def _permission(address: Address) -> tuple[str, ...]:
    return (address.rule.permission,) if address.rule and address.rule.kind == PERMISSION else ()


def _of_row(address: Address, row: Row) -> Callable[[Access], Any]:
    """In the scope of the page's own permission, and of one of those needed besides: fine; else absent."""

    def expect(access: Access) -> Any:
        own = _permission(address)
        if any(not access.can(one) for one in own):
            return 403
        inside = all(row.place.within(access.scope(one)) for one in own)
        if row.also:
            inside &= any(access.can(one) and row.place.within(access.scope(one)) for one in row.also)
        if row.seen is not None:
            inside &= row.seen(access)
        return FINE if inside else 404

    return expect


def _of_rule(address: Address, *also: str) -> Callable[[Access], Any]:
    needed = (*_permission(address), *also)
    return lambda access: FINE if all(access.can(one) for one in needed) else 403


def _only(address: Address, row: Row) -> Callable[[Access], Any]:
    """A row that belongs to one account, whatever the role."""
    return lambda access: FINE if access.user and row.place.person == access.user.person_id else 404


# --- registers


@cache
def _register_pages() -> dict[str, tuple[type[Register], bool]]:
    """Url name of each standard page → its register, and whether it is about one row."""
    about_row = {
        "detail": True, "history": True, "edit": True, "delete": True, "file": True, "export": False,
    }  # fmt: skip
    return {one.url_name(page): (one, flag) for one in REGISTERS.values() for page, flag in about_row.items()}


@cache
def _card_routes() -> dict[str, type[Register]]:
    """Route of each card → its register: what stands beneath it is about the same row."""
    cards = {one.url_name("detail"): one for one in REGISTERS.values()}
    return {address.route: cards[address.name] for address in addresses() if address.name in cards}


def _of_register(address: Address, register: type[Register], world: World) -> list[Visit]:
    found: dict[str, Visit] = {}
    for where in WHERE:
        row = world.row(register.key(), register.model, where)
        # A page of a file names the field too.
        more = [register.files[0]] if address.arguments[1:] else []
        where_to = address.path(row.obj.pk, *more)
        # One's own faculty is also the colleague's: once is enough.
        found.setdefault(where_to, Visit(where_to, where, _of_row(address, row)))
    return list(found.values())


# --- pages that must be told apart by hand: url name → visits


def _jobs(address: Address, world: World) -> list[Visit]:
    rows = [(where, Row(job(world, where), world.place(where))) for where in WHERE]
    return [Visit(address.path(row.obj.pk), where, _only(address, row)) for where, row in rows]


def _sheets(address: Address, world: World) -> list[Visit]:
    found = []
    for where in WHERE:
        row = Row(sheet(world, where), world.place(where))
        needed, mine = SHEETS[row.obj.sheet].permission, _only(address, row)
        found.append(
            Visit(
                address.path(row.obj.pk),
                where,
                lambda access, needed=needed, mine=mine: (
                    mine(access) if mine(access) != FINE or access.can(needed) else 403
                ),
            )
        )
    return found


def _every_sheet(address: Address, world: World) -> list[Visit]:
    return [
        Visit(address.path(code), code, _of_rule(address, declared.permission))
        for code, declared in SHEETS.items()
    ]


def _read(access: Access, row: Row) -> bool:
    kind = KINDS[row.obj.kind]
    owned = Place(row.place.faculty, None, row.obj.owner_id)
    return any(
        access.can(one) and owned.within(access.scope(one)) for one in (kind.permission, kind.own_permission)
    )


def _documents(address: Address, world: World) -> list[Visit]:
    rows = [(where, world.row("documents_documents", type(world.document(where)), where)) for where in WHERE]
    return [
        Visit(address.path(row.obj.pk), where, lambda access, row=row: FINE if _read(access, row) else 404)
        for where, row in rows
    ]


def _revoke(address: Address, world: World) -> list[Visit]:
    """An order's paper ends only with the order: readers are refused, others see nothing."""
    return [
        Visit(one.path, one.what, lambda access, one=one: 403 if one.expect(access) == FINE else 404)
        for one in _documents(address, world)
    ]


def _never_again(address: Address, world: World) -> list[Visit]:
    """An order is not issued anew."""
    return [Visit(one.path, one.what, lambda access: 404) for one in _documents(address, world)]


def _never_offered(address: Address, world: World) -> list[Visit]:
    """A line that is asked for already is offered to nobody, not even to whose it is."""
    rows = [(where, world.row("", Relearning, where).obj) for where in WHERE]
    return [
        Visit(address.path(row.owed_id), where, lambda access: 404 if access.can("own.relearning") else 403)
        for where, row in rows
    ]


def _own_lines(address: Address, world: World) -> list[Visit]:
    found = []
    for where in WHERE:
        line = world.signed_orders[where].lines.get()
        row = Row(line, Place(person=world.persons[where].pk))
        found.append(Visit(address.path(line.pk), where, _of_row(address, row)))
    return found


def _own_contacts(address: Address, world: World) -> list[Visit]:
    found = []
    for where in WHERE:
        contact = world.row("", Contact, where).obj
        row = Row(contact, Place(person=world.persons[where].pk))
        found.append(Visit(address.path(contact.pk), where, _of_row(address, row)))
    return found


def _on(key: str, model: type[Model], *more: Any) -> Callable[[Address, World], list[Visit]]:
    """The page acts on a row of a register (by its key) or of a model; ``more`` are further arguments."""

    def found(address: Address, world: World) -> list[Visit]:
        rows = [(where, world.row(key, model, where)) for where in WHERE]
        return [Visit(address.path(row.obj.pk, *more), where, _of_row(address, row)) for where, row in rows]

    return found


def _part_of_card(model: type[Model]) -> Callable[[Address, World], list[Visit]]:
    """A page of a student's card about one row of a part of it."""

    def found(address: Address, world: World) -> list[Visit]:
        visits = []
        for where in WHERE:
            row, part = world.row("students_students", Student, where), world.row("", model, where)
            visits.append(Visit(address.path(row.obj.pk, part.obj.pk), where, _of_row(address, row)))
        return visits

    return found


def _paper_of_order(address: Address, world: World) -> list[Visit]:
    visits = []
    for where in WHERE:
        row = world.row("movement_orders", Order, where)
        paper = row.obj.files.first() or make(OrderFile, world, where, order=row.obj, content_type=PDF)
        visits.append(Visit(address.path(row.obj.pk, paper.pk), where, _of_row(address, row)))
    return visits


def _application_papers(world: World, key: str = "") -> list[tuple[str, Row]]:
    found = []
    for where in WHERE:
        row = world.row(key, Application, where)
        paper = row.obj.documents.first() or make(
            ApplicationDocument, world, where, application=row.obj, content_type=PDF
        )
        found.append((where, Row(paper, row.place)))
    return found


def _own_paper(address: Address, world: World) -> list[Visit]:
    return [
        Visit(address.path(row.obj.pk), where, _of_row(address, row))
        for where, row in _application_papers(world)
    ]


def _any_paper(address: Address, world: World) -> list[Visit]:
    """Its owner, and those who see the application."""

    def seen(access: Access, row: Row) -> bool:
        return any(
            access.can(one) and row.place.within(access.scope(one))
            for one in ("own.application", "application.view")
        )

    return [
        Visit(address.path(row.obj.pk), where, lambda access, row=row: FINE if seen(access, row) else 404)
        for where, row in _application_papers(world, "movement_applications")
    ]


def _notices(address: Address, world: World) -> list[Visit]:
    rows = [(where, Row(notice(world, where), world.place(where))) for where in WHERE]
    return [Visit(address.path(row.obj.pk), where, _only(address, row)) for where, row in rows]


def _letter(world: World, where: str, state: str) -> Message:
    """A message that the person has written; sent, it lies in the own inbox too."""
    row = make(
        Message, world, where, sender=world.owner(where), state=Message.DRAFT, to=[], is_broadcast=False
    )
    if state == Message.SENT:
        make(MessageFile, world, where, message=row, content_type=PDF)
        Delivery.objects.create(message=row, user=world.owner(where))
        Message.objects.filter(pk=row.pk).update(state="sent", sent_at=timezone.now(), recipients=1)
    return row


def _letter_file(address: Address, world: World) -> list[Visit]:
    found = []
    for where in WHERE:
        row = Row(_letter(world, where, Message.SENT), world.place(where))
        where_to = address.path(row.obj.pk, row.obj.files.get().pk)
        found.append(Visit(where_to, where, _only(address, row)))
    return found


def _backup_file(address: Address, world: World) -> list[Visit]:
    """Whose duty it is types the password again before anything else."""
    may = _of_rule(address)
    return [
        Visit(address.path("20260101T000000Z", "x"), "", lambda access: 302 if may(access) == FINE else 403)
    ]


def _letters(state: str) -> Callable[[Address, World], list[Visit]]:
    """Messages of one account, whatever the role."""

    def found(address: Address, world: World) -> list[Visit]:
        rows = [(where, Row(_letter(world, where, state), world.place(where))) for where in WHERE]
        return [Visit(address.path(row.obj.pk), where, _only(address, row)) for where, row in rows]

    return found


def _own_sheet(address: Address, world: World) -> list[Visit]:
    """The student's clearance sheet."""
    return [
        Visit(address.path(row.obj.sheet_id), where, _of_row(address, Row(row.obj, row.place)))
        for where, row in ((where, world.row("", ClearanceAnswer, where)) for where in WHERE)
    ]


def _returned(address: Address, world: World) -> list[Visit]:
    """Who sees an order gives it back only by a duty of agreeing or signing."""

    def expect(access: Access, row: Row) -> Any:
        found = _of_row(address, row)(access)
        return 403 if found == FINE and not access.can_any(("order.sign", "order.agree")) else found

    rows = [(where, world.row("movement_orders", Order, where)) for where in WHERE]
    return [
        Visit(address.path(row.obj.pk), where, lambda access, row=row: expect(access, row))
        for where, row in rows
    ]


def _load_of(address: Address, world: World) -> list[Visit]:
    """The load of a teacher of the kafedra."""
    rows = [(where, world.post(where, "12").employee) for where in WHERE]
    return [
        Visit(address.path(one.pk), where, _of_row(address, Row(one, world.place(where, kafedra=True))))
        for where, one in rows
    ]


def _arrival(address: Address, world: World) -> list[Visit]:
    """Students of other universities are taken in for the whole university; for a faculty there is no such page."""

    def expect(access: Access) -> Any:
        if not access.can("order.create"):
            return 403
        return FINE if access.scope("order.create").everything else 404

    return [Visit(address.path(), "", expect)]


def _with(*values: Any) -> Callable[[Address, World], list[Visit]]:
    """A page about no row: its arguments choose among things that everybody with the duty may choose."""
    return lambda address, world: [Visit(address.path(*values), "", _of_rule(address))]


def _own(get: Callable[[World, str], Any]) -> Callable[[Address, World], list[Visit]]:
    """A page of the cabinet about a row of the student's own, which nobody else reaches by it."""

    def found(address: Address, world: World) -> list[Visit]:
        rows = [(where, Row(get(world, where), Place(person=world.persons[where].pk))) for where in WHERE]
        return [Visit(address.path(row.obj.pk), where, _of_row(address, row)) for where, row in rows]

    return found


def _nothing_said(get: Callable[[World, str], Any]) -> Callable[[Address, World], list[Visit]]:
    """The same for an address that takes JSON: without any the answer is that it is not understood."""

    def found(address: Address, world: World) -> list[Visit]:
        return [
            Visit(
                one.path,
                one.what,
                lambda access, one=one: 400 if one.expect(access) == FINE else one.expect(access),
            )
            for one in _own(get)(address, world)
        ]

    return found


def _studied_line(world: World, where: str) -> CurriculumSubject:
    return world.row("", Registration, where).obj.curriculum_subject


def _material(world: World, where: str) -> ResourceFile:
    registered, resource = world.row("", Registration, where).obj, world.row("", Resource, where).obj
    assert registered.curriculum_subject_id == resource.curriculum_subject_id
    return resource.files.first() or make(ResourceFile, world, where, resource=resource, content_type=PDF)


def _topic_to_choose(address: Address, world: World) -> list[Visit]:
    """Topics of the own speciality are offered, whoever supervises them; others are not there."""
    found = []
    for where in WHERE:
        topic = world.row("", GraduationTopic, where).obj
        offered = topic.speciality_id == world.groups[OWN].speciality_id
        row = Row(topic, Place(person=world.persons[OWN].pk), seen=lambda access, offered=offered: offered)
        found.append(Visit(address.path(topic.pk), where, _of_row(address, row)))
    return found


def _taken_topic(world: World, where: str) -> GraduationTopic:
    """A topic that the student has chosen."""
    found = make(GraduationTopic, world, where)
    GraduationTopic.objects.filter(pk=found.pk).update(student=world.student(where), state="chosen")
    return found


PAGES: dict[str, Callable[[Address, World], list[Visit]]] = {
    **dict.fromkeys(("job", "job_cancel", "job_retry", "job_failures", "job_result"), _jobs),
    **dict.fromkeys(("sheet_import", "sheet_confirm", "sheet_faulty"), _sheets),
    **dict.fromkeys(("sheet_upload", "sheet_template"), _every_sheet),
    "document_pdf": _documents,
    "document_revoke": _revoke,
    "document_again": _never_again,
    "finance_contract_of": _on("students_students", Student),
    "finance_debt_of": _on("finance_debts", Contract),
    **dict.fromkeys(("finance_receipt", "finance_put_aside"), _on("finance_queue", StatementLine)),
    "finance_bring_back": _on("", PutAside),
    "finance_payout_returned": _on("", PayoutLine),
    "my_receipt": _on("", Payment),
    "my_contract_request_withdraw": _on("", ContractRequest),
    "finance_balance_reverse": _on("finance_brought_forward", Contract),
    "finance_invoice_issue": _on("", Contract),
    "finance_invoice_annul": _on("", Invoice),
    "finance_payer_replace": _on("", Contract),
    **dict.fromkeys(("finance_payer_sign", "finance_payer_cancel"), _on("", PayerChange)),
    **dict.fromkeys(("finance_request_accept", "finance_request_refuse"), _on("", ContractRequest)),
    **dict.fromkeys(("my_contact", "my_contact_take_back"), _own_contacts),
    "my_extract": _own_lines,
    "notice_open": _notices,
    **dict.fromkeys(("mailbox_message", "mailbox_move"), _letters("sent")),
    **dict.fromkeys(("mailbox_edit", "mailbox_send", "mailbox_discard"), _letters("draft")),
    "mailbox_file": _letter_file,
    "mailbox_options": _with("group"),
    "backup_file": _backup_file,
    **dict.fromkeys(
        ("structure_unit", "structure_rename", "structure_move", "structure_close", "structure_undo"),
        _on("structure_kafedras", Unit),
    ),
    "structure_tree_export": _with("xlsx"),
    "staff_unit_staff": _on("structure_kafedras", Unit),
    **dict.fromkeys(
        ("staff_post_end", "staff_post_move", "staff_post_rate"), _on("staff_teachers", Position)
    ),
    **{
        f"student_{part}_{verb}": _part_of_card(model)
        for part, model in (
            ("education", Education),
            ("social", SocialFact),
            ("contacts", Contact),
            ("scans", Scan),
        )
        for verb in ("edit", "delete", "scan")
    },
    "student_correction_scan": _on("", PassportCorrection),
    **dict.fromkeys(("students_division", "students_add_subgroup"), _on("", Division)),
    "students_remove_subgroup": _on("", Subgroup),
    "students_contingent_file": _with("ministry"),
    "students_quality_rule": _with("no_photo"),
    **dict.fromkeys(("records_diploma_of", "records_certificate_of"), _on("students_students", Student)),
    "records_survey_revoke": _on("", SurveyLink),
    "students_mend": lambda address, world: [
        Visit(address.path("no_phone", row.obj.pk), where, _of_row(address, row))
        for where, row in ((where, world.row("students_students", Student, where)) for where in WHERE)
    ],
    "curriculum_semester_dates": _on("", CurriculumSemester),
    **dict.fromkeys(("grading_fill", "grading_prefill", "grading_sign"), _on("grading_sheets", GradeSheet)),
    **dict.fromkeys(
        ("research_work", "research_submit", "research_approve", "research_return"),
        _on("research_scientific", Work),
    ),
    **dict.fromkeys(
        ("research_figures_submit", "research_figures_approve", "research_figures_return"),
        _on("research_figures", ProfileFigures),
    ),
    "grading_correct": _on("", SheetLine),
    **dict.fromkeys(("grading_exam_list_pdf", "grading_summary_pdf"), _on("grading_groups", Group)),
    **dict.fromkeys(
        ("grading_control_list_pdf", "grading_control_list_xlsx"), _on("curriculum_controls", ControlEvent)
    ),
    "grading_draw_up": _on("students_students", Student),
    "grading_schedule_remove": _on("", ScheduleLine),
    "my_result": _on("", SubjectResult),
    "my_gpa": _on("", StudentGpa),
    "my_appeal": _on("grading_own_line", SheetLine),
    "my_subject": _own(_studied_line),
    "my_material": _own(_material),
    **dict.fromkeys(("my_task", "my_task_file", "my_test_begin"), _own(task_student)),
    **dict.fromkeys(("my_test", "my_test_finish", "my_test_picture"), _own(attempt)),
    "my_test_answer": _nothing_said(attempt),
    "curriculum_singles": _on("students_students", Student),
    "curriculum_teacher_load": _load_of,
    "my_elective_choose": _on("", ElectiveOffer),
    # Asked for already, so that it is not offered to anybody again.
    "my_relearning_ask": _never_offered,
    "my_relearning_withdraw": _own(lambda world, where: world.row("", Relearning, where).obj),
    "curriculum_relearning_enter": _on("students_students", Student),
    "my_elective_withdraw": _on("", ElectiveChoice),
    **dict.fromkeys(("order_people", "order_answers"), _with("11")),
    **dict.fromkeys(("order_file", "order_remove_file"), _paper_of_order),
    "attendance_group": _on("", Group),
    "my_excuse_scan": _on("", Excuse),
    "my_topic_choose": _topic_to_choose,
    "my_topic_give_up": _own(_taken_topic),
    "records_member_remove": _on("", CommissionMember),
    "records_recognise": _on("students_students", Student),
    **dict.fromkeys(("records_accreditation_group", "records_accredit"), _on("", Group)),
    "records_accreditation_file": _on("", Group, "xlsx"),
    "order_return": _returned,
    "order_arrival": _arrival,
    "application_new": _with("leave"),
    **dict.fromkeys(
        (
            "my_application",
            "my_application_edit",
            "application_send",
            "application_withdraw",
            "application_delete",
        ),
        _on("", Application),
    ),
    "objection_new": _on("", Application),
    "objection_withdraw": _on("", Objection),
    "application_remove_document": _own_paper,
    "application_document": _any_paper,
    "my_clearance_paper": _own_sheet,
    **dict.fromkeys(("parent_link_handed", "parent_link_revoke"), _on("", ParentLink)),
}

# --- the administration: who holds its duty opens what the declaration of the model allows

ADMIN_ANSWERS: dict[str, Any] = {
    "login": 403,  # Who is signed in has nothing to do there.
    "autocomplete": 403,  # Not without saying for which field.
    "view_on_site": 404,
    "": 404,
}


def _of_admin(address: Address, world: World) -> list[Visit]:
    held = _of_rule(address)
    for model, model_admin in admin.site._registry.items():
        prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
        if not address.name.startswith(prefix):
            continue
        allowed = {
            "add": lambda request, one=model_admin: one.has_add_permission(request),
            "delete": lambda request, one=model_admin: one.has_delete_permission(request),
        }.get(address.name.removeprefix(prefix), lambda request: True)

        def expect(access: Access, allowed=allowed) -> Any:
            request = type("Request", (), {"access": access, "user": access.user})()
            return held(access) if held(access) == 403 or allowed(request) else 403

        values = [model._default_manager.order_by("pk").first().pk] if address.arguments else []
        return [Visit(address.path(*values), "", expect)]
    if address.name == "app_list":
        return [Visit("/admin/people/", "", held)]
    if (
        not address.name and "object_id" in address.arguments
    ):  # The old address of a row leads to the new one.
        return []
    values = ["1"] * len(address.arguments)
    answer = ADMIN_ANSWERS.get(address.name, FINE)
    return [
        Visit(
            address.path(*values), "", lambda access: answer if held(access) == FINE or answer == 403 else 403
        )
    ]


class Undeclared(LookupError):
    """Nobody has said on which rows an address can be tried."""


def visits(address: Address, world: World) -> list[Visit]:
    """How the address is tried.

    Raises:
        Undeclared: a new page that takes an argument; say how in ``PAGES``.
    """
    if address.app_name == "admin":
        return _of_admin(address, world)
    if address.name in PAGES:
        return PAGES[address.name](address, world)
    if not address.arguments:
        return [Visit(address.path(), "", _of_rule(address))]
    pages = _register_pages()
    if address.name in pages:
        register, about_row = pages[address.name]
        if about_row:
            return _of_register(address, register, world)
        return [Visit(address.path("csv"), "", _of_rule(address))]
    for route, register in _card_routes().items():
        if address.route.startswith(route) and address.arguments == ["pk"]:
            return _of_register(address, register, world)
    raise Undeclared(
        f"{address.key} ({address.route}): say in tests/access/addresses.py on which rows it acts."
    )
