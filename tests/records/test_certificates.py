"""Transcripts, study sheets, academic certificates, certificates of study: issued, registered, read back (2.7, S)."""

from __future__ import annotations

import hashlib

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from hemis.documents.rendering import html_of, made_anew, render
from hemis.jobs.actions import run_now, start
from records.blanks.actions import Received, receive
from records.certificates import actions
from records.certificates.actions import CertificateError
from records.models import Blank, Certificate
from tests import factories
from tests.documents.helpers import fonts_of, pdf_text, qr_texts
from tests.records.graduates import kept_for_the_module, one_test, unguarded

pytestmark = [pytest.mark.django_db, pytest.mark.duty("2.7")]


@pytest.fixture(scope="module")
def school(django_db_setup, django_db_blocker):
    with kept_for_the_module(django_db_blocker) as made:
        yield made


@pytest.fixture
def _django_db_helper(school):
    with one_test():
        yield


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture
def not_drawn(monkeypatch):
    monkeypatch.setattr(
        "hemis.documents.rendering.pdf_of", lambda html, token, style: f"%PDF {token}".encode()
    )


def issue(school, kind, student=0, **fields):
    return actions.issue(school.students[student], access=school.access("dean"), kind=kind, **fields)


def leave(student):
    with unguarded("students_placement"), connection.cursor() as cursor:
        cursor.execute("UPDATE students_placement SET status = '12' WHERE student_id = %s", [student.pk])


def said(certificate):
    return " ".join(pdf_text(render(certificate.document)).split())


class TestPapers:
    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("uz", ("TRANSKRIPT", "NAMUNA DAVLAT UNIVERSITETI", "Nomzodov Nomzod Vali oʻgʻli", "1-semestr", "5.00")),
            ("uz-cyrl", ("ТРАНСКРИПТ", "НАМУНА ДАВЛАТ УНИВЕРСИТЕТИ", "Номзодов Номзод Вали ўғли", "1-семестр")),
            ("ru", ("ТРАНСКРИПТ", "Направление", "1-й семестр", "5.00")),
            ("en", ("TRANSCRIPT OF ACADEMIC RECORDS", "SAMPLE STATE UNIVERSITY", "Nomzodov Nomzod", "Semester 1",
                    "Software Engineering", "Subject 1", "Subject 10", "1800", "60")),
        ],
    )  # fmt: skip
    def test_a_transcript_in_every_language(self, school, language, words):
        made = issue(school, Certificate.TRANSCRIPT, language=language)
        content, text = render(made.document), said(made)
        assert not [word for word in words if word not in text]
        assert qr_texts(content) == [made.document.public_url]
        assert all(fonts_of(content).values())
        assert hashlib.sha256(made_anew(made.document)).hexdigest() == made.document.sha256
        assert len(content) < 80_000

    def test_up_to_a_semester(self, school, not_drawn):
        made = issue(school, Certificate.TRANSCRIPT, up_to="11")
        assert [one["title"] for one in made.document.payload["semesters"]] == ["1-semestr"]
        assert made.document.payload["credit"] == "30"

    def test_the_study_sheet(self, school):
        text = said(issue(school, Certificate.SHEET))
        for word in (
            "TALABA OʻQUV VARAQASI",
            "3. Oʻqishga kirgan yili, buyruq 2026, №",
            "10; 10, 0, 0",
            "25.06.2026, 92 / 5",
        ):
            assert word in text

    def test_the_academic_certificate_is_for_who_has_left(self, school):
        with pytest.raises(CertificateError, match="those who have left"):
            issue(school, Certificate.ACADEMIC)
        leave(school.students[0])
        text = said(issue(school, Certificate.ACADEMIC))
        for word in (
            "AKADEMIK MAʼLUMOTNOMA",
            "Chetlashtirilgan",
            "I. Oʻzlashtirgan fanlar",
            "180 / 6",
            "92 / 5",
            "60 kredit",
        ):
            assert word in text
        with pytest.raises(CertificateError, match="those who study"):
            issue(school, Certificate.STUDY)

    def test_the_academic_certificate_says_the_passing_score_and_who_signs(self, school):
        leave(school.students[0])
        client = factories.client_of(school.dean)
        address = f"/records/students/{school.students[0].pk}/certificate/"
        data = {
            "kind": "academic_certificate", "language": "uz", "passing_score": "56.70", "secretary": "Q. Kotibova",
        }  # fmt: skip
        assert client.post(address, data).status_code == 302
        made = Certificate.objects.get()
        assert made.document.template_version == 2
        assert "Eng kam oʻtish bali 56.7" in said(
            made
        ) and "Kotib(a): ____________________ Q. Kotibova" in said(made)
        old = dict(made.document.payload)
        old.pop("passing_score"), old.pop("secretary")
        html = html_of("academic_certificate", 1, old, made.document.token)
        assert "oʻtish bali" not in html and "Kotib(a): ____________________</p>" in html, (
            "old papers keep theirs"
        )
        assert client.post(address, data | {"passing_score": "-1"}).status_code == 422

    def test_the_certificate_of_study_says_no_more_than_needed(self, school):
        made = issue(school, Certificate.STUDY, language="ru", purpose="Военкомат")
        text, pinfl = said(made), school.students[0].person.pinfl
        assert "СПРАВКА С МЕСТА УЧЁБЫ" in text and "Военкомат" in text
        assert pinfl not in text and f"{pinfl[:4]}******{pinfl[-4:]}" in text
        page = Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/v/{made.document.token}/").content.decode()
        assert "N***** N. V." in page and "Nomzodov" not in page and pinfl[-4:] not in page


