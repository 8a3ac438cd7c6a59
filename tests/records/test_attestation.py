"""Topics, commissions, sessions and results of state attestation (duties 8.3, 2.6, 2.7, B8)."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from grading import debts
from movement import facts
from records import actions, record
from records.actions import RecordsError
from records.models import AttestationLine, GraduationTopic, RecordLine
from tests import factories


@pytest.fixture
def _django_db_helper(world):
    """In the place of pytest-django's own, which would close the database after every test."""
    yield


pytestmark = pytest.mark.django_db


def refused(sql: str, params=()) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.duty("8.3", "S")
class TestTopics:
    def test_a_student_chooses_and_the_kafedra_confirms(self, world):
        one, other = world.students[:2]
        topic = world.topic()
        assert list(actions.open_to(one)) == [topic]
        actions.choose_topic(topic, one)
        with pytest.raises(RecordsError):
            actions.choose_topic(topic, other)
        with pytest.raises(RecordsError):
            actions.choose_topic(world.topic(), one)
        assert actions.assign_topic(topic, access=world.access("head")).state == GraduationTopic.ASSIGNED
        with pytest.raises(RecordsError):
            actions.give_up_topic(topic, one)

    def test_a_choice_is_given_up_or_released_with_a_reason(self, world):
        topic, student = world.topic(), world.students[0]
        actions.choose_topic(topic, student)
        actions.give_up_topic(topic, student)
        actions.choose_topic(topic, student)
        with pytest.raises(RecordsError):
            actions.release_topic(topic, reason=" ", access=world.access("head"))
        released = actions.release_topic(topic, reason="Rahbar band", access=world.access("head"))
        assert released.state == GraduationTopic.OFFERED and released.student is None

    def test_another_kafedra_may_not(self, world):
        stranger = factories.make_user("head", factories.make_kafedra(world.faculty, 2))
        with pytest.raises(PermissionDenied):
            actions.assign_topic(
                world.topic(), access=factories.access_of(stranger), student=world.students[0]
            )

    def test_a_limit_of_the_supervisor_is_a_dated_rule(self, world):
        from records.models import AttestationRule

        AttestationRule.objects.create(
            code="topic.supervised", value=1, valid_from=timezone.localdate(), basis="Kengash qarori"
        )
        actions.assign_topic(world.topic(), access=world.access("head"), student=world.students[0])
        with pytest.raises(RecordsError):
            actions.assign_topic(world.topic(), access=world.access("head"), student=world.students[1])

    @pytest.mark.duty("2.7", "B8")
    def test_an_order_approves_and_freezes(self, world):
        topic = world.topic(reviewer="")
        actions.assign_topic(topic, access=world.access("head"), student=world.students[0])
        draw = {"topics": [topic.pk], "access": world.access("dean")}
        with pytest.raises(RecordsError):
            actions.draw_up_topic_order(world.faculty, **draw)
        GraduationTopic.objects.filter(pk=topic.pk).update(reviewer="B. Taqrizchi")
        order = actions.draw_up_topic_order(world.faculty, **draw)
        refused("UPDATE records_graduationtopic SET state = 'approved' WHERE id = %s", [topic.pk])
        with pytest.raises(PermissionDenied):
            actions.sign_topic_order(order, access=world.access("dean"))
        actions.sign_topic_order(order, access=world.access("rector"))
        topic.refresh_from_db()
        assert topic.state == GraduationTopic.APPROVED
        for change in ("title = 'X'", "student_id = NULL", "reviewer = 'X'", "state = 'offered'"):
            refused(f"UPDATE records_graduationtopic SET {change} WHERE id = %s", [topic.pk])
        refused("UPDATE records_topicorder SET state = 'draft', date = date - 1 WHERE id = %s", [order.pk])
        refused("DELETE FROM records_graduationtopic WHERE id = %s", [topic.pk])
        actions.withdraw_topic(topic, reason="Mavzu oʻzgardi", access=world.access("head"))
        assert actions.assign_topic(world.topic(), access=world.access("head"), student=world.students[0])

    def test_a_cancelled_draft_lets_its_topics_go(self, world):
        topic = world.topic()
        actions.assign_topic(topic, access=world.access("head"), student=world.students[0])
        order = actions.draw_up_topic_order(world.faculty, topics=[topic.pk], access=world.access("dean"))
        with pytest.raises(RecordsError):
            actions.release_topic(topic, reason="X", access=world.access("head"))
        actions.cancel_topic_order(order, reason="Xato", access=world.access("dean"))
        topic.refresh_from_db()
        assert topic.order is None and topic.state == GraduationTopic.ASSIGNED


