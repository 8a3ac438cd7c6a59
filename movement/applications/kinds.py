"""Kinds of applications: who may give one, what it asks, and the order it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from movement.applications import models as kinds
from movement.applications.models import Application

STUDYING, EXPELLED, ON_LEAVE = "11", "12", "13"
OWN_WISH, MOVES_AWAY = "11", "12"


@dataclass(frozen=True)
class ApplicationKind:
    """One kind.

    ``statuses`` (`h_student_status`) are those of whom it may come, ``questions``
    the columns it asks, ``order`` the key of the kind of order that grants it (``order_by_change``: where
    that depends on what is to change), ``papers_of_order`` the basis documents of the order that the
    application itself and then its documents stand for,
    ``reason`` the code that the order gives (for expulsions, `h_expel_reason`).
    """

    code: str
    order: str
    order_title: str  # in Uzbek, as on the order itself
    statuses: frozenset[str]
    questions: tuple[str, ...]
    required: frozenset[str]
    hint: str | Promise
    papers: str | Promise
    needs_paper: bool = False
    reason: str = ""
    gives_group: bool = False
    # What the student chooses in `change` decides whether the windows hold (law: between programmes only).
    windowed_changes: frozenset[str] = frozenset()
    needs_clearance: str = ""
    order_by_change: Mapping[str, str] = field(default_factory=dict)
    papers_of_order: tuple[str, ...] = ("application",)
    gives_semester: bool = False

    def is_windowed(self, application: Application) -> bool:
        """Whether the windows of the kind hold for this application."""
        return not self.windowed_changes or application.change in self.windowed_changes

    def order_of(self, application: Application) -> str:
        """The key of the kind of order that grants this application."""
        return self.order_by_change.get(application.change, self.order)

    def given_papers(self, *, has_documents: bool) -> tuple[str, ...]:
        """Which basis documents of the order (``Paper.code``) this application stands for."""
        return self.papers_of_order if has_documents else self.papers_of_order[:1]

    def choices(self, application: Application) -> dict[str, Any]:
        """What the order takes from the application, as its questions are called: only what is known."""
        moves = self.order_of(application).startswith("16:") and not self.reason
        current = application.student.current
        found: dict[str, Any] = {
            "reason": self.reason or application.ground,
            "group": application.target_group or application.group,
            "programme": application.programme or (current.programme if moves and current else None),
            "language": application.language,
            "semester": application.target_semester,
            "ends_on": application.end_date,
            "university": application.university,
            "applied_on": timezone.localdate(application.sent_at) if application.sent_at else None,
        }
        return {name: value for name, value in found.items() if value}


KINDS: dict[str, ApplicationKind] = {
    one.code: one
    for one in (
        ApplicationKind(
            kinds.LEAVE, "12", "Akademik taʼtil berish toʻgʻrisida", frozenset({STUDYING}),
            ("ground", "start_date", "end_date", "details"), frozenset({"ground", "start_date", "end_date"}),
            _("For military service, health, pregnancy and childbirth, care of a child or of a sick relative."),
            _("Summons, medical conclusion, birth certificate or another paper that shows the ground."),
            needs_paper=True, papers_of_order=("application", "proof"),
        ),
        ApplicationKind(
            kinds.EXTENSION, "12:extend", "Akademik taʼtil muddatini uzaytirish toʻgʻrisida", frozenset({ON_LEAVE}),
            ("ground", "end_date", "details"), frozenset({"ground", "end_date"}),
            _("When the ground of the leave lasts longer: ask before its last day."),
            _("Summons, medical conclusion, birth certificate or another paper that shows the ground."),
            needs_paper=True, papers_of_order=("application", "proof"),
        ),
        ApplicationKind(
            kinds.RETURN, "15:return", "Akademik taʼtildan qaytarish toʻgʻrisida", frozenset({ON_LEAVE}),
            ("start_date", "details"), frozenset({"start_date"}),
            _("When the leave ends, or earlier when its ground has passed away."),
            _("If the leave was for health: the conclusion that you may study."), gives_group=True,
            gives_semester=True,
        ),
        ApplicationKind(
            kinds.TRANSFER, "16", "Talabalarni koʻchirish toʻgʻrisida", frozenset({STUDYING}),
            ("change", "programme", "group", "language", "details"), frozenset({"change", "details"}),
            _("To another group, programme, education form, language of study or faculty of this university."),
            _("What supports your wish, if there is anything."), gives_group=True,
            windowed_changes=frozenset({Application.PROGRAMME, Application.FORM, Application.FACULTY}),
            order_by_change={
                Application.PROGRAMME: "16:programme", Application.FORM: "16:programme",
                Application.LANGUAGE: "16:programme", Application.FACULTY: "16:faculty",
            },
        ),
        ApplicationKind(
            kinds.TRANSFER_OUT, "16:out",
            "Oʻqishini boshqa OTMga koʻchirish sababli chetlashtirish toʻgʻrisida",
            frozenset({STUDYING}), ("university", "details"), frozenset({"university"}),
            _("You leave this university because another one takes you. The clearance sheet comes first."),
            _("The reply of the other university."), needs_paper=True, reason=MOVES_AWAY,
            needs_clearance="transfer_out", papers_of_order=("application", "consent"),
        ),
        ApplicationKind(
            kinds.REINSTATEMENT, "15", "Talabalar safiga tiklash toʻgʻrisida", frozenset({EXPELLED}),
            ("programme", "details"), frozenset({"details"}),
            _("For those who were expelled: on a contract, from the semester that was not mastered."),
            _("Academic certificate or transcript."), needs_paper=True, gives_group=True,
            gives_semester=True, papers_of_order=("application", "certificate"),
        ),
        ApplicationKind(
            kinds.EXPULSION, "11", "Oʻz xohishiga koʻra chetlashtirish toʻgʻrisida",
            frozenset({STUDYING, ON_LEAVE}), ("start_date", "details"), frozenset({"details"}),
            _("You leave the university. The clearance sheet comes first."),
            _("What supports your wish, if there is anything."), reason=OWN_WISH, needs_clearance="expulsion",
            papers_of_order=("proposal",),
        ),
    )
}  # fmt: skip
