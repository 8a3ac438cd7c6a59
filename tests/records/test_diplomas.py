"""Diplomas: formed by the faculty, approved, printed and handed over by HR; papers read back (duties 1.3, 2.7)."""

from __future__ import annotations

import datetime
import hashlib
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from pypdf import PdfReader

from finance.models import BaseAmount
from hemis.documents.models import Document
from hemis.documents.rendering import made_anew, render
from hemis.jobs.actions import run_now, start
from hemis.jobs.models import Job
from records import actions as records
from records.blanks.actions import draw_up
from records.diplomas import actions, documents, duplicates, facts, rules
from records.diplomas.actions import DiplomaError
from records.models import Blank, Diploma, PrintProfile
from tests.documents.helpers import fonts_of, pdf_text, qr_texts
from tests.factories import client_of
from tests.records.graduates import honours_on, kept_for_the_module, one_test

pytestmark = [pytest.mark.django_db, pytest.mark.duty("1.3", "2.7")]
COMMISSION = "Rais A. Aliyev\nAʼzo B. Boboyev\nAʼzo V. Valiyev"
TODAY = timezone.localdate


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


def line(mark=5, kind="11", points=None, hours=180, credit=6, name="Fan"):
    points = Decimal(points if points is not None else {5: 92, 4: 75, 3: 62}[mark])
    return SimpleNamespace(
        mark=mark, kind=kind, points=points, hours=hours, credit=Decimal(credit), name=name
    )


RULE = rules.Honours(
    is_on=True,
    fives_percent=Decimal(75),
    lowest_mark=4,
    attestation_mark=5,
    retakes_exclude=True,
    source="Nizom",
)


class TestRules:
    def test_rating_is_points_by_hours_rounded_half_up(self):
        assert [rules.rating(Decimal(p), h) for p, h in (("86.5", 120), ("75", 90), ("50", 91))] == [
            104,
            68,
            46,
        ]

    def test_a_mean_mark_on_the_scale_of_a_hundred_is_rounded_up(self):
        assert rules.hundred_of_five(Decimal("4.33")) == 87
        assert rules.hundred_of_five(Decimal(4)) == 80

    def test_sums_are_rounded_once(self):
        total = rules.sums([line(points="90.1"), line(points="90.2", mark=4), line(points="90.2", mark=4)])
        assert (total.hours, total.credits, total.mean_points, total.mean_mark) == (
            540, 18, Decimal("90.17"), Decimal("4.33"),
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("system", "cells"),
        [
            ("credit", {"rating": "166", "points": "92", "credit": "6", "mark": "5"}),
            ("hundred", {"rating": "166", "points": "92", "credit": "", "mark": "5"}),
            ("five", {"rating": "", "points": "", "credit": "", "mark": "5"}),
        ],
    )
    def test_cells_of_each_system(self, system, cells):
        assert rules.cells(system, line()) == cells

    def test_points_are_whole_in_the_credit_system_only(self):
        said = [
            rules.cells(system, line(points="86.5"))["points"] for system in ("credit", "hundred", "five")
        ]
        assert said == ["87", "86.5", ""]

    @pytest.mark.parametrize(
        ("lines", "retaken", "good"),
        [
            ([line()] * 3 + [line(4)] + [line(kind="15")], [], True),
            ([line()] * 2 + [line(4), line(4)] + [line(kind="15")], [], False),  # 60 % of fives
            ([line()] * 9 + [line(3)] + [line(kind="15")], [], False),
            ([line()] * 9 + [line(4, kind="15")], [], False),
            ([line()] * 9, [], False),  # no state attestation
            ([line()] * 9 + [line(kind="15")], ["Fizika"], False),
        ],
    )
    def test_honours(self, lines, retaken, good):
        found = rules.honours(RULE, lines, retaken)
        assert found.value is good
        assert len(found.steps) == 4 and all(step.source == "Nizom" for step in found.steps)
        assert any("✗" in step.text for step in found.steps) is not good

    def test_without_a_rule_nobody_has_honours_and_it_is_said(self):
        found = rules.honours(None, [line()])
        assert not found.value and found.steps


