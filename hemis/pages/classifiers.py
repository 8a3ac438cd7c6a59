"""The register of national classifiers: read here, changed only by loading the ministry's file."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.classifiers.models import ClassifierItem, ClassifierList
from hemis.pages.columns import Column
from hemis.pages.filters import Filter
from hemis.pages.register import Register


def _lists(access) -> list[tuple[str, str]]:
    return [(one.code, one.name()) for one in ClassifierList.objects.order_by("name_uz")]


class RetiredFilter(Filter):
    """In use or retired."""

    def __init__(self) -> None:
        super().__init__(
            "state",
            "retired_at",
            _("State"),
            lambda access: [("used", str(_("in use"))), ("retired", str(_("retired")))],
        )

    def apply(self, rows, data):
        chosen = set(self.chosen(data)) & {"used", "retired"}
        return rows.filter(retired_at__isnull=chosen == {"used"}) if len(chosen) == 1 else rows


class Classifiers(Register):
    """Every option of every list."""

    app, name, title, title_one = (
        "pages",
        "classifier_options",
        _("Classifier options"),
        _("classifier option"),
    )
    model, permission, menu = ClassifierItem, "classifier", "structure"
    menu_place = 90
    columns = [
        Column("list", value=lambda row: row.list.name(), sort="list__name_uz"),
        Column("code"),
        Column("name_uz", link=True),
        Column("name_cyrl", hidden=True),
        Column("name_ru"),
        Column("name_en", hidden=True),
        Column("parent_code", hidden=True),
        Column("retired_at", hidden=True),
    ]
    filters = [Filter("list", choices=_lists), RetiredFilter()]
    search = ("code", "name_uz", "name_cyrl", "name_ru", "name_en")
    select_related = ("list",)
    fields = (
        "list",
        "code",
        "name_uz",
        "name_cyrl",
        "name_ru",
        "name_en",
        "parent_code",
        "position",
        "retired_at",
    )
