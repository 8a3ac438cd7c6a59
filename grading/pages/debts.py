"""Results and debtors, with the reasons (duty 2.4)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.models import Registration
from curriculum.pages.common import keep_chosen
from curriculum.pages.relearning_many import CHOSEN
from grading import debts, queries, rules
from grading.models import SheetLine, SubjectResult
from grading.pages.choices import faculties, groups, kafedras, subjects, years
from grading.rulebook import Rulebook
from hemis.base import Request
from hemis.classifiers import queries as classifiers
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RelatedFilter
from hemis.pages.register import BulkAction, Register, Tab
from students.pages import Students


def _why(request: Request, result: SubjectResult) -> dict:
    return {"explained": queries.explain(result)}


class Results(Register):
    app, name, title, title_one = (
        "grading", "results", gettext_lazy("Results in subjects"), gettext_lazy("result in a subject"),
    )  # fmt: skip
    model, permission, menu = SubjectResult, "performance", "performance"
    columns = [
        Column("student", link=True, sort="student__person__sort_key"),
        Column("student__current__group", sort="student__current__group__name"),
        Column("curriculum_subject", value=lambda row: row.curriculum_subject.subject.get_name_display(),
               sort="curriculum_subject__subject__name"),
        Column("curriculum_subject__semester__number", gettext_lazy("Semester"), numeric=True),
        Column("current", numeric=True),
        Column("midterm", numeric=True),
        Column("final", numeric=True),
        Column("overall", numeric=True),
        Column("mark", numeric=True),
        Column("letter", hidden=True),
        Column("attempt"),
        Column("passed"),
    ]  # fmt: skip
    filters = [
        RelatedFilter("year", years, lookup="curriculum_subject__semester__academic_year",
                      label=gettext_lazy("Academic year")),
        Filter("semester", "curriculum_subject__semester__number", gettext_lazy("Semester"),
               lambda access: [(str(number), str(number)) for number in range(1, 13)], numeric=True),
        RelatedFilter("faculty", faculties("performance.view"), lookup="student__current__faculty"),
        RelatedFilter("group", groups("performance.view"), lookup="student__current__group"),
        RelatedFilter("kafedra", kafedras("performance.view"), lookup="curriculum_subject__kafedra"),
        RelatedFilter("subject", subjects, lookup="curriculum_subject__subject", searched=True),
        Filter("mark", choices=lambda access: [(one, one) for one in ("5", "4", "3", "2", "0")], numeric=True),
        Filter("attempt"),
        BooleanFilter("passed"),
    ]  # fmt: skip
    search = ("curriculum_subject__subject__name", "student__number")
    search_person = "student__person"
    select_related = (
        "student__person", "student__current__group", "curriculum_subject__subject",
        "curriculum_subject__semester__academic_year", "curriculum_subject__curriculum", "sheet__group",
        "sheet__academic_year", "sheet__curriculum_subject__subject",
    )  # fmt: skip
    fields = (
        "student", "student__current__group", "curriculum_subject", "current", "midterm", "final", "overall", "mark",
        "letter", "point", "attempt", "passed", "sheet", "computed_at",
    )  # fmt: skip
    tabs = [Tab("why", gettext_lazy("Why this result"), "grading/_steps.html", _why)]
    empty = gettext_lazy("Results appear when the sheets of a subject are closed.")


# --- debtors


def _story(request: Request, row: Registration) -> dict:
    """All lines of the student in the subject, what is left and what the rules say."""
    lines = (
        SheetLine.objects.filter(student=row.student_id, sheet__curriculum_subject=row.curriculum_subject_id)
        .select_related("sheet__group", "sheet__curriculum_subject__subject")
        .order_by("sheet__attempt", "sheet__control")
    )
    result = (
        SubjectResult.objects.filter(student=row.student_id, curriculum_subject=row.curriculum_subject_id)
        .select_related("curriculum_subject__curriculum", "sheet")
        .first()
    )
    book = Rulebook()
    total = debts.debts_count([row.student_id]).get(row.student_id, 0)
    attempts = book.scale(row.curriculum_subject.curriculum.marking_system_id).attempts
    return {
        "lines": lines,
        "explained": queries.explain(result) if result else None,
        "total": total,
        "says": rules.debts_say(total, book.limits()),
        "left": max(0, attempts - (int(result.attempt) - 10 if result else 0)),
        "may_draw_up": request.access.can("personal_schedule.edit"),
        "student": row.student,
    }


def _attempt(row) -> str:
    return classifiers.label("h_final_exam_type", row.last_attempt) if row.last_attempt else ""


class Debtors(Register):
    app, name, title, title_one = "grading", "debtors", gettext_lazy("Debtors"), gettext_lazy("debt")
    model, permission, menu = Registration, "performance", "performance"
    columns = [
        Column("student", link=True, sort="student__person__sort_key"),
        Column("student__current__group", sort="student__current__group__name"),
        Column("student__current__course"),
        Column("curriculum_subject", value=lambda row: row.curriculum_subject.subject.get_name_display(),
               sort="curriculum_subject__subject__name"),
        Column("semester__number", gettext_lazy("Semester"), numeric=True),
        Column("curriculum_subject__credit", numeric=True),
        Column("curriculum_subject__kafedra", sort="curriculum_subject__kafedra__name", hidden=True),
        Column("basis", hidden=True),
        Column("last_overall", gettext_lazy("Points"), numeric=True),
        Column("last_attempt", gettext_lazy("Last sheet"), value=_attempt, sort="last_attempt"),
        Column("state", gettext_lazy("Why"), sort=None,
               value=lambda row: gettext_lazy("not passed") if row.last_attempt else gettext_lazy("no result")),
    ]  # fmt: skip
    filters = [
        RelatedFilter("year", years, lookup="semester__academic_year", label=gettext_lazy("Academic year")),
        Filter("semester", "semester__number", gettext_lazy("Semester"),
               lambda access: [(str(number), str(number)) for number in range(1, 13)], numeric=True),
        RelatedFilter("faculty", faculties("performance.view"), lookup="student__current__faculty"),
        RelatedFilter("group", groups("performance.view"), lookup="student__current__group"),
        RelatedFilter("kafedra", kafedras("performance.view"), lookup="curriculum_subject__kafedra"),
        RelatedFilter("subject", subjects, lookup="curriculum_subject__subject", searched=True),
        Filter("course", "student__current__course"),
        Filter("basis"),
        BooleanFilter("failed", lookup="failed", label=gettext_lazy("Failed by a closed sheet")),
    ]  # fmt: skip
    search = ("curriculum_subject__subject__name", "student__number")
    search_person = "student__person"
    select_related = (
        "student__person", "student__current__group", "curriculum_subject__subject", "curriculum_subject__kafedra",
        "curriculum_subject__curriculum", "semester__academic_year", "group",
    )  # fmt: skip
    ordering = ("student__person__sort_key", "semester__number")
    tabs = [Tab("why", gettext_lazy("Why, and what is left"), "grading/_debt.html", _story)]
    empty = gettext_lazy("Nobody owes a subject.")

    @classmethod
    def base_queryset(cls):
        """Registrations that are owed, with the last result."""
        from django.db.models import Exists, OuterRef

        failed = SubjectResult.objects.filter(
            student=OuterRef("student"), curriculum_subject=OuterRef("curriculum_subject"), passed=False
        )
        return debts.with_result(debts.owed()).annotate(failed=Exists(failed))

    @classmethod
    def summary(cls, rows):
        """How many debts of how many students."""
        from django.db.models import Count

        found = rows.order_by().aggregate(debts=Count("pk"), people=Count("student", distinct=True))
        return [(gettext_lazy("Debts"), found["debts"]), (gettext_lazy("Students"), found["people"])]


def _relearn(request: Request, rows) -> HttpResponse:
    """The ticked debts, of one subject, go on to the page that shows what each student would get."""
    if rows.order_by().values("curriculum_subject__subject").distinct().count() != 1:
        messages.error(request, _("Tick debts of one subject: filter the list by it."))
        return redirect("grading_debtors_list")
    return keep_chosen(CHOSEN, "curriculum_relearning_many")(request, rows)


Debtors.add_action(
    BulkAction("relearning", gettext_lazy("Register for relearning"), "relearning.edit", _relearn, "refresh")
)


# --- the tab of the student's card


def _results_of(request: Request, student) -> dict:
    from grading.models import StudentGpa

    gpas = StudentGpa.objects.filter(student=student).select_related("academic_year")
    return {
        "semesters": queries.results_of(student),
        "gpas": sorted(gpas, key=lambda one: one.academic_year_id or 0),
        "links": True,
    }


Students.add_tab(
    Tab("results", gettext_lazy("Results"), "grading/_student_results.html", _results_of, "performance.view")
)
