"""Every statistic on the small demo university: figures are those of plain counting, and of the rows behind them.

Run by tests/demo/test_demo.py, whose university they share: to build one more would cost as much as all of them.
"""

from __future__ import annotations

import datetime
import io
from collections import Counter
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum.models import ClassPair, Holiday, Lesson
from doctorate.models import DoctoralPeriod
from grading.tasks.models import Submission
from hemis.access.scope import Access, Scope
from hemis.pages.models import SavedView
from hemis.people.models import User
from movement.models import OrderLine
from reports.statistics import asking, cube, kinds
from reports.statistics.declaration import COUNT, NOTHING, STATISTICS
from reports.statistics.dimensions import birth_before
from research.models import Work
from research.rules import share_of
from staff.models import Position
from staff.rules import age_on
from structure.models import Auditorium, RoomSlot, Unit
from students.models import Placement, Student
from tests import factories

assert kinds.KNOWN
MOST_QUERIES = 12
UNIVERSITY = Scope(everything=True)
TODAY = datetime.date(2026, 11, 26)


def browser(login: str) -> Client:
    return factories.client_of(User.objects.get(login=login))


def question(code: str, **asked) -> asking.Question:
    data = QueryDict(mutable=True)
    for name, value in asked.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return asking.ask(STATISTICS[code], data, asking.years())


def read(one: asking.Question, scope: Scope = UNIVERSITY) -> cube.Table:
    return cube.read(
        one.statistic, scope=scope, asked=one.asked, rows=one.rows, cols=one.cols, measures=one.measures,
        chosen=one.chosen,
    )  # fmt: skip


def behind(one: asking.Question, scope: Scope = UNIVERSITY, **narrow: str):
    chosen = dict(one.chosen) | {code: [value or NOTHING] for code, value in narrow.items()}
    return cube.rows_of(one.statistic, scope=scope, asked=one.asked, chosen=chosen)


# --- laws of every statistic


@settings(max_examples=25)
@given(data=st.data(), scoped=st.booleans(), day=st.dates(datetime.date(2023, 8, 1), TODAY))
def test_any_cut_adds_up_and_every_figure_has_its_rows(demo, data, scoped, day):
    statistic = STATISTICS[data.draw(st.sampled_from(sorted(STATISTICS)))]
    codes = [one.code for one in statistic.dimensions]
    narrow = [one.code for one in statistic.dimensions if not one.is_wide]
    asked = {
        "rows": data.draw(st.sampled_from(codes)), "cols": data.draw(st.sampled_from([*narrow, ""])),
        "figure": data.draw(st.sampled_from([one.code for one in statistic.measures])),
        "on": day.isoformat(), "since": "2022-09-01", "until": day.isoformat(), "year": str(day.year),
        "set": data.draw(st.sampled_from(["1", ""])),
    }  # fmt: skip
    one = question(
        statistic.code, **{name: value for name, value in asked.items() if value or name == "cols"}
    )
    scope = Scope(faculty_ids=frozenset({Unit.objects.get(code="303-101").pk})) if scoped else UNIVERSITY
    found = read(one, scope)
    for at, measure in enumerate(found.measures):
        parts = [figures[at] or 0 for figures in found.row_totals.values()]
        if measure.adds_up:
            assert sum(parts) == (found.total[at] or 0)
            if one.cols:
                assert sum(figures[at] or 0 for figures in found.cells.values()) == (found.total[at] or 0)
                assert sum(figures[at] or 0 for figures in found.col_totals.values()) == (
                    found.total[at] or 0
                )
        if measure.sql != COUNT:
            continue
        assert (found.total[at] or 0) == behind(one, scope).count()
        for key, _label in found.rows[:2]:
            assert found.row_totals[key][at] == behind(one, scope, **{one.rows: key}).count()
        for (row, col), figures in list(found.cells.items())[:2]:
            assert figures[at] == behind(one, scope, **{one.rows: row, one.cols: col}).count()
    assert {key for key, _label in found.rows} == set(found.row_totals)
    assert {key for key, _label in found.cols} == set(found.col_totals)
    assert all(label for _key, label in [*found.rows, *found.cols])


@given(day=st.dates(datetime.date(1990, 1, 1), datetime.date(2040, 12, 31)), born=st.dates(datetime.date(1940, 1, 1)),
       years=st.integers(1, 90))  # fmt: skip
