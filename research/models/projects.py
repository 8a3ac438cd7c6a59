"""Research projects: sums by year and source, executors, stages, reports, results (duty 5.1)."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.pages.files import random_path
from research.models.works import Work
from staff.models import Employee
from structure.models import Unit
from students.models import Student

SOUM, TEACHER, STUDENT = "11", "11", "13"


class ProjectQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """A unit sees its own projects, a faculty those of its kafedras, an executor those one works in."""
        if scope.everything:
            return self
        seen = Q(unit__in=scope.unit_ids) | Q(unit__parent__in=scope.faculty_ids)
        if scope.person_id:
            who = Q(employee__person=scope.person_id) | Q(student__person=scope.person_id)
            seen |= Q(Exists(ProjectExecutor.objects.filter(who, project=OuterRef("pk"))))
        return self.filter(seen)


class Project(BaseModel):
    """A research project of the university (people.md 6.1)."""

    RUNNING, FINISHED, STOPPED = "running", "finished", "stopped"
    STATES = [(RUNNING, _("running")), (FINISHED, _("finished")), (STOPPED, _("stopped"))]

    name = models.CharField(_("name of the project"), max_length=500)
    number = models.CharField(_("number of the project"), max_length=100, unique=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="projects", verbose_name=_("unit that carries it out")
    )
    kind = ClassifierField("h_project_type", verbose_name=_("kind"))
    locality = ClassifierField("h_locality", verbose_name=_("local or foreign"))
    customer = models.CharField(_("customer"), max_length=255)
    contract_number = models.CharField(_("contract number"), max_length=100)
    contract_date = models.DateField(_("contract date"))
    currency = ClassifierField("h_project_currency", verbose_name=_("currency"), default=SOUM)
    starts = models.DateField(_("begins"))
    ends = models.DateField(_("ends"))
    purpose = models.TextField(_("purpose and tasks"), max_length=4000, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=RUNNING)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    outcome = models.TextField(_("outcome, or why it was stopped"), max_length=4000, blank=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("research project")
        verbose_name_plural = _("research projects")
        ordering = ["-starts", "number"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="project_period"),
            models.CheckConstraint(
                condition=Q(state="running", closed_on=None)
                | ~Q(state="running") & Q(closed_on__isnull=False, closed_on__gte=F("starts")),
                name="project_closed_on",
            ),
            models.CheckConstraint(condition=~Q(state="stopped") | ~Q(outcome=""), name="project_stopped_why"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} · {self.name}"


class OfProjectQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """What belongs to the projects in the scope."""
        return self if scope.everything else self.filter(project__in=Project.objects.for_scope(scope))


class ProjectSum(BaseModel):
    """What a source pays for a project in a calendar year, and how many it keeps."""

    BUDGET, CUSTOMER, OWN, GRANT, ELSE = "budget", "customer", "own", "grant", "else"
    SOURCES = [
        (BUDGET, _("state budget")),
        (CUSTOMER, _("customer, by contract")),
        (OWN, _("university's own means")),
        (GRANT, _("international grant")),
        (ELSE, _("another source")),
    ]

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="sums", verbose_name=_("project")
    )
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1991), MaxValueValidator(2100)]
    )
    source = models.CharField(_("source of the money"), max_length=10, choices=SOURCES)
    currency = ClassifierField("h_project_currency", verbose_name=_("currency"), default=SOUM)
    amount = models.DecimalField(
        _("sum"), max_digits=18, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    members = models.PositiveSmallIntegerField(_("number of executors"), null=True, blank=True)

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("sum of a project")
        verbose_name_plural = _("sums of projects")
        ordering = ["-year", "project", "source"]
        constraints = [
            models.UniqueConstraint(fields=["project", "year", "source", "currency"], name="project_sum_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="project_sum_positive"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.project.number} · {self.year}"


class ProjectExecutor(BaseModel):
    """Somebody who works in a project from a date to a date (both included); at any time one leads."""

    LEADER, MEMBER = "leader", "member"
    ROLES = [(LEADER, _("leader")), (MEMBER, _("executor"))]

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="executors", verbose_name=_("project")
    )
    kind = ClassifierField("h_project_executor_type", verbose_name=_("who it is"))
    role = models.CharField(_("part"), max_length=10, choices=ROLES, default=MEMBER)
    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, null=True, blank=True, related_name="projects",
        verbose_name=_("employee"),
    )  # fmt: skip
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, null=True, blank=True, related_name="projects",
        verbose_name=_("student"),
    )  # fmt: skip
    outsider = models.CharField(_("somebody else"), max_length=255, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("executor of a project")
        verbose_name_plural = _("executors of projects")
        ordering = ["role", "valid_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(employee__isnull=False, student=None, outsider="")
                | Q(employee=None, student__isnull=False, outsider="")
                | Q(employee=None, student=None) & ~Q(outsider=""),
                name="executor_is_somebody",
            ),
            models.CheckConstraint(
                condition=(~Q(kind=TEACHER) | Q(employee__isnull=False))
                & (Q(kind=STUDENT, student__isnull=False) | ~Q(kind=STUDENT) & Q(student=None)),
                name="executor_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="executor_period"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Who it is."""
        return str(self.employee or self.student or self.outsider)


