"""How the walk makes the rows of each register and model, and whose they are."""

from __future__ import annotations

import contextlib
import datetime
import itertools
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from attendance import models as journal
from curriculum import relearning_courses
from curriculum.materials.models import Question, Resource
from curriculum.models import (
    ClassPair,
    ControlAudience,
    ControlEvent,
    Curriculum,
    CurriculumNorm,
    CurriculumSemester,
    CurriculumSubject,
    ElectiveCampaign,
    ElectiveChoice,
    ElectiveOffer,
    ExamDraft,
    GradeType,
    GroupCurriculum,
    Holiday,
    Lesson,
    LoadNorm,
    MarkingRule,
    MarkingSystem,
    RatingSheetKind,
    Registration,
    Relearning,
    RelearningCourse,
    RelearningWindow,
    Subject,
    SubjectControl,
    SubjectGroup,
    TeacherHours,
    Teaching,
    TeachingAudience,
    TimetableDraft,
    TrainingMode,
)
from curriculum.timetable.models import TimetableBatch, TimetableRule
from doctorate.models import (
    Attestation,
    Defence,
    DoctoralOrder,
    DoctoralRule,
    DoctoralSpeciality,
    DoctoralStudent,
    IndividualPlan,
    Opponent,
    PlanStage,
    Supervision,
)
from finance.contracts.payers import sides_of
from finance.ledger.models import Account, Posting
from finance.models import (
    Aid,
    AidFund,
    BaseCoefficient,
    Contract,
    ContractChange,
    ContractRequest,
    DifferentiatedCoefficient,
    Invoice,
    PayerChange,
    Payout,
    PayoutAccount,
    PayoutLine,
    StipendAppointment,
    StipendList,
)
from finance.online.models import ClickTransaction, PaymeTransaction
from finance.payments.models import Payment, PutAside, StatementLine
from grading.models import (
    Appeal,
    GradeSheet,
    GradingRule,
    PersonalSchedule,
    ScheduleLine,
    SheetCorrection,
    SheetLine,
    StudentGpa,
    SubjectResult,
)
from grading.tasks.models import Attempt, Task, TaskStudent, Test
from hemis.classifiers.models import ClassifierItem
from hemis.documents.kinds import KINDS
from hemis.documents.models import Document
from hemis.jobs.models import Job
from hemis.mailbox.models import Message
from hemis.notices.models import Notice
from hemis.people.models import User
from hemis.sheets.models import SheetImport
from hemis.wording.models import Text
from movement.applications.models import Application, ApplicationTerm, ApplicationWindow
from movement.clearance.models import ClearanceAnswer, ClearanceStation
from movement.models import AgreementStep, MovementRule, Order
from movement.objections.models import Objection, ObjectionTerm
from movement.parents.actions import hash_of, token_of
from movement.parents.models import ParentLink
from research.models import (
    Profile,
    ProfileFigures,
    Project,
    ProjectExecutor,
    ProjectReport,
    ProjectResult,
    ProjectStage,
    ProjectSum,
    Work,
    WorkAuthor,
)
from research.rating.models import (
    CriteriaSet,
    Criterion,
    Evidence,
    Rating,
    RatingAppeal,
    RatingLine,
    UnitLine,
)
from staff.models import Absence, Competition, CompetitionEntry, Degree, Employee, PostRole
from structure.models import RoomBooking, Unit, University
from students.models import (
    AcademicYear,
    AdmissionQuota,
    Candidate,
    Contact,
    Division,
    Exchange,
    Group,
    Placement,
    Programme,
    Qualification,
    Speciality,
    SportRecord,
    Student,
    Subgroup,
    TutorGroup,
)
from tests import factories
from tests.access import attestation, papers
from tests.access.world import (
    DAY,
    TESTS,
    WHERE,
    Place,
    Row,
    World,
    first,
    make,
    of_everybody,
    of_faculty,
    of_kafedra,
    of_person,
    of_unit,
    of_university,
    plain,
)

_serial = itertools.count(1)
MOMENT = datetime.datetime(2026, 9, 1, 9, tzinfo=datetime.UTC)
AGREED = datetime.datetime(2025, 9, 1, 9, tzinfo=datetime.UTC)


def _document(world: World, where: str) -> Row:
    found = world.document(where)
    # The list of an order names many: it is nobody's own.
    return Row(found, world.place(where, person=False), also=(KINDS[found.kind].permission,))


def _unit(world: World, where: str, units: dict[str, Unit]) -> Row:
    unit = units[where]
    faculty = unit.pk if unit.kind == Unit.FACULTY else unit.parent_id
    return Row(unit, Place(faculty, None if unit.kind == Unit.FACULTY else unit.pk))


def _division(world: World, where: str) -> Unit:
    return make(Unit, world, where, kind="13", code=f"303-9{next(_serial):02d}", parent=None)


def job(world: World, where: str) -> Job:
    """A finished job with a result."""
    found = make(Job, world, where, owner=world.owner(where), kind="documents.batch", state=Job.DONE)
    found.result_file.save("result.zip", ContentFile(b"PK"))
    return found


def sheet(world: World, where: str) -> SheetImport:
    """An uploaded list that was checked."""
    found = SheetImport(
        sheet="students.admission", owner=world.owner(where), name="a.xlsx", params={"year": 2026}
    )
    found.file.save("a.xlsx", ContentFile((TESTS / "data" / "admission.xlsx").read_bytes()), save=False)
    found.state = SheetImport.CHECKED
    found.save()
    return found


def notice(world: World, where: str) -> Notice:
    return make(Notice, world, where, user=world.owner(where), code="order_executed", params={}, url="/")


