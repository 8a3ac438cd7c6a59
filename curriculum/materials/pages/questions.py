"""The bank of control questions, and taking questions in and out (duty 9.1)."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from django.contrib import messages
from django.core import signing
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.materials import actions, formats, forms, marking, queries, rules
from curriculum.materials.formats import aiken, gift, hemis_text, moodle, tables
from curriculum.materials.models import Question, QuestionAnswer, QuestionPicture
from curriculum.models import Subject
from curriculum.pages.reference import kafedras
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages import choices, files
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register, Tab
from hemis.people import names

SALT = "curriculum.questions"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# The text form of the program in use, as teachers write it.
EXAMPLE = "\n".join(
    ["Oʻzbekiston poytaxti?", "=====", "#Toshkent", "=====", "Samarqand", "+++++", "Qaysi sonlar tub?"]
    + ["=====", "#2", "=====", "#7", "=====", "9"]
)


def _on(request: Request, rows: QuerySet) -> str:
    return _("%(count)d questions are in use.") % {
        "count": actions.switch(rows, access=request.access, on=True)
    }


def _off(request: Request, rows: QuerySet) -> str:
    count = actions.switch(rows, access=request.access, on=False)
    return _("%(count)d questions are switched off.") % {"count": count}


def _file(content: bytes | str, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content.encode() if isinstance(content, str) else content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _as_gift(request: Request, rows: QuerySet) -> HttpResponse:
    found = _without_pictures(request, queries.bank(rows))
    return _file(gift.write(found), "savollar.gift", "text/plain; charset=utf-8")


def _as_moodle(request: Request, rows: QuerySet) -> HttpResponse:
    return _file(moodle.write(queries.bank(rows, contents=True)), "savollar.xml", "application/xml")


def _as_excel(request: Request, rows: QuerySet) -> HttpResponse:
    return _file(tables.write(_without_pictures(request, queries.bank(rows))), "savollar.xlsx", XLSX)


def _without_pictures(request: Request, found: list[rules.QuestionText]) -> list[rules.QuestionText]:
    """Files of text carry no pictures: that is said, not kept silent."""
    if count := sum(bool(one.pictures) for one in found):
        text = _("%(count)d questions have pictures, which such a file does not carry; take Moodle XML.")
        messages.warning(request, text % {"count": count})
    return found


def _as_hemis(request: Request, rows: QuerySet) -> HttpResponse | None:
    return _only_choices(request, queries.bank(rows), hemis_text.write, (rules.SINGLE, rules.SEVERAL), "txt")


def _as_aiken(request: Request, rows: QuerySet) -> HttpResponse | None:
    return _only_choices(request, queries.bank(rows), aiken.write, (rules.SINGLE,), "txt")


def _only_choices(request: Request, found: list[rules.QuestionText], write: Any, kinds: tuple, ending: str):
    """A form that has no place for some kinds: nothing goes out unsaid."""
    fitting = _without_pictures(request, [one for one in found if one.kind in kinds])
    if len(fitting) < len(found):
        left = len(found) - len(fitting)
        text = _("%(count)d questions of other kinds have no place in this form; take GIFT or Excel.")
        messages.warning(request, text % {"count": left})
    if not fitting:
        return None
    return _file(write(fitting), f"savollar.{ending}", "text/plain; charset=utf-8")


def _preview(request: Request, question: Question) -> dict:
    found = Question.objects.prefetch_related("answers", "pictures").get(pk=question.pk)
    address = reverse("curriculum_questions_picture", args=[question.pk])
    pictures = [{"name": one.name, "url": f"{address}?file={one.pk}"} for one in found.pictures.all()]
    return {"shown": shown_question(queries.text_of(found)) | {"pictures": pictures}}


def shown_question(one: rules.QuestionText) -> dict[str, Any]:
    """A question as a page shows it, with the right answers marked."""
    return {
        "question": one,
        "kind": dict(Question.KINDS)[one.kind],
        "difficulty": dict(Question.DIFFICULTIES)[one.difficulty],
        "text": marking.formatted(one.text),
        "answers": [
            {
                "text": marking.formatted(answer.text),
                "match": marking.formatted(answer.match),
                "share": answer.share,
            }
            for answer in one.answers
        ],
        "pictures": [{"name": each.name, "url": _inline(each)} for each in one.pictures if each.content],
    }


def _inline(picture: rules.Picture) -> str:
    """A picture that is kept nowhere yet, within the page."""
    return f"data:image/jpeg;base64,{b64encode(picture.content).decode()}"


class Questions(Register):
    app, name, title, title_one = (
        "curriculum",
        "questions",
        gettext_lazy("Control questions"),
        gettext_lazy("control question"),
    )
    model, permission, menu = Question, "question", "subjects"
    columns = [
        Column("text", value=lambda row: " ".join(row.text.split())[:140], sort="text", link=True),
        Column("subject__name", gettext_lazy("Subject")),
        Column("topic"),
        Column("kind"),
        Column("difficulty", badge={1: "green", 2: "azure", 3: "orange"}),  # type: ignore[dict-item]
        Column("language", hidden=True),
        Column("is_active"),
        Column("created_by", sort="created_by__person__sort_key", hidden=True),
    ]
    filters = [
        RelatedFilter(
            "subject", lambda access: queries.bank_subjects(access.scope("question.view")).order_by("name")
        ),
        RelatedFilter("kafedra", kafedras, lookup="subject__kafedra", label=gettext_lazy("kafedra")),
        Filter("kind"),
        Filter("difficulty"),
        Filter("language"),
        BooleanFilter("is_active"),
    ]
    search = ("text", "topic", "subject__name")
    select_related = ("subject", "created_by__person")
    ordering = ("subject__name", "topic", "pk")
    fields = (
        "subject", "kind", "topic", "difficulty", "language", "is_active", "created_by", "created_at",
    )  # fmt: skip
    form = forms.QuestionForm
    tabs = [Tab("preview", gettext_lazy("As it is asked"), "materials/_question.html", _preview)]
    actions = [
        BulkAction("gift", gettext_lazy("Download as GIFT"), "question.view", _as_gift, "download"),
        BulkAction("moodle", gettext_lazy("Download as Moodle XML"), "question.view", _as_moodle, "download"),
        BulkAction("excel", gettext_lazy("Download as Excel"), "question.view", _as_excel, "download"),
        BulkAction("hemis", gettext_lazy("Download as HEMIS text"), "question.view", _as_hemis, "download"),
        BulkAction("aiken", gettext_lazy("Download as Aiken"), "question.view", _as_aiken, "download"),
        BulkAction("on", gettext_lazy("Take into use"), "question.edit", _on),
        BulkAction("off", gettext_lazy("Switch off"), "question.edit", _off),
    ]
    header_actions = [
        MenuItem("subjects", gettext_lazy("From a file"), "curriculum_questions_import", "question.edit")
    ]
    empty = gettext_lazy("Write the first question or take a whole file in; the bank serves every year.")

    @classmethod
    def history_parts(cls, obj):
        return [QuestionAnswer.objects.filter(question=obj), QuestionPicture.objects.filter(question=obj)]


@page("question.edit")
def subject_options(request: Request) -> JsonResponse:
    """Autocomplete of the subjects whose bank is the user's."""
    text = request.GET.get("q", "").strip()
    rows = queries.bank_subjects(request.access.scope("question.edit")).filter(is_active=True)
    for spelling in {text, names.to_latin(text)} if text else ():
        rows = rows.filter(name__icontains=spelling) | rows.filter(code__icontains=spelling)
    return choices.found(rows.distinct().order_by("name", "code"))


