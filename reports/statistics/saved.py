"""The statistics that a user keeps, and how often they are sent."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemis.access.guard import signed_in
from hemis.base import Request
from hemis.pages.models import SavedView
from reports.statistics import sending
from reports.statistics.models import StatisticSchedule


@signed_in
def show(request: Request) -> HttpResponse:
    """Saved cuts of every statistic that the user may open, and when they are sent next."""
    views = SavedView.objects.filter(user=request.user, register__startswith="statistics_")
    rows = []
    for view in views.select_related("schedule").order_by("register", "name"):
        statistic = sending.statistic_of(view)
        if statistic is not None and request.access.can(statistic.permission):
            url = f"{reverse(statistic.url_name('page'))}?{view.query}"
            rows.append(
                {
                    "view": view,
                    "statistic": statistic,
                    "url": url,
                    "schedule": getattr(view, "schedule", None),
                }
            )
    context = {"title": _("Saved statistics"), "rows": rows, "every": StatisticSchedule.EVERY}
    return render(request, "reports/saved.html", context)


@signed_in
@require_POST
def schedule(request: Request) -> HttpResponse:
    """How often one of the own saved cuts is sent; nothing ends it."""
    pk = request.POST.get("view", "")
    if not pk.isdecimal():
        return redirect("statistics_saved")
    view = get_object_or_404(SavedView, pk=int(pk), user=request.user)
    statistic = sending.statistic_of(view)
    if statistic is not None:
        request.access.require(statistic.permission)
    try:
        made = sending.schedule(view, request.POST.get("every", ""))
    except ValueError:
        messages.error(request, _("Choose how often."))
        return redirect("statistics_saved")
    if made is None:
        messages.success(request, _("It is sent no more."))
    else:
        messages.success(request, _("It is sent first on %(day)s.") % {"day": f"{made.next_on:%d.%m.%Y}"})
    return redirect("statistics_saved")


urlpatterns = [
    path("saved/", show, name="statistics_saved"),
    path("saved/schedule/", schedule, name="statistics_schedule"),
]
