"""Applications: from the cabinet to the order and back to the student (duties S, 2.2, 3.5)."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from hemis.notices.models import Notice
from hemis.pages.files import clean_scan
from movement import actions as orders
from movement.applications import actions, queries, rules
from movement.applications.forms import ApplicationForm
from movement.applications.kinds import KINDS
from movement.applications.models import Application, ApplicationTerm, ApplicationWindow
from movement.applications.pages import Applications, ApplicationTerms, ApplicationWindows
from movement.kinds import KINDS as ORDERS
from movement.models import Order
from students.models import Student
from tests.factories import access_of, make_admission_setting, make_group, make_students, make_user
from tests.movement.petitions import TODAY, account, begun, carry_out, png, scan, sent, with_papers
from tests.pages.base import RegisterTests
from tests.sharing import shared

DAY = datetime.date(2026, 9, 10)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@shared
def students(faculty):
    return make_students(faculty, 3)


def client_of(user) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


def codes(user) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("code", flat=True))


# --- terms


def test_a_leave_is_decided_in_a_week():
    found = rules.due(sent=DAY, days=7, source="VMQ 344/2021")
    assert (found.day, found.source) == (datetime.date(2026, 9, 17), "VMQ 344/2021")


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        ("2026-07-14", False),
        ("2026-07-15", True),
        ("2026-08-05", True),
        ("2026-08-06", False),
        ("2027-12-31", False),
    ],
)
def test_the_window_of_the_law(day, is_open):
    window = rules.Window(
        datetime.date(2026, 7, 15), datetime.date(2026, 8, 5), datetime.date(2026, 8, 31), "VMQ 578/2025"
    )
    found = rules.reception([window], datetime.date.fromisoformat(day))
    assert found.is_open is is_open
    assert rules.reception([], DAY).is_open, "no window: the whole year"
    if is_open:
        assert rules.due(sent=DAY, days=15, source="x", window=found.window).day == datetime.date(2026, 8, 31)


@pytest.mark.django_db
def test_the_term_that_held_on_the_day_of_sending_counts():
    ApplicationTerm.objects.create(
        kind="leave", valid_from=datetime.date(2026, 9, 11), days=3, source="New act", is_confirmed=True
    )
    ApplicationTerm.objects.create(
        kind="leave", valid_from=datetime.date(2026, 9, 21), days=4, source="Act not read"
    )
    one = Application(kind="leave")
    assert queries.due_of(one, DAY).day == DAY + datetime.timedelta(days=7)
    assert queries.due_of(one, datetime.date(2026, 9, 11)).source == "New act"
    later = queries.due_of(one, datetime.date(2026, 9, 21))
    assert later.source == "Act not read — to be confirmed"


# --- a leave that lasts longer


@pytest.mark.duty("S", "2.2")
def test_a_leave_is_extended_from_the_cabinet(students, dean, rector):
    """Offered to who is on leave, decided in a week, carried out by an order of its own kind."""
    student = students[0]
    person, month = access_of(account(student)), datetime.timedelta(days=30)
    order = orders.create_order(
        kind="12", access=access_of(dean), faculty=student.current.faculty, title="Taʼtil", basis="Ariza",
        people=Student.objects.filter(pk=student.pk), effective_date=TODAY,
        choices={"reason": "12", "ends_on": TODAY + month, "applied_on": TODAY},
    )  # fmt: skip
    carry_out(with_papers(order), dean, rector)
    student = Student.objects.select_related("current").get(pk=student.pk)
    offered = {one["kind"].code for one in queries.offered(student, TODAY)}
    assert offered == {"extension", "return", "expulsion"}

    form = {
        "ground": "12",
        "end_date": (TODAY + 3 * month).isoformat(),
        "details": "Davolanish davom etmoqda",
    }
    client_of(account(student)).post(reverse("application_new", args=["extension"]), form)
    asked = Application.objects.get()
    actions.add_document(asked, access=person, upload=clean_scan(png()), title="Xulosa")
    asked = actions.send(asked, access=person)
    assert (asked.due_on, asked.due_source) == (TODAY + datetime.timedelta(days=7), "VMQ 344/2021")
    office = client_of(dean)
    office.post(
        reverse("application_grant", args=[asked.pk]),
        {"note": "Asosli", "order": "new", "effective_date": TODAY.isoformat()},
    )
    extension = Order.objects.get(kind="12", variant="extend")
    assert orders.failures(extension) == {}, "the application and its document are the papers of the order"
    carry_out(extension, dean, rector)
    asked.refresh_from_db()
    student = Student.objects.select_related("current").get(pk=student.pk)
    assert asked.state == Application.EXECUTED and student.current.status == "13"
    assert extension.lines.get().ends_on == TODAY + 3 * month


# --- the way of an application


@pytest.mark.duty("S", "2.2", "3.5")
def test_the_whole_way_in_the_browser(students, dean, rector, faculty):
    """Cabinet → queue → grant → draft order → executed: every step is seen and told."""
    student = students[0]
    user = account(student)
    cabinet, office = client_of(user), client_of(dean)
    assert (
        reverse("application_new", args=["leave"]) in cabinet.get(reverse("my_applications")).content.decode()
    )

    until = (TODAY + datetime.timedelta(days=200)).isoformat()
    form = {"ground": "12", "start_date": TODAY.isoformat(), "end_date": "2020-09-01", "details": "x"}
    wrong = cabinet.post(reverse("application_new", args=["leave"]), form)
    assert wrong.status_code == 422 and "The leave ends after it begins." in wrong.content.decode()
    cabinet.post(
        reverse("application_new", args=["leave"]),
        form | {"end_date": until},
    )
    one = Application.objects.get()
    page = reverse("my_application", args=[one.pk])
    assert office.get(reverse("movement_applications_detail", args=[one.pk])).status_code == 404, (
        "a draft is one's own"
    )

    answer = cabinet.post(reverse("application_send", args=[one.pk]), follow=True).content.decode()
    assert "Add the document that shows the ground" in answer
    fake = cabinet.post(page, {"title": "Xulosa", "file": scan("xulosa.pdf", b"MZ not a pdf")})
    assert fake.status_code == 422 and "A scan is a PDF" in fake.content.decode()
    cabinet.post(page, {"title": "Xulosa", "file": scan()})
    cabinet.post(reverse("application_send", args=[one.pk]))
    one.refresh_from_db()
    assert one.state == Application.SENT and one.number.endswith(f"/{one.sent_at.year}")
    assert one.due_on and one.due_source == "VMQ 344/2021"
    assert codes(dean) == ["application_sent"]

    paper = reverse("application_document", args=[one.documents.get().pk])
    shown = office.get(paper)
    content = b"".join(shown.streaming_content)
    assert content.startswith(b"\xff\xd8") and shown["Content-Type"] == "image/jpeg"
    assert shown["X-Content-Type-Options"] == "nosniff"

    office.post(reverse("application_take", args=[one.pk]))
    assert "Taken in work" in cabinet.get(page).content.decode()
    granted = {"note": "Xulosa asosida", "order": "new", "effective_date": TODAY.isoformat()}
    assert office.get(reverse("application_grant", args=[one.pk])).status_code == 200
    office.post(reverse("application_grant", args=[one.pk]), granted)
    order = Order.objects.get(kind="12")
    one.refresh_from_db()
    assert (one.state, one.order, order.state) == (Application.GRANTED, order, Order.DRAFT)
    assert one.number in order.basis and order.lines.get().student == student
    tab = office.get(
        reverse("movement_orders_detail", args=[order.pk]) + "?tab=applications"
    ).content.decode()
    assert paper in tab, "the papers go with the order"
    assert client_of(rector).get(paper).status_code == 200, "who signs sees them"

    carry_out(order, dean, rector)
    one.refresh_from_db()
    assert one.state == Application.EXECUTED and one.closed_at
    assert codes(user)[-3:] == ["application_taken", "application_granted", "order_executed"]
    assert "Carried out" in cabinet.get(page).content.decode()

    undo = orders.create_cancelling_order(
        order, access=access_of(dean), reason="Xato", effective_date=order.effective_date
    )
    carry_out(undo, dean, rector)
    one.refresh_from_db()
    assert one.state == Application.CANCELLED
    assert "application_order_cancelled" in codes(user)


@pytest.mark.duty("2.2")
def test_several_applications_of_one_kind_go_on_one_order(students, dean, rector):
    rows = [sent(one) for one in students]
    for one in rows:
        actions.grant(one, access=access_of(dean))
    office = client_of(dean)
    bulk = office.post(
        reverse("movement_applications_bulk"), {"action": "together", "pk": [one.pk for one in rows[:2]]}
    )
    page = office.get(bulk.url)
    assert page.status_code == 200
    office.post(bulk.url, {"title": "Akademik taʼtil", "effective_date": TODAY.isoformat()})
    order = Order.objects.get(kind="12")
    assert order.lines.count() == 2 and order.basis.count("sonli arizasi") == 2
    # The third joins the same draft; a person taken off the list is free again.
    actions.put_on_order([rows[2]], access=access_of(dean), order=order)
    assert order.lines.count() == 3
    gone = order.lines.get(student=students[0])
    orders.remove_lines(order, access=access_of(dean), line_ids=[gone.pk])
    carry_out(order, dean, rector)
    states = [Application.objects.get(pk=one.pk).state for one in rows]
    assert states == [Application.GRANTED, Application.EXECUTED, Application.EXECUTED]
    assert actions.put_on_order([rows[0]], access=access_of(dean), effective_date=DAY).pk != order.pk


@pytest.mark.duty("2.2")
def test_applications_of_several_kinds_go_on_one_order_each(students, dean):
    rows = [sent(students[0]), sent(students[1]), sent(students[2], "expulsion")]
    for one in rows:
        actions.grant(one, access=access_of(dean))
    left = sent(make_students(rows[0].faculty, 1)[0])
    office = client_of(dean)
    keys = {"action": "together", "pk": [one.pk for one in [*rows, left]]}
    bulk = office.post(reverse("movement_applications_bulk"), keys)
    page = office.get(bulk.url).content.decode()
    assert "2 draft orders will be formed" in page and "1 of those ticked are not granted" in page
    assert 'name="title"' not in page, "each has the title of its kind"
    done = office.post(bulk.url, {"effective_date": TODAY.isoformat()})
    assert done.url == reverse("movement_orders_list") + "?state=draft"
    kinds = [ORDERS[KINDS[one.kind].order_of(one)].code for one in (rows[0], rows[2])]
    drafts = Order.objects.filter(kind__in=kinds)
    on_orders = {one.kind: set(one.lines.values_list("student", flat=True)) for one in drafts}
    assert on_orders == {kinds[0]: {students[0].pk, students[1].pk}, kinds[1]: {students[2].pk}}
    # All or nothing: one of them is on an order already.
    with pytest.raises(actions.ApplicationError):
        actions.put_on_orders(rows, access=access_of(dean), effective_date=TODAY)
    assert drafts.count() == 2


@pytest.mark.duty("2.2")
def test_a_draft_order_that_is_thrown_away_frees_its_applications(students, dean):
    one = actions.grant(sent(students[0]), access=access_of(dean), effective_date=TODAY)
    with pytest.raises(actions.ApplicationError, match="on a draft order"):
        actions.withdraw(one, access=access_of(account(students[0])))
    orders.delete_draft(one.order, access=access_of(dean))
    one.refresh_from_db()
    assert one.order is None
    assert actions.withdraw(one, access=access_of(account(students[0]))).state == Application.WITHDRAWN


@pytest.mark.duty("S", "2.2")
def test_a_refusal_says_why_and_by_which_act(students, dean):
    one = sent(students[0])
    office = client_of(dean)
    bad = office.post(reverse("application_refuse", args=[one.pk]), {"reason": "Asos yoʻq", "source": ""})
    assert bad.status_code == 422 and "Asos yoʻq" in bad.content.decode(), "nothing typed is lost"
    office.post(
        reverse("application_refuse", args=[one.pk]),
        {"reason": "Asos yoʻq", "source": "VMQ 344/2021, 4-band"},
    )
    text = client_of(account(students[0])).get(reverse("my_application", args=[one.pk])).content.decode()
    assert "Asos yoʻq (VMQ 344/2021, 4-band)" in text
    with pytest.raises(actions.ApplicationError, match="refused by now"):
        actions.grant(one, access=access_of(dean))


@pytest.mark.duty("S")
def test_one_open_application_of_a_kind(students):
    student = students[0]
    first = begun(student)
    with pytest.raises(actions.ApplicationError, match="open already"):
        begun(student)
    again = client_of(account(student)).get(reverse("application_new", args=["leave"]))
    assert again.url == reverse("my_application", args=[first.pk])
    actions.delete_draft(first, access=access_of(account(student)))
    assert begun(student).pk


@pytest.mark.duty("S")
def test_the_status_decides_what_may_be_asked_for(students):
    offered = {one["kind"].code for one in queries.offered(queries.study_of(students[0].person_id), DAY)}
    assert offered == {"leave", "transfer", "transfer_out", "expulsion"}
    with pytest.raises(actions.ApplicationError, match="present status"):
        actions.begin(Application(kind="return"), access=access_of(account(students[0])), student=students[0])


@pytest.mark.duty("S", "2.2")
def test_an_expelled_person_asks_for_reinstatement(students, dean, rector):
    """By the own account as long as it is open, else on paper through the dean's office; in the window only."""
    student = students[0]
    order = orders.create_order(
        kind="11", access=access_of(dean), faculty=student.current.faculty,
        people=Student.objects.filter(pk=student.pk), title="x", basis="x", effective_date=DAY,
        choices={"reason": "14"},
    )  # fmt: skip
    carry_out(with_papers(order), dean, rector)
    ApplicationWindow.objects.filter(kind="reinstatement").delete()
    office = client_of(dean)
    page = reverse("application_paper") + f"?student={student.pk}&kind=reinstatement&given_by=parent"
    assert office.get(page).status_code == 200
    asked = office.get(reverse("application_paper"))
    url = asked.context["form"].fields["student"].widget.attrs["data-options-url"]
    found = office.get(str(url), {"q": student.person.last_name}).json()["results"]
    assert str(student.pk) in [one["value"] for one in found], "found by name too"
    office.post(page, {"details": "Tiklashni soʻrayman", "title": "Ariza", "file": scan()})
    one = Application.objects.get(kind="reinstatement")
    assert (one.state, one.given_by, one.is_paper) == (Application.SENT, "parent", True)
    assert one.documents.count() == 1
    bad = office.get(reverse("application_paper") + "?student=0&kind=leave&given_by=student")
    assert bad.status_code == 422 and "no such student" in bad.content.decode()


