"""What the pages and verbs of the doctorate read."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    DurationField,
    Exists,
    F,
    Func,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from doctorate import rules
from doctorate.models import (
    Attestation,
    DoctoralOrder,
    DoctoralOrderLine,
    DoctoralPeriod,
    DoctoralRule,
    DoctoralStudent,
    IndividualPlan,
    PlanStage,
    Supervision,
)
from doctorate.models.specialities import LEVELS
from hemis.explain import Explained
from hemis.legal import cited
from staff.models import Employee
from staff.rules import add_months

STATES = {rules.LATE: _("late"), rules.SOON: _("soon due"), rules.FINE: _("in order")}
# What holds where nobody has set a row.
DEFAULTS = {
    DoctoralRule.TERM_PHD: 36, DoctoralRule.TERM_DSC: 36, DoctoralRule.EXTENSION: 12, DoctoralRule.LEAVE: 36,
    DoctoralRule.ATTESTATION: 6, DoctoralRule.ATTESTATION_RESEARCHER: 12, DoctoralRule.PLAN: 3,
    DoctoralRule.LOAD_PHD: 5, DoctoralRule.LOAD_DSC: 3, DoctoralRule.ARTICLES_PHD: 1,
    DoctoralRule.ARTICLES_DSC: 3, DoctoralRule.THESES: 2, DoctoralRule.SOON: 3,
}  # fmt: skip


def figures(day: datetime.date | None = None) -> dict[str, rules.Figure]:
    """Terms and limits that hold on ``day``, with their sources: one query."""
    rows = DoctoralRule.objects.in_force_by_kind(day)
    return {
        kind: rules.Figure(rows[kind].value, cited(rows[kind].basis, confirmed=rows[kind].is_confirmed))
        if kind in rows
        else rules.Figure(default)
        for kind, default in DEFAULTS.items()
    }


def leaves_of(students: Iterable[int]) -> dict[int, list[rules.Leave]]:
    """Leaves of some doctoral students, the earliest first."""
    found: dict[int, list[rules.Leave]] = {}
    rows = DoctoralPeriod.objects.filter(student__in=students, status=DoctoralStudent.ON_LEAVE)
    for row in rows.order_by("valid_from"):
        found.setdefault(row.student_id, []).append(rules.Leave(row.valid_from, row.valid_to))
    return found


def term_left(student: DoctoralStudent, day: datetime.date | None = None) -> Explained[int] | None:
    """Months left of the term, step by step; None for whoever has no term that runs."""
    if student.term_to is None or student.admitted_on is None or student.status not in DoctoralStudent.HERE:
        return None
    return rules.term_left(
        admitted=student.admitted_on,
        term_to=student.term_to,
        months=rules.term_figures(student.level, figures(student.admitted_on)),
        leaves=leaves_of([student.pk]).get(student.pk, []),
        day=day or timezone.localdate(),
    )


def study_year(student: DoctoralStudent, day: datetime.date | None = None) -> Explained[int] | None:
    """The year of study, step by step; None for whoever is not here."""
    if student.admitted_on is None or student.status not in DoctoralStudent.HERE:
        return None
    leaves = leaves_of([student.pk]).get(student.pk, [])
    return rules.study_year(student.admitted_on, leaves, day or timezone.localdate())


def with_supervisor(rows: QuerySet[DoctoralStudent]) -> QuerySet[DoctoralStudent]:
    """``leader``: surname and first name of who leads today, or whoever it is from outside."""
    led = Supervision.objects.in_force().filter(student=OuterRef("pk"), role=Supervision.SUPERVISOR)
    name = Concat("employee__person__last_name", Value(" "), "employee__person__first_name")
    own = led.filter(employee__isnull=False).annotate(who=name).values("who")
    return rows.annotate(
        leader=Coalesce(
            Subquery(own[:1]), Subquery(led.values("outsider")[:1]), Value(""), output_field=CharField()
        )
    )


def with_study_year(
    rows: QuerySet[DoctoralStudent], day: datetime.date | None = None
) -> QuerySet[DoctoralStudent]:
    """``study_year`` of those who study or are on leave: that of ``rules.study_year``, in SQL."""
    day = day or timezone.localdate()
    # A leave takes its days away, as it adds them to the term.
    ends = Coalesce("valid_to", Value(day, DateField()))
    leave = DoctoralPeriod.objects.filter(student=OuterRef("pk"), status=DoctoralStudent.ON_LEAVE).order_by()
    days = leave.values("student").annotate(days=Sum(ends - F("valid_from"))).values("days")
    studied = Func(
        Value(day, DateField()) - Coalesce(Subquery(days), Value(datetime.timedelta())), F("admitted_on"),
        function="age", output_field=DurationField(),
    )  # fmt: skip
    year = Func(Value("year"), studied, function="date_part", output_field=IntegerField()) + 1
    return rows.annotate(study_year=Case(When(status__in=DoctoralStudent.HERE, then=year)))


def _count(rows: QuerySet) -> Coalesce:
    counted = (
        rows.filter(student=OuterRef("pk")).order_by().values("student").annotate(n=Count("pk")).values("n")
    )
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def with_lateness(day: datetime.date | None = None) -> QuerySet[DoctoralStudent]:
    """Those who study, with ``late_attestations``, ``late_stages``, ``next_attestation`` … and ``state``.

    The state is that of ``rules.lateness``, in SQL.
    """
    day = day or timezone.localdate()
    law = figures(day)
    soon_by = add_months(day, law[DoctoralRule.SOON].value)
    # Admitted so long ago that the plan should be approved by now.
    plan_before = add_months(day, -law[DoctoralRule.PLAN].value)
    waiting = Attestation.objects.filter(result="")
    rows = DoctoralStudent.objects.filter(status=DoctoralStudent.STUDYING).annotate(
        late_attestations=_count(waiting.filter(due_on__lt=day)),
        late_stages=_count(PlanStage.objects.filter(done_on=None, due_on__lt=day)),
        next_attestation=Subquery(
            waiting.filter(student=OuterRef("pk"), due_on__gte=day)
            .order_by()
            .values("student")
            .annotate(first=Min("due_on"))
            .values("first"),
            output_field=DateField(),
        ),
        has_plan=Exists(IndividualPlan.objects.filter(student=OuterRef("pk"), state=IndividualPlan.APPROVED)),
        is_led=Exists(
            Supervision.objects.in_force(day).filter(student=OuterRef("pk"), role=Supervision.SUPERVISOR)
        ),
    )
    late = Q(late_attestations__gt=0) | Q(late_stages__gt=0) | Q(term_to__lt=day) | Q(is_led=False)
    late |= Q(has_plan=False, admitted_on__lt=plan_before)
    soon = Q(term_to__lt=soon_by) | Q(next_attestation__lt=soon_by) | Q(has_plan=False)
    return rows.annotate(
        state=Case(
            When(late, then=Value(rules.LATE)),
            When(soon, then=Value(rules.SOON)),
            default=Value(rules.FINE),
            output_field=CharField(),
        )
    )


def lateness(student: DoctoralStudent, day: datetime.date | None = None) -> Explained[str] | None:
    """What this one is late with and why; None for whoever does not study."""
    day = day or timezone.localdate()
    if student.status != DoctoralStudent.STUDYING or student.admitted_on is None:
        return None
    waiting = sorted(student.attestations.filter(result="").values_list("due_on", flat=True))
    stages = student.stages.filter(done_on=None, due_on__lt=day).values_list("title", "due_on")
    work = rules.Work(
        admitted_on=student.admitted_on,
        term_to=student.term_to,
        has_supervisor=student.supervisions.in_force(day).filter(role=Supervision.SUPERVISOR).exists(),  # type: ignore[attr-defined]
        plan_is_approved=has_approved_plan(student.pk),
        late_attestations=tuple(one for one in waiting if one < day),
        next_attestation=next((one for one in waiting if one >= day), None),
        late_stages=tuple(stages),
    )
    return rules.lateness(work, figures(day), day)


def has_approved_plan(student_id: int) -> bool:
    """Whether the individual plan stands."""
    return IndividualPlan.objects.filter(student=student_id, state=IndividualPlan.APPROVED).exists()


# --- orders


def lines_of(order: DoctoralOrder) -> QuerySet[DoctoralOrderLine]:
    """The list of an order with everybody's card."""
    return order.lines.select_related("student__person", "student__speciality", "student__kafedra")


