"""Where graduates work, and the links by which they answer themselves (duty 4.1)."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from students.models import Student

# Fields of h_graduate_fields_type: an own business stands there as two of them.
STUDIES_ON = "30"


class GraduateQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The faculty that the graduate left."""
        return self if scope.everything else self.filter(student__current__faculty__in=scope.faculty_ids)


class Employment(BaseModel):
    """What is known about one graduate on one day; the newest row counts, the older ones stay."""

    WORKING, STUDYING, INACTIVE, SEEKING = "working", "studying", "inactive", "seeking"
    STATUSES = [
        (WORKING, _("works")),
        (STUDYING, _("studies on")),
        (INACTIVE, _("economically inactive")),
        (SEEKING, _("looks for work")),
    ]
    # The ministry's codes of where studies go on.
    STUDIES = [
        ("11", _("master's degree")),
        ("14", _("clinical residency")),
        ("15", _("doctorate")),
        ("16", _("second higher education")),
        ("17", _("retraining")),
    ]
    OFFICE, GRADUATE = "office", "graduate"
    SOURCES = [(OFFICE, _("the department")), (GRADUATE, _("the graduate, by the survey"))]

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="employments", verbose_name=_("graduate")
    )
    noted_on = models.DateField(_("as of"), default=timezone.localdate)
    source = models.CharField(_("told by"), max_length=16, choices=SOURCES, default=OFFICE, editable=False)
    status = models.CharField(_("status"), max_length=16, choices=STATUSES)
    employer = models.CharField(_("place of work"), max_length=255, blank=True)
    tin = models.CharField(
        _("STIR of the employer"), max_length=9, blank=True,
        validators=[RegexValidator(r"^\d{9}$", _("A STIR has nine digits."))],
    )  # fmt: skip
    region = ClassifierField("h_soato", verbose_name=_("region of the place of work"), blank=True)
    profession = models.CharField(_("profession or post"), max_length=255, blank=True)
    sector = ClassifierField("h_graduate_fields_type", verbose_name=_("sector of the economy"), blank=True)
    matches = models.BooleanField(_("matches the speciality"), null=True, blank=True)
    since = models.DateField(_("since"), null=True, blank=True)
    study_kind = models.CharField(_("kind of further study"), max_length=2, choices=STUDIES, blank=True)
    school = models.CharField(_("where the studies go on"), max_length=255, blank=True)
    inactive_kind = ClassifierField(
        "h_graduate_inactive_type", verbose_name=_("why economically inactive"), blank=True
    )
    document = models.CharField(
        _("document"),
        max_length=255,
        blank=True,
        help_text=_("Labour contract or other proof: number, date."),
    )
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = GraduateQuerySet.as_manager()

    class Meta:
        verbose_name = _("employment of a graduate")
        verbose_name_plural = _("employment of graduates")
        ordering = ["-noted_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "noted_on", "source"], name="employment_once_a_day",
                violation_error_message=_("This day's answer about the graduate is entered already."),
            ),
            models.CheckConstraint(
                condition=~Q(status="working") | ~Q(employer="") & ~Q(profession="") & ~Q(sector=""),
                name="who_works_has_a_place",
                violation_error_message=_("Who works has an employer, a profession and a sector."),
            ),
            models.CheckConstraint(
                condition=~Q(status="studying") | ~Q(school="") & Q(sector="30"), name="who_studies_has_a_school",
                violation_error_message=_("Who studies on does so somewhere."),
            ),
            models.CheckConstraint(
                condition=Q(study_kind="") | Q(status="studying", study_kind__in=["11", "14", "15", "16", "17"]),
                name="kind_of_further_study",
                violation_error_message=_("A kind of study is said of who studies on, and of nobody else."),
            ),
            models.CheckConstraint(
                condition=Q(status="inactive") & ~Q(inactive_kind="")
                | ~Q(status="inactive") & Q(inactive_kind=""),
                name="who_is_inactive_says_why",
                violation_error_message=_("Say why the graduate is economically inactive, and only then."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["student", "-noted_on", "-id"], name="employment_newest")]

    def __str__(self) -> str:
        return f"{self.student} · {self.get_status_display()}"


class SurveyLink(models.Model):
    """A public link by which one graduate answers; only the hash of its token is kept."""

    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="survey_links", verbose_name=_("graduate")
    )
    # With the program's secret it gives the token again, so that the department can hand the link over;
    # alone it opens nothing.
    nonce = models.CharField(max_length=64)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    # Nobody: the reminders of the night open them too.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("created by")
    )  # fmt: skip
    valid_until = models.DateField(_("valid until"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    reminded_on = models.DateField(_("reminded on"), null=True)
    opened_at = models.DateTimeField(_("first opened"), null=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    objects = GraduateQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey of a graduate")
        verbose_name_plural = _("surveys of graduates")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student"], condition=Q(answered_at=None, revoked_at=None), name="one_open_survey"
            ),
            models.CheckConstraint(
                condition=Q(token_hash__regex=r"^[0-9a-f]{64}$"),  # noqa: S106 - a form, no password
                name="survey_keeps_a_hash",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student} · {timezone.localtime(self.created_at):%d.%m.%Y}"
