"""Learning resources and the bank of control questions."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from curriculum.models.plan import CurriculumSubject
from curriculum.models.reference import Subject
from curriculum.models.study import Topic
from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.pages.files import MATERIAL_TYPES, StoredFile

WHOLE = Decimal(100)


class ResourceQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """With the subject: its faculty, its kafedra, and those who are responsible for it or teach it."""
        from curriculum.materials.queries import subjects_of

        return self if scope.everything else self.filter(curriculum_subject__in=subjects_of(scope))

    def published(self):
        return self.filter(is_published=True)


class Resource(BaseModel):
    """Something to learn from: files, a link, or both; students see it while it is published."""

    curriculum_subject = models.ForeignKey(
        CurriculumSubject, on_delete=models.PROTECT, related_name="resources", verbose_name=_("subject")
    )
    training_type = ClassifierField("h_training_type", verbose_name=_("kind of training"))
    topic = models.ForeignKey(
        Topic,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="resources",
        verbose_name=_("topic"),
    )
    language = ClassifierField("h_language", verbose_name=_("language"), default="11")
    name = models.CharField(_("name"), max_length=256)
    description = models.TextField(_("description"), max_length=4000, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    is_published = models.BooleanField(
        _("published"), default=True, help_text=_("Otherwise students do not see it.")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("entered by"),
    )
    created_at = models.DateTimeField(_("entered"), db_default=Now(), editable=False)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("learning resource")
        verbose_name_plural = _("learning resources")
        ordering = ["curriculum_subject", "training_type", "topic__position", "name", "pk"]
        indexes = [models.Index(fields=["curriculum_subject", "training_type"], name="resource_of_subject")]
        constraints = [
            # Nothing but the web: no javascript:, no file:.
            models.CheckConstraint(
                condition=Q(link="") | Q(link__regex=r"^https?://"), name="resource_link_is_web"
            )
        ]

    def __str__(self) -> str:
        return self.name


class MaterialFile(StoredFile):
    """A file of the kinds that teaching uses: PDF, pictures, office documents, archives, plain text."""

    content_type = models.CharField(
        max_length=128, choices=[(one, one) for one in sorted(set(MATERIAL_TYPES.values()))]
    )
    types = MATERIAL_TYPES

    class Meta:
        abstract = True


class ResourceFile(MaterialFile):
    """A file of a learning resource."""

    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, related_name="files", verbose_name=_("learning resource")
    )

    class Meta:
        verbose_name = _("file of a learning resource")
        verbose_name_plural = _("files of learning resources")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "sha256"], name="resource_file_once"),
        ]


class QuestionQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """With the subject: whoever has it in a plan of the faculty, at the kafedra, or teaches it."""
        from curriculum.materials.queries import bank_subjects

        return self if scope.everything else self.filter(subject__in=bank_subjects(scope))

    def active(self):
        return self.filter(is_active=True)


class Question(BaseModel):
    """A control question of the subject's bank, used again year after year.

    ``fingerprint`` says what the question is, whatever its spaces: the same one
    does not stand twice in a bank. A question that somebody was asked is not
    changed any more; it is switched off and another one written.
    """

    SINGLE, SEVERAL, MATCHING, SHORT, ESSAY = "single", "several", "matching", "short", "essay"
    KINDS = [
        (SINGLE, _("one right answer")),
        (SEVERAL, _("several right answers")),
        (MATCHING, _("matching")),
        (SHORT, _("short answer")),
        (ESSAY, _("essay")),
    ]
    EASY, MIDDLE, HARD = 1, 2, 3
    DIFFICULTIES = [(EASY, _("easy")), (MIDDLE, _("middle")), (HARD, _("hard"))]

    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="questions", verbose_name=_("subject")
    )
    # In words, not as a row of one year's plan: the bank outlives the plans.
    topic = models.CharField(_("topic"), max_length=256, blank=True)
    difficulty = models.PositiveSmallIntegerField(_("difficulty"), choices=DIFFICULTIES, default=MIDDLE)
    language = ClassifierField("h_language", verbose_name=_("language"), default="11")
    kind = models.CharField(_("kind"), max_length=8, choices=KINDS, default=SINGLE)
    text = models.TextField(_("question"), max_length=8000)
    fingerprint = models.CharField(max_length=64, editable=False)
    is_active = models.BooleanField(_("in use"), default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("entered by"),
    )
    created_at = models.DateTimeField(_("entered"), db_default=Now(), editable=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("control question")
        verbose_name_plural = _("control questions")
        ordering = ["subject", "topic", "difficulty", "pk"]
        indexes = [models.Index(fields=["subject", "language", "topic", "difficulty"], name="question_quota")]
        constraints = [
            models.UniqueConstraint(fields=["subject", "fingerprint"], name="question_once_in_bank"),
            models.CheckConstraint(
                condition=Q(difficulty__gte=1, difficulty__lte=3), name="question_difficulty"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["single", "several", "matching", "short", "essay"]),
                name="question_kind",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(self.text.split())[:120]


class QuestionPicture(StoredFile):
    """A picture that is shown with a question: what is to be read off it, named or computed."""

    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="pictures", verbose_name=_("control question")
    )

    class Meta:
        verbose_name = _("picture of a question")
        verbose_name_plural = _("pictures of questions")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["question", "sha256"], name="question_picture_once"),
            models.CheckConstraint(condition=Q(content_type="image/jpeg"), name="question_picture_is_one"),
        ]


class QuestionAnswer(models.Model):
    """An answer of a question: its share of the question's score in per cent, or the pair it matches."""

    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="answers", verbose_name=_("control question")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("answer"), max_length=2000)
    match = models.CharField(_("matches"), max_length=2000, blank=True)
    share = models.DecimalField(
        _("share of the score, %"),
        max_digits=6,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(-WHOLE), MaxValueValidator(WHOLE)],
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer of a question")
        verbose_name_plural = _("answers of questions")
        ordering = ["question", "position"]
        constraints = [
            models.UniqueConstraint(fields=["question", "position"], name="answer_position_once"),
            models.CheckConstraint(condition=Q(share__gte=-WHOLE, share__lte=WHOLE), name="answer_share"),
        ]

    def __str__(self) -> str:
        return self.text[:120]
