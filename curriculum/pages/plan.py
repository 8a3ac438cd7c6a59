"""Curricula and their subjects (duties 2.3, B6)."""

from __future__ import annotations

from collections.abc import Callable

from django import forms as forms_
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from curriculum import actions, forms, queries, rules, sheets
from curriculum.documents import issue_plan
from curriculum.models import (
    Curriculum,
    CurriculumSemester,
    CurriculumSubject,
    GroupCurriculum,
)
from curriculum.pages.common import dressed, form_page, keep_chosen
from curriculum.pages.reference import kafedras, systems, years
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.classifiers import queries as classifiers
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RelatedFilter
from hemis.pages.register import BulkAction, Register, Tab
from hemis.sheets.pages import XLSX, upload_for
from staff.models import Employee
from structure.models import Unit
from students.models import Group, Speciality
from students.pages import Groups

STATE_COLOURS = {Curriculum.DRAFT: "orange", Curriculum.APPROVED: "green", Curriculum.RETIRED: "secondary"}


def _specialities(access):
    return Speciality.objects.for_scope(access.scope("curriculum.view"))


def _faculties(access):
    scope = access.scope("curriculum.view")
    found = Unit.objects.faculties()
    return found if scope.everything else found.filter(pk__in=scope.faculty_ids)


# --- curricula


def _plan(request: Request, curriculum: Curriculum) -> dict:
    subjects = queries.subjects_of(curriculum)
    training, controls, semesters = queries.plan_by_semester(curriculum, subjects)
    for view in semesters:
        _neighbours(view.rows)
    return {
        "training": queries.labels("h_training_type", training),
        "controls": queries.labels("h_exam_type", controls),
        "semesters": semesters,
        "blocks": curriculum.blocks.all(),
        "block_form": forms.CurriculumBlockForm(),
        "load": queries.kafedra_load(subjects),
        "editable": _editable(request, curriculum),
        "total_credit": sum((one.credit + one.extra_credit for one in semesters), 0),
        "total_hours": sum(one.hours for one in semesters),
    }


def _neighbours(rows: list[dict]) -> None:
    """Behind whom each subject stands when it goes one place up or down: buttons for who does not drag."""
    keys = [row["subject"].pk for row in rows]
    for at, row in enumerate(rows):
        row["up"] = None if at == 0 else keys[at - 2] if at > 1 else 0
        row["down"] = keys[at + 1] if at + 1 < len(keys) else None


def _graph(request: Request, curriculum: Curriculum) -> dict:
    return {
        "graph": queries.graph_of(curriculum),
        "kinds": classifiers.choices("h_education_week_type"),
        "weeks_form": forms.WeeksForm(),
        "may_set": _may(request, curriculum) and curriculum.state != Curriculum.RETIRED,
        "semesters": curriculum.semesters.select_related("academic_year"),
        "editable": _editable(request, curriculum),
    }


def _checks(request: Request, curriculum: Curriculum) -> dict:
    return {"checks": rules.check_plan(queries.plan_of(curriculum))}


def _may(request: Request, curriculum: Curriculum, permission: str = "curriculum.edit") -> bool:
    if not request.access.can(permission):
        return False
    return Curriculum.objects.for_scope(request.access.scope(permission)).filter(pk=curriculum.pk).exists()


def _editable(request: Request, curriculum: Curriculum) -> bool:
    return curriculum.state == Curriculum.DRAFT and _may(request, curriculum)


