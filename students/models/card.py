"""What the card of a student holds about the person: education, family, contacts, scans, corrections."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel
from hemis.classifiers.fields import ClassifierField
from hemis.pages import files
from hemis.people.models import Person
from students.models.base import PersonPartQuerySet

RELATIONS = [
    ("father", _("Father")),
    ("mother", _("Mother")),
    ("guardian", _("Guardian")),
    ("spouse", _("Spouse")),
    ("relative", _("Relative")),
    ("other", _("Other contact person")),
]
PARENTS = ("father", "mother", "guardian")
EDUCATION_DOCUMENTS = [
    ("school", _("School certificate (shahodatnoma)")),
    ("lyceum", _("Diploma of an academic lyceum")),
    ("college", _("Diploma of a professional college")),
    ("technical", _("Diploma of a technical school")),
    ("bachelor", _("Bachelor's diploma")),
    ("master", _("Master's diploma")),
    ("foreign", _("Foreign document, recognised")),
]
SCAN_KINDS = [
    ("passport", _("Passport or ID card")),
    ("education", _("Document of previous education")),
    ("birth", _("Birth certificate")),
    ("medical", _("Medical certificate (086)")),
    ("military", _("Military document")),
    ("social", _("Proof of the social category")),
    ("application", _("Application")),
    ("other", _("Other")),
]
MILITARY_STATUSES = [
    ("not_liable", _("not liable")),
    ("conscript", _("to be called up")),
    ("deferred", _("deferred")),
    ("reserve", _("in the reserve")),
    ("served", _("has served")),
]


class Contact(BaseModel):
    """Somebody to call: a parent, a guardian, another contact person.

    ``agreed_at`` is since when the student agrees that this person is told of orders on the student; what
    was told before it opens no more once the agreement is taken back, even if it is given anew.
    """

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="contacts", verbose_name=_("person")
    )
    relation = models.CharField(_("who"), max_length=16, choices=RELATIONS)
    full_name = models.CharField(_("full name"), max_length=255)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True, default="", db_default="")
    workplace = models.CharField(_("place of work, post"), max_length=255, blank=True)
    address = models.CharField(_("address"), max_length=255, blank=True)
    is_first = models.BooleanField(_("is called first"), default=False)
    agreed_at = models.DateTimeField(_("told of orders since"), null=True, blank=True)

    objects = PersonPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["person", "-is_first", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(phone__regex=r"^\+\d{9,15}$") | models.Q(phone="") & ~models.Q(email=""),
                name="contact_is_reachable",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(is_first=True), name="one_first_contact"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_relation_display()}: {self.full_name}"

    def set_agreed(self, agreed: bool) -> None:
        """Told from now on, as before, or no more."""
        self.agreed_at = (self.agreed_at or timezone.now()) if agreed else None


class Education(BaseModel):
    """Education finished before this one, by its document."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="educations", verbose_name=_("person")
    )
    kind = models.CharField(_("document"), max_length=16, choices=EDUCATION_DOCUMENTS)
    number = models.CharField(_("series and number"), max_length=32)
    issued_on = models.DateField(_("date of issue"), null=True, blank=True)
    school = models.CharField(_("school, lyceum or university"), max_length=255)
    country = ClassifierField("h_country", verbose_name=_("country"), default="UZ")
    region = ClassifierField("h_soato", verbose_name=_("region"), blank=True)
    graduation_year = models.PositiveSmallIntegerField(
        _("year of graduation"), validators=[MinValueValidator(1950), MaxValueValidator(2100)]
    )
    foreign_language = models.CharField(_("foreign language learnt"), max_length=64, blank=True)
    with_honours = models.BooleanField(_("with honours"), default=False)
    scan = models.FileField(_("scan"), upload_to=files.random_path, blank=True)

    objects = PersonPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("previous education")
        verbose_name_plural = _("previous education")
        ordering = ["person", "-graduation_year", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "country", "number"], name="education_document_once"),
            models.CheckConstraint(
                condition=models.Q(graduation_year__gte=1950, graduation_year__lte=2100),
                name="education_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school}, {self.graduation_year}"


class SocialFact(BaseModel):
    """A social category with the document that proves it and how long it holds."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="social_facts", verbose_name=_("person")
    )
    category = ClassifierField("h_social_category", verbose_name=_("social category"))
    document = models.CharField(_("document, number"), max_length=255)
    issued_on = models.DateField(_("date of issue"), null=True, blank=True)
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    scan = models.FileField(_("scan"), upload_to=files.random_path, blank=True)

    objects = PersonPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("proof of a social category")
        verbose_name_plural = _("proofs of social categories")
        ordering = ["person", "-issued_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to=None)
                | models.Q(issued_on=None)
                | models.Q(valid_to__gte=models.F("issued_on")),
                name="social_fact_period",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()} · {self.document}"


class MilitaryRecord(BaseModel):
    """How the person stands to military service."""

    person = models.OneToOneField(
        Person, on_delete=models.CASCADE, related_name="military", verbose_name=_("person")
    )
    status = models.CharField(_("military status"), max_length=16, choices=MILITARY_STATUSES)
    document = models.CharField(_("military document, number"), max_length=64, blank=True)
    office = models.CharField(_("military registration office"), max_length=255, blank=True)
    deferred_to = models.DateField(_("deferred until"), null=True, blank=True)
    served_from = models.DateField(_("served from"), null=True, blank=True)
    served_to = models.DateField(_("served until"), null=True, blank=True)

    objects = PersonPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("military record")
        verbose_name_plural = _("military records")
        ordering = ["person"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(served_from=None)
                | models.Q(served_to=None)
                | models.Q(served_to__gte=models.F("served_from")),
                name="military_period",
            )
        ]

    def __str__(self) -> str:
        return self.get_status_display()


class Scan(BaseModel):
    """A scanned document of the personal file."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="scans", verbose_name=_("person")
    )
    kind = models.CharField(_("document"), max_length=16, choices=SCAN_KINDS)
    title = models.CharField(_("what it is"), max_length=255, blank=True)
    scan = models.FileField(_("scan"), upload_to=files.random_path)
    added_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)

    objects = PersonPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("scanned document")
        verbose_name_plural = _("scanned documents")
        ordering = ["person", "kind", "-pk"]

    def __str__(self) -> str:
        return self.title or self.get_kind_display()


class PassportCorrection(models.Model):
    """One correction of a person's passport data: what from, what to, why, by whom. Never changed."""

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="corrections", verbose_name=_("person")
    )
    old = models.JSONField(_("before"))
    new = models.JSONField(_("after"))
    reason = models.CharField(_("reason"), max_length=500)
    basis = models.CharField(_("document, number and date"), max_length=255)
    scan = models.FileField(_("scan"), upload_to=files.random_path, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("corrected by"),
    )
    made_at = models.DateTimeField(_("corrected"), default=timezone.now)

    objects = PersonPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("passport data correction")
        verbose_name_plural = _("passport data corrections")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason="") & ~models.Q(basis=""), name="correction_has_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {timezone.localtime(self.made_at):%d.%m.%Y}"