class ProjectStage(BaseModel):
    """A stage of a project and what it hands in."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="stages", verbose_name=_("project")
    )
    number = models.PositiveSmallIntegerField(_("number of the stage"))
    name = models.CharField(_("name of the stage"), max_length=500)
    starts = models.DateField(_("begins"))
    ends = models.DateField(_("ends"))
    expected = models.CharField(_("what it hands in"), max_length=1000, blank=True)

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage of a project")
        verbose_name_plural = _("stages of projects")
        ordering = ["project", "number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="stage_number_once"),
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="stage_period"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.name}"


class ProjectReport(BaseModel):
    """A report on a project or one of its stages, with its file; the customer accepts it on a day."""

    STAGE, YEARLY, FINAL = "stage", "yearly", "final"
    KINDS = [(STAGE, _("on a stage")), (YEARLY, _("yearly")), (FINAL, _("final"))]

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="reports", verbose_name=_("project")
    )
    kind = models.CharField(_("kind of report"), max_length=10, choices=KINDS)
    stage = models.ForeignKey(
        ProjectStage, on_delete=models.PROTECT, null=True, blank=True, related_name="reports",
        verbose_name=_("stage"),
    )  # fmt: skip
    title = models.CharField(_("title"), max_length=500)
    day = models.DateField(_("handed in on"))
    scan = models.FileField(_("file of the report"), upload_to=random_path)
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("report on a project")
        verbose_name_plural = _("reports on projects")
        ordering = ["-day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="stage", stage__isnull=False) | ~Q(kind="stage") & Q(stage=None),
                name="report_of_stage",
            ),
            models.CheckConstraint(
                condition=Q(accepted_on=None) | Q(accepted_on__gte=F("day")), name="report_accepted_after"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ProjectResult(BaseModel):
    """What came out of a project: a work of the register, an implementation, a product …"""

    WORK, IMPLEMENTED, PRODUCT, DISSERTATION, ELSE = "work", "implemented", "product", "dissertation", "else"
    KINDS = [
        (WORK, _("publication or intellectual property")),
        (IMPLEMENTED, _("put into practice")),
        (PRODUCT, _("product or technology")),
        (DISSERTATION, _("dissertation defended")),
        (ELSE, _("something else")),
    ]

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="results", verbose_name=_("project")
    )
    kind = models.CharField(_("kind of result"), max_length=12, choices=KINDS)
    work = models.ForeignKey(
        Work, on_delete=models.PROTECT, null=True, blank=True, related_name="results", verbose_name=_("work")
    )
    name = models.CharField(_("what came out"), max_length=500, blank=True)
    day = models.DateField(_("date"))
    scan = models.FileField(_("file that shows it"), upload_to=random_path, blank=True)

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("result of a project")
        verbose_name_plural = _("results of projects")
        ordering = ["-day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="work", work__isnull=False) | ~Q(kind="work") & Q(work=None) & ~Q(name=""),
                name="result_of_its_kind",
            ),
            models.UniqueConstraint(fields=["project", "work"], name="result_work_once"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.work)
