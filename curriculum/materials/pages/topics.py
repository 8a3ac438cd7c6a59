"""Topics of subjects against the hours of the plan (duties 8.2, 9.1)."""

from __future__ import annotations

import io
from collections.abc import Callable

import xlsxwriter
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from curriculum.materials import actions, forms, queries, sheets
from curriculum.models import CurriculumSubject, Topic
from curriculum.pages.reference import kafedras, years
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu
from hemis.pages.register import Register, Tab
from hemis.sheets import actions as uploads

COMPLETE, PART, NONE = queries.COMPLETE, queries.PART, queries.NONE
STATES = {
    COMPLETE: gettext_lazy("all hours"),
    PART: gettext_lazy("a part"),
    NONE: gettext_lazy("no topics"),
}
COLOURS = {COMPLETE: "green", PART: "orange", NONE: "red"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TermFilter(Filter):
    """The half-year, by the number of the semester."""

    def __init__(self):
        super().__init__(
            "term",
            "semester__number",
            gettext_lazy("half-year"),
            lambda access: [("11", _("autumn")), ("12", _("spring"))],
        )

    def apply(self, rows, data):
        chosen = {value for value in self.chosen(data) if value in ("11", "12")}
        if len(chosen) != 1:
            return rows
        return rows.filter(semester__number__in=range(1 if chosen == {"11"} else 2, 13, 2))


def _topics(request: Request, line: CurriculumSubject) -> dict:
    editable = Topics.may_edit(request, line)
    return {
        "parts": queries.topics_by_type(line),
        "editable": editable,
        "sources": queries.sources_of(line)[:20] if editable else [],
        "typed": {},
    }


def _resources(request: Request, line: CurriculumSubject) -> dict:
    rows = line.resources.select_related("topic").prefetch_related("files")
    may_add = request.access.can("resource.edit") and (
        queries.subjects_of(request.access.scope("resource.edit")).filter(pk=line.pk).exists()
    )
    return {"rows": rows, "may_add": may_add}


class Topics(Register):
    """Lines of plans: the subjects whose topics are written."""

    app, name, title, title_one = (
        "curriculum",
        "topics",
        gettext_lazy("Topics of subjects"),
        gettext_lazy("topics of a subject"),
    )
    model, permission, menu = CurriculumSubject, "lesson_topic", "subjects"
    columns = [
        Column("subject__name", gettext_lazy("Subject"), link=True),
        Column("curriculum", sort="curriculum__name"),
        Column("semester__number", numeric=True),
        Column("kafedra", sort="kafedra__name"),
        Column("teacher", sort="teacher__person__sort_key"),
        Column("plan_hours", gettext_lazy("Academic hours"), numeric=True),
        Column("topic_hours", gettext_lazy("In topics"), numeric=True),
        Column("topic_state", gettext_lazy("Topics"), sort="topic_hours", badge=COLOURS,
               value=lambda row: STATES[row.topic_state]),
        Column("resource_count", gettext_lazy("Resources"), numeric=True),
        Column("question_count", gettext_lazy("Questions"), numeric=True, hidden=True),
        Column("pk", gettext_lazy("Number of the plan's line"), numeric=True, hidden=True),
    ]  # fmt: skip
    filters = [
        RelatedFilter("year", years, lookup="semester__academic_year", label=gettext_lazy("academic year")),
        TermFilter(),
        RelatedFilter("kafedra", kafedras),
        Filter(
            "state",
            "topic_state",
            gettext_lazy("topics"),
            lambda access: [(k, str(v)) for k, v in STATES.items()],
        ),
        Filter("course", "semester__course"),
    ]
    search = ("subject__name", "subject__code", "curriculum__name")
    select_related = ("subject", "curriculum", "semester__academic_year", "kafedra", "teacher__person")
    ordering = ("-semester__academic_year", "semester__number", "subject__name")
    fields = ("subject", "curriculum", "semester", "semester__academic_year", "kafedra", "teacher", "credit")
    tabs = [
        Tab("topics", gettext_lazy("Topics"), "materials/_topics.html", _topics),
        Tab("resources", gettext_lazy("Resources"), "materials/_resources.html", _resources, "resource.view"),
    ]
    detail_template = "materials/subject.html"
    empty = gettext_lazy(
        "Subjects come here from approved curricula, when you answer for them or teach them."
    )

    @classmethod
    def rows(cls, access, permission=""):
        scope = access.scope(permission or cls.view_permission())
        edits = permission == cls.edit_permission()
        found = queries.subjects_to_edit(scope) if edits else queries.subjects_of(scope)
        return queries.with_hours(found).select_related(*cls.select_related)

    @classmethod
    def may_edit(cls, request, line) -> bool:
        """Whether the user changes the topics of this subject."""
        return request.access.can(cls.edit_permission()) and (
            queries.subjects_to_edit(request.access.scope(cls.edit_permission())).filter(pk=line.pk).exists()
        )

    @classmethod
    def detail_context(cls, request, obj):
        return {"may_edit": cls.may_edit(request, obj)}

    @classmethod
    def history_parts(cls, obj):
        return [Topic.objects.filter(curriculum_subject=obj)]


def _to_topics(pk: int) -> HttpResponse:
    return redirect(f"{reverse('curriculum_topics_detail', args=[pk])}?tab=topics")


def _verb(do: Callable[[Request, CurriculumSubject], str]):
    """A button of the topics: POST, permission and scope first, errors in words."""

    @page("lesson_topic.edit")
    @require_POST
    def view(request: Request, pk: int) -> HttpResponse:
        line = get_object_or_404(Topics.rows(request.access, "lesson_topic.edit"), pk=pk)
        try:
            messages.success(request, do(request, line))
        except actions.MaterialError as error:
            messages.error(request, str(error))
        return _to_topics(pk)

    return view


def _topic(request: Request, line: CurriculumSubject, name: str = "topic") -> Topic:
    asked = request.POST.get(name, "")
    found = Topic.objects.filter(curriculum_subject=line, pk=asked if asked.isdigit() else None).first()
    if found is None:
        raise actions.MaterialError(_("Choose the topic."))
    found.curriculum_subject = line
    return found


def _whole(text: str, otherwise: int = 0) -> int:
    return int(text) if text.isdigit() and len(text) < 9 else otherwise  # noqa: PLR2004 - of the database


def _add(request: Request, line: CurriculumSubject) -> str:
    hours = _whole(request.POST.get("hours", ""), 2)
    if not 1 <= hours <= 60:  # noqa: PLR2004 - as the field
        raise actions.MaterialError(_("Give the hours, 1 to 60."))
    actions.add_topic(
        line, access=request.access, training_type=request.POST.get("training_type", ""),
        name=request.POST.get("name", ""), hours=hours,
    )  # fmt: skip
    return _("The topic is added.")


def _build(request: Request, line: CurriculumSubject) -> str:
    made = actions.build_topics(
        line, access=request.access, training_type=request.POST.get("training_type", "")
    )
    return _("%(count)d rows are made; name them.") % {"count": made}


def _copy(request: Request, line: CurriculumSubject) -> str:
    asked = request.POST.get("source", "")
    source = queries.sources_of(line).filter(pk=asked if asked.isdigit() else None).first()
    if source is None:
        raise actions.MaterialError(_("Choose the plan to copy from."))
    copied, left_out = actions.copy_topics(line, source, access=request.access)
    text = _("%(count)d topics are copied.") % {"count": copied}
    return f"{text} {_('Beyond the hours: %(count)d.') % {'count': left_out}}" if left_out else text


def _neighbour(topic: Topic, step: str) -> int | None:
    """Behind which topic one step up or down leads."""
    rows = Topic.objects.filter(
        curriculum_subject=topic.curriculum_subject_id, training_type=topic.training_type
    ).order_by("position")
    if step == "down":
        return rows.filter(position__gt=topic.position).values_list("pk", flat=True).first() or topic.pk
    before = list(rows.filter(position__lt=topic.position).values_list("pk", flat=True))
    return before[-2] if len(before) > 1 else None


def _move(request: Request, line: CurriculumSubject) -> str:
    """Behind another topic, or one step up or down."""
    topic, after = _topic(request, line), request.POST.get("after", "")
    behind = int(after) if after.isdigit() else None
    if request.POST.get("step") in ("up", "down"):
        behind = _neighbour(topic, request.POST["step"])
    actions.move_topic(topic, access=request.access, after=behind)
    return _("The order is changed.")


def _remove(request: Request, line: CurriculumSubject) -> str:
    actions.remove_topic(_topic(request, line), access=request.access)
    return _("The topic is removed.")


add = _verb(_add)
build = _verb(_build)
copy = _verb(_copy)
move = _verb(_move)
remove = _verb(_remove)


@page("lesson_topic.edit")
@require_POST
def save(request: Request, pk: int) -> HttpResponse:
    """Names and hours of all topics of the page at once; what was typed stays when something is wrong."""
    line = get_object_or_404(Topics.rows(request.access, "lesson_topic.edit"), pk=pk)
    keys = [int(key) for key in request.POST.getlist("key") if key.isdigit()]
    texts = [
        actions.TopicText(
            key,
            _whole(request.POST.get(f"version_{key}", "")),
            request.POST.get(f"name_{key}", "").strip(),
            _whole(request.POST.get(f"hours_{key}", "")),
        )
        for key in keys
    ]
    try:
        count = actions.rename_topics(line, texts, access=request.access)
    except actions.MaterialError as error:
        messages.error(request, str(error))
        typed = {one.key: one for one in texts}
        context = _topics(request, line) | {"typed": typed}
        for part in context["parts"]:
            for topic in part.topics:
                if topic.pk in typed:
                    topic.name, topic.hours = typed[topic.pk].name, typed[topic.pk].hours
        return _page(request, line, context, 409)
    messages.success(request, _("%(count)d topics are saved.") % {"count": count})
    return _to_topics(pk)


def _page(request: Request, line: CurriculumSubject, context: dict, status: int) -> HttpResponse:
    shared = {
        "register": Topics, "object": line, "title": str(line), "tabs": Topics.card_tabs(request.access, line),
        "active": "topics", "list_url": reverse("curriculum_topics_list"), "detail_url": Topics.url_of(line),
        "history_url": reverse("curriculum_topics_history", args=[line.pk]),
        "tab": next(one for one in Topics.tabs if one.code == "topics"),
    }  # fmt: skip
    return render(
        request,
        Topics.detail_template,
        shared | context | Topics.detail_context(request, line),
        status=status,
    )


@page("lesson_topic.edit")
def edit(request: Request, pk: int) -> HttpResponse:
    """One topic with its translations: ``?topic=`` names it."""
    line = get_object_or_404(Topics.rows(request.access, "lesson_topic.edit"), pk=pk)
    asked = request.GET.get("topic", "")
    if not asked.isdigit():
        return _to_topics(pk)
    topic = get_object_or_404(Topic, curriculum_subject=line, pk=asked)
    topic.curriculum_subject = line
    form = forms.TopicForm(request.POST or None, instance=topic)
    if request.method == "POST" and form.is_valid():
        # The form has written into its own row already: the verb compares with what is stored.
        stored = Topic.objects.get(pk=topic.pk)
        stored.curriculum_subject = line
        try:
            actions.edit_topic(stored, access=request.access, **form.cleaned_data)
        except actions.MaterialError as error:
            form.add_error("hours", str(error))
        else:
            messages.success(request, _("Saved."))
            return _to_topics(pk)
    back = f"{reverse('curriculum_topics_detail', args=[pk])}?tab=topics"
    context = {"form": form, "object": topic, "title": str(topic), "back_url": back, "list_url": back}
    return render(request, "pages/form.html", context, status=422 if form.errors else 200)


@page("lesson_topic.view")
def excel(request: Request, pk: int) -> FileResponse:
    """The topics in the columns that the sheet takes in again."""
    line = get_object_or_404(Topics.rows(request.access), pk=pk)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet, head = book.add_worksheet("Mavzular"), book.add_format({"bold": True, "bg_color": "#D9E8F6"})
    for at, header in enumerate(sheets.HEADERS):
        sheet.write_string(0, at, header, head)
        sheet.set_column(at, at, 50 if at in (3, 5, 6) else 16)
    for row, cells in enumerate(sheets.rows_for_excel(line), start=1):
        for at, cell in enumerate(cells):
            sheet.write_string(row, at, cell)
    book.close()
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"mavzular-{pk}.xlsx", content_type=XLSX)


