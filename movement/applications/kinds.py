"""Kinds of applications: who may give one, what it asks, and the order it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from movement.applications import models as kinds
from movement.applications.models import Application
from movement.kinds import KINDS as ORDERS

STUDYING, EXPELLED, ON_LEAVE = "11", "12", "13"
OWN_WISH, MOVES_AWAY = "11", "12"


@dataclass(frozen=True)
class ApplicationKind:
    """One kind.

    ``statuses`` (`h_student_status`) are those of whom it may come, ``questions``
    the columns it asks, ``orders`` the kinds of order that may grant it, the most fitting first,
    ``reason`` the code that the order gives (for expulsions, `h_expel_reason`).
    """

    code: str
    orders: tuple[str, ...]
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

    def is_windowed(self, application: Application) -> bool:
        """Whether the windows of the kind hold for this application."""
        return not self.windowed_changes or application.change in self.windowed_changes

    def order_of(self, application: Application) -> str:
        """The kind of order that grants this application.

        Raises:
            KeyError: orders of none of the fitting kinds are formed in the program.
        """
        wanted = [one.format(change=application.change) for one in self.orders]
        for one in wanted:
            if one in ORDERS:
                return one
        raise KeyError(wanted[0])

    def has_order(self, application: Application) -> bool:
        """Whether an order can be formed of it here."""
        try:
            return bool(self.order_of(application))
        except KeyError:
            return False

    def choices(self, application: Application) -> dict[str, Any]:
        """What the order takes from the application: only what is known."""
        found: dict[str, Any] = {
            "reason": self.reason or application.ground,
            "group": application.target_group or application.group,
            "programme": application.programme,
            "language": application.language,
            "start_date": application.start_date,
            "end_date": application.end_date,
            "university": application.university,
        }
        return {name: value for name, value in found.items() if value}


KINDS: dict[str, ApplicationKind] = {
    one.code: one
    for one in (
        ApplicationKind(
            kinds.LEAVE, ("12",), "Akademik taʼtil berish toʻgʻrisida", frozenset({STUDYING}),
            ("ground", "start_date", "end_date", "details"), frozenset({"ground", "start_date", "end_date"}),
            _("For military service, health, pregnancy and childbirth, care of a child or of a sick relative."),
            _("Summons, medical conclusion, birth certificate or another paper that shows the ground."),
            needs_paper=True,
        ),
        ApplicationKind(
            kinds.RETURN, ("15:return", "15"), "Akademik taʼtildan qaytarish toʻgʻrisida", frozenset({ON_LEAVE}),
            ("start_date", "details"), frozenset({"start_date"}),
            _("When the leave ends, or earlier when its ground has passed away."),
            _("If the leave was for health: the conclusion that you may study."), gives_group=True,
        ),
        ApplicationKind(
            kinds.TRANSFER, ("16:{change}", "16"), "Talabalarni koʻchirish toʻgʻrisida", frozenset({STUDYING}),
            ("change", "programme", "group", "language", "details"), frozenset({"change", "details"}),
            _("To another group, programme, education form, language of study or faculty of this university."),
            _("What supports your wish, if there is anything."), gives_group=True,
            windowed_changes=frozenset({Application.PROGRAMME, Application.FORM, Application.FACULTY}),
        ),
        ApplicationKind(
            kinds.TRANSFER_OUT, ("16:out", "11"),
            "Oʻqishini boshqa OTMga koʻchirish sababli chetlashtirish toʻgʻrisida",
            frozenset({STUDYING}), ("university", "details"), frozenset({"university"}),
            _("You leave this university because another one takes you. The clearance sheet comes first."),
            _("The reply of the other university."), needs_paper=True, reason=MOVES_AWAY,
            needs_clearance="transfer_out",
        ),
        ApplicationKind(
            kinds.REINSTATEMENT, ("15",), "Talabalar safiga tiklash toʻgʻrisida", frozenset({EXPELLED}),
            ("programme", "details"), frozenset({"details"}),
            _("For those who were expelled: on a contract, from the semester that was not mastered."),
            _("Academic certificate or transcript."), needs_paper=True, gives_group=True,
        ),
        ApplicationKind(
            kinds.EXPULSION, ("11",), "Oʻz xohishiga koʻra chetlashtirish toʻgʻrisida",
            frozenset({STUDYING, ON_LEAVE}), ("start_date", "details"), frozenset({"details"}),
            _("You leave the university. The clearance sheet comes first."),
            _("What supports your wish, if there is anything."), reason=OWN_WISH, needs_clearance="expulsion",
        ),
    )
}  # fmt: skip
