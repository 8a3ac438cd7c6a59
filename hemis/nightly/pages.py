"""What was done each night, for administrators (duty A)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from hemis.nightly import models
from hemis.nightly.models import NightRun
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter
from hemis.pages.register import Register


class Nights(Register):
    app, name, title, title_one = "nightly", "runs", _("Night's work"), _("night's work")
    model, permission, menu, menu_place = NightRun, "user", "system", 50
    columns = [
        Column("day", link=True),
        Column("state", badge=models.COLOURS),
        Column("started_at"),
        Column("finished_at"),
        Column("already", numeric=True),
    ]
    filters = [Filter("state"), RangeFilter("day", "date")]
    empty = _("The night's work has not run yet: manage.py nightly, or the timer of deploy/.")
    detail_template = "nightly/run.html"

    @classmethod
    def detail_context(cls, request, obj: Any) -> dict[str, Any]:
        """Every step of the run with what it did and found."""
        return {"steps": list(obj.steps.all())}
