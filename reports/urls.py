"""Addresses of statistics."""

from reports.completeness.pages import urlpatterns as completeness
from reports.dashboards import urlpatterns as dashboards
from reports.statistics import kinds, views
from reports.statistics.declaration import STATISTICS, in_order
from reports.statistics.saved import urlpatterns as saved

assert kinds.KNOWN
urlpatterns = [
    *(one for statistic in in_order(STATISTICS.values()) for one in views.urls(statistic)),
    *completeness,
    *saved,
    *dashboards,
]
