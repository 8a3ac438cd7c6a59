"""What changes a plan: copies, approval, weeks, blocks, files, its subjects and semesters (duty 2.3)."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from curriculum import actions, forms, sheets
from curriculum.documents import issue_plan
from curriculum.models import (
    Curriculum,
    CurriculumSemester,
    CurriculumSubject,
)
from curriculum.pages.plan.common import editable, may
from curriculum.pages.plan.registers import Curricula, CurriculumSubjects
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.sheets.pages import XLSX, upload_for


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
    if not editable(request, curriculum):
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
    if not may(request, curriculum):
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