@page("question.view")
def picture(request: Request, pk: int) -> HttpResponseBase:
    """A picture of a question: ``?file=`` names it."""
    question = get_object_or_404(Questions.rows(request.access), pk=pk)
    if not request.GET.get("file"):
        return redirect(f"{Questions.url_of(question)}?tab=preview")
    return picture_response(question, request.GET.get("file", ""))


def picture_response(question: Question, key: str) -> HttpResponseBase:
    """The picture for whoever may see the question.

    Raises:
        Http404: the question has no such picture.
    """
    kept = get_object_or_404(question.pictures.all(), pk=key if key.isdigit() else None)
    return files.response(kept.file, name="picture")


# --- from a file


class _AsIs:
    """The signed content is the file itself, so that it grows as little as can be."""

    def dumps(self, content: bytes) -> bytes:
        return content

    def loads(self, content: bytes) -> bytes:
        return content


def _packed(kind: str, content: bytes) -> str:
    """The file and how it was read, signed: what is confirmed is what was shown."""
    return signing.dumps(f"{kind}\n".encode() + content, salt=SALT, serializer=_AsIs, compress=True)  # type: ignore[arg-type]


def _unpacked(packed: str) -> list[rules.QuestionText]:
    kind, _break, content = signing.loads(packed, salt=SALT, serializer=_AsIs, max_age=24 * 3600).partition(
        b"\n"
    )
    return formats.parse(content, kind.decode()).questions


