"""The columns of the admission list, and what the database knows that fits into them."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.classifiers import queries as classifiers
from hemis.classifiers.models import ClassifierList
from hemis.sheets import widgets
from hemis.sheets.declaration import Sheet, SheetColumn
from students import queries, rules
from students.models import Group, Programme, Speciality

MAX_SCORE = Decimal(189)


class AdmissionColumns(Sheet):
    """What a row of the list of admitted applicants says.

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
        specialities = Speciality.objects.filter(is_active=True).for_scope(scope)
        groups = Group.objects.filter(is_active=True, entry_year=self.year).for_scope(scope)
        if params.get("faculty"):
            specialities = specialities.filter(faculty=params["faculty"])
            groups = groups.filter(faculty=params["faculty"])
        self.specialities: dict[str, list[Speciality]] = {}
        for one in specialities:
            self.specialities.setdefault(one.code, []).append(one)
        programmes = Programme.objects.filter(is_active=True, speciality__in=specialities)
        self.programmes = {(one.speciality_id, one.education_form): one.pk for one in programmes}
        self.groups = {group.name: group for group in groups}
        self.group_names = {group.pk: group.name for group in groups}
        # The program's own list of districts is short; only the ministry's is complete.
        self.districts_complete = ClassifierList.objects.filter(
            code="h_soato", loaded_at__isnull=False
        ).exists()
        super().__init__(access, params)

    @classmethod
    def default_year(cls) -> int:
        return queries.current_year()

    def columns(self) -> dict[str, SheetColumn]:
        name, text = widgets.NameWidget, widgets.TextWidget
        score = widgets.DecimalWidget(low=Decimal(0), high=MAX_SCORE, fault="score_out_of_range")
        return {
            "last_name": SheetColumn(
                "Familiya",
                name(),
                aliases=("Familiyasi", "Фамилия", "Surname"),
                missing="missing_name",
                example="Karimov",
            ),
            "first_name": SheetColumn(
                "Ism", name(), aliases=("Ismi", "Имя", "First name"), missing="missing_name", example="Akmal"
            ),
            "middle_name": SheetColumn(
                "Otasining ismi",
                name(),
                aliases=("Sharifi", "Отчество", "Patronymic"),
                required=False,
                example="Komil oʻgʻli",
            ),
            "pinfl": SheetColumn(
                "JSHSHIR",
                widgets.PinflWidget(),
                aliases=("ПИНФЛ", "PINFL", "JSHIR", "ЖШШИР"),
                missing="missing_pinfl",
                example="51211040876250",
            ),
            "passport": SheetColumn(
                "Pasport",
                widgets.PassportWidget(),
                aliases=("Pasport seriyasi va raqami", "Паспорт", "Passport"),
                missing="bad_passport",
                example="AB1234567",
            ),
            "birth_date": SheetColumn(
                "Tug‘ilgan sana",
                widgets.DateWidget(),
                aliases=("Tug‘ilgan sanasi", "Дата рождения", "Birth date"),
                missing="missing_birth_date",
                example="12.11.2004",
            ),
            "gender": widgets.coded_column(
                "Jinsi", "h_gender", "gender", "Jins", "Пол", "Gender", example="11"
            ),
            "citizenship": widgets.coded_column(
                "Fuqarolik", "h_citizenship_type", "citizenship", "Fuqaroligi", "Гражданство", example="11"
            ),
            "country": widgets.coded_column(
                "Davlat", "h_country", "country", "Страна", "Country", required=False, example="UZ"
            ),
            "nationality": widgets.coded_column(
                "Millati",
                "h_nationality",
                "nationality",
                "Millat",
                "Национальность",
                required=False,
                example="1161",
            ),
            "region": widgets.coded_column(
                "Viloyat",
                "h_soato",
                "region",
                "Viloyati",
                "Область",
                "Регион",
                "Region",
                among=rules.is_region,
                example="1726",
            ),
            "district": SheetColumn(
                "Tuman",
                text(128),
                aliases=("Tumani", "Tuman (shahar)", "Район", "District"),
                required=False,
                choices=lambda: [
                    label for code, label in classifiers.choices("h_soato") if rules.is_district(code)
                ],
                example=classifiers.label("h_soato", "1726294"),
            ),
            "address": SheetColumn(
                "Manzil",
                text(200),
                aliases=("Manzili", "Yashash manzili", "Адрес", "Address"),
                required=False,
                example="Navoiy koʻchasi, 1",
            ),
            "phone": SheetColumn(
                "Telefon",
                widgets.PhoneWidget(),
                aliases=("Telefon raqami", "Телефон", "Phone"),
                required=False,
                example="+998901234567",
            ),
            "education_type": widgets.coded_column(
                "Ta’lim turi",
                "h_education_type",
                "education_type",
                "Вид образования",
                "Тип образования",
                required=False,
                example="11",
            ),
            "education_form": widgets.coded_column(
                "Ta’lim shakli", "h_education_form", "education_form", "Форма обучения", example="11"
            ),
            "payment_form": widgets.coded_column(
                "To‘lov shakli", "h_payment_form", "payment_form", "To‘lov turi", "Форма оплаты", example="12"
            ),
            "speciality": SheetColumn(
                "Mutaxassislik kodi",
                self._speciality_widget(),
                aliases=("Yo‘nalish kodi", "Код специальности", "Код направления"),
                missing="unknown_speciality",
                choices=lambda: sorted(self.specialities),
                example=min(self.specialities, default="60610100"),
            ),
            "speciality_name": SheetColumn(
                "Mutaxassislik",
                text(256),
                aliases=("Yo‘nalish", "Специальность"),
                required=False,
            ),
            "course": widgets.coded_column(
                "Kurs", "h_course", "course", "Курс", "Course", required=False, example="11"
            ),
            "group": SheetColumn(
                "Guruh",
                self._group_widget(),
                aliases=("Guruhi", "Группа", "Group"),
                required=False,
                choices=lambda: sorted(self.groups),
                example=min(self.groups, default="610-26.01"),
            ),
            "language": widgets.coded_column(
                "O‘quv tili", "h_language", "language", "Ta’lim tili", "Язык обучения", example="11"
            ),
            "social_category": widgets.coded_column(
                "Ijtimoiy toifa",
                "h_social_category",
                "social_category",
                "Ijtimoiy toifasi",
                "Социальная категория",
                required=False,
                example="10",
            ),
            "score": SheetColumn(
                "Ball",
                score,
                aliases=("Bali", "To‘plagan bali", "Балл", "Score"),
                missing="score_out_of_range",
                example="120.5",
            ),
        }

    def _speciality_widget(self) -> widgets.KnownWidget:
        message = _("The faculty teaches no speciality %(value)s.")
        return widgets.KnownWidget(self.specialities, fault="unknown_speciality", message=message)

    def _group_widget(self) -> widgets.KnownWidget:
        message = _("There is no group %(value)s of this entry year.")
        if not self.groups:
            message += " " + _("No groups of this entry year are entered yet.")
        return widgets.KnownWidget(self.groups, fault="unknown_group", message=message)
