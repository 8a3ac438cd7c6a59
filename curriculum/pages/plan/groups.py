"""Plans on the cards of groups (duty 2.3)."""

from __future__ import annotations

from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum import actions
from curriculum.models import (
    GroupCurriculum,
)
from hemis.base import Request
from hemis.pages.register import BulkAction, Tab
from students.models import Group
from students.pages import Groups


def _group_plan(request: Request, group: Group) -> dict:
    given = GroupCurriculum.objects.filter(group=group).select_related("curriculum__start_year").first()
    return {"given": given}


def _give_plans(request: Request, groups) -> str:
    given, without = actions.give_to_groups(groups, access=request.access)
    if without:
        text = _("No single approved curriculum fits: %(groups)s.")
        messages.warning(request, text % {"groups": ", ".join(without[:20])})
    return _("%(count)d groups have their curriculum.") % {"count": given}


Groups.add_tab(
    Tab("curriculum", gettext_lazy("Curriculum"), "curriculum/_group.html", _group_plan, "curriculum.view")
)
Groups.add_action(
    BulkAction(
        "curriculum", gettext_lazy("Give the approved curriculum"), "curriculum.edit", _give_plans, "books"
    )
)
