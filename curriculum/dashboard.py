"""What waits on the home page: teachings without a teacher, windows to be closed, electives to be chosen."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from curriculum.models import ElectiveCampaign, ElectiveChoice, ElectiveOffer, Teaching
from curriculum.pages.common import now_half_year
from curriculum.teachings import giving
from hemis.access.scope import Access
from hemis.pages.home import Todo, register_todo


def without_teacher(access: Access) -> int:
    """Teachings of the own kafedras in this half-year that nobody teaches."""
    year, term = now_half_year()
    rows = Teaching.objects.filter(academic_year=year, term=term, teacher=None)
    return giving.assignable(rows, access.scope("teaching.assign")).count()


def _free_url() -> str:
    year, term = now_half_year()
    return f"{reverse('curriculum_teachings_list')}?year={year}&term={term}&no_teacher=1"


def to_be_closed(access: Access) -> int:
    """Choices of electives whose window is over."""
    rows = ElectiveCampaign.objects.for_scope(access.scope("elective.edit"))
    return rows.filter(closed_at=None, closes_at__lte=timezone.now()).count()


def to_be_chosen(access: Access) -> int:
    """Open windows of the own plan in which the student has not chosen yet: one query.

    Of electives each group asks for a choice; of teachers one is enough, for who does not choose stays.
    """
    person = access.scope("own.elective").person_id
    if not person:
        return 0
    now = timezone.now()
    mine = ElectiveChoice.objects.filter(campaign=OuterRef("pk"), student__person=person)
    chosen = ElectiveChoice.objects.filter(
        campaign=OuterRef("campaign"), student__person=person,
        elective_group=OuterRef("curriculum_subject__elective_group"),
    )  # fmt: skip
    lacking = ElectiveOffer.objects.filter(~Exists(chosen), campaign=OuterRef("pk"), group=None)
    rows = ElectiveCampaign.objects.filter(
        ~Exists(mine) | Exists(lacking),
        closed_at=None,
        opens_at__lte=now,
        closes_at__gt=now,
        semester__curriculum__groups__group__placements__student__person=person,
        semester__curriculum__groups__group__placements__valid_to=None,
        semester__curriculum__groups__group__placements__status="11",
    )
    return rows.distinct().count()


register_todo(
    Todo(
        gettext_lazy("Teachings without a teacher"),
        "teaching.assign",
        without_teacher,
        _free_url,
        "user-check",
    )
)
register_todo(
    Todo(
        gettext_lazy("Choices of electives to be closed"),
        "elective.edit",
        to_be_closed,
        lambda: reverse("curriculum_electives_list"),
    )
)
register_todo(
    Todo(
        gettext_lazy("Electives to be chosen"),
        "own.elective",
        to_be_chosen,
        lambda: reverse("my_electives"),
        "books",
    )
)
