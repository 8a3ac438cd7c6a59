"""Pages of the rating by duty, role and scope (duties 2.8, 3.6, 8.5, B6.7, B6.8)."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfWriter

from hemis.jobs.actions import run_now
from hemis.jobs.models import Job
from research.rating import actions
from research.rating.models import CriteriaSet, Evidence, Rating, RatingAppeal
from tests.factories import access_of, client_of
from tests.research.rating.world import DAY, YEAR, World

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20


def scan():
    """A PDF of one empty page, as a form sends it."""
    out, pages = io.BytesIO(), PdfWriter()
    pages.add_blank_page(200, 200)
    pages.write(out)
    return SimpleUploadedFile("a.pdf", out.getvalue(), "application/pdf")


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """A frozen rating with a work of each of the first three teachers, for the whole file."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = World()
        for one in (made.anvar, made.barno, made.chori):
            made.work(one)
        council = {"code": "council", "kind": "council"}
        made.set = made.criteria(("work_scientific", "10", {}), ("evidence", "10", council))
        made.frozen_rating = made.frozen(made.set)
        yield made
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def seen(client):
    """Whom the list of teachers shows."""
    page = client.get(reverse("research_lines_list")).content.decode()
    return [name for name in ("Anvarov", "Barnoyeva", "Choriyev", "Dilshodov") if name in page]


@pytest.mark.duty("2.8", "3.6", "8.5", "B6.7")
def test_everybody_sees_the_rating_as_far_as_the_duty_reaches(world):
    everybody = ["Anvarov", "Barnoyeva", "Choriyev", "Dilshodov"]
    assert seen(client_of(world.affairs)) == everybody and seen(client_of(world.rector)) == everybody
    assert seen(client_of(world.dean)) == everybody[:3]
    assert seen(client_of(world.head)) == everybody[:2]
    assert seen(client_of(world.user(world.anvar))) == everybody[:1]
    elsewhere = reverse("research_lines_detail", args=[world.line(world.frozen_rating, world.dilshod).pk])
    for user in (world.dean, world.head, world.user(world.anvar)):
        assert client_of(user).get(elsewhere).status_code == 404


@pytest.mark.duty("2.8", "3.6", "8.5")
def test_kafedras_and_faculties_in_scope(world):
    for user, faculties, kafedras in ((world.affairs, 2, 3), (world.dean, 1, 2), (world.head, 0, 1)):
        client = client_of(user)
        pages = [client.get(reverse(f"research_{name}_lines_list")) for name in ("faculty", "kafedra")]
        assert [page.context["paginator"].count for page in pages] == [faculties, kafedras]
    unit = pages[1].context["page"].object_list[0]
    page = (
        client_of(world.head).get(reverse("research_kafedra_lines_detail", args=[unit.pk])).content.decode()
    )
    assert "Anvarov" in page and "Choriyev" not in page


@pytest.mark.duty("8.5", "B6.7")
def test_the_card_tells_every_publication_and_the_list_costs_a_fixed_number_of_queries(
    world, django_assert_max_num_queries
):
    line = world.line(world.frozen_rating, world.anvar)
    client = client_of(world.head)
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(reverse("research_lines_detail", args=[line.pk])).content.decode()
    item = line.items.get()
    assert item.label in page and reverse("research_work", args=[item.source_id]) in page
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(reverse("research_lines_list"))


@pytest.mark.duty("3.6")
def test_out_as_excel_and_on_paper(world):
    client = client_of(world.affairs)
    for name in ("lines", "kafedra_lines", "faculty_lines", "criteria_sets", "ratings"):
        book = client.get(reverse(f"research_{name}_export", args=["xlsx"]))
        assert book.status_code == 200 and b"".join(book).startswith(b"PK")
        assert client.get(reverse(f"research_{name}_print")).status_code == 200


@pytest.mark.duty("3.6")
def test_years_beside_each_other(world):
    page = client_of(world.affairs).get(reverse("research_rating_compare")).content.decode()
    assert world.kafedra.name in page and str(world.year) in page
    page = (
        client_of(world.dean).get(reverse("research_rating_compare"), {"level": "faculty"}).content.decode()
    )
    assert world.faculty.name in page and world.other.name not in page


