"""Works of teachers: scientific and methodical publications, intellectual property, and their authors."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.pages.files import random_path
from research.models.approval import Approval
from staff.models import Employee
from structure.models import Unit
from students.models import AcademicYear

WHOLE = Decimal(100)
DOI = RegexValidator(r"^10\.\d{4,9}/\S+$", _("A DOI looks like 10.1234/abcd."))


class WorkQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """A kafedra sees the works of its authors, a faculty those of its kafedras, a teacher one's own."""
        if scope.everything:
            return self
        wrote = Q(kafedra__in=scope.unit_ids) | Q(kafedra__parent__in=scope.faculty_ids)
        seen = wrote
        if scope.person_id:
            wrote |= Q(employee__person=scope.person_id)
            seen |= Q(entered_by__person=scope.person_id)
        return self.filter(seen | Q(Exists(WorkAuthor.objects.filter(wrote, work=OuterRef("pk")))))


class Work(Approval):
    """One work, however many teachers wrote it (people.md 6.2, 6.4; duty 8.4).

    Who enters it submits it to the head of the kafedra named here, who approves it
    or returns it with a remark. What is submitted or approved does not change: the
    head returns it first, and says why. The database refuses anything else.
    """

    SCIENTIFIC, METHODICAL, PROPERTY = "scientific", "methodical", "property"
    SORTS = [
        (SCIENTIFIC, _("scientific publication")),
        (METHODICAL, _("methodical publication")),
        (PROPERTY, _("intellectual property")),
    ]
    word, owner_path, card = "work", "entered_by", "research_work"

    sort = models.CharField(_("sort of work"), max_length=12, choices=SORTS, editable=False)
    title = models.CharField(_("title"), max_length=500)
    title_key = models.GeneratedField(
        expression=Func(
            Func(F("title"), function="LOWER"), Value("[^[:alnum:]]+"), Value(""), Value("g"),
            function="REGEXP_REPLACE",
        ),
        output_field=models.CharField(max_length=500),
        db_persist=True,
    )  # fmt: skip
    scientific_kind = ClassifierField("h_scientific_publication_type", verbose_name=_("kind"), blank=True)
    methodical_kind = ClassifierField("h_methodical_publication_type", verbose_name=_("kind"), blank=True)
    property_kind = ClassifierField("h_patient_type", verbose_name=_("kind"), blank=True)
    academic_year = models.ForeignKey(
        AcademicYear, on_delete=models.PROTECT, related_name="works", verbose_name=_("academic year")
    )
    issue_year = models.PositiveSmallIntegerField(
        _("year of issue"), validators=[MinValueValidator(1950), MaxValueValidator(2100)]
    )
    source_name = models.CharField(_("journal or publisher"), max_length=500, blank=True)
    pages = models.CharField(_("volume, number, pages"), max_length=255, blank=True)
    keywords = models.CharField(_("keywords"), max_length=500, blank=True)
    doi = models.CharField(_("DOI"), max_length=255, blank=True, validators=[DOI])
    database = ClassifierField("h_publication_database", verbose_name=_("international database"), blank=True)
    locality = ClassifierField("h_locality", verbose_name=_("local or foreign"), blank=True)
    country = ClassifierField("h_country", verbose_name=_("country"), blank=True)
    language = ClassifierField("h_language", verbose_name=_("language"), blank=True)
    certificate_number = models.CharField(_("certificate number"), max_length=255, blank=True)
    certificate_date = models.DateField(_("certificate date"), null=True, blank=True)
    scan = models.FileField(_("file of the work"), upload_to=random_path, blank=True)
    same_title = models.BooleanField(_("another work of the same title"), default=False)
    kafedra = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="works", verbose_name=_("kafedra"), editable=False
    )
    entered_by = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="entered_works", verbose_name=_("entered by"),
        editable=False,
    )  # fmt: skip

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("work")
        verbose_name_plural = _("works")
        ordering = ["-issue_year", "title"]
        indexes = [models.Index(fields=["academic_year", "state"], name="work_year_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(sort="scientific", methodical_kind="", property_kind="") & ~Q(scientific_kind="")
                | Q(sort="methodical", scientific_kind="", property_kind="") & ~Q(methodical_kind="")
                | Q(sort="property", scientific_kind="", methodical_kind="") & ~Q(property_kind=""),
                name="work_kind_of_its_sort",
            ),
            models.CheckConstraint(
                condition=~Q(sort="property")
                | ~Q(certificate_number="") & Q(certificate_date__isnull=False),
                name="property_has_certificate",
            ),
            models.CheckConstraint(condition=Q(issue_year__range=(1950, 2100)), name="work_issue_year"),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="work_approved_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(state="returned") | ~Q(remark=""), name="work_returned_why"),
            models.UniqueConstraint(
                Func(F("doi"), function="LOWER"), condition=~Q(doi=""), name="work_doi_once"
            ),
            models.UniqueConstraint(
                fields=["sort", "title_key", "issue_year"], condition=Q(same_title=False), name="work_title_once"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def kind(self) -> str:
        """The kind in the national list of its sort, in words."""
        return getattr(self, f"get_{self.sort}_kind_display")()


class WorkAuthorQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """Authors of the works in the scope."""
        return self if scope.everything else self.filter(work__in=Work.objects.for_scope(scope))


class WorkAuthor(BaseModel):
    """Somebody who wrote a work: an employee, or a name from outside; shares make at most 100 %."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="authors", verbose_name=_("work"))
    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, null=True, blank=True, related_name="works",
        verbose_name=_("author of the university"),
    )  # fmt: skip
    # Where the author works when the work is entered: the kafedra and the faculty that count it.
    kafedra = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("kafedra"),
        editable=False,
    )  # fmt: skip
    outsider = models.CharField(_("author from outside"), max_length=255, blank=True)
    place = models.PositiveSmallIntegerField(_("place among the authors"), default=1)
    share = models.DecimalField(_("share, %"), max_digits=5, decimal_places=2, null=True, blank=True)

    objects = WorkAuthorQuerySet.as_manager()

    class Meta:
        verbose_name = _("author of a work")
        verbose_name_plural = _("authors of works")
        ordering = ["place", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(employee__isnull=False, outsider="") | Q(employee=None) & ~Q(outsider=""),
                name="author_employee_or_outsider",
            ),
            models.CheckConstraint(
                condition=Q(share=None) | Q(share__gt=0, share__lte=WHOLE), name="author_share"
            ),
            models.UniqueConstraint(fields=["work", "employee"], name="author_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Who it is."""
        return str(self.employee) if self.employee_id else self.outsider

    @property
    def name_in_citations(self) -> str:
        """Surname, a comma, the other names; a name from outside as it was written."""
        if not self.employee_id:
            return self.outsider
        person = self.employee.person
        return f"{person.last_name}, {' '.join(filter(None, [person.first_name, person.middle_name]))}"
