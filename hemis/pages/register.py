"""A register: one declaration that gives list, form, card, history, export and print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Model, OrderBy, Q, QuerySet
from django.http import QueryDict
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise

from hemis.access.scope import Access
from hemis.base import Request, Translated
from hemis.pages import menu as navigation
from hemis.pages.columns import Column, model_at
from hemis.pages.filters import Filter
from hemis.pages.forms import RegisterForm
from hemis.people import names

PAGE_SIZES = (25, 50, 100)
REGISTERS: dict[str, type[Register]] = {}


@dataclass(frozen=True)
class Tab:
    """A tab of the card: ``context(request, obj)`` feeds ``template``; ``shown(obj)`` may leave it out."""

    code: str
    title: str | Promise
    template: str
    context: Callable[[Request, Any], dict]
    permission: str = ""
    shown: Callable[[Any], bool] | None = None


@dataclass(frozen=True)
class BulkAction:
    """What may be done with ticked rows: ``run(request, rows)`` returns a message or a response."""

    code: str
    title: str | Promise
    permission: str
    run: Callable[[Request, QuerySet], Any]
    icon: str = "check"
    confirm: str | Promise = ""


class Register:
    """Declare columns, filters, search and form; everything else follows.

    ``permission`` is the object's word in the duty table: ``group`` means that
    ``group.view`` opens the pages and ``group.edit`` changes rows.
    """

    app: ClassVar[str]
    name: ClassVar[str]
    title: ClassVar[str | Promise]
    title_one: ClassVar[str | Promise] = ""
    model: ClassVar[type[Model]]
    permission: ClassVar[str]
    menu: ClassVar[str] = ""
    # Where the entry stands in its menu; what is opened daily comes first.
    menu_place: ClassVar[int] = 50
    columns: ClassVar[list[Column]]
    filters: ClassVar[list[Filter]] = []
    search: ClassVar[Sequence[str]] = ()
    search_person: ClassVar[str | None] = None
    # Rows are people: the search of the header looks here.
    is_about_people: ClassVar[bool] = False
    form: ClassVar[type[RegisterForm] | None] = None
    fields: ClassVar[Sequence[str]] = ()
    tabs: ClassVar[list[Tab]] = []
    actions: ClassVar[list[BulkAction]] = []
    select_related: ClassVar[Sequence[str]] = ()
    # The card joins so many tables that planning its query takes longer than reading the row.
    many_joins: ClassVar[bool] = False
    ordering: ClassVar[Sequence[str | OrderBy]] = ()
    deletable: ClassVar[bool] = True
    empty: ClassVar[str | Promise] = ""
    header_actions: ClassVar[list[navigation.MenuItem]] = []
    # Paths of file fields (``scan``, ``person__photo``) that whoever sees the row may open.
    files: ClassVar[Sequence[str]] = ()
    # Ready sets of columns for the export: code → title and column names, as somebody outside asks for them.
    column_sets: ClassVar[dict[str, tuple[str | Promise, Sequence[str]]]] = {}
    detail_template: ClassVar[str] = "pages/detail.html"

    def __init_subclass__(cls) -> None:
        if not hasattr(cls, "model"):
            return
        cls.columns = [column.bind(cls.model) for column in cls.columns]
        cls.filters = [one.bind(cls.model) for one in cls.filters]
        REGISTERS[cls.key()] = cls
        if cls.menu:
            navigation.register(
                navigation.MenuItem(
                    cls.menu, cls.title, cls.url_name("list"), cls.view_permission(), cls.menu_place
                )
            )

    # --- names and addresses

    @classmethod
    def key(cls) -> str:
        return f"{cls.app}_{cls.name}"

    @classmethod
    def url_name(cls, page: str) -> str:
        return f"{cls.key()}_{page}"

    @classmethod
    def view_permission(cls) -> str:
        return f"{cls.permission}.view"

    @classmethod
    def edit_permission(cls) -> str:
        return f"{cls.permission}.edit"

    @classmethod
    def url_of(cls, obj: Model) -> str:
        """The address of a row's card."""
        return reverse(cls.url_name("detail"), args=[obj.pk])

    @classmethod
    def urls(cls) -> list[URLPattern]:
        """All addresses of the register, each with its permission."""
        from hemis.pages import views

        base = cls.name.replace("_", "-")
        pages: list[tuple[str, str, Callable]] = [
            ("list", f"{base}/", views.list_view),
            ("export", f"{base}/export/<str:kind>/", views.export_view),
            ("print", f"{base}/print/", views.print_view),
            ("preferences", f"{base}/preferences/", views.preferences_view),
            ("options", f"{base}/options/", views.options_view),
            ("detail", f"{base}/<int:pk>/", views.detail_view),
            ("history", f"{base}/<int:pk>/history/", views.history_view),
            # Apps of higher floors may add actions, so the address is always there.
            ("bulk", f"{base}/bulk/", views.bulk_view),
        ]
        if cls.files:
            pages.append(("file", f"{base}/<int:pk>/file/<str:field>/", views.file_view))
        if cls.form:
            pages.append(("edit", f"{base}/<int:pk>/edit/", views.edit_view))
            if cls.deletable:
                pages += [
                    ("new", f"{base}/new/", views.new_view),
                    ("delete", f"{base}/<int:pk>/delete/", views.delete_view),
                ]
        return [path(where, make(cls), name=cls.url_name(page)) for page, where, make in pages]

    # --- rows

    @classmethod
    def rows(cls, access: Access, permission: str = "") -> QuerySet:
        """Rows in scope: where everything starts (law 4)."""
        scope = access.scope(permission or cls.view_permission())
        found: Any = cls.base_queryset()
        rows = found.for_scope(scope)
        return rows.select_related(*cls.select_related) if cls.select_related else rows

    @classmethod
    def base_queryset(cls) -> QuerySet:
        """Override to annotate or to narrow the register to some rows."""
        return cls.model._default_manager.all()  # type: ignore[return-value]

    @classmethod
    def filtered(cls, access: Access, data: QueryDict) -> QuerySet:
        """Rows in scope, filtered, searched and sorted as the address says."""
        rows = cls.rows(access)
        for one in cls.filters:
            rows = one.apply(rows, data)
        rows = cls.searched(rows, data.get("q", ""))
        return rows.order_by(*cls.order(data.get("sort", "")))

    @classmethod
    def searched(cls, rows: QuerySet, text: str) -> QuerySet:
        """Rows that match every word: people by their index, other columns by part of the text."""
        text = text.strip()
        if not text:
            return rows
        found = Q()
        # As typed, and in Latin with our apostrophes: o'zbek and ўзбек both find oʻzbek.
        for lookup in cls.search_lookups():
            for spelling in {text, names.to_latin(text)}:
                found |= Q(**{f"{lookup}__icontains": spelling})
        if cls.search_person:
            found |= Q(**{f"{cls.search_person}__search": names.search_query(text)})
        return rows.filter(found)

    @classmethod
    def search_lookups(cls) -> list[str]:
        """Columns that are searched; a name is found in every language that it is kept in."""
        found: dict[str, None] = {}
        for lookup in cls.search:
            found[lookup] = None
            *steps, last = lookup.split("__")
            if last == "name" and issubclass(model_at(cls.model, steps), Translated):
                found |= dict.fromkeys("__".join([*steps, name]) for name in ("name_ru", "name_en"))
        return list(found)

    @classmethod
    def order(cls, sort: str) -> list[str]:
        """Sort expressions for ``sort=column`` or ``sort=-column``; the key at the end keeps pages stable."""
        wanted = sort.lstrip("-")
        column = next((one for one in cls.columns if one.name == wanted and one.sort), None)
        default = list(cls.ordering or cls.model._meta.ordering or [])
        if column is None:
            return [*default, "pk"]  # type: ignore[list-item]
        return [("-" if sort.startswith("-") else "") + str(column.sort), "pk"]

    # --- what a row may show and do

    @classmethod
    def can_edit(cls, access: Access, obj: Model) -> bool:
        """Whether the row lies in the scope of the edit permission."""
        if cls.form is None or not access.can(cls.edit_permission()):
            return False
        return cls.rows(access, cls.edit_permission()).filter(pk=obj.pk).exists()

    @classmethod
    def may_be_deleted(cls, obj: Model) -> bool:
        """Whether the card of a row that may be edited has the button to delete it; the database decides in the end."""
        return cls.deletable

    @classmethod
    def card(cls, obj: Model) -> list[tuple[str, str]]:
        """Label and text of the fields on the card."""
        known = {column.name: column for column in cls.columns}
        columns = [known.get(name) or Column(name).bind(cls.model) for name in cls.fields] or cls.columns
        if "name_ru" in cls.fields:  # its own card has every language in a line of its own
            columns = [
                Column("name", value=lambda row: row.name).bind(cls.model) if one.name == "name" else one
                for one in columns
            ]
        return [(str(column.label), column.text(obj)) for column in columns]

    @classmethod
    def summary(cls, rows: QuerySet) -> list[tuple[str, Any]]:
        """Label and value of totals over the filtered rows, shown above the table."""
        return []

    @classmethod
    def complete(cls, rows: list) -> None:
        """Fill in what the columns of these rows need and SQL of this floor cannot say, at once for all."""

    @classmethod
    def detail_context(cls, request: Request, obj: Any) -> dict[str, Any]:
        """What a card template of one's own needs besides the usual."""
        return {}

    @classmethod
    def history_parts(cls, obj: Any) -> list[QuerySet]:
        """Rows of other tables whose changes are shown in the object's history too."""
        return []

    @classmethod
    def card_tabs(cls, access: Access, obj: Model) -> list[Tab]:
        """Tabs this user may open, of those that the row has."""
        return [
            tab
            for tab in cls.tabs
            if (not tab.permission or access.can(tab.permission)) and (tab.shown is None or tab.shown(obj))
        ]

    @classmethod
    def add_tab(cls, tab: Tab) -> None:
        """Let an app of a higher floor show its rows on this card."""
        if tab.code not in {one.code for one in cls.tabs}:
            cls.tabs = [*cls.tabs, tab]

    @classmethod
    def add_action(cls, action: BulkAction) -> None:
        """Let an app of a higher floor do something with the ticked rows of this list."""
        if action.code not in {one.code for one in cls.actions}:
            cls.actions = [*cls.actions, action]
