"""The admission list: an Excel sheet whose good rows become candidates (duty 2.1)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.classifiers import queries as classifiers
from hemis.classifiers.models import ClassifierList
from hemis.people import names
from hemis.people.models import Person
from hemis.sheets.declaration import Bad, Fault, Saved, Sheet, SheetColumn, sheet
from hemis.sheets.widgets import (
    CellWidget,
    CodedWidget,
    DateWidget,
    DecimalWidget,
    NameWidget,
    PassportWidget,
    PhoneWidget,
    PinflWidget,
    TextWidget,
)
from students import rules
from students.models import Group, Placement, Programme

MAX_SCORE = Decimal(189)
PERSON_COLUMNS = (
    "pinfl", "last_name", "first_name", "middle_name", "passport", "birth_date", "gender", "citizenship", "nationality",
    "region", "district", "address", "phone", "search_text", "sort_key",
)
CANDIDATE_COLUMNS = ("programme_id", "group_id", "course", "language", "payment_form", "social_category", "score")


class KnownWidget(CellWidget):
    """A value among those that the database knows; the nearest is offered."""

    def __init__(self, known: dict[str, Any], *, fault: str, message: str):
        super().__init__()
        self.known, self.fault, self.message = known, fault, message

    def clean(self, value, row=None, **kwargs) -> str:
        text = str(value).strip().removesuffix(".0")
        if text in self.known:
            return text
        near = difflib.get_close_matches(text, self.known, n=1, cutoff=0.6)
        raise Bad(self.fault, self.message % {"value": text}, _("Perhaps: %(name)s") % {"name": near[0]} if near else "")

    def is_tidy(self, value, clean) -> bool:
        return isinstance(value, str)


class DistrictWidget(CellWidget):
    """A district's code; a name that the list does not have stays a name, judged together with the region."""

    def clean(self, value, row=None, **kwargs) -> str:
        return classifiers.code_for("h_soato", str(value), among=rules.is_district) or f"?{str(value).strip()}"

    def is_tidy(self, value, clean) -> bool:
        return not clean.startswith("?")


