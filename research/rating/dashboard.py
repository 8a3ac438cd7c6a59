"""A panel of the home page: the newest rating, one's own place in it, and who stands first (duties 2.8, 3.6, 8.5)."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from hemis.access.scope import Access
from hemis.pages.home import Panel, register_panel
from research.rating.models import Rating, RatingLine

FIRST = 5
COLOURS = {Rating.COUNTED: "yellow", Rating.FROZEN: "green"}


def newest(access: Access) -> dict | None:
    """The newest rating: the own line, and the first lines for whoever sees others too. Three queries."""
    rating = Rating.objects.exclude(state=Rating.COUNTING).select_related("academic_year").first()
    if rating is None:
        return None
    scope = access.scope("rating.view")
    rows = RatingLine.objects.for_scope(scope).filter(rating=rating).select_related("employee__person")
    own = rows.filter(employee__person=scope.person_id).first() if scope.person_id else None
    sees_others = scope.everything or scope.unit_ids
    first = list(rows.order_by("place", "employee__person__sort_key")[:FIRST]) if sees_others else []
    if own is None and not first:
        return None
    return {"rating": rating, "colour": COLOURS[rating.state], "own": own, "first": first}


register_panel(
    Panel(
        "rating", gettext_lazy("Scientific rating"), "rating.view", "rating/_panel.html", newest,
        lambda: reverse("research_lines_list"),
    )
)  # fmt: skip
