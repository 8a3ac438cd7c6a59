"""Forms of the record, of topics, commissions, sessions and accreditation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.forms import dress
from curriculum.models import CurriculumSubject
from hemis.access.scope import Access
from hemis.pages.files import ScanField
from hemis.pages.forms import RegisterForm
from records.actions import subjects_before
from records.models import (
    AttestationRule,
    Commission,
    CommissionMember,
    GraduationTopic,
    RecordAct,
    TopicOrder,
)
from staff.models import Employee, Position
from structure.models import Unit
from students.models import AcademicYear, Group, Speciality, Student

STUDYING = "11"


def teachers(kafedras: Any = None):
    """Teachers in post today, of some kafedras or of all."""
    posts = Position.objects.in_force(timezone.localdate()).filter(category="12")
    if kafedras is not None:
        posts = posts.filter(unit__in=kafedras)
    rows = Employee.objects.filter(pk__in=posts.values("employee")).select_related("person")
    return rows.order_by("person__sort_key")


def kafedras_in(access: Access, permission: str):
    """Kafedras in the scope of a permission, or of its faculties."""
    scope = access.scope(permission)
    rows = Unit.objects.kafedras()
    if scope.everything:
        return rows
    return rows.filter(Q(pk__in=scope.kafedra_ids) | Q(parent__in=scope.faculty_ids))


def specialities_of(kafedras: Any):
    """Specialities that the kafedras graduate, and those of their faculties that name none."""
    return Speciality.objects.filter(
        Q(kafedra__in=kafedras) | Q(kafedra=None, faculty__in=kafedras.values("parent")), is_active=True
    )


class _OfKafedra(RegisterForm):
    """What a kafedra enters: choices of the own kafedra, this year offered first."""

    permission = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kafedras = kafedras_in(self.access, self.permission)
        self.fields["kafedra"].queryset = kafedras  # type: ignore[attr-defined]
        self.fields["speciality"].queryset = specialities_of(kafedras)  # type: ignore[attr-defined]
        if not self.instance.pk:
            self.fields["academic_year"].initial = AcademicYear.objects.filter(is_current=True).first()
            if len(found := list(kafedras[:2])) == 1:
                self.fields["kafedra"].initial = found[0]


class TopicForm(_OfKafedra):
    permission = "topic.edit"

    class Meta:
        model = GraduationTopic
        fields = [
            "academic_year", "kafedra", "speciality", "title", "title_ru", "title_en", "supervisor", "adviser",
            "reviewer", "reviewer_place",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kafedras = kafedras_in(self.access, self.permission)
        self.fields["supervisor"].queryset = teachers(kafedras)  # type: ignore[attr-defined]
        if self.instance.pk and self.instance.student_id:
            self.fields["speciality"].disabled = True


class TopicOrderForm(RegisterForm):
    class Meta:
        model = TopicOrder
        fields = ["date"]


class CommissionForm(_OfKafedra):
    permission = "commission.edit"

    class Meta:
        model = Commission
        fields = [
            "name", "kind", "academic_year", "kafedra", "speciality", "order_number", "order_date", "valid_from",
            "valid_to",
        ]  # fmt: skip

    def clean(self):
        data = super().clean() or self.cleaned_data
        if bool(data.get("order_number")) != bool(data.get("order_date")):
            self.add_error("order_date", _("Number and date of the order go together."))
        since, until = data.get("valid_from"), data.get("valid_to")
        if since and until and until < since:
            self.add_error("valid_to", _("Not before the first day."))
        return data


class MemberForm(forms.ModelForm):
    """A member: one of the university's people, or somebody from outside."""

    class Meta:
        model = CommissionMember
        fields = ["role", "employee", "full_name", "work_place", "post", "is_employer"]

    def __init__(self, *args, commission: Commission, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.commission = commission
        self.fields["employee"].queryset = teachers()  # type: ignore[attr-defined]
        self.fields["employee"].widget.attrs["data-autocomplete"] = "1"
        self.fields["full_name"].help_text = gettext_lazy(
            "Of somebody from outside; an employee has the own."
        )
        self.fields["work_place"].required = self.fields["post"].required = False
        dress(self)

    def clean(self):
        data = super().clean() or self.cleaned_data
        employee = data.get("employee")
        if employee:
            data["full_name"] = data.get("full_name") or employee.person.full_name
            post = Position.objects.in_force(timezone.localdate()).filter(employee=employee)
            held = post.select_related("unit").first()
            data["work_place"] = data.get("work_place") or (held.unit.name if held else "")
            data["post"] = data.get("post") or (held.get_post_display() if held else "")
            if data.get("is_employer"):
                self.add_error("is_employer", _("An employer comes from outside the university."))
        for name in ("full_name", "work_place", "post"):
            if not data.get(name):
                self.add_error(name, _("This field is needed."))
        commission, role = self.instance.commission, data.get("role")
        alone = (CommissionMember.CHAIR, CommissionMember.SECRETARY)
        if role in alone and commission.members.filter(role=role).exists():
            self.add_error("role", _("The commission has one already."))
        if employee and commission.members.filter(employee=employee).exists():
            self.add_error("employee", _("Sits on the commission already."))
        return data


class SessionForm(forms.Form):
    """Which group stands before the commission, in what, when and where."""

    group = forms.ModelChoiceField(Group.objects.none(), label=gettext_lazy("Group"))
    subject = forms.ModelChoiceField(CurriculumSubject.objects.none(), label=gettext_lazy("Subject"))
    held_on = forms.DateField(label=gettext_lazy("Day"))
    starts_at = forms.TimeField(
        label=gettext_lazy("Begins"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    place = forms.CharField(label=gettext_lazy("Place"), max_length=255, required=False)

    def __init__(self, *args, commission: Commission, **kwargs):
        super().__init__(*args, **kwargs)
        self.commission = commission
        self.fields["group"].queryset = Group.objects.filter(  # type: ignore[attr-defined]
            speciality=commission.speciality_id, is_active=True
        )
        self.fields["subject"].queryset = subjects_before(commission)  # type: ignore[attr-defined]
        subject = self.fields["subject"]
        subject.label_from_instance = lambda one: f"{one.subject.get_name_display()} · {one.curriculum}"  # type: ignore[attr-defined]
        self.fields["held_on"].initial = max(timezone.localdate(), commission.valid_from)
        dress(self)


class AssignForm(forms.Form):
    """Who takes the topic."""

    student = forms.ModelChoiceField(Student.objects.none(), label=gettext_lazy("Student"))

    def __init__(self, *args, topic: GraduationTopic, **kwargs):
        super().__init__(*args, **kwargs)
        taken = GraduationTopic.objects.filter(state__in=GraduationTopic.TAKEN, student__isnull=False)
        self.fields["student"].queryset = (  # type: ignore[attr-defined]
            Student.objects.filter(
                current__programme__speciality=topic.speciality_id, current__status=STUDYING
            )
            .exclude(pk__in=taken.values("student"))
            .select_related("person")
            .order_by("-current__course", "person__sort_key")
        )
        self.fields["student"].widget.attrs["data-autocomplete"] = "1"
        dress(self)


class RecognitionForm(forms.ModelForm):
    """A subject that another university has taught, with its document and the decision."""

    scan = ScanField(label=gettext_lazy("Scan of the document"), required=False)

    class Meta:
        model = RecordAct
        fields = [
            "curriculum_subject", "institution", "subject_name", "subject_name_ru", "subject_name_en",
            "studied_year", "semester", "hours", "credit", "points", "basis", "decision_number", "decision_date",
            "reason", "scan",
        ]  # fmt: skip

    def __init__(self, *args, student: Student, **kwargs):
        super().__init__(*args, **kwargs)
        group = student.current.group_id if student.current else None
        field = self.fields["curriculum_subject"]
        field.queryset = (  # type: ignore[attr-defined]
            CurriculumSubject.objects.filter(curriculum__groups__group=group)
            .select_related("subject", "semester")
            .order_by("semester__number", "position")
        )
        field.label_from_instance = lambda one: f"{one.semester} · {one.subject.get_name_display()}"  # type: ignore[attr-defined]
        field.widget.attrs["data-autocomplete"] = "1"
        for name in ("institution", "subject_name", "studied_year", "semester", "hours", "credit"):
            self.fields[name].required = True
        dress(self)

    def clean_semester(self):
        number = self.cleaned_data["semester"]
        if not 1 <= number <= 12:  # noqa: PLR2004 — as many semesters as the longest study has
            raise forms.ValidationError(_("From 1 to 12."))
        return number


class RecordCorrectionForm(forms.Form):
    """Other points for a line, with the document and the decision."""

    points = forms.DecimalField(
        label=gettext_lazy("Points"), min_value=0, max_value=100, max_digits=4, decimal_places=1
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    basis = forms.CharField(
        label=gettext_lazy("Document"), max_length=255,
        help_text=gettext_lazy("The document with its number and date."),
    )  # fmt: skip
    decision_number = forms.CharField(label=gettext_lazy("Number of the decision"), max_length=64)
    decision_date = forms.DateField(label=gettext_lazy("Date of the decision"))
    scan = ScanField(label=gettext_lazy("Scan of the document"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        dress(self)


class AttestationRuleForm(RegisterForm):
    class Meta:
        model = AttestationRule
        fields = ["code", "value", "valid_from", "basis", "is_confirmed"]