@pytest.mark.duty("S")
def test_outside_its_window_an_application_stays_a_draft(students):
    student = students[0]
    ApplicationWindow.objects.filter(kind="transfer").delete()
    window = {"kind": "transfer", "source": "VMQ 578/2025"}
    far = datetime.date(2099, 7, 15)
    ApplicationWindow.objects.create(
        **window, opens=far, closes=far + datetime.timedelta(20), decide_from=far + datetime.timedelta(21),
        decide_by=far + datetime.timedelta(40),
    )  # fmt: skip
    one = begun(student, "transfer")
    assert actions.send(one, access=access_of(account(student))).state == Application.SENT, (
        "language: any time"
    )
    other = begun(students[1], "transfer", paper=False)
    Application.objects.filter(pk=other.pk).update(
        change="programme", programme=students[1].current.programme
    )
    with pytest.raises(actions.ApplicationError, match="Received from 15.07.2099"):
        actions.send(Application.objects.get(pk=other.pk), access=access_of(account(students[1])))


@pytest.mark.duty("S")
def test_what_is_to_change_must_differ_from_what_is(students, faculty):
    student = students[0]
    cabinet = client_of(account(student))
    where = reverse("application_new", args=["transfer"])
    own, other = student.current.group_id, make_group(faculty, "410-26.09", "60410100")
    for data, words in (
        ({"change": "group", "group": own}, "This is your group now."),
        ({"change": "group", "group": other.pk}, "another speciality"),
        ({"change": "language", "language": student.current.language}, "study in now"),
        ({"change": "programme", "programme": student.current.programme_id}, "your programme now"),
        ({"change": "faculty"}, "Choose the programme"),
    ):
        answer = cabinet.post(where, data | {"details": "x"})
        assert answer.status_code == 422 and words in answer.content.decode(), data


