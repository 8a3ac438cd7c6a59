"""Groups, their subgroups and their tutors."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from staff.models import Employee
from structure.models import Unit
from students.models.base import cared_for
from students.models.programmes import Speciality


class GroupQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The own faculty's groups; a tutor those in the own care."""
        if scope.everything:
            return self
        found = models.Q(faculty__in=scope.faculty_ids)
        return self.filter(found | models.Q(pk__in=cared_for(scope)) if scope.person_id else found)


class Group(BaseModel):
    """An academic group. Empty language or form means a mixed group: each student has the own."""

    name = models.CharField(_("name"), max_length=64)
    faculty = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="groups", verbose_name=_("faculty")
    )
    speciality = models.ForeignKey(
        Speciality, on_delete=models.PROTECT, related_name="groups", verbose_name=_("speciality")
    )
    entry_year = models.PositiveIntegerField(_("entry year"))
    education_form = ClassifierField("h_education_form", verbose_name=_("education form"), blank=True)
    language = ClassifierField("h_language", verbose_name=_("language"), blank=True)
    capacity = models.PositiveIntegerField(_("capacity"), default=30)
    is_active = models.BooleanField(_("active"), default=True)

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["name", "entry_year"], name="group_name_once_a_year")]

    def __str__(self) -> str:
        return self.name


class Dated(models.Model):
    """Something that holds from a day on, until the day before ``valid_to``."""

    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True, help_text=_("Empty: until further notice."))

    class Meta:
        abstract = True


class DatedQuerySet(ScopedQuerySet):
    def on(self, day):
        """Rows in force on ``day``."""
        return self.filter(valid_from__lte=day).filter(models.Q(valid_to=None) | models.Q(valid_to__gt=day))


class TutorGroupQuerySet(DatedQuerySet):
    def for_scope(self, scope):
        if scope.everything:
            return self
        found = models.Q(group__faculty__in=scope.faculty_ids)
        return self.filter(found | models.Q(employee__person=scope.person_id) if scope.person_id else found)


class TutorGroup(Dated, BaseModel):
    """A tutor's care for a group; while it lasts, the tutor sees the group's students (duty T)."""

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="tutor_groups", verbose_name=_("tutor")
    )
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="tutors", verbose_name=_("group"))

    objects = TutorGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("tutor's group")
        verbose_name_plural = _("tutors' groups")
        ordering = ["group__name", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from")),
                name="tutor_group_period",
            )
        ]

    def __str__(self) -> str:
        return f"{self.employee} · {self.group}"


DIVISION_KINDS = [
    ("language", _("Foreign language")),
    ("laboratory", _("Laboratory work")),
    ("practical", _("Practical classes")),
    ("elective", _("Elective subject")),
    ("other", _("Other")),
]


class GroupPartQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        return self if scope.everything else self.filter(group__in=Group.objects.for_scope(scope))


class Division(BaseModel):
    """One way to divide a group into subgroups, such as for a foreign language."""

    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, related_name="divisions", verbose_name=_("group")
    )
    kind = models.CharField(_("divided for"), max_length=16, choices=DIVISION_KINDS)

    objects = GroupPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("division of a group")
        verbose_name_plural = _("divisions of groups")
        ordering = ["group", "kind"]
        constraints = [models.UniqueConstraint(fields=["group", "kind"], name="division_once")]

    def __str__(self) -> str:
        return f"{self.group} · {self.get_kind_display()}"


class SubgroupQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        return self if scope.everything else self.filter(division__group__in=Group.objects.for_scope(scope))


class Subgroup(BaseModel):
    """A part of a group within one division."""

    division = models.ForeignKey(
        Division, on_delete=models.PROTECT, related_name="subgroups", verbose_name=_("division")
    )
    name = models.CharField(_("name"), max_length=32)
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True)

    objects = SubgroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("subgroup")
        verbose_name_plural = _("subgroups")
        ordering = ["division", "name"]
        constraints = [models.UniqueConstraint(fields=["division", "name"], name="subgroup_once")]

    def __str__(self) -> str:
        return f"{self.division.group}/{self.name}"


class SubgroupMember(Dated):
    """A student's place in a subgroup. ``division`` is the subgroup's own (a foreign key holds it so).

    It counts only while the student's placement is in the group itself, so an
    order that moves the student elsewhere takes the place away, and the order
    that cancels it gives it back.
    """

    subgroup = models.ForeignKey(
        Subgroup, on_delete=models.PROTECT, related_name="members", verbose_name=_("subgroup")
    )
    division = models.ForeignKey(
        Division, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("division")
    )
    student = models.ForeignKey(
        "Student", on_delete=models.PROTECT, related_name="subgroups", verbose_name=_("student")
    )

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a subgroup")
        verbose_name_plural = _("members of subgroups")
        ordering = ["subgroup", "student"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from")),
                name="subgroup_member_period",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subgroup} · {self.student}"