@page("lesson_topic.edit")
@require_POST
def upload(request: Request, pk: int) -> HttpResponse:
    """Topics of this subject from Excel: checked, shown, confirmed."""
    line = get_object_or_404(Topics.rows(request.access, "lesson_topic.edit"), pk=pk)
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > forms.IMPORT_BYTES:
        messages.error(
            request,
            _("Choose a file of at most %(size)d MB.") % {"size": forms.IMPORT_BYTES // 2**20},
        )
        return _to_topics(pk)
    _found, job = uploads.upload(
        access=request.access, code=sheets.TopicSheet.code, file=file, params={"subject": line.pk}
    )
    return redirect("job", pk=job.pk)


# --- completeness (clause B6)


@page("resource.view")
def completeness(request: Request) -> HttpResponse:
    """How far the subjects of a half-year have topics, resources and questions, by kafedra."""
    year, term = queries.current_half_year()
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdigit() and len(asked) == 4 else year  # noqa: PLR2004 - a year
    term = request.GET["term"] if request.GET.get("term") in ("11", "12") else term
    rows = queries.completeness(request.access.scope("resource.view"), year, term)
    shown = request.GET.get("kafedra", "")
    chosen = next((one for one in rows if str(one.kafedra.pk) == shown), rows[0] if len(rows) == 1 else None)
    if shown and not shown.isdigit():
        raise Http404
    context = {
        "title": _("Completeness of materials"), "rows": rows, "chosen": chosen, "year": year, "term": term,
        "years": years(request.access), "headings": [_("Topics for all hours"), _("Resources"), _("Questions")],
        "total": _total(rows),
    }  # fmt: skip
    return render(request, "materials/completeness.html", context)


def _total(rows: list[queries.Completeness]) -> queries.Completeness:
    total = queries.Completeness(None)
    for one in rows:
        for name in ("subjects", "topics", "resources", "questions"):
            setattr(total, name, getattr(total, name) + getattr(one, name))
    return total


register_menu(
    MenuItem(
        "subjects", gettext_lazy("Completeness of materials"), "curriculum_completeness", "resource.view"
    )
)
