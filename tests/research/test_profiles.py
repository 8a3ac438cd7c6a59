"""Profiles in international systems and their figures: entered by teachers, approved by the head (duties B6.1, 8.4)."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from hemis.notices.models import Notice
from research import queries, rules
from research.models import Profile, ProfileFigures
from research.pages.profiles import Figures, Profiles
from tests import factories
from tests.pages.base import RegisterTests
from tests.research.makers import figures, profile
from tests.research.test_works import refused
from tests.sharing import shared
from tests.staff import makers

YEAR = 2026


@pytest.mark.parametrize(
    ("platform", "other", "text", "is_right"),
    [
        ("11", "", "57190000123", True), ("11", "", "abc", False), ("13", "", "qc6CJjYAAAAJ", True),
        ("13", "", "qc6", False), ("10", "wos", "A-1009-2008", True), ("10", "wos", "1009", False),
        ("10", "orcid", "0000-0002-1825-0097", True), ("10", "orcid", "0000-0002-1825-0098", False),
        ("10", "orcid", "0000-0002-1694-233X", True), ("12", "", "Akmal-Karimov", True),
    ],
)  # fmt: skip
def test_identifiers_of_systems(platform, other, text, is_right):
    assert bool(rules.why_not_identifier(platform, other, text)) is not is_right


@given(st.lists(st.integers(0, 60), max_size=30))
def test_figures_of_any_documents_are_possible(cited):
    h_index = max((n for n in range(len(cited) + 1) if sum(one >= n for one in cited) >= n), default=0)
    assert not rules.why_not_possible(h_index=h_index, documents=len(cited), citations=sum(cited))
    assert rules.why_not_possible(h_index=h_index + 1, documents=len(cited), citations=h_index)


@shared
def world(db):
    factories.make_university()
    unit = makers.kafedra(1)
    return unit, makers.teacher(unit, "Karimov"), makers.teacher(makers.kafedra(2), "Aliyev")


def approved(row, user):
    ProfileFigures.objects.filter(pk=row.pk).update(state="submitted")
    ProfileFigures.objects.filter(pk=row.pk).update(
        state="approved", decided_by=user, decided_at=timezone.now()
    )
    return row


class TestLaws:
    def test_figures_that_cannot_be_are_refused(self, world):
        unit, who, _other = world
        row = figures(profile(who, unit))
        change = "UPDATE research_profilefigures SET {} WHERE id = %s"
        refused("figures_possible", change.format("citations = 8"), row.pk)
        refused("figures_possible", change.format("documents = 2"), row.pk)
        refused("figures_states", change.format("state = 'approved'"), row.pk)
        ProfileFigures.objects.filter(pk=row.pk).update(state="submitted")
        refused("figures_returned_why", change.format("state = 'returned'"), row.pk)

    def test_approved_figures_are_frozen_and_their_profile_stays(self, world):
        unit, who, other = world
        mine = profile(who, unit)
        row = approved(figures(mine), factories.make_user("head", unit))
        refused("figures_frozen", "UPDATE research_profilefigures SET citations = 99 WHERE id = %s", row.pk)
        refused("figures_frozen", "DELETE FROM research_profilefigures WHERE id = %s", row.pk)
        change = "UPDATE research_profile SET {} WHERE id = %s"
        refused("profile_stays", change.format("identifier = '57000000001'"), mine.pk)
        refused("profile_stays", change.format(f"employee_id = {other.pk}"), mine.pk)

    def test_a_profile_is_there_once(self, world):
        unit, who, other = world
        mine = profile(who, unit)
        add = (
            "INSERT INTO research_profile (version, employee_id, kafedra_id, platform, other_platform, identifier,"
            " link) VALUES (1, %s, %s, %s, %s, %s, 'https://x.org')"
        )
        refused("profile_once", add, who.pk, unit.pk, "11", "", "57000000009")
        refused("profile_of_one_teacher", add, other.pk, unit.pk, "11", "", mine.identifier)
        refused("profile_other_platform", add, who.pk, unit.pk, "10", "", "x")


@pytest.mark.duty("8.4", "B6.1")
def test_from_profile_to_approved_figures(world):
    unit, who, _other = world
    factories.make_year(YEAR)
    teacher = factories.client_of(factories.make_user("teacher", person=who.person))
    head = factories.client_of(factories.make_user("head", unit))
    new = reverse("research_profiles_new")
    data = {"platform": "10", "identifier": "A-1009-2008", "link": "https://www.webofscience.com/1"}
    assert "other_platform" in teacher.post(new, data).context["form"].errors
    assert (
        "identifier"
        in teacher.post(new, data | {"other_platform": "wos", "identifier": "9"}).context["form"].errors
    )
    assert teacher.post(new, data | {"other_platform": "wos"}).status_code == 302
    mine = Profile.objects.get()
    assert (mine.employee, mine.kafedra, mine.system) == (who, unit, "Web of Science")

    new = reverse("research_figures_new")
    data = {"profile": mine.pk, "day": "2026-09-15", "academic_year": YEAR, "h_index": 4, "documents": 10}
    assert "citations" in teacher.post(new, data | {"citations": 15}).context["form"].errors
    assert teacher.post(new, data | {"citations": 40}).status_code == 302
    row = ProfileFigures.objects.get()
    assert teacher.post(reverse("research_figures_submit", args=[row.pk])).status_code == 302
    assert Notice.objects.filter(code="figures_submitted").count() == 1
    assert "Figures of profiles to approve" in head.get("/").content.decode()
    assert teacher.get(reverse("research_figures_edit", args=[row.pk])).status_code == 404
    elsewhere = factories.client_of(factories.make_user("head", makers.kafedra(2)))
    assert elsewhere.post(reverse("research_figures_approve", args=[row.pk])).status_code == 404
    head.post(reverse("research_figures_return", args=[row.pk]), {"remark": "Sana notoʻgʻri"})
    assert "Figures of profiles returned to you" in teacher.get("/").content.decode()
    teacher.post(reverse("research_figures_submit", args=[row.pk]))
    head.post(reverse("research_figures_approve", args=[row.pk]))
    row.refresh_from_db()
    assert (row.state, row.remark) == ("approved", "")
    assert "40" in teacher.get(Profiles.url_of(mine)).content.decode()
    assert "Figures by date" in teacher.get(f"{Profiles.url_of(mine)}?tab=growth").content.decode()


def test_the_last_approved_figures_of_a_year_count(world, django_assert_num_queries):
    unit, who, other = world
    user = factories.make_user("head", unit)
    mine = profile(who, unit)
    approved(figures(mine, datetime.date(2026, 9, 1), citations=40), user)
    approved(figures(mine, datetime.date(2026, 11, 1), citations=50), user)
    figures(mine, datetime.date(2026, 12, 1), citations=60)
    with django_assert_num_queries(1):
        found = queries.approved_figures(YEAR)
    assert [(one.employee_id, one.platform, one.citations) for one in found] == [(who.pk, "11", 50)]
    assert queries.approved_figures(YEAR, [other.pk]) == []
    assert queries.approved_figures(YEAR - 1) == []


class _OfTeacher(RegisterTests):
    viewer_role = editor_role = "teacher"

    @pytest.fixture(autouse=True)
    def _teacher(self, _university):
        self.unit = makers.kafedra(1)
        self.who = makers.teacher(self.unit, "Karimov")
        self.account = factories.make_user("teacher", person=self.who.person)
        factories.make_year(YEAR)

    def user(self, role):
        return self.account if role == "teacher" else super().user(role)

    def profile_elsewhere(self):
        return profile(makers.teacher(makers.kafedra(2), "Aliyev"), makers.kafedra(2))


@pytest.mark.duty("B6.1")
class TestProfiles(_OfTeacher):
    register = Profiles

    def make(self, number):
        platform, other = ("10", ("wos", "orcid", "elibrary", "else")[number]) if number > 1 else ("11", "")
        return profile(
            self.who, self.unit, platform=platform, other_platform=other, identifier=f"57000000{number:02d}"
        )

    def make_elsewhere(self):
        return self.profile_elsewhere()

    def form_data(self, row):
        return {"platform": "12", "other_platform": "", "identifier": "Akmal-K", "link": "https://x.org/1"}

    def search_for(self, row):
        return "5700000001" if row.identifier.endswith("01") else ""


@pytest.mark.duty("B6.1")
class TestFigures(_OfTeacher):
    register = Figures

    def make(self, number):
        mine = Profile.objects.filter(employee=self.who).first() or profile(self.who, self.unit)
        return figures(mine, datetime.date(2026, 9, number), citations=40 + number)

    def make_elsewhere(self):
        return figures(self.profile_elsewhere())

    def form_data(self, row):
        return {
            "profile": row.profile_id, "day": "2026-08-01", "academic_year": YEAR, "h_index": 1, "documents": 2,
            "citations": 3,
        }  # fmt: skip