@pytest.mark.duty("2.2", "3.5", "S")
def test_each_role_in_and_out_of_scope(students, dean, faculty):
    one = sent(students[0])
    card, paper = Applications.url_of(one), reverse("application_document", args=[one.documents.get().pk])
    elsewhere = make_user("dean", make_admission_setting("303-102"))
    cases = (
        (dean, 200, 200), (make_user("academic_affairs"), 200, 200), (make_user("rectorate"), 200, 200),
        (elsewhere, 404, 404), (make_user("accounting"), 403, 404), (account(students[1]), 403, 404),
    )  # fmt: skip
    for user, on_card, on_paper in cases:
        client = client_of(user)
        assert client.get(card).status_code == on_card, user
        assert client.get(paper).status_code == on_paper, user
    assert client_of(account(students[0])).get(paper).status_code == 200
    mine = reverse("my_application", args=[one.pk])
    assert client_of(account(students[1])).get(mine).status_code == 404
    assert client_of(dean).get(mine).status_code == 403
    # Only those who decide: the rectorate looks, another faculty does not even see.
    for user, code in ((make_user("rectorate"), 403), (elsewhere, 404)):
        assert client_of(user).post(reverse("application_take", args=[one.pk])).status_code == code
        assert client_of(user).get(reverse("application_grant", args=[one.pk])).status_code == code