@pytest.mark.duty("8.3", "2.7")
class TestCommissions:
    def test_approved_only_when_whole(self, world):
        with pytest.raises(PermissionDenied):
            actions.approve_commission(world.draft(), access=world.access("head"))
        few = world.draft(members=4)
        with pytest.raises(RecordsError):
            actions.approve_commission(few, access=world.access("affairs"))
        refused("UPDATE records_commission SET state = 'approved' WHERE id = %s", [few.pk])
        with pytest.raises(RecordsError):
            actions.approve_commission(world.draft(employers=2), access=world.access("affairs"))
        verdict = actions.judge_commission(world.draft())
        assert verdict.value and all(step.value == "✓" for step in verdict.steps)

    def test_approved_it_is_frozen(self, world):
        commission = world.commission()
        key = [commission.pk]
        refused("UPDATE records_commission SET name = 'X' WHERE id = %s", key)
        refused("DELETE FROM records_commission WHERE id = %s", key)
        refused("DELETE FROM records_commissionmember WHERE commission_id = %s", key)
        refused("UPDATE records_commissionmember SET full_name = 'X' WHERE commission_id = %s", key)
        actions.end_commission(commission, access=world.access("head"))
        with pytest.raises(RecordsError):
            world.session(commission=commission)


@pytest.mark.duty("8.3", "2.6")
class TestSessions:
    def test_who_is_admitted_and_why_not(self, world):
        session = world.session(world.exam)
        assert [line.status for line in session.lines.all()] == ["", "", ""]
        session = world.session(world.work)
        assert {line.status for line in session.lines.all()} == {"not_admitted"}
        wrong = [step for step in session.lines.first().steps if step["value"] == "✗"]
        assert len(wrong) == 1 and wrong[0]["source"]["figures"] == {"code": "8.3"}
        world.approved_topics()
        assert actions.refresh_session(session, access=world.access("head")) == 3
        assert [line.status for line in session.lines.all()] == ["", "", ""]
        assert all(line.topic for line in session.lines.all())

    def test_a_missing_subject_bars(self, world):
        from records.models import RecordAct

        act = world.recognition(curriculum_subject=None)
        line = actions.confirm_act(act, access=world.access("affairs"))
        assert RecordAct.objects.get(pk=act.pk).state == "confirmed" and line.passed
        stranger = factories.make_students(world.faculty, 1, group=world.group)[0]
        session = world.session(world.exam)
        barred = session.lines.get(student=stranger)
        assert barred.status == AttestationLine.NOT_ADMITTED
        assert any(world.taught[0].subject.name in step["text"] for step in barred.conditions)

    def test_results_go_into_the_record_and_failing_is_repeated(self, world):
        world.approved_topics()
        commission = world.commission()
        session = world.session(commission=commission, days=2)
        assert world.close(session, "92", "48", "k") == 1
        line = RecordLine.objects.get(origin="attestation")
        assert (line.points, line.mark, line.letter, line.kind) == (92, 5, "A", "15")
        assert (line.student_id, line.examiner) == (world.students[0].pk, "Aʼzo 0")
        known = facts.known(["attestation"], [world.students[1].pk], timezone.localdate())
        assert known[world.students[1].pk]["attestation"].value == 0
        again = world.session(commission=commission)
        assert {one.attempt for one in again.lines.all()} == {2}
        assert world.close(again, "70", "65") == 2
        assert record.lines_of(world.students[1]).get(kind="15").points == 70

    def test_a_repeat_has_its_term(self, world):
        from records.models import AttestationRule

        AttestationRule.objects.create(
            code="repeat.years", value=0, valid_from=timezone.localdate(), basis="Sinov"
        )
        world.approved_topics()
        commission = world.commission()
        world.close(world.session(commission=commission, days=2), "90", "90", "40")
        barred = world.session(commission=commission).lines.get()
        assert barred.status == AttestationLine.NOT_ADMITTED
        assert barred.steps[-1]["value"] == "✗"

    def test_what_is_not_attested_is_no_debt_and_no_sheet(self, world):
        from grading.actions.opening import propose_sheets

        keys = [one.pk for one in world.students]
        far = timezone.localdate() + datetime.timedelta(days=900)
        assert debts.debts_count(keys, far) == {}
        lines = [world.exam, world.work]
        assert propose_sheets(lines, [world.group], control="14") == []

    def test_a_protocol_needs_quorum_and_full_lines(self, world):
        session = world.session(world.exam)
        with pytest.raises(RecordsError):
            actions.close_session(session, access=world.access("head"))
        assert world.fill(session, "80", "101", "x")
        assert sorted(line.text for line in session.lines.all()) == ["", "", "80"]
        world.fill(session, "80", "81", "82")
        session.present.set(session.commission.members.exclude(role="chair"))
        with pytest.raises(RecordsError):
            actions.close_session(session, access=world.access("head"))
        refused(
            "UPDATE records_attestationsession SET state = 'closed', closed_by_id = %s, closed_at = now() "
            "WHERE id = %s",
            [world.dean.pk, session.pk],
        )
        session.present.set(session.commission.members.all())
        assert actions.close_session(session, access=world.access("dean")) == 3

    def test_the_database_keeps_a_closed_protocol(self, world):
        session = world.session(world.exam)
        world.close(session, "80", "81", "82")
        key = [session.pk]
        refused("UPDATE records_attestationline SET points = 100 WHERE session_id = %s", key)
        refused("DELETE FROM records_attestationline WHERE session_id = %s", key)
        refused("UPDATE records_attestationsession SET place = 'X' WHERE id = %s", key)
        refused("DELETE FROM records_attestationsession WHERE id = %s", key)
        refused("DELETE FROM records_attestationsession_present WHERE attestationsession_id = %s", key)
        with pytest.raises(RecordsError):
            actions.cancel_session(session, reason="X", access=world.access("head"))
        with pytest.raises(RecordsError):
            world.session(world.exam)

    def test_another_faculty_sees_nothing(self, world):
        session = world.session(world.exam)
        elsewhere = factories.make_user("dean", factories.make_faculty("303-109"))
        with pytest.raises(PermissionDenied):
            actions.close_session(session, access=factories.access_of(elsewhere))
        assert not AttestationLine.objects.for_scope(
            factories.access_of(elsewhere).scope("attestation.view")
        ).exists()


