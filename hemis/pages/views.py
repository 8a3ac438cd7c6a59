"""The views behind every register."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemis.access.guard import page
from hemis.base import Request
from hemis.pages import choices, export, files
from hemis.pages.columns import field_label
from hemis.pages.filters import RelatedFilter, is_drawn
from hemis.pages.forms import StaleRow
from hemis.pages.history import readable_history
from hemis.pages.models import ListPreference, SavedView
from hemis.pages.register import PAGE_SIZES, Register
from hemis.planning import first_query_planned_as_written

PRINT_LIMIT = 2000
FILTERS_AT_ONCE = 7


def _preference(request: Request, register: type[Register]) -> ListPreference:
    found = ListPreference.objects.filter(user=request.user, register=register.key()).first()
    return found or ListPreference(user=request.user, register=register.key())


def _shown_columns(register: type[Register], preference: ListPreference):
    """The columns of this user, their labels in the language of the page: every cell repeats one."""
    chosen = [column for column in register.columns if column.name in preference.columns]
    shown = chosen or [column for column in register.columns if not column.hidden]
    return [replace(column, label=str(column.label)) for column in shown]


def _filter_rows(filters: list[dict]) -> dict[str, object]:
    """Filters at once in sight and those behind "more": a page begins with its rows, not with three lines of selects.

    Among the folded ones a chosen filter is never hidden.
    """
    drawn = [one for one in filters if is_drawn(one)]
    if len(drawn) <= FILTERS_AT_ONCE + 1:
        return {"filters": drawn, "more_filters": []}
    more = drawn[FILTERS_AT_ONCE:]
    return {
        "filters": drawn[:FILTERS_AT_ONCE],
        "more_filters": more,
        "more_chosen": any(one["chosen"] for one in more),
    }


def list_view(register: type[Register]):
    """The list: filtered, searched, sorted and paged in SQL."""

    @page(register.view_permission())
    def view(request: Request) -> HttpResponse:
        preference = _preference(request, register)
        rows = register.filtered(request.access, request.GET)
        paginator = Paginator(rows, preference.page_size)
        shown = paginator.get_page(request.GET.get("page"))
        shown.object_list = list(shown.object_list)
        register.complete(shown.object_list)
        columns = _shown_columns(register, preference)
        filters = [one.context(request.access, request.GET) for one in register.filters]
        query = request.GET.copy()
        query.pop("page", None)
        context = {
            "register": register,
            "title": register.title,
            "columns": columns,
            "all_columns": register.columns,
            "page": shown,
            "summary": register.summary(rows),
            "paginator": paginator,
            "page_range": paginator.get_elided_page_range(shown.number, on_each_side=1, on_ends=1),
            "page_sizes": PAGE_SIZES,
            "preference": preference,
            "query": query.urlencode(),
            "sort": request.GET.get("sort", ""),
            **_filter_rows(filters),
            "filtered": any(one["chosen"] for one in filters) or bool(request.GET.get("q")),
            "saved_views": list(SavedView.objects.filter(user=request.user, register=register.key())),
            "can_create": register.form is not None
            and register.deletable
            and request.access.can(register.edit_permission()),
            "actions": [one for one in register.actions if request.access.can(one.permission)],
            "header_actions": [one for one in register.header_actions if request.access.can(one.permission)],
            "column_sets": [(code, title) for code, (title, _names) in register.column_sets.items()],
            "new_url": reverse(register.url_name("new")) if register.form and register.deletable else "",
        }
        template = "pages/_table.html" if request.htmx and not request.htmx.boosted else "pages/list.html"
        return render(request, template, context)

    return view


def export_view(register: type[Register]):
    """Excel or CSV of exactly what is filtered."""

    @page(register.view_permission())
    def view(request: Request, kind: str) -> HttpResponse:
        wanted = request.GET.get("columns", "")
        if wanted in register.column_sets:
            names = register.column_sets[wanted][1]
            columns = [one for name in names for one in register.columns if one.name == name]
        else:
            columns = _shown_columns(register, _preference(request, register))
        return export.response(register, columns, register.filtered(request.access, request.GET), kind)

    return view


def print_view(register: type[Register]):
    """The filtered list on paper."""

    @page(register.view_permission())
    def view(request: Request) -> HttpResponse:
        rows = register.filtered(request.access, request.GET)
        printed = list(rows[:PRINT_LIMIT])
        register.complete(printed)
        context = {
            "register": register,
            "title": register.title,
            "columns": _shown_columns(register, _preference(request, register)),
            "rows": printed,
            "total": rows.count(),
            "limit": PRINT_LIMIT,
        }
        return render(request, "pages/print.html", context)

    return view


def preferences_view(register: type[Register]):
    """Columns, page size and saved views of this user."""

    @page(register.view_permission())
    @require_POST
    def view(request: Request) -> HttpResponse:
        query = request.POST.get("query", "")
        if request.POST.get("save_view", "").strip():
            SavedView.objects.update_or_create(
                user=request.user,
                register=register.key(),
                name=request.POST["save_view"].strip()[:64],
                defaults={"query": query},
            )
            messages.success(request, _("The view is saved."))
        elif request.POST.get("delete_view", "").isdigit():
            SavedView.objects.filter(
                user=request.user, register=register.key(), pk=request.POST["delete_view"]
            ).delete()
        else:
            known = [column.name for column in register.columns]
            size = request.POST.get("page_size", "")
            values: dict = {"columns": [name for name in request.POST.getlist("columns") if name in known]}
            if size.isdigit() and int(size) in PAGE_SIZES:
                values["page_size"] = int(size)
            ListPreference.objects.update_or_create(
                user=request.user, register=register.key(), defaults=values
            )
        return redirect(f"{reverse(register.url_name('list'))}?{query}")

    return view


def options_view(register: type[Register]):
    """Autocomplete: rows of the scope that match, or with ``filter=name`` what that filter offers; twenty."""

    @page(register.view_permission())
    def view(request: Request) -> HttpResponse:
        text, name = request.GET.get("q", ""), request.GET.get("filter", "")
        for one in register.filters:
            if one.name == name and isinstance(one, RelatedFilter):
                options = one.found(request.access, text)
                return JsonResponse({"results": [{"value": pk, "text": shown} for pk, shown in options]})
        rows = register.searched(register.rows(request.access), text)
        return choices.found(rows.order_by(*register.order("")))

    return view


def _object(register: type[Register], request: Request, pk: int, permission: str):
    with first_query_planned_as_written() if register.many_joins else nullcontext():
        return get_object_or_404(register.rows(request.access, permission), pk=pk)


def _card_context(register: type[Register], request: Request, obj, active: str) -> dict:
    return {
        "register": register,
        "object": obj,
        "title": str(obj),
        "tabs": register.card_tabs(request.access, obj),
        "active": active,
        "can_edit": register.can_edit(request.access, obj),
        "list_url": reverse(register.url_name("list")),
        "detail_url": register.url_of(obj),
        "history_url": reverse(register.url_name("history"), args=[obj.pk]),
        "edit_url": reverse(register.url_name("edit"), args=[obj.pk]) if register.form else "",
        "delete_url": reverse(register.url_name("delete"), args=[obj.pk])
        if register.form and register.may_be_deleted(obj)
        else "",
        "files": _files(register, obj),
    }


def _kept(obj, path: str):
    """The file behind a path of field names, or None."""
    for step in path.split("__"):
        obj = getattr(obj, step, None)
    return obj or None


def _files(register: type[Register], obj) -> list[dict]:
    """What is kept of the row's files: label, address, and whether it is a picture."""
    return [
        {
            "label": field_label(register.model, path),
            "url": reverse(register.url_name("file"), args=[obj.pk, path]),
            "is_picture": kept.name.endswith(".jpg"),
        }
        for path in register.files
        if (kept := _kept(obj, path))
    ]


