"""The public page: what is genuine, with no more personal data than needed."""

import io

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader, PdfWriter

from hemis.documents import pages, verification
from hemis.documents.actions import issue_again, revoke
from hemis.documents.rendering import render

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_checks_yet():
    cache.clear()


@pytest.fixture
def english(client):
    client.cookies["django_language"] = "en"
    return client


def check(client, content, name="hujjat.pdf"):
    return client.post(reverse("verify_form"), {"file": SimpleUploadedFile(name, content)})


def text(response):
    return response.content.decode()


def rewritten(content, *, keep_metadata=True):
    """The PDF as another program would save it."""
    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(content)).pages:
        page.pop("/Annots", None)
        writer.add_page(page)
    if keep_metadata:
        writer.add_metadata(PdfReader(io.BytesIO(content)).metadata)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


class TestByCode:
    def test_genuine(self, english, issued):
        document = issued()
        response = english.get(f"/v/{document.token}/")
        assert response.status_code == 200
        assert "Genuine." in text(response)
        assert document.number in text(response)

    def test_shows_a_masked_name_and_nothing_else_of_the_person(self, english, issued, people):
        user = people()
        document = issued(owner=user.person)
        page = text(english.get(f"/v/{document.token}/"))
        assert "K***** Oʻ." in page
        for secret in ("Karimov", user.person.pinfl, user.login, "bir million"):
            assert secret not in page

    def test_revoked_says_why(self, english, issued):
        document = revoke(issued(), reason="Xato maʼlumot", by=None)
        page = text(english.get(f"/v/{document.token}/"))
        assert "Revoked." in page and "Xato maʼlumot" in page and "Genuine." not in page

    def test_replaced_says_so_and_not_by_what(self, english, issued):
        old = issued()
        new = issue_again(old, reason="Ism oʻzgardi", by=None)
        page = text(english.get(f"/v/{old.token}/"))
        assert "Replaced." in page and "Genuine." not in page
        assert new.token not in page and "Ism oʻzgardi" not in page

    def test_unknown_codes_all_answer_alike(self, english, issued):
        issued()
        answers = {
            code: english.get(f"/v/{code}/") for code in ("A" * 27, "short", "A" * 300, "%27--", "../")
        }
        assert {response.status_code for response in answers.values()} == {404}
        assert all("Not found." in text(answers[code]) for code in ("A" * 27, "short", "A" * 300))

    @pytest.mark.parametrize("language", ["uz", "uz-cyrl", "ru", "en"])
    def test_all_languages(self, client, issued, language):
        client.cookies["django_language"] = language
        response = client.get(f"/v/{issued().token}/")
        assert response.status_code == 200
        assert f'<html lang="{language}"' in text(response)

    def test_is_neither_kept_nor_indexed(self, client, issued):
        response = client.get(f"/v/{issued().token}/")
        assert "no-store" in response["Cache-Control"]
        assert "noindex" in response["X-Robots-Tag"]
        assert response["Referrer-Policy"] == "same-origin"

    def test_checks_are_counted_without_who(self, client, issued):
        document = issued()
        client.get(f"/v/{document.token}/")
        client.get(f"/v/{document.token}/")
        assert [one.count for one in document.checks.all()] == [2]

    def test_pasted_code_or_address_leads_to_the_page(self, client, issued):
        token = issued().token
        for pasted in (token, f"https://hemis.namuna.uz/v/{token}/", f"  {token} \n"):
            response = client.post(reverse("verify_form"), {"code": pasted})
            assert response.status_code == 302 and response["Location"] == f"/v/{token}/"

    def test_nothing_entered_is_said(self, english):
        response = english.post(reverse("verify_form"), {"code": "  "})
        assert response.status_code == 422
        assert "Enter the code or choose the PDF." in text(response)

    def test_too_many_checks_are_slowed_down(self, client, issued, monkeypatch):
        monkeypatch.setattr(pages, "CHECKS_PER_MINUTE", 3)
        address = f"/v/{issued().token}/"
        codes = [client.get(address).status_code for _ in range(5)]
        assert codes == [200, 200, 200, 429, 429]
        assert client.get(address, REMOTE_ADDR="10.1.1.1").status_code == 200
        assert client.post(reverse("verify_form"), {"code": "x"}).status_code == 429

    def test_a_forged_forwarding_header_changes_nothing(self, client, monkeypatch):
        monkeypatch.setattr(pages, "CHECKS_PER_MINUTE", 1)
        codes = [client.get("/v/abc/", HTTP_X_FORWARDED_FOR=f"10.0.0.{n}").status_code for n in range(3)]
        assert codes == [404, 429, 429]

    def test_behind_a_proxy_each_visitor_counts_alone(self, client, monkeypatch, settings):
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        monkeypatch.setattr(pages, "CHECKS_PER_MINUTE", 1)
        seen = ("1.1.1.1, 10.0.0.1", "1.1.1.1, 10.0.0.2", "9.9.9.9, 10.0.0.1")
        codes = [client.get("/v/abc/", HTTP_X_FORWARDED_FOR=one).status_code for one in seen]
        assert codes == [404, 404, 429]


class TestByFile:
    def test_the_issued_file_is_identical(self, english, issued):
        document = issued()
        page = text(check(english, render(document)))
        assert "bit for bit" in page and document.number in page

    def test_an_identical_file_that_was_revoked_says_both(self, english, issued):
        document = revoke(issued(), reason="Xato", by=None)
        page = text(check(english, render(document)))
        assert "bit for bit" in page and "Revoked." in page

    @pytest.mark.parametrize("where", [100, 0.5, -300, -2])
    def test_one_changed_byte_is_recognised(self, english, issued, where):
        content = bytearray(render(issued()))
        content[int(len(content) * where) if isinstance(where, float) else where] ^= 1
        page = text(check(english, bytes(content)))
        assert "bit for bit" not in page and "Genuine." not in page
        assert "The file was changed." in page or "Not genuine." in page

    @pytest.mark.parametrize("keep_metadata", [True, False])
    def test_a_file_saved_anew_is_named_and_called_changed(self, english, issued, keep_metadata):
        document = issued()
        page = text(check(english, rewritten(render(document), keep_metadata=keep_metadata)))
        assert "The file was changed." in page and document.number in page and "Genuine." not in page

    def test_an_appended_byte_is_a_change(self, english, issued):
        assert "The file was changed." in text(check(english, render(issued()) + b"\n"))

    def test_a_foreign_pdf_is_unknown(self, english):
        writer = PdfWriter()
        writer.add_blank_page(100, 100)
        out = io.BytesIO()
        writer.write(out)
        assert "Not genuine." in text(check(english, out.getvalue()))

    def test_a_broken_pdf_is_unknown(self, english):
        assert "Not genuine." in text(check(english, b"%PDF-1.7\n" + b"\x00<</" * 3000))

    def test_the_content_counts_and_not_the_name(self, english, issued):
        assert "This is not a PDF file." in text(check(english, b"PK\x03\x04 not a pdf"))
        assert "bit for bit" in text(check(english, render(issued()), name="rasm.png"))

    def test_a_file_over_the_limit_is_refused(self, english, monkeypatch):
        monkeypatch.setattr(pages, "MAX_UPLOAD", 1000)
        response = check(english, b"%PDF-" + b"x" * 2000)
        assert response.status_code == 422 and "larger than 20 MB" in text(response)

    def test_a_huge_page_is_not_read(self, issued, monkeypatch):
        content = rewritten(render(issued()), keep_metadata=False)
        monkeypatch.setattr(verification, "MAX_PAGE_BYTES", 10)
        assert verification.tokens_in(content) == []