@pytest.mark.duty("2.7", "B7.4")
class TestActs:
    def test_a_recognised_subject_stands_for_one_of_the_plan(self, world):
        student = factories.make_students(world.faculty, 1, group=world.group)[0]
        subject = world.taught[0]
        act = world.recognition(student, curriculum_subject=subject, subject_name_en="Physics")
        with pytest.raises(PermissionDenied):
            actions.confirm_act(act, access=world.access("dean"))
        line = actions.confirm_act(act, access=world.access("affairs"))
        assert (line.origin, line.mark, line.examiner) == ("recognised", 4, "TATU")
        assert not student.registrations.get(curriculum_subject=subject).is_active
        from records.queries import gaps_of

        assert subject.pk not in {gap.subject for gap in gaps_of([student.pk])[student.pk]}
        with pytest.raises(RecordsError):
            world.recognition(student, curriculum_subject=subject)

    def test_what_fails_is_not_recognised(self, world):
        with pytest.raises(RecordsError):
            world.recognition(points=Decimal(59))

    def test_a_line_of_a_sheet_is_corrected_by_the_sheet(self, world):
        line = record.lines_of(world.students[0]).first()
        given = {
            "points": Decimal(90), "reason": "X", "basis": "Y", "decision_number": "1",
            "decision_date": timezone.localdate(), "access": world.access("dean"),
        }  # fmt: skip
        with pytest.raises(RecordsError):
            actions.propose_correction(line, **given)
        got = actions.confirm_act(world.recognition(), access=world.access("affairs"))
        act = actions.propose_correction(got, **given)
        refused("UPDATE records_recordact SET points = 100 WHERE id = %s", [act.pk])
        refused("DELETE FROM records_recordact WHERE id = %s", [act.pk])
        new = actions.confirm_act(act, access=world.access("affairs"))
        assert (new.points, new.mark, new.supersedes_id, new.act_number) == (90, 5, got.pk, act.number)
        with pytest.raises(RecordsError):
            actions.reject_act(act, remark="X", access=world.access("affairs"))

    def test_a_rejected_act_leaves_the_record(self, world):
        act = world.recognition()
        with pytest.raises(RecordsError):
            actions.reject_act(act, remark="", access=world.access("affairs"))
        actions.reject_act(act, remark="Soat yetarli emas", access=world.access("affairs"))
        assert not RecordLine.objects.filter(origin="recognised").exists()