def file_view(register: type[Register]):
    """A file of the row, for whoever may see the row."""

    @page(register.view_permission())
    def view(request: Request, pk: int, field: str) -> FileResponse:
        if field not in register.files:
            raise Http404(field)
        obj = _object(register, request, pk, register.view_permission())
        return files.response(_kept(obj, field), name=f"{register.name}-{pk}")

    return view


def detail_view(register: type[Register]):
    """The card with its tabs."""

    @page(register.view_permission())
    def view(request: Request, pk: int) -> HttpResponse:
        obj = _object(register, request, pk, register.view_permission())
        active = request.GET.get("tab", "card")
        context = _card_context(register, request, obj, active)
        tab = next((one for one in context["tabs"] if one.code == active), None)
        if tab:
            context |= tab.context(request, obj) | {"tab": tab}
        else:
            context |= {"card": register.card(obj), "active": "card"}
        return render(request, register.detail_template, context | register.detail_context(request, obj))

    return view


def history_view(register: type[Register]):
    """Who changed the row, when, what from and what to."""

    @page(register.view_permission())
    def view(request: Request, pk: int) -> HttpResponse:
        obj = _object(register, request, pk, register.view_permission())
        context = _card_context(register, request, obj, "history")
        paginator: Paginator = Paginator(readable_history(obj, register.history_parts(obj)), 50)  # type: ignore[arg-type]
        context["history"] = paginator.get_page(request.GET.get("page"))
        return render(request, register.detail_template, context | register.detail_context(request, obj))

    return view


