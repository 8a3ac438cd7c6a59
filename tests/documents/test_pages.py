"""Who sees which documents, ends them and prints many of them."""

import io
import zipfile

import pytest
from django.urls import reverse
from pypdf import PdfReader

from hemis.documents import pages
from hemis.documents.batch import batch_zip
from hemis.documents.models import Document
from hemis.documents.rendering import render, stored_path
from hemis.jobs.models import Job

pytestmark = pytest.mark.django_db
LIST = "documents_documents_list"


@pytest.fixture
def document(issued, people, faculty):
    return issued(owner=people("student").person, faculty=faculty)


def bulk(client, action, *documents):
    data = {"action": action, "pk": [one.pk for one in documents]}
    return client.post(reverse("documents_documents_bulk"), data)


class TestDownload:
    def test_by_duty_within_the_faculty(self, client, people, document, faculty):
        client.force_login(people("dean", faculty))
        response = client.get(reverse("document_pdf", args=[document.pk]))
        assert response.content == render(document)
        assert response["Content-Type"] == "application/pdf"
        assert "no-store" in response["Cache-Control"]

    def test_other_faculty_is_404(self, client, people, document, other_faculty):
        client.force_login(people("dean", other_faculty))
        assert client.get(reverse("document_pdf", args=[document.pk])).status_code == 404
        assert client.get(reverse("documents_documents_detail", args=[document.pk])).status_code == 404

    def test_without_the_duty_is_404(self, client, people, document):
        client.force_login(people("talent"))
        assert client.get(reverse("document_pdf", args=[document.pk])).status_code == 404

    def test_own_document(self, client, document):
        client.force_login(document.owner.user)
        assert client.get(reverse("document_pdf", args=[document.pk])).status_code == 200

    def test_nobody_elses(self, client, people, document):
        client.force_login(people("student"))
        assert client.get(reverse("document_pdf", args=[document.pk])).status_code == 404

    def test_signed_out_is_sent_to_sign_in(self, client, document):
        response = client.get(reverse("document_pdf", args=[document.pk]))
        assert response.status_code == 302 and "login" in response["Location"]

    def test_a_lost_file_is_explained(self, client, people, document, monkeypatch):
        stored_path(document.sha256).unlink()
        monkeypatch.setattr("hemis.documents.rendering.pdf_of", lambda *args: b"other")
        client.force_login(people("academic_affairs"))
        response = client.get(reverse("document_pdf", args=[document.pk]))
        assert response.status_code == 503 and document.sha256 in response.content.decode()


class TestRegister:
    def test_shows_the_scope_and_only_kinds_of_ones_duties(
        self, client, people, issued, document, faculty, other_faculty, sample, monkeypatch
    ):
        other = issued(faculty=other_faculty)
        client.force_login(people("dean", faculty))
        page = client.get(reverse(LIST)).content.decode()
        assert document.number in page and other.number not in page
        monkeypatch.setattr(sample, "permission", "price.view")
        assert document.number not in client.get(reverse(LIST)).content.decode()

    def test_needs_the_duty(self, client, people):
        client.force_login(people("student"))
        assert client.get(reverse(LIST)).status_code == 403

    def test_number_of_queries_does_not_grow(
        self, client, people, issued, faculty, django_assert_max_num_queries
    ):
        client.force_login(people("academic_affairs"))
        for _ in range(4):
            issued(faculty=faculty, owner=people().person)
        with django_assert_max_num_queries(12):
            assert client.get(reverse(LIST)).status_code == 200

    def test_filters(self, client, people, document):
        client.force_login(people("academic_affairs"))
        assert (
            document.number
            in client.get(reverse(LIST), {"kind": "sample", "state": "issued"}).content.decode()
        )
        assert (
            document.number not in client.get(reverse(LIST), {"issued_at_to": "2020-01-01"}).content.decode()
        )

    def test_card_leads_to_file_and_public_page(self, client, people, document):
        client.force_login(people("academic_affairs"))
        url = reverse("documents_documents_detail", args=[document.pk])
        page = client.get(url, {"tab": "state"}).content.decode()
        for name in ("document_pdf", "document_revoke", "document_again"):
            assert reverse(name, args=[document.pk]) in page
        assert document.public_url in page