def _draft_application(world: World, where: str) -> Application:
    """What only the student sees yet."""
    return make(Application, world, where, kind="leave", faculty=world.faculties[where], is_paper=False)


def _sent_application(world: World, where: str) -> Application:
    """What waits in the queue of the dean's office."""
    found = make(Application, world, where, kind="transfer", faculty=world.faculties[where], is_paper=False)
    found.state, found.number, found.sent_at, found.due_on = Application.SENT, f"W-{found.pk}", MOMENT, DAY
    found.save()
    return found


def _objection(world: World, where: str) -> Objection:
    """To a refusal, which somebody else decides on."""
    refused = make(
        Application, world, where, kind="expulsion", faculty=world.faculties[where], is_paper=False
    )
    refused.state, refused.number, refused.sent_at, refused.due_on = (
        Application.SENT,
        f"R-{refused.pk}",
        MOMENT,
        DAY,
    )
    refused.save()
    refused.state, refused.note, refused.refusal_source = Application.REFUSED, "x", "x"
    refused.decided_at, refused.decided_by = MOMENT, _refuser()
    refused.save()
    return Objection.objects.create(
        application=refused, number=f"R-{refused.pk}", text="x", received_on=DAY, created_by=world.walker,
        refused_at=MOMENT, refused_by=refused.decided_by, refusal="x", refusal_source="x", due_on=DAY,
        due_source="x",
    )  # fmt: skip


def _refuser() -> User:
    return User.objects.filter(login="refuser").first() or factories.make_user(login="refuser")


def _answer(world: World, where: str) -> Row:
    """The answer of one station, which only the role of the station gives."""
    station = ClearanceStation.objects.filter(role="accounting").first()
    found = make(ClearanceAnswer, world, where, station=station or _station(world, where))
    role = found.station.role
    return Row(found, world.place(where), seen=lambda access: role in access.roles)


def _station(world: World, where: str) -> ClearanceStation:
    return make(ClearanceStation, world, where, role="accounting", occasions=["11"], code="accounting")


def _contact(world: World, where: str) -> Contact:
    person = world.persons[where]
    found = Contact.objects.filter(person=person, agreed_at__isnull=False).first()
    return found or make(Contact, world, where, person=person, phone="+998901112233", agreed_at=AGREED)


def _of_speciality(model: type, **given: Any) -> Callable[[World, str], Any]:
    """One row for each speciality, which two colleagues of a faculty share."""

    def get(world: World, where: str) -> Any:
        found = model.objects.filter(speciality=world.groups[where].speciality).first()
        return found or make(model, world, where, **given)

    return get


def _draft_plan(world: World, where: str) -> Curriculum:
    """A plan that may still be changed, whatever approved one the group studies by."""
    drafts = Curriculum.objects.filter(speciality=world.groups[where].speciality, state=Curriculum.DRAFT)
    return drafts.first() or make(Curriculum, world, where)


def _semester(world: World, where: str) -> CurriculumSemester:
    plan = world.row("", Curriculum, where).obj
    found = plan.semesters.first()
    return found or make(
        CurriculumSemester, world, where, curriculum=plan, ends_on=DAY + datetime.timedelta(days=100)
    )


def _link(world: World, where: str) -> ParentLink:
    contact = _contact(world, where)
    found = ParentLink.objects.filter(contact=contact).first()
    if found:
        return found
    nonce = f"{next(_serial):032d}"
    link = ParentLink(contact=contact, nonce=nonce)
    return make(
        ParentLink, world, where, contact=contact, student=world.student(where), nonce=nonce,
        token_hash=hash_of(token_of(link)),
    )  # fmt: skip


def _curriculum_subject(world: World, where: str) -> Row:
    """A subject in a plan of the faculty, taught by the kafedra; its responsible teacher is the person."""
    found = make(
        CurriculumSubject,
        world,
        where,
        subject=make(Subject, world, where),
        teacher=world.employee(where),
        kafedra=world.kafedras[where],
    )
    return Row(found, world.place(where, kafedra=True))


def _teacher_hours(world: World, where: str) -> Row:
    """A wish of the person, whom the kafedra employs."""
    found = make(
        TeacherHours, world, where, employee=world.employee(where), weekday=1, pair=1 + next(_serial) % 12
    )
    return Row(found, world.place(where, kafedra=True))


def _approved(world: World, where: str) -> CurriculumSubject:
    """A compulsory line of an approved plan, by which the group of ``where`` studies; beside it an elective."""
    group = world.groups[where]
    given = GroupCurriculum.objects.filter(group=group).first()
    if given is not None:
        return given.curriculum.subjects.get(elective_group="")
    year = AcademicYear.objects.get_or_create(year=2026 - len(GroupCurriculum.objects.all()))[0]
    plan = make(Curriculum, world, where, speciality=group.speciality, start_year=year, release=50)
    semester = make(
        CurriculumSemester, world, where, curriculum=plan, number=1, course="11", academic_year=year,
        ends_on=DAY + datetime.timedelta(days=150),
    )  # fmt: skip
    for more in ({}, {"kind": "12", "elective_group": "T1"}):
        make(
            CurriculumSubject, world, where, curriculum=plan, semester=semester, block=None,
            subject=make(Subject, world, where), teacher=world.employee(where), kafedra=world.kafedras[where],
            **more,
        )  # fmt: skip
    for line in plan.subjects.all():
        for control in ("11", "13"):
            SubjectControl.objects.create(curriculum_subject=line, control=control, max_points=50)
    Curriculum.objects.filter(pk=plan.pk).update(
        state=Curriculum.APPROVED, approved_by=world.walker, approved_at=MOMENT
    )
    GroupCurriculum.objects.create(group=group, curriculum=plan)
    return plan.subjects.get(elective_group="")


