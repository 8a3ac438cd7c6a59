"""Applications of students: what is asked for, with which papers, what became of it (duties S, 2.2, 3.5)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.legal import Confirmable
from hemis.pages.files import StoredFile
from structure.models import Unit
from students.models import Group, Programme, Student

LEAVE, EXTENSION, RETURN, TRANSFER, TRANSFER_OUT, REINSTATEMENT, EXPULSION = (
    "leave", "extension", "return", "transfer", "transfer_out", "reinstatement", "expulsion",
)  # fmt: skip
KINDS = [
    (LEAVE, _("Academic leave")),
    (EXTENSION, _("Extension of academic leave")),
    (RETURN, _("Return from academic leave")),
    (TRANSFER, _("Transfer inside the university")),
    (TRANSFER_OUT, _("Transfer to another university")),
    (REINSTATEMENT, _("Reinstatement")),
    (EXPULSION, _("Expulsion by own wish")),
]


class ApplicationTerm(Confirmable, BaseModel):
    """Within how many days an application of a kind is decided, from a date on."""

    kind = models.CharField(_("kind of application"), max_length=16, choices=KINDS)
    valid_from = models.DateField(_("holds from"))
    days = models.PositiveSmallIntegerField(_("days for the decision"))
    source = models.CharField(_("legal source"), max_length=255)

    class Meta:
        verbose_name = _("term for a decision")
        verbose_name_plural = _("terms for decisions")
        ordering = ["kind", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "valid_from"], name="application_term_once"),
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=90), name="application_term_days"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.days}"


class ApplicationWindow(Confirmable, BaseModel):
    """A period in which applications of a kind are received, and one in which they are decided."""

    kind = models.CharField(_("kind of application"), max_length=16, choices=KINDS)
    opens = models.DateField(_("received from"))
    closes = models.DateField(_("received until"))
    decide_from = models.DateField(_("decided from"))
    decide_by = models.DateField(_("decided until"))
    source = models.CharField(_("legal source"), max_length=255)

    class Meta:
        verbose_name = _("window for applications")
        verbose_name_plural = _("windows for applications")
        ordering = ["kind", "-opens"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "opens"], name="application_window_once"),
            models.CheckConstraint(
                condition=Q(closes__gte=models.F("opens"), decide_from__gte=models.F("opens"),
                            decide_by__gte=models.F("closes")),
                name="application_window_order",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.opens:%d.%m.%Y}–{self.closes:%d.%m.%Y}"


class ApplicationQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The faculty of the student at the time of sending; a person the own ones, drafts too."""
        if scope.everything:
            return self.exclude(state=Application.DRAFT)
        seen = Q(faculty__in=scope.faculty_ids) & ~Q(state=Application.DRAFT)
        if scope.person_id:
            seen |= Q(student__person=scope.person_id)
        return self.filter(seen)


class Application(BaseModel):
    """One application, from the student's draft to the order that grants it."""

    DRAFT, SENT, IN_WORK, GRANTED, REFUSED, WITHDRAWN, EXECUTED, CANCELLED = (
        "draft", "sent", "in_work", "granted", "refused", "withdrawn", "executed", "cancelled",
    )  # fmt: skip
    STATES = [
        (DRAFT, _("draft")),
        (SENT, _("sent")),
        (IN_WORK, _("in work")),
        (GRANTED, _("granted")),
        (REFUSED, _("refused")),
        (WITHDRAWN, _("withdrawn")),
        (EXECUTED, _("carried out by an order")),
        (CANCELLED, _("its order is cancelled")),
    ]
    OPEN = (DRAFT, SENT, IN_WORK, GRANTED)
    STUDENT, PARENT, SPOUSE = "student", "parent", "spouse"
    GIVERS = [(STUDENT, _("student")), (PARENT, _("father or mother")), (SPOUSE, _("spouse"))]
    GROUP, PROGRAMME, FORM, LANGUAGE, FACULTY = "group", "programme", "form", "language", "faculty"
    CHANGES = [
        (GROUP, _("group")),
        (PROGRAMME, _("programme")),
        (FORM, _("education form")),
        (LANGUAGE, _("language of study")),
        (FACULTY, _("faculty")),
    ]

    kind = models.CharField(_("kind of application"), max_length=16, choices=KINDS)
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="applications", verbose_name=_("student")
    )
    faculty = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("faculty"))
    state = models.CharField(_("state"), max_length=16, choices=STATES, default=DRAFT)
    number = models.CharField(_("number"), max_length=16, blank=True)
    given_by = models.CharField(_("given by"), max_length=16, choices=GIVERS, default=STUDENT)
    is_paper = models.BooleanField(_("on paper"), default=False)
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("entered by")
    )

    ground = ClassifierField("h_academic_reason", own=("relative",), verbose_name=_("ground"), blank=True)
    start_date = models.DateField(_("from"), null=True, blank=True)
    end_date = models.DateField(_("until"), null=True, blank=True)
    change = models.CharField(_("what is to change"), max_length=16, choices=CHANGES, blank=True)
    programme = models.ForeignKey(
        Programme,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("wanted programme"),
    )
    group = models.ForeignKey(
        Group,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("wanted group"),
    )
    language = ClassifierField("h_language", verbose_name=_("wanted language"), blank=True)
    university = models.CharField(_("the other university"), max_length=255, blank=True)
    details = models.TextField(_("explanation"), max_length=4000, blank=True)

    sent_at = models.DateTimeField(_("sent at"), null=True)
    due_on = models.DateField(_("to be decided by"), null=True)
    due_source = models.CharField(_("source of the term"), max_length=255, blank=True)
    taken_at = models.DateTimeField(_("taken in work at"), null=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("in whose hands"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by whom"),
    )
    note = models.TextField(_("what the decision says"), blank=True)
    refusal_source = models.CharField(_("legal source of the refusal"), max_length=255, blank=True)
    target_group = models.ForeignKey(
        Group,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("group given"),
    )
    target_semester = ClassifierField("h_semester", verbose_name=_("semester given"), blank=True)
    order = models.ForeignKey(
        "movement.Order",
        on_delete=models.SET_NULL,
        null=True,
        related_name="applications",
        verbose_name=_("order"),
    )
    closed_at = models.DateTimeField(_("closed at"), null=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "kind"], condition=Q(state__in=["draft", "sent", "in_work", "granted"]),
                name="one_open_application",
            ),
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="application_number_once",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | ~Q(number="") & Q(sent_at__isnull=False, due_on__isnull=False),
                name="sent_application_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["granted", "refused", "executed", "cancelled"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="decision_has_decider",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(note="") & ~Q(refusal_source=""),
                name="refusal_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["executed", "cancelled"]) | Q(order__isnull=False),
                name="closed_application_has_order",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["withdrawn", "executed", "cancelled"]) | Q(closed_at__isnull=False),
                name="closed_application_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(start_date=None) | Q(end_date=None) | Q(end_date__gt=models.F("start_date")),
                name="application_period",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        title = str(self.get_kind_display())
        return f"{title} № {self.number}" if self.number else title


class ApplicationDocument(StoredFile):
    """A paper that goes with an application, and with the order made of it."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="documents", verbose_name=_("application")
    )
    title = models.CharField(_("what it is"), max_length=255)

    class Meta:
        verbose_name = _("document of an application")
        verbose_name_plural = _("documents of applications")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title
