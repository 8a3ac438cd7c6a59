"""Learning resources (duty 9.1)."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from curriculum.materials import actions, forms
from curriculum.materials.models import Resource, ResourceFile
from curriculum.pages.reference import kafedras, years
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages import files
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RelatedFilter
from hemis.pages.register import BulkAction, Register, Tab


def _files(request: Request, resource: Resource) -> dict:
    return {
        "rows": resource.files.select_related("uploaded_by__person"),
        "editable": Resources.can_edit(request.access, resource),
    }


def _show(request: Request, rows) -> str:
    count = actions.publish(rows, access=request.access, shown=True)
    return _("%(count)d resources are shown to students.") % {"count": count}


def _hide(request: Request, rows) -> str:
    count = actions.publish(rows, access=request.access, shown=False)
    return _("%(count)d resources are hidden from students.") % {"count": count}


class Resources(Register):
    app, name, title, title_one = (
        "curriculum",
        "resources",
        gettext_lazy("Learning resources"),
        gettext_lazy("learning resource"),
    )
    model, permission, menu = Resource, "resource", "subjects"
    columns = [
        Column("name", link=True),
        Column("curriculum_subject__subject__name", gettext_lazy("Subject")),
        Column("training_type"),
        Column("topic", sort="topic__position"),
        Column("language"),
        Column("file_count", gettext_lazy("Files"), numeric=True),
        Column("is_published"),
        Column("created_by", sort="created_by__person__sort_key", hidden=True),
        Column("created_at", hidden=True),
        Column("curriculum_subject__kafedra", sort="curriculum_subject__kafedra__name", hidden=True),
    ]
    filters = [
        RelatedFilter(
            "year",
            years,
            lookup="curriculum_subject__semester__academic_year",
            label=gettext_lazy("academic year"),
        ),
        RelatedFilter(
            "kafedra", kafedras, lookup="curriculum_subject__kafedra", label=gettext_lazy("kafedra")
        ),
        Filter("training_type"),
        Filter("language"),
        BooleanFilter("is_published"),
    ]
    search = ("name", "description", "curriculum_subject__subject__name", "topic__name")
    select_related = (
        "curriculum_subject__subject", "curriculum_subject__curriculum", "curriculum_subject__kafedra",
        "curriculum_subject__semester", "topic", "created_by__person",
    )  # fmt: skip
    ordering = ("curriculum_subject__subject__name", "training_type", "topic__position", "name")
    fields = (
        "curriculum_subject", "curriculum_subject__curriculum", "training_type", "topic", "language", "name",
        "description", "link", "is_published", "created_by", "created_at",
    )  # fmt: skip
    form = forms.ResourceForm
    tabs = [Tab("files", gettext_lazy("Files"), "materials/_files.html", _files)]
    actions = [
        BulkAction("show", gettext_lazy("Show to students"), "resource.edit", _show, "eye"),
        BulkAction("hide", gettext_lazy("Hide from students"), "resource.edit", _hide, "ban"),
    ]
    detail_template = "materials/resource.html"
    empty = gettext_lazy("Upload the first file or link; students of your groups see it at once.")

    @classmethod
    def base_queryset(cls):
        return Resource.objects.annotate(file_count=Count("files"))

    @classmethod
    def history_parts(cls, obj):
        return [ResourceFile.objects.filter(resource=obj)]


@page("resource.view")
def download(request: Request, pk: int) -> HttpResponseBase:
    """A file of a resource: ``?file=`` names it."""
    resource = get_object_or_404(Resources.rows(request.access), pk=pk)
    asked = request.GET.get("file", "")
    kept = resource.files.filter(pk=asked if asked.isdigit() else None).first()
    if kept is None:
        return redirect(f"{Resources.url_of(resource)}?tab=files")
    return files.response(kept.file, name=plain_name(kept))


def plain_name(kept: ResourceFile) -> str:
    """What the file is called, without its ending: that follows from the content."""
    return kept.name.rsplit(".", 1)[0][:100] or "file"


@page("resource.edit")
@require_POST
def remove_file(request: Request, pk: int) -> HttpResponse:
    """Take a file off a resource that keeps another one or a link."""
    resource = get_object_or_404(Resources.rows(request.access, "resource.edit"), pk=pk)
    asked = request.POST.get("file", "")
    kept = resource.files.filter(pk=asked if asked.isdigit() else None).first()
    if kept is None:
        messages.error(request, _("Choose the file."))
    elif not resource.link and resource.files.count() == 1:
        messages.error(request, _("A resource has a file or a link; add another one first."))
    else:
        kept.delete()
        messages.success(request, _("The file is removed."))
    return redirect(f"{reverse('curriculum_resources_detail', args=[pk])}?tab=files")
