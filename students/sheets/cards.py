"""Students' cards filled in from Excel: phones, addresses, where they live, their parents (duty 2.1, clause B4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from hemis.classifiers import queries as classifiers
from hemis.people.models import Person
from hemis.people.names import fold
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, CellWidget, Fault, Saved, Sheet, SheetColumn, sheet
from students import rules
from students.models import Contact, Student
from students.models.card import PARENTS, RELATIONS
from students.sheets.places import district_code

OF_PERSON = ("phone", "email", "nationality", "region", "district", "address")
OF_STUDENT = ("accommodation", "current_region", "current_district", "current_address")
# How people write who it is, beside the words of the pages.
KIN = {"Ota": "father", "Ona": "mother", "Vasiy": "guardian", "Папа": "father", "Мама": "mother"}
PLACES = (("region", "district"), ("current_region", "current_district"))


class NumberWidget(CellWidget):
    """A student number, also where Excel has made a figure of it."""

    def clean(self, value, row=None, **kwargs) -> str:
        number = widgets.as_text(value).removesuffix(".0").replace(" ", "")
        if len(number) != 12 or not number.isascii() or not number.isdigit():
            raise Bad("bad_number", _("A student number has 12 digits."))
        return number


class EmailWidget(widgets.TextWidget):
    def clean(self, value, row=None, **kwargs) -> str:
        text = super().clean(value, row, **kwargs)
        try:
            validate_email(text)
        except ValidationError:
            example = _("For example: %(example)s") % {"example": "talaba@example.com"}
            raise Bad("bad_email", _("This is not an e-mail address."), example) from None
        return text


@dataclass
class _Change:
    """What one row changes: columns of the person, of the student, and the contact that is new or changed."""

    student: Student
    person: dict[str, Any]
    own: dict[str, Any]
    contact: Contact | None

    def __bool__(self) -> bool:
        return bool(self.person or self.own or self.contact)


@sheet
class CardSheet(Sheet):
    """A student is known by the number; an empty cell leaves what the card says.

    The name may stand beside the number: where it is another's, the row is a fault,
    which is what a column sorted without the others gives.
    """

    code = "students.cards"
    title = gettext_lazy("Students' cards from Excel")
    permission = "student.edit"
    result_url_name = "students_quality"
    asks_year = False

    def __init__(self, access, params):
        self.scope = access.scope(self.permission)
        # As pages call them, in whichever language the file was filled in.
        self.relations: dict[str, str] = dict(KIN)
        for language, _name in settings.LANGUAGES:
            with override(language):
                self.relations |= {str(text): code for code, text in RELATIONS if code in PARENTS}
        super().__init__(access, params)

    def columns(self) -> dict[str, SheetColumn]:
        text, coded = widgets.TextWidget, widgets.coded_column
        kin = widgets.KnownWidget(
            self.relations, fault="unknown_relation",
            message=_("“%(value)s” is no father, mother or guardian."),
        )  # fmt: skip
        return {
            "number": SheetColumn(
                "Talaba raqami", NumberWidget(), aliases=("Номер студента", "Student number", "ID"),
                missing="bad_number", example="303261100001",
            ),
            "name": SheetColumn(
                "F.I.Sh.", text(), aliases=("Talaba", "FISH", "Ф.И.О.", "Name"), required=False,
                example="Karimov Akmal Komil oʻgʻli",
            ),
            "phone": SheetColumn(
                "Telefon", widgets.PhoneWidget(), aliases=("Telefon raqami", "Телефон", "Phone"), required=False,
                example="+998901234567",
            ),
            "email": SheetColumn("E-pochta", EmailWidget(254), aliases=("E-mail", "Эл. почта"), required=False),
            "nationality": coded(
                "Millati", "h_nationality", "nationality", "Millat", "Национальность", required=False, example="1161"
            ),
            "region": coded(
                "Doimiy viloyat", "h_soato", "region", "Viloyat", "Область", "Region", among=rules.is_region,
                required=False, example="1726",
            ),
            "district": SheetColumn(
                "Doimiy tuman", text(128), aliases=("Tuman", "Район", "District"), required=False,
            ),
            "address": SheetColumn(
                "Doimiy manzil", text(255), aliases=("Manzil", "Адрес", "Address"), required=False,
                example="Navoiy koʻchasi, 1",
            ),
            "accommodation": coded(
                "Yashash joyi turi", "h_accommodation", "accommodation", "Вид проживания", required=False
            ),
            "current_region": coded(
                "Yashash viloyati", "h_soato", "region", "Область проживания", among=rules.is_region, required=False
            ),
            "current_district": SheetColumn(
                "Yashash tumani", text(128), aliases=("Район проживания",), required=False
            ),
            "current_address": SheetColumn(
                "Yashash manzili", text(255), aliases=("Адрес проживания",), required=False
            ),
            "relation": SheetColumn(
                "Ota-onasi: kim", kin, aliases=("Кто", "Relation"), required=False,
                choices=lambda: [str(text) for code, text in RELATIONS if code in PARENTS],
                example=str(RELATIONS[0][1]),
            ),
            "parent": SheetColumn(
                "Ota-onasi: F.I.Sh.", text(), aliases=("Родитель: Ф.И.О.", "Parent"), required=False
            ),
            "parent_phone": SheetColumn(
                "Ota-onasi: telefon", widgets.PhoneWidget(), aliases=("Родитель: телефон", "Parent's phone"),
                required=False,
            ),
        }  # fmt: skip

    # --- checking

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """Numbers out of scope or twice, another's name, districts of other regions, half a contact."""
        said = [one for one in columns["number"] if isinstance(one, str)]
        students = {one.number: one for one in self._students(said)}
        faults: list[Fault] = []
        seen: dict[str, int] = {}
        for at, row in enumerate(numbers):
            values = {name: column[at] for name, column in columns.items()}
            number = values["number"]
            if type(number) is Bad:
                continue
            student, first = students.get(number), seen.setdefault(number, row)
            if student is None:
                text = _("There is no such student in your scope.")
                faults.append(self.fault(row, "number", "unknown_student", text, number))
                continue
            if first != row:
                text = _("Row %(row)d says the same already.") % {"row": first}
                faults.append(self.fault(row, "number", "repeated_row", text, number))
            faults += self._of_row(row, values, student)
            for _region, district in PLACES:
                columns[district][at] = values[district]
        return faults

    def _of_row(self, row: int, values: dict[str, Any], student: Student) -> list[Fault]:
        """Faults of one row; its districts become codes."""
        faults: list[Fault] = []
        name = values["name"]
        if name and type(name) is not Bad and fold(name) != fold(student.person.full_name):
            text = _("This number is another student's.")
            hint = _("Are the columns sorted apart?")
            faults.append(self.fault(row, "name", "other_name", text, name, hint))
        for region, district in PLACES:
            bad = self._district(values, student, region, district)
            if bad is not None:
                faults.append(self.fault(row, district, bad.fault, bad.message, values[district], bad.hint))
        contact = [values[one] for one in ("relation", "parent", "parent_phone")]
        if any(contact) and not all(contact):
            text = _("A parent has three cells: who, name and phone.")
            faults.append(self.fault(row, "parent", "half_contact", text))
        return faults

    @staticmethod
    def _district(values: dict[str, Any], student: Student, region: str, district: str) -> Bad | None:
        """The district of a row as its code; without one, a new region must fit the district that is kept."""
        owner = student.person if region == "region" else student
        held = values[region] or getattr(owner, region)
        text = values[district]
        if text and not held:
            return Bad("missing_region", _("Name the region, too."))
        code, bad = district_code(held, text) if text else (getattr(owner, district), None)
        if bad is not None or type(held) is Bad or type(text) is Bad:
            return bad
        values[district] = code if text else ""
        if code and not rules.district_fits(region=held, district=code):
            return Bad("district_region_mismatch", _("This district lies in another region."))
        return None

    # --- saving, set by set

    def _students(self, numbers: list[str]) -> QuerySet[Student]:
        rows = Student.objects.filter(number__in=numbers).for_scope(self.scope)
        return rows.select_related("person").prefetch_related("person__contacts")

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        changed = sum(map(bool, self._changes(rows)))
        return Saved(0, changed, len(rows) - changed)

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        list(
            Person.objects.filter(studies__number__in=[row["number"] for row in rows])
            .order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk")
        )  # fmt: skip
        changes = [one for one in self._changes(rows) if one]
        people = [self._taken(one.student.person, one.person) for one in changes if one.person]
        for person in people:
            person.set_keys()
        Person.objects.bulk_update(
            people, [*OF_PERSON, "search_text", "sort_key", "version"], batch_size=1000
        )
        students = [self._taken(one.student, one.own) for one in changes if one.own]
        Student.objects.bulk_update(students, [*OF_STUDENT, "version"], batch_size=1000)
        contacts = [one.contact for one in changes if one.contact]
        Contact.objects.bulk_create([one for one in contacts if one.pk is None], batch_size=1000)
        Contact.objects.bulk_update(
            [one for one in contacts if one.pk],
            ["full_name", "phone", "agreed_at", "version"],
            batch_size=1000,
        )
        return Saved(0, len(changes), len(rows) - len(changes))

    @staticmethod
    def _taken(row: Any, said: dict[str, Any]) -> Any:
        for name, value in said.items():
            setattr(row, name, value)
        row.version += 1
        return row

    def _changes(self, rows: list[dict[str, Any]]) -> list[_Change]:
        students = {one.number: one for one in self._students([row["number"] for row in rows])}
        return [self._change(students[row["number"]], row) for row in rows]

    def _change(self, student: Student, row: dict[str, Any]) -> _Change:
        def differing(owner: Any, names: tuple[str, ...]) -> dict[str, Any]:
            return {one: row[one] for one in names if row[one] != "" and getattr(owner, one) != row[one]}

        return _Change(
            student, differing(student.person, OF_PERSON), differing(student, OF_STUDENT),
            self._contact(student.person, row) if row["parent"] else None,
        )  # fmt: skip

    def _contact(self, person: Person, row: dict[str, Any]) -> Contact | None:
        """The parent whom the row names: known ones are changed, others added; nothing when the card says so."""
        relation, name, phone = self.relations[row["relation"]], row["parent"], row["parent_phone"]
        held = list(person.contacts.all())  # type: ignore[attr-defined]
        known = next((one for one in held if one.relation == relation), None)
        if known is None:
            first = not any(one.is_first for one in held)
            return Contact(person=person, relation=relation, full_name=name, phone=phone, is_first=first)
        if (known.full_name, known.phone) == (name, phone):
            return None
        if known.full_name != name:
            known.set_agreed(False)  # The student agreed to another person.
        known.full_name, known.phone, known.version = name, phone, known.version + 1
        return known