def _registration(world: World, where: str) -> Row:
    line, student = _approved(world, where), world.student(where)
    found = Registration.objects.get_or_create(student=student, curriculum_subject=line)[0]
    return Row(found, world.place(where, kafedra=True))


def _teaching(world: World, where: str) -> Row:
    line = _approved(world, where)
    found = make(
        Teaching, world, where, academic_year=line.semester.academic_year, term="11", subject=line.subject,
        kafedra=line.kafedra, teacher=world.employee(where), assistant=None,
    )  # fmt: skip
    TeachingAudience.objects.create(teaching=found, curriculum_subject=line, group=world.groups[where])
    return Row(found, world.place(where, kafedra=True))


def _pair(world: World) -> ClassPair:
    year = AcademicYear.objects.get_or_create(year=2026)[0]
    return ClassPair.objects.filter(academic_year=year).first() or ClassPair.objects.create(
        academic_year=year, number=1, starts=datetime.time(9), ends=datetime.time(10)
    )


def _lesson(world: World, where: str) -> Row:
    """A lesson of the own teaching, each on another day: nobody is in two places."""
    teaching = _teaching(world, where).obj
    found = Lesson.objects.create(
        teaching=teaching, teacher=teaching.teacher, pair=_pair(world),
        day=DAY + datetime.timedelta(days=next(_serial)),
    )  # fmt: skip
    return Row(found, world.place(where, kafedra=True))


def _control(world: World, where: str) -> Row:
    line = _approved(world, where)
    found = ControlEvent.objects.create(
        subject=line.subject, kafedra=line.kafedra, control="13", examiner=world.employee(where), pair=_pair(world),
        day=DAY + datetime.timedelta(days=next(_serial)),
    )  # fmt: skip
    ControlAudience.objects.create(event=found, curriculum_subject=line, group=world.groups[where])
    return Row(found, world.place(where, kafedra=True))


def _batch(world: World, where: str) -> TimetableBatch:
    return make(
        TimetableBatch, world, where, faculty=world.faculties[where], group=world.groups[where],
        author=world.walker, undone_at=None,
    )  # fmt: skip


def _lesson(world: World, where: str) -> Row:
    """A lesson that the person has given."""
    teaching = world.row("", Teaching, where).obj
    pair = ClassPair.objects.get_or_create(
        academic_year=teaching.academic_year, number=1,
        defaults={"starts": datetime.time(8, 30), "ends": datetime.time(9, 50)},
    )[0]  # fmt: skip
    found = Lesson.objects.create(
        teaching=teaching, teacher=world.employee(where), pair=pair, day=DAY + datetime.timedelta(days=6)
    )
    return Row(found, world.place(where, kafedra=True))


def _missed(world: World, where: str) -> journal.Absence:
    """The person's own absence, as a student of the group."""
    _registration(world, where)
    lesson = world.row("", Lesson, where).obj
    record = make(journal.LessonRecord, world, where, lesson=lesson, topic_text="Kirish", hours=2)
    return journal.Absence.objects.create(record=record, student=world.student(where))


def _unlock(world: World, where: str) -> journal.Unlock:
    return make(journal.Unlock, world, where, lesson=world.row("", Lesson, where).obj, teacher=None)


def _campaign(world: World, where: str) -> ElectiveCampaign:
    semester = _approved(world, where).semester
    found = ElectiveCampaign.objects.filter(semester=semester).first()
    opens = {"opens_at": MOMENT, "closes_at": MOMENT + datetime.timedelta(days=3650)}
    return found or ElectiveCampaign.objects.create(semester=semester, **opens)


def _offer(world: World, where: str) -> ElectiveOffer:
    campaign = _campaign(world, where)
    elective = campaign.semester.subjects.exclude(elective_group="").get()
    return ElectiveOffer.objects.get_or_create(
        campaign=campaign, curriculum_subject=elective, defaults={"places": 9}
    )[0]


def _choice(world: World, where: str) -> ElectiveChoice:
    return ElectiveChoice.objects.get_or_create(student=world.student(where), offer=_offer(world, where))[0]


def _sheet(world: World, where: str, control: str = "11") -> GradeSheet:
    """A sheet of the group, which the person of ``where`` fills; that of the final control is closed."""
    line, group = _approved(world, where), world.groups[where]
    found = GradeSheet.objects.filter(curriculum_subject=line, group=group, control=control).first()
    if found:
        return found
    registered = _registration(world, where).obj
    number = next(_serial)
    found = GradeSheet.objects.create(
        academic_year=line.semester.academic_year, serial=number, curriculum_subject=line, group=group,
        control=control, examiner=world.employee(where),
    )  # fmt: skip
    SheetLine.objects.create(sheet=found, student=registered.student)
    if control == "13":
        SheetLine.objects.filter(sheet=found).update(status="graded", points=Decimal(5))
        for state, who in (("signed", "signed_by"), ("checked", "checked_by"), ("closed", "closed_by")):
            moment = {who: world.owner(where), who.replace("_by", "_at"): MOMENT}
            GradeSheet.objects.filter(pk=found.pk).update(state=state, **moment)
    return GradeSheet.objects.get(pk=found.pk)


def _closed_line(world: World, where: str) -> SheetLine:
    return _sheet(world, where, "13").lines.get()