class TestEnding:
    def test_revoking_asks_for_a_reason(self, client, people, document):
        client.force_login(people("academic_affairs"))
        address = reverse("document_revoke", args=[document.pk])
        assert client.get(address).status_code == 200
        client.post(address, {"reason": "  "})
        document.refresh_from_db()
        assert document.state == "issued"
        client.post(address, {"reason": "Xato maʼlumot"})
        document.refresh_from_db()
        assert (document.state, document.reason) == ("revoked", "Xato maʼlumot")
        assert document.state_by is not None

    def test_issuing_anew_replaces(self, client, people, document):
        client.force_login(people("academic_affairs"))
        client.post(reverse("document_again", args=[document.pk]), {"reason": "Ism oʻzgardi"})
        document.refresh_from_db()
        assert document.state == "replaced" and document.replaced_by.payload["words"] == "yangidan"

    def test_second_time_says_so(self, client, people, document):
        client.force_login(people("academic_affairs"))
        for reason in ("bir", "ikki"):
            response = client.post(
                reverse("document_revoke", args=[document.pk]), {"reason": reason}, follow=True
            )
        document.refresh_from_db()
        assert document.reason == "bir"
        assert response.status_code == 200

    @pytest.mark.parametrize("name", ["document_revoke", "document_again"])
    def test_who_only_reads_is_refused(self, client, people, document, name, other_faculty):
        address = reverse(name, args=[document.pk])
        client.force_login(people("rectorate"))
        assert client.post(address, {"reason": "x"}).status_code == 403
        client.force_login(document.owner.user)
        assert client.post(address, {"reason": "x"}).status_code == 403
        client.force_login(people("dean", other_faculty))
        assert client.post(address, {"reason": "x"}).status_code == 404
        client.force_login(people("talent"))
        assert client.post(address, {"reason": "x"}).status_code == 404
        document.refresh_from_db()
        assert document.state == "issued"

    def test_a_kind_that_is_not_ended_from_here(self, client, people, document, sample, monkeypatch):
        monkeypatch.setattr(sample, "revoke_permission", "")
        client.force_login(people("academic_affairs"))
        assert client.post(reverse("document_revoke", args=[document.pk]), {"reason": "x"}).status_code == 403


class TestBatch:
    def test_one_pdf(self, client, people, issued, faculty):
        documents = [issued(faculty=faculty) for _ in range(3)]
        client.force_login(people("dean", faculty))
        response = bulk(client, "pdf", *documents)
        reader = PdfReader(io.BytesIO(response.content))
        assert len(reader.pages) == 3
        assert [
            one.number in page.extract_text() for one, page in zip(documents, reader.pages, strict=True)
        ] == [True] * 3

    def test_zip_holds_the_originals_of_the_scope_only(self, client, people, issued, faculty, other_faculty):
        mine, other = issued(faculty=faculty), issued(faculty=other_faculty)
        client.force_login(people("dean", faculty))
        response = bulk(client, "zip", mine, other)
        archive = zipfile.ZipFile(io.BytesIO(response.content))
        assert archive.namelist() == [f"sample-{mine.number.replace('/', '-')}.pdf"]
        assert archive.read(archive.namelist()[0]) == render(mine)

    def test_same_names_stay_apart(self, issued):
        one, two = issued(number="1/2"), issued(number="1-2")
        archive = zipfile.ZipFile(io.BytesIO(batch_zip([one, two])))
        assert archive.namelist() == ["sample-1-2.pdf", f"sample-1-2-{two.pk}.pdf"]

    @pytest.mark.parametrize("form", ["pdf", "zip"])
    def test_many_are_printed_as_a_job(
        self, client, people, issued, faculty, monkeypatch, form, django_capture_on_commit_callbacks
    ):
        monkeypatch.setattr(pages, "PRINTED_AT_ONCE", 1)
        documents = [issued(faculty=faculty) for _ in range(3)]
        user = people("dean", faculty)
        client.force_login(user)
        with django_capture_on_commit_callbacks(execute=True):
            response = bulk(client, form, *documents)
        job = Job.objects.get(owner=user)
        assert response["Location"] == reverse("job", args=[job.pk])
        assert (job.state, job.cursor) == ("done", 3)
        content = job.result_file.read()
        if form == "zip":
            assert len(zipfile.ZipFile(io.BytesIO(content)).namelist()) == 3
        else:
            assert len(PdfReader(io.BytesIO(content)).pages) == 3

    def test_a_lost_file_is_named_and_the_rest_printed(
        self, client, people, issued, faculty, monkeypatch, django_capture_on_commit_callbacks
    ):
        monkeypatch.setattr(pages, "PRINTED_AT_ONCE", 1)
        documents = [issued(faculty=faculty) for _ in range(3)]
        stored_path(documents[1].sha256).unlink()
        monkeypatch.setattr("hemis.documents.rendering.pdf_of", lambda *args: b"other")
        client.force_login(people("dean", faculty))
        with django_capture_on_commit_callbacks(execute=True):
            bulk(client, "zip", *documents)
        job = Job.objects.get()
        assert [failure.key for failure in job.failures.all()] == [str(documents[1].pk)]
        assert documents[1].number in job.failures.get().message
        assert len(zipfile.ZipFile(io.BytesIO(job.result_file.read())).namelist()) == 2


def test_a_document_of_nobody_is_seen_by_the_university_only(issued, people):
    from hemis.access.scope import NOBODY, Scope

    document = issued()
    assert list(Document.objects.for_scope(Scope(everything=True))) == [document]
    assert not Document.objects.for_scope(NOBODY)
    assert not Document.objects.for_scope(Scope(person_id=people().person.pk))