def test_papers_are_checked_by_their_content(students):
    from movement.applications.forms import DocumentForm

    def errors(content: bytes, name: str = "x.png") -> list[str]:
        form = DocumentForm({"title": "x"}, {"file": scan(name, content)})
        return [] if form.is_valid() else list(form.errors["file"])

    assert errors(png()) == []
    for wrong in (b"<svg onload=alert(1)>", png()[:40], b"GIF89a" + b"0" * 40):
        assert "A scan is a PDF or a picture" in errors(wrong)[0]
    assert "damaged" in errors(b"%PDF-1.7 x")[0]
    assert "larger" in errors(b"%PDF-" + b"0" * 10 * 1024 * 1024)[0]
    one = begun(students[0])
    with pytest.raises(actions.ApplicationError, match="very file"):
        actions.add_document(one, access=access_of(account(students[0])), upload=clean_scan(png()), title="y")
    stored = one.documents.get()
    assert "xulosa" not in stored.file.name and len(stored.sha256) == 64
    actions.remove_document(stored, access=access_of(account(students[0])))
    assert not one.documents.exists()


# --- the laws, by raw SQL


def refused(sql: str, *params) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, params)
    except IntegrityError:
        return True
    return False


def test_the_laws_hold_for_raw_sql(students, dean):
    one = sent(students[0])
    table = "UPDATE movement_application SET"
    assert refused(f"{table} details = 'other' WHERE id = %s", one.pk), "what was sent rests"
    assert refused(f"{table} state = 'draft' WHERE id = %s", one.pk)
    assert refused(f"{table} state = 'granted' WHERE id = %s", one.pk), "a decision has its decider"
    assert refused(
        f"{table} state = 'refused', decided_at = now(), decided_by_id = %s WHERE id = %s", dean.pk, one.pk
    )
    assert refused(f"{table} state = 'withdrawn' WHERE id = %s", one.pk), "without a moment"
    assert refused("DELETE FROM movement_application WHERE id = %s", one.pk)
    assert refused("DELETE FROM movement_applicationdocument WHERE application_id = %s", one.pk)
    assert refused("UPDATE movement_applicationdocument SET sha256 = 'x' WHERE application_id = %s", one.pk)
    again = begun(students[1])
    assert refused(f"{table} student_id = %s WHERE id = %s", students[0].pk, again.pk)
    assert refused(f"{table} state = 'sent' WHERE id = %s", again.pk), (
        "a sent one has number, moment and term"
    )
    columns = "kind, student_id, faculty_id, state, created_by_id"
    values = "SELECT kind, student_id, faculty_id, 'draft', created_by_id"
    rest = (
        "number, given_by, is_paper, created_at, ground, change, language, university, details, due_source, note, "
        "refusal_source, version"
    )
    copy = (
        f"INSERT INTO movement_application ({columns}, {rest}) {values}, '', given_by, is_paper, created_at, "
    )
    copy += "'', '', '', '', '', '', '', '', 1 FROM movement_application WHERE id = %s"
    assert refused(copy, one.pk), "one open application of a kind"
    granted = actions.grant(one, access=access_of(dean))
    assert refused(f"{table} note = 'other' WHERE id = %s", granted.pk), "the decision rests"
    assert refused(f"{table} state = 'executed', closed_at = now() WHERE id = %s", granted.pk), (
        "by an order only"
    )


