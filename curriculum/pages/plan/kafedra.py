"""Subjects of the kafedra and their responsible teachers (duty 8.2)."""

from __future__ import annotations

from django import forms as forms_
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum import actions
from curriculum.models import (
    Curriculum,
)
from curriculum.pages.common import dressed, form_page, keep_chosen
from curriculum.pages.plan.registers import CurriculumSubjects
from curriculum.pages.reference import kafedras, years
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RelatedFilter
from hemis.pages.register import BulkAction
from staff.models import Employee


class KafedraSubjects(CurriculumSubjects):
    """The kafedra's subjects of all plans: the head names the responsible teacher of each (duty 8.2)."""

    name, title = "kafedra_subjects", gettext_lazy("Subjects of the kafedra")
    permission, menu = "calendar_plan", "subjects"
    columns = [
        Column("subject", link=True, sort="subject__name"),
        Column("curriculum", sort="curriculum__name"),
        Column("semester__number", gettext_lazy("Semester"), numeric=True),
        Column("semester__academic_year", sort="semester__academic_year"),
        Column("credit", numeric=True),
        Column("teacher", sort="teacher__person__sort_key"),
        Column("kafedra", sort="kafedra__name", hidden=True),
    ]
    filters = [
        RelatedFilter("kafedra", kafedras),
        RelatedFilter("year", years, lookup="semester__academic_year", label=gettext_lazy("academic year")),
        Filter("course", "semester__course"),
        BooleanFilter(
            "no_teacher", lookup="teacher__isnull", label=gettext_lazy("Without a responsible teacher")
        ),
    ]
    select_related = (  # type: ignore[assignment]
        *CurriculumSubjects.select_related,
        "semester__academic_year",
    )
    form = None  # type: ignore[assignment]
    actions = [
        BulkAction(
            "teacher", gettext_lazy("Name the responsible teacher"), "calendar_plan.edit",
            keep_chosen("curriculum.chosen_subjects", "curriculum_responsible"), "user-check",
        ),
    ]  # fmt: skip
    empty = gettext_lazy("Subjects come here from the curricula in which your kafedra teaches.")

    @classmethod
    def rows(cls, access, permission=""):
        """Approved plans only; what a teacher is responsible for is seen, and the kafedra's changed."""
        found = super(CurriculumSubjects, cls).rows(access, permission)
        found = found.filter(curriculum__state=Curriculum.APPROVED)
        scope = access.scope(permission or cls.view_permission())
        if permission == "calendar_plan.edit" and not scope.everything:
            found = found.filter(kafedra__in=scope.kafedra_ids)
        return found


class ResponsibleForm(forms_.Form):
    """A teacher of the kafedra; empty takes the name off."""

    employee = forms_.ModelChoiceField(
        label=gettext_lazy("responsible teacher"), queryset=Employee.objects.none(), required=False
    )

    def __init__(self, *args, teachers, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["employee"].queryset = teachers  # type: ignore[attr-defined]
        dressed(self)


@page("calendar_plan.edit")
def responsible(request: Request) -> HttpResponse:
    """Name the responsible teacher of the chosen subjects."""
    rows = KafedraSubjects.rows(request.access, "calendar_plan.edit").filter(
        pk__in=request.session.get("curriculum.chosen_subjects", [])
    )
    subjects = list(rows)
    units = {one.kafedra_id for one in subjects}
    if len(units) != 1:
        messages.error(request, _("Choose subjects of one kafedra."))
        return redirect("curriculum_kafedra_subjects_list")
    teachers = Employee.objects.filter(positions__unit__in=units, positions__category="12")
    form = ResponsibleForm(
        request.POST or None,
        teachers=teachers.select_related("person").order_by("person__sort_key").distinct(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                for one in subjects:
                    actions.set_teacher(one, access=request.access, employee=form.cleaned_data["employee"])
        except actions.CurriculumError as error:
            form.add_error("employee", str(error))
        else:
            messages.success(
                request, _("%(count)d subjects have their responsible teacher.") % {"count": len(subjects)}
            )
            return redirect("curriculum_kafedra_subjects_list")
    names = ", ".join(str(one) for one in subjects[:10])
    return form_page(
        request, form, title=_("Name the responsible teacher"),
        note=_("Subjects: %(names)s. Empty takes the name off.") % {"names": names},
        button=_("Save"), back=reverse("curriculum_kafedra_subjects_list"),
    )  # fmt: skip
