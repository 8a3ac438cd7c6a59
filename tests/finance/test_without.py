"""Fee-paying students without a contract: found by a rule of data quality, led to where it is mended (7.1, B4, B5)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlparse

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from finance import uzasbo
from finance.contracts import without
from finance.models import Contract
from hemis.access.scope import Scope
from hemis.jobs.actions import run_now
from hemis.jobs.models import Job
from students import quality
from students.models import Student
from tests import factories
from tests.finance.conftest import DAY
from tests.pages.base import RegisterTests

RULE = "fee_without_contract"


class TestWithoutContract(RegisterTests):
    register = without.WithoutContract
    viewer_role = "accounting"
    stranger_role = "hr"

    def make(self, number):
        return factories.make_students(factories.make_faculty(), 1)[0]

    def search_for(self, row):
        return row.number


class TestUzasboNumbers(RegisterTests):
    register = uzasbo.UzasboNumbers
    viewer_role = "accounting"
    editor_role = "accounting"
    stranger_role = "hr"

    def make(self, number):
        student = factories.make_students(factories.make_faculty(), 1)[0]
        student.uzasbo_number = f"77{number:05d}"
        student.save()
        return student

    def form_data(self, row):
        return {"uzasbo_number": "12 345 678"}

    def search_for(self, row):
        return row.uzasbo_number


@pytest.mark.django_db
@pytest.mark.duty("7.1")
def test_a_number_in_uzasbo_is_one_students_only(client, students, accountant):
    first, second = students[:2]
    client.force_login(accountant)
    address = reverse("finance_uzasbo_edit", args=[first.pk])
    assert client.post(address, {"uzasbo_number": "123456", "row_version": first.version}).status_code == 302
    address = reverse("finance_uzasbo_edit", args=[second.pk])
    for wrong in ("123456", "12a"):
        answer = client.post(address, {"uzasbo_number": wrong, "row_version": second.version})
        assert answer.status_code == 422 and "uzasbo_number" in answer.context["form"].errors
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE students_student SET uzasbo_number = '123456'")


@pytest.mark.django_db
@pytest.mark.duty("7.1", "B4", "B5")
def test_the_rule_finds_exactly_them_and_accounting_forms_the_contract_from_there(
    client, students, accountant, prices
):
    granted = factories.make_students(students[0].current.faculty, 1, payment="11")[0]
    rule = quality.RULES[RULE]
    everybody = [one.pk for one in Student.objects.all()]
    assert (
        quality.still_wrong(rule, everybody)
        == {one.pk for one in students}
        == {one.pk for one in without.without_any()}
    )
    client.force_login(accountant)
    listed = client.get(reverse("finance_without_contract_list")).content.decode()
    link = without.where_it_is_formed(students[0])
    assert reverse("finance_contract_of", args=[students[0].pk]) in listed and granted.number not in listed
    assert client.get(without.WithoutContract.url_of(students[0])).url == link
    page = client.get(link)
    assert page.context["previewed"] and page.context["counted"] == 1, page.context["form"].errors
    asked = {name: values[0] for name, values in parse_qs(urlparse(link).query).items()}
    form = page.context["form"]
    data = asked | {name: form[name].value() or "" for name in form.fields if name not in asked}
    assert client.post(reverse("finance_form_contracts"), data | {"date": DAY.isoformat()}).status_code == 302
    run_now(Job.objects.latest("pk"))
    assert set(Contract.objects.values_list("student", flat=True)) == {students[0].pk}
    assert students[0].pk not in quality.still_wrong(rule, everybody)
    assert client.get(link + "0").status_code == 422, "no such student"


@pytest.mark.django_db
@pytest.mark.duty("2.1", "B4")
def test_the_deans_office_sees_the_fault_and_who_mends_it(client, faculty, students):
    client.force_login(factories.make_user("dean", faculty))
    page = client.get(reverse("students_quality_rule", args=[RULE]), headers={"accept-language": "en"})
    text = page.content.decode()
    assert (
        "Accounting forms the contract" in text
        and reverse("finance_contract_of", args=[students[0].pk]) not in text
    )
    total = quality.overview(Scope(everything=True), by="faculty", chosen={})[0]
    assert total.faults[RULE] == len(students)