def test_a_ground_of_our_own_is_taken_and_an_unknown_one_is_refused(students):
    """VMQ 344/2021 names the care of a sick relative, the national list does not."""
    one = begun(students[0])
    assert refused("UPDATE movement_application SET ground = 'nonsense' WHERE id = %s", one.pk)
    Application.objects.filter(pk=one.pk).update(ground="relative")
    one.refresh_from_db()
    with override("en"):
        assert one.get_ground_display() == "Care of a sick family member"
        assert ("relative", "Care of a sick family member") in ApplicationForm(
            kind=KINDS["leave"], student=one.student
        ).fields["ground"].choices


def test_every_kind_asks_for_columns_that_exist_and_names_orders():
    names = {field.name for field in Application._meta.get_fields()}
    for kind in KINDS.values():
        assert set(kind.questions) <= names and kind.required <= set(kind.questions)
        for key in (kind.order, *kind.order_by_change.values()):
            order = ORDERS[key]
            assert kind.statuses <= order.source_statuses
            assert set(kind.papers_of_order) <= {paper.code for paper in order.papers}


# --- registers


@shared
def pool(db):
    return make_students(make_admission_setting(), 4)


@shared
def elsewhere(db):
    return make_students(make_admission_setting("303-102"), 1)


class TestApplications(RegisterTests):
    register = Applications
    viewer_role = "dean"
    faculty_code = "303-101"
    students: dict[str, list] = {}

    @pytest.fixture(autouse=True)
    def _people(self, pool, elsewhere):
        self.pool, self.elsewhere = pool, elsewhere

    def make(self, number):
        return sent(self.pool[number])

    def make_elsewhere(self):
        return sent(self.elsewhere[0])

    def search_for(self, row):
        return row.student.number

    def test_the_overdue_come_first_when_sorted_by_term(self, viewer):
        one = self.make(1)
        rows = queries.with_urgency(Application.objects.filter(pk=one.pk), one.due_on + datetime.timedelta(1))
        assert rows.get().urgency == queries.OVERDUE
        assert (
            queries.with_urgency(Application.objects.all(), one.due_on).get(pk=one.pk).urgency == queries.SOON
        )