class Curricula(Register):
    app, name, title, title_one = (
        "curriculum",
        "curricula",
        gettext_lazy("Curricula"),
        gettext_lazy("curriculum"),
    )
    model, permission, menu = Curriculum, "curriculum", "curriculum"
    columns = [
        Column("name", link=True),
        Column("speciality", sort="speciality__code"),
        Column("education_form"),
        Column("start_year"),
        Column("marking_system", sort="marking_system__code", hidden=True),
        Column("semester_count", numeric=True),
        Column("release", numeric=True),
        Column("state", badge=STATE_COLOURS),
        Column("speciality__faculty", sort="speciality__faculty__name", hidden=True),
    ]
    filters = [
        RelatedFilter("faculty", _faculties, lookup="speciality__faculty"),
        RelatedFilter("speciality", _specialities),
        Filter("type", "speciality__education_type"),
        Filter("education_form"),
        RelatedFilter("start_year", years),
        RelatedFilter("marking_system", systems),
        Filter("state"),
    ]
    search = ("name", "speciality__code", "speciality__name")
    select_related = (
        "speciality__faculty",
        "start_year",
        "marking_system",
        "approved_by",
        "copied_from__start_year",
    )
    fields = (
        "name", "speciality", "speciality__faculty", "speciality__education_type", "education_form", "marking_system",
        "start_year", "semester_count", "hours_per_credit", "release", "copied_from", "state", "approved_by",
        "approved_at", "note",
    )  # fmt: skip
    tabs = [
        Tab("plan", gettext_lazy("Subjects"), "curriculum/_plan.html", _plan),
        Tab("graph", gettext_lazy("Weeks"), "curriculum/_graph.html", _graph),
        Tab("checks", gettext_lazy("Checks"), "curriculum/_checks.html", _checks),
    ]
    form = forms.CurriculumForm
    detail_template = "curriculum/curriculum.html"
    empty = gettext_lazy("Make the first curriculum, or copy one of last year.")

    @classmethod
    def rows(cls, access, permission=""):
        """Only a draft is changed or deleted."""
        found = super().rows(access, permission)
        return found.filter(state=Curriculum.DRAFT) if permission == cls.edit_permission() else found

    @classmethod
    def detail_context(cls, request, obj):
        may_copy = _may(request, obj)
        return {
            "may_copy": may_copy,
            "may_import": may_copy and obj.state == Curriculum.DRAFT,
            "copy_form": forms.CopyForm(
                initial={"start_year": obj.start_year_id + 1, "education_form": obj.education_form}
            ),
            "may_approve": obj.state == Curriculum.DRAFT and _may(request, obj, "curriculum.approve"),
            "may_retire": obj.state == Curriculum.APPROVED and _may(request, obj, "curriculum.approve"),
            "may_print": True,
        }


class CurriculumSubjects(Register):
    """Subjects of all plans in scope: what a faculty or an office looks for across plans."""

    app, name, title, title_one = "curriculum", "plan_subjects", gettext_lazy(
        "Subjects of curricula"
    ), gettext_lazy("subject of a curriculum")  # fmt: skip
    model, permission, menu = CurriculumSubject, "curriculum", "curriculum"
    columns = [
        Column("subject", link=True, sort="subject__name"),
        Column("curriculum", sort="curriculum__name"),
        Column("semester__number", numeric=True),
        Column("kafedra", sort="kafedra__name"),
        Column("kind"),
        Column("credit", numeric=True),
        Column("sheet_kind", sort="sheet_kind__code", hidden=True),
        Column("final_form"),
        Column("teacher", sort="teacher__person__sort_key", hidden=True),
        Column("elective_group", hidden=True),
    ]
    filters = [
        RelatedFilter("faculty", _faculties, lookup="curriculum__speciality__faculty"),
        RelatedFilter("kafedra", kafedras),
        RelatedFilter("year", years, lookup="semester__academic_year", label=gettext_lazy("academic year")),
        Filter("course", "semester__course"),
        Filter("kind"),
        Filter("state", "curriculum__state"),
    ]
    search = ("subject__name", "subject__code", "curriculum__name")
    select_related = (
        "subject", "curriculum__start_year", "curriculum__speciality", "curriculum__marking_system", "semester",
        "kafedra", "sheet_kind", "teacher__person", "block",
    )  # fmt: skip
    ordering = ("curriculum", "semester__number", "position")
    fields = (
        "curriculum", "semester", "subject", "block", "kind", "elective_group", "places", "sheet_kind", "final_form",
        "kafedra", "teacher", "credit", "in_semester",
    )  # fmt: skip
    form = forms.CurriculumSubjectForm
    deletable = False
    empty = gettext_lazy("Subjects are put into a curriculum on its own page.")

    @classmethod
    def rows(cls, access, permission=""):
        found = super().rows(access, permission)
        return (
            found.filter(curriculum__state=Curriculum.DRAFT) if permission == cls.edit_permission() else found
        )

    @classmethod
    def card(cls, obj):
        """With hours and controls."""
        return [
            *super().card(obj),
            *((part.get_training_type_display(), str(part.hours)) for part in obj.hours.all()),
            *((part.get_control_display(), str(part.max_points)) for part in obj.controls.all()),
        ]


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