@sheet
class AdmissionSheet(Sheet):
    """The list of admitted applicants of one entry year.

    ``params``: ``year``; ``faculty`` narrows to one faculty's specialities. The
    scope of ``candidate.import`` narrows in any case.
    """

    code = "students.admission"
    title = gettext_lazy("Admission list")
    permission = "candidate.import"
    result_url_name = "students_candidates_list"

    def __init__(self, access, params):
        scope = access.scope(self.permission)
        self.year = int(params["year"])
        programmes = Programme.objects.filter(is_active=True).for_scope(scope).select_related("speciality")
        groups = Group.objects.filter(is_active=True, entry_year=self.year).for_scope(scope)
        if params.get("faculty"):
            programmes = programmes.filter(speciality__faculty=params["faculty"])
            groups = groups.filter(faculty=params["faculty"])
        self.programmes = {(p.speciality.code, p.speciality.education_type, p.education_form): p for p in programmes}
        self.specialities = {p.speciality.code: p.speciality for p in programmes}
        self.groups = {group.name: group for group in groups}
        self.districts_complete = ClassifierList.objects.filter(code="h_soato", loaded_at__isnull=False).exists()
        super().__init__(access, params)

    def columns(self) -> dict[str, SheetColumn]:
        def coded(header, list_code, fault, aliases=(), among=None, example="", required=True):
            widget = CodedWidget(list_code, fault=fault, among=among)
            return SheetColumn(header, widget, aliases=aliases, choices=lambda sheet: widget.names(), example=example, required=required)

        return {
            "last_name": SheetColumn("Familiya", NameWidget(), aliases=("Фамилия", "Surname"), missing="missing_name", example="Karimov"),
            "first_name": SheetColumn("Ism", NameWidget(), aliases=("Имя", "Ismi", "First name"), missing="missing_name", example="Akmal"),
            "middle_name": SheetColumn("Otasining ismi", NameWidget(), aliases=("Отчество", "Sharifi", "Patronymic"), required=False, example="Komil oʻgʻli"),
            "pinfl": SheetColumn("JSHSHIR", PinflWidget(), aliases=("ПИНФЛ", "PINFL", "ЖШШИР", "JShShIR"), missing="missing_pinfl", example="51211040876250"),
            "passport": SheetColumn("Pasport", PassportWidget(), aliases=("Паспорт", "Passport", "Pasport seriyasi va raqami"), missing="bad_passport", example="AB1234567"),
            "birth_date": SheetColumn("Tug‘ilgan sana", DateWidget(), aliases=("Tug‘ilgan sanasi", "Дата рождения", "Birth date"), missing="bad_date", example="12.11.2004"),
            "gender": coded("Jinsi", "h_gender", "unknown_gender", ("Jins", "Пол", "Gender"), example="Erkak"),
            "citizenship": coded("Fuqarolik", "h_citizenship_type", "unknown_citizenship", ("Fuqaroligi", "Гражданство"), example="O‘zbekiston Respublikasi fuqarosi"),
            "nationality": coded("Millati", "h_nationality", "unknown_nationality", ("Millat", "Национальность"), example="O‘zbeklar"),
            "region": coded("Viloyat", "h_soato", "unknown_region", ("Viloyati", "Область", "Region"), rules.is_region, "Toshkent shahri"),
            "district": SheetColumn("Tuman", DistrictWidget(), aliases=("Tumani", "Район", "Tuman (shahar)"), missing="missing_district", example="Chilonzor tumani"),
            "address": SheetColumn("Manzil", TextWidget(255), aliases=("Manzili", "Адрес", "Yashash manzili"), required=False, example="Navoiy koʻchasi, 1"),
            "phone": SheetColumn("Telefon", PhoneWidget(), aliases=("Telefon raqami", "Телефон"), required=False, example="+998901234567"),
            "education_type": coded("Ta’lim turi", "h_education_type", "unknown_education_type", ("Вид образования",), example="Bakalavriat"),
            "education_form": coded("Ta’lim shakli", "h_education_form", "unknown_education_form", ("Форма обучения",), example="Kunduzgi"),
            "payment_form": coded("To‘lov shakli", "h_payment_form", "unknown_payment_form", ("To‘lov turi", "Форма оплаты"), example="To‘lov-shartnoma"),
            "speciality": SheetColumn(
                "Mutaxassislik kodi",
                KnownWidget(self.specialities, fault="unknown_speciality", message=_("The faculty teaches no speciality %(value)s.")),
                aliases=("Код специальности", "Yo‘nalish kodi"), missing="unknown_speciality",
                choices=lambda sheet: sorted(self.specialities), example="60610100",
            ),
            "speciality_name": SheetColumn("Mutaxassislik", TextWidget(256), aliases=("Специальность", "Yo‘nalish"), required=False),
            "course": coded("Kurs", "h_course", "unknown_course", ("Курс",), example="1-kurs"),
            "group": SheetColumn(
                "Guruh", KnownWidget(self.groups, fault="unknown_group", message=_("There is no group %(value)s of this entry year.")),
                aliases=("Группа", "Guruhi"), missing="unknown_group", choices=lambda sheet: sorted(self.groups),
            ),
            "language": coded("O‘quv tili", "h_language", "unknown_language", ("Ta’lim tili", "Язык обучения"), example="O‘zbek tili"),
            "social_category": coded("Ijtimoiy toifa", "h_social_category", "unknown_social_category", ("Социальная категория",), example="Boshqa", required=False),
            "score": SheetColumn(
                "Ball", DecimalWidget(low=Decimal(0), high=MAX_SCORE, fault="score_out_of_range"), aliases=("Балл", "To‘plagan bali"),
                missing="score_out_of_range", example="120.5",
            ),
        }

    # --- checks between columns and against the database

    def check_rows(self, rows, numbers):
        faults: list[Fault] = []
        known = self._known_people(rows)
        seen: dict[str, int] = {}
        passports: dict[str, int] = {}
        for row, number in zip(rows, numbers, strict=True):
            first = seen.setdefault(row["pinfl"], number)
            if first != number:
                message = _("The same PINFL stands in row %(row)d.") % {"row": first}
                faults.append(self.fault(number, "pinfl", "duplicate_pinfl", message, row["pinfl"]))
                continue
            faults += self._row_faults(row, number, known, passports)
        return faults

    def _row_faults(self, row, number, known, passports) -> list[Fault]:
        faults = []
        contradiction = rules.pinfl_contradiction(
            pinfl=row["pinfl"], birth_date=row["birth_date"], gender=row["gender"]
        )
        if contradiction == "birth":
            faults.append(self.fault(number, "birth_date", "pinfl_birth_mismatch", _("The PINFL tells another birth date."), row["birth_date"].strftime("%d.%m.%Y")))
        if contradiction == "gender":
            faults.append(self.fault(number, "gender", "pinfl_gender_mismatch", _("The PINFL tells another gender.")))
        faults += self._passport_faults(row, number, known, passports)
        if row["pinfl"] in known["studying"]:
            faults.append(self.fault(number, "pinfl", "already_student", _("This person studies here already."), row["pinfl"]))
        faults += self._place_faults(row, number)
        return faults

    def _passport_faults(self, row, number, known, passports) -> list[Fault]:
        first = passports.setdefault(row["passport"], number)
        if first != number:
            message = _("The same passport stands in row %(row)d.") % {"row": first}
        elif known["passports"].get(row["passport"], row["pinfl"]) != row["pinfl"]:
            message = _("Another person has this passport.")
        else:
            return []
        return [self.fault(number, "passport", "duplicate_passport", message, row["passport"])]

    def _place_faults(self, row, number) -> list[Fault]:
        faults = []
        district = row["district"]
        if district.startswith("?"):
            if self.districts_complete:
                near = classifiers.closest("h_soato", district[1:], among=lambda code: code.startswith(row["region"]) and rules.is_district(code))
                hint = _("Perhaps: %(name)s") % {"name": near} if near else ""
                faults.append(self.fault(number, "district", "unknown_district", _("“%(value)s” is not in the list.") % {"value": district[1:]}, district[1:], hint))
        elif not district.startswith(row["region"]):
            faults.append(self.fault(number, "district", "district_region_mismatch", _("This district lies in another region.")))
        if (row["speciality"], row["education_type"], row["education_form"]) not in self.programmes:
            faults.append(self.fault(number, "education_form", "unknown_programme", _("The faculty does not teach this speciality in this form.")))
        elif self.groups[row["group"]].speciality_id != self.specialities[row["speciality"]].pk:
            faults.append(self.fault(number, "group", "group_of_other_speciality", _("The group belongs to another speciality."), row["group"]))
        return faults

    def _known_people(self, rows) -> dict[str, Any]:
        """Who studies here already, and whose passports are known: two queries whatever the size."""
        pinfls = [row["pinfl"] for row in rows]
        studying = Placement.objects.filter(valid_to=None, student__person__pinfl__in=pinfls).exclude(status__in=["12", "14"])
        passports = Person.objects.filter(passport__in=[row["passport"] for row in rows])
        return {
            "studying": set(studying.values_list("student__person__pinfl", flat=True)),
            "passports": dict(passports.values_list("passport", "pinfl")),
        }

    # --- saving, set by set

    def save(self, rows):
        """People and candidates of the good rows; what is there already and equal stays untouched."""
        with connection.cursor() as cursor:
            cursor.execute(CREATE_STAGE)
            with cursor.copy(f"COPY admission_stage ({', '.join(PERSON_COLUMNS + CANDIDATE_COLUMNS)}) FROM STDIN") as copy:
                for record in self._records(rows):
                    copy.write_row(record)
            cursor.execute("ANALYZE admission_stage")
            people = self._counted(cursor, SAVE_PEOPLE)
            candidates = self._counted(cursor, SAVE_CANDIDATES, [self.year])
            cursor.execute("DROP TABLE admission_stage")
        added = candidates["added"]
        changed = max(people["changed"], candidates["changed"])
        return Saved(added=added, changed=changed, unchanged=len(rows) - added - changed if changed + added <= len(rows) else 0)

    def _counted(self, cursor, sql: str, params: Iterable = ()) -> dict[str, int]:
        cursor.execute(sql, params)
        added, changed = cursor.fetchone()
        return {"added": added, "changed": changed}

    def _records(self, rows):
        """Rows of the stage table, keys computed once per distinct name part."""
        for row in rows:
            full = " ".join(filter(None, (row["last_name"], row["first_name"], row["middle_name"])))
            district = row["district"]
            address = row["address"]
            if district.startswith("?"):
                address, district = f"{district[1:]}, {address}".strip(", ")[:255], ""
            programme = self.programmes[(row["speciality"], row["education_type"], row["education_form"])]
            yield (
                row["pinfl"], row["last_name"], row["first_name"], row["middle_name"], row["passport"], row["birth_date"],
                row["gender"], row["citizenship"], row["nationality"], row["region"], district, address, row["phone"],
                names.search_text(row["last_name"], row["first_name"], row["middle_name"], row["pinfl"], row["passport"], row["phone"]),
                names.sort_key(full)[:400],
                programme.pk, self.groups[row["group"]].pk, row["course"], row["language"], row["payment_form"],
                row["social_category"] or "10", row["score"],
            )


