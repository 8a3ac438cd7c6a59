"""The register of the interface's texts: what the program says, what the university says instead (duty A)."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q, QuerySet, TextField
from django.db.models.expressions import F, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.guard import page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register
from hemis.wording import actions, catalogue, models
from hemis.wording.forms import TextForm
from hemis.wording.models import LANGUAGES, OWN_COLUMNS, Text

STATES = {
    models.MISSING: gettext_lazy("not translated"),
    models.CHANGED: gettext_lazy("changed in the program since"),
    models.OWN: gettext_lazy("own text"),
    models.GONE: gettext_lazy("the program says it no more"),
    models.PROGRAM: gettext_lazy("text of the program"),
}
COLOURS = {
    models.MISSING: "red",
    models.CHANGED: "orange",
    models.OWN: "green",
    models.GONE: "secondary",
    models.PROGRAM: "secondary",
}
NAMES = {
    "uz": gettext_lazy("Uzbek"), "uz-cyrl": gettext_lazy("Uzbek (Cyrillic)"), "ru": gettext_lazy("Russian"),
    "en": gettext_lazy("English"),
}  # fmt: skip


class OwnFilter(Filter):
    """With an own text in a language."""

    def __init__(self) -> None:
        super().__init__(
            "own", "msgid", gettext_lazy("Own text in"),
            lambda access: [(code, str(name)) for code, name in NAMES.items()],
        )  # fmt: skip

    def apply(self, rows, data):
        chosen = [one for one in self.chosen(data) if one in LANGUAGES]
        found = Q()
        for one in chosen:
            found |= ~Q(**{f"own_{LANGUAGES[one]}": ""})
        return rows.filter(found) if chosen else rows


def _to_program(request: Request, rows: QuerySet) -> str:
    count = actions.to_program(rows, access=request.access)
    return _("%(count)d texts are as the program says them again.") % {"count": count}


def _shown(part: str, title) -> Column:
    return Column(
        f"shown_{part}", title, sort=f"shown_{part}", value=lambda row: getattr(row, f"shown_{part}")
    )


class Texts(Register):
    app, name = "wording", "texts"
    title, title_one = gettext_lazy("Texts of the interface"), gettext_lazy("text of the interface")
    model, permission, menu, menu_place = Text, "wording", "system", 70
    columns = [
        Column("msgid", link=True),
        _shown("uz", gettext_lazy("In Uzbek")),
        _shown("cyrl", gettext_lazy("In Uzbek (Cyrillic)")),
        _shown("ru", gettext_lazy("In Russian")),
        _shown("en", gettext_lazy("In English")),
        Column("state", gettext_lazy("State"), sort="state", value=lambda row: STATES[row.state], badge=COLOURS),
        *(Column(name, hidden=True) for name in OWN_COLUMNS),
        Column("changed_at", hidden=True),
    ]  # fmt: skip
    filters = [
        Filter(
            "state", label=gettext_lazy("State"),
            choices=lambda access: [(code, str(name)) for code, name in STATES.items()],
        ),
        OwnFilter(),
    ]  # fmt: skip
    search = ("msgid", "uz", "cyrl", "ru", *OWN_COLUMNS)
    form = TextForm
    deletable = False
    fields = ("msgid", "uz", "cyrl", "ru", *OWN_COLUMNS, "changed_at")
    column_sets = {
        "translate": (gettext_lazy("For translating"), ("msgid", "shown_uz", "shown_ru", *OWN_COLUMNS)),
    }
    actions = [
        BulkAction(
            "to_program", gettext_lazy("Back to the text of the program"), "wording.edit", _to_program,
            icon="refresh", confirm=gettext_lazy("The own texts of what is ticked go, in all languages."),
        ),
    ]  # fmt: skip
    header_actions = [
        MenuItem("system", gettext_lazy("Import texts"), "wording_import", "wording.edit"),
    ]

    @classmethod
    def base_queryset(cls):
        catalogue.keep_up()
        shown = {
            f"shown_{part}": Coalesce(
                NullIf(F(f"own_{part}"), Value("", output_field=TextField())),
                F(part) if part != "en" else F("msgid"),
            )
            for part in LANGUAGES.values()
        }
        return Text.objects.with_state().annotate(**shown)


@page("wording.edit")
def import_texts(request: Request) -> HttpResponse:
    """To the upload of own texts."""
    messages.info(
        request, _("Export the list with the columns “For translating”, fill in the own texts, upload it.")
    )
    return redirect("sheet_upload", "wording.texts")