@pytest.mark.usefixtures("not_drawn")
class TestRegister:
    def test_numbers_have_no_gaps_within_a_kind(self, school):
        numbers = [issue(school, Certificate.STUDY).document.number for _time in range(2)]
        with pytest.raises(CertificateError):
            issue(school, Certificate.ACADEMIC)
        numbers.append(issue(school, Certificate.STUDY).document.number)
        year = timezone.localdate().year
        assert numbers == [f"{count}/{year}" for count in (1, 2, 3)]
        assert issue(school, Certificate.TRANSCRIPT).document.number == f"1/{year}"

    def test_only_in_scope_and_by_duty(self, school):
        student = school.students[0]
        other = factories.make_user("dean", factories.make_faculty("303-102"))
        with pytest.raises(CertificateError, match="scope"):
            actions.issue(student, access=factories.access_of(other), kind=Certificate.STUDY)
        with pytest.raises(PermissionDenied):
            actions.issue(student, access=school.access("hr"), kind=Certificate.STUDY)

    @pytest.mark.duty("S")
    def test_a_student_orders_at_once(self, school):
        student = school.students[0]
        user = student.person.user
        access = factories.access_of(user)
        made = actions.order_own(access=access, kind=Certificate.STUDY, language="en", purpose="Bank")
        assert (made.student, made.document.owner, made.issued_by) == (student, student.person, user)
        client = factories.client_of(user)
        answer = client.post("/records/my-certificates/", {"kind": "study_certificate", "language": "uz"})
        assert answer.status_code == 302 and Certificate.objects.count() == 2
        for kind in (Certificate.ACADEMIC, Certificate.SHEET):
            with pytest.raises(CertificateError, match="dean's office"):
                actions.order_own(access=access, kind=kind)
        for _time in range(actions.MOST_A_DAY - 2):
            actions.order_own(access=access, kind=Certificate.STUDY)
        with pytest.raises(CertificateError, match="a day"):
            actions.order_own(access=access, kind=Certificate.STUDY)

    def test_onto_a_blank_printed_and_handed_over(self, school):
        leave(school.students[0])
        with pytest.raises(CertificateError, match="no free blank"):
            issue(school, Certificate.ACADEMIC, on_blank=True)
        receive(
            access=school.access("dean"), date=timezone.localdate(), holder=school.faculty, basis="Yuk xati",
            lines=[Received("academic", "AM", 1, 2)],
        )  # fmt: skip
        made = issue(school, Certificate.ACADEMIC, on_blank=True)
        dean = school.access("dean")
        with pytest.raises(CertificateError, match="not printed"):
            actions.hand_over(made, access=dean, day=timezone.localdate(), recipient="X", document="Y")
        actions.mark_printed(made, access=dean)
        made = actions.hand_over(
            made, access=dean, day=timezone.localdate(), recipient="N. N.", document="AB 1"
        )
        assert Blank.objects.get(number=1).state == Blank.HANDED
        for sql in (
            f"UPDATE records_certificate SET blank_id = NULL WHERE id = {made.pk}",
            f"UPDATE records_certificate SET handed_on = NULL WHERE id = {made.pk}",
            f"UPDATE records_certificate SET recipient = '' WHERE id = {made.pk}",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_a_group_as_a_job(self, school, monkeypatch):
        monkeypatch.setattr("hemis.documents.batch.write_pdf", lambda documents, out: out.write(b"%PDF"))
        params = {"groups": [school.group.pk], "kind": "transcript", "language": "uz", "purpose": ""}
        job = run_now(start("records.certificates", user=school.dean, params=params))
        assert job.state == job.DONE and job.result_file
        assert Certificate.objects.filter(kind="transcript").count() == 3
