"""The register of orders and the parts of an order's card."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import ExtractYear
from django.utils import timezone
from django.utils.translation import gettext_lazy

from hemis.access.guard import is_in_scope
from hemis.base import Request
from hemis.classifiers import queries as classifiers
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu
from hemis.pages.register import Register, Tab
from hemis.people import names
from hemis.people.models import User
from movement import actions, queries
from movement.answers import shown
from movement.facts import FACTS
from movement.followups import followups
from movement.forms import CancelForm, FileForm, OrderForm, RemarkForm, SignForm
from movement.kinds import KINDS, kind_of, kind_title
from movement.models import Order, OrderAgreement, OrderLine
from movement.pages import typed
from movement.stipends import stipend_changes
from structure.models import Unit

ON_A_PAGE = 50
STATE_COLOURS = {
    Order.DRAFT: "secondary",
    Order.SUBMITTED: "orange",
    Order.AGREED: "yellow",
    Order.SIGNED: "azure",
    Order.EXECUTED: "green",
    Order.CLOSED: "teal",
    Order.CANCELLED: "red",
}


def _faculties(access):
    scope = access.scope("order.view")
    found = Unit.objects.faculties()
    return found if scope.everything else found.filter(pk__in=scope.faculty_ids)


def _signers(access):
    """Everybody who has signed an order that this user sees."""
    orders = Order.objects.for_scope(access.scope("order.view")).filter(signed_by=OuterRef("pk"))
    return User.objects.filter(Exists(orders)).select_related("person").order_by("person__sort_key")


def _years(access) -> list[tuple[str, str]]:
    rows = Order.objects.for_scope(access.scope("order.view")).exclude(date=None)
    years = rows.order_by().annotate(n=ExtractYear("date")).values_list("n", flat=True).distinct()
    return [(str(year), str(year)) for year in sorted(years, reverse=True)]


def _kinds(access) -> list[tuple[str, str]]:
    return [(key, str(kind.title)) for key, kind in KINDS.items()]


class KindFilter(Filter):
    """Kinds with their varieties."""

    def apply(self, rows, data):
        found = Q(pk=None)
        for key in self.chosen(data):
            code, _colon, variant = key.partition(":")
            found |= Q(kind=code, variant=variant)
        return rows.filter(found) if self.chosen(data) else rows


class YearFilter(Filter):
    """Calendar year of the order's date."""

    def apply(self, rows, data):
        values = [value for value in self.chosen(data) if value.isdigit() and len(value) == 4]
        return rows.filter(date__year__in=values) if self.chosen(data) else rows


def may_change_list(access, order: Order) -> bool:
    """A draft that is no cancelling order, in the scope of those who form it."""
    if order.state != Order.DRAFT or order.cancels_id or not access.can("order.create"):
        return False
    return Order.objects.for_scope(access.scope("order.create")).filter(pk=order.pk).exists()


def _named(lines, text: str):
    """Lines whose person has such a name or student number."""
    found = names.search_query(text)
    match = Q(candidate__person__search=found) | Q(student__person__search=found)
    return lines.filter(match | Q(student__number=text))


def _lines(request: Request, order: Order) -> dict:
    """The list, searched and paged, with what the order changes for each."""
    lines = queries.lines_of(order)
    text = request.GET.get("q", "").strip()
    if text:
        lines = _named(lines, text)
    shown_page = Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page"))
    return {
        "lines": shown_page, "q": text, "editable": may_change_list(request.access, order),
        "moves": kind_of(order).moves,
    }  # fmt: skip


def _changes(request: Request, order: Order) -> dict:
    """What executing the order changes: people by speciality and form, groups before and after, stipends."""
    totals = [
        row | {
            "form": classifiers.label("h_education_form", row["education_form"]),
            "payment": classifiers.label("h_payment_form", row["payment_form"]),
        }
        for row in queries.totals(order)
    ]  # fmt: skip
    stipends = stipend_changes(order)
    return {
        "totals": totals, "groups": queries.group_changes(order), "people": order.lines.count(),
        "stipends": Paginator(stipends, ON_A_PAGE).get_page(request.GET.get("page")),
        "begun": sum(one.is_paid for one in stipends), "ended": sum(not one.is_paid for one in stipends),
    }  # fmt: skip


