"""The first way through, in a browser, each step as the role that has the duty."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from openpyxl import load_workbook

from finance.models import Contract
from finance.prices.actions import LAW_DATES, LAW_DIFFERENTIATED
from hemis.access.activation import create_activation
from hemis.jobs.models import Job
from hemis.people.models import User
from hemis.sheets.models import SheetImport
from movement.models import Order
from structure.models import Unit
from students.models import Candidate, Speciality, Student
from tests import factories
from tests.browser.conftest import PHONE, Visitor
from tests.documents.helpers import pdf_text, qr_texts

DATA = Path(__file__).resolve().parent.parent / "data"
SAMPLE = DATA / "admission.xlsx"
FAULTS = json.loads((DATA / "admission.faults.json").read_text())
SPECIALITY, FORM, PRIVATE = "60540200", "11", "12"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OWN_PASSWORD = "Koʻk-osmon-2026!"  # noqa: S105


@pytest.mark.duty("1.1", "0.1", "2.1", "2.2", "B4", "B5", "B8", "7.1", "S")
def test_from_an_empty_university_to_a_students_contract(visit):
    factories.make_university()
    factories.make_year()
    faculty, kafedra = personnel_forms_the_structure(visit)
    others_see_it(visit, faculty, kafedra)
    dean = factories.make_user("dean", faculty)
    office = visit(dean)
    dean_prepares_the_faculty(office, faculty, kafedra)
    dean_imports_the_admission_list(office)
    order = dean_forms_the_order(office)
    rectorate_signs(visit, order)
    dean_executes(office, order)
    accounting = visit(factories.make_user("accounting"))
    accounting_sets_prices(accounting)
    accounting_forms_contracts(accounting, faculty)
    contract = Contract.objects.order_by("number").first()
    pdf = anybody_verifies(visit, accounting, contract)
    anybody_sees_a_change(visit, pdf)
    student_sees_own_only(visit, contract)
    a_cancelling_order_undoes_it(visit, office, order)


def personnel_forms_the_structure(visit) -> tuple[Unit, Unit]:
    """1.1: the facts about the university, a faculty, a kafedra; a wrong code is told at its field."""
    hr = visit().sign_in(factories.make_user("hr", login="kadrlar").login)
    hr.go("structure_university_edit", 1).fill(address="Samarqand, Universitet xiyoboni, 15").save()
    assert "Universitet xiyoboni" in hr.text()
    hr.go("structure_faculties_new").fill(code="fakultet", name="Amaliy fanlar fakulteti").press()
    assert hr.find("#id_code_error").is_visible()
    assert hr.find("[name=name]").input_value() == "Amaliy fanlar fakulteti"
    hr.fill(code="303-101").save()
    faculty = Unit.objects.get(pk=hr.pk)
    hr.go("structure_kafedras_new")
    hr.fill(code="303-101-01", name="Axborot texnologiyalari kafedrasi", parent=str(faculty.pk)).save()
    return faculty, Unit.objects.get(pk=hr.pk)


def others_see_it(visit, faculty: Unit, kafedra: Unit) -> None:
    """Academic affairs see the units; a teacher sees them too and is neither offered nor allowed changes."""
    for role in ("academic_affairs", "teacher"):
        one = visit(factories.make_user(role)).go("structure_kafedras_list")
        assert kafedra.name in one.text() and one.find(".page-header .btn-primary").count() == 0
        one.go("structure_faculties_detail", faculty.pk)
        assert one.find(f"a[href='{reverse('structure_faculties_edit', args=[faculty.pk])}']").count() == 0
        assert one.go("structure_faculties_edit", faculty.pk).status == 403


def dean_prepares_the_faculty(office: Visitor, faculty: Unit, kafedra: Unit) -> None:
    """2.1: a speciality, its programme and a group by hand; the rest of the list's setting as rows."""
    office.go("students_specialities_new")
    office.fill(code=SPECIALITY, name="Amaliy matematika", education_type="11", faculty=str(faculty.pk))
    office.fill(kafedra=str(kafedra.pk)).save()
    speciality = Speciality.objects.get(pk=office.pk)
    office.go("students_programmes_new")
    office.fill(speciality=str(speciality.pk), education_form=FORM, years="4").save()
    office.go("students_groups_new")
    office.fill(name="540-26.01", faculty=str(faculty.pk), speciality=str(speciality.pk)).fill(
        entry_year="2026", capacity="500"
    ).save()
    assert "540-26.01" in office.text()
    factories.make_admission_setting(faculty.code)