def _on_the_way() -> QuerySet[DoctoralOrderLine]:
    """Lines of orders that are submitted or signed, and not in force yet."""
    states = (DoctoralOrder.SUBMITTED, DoctoralOrder.SIGNED)
    return DoctoralOrderLine.objects.filter(order__state__in=states).select_related("order")


def order_on_the_way(student: DoctoralStudent) -> DoctoralOrder | None:
    """The order that waits for its signature or its day, if one names this doctoral student."""
    line = _on_the_way().filter(student=student).first()
    return line.order if line else None


def standings(students: Iterable[DoctoralStudent], order: DoctoralOrder) -> dict[int, rules.Standing]:
    """What the checks of an order need to know of each, in five queries however many there are."""
    people = {one.pk: one for one in students}
    day = timezone.localdate()
    leaves = leaves_of(people)
    last = dict(
        DoctoralPeriod.objects.filter(student__in=people, valid_to=None).values_list("student", "valid_from")
    )
    led = set(
        Supervision.objects.filter(student__in=people, role=Supervision.SUPERVISOR)
        .filter(Q(valid_to=None) | Q(valid_to__gte=order.effective_date))
        .values_list("student", flat=True)
    )
    on_the_way = _on_the_way().filter(student__in=people).exclude(order=order.pk)
    others = {line.student_id: str(line.order) for line in on_the_way}
    attestations = _by_student(Attestation.objects.filter(student__in=people, result="", due_on__lt=day))
    stages = _by_student(PlanStage.objects.filter(student__in=people, done_on=None))
    return {
        pk: rules.Standing(
            level=one.level,
            is_researcher=one.is_researcher,
            status=one.status,
            theme=one.theme,
            admitted_on=one.admitted_on,
            term_to=one.term_to,
            last_change=last.get(pk),
            leaves=tuple(leaves.get(pk, ())),
            has_supervisor=pk in led,
            speciality_is_open=one.speciality.is_active,
            other_order=others.get(pk, ""),
            articles=one.entry_articles,
            theses=one.entry_theses,
            open_attestations=attestations.get(pk, 0),
            open_stages=stages.get(pk, 0),
        )
        for pk, one in people.items()
    }