def _checks(request: Request, order: Order) -> dict:
    """Every check of everybody on the list, failures first; a group is counted with all who come to it."""
    if order.cancels_id:
        return {"checked": [], "lines": None}
    lines = list(queries.lines_of(order))
    found = queries.checks_of(order, lines)
    lines.sort(key=lambda line: min((check.ok, not check.blocking) for check in found[line.pk]))
    shown_page = Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page"))
    blocked = sum(any(check.blocking and not check.ok for check in found[line.pk]) for line in lines)
    excusable: dict[str, str] = {}
    for line in shown_page.object_list:
        for check in found[line.pk]:
            if check.excusable and not check.ok and not check.excuse:
                excusable.setdefault(check.code, check.text)
    kind = kind_of(order)
    return {
        "checked": [(line, found[line.pk]) for line in shown_page.object_list], "lines": shown_page,
        "blocked": blocked, "editable": may_change_list(request.access, order), "excusable": excusable.items(),
        "figures": [FACTS[code] for code in kind.facts], "typed": typed.of(request, order),
    }  # fmt: skip


def _aside(request: Request, order: Order) -> dict:
    """Who was set aside, and why; they come onto the list by figures or by a written reason."""
    rows = order.aside.select_related("student__person", "student__current__group")
    text = request.GET.get("q", "").strip()
    if text:
        found = names.search_query(text)
        rows = rows.filter(Q(student__person__search=found) | Q(student__number=text))
    return {
        "lines": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")), "q": text,
        "count": order.aside.count(), "editable": may_change_list(request.access, order),
        "figures": [FACTS[code] for code in kind_of(order).facts], "typed": typed.of(request, order),
    }  # fmt: skip


def _papers(request: Request, order: Order) -> dict:
    """Basis documents: what the kind asks for and what is there."""
    kind = kind_of(order)
    files = list(
        order.files.select_related("line__student__person", "line__candidate__person", "uploaded_by__person")
    )
    editable = (
        order.state == Order.DRAFT
        and request.access.can("order.create")
        and Order.objects.for_scope(request.access.scope("order.create")).filter(pk=order.pk).exists()
    )
    return {
        "files": files, "editable": editable, "form": FileForm(order=order) if editable else None,
        "wanted": [(paper, any(one.kind == paper.code for one in files)) for paper in kind.papers],
    }  # fmt: skip


def _agreements(request: Request, order: Order) -> dict:
    """Who has said what, round by round, and what follows from the order."""
    rows = order.agreements.select_related("decided_by__person").order_by("-round", "position", "role")
    to_ask = queries.agreeing(order.key) if order.state == Order.DRAFT else []
    return {
        "agreements": rows,
        "to_ask": to_ask,
        "followups": followups(order) if order.state in Order.DONE else [],
    }


AGREEMENT_COLOURS = {
    OrderAgreement.WAITING: "secondary", OrderAgreement.AGREED: "green", OrderAgreement.RETURNED: "orange",
}  # fmt: skip


def _said(request: Request, order: Order, *names: str) -> dict[str, str]:
    """What was typed into those fields and refused."""
    text = typed.of(request, order).text
    return {name: text[name] for name in names if name in text}


