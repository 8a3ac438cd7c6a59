"""Profiles of teachers in international systems, and their figures by date (duty 8.4)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.pages.files import random_path
from research.models.approval import Approval
from staff.models import Employee
from structure.models import Unit
from students.models import AcademicYear

OTHER = "10"


def _of_kafedra(scope, person: str) -> Q:
    seen = Q(kafedra__in=scope.unit_ids) | Q(kafedra__parent__in=scope.faculty_ids)
    return seen | Q(**{person: scope.person_id}) if scope.person_id else seen


class ProfileQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """A kafedra sees the profiles of its teachers, a teacher one's own."""
        return self if scope.everything else self.filter(_of_kafedra(scope, "employee__person"))


class Profile(BaseModel):
    """A teacher's profile in an international system (people.md 6.3).

    The national list of platforms names three; the others of ``OTHERS`` stand under its “other”.
    """

    WOS, ORCID, ELIBRARY, ELSE = "wos", "orcid", "elibrary", "else"
    OTHERS = [
        (WOS, "Web of Science"),
        (ORCID, "ORCID"),
        (ELIBRARY, "eLIBRARY.ru"),
        (ELSE, _("another system")),
    ]

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="profiles", verbose_name=_("teacher"), editable=False
    )
    kafedra = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("kafedra"), editable=False
    )
    platform = ClassifierField("h_scientific_platform", verbose_name=_("system"))
    other_platform = models.CharField(_("which other system"), max_length=10, choices=OTHERS, blank=True)
    identifier = models.CharField(_("identifier"), max_length=64)
    link = models.URLField(_("address of the profile"), max_length=512)

    objects = ProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        ordering = ["employee", "platform", "other_platform"]
        constraints = [
            models.UniqueConstraint(fields=["employee", "platform", "other_platform"], name="profile_once"),
            models.UniqueConstraint(
                fields=["platform", "other_platform", "identifier"], name="profile_of_one_teacher"
            ),
            models.CheckConstraint(
                condition=Q(platform=OTHER) & ~Q(other_platform="") | ~Q(platform=OTHER) & Q(other_platform=""),
                name="profile_other_platform",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.employee} · {self.system}"

    @property
    def system(self) -> str:
        """The name of the system."""
        if self.other_platform:
            return str(self.get_other_platform_display())  # type: ignore[attr-defined]
        return self.get_platform_display()  # type: ignore[attr-defined]


class FiguresQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """A kafedra sees the figures that it answers for, a teacher one's own."""
        return self if scope.everything else self.filter(_of_kafedra(scope, "profile__employee__person"))


class ProfileFigures(Approval):
    """What a profile showed on a day; a figure that cannot be (fewer citations than h²) is refused.

    The h-index is the greatest h such that h documents are cited at least h times
    each (Hirsch, 2005): so there are at least h documents and h² citations.
    """

    word, owner_path, card = "figures", "profile__employee", "research_figures_detail"

    profile = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="figures", verbose_name=_("profile")
    )
    kafedra = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("kafedra"), editable=False
    )
    day = models.DateField(_("as of"))
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="+", verbose_name=_("academic year")
    )
    h_index = models.PositiveSmallIntegerField(_("h-index"))
    documents = models.PositiveIntegerField(_("documents"))
    citations = models.PositiveIntegerField(_("citations"))
    scan = models.FileField(_("picture of the profile"), upload_to=random_path, blank=True)

    objects = FiguresQuerySet.as_manager()

    class Meta:
        verbose_name = _("figures of a profile")
        verbose_name_plural = _("figures of profiles")
        ordering = ["-day", "pk"]
        indexes = [models.Index(fields=["academic_year", "state"], name="figures_year_state")]
        constraints = [
            models.UniqueConstraint(fields=["profile", "day"], name="figures_once_a_day"),
            models.CheckConstraint(
                condition=Q(citations__gte=F("h_index") * F("h_index"), documents__gte=F("h_index")),
                name="figures_possible",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="figures_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(remark=""), name="figures_returned_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile} · {self.day:%d.%m.%Y}"