def _to_tab(pk: int, tab: str) -> HttpResponse:
    return redirect(f"{reverse('curriculum_curricula_detail', args=[pk])}?tab={tab}")


def _verb(permission: str, do: Callable[[Request, Curriculum], HttpResponse | str], tab: str = "card"):
    """A button of the plan's page: POST, permission and scope first, errors in words."""

    @page(permission)
    @require_POST
    def view(request: Request, pk: int) -> HttpResponse:
        curriculum = get_in_scope(Curriculum, request, permission, pk=pk)
        try:
            result = do(request, curriculum)
        except actions.CurriculumError as error:
            messages.error(request, str(error))
            return _to_tab(pk, "checks" if permission == "curriculum.approve" else tab)
        if isinstance(result, HttpResponse):
            return result
        messages.success(request, result)
        return _to_tab(pk, tab)

    return view


def _copy(request: Request, curriculum: Curriculum) -> HttpResponse:
    form = forms.CopyForm(request.POST)
    if not form.is_valid():
        raise actions.CurriculumError(_("Give the year of entry."))
    made = actions.copy(curriculum, access=request.access, **form.cleaned_data)
    messages.success(request, _("The copy is a draft; look through its subjects and weeks."))
    return _to_tab(made.pk, "plan")


def _approve(request: Request, curriculum: Curriculum) -> str:
    actions.approve(curriculum, access=request.access)
    return _("The curriculum is approved and frozen.")


def _retire(request: Request, curriculum: Curriculum) -> str:
    actions.retire(curriculum, access=request.access)
    return _("The curriculum is retired.")


def _set_weeks(request: Request, curriculum: Curriculum) -> str:
    form = forms.WeeksForm(request.POST)
    if not form.is_valid():
        raise actions.CurriculumError(_("Give the first and the last week and their kind."))
    count = actions.set_weeks(curriculum, access=request.access, **form.cleaned_data)
    return _("%(count)d weeks are set.") % {"count": count}


def _add_block(request: Request, curriculum: Curriculum) -> str:
    if not _editable(request, curriculum):
        raise actions.CurriculumError(_("Only a draft is changed; make the next version."))
    form = forms.CurriculumBlockForm(request.POST)
    form.instance.curriculum = curriculum
    if not form.is_valid() or curriculum.blocks.filter(code=form.cleaned_data["code"]).exists():
        raise actions.CurriculumError(_("Give a code that no other block has, and the block."))
    form.save()
    return _("The block is added.")


def _print(request: Request, curriculum: Curriculum) -> HttpResponse:
    return redirect("document_pdf", pk=issue_plan(curriculum, by=request.user).pk)


