"""What a kind of order is, and the register of kinds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from movement import queries
from movement.models import Order, OrderLine
from movement.rules import STUDYING, Check
from structure.models import Unit
from students.models import Speciality, Student

if TYPE_CHECKING:
    from movement.queries import CheckContext

KINDS: dict[str, type[OrderKind]] = {}

JOINT = "12"
# The columns of a line that become the placement.
TARGET = (
    "status", "faculty_id", "programme_id", "group_id", "academic_year_id", "course", "semester", "education_form",
    "language", "payment_form",
)  # fmt: skip


@dataclass(frozen=True)
class Paper:
    """A basis document that a kind asks for; ``required``: without it a written reason is needed."""

    code: str
    title: str | Promise
    required: bool = True


SPRING_REASON = Paper("spring_reason", _("Paper of the valid reason (a transfer in spring)"), required=False)


def joint_of(*specialities: Speciality) -> str:
    """Those joint with another university (`h_locality_type`), named; empty when each is the own one."""
    return ", ".join(dict.fromkeys(str(one) for one in specialities if one.locality == JOINT))


class OrderKind:
    """One kind of order on students; a subclass says what is particular to it.

    ``source_statuses`` (`h_student_status`) are those that a student may be moved
    from; ``questions`` are names of questions in ``movement.forms``, with a ``?`` where
    none need be answered; ``document`` is the kind of document that its signing issues. ``university_only``: academic
    affairs start it, not a faculty. ``moves``: it changes placements.
    ``once_a_year``: its checks ask which courses were reached this academic year already.
    ``sets_aside``: who does not pass is set aside instead of standing on the list.
    """

    code: ClassVar[str]
    variant: ClassVar[str] = ""
    title: ClassVar[str | Promise]
    help_text: ClassVar[str | Promise] = ""
    icon: ClassVar[str] = "file-text"
    start_permission: ClassVar[str] = "order.create"
    university_only: ClassVar[bool] = False
    source_statuses: ClassVar[frozenset[str]] = frozenset()
    makes_students: ClassVar[bool] = False
    moves: ClassVar[bool] = True
    sets_aside: ClassVar[bool] = False
    once_a_year: ClassVar[bool] = False
    one_person: ClassVar[bool] = False
    document: ClassVar[str] = "order"
    questions: ClassVar[tuple[str, ...]] = ()
    papers: ClassVar[tuple[Paper, ...]] = ()
    facts: ClassVar[tuple[str, ...]] = ()
    reason_list: ClassVar[str] = ""
    # What the order is called on paper, in Uzbek: the title that the form proposes.
    order_title: ClassVar[str] = ""

    @classmethod
    def key(cls) -> str:
        """The national code, and the variety within it."""
        return f"{cls.code}:{cls.variant}" if cls.variant else cls.code

    @classmethod
    def slug(cls) -> str:
        """The key as it stands in addresses."""
        return "-".join(filter(None, (cls.code, cls.variant)))

    @classmethod
    def people(cls, rows: QuerySet, faculty: Unit) -> QuerySet:
        """Those of ``rows`` whom an order of the faculty may name, before anything is locked."""
        return rows.filter(current__faculty=faculty, current__status__in=cls.source_statuses)

    @classmethod
    def listed(cls, keys: list[int]) -> QuerySet:
        """The locked people who are on no other order, with all that ``line`` reads, in the order of the list."""
        return (
            queries.free_students(Student.objects.filter(pk__in=keys))
            .select_related("person", "current__programme", "current__group")
            .order_by("current__group__name", "person__sort_key", "pk")
        )

    @classmethod
    def effect(cls, student: Student, *, year: int, choices: Mapping[str, Any]) -> dict[str, Any]:
        """What changes of the placement: columns of ``TARGET``; the rest stays as it is.

        ``year`` is the academic year of the day the order comes into force,
        ``choices`` what the user chose for everybody on the list.
        """
        return {}

    @classmethod
    def details(cls, student: Student, *, choices: Mapping[str, Any]) -> dict[str, Any]:
        """What the line says beside the placement, as JSON."""
        return {}

    @classmethod
    def line(cls, person: Any, *, year: int, choices: Mapping[str, Any]) -> OrderLine:
        """The line of one person: the present placement with the effect laid over it."""
        target = {name: getattr(person.current, name) for name in TARGET}
        return OrderLine(
            student=person, closes=person.current,
            reason=choices.get("reason", ""), ends_on=choices.get("ends_on"),
            details=cls.details(person, choices=choices),
            **(target | cls.effect(person, year=year, choices=choices)),
        )  # fmt: skip

    @classmethod
    def checks(cls, order: Order, lines: list[OrderLine]) -> dict[int, list[Check]]:
        """Checks by line id, in a fixed number of queries."""
        found = queries.student_checks(order, lines, cls.source_statuses)
        context = queries.check_context(order, lines, cls)
        for line in lines:
            found[line.pk] += cls.own_checks(line, context)
            found[line.pk] += context.paper_checks(line)
        return found

    @classmethod
    def own_checks(cls, line: OrderLine, context: CheckContext) -> list[Check]:
        """What this kind asks beside what all ask; reads nothing from the database."""
        return []

    @classmethod
    def after(cls, order: Order, lines: list[OrderLine]) -> None:
        """What carrying the order out changes beside placements and accounts."""

    @classmethod
    def undo(cls, order: Order, lines: list[OrderLine]) -> None:
        """Take back what ``after`` did; ``lines`` are those of the order that is cancelled."""


def register(kind: type[OrderKind]) -> type[OrderKind]:
    """Make a kind known under its key.

    Raises:
        ValueError: another kind has this key.
    """
    known = KINDS.setdefault(kind.key(), kind)
    if known is not kind:
        raise ValueError(f"Two kinds of orders are coded {kind.key()}.")
    return kind


def kind_by_slug(slug: str) -> type[OrderKind] | None:
    """The kind that an address names."""
    return next((kind for kind in KINDS.values() if kind.slug() == slug), None)


def kind_title(key: str) -> str:
    """What orders of a key are called; the key itself when the program does not know it."""
    return str(KINDS[key].title) if key in KINDS else key


def kind_of(order: Order) -> type[OrderKind]:
    """The kind's declaration.

    Raises:
        KeyError: orders of this kind are not formed in the program.
    """
    return KINDS[order.key]


# What other parts of the house ask before an order of some kinds: (keys, function of order and lines).
ExtraCheck = Callable[[Order, list[OrderLine]], Mapping[int, list[Check]]]
_extra: list[tuple[frozenset[str], ExtraCheck]] = []


def add_check(keys: Collection[str], check: ExtraCheck) -> None:
    """Let another package ask something before orders of these kinds are submitted, signed and executed.

    ``check(order, lines)`` gives checks by line id, in a fixed number of queries.
    """
    if (frozenset(keys), check) not in _extra:
        _extra.append((frozenset(keys), check))


def has_extra_checks(order: Order) -> bool:
    """Whether another package asks something of orders of this kind."""
    return any(order.key in keys for keys, _check in _extra)


def extra_checks(order: Order, lines: list[OrderLine]) -> dict[int, list[Check]]:
    """What others ask of this order, by line id."""
    found: dict[int, list[Check]] = {}
    for keys, check in _extra:
        if order.key in keys:
            for pk, checks in check(order, lines).items():
                found.setdefault(pk, []).extend(checks)
    return found


def is_arriving(line: OrderLine) -> bool:
    """Whether the person studies by this line."""
    return line.status == STUDYING