def _result(world: World, where: str) -> SubjectResult:
    line = _closed_line(world, where)
    given = {"overall": Decimal(5), "mark": 2, "point": Decimal(2), "passed": False, "sheet": line.sheet}
    return SubjectResult.objects.get_or_create(
        student=line.student, curriculum_subject=line.sheet.curriculum_subject, defaults=given
    )[0]


def _relearning(world: World, where: str) -> Relearning:
    """What the person has asked to study anew: no retake is allowed, so that one failure is enough."""
    failed, today = _result(world, where), timezone.localdate()
    GradingRule.objects.get_or_create(
        code="retake.allowed", valid_from=today, defaults={"value": 0, "basis": "x"}
    )
    window = RelearningWindow.objects.filter(academic_year=2026, term="11").first() or make(
        RelearningWindow, world, where, academic_year=AcademicYear.objects.get_or_create(year=2026)[0], term="11",
        opens_on=today, closes_on=today + datetime.timedelta(days=3650),
    )  # fmt: skip
    return Relearning.objects.get_or_create(
        student=failed.student, owed=failed.curriculum_subject, window=window
    )[0]


def _course(world: World, where: str) -> RelearningCourse:
    """The individual plan of the person's relearning."""
    asked = _relearning(world, where)
    dean = factories.make_user("dean", world.faculties[where])
    found = RelearningCourse.objects.filter(only=asked).first()
    return found or relearning_courses.open_course(
        asked, kind=RelearningCourse.INDIVIDUAL, taught={"11": 10}, access=factories.access_of(dean)
    )


def _debt(world: World, where: str) -> Row:
    _result(world, where)
    return _registration(world, where)


def _correction(world: World, where: str) -> SheetCorrection:
    line = _closed_line(world, where)
    return SheetCorrection.objects.create(
        academic_year=line.sheet.academic_year, serial=next(_serial), line=line, new_points=Decimal(7),
        new_status="graded", reason="x", basis="y", scan=world.picture, proposed_by=factories.make_user(),
    )  # fmt: skip


def _appeal(world: World, where: str) -> Appeal:
    line = _closed_line(world, where)
    return Appeal.objects.create(line=line, text="x", scan=world.picture, lodged_at=MOMENT, due_at=MOMENT)


def _schedule_line(world: World, where: str) -> ScheduleLine:
    schedule = make(
        PersonalSchedule, world, where, serial=next(_serial), due_on=DAY, order_number="", order_date=None
    )
    return ScheduleLine.objects.create(
        schedule=schedule, curriculum_subject=_approved(world, where), due_on=DAY
    )


def _resource(world: World, where: str) -> Resource:
    found = Resource.objects.filter(curriculum_subject=_approved(world, where)).first()
    return found or Resource.objects.create(
        curriculum_subject=_approved(world, where),
        training_type="11",
        name="Resurs",
        link="https://lex.uz",
    )


def _question(world: World, where: str) -> Question:
    subject = _approved(world, where).subject
    return Question.objects.get_or_create(
        subject=subject, fingerprint=f"walk-{where}", defaults={"kind": "essay", "text": "Savol matni"}
    )[0]


def _task(world: World, where: str) -> Task:
    """A task that was given to the student of ``where``."""
    found = Task.objects.filter(students__student=world.student(where)).first()
    if found:
        return found
    found = make(
        Task, world, where, teaching=world.row("", Teaching, where).obj, kind="test", control="11",
        max_points=Decimal(1), state="sent", sent_at=MOMENT, topic=None,
    )  # fmt: skip
    Test.objects.create(task=found)
    _registration(world, where)
    TaskStudent.objects.create(
        task=found,
        student=world.student(where),
        curriculum_subject=_approved(world, where),
        group=world.groups[where],
    )
    return found


def task_student(world: World, where: str) -> TaskStudent:
    """The student's own part of a task."""
    return _task(world, where).students.get()


def attempt(world: World, where: str) -> Attempt:
    """A finished session of the student."""
    row = task_student(world, where)
    later = MOMENT + datetime.timedelta(minutes=9)
    return row.test_attempts.first() or Attempt.objects.create(
        task_student=row,
        number=1,
        seed=1,
        started_at=MOMENT,
        closes_at=later,
        finished_at=later,
        state="finished",
    )