@pytest.mark.duty("3.6", "B6.8")
def test_a_year_from_the_criteria_to_the_frozen_rating_by_pages(world):
    from tests.factories import make_year

    affairs, rector = client_of(world.affairs), client_of(world.rector)
    year = make_year(YEAR + 1)
    affairs.post(
        reverse("research_criteria_sets_new"),
        {"academic_year": year.pk, "basis": "Kengash, № 9", "note": "", "appeal_days": "5"},
    )
    made = CriteriaSet.objects.get(academic_year=year)
    assert made.lines.count() == 2  # Those of the year before.
    line = {
        "criteria": made.pk, "code": "load", "title": "Yuklama", "position": 3, "source": "load", "kind": "",
        "in_database": "unknown", "has_certificate": "unknown", "unit": "soat", "weight": "0.1", "cap": "50",
    }  # fmt: skip
    assert affairs.post(reverse("research_criteria_new"), line | {"in_database": "true"}).status_code == 422
    assert affairs.post(reverse("research_criteria_new"), line | {"kind": "999"}).status_code == 422
    assert affairs.post(reverse("research_criteria_new"), line).status_code == 302
    affairs.post(reverse("research_criteria_template", args=[made.pk]))
    assert affairs.post(reverse("research_criteria_approve", args=[made.pk])).status_code == 403
    assert "№ 9" in rector.get(reverse("research_criteria_sets_list")).content.decode()
    rector.post(reverse("research_criteria_approve", args=[made.pk]))
    made.refresh_from_db()
    assert made.state == CriteriaSet.APPROVED
    page = affairs.get(
        reverse("research_criteria_sets_detail", args=[made.pk]), {"tab": "lines"}
    ).content.decode()
    assert "Yuklama" in page

    assert client_of(world.dean).get(reverse("research_rating_begin")).status_code == 403
    bad = affairs.post(reverse("research_rating_begin"), {"academic_year": year.pk, "as_of": "2020-01-01"})
    assert bad.status_code == 422
    affairs.post(
        reverse("research_rating_begin"),
        {"academic_year": year.pk, "as_of": timezone.localdate().isoformat()},
    )
    run_now(Job.objects.get(kind="research.rating"))
    rating = Rating.objects.get(academic_year=year)
    card = reverse("research_ratings_detail", args=[rating.pk])
    assert "Freeze" in affairs.get(card).content.decode()
    assert "Freeze" not in client_of(world.dean).get(card).content.decode()
    affairs.post(reverse("research_rating_recount", args=[rating.pk]), {"as_of": rating.as_of.isoformat()})
    run_now(Job.objects.filter(kind="research.rating").first())
    affairs.post(reverse("research_rating_freeze", args=[rating.pk]))
    rating.refresh_from_db()
    assert rating.state == Rating.FROZEN
    # The list shows the newest; the one before is a choice away.
    teacher = client_of(world.user(world.anvar))
    rows = teacher.get(reverse("research_lines_list")).context["page"].object_list
    assert [(one.rating_id, one.before) for one in rows] == [(rating.pk, Decimal("10.00"))]


@pytest.mark.duty("B6.7", "8.4")
def test_a_figure_with_evidence_is_entered_submitted_and_approved(world):
    teacher, head = client_of(world.user(world.anvar)), client_of(world.head)
    data = {"academic_year": YEAR, "code": "council", "title": "Kengash aʼzosi", "quantity": "1"}
    new = reverse("research_evidence_new")
    assert teacher.post(new, data).status_code == 422  # Without evidence there is no figure.
    assert teacher.post(new, data | {"code": "other", "scan": scan()}).status_code == 422
    assert teacher.post(new, data | {"scan": scan()}).status_code == 302
    row = Evidence.objects.get()
    assert (row.employee, row.kafedra, row.state) == (world.anvar, world.kafedra, Evidence.DRAFT)
    teacher.post(reverse("research_evidence_submit", args=[row.pk]))
    assert "Kengash" in head.get(reverse("research_evidence_list")).content.decode()
    other = client_of(world.user(world.dilshod))
    assert other.get(reverse("research_evidence_detail", args=[row.pk])).status_code == 404
    head.post(reverse("research_evidence_approve", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == Evidence.APPROVED


@pytest.mark.duty("B6.7", "3.6")
def test_an_appeal_is_asked_and_answered_by_pages(world):
    teacher, affairs = client_of(world.user(world.anvar)), client_of(world.affairs)
    line = world.line(world.frozen_rating, world.anvar)
    assert "Appeal" in teacher.get(reverse("research_lines_detail", args=[line.pk])).content.decode()
    ask = reverse("research_appeal_ask", args=[line.pk])
    assert teacher.post(ask, {"text": ""}).status_code == 422
    teacher.post(ask, {"text": "Maqolam hisoblanmagan", "evidence": scan()})
    appeal = RatingAppeal.objects.get()
    strange = world.line(world.frozen_rating, world.barno)
    assert teacher.get(reverse("research_appeal_ask", args=[strange.pk])).status_code == 404
    assert teacher.post(ask, {"text": "Yana"}).status_code == 422
    assert "Appeals against the rating" in affairs.get("/").content.decode()
    assert client_of(world.head).get(reverse("research_appeal_decide", args=[appeal.pk])).status_code == 403
    decide = reverse("research_appeal_decide", args=[appeal.pk])
    assert affairs.post(decide, {"upheld": "1", "decision": ""}).status_code == 422
    affairs.post(decide, {"upheld": "1", "decision": "Qanoatlantirilsin"})
    appeal.refresh_from_db()
    assert appeal.state == RatingAppeal.UPHELD
    card = affairs.get(reverse("research_ratings_detail", args=[world.frozen_rating.pk])).content.decode()
    assert reverse("research_rating_correct", args=[world.frozen_rating.pk]) in card
    correct = {"reason": "Apellyatsiya", "as_of": timezone.localdate().isoformat()}
    affairs.post(reverse("research_rating_correct", args=[world.frozen_rating.pk]), correct)
    made = Rating.objects.get(corrects=world.frozen_rating)
    affairs.post(reverse("research_rating_drop", args=[made.pk]))
    assert not Rating.objects.filter(corrects=world.frozen_rating).exists()
    appeal.refresh_from_db()
    assert appeal.result is None


@pytest.mark.duty("2.8", "8.5", "B6.7")
def test_the_home_page_shows_the_newest_rating(world):
    assert "Anvarov" in client_of(world.head).get("/").content.decode()
    page = client_of(world.user(world.dilshod)).get("/").content.decode()
    assert "My marks" in page and "Anvarov" not in page


def test_the_access_of_the_world_is_what_the_table_says(world):
    assert access_of(world.affairs).can("rating.form") and not access_of(world.dean).can("rating.form")
    assert access_of(world.rector).can("rating_criteria.approve")
    assert actions.in_force(YEAR) == world.set and world.frozen_rating.as_of == DAY
