"""Own texts from Excel: the list as it is exported, with the own texts filled in."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from hemis.people.names import fix_apostrophes
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, CellWidget, Fault, Saved, Sheet, SheetColumn, sheet
from hemis.wording import actions, catalogue, rules
from hemis.wording.models import OWN_COLUMNS, Text

HEADERS = {
    "msgid": "Kalit (inglizcha)", "own_uz": "Oʻz matni: oʻzbekcha", "own_cyrl": "Oʻz matni: oʻzbekcha (kirill)",
    "own_ru": "Oʻz matni: ruscha", "own_en": "Oʻz matni: inglizcha",
}  # fmt: skip
FORMULA = tuple("=+-@")


class PlainWidget(CellWidget):
    """A text as it stands: apostrophes are put right in Uzbek only, a key is a key to the letter."""

    def __init__(self, *, uzbek: bool = False):
        super().__init__()
        self.uzbek = uzbek

    def clean(self, value, row=None, **kwargs) -> str:
        text = widgets.as_text(value)
        if text[:1] == "'" and text[1:2] in FORMULA:
            text = text[1:]  # The export keeps spreadsheets from reading it as a formula.
        return fix_apostrophes(text) if self.uzbek else text

    def untidy(self, value, clean) -> str:
        return ""


@sheet
class TextSheet(Sheet):
    """An empty cell says nothing: the text that there is stays. The way back to the program's is on the page."""

    code = "wording.texts"
    title = gettext_lazy("Texts of the interface")
    permission = actions.EDIT
    result_url_name = "wording_texts_list"
    asks_year = False

    def columns(self) -> dict[str, SheetColumn]:
        catalogue.keep_up()
        return {
            name: SheetColumn(
                header,
                PlainWidget(uzbek=name == "own_uz"),
                aliases=tuple(dict.fromkeys(self._labels(name))),
                required=name == "msgid",
                example="Save" if name == "msgid" else "",
            )
            for name, header in HEADERS.items()
        }

    @staticmethod
    def _labels(name: str) -> list[str]:
        """The column as the export heads it, in every language."""
        found = []
        for language in ("uz", "ru", "en"):
            with override(language):
                found.append(str(Text._meta.get_field(name).verbose_name))
        return [one for one in found if one.lower() != HEADERS[name].lower()]

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """The key is one of the program, once; each own text keeps its placeholders."""
        known = {widgets.as_text(one): one for one in Text.objects.values_list("msgid", flat=True)}
        seen: dict[str, int] = {}
        faults = []
        for at, number in enumerate(numbers):
            msgid = columns["msgid"][at]
            if isinstance(msgid, Bad):
                continue
            if msgid not in known:
                text = _("The program has no such text.")
                faults.append(self.fault(number, "msgid", "unknown_key", text, msgid))
                continue
            columns["msgid"][at] = msgid = known[msgid]
            first = seen.setdefault(msgid, number)
            if first != number:
                text = _("The same stands in row %(row)d already.") % {"row": first}
                faults.append(self.fault(number, "msgid", "twice", text, msgid))
            faults += self._own_faults(columns, at, number, msgid)
        return faults

    @staticmethod
    def _fit(columns: dict[str, list[Any]], at: int, name: str) -> str:
        text = columns[name][at]
        if not isinstance(text, str):
            return ""
        columns[name][at] = rules.fitted(columns["msgid"][at], text)
        return columns[name][at]

    def _own_faults(self, columns: dict[str, list[Any]], at: int, number: int, msgid: str) -> list[Fault]:
        found = []
        for name in OWN_COLUMNS:
            text = self._fit(columns, at, name)
            fault = rules.fault(msgid, text) if text else ""
            if fault:
                found.append(self.fault(number, name, "bad_text", fault, text))
        return found

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        changed = sum(map(bool, self._changes(rows)))
        return Saved(0, changed, len(rows) - changed)

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        changed = [one for one in self._changes(rows, lock=True) if one]
        for one in changed:
            one.version += 1
            actions.written(one)
        columns = [*OWN_COLUMNS, "is_outdated", "changed_at", "version"]
        Text.objects.bulk_update(changed, columns, batch_size=1000)
        actions.announce()
        return Saved(0, len(changed), len(rows) - len(changed))

    def _changes(self, rows: list[dict[str, Any]], *, lock: bool = False) -> list[Text | None]:
        found = Text.objects.filter(msgid__in=[row["msgid"] for row in rows])
        if lock:
            found = found.select_for_update(of=("self",))
        known = {one.msgid: one for one in found}
        return [self._changed(known[row["msgid"]], row) for row in rows]

    @staticmethod
    def _changed(text: Text, row: dict[str, Any]) -> Text | None:
        """The row with what the file says, or nothing where it says the same."""
        said = {name: row[name] for name in OWN_COLUMNS if row[name] and row[name] != getattr(text, name)}
        for name, value in said.items():
            setattr(text, name, value)
        return text if said else None