@contextlib.contextmanager
def _unguarded(table: str, guard: str) -> Iterator[None]:
    """Write what only an order in the making may: the guard itself is tried elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {guard}")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {guard}")


def _contract_change(world: World, where: str) -> ContractChange:
    contract = world.row("", Contract, where).obj
    with _unguarded("finance_contractchange", "contract_change_guard"):
        return make(
            ContractChange, world, where, contract=contract, kind="left", order=world.signed_orders[where],
            placement=contract.placement, before=contract.amount,
        )  # fmt: skip


def _stipend(world: World, where: str) -> StipendAppointment:
    with _unguarded("finance_stipendappointment", "stipend_guard"):
        return make(
            StipendAppointment, world, where, student=world.student(where), faculty=world.faculties[where],
            rate="11", order=world.signed_orders[where],
        )  # fmt: skip


def _aid_fund() -> AidFund:
    return AidFund.objects.get_or_create(
        year=DAY.year, defaults={"stipend_budget": 10**9, "source": "VMQ 59"}
    )[0]


def _aid(world: World, where: str) -> Aid:
    with _unguarded("finance_aid", "aid_guard"):
        return make(
            Aid, world, where, student=world.student(where), faculty=world.faculties[where], amount=Decimal(1),
            decision=f"{next(_serial)}", decided_on=DAY, made_by=world.walker,
        )  # fmt: skip


def _payout(world: World) -> Payout:
    return Payout.objects.get_or_create(date=DAY, number="1", defaults={"made_by": world.walker})[0]


def _charged(world: World, where: str) -> Contract:
    """The contract, formed: only then it is charged and paid."""
    found = world.row("", Contract, where).obj
    if found.state == Contract.DRAFT:
        found.document, found.state = world.document(where), Contract.FORMED
        found.save(update_fields=["document", "state"])
    return found


def _invoice(world: World, where: str) -> Invoice:
    contract = _charged(world, where)
    return make(
        Invoice, world, where, contract=contract, date=contract.date, year=contract.date.year, amount=Decimal(1),
        position=Invoice.objects.filter(year=contract.date.year).count() + 1,
    )  # fmt: skip


def _brought_forward(world: World, where: str) -> Contract:
    student = world.student(where)
    place = student.current
    return Contract.objects.filter(student=student, brought_forward=True).first() or make(
        Contract, world, where, number=f"Q{next(_serial):05d}", date=DAY, student=student, placement=place,
        academic_year=factories.make_year(2025), faculty=place.faculty, programme=place.programme, group=place.group,
        course=place.course, education_form=place.education_form, amount=Decimal(-1), price_steps=[],
        brought_forward=True, basis="Dalolatnoma",
    )  # fmt: skip


def _payer_change(world: World, where: str) -> PayerChange:
    contract = _charged(world, where)
    contract.refresh_from_db()
    return make(
        PayerChange, world, where, contract=contract, before=sides_of(contract), parties="12", date=contract.date,
        payer_name=f"Toʻlovchi {next(_serial)}", payer_tin="", position=contract.payer_changes.count() + 1,
    )  # fmt: skip


def _contract_request(world: World, where: str) -> ContractRequest:
    student = world.student(where)
    waiting = ContractRequest.objects.filter(student=student, state=ContractRequest.SENT).first()
    return waiting or make(
        ContractRequest, world, where, student=student, academic_year=student.current.academic_year,
        faculty=student.current.faculty,
    )  # fmt: skip


def _payment(world: World, where: str) -> Row:
    """Seen by accounting and by whose contract it is for."""
    found = make(Payment, world, where, contract=_charged(world, where), means=Payment.CASH)
    return Row(found, Place(person=world.persons[where].pk))


def _posting(world: World, where: str) -> Posting:
    """What a receipt has posted."""
    receipt = world.row("finance_queue", StatementLine, where).obj
    return Posting.objects.get(line=receipt)


def _criteria(world: World) -> CriteriaSet:
    """Approved criteria of one line."""
    made = CriteriaSet.objects.create(
        academic_year=factories.make_year(2024), basis="№ 1", created_by=world.walker
    )
    Criterion.objects.create(
        criteria=made, code="load", title="Yuklama", source="load", unit="soat", weight=1
    )
    boss = world.rectorate.user
    CriteriaSet.objects.filter(pk=made.pk).update(state="approved", approved_by=boss, approved_at=MOMENT)
    made.refresh_from_db()
    return made


def _rating(world: World, where: str) -> Rating:
    """A frozen rating of the three teachers with their kafedras and faculties."""
    found = Rating.objects.first()
    if found is not None:
        return found
    criteria = _criteria(world)
    found = Rating.objects.create(academic_year=criteria.academic_year, criteria=criteria, as_of=DAY)
    units = {*world.faculties.values(), *world.kafedras.values()}
    for place in WHERE:
        RatingLine.objects.create(
            rating=found, employee=world.employee(place), kafedra=world.kafedras[place],
            faculty=world.faculties[place], rate=1, place=1,
        )  # fmt: skip
    for unit in units:
        UnitLine.objects.create(rating=found, unit=unit, teachers=1, rates=1, total=0, mean=0, place=1)
    CriteriaSet.objects.filter(pk=criteria.pk).update(state="locked")
    Rating.objects.filter(pk=found.pk).update(state="counted", counted_at=MOMENT)
    today = timezone.localdate()
    Rating.objects.filter(pk=found.pk).update(
        state="frozen", frozen_by=world.walker, frozen_at=MOMENT, appeals_until=today
    )
    return found


def _rating_line(world: World, where: str) -> RatingLine:
    return _rating(world, where).lines.get(employee=world.employee(where))


def _unit_line(units: str):
    def made(world: World, where: str) -> Row:
        unit = getattr(world, units)[where]
        line = _rating(world, where).units.get(unit=unit)
        kafedra = unit.pk if units == "kafedras" else None
        return Row(line, Place(world.faculties[where].pk, kafedra))

    return made


def _candidate(kind: str) -> Callable[[World, str], Row]:
    """A candidate for the doctorate: the person of ``where`` would have one only."""

    def made(world: World, where: str) -> Row:
        level = "phd" if kind == "11" else "dsc"
        speciality, _new = DoctoralSpeciality.objects.get_or_create(
            code="01.01.01", level=level, defaults={"name": "Matematik analiz"}
        )
        student = DoctoralStudent.objects.create(
            person=factories.make_person("Izlanuvchi", photo=world.picture), kind=kind, theme="Mavzu",
            speciality=speciality, kafedra=world.kafedras[where],
        )  # fmt: skip
        # Whoever leads sees it as one's own.
        Supervision.objects.create(
            student=student, role="consultant", employee=world.employee(where), valid_from=DAY, order_number="1",
            order_date=DAY,
        )  # fmt: skip
        return Row(student, world.place(where, kafedra=True))

    return made


def _criteria_draft(world: World, where: str) -> Row:
    """A draft, which only those see whose duty reaches the whole university."""
    draft = CriteriaSet.objects.filter(state="draft").first() or make(CriteriaSet, world, where, basis="№ 2")
    return Row(
        draft, Place(everybody=True), seen=lambda access: access.scope("rating_criteria.view").everything
    )


def _criterion(world: World, where: str) -> Row:
    draft = _criteria_draft(world, where)
    line = draft.obj.lines.first() or make(
        Criterion, world, where, criteria=draft.obj, source="load", weight=1
    )
    return Row(line, draft.place, seen=draft.seen)


def _doctoral_student(world: World, where: str) -> DoctoralStudent:
    """One who studies: admitted by an order that another signed."""
    from tests.doctorate import makers

    row = world.made(_candidate("11"), where, "doctoral student")
    if row.obj.status == DoctoralStudent.CANDIDATE:
        makers.execute("admission", row.obj)
    return row.obj


def _leader(world: World, where: str) -> Employee:
    """An employee with a degree who leads somebody."""
    who = world.employee(where)
    Degree.objects.create(employee=who, kind="degree", degree="12", diploma_number=f"DSC {who.pk}")
    Supervision.objects.create(
        student=_doctoral_student(world, where),
        employee=who,
        valid_from=DAY,
        order_number="2",
        order_date=DAY,
    )
    return who


def _of_doctorate(model: type, **given: Any) -> Callable[[World, str], Row]:
    def made(world: World, where: str) -> Row:
        student = _doctoral_student(world, where)
        return Row(make(model, world, where, student=student, **given), world.place(where, kafedra=True))

    return made


def _planned(world: World, where: str) -> Row:
    student = _doctoral_student(world, where)
    make(PlanStage, world, where, student=student, year=1, title="Plan uchun", done_on=None)
    return Row(make(IndividualPlan, world, where, student=student), world.place(where, kafedra=True))


def _defence(world: World, where: str) -> Row:
    student = _doctoral_student(world, where)
    defence = make(Defence, world, where, student=student, defence_date=DAY, approval_scan=world.picture)
    Opponent.objects.create(defence=defence, outsider="A. Opponentov")
    defence.result, defence.votes_for, defence.votes_against, defence.protocol_number = "passed", 10, 1, "1"
    defence.save()
    return Row(defence, world.place(where, kafedra=True))


def _opponent(world: World, where: str) -> Row:
    defence = world.row("doctorate_defences", Defence, where).obj
    return Row(
        Opponent.objects.create(defence=defence, outsider="B. Opponentov"), world.place(where, kafedra=True)
    )


def _doctoral_order(world: World, where: str) -> DoctoralOrder:
    from tests.doctorate import makers

    order = makers.draft("admission", world.row("doctorate_students", DoctoralStudent, where).obj)
    order.scan = world.picture
    order.save()
    return order


# Register key or model → maker. A key goes before the model, for registers that show some rows of a model only.
def _work(sort: str):
    def made(world: World, where: str) -> Row:
        kinds = {"scientific": "13", "methodical": "11", "property": "17"}
        work = make(
            Work, world, where, sort=sort, title=f"Ish {sort} {where}", kafedra=world.kafedras[where],
            entered_by=world.employee(where), issue_year=2025, academic_year=factories.make_year(),
            certificate_number="7", certificate_date=DAY, **{f"{sort}_kind": kinds[sort]},
        )  # fmt: skip
        return Row(work, world.place(where, kafedra=True))

    return made


def _work_author(world: World, where: str) -> Row:
    work = world.row("research_scientific", Work, where).obj
    return Row(WorkAuthor.objects.create(work=work, outsider="J. Smith"), world.place(where, kafedra=True))


def _profile(world: World, where: str) -> Row:
    profile = make(
        Profile, world, where, employee=world.employee(where), kafedra=world.kafedras[where], platform="11",
        other_platform="", identifier=f"5719{next(_serial):05d}", link="https://www.scopus.com",
    )  # fmt: skip
    return Row(profile, world.place(where, kafedra=True))


def _figures(world: World, where: str) -> Row:
    profile = world.row("", Profile, where).obj
    figures = ProfileFigures.objects.create(
        profile=profile, kafedra=profile.kafedra, day=DAY, academic_year=factories.make_year(), h_index=2,
        documents=5, citations=20, scan=world.picture,
    )  # fmt: skip
    return Row(figures, world.place(where, kafedra=True))


def _project(world: World, where: str) -> Row:
    project = make(
        Project, world, where, unit=world.kafedras[where], number=f"F-{where}", starts=datetime.date(2025, 1, 1),
        ends=datetime.date(2027, 12, 31), state="running", closed_on=None,
    )  # fmt: skip
    return Row(project, world.place(where, person=False, kafedra=True))


def _of_project(model, **fields) -> Callable[[World, str], Row]:
    def made(world: World, where: str) -> Row:
        project = world.row("", Project, where).obj
        row = make(model, world, where, project=project, **fields)
        return Row(row, world.place(where, person=False, kafedra=True))

    return made


def _report(world: World, where: str) -> Row:
    made = _of_project(ProjectReport, kind="final", stage=None, day=DAY, accepted_on=None, scan=world.picture)
    return made(world, where)


ROWS: dict[Any, Callable[[World, str], Row]] = {
    **papers.ROWS,
    **attestation.ROWS,
    "structure_faculties": lambda world, where: _unit(world, where, world.faculties),
    "structure_kafedras": lambda world, where: _unit(world, where, world.kafedras),
    Unit: of_university(_division),
    University: of_university(lambda world, where: University.objects.get()),
    Message: of_university(
        plain(Message, is_broadcast=True, state="sent", sent_at=MOMENT, recipients=1, to=[])
    ),
    RoomBooking: of_university(plain(RoomBooking, ends_at=datetime.time(10))),
    "staff_teachers": of_kafedra(lambda world, where: world.post(where, "12")),
    "staff_other_employees": of_kafedra(lambda world, where: world.post(where, "11")),
    "staff_tutors": of_kafedra(lambda world, where: world.post(where, "11")),
    Employee: of_kafedra(lambda world, where: world.employee(where)),
    Degree: of_kafedra(plain(Degree, kind="degree", degree="11")),
    Absence: of_kafedra(plain(Absence, kind="12")),
    CompetitionEntry: of_unit(
        lambda world, where: make(
            CompetitionEntry,
            world,
            where,
            employee=world.employee(where),
            competition=make(Competition, world, where, unit=world.kafedras[where]),
        )
    ),
    PostRole: of_university(first(PostRole)),
    Speciality: of_faculty(lambda world, where: world.groups[where].speciality),
    Programme: of_faculty(lambda world, where: factories.make_programme(world.faculties[where])),
    Qualification: of_faculty(plain(Qualification)),
    # Each of the three cares for the own group as a tutor.
    Group: of_person(lambda world, where: world.groups[where]),
    Division: of_person(plain(Division)),
    Subgroup: of_person(
        lambda world, where: make(Subgroup, world, where, division=world.row("", Division, where).obj)
    ),
    TutorGroup: of_person(lambda world, where: TutorGroup.objects.get(group=world.groups[where])),
    AcademicYear: of_everybody(lambda world, where: factories.make_year()),
    AdmissionQuota: of_faculty(_of_speciality(AdmissionQuota, entry_year=2026)),
    Candidate: of_faculty(lambda world, where: world.signed_orders[where].lines.get().candidate),
    Student: of_person(lambda world, where: world.student(where)),
    Placement: of_person(lambda world, where: Placement.objects.get(student=world.student(where))),
    # Who studies is not on the list of those who do not.
    "students_states": lambda world, where: Row(
        Placement.objects.get(student=world.student(where)), world.place(where), seen=lambda access: False
    ),
    # Whose contract is numbered already is not on the list of those who wait for one.
    "finance_without_contract": lambda world, where: Row(
        world.row("", Contract, where).obj.student, world.place(where), seen=lambda access: False
    ),
    SportRecord: of_person(plain(SportRecord, sport_name="Shaxmat")),
    Exchange: of_person(
        lambda world, where: make(
            Exchange,
            world,
            where,
            direction="out",
            student=world.student(where),
            faculty=world.faculties[where],
        )
    ),
    Contact: of_person(plain(Contact, phone="+998901112233")),
    Order: of_faculty(lambda world, where: world.draft_order(where)),
    AgreementStep: of_everybody(first(AgreementStep, order_kind="11", role="legal")),
    MovementRule: of_everybody(first(MovementRule)),
    Application: of_person(_draft_application),
    "movement_applications": of_person(_sent_application),
    ApplicationTerm: of_everybody(first(ApplicationTerm, days=7)),
    Objection: of_person(_objection),
    Text: of_everybody(lambda world, where: Text.objects.get_or_create(msgid=f"Text {where}")[0]),
    ObjectionTerm: of_everybody(first(ObjectionTerm, days_to_object=30, days_to_decide=15)),
    ApplicationWindow: of_everybody(first(ApplicationWindow, closes=DAY)),
    ClearanceStation: of_everybody(first(ClearanceStation, occasions=["11"])),
    ClearanceAnswer: _answer,
    ParentLink: of_person(_link),
    Document: _document,
    Contract: of_person(lambda world, where: world.contract(where)),
    ContractChange: of_person(_contract_change),
    StipendAppointment: of_person(_stipend),
    StipendList: of_faculty(
        lambda world, where: make(
            StipendList, world, where, month=datetime.date(2000 + next(_serial), 1, 1), made_by=world.walker
        )
    ),
    AidFund: of_university(lambda world, where: _aid_fund()),
    Aid: of_person(_aid),
    Payout: of_university(lambda world, where: _payout(world)),
    PayoutLine: of_university(
        lambda world, where: make(
            PayoutLine,
            world,
            where,
            payout=_payout(world),
            aid=world.row("", Aid, where).obj,
            student=world.student(where),
            amount=Decimal(1),
            account="8600123412341234",
        )
    ),
    PayoutAccount: of_person(
        lambda world, where: make(PayoutAccount, world, where, number=f"8600{next(_serial):012d}")
    ),
    Invoice: of_person(_invoice),
    PayerChange: of_person(_payer_change),
    ContractRequest: of_person(_contract_request),
    Payment: _payment,
    "finance_debts": of_person(_charged),
    "finance_brought_forward": of_person(_brought_forward),
    "finance_queue": of_university(plain(StatementLine)),
    PutAside: of_university(
        lambda world, where: make(PutAside, world, where, line=make(StatementLine, world, where))
    ),
    Posting: of_university(_posting),
    Account: of_university(first(Account)),
    PaymeTransaction: of_university(
        lambda world, where: make(PaymeTransaction, world, where, contract=_charged(world, where))
    ),
    ClickTransaction: of_university(
        lambda world, where: make(ClickTransaction, world, where, contract=_charged(world, where))
    ),
    DifferentiatedCoefficient: of_university(
        lambda world, where: make(DifferentiatedCoefficient, world, where, faculty=world.faculties[where])
    ),
    BaseCoefficient: of_university(plain(BaseCoefficient, coefficient=Decimal(10))),
    ClassifierItem: of_university(lambda world, where: ClassifierItem.objects.order_by("pk").first()),
    SubjectGroup: of_everybody(first(SubjectGroup)),
    Subject: of_everybody(first(Subject)),
    MarkingSystem: of_everybody(first(MarkingSystem)),
    MarkingRule: of_everybody(first(MarkingRule)),
    GradeType: of_everybody(first(GradeType)),
    RatingSheetKind: of_everybody(first(RatingSheetKind)),
    CurriculumNorm: of_everybody(first(CurriculumNorm)),
    ClassPair: of_everybody(first(ClassPair, number=1, ends=datetime.time(10))),
    Curriculum: of_faculty(_draft_plan),
    CurriculumSemester: of_faculty(_semester),
    CurriculumSubject: _curriculum_subject,
    TeacherHours: _teacher_hours,
    ExamDraft: of_faculty(plain(ExamDraft, state=ExamDraft.READY)),
    TimetableDraft: of_faculty(plain(TimetableDraft, state=TimetableDraft.READY)),
    "curriculum_kafedra_subjects": lambda world, where: Row(
        _approved(world, where), world.place(where, kafedra=True)
    ),
    Registration: _registration,
    Relearning: of_person(_relearning),
    RelearningCourse: of_unit(_course),
    RelearningWindow: of_university(lambda world, where: _relearning(world, where).window),
    Teaching: _teaching,
    Lesson: _lesson,
    ControlEvent: _control,
    TimetableBatch: of_faculty(_batch),
    Holiday: of_everybody(first(Holiday)),
    TimetableRule: of_everybody(first(TimetableRule)),
    journal.Absence: of_person(_missed),
    journal.Excuse: of_person(plain(journal.Excuse, ground="illness")),
    journal.AttendanceLetter: of_person(plain(journal.AttendanceLetter, kind="warning", hours=20)),
    journal.Unlock: of_faculty(_unlock),
    journal.AttendanceLimit: of_everybody(first(journal.AttendanceLimit)),
    journal.JournalRule: of_everybody(first(journal.JournalRule)),
    TrainingMode: of_everybody(first(TrainingMode)),
    LoadNorm: of_everybody(first(LoadNorm)),
    ElectiveCampaign: of_unit(lambda world, where: _offer(world, where).campaign),
    ElectiveOffer: of_kafedra(_offer),
    ElectiveChoice: of_kafedra(_choice),
    GradeSheet: of_kafedra(_sheet),
    SheetLine: of_kafedra(_closed_line),
    "grading_own_line": of_person(_closed_line),
    SheetCorrection: of_kafedra(_correction),
    SubjectResult: of_kafedra(_result),
    "grading_debtors": _debt,
    StudentGpa: of_person(
        plain(
            StudentGpa, gpa=Decimal(3), academic_year=None, subjects=1, debts=0, missing=0, credits=Decimal(6)
        )
    ),
    PersonalSchedule: of_person(lambda world, where: _schedule_line(world, where).schedule),
    ScheduleLine: of_person(_schedule_line),
    Appeal: of_kafedra(_appeal),
    GradingRule: of_everybody(first(GradingRule)),
    "grading_groups": of_person(lambda world, where: _approved(world, where) and world.groups[where]),
    Resource: of_kafedra(_resource),
    Question: of_kafedra(_question),
    Task: of_kafedra(_task),
    **{f"research_{sort}": _work(sort) for sort, _title in Work.SORTS},
    WorkAuthor: _work_author,
    CriteriaSet: _criteria_draft,
    Criterion: _criterion,
    Rating: of_everybody(_rating),
    RatingLine: of_kafedra(_rating_line),
    "research_kafedra_lines": _unit_line("kafedras"),
    "research_faculty_lines": _unit_line("faculties"),
    Evidence: of_kafedra(plain(Evidence, quantity=1)),
    RatingAppeal: of_kafedra(
        lambda world, where: RatingAppeal.objects.create(
            line=_rating_line(world, where), text="x", evidence=world.picture
        )
    ),
    Profile: _profile,
    ProfileFigures: _figures,
    Project: _project,
    ProjectSum: _of_project(ProjectSum, year=2026, source="budget", amount=Decimal(1000)),
    ProjectExecutor: _of_project(
        ProjectExecutor,
        kind="10",
        employee=None,
        student=None,
        outsider="J. Smith",
        valid_from=DAY,
        valid_to=None,
    ),
    ProjectStage: _of_project(ProjectStage, number=1, starts=DAY, ends=DAY),
    ProjectReport: _report,
    ProjectResult: _of_project(ProjectResult, kind="product", work=None, name="Dastur", day=DAY),
    DoctoralSpeciality: of_university(first(DoctoralSpeciality, code="01.01.02", level="phd", name="Fizika")),
    DoctoralRule: of_everybody(first(DoctoralRule)),
    "doctorate_students": _candidate("11"),
    "doctorate_researchers": _candidate("14"),
    "doctorate_late": lambda world, where: Row(
        _doctoral_student(world, where), world.place(where, kafedra=True)
    ),
    "doctorate_loads": of_kafedra(_leader),
    DoctoralOrder: of_university(_doctoral_order),
    IndividualPlan: _planned,
    PlanStage: _of_doctorate(PlanStage, year=1),
    Attestation: _of_doctorate(Attestation, due_on=datetime.date(2020, 9, 1)),
    Supervision: _of_doctorate(Supervision, role="consultant", outsider="Kimdir", employee=None),
    Defence: _defence,
    Opponent: _opponent,
}
