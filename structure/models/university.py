"""The university as a legal person: requisites, accounts, licences, who signs for it."""

from __future__ import annotations

import datetime

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet, Translated
from hemis.classifiers.fields import ClassifierField
from hemis.people.models import Person


class University(Translated, BaseModel):
    """Facts about the university; exactly one row."""

    code = models.CharField(_("code"), max_length=3, unique=True, validators=[RegexValidator(r"^\d{3}$")])
    name = models.CharField(_("name"), max_length=500)
    name_ru = models.CharField(_("name (Russian)"), max_length=500, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=500, blank=True)
    short_name = models.CharField(_("short name"), max_length=64, blank=True)
    tin = models.CharField(_("STIR"), max_length=9, validators=[RegexValidator(r"^\d{9}$")])
    oked = models.CharField(
        _("IFUT (kind of economic activity)"), max_length=5, blank=True,
        validators=[RegexValidator(r"^\d{5}$")],
    )  # fmt: skip
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    ownership = ClassifierField("h_ownership", verbose_name=_("ownership"), default="11")
    form = ClassifierField("h_university_form", verbose_name=_("kind of institution"), default="12")
    region = ClassifierField("h_soato", verbose_name=_("region"), blank=True)
    address = models.CharField(_("address"), max_length=500)
    address_ru = models.CharField(
        _("address (Russian)"), max_length=500, blank=True, default="", db_default=""
    )
    address_en = models.CharField(
        _("address (English)"), max_length=500, blank=True, default="", db_default=""
    )
    mailing_address = models.TextField(_("postal address"), blank=True)
    mailing_address_ru = models.TextField(
        _("postal address (Russian)"), blank=True, default="", db_default=""
    )
    mailing_address_en = models.TextField(
        _("postal address (English)"), blank=True, default="", db_default=""
    )
    contact = models.CharField(_("contacts"), max_length=255, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("website"), blank=True)
    # What the papers print while no account or signatory with dates is entered.
    bank_name = models.CharField(_("bank"), max_length=255, blank=True)
    bank_account = models.CharField(_("account"), max_length=27, blank=True)
    bank_mfo = models.CharField(_("MFO"), max_length=5, blank=True)
    accreditation = models.TextField(_("accreditation"), blank=True)
    accreditation_ru = models.TextField(_("accreditation (Russian)"), blank=True, default="", db_default="")
    accreditation_en = models.TextField(_("accreditation (English)"), blank=True, default="", db_default="")
    rector = models.CharField(_("rector"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("university")
        verbose_name_plural = _("university")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="university_is_one")]

    def __str__(self) -> str:
        return self.get_name_display()

    def said(self, field: str, language: str) -> str:
        """``address``, ``mailing_address`` or ``accreditation`` in a language; in Uzbek where nobody translated it.

        Without a postal address the address stands for it.
        """
        found = getattr(self, f"{field}_{language}", "") or getattr(self, field)
        return found or (self.said("address", language) if field == "mailing_address" else "")

    def beside(self, field: str, language: str) -> str:
        """The same in Uzbek and in the other language of a paper of two: once if they are alike."""
        return " / ".join(dict.fromkeys(filter(None, (self.said(field, "uz"), self.said(field, language)))))


class DatedQuerySet(ScopedQuerySet):
    """Rows that hold from a day to a day, both included."""

    def in_force(self, day: datetime.date | None = None):
        """Rows that hold on ``day`` (default: today)."""
        day = day or timezone.localdate()
        return self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gte=day))


def period_check(name: str) -> models.CheckConstraint:
    """The last day is not before the first."""
    return models.CheckConstraint(
        condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
        name=name,
        violation_error_message=_("The last day is before the first."),
    )


