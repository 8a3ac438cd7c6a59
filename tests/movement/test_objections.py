"""Objections to refused applications: decided above, with a reason, within terms (duties S, 2.2, B8.4, B8.5)."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hemis.access.models import HistoryEntry
from hemis.notices.models import Notice
from movement.applications import actions as applications
from movement.applications.models import Application
from movement.applications.queries import timeline
from movement.objections import actions, queries
from movement.objections.models import Objection, ObjectionTerm
from movement.objections.pages import Objections, ObjectionTerms
from tests.factories import access_of, client_of, give_role, make_admission_setting, make_students, make_user
from tests.movement.petitions import TODAY, account, begun, png, scan, sent
from tests.pages.base import RegisterTests
from tests.sharing import shared

TEXT = "Xulosa bor edi, koʻrib chiqilmagan."


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@shared
def students(faculty):
    return make_students(faculty, 2)


@shared
def above(db):
    return make_user("academic_affairs")


def refused_one(student, by, kind: str = "leave") -> Application:
    return applications.refuse(
        sent(student, kind), access=access_of(by), reason="Asos yoʻq", source="VMQ 344/2021"
    )


def objected(student, by, kind: str = "leave") -> Objection:
    return actions.lodge(refused_one(student, by, kind), access=access_of(account(student)), text=TEXT)


def codes(user) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("code", flat=True))


def title_texts(application: Application) -> list[str]:
    return [one.title for one in timeline(Application.objects.get(pk=application.pk))]


# --- the way


@pytest.mark.duty("S", "2.2", "B8.4")
def test_the_whole_way_in_the_browser(students, dean, above):
    """Refused → objected to in the cabinet → granted above → back in the queue → granted by the office."""
    one, cabinet = refused_one(students[0], dean), client_of(account(students[0]))
    page = reverse("my_application", args=[one.pk])
    assert reverse("objection_new", args=[one.pk]) in cabinet.get(page).content.decode()
    empty = cabinet.post(reverse("objection_new", args=[one.pk]), {"text": ""})
    assert empty.status_code == 422
    cabinet.post(reverse("objection_new", args=[one.pk]), {"text": TEXT, "file": scan("a.png", png(12))})
    objection = Objection.objects.get()
    assert objection.number == f"1/{TODAY.year}" and objection.refusal == "Asos yoʻq"
    assert objection.due_on == TODAY + datetime.timedelta(days=15)
    assert codes(above)[-1] == "objection_sent" and codes(dean)[-1] == "objection_to_office"

    affairs = client_of(above)
    assert "Objections to decide" in affairs.get("/").content.decode()
    where = reverse("objection_decide", args=[objection.pk])
    assert affairs.get(where).status_code == 200
    bad = affairs.post(where, {"outcome": "grant", "reason": ""})
    assert bad.status_code == 422
    affairs.post(where, {"outcome": "grant", "reason": "Xulosa yetarli."})
    one.refresh_from_db()
    objection.refresh_from_db()
    assert (one.state, one.note, one.decided_by, one.taken_by) == (Application.SENT, "", None, None)
    assert one.due_on == TODAY + datetime.timedelta(days=7), "a leave is decided in a week, anew"
    assert objection.decided_by == above and objection.reason == "Xulosa yetarli."
    assert codes(account(students[0]))[-1] == "objection_granted"
    assert codes(dean)[-1] == "objection_granted_to_office"
    assert title_texts(one)[:5] == ["Begun", "Sent", "Refused", "Objected to", "Objection granted"]
    granted = applications.grant(one, access=access_of(dean))
    assert granted.state == Application.GRANTED
    told = HistoryEntry.objects.filter(table="movement_objection", row_id=str(objection.pk))
    assert [entry.action for entry in told.order_by("pk")] == ["I", "U"]
    card = affairs.get(reverse("movement_applications_detail", args=[one.pk]) + "?tab=objections")
    assert "Xulosa yetarli." in card.content.decode()


@pytest.mark.duty("S", "B8.4")
def test_a_rejected_objection_leaves_the_refusal(students, dean, above):
    objection = objected(students[0], dean, "transfer")
    assert objection.due_on == TODAY + datetime.timedelta(days=7), "VMQ 578/2025: a week"
    with pytest.raises(actions.ObjectionError, match="protocol"):
        actions.decide(objection, access=access_of(above), grant=False, reason="Joy yoʻq")
    actions.decide(
        objection, access=access_of(above), grant=False, reason="Joy yoʻq", protocol="3, 12.09.2026"
    )
    one = Application.objects.get()
    assert one.state == Application.REFUSED and codes(account(students[0]))[-1] == "objection_rejected"
    assert title_texts(one)[-3:] == ["Refused", "Objected to", "Objection rejected"]
    text = client_of(account(students[0])).get(reverse("my_application", args=[one.pk])).content.decode()
    assert "Joy yoʻq (3, 12.09.2026)" in text and "within 10 days" in text
    with pytest.raises(actions.ObjectionError, match="already"):
        actions.lodge(one, access=access_of(account(students[0])), text="Yana")


@pytest.mark.duty("S", "B8.4")
def test_a_second_refusal_is_objected_to_by_itself(students, dean, above):
    first = objected(students[0], dean)
    actions.decide(first, access=access_of(above), grant=True, reason="Qayta koʻrilsin")
    again = applications.refuse(
        first.application, access=access_of(dean), reason="Yana", source="VMQ 344/2021"
    )
    second = actions.lodge(again, access=access_of(account(students[0])), text=TEXT)
    assert second.refusal == "Yana" and second.number != first.number
    assert title_texts(again) == [
        "Begun", "Sent", "Refused", "Objected to", "Objection granted", "Refused", "Objected to",
        "Decision on the objection",
    ]  # fmt: skip


@pytest.mark.duty("S")
def test_an_objection_is_taken_back_and_given_anew(students, dean):
    objection, access = objected(students[0], dean), access_of(account(students[0]))
    with pytest.raises(applications.ApplicationError, match="An objection to a refusal"):
        begun(students[0])
    cabinet = client_of(account(students[0]))
    cabinet.post(reverse("objection_withdraw", args=[objection.pk]))
    objection.refresh_from_db()
    assert objection.state == Objection.WITHDRAWN and objection.withdrawn_at
    assert begun(students[0]).state == Application.DRAFT
    refused = objection.application
    with pytest.raises(actions.ObjectionError, match="is open"):
        actions.lodge(refused, access=access, text=TEXT)
    applications.delete_draft(Application.objects.get(state="draft"), access=access)
    assert actions.lodge(refused, access=access, text=TEXT).state == Objection.SENT


@pytest.mark.duty("S")
def test_papers_join_while_it_waits_and_not_after(students, dean, above):
    objection = objected(students[0], dean)
    cabinet, mine = (
        client_of(account(students[0])),
        reverse("my_application", args=[objection.application_id]),
    )
    before = objection.application.documents.count()
    cabinet.post(mine, {"title": "Yana", "file": scan("b.png", png(16))})
    assert objection.application.documents.count() == before + 1
    actions.decide(objection, access=access_of(above), grant=False, reason="Yoʻq")
    cabinet.post(mine, {"title": "Kech", "file": scan("c.png", png(24))})
    assert objection.application.documents.count() == before + 1


# --- terms


@pytest.mark.duty("S")
def test_the_term_ends_and_the_figure_of_the_day_of_the_refusal_holds(students, dean):
    one = refused_one(students[0], dean)
    last = queries.last_day(one)
    assert last.day == TODAY + datetime.timedelta(days=30) and "to be confirmed" in last.source
    assert queries.standing(one, last.day).is_open
    late = queries.standing(one, last.day + datetime.timedelta(days=1))
    assert not late.is_open and "over" in late.text
    ObjectionTerm.objects.create(
        kind="leave",
        valid_from=TODAY,
        days_to_object=3,
        days_to_decide=5,
        source="Yangi akt",
        is_confirmed=True,
    )
    assert queries.last_day(one).day == TODAY + datetime.timedelta(days=3)
    assert queries.last_day(one).source == "Yangi akt"
    ObjectionTerm.objects.all().delete()
    assert queries.terms_of("leave", TODAY) == queries.Terms(30, 15)


def test_only_a_refusal_is_objected_to(students, dean):
    waiting = sent(students[0])
    with pytest.raises(actions.ObjectionError, match="Only a refusal"):
        actions.lodge(waiting, access=access_of(account(students[0])), text=TEXT)
    answer = client_of(account(students[0])).get(reverse("objection_new", args=[waiting.pk]))
    assert answer.url == reverse("my_application", args=[waiting.pk])


@pytest.mark.duty("B8.4")
def test_an_objection_on_paper_counts_from_the_day_it_came(students, dean, above):
    one, affairs = refused_one(students[0], dean), client_of(above)
    where = reverse("objection_paper", args=[one.pk])
    card = affairs.get(reverse("movement_applications_detail", args=[one.pk]) + "?tab=objections")
    assert where in card.content.decode()
    early = {"received_on": (TODAY - datetime.timedelta(days=1)).isoformat(), "text": TEXT, "file": scan()}
    wrong = affairs.post(where, early)
    assert wrong.status_code == 422 and "between the day of the refusal" in wrong.content.decode()
    fine = affairs.post(
        where, {"received_on": TODAY.isoformat(), "text": TEXT, "file": scan("x.png", png(32))}
    )
    made = Objection.objects.get()
    assert fine.url == Objections.url_of(made) and made.is_paper and made.created_by == above
    assert one.documents.filter(title__contains=made.number).count() == 1


# --- who decides


@pytest.mark.duty("B8.4", "B8.5")
def test_nobody_judges_the_own_refusal(students, dean, above, rector):
    """What academic affairs refused is for the rectorate; who refused decides in no role."""
    objection = objected(students[0], above)
    assert objection.is_for_rectorate
    other = make_user("academic_affairs")
    with pytest.raises(actions.ObjectionError, match="rectorate decides"):
        actions.decide(objection, access=access_of(other), grant=True, reason="x")
    assert queries.waiting(Objection.objects.all(), last=False).count() == 0
    assert codes(rector)[-1] == "objection_sent" and "objection_sent" not in codes(other)
    assert "rectorate decides" in client_of(other).get(Objections.url_of(objection)).content.decode()
    decided = actions.decide(objection, access=access_of(rector), grant=True, reason="Qayta")
    assert decided.application.state == Application.SENT
    own = objected(students[1], dean)
    give_role(dean, "academic_affairs")
    with pytest.raises(actions.ObjectionError, match="own refusal"):
        actions.decide(own, access=access_of(dean), grant=True, reason="x")
    give_role(account(students[1]), "academic_affairs")
    with pytest.raises(actions.ObjectionError, match="own objection"):
        actions.decide(own, access=access_of(account(students[1])), grant=True, reason="x")


@pytest.mark.duty("S", "2.2", "B8.4", "B8.5")
def test_each_role_in_and_out_of_scope(students, dean, above, rector):
    objection = objected(students[0], dean)
    card, decide = Objections.url_of(objection), reverse("objection_decide", args=[objection.pk])
    paper = reverse("objection_paper", args=[objection.application_id])
    elsewhere = make_user("dean", make_admission_setting("303-102"))
    for user, seen, decided in (
        (dean, 200, 403), (above, 200, 200), (rector, 200, 200), (elsewhere, 404, 403),
        (make_user("accounting"), 403, 403), (account(students[0]), 403, 403),
    ):  # fmt: skip
        client = client_of(user)
        assert client.get(card).status_code == seen, user
        assert client.get(decide).status_code == decided, user
        assert client.get(paper).status_code == decided, user
    other = client_of(account(students[1]))
    assert other.get(reverse("objection_new", args=[objection.application_id])).status_code == 404
    assert other.post(reverse("objection_withdraw", args=[objection.pk])).status_code == 404
    assert client_of(dean).post(reverse("objection_withdraw", args=[objection.pk])).status_code == 403
    with pytest.raises(actions.ObjectionError, match="not in your scope"):
        actions.lodge(objection.application, access=access_of(account(students[1])), text=TEXT)
    assert Client().get(card).status_code == 302


def test_it_is_decided_once(students, dean, above, rector):
    objection = objected(students[0], dean)
    actions.decide(objection, access=access_of(above), grant=False, reason="Yoʻq")
    for verb in (
        lambda: actions.decide(objection, access=access_of(rector), grant=True, reason="Ha"),
        lambda: actions.withdraw(objection, access=access_of(account(students[0]))),
    ):
        with pytest.raises(actions.ObjectionError, match="decided or withdrawn"):
            verb()


# --- the laws, by raw SQL


def refused(sql: str, *params) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, params)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError:
        return True
    return False


def test_the_laws_hold_for_raw_sql(students, dean, above):
    objection = objected(students[0], dean)
    one, table = objection.application, "UPDATE movement_objection SET"
    decided = f"{table} state = 'granted', reason = 'x', decided_at = now(), decided_by_id = %s WHERE id = %s"
    assert refused(f"{table} text = 'other' WHERE id = %s", objection.pk), "what was sent rests"
    assert refused(f"{table} state = 'granted' WHERE id = %s", objection.pk), "no decision without its reason"
    assert refused(decided, dean.pk, objection.pk), "not by who refused"
    assert refused(decided, above.pk, objection.pk), "granted, and the application left refused"
    assert refused(f"{table} state = 'withdrawn' WHERE id = %s", objection.pk), "without a moment"
    assert refused("DELETE FROM movement_objection WHERE id = %s", objection.pk)
    reopen = (
        "UPDATE movement_application SET state = 'sent', note = '', refusal_source = '', decided_at = NULL, "
        "decided_by_id = NULL WHERE id = %s"
    )
    assert refused(reopen, one.pk), "a refusal is undone by a granted objection only"
    columns = (
        "application_id, state, number, text, is_paper, received_on, sent_at, created_by_id, refused_at, "
        "refused_by_id, refusal, refusal_source, is_for_rectorate, due_on, due_source, due_confirmed, reason, "
        "protocol, version"
    )
    copy = (
        f"INSERT INTO movement_objection ({columns}) SELECT {columns} FROM movement_objection WHERE id = %s"
    )
    assert refused(copy.replace("SELECT application_id, state, number", "SELECT application_id, state, '9/9'"),
                   objection.pk), "one objection to a refusal"  # fmt: skip
    other = refused_one(students[1], dean)
    forged = copy.replace("SELECT application_id, state, number", f"SELECT {other.pk}, state, '9/9'")
    assert refused(forged, objection.pk), "it keeps the refusal as it stands"
    actions.decide(objection, access=access_of(above), grant=True, reason="Ha")
    assert refused(f"{table} reason = 'other' WHERE id = %s", objection.pk), "the decision rests"
    assert refused("UPDATE movement_application SET due_on = due_on + 9 WHERE id = %s", one.pk)


# --- registers


@shared
def pool(db):
    return make_students(make_admission_setting(), 4)


@shared
def elsewhere(db):
    return make_students(make_admission_setting("303-102"), 1)


@shared
def judge(db):
    return make_user("academic_affairs", login="judge")


class TestObjections(RegisterTests):
    register = Objections
    viewer_role = "dean"
    faculty_code = "303-101"

    @pytest.fixture(autouse=True)
    def _people(self, pool, elsewhere, judge):
        self.pool, self.elsewhere, self.judge = pool, elsewhere, judge

    def make(self, number):
        return objected(self.pool[number], self.judge)

    def make_elsewhere(self):
        return objected(self.elsewhere[0], self.judge)

    def search_for(self, row):
        return row.application.student.number


class TestTerms(RegisterTests):
    register = ObjectionTerms
    viewer_role = editor_role = "academic_affairs"

    def make(self, number):
        return ObjectionTerm.objects.create(
            kind="leave", valid_from=datetime.date(2027, number, 1), days_to_object=30, days_to_decide=number,
            source=f"Akt {number}",
        )  # fmt: skip

    def form_data(self, row):
        return {
            "kind": "leave", "valid_from": row.valid_from.isoformat(), "days_to_object": 20, "days_to_decide": 9,
            "source": "Akt",
        }  # fmt: skip

    def search_for(self, row):
        return row.source


def test_there_is_a_term_for_every_kind(db):
    kinds = {code for code, _title in Application._meta.get_field("kind").flatchoices}
    assert set(ObjectionTerm.objects.values_list("kind", flat=True)) == kinds
    assert all(queries.terms_of(kind, timezone.localdate()).source for kind in kinds)
