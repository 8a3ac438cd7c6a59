"""Works of teachers: entered and submitted by them, approved or returned by the head (duties B6.1, 8.4)."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from hemis.notices.models import Notice
from research import actions, queries, rules
from research.models import Work, WorkAuthor
from research.pages.works import Authors, Methodical, Properties, Scientific
from tests import factories
from tests.pages.base import RegisterTests
from tests.sharing import shared
from tests.staff import makers

YEAR = 2026


def make_work(who, unit, title="Kvant nuqtalari", sort=Work.SCIENTIFIC, **fields):
    kinds = {"scientific": "13", "methodical": "11", "property": "17"}
    defaults = {"academic_year": factories.make_year(YEAR), "issue_year": 2025, "source_name": "Nature"}
    if sort == Work.PROPERTY:
        defaults |= {"certificate_number": "DGU 1", "certificate_date": datetime.date(2025, 3, 1)}
    defaults[f"{sort}_kind"] = kinds[sort]
    work = Work.objects.create(title=title, sort=sort, entered_by=who, kafedra=unit, **(defaults | fields))
    WorkAuthor.objects.create(work=work, employee=who)
    return work


def sql(text, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, params)


def refused(name, text, *params):
    with pytest.raises(IntegrityError, match=r"(?s).*") as caught:
        sql(text, *params)
    assert caught.value.__cause__.diag.constraint_name == name


# --- rules


@pytest.mark.parametrize(
    "typed", ["https://doi.org/10.1000/ABC", "doi: 10.1000/abc", " 10.1000/Abc ", "dx.doi.org/10.1000/abc"]
)
def test_a_doi_is_kept_one_way(typed):
    assert rules.clean_doi(typed) == "10.1000/abc"


def test_what_a_work_lacks():
    assert rules.why_not_submitted(authors=0, has_file=True, doi="10.1000/a")
    assert rules.why_not_submitted(authors=1, has_file=False, doi="")
    assert not rules.why_not_submitted(authors=1, has_file=False, doi="10.1000/a")


def test_shares_by_example():
    assert rules.share_of(None, [None, None]) == Decimal("33.33")
    assert rules.share_of(Decimal(60), [None]) == 60
    assert rules.share_of(None, [Decimal(60)]) == 40


@given(st.lists(st.one_of(st.none(), st.decimals(0, 20, places=2)), min_size=1, max_size=5))
def test_shares_never_make_more_than_the_whole(shares):
    parts = [rules.share_of(one, shares[:place] + shares[place + 1 :]) for place, one in enumerate(shares)]
    assert sum(parts) <= 100 + Decimal("0.005") * len(parts)
    if None in shares:
        assert abs(sum(parts) - 100) <= Decimal("0.005") * len(parts)


# --- what the database refuses


@shared
def world(db):
    factories.make_university()
    unit = makers.kafedra(1)
    return unit, makers.teacher(unit, "Karimov"), makers.teacher(makers.kafedra(2), "Aliyev")


def _set(work, state, **more):
    facts = {"state": state} | more
    Work.objects.filter(pk=work.pk).update(**facts)


def _approved(work, user):
    _set(work, "submitted")
    _set(work, "approved", decided_by=user, decided_at=timezone.now())
    return work


class TestLaws:
    def test_what_is_submitted_or_approved_is_frozen(self, world):
        unit, who, _other = world
        work = make_work(who, unit)
        _set(work, "submitted")
        change = "UPDATE research_work SET title = 'Boshqa' WHERE id = %s"
        remove = "DELETE FROM research_work WHERE id = %s"
        add = (
            "INSERT INTO research_workauthor (version, work_id, outsider, place) VALUES (1, %s, 'Begona', 2)"
        )
        for text in (change, add, "UPDATE research_workauthor SET share = 50 WHERE work_id = %s",
                     "DELETE FROM research_workauthor WHERE work_id = %s"):  # fmt: skip
            refused("work_frozen", text, work.pk)
        _set(work, "approved", decided_by=factories.make_user("head", unit), decided_at=timezone.now())
        for text in (
            change,
            add,
            "UPDATE research_work SET decided_at = now() + interval '1 day' WHERE id = %s",
        ):
            refused("work_frozen", text, work.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            sql("DELETE FROM research_workauthor WHERE work_id = %s", work.pk)
            sql(remove, work.pk)
        assert Work.objects.get(pk=work.pk).title == "Kvant nuqtalari"

    def test_states_follow_each_other(self, world):
        unit, who, _other = world
        work = make_work(who, unit)
        user = factories.make_user("head", unit)
        refused(
            "work_states", "UPDATE research_work SET state = 'returned', remark = 'x' WHERE id = %s", work.pk
        )
        refused(
            "work_states",
            "UPDATE research_work SET state = 'approved', decided_by_id = %s, decided_at = now() WHERE id = %s",
            user.pk, work.pk,
        )  # fmt: skip
        _set(work, "submitted")
        refused(
            "work_approved_by_somebody", "UPDATE research_work SET state = 'approved' WHERE id = %s", work.pk
        )
        refused("work_returned_why", "UPDATE research_work SET state = 'returned' WHERE id = %s", work.pk)

    def test_a_work_begins_as_a_draft_and_is_submitted_with_an_author(self, world):
        unit, who, _other = world
        with pytest.raises(IntegrityError, match="begins as a draft"), transaction.atomic():
            make_work(who, unit, state=Work.APPROVED)
        work = make_work(who, unit)
        work.authors.all().delete()
        refused("work_has_author", "UPDATE research_work SET state = 'submitted' WHERE id = %s", work.pk)

    def test_shares_make_at_most_the_whole(self, world):
        unit, who, other = world
        work = make_work(who, unit)
        work.authors.update(share=60)
        add = (
            "INSERT INTO research_workauthor (version, work_id, employee_id, outsider, place, share)"
            " VALUES (1, %s, %s, '', 2, %s)"
        )
        refused("author_shares", add, work.pk, other.pk, 41)
        refused("author_share", add, work.pk, other.pk, 0)
        sql(add, work.pk, other.pk, 40)
        refused(
            "author_shares",
            "UPDATE research_workauthor SET share = 61 WHERE work_id = %s AND share = 60",
            work.pk,
        )
        refused("author_once", add, work.pk, other.pk, None)
        moved = make_work(who, unit, "Boshqa ish")
        refused(
            "author_stays",
            "UPDATE research_workauthor SET work_id = %s WHERE work_id = %s AND share = 40",
            moved.pk,
            work.pk,
        )

    def test_a_work_is_there_once(self, world):
        unit, who, _other = world
        make_work(who, unit, doi="10.1000/abc")
        with pytest.raises(IntegrityError, match="work_doi_once"), transaction.atomic():
            make_work(who, unit, "Butunlay boshqa", doi="10.1000/ABC")
        with pytest.raises(IntegrityError, match="work_title_once"), transaction.atomic():
            make_work(who, unit, "«KVANT» nuqtalari.")
        assert make_work(who, unit, "Kvant-nuqtalari", same_title=True).pk

    def test_kind_and_certificate(self, world):
        unit, who, _other = world
        with pytest.raises(IntegrityError, match="work_kind_of_its_sort"), transaction.atomic():
            make_work(who, unit, methodical_kind="11")
        with pytest.raises(IntegrityError, match="property_has_certificate"), transaction.atomic():
            make_work(who, unit, sort=Work.PROPERTY, certificate_number="")


# --- verbs and pages


def _browser(person=None, role="teacher", unit=None):
    return factories.client_of(factories.make_user(role, unit, person=person))


def _form(**changes):
    return {
        "title": "Kvant nuqtalari", "scientific_kind": "13", "source_name": "Nature", "language": "11",
        "academic_year": YEAR, "issue_year": 2025, "doi": "https://doi.org/10.1000/ABC",
    } | changes  # fmt: skip


@pytest.mark.duty("8.4", "B6.1")
def test_from_entering_to_approval(world):
    unit, who, other = world
    factories.make_year(YEAR)
    teacher, head = _browser(who.person), _browser(role="head", unit=unit)
    elsewhere = _browser(role="head", unit=makers.kafedra(2))
    assert teacher.post(reverse("research_scientific_new"), _form()).status_code == 302
    work = Work.objects.get()
    assert (work.doi, work.kafedra, work.entered_by, work.state) == ("10.1000/abc", unit, who, Work.DRAFT)
    assert [one.employee for one in work.authors.all()] == [who]

    # A co-author of another kafedra and one from outside.
    for data in ({"employee": other.pk, "share": "30"}, {"outsider": "J. Smith"}):
        answer = teacher.post(reverse("research_authors_new"), {"work": work.pk, "place": 2} | data)
        assert answer.status_code == 302, answer.context["form"].errors
    answer = teacher.post(
        reverse("research_authors_new"), {"work": work.pk, "place": 4, "outsider": "A", "share": 71}
    )
    assert answer.status_code == 422 and "share" in answer.context["form"].errors

    assert head.post(reverse("research_approve", args=[work.pk])).status_code == 302
    work.refresh_from_db()
    assert work.state == Work.DRAFT
    teacher.post(reverse("research_submit", args=[work.pk]))
    work.refresh_from_db()
    assert work.state == Work.SUBMITTED
    assert Notice.objects.get(code="work_submitted").params["work"] == "Kvant nuqtalari"
    assert "Scientific publications to approve" in head.get("/").content.decode()
    assert teacher.get(reverse("research_scientific_edit", args=[work.pk])).status_code == 404
    for name in ("research_approve", "research_return"):
        # The head of the co-author's kafedra sees the work; that of who entered it decides.
        assert elsewhere.post(reverse(name, args=[work.pk]), {"remark": "x"}).status_code == 403
        assert teacher.post(reverse(name, args=[work.pk]), {"remark": "x"}).status_code == 403

    assert head.post(reverse("research_return", args=[work.pk]), {"remark": " "}).status_code == 422
    head.post(reverse("research_return", args=[work.pk]), {"remark": "Sahifalar yoʻq"})
    work.refresh_from_db()
    assert (work.state, work.remark) == (Work.RETURNED, "Sahifalar yoʻq")
    assert Notice.objects.get(code="work_returned").params["remark"] == "Sahifalar yoʻq"
    assert "Scientific publications returned to you" in teacher.get("/").content.decode()
    answer = teacher.post(
        reverse("research_scientific_edit", args=[work.pk]), _form(pages="12–19", row_version=work.version)
    )
    assert answer.status_code == 302
    teacher.post(reverse("research_submit", args=[work.pk]))
    head.post(reverse("research_approve", args=[work.pk]))
    work.refresh_from_db()
    assert (work.state, work.pages, work.remark) == (Work.APPROVED, "12–19", "")
    assert "<dd>12–19</dd>" in teacher.get(Scientific.url_of(work)).content.decode()
    told = head.get(reverse("research_scientific_history", args=[work.pk])).content.decode()
    assert "Sahifalar yoʻq" in told


@pytest.mark.duty("B6.1")
def test_twins_are_found_whoever_entered_them(world):
    unit, who, other = world
    make_work(other, makers.kafedra(2), doi="10.1000/abc")
    teacher = _browser(who.person)
    url = reverse("research_scientific_new")
    answer = teacher.post(url, _form(title="Boshqa nom", same_title="on"))
    assert answer.status_code == 422 and "Aliyev" in str(answer.context["form"].errors["doi"])
    answer = teacher.post(url, _form(title="KVANT-NUQTALARI", doi=""))
    assert answer.status_code == 422 and "title" in answer.context["form"].errors
    assert teacher.post(url, _form(doi="", same_title="on")).status_code == 302
    assert Work.objects.count() == 2


@pytest.mark.duty("B6.1")
def test_only_who_entered_a_work_submits_it_and_only_when_whole(world):
    unit, who, other = world
    work = make_work(who, unit)
    WorkAuthor.objects.create(work=work, employee=other, place=2)
    co_author = _browser(other.person)
    assert co_author.get(Scientific.url_of(work)).status_code == 200
    assert co_author.post(reverse("research_submit", args=[work.pk])).status_code == 403
    assert co_author.get(reverse("research_scientific_edit", args=[work.pk])).status_code == 404
    access = factories.access_of(factories.make_user("teacher", person=who.person))
    with pytest.raises(actions.WorkError, match="DOI"):
        actions.submit(work, access=access)


def test_who_holds_no_post_in_a_kafedra_enters_nothing(world):
    factories.make_year(YEAR)
    answer = _browser().post(reverse("research_scientific_new"), _form())
    assert answer.status_code == 422 and not Work.objects.exists()


@pytest.mark.duty("8.4")
def test_the_head_approves_several_at_once(world):
    unit, who, other = world
    mine = [make_work(who, unit, f"Ish {n}") for n in range(3)]
    theirs = make_work(other, makers.kafedra(2), "Begona ish")
    for work in (*mine[:2], theirs):
        _set(work, "submitted")
    head = _browser(role="head", unit=unit)
    ticked = [work.pk for work in (*mine, theirs)]
    head.post(reverse("research_scientific_bulk"), {"action": "approve", "pk": ticked})
    assert set(Work.objects.filter(state=Work.APPROVED)) == set(mine[:2])


def test_colleagues_are_found_by_name_and_show_nothing_else(world):
    _unit, who, other = world
    answer = _browser(who.person).get(reverse("research_colleagues"), {"q": "aliyev"}).json()
    assert answer["results"] == [{"value": str(other.pk), "text": str(other)}]


def test_approved_works_for_the_rating(world, django_assert_num_queries):
    unit, who, other = world
    user = factories.make_user("head", unit)
    work = make_work(who, unit, database="12")
    work.authors.update(share=50)
    WorkAuthor.objects.create(work=work, employee=other, place=2)
    WorkAuthor.objects.create(work=work, outsider="J. Smith", place=3)
    _approved(work, user)
    make_work(who, unit, "Hali qoralama")
    with django_assert_num_queries(2):
        found = queries.approved_works(YEAR)
    assert [(one.employee_id, one.share, one.authors, one.own_authors) for one in found] == [
        (who.pk, Decimal(50), 3, 2), (other.pk, Decimal(25), 3, 2),
    ]  # fmt: skip
    assert {(one.sort, one.kind, one.database, one.has_certificate) for one in found} == {
        ("scientific", "13", "12", False)
    }
    assert [one.employee_id for one in queries.approved_works(YEAR, [other.pk])] == [other.pk]
    assert queries.approved_works(YEAR - 1) == []
    # However many of the university wrote it, it is one work.
    counted = queries.with_author_counts(Work.objects.filter(state=Work.APPROVED))
    assert [(one.author_count, one.own_count) for one in counted] == [(3, 2)]


# --- registers


class _OfWorks(RegisterTests):
    sort = Work.SCIENTIFIC
    viewer_role = editor_role = "teacher"

    @pytest.fixture(autouse=True)
    def _teacher(self, _university):
        self.unit = makers.kafedra(1)
        self.who = makers.teacher(self.unit, "Karimov")
        self.account = factories.make_user("teacher", person=self.who.person)

    def user(self, role):
        return self.account if role == "teacher" else super().user(role)

    def make(self, number):
        return make_work(self.who, self.unit, f"Ish {number:02d}", self.sort)

    def make_elsewhere(self):
        return make_work(makers.teacher(makers.kafedra(2), "Aliyev"), makers.kafedra(2), "Begona", self.sort)

    def form_data(self, row):
        return {
            "title": "Yangi ish", f"{self.sort}_kind": "11", "source_name": "Fan", "language": "11",
            "academic_year": YEAR, "issue_year": 2025, "certificate_number": "7", "certificate_date": "2025-03-01",
        }  # fmt: skip

    def search_for(self, row):
        return "ish 01" if row.title.endswith("01") else ""


@pytest.mark.duty("B6.1")
class TestScientific(_OfWorks):
    register = Scientific


@pytest.mark.duty("B6.1")
class TestMethodical(_OfWorks):
    register, sort = Methodical, Work.METHODICAL


@pytest.mark.duty("B6.1")
class TestProperties(_OfWorks):
    register, sort = Properties, Work.PROPERTY


@pytest.mark.duty("B6.1")
class TestAuthors(_OfWorks):
    register = Authors

    def make(self, number):
        return super().make(number).authors.get()

    def make_elsewhere(self):
        return super().make_elsewhere().authors.get()

    def form_data(self, row):
        return {"work": row.work_id, "outsider": "J. Smith", "place": 2, "share": "10"}

    def search_for(self, row):
        return "ish 01" if row.work.title.endswith("01") else ""
