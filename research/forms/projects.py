"""Forms of research projects and what belongs to them (duty 5.1)."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.pages.files import ScanField
from hemis.pages.forms import RegisterForm
from research import rules
from research.models import (
    Project,
    ProjectExecutor,
    ProjectReport,
    ProjectResult,
    ProjectStage,
    ProjectSum,
    Work,
)
from research.models.projects import STUDENT, TEACHER
from staff.forms.employees import search_employees
from structure.models import Unit
from students.models import Student

OUTSIDE = _("The dates lie outside those of the project: %(starts)s – %(ends)s.")


class ProjectForm(RegisterForm):
    sections = (
        (_("Project"), ("number", "name", "unit", "kind", "locality", "purpose")),
        (_("Contract"), ("customer", "contract_number", "contract_date", "currency")),
        (_("Term"), ("starts", "ends", "state", "closed_on", "outcome")),
    )

    class Meta:
        model = Project
        fields = [
            "number", "name", "unit", "kind", "locality", "purpose", "customer", "contract_number", "contract_date",
            "currency", "starts", "ends", "state", "closed_on", "outcome",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.filter(is_active=True)  # type: ignore[attr-defined]

    def clean(self):
        data = super().clean() or {}
        starts, ends, closed = data.get("starts"), data.get("ends"), data.get("closed_on")
        if starts and ends and ends < starts:
            self.add_error("ends", _("The end lies before the beginning."))
        running = data.get("state") == Project.RUNNING
        if running and closed:
            self.add_error("closed_on", _("A running project is not closed yet."))
        if data.get("state") and not running and "closed_on" not in self.errors:
            self._closed(starts, closed)
        if data.get("state") == Project.STOPPED and not data.get("outcome"):
            self.add_error("outcome", _("Say why it was stopped."))
        if starts and ends and self.instance.pk and not self.errors:
            self._keeps_what_it_has(starts, ends)
        return data

    def _closed(self, starts, closed) -> None:
        if closed is None:
            self.add_error("closed_on", _("Say on which day it was closed."))
        elif starts and closed < starts:
            self.add_error("closed_on", _("The end lies before the beginning."))
        elif closed > timezone.localdate():
            self.add_error("closed_on", _("This day has not come yet."))

    def _keeps_what_it_has(self, starts, ends) -> None:
        project = self.instance
        spans = [
            *project.executors.values_list("valid_from", "valid_to"),
            *project.stages.values_list("starts", "ends"),
        ]
        years = set(project.sums.values_list("year", flat=True))
        inside = all(rules.within(first, last, starts, ends) for first, last in spans)
        if not inside or any(not starts.year <= year <= ends.year for year in years):
            self.add_error("ends", _("Executors, stages or sums of the project lie outside these dates."))


class OfProjectForm(RegisterForm):
    """A row of a project: the project is chosen once."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        scope = self.access.scope("project.edit")
        self.fields["project"].queryset = Project.objects.for_scope(scope)  # type: ignore[attr-defined]
        if self.instance.pk:
            self.fields["project"].disabled = True

    def stay_within(self, first_name: str, last_name: str) -> None:
        """The two dates follow each other and lie within the project's."""
        data = self.cleaned_data
        project, first, last = data.get("project"), data.get(first_name), data.get(last_name)
        if first and last and last < first:
            self.add_error(last_name, _("The end lies before the beginning."))
        elif project and first and not rules.within(first, last, project.starts, project.ends):
            facts = {"starts": f"{project.starts:%d.%m.%Y}", "ends": f"{project.ends:%d.%m.%Y}"}
            self.add_error(first_name, OUTSIDE % facts)


class SumForm(OfProjectForm):
    class Meta:
        model = ProjectSum
        fields = ["project", "year", "source", "currency", "amount", "members"]

    def clean(self):
        data = super().clean() or {}
        project, year = data.get("project"), data.get("year")
        if project and year and not project.starts.year <= year <= project.ends.year:
            self.add_error("year", _("The project does not run in that year."))
        return data


