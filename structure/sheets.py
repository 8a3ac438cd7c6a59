"""The list of auditoriums from Excel (duty 3.1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.people.names import fold
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, CellWidget, Fault, Saved, Sheet, SheetColumn, sheet
from structure.models import Auditorium, Building

YES = {"ha", "bor", "yes", "1", "true", "да", "есть", "+"}
NO = {"yoq", "yo'q", "yoʻq", "no", "0", "false", "нет", "-"}
FIELDS = ("name", "floor", "kind", "capacity", "area", "is_accessible", "wheelchair_places")


class YesNoWidget(CellWidget):
    """Yes or no in the languages of the page."""

    def clean(self, value, row=None, **kwargs) -> bool:
        text = widgets.as_text(value).lower()
        if text in YES or fold(text) in YES:
            return True
        if text in NO or fold(text) in NO:
            return False
        raise Bad("not_yes_or_no", _("Write yes or no."), _("For example: %(example)s") % {"example": "ha"})

    def untidy(self, value, clean) -> str:
        return ""


@sheet
class AuditoriumSheet(Sheet):
    """Auditoriums by building and number: new ones are added, known ones changed."""

    code = "structure.auditoriums"
    title = gettext_lazy("Auditoriums from Excel")
    permission = "auditorium.edit"
    result_url_name = "structure_auditoriums_list"
    asks_year = False

    def __init__(self, access, params):
        scope = access.scope(self.permission)
        self.buildings = {one.pk: one for one in Building.objects.for_scope(scope).filter(is_active=True)}
        self.by_text: dict[str, Building] = {}
        for one in self.buildings.values():
            self.by_text |= {one.name: one, one.code: one}
        super().__init__(access, params)

    def columns(self) -> dict[str, SheetColumn]:
        whole, text = widgets.WholeWidget, widgets.TextWidget
        return {
            "building": SheetColumn(
                "Bino",
                widgets.KnownWidget(
                    self.by_text, fault="unknown_building", message=_("There is no building %(value)s in use.")
                ),
                aliases=("Bino kodi", "Корпус", "Здание", "Building"),
                missing="unknown_building",
                choices=lambda: sorted(one.name for one in self.buildings.values()),
                example=min((one.name for one in self.buildings.values()), default="A"),
            ),
            "number": SheetColumn(
                "Xona raqami", text(16), aliases=("Xona", "Auditoriya", "Номер", "Аудитория", "Number", "Room"),
                missing="missing_number", example="101",
            ),
            "name": SheetColumn("Nomi", text(256), aliases=("Название", "Name"), required=False),
            "floor": SheetColumn(
                "Qavat", whole(low=Decimal(-3), high=Decimal(50), fault="bad_floor"), aliases=("Этаж", "Floor"),
                missing="bad_floor", example="1",
            ),
            "kind": widgets.coded_column(
                "Xona turi", "h_auditorium_type", "kind", "Turi", "Тип", "Тип аудитории", "Type", example="11"
            ),
            "capacity": SheetColumn(
                "Oʻrinlar soni", whole(low=Decimal(1), high=Decimal(10000), fault="bad_capacity"),
                aliases=("Sigʻimi", "Количество мест", "Вместимость", "Seats", "Capacity"),
                missing="bad_capacity", example="60",
            ),
            "area": SheetColumn(
                "Maydoni", widgets.DecimalWidget(low=Decimal(1), high=Decimal(99999), fault="bad_area"),
                aliases=("Maydoni, m²", "Площадь", "Area"), required=False, example="72.5",
            ),
            "is_accessible": SheetColumn(
                "Zinasiz kirish", YesNoWidget(), aliases=("Доступна без ступеней", "Accessible"), required=False,
                choices=lambda: ["ha", "yoʻq"], example="ha",
            ),
            "wheelchair_places": SheetColumn(
                "Aravacha oʻrinlari", whole(low=Decimal(0), high=Decimal(100), fault="bad_wheelchair_places"),
                aliases=("Места для колясок", "Wheelchair places"), required=False, example="2",
            ),
        }  # fmt: skip

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """A room stands once in the file, on a floor that its building has."""
        faults: list[Fault] = []
        seen: dict[tuple[int, str], int] = {}
        rows = zip(
            numbers, columns["building"], columns["number"], columns["floor"], columns["capacity"],
            columns["is_accessible"], columns["wheelchair_places"], strict=True,
        )  # fmt: skip
        for row, place, number, floor, capacity, accessible, wheelchairs in rows:
            building = self.by_text.get(place) if isinstance(place, str) else None
            if building and isinstance(number, str) and number:
                first = seen.setdefault((building.pk, number.lower()), row)
                if first != row:
                    text = _("The room stands in row %(row)d already.") % {"row": first}
                    faults.append(self.fault(row, "number", "twice_in_file", text, number))
            if building and isinstance(floor, int) and floor > building.floors:
                text = _("The building has %(floors)d floors.") % {"floors": building.floors}
                faults.append(self.fault(row, "floor", "bad_floor", text, floor))
            wanted = wheelchairs if isinstance(wheelchairs, int) else 0
            if wanted and (accessible is not True or isinstance(capacity, int) and wanted > capacity):
                text = _("Wheelchair places need a room reached without steps, and are among its seats.")
                faults.append(self.fault(row, "wheelchair_places", "bad_wheelchair_places", text, wanted))
        return faults

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        new, changed, same = self._sorted(rows)
        return Saved(len(new), len(changed), same)

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        new, changed, same = self._sorted(rows, lock=True)
        Auditorium.objects.bulk_create(new, batch_size=1000)
        if changed:
            for room in changed:
                room.version += 1
            Auditorium.objects.bulk_update(changed, [*FIELDS, "version"], batch_size=1000)
        return Saved(len(new), len(changed), same)

    def _sorted(
        self, rows: list[dict[str, Any]], *, lock: bool = False
    ) -> tuple[list[Auditorium], list[Auditorium], int]:
        """New rooms, changed rooms, and how many are as the file says."""
        known_rows = Auditorium.objects.filter(building__in=self.buildings)
        if lock:
            known_rows = known_rows.select_for_update(of=("self",))
        known = {(one.building_id, one.number.lower()): one for one in known_rows}
        new, changed, same = [], [], 0
        for row in rows:
            building = self.by_text[row["building"]]
            room = known.get((building.pk, row["number"].lower()))
            values = self._said(row, room)
            if room is None:
                new.append(Auditorium(building=building, number=row["number"], **values))
            elif any(getattr(room, name) != value for name, value in values.items()):
                for name, value in values.items():
                    setattr(room, name, value)
                changed.append(room)
            else:
                same += 1
        return new, changed, same

    @staticmethod
    def _said(row: dict[str, Any], room: Auditorium | None) -> dict[str, Any]:
        """What the row says; an empty cell leaves a known room as it is."""
        empty = {"name": "", "area": None, "is_accessible": False, "wheelchair_places": 0}
        values = {
            name: (getattr(room, name) if room else empty[name]) if row[name] == "" else row[name]
            for name in FIELDS
        }
        if not values["is_accessible"]:
            values["wheelchair_places"] = 0
        return values