def _form_response(
    register: type[Register], request: Request, form, obj=None, status: int = 200
) -> HttpResponse:
    context = {
        "register": register,
        "form": form,
        "object": obj,
        "title": str(obj) if obj else _("New: %(what)s") % {"what": register.title_one or register.title},
        "back_url": register.url_of(obj) if obj else reverse(register.url_name("list")),
        "list_url": reverse(register.url_name("list")),
    }
    return render(request, "pages/form.html", context, status=status)


def _saved(form):
    """The saved row, or None when the database knew of something that the form did not."""
    try:
        return form.save()
    except ValidationError as error:
        form.add_error(None, error)
        return None


def _say(request: Request, form) -> None:
    """What saving did besides."""
    for text in form.notices:
        messages.info(request, text)


def new_view(register: type[Register]):
    """A new row."""

    @page(register.edit_permission())
    def view(request: Request) -> HttpResponse:
        form = register.form(  # type: ignore[misc]
            request.POST or None, request.FILES or None, access=request.access, initial=request.GET.dict()
        )
        if request.method == "POST" and form.is_valid() and (obj := _saved(form)):
            messages.success(request, _("Saved."))
            _say(request, form)
            if "save_and_new" in request.POST:
                return redirect(reverse(register.url_name("new")))
            return redirect(register.url_of(obj))
        return _form_response(register, request, form, status=422 if request.method == "POST" else 200)

    return view


def edit_view(register: type[Register]):
    """Change a row; a stale form shows both versions and keeps what was typed."""

    @page(register.edit_permission())
    def view(request: Request, pk: int) -> HttpResponse:
        obj = _object(register, request, pk, register.edit_permission())
        unbound = register.form(instance=obj, access=request.access)  # type: ignore[misc]
        if request.method != "POST":
            return _form_response(register, request, unbound, obj)
        data = register.form.taking_theirs(request.POST, unbound)  # type: ignore[union-attr]
        form = register.form(data, request.FILES or None, instance=obj, access=request.access)  # type: ignore[misc]
        if not form.is_valid():
            return _form_response(register, request, form, obj, status=422)
        try:
            if not _saved(form):
                return _form_response(register, request, form, obj, status=422)
        except StaleRow as stale:
            form.data = form.data.copy()
            form.data["row_version"] = str(stale.version)
            return _form_response(register, request, form, obj, status=409)
        messages.success(request, _("Saved."))
        _say(request, form)
        return redirect(register.url_of(obj))

    return view


BLOCKERS_SHOWN = 10


def _blockers(rows: list) -> list[dict]:
    """The linked rows by kind, the first of each with its name."""
    kinds: dict[str, list[str]] = {}
    for row in rows:
        kinds.setdefault(str(row._meta.verbose_name_plural), []).append(str(row))
    return [
        {
            "kind": kind,
            "count": len(found),
            "names": sorted(found)[:BLOCKERS_SHOWN],
            "more": len(found) > BLOCKERS_SHOWN,
        }
        for kind, found in sorted(kinds.items())
    ]


def delete_view(register: type[Register]):
    """Delete after a question; what still hangs on the row is named."""

    @page(register.edit_permission())
    def view(request: Request, pk: int) -> HttpResponse:
        obj = _object(register, request, pk, register.edit_permission())
        context = {"register": register, "object": obj, "title": str(obj), "back_url": register.url_of(obj)}
        if request.method != "POST":
            return render(request, "pages/delete.html", context)
        try:
            with transaction.atomic():
                obj.delete()
        except ProtectedError as error:
            context["blockers"] = _blockers(list(error.protected_objects))
            return render(request, "pages/delete.html", context, status=409)
        except IntegrityError:
            # A law of the database: what was signed, approved or held stays.
            context["is_kept"] = True
            return render(request, "pages/delete.html", context, status=409)
        messages.success(request, _("Deleted."))
        return redirect(reverse(register.url_name("list")))

    return view


def bulk_view(register: type[Register]):
    """An action on the ticked rows, or on all that are filtered."""

    @page(register.view_permission())
    def view(request: Request) -> HttpResponse:
        if request.method != "POST":
            return redirect(reverse(register.url_name("list")))
        back = request.POST.get("back", "")
        if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
            back = reverse(register.url_name("list"))
        action = next((one for one in register.actions if one.code == request.POST.get("action")), None)
        if action is None:
            messages.error(request, _("Choose what to do."))
            return redirect(back)
        request.access.require(action.permission)
        allowed = register.rows(request.access, action.permission)
        if request.POST.get("all_filtered"):
            rows = allowed.filter(
                pk__in=register.filtered(request.access, request.GET).order_by().values("pk")
            )
        else:
            ticked = [value for value in request.POST.getlist("pk") if value.isdigit()]
            rows = allowed.filter(pk__in=ticked)
        if not rows.exists():
            messages.warning(request, _("Nothing is ticked."))
            return redirect(back)
        result = action.run(request, rows)
        if isinstance(result, HttpResponse):
            return result
        if result:
            messages.success(request, result)
        return redirect(back)

    return view
