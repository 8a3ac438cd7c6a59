"""Numbers of students in UzASBO, the accounting system of the budget (duty 7.1)."""

from __future__ import annotations

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext_lazy as _

from finance.common import faculties, groups
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RelatedFilter
from hemis.pages.forms import RegisterForm
from hemis.pages.menu import MenuItem
from hemis.pages.register import Register
from hemis.sheets.pages import way_to
from students.models import Student

# Who has a number there: students and those on leave.
HELD = ("11", "13")


class UzasboForm(RegisterForm):
    """The number alone: all else about a student is the dean's office's."""

    class Meta:
        model = Student
        fields = ["uzasbo_number"]

    def clean_uzasbo_number(self) -> str:
        return "".join(self.cleaned_data["uzasbo_number"].split())

    def clean(self):
        data = super().clean()
        number = data.get("uzasbo_number")
        if number and Student.objects.filter(uzasbo_number=number).exclude(pk=self.instance.pk).exists():
            self.add_error("uzasbo_number", _("Another student has this number in UzASBO."))
        return data


class UzasboNumbers(Register):
    """Students with their numbers; who has none yet is found by the filter."""

    app, name = "finance", "uzasbo"
    title, title_one = _("Numbers in UzASBO"), _("number in UzASBO")
    model, permission, menu = Student, "payment", "finance"
    menu_place = 60
    columns = [
        Column("person", _("Student"), link=True, sort="person__sort_key"),
        Column("number"),
        Column("uzasbo_number"),
        Column("current__faculty", sort="current__faculty__name"),
        Column("current__group", sort="current__group__name"),
        Column("current__course"),
        Column("current__payment_form"),
        Column("current__status", hidden=True),
    ]
    filters = [
        RelatedFilter("faculty", faculties, lookup="current__faculty"),
        RelatedFilter("group", groups, lookup="current__group"),
        Filter("course", "current__course"),
        Filter("payment_form", "current__payment_form"),
        BooleanFilter("has_uzasbo", label=_("Has a number in UzASBO")),
    ]
    search = ("number", "uzasbo_number")
    search_person = "person"
    select_related = ("person", "current__faculty", "current__group")
    ordering = ("person__sort_key",)
    fields = (
        "number", "person", "uzasbo_number", "current__faculty", "current__group", "current__course",
        "current__payment_form", "current__status",
    )  # fmt: skip
    form = UzasboForm
    deletable = False
    header_actions = [MenuItem("finance", _("Import numbers"), "finance_uzasbo_import", "payment.edit")]
    empty = _("Students come from executed admission orders.")

    @classmethod
    def base_queryset(cls):
        has = ExpressionWrapper(~Q(uzasbo_number=""), output_field=BooleanField())
        return Student.objects.filter(current__status__in=HELD).annotate(has_uzasbo=has)


import_numbers = way_to("finance.uzasbo", permission="payment.edit")
