"""Rows of the academic record, topics, commissions, protocols and accreditation for the walk."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from curriculum.models import CurriculumSubject, RatingSheetKind, Registration, Subject
from records.models import (
    Accreditation,
    AttestationLine,
    AttestationRule,
    AttestationSession,
    Commission,
    CommissionMember,
    GraduationTopic,
    RecordAct,
    RecordLine,
    TopicOrder,
)
from tests import factories
from tests.access.world import (
    DAY,
    Row,
    World,
    first,
    make,
    of_everybody,
    of_faculty,
    of_kafedra,
    of_person,
    plain,
)

_serial = itertools.count(1)


def _commission(world: World, where: str) -> Commission:
    """A draft whose secretary is the person of ``where``."""
    found = make(Commission, world, where, order_number="14-D", order_date=DAY)
    CommissionMember.objects.create(
        commission=found, role="secretary", employee=world.employee(where), full_name="Kotib", work_place="Kafedra",
        post="oʻqituvchi",
    )  # fmt: skip
    return found


def _approved(world: World, where: str) -> Commission:
    found = _commission(world, where)
    CommissionMember.objects.bulk_create(
        CommissionMember(
            commission=found, role="member" if at else "chair", full_name=f"Aʼzo {at}", work_place="MChJ",
            post="direktor", is_employer=True,
        )
        for at in range(5)
    )  # fmt: skip
    Commission.objects.filter(pk=found.pk).update(state=Commission.APPROVED)
    found.refresh_from_db()
    return found


def _session(world: World, where: str) -> AttestationSession:
    """An open protocol with the person as the student and as the secretary."""
    work = make(
        CurriculumSubject, world, where, subject=make(Subject, world, where), kafedra=world.kafedras[where],
        sheet_kind=RatingSheetKind.objects.get(code="15"),
    )  # fmt: skip
    found = make(
        AttestationSession, world, where, commission=_approved(world, where), curriculum_subject=work,
        serial=9000 + next(_serial),
    )  # fmt: skip
    AttestationLine.objects.create(session=found, student=world.student(where))
    return found


def _act(world: World, where: str) -> RecordAct:
    """A subject of the plan recognised, waiting for its confirmation."""
    line = world.row("", Registration, where).obj.curriculum_subject
    return make(
        RecordAct, world, where, serial=9000 + next(_serial), kind="recognition", curriculum_subject=line,
        institution="TATU", subject_name=f"Fan {next(_serial)}", studied_year=factories.make_year(), semester=1,
        hours=180, credit=Decimal(6), points=Decimal(80), proposed_by=factories.make_user(), scan=world.picture,
    )  # fmt: skip


def _line(world: World, where: str) -> RecordLine:
    act = _act(world, where)
    RecordAct.objects.filter(pk=act.pk).update(
        state=RecordAct.CONFIRMED, decided_by=world.owner(where), decided_at=timezone.now()
    )
    return RecordLine.objects.create(
        student=act.student, curriculum_subject=act.curriculum_subject, kind="11", origin=RecordLine.RECOGNISED,
        subject_name=act.subject_name, academic_year=act.studied_year, semester=1, hours=180, credit=Decimal(6),
        points=Decimal(80), mark=4, point=Decimal(4), act=act,
    )  # fmt: skip


def _accreditation(world: World, where: str) -> Accreditation:
    """Whose plan is one subject, and that is recognised."""
    line = world.row("", RecordLine, where).obj
    return make(Accreditation, world, where, student=line.student, gpa=Decimal(4), credits=Decimal(6))


ROWS: dict[Any, Callable[[World, str], Row]] = {
    GraduationTopic: of_kafedra(plain(GraduationTopic)),
    TopicOrder: of_faculty(plain(TopicOrder)),
    Commission: of_kafedra(_commission),
    CommissionMember: of_kafedra(lambda world, where: world.row("", Commission, where).obj.members.get()),
    AttestationSession: of_kafedra(_session),
    AttestationLine: of_kafedra(
        lambda world, where: world.row("", AttestationSession, where).obj.lines.get()
    ),
    AttestationRule: of_everybody(first(AttestationRule)),
    RecordAct: of_person(_act),
    RecordLine: of_person(_line),
    Accreditation: of_person(_accreditation),
}
