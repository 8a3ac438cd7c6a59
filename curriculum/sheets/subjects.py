"""The base of subjects from Excel and into it (duty 3.2)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.models import (
    Subject,
    SubjectGroup,
)
from curriculum.sheets.columns import NO, YES, YesNoWidget, kafedras, known_column
from hemis.classifiers import queries as classifiers
from hemis.sheets import widgets, writing
from hemis.sheets.declaration import Bad, Fault, Saved, Sheet, SheetColumn, sheet


@sheet
class SubjectSheet(Sheet):
    """Subjects by their codes: new ones are added, known ones changed."""

    code = "curriculum.subjects"
    title = gettext_lazy("Subject base")
    permission = "subject.edit"
    result_url_name = "curriculum_subjects_list"
    asks_year = False

    def __init__(self, access, params):
        self.groups = {one.code: one for one in SubjectGroup.objects.filter(is_active=True)}
        self.kafedras = kafedras()
        super().__init__(access, params)

    def columns(self) -> dict[str, SheetColumn]:
        text = widgets.TextWidget
        return {
            "code": SheetColumn("Kod", text(64), aliases=("Fan kodi", "Код", "Code"), missing="missing_code",
                                example="MAT.01"),
            "name": SheetColumn("Nomi", text(256), aliases=("Nomi (uz)", "Название", "Name"), missing="missing_name",
                                example="Oliy matematika"),
            "name_ru": SheetColumn("Nomi (ruscha)", text(256), aliases=("Nomi (ru)", "Name (Russian)"), required=False,
                                   example="Высшая математика"),
            "name_en": SheetColumn("Nomi (inglizcha)", text(256), aliases=("Nomi (en)", "Name (English)"),
                                   required=False, example="Higher mathematics"),
            "group": known_column("Guruh kodi", sorted(self.groups), "group",
                                   _("No subject group has the code %(value)s."), "Fan guruhi", "Group"),
            "education_type": widgets.coded_column("Taʼlim turi", "h_education_type", "education_type",
                                                   "Тип образования", "Education type", example="11"),
            "kafedra": known_column("Kafedra kodi", sorted(self.kafedras), "kafedra",
                                     _("No kafedra has the code %(value)s."), "Kafedra", required=False),
            "is_active": SheetColumn("Faol", YesNoWidget(), aliases=("Активен", "Active"), required=False,
                                     choices=lambda: [YES, NO], example=YES),
        }  # fmt: skip

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """A code stands once in the file."""
        faults: list[Fault] = []
        seen: dict[str, int] = {}
        for at, number in enumerate(numbers):
            code = columns["code"][at]
            if isinstance(code, Bad):
                continue
            if code in seen:
                message = _("Row %(row)d says the same already.") % {"row": seen[code]}
                faults.append(self.fault(number, "code", "repeated_row", message, code))
            seen.setdefault(code, number)
        return faults

    def wanted(self, row: dict[str, Any]) -> dict[str, Any]:
        """What the row says of its subject."""
        kafedra = self.kafedras.get(row["kafedra"])
        return {
            "name": row["name"], "name_ru": row["name_ru"], "name_en": row["name_en"],
            "group_id": self.groups[row["group"]].pk, "education_type": row["education_type"],
            "kafedra_id": kafedra.pk if kafedra else None, "is_active": row["is_active"] is not False,
        }  # fmt: skip

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        fresh, changed = self._sorted(rows)
        return Saved(len(fresh), len(changed), len(rows) - len(fresh) - len(changed))

    def _sorted(self, rows: list[dict[str, Any]]) -> tuple[list[Subject], list[Subject]]:
        stored = {one.code: one for one in Subject.objects.filter(code__in=[row["code"] for row in rows])}
        fresh, changed = [], []
        for row in rows:
            values, held = self.wanted(row), stored.get(row["code"])
            if held is None:
                fresh.append(Subject(code=row["code"], **values))
            elif any(getattr(held, name) != value for name, value in values.items()):
                for name, value in values.items():
                    setattr(held, name, value)
                held.version += 1
                changed.append(held)
        return fresh, changed

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        fresh, changed = self._sorted(rows)
        Subject.objects.bulk_create(fresh, batch_size=1000)
        names = ["name", "name_ru", "name_en", "group", "education_type", "kafedra", "is_active", "version"]
        Subject.objects.bulk_update(changed, names, batch_size=1000)
        return Saved(len(fresh), len(changed), len(rows) - len(fresh) - len(changed))


def subjects_book(rows, access) -> bytes:
    """The base of subjects as the sheet that is imported."""
    declared = SubjectSheet(access, {})
    lines = [
        [
            one.code, one.name, one.name_ru, one.name_en, one.group.code,
            classifiers.label("h_education_type", one.education_type), one.kafedra.code if one.kafedra else "",
            YES if one.is_active else NO,
        ]
        for one in rows.select_related("group", "kafedra")
    ]  # fmt: skip
    return writing.book([(str(_("Subjects")), [column.header for column in declared.fields.values()], lines)])
