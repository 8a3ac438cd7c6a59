"""A group from its topics to diplomas in hand, in a browser, each step as the role that has the duty."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from hemis.people.models import User
from records.models import (
    Accreditation,
    AttestationLine,
    AttestationSession,
    Blank,
    Certificate,
    Commission,
    CommissionMember,
    Diploma,
    GraduationTopic,
    PrintProfile,
    TopicOrder,
)
from structure.models import University
from students.models import Qualification
from tests import factories
from tests.browser.conftest import PHONE, Visitor
from tests.documents.helpers import pdf_text, qr_texts
from tests.records.graduates import graduate
from tests.records.makers import Graduates

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.duty("8.3", "2.6", "2.7", "1.3", "B7", "B8", "S")
def test_from_topics_to_diplomas_in_hand(visit):
    world = Graduates(students=2, marks=(90, 80))
    in_english(world)
    hr_user = factories.make_user("hr")
    head, office, affairs, rector, hr = (
        visit(one) for one in (world.head, world.dean, world.affairs, world.rector, hr_user)
    )
    for one in (head, office, affairs, rector, hr):
        one.page.on("dialog", lambda dialog: dialog.accept())
    kafedra_enters_the_topics(head, world)
    an_order_approves_them(office, rector)
    world.close(world.session(world.exam), "92", "81")
    the_commission_hears_the_defence(head, affairs, world)
    office_accredits_the_group(office, world)
    with transaction.atomic():
        graduate(world.students)  # the order of graduation has a walk of its own
    office_forms_diplomas(office, world)
    personnel_receives_blanks(hr, world)
    personnel_approves_prints_and_hands_over(hr)
    anybody_verifies(visit, hr)
    the_graduate_sees_it(visit, world)


def in_english(world: Graduates) -> None:
    """What diplomas print beside the record."""
    University.objects.update(name_en="Sample State University", address="Samarqand shahri")
    type(world.faculty).objects.filter(pk=world.faculty.pk).update(name_en="Faculty of Computing")
    type(world.speciality).objects.filter(pk=world.speciality.pk).update(name_en="Software Engineering")
    Qualification.objects.create(speciality=world.speciality, name="Muhandis", name_en="Engineer")


def kafedra_enters_the_topics(head: Visitor, world: Graduates) -> None:
    """8.3: entered with supervisor and reviewer, given to the students."""
    for number, student in enumerate(world.students, start=1):
        head.go("records_topics_new")
        head.fill(kafedra=world.kafedra.pk, speciality=world.speciality.pk, supervisor=world.teacher.pk)
        head.fill(title=f"Mavzu {number}", title_en=f"Topic {number}").fill(
            reviewer="B. Taqrizchi", reviewer_place="TATU"
        ).save()
        topic = head.pk
        head.fill(student=student.pk).press_at("records_topic_assign", topic)
    assert GraduationTopic.objects.filter(state=GraduationTopic.ASSIGNED).count() == 2


def tick_all(visitor: Visitor, action: str) -> Visitor:
    """Tick every row of the list and do something with all of them."""
    for box in visitor.find("#table tbody input[name=pk]").all():
        box.check()
    visitor.find("#bulk-action").select_option(action)
    return visitor.press("#bulk .hemis-bulk button")


def an_order_approves_them(office: Visitor, rector: Visitor) -> None:
    """2.7, B8: the dean's office draws the order up, the rectorate signs it."""
    tick_all(office.go("records_topics_list"), "order")
    order = TopicOrder.objects.get()
    rector.go("records_topic_orders_detail", order.pk).press_at("records_topic_order_sign", order.pk)
    assert set(GraduationTopic.objects.values_list("state", flat=True)) == {GraduationTopic.APPROVED}


def the_commission_hears_the_defence(head: Visitor, affairs: Visitor, world: Graduates) -> None:
    """8.3, 2.6, B7: academic affairs approve the commission, its session is filled and closed."""
    today = timezone.localdate()
    head.go("records_commissions_new").fill(
        name="DAK: himoya", kind=Commission.DEFENCE, kafedra=world.kafedra.pk
    )
    head.fill(speciality=world.speciality.pk, order_number="14-H", order_date=today.isoformat())
    head.fill(valid_from=today.isoformat(), valid_to=today.replace(year=today.year + 1).isoformat()).save()
    commission = Commission.objects.get(name="DAK: himoya")
    head.go("records_member_add", commission.pk).fill(
        role="chair", full_name="R. Qodirov", work_place="Uztelecom"
    )
    head.fill(post="bosh muhandis", is_employer=True).save()
    with transaction.atomic():
        CommissionMember.objects.bulk_create(
            CommissionMember(
                commission=commission, full_name=f"Aʼzo {at}", work_place="MChJ", post="direktor", is_employer=at < 3,
                role="member" if at < 5 else "secretary",
            )
            for at in range(1, 6)
        )  # fmt: skip
    affairs.go("records_commissions_detail", commission.pk)
    affairs.press_at("records_commission_approve", commission.pk)
    head.go("records_session_open", commission.pk).fill(
        group=world.group.pk, subject=world.work.pk, place="A-201"
    )
    head.save()
    session = AttestationSession.objects.get(commission=commission)
    head.go("records_session_fill", session.pk)
    for box in head.find("main input[name=present]").all():
        box.check()
    cells = head.find("main input.hemis-cell").all()
    assert len(cells) == 2
    for cell, points in zip(cells, ("95", "84"), strict=True):
        cell.fill(points)
    head.save()
    head.press_at("records_session_close", session.pk)
    assert AttestationLine.objects.filter(session=session, passed=True).count() == 2