@page("curriculum.view")
def plan_file(request: Request, pk: int) -> HttpResponse:
    """The whole plan as a workbook, which an import takes back."""
    curriculum = get_object_or_404(Curricula.rows(request.access), pk=pk)
    answer = HttpResponse(sheets.plan_book(curriculum, request.access), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="curriculum-{pk}.xlsx"'
    return answer


@page("curriculum.edit")
def import_plan(request: Request, pk: int) -> HttpResponse:
    """Fill a draft from a workbook."""
    curriculum = get_object_or_404(Curricula.rows(request.access, "curriculum.edit"), pk=pk)
    return upload_for(request, sheets.PlanSheet, {"plan": curriculum.pk})


@page("curriculum.edit")
def import_weeks(request: Request, pk: int) -> HttpResponse:
    """What the weeks of a plan are for, from its workbook."""
    curriculum = get_object_or_404(
        Curricula.rows(request.access, "curriculum.view").exclude(state=Curriculum.RETIRED), pk=pk
    )
    if not _may(request, curriculum):
        raise Http404
    return upload_for(request, sheets.WeekSheet, {"plan": curriculum.pk})


copy = _verb("curriculum.edit", _copy)
approve = _verb("curriculum.approve", _approve)
retire = _verb("curriculum.approve", _retire)
set_weeks = _verb("curriculum.edit", _set_weeks, "graph")
add_block = _verb("curriculum.edit", _add_block, "plan")
print_plan = _verb("curriculum.view", _print)


@page("curriculum.edit")
def add_subject(request: Request, pk: int) -> HttpResponse:
    """A new subject in a semester of a draft."""
    curriculum = get_object_or_404(Curricula.rows(request.access, "curriculum.edit"), pk=pk)
    asked = request.GET.get("semester", "")
    semester = curriculum.semesters.filter(number=asked).first() if asked.isdigit() else None
    form = forms.CurriculumSubjectForm(
        request.POST or None,
        instance=CurriculumSubject(curriculum=curriculum),
        access=request.access,
        initial={"semester": semester},
    )
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        last = (
            saved.semester.subjects.exclude(pk=saved.pk)
            .order_by("-position")
            .values_list("pk", flat=True)
            .first()
        )
        actions.move_subject(saved, access=request.access, semester=saved.semester, after=last)
        messages.success(request, _("Saved."))
        if "save_and_new" in request.POST:
            return redirect(
                f"{reverse('curriculum_add_subject', args=[pk])}?semester={saved.semester.number}"
            )
        return _to_tab(pk, "plan")
    context = {
        "form": form,
        "register": CurriculumSubjects,
        "title": _("New: %(what)s") % {"what": CurriculumSubjects.title_one},
        "back_url": f"{reverse('curriculum_curricula_detail', args=[pk])}?tab=plan",
        "list_url": f"{reverse('curriculum_curricula_detail', args=[pk])}?tab=plan",
    }
    return render(request, "pages/form.html", context, status=422 if form.errors else 200)


def _draft_subject(request: Request, pk: int) -> CurriculumSubject:
    return get_object_or_404(CurriculumSubjects.rows(request.access, "curriculum.edit"), pk=pk)


@page("curriculum.edit")
@require_POST
def remove_subject(request: Request, pk: int) -> HttpResponse:
    """Take a subject off a draft."""
    subject = _draft_subject(request, pk)
    actions.remove_subject(subject, access=request.access)
    messages.success(request, _("The subject is taken off the plan."))
    return _to_tab(subject.curriculum_id, "plan")


@page("curriculum.edit")
@require_POST
def move_subject(request: Request, pk: int) -> HttpResponse:
    """Drag, or the buttons up and down: the semester and the subject to stand behind."""
    subject = _draft_subject(request, pk)
    asked, after = request.POST.get("semester", ""), request.POST.get("after", "")
    rows = CurriculumSemester.objects.filter(curriculum=subject.curriculum_id)
    semester = rows.filter(pk=asked).first() if asked.isdigit() else None
    try:
        if semester is None:
            raise actions.CurriculumError(_("Choose the semester."))
        behind = int(after) if after.isdigit() else None
        if request.POST.get("last"):
            behind = semester.subjects.order_by("position", "pk").values_list("pk", flat=True).last()
        actions.move_subject(subject, access=request.access, semester=semester, after=behind)
    except actions.CurriculumError as error:
        messages.error(request, str(error))
    return _to_tab(subject.curriculum_id, "plan")


@page("curriculum.edit")
@require_POST
def semester_dates(request: Request, pk: int) -> HttpResponse:
    """The days a semester of a draft begins and ends."""
    scope = request.access.scope("curriculum.edit")
    semester = get_object_or_404(CurriculumSemester.objects.for_scope(scope), pk=pk)
    form = forms.SemesterForm(request.POST)
    try:
        if not form.is_valid():
            raise actions.CurriculumError(_("Give both days."))
        actions.set_semester_dates(semester, access=request.access, **form.cleaned_data)
        messages.success(request, _("Saved."))
    except actions.CurriculumError as error:
        messages.error(request, str(error))
    return _to_tab(semester.curriculum_id, "graph")


# --- plans on the cards of groups


def _group_plan(request: Request, group: Group) -> dict:
    given = GroupCurriculum.objects.filter(group=group).select_related("curriculum__start_year").first()
    return {"given": given}


def _give_plans(request: Request, groups) -> str:
    given, without = actions.give_to_groups(groups, access=request.access)
    if without:
        text = _("No single approved curriculum fits: %(groups)s.")
        messages.warning(request, text % {"groups": ", ".join(without[:20])})
    return _("%(count)d groups have their curriculum.") % {"count": given}


Groups.add_tab(
    Tab("curriculum", gettext_lazy("Curriculum"), "curriculum/_group.html", _group_plan, "curriculum.view")
)
Groups.add_action(
    BulkAction(
        "curriculum", gettext_lazy("Give the approved curriculum"), "curriculum.edit", _give_plans, "books"
    )
)