class BankAccount(BaseModel):
    """An account of the university, with what it is for and from when to when.

    Of one purpose and currency one account is in force on a day: a contract must
    know which to print (the database refuses a second, ``sql/university.sql``).
    """

    class Purpose(models.IntegerChoices):
        SETTLEMENT = 10, _("main settlement account")
        CONTRACT = 11, _("payments of study contracts")
        BUDGET = 12, _("state budget")
        DEVELOPMENT = 13, _("development fund")
        SCIENCE = 14, _("scientific projects")
        DORMITORY = 15, _("dormitory payments")
        OTHER = 19, _("other")

    class Currency(models.IntegerChoices):
        """ISO 4217 numeric codes."""

        UZS = 860, _("soʻm (UZS)")
        USD = 840, _("US dollar (USD)")
        EUR = 978, _("euro (EUR)")
        RUB = 643, _("Russian rouble (RUB)")

    purpose = models.PositiveSmallIntegerField(
        _("purpose"), choices=Purpose.choices, default=Purpose.SETTLEMENT
    )
    currency = models.PositiveSmallIntegerField(_("currency"), choices=Currency.choices, default=Currency.UZS)
    number = models.CharField(
        _("account number"), max_length=27,
        validators=[RegexValidator(r"^\d{20}$|^\d{25}$|^\d{27}$", _("An account has 20, 25 or 27 digits."))],
    )  # fmt: skip
    bank = models.CharField(_("bank"), max_length=255)
    mfo = models.CharField(
        _("MFO"), max_length=5, validators=[RegexValidator(r"^\d{5}$", _("An MFO has five digits."))]
    )
    swift = models.CharField(
        _("SWIFT"), max_length=11, blank=True,
        validators=[RegexValidator(r"^[A-Z0-9]{8}([A-Z0-9]{3})?$", _("A SWIFT code has 8 or 11 characters."))],
    )  # fmt: skip
    valid_from = models.DateField(_("from"), default=timezone.localdate)
    valid_to = models.DateField(_("to"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=255, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        ordering = ["purpose", "currency", "-valid_from"]
        constraints = [period_check("bank_account_period")]

    def __str__(self) -> str:
        return f"{self.number} · {self.get_purpose_display()}"


class Licence(BaseModel):
    """A licence or a certificate of state accreditation, with its scan."""

    class Kind(models.TextChoices):
        LICENCE = "licence", _("licence for educational activity")
        ACCREDITATION = "accreditation", _("state accreditation")
        OTHER = "other", _("other permit")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.LICENCE)
    number = models.CharField(_("number"), max_length=64)
    issued_on = models.DateField(_("issued on"))
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("Empty: no end date.")
    )
    issuer = models.CharField(_("issued by"), max_length=255)
    scope = models.TextField(_("what it covers"), blank=True)
    scan = models.FileField(_("scan"), upload_to="licences/", blank=True)

    class Meta:
        verbose_name = _("licence")
        verbose_name_plural = _("licences")
        ordering = ["-issued_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "number"],
                name="licence_number",
                violation_error_message=_("This number is entered already."),
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("issued_on")),
                name="licence_period",
                violation_error_message=_("The end is not after the day of issue."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} № {self.number}"

    @property
    def days_left(self) -> int | None:
        """Days until it ends; negative when it has ended, ``None`` without an end."""
        return (self.valid_until - timezone.localdate()).days if self.valid_until else None

    @property
    def state(self) -> str:
        """``ended``, ``ending`` (within 90 days) or ``valid``."""
        left = self.days_left
        if left is None or left > 90:
            return "valid"
        return "ending" if left >= 0 else "ended"


class Signatory(BaseModel):
    """Who signs for the university in a post, from a day to a day.

    On one day a post has one signatory (the database refuses a second). Papers
    print the signatory of their own date.
    """

    class Post(models.IntegerChoices):
        RECTOR = 10, _("Rector")
        FIRST_VICE_RECTOR = 11, _("First vice-rector for academic affairs")
        RESEARCH_VICE_RECTOR = 12, _("Vice-rector for research and innovation")
        YOUTH_VICE_RECTOR = 13, _("Vice-rector for youth affairs")
        FINANCE_VICE_RECTOR = 14, _("Vice-rector for finance and economics")
        INTERNATIONAL_VICE_RECTOR = 15, _("Vice-rector for international cooperation")
        CHIEF_ACCOUNTANT = 20, _("Chief accountant")
        HEAD_OF_PERSONNEL = 21, _("Head of the personnel department")
        HEAD_OF_ACADEMIC_AFFAIRS = 22, _("Head of academic affairs")
        HEAD_OF_LEGAL = 23, _("Head of the legal department")
        SECRETARY_OF_COUNCIL = 24, _("Secretary of the academic council")

    post = models.PositiveSmallIntegerField(_("post"), choices=Post.choices, default=Post.RECTOR)
    acting = models.BooleanField(_("acting"), default=False)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    name = models.CharField(
        _("name as printed"), max_length=255, help_text=_("As it stands on papers: Karimov A. B.")
    )
    basis = models.CharField(
        _("basis"),
        max_length=255,
        help_text=_("The charter, an order or a power of attorney: kind, number, date."),
    )
    valid_from = models.DateField(_("from"), default=timezone.localdate)
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("signatory")
        verbose_name_plural = _("signatories")
        ordering = ["post", "-valid_from"]
        constraints = [period_check("signatory_period")]

    def __str__(self) -> str:
        return f"{self.get_post_display()}: {self.name}"
