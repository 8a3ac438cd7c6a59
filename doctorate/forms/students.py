"""Forms of specialities, doctoral students, supervisors and the figures of the law (duty 6.1)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from doctorate import queries, rules
from doctorate.forms.base import OfStudentForm, name_somebody, searched_employee
from doctorate.models import DoctoralRule, DoctoralSpeciality, DoctoralStudent, Supervision
from doctorate.models.specialities import DSC, PHD
from doctorate.models.students import PHD_RESEARCHER, PHD_STUDENT, RESEARCHER_KINDS, STUDENT_KINDS
from hemis.classifiers import queries as classifiers
from hemis.pages.forms import RegisterForm
from hemis.pages.person_form import PERSON_SECTIONS, PersonRoleForm
from structure.models import Unit


class SpecialityForm(RegisterForm):
    class Meta:
        model = DoctoralSpeciality
        fields = ["code", "level", "name", "kafedra", "opened_on", "basis", "is_active"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        # Branches and groups are headings of the list.
        choices = code.choices  # type: ignore[attr-defined]
        code.choices = [  # type: ignore[attr-defined]
            (value, f"{value} {text}" if value else text)
            for value, text in choices
            if not str(value).endswith(".00")
        ]
        code.widget.attrs["data-autocomplete"] = "1"
        self.fields["name"].required = False
        self.fields["name"].help_text = _("Left empty: as the national list has it.")
        self.fields["kafedra"].queryset = Unit.objects.kafedras().filter(is_active=True)  # type: ignore[attr-defined]

    def clean(self):
        data = super().clean() or {}
        code = data.get("code")
        if code and code.endswith(".00"):
            self.add_error("code", _("This is a heading of the list; choose a speciality."))
        if code and not data.get("name"):
            data["name"] = classifiers.label("h_science_branch", code, "uz")
        return data


class DoctoralStudentForm(PersonRoleForm):
    """A candidate; number, status and term come with the order. A closed card does not change."""

    kinds: tuple[str, ...] = STUDENT_KINDS
    sections = (
        *PERSON_SECTIONS,
        (
            _("Studies"),
            ("kind", "speciality", "kafedra", "payment_form", "entry_articles", "entry_theses", "note"),
        ),
        (_("Dissertation"), ("theme", "theme_approved_on", "theme_protocol")),
    )  # fmt: skip

    class Meta:
        model = DoctoralStudent
        fields = [
            "kind", "speciality", "kafedra", "payment_form", "entry_articles", "entry_theses", "note", "theme",
            "theme_approved_on", "theme_protocol",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        kind.choices = [one for one in kind.choices if one[0] in ("", *self.kinds)]  # type: ignore[attr-defined]
        open_now = DoctoralSpeciality.objects.filter(is_active=True)
        if self.instance.pk:
            open_now |= DoctoralSpeciality.objects.filter(pk=self.instance.speciality_id)
            kind.disabled = self.instance.status != DoctoralStudent.CANDIDATE
        self.fields["speciality"].queryset = open_now  # type: ignore[attr-defined]
        kafedras = Unit.objects.kafedras().filter(is_active=True)
        if self.instance.pk:
            kafedras |= Unit.objects.filter(pk=self.instance.kafedra_id)
        self.fields["kafedra"].queryset = kafedras  # type: ignore[attr-defined]

    def clean_role(self, data):
        kind, speciality = data.get("kind"), data.get("speciality")
        if kind and speciality:
            level = PHD if kind in (PHD_STUDENT, PHD_RESEARCHER) else DSC
            if speciality.level != level:
                self.add_error("speciality", _("The speciality is of another level."))

    def why_not_this_person(self, person):
        if DoctoralStudent.objects.filter(person=person, status__in=DoctoralStudent.OPEN).exists():
            return _("This person is a doctoral student or candidate already.")
        return ""


class ResearcherForm(DoctoralStudentForm):
    """An independent researcher: the same, without a term."""

    kinds = RESEARCHER_KINDS


class SupervisionForm(OfStudentForm):
    remote_choices = {"employee": "doctorate_colleagues"}

    class Meta:
        model = Supervision
        fields = [
            "student",
            "role",
            "employee",
            "outsider",
            "valid_from",
            "valid_to",
            "order_number",
            "order_date",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        searched_employee(self)

    def clean(self):
        data = super().clean() or {}
        name_somebody(self, data)
        start, end = data.get("valid_from"), data.get("valid_to")
        if start and end and end < start:
            self.add_error("valid_to", _("The end lies before the beginning."))
        if not self.errors and data["role"] == Supervision.SUPERVISOR:
            self._check_supervisor(data)
        return data

    def _check_supervisor(self, data: dict) -> None:
        """One at a time, with a fitting degree, within the load (the database holds all three)."""
        student, employee = data["student"], data["employee"]
        others = student.supervisions.filter(role=Supervision.SUPERVISOR).exclude(pk=self.instance.pk)
        for one in others:
            if (data["valid_to"] is None or one.valid_from <= data["valid_to"]) and (
                one.valid_to is None or data["valid_from"] <= one.valid_to
            ):
                self.add_error("valid_from", _("%(who)s leads on these days; end that first.") % {"who": one})
                return
        if employee is None:
            return
        if problem := rules.degree_problem(student.level, employee.academic_degree):
            self.add_error("employee", problem)
        known = self.instance.pk and self.instance.employee_id == employee.pk
        left = queries.load_of(employee.pk, student.level, data["valid_from"])
        if not known and left.value <= 0:
            self.add_error(
                "employee",
                _("%(who)s leads as many as may be: %(steps)s.")
                % {"who": employee, "steps": "; ".join(_told(left))},
            )


def _told(explained) -> list[str]:
    return [f"{one.text}: {one.value}" if one.value is not None else str(one.text) for one in explained.steps]


class RuleForm(RegisterForm):
    class Meta:
        model = DoctoralRule
        fields = ["kind", "value", "valid_from", "basis", "is_confirmed"]