def _by_student(rows: QuerySet) -> dict[int, int]:
    return dict(rows.order_by().values_list("student").annotate(n=Count("pk")))


def checks_of(order: DoctoralOrder, students: Iterable[DoctoralStudent]) -> dict[int, list[rules.Check]]:
    """Checks of everybody on a list; a cancelling order asks only whether nothing has followed."""
    students = list(students)
    if order.cancels_id:
        latest = DoctoralPeriod.objects.filter(student__in=students, valid_to=None)
        by = dict(latest.values_list("student", "order"))
        text = _("Nothing has followed the order that is cancelled.")
        return {
            one.pk: [rules.Check("latest", by.get(one.pk) == order.cancels_id, str(text))] for one in students
        }
    wanted = rules.Wanted(order.kind, order.effective_date, order.until)
    law, known = figures(order.effective_date), standings(students, order)
    return {one.pk: rules.checks_of(wanted, known[one.pk], law) for one in students}


# --- supervisors


def led_by(employee_id: int, level: str, day: datetime.date | None = None) -> list[str]:
    """Whom an employee leads on a day at one level, by name."""
    kinds = ("11", "12") if level == "phd" else ("13", "14")
    rows = Supervision.objects.in_force(day).filter(
        employee=employee_id, role=Supervision.SUPERVISOR, student__kind__in=kinds
    )
    return [
        str(one.student)
        for one in rows.select_related("student__person").order_by("student__person__sort_key")
    ]


def load_of(employee_id: int, level: str, day: datetime.date | None = None) -> Explained[int]:
    """How many more of a level an employee may lead, step by step."""
    limit = figures(day)[DoctoralRule.LOAD_PHD if level == "phd" else DoctoralRule.LOAD_DSC]
    return rules.load(led_by(employee_id, level, day), limit, level=dict(LEVELS)[level])


def supervisors(day: datetime.date | None = None) -> QuerySet:
    """Employees who lead somebody today, with ``phd`` and ``dsc`` counted."""
    now = Supervision.objects.in_force(day).filter(role=Supervision.SUPERVISOR, employee=OuterRef("pk"))

    def counted(*kinds: str) -> Coalesce:
        rows = now.filter(student__kind__in=kinds).order_by().values("employee").annotate(n=Count("pk"))
        return Coalesce(Subquery(rows.values("n"), output_field=IntegerField()), Value(0))

    return (
        Employee.objects.annotate(phd=counted("11", "12"), dsc=counted("13", "14"))
        .filter(Q(phd__gt=0) | Q(dsc__gt=0))
        .annotate(led=F("phd") + F("dsc"))
    )
