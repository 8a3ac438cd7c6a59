"""Certificates of stipend and of payments, ordered by the student in the cabinet (duties 2.7, 7.1, S)."""

import datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from finance.contracts import actions as contracts
from finance.contracts.queries import Selection
from finance.models import Contract, StipendAmount
from finance.payments.actions import enter, reverse
from finance.stipends import actions as stipends
from finance.stipends import providers
from finance.stipends.rules import Marks
from hemis.access.models import RoleAssignmentQuerySet
from hemis.documents.actions import drawn_when_opened
from hemis.documents.rendering import render
from records.certificates import actions, money
from records.certificates.actions import CertificateError
from records.models import Certificate
from tests.documents.helpers import fonts_of, pdf_text, qr_texts
from tests.factories import access_of, client_of, make_students, make_user
from tests.finance.conftest import DAY
from tests.finance.movements import carry_out
from tests.sharing import shared

pytestmark = [pytest.mark.django_db, pytest.mark.duty("2.7", "7.1", "S")]
TODAY = datetime.date(2026, 11, 27)
SUM = Decimal(1_823_400)


@pytest.fixture(autouse=True)
def _one_day(monkeypatch):
    """Papers are of one day; roles are held from the day on which the test runs, whichever that is."""
    in_force, now = RoleAssignmentQuerySet.in_force, timezone.localdate()
    monkeypatch.setattr(RoleAssignmentQuerySet, "in_force", lambda rows, day=None: in_force(rows, day or now))
    monkeypatch.setattr(timezone, "localdate", lambda value=None, **more: value.date() if value else TODAY)


def order(student, kind, language="uz"):
    return actions.order_own(access=access_of(student.person.user), kind=kind, language=language)


def said(paper):
    return " ".join(pdf_text(render(paper.document)).replace("\u00a0", " ").split())


@shared
def contract(prices, students, faculty, access):
    numbered = contracts.number_contracts(
        access=access, chosen=Selection(year=2026, faculty=faculty.pk), on=DAY
    )
    with drawn_when_opened():
        contracts.issue_documents(numbered.contracts, by=access.user)
    return Contract.objects.get(student=students[0])


def pay(contract, access, amount, number):
    return enter(
        access=access, contract=contract, date=DAY, amount=Decimal(amount), means="bank", number=number
    )


class TestPayments:
    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("uz", ("TOʻLOVLAR TOʻGʻRISIDA MAʼLUMOTNOMA", "olti yuz ming soʻm", "Qoldiq, soʻm")),
            ("uz-cyrl", ("ТЎЛОВЛАР ТЎҒРИСИДА МАЪЛУМОТНОМА", "олти юз минг сўм")),
            ("ru", ("СПРАВКА ОБ ОПЛАТЕ ОБУЧЕНИЯ", "шестьсот тысяч сум", "Остаток")),
            ("en", ("CERTIFICATE OF PAYMENTS", "six hundred thousand", "Left")),
        ],
    )
    def test_what_the_ledger_says_in_every_language(self, contract, students, access, language, words):
        pay(contract, access, 600_000, "PP-17")
        reverse(pay(contract, access, 500_000, "PP-18"), access=access, reason="xato")
        made = order(students[0], Certificate.PAYMENTS, language)
        text = said(made)
        assert not [
            one
            for one in (*words, contract.number, "1 823 400", "600 000", "1 223 400", "PP-17")
            if one not in text
        ]
        assert "PP-18" not in text and "500 000" not in text, "what was taken back is not said"
        content = render(made.document)
        assert qr_texts(content) == [made.document.public_url] and all(fonts_of(content).values())
        assert made.document.number == "1/2026"

    def test_without_a_contract_there_is_nothing_to_say(self, students):
        with pytest.raises(CertificateError):
            order(students[0], Certificate.PAYMENTS)

    def test_the_student_and_accounting_read_it_and_nobody_else(
        self, contract, students, faculty, accountant
    ):
        made = order(students[0], Certificate.PAYMENTS)
        address = f"/documents/{made.document_id}/pdf/"
        dean = make_user("dean", faculty)
        seen = {
            name: client_of(user).get(address).status_code
            for name, user in (
                ("own", students[0].person.user), ("accounting", accountant), ("dean", dean),
                ("other", students[1].person.user),
            )
        }  # fmt: skip
        assert seen["own"] == seen["accounting"] == 200
        assert seen["dean"] in (403, 404) and seen["other"] in (403, 404)
        with pytest.raises(CertificateError):
            actions.issue(students[0], access=access_of(dean), kind=Certificate.PAYMENTS)
        public = Client().get(f"/v/{made.document.token}/").content.decode()
        assert "1 823 400" not in public.replace("\u00a0", " ") and students[0].person.last_name not in public


class TestStipend:
    @pytest.fixture
    def grant(self, faculty, monkeypatch, store):
        StipendAmount.objects.create(
            rate="11", amount=Decimal(545_000), valid_from=datetime.date(2025, 8, 1), document="PF"
        )
        (student,) = make_students(faculty, 1, payment="11")
        monkeypatch.setattr(
            providers, "_providers", [lambda keys, day: {key: Marks(fives=2, fours=4) for key in keys}]
        )
        return student

    def test_appointed_and_accrued_month_by_month(self, grant, faculty, access):
        order_ = carry_out(
            "18", faculty, [grant], datetime.date(2026, 9, 2), stipend_until=datetime.date(2027, 1, 31)
        )
        made = order(grant, Certificate.STIPEND)
        assert "hali tasdiqlanmagan" in said(made) and order_.number in said(made)
        for month in (9, 10):
            listed = stipends.form_list(access=access, faculty=faculty, month=datetime.date(2026, month, 1))
            if month == 9:
                with drawn_when_opened():
                    stipends.approve(listed, access=access)
        text = said(order(grant, Certificate.STIPEND))
        assert "545 000" in text and "09.2026" in text and "12.2025 – 11.2026" in text
        assert "besh yuz qirq besh ming soʻm" in text and "31.01.2027" in text
        assert "10.2026" not in text.replace("12.2025 – 11.2026", ""), "a draft is no stipend yet"

    def test_who_has_none_is_told_so(self, grant):
        assert "tayinlanmagan va hisoblanmagan" in said(order(grant, Certificate.STIPEND))

    def test_the_cabinet_offers_both(self, grant):
        client = client_of(grant.person.user)
        page = client.get("/records/my-certificates/").content.decode()
        assert "stipend_certificate" in page and "payment_certificate" in page
        answer = client.post("/records/my-certificates/", {"kind": "stipend_certificate", "language": "uz"})
        assert answer.status_code == 302 and Certificate.objects.get().kind == Certificate.STIPEND
        refused = client.post("/records/my-certificates/", {"kind": "payment_certificate", "language": "uz"})
        assert refused.status_code == 422


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (datetime.date(2026, 11, 27), datetime.date(2025, 12, 1)),
        (datetime.date(2026, 12, 31), datetime.date(2026, 1, 1)),
        (datetime.date(2027, 1, 1), datetime.date(2026, 2, 1)),
    ],
)
def test_twelve_months_with_the_present_one(day, first):
    assert money.first_month(day) == first