def card_rows(students: QuerySet[Student]) -> tuple[list[str], list[list[str]]]:
    """Headers of the sheet and what the cards say now, so that the list of a fault is filled in and given back."""
    headers = [
        "Talaba raqami", "F.I.Sh.", "Fakultet", "Guruh", "Telefon", "E-pochta", "Millati", "Doimiy viloyat",
        "Doimiy tuman", "Doimiy manzil", "Yashash joyi turi", "Yashash viloyati", "Yashash tumani",
        "Yashash manzili", "Ota-onasi: kim", "Ota-onasi: F.I.Sh.", "Ota-onasi: telefon",
    ]  # fmt: skip

    def label(code: str, value: str) -> str:
        return classifiers.label(code, value) if value else ""

    return headers, [
        [
            one.number, one.person.full_name, str(one.current.faculty), str(one.current.group or ""),  # type: ignore[union-attr]
            one.person.phone, one.person.email, label("h_nationality", one.person.nationality),
            label("h_soato", one.person.region), label("h_soato", one.person.district), one.person.address,
            label("h_accommodation", one.accommodation), label("h_soato", one.current_region),
            label("h_soato", one.current_district), one.current_address, "", "", "",
        ]
        for one in students.iterator(chunk_size=2000)
    ]  # fmt: skip
