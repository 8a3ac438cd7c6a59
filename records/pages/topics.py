"""Topics of graduation works and the orders that approve them (duties 8.3, 2.7, B8)."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grading.pages.choices import faculties, kafedras, years
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register
from hemis.pages.verbs import each
from records import actions, documents, forms
from records.models import GraduationTopic, TopicOrder
from records.pages.base import may, verb

TOPIC_COLOURS = {
    GraduationTopic.OFFERED: "secondary", GraduationTopic.CHOSEN: "orange", GraduationTopic.ASSIGNED: "azure",
    GraduationTopic.APPROVED: "green", GraduationTopic.WITHDRAWN: "red",
}  # fmt: skip
ORDER_COLOURS = {TopicOrder.DRAFT: "orange", TopicOrder.SIGNED: "green", TopicOrder.CANCELLED: "secondary"}


class WithoutReviewer(BooleanFilter):
    """Whether a reviewer is named."""

    def apply(self, rows, data):
        values = {value == "1" for value in self.chosen(data)}
        if len(values) != 1:
            return rows
        return rows.exclude(reviewer="") if values.pop() else rows.filter(reviewer="")


def _assign_ticked(request: Request, rows) -> str | None:
    chosen = rows.filter(state=GraduationTopic.CHOSEN)
    done = each(
        request, chosen, partial(actions.assign_topic, access=request.access), errors=actions.RecordsError
    )
    return _("Choices confirmed: %(count)d") % {"count": done}


def _order_ticked(request: Request, rows) -> HttpResponse | None:
    """One draft for each faculty that the ticked topics are of."""
    by: dict[int, list[int]] = {}
    units = {}
    for topic in rows.select_related("kafedra__parent"):
        if topic.kafedra.parent_id:
            by.setdefault(topic.kafedra.parent_id, []).append(topic.pk)
            units[topic.kafedra.parent_id] = topic.kafedra.parent
    made = None
    for faculty, keys in by.items():
        try:
            made = actions.draw_up_topic_order(units[faculty], topics=keys, access=request.access)
        except actions.RecordsError as error:
            messages.error(request, str(error))
    if made is None:
        return None
    messages.success(request, _("The order is a draft; the rectorate signs it."))
    return redirect("records_topic_orders_detail", pk=made.pk)


class Topics(Register):
    app, name, title, title_one = (
        "records", "topics", gettext_lazy("Topics of graduation works"), gettext_lazy("topic of a graduation work"),
    )  # fmt: skip
    model, permission, menu, menu_place = GraduationTopic, "topic", "archive", 10
    columns = [
        Column("title", link=True, value=lambda row: row.name),
        Column("student", sort="student__person__sort_key"),
        Column("supervisor", sort="supervisor__person__sort_key"),
        Column("reviewer", hidden=True),
        Column("kafedra", sort="kafedra__name", hidden=True),
        Column("speciality", sort="speciality__name"),
        Column("academic_year", hidden=True),
        Column("order", sort="order__serial", hidden=True),
        Column("state", badge=TOPIC_COLOURS),
    ]
    filters = [
        RelatedFilter("academic_year", years),
        RelatedFilter(
            "faculty", faculties("topic.view"), lookup="kafedra__parent", label=gettext_lazy("Faculty")
        ),
        RelatedFilter("kafedra", kafedras("topic.view")),
        Filter("state"),
        WithoutReviewer("has_reviewer", lookup="reviewer", label=gettext_lazy("Reviewer is named")),
    ]
    search = ("title", "title_ru", "title_en", "reviewer")
    search_person = "student__person"
    select_related = (
        "student__person", "supervisor__person", "kafedra", "speciality", "academic_year", "order__academic_year",
    )  # fmt: skip
    fields = (
        "title", "title_ru", "title_en", "academic_year", "kafedra", "speciality", "supervisor", "adviser",
        "reviewer", "reviewer_place", "student", "order", "state", "remark",
    )  # fmt: skip
    form = forms.TopicForm
    actions = [
        BulkAction("assign", gettext_lazy("Confirm the choice"), "topic.edit", _assign_ticked),
        BulkAction(
            "order", gettext_lazy("Draw up an order"), "topic_order.edit", _order_ticked, icon="file-text"
        ),
    ]
    header_actions = [MenuItem("archive", gettext_lazy("From Excel"), "records_topics_upload", "topic.edit")]
    detail_template = "records/topic.html"
    empty = gettext_lazy("Enter the topics that the kafedra offers to those who graduate this year.")

    @classmethod
    def rows(cls, access, permission=""):
        """Only what no order holds is changed."""
        found = super().rows(access, permission)
        if permission == cls.edit_permission():
            return found.filter(order=None).exclude(state=GraduationTopic.WITHDRAWN)
        return found

    @classmethod
    def detail_context(cls, request, obj):
        can = may(request, obj, "topic.edit")
        free = can and obj.order_id is None
        offered = free and obj.state == GraduationTopic.OFFERED
        return {
            "may_assign": offered,
            "assign_form": forms.AssignForm(topic=obj) if offered else None,
            "may_confirm": free and obj.state == GraduationTopic.CHOSEN,
            "may_release": free and obj.state in (GraduationTopic.CHOSEN, GraduationTopic.ASSIGNED),
            "may_withdraw": can and obj.state != GraduationTopic.WITHDRAWN
            and not (obj.state == GraduationTopic.ASSIGNED and obj.order_id),
        }  # fmt: skip


@page("topic.edit")
def upload(request: Request) -> HttpResponse:
    """To the upload of topics."""
    return redirect("sheet_upload", "records.topics")


def _assign(request: Request, topic: GraduationTopic) -> str:
    student = None
    if topic.state == GraduationTopic.OFFERED:
        form = forms.AssignForm(request.POST, topic=topic)
        if not form.is_valid():
            raise actions.RecordsError(_("Choose the student."))
        student = form.cleaned_data["student"]
    actions.assign_topic(topic, access=request.access, student=student)
    return _("The topic is assigned; it waits for the order.")


def _release(request: Request, topic: GraduationTopic) -> str:
    actions.release_topic(topic, reason=request.POST.get("remark", ""), access=request.access)
    return _("The topic is offered again.")


def _withdraw(request: Request, topic: GraduationTopic) -> str:
    actions.withdraw_topic(topic, reason=request.POST.get("remark", ""), access=request.access)
    return _("The topic is withdrawn.")


assign = verb(GraduationTopic, "topic.edit", "records_topics_detail", _assign)
release = verb(GraduationTopic, "topic.edit", "records_topics_detail", _release)
withdraw = verb(GraduationTopic, "topic.edit", "records_topics_detail", _withdraw)


# --- orders


class TopicOrders(Register):
    app, name, title, title_one = (
        "records", "topic_orders", gettext_lazy("Orders on topics"), gettext_lazy("order on topics"),
    )  # fmt: skip
    model, permission, menu, menu_place = TopicOrder, "topic_order", "archive", 15
    columns = [
        Column("serial", gettext_lazy("Number"), link=True, value=lambda row: row.number, sort="serial"),
        Column("date"),
        Column("faculty", sort="faculty__name"),
        Column("signed_at", hidden=True),
        Column("state", badge=ORDER_COLOURS),
    ]
    filters = [
        RelatedFilter("academic_year", years),
        RelatedFilter("faculty", faculties("topic_order.view")),
        Filter("state"),
    ]
    search = ("faculty__name",)
    select_related = ("faculty", "academic_year", "created_by", "signed_by")
    fields = (
        "serial", "date", "academic_year", "faculty", "state", "remark", "created_by", "created_at", "signed_by",
        "signed_at",
    )  # fmt: skip
    form = forms.TopicOrderForm
    deletable = False
    detail_template = "records/topic_order.html"
    empty = gettext_lazy("An order is drawn up from the ticked topics of the register.")

    @classmethod
    def rows(cls, access, permission=""):
        """Only a draft is changed."""
        found = super().rows(access, permission)
        return found.filter(state=TopicOrder.DRAFT) if permission == cls.edit_permission() else found

    @classmethod
    def history_parts(cls, obj):
        return [obj.topics.all()]

    @classmethod
    def detail_context(cls, request, obj):
        topics = obj.topics.select_related("student__person", "student__current__group", "supervisor__person")
        draft = obj.state == TopicOrder.DRAFT
        return {
            "topics": topics.order_by("student__current__group__name", "student__person__sort_key"),
            "may_sign": draft
            and may(request, obj, "topic_order.sign")
            and obj.created_by_id != request.user.pk,
            "may_cancel": draft and may(request, obj, "topic_order.edit"),
        }


def _sign(request: Request, order: TopicOrder) -> str:
    actions.sign_topic_order(order, access=request.access)
    return _("The order is signed; its topics are approved.")


def _cancel(request: Request, order: TopicOrder) -> str:
    actions.cancel_topic_order(order, reason=request.POST.get("remark", ""), access=request.access)
    return _("The draft is cancelled; its topics wait for an order.")


def _print(request: Request, order: TopicOrder) -> HttpResponse:
    return redirect("document_pdf", pk=documents.issue_topic_order(order, by=request.user).pk)


sign = verb(TopicOrder, "topic_order.sign", "records_topic_orders_detail", _sign)
cancel = verb(TopicOrder, "topic_order.edit", "records_topic_orders_detail", _cancel)
print_order = verb(TopicOrder, "topic_order.view", "records_topic_orders_detail", _print)
