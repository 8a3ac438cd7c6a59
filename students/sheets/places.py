"""Districts as people write them, within the region that stands beside."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from hemis.classifiers import queries as classifiers
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad
from students import rules


def district_code(region: Any, text: Any) -> tuple[str, Bad | None]:
    """The code of a district, empty where the row names none; or what is wrong with it."""
    if type(text) is Bad or type(region) is Bad or not text:
        return "", None

    def inside(code: str) -> bool:
        return rules.is_district(code) and code.startswith(region)

    code = classifiers.code_for("h_soato", text, among=inside)
    if code:
        return code, None
    near = widgets.perhaps(classifiers.closest("h_soato", text, among=inside))
    elsewhere = classifiers.code_for("h_soato", text, among=rules.is_district)
    if elsewhere:
        right = _("It lies in: %(region)s") % {"region": classifiers.label("h_soato", elsewhere[:4])}
        return "", Bad("district_region_mismatch", _("This district lies in another region."), right)
    return "", Bad("unknown_district", _("“%(value)s” is not in the list.") % {"value": text}, near)