class Orders(Register):
    app, name, title, title_one = "movement", "orders", gettext_lazy("Orders"), gettext_lazy("order")
    model, permission, menu = Order, "order", "movement"
    menu_place = 10
    columns = [
        Column("number", sort="number_value"),
        Column("date"),
        Column("title", link=True),
        Column("kind", value=lambda row: kind_title(row.key), sort="kind"),
        Column("effective_date"),
        Column("state", badge=STATE_COLOURS),
        Column("faculty", sort="faculty__name"),
        Column("people", gettext_lazy("People"), value=lambda row: row.people, sort="people", numeric=True),
        Column("signed_by", sort=None, hidden=True),
        Column("created_at", hidden=True),
        Column("problem", hidden=True),
    ]
    filters = [
        KindFilter("kind", choices=_kinds),
        Filter("state"),
        RelatedFilter("faculty", _faculties),
        YearFilter("year", "date", choices=_years, label=gettext_lazy("Year")),
        RelatedFilter("signed_by", _signers),
        RangeFilter("date", "date"),
    ]
    search = ("number", "title")
    select_related = ("faculty", "signed_by__person", "created_by__person", "document", "cancels")
    fields = (
        "number",
        "date",
        "title",
        "basis",
        "faculty",
        "effective_date",
        "state",
        "created_by",
        "created_at",
        "signed_by",
        "signed_at",
        "executed_by",
        "executed_at",
        "closed_by",
        "closed_at",
        "remark",
        "problem",
        "cancels",
    )
    tabs = [
        Tab("lines", gettext_lazy("People"), "movement/_lines.html", _lines),
        Tab("changes", gettext_lazy("What will change"), "movement/_changes.html", _changes),
        Tab("checks", gettext_lazy("Checks"), "movement/_checks.html", _checks),
        Tab("aside", gettext_lazy("Set aside"), "movement/_aside.html", _aside),
        Tab("papers", gettext_lazy("Basis documents"), "movement/_papers.html", _papers),
        Tab("agreements", gettext_lazy("Agreement"), "movement/_agreements.html", _agreements),
    ]
    detail_template = "movement/order.html"
    empty = gettext_lazy("Form the first order: choose its kind, then whom it names.")
    header_actions = [
        MenuItem("movement", gettext_lazy("Journal of orders"), "order_journal", "order.view"),
        MenuItem("movement", gettext_lazy("New order"), "order_new", "order.create"),
    ]
    form = OrderForm
    deletable = False

    @classmethod
    def edit_permission(cls):
        return "order.create"

    @classmethod
    def rows(cls, access, permission=""):
        """Only a draft is changed; everything later is frozen."""
        found = super().rows(access, permission)
        return found.filter(state=Order.DRAFT) if permission == cls.edit_permission() else found

    @classmethod
    def base_queryset(cls):
        return queries.with_people(Order.objects.all())

    @classmethod
    def searched(cls, rows, text):
        """Number or title of the order, or somebody on its list."""
        text = text.strip()
        if not text:
            return rows
        by_order = super().searched(rows, text).values("pk")
        by_person = _named(OrderLine.objects.all(), text).values("order")
        return rows.filter(Q(pk__in=by_order) | Q(pk__in=by_person))

    @classmethod
    def card(cls, obj):
        """The facts of the order, with its kind in words and its answers; what is not yet is left out."""
        kind = (str(gettext_lazy("Kind of order")), kind_title(obj.key))
        known = [(label, text) for label, text in super().card(obj) if text not in ("", "—")]
        return [kind, *known, *((label.capitalize(), text) for label, text in shown(obj.answers))]

    @classmethod
    def detail_context(cls, request, obj):
        """Which verbs this person may use now."""

        def may(permission: str) -> bool:
            return is_in_scope(obj, request.access, permission)

        state, kind = obj.state, kind_of(obj)
        asked = actions.asked_now(obj, request.access)
        signing = state == Order.AGREED and may("order.sign")
        return {
            "kind": kind,
            "steps": _steps(obj),
            "may_submit": state == Order.DRAFT and may("order.create"),
            "to_ask": queries.agreeing(obj.key) if state == Order.DRAFT else [],
            "may_add": may_change_list(request.access, obj) and kind.key() == "21",
            "typed": typed.of(request, obj),
            "may_add_listed": may_change_list(request.access, obj)
            and not kind_of(obj).makes_students
            and not kind_of(obj).one_person,  # fmt: skip
            "may_agree": bool(asked),
            "asked": asked,
            "may_sign": signing and obj.created_by_id != request.user.pk,
            "may_return": bool(asked) or (state in (Order.SUBMITTED, Order.AGREED) and may("order.sign")),
            "may_execute": state == Order.SIGNED and may("order.execute"),
            "may_close": state == Order.EXECUTED and may("order.execute"),
            "may_cancel": state in Order.DONE
            and not obj.cancels_id
            and not obj.cancelled_by.exists()
            and may("order.create"),
            "cancelled_by": obj.cancelled_by.all(),
            "sign_form": SignForm(),
            "remark_form": RemarkForm(initial=_said(request, obj, "remark")),
            "cancel_form": CancelForm(initial=_said(request, obj, "reason", "effective_date")),
            "waits_for_day": state == Order.SIGNED and _has_its_day(obj),
        }


def _has_its_day(order: Order) -> bool:
    """Signed before the day it comes into force: the schedule executes it."""
    return bool(order.signed_at and order.effective_date > timezone.localtime(order.signed_at).date())


WAY = (Order.DRAFT, Order.SUBMITTED, Order.AGREED, Order.SIGNED, Order.EXECUTED, Order.CLOSED)
WAY_TITLES = {
    Order.DRAFT: gettext_lazy("Draft"),
    Order.SUBMITTED: gettext_lazy("Agreement"),
    Order.AGREED: gettext_lazy("Signature"),
    Order.SIGNED: gettext_lazy("Execution"),
    Order.EXECUTED: gettext_lazy("Follow-up"),
    Order.CLOSED: gettext_lazy("Closed"),
}


def _steps(order: Order) -> list[dict]:
    """The way of the order, and where it stands."""
    if order.state == Order.CANCELLED:
        return []
    at = WAY.index(order.state)
    return [
        {"title": WAY_TITLES[state], "active": place == at, "done": place < at}
        for place, state in enumerate(WAY)
    ]


register_menu(MenuItem("movement", gettext_lazy("New order"), "order_new", "order.create", 11))
register_menu(MenuItem("movement", gettext_lazy("Journal of orders"), "order_journal", "order.view", 12))
