"""Applications in every state, clearance sheets partly answered, contacts of parents with their links."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from decimal import Decimal

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image, ImageDraw

from hemis.access.history import acting
from hemis.access.scope import Access
from hemis.documents.actions import next_number
from hemis.pages.files import clean_scan
from hemis.people.models import User
from movement.applications import actions
from movement.applications.kinds import KINDS
from movement.applications.models import Application
from movement.clearance import actions as clearance
from movement.clearance.models import ClearanceAnswer
from movement.models import Order
from movement.objections import actions as objections
from movement.objections.models import Objection
from movement.parents import actions as parents
from movement.queries import free_students
from students.models import Contact, Student

FACULTY = "303-101"
NEEDED = 14


def build(staff: dict[str, User], *, tell: Callable[[str], None]) -> None:
    """All of one faculty's students, by the actions that the pages use."""
    free = free_students(Student.objects.filter(current__faculty__code=FACULTY, current__status="11"))
    rows = free.exclude(clearance_sheets__isnull=False)
    students = list(rows.select_related("person__user", "current").order_by("number")[:NEEDED])
    if len(students) < NEEDED:
        return
    dean = Access.for_user(staff["dean1"])
    with acting(staff["dean1"].pk, "demo"):
        _applications(students, dean)
        _objections(students, dean, Access.for_user(staff["academic"]))
        _sheets(students, staff)
        _contacts(students[:3])
    tell(f"{Application.objects.count()} applications, {ClearanceAnswer.objects.count()} answers of stations")


def _applications(students: list[Student], dean: Access) -> None:
    today = timezone.localdate()
    leave = {
        "kind": "leave", "ground": "12", "start_date": today + datetime.timedelta(days=7),
        "end_date": today.replace(month=9, day=1) + datetime.timedelta(days=365),
        "details": "Davolanish uchun; shifokorlar komissiyasining xulosasi ilova qilinadi.",
    }  # fmt: skip
    wish = {"kind": "expulsion", "details": "Boshqa shaharga koʻchib ketayotganim sababli."}
    away = {"kind": "transfer_out", "university": "Samarqand davlat universiteti", "details": ""}
    group = {
        "kind": "transfer",
        "change": "language",
        "language": "12",
        "details": "Rus tilida oʻqimoqchiman.",
    }
    _begin(students[0], leave)
    _sent(students[1], leave)
    _sent_before(_begin(students[2], leave), days=9)
    actions.take(_sent(students[3], group), access=dean)
    granted = actions.grant(_sent(students[4], leave), access=dean, note="Komissiya xulosasi asosida.")
    if granted.order_id is None:
        actions.put_on_order([granted], access=dean, effective_date=today + datetime.timedelta(days=7))
    actions.refuse(
        _sent(students[5], {"kind": "transfer", "change": "language", "language": "12", "details": "Doʻstlarim."}),
        access=dean, reason="Rus tilida oʻqitiladigan guruhda boʻsh oʻrin yoʻq.", source="VMQ 578/2025, 3-ilova",
    )  # fmt: skip
    one = _sent(students[6], wish)
    actions.withdraw(one, access=Access.for_user(students[6].person.user))
    _sent(students[7], away)
    _sent(students[8], wish)


def _objections(students: list[Student], dean: Access, above: Access) -> None:
    """One that waits, one that was granted and one that was rejected."""
    text = "Rad etish sababi haqiqatga toʻgʻri kelmaydi, arizamni qayta koʻrib chiqishingizni soʻrayman."
    _object(students[5], text)
    leave = {
        "kind": "leave", "ground": "12", "start_date": timezone.localdate() + datetime.timedelta(days=7),
        "end_date": timezone.localdate() + datetime.timedelta(days=365), "details": "Davolanish uchun.",
    }  # fmt: skip
    for student, grant, reason in (
        (students[12], True, "Tibbiy xulosa yetarli: ariza qayta koʻrib chiqilsin."),
        (students[13], False, "Xulosada oʻqishni davom ettirish mumkinligi koʻrsatilgan."),
    ):
        sent = _sent(student, leave)
        actions.refuse(sent, access=dean, reason="Asos yetarli emas.", source="VMQ 344/2021")
        made = _object(student, text)
        objections.decide(made, access=above, grant=grant, reason=reason)


def _object(student: Student, text: str) -> Objection:
    refused = Application.objects.get(student=student, state=Application.REFUSED)
    return objections.lodge(refused, access=Access.for_user(student.person.user), text=text)


def _begin(student: Student, answers: dict) -> Application:
    access = Access.for_user(student.person.user)
    made = actions.begin(Application(**answers), access=access, student=student)
    if KINDS[made.kind].needs_paper:
        actions.add_document(made, access=access, upload=_scan(str(student)), title="Asoslovchi hujjat")
    return made


def _sent(student: Student, answers: dict) -> Application:
    return actions.send(_begin(student, answers), access=Access.for_user(student.person.user))


def _sent_before(application: Application, *, days: int) -> None:
    """As though it had been sent so many days ago: the demo shows an overdue one."""
    moment = timezone.now() - datetime.timedelta(days=days)
    day = timezone.localdate(moment)
    Application.objects.filter(pk=application.pk).update(
        state=Application.SENT, sent_at=moment, number=f"{next_number('application', day.year)}/{day.year}",
        due_on=day + datetime.timedelta(days=7), due_source="VMQ 344/2021",
    )  # fmt: skip


def _scan(text: str) -> ContentFile:
    """A sheet of paper with a line on it."""
    image = Image.new("L", (620, 877), 255)
    ImageDraw.Draw(image).text((60, 80), f"NAMUNA · {text.encode('ascii', 'ignore').decode()}", fill=0)
    out = io.BytesIO()
    image.save(out, "PNG")
    return clean_scan(out.getvalue())


def _sheets(students: list[Student], staff: dict[str, User]) -> None:
    for student in students[7:9]:
        occasion = "transfer_out" if student == students[7] else "expulsion"
        clearance.ask(access=Access.for_user(student.person.user), occasion=occasion)
    others = Student.objects.filter(pk__in=[one.pk for one in students[9:12]])
    clearance.open_for(others, access=Access.for_user(staff["dean1"]), occasion="expulsion")
    for login, clear in (("accounting", students[8:10]), ("library", students[8:11]), ("dormitory", students[9:11]),
                         ("hr", students[9:10]), ("dean1", students[9:10])):  # fmt: skip
        _answer(staff[login], clear, clear=True)
    _answer(
        staff["accounting"],
        students[7:8],
        clear=False,
        remark="Shartnoma boʻyicha qarz",
        owed=Decimal(1_250_000),
    )
    _answer(staff["library"], students[7:8], clear=False, remark="“Oliy matematika” darsligi qaytarilmagan")


def _answer(
    user: User, students: list[Student], *, clear: bool, remark: str = "", owed: Decimal = Decimal(0)
) -> None:
    access = Access.for_user(user)
    rows = ClearanceAnswer.objects.for_answering(access).filter(sheet__student__in=students)
    clearance.answer(list(rows), access=access, clear=clear, remark=remark, owed=owed)


def _contacts(students: list[Student]) -> None:
    """Students agree that their contacts are told; links to the admission orders that were executed before."""
    people = [one.person_id for one in students]
    Contact.objects.filter(person__in=people, is_first=True).update(agreed_at=timezone.now())
    orders = Order.objects.filter(state=Order.EXECUTED, lines__student__in=students).distinct()
    for order in orders.order_by("pk"):
        parents.follow_order(order)