def dean_imports_the_admission_list(office: Visitor) -> None:
    """2.1, B4: 26 faults and nothing else, the faulty rows as a workbook, 454 candidates."""
    office.go("sheet_upload", "students.admission")
    office.find("[name=file]").set_input_files(SAMPLE)
    office.press("main button.btn-primary")
    office.press("main a.btn-primary")  # The job is done; its result is the preview.
    found = SheetImport.objects.get()
    assert len(FAULTS) == 26
    assert (found.total, found.good, found.faults.count()) == (480, 454, 26)
    assert "480" in office.text() and "454" in office.text()
    assert not Candidate.objects.exists()
    workbook = load_workbook(
        io.BytesIO(office.download(f"a[href='{reverse('sheet_faulty', args=[found.pk])}']"))
    )
    comments = [cell.comment for row in workbook.active.iter_rows() for cell in row if cell.comment]
    assert len(comments) == 26
    office.press_at("sheet_confirm", found.pk)
    assert Candidate.objects.count() == 454 and not Student.objects.exists()
    office.go("students_candidates_list", sort="-score")
    assert "454" in office.text("#table")


def dean_forms_the_order(office: Visitor) -> Order:
    """2.2: an admission order of one speciality's day students, looked through and submitted."""
    speciality = Speciality.objects.get(code=SPECIALITY)
    office.go("order_admission").fill(title="Oʻqishga qabul qilish toʻgʻrisida")
    office.fill(basis="Qabul komissiyasining 25.08.2026 dagi qarori", effective_date="2026-09-01")
    office.fill(specialities=str(speciality.pk)).save()
    order = Order.objects.get()
    assert order.lines.count() == Candidate.objects.filter(programme__speciality=speciality).count() > 50
    for tab in ("changes", "checks"):
        office.go("movement_orders_detail", order.pk, tab=tab)
    office.press_at("order_submit", order.pk)
    assert not Student.objects.exists()
    return order


def rectorate_signs(visit, order: Order) -> None:
    """B8: number, date and signer; the order waits on the home page of those who sign."""
    rector = visit(factories.make_user("rectorate")).go("home")
    rector.press(f"main a.card-link[href^='{reverse('movement_orders_list')}?state=']")
    rector.press(f"#table a[href='{reverse('movement_orders_detail', args=[order.pk])}']")
    rector.find("[name=date]").fill("2026-08-28")
    rector.press_at("order_sign", order.pk)
    order.refresh_from_db()
    assert order.state == Order.SIGNED and order.number and not Student.objects.exists()
    status, pdf = rector.fetch(reverse("document_pdf", args=[order.document_id]))
    assert status == 200 and order.number in pdf_text(pdf)
    assert len(set(qr_texts(pdf))) == 1


def dean_executes(office: Visitor, order: Order) -> None:
    """2.2: the candidates become students with numbers, groups, placements and accounts."""
    office.go("movement_orders_detail", order.pk).press_at("order_execute", order.pk)
    order.refresh_from_db()
    assert order.state == Order.EXECUTED
    assert Student.objects.filter(current__order=order).count() == order.lines.count()
    student = Student.objects.select_related("person", "current__group").first()
    office.go("students_students_detail", student.pk)
    assert student.number in office.text() and student.current.group.name in office.text()
    assert User.objects.filter(login=student.number).exists()


def accounting_sets_prices(office: Visitor) -> None:
    """7.1: minimum wage, type coefficient, way of calculation, base coefficients, dates of the law."""
    day = {"valid_from": "2026-01-01"}
    office.go("finance_minimum_wages_new").fill(amount="1271000", document="PF-123", **day).save()
    office.go("finance_stipend_amounts_new").fill(rate="11", amount="600000", document="PF-123", **day).save()
    office.go("finance_contract_types_new").fill(contract_type="11", coefficient="1", **day).save()
    office.go("finance_calculation_new").fill(academic_year="2026", mode="11").save()
    office.go("finance_price_grid")
    for field in office.find("[name^='coefficient-']").all():
        field.fill("9,5")
    office.save()
    office.go("finance_law_dates").save()
    assert office.find("#table tbody tr").count() == 2 * len(LAW_DATES) + len(LAW_DIFFERENTIATED)