CREATE_STAGE = """
CREATE TEMP TABLE admission_stage (
    pinfl text, last_name text, first_name text, middle_name text, passport text, birth_date date, gender text,
    citizenship text, nationality text, region text, district text, address text, phone text, search_text text,
    sort_key text, programme_id bigint, group_id bigint, course text, language text, payment_form text,
    social_category text, score numeric
) ON COMMIT DROP
"""

_SET = ", ".join(f"{name} = EXCLUDED.{name}" for name in PERSON_COLUMNS[1:])
_OLD = ", ".join(f"people_person.{name}" for name in PERSON_COLUMNS[1:])
_NEW = ", ".join(f"EXCLUDED.{name}" for name in PERSON_COLUMNS[1:])
SAVE_PEOPLE = f"""
WITH saved AS (
    INSERT INTO people_person ({", ".join(PERSON_COLUMNS)}, version, passport_last_name, passport_first_name, country, email, photo)
    SELECT {", ".join(PERSON_COLUMNS)}, 1, '', '', 'UZ', '', '' FROM admission_stage
    ON CONFLICT (pinfl) DO UPDATE SET {_SET}, version = people_person.version + 1
    WHERE ({_OLD}) IS DISTINCT FROM ({_NEW})
    RETURNING (xmax = 0) AS added
)
SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM saved
"""
_C_SET = ", ".join(f"{name} = EXCLUDED.{name}" for name in CANDIDATE_COLUMNS)
_C_OLD = ", ".join(f"students_candidate.{name}" for name in CANDIDATE_COLUMNS)
_C_NEW = ", ".join(f"EXCLUDED.{name}" for name in CANDIDATE_COLUMNS)
SAVE_CANDIDATES = f"""
WITH saved AS (
    INSERT INTO students_candidate (person_id, entry_year, version, student_type, {", ".join(CANDIDATE_COLUMNS)})
    SELECT p.id, %s, 1, '11', {", ".join("s." + name for name in CANDIDATE_COLUMNS)}
      FROM admission_stage s JOIN people_person p ON p.pinfl = s.pinfl
    ON CONFLICT (person_id, entry_year) DO UPDATE SET {_C_SET}, version = students_candidate.version + 1
    WHERE ({_C_OLD}) IS DISTINCT FROM ({_C_NEW})
    RETURNING (xmax = 0) AS added
)
SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM saved
"""
