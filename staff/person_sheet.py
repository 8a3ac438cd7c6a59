"""What sheets of people share: the columns of a person, and what must agree within a row (law 1)."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from hemis.classifiers import queries as classifiers
from hemis.people import identifiers
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, Fault, Sheet, SheetColumn

FOREIGN = "12"


class EmailWidget(widgets.TextWidget):
    """An e-mail address."""

    def clean(self, value, row=None, **kwargs) -> str:
        text = super().clean(value)
        try:
            validate_email(text)
        except ValidationError as error:
            raise Bad("bad_email", _("This is no e-mail address.")) from error
        return text


class PersonSheet(Sheet):
    """A sheet whose rows each name a person."""

    def person_columns(self) -> dict[str, SheetColumn]:
        """Columns of a person: names, PINFL or passport, birth, citizenship, ways to reach."""
        name, text, date = widgets.NameWidget, widgets.TextWidget, widgets.DateWidget
        coded = widgets.coded_column
        return {
            "last_name": SheetColumn(
                "Familiya", name(), aliases=("Familiyasi", "Фамилия"), missing="missing_name", example="Karimov"
            ),
            "first_name": SheetColumn(
                "Ism", name(), aliases=("Ismi", "Имя"), missing="missing_name", example="Akmal"
            ),
            "middle_name": SheetColumn(
                "Otasining ismi", name(), aliases=("Sharifi", "Отчество"), required=False, example="Komil oʻgʻli"
            ),
            "pinfl": SheetColumn(
                "JSHSHIR", widgets.PinflWidget(), aliases=("ПИНФЛ", "PINFL"), required=False,
                example="30803800010010",
            ),
            "passport": SheetColumn(
                "Pasport", widgets.PassportWidget(), aliases=("Паспорт", "Passport"), required=False,
                example="AB1234567",
            ),
            "birth_date": SheetColumn(
                "Tug‘ilgan sana", date(), aliases=("Tug‘ilgan sanasi", "Дата рождения"),
                missing="missing_birth_date", example="08.03.1980",
            ),
            "gender": coded("Jinsi", "h_gender", "gender", "Jins", "Пол", example="11"),
            "citizenship": coded(
                "Fuqarolik", "h_citizenship_type", "citizenship", "Fuqaroligi", "Гражданство", example="11"
            ),
            "country": coded("Davlat", "h_country", "country", "Страна", required=False, example="UZ"),
            "phone": SheetColumn(
                "Telefon", widgets.PhoneWidget(), aliases=("Телефон",), required=False, example="+998901234567"
            ),
            "email": SheetColumn(
                "E-mail", EmailWidget(254), aliases=("Elektron pochta", "Эл. почта", "Email"), required=False
            ),
            "address": SheetColumn("Manzil", text(255), aliases=("Manzili", "Адрес"), required=False),
        }  # fmt: skip

    def faults_of_person(self, row: dict, number: int) -> Iterator[Fault]:
        """What of the row's person is missing or contradicts the PINFL."""
        pinfl, passport, born = row["pinfl"], row["passport"], row["birth_date"]
        foreign = row["citizenship"] == FOREIGN
        if not pinfl and type(pinfl) is not Bad and not foreign and type(row["citizenship"]) is not Bad:
            yield self.fault(number, "pinfl", "missing_pinfl", _("Enter the PINFL."))
        if foreign and not passport:
            message = _("A citizen of another country is known by the passport: enter it.")
            yield self.fault(number, "passport", "bad_passport", message)
        if foreign and row["country"] in ("", "UZ"):
            yield self.fault(
                number, "country", "missing_country", _("Choose the country of the citizenship.")
            )
        if (
            not foreign
            and passport
            and type(passport) is not Bad
            and not identifiers.normalise_passport(passport)
        ):
            bad = widgets.bad_passport()
            yield self.fault(number, "passport", bad.fault, bad.message, passport, bad.hint)
        if not pinfl or type(pinfl) is Bad:
            return
        told = identifiers.pinfl_birth_date(pinfl)
        if type(born) is not Bad and told and born != told:
            hint = _("The PINFL says %(value)s.") % {"value": f"{told:%d.%m.%Y}"}
            message = _("The PINFL tells another birth date.")
            yield self.fault(number, "birth_date", "pinfl_birth_mismatch", message, born, hint)
        gender = row["gender"]
        if type(gender) is not Bad and gender != "10" and gender != identifiers.pinfl_gender(pinfl):
            message = _("The PINFL tells another gender.")
            shown = classifiers.label("h_gender", gender)
            yield self.fault(number, "gender", "pinfl_gender_mismatch", message, shown)