def test_bands_of_ages_are_full_years(day, born, years):
    if born <= day:
        assert (born <= birth_before(day, years)) == (age_on(born, day) >= years)


@pytest.mark.parametrize("code", sorted(STATISTICS))
@pytest.mark.duty("3.7", "R")
def test_every_page_of_every_statistic_in_a_fixed_number_of_queries(code):
    client, statistic = browser("rector"), STATISTICS[code]
    page, listed = reverse(statistic.url_name("page")), reverse(statistic.url_name("list"))
    client.get(page)
    for address in (page, f"{page}?cols=", listed, reverse(statistic.url_name("print"))):
        with CaptureQueriesContext(connection) as made:
            answer = client.get(address)
        assert answer.status_code == 200, address
        assert len(made) <= MOST_QUERIES, [query["sql"][:120] for query in made]
    nonsense = (
        "?rows=no&cols=no&figure=no&on=never&since=x&until=y&year=abc&status=%00&course=99&faculty=x&set=1"
    )
    for address in (page + nonsense, listed + nonsense):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("code", sorted(STATISTICS))
@pytest.mark.duty("3.7")
def test_page_workbook_list_and_print_say_the_same(code):
    client, statistic = browser("rector"), STATISTICS[code]
    page = reverse(statistic.url_name("page"))
    answer = client.get(page)
    total = answer.context["table"].total[0]
    book = openpyxl.load_workbook(io.BytesIO(client.get(page, {"file": "xlsx"}).content)).active
    assert book is not None and book.max_row >= 3
    if total:
        shown = book.cell(book.max_row, book.max_column if answer.context["question"].cols else 2).value
        assert shown == pytest.approx(float(total))
    listed = client.get(answer.context["list_url"])
    assert listed.context["paginator"].count == behind(answer.context["question"]).count()
    printed = client.get(f"{reverse(statistic.url_name('print'))}?{answer.context['query']}")
    assert printed.context["foot"]["total"] == answer.context["foot"]["total"]


@pytest.mark.parametrize("code", sorted(STATISTICS))
def test_rows_lead_to_their_pages(code):
    client = browser("rector")
    lines = client.get(reverse(f"statistics_{code}_list"), {"set": "1"}).context["lines"]
    assert STATISTICS[code].link is None or all(line["url"] for line in lines)
    for line in lines[:1]:
        assert not line["url"] or client.get(line["url"]).status_code == 200


def test_cells_of_people_lead_to_as_many_people():
    client = browser("academic")
    answer = client.get(reverse("statistics_students_page"), {"rows": "course", "cols": "gender"})
    lines = answer.context["body"]
    assert lines
    for line in lines:
        for cell in [*line["cells"], *line["total"]]:
            if cell["url"]:
                assert client.get(cell["url"]).context["paginator"].count == int(cell["text"])


def test_no_field_of_the_form_hides_what_browsers_call():
    """``form.matches`` is a field once one is called so, and htmx calls the method."""
    taken = {
        "matches", "closest", "contains", "remove", "after", "before", "append", "submit", "reset", "method", "action",
        "elements", "length", "name", "target", "id", "style", "children", "dataset", "attributes", "parentElement",
    }  # fmt: skip
    for statistic in STATISTICS.values():
        assert not taken & {one.code for one in statistic.dimensions}, statistic.code


# --- plain counting


@pytest.mark.duty("3.7")
@pytest.mark.parametrize("day", ["2024-10-01", "2025-02-15", "2026-11-01"])
def test_students_as_counted_one_by_one(day):
    on = datetime.date.fromisoformat(day)
    plain: Counter = Counter()
    for one in Placement.objects.select_related("student__person"):
        if one.valid_from <= on and (one.valid_to is None or one.valid_to > on) and one.status == "11":
            plain[str(one.faculty_id), one.student.person.gender] += 1
    found = read(question("students", on=day, rows="faculty", cols="gender"))
    assert {key: figures[0] for key, figures in found.cells.items()} == dict(plain)
    women = read(question("students", on=day, rows="faculty", cols="")).total
    assert women[1] == sum(count for (_faculty, gender), count in plain.items() if gender == "12")