def office_accredits_the_group(office: Visitor, world: Graduates) -> None:
    """2.7: conditions student by student, then the whole group at once."""
    office.go("records_accreditation_groups").press(
        f"main a[href='{reverse('records_accreditation_group', args=[world.group.pk])}']"
    )
    office.press(f"form[action='{reverse('records_accredit', args=[world.group.pk])}'] button[name=whole]")
    assert Accreditation.objects.filter(state=Accreditation.ACCEPTED).count() == 2


def office_forms_diplomas(office: Visitor, world: Graduates) -> None:
    """2.7: diplomas of the group as a job; the draft can be read."""
    office.go("records_diplomas_form").fill(groups=world.group.pk).press()
    assert Diploma.objects.filter(state=Diploma.FORMED).count() == 2
    first = Diploma.objects.first()
    status, pdf = office.fetch(reverse("records_diploma_draft", args=[first.pk]))
    assert status == 200 and "Software Engineering" in pdf_text(pdf)
    assert office.go("records_diplomas_print_sheets").status == 403


def personnel_receives_blanks(hr: Visitor, world: Graduates) -> None:
    """1.3: blanks by an act of receipt, one of them spoiled by an act of a commission."""
    for kind in ("diploma", "supplement"):
        hr.go("records_blank_receive").fill(basis="Yuk xati № 7", blank_kind=kind, category="ordinary")
        hr.fill(education_type=world.speciality.education_type, numbers="AB 0000001-0000004").save()
    assert Blank.objects.filter(state=Blank.STOCK).count() == 8
    hr.go("records_blank_act").fill(
        act="spoiled", basis="Bildirgi № 1", blank_kind="diploma", numbers="AB 0000001"
    )
    hr.fill(reason="Siyoh yoyilgan", commission="Rais A. Aliyev\nAʼzo B. Boboyev\nAʼzo V. Valiyev").save()
    assert Blank.objects.get(state=Blank.SPOILED).number == 1
    assert hr.go("records_blank_balance").find("main .badge.bg-red-lt").count() == 0


def personnel_approves_prints_and_hands_over(hr: Visitor) -> None:
    """1.3: approved, printed on a calibrated printer, marked as printed, handed over against the passport."""
    hr.go("records_printers_new").fill(name="204-xona", kind="diploma", right="1.5", down="-2").save()
    status, sheet = hr.fetch(reverse("records_printer_test", args=[PrintProfile.objects.get().pk]))
    assert status == 200 and "204-xona" in pdf_text(sheet)
    tick_all(hr.go("records_diplomas_list"), "approve")
    assert sorted(Diploma.objects.values_list("serial", flat=True)) == [1, 2]
    tick_all(hr.go("records_diplomas_list"), "print").press()
    content = hr.download("main a.btn-primary")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = {name: archive.read(name) for name in archive.namelist()}
    assert set(sheets) == {"diplomas.pdf", "supplements.pdf"}
    assert "1/" in pdf_text(sheets["diplomas.pdf"]) and len(qr_texts(sheets["diplomas.pdf"])) == 2
    assert "Mavzu 1" in pdf_text(sheets["supplements.pdf"])
    tick_all(hr.go("records_diplomas_list"), "printed")
    assert set(Diploma.objects.values_list("state", flat=True)) == {Diploma.PRINTED}
    tick_all(hr.go("records_diplomas_list"), "hand").press()
    assert set(Diploma.objects.values_list("state", flat=True)) == {Diploma.HANDED}
    assert sorted(
        Blank.objects.filter(kind="diploma", state=Blank.HANDED).values_list("number", flat=True)
    ) == [2, 3]
    person = Diploma.objects.first().student.person
    book = hr.go("records_book_list").text("#table")
    assert "AB 0000002" in book and person.full_name in book and person.passport in book


def anybody_verifies(visit, hr: Visitor) -> None:
    """B7: the QR code of the diploma leads to a page that says it is genuine and no more than needed."""
    diploma = Diploma.objects.select_related("student__person", "document").order_by("serial").first()
    status, pdf = hr.fetch(reverse("document_pdf", args=[diploma.document_id]))
    (address,) = set(qr_texts(pdf))
    assert status == 200 and address.startswith(settings.PUBLIC_URL)
    anybody = visit(size=PHONE)
    anybody.open(address.removeprefix(anybody.base))
    assert anybody.find(".alert-success").is_visible() and "AB 0000002" in anybody.text()
    assert diploma.student.person.full_name not in anybody.text()


def the_graduate_sees_it(visit, world: Graduates) -> None:
    """S: the own diploma with its papers, and a transcript ordered at once; a certificate of study no more."""
    me = visit(User.objects.get(person=world.students[0].person), size=PHONE)
    me.go("my_diplomas")
    assert "AB 000000" in me.text() and me.find("main a[href*='/documents/']").count() >= 2
    me.go("my_certificates").fill(kind="transcript", language="en").save()
    assert Certificate.objects.get().kind == "transcript"
    me.fill(kind="study_certificate").press()
    assert me.find("main .alert-danger").is_visible() and Certificate.objects.count() == 1
    assert not me.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