class ExecutorForm(OfProjectForm):
    remote_choices = {"employee": "research_employees", "student": "research_students"}

    class Meta:
        model = ProjectExecutor
        fields = ["project", "kind", "role", "employee", "student", "outsider", "valid_from", "valid_to"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        search_employees(self.fields["employee"])
        students = self.fields["student"]
        students.queryset = Student.objects.select_related("person")  # type: ignore[attr-defined]
        students.choices = students.iterator(students)  # type: ignore[attr-defined]
        self.fields["outsider"].help_text = _("The name of somebody who neither works nor studies here.")

    def clean(self):
        data = super().clean() or {}
        kind, given = (
            data.get("kind"),
            [name for name in ("employee", "student", "outsider") if data.get(name)],
        )
        if len(given) != 1:
            self.add_error(None, _("Name an employee, a student or somebody else: one of them."))
        elif (kind == TEACHER and given != ["employee"]) or (kind == STUDENT) != (given == ["student"]):
            self.add_error("kind", _("A teacher is an employee, a student is one of the students."))
        self.stay_within("valid_from", "valid_to")
        if not self.errors:
            self._meet_others(data)
        return data

    def _meet_others(self, data: dict) -> None:
        others = list(data["project"].executors.exclude(pk=self.instance.pk))
        mine = ProjectExecutor(**{name: data[name] for name in self._meta.fields})
        if problem := rules.why_not_beside(mine, others):
            self.add_error("valid_from", problem)


class StageForm(OfProjectForm):
    class Meta:
        model = ProjectStage
        fields = ["project", "number", "name", "starts", "ends", "expected"]

    def clean(self):
        data = super().clean() or {}
        self.stay_within("starts", "ends")
        return data


class ReportForm(OfProjectForm):
    class Meta:
        model = ProjectReport
        fields = ["project", "kind", "stage", "title", "day", "scan", "accepted_on"]
        field_classes = {"scan": ScanField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        stages = ProjectStage.objects.order_by("project", "number")
        project = self["project"].value()
        if str(project or "").isdecimal():
            stages = stages.filter(project=project)
        self.fields["stage"].queryset = stages  # type: ignore[attr-defined]

    def clean(self):
        data = super().clean() or {}
        project, stage, kind = data.get("project"), data.get("stage"), data.get("kind")
        if kind and (kind == ProjectReport.STAGE) != bool(stage):
            self.add_error("stage", _("A report on a stage names it, another report does not."))
        elif stage and project and stage.project_id != project.pk:
            self.add_error("stage", _("The stage is one of another project."))
        day, accepted, today = data.get("day"), data.get("accepted_on"), timezone.localdate()
        if day and day > today:
            self.add_error("day", _("This day has not come yet."))
        if accepted and accepted > today:
            self.add_error("accepted_on", _("This day has not come yet."))
        elif day and accepted and accepted < day:
            self.add_error("accepted_on", _("It is accepted after it was handed in."))
        return data


class ResultForm(OfProjectForm):
    remote_choices = {"work": "research_works"}

    class Meta:
        model = ProjectResult
        fields = ["project", "kind", "work", "name", "day", "scan"]
        field_classes = {"scan": ScanField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        works = self.fields["work"]
        works.queryset = Work.objects.filter(state=Work.APPROVED)  # type: ignore[attr-defined]
        works.help_text = _("An approved work of the university's teachers.")

    def clean(self):
        data = super().clean() or {}
        kind, work = data.get("kind"), data.get("work")
        if kind and (kind == ProjectResult.WORK) != bool(work):
            self.add_error("work", _("Choose the work when the result is one, otherwise leave this empty."))
        if kind and kind != ProjectResult.WORK and not data.get("name"):
            self.add_error("name", _("Say what came out."))
        day = data.get("day")
        if day and day > timezone.localdate():
            self.add_error("day", _("This day has not come yet."))
        return data
