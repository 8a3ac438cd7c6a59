"""Control tasks with what students hand in, and tests with the sessions in which they are taken."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from curriculum.materials.models import MaterialFile, Question
from curriculum.models import CurriculumSubject, Teaching, Topic
from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from students.models import Group, Student


class TaskQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """With the teaching, whoever teaches it now: a change of the teacher leaves no task behind."""
        return self if scope.everything else self.filter(teaching__in=Teaching.objects.for_scope(scope))


class Task(BaseModel):
    """Something that the students of a teaching do for points of a control, at home or as a test."""

    WORK, TEST = "work", "test"
    KINDS = [(WORK, _("task")), (TEST, _("test"))]
    DRAFT, SENT, CLOSED = "draft", "sent", "closed"
    STATES = [(DRAFT, _("draft")), (SENT, _("sent")), (CLOSED, _("closed"))]
    REFUSE, ACCEPT = "refuse", "accept"
    LATE_RULES = [(REFUSE, _("not taken")), (ACCEPT, _("taken with a deduction"))]

    teaching = models.ForeignKey(
        Teaching, on_delete=models.PROTECT, related_name="tasks", verbose_name=_("teaching")
    )
    kind = models.CharField(_("kind"), max_length=4, choices=KINDS, default=WORK)
    name = models.CharField(_("name"), max_length=256)
    text = models.TextField(_("what is to be done"), max_length=8000)
    topic = models.ForeignKey(
        Topic, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("topic")
    )
    control = ClassifierField("h_exam_type", verbose_name=_("brings points to"))
    max_points = models.DecimalField(
        _("maximum"),
        max_digits=5,
        decimal_places=1,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(Decimal(100))],
    )
    deadline = models.DateTimeField(_("deadline"))
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=1, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    late_rule = models.CharField(_("handed in late"), max_length=6, choices=LATE_RULES, default=REFUSE)
    late_penalty = models.PositiveSmallIntegerField(
        _("deduction for lateness, %"),
        default=0,
        validators=[MaxValueValidator(100)],
        help_text=_("Of the points given, once, however late."),
    )
    late_until = models.DateTimeField(
        _("taken late until"), null=True, blank=True, help_text=_("Empty: as long as the task is open.")
    )
    state = models.CharField(_("state"), max_length=6, choices=STATES, default=DRAFT, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("entered by"),
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("control task")
        verbose_name_plural = _("control tasks")
        ordering = ["-deadline", "name", "pk"]
        indexes = [models.Index(fields=["teaching", "state"], name="task_of_teaching")]
        constraints = [
            models.CheckConstraint(
                condition=Q(max_points__gt=0, max_points__lte=100, attempts__gte=1), name="task_figures"
            ),
            models.CheckConstraint(condition=Q(late_penalty__lte=100), name="task_penalty"),
            models.CheckConstraint(
                condition=Q(late_until=None) | Q(late_until__gt=F("deadline")),
                name="task_late_after_deadline",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(sent_at__isnull=False), name="task_sent_when"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_test(self) -> bool:
        return self.kind == self.TEST


class _TaskPartQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        return self if scope.everything else self.filter(task__in=Task.objects.for_scope(scope))


class TaskFile(MaterialFile):
    """A file that belongs to a task."""

    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, related_name="files", verbose_name=_("control task")
    )

    class Meta:
        verbose_name = _("file of a task")
        verbose_name_plural = _("files of tasks")
        ordering = ["pk"]


class TaskStudent(BaseModel):
    """A task of one student: given → handed in → marked, or returned to be done again.

    ``points`` are those that count, whatever was handed in before and after. The
    line of the plan says whose control they go to.
    """

    GIVEN, SUBMITTED, GRADED, RETURNED = "given", "submitted", "graded", "returned"
    STATES = [
        (GIVEN, _("given to do")),
        (SUBMITTED, _("handed in")),
        (GRADED, _("marked")),
        (RETURNED, _("returned")),
    ]

    task = models.ForeignKey(
        Task, on_delete=models.PROTECT, related_name="students", verbose_name=_("control task")
    )
    student = models.ForeignKey(
        Student, on_delete=models.PROTECT, related_name="tasks", verbose_name=_("student")
    )
    curriculum_subject = models.ForeignKey(
        CurriculumSubject, on_delete=models.PROTECT, related_name="+", verbose_name=_("subject")
    )
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+", verbose_name=_("group"))
    # The task's own deadline, unless the teacher gave this student more time.
    deadline = models.DateTimeField(_("own deadline"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=STATES, default=GIVEN)
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=1, null=True, blank=True)
    is_excluded = models.BooleanField(_("excluded"), default=False)
    excluded_why = models.CharField(_("reason"), max_length=256, blank=True)
    first_opened_at = models.DateTimeField(_("first opened"), null=True, editable=False)

    objects = _TaskPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("task of a student")
        verbose_name_plural = _("tasks of students")
        ordering = ["task", "student__person__sort_key"]
        indexes = [
            models.Index(fields=["curriculum_subject", "student"], name="task_points_of_subject"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["task", "student"], name="task_once_a_student"),
            models.CheckConstraint(
                condition=Q(points=None) | Q(points__gte=0), name="task_points_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(is_excluded=False) | ~Q(excluded_why=""), name="task_excluded_why"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["given", "submitted", "graded", "returned"]), name="task_student_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student}: {self.task}"

    @property
    def due(self):
        """The deadline that holds for this student."""
        return self.deadline or self.task.deadline


class Submission(models.Model):
    """What a student handed in, one version after another; none is changed or removed."""

    task_student = models.ForeignKey(
        TaskStudent, on_delete=models.PROTECT, related_name="submissions", verbose_name=_("task of a student")
    )
    number = models.PositiveSmallIntegerField(_("version"))
    text = models.TextField(_("answer"), max_length=20000, blank=True)
    sent_at = models.DateTimeField(_("handed in"))
    is_late = models.BooleanField(_("late"), default=False)
    # The teacher's word on this version.
    raw_points = models.DecimalField(
        _("points before deductions"), max_digits=5, decimal_places=1, null=True, blank=True
    )
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=1, null=True, blank=True)
    originality = models.PositiveSmallIntegerField(
        _("originality, %"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    comment = models.TextField(_("the teacher's comment"), max_length=5000, blank=True)
    graded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("marked by"),
    )
    graded_at = models.DateTimeField(_("marked at"), null=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["task_student", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["task_student", "number"], name="submission_number_once"),
            models.CheckConstraint(
                condition=Q(points=None) | Q(points__gte=0, graded_at__isnull=False), name="submission_points"
            ),
            models.CheckConstraint(
                condition=Q(originality=None) | Q(originality__lte=100), name="submission_originality"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_student} ({self.number})"


class SubmissionFile(MaterialFile):
    """A file that a student handed in."""

    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name="files", verbose_name=_("submission")
    )

    class Meta:
        verbose_name = _("file of a submission")
        verbose_name_plural = _("files of submissions")
        ordering = ["pk"]


# --- tests


class Test(BaseModel):
    """How the test of a task is made and taken."""

    BEST, LAST = "best", "last"
    POLICIES = [(BEST, _("the best attempt")), (LAST, _("the last attempt"))]

    task = models.OneToOneField(
        Task, on_delete=models.CASCADE, related_name="test", verbose_name=_("control task")
    )
    duration = models.PositiveSmallIntegerField(
        _("duration, minutes"), default=30, validators=[MinValueValidator(1), MaxValueValidator(480)]
    )
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    policy = models.CharField(_("what counts"), max_length=4, choices=POLICIES, default=BEST)
    shuffles = models.BooleanField(_("questions and answers in another order for everybody"), default=True)
    shows_sheet = models.BooleanField(
        _("the student sees the own answers with the right ones after the deadline"), default=True
    )
    language = ClassifierField("h_language", verbose_name=_("language of the questions"), default="11")

    objects = _TaskPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("test")
        verbose_name_plural = _("tests")
        constraints = [
            models.CheckConstraint(condition=Q(duration__gte=1, duration__lte=480), name="test_duration")
        ]

    def __str__(self) -> str:
        return str(self.task)


class TestQuota(models.Model):
    """So many questions of a topic and a difficulty, drawn anew for each student; empty: of any."""

    test = models.ForeignKey(Test, on_delete=models.CASCADE, related_name="quotas", verbose_name=_("test"))
    topic = models.CharField(_("topic"), max_length=256, blank=True)
    difficulty = models.PositiveSmallIntegerField(
        _("difficulty"), choices=Question.DIFFICULTIES, null=True, blank=True
    )
    count = models.PositiveSmallIntegerField(
        _("questions"), validators=[MinValueValidator(1), MaxValueValidator(200)]
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("quota of a test")
        verbose_name_plural = _("quotas of tests")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["test", "topic", "difficulty"], name="test_quota_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(count__gte=1), name="quota_count"),
        ]

    def __str__(self) -> str:
        return f"{self.topic or '*'}: {self.count}"


class TestQuestion(models.Model):
    """A question picked by hand, which everybody is asked."""

    test = models.ForeignKey(Test, on_delete=models.CASCADE, related_name="picked", verbose_name=_("test"))
    question = models.ForeignKey(
        Question, on_delete=models.PROTECT, related_name="+", verbose_name=_("control question")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("picked question")
        verbose_name_plural = _("picked questions")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["test", "question"], name="picked_once")]

    def __str__(self) -> str:
        return str(self.question)


class TestWindow(models.Model):
    """Hours in which one group takes the test, instead of the test's own."""

    test = models.ForeignKey(Test, on_delete=models.CASCADE, related_name="windows", verbose_name=_("test"))
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+", verbose_name=_("group"))
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("hours of a group's test")
        verbose_name_plural = _("hours of groups' tests")
        ordering = ["opens_at"]
        constraints = [
            models.UniqueConstraint(fields=["test", "group"], name="window_once_a_group"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="window_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.opens_at:%d.%m %H:%M}"


class Attempt(models.Model):
    """A session of a test. The server alone says when it began, when it ends and what was answered."""

    RUNNING, FINISHED, EXPIRED = "running", "finished", "expired"
    STATES = [
        (RUNNING, _("being taken")),
        (FINISHED, _("finished by the student")),
        (EXPIRED, _("closed by the clock")),
    ]

    task_student = models.ForeignKey(
        TaskStudent,
        on_delete=models.PROTECT,
        related_name="test_attempts",
        verbose_name=_("task of a student"),
    )
    number = models.PositiveSmallIntegerField(_("attempt"))
    seed = models.BigIntegerField(_("order of questions"))
    started_at = models.DateTimeField(_("begun"))
    closes_at = models.DateTimeField(_("ends"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    state = models.CharField(_("state"), max_length=8, choices=STATES, default=RUNNING)
    # Of one hundred; None while an essay waits for the teacher.
    percent = models.DecimalField(_("result, %"), max_digits=5, decimal_places=2, null=True)
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=1, null=True)
    ip = models.GenericIPAddressField(_("network address"), null=True)
    other_ip = models.GenericIPAddressField(_("another network address"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt at a test")
        verbose_name_plural = _("attempts at tests")
        ordering = ["task_student", "number"]
        indexes = [models.Index(fields=["closes_at"], condition=Q(state="running"), name="attempt_running")]
        constraints = [
            models.UniqueConstraint(fields=["task_student", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["task_student"], condition=Q(state="running"), name="one_attempt_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(percent=None) | Q(percent__gte=0, percent__lte=100), name="attempt_percent"
            ),
            models.CheckConstraint(condition=Q(closes_at__gt=F("started_at")), name="attempt_hours"),
            models.CheckConstraint(
                condition=Q(state="running", finished_at=None)
                | ~Q(state="running") & Q(finished_at__isnull=False),
                name="attempt_finished_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_student} ({self.number})"


class AttemptAnswer(models.Model):
    """A question of a session: the order its answers stand in, what was chosen, and what it is worth.

    ``order`` holds keys of answers; ``chosen`` keys, for matching a key for each
    key; ``given_at`` is the moment on the student's own clock, so that of two
    tabs the later word holds, however late it comes.
    """

    attempt = models.ForeignKey(
        Attempt, on_delete=models.CASCADE, related_name="answers", verbose_name=_("attempt at a test")
    )
    question = models.ForeignKey(
        Question, on_delete=models.PROTECT, related_name="asked", verbose_name=_("control question")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    order = models.JSONField(_("order of answers"), default=list)
    matches = models.JSONField(_("order of second halves"), default=list)
    chosen = models.JSONField(_("chosen"), default=list)
    text = models.TextField(_("answer in words"), max_length=20000, blank=True)
    given_at = models.BigIntegerField(_("moment on the student's clock"), default=0)
    saved_at = models.DateTimeField(_("saved"), null=True)
    # Between 0 and 1; None: not counted yet, or an essay that nobody has read.
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=4, null=True)
    comment = models.CharField(_("the teacher's comment"), max_length=1000, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer in a test")
        verbose_name_plural = _("answers in tests")
        ordering = ["attempt", "position"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "question"], name="asked_once"),
            models.UniqueConstraint(fields=["attempt", "position"], name="asked_in_order"),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__gte=0, score__lte=1), name="answer_score"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt}: {self.position}"


__all__ = [
    "Attempt", "AttemptAnswer", "Submission", "SubmissionFile", "Task", "TaskFile", "TaskStudent", "Test",
    "TestQuestion", "TestQuota", "TestWindow",
]  # fmt: skip