@pytest.mark.duty("3.7", "1.2")
def test_teachers_as_counted_one_by_one():
    on = datetime.date(2026, 11, 1)
    held = [
        one for one in Position.objects.select_related("employee__person", "unit")
        if one.category == "12" and one.holds_on(on)
    ]  # fmt: skip
    found = read(question("staff", on=on.isoformat(), rows="kafedra", cols=""))
    names = [one.code for one in found.measures]
    assert found.total[names.index("posts")] == len(held)
    assert found.total[names.index("people")] == len({one.employee_id for one in held})
    assert found.total[names.index("rates")] == sum(one.rate for one in held if one.employment != "14")
    for key, figures in found.row_totals.items():
        here = [one for one in held if str(one.unit_id) == key]
        assert figures[names.index("people")] == len({one.employee_id for one in here})
    ages = read(question("staff", on=on.isoformat(), rows="age", cols="", figure="posts"))
    old = sum((age_on(one.employee.person.birth_date, on) or 0) >= 70 for one in held)
    assert ages.row_totals.get("70-", (0, 0))[names.index("posts")] == old


@pytest.mark.duty("2.8", "3.7")
def test_activity_as_counted_one_by_one():
    """Everybody once, and what each did: lessons by the journals, works by their dates."""
    since, until = datetime.date(2026, 9, 1), timezone.localdate()
    period = {"since": since.isoformat(), "until": until.isoformat()}
    one = question("teacher_activity", rows="kafedra", cols="", **period)
    total = dict(zip([measure.code for measure in one.measures], read(one).total, strict=True))
    posts = Position.objects.in_force(until).filter(category="12")
    assert total["people"] == len({post.employee_id for post in posts}) == behind(one).count()
    ended = [
        lesson for lesson in Lesson.objects.filter(state="planned", day__range=(since, until)).select_related("record")
        if timezone.make_aware(datetime.datetime.combine(lesson.day, lesson.ends_at)) <= timezone.now()
    ]  # fmt: skip
    assert (total["due"], total["given"]) == (len(ended), sum(hasattr(lesson, "record") for lesson in ended))
    shown = list(behind(one))
    assert sum(row.lessons_due for row in shown) == total["due"]
    assert sum(row.marked for row in shown) == total["marked"] > 0

    one = question("student_activity", rows="faculty", cols="", **period)
    total = dict(zip([measure.code for measure in one.measures], read(one).total, strict=True))
    studying = set(Placement.objects.on(until).filter(status="11").values_list("student", flat=True))
    works = [
        work for work in Submission.objects.select_related("task_student")
        if work.task_student.student_id in studying and since <= timezone.localdate(work.sent_at) <= until
    ]  # fmt: skip
    assert (total["people"], total["handed"]) == (len(studying), len(works)) and works
    shown = list(behind(one))
    assert sum(row.handed for row in shown) == total["handed"]
    assert sum(row.tests for row in shown) == total["tests"]


@pytest.mark.duty("2.3", "3.1")
def test_occupancy_of_rooms_as_counted_one_by_one():
    """A week: pairs of the auditoriums in use on working days, taken where a use meets the hours of the pair."""
    monday = datetime.date(2026, 11, 16)
    days = [monday + datetime.timedelta(n) for n in range(6)]
    off = set(Holiday.objects.filter(day__in=days).values_list("day", flat=True))
    one = question("rooms", rows="building", cols="", since=days[0].isoformat(), until=days[-1].isoformat())
    total = dict(zip([measure.code for measure in one.measures], read(one).total, strict=True))
    pairs = list(ClassPair.objects.filter(academic_year=2026, is_active=True))
    rooms = set(Auditorium.objects.filter(is_active=True).values_list("pk", flat=True))
    taken = {
        (slot.auditorium_id, slot.day, pair.number)
        for slot in RoomSlot.objects.filter(day__in=days)
        for pair in pairs
        if slot.starts_at < pair.ends and pair.starts < slot.ends_at and slot.day not in off
    }
    assert total["pairs"] == len(rooms) * len(pairs) * (len(days) - len(off))
    assert total["taken"] == len(taken) > 0 and total["free"] == total["pairs"] - total["taken"]
    assert total["empty"] == len(rooms - {room for room, _day, _pair in taken})
    by_pair = read(question("rooms", rows="pair", cols="weekday", figure="taken", since=days[0].isoformat(),
                            until=days[-1].isoformat()))  # fmt: skip
    assert by_pair.total[0] == len(taken)


