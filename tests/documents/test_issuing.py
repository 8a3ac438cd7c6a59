"""Numbers without gaps, and a row that the database itself keeps as it was."""

import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from hemis.access.history import history_of
from hemis.documents import actions
from hemis.documents.actions import NotIssued, issue, next_number, replace, reserve_numbers, revoke
from hemis.documents.kinds import DocumentKind, masked_name, register
from hemis.documents.models import Document, NumberSeries
from hemis.documents.rendering import stored_path
from tests.documents.sample import PAYLOAD


def in_threads(count, work):
    """Run ``work(n)`` in threads with connections of their own; returns the errors."""
    errors = []

    def run(n):
        try:
            work(n)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return errors


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gaps_under_concurrency():
    taken = []

    class GivenBack(Exception):
        pass

    def work(n):
        for turn in range(10):
            try:
                with transaction.atomic():
                    number = next_number("parallel", 2026)
                    if (n + turn) % 3 == 0:
                        raise GivenBack
                taken.append(number)
            except GivenBack:
                pass

    assert in_threads(6, work) == []
    assert sorted(taken) == list(range(1, len(taken) + 1))
    assert NumberSeries.objects.get(series="parallel").last == len(taken)


@pytest.mark.django_db(transaction=True)
def test_documents_issued_in_parallel_are_numbered_without_gaps():
    def work(n):
        for turn in range(2):
            try:
                with transaction.atomic():
                    issue(kind="sample", payload=PAYLOAD)
                    if n == turn:
                        raise RuntimeError("given back")
            except RuntimeError:
                pass

    assert in_threads(4, work) == []
    year = timezone.localdate().year
    found = sorted(Document.objects.values_list("number", flat=True))
    assert found == [f"N-{year % 100:02d}/{n:04d}" for n in range(1, 7)]
    assert all(stored_path(one.sha256).exists() for one in Document.objects.all())


@pytest.mark.django_db(transaction=True)
def test_numbers_are_taken_inside_a_transaction():
    with pytest.raises(transaction.TransactionManagementError):
        next_number("sample", 2026)


@pytest.mark.django_db
def test_each_series_and_year_counts_for_itself():
    assert reserve_numbers("a", 2026, 3) == range(1, 4)
    assert [next_number("a", 2026), next_number("a", 2027), next_number("b", 2026)] == [4, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_a_document_rolled_back_leaves_no_file():
    try:
        with transaction.atomic():
            digest = issue(kind="sample", payload=PAYLOAD).sha256
            raise RuntimeError
    except RuntimeError:
        pass
    assert not stored_path(digest).exists()


@pytest.mark.django_db
class TestSnapshot:
    @pytest.mark.parametrize(
        "change",
        [
            {"kind": "other"},
            {"number": "1"},
            {"payload": {}},
            {"sha256": "0" * 64},
            {"token": "t" * 30},
            {"issued_at": timezone.now()},
            {"template_version": 2},
            {"title": "x"},
            {"engine": "x"},
            {"year": 1999},
            {"series": "x"},
        ],
    )
    def test_never_changes(self, issued, change):
        document = issued()
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.filter(pk=document.pk).update(**change)

    def test_is_never_deleted(self, issued):
        document = issued()
        with pytest.raises(DatabaseError), transaction.atomic():
            Document.objects.filter(pk=document.pk).delete()
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM documents_document")

    def test_numbers_never_go_back(self, issued):
        issued()
        with pytest.raises(IntegrityError), transaction.atomic():
            NumberSeries.objects.update(last=0)
        with pytest.raises(IntegrityError), transaction.atomic():
            NumberSeries.objects.all().delete()

    def test_raw_revocation_needs_a_reason_and_a_moment(self, issued):
        document = issued()
        for change in (
            {"state": "revoked"},
            {"state": "revoked", "reason": "x"},
            {"state": "replaced", "reason": "x"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Document.objects.filter(pk=document.pk).update(**change)

    def test_revoked_stays_revoked(self, issued):
        document = revoke(issued(), reason="xato", by=None)
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.filter(pk=document.pk).update(state="issued")
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.filter(pk=document.pk).update(reason="boshqa")


@pytest.mark.django_db
class TestState:
    def test_tokens_are_long_and_random(self, issued):
        tokens = {issued().token for _ in range(3)}
        assert len(tokens) == 3
        assert all(len(token) * 6 >= 160 for token in tokens)

    def test_revocation_says_who_when_and_why(self, issued, people):
        user = people()
        document = revoke(issued(), reason=" Xato maʼlumot ", by=user)
        assert (document.state, document.reason, document.state_by) == ("revoked", "Xato maʼlumot", user)
        assert document.state_at is not None

    def test_history_keeps_the_change_but_not_the_token(self, issued):
        document = revoke(issued(), reason="xato", by=None)
        entries = list(history_of(document))
        assert any(entry.changes.get("state") == ["issued", "revoked"] for entry in entries)
        assert not any(document.token in str(entry.changes) for entry in entries)

    def test_reason_is_needed(self, issued):
        with pytest.raises(ValueError):
            revoke(issued(), reason="  ", by=None)
        with pytest.raises(ValueError):
            replace(issued(), new=issued(), reason="", by=None)

    def test_only_once(self, issued):
        document = issued()
        revoke(document, reason="xato", by=None)
        with pytest.raises(NotIssued):
            revoke(document, reason="xato", by=None)
        with pytest.raises(NotIssued):
            issued(replaces=document, reason="xato")

    def test_replacement_is_a_new_document(self, issued, faculty, people):
        user = people()
        old = issued(faculty=faculty, owner=user.person)
        new = actions.issue_again(old, reason="ism oʻzgardi", by=user)
        old.refresh_from_db()
        assert (old.state, old.replaced_by, old.state_by) == ("replaced", new, user)
        assert (new.state, new.faculty, new.owner) == ("issued", faculty, user.person)
        assert new.number != old.number and new.token != old.token

    def test_kind_that_is_not_issued_anew_refuses(self, issued, sample, monkeypatch):
        monkeypatch.setattr(sample, "payload_again", classmethod(lambda cls, document: None))
        with pytest.raises(ValueError):
            actions.issue_again(issued(), reason="x", by=None)


def test_two_kinds_of_one_code_are_refused():
    class Other(DocumentKind):
        code = "sample"

    with pytest.raises(ValueError):
        register(Other)


@pytest.mark.parametrize(
    ("name", "masked"),
    [("Karimov Aziz", "K***** A."), ("Karimov Oʻktam Shuhratovich", "K***** Oʻ. Sh."), ("", "")],
)
def test_public_names_are_masked(name, masked):
    assert masked_name(name) == masked
