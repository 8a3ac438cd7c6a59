"""Results in subjects and GPA of an academic year, from closed grade sheets (duties 2.4, B7.2, B7.4)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from curriculum.models import Subject
from grading.models import StudentGpa, SubjectResult
from hemis.access.scope import Scope
from hemis.pages.columns import Column
from reports.statistics.declaration import YEAR, Asked, Dimension, Measure, Statistic, register
from reports.statistics.dimensions import YES_NO, coded, kafedra, names_of, of_person, of_placement
from reports.statistics.kinds.attendance import kafedras

RESULTS, GPA = "performance.view", "gpa.view"
SEMESTERS = tuple((str(number), str(number)) for number in range(1, 13))
MARKS = (("5", _("excellent (5)")), ("4", _("good (4)")), ("3", _("satisfactory (3)")), ("2", _("unsatisfactory (2)")),
         ("0", _("not appeared or not admitted (0)")))  # fmt: skip


def results(scope: Scope, asked: Asked) -> QuerySet:
    """Results in subjects of plans' semesters of the year."""
    rows = SubjectResult.objects.for_scope(scope)
    return rows.filter(curriculum_subject__semester__academic_year=asked.year)


PASSED, MARK = {"passed": "passed"}, {"mark": "mark"}
SUBJECTS = register(
    Statistic(
        "results",
        _("Results in subjects"),
        RESULTS,
        results,
        SubjectResult,
        YEAR,
        dimensions=(
            *of_placement("student__current__", RESULTS),
            Dimension("mark", _("Mark"), "mark", choices=MARKS),
            Dimension("letter", _("Letter"), "letter"),
            Dimension("passed", _("Passed"), "passed", choices=YES_NO),
            coded("attempt", _("Grade sheet"), "attempt", "h_final_exam_type"),
            Dimension("semester", _("Semester"), "curriculum_subject__semester__number", choices=SEMESTERS),
            Dimension(
                "subject", _("Subject"), "curriculum_subject__subject", names=names_of(Subject, "name"), is_wide=True
            ),
            kafedra("curriculum_subject__kafedra", kafedras(RESULTS)),
            coded("subject_kind", _("Kind of subject"), "curriculum_subject__kind", "h_subject_type"),
            *of_person("student__person__")[:1],
        ),
        measures=(
            Measure("results", _("Results"), why=_("results by closed grade sheets, one a student and subject")),
            Measure(
                "passed", _("Passed"), "count(*) FILTER (WHERE {passed})", PASSED, why=_("of them, passed")
            ),
            Measure(
                "failed", _("Not passed"), "count(*) FILTER (WHERE NOT {passed})", PASSED, why=_("of them, not passed")
            ),
            Measure(
                "share", _("Passed, %"), "round(100.0 * count(*) FILTER (WHERE {passed}) / nullif(count(*), 0), 1)",
                PASSED, why=_("passed of a hundred results (mastering)"), adds_up=False, digits=1,
            ),
            Measure(
                "quality", _("Good and excellent, %"),
                "round(100.0 * count(*) FILTER (WHERE {mark} >= 4) / nullif(count(*), 0), 1)", MARK,
                why=_("marks 4 and 5 of a hundred results (quality)"), adds_up=False, digits=1,
            ),
            Measure(
                "mean", _("Mean points"), "round(avg({overall}), 1)", {"overall": "overall"},
                why=_("overall points of a hundred, on average"), adds_up=False, digits=1,
            ),
            Measure(
                "students", _("Students"), "count(DISTINCT {student})", {"student": "student"}, _("people"),
                why=_("students with at least one such result"), adds_up=False,
            ),
        ),
        by=("faculty", ""),
        columns=(
            Column("student__person", _("Student"), link=True),
            Column("student__current__group", _("Group")),
            Column("curriculum_subject__subject"),
            Column("overall"),
            Column("mark"),
            Column("letter"),
            Column("attempt"),
        ),
        help=_("From closed grade sheets of the year's semesters; a result counts where the student studies now."),
        select_related=("student__person", "student__current__group", "curriculum_subject__subject"),
        ordering=("student__person__sort_key", "pk"),
        link=lambda row: reverse("grading_results_detail", args=[row.pk]),
        place=6,
    )
)  # fmt: skip


def gpas(scope: Scope, asked: Asked) -> QuerySet:
    """GPA of the year, one a student."""
    return StudentGpa.objects.for_scope(scope).filter(academic_year=asked.year)


def band(asked: Asked):
    """GPA in bands of half a point."""
    from django.db.models import Case, CharField, Value, When

    edges = (("5", 5), ("4.5", 4.5), ("4", 4), ("3.5", 3.5), ("3", 3), ("2.4", 2.4))
    return Case(
        *(When(gpa__gte=edge, then=Value(code)) for code, edge in edges),
        default=Value("0"),
        output_field=CharField(),
    )


BANDS = (("5", "5.0"), ("4.5", "4.5–5.0"), ("4", "4.0–4.5"), ("3.5", "3.5–4.0"), ("3", "3.0–3.5"), ("2.4", "2.4–3.0"),
         ("0", "< 2.4"))  # fmt: skip
GPAS = register(
    Statistic(
        "gpa",
        _("GPA and debts"),
        GPA,
        gpas,
        StudentGpa,
        YEAR,
        dimensions=(
            *of_placement("student__current__", GPA),
            Dimension("gpa", _("GPA"), band, choices=BANDS),
            Dimension("may", _("May be promoted"), "may_be_promoted", choices=YES_NO),
            Dimension("debts", _("Debts"), "debts"),
            *of_person("student__person__")[:1],
        ),
        measures=(
            Measure("students", _("Students"), unit=_("people"), why=_("students whose GPA of the year is computed")),
            Measure("mean", _("Mean GPA"), "round(avg({gpa}), 2)", {"gpa": "gpa"}, why=_("of these students"),
                    adds_up=False, digits=2),
            Measure("debtors", _("With debts"), "count(*) FILTER (WHERE {debts} > 0)", {"debts": "debts"}, _("people"),
                    why=_("students with a subject that is failed or has no result")),
            Measure("debts", _("Debts"), "coalesce(sum({debts}), 0)", {"debts": "debts"},
                    why=_("subjects failed or without a result")),
            Measure("may", _("May be promoted"), "count(*) FILTER (WHERE {may})", {"may": "may_be_promoted"},
                    _("people"), why=_("students whose GPA reaches the threshold of the year")),
        ),
        by=("faculty", ""),
        columns=(
            Column("student__person", _("Student"), link=True),
            Column("student__current__faculty", _("Faculty")),
            Column("student__current__group", _("Group")),
            Column("student__current__course", _("Course")),
            Column("gpa"),
            Column("debts"),
        ),
        help=_("From the GPA of the year as it was computed last; students stand where they study now."),
        select_related=("student__person", "student__current__faculty", "student__current__group"),
        ordering=("-gpa", "pk"),
        link=lambda row: reverse("grading_gpas_detail", args=[row.pk]),
        place=7,
    )
)  # fmt: skip