@pytest.mark.duty("3.7")
def test_movement_as_counted_one_by_one():
    since, until = datetime.date(2024, 9, 1), TODAY
    plain: Counter = Counter()
    for line in OrderLine.objects.select_related("order"):
        order = line.order
        counts = order.state in ("executed", "closed") and not order.cancels_id and line.student_id
        if counts and since <= order.effective_date <= until:
            plain[f"{order.kind}:{order.variant}", f"{order.effective_date:%Y-%m}"] += 1
    found = read(
        question("movement", since=since.isoformat(), until=until.isoformat(), rows="kind", cols="month")
    )
    assert plain and {key: figures[0] for key, figures in found.cells.items()} == dict(plain)


@pytest.mark.duty("3.6", "8.4")
def test_works_as_counted_one_by_one():
    today = timezone.localdate().isoformat()  # the demo's works are approved on the day it is made
    approved = Work.objects.filter(state=Work.APPROVED).prefetch_related("authors")
    plain: Counter = Counter()
    shares: dict[str, Decimal] = {}
    for work in approved:
        own = [one for one in work.authors.all() if one.employee_id]
        for key in {str(one.kafedra_id or "") for one in own}:
            plain[key] += 1
        for one in own:
            others = [other.share for other in work.authors.all() if other.pk != one.pk]
            key = str(one.kafedra_id or "")
            shares[key] = shares.get(key, Decimal(0)) + share_of(one.share, others) / 100
    found = read(question("publications", on=today, rows="kafedra", cols=""))
    names = [one.code for one in found.measures]
    assert found.total[names.index("works")] == approved.count() > 0
    assert {key: figures[0] for key, figures in found.row_totals.items()} == dict(plain)
    for key, figures in found.row_totals.items():
        assert figures[names.index("shares")] == pytest.approx(shares[key], abs=Decimal("0.05"))
    # Whom several of the university wrote is one work in the total, whatever the cut.
    for rows in ("kind", "issued", "degree", "language"):
        assert read(question("publications", on=today, rows=rows, cols="")).total[0] == approved.count()
    first = approved.order_by("decided_at")[0].decided_at
    before = (first - datetime.timedelta(days=1)).date().isoformat()
    assert read(question("publications", on=before, rows="kind", cols="")).total[0] == 0


@pytest.mark.duty("8.4", "2.8")
def test_a_head_and_a_dean_see_the_works_of_their_own_teachers():
    address = reverse("statistics_publications_page")
    everything = browser("rector").get(address).context["table"].total[0]
    for login in ("head1", "dean1"):
        scope = Access.for_user(User.objects.get(login=login)).scope("publication.view")
        own = (
            Work.objects.for_scope(scope)
            .filter(state=Work.APPROVED, authors__employee__isnull=False)
            .distinct()
        )
        assert browser(login).get(address).context["table"].total[0] == own.count() < everything


@pytest.mark.duty("6.1")
def test_the_doctorate_as_it_stood_on_a_day():
    for day in (TODAY, datetime.date(2025, 10, 1)):
        plain: Counter = Counter()
        late = defended = 0
        for one in DoctoralPeriod.objects.select_related("student"):
            if not (one.valid_from <= day and (one.valid_to is None or one.valid_to > day)):
                continue
            student = one.student
            plain[student.kind, one.status] += 1
            missed = any(
                row.due_on < day and (row.held_on is None or row.held_on > day)
                for row in student.attestations.all()
            ) or any(
                row.due_on < day and (row.done_on is None or row.done_on > day)
                for row in student.stages.all()
            )
            over = one.term_to is not None and one.term_to < day
            late += one.status == "studying" and (missed or over)
            defended += any(
                row.result == "passed" and row.defence_date <= day for row in student.defences.all()
            )
        found = read(question("doctorate", on=day.isoformat(), rows="kind", cols="status", set="1"))
        assert plain and {key: figures[0] for key, figures in found.cells.items()} == dict(plain)
        whole = read(question("doctorate", on=day.isoformat(), rows="kind", cols="", set="1"))
        names = [one.code for one in whole.measures]
        assert whole.total[names.index("late")] == late and whole.total[names.index("defended")] == defended


# --- who sees what