class TestForming:
    def test_only_the_accredited(self, school):
        world = school.of(2)
        first, second = world.students
        world.accredit(first)
        outcome = actions.form([first.pk, second.pk], access=world.access("dean"))
        assert [one.student for one in outcome.done] == [first]
        assert [one.key for one in outcome.refused] == [second.pk]
        assert "Accredited" in outcome.refused[0].reason

    def test_the_database_asks_for_accreditation_too(self, school):
        world = school.of(1)
        with pytest.raises(DatabaseError, match="accredited"), transaction.atomic():
            Diploma.objects.create(
                student=world.students[0],
                faculty=world.faculty,
                education_type="12",
                facts={},
                formed_by=world.dean,
            )

    def test_without_an_english_name_nothing_is_formed(self, school):
        world = school.of(1)
        world.accredit()
        type(world.faculty).objects.filter(pk=world.faculty.pk).update(name_en="")
        (refused,) = actions.form([world.students[0].pk], access=world.access("dean")).refused
        assert "No English name: Faculty" in refused.reason

    def test_content_comes_from_the_record_and_stays(self, school):
        world = school.of(1)
        world.accredit()
        (diploma,) = world.formed()
        said = diploma.facts
        assert said["speciality"] == {"uz": "Dasturiy injiniring", "en": "Software Engineering"}
        assert said["full_name"]["en"] == "Nomzodov Nomzod" and said["gpa"] == "5.00"
        assert [block["name"] for block in said["blocks"]] == ["subjects", "graduation_works"]
        assert said["blocks"][0]["total"] == {
            "hours": "1620", "credit": "54", "rating": "1494", "points": "92.00", "mark": "5.00 (100)",
        }  # fmt: skip
        assert diploma.decided_on == datetime.date(2026, 6, 25)
        actions.approve([diploma], access=world.access("hr"))
        for change in ("facts = '{}'", "category = 'honours'", "serial = 7", "student_id = student_id + 1"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE records_diploma SET {change}")

    def test_honours_by_the_rule_with_steps(self, school):
        world = school.of(1)
        world.accredit()
        (diploma,) = world.formed()
        assert diploma.category == "ordinary" and "not switched on" in diploma.why[0]["text"]
        honours_on()
        again = actions.refresh(diploma, access=world.access("dean"))
        assert again.category == "honours" and again.facts["honours"]
        assert [one["source"] for one in again.reasons] == ["Nizom, 10-band"] * 4

    def test_a_group_as_a_job_names_who_was_refused(self, school):
        world = school.of(3)
        world.accredit(*world.students[:2])
        job = start("records.form_diplomas", user=world.dean, params={"groups": [world.group.pk]})
        run_now(job)
        job = Job.objects.get(pk=job.pk)
        assert job.state == Job.DONE and Diploma.objects.count() == 2
        (failure,) = job.failures.all()
        assert failure.key == str(world.students[2].pk) and failure.message


class TestFlow:
    @pytest.fixture(autouse=True)
    def _not_drawn(self, monkeypatch):
        """What the papers say is read below; here they are not drawn."""
        monkeypatch.setattr(
            "hemis.documents.rendering.pdf_of", lambda html, token, style: f"%PDF {token}".encode()
        )

    def test_four_eyes_and_numbers_without_gaps(self, school):
        world = school.of(3)
        world.accredit()
        formed = world.formed()
        with pytest.raises(PermissionDenied):
            actions.approve(formed, access=world.access("dean"))
        with pytest.raises(DatabaseError), transaction.atomic():
            Diploma.objects.filter(pk=formed[0].pk).update(
                state="approved", approved_by=world.dean, approved_at=timezone.now(), year=2026, serial=1,
                registered_on=TODAY(),
            )  # fmt: skip
        actions.approve(formed[:2], access=world.access("hr"))
        actions.approve(formed[2:], access=world.access("hr"))
        assert sorted(Diploma.objects.values_list("serial", flat=True)) == [1, 2, 3]

    def test_withdrawn_accreditation_stops_the_approval(self, school):
        world = school.of(1)
        world.accredit()
        formed = world.formed()
        held = world.students[0].accreditations.get()
        records.withdraw_accreditation(held, reason="Xato", access=world.access("dean"))
        outcome = actions.approve(formed, access=world.access("hr"))
        assert not outcome.done and "not in force" in outcome.refused[0].reason

    def test_sent_back_and_answered(self, school):
        world = school.of(1)
        world.accredit()
        (diploma,) = world.formed()
        actions.send_back(diploma, access=world.access("hr"), remark="Ismi notoʻgʻri")
        assert Diploma.objects.get().remark == "Ismi notoʻgʻri"
        (refused,) = actions.approve([diploma], access=world.access("hr")).refused
        assert "sent back" in refused.reason
        assert actions.refresh(diploma, access=world.access("dean")).remark == ""

    def test_printed_and_handed_over_with_its_blanks(self, school):
        world = school.of(2)
        world.accredit()
        world.blanks()
        printed = world.printed()
        assert set(Blank.objects.filter(state="printed").values_list("kind", "number")) == {
            ("diploma", 1), ("diploma", 2), ("supplement", 1), ("supplement", 2),
        }  # fmt: skip
        hr = world.access("hr")
        outcome = actions.hand_over(printed, access=hr, day=TODAY())
        assert not outcome.done and "order of graduation" in outcome.refused[0].reason
        world.graduate(world.students[0])
        outcome = actions.hand_over(printed, access=hr, day=TODAY())
        (diploma,) = outcome.done
        person = diploma.student.person
        assert (diploma.recipient, diploma.recipient_document) == (person.full_name, person.passport)
        assert Blank.objects.get(pk=diploma.blank_id).state == Blank.HANDED
        with pytest.raises(DiplomaError, match="Name who received"):
            actions.hand_over(printed, access=hr, day=TODAY(), kind="proxy")

    def test_without_blanks_of_the_sort_nothing_is_assigned(self, school):
        world = school.of(2)
        world.accredit()
        world.blanks(1)
        outcome = actions.assign_blanks(world.approved(), access=world.access("hr"))
        assert len(outcome.done) == 1 and "no free blank" in outcome.refused[0].reason
        world.blanks(3, category="honours", series="AC")  # of another sort: no help
        assert not Diploma.objects.filter(blank__category="honours").exists()

    def test_a_spoiled_blank_is_replaced_by_another(self, school):
        world = school.of(1)
        world.accredit()
        world.blanks()
        (diploma,) = world.printed()
        hr = world.access("hr")
        draw_up(
            access=hr, kind="spoiled", date=TODAY(), blanks=[diploma.blank_id], basis="Dalolatnoma",
            reason="Siyoh", commission=COMMISSION,
        )  # fmt: skip
        now = Diploma.objects.get()
        assert (now.state, now.blank, now.supplement_blank.number) == (Diploma.APPROVED, None, 1)
        actions.assign_blanks([now], access=hr)
        (again,) = actions.mark_printed([now], access=hr).done
        assert (again.state, Diploma.objects.get().blank.number) == (Diploma.PRINTED, 2)

    def test_cancelled_gives_its_blanks_back_and_revokes_its_papers(self, school):
        world = school.of(1)
        world.accredit()
        world.blanks()
        (diploma,) = world.approved()
        hr = world.access("hr")
        actions.assign_blanks([diploma], access=hr)
        issued = actions.issue_papers(Diploma.objects.get(), access=hr)
        actions.cancel(issued, access=hr, permission="diploma.approve", reason="Xato nom")
        assert Blank.objects.filter(state="stock").count() == 10
        papers = Document.objects.filter(kind__startswith="diploma")
        assert set(papers.values_list("state", flat=True)) == {Document.REVOKED}
        assert Diploma.objects.get().serial == 1  # the number stays in the book

    def test_a_duplicate_takes_the_place_of_the_original(self, school):
        world = school.of(1)
        world.accredit()
        world.graduate()
        world.blanks()
        (diploma,) = world.printed()
        hr = world.access("hr")
        actions.issue_papers(diploma, access=hr)
        actions.hand_over([diploma], access=hr, day=TODAY())
        dean = world.access("dean")
        asked = {"access": dean, "ground": "lost", "applied_on": TODAY()}
        with pytest.raises(DiplomaError, match="base amount"):
            actions.duplicate(diploma, basis="Ariza № 5", **asked)
        BaseAmount.objects.create(amount=412000, valid_from=datetime.date(2025, 8, 1), document="PF-1")
        with pytest.raises(DiplomaError, match="day to come"):
            actions.duplicate(
                diploma, basis="Ariza № 5", **(asked | {"applied_on": TODAY() + datetime.timedelta(days=1)})
            )
        second = actions.duplicate(diploma, basis="Ariza № 5", **asked)
        days = (second.due_on - second.applied_on).days
        later = [second.applied_on + datetime.timedelta(days=number) for number in range(1, days + 1)]
        assert second.fee == 412000 and sum(day.weekday() < 5 for day in later) == 10, "ten working days"
        assert "VMQ 395" in str(second.fee_steps[-1]["source"])
        with pytest.raises(DiplomaError, match="under way"):
            actions.duplicate(diploma, basis="Ariza № 6", **asked)
        actions.approve([second], access=hr)
        actions.assign_blanks([second], access=hr)
        actions.issue_papers(second, access=hr)
        actions.mark_printed([second], access=hr)
        (refused,) = actions.hand_over([second], access=hr, day=TODAY()).refused
        assert "not paid" in refused.reason
        for change in ("fee = 0", "due_on = due_on + 1", "state = 'handed'"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE records_diploma SET {change} WHERE id = {second.pk}")
        office = client_of(world.dean)
        office.post(
            reverse("records_diploma_pay_fee", args=[second.pk]), {"paid": "Kvitansiya № 77, 01.09.2026"}
        )
        page = office.get(reverse("records_diplomas_detail", args=[second.pk])).content.decode()
        assert "412" in page and "Kvitansiya № 77" in page
        second.refresh_from_db()
        actions.hand_over([second], access=hr, day=TODAY())
        original, copy = Diploma.objects.order_by("pk")
        assert (original.state, copy.state) == (Diploma.REPLACED, Diploma.HANDED)
        assert original.document.state == Document.REPLACED and original.document.replaced_by == copy.document
        assert copy.facts["original"] == original.number

    def test_a_mistake_of_the_university_costs_nothing(self, school):
        assert duplicates.fee("error", TODAY()).value == 0

    @pytest.mark.parametrize(
        ("start", "count", "last"),
        [
            (datetime.date(2026, 11, 23), 4, datetime.date(2026, 11, 27)),
            (datetime.date(2026, 11, 23), 5, datetime.date(2026, 11, 30)),
            # 8 December is the day of the Constitution; the 12th, a Saturday, is worked instead.
            (datetime.date(2026, 12, 7), 3, datetime.date(2026, 12, 11)),
            (datetime.date(2026, 12, 7), 4, datetime.date(2026, 12, 12)),
        ],
    )
    def test_working_days(self, start, count, last):
        off, worked = {datetime.date(2026, 12, 8)}, {datetime.date(2026, 12, 12)}
        assert duplicates.working_day(start, count, off, worked) == last

    def test_raw_sql_neither_skips_a_step_nor_takes_a_blank(self, school):
        world = school.of(2)
        world.accredit()
        world.blanks()
        first, second = world.printed()
        for sql in (
            f"UPDATE records_diploma SET blank_id = NULL WHERE id = {first.pk}",
            f"UPDATE records_diploma SET state = 'approved' WHERE id = {first.pk}",
            f"UPDATE records_diploma SET state = 'replaced' WHERE id = {first.pk}",
            f"UPDATE records_diploma SET state = 'handed', handed_on = now(), handed_by_id = {world.hr.pk}, "
            f"recipient_kind = 'graduate', recipient = 'X', recipient_document = 'Y' WHERE id = {first.pk}",
            f"DELETE FROM records_diploma WHERE id = {second.pk}",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class TestPapers:
    @pytest.fixture
    def issued(self, school):
        honours_on()
        self.world = school.of(1)
        self.world.accredit()
        self.world.blanks(category="honours")
        (diploma,) = self.world.approved()
        actions.assign_blanks([diploma], access=self.world.access("hr"))
        return actions.issue_papers(Diploma.objects.get(), access=self.world.access("hr"))

    def test_read_back(self, issued):
        """Every field at its place, the QR code, the fonts, the same bytes again."""
        for document, needed in (
            (issued.document, ("IMTIYOZLI DIPLOM", "DIPLOMA WITH HONOURS", "AB 0000001", "NOMZODOV NOMZOD VALI OʻGʻLI",
                               "Dasturiy injiniring", "Software Engineering", "Muhandis", "Engineer", "MAGISTR",
                               "2026-yil 25-iyun", "June 25, 2026", "1/2026", "A. Rektorov", "SAMPLE STATE")),
            (issued.supplement, ("1.1 Familiyasi / Surname", "Nomzodov / Nomzodov", "21.05.2007", "Subject 9",
                                 "JAMI / TOTAL", "1620", "54", "GPA: 5.00", "Magistrlik dissertatsiyasi", "Subject 10",
                                 "Kredit-modul", "AB 0000001")),
        ):  # fmt: skip
            content = render(document)
            text = " ".join(pdf_text(content).split())
            assert not [one for one in needed if one not in text]
            assert qr_texts(content) == [document.public_url]
            assert all(fonts_of(content).values())
            assert hashlib.sha256(made_anew(document)).hexdigest() == document.sha256
            assert len(content) < 90_000
        assert actions.issue_papers(issued, access=self.world.access("hr")).document == issued.document

    def test_the_public_page_masks_the_name(self, issued):
        page = Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/v/{issued.document.token}/").content.decode()
        assert "N***** N. V." in page and "AB 0000001" in page
        assert "Nomzodov" not in page and issued.student.person.passport not in page

    def test_fields_stand_where_the_printer_is_told(self, issued):
        """Onto the blank: the same places, moved by what the printer is off."""
        profile = PrintProfile.objects.create(
            name="204", kind="diploma", right=Decimal("5"), down=Decimal("-2")
        )
        found = [places(documents.diploma_sheets([issued], one)) for one in (None, profile)]
        assert found[0].keys() == found[1].keys() >= {"1/2026", "Muhandis", "Engineer"}
        for text, (x, y) in found[0].items():
            moved = found[1][text]
            assert round(moved[0] - x) == 5 and round(moved[1] - y) == -2, text
        left, right = found[0]["Muhandis"], found[0]["Engineer"]
        assert 16 < left[0] < 143 and 162 < right[0] < 290 and 140 < left[1] < 150
        sheet = PdfReader(bytes_of(documents.diploma_sheets([issued, issued], None)))
        assert [round(float(side) * 25.4 / 72) for side in sheet.pages[0].mediabox[2:]] == [297, 210]
        assert len(sheet.pages) == 2
        assert qr_texts(documents.diploma_sheets([issued], None)) == [issued.document.public_url]

    def test_a_test_sheet_says_which_printer(self, issued):
        profile = PrintProfile.objects.create(name="204-xona", kind="diploma", right=Decimal("1.5"))
        text = pdf_text(documents.test_sheet(profile))
        assert "204-xona" in text and "1.5 mm" in text and "NAMUNA UNIVERSITETI" in text

    def test_many_at_once_as_a_job(self, issued):
        hr = self.world.hr
        job = start("records.print_diplomas", user=hr, params={"diplomas": [issued.pk]})
        run_now(job)
        job = Job.objects.get(pk=job.pk)
        assert job.state == Job.DONE and job.message.endswith(": 1")


def bytes_of(content):
    import io

    return io.BytesIO(content)


def places(content: bytes) -> dict[str, tuple[float, float]]:
    """Each piece of text with millimetres from the left and the top."""
    page = PdfReader(bytes_of(content)).pages[0]
    height = float(page.mediabox[3])
    found: dict[str, tuple[float, float]] = {}

    def visit(text, matrix, text_matrix, font, size):
        if text.strip():
            a, b, c, d, e, f = matrix
            x, y = text_matrix[4] * a + text_matrix[5] * c + e, text_matrix[4] * b + text_matrix[5] * d + f
            found[text.strip()] = (x * 25.4 / 72, (height - y) * 25.4 / 72)

    page.extract_text(visitor_text=visit)
    return found


def test_facts_cost_the_same_for_many(school, django_assert_num_queries):
    """A fixed number of queries, whatever the number of graduates."""
    world = school.of(3)
    world.accredit()
    keys = [one.pk for one in world.students]
    facts.prepare(keys[:1])
    with connection.execute_wrapper(counting := Counting()):
        facts.prepare(keys[:1])
    with django_assert_num_queries(counting.count):
        facts.prepare(keys)


class Counting:
    count = 0

    def __call__(self, execute, sql, params, many, context):
        self.count += 1
        return execute(sql, params, many, context)