@page("question.edit")
def take_in(request: Request) -> HttpResponse:
    """A file of questions: shown first, each bad one named with its line; then confirmed."""
    if request.method == "POST" and "packed" in request.POST:
        return _confirm(request)
    form = forms.ImportForm(
        request.POST or None, request.FILES or None, access=request.access, initial=request.GET.dict()
    )
    context: dict[str, Any] = {"title": _("Questions from a file"), "form": form}
    if request.method == "POST" and form.is_valid():
        kind, content = form.cleaned_data["kind"], form.content()
        parsed = formats.parse(content, kind)
        context |= {
            "parsed": parsed,
            "shown": [_shown_with_pictures(one) for one in parsed.questions[:50]],
            "known": _known(parsed, form.cleaned_data["subject"], form.cleaned_data["language"]),
            "packed": _packed(kind, content),
            "subject": form.cleaned_data["subject"],
        }
    context["example"] = EXAMPLE
    return render(request, "materials/import.html", context, status=422 if form.errors else 200)


def _shown_with_pictures(one: rules.QuestionText) -> dict[str, Any]:
    """A question that the bank does not keep yet, so its pictures stand in the page."""
    pictures = [
        {"name": picture.name, "url": f"data:{files.JPEG};base64,{b64encode(picture.content).decode()}"}
        for picture in one.pictures
    ]
    return shown_question(one) | {"pictures": pictures}


def _known(parsed: rules.Parsed, subject: Subject, language: str) -> int:
    marks = [rules.fingerprint(one, language) for one in parsed.questions]
    stored = set(
        Question.objects.filter(subject=subject, fingerprint__in=marks).values_list("fingerprint", flat=True)
    )
    return (
        sum(mark in stored for mark in marks)
        + len([m for m in marks if m not in stored])
        - len({m for m in marks if m not in stored})
    )


def _confirm(request: Request) -> HttpResponse:
    form = forms.ImportForm(request.POST, access=request.access)
    form.fields["text"].required = False
    form.is_valid()
    subject = form.cleaned_data.get("subject")
    try:
        questions = _unpacked(request.POST["packed"])
        if subject is None or "language" in form.errors:
            raise actions.MaterialError(_("Choose the subject and the language."))
        added = actions.add_questions(
            subject, questions, access=request.access, language=form.cleaned_data["language"],
            topic=form.cleaned_data.get("topic", ""),
        )  # fmt: skip
    except signing.BadSignature:
        messages.error(request, _("The preview is too old; choose the file once more."))
        return redirect("curriculum_questions_import")
    except actions.MaterialError as error:
        messages.error(request, str(error))
        return redirect("curriculum_questions_import")
    text = _("Added: %(added)d. In the bank already: %(known)d.") % {
        "added": added.added,
        "known": added.known,
    }
    messages.success(request, text)
    return redirect(f"{reverse('curriculum_questions_list')}?subject={subject.pk}")


@page("question.edit")
def sample(request: Request) -> HttpResponse:
    """A workbook with one question of each kind, to be filled on."""
    return _file(tables.write(tables.SAMPLE), "savollar-namuna.xlsx", XLSX)
