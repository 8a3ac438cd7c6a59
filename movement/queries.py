"""What pages and actions of orders read."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils import timezone

from hemis.legal import cited
from movement import facts, rules
from movement.facts import Known
from movement.models import AgreementStep, LineFact, MovementRule, Order, OrderLine, Override
from movement.rulebook import Held, Rulebook
from movement.rules import STUDYING, Check, Reached
from students.models import Candidate, Group, Placement, Programme, Student

if TYPE_CHECKING:
    from movement.kinds import OrderKind

# An admission that was executed holds its candidate until it is cancelled;
# another order lets its students go once it is executed.
PENDING_STATES = Order.PENDING
OPEN_STATES = (*PENDING_STATES, *Order.DONE)
# `h_decree_type` and `h_course`.
PROMOTION, ADMISSION, FIRST_COURSE = "14", "21", str(rules.FIRST_CODE)


def free_candidates(rows: QuerySet[Candidate]) -> QuerySet[Candidate]:
    """Candidates who are on no order that is still worth something and do not study."""
    listed = OrderLine.objects.filter(
        candidate=OuterRef("pk"), order__state__in=OPEN_STATES, order__cancels=None
    )
    return rows.filter(~Exists(listed))


def free_students(rows: QuerySet[Student]) -> QuerySet[Student]:
    """Students who are on no order that still waits for its execution."""
    listed = OrderLine.objects.filter(student=OuterRef("pk"), order__state__in=PENDING_STATES)
    return rows.filter(~Exists(listed))


def lines_of(order: Order) -> QuerySet[OrderLine]:
    """Lines with all that a list of the order shows.

    The programmes, groups and faculties that hundreds of lines share are read once and
    shared by them: six queries whatever the list, where one join of fourteen tables made
    fourteen objects of every line.
    """
    programmes = Programme.objects.select_related("speciality")
    return (
        order.lines.select_related("candidate__person", "student__person", "closes")
        .prefetch_related(
            Prefetch("programme", programmes), "group", "faculty",
            Prefetch("closes__programme", programmes), "closes__group", "closes__faculty",
        )
        .order_by("position")
    )  # fmt: skip


def group_changes(order: Order) -> list[dict[str, Any]]:
    """What carrying the order out does to each group: who comes, who goes, how full it gets.

    Counts people who study (status 11). For an order that is carried out already,
    ``before`` and ``after`` are counted from today's rolls backwards.
    """
    coming = _by_group(order.lines.filter(status=STUDYING), "group")
    going = _by_group(order.lines.filter(closes__status=STUDYING), "closes__group")
    groups = Group.objects.filter(pk__in={*coming, *going}).order_by("name")
    now = _by_group(Placement.objects.filter(valid_to=None, status=STUDYING, group__in=groups), "group")
    done = order.state in (*Order.DONE, Order.CANCELLED)
    found = []
    for group in groups:
        change = coming.get(group.pk, 0) - going.get(group.pk, 0)
        before = now.get(group.pk, 0) - (change if order.state in Order.DONE else 0)
        found.append(
            {
                "group": group,
                "coming": coming.get(group.pk, 0),
                "going": going.get(group.pk, 0),
                "before": before,
                "after": before + change,
                "over": not done and before + change > group.capacity,
            }  # fmt: skip
        )
    return found


def agreeing(key: str) -> list[AgreementStep]:
    """Who is asked to agree to orders of a kind, in turn; nobody until academic affairs say who."""
    steps = AgreementStep.objects.filter(order_kind=key, is_active=True)
    return list(steps.order_by("position", "role"))


def totals(order: Order) -> list[dict[str, Any]]:
    """How many people per speciality, form and payment form the order names."""
    found = (
        order.lines.exclude(status="")
        .order_by()
        .values(
            "programme__speciality__code", "programme__speciality__name", "education_form", "payment_form"
        )
        .annotate(people=Count("pk"))
        .order_by("programme__speciality__code", "education_form", "payment_form")
    )
    return [dict(row) for row in found]


def _by_group(rows: QuerySet, path: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(path).annotate(n=Count("pk")))


def student_checks(
    order: Order, lines: list[OrderLine], source_statuses: frozenset[str]
) -> dict[int, list[Check]]:
    """Checks of an order on students: none is on another order, moved meanwhile, or of a wrong status."""
    keys = [line.student_id for line in lines]
    now: dict[int | None, int] = dict(
        Placement.objects.filter(student__in=keys, valid_to=None).values_list("student", "pk")
    )
    others = {
        line.student_id: str(line.order)
        for line in OrderLine.objects.filter(student__in=keys, order__state__in=PENDING_STATES)
        .exclude(order=order)
        .select_related("order")
    }
    done = order.state in (*Order.DONE, Order.CANCELLED)
    return {
        line.pk: [
            rules.check_status(
                status=line.closes.status if line.closes else "", allowed=source_statuses,
                title=line.closes.get_status_display() if line.closes else "",
            ),
            rules.check_current(
                expected=line.closes_id, actual=line.closes_id if done else now.get(line.student_id),
            ),
            rules.check_not_on_other_order(other_order=others.get(line.student_id, "")),
        ]
        for line in lines
    }  # fmt: skip


def journal(rows: QuerySet[Order], *, year: int, kind: str = "") -> QuerySet[Order]:
    """The journal of signed orders of a calendar year, by kind and number."""
    found = rows.exclude(number="").filter(date__year=year)
    if kind:
        found = found.filter(kind="" if kind == "other" else kind)
    return with_people(found).select_related("faculty", "signed_by__person").order_by("kind", "number_value")


def with_people(rows: QuerySet[Order]) -> QuerySet[Order]:
    """With the number of people on the list (``people``) and the number as a figure (``number_value``)."""
    counted = (
        OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order").annotate(n=Count("pk"))
    )
    return rows.annotate(
        people=Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0),
        number_value=Cast(NullIf("number", Value("")), IntegerField()),
    )


def admission_checks(order: Order, lines: list[OrderLine], *, strict: bool = False) -> dict[int, list[Check]]:
    """Checks of an admission, in a fixed number of queries; ``strict``: places in groups count."""
    person_ids = [line.candidate.person_id for line in lines]
    studying = dict(
        Placement.objects.filter(student__person__in=person_ids, valid_to=None)
        .exclude(status__in=["12", "14"])
        .values_list("student__person", "status")
    )
    others = {
        line.candidate_id: str(line.order)
        for line in OrderLine.objects.filter(
            candidate__in=[line.candidate_id for line in lines],
            order__state__in=OPEN_STATES,
            order__cancels=None,
        )
        .exclude(order=order)
        .select_related("order")
    }
    coming: dict[int | None, int] = {}
    for line in lines:
        coming[line.group_id] = coming.get(line.group_id, 0) + 1
    taken: dict[int | None, int] = dict(
        Student.objects.filter(current__group__in=coming, current__status="11")
        .values_list("current__group")
        .annotate(n=Count("pk"))
    )
    done = order.state in (*Order.DONE, Order.CANCELLED)
    return {
        line.pk: [
            rules.check_identity(
                has_pinfl=bool(line.candidate.person.pinfl), has_passport=bool(line.candidate.person.passport)
            ),
            rules.check_not_studying(
                active_status="" if done else studying.get(line.candidate.person_id, "")
            ),
            rules.check_not_on_other_order(other_order=others.get(line.candidate_id, "")),
            rules.check_score(score=line.candidate.score),
            rules.check_capacity(
                group=line.group.name,
                capacity=line.group.capacity,
                taken=taken.get(line.group_id, 0) - (coming[line.group_id] if done else 0),
                coming=coming[line.group_id],
                strict=strict,
            ),
        ]
        for line in lines
    }


@dataclass
class CheckContext:
    """All that the checks of an order read, read once for any number of lines."""

    order: Order
    day: datetime.date
    book: Rulebook
    kind: type[OrderKind]
    known: dict[int, dict[str, Known]]
    entered: dict[int, dict[str, Known]]
    papers: set[tuple[str, int | None]]
    taken: dict[int | None, int]
    coming: dict[int | None, int]
    former: dict[tuple[int, int], OrderLine]
    studying: dict[int, set[int]]
    reached: dict[int, list[Reached]]

    def figures(self, line: OrderLine) -> dict[str, Known]:
        """Figures of one person: what the program knows goes before what was entered."""
        return self.entered.get(line.pk, {}) | self.known.get(line.student_id or 0, {})

    @property
    def formed_on(self) -> datetime.date:
        """The day the draft was formed."""
        return timezone.localtime(self.order.created_at).date()

    def day_of(self, name: str) -> datetime.date | None:
        """The date that a question was answered with."""
        value = self.order.answers.get(name, {}).get("value")
        return datetime.date.fromisoformat(value) if value else None

    def made_by(self, line: OrderLine) -> OrderLine | None:
        """The line of the order by which the present placement came about."""
        return self.former.get((line.closes.order_id, line.student_id)) if line.closes else None  # type: ignore[arg-type]

    def one_study_check(self, line: OrderLine) -> Check:
        """Nobody has two studies at once (R4, R12)."""
        others = (
            self.studying.get(line.student.person_id, set()) - {line.student_id} if line.student else set()
        )
        return rules.check_not_studying(active_status=STUDYING if others else "")

    def group_check(self, line: OrderLine, *, same_course: bool) -> Check:
        """The group that the line gives is of the programme, the course and the language."""
        group, programme = line.group, line.programme
        if group is None or programme is None or line.academic_year_id is None:
            return rules.check_group_fits(
                group="—", same_programme=False, same_course=False, language=True, active=True
            )
        entered = line.academic_year_id - (int(line.course) - rules.FIRST_CODE)
        return rules.check_group_fits(
            group=group.name,
            same_programme=group.speciality_id == programme.speciality_id
            and group.education_form in ("", line.education_form)
            and group.faculty_id == line.faculty_id,
            same_course=not same_course or group.entry_year == entered,
            language=group.language in ("", line.language),
            active=group.is_active,
        )

    def capacity_check(self, line: OrderLine) -> Check:
        """Places in the group that the line gives; who stands on the list already counts as coming."""
        done = self.order.state in (*Order.DONE, Order.CANCELLED)
        coming = self.coming.get(line.group_id, 0)
        return rules.check_capacity(
            group=line.group.name if line.group else "—", capacity=line.group.capacity if line.group else 0,
            taken=self.taken.get(line.group_id, 0) - (coming if done else 0), coming=coming, strict=True,
        )  # fmt: skip

    def has_paper(self, code: str, line: OrderLine) -> bool:
        """Whether such a basis document lies with the order or with this person."""
        return (code, None) in self.papers or (code, line.pk) in self.papers

    def paper_checks(self, line: OrderLine) -> list[Check]:
        """The basis documents that the kind asks for, of the order or of this person."""
        return [
            rules.check_document(
                code=paper.code, title=str(paper.title),
                given=self.has_paper(paper.code, line),
            )
            for paper in self.kind.papers
            if paper.required
        ]  # fmt: skip


def rulebook_on(day: datetime.date) -> Rulebook:
    """The figures of the rule book that hold on ``day``."""
    rows = MovementRule.objects.filter(valid_from__lte=day).order_by("valid_from")
    return Rulebook(
        {row.code: Held(row.value, cited(row.source, confirmed=row.is_confirmed)) for row in rows}
    )


# What other packages know to stand for basis documents: pairs of ``Paper.code`` and line id.
_also_given: list[Callable[[Order], set[tuple[str, int]]]] = []


def papers_from(provider: Callable[[Order], set[tuple[str, int]]]) -> None:
    """Let a package answer for basis documents that need no scan of their own."""
    if provider not in _also_given:
        _also_given.append(provider)


def _papers_of(order: Order) -> set[tuple[str, int | None]]:
    given: set[tuple[str, int | None]] = set(order.files.values_list("kind", "line"))
    for provider in _also_given:
        given |= provider(order)
    return given


def check_context(order: Order, lines: list[OrderLine], kind: type[OrderKind]) -> CheckContext:
    """Reads everything in a fixed number of queries."""
    students = [line.student_id for line in lines if line.student_id]
    entered: dict[int, dict[str, Known]] = {}
    if kind.facts:
        facts_entered = LineFact.objects.filter(line__order=order).values_list(
            "line", "code", "value", "basis"
        )
        for key, code, value, basis in facts_entered:
            entered.setdefault(key, {})[code] = Known(value, basis)
    coming: dict[int | None, int] = {}
    for line in lines:
        if line.status == STUDYING and (line.closes is None or line.closes.group_id != line.group_id):
            coming[line.group_id] = coming.get(line.group_id, 0) + 1
    taken: dict[int | None, int] = (
        dict(
            Student.objects.filter(current__group__in=coming, current__status=STUDYING)
            .order_by()
            .values_list("current__group")
            .annotate(n=Count("pk"))
        )
        if coming
        else {}
    )
    former, studying = _past(lines) if kind.source_statuses & {"12", "13"} else ({}, {})
    return CheckContext(
        order=order, day=order.effective_date, book=rulebook_on(order.effective_date), kind=kind,
        known=facts.known(kind.facts, students, order.effective_date), entered=entered,
        papers=_papers_of(order) if kind.papers else set(),
        taken=taken, coming=coming, former=former, studying=studying,
        reached=_reached(order, lines) if kind.once_a_year else {},
    )  # fmt: skip


def _past(lines: list[OrderLine]) -> tuple[dict[tuple[int, int], OrderLine], dict[int, set[int]]]:
    """Lines of the orders that made the present placements, and who of the people studies by which row."""
    students = [line.student_id for line in lines if line.student_id]
    orders = {line.closes.order_id for line in lines if line.closes}
    former = {
        (one.order_id, one.student_id): one
        for one in OrderLine.objects.filter(order__in=orders, student__in=students).select_related("order")
        if one.student_id
    }
    studying: dict[int, set[int]] = {}
    people = [line.student.person_id for line in lines if line.student]
    rows = Student.objects.filter(person__in=people, current__isnull=False).exclude(
        current__status__in=[rules.EXPELLED, rules.GRADUATED]
    )
    for person, student in rows.values_list("person", "pk"):
        studying.setdefault(person, set()).add(student)
    return former, studying


def _reached(order: Order, lines: list[OrderLine]) -> dict[int, list[Reached]]:
    """The courses that people of the lines began in the academic year of the lines, by orders that stand.

    By a promotion, or as first-year students by their admission. Whoever came from
    elsewhere, was reinstated or returned may still have the promotion of the year
    before them, so those orders say nothing.
    """
    years = {line.academic_year_id for line in lines}
    promoted = Q(order__kind=PROMOTION, order__variant="")
    began = Q(order__kind=ADMISSION, order__variant="", course=FIRST_COURSE, student__entry_year__in=years)
    rows = (
        Placement.objects.filter(promoted | began, student__in=[line.student_id for line in lines])
        .filter(academic_year__in=years, order__state__in=Order.DONE, order__cancels=None)
        .exclude(order=order)
        .select_related("order")
        .order_by("pk")
    )
    found: dict[int, list[Reached]] = {}
    for row in rows:
        found.setdefault(row.student_id, []).append(
            Reached(row.course, row.get_course_display(), str(row.order))
        )
    return found


def excuses_of(order: Order) -> dict[tuple[int, str], str]:
    """Written reasons by line and check, with who gave them and when."""
    rows = Override.objects.filter(line__order=order).select_related("given_by__person")
    return {
        (
            row.line_id,
            row.check_code,
        ): f"{row.reason} ({row.given_by}, {timezone.localtime(row.given_at):%d.%m.%Y})"
        for row in rows
    }


def checks_of(order: Order, lines: list[OrderLine]) -> dict[int, list[Check]]:
    """Every check of the lines as it stands: with written reasons, and with what other packages ask."""
    from movement.kinds import extra_checks, kind_of

    found = kind_of(order).checks(order, lines)
    for pk, checks in extra_checks(order, lines).items():
        found[pk] += checks
    return with_excuses(order, found)


def with_excuses(order: Order, found: dict[int, list[Check]]) -> dict[int, list[Check]]:
    """Checks that fail with a written reason are not in the way; asked for only where one could be."""
    if not any(check.excusable and not check.ok for checks in found.values() for check in checks):
        return found
    excuses = excuses_of(order)
    return {
        pk: [
            check.excused(excuses[pk, check.code])
            if check.excusable and not check.ok and (pk, check.code) in excuses
            else check
            for check in checks
        ]
        for pk, checks in found.items()
    }  # fmt: skip