@pytest.mark.duty("2.8")
def test_a_dean_sees_the_own_faculty_only():
    faculty, other = Unit.objects.get(code="303-101"), Unit.objects.get(code="303-102")
    client, address = browser("dean1"), reverse("statistics_students_page")
    own = Student.objects.filter(current__status="11", current__faculty=faculty).count()
    assert own and client.get(address).context["table"].total[0] == own
    assert client.get(address, {"faculty": other.pk}).context["table"].total[0] == 0
    assert (
        client.get(reverse("statistics_students_list"), {"faculty": other.pk}).context["paginator"].count == 0
    )
    staff = client.get(reverse("statistics_staff_page"), {"rows": "faculty", "cols": ""}).context["table"]
    assert {key for key, _label in staff.rows} == {str(faculty.pk)}
    movement = client.get(reverse("statistics_movement_page"), {"rows": "faculty"}).context["table"]
    seen = {line.order.faculty_id for line in OrderLine.objects.select_related("order")}
    assert movement.total[0] and len(seen) > 1
    everything = (
        browser("rector").get(reverse("statistics_movement_page"), {"rows": "faculty"}).context["table"]
    )
    assert movement.total[0] < everything.total[0]


@pytest.mark.duty("T")
def test_a_tutor_sees_the_students_in_care():
    user = User.objects.get(login="tutor1")
    scope = Access.for_user(user).scope("statistics.view")
    cared = Placement.objects.on(TODAY).for_scope(scope).filter(status="11").count()
    found = (
        browser("tutor1").get(reverse("statistics_students_page"), {"on": TODAY.isoformat()}).context["table"]
    )
    assert found.total[0] == cared < Student.objects.count()


@pytest.mark.parametrize(
    ("login", "open_to"),
    [
        ("hr", {"staff"}),
        ("accounting", set()),
        ("library", set()),
        ("dean1", {"students", "staff", "movement"}),
    ],
)
@pytest.mark.duty("1.2", "2.8")
def test_without_the_duty_a_statistic_is_closed(login, open_to):
    client = browser(login)
    for code in ("students", "staff"):
        for page in ("page", "list", "print", "options"):
            status = client.get(reverse(f"statistics_{code}_{page}")).status_code
            assert (status == 200) == (code in open_to), (code, page)


@pytest.mark.duty("2.8")
def test_a_cut_is_kept_under_a_name_and_goes_on_with_the_days():
    client = browser("dean1")
    page = client.get(
        reverse("statistics_students_page"), {"rows": "region", "cols": "", "gender": "12", "set": "1"}
    )
    moving = page.context["moving"]
    assert "on=" not in moving and "rows=region" in moving and "gender=12" in moving
    client.post(reverse("statistics_students_views"), {"query": moving, "save_view": "Qizlar"})
    view = SavedView.objects.get(register="statistics_students", name="Qizlar")
    again = client.get(f"{reverse('statistics_students_page')}?{view.query}")
    assert again.context["table"].total == page.context["table"].total
    assert [one.name for one in again.context["saved_views"]] == ["Qizlar"]
    browser("dean2").post(reverse("statistics_students_views"), {"delete_view": view.pk})
    assert SavedView.objects.filter(pk=view.pk).exists()
    client.post(reverse("statistics_students_views"), {"delete_view": view.pk})
    assert not SavedView.objects.filter(pk=view.pk).exists()
    past = client.get(reverse("statistics_students_page"), {"on": "2025-10-01"}).context["moving"]
    assert "on=2025-10-01" in past


def test_filters_of_many_rows_are_searched(monkeypatch):
    client = browser("rector")
    monkeypatch.setattr("reports.statistics.views.FIRST_OPTIONS", 1)
    page = client.get(reverse("statistics_students_page"))
    assert next(one for one in page.context["filters"] if one["name"] == "faculty")["searched"]
    name = Unit.objects.get(code="303-102").name
    found = client.get(reverse("statistics_students_options"), {"filter": "faculty", "q": name}).json()[
        "results"
    ]
    assert [one["text"] for one in found] == [str(Unit.objects.get(code="303-102"))]
    assert client.get(reverse("statistics_students_options"), {"filter": "gender"}).json() == {"results": []}


__all__ = [name for name in globals() if name.startswith("test_")]  # noqa: PLE0605 - the tests, whatever they are
