"""Reference tables of money from Excel (duty 7.1): each row by its key is added or changed, the rest stays."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.models import (
    BaseAmount,
    BaseCoefficient,
    Benefit,
    ContractTypeCoefficient,
    CurrencyRate,
    DifferentiatedCoefficient,
    ForeignPrice,
    InstalmentRule,
    MinimumWage,
    PayoutAccount,
    StipendAmount,
)
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, CellWidget, SheetColumn, sheet
from hemis.sheets.keyed import ChoiceWidget, KeyedSheet
from structure.models import BankAccount, Unit
from students.cells import AcademicYearWidget
from students.models import Programme, Student


class _PriceSheet(KeyedSheet):
    permission = "price.edit"


class _Amounts(_PriceSheet):
    """An amount from a day on, by a legal act."""

    keys: tuple[str, ...] = ("valid_from",)

    def columns(self):
        return {
            "valid_from": self.date(),
            "amount": self.column("amount", "Miqdori, soʻm", widgets.FigureWidget(), example="1271000"),
            "document": self.column("document", "Asos hujjat", widgets.TextWidget(1024), example="PF-123"),
        }


@sheet
class MinimumWageSheet(_Amounts):
    code, title = "finance.minimum_wages", gettext_lazy("Minimum wage from Excel")
    result_url_name, model = "finance_minimum_wages_list", MinimumWage


@sheet
class BaseAmountSheet(_Amounts):
    code, title = "finance.base_amounts", gettext_lazy("Base amounts of reckoning from Excel")
    result_url_name, model = "finance_base_amounts_list", BaseAmount


@sheet
class StipendAmountSheet(_Amounts):
    code, title = "finance.stipend_amounts", gettext_lazy("Stipend amounts from Excel")
    result_url_name, model, keys = "finance_stipend_amounts_list", StipendAmount, ("rate", "valid_from")

    def columns(self):
        return {
            "rate": self.coded("rate", "Stipendiya turi", "h_stipend_rate", example="11"),
            **super().columns(),
        }


@sheet
class TypeCoefficientSheet(_PriceSheet):
    code, title = "finance.contract_types", gettext_lazy("Contract types from Excel")
    result_url_name, model = "finance_contract_types_list", ContractTypeCoefficient
    keys = ("contract_type", "valid_from")

    def columns(self):
        return {
            "contract_type": self.coded("contract_type", "Shartnoma turi", "h_contract_type", example="11"),
            "coefficient": self.column(
                "coefficient", "Koeffitsient", widgets.FigureWidget(places=4), example="1"
            ),
            "valid_from": self.date(),
        }


class _OfProgramme(_PriceSheet):
    """Rows of a programme: the code of the speciality and the form of education name it."""

    def __init__(self, access, params):
        rows = Programme.objects.select_related("speciality")
        self.programmes = {(one.speciality.code, one.education_form): one.pk for one in rows}
        super().__init__(access, params)

    def programme_columns(self, *, required: bool = True) -> dict[str, SheetColumn]:
        codes = sorted({code for code, _form in self.programmes})
        return {
            "academic_year_id": self.column("academic_year_id", "Oʻquv yili", AcademicYearWidget(), example="2026"),
            "speciality": SheetColumn(
                "Mutaxassislik kodi",
                widgets.KnownWidget(
                    codes, fault="unknown_speciality", message=_("No speciality has the code %(value)s.")
                ),
                aliases=("Mutaxassislik", "Специальность", "Код специальности", "Speciality"),
                missing="unknown_speciality", choices=lambda: codes, required=required,
                example=codes[0] if codes else "",
            ),
            "form": widgets.coded_column(
                "Taʼlim shakli", "h_education_form", "form", "Форма обучения", "Education form", example="11",
                required=required,
            ),
        }  # fmt: skip

    def resolve(self, row):
        if not row["speciality"]:
            return ""
        row["programme_id"] = self.programmes.get((row["speciality"], row["form"]))
        if row["programme_id"]:
            return ""
        return _("The speciality %(code)s has no programme in this form.") % {"code": row["speciality"]}


@sheet
class BaseCoefficientSheet(_OfProgramme):
    code, title = "finance.base_coefficients", gettext_lazy("Base coefficients from Excel")
    result_url_name, model = "finance_base_coefficients_list", BaseCoefficient
    keys = ("academic_year_id", "programme_id", "student_type")

    def columns(self):
        figures = {
            "coefficient": (
                "Bazaviy koeffitsient",
                widgets.FigureWidget(places=4, high=Decimal(10000)),
                "8.5",
            ),
            "amount": ("Yillik summa (stipendiyasiz), soʻm", widgets.FigureWidget(), "9000000"),
            "foreign_amount": ("Xorijiy fuqarolar uchun yillik summa, soʻm", widgets.FigureWidget(), ""),
        }
        return {
            **self.programme_columns(),
            "student_type": self.coded("student_type", "Talaba toifasi", "h_student_type", required=False),
            **{
                name: self.column(name, header, widget, required=False, example=example)
                for name, (header, widget, example) in figures.items()
            },
        }

    def resolve(self, row):
        if not any(row[name] for name in ("coefficient", "amount", "foreign_amount")):
            return _("Give a coefficient or a sum.")
        return super().resolve(row)


@sheet
class DifferentiatedSheet(_OfProgramme):
    """Of a programme, or of a faculty where no speciality is named."""

    code, title = "finance.differentiated", gettext_lazy("Differentiated coefficients from Excel")
    result_url_name, model = "finance_differentiated_list", DifferentiatedCoefficient
    keys = ("academic_year_id", "programme_id", "faculty_id", "contract_type")

    def __init__(self, access, params):
        self.faculties = {one.code: one.pk for one in Unit.objects.faculties()}
        super().__init__(access, params)

    def columns(self):
        codes = sorted(self.faculties)
        message = _("There is no faculty %(value)s.")
        return {
            **self.programme_columns(required=False),
            "faculty": self.column(
                "faculty", "Fakultet kodi", widgets.KnownWidget(codes, fault="unknown_faculty", message=message),
                required=False, choices=lambda: codes,
            ),
            "contract_type": self.coded("contract_type", "Shartnoma turi", "h_contract_type", example="16"),
            "coefficient": self.column("coefficient", "Koeffitsient", widgets.FigureWidget(places=4), example="1.5"),
        }  # fmt: skip

    def resolve(self, row):
        row["faculty_id"], row["programme_id"] = self.faculties.get(row["faculty"]), None
        if bool(row["faculty"]) == bool(row["speciality"]):
            return _("Choose either a faculty or a programme.")
        return super().resolve(row)


def _currency() -> ChoiceWidget:
    names = [(one.value, one.name) for one in BankAccount.Currency if one != BankAccount.Currency.UZS]
    return ChoiceWidget(lambda: [*CurrencyRate.CURRENCIES, *names], "unknown_currency")


@sheet
class ForeignPriceSheet(_OfProgramme):
    code, title = "finance.foreign_prices", gettext_lazy("Prices in foreign currency from Excel")
    result_url_name, model = "finance_foreign_prices_list", ForeignPrice
    keys = ("academic_year_id", "programme_id")

    def columns(self):
        return {
            **self.programme_columns(),
            "currency": self.column("currency", "Valyuta", _currency(), example="USD"),
            "amount": self.column("amount", "Yillik summa", widgets.FigureWidget(), example="1500"),
        }


@sheet
class CurrencyRateSheet(_PriceSheet):
    code, title = "finance.currency_rates", gettext_lazy("Currency rates from Excel")
    result_url_name, model, keys = "finance_currency_rates_list", CurrencyRate, ("currency", "valid_from")

    def columns(self):
        return {
            "currency": self.column("currency", "Valyuta", _currency(), example="USD"),
            "valid_from": self.date(),
            "rate": self.column("rate", "Kurs, soʻm", widgets.FigureWidget(places=4), example="12650.25"),
            "source": self.column(
                "source", "Manba", widgets.TextWidget(255), required=False, example="cbu.uz"
            ),
        }


@sheet
class BenefitSheet(_PriceSheet):
    code, title = "finance.benefits", gettext_lazy("Discounts and benefits from Excel")
    result_url_name, model, keys = "finance_benefits_list", Benefit, ("name", "valid_from")

    def columns(self):
        return {
            "name": self.column("name", "Nomi", widgets.TextWidget(255), example="Aʼlochi talabalarga"),
            "percent": self.column(
                "percent", "Chegirma, %", widgets.FigureWidget(high=Decimal(100)), example="20"
            ),
            "valid_from": self.date(),
            "valid_to": self.date("valid_to", "Tugash sanasi", required=False, example=""),
            "document": self.column(
                "document", "Asos", widgets.TextWidget(1024), example="Kengash qarori № 3"
            ),
        }

    def resolve(self, row):
        first, last = row["valid_from"], row["valid_to"] or None
        if last and last < first:
            return _("The last day is before the first.")
        others = self.periods.get(row["name"], [])
        if any(
            begins != first and (last is None or begins <= last) and (ends is None or ends >= first)
            for begins, ends in others
        ):
            return _("This benefit holds on some of these days already.")
        return ""

    def __init__(self, access, params):
        self.periods: dict[str, list[tuple[Any, Any]]] = {}
        for name, first, last in Benefit.objects.values_list("name", "valid_from", "valid_to"):
            self.periods.setdefault(name, []).append((first, last))
        super().__init__(access, params)


@sheet
class InstalmentRuleSheet(_PriceSheet):
    code, title = "finance.instalment_dates", gettext_lazy("Instalment dates from Excel")
    result_url_name, model = "finance_instalment_dates_list", InstalmentRule
    keys = ("academic_year_id", "plan", "course_kind", "share")

    def columns(self):
        plans = ChoiceWidget(lambda: list(InstalmentRule.PLANS), "unknown_plan")
        courses = ChoiceWidget(lambda: list(InstalmentRule.COURSES), "unknown_course")
        return {
            "academic_year_id": self.column(
                "academic_year_id", "Oʻquv yili", AcademicYearWidget(), example="2026"
            ),
            "plan": self.column("plan", "Reja", plans, choices=lambda: plans.names, example="usual"),
            "course_kind": self.column(
                "course_kind", "Kurs", courses, choices=lambda: courses.names, example="first"
            ),
            "share": self.column(
                "share", "Ulushi, %", widgets.FigureWidget(high=Decimal("100.01")), example="25"
            ),
            "due_date": self.date("due_date", "Muddat", example="15.09.2026"),
            "extended_to": self.date("extended_to", "Uzaytirilgan muddat", required=False, example=""),
            "basis": self.column("basis", "Asos", widgets.TextWidget(255), required=False),
        }


@sheet
class PayoutAccountSheet(_PriceSheet):
    """Cards and accounts of students, by student number."""

    code, title = "finance.payout_accounts", gettext_lazy("Accounts for stipends from Excel")
    permission = "stipend.edit"
    result_url_name, model, keys = "finance_payout_accounts_list", PayoutAccount, ("student_id",)

    def __init__(self, access, params):
        rows = Student.objects.for_scope(access.scope(self.permission))
        self.students = dict(rows.values_list("number", "pk"))
        super().__init__(access, params)

    def columns(self):
        return {
            "student_number": SheetColumn(
                "Talaba raqami", widgets.TextWidget(12), aliases=("Номер студента", "Student number"),
                example="303231100001",
            ),
            "number": self.column("number", "Karta yoki hisobraqam", AccountWidget(), example="8600123412341234"),
            "bank": self.column("bank", "Bank", widgets.TextWidget(255), required=False),
        }  # fmt: skip

    def resolve(self, row):
        row["student_id"] = self.students.get(row["student_number"])
        return "" if row["student_id"] else _("There is no student with this number.")


class AccountWidget(CellWidget):
    """A card of sixteen digits or an account of twenty; spaces do not matter."""

    def clean(self, value, row=None, **kwargs) -> str:
        text = "".join(widgets.as_text(value).split())
        if not text.isdigit() or len(text) not in (16, 20):
            raise Bad("bad_account", _("A card has 16 digits, an account 20."))
        return text

    def untidy(self, value, clean) -> str:
        return ""
