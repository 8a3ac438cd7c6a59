"""Limits of absence and the term of the journal: rows with their dates (law 7)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from attendance.forms import JournalRuleForm, LimitForm
from attendance.models import AttendanceLimit, JournalRule
from hemis.pages.columns import Column
from hemis.pages.filters import Filter
from hemis.pages.register import Register


class Limits(Register):
    app, name = "attendance", "limits"
    title, title_one = gettext_lazy("Limits of absence"), gettext_lazy("limit of absence")
    model, permission, menu = AttendanceLimit, "attendance_rule", "attendance"
    columns = [
        Column("level", link=True),
        Column("system", sort="system__code"),
        Column("value", numeric=True),
        Column("is_above"),
        Column("valid_from"),
        Column("source"),
    ]
    filters = [Filter("level")]
    select_related = ("system",)
    form = LimitForm
    empty = gettext_lazy("Without limits nobody is warned.")


class JournalRules(Register):
    app, name = "attendance", "journal_rules"
    title, title_one = gettext_lazy("Term of the journal"), gettext_lazy("term of the journal")
    model, permission, menu = JournalRule, "attendance_rule", "attendance"
    columns = [Column("valid_from", link=True), Column("edit_days", numeric=True), Column("source")]
    form = JournalRuleForm
    empty = gettext_lazy("Without a row the journal is open on the day of the lesson only.")
