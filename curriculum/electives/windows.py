"""The windows in which students choose electives and teachers: opened for those of a plan (duty 2.3)."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum import teacher_choice
from curriculum.actions import CurriculumError
from curriculum.models import (
    Curriculum,
    CurriculumSemester,
    CurriculumSubject,
    ElectiveCampaign,
    ElectiveOffer,
)
from hemis.access.scope import Access
from hemis.notices import kinds as notices
from hemis.notices.actions import notify
from hemis.people.models import User
from students.models import Student

notices.register(
    "elective_open", gettext_lazy("Choose your electives of %(semester)s until %(until)s"), "checklist"
)
notices.register(
    "teachers_open", gettext_lazy("Choose your teachers of %(semester)s until %(until)s"), "checklist"
)
STUDYING = "11"
PLACES = 30
# What an offer's words need.
WORDS = ("curriculum_subject__subject", "group", "subgroup__division__group")


def alternatives_of(semester: CurriculumSemester) -> QuerySet[CurriculumSubject]:
    """Subjects of the semester that are alternatives."""
    return (
        semester.subjects.exclude(elective_group="")
        .select_related("subject")
        .order_by("elective_group", "position", "pk")
    )


def choosers(semester: CurriculumSemester) -> QuerySet[Student]:
    """Who chooses: students of the plan's groups in the semester's course, or in the one before it."""
    course = int(semester.course)
    return Student.objects.filter(
        current__status=STUDYING,
        current__group__plan__curriculum=semester.curriculum_id,
        current__course__in=[str(course), str(course - 1)],
    )


def choice_text(offer: ElectiveOffer) -> str:
    """What is chosen, whichever of its offers is taken."""
    if not offer.group_id:
        return offer.curriculum_subject.elective_group
    name = offer.curriculum_subject.subject.get_name_display()
    return f"{name} · {offer.kind_text}" if offer.training_type else name


def campaign_of(campaign: ElectiveCampaign, access: Access, *states: str) -> ElectiveCampaign:
    access.require("elective.edit")
    rows = ElectiveCampaign.objects.for_scope(access.scope("elective.edit"))
    found = rows.select_for_update(of=("self",)).filter(pk=campaign.pk).first()
    if found is None:
        raise CurriculumError(_("This choice of electives is not in your scope."))
    if states and found.state not in states:
        raise CurriculumError(_("The choice is %(state)s by now.") % {"state": found.get_state_display()})
    return found


@transaction.atomic
def open_campaign(
    semester: CurriculumSemester, *, access: Access, opens_at: datetime.datetime, closes_at: datetime.datetime,
    priority: str, kind: str = ElectiveCampaign.SUBJECTS,
) -> ElectiveCampaign:  # fmt: skip
    """A window for the semester with all its alternatives; the students are told when it opens at once.

    Places are those of the plan, or thirty (of a teacher: as many as sit together),
    until the office says otherwise.

    Raises:
        CurriculumError: out of scope, not approved, nothing to choose, or there is a window already.
    """
    access.require("elective.edit")
    plans = Curriculum.objects.for_scope(access.scope("elective.edit")).filter(state=Curriculum.APPROVED)
    if not plans.filter(pk=semester.curriculum_id).exists():
        raise CurriculumError(_("Electives are chosen from an approved curriculum of your faculty."))
    if ElectiveCampaign.objects.filter(semester=semester, kind=kind).exists():
        raise CurriculumError(_("The semester has this choice already."))
    if kind == ElectiveCampaign.TEACHERS:
        offers = teacher_choice.offers_for(semester, choosers(semester))
    else:
        offers = _elective_offers(semester)
    made = ElectiveCampaign.objects.create(
        semester=semester, opens_at=opens_at, closes_at=closes_at, priority=priority, kind=kind
    )
    for one in offers:
        one.campaign = made
    ElectiveOffer.objects.bulk_create(offers)
    if made.state == ElectiveCampaign.OPEN:
        _tell_choosers(made)
    return made


def _elective_offers(semester: CurriculumSemester) -> list[ElectiveOffer]:
    lines = list(alternatives_of(semester))
    if not lines:
        raise CurriculumError(_("The semester has no electives."))
    return [ElectiveOffer(curriculum_subject=line, places=line.places or PLACES) for line in lines]


def _tell_choosers(campaign: ElectiveCampaign) -> None:
    people = User.objects.filter(is_active=True, person__in=choosers(campaign.semester).values("person"))
    until = timezone.localtime(campaign.closes_at).strftime("%d.%m.%Y %H:%M")
    facts = {"semester": campaign.semester.number, "until": until}
    kind = "teachers_open" if campaign.is_of_teachers else "elective_open"
    notify(people, kind, facts, reverse("my_electives"))