def accounting_forms_contracts(office: Visitor, faculty: Unit) -> None:
    """7.1, B5: what would be formed is shown first; one job forms all, with prices that explain themselves."""
    group = Student.objects.filter(current__payment_form=PRIVATE).values_list("current__group", flat=True)[0]
    office.go("finance_form_contracts").fill(faculty=str(faculty.pk), group=str(group))
    office.press("main form[method=get] button")
    office.press("main form[method=post] button")
    job = Job.objects.get(kind="finance.form_contracts")
    assert job.state == Job.DONE and not list(job.failures.values_list("label", "message"))
    paying = Student.objects.filter(current__group=group, current__payment_form=PRIVATE).count()
    assert Contract.objects.filter(state=Contract.FORMED).count() == paying > 0
    numbers = Contract.objects.order_by("number").values_list("number", flat=True)
    assert [int(one[-5:]) for one in numbers] == list(range(1, paying + 1))
    office.go("finance_contracts_list").press("#table tbody a")
    office.open(office.path + "?tab=steps")
    assert "9.5" in office.text().replace(",", ".")


def anybody_verifies(visit, accounting: Visitor, contract: Contract) -> bytes:
    """B5: the QR code of the PDF leads to a public page that says it is genuine."""
    status, pdf = accounting.fetch(reverse("document_pdf", args=[contract.document_id]))
    assert status == 200
    assert contract.number in pdf_text(pdf)
    address = qr_texts(pdf)[0]
    assert address.startswith(settings.PUBLIC_URL)
    anybody = visit(size=PHONE)
    anybody.open(address.removeprefix(anybody.base))
    assert anybody.find(".alert-success").is_visible() and contract.number in anybody.text()
    person = contract.student.person
    assert person.pinfl not in anybody.text() and person.full_name not in anybody.text()
    assert anybody.open(reverse("verify", args=["x" * 22])).status == 404
    return pdf


def anybody_sees_a_change(visit, pdf: bytes) -> None:
    """The PDF itself is recognised bit for bit, and with one byte changed it is not."""
    at = pdf.index(b"stream") + 40
    changed = pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]
    anybody = visit()
    for content, shown, hidden in (
        (pdf, ".alert-success", ".alert-danger"),
        (changed, ".alert-danger", ".alert-success"),
    ):
        anybody.go("verify_form").find("[name=file]").set_input_files(
            {"name": "shartnoma.pdf", "mimeType": "application/pdf", "buffer": content}
        )
        anybody.press("main button.btn-primary")
        assert anybody.find(shown).first.is_visible(), anybody.text()
        assert anybody.find(hidden).count() == 0


def student_sees_own_only(visit, contract: Contract) -> None:
    """S: a one-time link, a password, the own card, order, contract and PDF; another's are not there."""
    student = contract.student
    link = create_activation(User.objects.get(login=student.number))
    me = visit(size=PHONE)
    me.open(link.removeprefix(me.base))
    me.fill(new_password1=OWN_PASSWORD, new_password2=OWN_PASSWORD).press("main form button")
    me.sign_in(student.number, OWN_PASSWORD)
    assert student.number in me.go("my_card").text()
    order = student.current.order
    assert order.number in me.go("my_orders").text()
    assert contract.number in me.go("my_contracts").text()
    own_pdf = reverse("document_pdf", args=[contract.document_id])
    assert me.find(f"a[href='{own_pdf}']").is_visible()
    status, pdf = me.fetch(own_pdf)
    assert status == 200 and contract.number in pdf_text(pdf)
    other = Contract.objects.exclude(student=student).first()
    assert me.go("document_pdf", other.document_id).status == 404
    assert me.go("students_students_detail", other.student_id).status == 403
    assert visit().open(link.removeprefix(me.base)).status == 410


def a_cancelling_order_undoes_it(visit, office: Visitor, order: Order) -> None:
    """B8: a wrongly executed order is undone by an order; the candidates are free again."""
    office.go("movement_orders_detail", order.pk)
    office.find("summary.btn-ghost-danger").click()
    office.fill(reason="Roʻyxat xato tuzilgan", effective_date="2026-09-01")
    office.press_at("order_cancel", order.pk)
    undo = Order.objects.get(cancels=order)
    office.press_at("order_submit", undo.pk)
    rector = visit(factories.make_user("rectorate")).go("movement_orders_detail", undo.pk)
    rector.press_at("order_sign", undo.pk)
    office.go("movement_orders_detail", undo.pk).press_at("order_execute", undo.pk)
    order.refresh_from_db()
    assert order.state == Order.CANCELLED
    assert not Student.objects.filter(current__isnull=False).exists()
