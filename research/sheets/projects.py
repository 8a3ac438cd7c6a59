"""Research projects, their sums and their executors from Excel (duty 5.1): what the lists give out goes in again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.sheets import widgets
from hemis.sheets.declaration import SheetColumn, sheet
from hemis.sheets.keyed import ChoiceWidget, KeyedSheet
from research import rules
from research.models import Project, ProjectExecutor, ProjectSum
from research.models.projects import STUDENT, TEACHER
from staff.models import Employee
from structure.models import Unit
from students.models import Student

FIRST_YEAR, LAST_YEAR = Decimal(1991), Decimal(2100)


class _ProjectSheet(KeyedSheet):
    permission = "project.edit"


@sheet
class ProjectsSheet(_ProjectSheet):
    """Projects by their number; a project that is closed is closed on its card."""

    code, title = "research.projects", gettext_lazy("Research projects from Excel")
    result_url_name, model, keys = "research_projects_list", Project, ("number",)

    def __init__(self, access, params):
        self.units: dict[str, int] = {}
        for unit in Unit.objects.filter(is_active=True).order_by("code"):
            self.units.setdefault(unit.name, unit.pk)
            self.units[unit.code] = unit.pk
        super().__init__(access, params)

    def columns(self) -> dict[str, SheetColumn]:
        text, message = widgets.TextWidget, _("There is no unit %(value)s. Write its code or its whole name.")
        return {
            "number": self.column("number", "Loyiha raqami", text(100), example="FZ-2026001"),
            "name": self.column("name", "Loyiha nomi", text(500), example="Suv resurslarini boshqarish"),
            "unit": self.column(
                "unit", "Boʻlinma", widgets.KnownWidget(self.units, fault="unknown_unit", message=message),
                "Kafedra", "Кафедра", missing="unknown_unit",
                example=next((name for name in self.units if not name[:1].isdigit()), ""),
            ),
            "kind": self.coded("kind", "Loyiha turi", "h_project_type", example="Amaliy"),
            "locality": self.coded("locality", "Mahalliy yoki xorijiy", "h_locality", example="11"),
            "customer": self.column("customer", "Buyurtmachi", text(255), example="Innovatsiya agentligi"),
            "contract_number": self.column("contract_number", "Shartnoma raqami", text(100), example="12/2026"),
            "contract_date": self.date("contract_date", "Shartnoma sanasi", example="20.01.2026"),
            "currency": self.coded("currency", "Valyuta", "h_project_currency", example="11"),
            "starts": self.date("starts", "Boshlanish sanasi", example="01.02.2026"),
            "ends": self.date("ends", "Tugash sanasi", example="31.12.2027"),
        }  # fmt: skip

    def resolve(self, row: dict[str, Any]) -> str:
        row["unit_id"] = self.units[row["unit"]]
        return _("The end lies before the beginning.") if row["ends"] < row["starts"] else ""

    def _said(self, row: dict[str, Any]) -> dict[str, Any]:
        return super()._said({name: value for name, value in row.items() if name != "unit"})


class _OfProjectSheet(_ProjectSheet):
    """Rows that name their project by its number, or as the list writes it: number · name."""

    def __init__(self, access, params):
        self.projects = {one.number: one for one in Project.objects.for_scope(access.scope(self.permission))}
        super().__init__(access, params)

    def project_column(self) -> SheetColumn:
        known = [name for one in self.projects.values() for name in (one.number, str(one))]
        message = _("There is no project %(value)s.")
        return SheetColumn(
            "Loyiha raqami", widgets.KnownWidget(known, fault="unknown_project", message=message),
            aliases=("Loyiha", "Проект", "Номер проекта", "Project", "Number of the project"),
            missing="unknown_project", example=next(iter(self.projects), ""),
        )  # fmt: skip

    def of(self, row: dict[str, Any]) -> Project:
        """The project that a row names."""
        project = self.projects[row["number"].split(" · ")[0]]
        row["project_id"] = project.pk
        return project


@sheet
class SumsSheet(_OfProjectSheet):
    code, title = "research.sums", gettext_lazy("Sums of projects from Excel")
    result_url_name, model = "research_project_sums_list", ProjectSum
    keys = ("project_id", "year", "source", "currency")

    def columns(self) -> dict[str, SheetColumn]:
        sources = ChoiceWidget(lambda: list(ProjectSum.SOURCES), "unknown_source")
        years = widgets.WholeWidget(low=FIRST_YEAR, high=LAST_YEAR, fault="bad_year")
        members = widgets.WholeWidget(low=Decimal(0), high=Decimal(1000), fault="bad_number")
        money = widgets.FigureWidget(high=Decimal(10) ** 16)
        return {
            "number": self.project_column(),
            "year": self.column("year", "Yil", years, missing="bad_year", example="2026"),
            "source": self.column(
                "source", "Mablagʻ manbai", sources, choices=lambda: sources.names, missing="unknown_source",
                example=sources.names[0],
            ),
            "currency": self.coded("currency", "Valyuta", "h_project_currency", example="11"),
            "amount": self.column("amount", "Summa", money, missing="bad_number", example="120000000"),
            "members": self.column("members", "Ijrochilar soni", members, required=False, example="4"),
        }  # fmt: skip

    def resolve(self, row: dict[str, Any]) -> str:
        project = self.of(row)
        if project.starts.year <= row["year"] <= project.ends.year:
            return ""
        return _("The project does not run in that year.")


@sheet
class ExecutorsSheet(_OfProjectSheet):
    """Executors: employees and students by their numbers, others by name."""

    code, title = "research.executors", gettext_lazy("Executors of projects from Excel")
    result_url_name, model = "research_project_executors_list", ProjectExecutor
    keys = ("project_id", "employee_id", "student_id", "outsider", "valid_from")

    def __init__(self, access, params):
        self.employees = dict(Employee.objects.values_list("number", "pk"))
        self.students = dict(Student.objects.values_list("number", "pk"))
        super().__init__(access, params)
        # By project: those who work there already, and those of the rows before.
        self.beside: dict[int, list[ProjectExecutor]] = {}

    def columns(self) -> dict[str, SheetColumn]:
        text, roles = widgets.TextWidget, ChoiceWidget(lambda: list(ProjectExecutor.ROLES), "unknown_role")
        return {
            "number": self.project_column(),
            "kind": self.coded("kind", "Ijrochi turi", "h_project_executor_type", example="11"),
            "role": self.column(
                "role", "Vazifasi", roles, choices=lambda: roles.names, missing="unknown_role",
                example=roles.names[0],
            ),
            "who": SheetColumn(
                "Xodim yoki talaba raqami", text(20), aliases=("Номер сотрудника или студента", "Number of the person"),
                required=False, example=next(iter(self.employees), ""),
            ),
            "outsider": self.column("outsider", "Boshqa ijrochi", text(255), required=False),
            "valid_from": self.date("valid_from", "Boshlanish sanasi", example="01.02.2026"),
            "valid_to": self.date("valid_to", "Tugash sanasi", required=False, example=""),
        }  # fmt: skip

    def check_columns(self, columns, numbers):
        self.beside = {}
        return super().check_columns(columns, numbers)

    def resolve(self, row: dict[str, Any]) -> str:
        project, number = self.of(row), row["who"]
        row["employee_id"] = self.employees.get(number)
        row["student_id"] = None if row["employee_id"] else self.students.get(number)
        if number and not (row["employee_id"] or row["student_id"]):
            return _("Nobody has the number %(number)s.") % {"number": number}
        if bool(number) == bool(row["outsider"]):
            return _("Name an employee, a student or somebody else: one of them.")
        if (
            row["kind"] == TEACHER
            and not row["employee_id"]
            or (row["kind"] == STUDENT) != bool(row["student_id"])
        ):
            return _("A teacher is an employee, a student is one of the students.")
        first, last = row["valid_from"], row["valid_to"] or None
        if last and last < first:
            return _("The end lies before the beginning.")
        if not rules.within(first, last, project.starts, project.ends):
            return _("The dates lie outside those of the project.")
        return str(self._not_beside(project, row))

    def _not_beside(self, project: Project, row: dict[str, Any]):
        """Why the row cannot stand beside those who work there already and the rows before it."""
        one = ProjectExecutor(**self._said(row))
        key = self._key(row)
        others = self.beside.setdefault(project.pk, list(project.executors.all()))
        others = [other for other in others if tuple(getattr(other, name) for name in self.keys) != key]
        problem = rules.why_not_beside(one, others)
        if not problem:
            self.beside[project.pk] = [*others, one]
        return problem
