"""The calendar plan on paper."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from curriculum.materials import queries
from curriculum.models import Teaching, TeachingAudience
from hemis.documents.actions import issue
from hemis.documents.kinds import DocumentKind, register
from hemis.documents.models import Document
from hemis.people.models import User
from structure.models import University

DATE = "%d.%m.%Y"


@register
class CalendarPlanDocument(DocumentKind):
    """Topics of a teaching with the days on which they are planned and whether they were taught."""

    code = "calendar_plan"
    title = _("Calendar plan")
    permission = "calendar_plan.view"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Subject")), payload["subject"]),
            (str(_("Groups")), payload["groups"]),
            (str(_("Academic year")), payload["year"]),
        ]


STATES = {"taught": "oʻtildi", "part": "qisman", "planned": "", "unknown": "", "no_lesson": "jadvalda yoʻq"}


def payload_of(teaching: Teaching) -> dict[str, Any]:
    """Everything the paper says, in Uzbek."""
    with override("uz"):
        line, rows = queries.calendar_of(teaching)
        university = University.objects.get()
        audience = TeachingAudience.objects.filter(teaching=teaching).select_related("group", "subgroup")
        return {
            "university": {"name": university.name, "rector": university.rector},
            "kafedra": teaching.kafedra.name,
            "subject": teaching.subject.name,
            "plan": str(line.curriculum) if line else "",
            "training": teaching.get_training_type_display(),  # type: ignore[attr-defined]
            "term": teaching.get_term_display(),  # type: ignore[attr-defined]
            "year": str(teaching.academic_year),
            "groups": ", ".join(str(one) for one in audience.order_by("group__name", "subgroup__name")),
            "teacher": teaching.teacher.person.full_name if teaching.teacher else "",
            "hours": teaching.hours,
            "day": timezone.localdate().strftime(DATE),
            "rows": [
                {
                    "number": at,
                    "topic": row.topic.name if row.topic else "",
                    "hours": row.topic.hours if row.topic else 2,
                    "days": ", ".join(day.strftime(DATE) for day in row.days),
                    "state": STATES[row.state],
                }
                for at, row in enumerate(rows, start=1)
            ],
        }


def issue_calendar_plan(teaching: Teaching, *, by: User | None) -> Document:
    """The plan as it stands today, or the paper that says the same already."""
    payload = payload_of(teaching)
    series = f"calendar-plan-{teaching.pk}"
    issued = Document.objects.filter(kind="calendar_plan", series=series, state=Document.ISSUED)
    for document in issued.order_by("-pk")[:1]:
        if {key: value for key, value in document.payload.items() if not key.startswith("_")} == payload:
            return document
    return issue(
        kind="calendar_plan",
        payload=payload,
        title=f"{teaching.subject.name}: {payload['groups']}"[:255],
        series=series,
        faculty=teaching.kafedra.parent,
        issued_by=by,
    )
