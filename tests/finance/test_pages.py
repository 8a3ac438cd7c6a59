"""Pages of prices and contracts by role and scope."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from finance.models import BaseCoefficient, Contract, ContractTerms, InstalmentRule, MinimumWage
from hemis.documents.models import Document
from hemis.jobs.models import Job
from students.models import Programme
from tests.factories import make_faculty, make_students, make_user, make_year
from tests.finance.conftest import DAY

pytestmark = pytest.mark.django_db
REGISTERS = [
    "minimum_wages",
    "stipend_amounts",
    "contract_types",
    "base_coefficients",
    "differentiated",
    "instalment_dates",
    "calculation",
    "base_amounts",
    "currency_rates",
    "foreign_prices",
    "benefits",
    "refund_rules",
    "stipend_conditions",
    "payout_accounts",
    "contracts",
    "terms",
]


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def accounting(accountant):
    return client_of(accountant)


@pytest.mark.duty("7.1")
@pytest.mark.parametrize("name", REGISTERS)
def test_accounting_opens_every_register(accounting, contracts, name):
    assert accounting.get(reverse(f"finance_{name}_list")).status_code == 200
    assert accounting.get(reverse(f"finance_{name}_export", args=["xlsx"])).status_code == 200


@pytest.mark.duty("7.1")
@pytest.mark.parametrize("name", [name for name in REGISTERS if name != "contracts"])
def test_others_do_not_edit_prices(contracts, faculty, name):
    for role, unit in (("dean", faculty), ("teacher", None), ("hr", None), ("rectorate", None)):
        assert client_of(make_user(role, unit)).get(reverse(f"finance_{name}_new")).status_code == 403


@pytest.mark.duty("7.1")
def test_accounting_enters_a_minimum_wage(accounting):
    data = {"amount": "1271000", "valid_from": "2025-08-01", "document": "PF-110"}
    assert accounting.post(reverse("finance_minimum_wages_new"), data).status_code == 302
    assert MinimumWage.objects.get().amount == 1271000
    again = accounting.post(reverse("finance_minimum_wages_new"), data)
    assert again.status_code == 422 and MinimumWage.objects.count() == 1


@pytest.mark.duty("7.1")
def test_the_table_of_base_coefficients(accounting, faculty, students):
    make_year()
    programme = Programme.objects.get()
    where = reverse("finance_price_grid")
    assert accounting.get(where).status_code == 200
    data = {
        "year": "2026",
        "faculty": str(faculty.pk),
        f"coefficient-{programme.pk}": "10,5",
        f"amount-{programme.pk}": "6 000 000",
    }
    assert accounting.post(where, data).status_code == 302
    price = BaseCoefficient.objects.get()
    assert (str(price.coefficient), price.amount) == ("10.5000", 6000000)
    stale = accounting.post(where, data | {f"coefficient-{programme.pk}": "11"})
    assert stale.status_code == 422 and BaseCoefficient.objects.get().coefficient == price.coefficient
    bad = accounting.post(where, data | {f"version-{programme.pk}": "1", f"coefficient-{programme.pk}": "-3"})
    assert bad.status_code == 422 and "-3" in bad.content.decode()
    good = accounting.post(
        where, data | {f"version-{programme.pk}": "1", f"coefficient-{programme.pk}": "11"}
    )
    assert good.status_code == 302 and BaseCoefficient.objects.get().coefficient == 11


@pytest.mark.duty("7.1")
def test_dates_of_the_law_and_copying_a_year(accounting, prices):
    make_year(2027)
    assert accounting.get(reverse("finance_law_dates")).status_code == 200
    accounting.post(reverse("finance_law_dates"), {"year": "2027"})
    assert (
        InstalmentRule.objects.filter(
            academic_year=2027, due_date=datetime.date(2028, 5, 1), share=100
        ).count()
        == 3
    )
    assert (
        accounting.post(reverse("finance_copy_year"), {"source": "2026", "target": "2027"}).status_code == 302
    )
    assert BaseCoefficient.objects.filter(academic_year=2027).exists()


@pytest.mark.duty("7.1")
def test_forming_shows_first_and_then_starts_a_job(
    accounting, accountant, prices, students, faculty, django_capture_on_commit_callbacks
):
    where = reverse("finance_form_contracts")
    choice = {
        "year": "2026",
        "faculty": str(faculty.pk),
        "date": DAY.isoformat(),
        "contract_type": "11",
        "sum_type": "12",
    }
    BaseCoefficient.objects.all().delete()
    missing = accounting.get(where, choice)
    assert (
        missing.context["aside_count"] == 3
        and not missing.context["can_start"]
        and not Contract.objects.exists()
    )
    BaseCoefficient.objects.create(
        programme=students[0].current.programme, academic_year=prices, coefficient=10
    )
    shown = accounting.get(where, choice)
    assert (shown.context["counted"], shown.context["total"]) == (
        3,
        3 * 1823400,
    ) and not Contract.objects.exists()
    with django_capture_on_commit_callbacks(execute=False):
        started = accounting.post(where, choice)
    job = Job.objects.get(owner=accountant)
    assert started.url == reverse("job", args=[job.pk]) and job.params["chosen"]["faculty"] == faculty.pk


def test_forming_refuses_future_dates(accounting, prices, faculty):
    choice = {
        "year": "2026",
        "faculty": str(faculty.pk),
        "date": "2999-01-01",
        "contract_type": "11",
        "sum_type": "12",
    }
    assert accounting.post(reverse("finance_form_contracts"), choice).status_code == 422
    assert not Job.objects.exists()


@pytest.mark.duty("B5")
def test_a_dean_sees_the_own_faculty_s_contracts_and_changes_none(contracts, faculty):
    dean, stranger = (
        client_of(make_user("dean", faculty)),
        client_of(make_user("dean", make_faculty("303-103"))),
    )
    where = reverse("finance_contracts_detail", args=[contracts[0].pk])
    assert dean.get(where).status_code == 200
    assert stranger.get(where).status_code == 404
    assert contracts[0].number not in stranger.get(reverse("finance_contracts_list")).content.decode()
    for name in ("finance_contract_sign", "finance_contract_cancel"):
        assert dean.post(reverse(name, args=[contracts[0].pk]), {"reason": "x"}).status_code == 403
    assert dean.get(reverse("finance_form_contracts")).status_code == 403
    assert dean.get(reverse("document_pdf", args=[contracts[0].document_id])).status_code == 200
    assert stranger.get(reverse("document_pdf", args=[contracts[0].document_id])).status_code == 404


@pytest.mark.duty("7.1")
def test_the_contract_page_explains_signs_and_cancels(accounting, contracts):
    one = contracts[0]
    where = reverse("finance_contracts_detail", args=[one.pk])
    assert "747\u00a0300" in accounting.get(where + "?tab=steps").content.decode()
    assert accounting.get(where + "?tab=instalments").status_code == 200
    assert accounting.get(reverse("finance_contracts_history", args=[one.pk])).status_code == 200
    accounting.post(reverse("finance_contract_sign", args=[one.pk]), {"date": DAY.isoformat()})
    one.refresh_from_db()
    assert one.state == Contract.SIGNED and one.signed_on == DAY
    accounting.post(reverse("finance_contract_cancel", args=[one.pk]), {"reason": "Xato tuzilgan"})
    one.refresh_from_db()
    assert (
        one.state == Contract.CANCELLED and Document.objects.get(pk=one.document_id).state == Document.REVOKED
    )


def test_totals_follow_the_filter(accounting, contracts, faculty):
    page = accounting.get(reverse("finance_contracts_list"), {"faculty": faculty.pk})
    assert dict(page.context["summary"])  # Number and sum of what is filtered.
    assert "5\u00a0470\u00a0200" in page.content.decode()
    none = accounting.get(reverse("finance_contracts_list"), {"state": "cancelled"})
    assert [value for _label, value in none.context["summary"]] == [0, "0"]


@pytest.mark.duty("7.1")
@pytest.mark.parametrize(("action", "start"), [("pdf", b"%PDF-"), ("zip", b"PK")])
def test_filtered_contracts_are_printed_together(accounting, contracts, action, start):
    response = accounting.post(reverse("finance_contracts_bulk"), {"action": action, "all_filtered": "1"})
    assert response.status_code == 200 and response.content.startswith(start)


def test_lists_cost_a_fixed_number_of_queries(
    accounting, contracts, prices, other_faculty, access, django_assert_max_num_queries
):
    with django_assert_max_num_queries(25):
        accounting.get(reverse("finance_contracts_list"))


@pytest.mark.duty("S")
def test_a_student_sees_the_own_contract_and_nobody_else_s(contracts):
    one, other = contracts[0], contracts[1]
    client = client_of(one.student.person.user)
    page = client.get(reverse("my_contracts")).content.decode()
    assert one.number in page and other.number not in page
    assert client.get(reverse("document_pdf", args=[one.document_id])).content.startswith(b"%PDF-")
    assert client.get(reverse("document_pdf", args=[other.document_id])).status_code == 404
    assert client.get(reverse("finance_contracts_list")).status_code == 403
    assert client_of(make_user("accounting")).get(reverse("my_contracts")).status_code == 403


def test_the_student_s_card_shows_the_contracts(contracts, faculty):
    dean = client_of(make_user("dean", faculty))
    page = dean.get(reverse("students_students_detail", args=[contracts[0].student_id]) + "?tab=contracts")
    assert contracts[0].number in page.content.decode()


@pytest.mark.duty("7.1")
def test_individual_terms_are_checked(accounting, prices, students, faculty):
    student = students[0]
    usual = {
        "student_number": student.number,
        "academic_year": "2026",
        "contract_type": "11",
        "sum_type": "12",
        "parties": "11",
        "months": "12",
        "discount": "0",
    }

    def post(**changes):
        return accounting.post(reverse("finance_terms_new"), usual | changes).status_code

    assert post(discount="10") == 422
    assert post(parties="12") == 422
    assert post(payer_name="X") == 422
    assert post(contract_type="18", sum_type="11") == 422
    assert post(student_number="999999999999") == 422
    assert post(months="13") == 422
    assert post(discount="10", basis="Buyruq № 1") == 302
    assert post() == 422
    assert ContractTerms.objects.get().student == student


def test_nobody_in_particular_is_sent_to_sign_in(contracts):
    for name in ("my_contracts", "finance_form_contracts", "finance_price_grid"):
        assert Client().get(reverse(name)).status_code == 302


def test_forms_do_not_offer_other_s_students(accounting, prices, other_faculty):
    outsider = make_students(other_faculty, 1)[0]
    assert outsider.number not in accounting.get(reverse("finance_terms_new")).content.decode()
