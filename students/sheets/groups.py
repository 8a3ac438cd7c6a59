"""Groups of an entry year from Excel: new ones are added, what the file says of known ones is changed (duty 2.1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.people.names import fold
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, Fault, Saved, Sheet, SheetColumn, sheet
from students import queries
from students.models import Group, Speciality

MAX_PLACES = 500
FIELDS = ("education_form", "language", "capacity")


@sheet
class GroupSheet(Sheet):
    """``params``: ``year``, the entry year. A group is known by its name; an empty cell leaves it as it is."""

    code = "students.groups"
    title = gettext_lazy("Groups from Excel")
    permission = "group.edit"
    result_url_name = "students_groups_list"

    def __init__(self, access, params):
        self.year = int(params["year"])
        self.scope = access.scope(self.permission)
        self.specialities: dict[str, list[Speciality]] = {}
        for one in Speciality.objects.filter(is_active=True).for_scope(self.scope).select_related("faculty"):
            self.specialities.setdefault(one.code, []).append(one)
        super().__init__(access, params)

    @classmethod
    def default_year(cls) -> int:
        return queries.current_year()

    def columns(self) -> dict[str, SheetColumn]:
        codes = sorted(self.specialities)
        faculties = sorted({one.faculty.name for found in self.specialities.values() for one in found})
        return {
            "name": SheetColumn(
                "Guruh", widgets.TextWidget(64), aliases=("Guruh nomi", "Guruhi", "Группа", "Group"),
                missing="missing_name", example="610-26.01",
            ),
            "speciality": SheetColumn(
                "Mutaxassislik kodi",
                widgets.KnownWidget(
                    codes, fault="unknown_speciality", message=_("No speciality has the code %(value)s.")
                ),
                aliases=("Kod", "Шифр", "Code", "Yoʻnalish kodi"), missing="unknown_speciality",
                choices=lambda: codes, example=codes[0] if codes else "60610100",
            ),
            "faculty": SheetColumn(
                "Fakultet",
                widgets.KnownWidget(
                    faculties, fault="unknown_faculty", message=_("No faculty is called %(value)s.")
                ),
                aliases=("Факультет", "Faculty"), required=False, choices=lambda: faculties,
            ),
            "education_form": widgets.coded_column(
                "Taʼlim shakli", "h_education_form", "education_form", "Форма обучения", "Form", required=False,
                example="11",
            ),
            "language": widgets.coded_column(
                "Taʼlim tili", "h_language", "language", "Til", "Язык", "Language", required=False, example="11"
            ),
            "capacity": SheetColumn(
                "Sigʻimi", widgets.WholeWidget(low=Decimal(1), high=Decimal(MAX_PLACES), fault="bad_places"),
                aliases=("Oʻrinlar soni", "Вместимость", "Capacity"), required=False, example="30",
            ),
        }  # fmt: skip

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """Whose speciality a row means, names that stand twice, and groups that are somebody else's."""
        known = {
            fold(one.name): one
            for one in Group.objects.filter(entry_year=self.year).select_related("faculty")
        }
        faults: list[Fault] = []
        columns["of"] = [None] * len(numbers)
        seen: dict[str, int] = {}
        for at, number in enumerate(numbers):
            row = {name: values[at] for name, values in columns.items()}
            if type(row["name"]) is not Bad:
                first = seen.setdefault(fold(row["name"]), number)
                if first != number:
                    text = _("Row %(row)d says the same already.") % {"row": first}
                    faults.append(self.fault(number, "name", "repeated_row", text, row["name"]))
                    continue
            if any(type(value) is Bad for value in row.values()):
                continue
            found = self._speciality_of(row)
            if isinstance(found, Bad):
                faults.append(
                    self.fault(number, "faculty", found.fault, found.message, row["faculty"], found.hint)
                )
                continue
            columns["of"][at] = found
            held = known.get(fold(row["name"]))
            if held is not None and held.speciality_id != found.pk:
                faults.append(self._of_another(number, row, held))
        return faults

    def _speciality_of(self, row: dict[str, Any]) -> Speciality | Bad:
        taught = self.specialities[row["speciality"]]
        fitting = [
            one for one in taught if not row["faculty"] or fold(one.faculty.name) == fold(row["faculty"])
        ]
        if len(fitting) == 1:
            return fitting[0]
        if not fitting:
            return Bad("faculty_of_other_speciality", _("This faculty does not teach the speciality."))
        names = ", ".join(one.faculty.name for one in fitting)
        return Bad(
            "which_faculty",
            _("Several faculties teach this speciality: %(names)s. Name one.") % {"names": names},
        )

    def _of_another(self, number: int, row: dict[str, Any], held: Group) -> Fault:
        """A known group keeps its speciality; one of another faculty is not told about."""
        if self.scope.everything or held.faculty_id in self.scope.faculty_ids:
            text = _("The group is known, with another speciality: %(speciality)s.") % {
                "speciality": held.speciality
            }
        else:
            text = _("Another faculty has a group of this name.")
        return self.fault(number, "name", "group_of_other_speciality", text, row["name"])

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        new, changed, same = self._sorted(rows)
        return Saved(len(new), len(changed), same)

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        new, changed, same = self._sorted(rows, lock=True)
        Group.objects.bulk_create(new, batch_size=1000)
        for one in changed:
            one.version += 1
        Group.objects.bulk_update(changed, [*FIELDS, "version"], batch_size=1000)
        return Saved(len(new), len(changed), same)

    def _sorted(
        self, rows: list[dict[str, Any]], *, lock: bool = False
    ) -> tuple[list[Group], list[Group], int]:
        """New groups, changed ones, and how many are as the file says."""
        stored = Group.objects.filter(entry_year=self.year).for_scope(self.scope)
        if lock:
            stored = stored.select_for_update(of=("self",))
        known = {fold(one.name): one for one in stored}
        new, changed, same = [], [], 0
        for row in rows:
            said = {name: row[name] for name in FIELDS if row[name] != ""}
            held = known.get(fold(row["name"]))
            if held is None:
                of = row["of"]
                new.append(
                    Group(
                        name=row["name"],
                        entry_year=self.year,
                        speciality=of,
                        faculty_id=of.faculty_id,
                        **said,
                    )
                )
            elif any(getattr(held, name) != value for name, value in said.items()):
                for name, value in said.items():
                    setattr(held, name, value)
                changed.append(held)
            else:
                same += 1
        return new, changed, same
