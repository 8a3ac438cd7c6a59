"""Admission quotas from Excel: each row sets the places of one speciality, form, payment form and language."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.people.names import fold
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, Fault, Saved, Sheet, SheetColumn, sheet
from students import queries
from students.models import AdmissionQuota, Speciality

MAX_PLACES = 10_000
KEY = ("speciality_id", "education_form", "payment_form", "language")


@sheet
class QuotaSheet(Sheet):
    """``params``: ``year``, the entry year. The file says nothing of rows it does not name: they stay."""

    code = "students.quotas"
    title = gettext_lazy("Admission quotas")
    permission = "quota.edit"
    result_url_name = "students_quotas_list"

    def __init__(self, access, params):
        self.year = int(params["year"])
        scope = access.scope(self.permission)
        self.specialities: dict[str, list[Speciality]] = {}
        for one in Speciality.objects.filter(is_active=True).for_scope(scope).select_related("faculty"):
            self.specialities.setdefault(one.code, []).append(one)
        super().__init__(access, params)

    @classmethod
    def default_year(cls) -> int:
        return queries.current_year()

    def columns(self) -> dict[str, SheetColumn]:
        codes = sorted(self.specialities)
        faculties = sorted({one.faculty.name for found in self.specialities.values() for one in found})
        return {
            "speciality": SheetColumn(
                "Mutaxassislik kodi",
                widgets.KnownWidget(
                    codes, fault="unknown_speciality", message=_("No speciality has the code %(value)s.")
                ),
                aliases=("Kod", "Шифр", "Code", "Yoʻnalish kodi"),
                missing="unknown_speciality",
                choices=lambda: codes,
                example=codes[0] if codes else "60610100",
            ),
            "faculty": SheetColumn(
                "Fakultet",
                widgets.KnownWidget(
                    faculties, fault="unknown_faculty", message=_("No faculty is called %(value)s.")
                ),
                aliases=("Факультет", "Faculty"),
                required=False,
                choices=lambda: faculties,
            ),
            "education_form": widgets.coded_column(
                "Taʼlim shakli", "h_education_form", "education_form", "Форма обучения", "Form", example="11"
            ),
            "payment_form": widgets.coded_column(
                "Toʻlov shakli", "h_payment_form", "payment_form", "Toʻlov turi", "Форма оплаты", "Payment",
                example="12",
            ),
            "language": widgets.coded_column(
                "Taʼlim tili", "h_language", "language", "Til", "Язык", "Language", example="11"
            ),
            "places": SheetColumn(
                "Kvota",
                widgets.WholeWidget(low=Decimal(0), high=Decimal(MAX_PLACES), fault="bad_places"),
                aliases=("Oʻrinlar soni", "Квота", "Places"),
                missing="bad_places",
                example="25",
            ),
        }  # fmt: skip

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """Which speciality a row means where two faculties teach it, and rows that say the same twice."""
        faults: list[Fault] = []
        columns["speciality_id"] = [None] * len(numbers)
        seen: dict[tuple, int] = {}
        for at, number in enumerate(numbers):
            row = {name: values[at] for name, values in columns.items()}
            if any(type(value) is Bad for value in row.values()):
                continue
            fitting = [
                one
                for one in self.specialities[row["speciality"]]
                if not row["faculty"] or fold(one.faculty.name) == fold(row["faculty"])
            ]
            if len(fitting) != 1:
                faults.append(self._which(number, row, fitting))
                continue
            columns["speciality_id"][at] = fitting[0].pk
            key = (fitting[0].pk, row["education_form"], row["payment_form"], row["language"])
            if key in seen:
                message = _("Row %(row)d says the same already.") % {"row": seen[key]}
                faults.append(self.fault(number, "speciality", "repeated_row", message, row["speciality"]))
            seen.setdefault(key, number)
        return faults

    def _which(self, number: int, row: dict[str, Any], fitting: list[Speciality]) -> Fault:
        if fitting:
            names = ", ".join(one.faculty.name for one in fitting)
            message = _("Several faculties teach this speciality: %(names)s. Name one.") % {"names": names}
            return self.fault(number, "faculty", "which_faculty", message)
        message = _("This faculty does not teach the speciality.")
        return self.fault(number, "faculty", "faculty_of_other_speciality", message, row["faculty"])

    def _stored(self) -> dict[tuple, AdmissionQuota]:
        rows = AdmissionQuota.objects.filter(entry_year=self.year)
        return {tuple(getattr(one, name) for name in KEY): one for one in rows}

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        stored = self._stored()
        added = changed = 0
        for row in rows:
            held = stored.get(tuple(row[name] for name in KEY))
            added += held is None
            changed += held is not None and held.places != row["places"]
        return Saved(added, changed, len(rows) - added - changed)

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        planned, stored = self.plan(rows), self._stored()
        fresh, other = [], []
        for row in rows:
            key = {name: row[name] for name in KEY}
            held = stored.get(tuple(key.values()))
            if held is None:
                fresh.append(AdmissionQuota(entry_year=self.year, places=row["places"], **key))
            elif held.places != row["places"]:
                held.places, held.version = row["places"], held.version + 1
                other.append(held)
        AdmissionQuota.objects.bulk_create(fresh, batch_size=1000)
        AdmissionQuota.objects.bulk_update(other, ["places", "version"], batch_size=1000)
        return planned
