"""Tests that every register gets by declaring itself: a subclass names the register and its people."""

from __future__ import annotations

import io
from urllib.parse import urlencode

import pytest
from django.db.models import QuerySet
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from hemis.pages.export import dataset
from hemis.pages.register import Register
from hemis.people.models import User
from tests import factories

MAX_QUERIES = 12


class RegisterTests:
    """Declare ``register``, ``make()`` and who may what; the class checks the rest.

    ``make(number)`` saves a row that the viewer may see and returns it. ``make_elsewhere()``
    returns a row outside the viewer's scope, or None where the scope is the whole university.
    ``form_data(row)`` is what a person types to save the row (None: the register has no form).
    """

    register: type[Register]
    viewer_role = "hr"
    editor_role: str | None = None
    stranger_role = "student"
    faculty_code: str | None = None

    # --- declared by each register

    def make(self, number: int):
        raise NotImplementedError

    def make_elsewhere(self):
        return None

    def form_data(self, row) -> dict | None:
        return None

    def search_for(self, row) -> str:
        return ""

    def declares(self, name: str) -> bool:
        """Whether the subclass says it; where not, no row is made for what is not there."""
        return getattr(type(self), name) is not getattr(RegisterTests, name)

    # --- people

    @pytest.fixture(autouse=True)
    def _university(self, db):
        factories.make_university()

    def user(self, role: str) -> User:
        unit = factories.make_faculty(self.faculty_code) if self.faculty_code and role == "dean" else None
        return factories.make_user(role, unit)

    def client_of(self, role: str) -> Client:
        client = Client(HTTP_ACCEPT_LANGUAGE="en")
        client.force_login(self.user(role))
        return client

    @pytest.fixture
    def viewer(self) -> Client:
        return self.client_of(self.viewer_role)

    @pytest.fixture
    def editor(self) -> Client:
        if self.editor_role is None:
            pytest.fail("declare editor_role for a register with a form")
        return self.client_of(self.editor_role)

    def url(self, page: str, *args, **query: str) -> str:
        return reverse(self.register.url_name(page), args=args, query=query or None)

    def body(self, client: Client, page: str, *args, **query: str) -> str:
        answer = client.get(self.url(page, *args, **query))
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()

    # --- what every register promises

    def test_list_shows_rows_of_the_scope_only(self, viewer):
        row, elsewhere = self.make(1), self.make_elsewhere()
        text = self.body(viewer, "list")
        assert self.register.url_of(row) in text
        if elsewhere is not None:
            assert self.register.url_of(elsewhere) not in text

    def test_out_of_scope_looks_absent(self, viewer):
        elsewhere = self.make_elsewhere()
        missing = elsewhere.pk if elsewhere is not None else 10**9
        for page in ("detail", "history"):
            assert viewer.get(self.url(page, missing)).status_code == 404

    def test_strangers_are_refused(self):
        row = self.make(1)
        stranger = self.client_of(self.stranger_role)
        for page, args in (
            ("list", ()),
            ("detail", (row.pk,)),
            ("export", ("csv",)),
            ("print", ()),
            ("options", ()),
        ):
            assert stranger.get(self.url(page, *args)).status_code == 403
            assert Client().get(self.url(page, *args)).status_code == 302

    def test_queries_do_not_grow_with_rows(self, viewer, django_assert_max_num_queries):
        for number in range(1, 4):
            self.make(number)
        viewer.get(self.url("list"))
        with django_assert_max_num_queries(MAX_QUERIES):
            viewer.get(self.url("list"))

    def shown(self, client: Client, **query: str) -> QuerySet:
        """The rows that the list shows, with the same filters and order; no page to draw."""
        if not hasattr(client, "access"):  # A browser is one person's: who they are is read once.
            client.access = factories.access_of(User(pk=client.session["_auth_user_id"]))
        return self.register.filtered(client.access, QueryDict(urlencode(query)))

    def keys(self, client: Client, **query: str) -> list[int]:
        """Which rows these are; one that is shown twice is there twice. Nothing else of them is read."""
        return sorted(self.shown(client, **query).values_list("pk", flat=True))

    def lines(self, client: Client, **query: str) -> list[str]:
        """The same rows as the file of the list has them."""
        rows = self.shown(client, **query)
        columns = [one for one in self.register.columns if not one.hidden]
        return [str(line) for line in dataset(columns, rows, self.register.complete)]

    def test_every_column_sorts_both_ways(self, viewer):
        rows = [self.make(1), self.make(2)]
        shown = self.keys(viewer)
        assert len(shown) >= len(rows)
        for column in self.register.columns:
            for sort in (column.name, f"-{column.name}"):
                assert self.keys(viewer, sort=sort) == shown
        for sort in (self.register.columns[0].name, f"-{self.register.columns[0].name}"):
            text = self.body(viewer, "list", sort=sort)
            assert all(self.register.url_of(row) in text for row in rows)

    def test_every_filter_narrows_without_error(self, viewer):
        self.make(1)
        shown = set(self.keys(viewer))
        for one in self.register.filters:
            for name in (one.name,) if one.widget == "choice" else (f"{one.name}_from", f"{one.name}_to"):
                for value in ("1", "11", "2026-09-01", "nonsense"):
                    assert set(self.keys(viewer, **{name: value})) <= shown
        for value in ("1", "nonsense"):
            self.body(viewer, "list", **{one.name: value for one in self.register.filters})

    def test_filters_stay_chosen_and_in_the_export(self, viewer):
        if not self.register.filters:
            return
        self.make(1)
        name = self.register.filters[0].name
        assert f"{name}=11" in self.body(viewer, "list", **{name: "11"})

    def test_search(self, viewer):
        if not self.declares("search_for"):
            return
        row, other = self.make(1), self.make(2)
        wanted = self.search_for(row)
        if not wanted:
            return
        text = self.body(viewer, "list", q=wanted)
        assert self.register.url_of(row) in text
        assert self.register.url_of(other) not in text
        assert 'class="empty"' in self.body(viewer, "list", q="hech-kim-qidirmaydi")

    def test_table_alone_for_htmx(self, viewer):
        row = self.make(1)
        answer = viewer.get(self.url("list"), headers={"HX-Request": "true"})
        assert "<html" not in answer.content.decode()
        assert self.register.url_of(row) in answer.content.decode()

    def test_export_holds_all_filtered_rows(self, viewer):
        for number in range(1, 4):
            self.make(number)
        total = self.register.rows(factories.access_of(self.user(self.viewer_role))).count()
        answer = viewer.get(self.url("export", "xlsx"))
        sheet = load_workbook(io.BytesIO(answer.content)).active
        assert sheet.max_row == total + 1
        lines = viewer.get(self.url("export", "csv")).content.decode("utf-8-sig").strip().splitlines()
        assert len(lines) >= total + 1
        assert len(self.lines(viewer)) == total
        assert viewer.get(self.url("export", "exe")).status_code == 404

    def test_print_card_and_history_open(self, viewer):
        row = self.make(1)
        self.body(viewer, "print")
        assert 'aria-current="page"' in self.body(viewer, "detail", row.pk)
        self.body(viewer, "history", row.pk)
        for tab in self.register.tabs:
            self.body(viewer, "detail", row.pk, tab=tab.code)

    def test_options_answer_json(self, viewer):
        row = self.make(1)
        assert str(row.pk) in {one["value"] for one in viewer.get(self.url("options")).json()["results"]}

    def test_who_only_looks_is_not_offered_changes(self):
        if self.register.form is None or self.viewer_role == self.editor_role:
            return
        row = self.make(1)
        viewer = self.client_of(self.viewer_role)
        assert "/edit/" not in self.body(viewer, "detail", row.pk)
        assert viewer.get(self.url("edit", row.pk)).status_code == 403

    def test_form_saves_and_history_tells(self, request):
        if not self.declares("form_data"):
            return
        row = self.make(1)
        data = self.form_data(row)
        if data is None:
            return
        editor = request.getfixturevalue("editor")
        assert "row_version" in self.body(editor, "edit", row.pk)
        answer = editor.post(self.url("edit", row.pk), data | {"row_version": row.version})
        assert answer.status_code == 302, answer.context["form"].errors
        row.refresh_from_db()
        assert row.version == 2

    def test_second_of_two_editors_sees_both_versions(self, request):
        if not self.declares("form_data"):
            return
        row = self.make(1)
        data = self.form_data(row)
        if data is None:
            return
        editor = request.getfixturevalue("editor")
        assert editor.post(self.url("edit", row.pk), data | {"row_version": row.version}).status_code == 302
        late = editor.post(self.url("edit", row.pk), data | {"row_version": row.version})
        assert late.status_code == 409
        assert late.context["form"].data["row_version"] == "2"
        again = editor.post(self.url("edit", row.pk), data | {"row_version": 2})
        assert again.status_code == 302

    def test_wrong_form_keeps_what_was_typed(self, request):
        if not self.declares("form_data"):
            return
        row = self.make(1)
        data = self.form_data(row)
        if data is None:
            return
        editor = request.getfixturevalue("editor")
        form = self.register.form(instance=row, access=factories.access_of(self.user(self.editor_role)))
        asked = ((name, field) for name, field in form.fields.items() if not field.disabled)
        required = next((name for name, field in asked if field.required), None)
        if required is None:
            return
        answer = editor.post(self.url("edit", row.pk), data | {required: "", "row_version": row.version})
        assert answer.status_code == 422
        text = answer.content.decode()
        assert f'href="#id_{required}"' in text and f"id_{required}_error" in text