class TestTerms(RegisterTests):
    register = ApplicationTerms
    viewer_role = editor_role = "academic_affairs"

    def make(self, number):
        return ApplicationTerm.objects.create(
            kind="leave", valid_from=datetime.date(2027, number, 1), days=number, source=f"Akt {number}"
        )

    def form_data(self, row):
        return {"kind": "leave", "valid_from": row.valid_from.isoformat(), "days": 9, "source": "Akt"}

    def search_for(self, row):
        return row.source


class TestWindows(RegisterTests):
    register = ApplicationWindows
    viewer_role = editor_role = "academic_affairs"

    def make(self, number):
        return ApplicationWindow.objects.create(
            kind="transfer", opens=datetime.date(2030, number, 1), closes=datetime.date(2030, number, 20),
            decide_from=datetime.date(2030, number, 21), decide_by=datetime.date(2030, number, 27),
            source=f"Akt {number}",
        )  # fmt: skip

    def form_data(self, row):
        names = ("opens", "closes", "decide_from", "decide_by")
        return {name: getattr(row, name).isoformat() for name in names} | {
            "kind": "transfer",
            "source": "Akt",
        }

    def search_for(self, row):
        return row.source

    def test_periods_follow_one_another(self, editor):
        data = {"kind": "leave", "opens": "2030-02-01", "closes": "2030-01-01", "decide_from": "2030-01-01",
                "decide_by": "2029-12-01", "source": "x"}  # fmt: skip
        answer = editor.post(self.url("new"), data)
        assert answer.status_code == 422 and len(answer.context["form"].errors) == 3
