"""The register of orders on doctoral students (duty 6.1, signature by B8)."""

from __future__ import annotations

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from doctorate import queries
from doctorate.forms.base import RemarkForm
from doctorate.forms.orders import CancelForm, OrderForm, ScanForm, SignForm
from doctorate.models import DoctoralOrder
from doctorate.pages.students import STATUS_COLOURS
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter
from hemis.pages.home import Todo, register_todo
from hemis.pages.register import Register, Tab

STATE_COLOURS = {
    DoctoralOrder.DRAFT: "secondary", DoctoralOrder.SUBMITTED: "orange", DoctoralOrder.SIGNED: "azure",
    DoctoralOrder.EXECUTED: "green", DoctoralOrder.CANCELLED: "red",
}  # fmt: skip
OPEN = (DoctoralOrder.DRAFT, DoctoralOrder.SUBMITTED)


def _people(request: Request, order: DoctoralOrder) -> dict:
    """The list: before and after where it is executed, the checks where it is not."""
    lines = list(queries.lines_of(order))
    checks = queries.checks_of(order, [line.student for line in lines]) if order.state in OPEN else {}
    return {
        "lines": [(line, checks.get(line.student_id, [])) for line in lines],
        "is_open": order.state in OPEN,
        "links": request.access.can("doctoral_student.view"),
        "colours": STATUS_COLOURS,
    }


class Orders(Register):
    app, name, title, title_one = "doctorate", "orders", _("Orders on doctoral students"), _("order")
    model, permission, menu, menu_place = DoctoralOrder, "doctoral_order", "doctorate", 20
    columns = [
        Column("title", _("Order"), value=str, sort="created_at", link=True),
        Column("kind"), Column("number"), Column("date"), Column("effective_date"), Column("until", hidden=True),
        Column("state", badge=STATE_COLOURS),
        Column("people", _("People"), value=lambda row: row.people, sort="people", numeric=True),
        Column("basis", hidden=True), Column("reason", hidden=True),
        Column("signed_by", sort=None, hidden=True), Column("created_at", hidden=True),
    ]  # fmt: skip
    filters = [
        Filter("kind"), Filter("state"), RangeFilter("date", "date"), RangeFilter("effective_date", "date"),
    ]  # fmt: skip
    search = ("number", "basis", "reason")
    search_person = "lines__student__person"
    select_related = ("signed_by__person", "created_by__person", "document", "cancels")
    fields = (
        "kind", "number", "date", "effective_date", "until", "leave_reason", "reason", "basis", "state", "created_by",
        "created_at", "signed_by", "signed_at", "executed_at", "cancels",
    )  # fmt: skip
    files = ("scan",)
    form = OrderForm
    tabs = [Tab("people", _("People"), "doctorate/_lines.html", _people)]
    detail_template = "doctorate/order.html"
    empty = _("Tick doctoral students in their list and form an order on them.")

    @classmethod
    def base_queryset(cls):
        return DoctoralOrder.objects.annotate(people=Count("lines", distinct=True))

    @classmethod
    def rows(cls, access, permission=""):
        """Only a draft is changed; everything later is frozen."""
        found = super().rows(access, permission)
        return found.filter(state=DoctoralOrder.DRAFT) if permission == cls.edit_permission() else found

    @classmethod
    def card(cls, obj):
        """What is known of the order; what is not yet is left out."""
        return [(label, text) for label, text in super().card(obj) if text]

    @classmethod
    def history_parts(cls, obj):
        return [obj.lines.all()]

    @classmethod
    def detail_context(cls, request: Request, obj):
        """Which verbs this person may use now."""
        edits, signs = request.access.can("doctoral_order.edit"), request.access.can("doctoral_order.sign")
        signed = obj.state in (DoctoralOrder.SIGNED, DoctoralOrder.EXECUTED, DoctoralOrder.CANCELLED)
        waits = obj.state == DoctoralOrder.SUBMITTED and signs
        return {
            "may_submit": edits and obj.state == DoctoralOrder.DRAFT,
            "may_sign": waits and obj.created_by_id != request.user.pk,
            "may_return": waits,
            "may_scan": edits and signed,
            "may_cancel": edits
            and obj.state == DoctoralOrder.EXECUTED
            and not obj.cancels_id
            and not obj.cancelled_by.exists(),
            "cancelled_by": obj.cancelled_by.all(),
            "sign_form": SignForm(), "remark_form": RemarkForm(), "cancel_form": CancelForm(), "scan_form": ScanForm(),
        }  # fmt: skip


def _waiting(state: str, permission: str):
    def count(access) -> int:
        rows = DoctoralOrder.objects.for_scope(access.scope(permission)).filter(state=state)
        return rows.order_by().count()

    return count


def _url(state: str):
    return lambda: f"{reverse('doctorate_orders_list')}?state={state}"


register_todo(
    Todo(
        _("orders on doctoral students to sign"), "doctoral_order.sign",
        _waiting(DoctoralOrder.SUBMITTED, "doctoral_order.sign"), _url(DoctoralOrder.SUBMITTED), "signature",
    )
)  # fmt: skip


def overdue(access) -> int:
    """Signed orders of the scope whose day has passed: something has refused them."""
    rows = DoctoralOrder.objects.for_scope(access.scope("doctoral_order.edit"))
    late = rows.filter(state=DoctoralOrder.SIGNED, effective_date__lt=timezone.localdate())
    return late.order_by().count()


register_todo(
    Todo(
        _("signed orders on doctoral students that could not be executed"), "doctoral_order.edit", overdue,
        _url(DoctoralOrder.SIGNED), "alert-triangle",
    )
)  # fmt: skip
register_todo(
    Todo(
        _("drafts of orders on doctoral students"), "doctoral_order.edit",
        _waiting(DoctoralOrder.DRAFT, "doctoral_order.edit"), _url(DoctoralOrder.DRAFT), "file-text",
    )
)  # fmt: skip
