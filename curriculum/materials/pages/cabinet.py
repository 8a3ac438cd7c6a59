"""What a student learns from: the own subjects' topics and resources (duty S)."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.materials import queries
from curriculum.materials.models import Resource, ResourceFile
from curriculum.materials.pages.resources import plain_name
from curriculum.models import CurriculumSubject, Topic
from hemis.access.guard import page
from hemis.base import Request
from hemis.classifiers import queries as classifiers
from hemis.pages import files
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu


def _own(request: Request):
    return queries.studied(request.access.scope("own.material").person_id)


def own_subjects(request: Request):
    """Lines of plans that the student is registered for."""
    return CurriculumSubject.objects.filter(pk__in=_own(request).values("curriculum_subject"))


@page("own.material")
def my_subjects(request: Request) -> HttpResponse:
    """The subjects of each half-year, the newest first, with what there is to learn from."""
    rows = _own(request).annotate(
        resource_count=Count(
            "curriculum_subject__resources",
            filter=Q(curriculum_subject__resources__is_published=True),
            distinct=True,
        )
    )
    rows = rows.order_by(
        "-curriculum_subject__semester__academic_year",
        "-curriculum_subject__semester__number",
        "curriculum_subject__subject__name",
    )
    halves: dict[tuple, list] = {}
    for one in rows:
        semester = one.curriculum_subject.semester
        halves.setdefault((str(semester.academic_year), semester.number), []).append(one)
    context = {"title": _("My subjects"), "halves": list(halves.items())}
    return render(request, "materials/my_subjects.html", context)


@page("own.material")
def my_subject(request: Request, pk: int) -> HttpResponse:
    """One subject: resources by kind of training and topic."""
    line = get_object_or_404(
        own_subjects(request).select_related("subject", "kafedra", "teacher__person", "semester"), pk=pk
    )
    topics = list(Topic.objects.filter(curriculum_subject=line).order_by("training_type", "position"))
    resources = Resource.objects.published().filter(curriculum_subject=line).prefetch_related("files")
    by_topic: dict[tuple, list[Resource]] = {}
    for one in resources.order_by("name"):
        by_topic.setdefault((one.training_type, one.topic_id), []).append(one)
    codes = {one.training_type for one in topics} | {code for code, _topic in by_topic}
    parts = [
        {
            "label": classifiers.label("h_training_type", code),
            "general": by_topic.get((code, None), []),
            "topics": [
                {"topic": one, "rows": by_topic.get((code, one.pk), [])}
                for one in topics
                if one.training_type == code
            ],
        }
        for code in classifiers.options("h_training_type")
        if code in codes
    ]
    return render(
        request,
        "materials/my_subject.html",
        {"title": line.subject.get_name_display(), "line": line, "parts": parts},
    )


@page("own.material")
def my_file(request: Request, pk: int) -> HttpResponseBase:
    """A file of a published resource of one's own subjects."""
    rows = ResourceFile.objects.filter(
        resource__is_published=True, resource__curriculum_subject__in=own_subjects(request)
    )
    kept = get_object_or_404(rows, pk=pk)
    return files.response(kept.file, name=plain_name(kept))


register_menu(MenuItem("cabinet", gettext_lazy("My subjects"), "my_subjects", "own.material"))
