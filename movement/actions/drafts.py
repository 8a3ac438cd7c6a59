"""Drafts of orders: forming them, changing their lists, figures, reasons and papers (duties 2.2, 3.5)."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from hemis.access.scope import Access
from hemis.people.models import User
from movement import queries, rules
from movement.actions.base import OrderError, failing, locked
from movement.answers import kept
from movement.facts import FACTS
from movement.kinds import KINDS, TARGET, kind_of
from movement.models import LineFact, Order, OrderFile, OrderLine, Override, SetAside
from structure.models import Unit
from students.models import AcademicYear, Candidate, Placement, Student

ADMISSION = "21"
OUT_OF_THE_WAY = 1_000_000
# Student number → fact → figure.
Figures = Mapping[str, Mapping[str, Decimal]]


def create_admission_order(
    *, access: Access, faculty: Unit, candidates: QuerySet[Candidate], title: str, basis: str,
    effective_date: datetime.date,
) -> Order:  # fmt: skip
    """A draft admission order for the candidates of the faculty who are on no other order.

    Raises:
        PermissionDenied: without the duty.
        OrderError: out of scope, or no candidate is free.
    """
    return create_order(
        kind=ADMISSION, access=access, faculty=faculty, people=candidates, title=title, basis=basis,
        effective_date=effective_date,
    )  # fmt: skip


@transaction.atomic
def create_order(
    *, kind: str, access: Access, faculty: Unit, people: QuerySet, title: str, basis: str,
    effective_date: datetime.date, choices: Mapping[str, Any] | None = None, variant: str = "",
) -> Order:  # fmt: skip
    """A draft of any kind: names those of ``people`` whom the kind may name and who are on no other order.

    ``kind`` is the key of a kind (``"16:faculty"``), or its national code with the
    ``variant`` beside it. ``people`` are candidates or students, as the kind says;
    ``choices`` is what its questions were answered (a group, a reason …), with
    ``figures`` by student number and ``figures_basis`` where it asks for them. In
    order: locks the people, reads again who is free, writes the order and its list,
    and sets those aside who do not pass, where the kind does so.

    Raises:
        KeyError: no such kind.
        PermissionDenied: without the duty.
        OrderError: out of scope, or nobody is free.
    """
    order = begin_order(
        kind=kind, variant=variant, access=access, faculty=faculty, title=title, basis=basis,
        effective_date=effective_date, choices=choices,
    )  # fmt: skip
    if not _list_people(order, people, choices or {}, by=order.created_by):
        raise OrderError(_nobody(KINDS[order.key].makes_students))
    return order


def _nobody(candidates: bool) -> str:
    if candidates:
        return _("There is no candidate who is not on an order yet.")
    return _("There is nobody whom this order may name and who is on no other order.")


def begin_order(
    *, kind: str, access: Access, faculty: Unit, title: str, basis: str, effective_date: datetime.date,
    choices: Mapping[str, Any] | None = None, variant: str = "",
) -> Order:  # fmt: skip
    """A draft without people yet; a job puts them on in parts.

    Raises:
        KeyError: no such kind.
        PermissionDenied: without the duty.
        OrderError: out of scope, or the kind is started by academic affairs only.
    """
    declared = KINDS[f"{kind}:{variant}" if variant else kind]
    access.require(declared.start_permission)
    scope = access.scope(declared.start_permission)
    if not (scope.everything or faculty.pk in scope.faculty_ids):
        raise OrderError(_("The faculty is not in your scope."))
    if declared.university_only and not scope.everything:
        raise OrderError(_("Orders of this kind are started by academic affairs."))
    return Order.objects.create(
        kind=declared.code,
        variant=declared.variant,
        faculty=faculty,
        title=title,
        basis=basis,
        effective_date=effective_date,
        created_by=access.user,
        answers=kept(choices or {}, reason_list=declared.reason_list),
    )


@transaction.atomic
def add_people(
    order: Order, *, access: Access, people: QuerySet, choices: Mapping[str, Any] | None = None
) -> int:
    """Put more people on a draft, after those who stand there; how many, with those set aside.

    Raises:
        OrderError: not a draft, a cancelling order, or nobody is free.
    """
    order = draft_list(order, access=access)
    added = _list_people(order, people, choices or {}, by=_user(access))
    if not added:
        raise OrderError(_("There is nobody whom this order may name and who is on no other order."))
    return added


def _user(access: Access) -> User:
    if access.user is None:
        raise OrderError(_("Nobody is signed in."))
    return access.user


def _list_people(order: Order, people: QuerySet, choices: Mapping[str, Any], *, by: User) -> int:
    """Lock, then look: who waited for the lock sees what the other has written meanwhile."""
    kind = kind_of(order)
    found = kind.people(people.order_by("pk"), order.faculty)
    keys = list(found.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    year = _academic_year(order.effective_date)
    first = (order.lines.order_by("-position").values_list("position", flat=True).first() or 0) + 1
    lines = [kind.line(one, year=year, choices=choices) for one in kind.listed(keys)]
    if kind.one_person and first + len(lines) > 2:
        raise OrderError(_("An order of this kind names one person."))
    for position, line in enumerate(lines, start=first):
        line.order, line.position = order, position
    lines = OrderLine.objects.bulk_create(lines, batch_size=2000)
    figures: Figures = choices.get("figures") or {}
    _write_figures(lines, figures, str(choices.get("figures_basis") or ""), by=by)
    if kind.sets_aside and lines:
        _set_aside_failing(order, [line.pk for line in lines], figures)
    return len(lines)


def _write_figures(lines: list[OrderLine], figures: Figures, basis: str, *, by: User) -> None:
    """Figures of the lines whose student numbers were given some."""
    if not figures:
        return
    if not basis.strip():
        raise OrderError(_("Say what the figures rest on: the sheet, the report, its number and date."))
    LineFact.objects.bulk_create(
        [
            LineFact(line=line, code=code, value=value, basis=basis.strip(), entered_by=by)
            for line in lines
            if line.student
            for code, value in figures.get(line.student.number, {}).items()
        ],
        batch_size=2000,
    )


def _set_aside_failing(order: Order, line_ids: list[int], figures: Figures) -> None:
    """Of the lines just written, take those off who do not pass, and keep the reasons.

    A paper that the order lacks sets nobody aside: it can only be added to an order that is there.
    """
    lines = list(queries.lines_of(order).filter(pk__in=line_ids))
    found = failing(queries.checks_of(order, lines))
    bad = {
        pk: checks
        for pk, checks in found.items()
        if not all(rules.is_about_a_paper(check.code) for check in checks)
    }
    if not bad:
        return
    by_pk = {line.pk: line for line in lines}
    SetAside.objects.bulk_create(
        [
            SetAside(
                order=order, student_id=by_pk[pk].student_id,
                checks=[check.as_json() for check in checks],
                figures={
                    code: str(value)
                    for code, value in figures.get(by_pk[pk].student.number, {}).items()  # type: ignore[union-attr]
                },
            )
            for pk, checks in bad.items()
        ],
        batch_size=2000,
    )  # fmt: skip
    LineFact.objects.filter(line__in=list(bad)).delete()
    OrderLine.objects.filter(pk__in=list(bad)).delete()
    _number_anew(order)


def _academic_year(day: datetime.date) -> int:
    year = rules.academic_year(day)
    AcademicYear.objects.get_or_create(year=year)
    return year


def draft_list(order: Order, *, access: Access) -> Order:
    """A draft whose list may be changed: a cancelling order undoes all of the other or nothing."""
    order = locked(order, access=access, permission="order.create", states=(Order.DRAFT,))
    if order.cancels_id:
        raise OrderError(_("The list of a cancelling order is that of the order it cancels."))
    return order


@transaction.atomic
def follow_date(order: Order, *, access: Access, before: datetime.date) -> None:
    """After the date of a draft was changed: an admission goes to the academic year of the new one.

    Raises:
        OrderError: the list of an order on students was formed for another academic year.
    """
    order = locked(order, access=access, permission="order.create", states=(Order.DRAFT,))
    year = rules.academic_year(order.effective_date)
    if order.cancels_id or year == rules.academic_year(before):
        return
    if not kind_of(order).makes_students:
        raise OrderError(_("The list was formed for another academic year; form the order anew."))
    order.lines.update(academic_year_id=_academic_year(order.effective_date))


@transaction.atomic
def remove_lines(order: Order, *, access: Access, line_ids: list[int]) -> int:
    """Take people off a draft; the rest is numbered anew."""
    order = draft_list(order, access=access)
    keys = list(order.lines.filter(pk__in=line_ids).values_list("pk", flat=True))
    order.lines.filter(pk__in=keys).delete()
    _number_anew(order)
    return len(keys)


def _number_anew(order: Order) -> None:
    with connection.cursor() as cursor:
        # First out of the way of each other, then one after another.
        cursor.execute(
            "UPDATE movement_orderline SET position = position + %s WHERE order_id = %s",
            [OUT_OF_THE_WAY, order.pk],
        )
        cursor.execute(
            "UPDATE movement_orderline l SET position = n.position FROM (SELECT id, row_number() OVER "
            "(ORDER BY position) AS position FROM movement_orderline WHERE order_id = %s) n WHERE l.id = n.id",
            [order.pk],
        )


@transaction.atomic
def enter_figure(
    order: Order, *, access: Access, line_ids: Collection[int], code: str, value: Decimal, basis: str
) -> int:
    """A figure that the program does not know, for the lines chosen, with what it rests on; how many.

    Raises:
        OrderError: not a draft, no such figure, or no basis.
    """
    order = draft_list(order, access=access)
    if code not in FACTS or code not in kind_of(order).facts:
        raise OrderError(_("Choose a figure."))
    if not basis.strip():
        raise OrderError(_("Say what the figures rest on: the sheet, the report, its number and date."))
    lines = list(order.lines.filter(pk__in=line_ids))
    LineFact.objects.filter(line__in=lines, code=code).delete()
    LineFact.objects.bulk_create(
        [
            LineFact(line=line, code=code, value=value, basis=basis.strip(), entered_by=access.user)
            for line in lines
        ],
        batch_size=2000,
    )
    return len(lines)


@transaction.atomic
def give_reason(
    order: Order, *, access: Access, line_ids: Collection[int], check_code: str, reason: str
) -> int:
    """A written reason why a check that fails is not in the way of the lines chosen; how many.

    Raises:
        OrderError: no reason, or no chosen line has this check failing and excusable.
    """
    order = draft_list(order, access=access)
    if not reason.strip():
        raise OrderError(_("Write the reason."))
    lines = list(queries.lines_of(order).filter(pk__in=line_ids))
    found = queries.checks_of(order, lines) if lines else {}
    wanted = [
        pk
        for pk, checks in found.items()
        if any(one.code == check_code and one.excusable and not one.ok for one in checks)
    ]
    if not wanted:
        raise OrderError(_("Nobody chosen has a check that this reason would excuse."))
    Override.objects.filter(line__in=wanted, check_code=check_code).delete()
    _excuse(wanted, [check_code], reason, by=_user(access))
    return len(wanted)


def _excuse(line_ids: Collection[int], codes: Collection[str], reason: str, *, by: User) -> None:
    Override.objects.bulk_create(
        [
            Override(line_id=pk, check_code=code, reason=reason.strip()[:1000], given_by=by)
            for pk in line_ids
            for code in codes
        ],
        batch_size=2000,
    )


@transaction.atomic
def take_in(order: Order, *, access: Access, aside_ids: Collection[int], reason: str) -> int:
    """Put people who were set aside on the list after all, with a written reason; how many.

    Raises:
        OrderError: no reason, nobody chosen, or a check that no reason excuses.
    """
    order = draft_list(order, access=access)
    if not reason.strip():
        raise OrderError(_("Write the reason."))
    rows = list(order.aside.filter(pk__in=aside_ids).select_related("student__person"))
    if not rows:
        raise OrderError(_("Nothing is ticked."))
    for row in rows:
        if not row.can_be_excused:
            hard = next(one for one in row.checks if not one["excusable"])
            raise OrderError(f"{row.student}: {hard['text']}")
    kind, year, by = kind_of(order), rules.academic_year(order.effective_date), _user(access)
    by_student = {row.student_id: row for row in rows}
    first = (order.lines.order_by("-position").values_list("position", flat=True).first() or 0) + 1
    lines = [kind.line(one, year=year, choices={}) for one in kind.listed(list(by_student))]
    for position, line in enumerate(lines, start=first):
        line.order, line.position = order, position
    for line in OrderLine.objects.bulk_create(lines, batch_size=2000):
        row = by_student[line.student_id or 0]
        _excuse([line.pk], {one["code"] for one in row.checks}, reason, by=by)
        LineFact.objects.bulk_create(
            LineFact(line=line, code=code, value=Decimal(value), basis=reason.strip()[:512], entered_by=by)
            for code, value in row.figures.items()
        )
    taken = {line.student_id for line in lines}
    order.aside.filter(student__in=taken).delete()
    return len(taken)


@transaction.atomic
def check_again(order: Order, *, access: Access, figures: Figures, basis: str) -> tuple[int, int]:
    """Figures for people set aside, by student number; who passes now stands on the list.

    Returns how many came onto the list and how many stay aside.

    Raises:
        OrderError: not a draft, or figures without a basis.
    """
    order = draft_list(order, access=access)
    rows = list(order.aside.select_related("student").filter(student__number__in=list(figures)))
    merged = {row.student.number: {**_decimals(row.figures), **figures[row.student.number]} for row in rows}
    before = order.lines.count()
    order.aside.filter(pk__in=[row.pk for row in rows]).delete()
    people = Student.objects.filter(pk__in=[row.student_id for row in rows])
    choices = {"figures": merged, "figures_basis": basis}
    if rows:
        _list_people(order, people, choices, by=_user(access))
    came = order.lines.count() - before
    return came, len(rows) - came


def _decimals(figures: Mapping[str, str]) -> dict[str, Decimal]:
    return {code: Decimal(value) for code, value in figures.items()}


@transaction.atomic
def add_file(
    order: Order, *, access: Access, kind: str, number: str, date: datetime.date, upload: ContentFile,
    line: OrderLine | None = None,
) -> OrderFile:  # fmt: skip
    """A basis document: its scan, as ``ScanField`` has checked it, with kind, number and date.

    Raises:
        OrderError: not a draft, or a kind that this order does not ask for.
    """
    order = locked(order, access=access, permission="order.create", states=(Order.DRAFT,))
    if kind not in {paper.code for paper in kind_of(order).papers} | {"other"}:
        raise OrderError(_("Choose the kind of document."))
    found = OrderFile(
        order=order, line=line, kind=kind, number=number.strip(), date=date, uploaded_by=access.user
    )
    found.take(upload)
    found.save()
    return found


@transaction.atomic
def remove_file(order: Order, *, access: Access, file_id: int) -> None:
    """Take a basis document off a draft; its scan is deleted with it."""
    order = locked(order, access=access, permission="order.create", states=(Order.DRAFT,))
    found = order.files.filter(pk=file_id).first()
    if found is None:
        raise OrderError(_("There is no such document on the order."))
    stored, name = found.file.storage, found.file.name
    found.delete()
    transaction.on_commit(lambda: stored.delete(name or ""))


@transaction.atomic
def create_cancelling_order(
    order: Order, *, access: Access, reason: str, effective_date: datetime.date
) -> Order:
    """A draft that undoes an executed order: everybody gets back exactly what was before.

    Raises:
        OrderError: no reason, not executed, cancelled already, or a later order stands on it.
    """
    order = locked(order, access=access, permission="order.create", states=Order.DONE)
    if not reason.strip():
        raise OrderError(_("Say why the order is cancelled."))
    if order.cancels_id:
        raise OrderError(_("A cancelling order is not cancelled; form the right order anew."))
    if order.cancelled_by.exclude(state=Order.CANCELLED).exists():
        raise OrderError(_("A cancelling order exists already."))
    later = _standing_on(order)
    if later:
        text = _("A later order stands on it, cancel that one first: %(order)s.")
        raise OrderError(text % {"order": later})
    if effective_date < order.effective_date:
        raise OrderError(_("The cancelling order cannot come into force before the order itself."))
    with override("uz"):  # the order is a paper in Uzbek, whoever forms it
        title = _("Cancelling order № %(number)s of %(date)s") % {
            "number": order.number, "date": order.date.strftime("%d.%m.%Y"),
        }  # fmt: skip
    undo = Order.objects.create(
        kind=order.kind, variant=order.variant, faculty=order.faculty, effective_date=effective_date, cancels=order,
        created_by=access.user, title=title, basis=reason.strip(),
    )  # fmt: skip
    made: dict[int | None, Placement] = {one.student_id: one for one in order.placements.all()}
    lines = list(order.lines.select_related("closes"))
    former = _lines_that_made([line.closes for line in lines if line.closes])
    OrderLine.objects.bulk_create(
        [_undoing_line(undo, line, made.get(line.student_id), former.get(line.closes_id)) for line in lines],
        batch_size=2000,
    )
    return undo


def _standing_on(order: Order) -> Order | None:
    """A later order that changed what this one gave: the placement, or the name."""
    if kind_of(order).moves:
        ended = order.placements.exclude(valid_to=None).select_related("closed_by").first()
        return ended.closed_by if ended else None
    later = Order.objects.filter(
        kind=order.kind, variant=order.variant, state__in=Order.DONE, cancels=None,
        executed_at__gt=order.executed_at, lines__student__in=order.lines.values("student"),
    )  # fmt: skip
    return later.first()


def _lines_that_made(placements: list[Placement]) -> dict[int | None, OrderLine]:
    """By placement the line of the order that gave it: its ground and end come back too."""
    wanted = {(one.order_id, one.student_id): one.pk for one in placements}
    rows = OrderLine.objects.filter(
        order__in={order for order, _student in wanted}, student__in={student for _order, student in wanted}
    )
    return {
        wanted[line.order_id, line.student_id]: line  # type: ignore[index]
        for line in rows
        if (line.order_id, line.student_id) in wanted
    }


def _undoing_line(
    undo: Order, line: OrderLine, made: Placement | None, former: OrderLine | None
) -> OrderLine:
    """Closes what the order made and restores what it closed."""
    before = line.closes
    target = {name: getattr(before, name) for name in TARGET} if before else {}
    if before is None and made is None:
        # The order moved nobody (a change of name): the line repeats where the person studies.
        target = {name: getattr(line, name) for name in TARGET if name != "status"}
    details = line.details
    if "before" in details:
        details = {"before": details["after"], "after": details["before"]}
    return OrderLine(
        order=undo,
        position=line.position,
        student_id=line.student_id,
        candidate_id=line.candidate_id,
        closes=made,
        reason=former.reason if former else "",
        ends_on=former.ends_on if former else None,
        details=details,
        **target,
    )


@transaction.atomic
def delete_draft(order: Order, *, access: Access) -> None:
    """Throw a draft away, with its scans."""
    order = locked(order, access=access, permission="order.create", states=(Order.DRAFT,))
    scans = [(one.file.storage, one.file.name) for one in order.files.all()]
    order.delete()
    for storage, name in scans:
        transaction.on_commit(lambda storage=storage, name=name: storage.delete(name))  # type: ignore[misc]
