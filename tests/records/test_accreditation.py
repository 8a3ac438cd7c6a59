"""Accreditation of graduates: every condition, whole groups, and what makes it fall (duty 2.7)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from movement import facts
from records import actions, conditions, queries
from records.actions import RecordsError
from records.conditions import Figure, Graduate
from records.models import Accreditation, RecordLine
from tests import factories


@pytest.fixture
def _django_db_helper(world):
    """In the place of pytest-django's own, which would close the database after every test."""
    yield


def keys(world) -> list[int]:
    return [one.pk for one in world.students]


def refused(sql: str, params=()) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.mark.django_db
@pytest.mark.duty("2.7")
class TestAccreditation:
    def test_a_whole_group_at_once(self, world, django_assert_max_num_queries):
        counts = actions.accredit(keys(world), access=world.access("dean"))
        assert counts["accepted"] == 0 and counts["refused"] == 3
        world.attested()
        access = world.access("dean")
        with django_assert_max_num_queries(25):
            counts = actions.accredit(keys(world), access=access)
        assert counts["accepted"] == 3
        one = Accreditation.objects.filter(student=world.students[0]).get()
        assert (one.gpa, one.credits) == (Decimal("4.00"), 60)
        assert {step["value"] for step in one.steps} == {"✓"}
        assert queries.accredited(keys(world)) == set(keys(world))
        assert actions.accredit(keys(world), access=access)["held"] == 3
        known = facts.known(["attestation", "accreditation"], keys(world), timezone.localdate())
        assert {figure.value for one in known.values() for figure in one.values()} == {1}

    def test_every_subject_lacking_is_named(self, world):
        judged = queries.judge(keys(world))
        assert {one.recorded for one in judged} == {8} and {one.planned for one in judged} == {10}
        names = {gap.name for gap in judged[0].gaps}
        assert names == {world.exam.subject.name, world.work.subject.name}
        texts = " ".join(str(step.text) for step in judged[0].verdict.steps if step.value == "✗")
        assert world.exam.subject.name in texts and world.work.subject.name in texts

    def test_the_database_refuses_who_lacks_something(self, world):
        refused(
            "INSERT INTO records_accreditation (version, student_id, academic_year_id, steps, reason, gpa, credits, "
            "state, accepted_at, remark) VALUES (1, %s, 2026, '[]', '', 4, 60, 'accepted', now(), '')",
            [world.students[0].pk],
        )
        world.attested()
        actions.accredit(keys(world), access=world.access("dean"))
        refused("DELETE FROM records_accreditation")
        refused("UPDATE records_accreditation SET gpa = 5")
        refused("UPDATE records_accreditation SET state = 'withdrawn', withdrawn_at = now()")

    def test_what_only_the_diploma_needs_may_be_weighed(self, world):
        world.approved_topics()
        for subject in (world.exam, world.work):
            subject.subject.name_en = ""
            subject.subject.save()
            world.close(world.session(subject), "85", "85", "85")
        access = world.access("dean")
        assert actions.accredit(keys(world), access=access)["refused"] == 3
        assert actions.accredit(keys(world), access=access, reason="Tarjima kutilmoqda")["accepted"] == 3
        assert Accreditation.objects.first().reason == "Tarjima kutilmoqda"

    def test_it_falls_when_the_record_changes(self, world):
        world.attested()
        actions.accredit(keys(world), access=world.access("dean"))
        line = RecordLine.objects.get(student=world.students[0], kind="15")
        act = actions.propose_correction(
            line, points=Decimal(70), reason="Xato", basis="Bayonnoma", decision_number="7",
            decision_date=timezone.localdate(), access=world.access("dean"),
        )  # fmt: skip
        actions.confirm_act(act, access=world.access("affairs"))
        fallen = Accreditation.objects.get(student=world.students[0])
        assert fallen.state == Accreditation.WITHDRAWN and act.number in fallen.remark
        assert queries.accredited(keys(world)) == set(keys(world)[1:])
        assert actions.accredit(keys(world), access=world.access("dean"))["accepted"] == 1

    def test_a_subject_that_comes_later_makes_it_void(self, world):
        from tests.curriculum import makers as plans
        from tests.grading.makers import register

        world.attested()
        actions.accredit(keys(world), access=world.access("dean"))
        other = plans.make_approved(factories.make_faculty("303-108"), code="70610102")
        register(world.students[:1], [other.subjects.first()])
        assert queries.accredited(keys(world)) == set(keys(world)[1:])

    def test_withdrawn_with_a_reason_by_the_own_faculty(self, world):
        world.attested()
        actions.accredit(keys(world), access=world.access("dean"))
        one = Accreditation.objects.first()
        elsewhere = factories.access_of(factories.make_user("dean", factories.make_faculty("303-109")))
        assert actions.accredit(keys(world), access=elsewhere) == {"accepted": 0}
        with pytest.raises(PermissionDenied):
            actions.withdraw_accreditation(one, reason="X", access=elsewhere)
        with pytest.raises(RecordsError):
            actions.withdraw_accreditation(one, reason="", access=world.access("dean"))
        actions.withdraw_accreditation(one, reason="Hujjat xato", access=world.access("dean"))
        assert one.student_id not in queries.accredited([one.student_id])


FIGURES = {
    "commission.members": Figure(Decimal(5), "VMQ 836/2024"), "commission.employers": Figure(Decimal(60)),
    "commission.quorum": Figure(Decimal(50)), "repeat.years": Figure(Decimal(3)),
}  # fmt: skip
WHOLE = {
    "status": "11", "is_last_course": True, "has_plan": True, "attested": ("Himoya",), "needs_topic": True,
    "topic": "Mavzu",
}  # fmt: skip


@pytest.mark.duty("2.7")
class TestConditions:
    @pytest.mark.parametrize(
        ("change", "may", "with_reason"),
        [
            ({}, True, True),
            ({"status": "12"}, False, False),
            ({"is_last_course": False}, False, False),
            ({"has_plan": False}, False, False),
            ({"gaps": ("Fizika",)}, False, False),
            ({"unattested": ("Himoya",)}, False, False),
            ({"topic": ""}, False, False),
            ({"topic": "", "needs_topic": False}, True, True),
            ({"has_passport_name": False}, False, True),
            ({"without_english": ("Fizika",)}, False, True),
        ],
    )
    def test_each_condition_alone(self, change, may, with_reason):
        verdict = conditions.accreditation(Graduate(**(WHOLE | change)))
        assert (verdict.may, verdict.with_reason) == (may, with_reason)
        assert sum(step.value == "✗" for step in verdict.steps) == (0 if may else 1)

    @given(
        present=st.integers(0, 9), members=st.integers(1, 9), quorum=st.integers(1, 99), chaired=st.booleans()
    )
    def test_quorum_is_more_than_its_share(self, present, members, quorum, chaired):
        figures = FIGURES | {"commission.quorum": Figure(Decimal(quorum))}
        found = conditions.has_quorum(present, members, figures, chaired=chaired)
        assert found.value == (chaired and Decimal(present) / members > Decimal(quorum) / 100)

    def test_a_leap_day_is_repeated_until_the_end_of_february(self):
        import datetime

        assert conditions.last_day_to_repeat(datetime.date(2024, 2, 29), 3) == datetime.date(2027, 2, 28)
        assert conditions.last_day_to_repeat(datetime.date(2024, 6, 10), 3) == datetime.date(2027, 6, 10)
