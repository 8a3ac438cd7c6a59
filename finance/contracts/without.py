"""Fee-paying students without a contract: a list for accounting, a rule of data quality (duty 7.1, B4, B5)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from finance.common import FEE_PAYING, STUDYING, faculties, groups, programmes
from finance.models import Contract
from hemis.access.guard import page
from hemis.access.scope import Access
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.home import Todo, register_todo
from hemis.pages.register import Register
from students import quality
from students.models import Student


def without_any() -> QuerySet[Student]:
    """Who studies for a fee and has no contract of the year of study, or only a cancelled one."""
    have = Contract.objects.filter(student=OuterRef("pk"), academic_year=OuterRef("current__academic_year"))
    have = have.filter(ended_on=None).exclude(state=Contract.CANCELLED)
    rows = Student.objects.filter(current__status=STUDYING, current__payment_form=FEE_PAYING)
    return rows.filter(~Exists(have))


def where_it_is_formed(student: Student) -> str:
    """The page that shows this student's contract and forms it."""
    placed = student.current
    if placed is None:
        return reverse("finance_form_contracts")
    asked = {"year": placed.academic_year_id, "faculty": placed.faculty_id, "student": student.number}
    return f"{reverse('finance_form_contracts')}?{urlencode(asked)}"


class WithoutContract(Register):
    """Whose contract is still to be formed; a row leads to where it is done."""

    app, name = "finance", "without_contract"
    title, title_one = _("Students without a contract"), _("student without a contract")
    model, permission, menu = Student, "contract", "finance"
    menu_place = 11
    columns = [
        Column("person", _("Student"), link=True, sort="person__sort_key"),
        Column("number"),
        Column("current__faculty", sort="current__faculty__name"),
        Column(
            "current__programme__speciality", _("Speciality"), sort="current__programme__speciality__code"
        ),
        Column("current__group", sort="current__group__name"),
        Column("current__course"),
        Column("current__education_form"),
        Column("current__academic_year", sort="current__academic_year"),
        Column("current__valid_from", _("Studies for a fee since"), hidden=True),
        Column("person__phone", hidden=True),
    ]
    filters = [
        RelatedFilter("faculty", faculties, lookup="current__faculty"),
        RelatedFilter("programme", programmes, lookup="current__programme"),
        RelatedFilter("group", groups, lookup="current__group"),
        Filter("course", "current__course"),
        Filter("form", "current__education_form"),
        RangeFilter("entry_year"),
    ]
    search = ("number",)
    search_person = "person"
    select_related = (
        "person", "current__faculty", "current__group", "current__programme__speciality", "current__academic_year",
    )  # fmt: skip
    ordering = ("current__faculty__name", "current__group__name", "person__sort_key")
    fields = (
        "number", "person", "current__faculty", "current__programme", "current__group", "current__course",
        "current__education_form", "current__academic_year",
    )  # fmt: skip
    empty = _("Every student who studies for a fee has a contract.")

    @classmethod
    def base_queryset(cls):
        return without_any()

    @classmethod
    def url_of(cls, obj):
        return reverse("finance_contract_of", args=[obj.pk])


@page("contract.view")
def contract_of(request: Request, pk: int) -> HttpResponse:
    """On to where the contract is formed; whoever only looks goes to the student's card."""
    rows = Student.objects.for_scope(request.access.scope("contract.view"))
    student = get_object_or_404(rows.select_related("current"), pk=pk)
    if request.access.can("contract.create"):
        return redirect(where_it_is_formed(student))
    return redirect("students_students_detail", pk=pk)


def _waiting(access: Access) -> int:
    scope = access.scope("contract.create")
    return without_any().filter(pk__in=Student.objects.for_scope(scope)).count()


quality.register(
    quality.Rule(
        "fee_without_contract",
        _("Studies for a fee without a contract"),
        "pl.status = '11' AND pl.payment_form = '12' AND NOT EXISTS (SELECT FROM finance_contract fc "
        "WHERE fc.student_id = s.id AND fc.academic_year_id = pl.academic_year_id AND fc.state <> 'cancelled' "
        "AND fc.ended_on IS NULL)",
        quality.CONTRADICTS,
        hint=_("Accounting forms the contract."),
        mend=quality.Mend(_("Form the contract"), "contract.create", WithoutContract.url_of),
    )
)
register_todo(
    Todo(
        _("Fee-paying students without a contract"),
        "contract.create",
        _waiting,
        lambda: reverse("finance_without_contract_list"),
        icon="file-text",
    )
)
