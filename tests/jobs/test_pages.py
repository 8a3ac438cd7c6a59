"""My jobs in the browser's eyes: progress, failures, cancel, retry, and nobody else's jobs."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from hemis.jobs import actions
from hemis.jobs.models import Job
from hemis.people.models import User
from tests.jobs import kinds  # noqa: F401

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def owner():
    return User.objects.create_user("job-owner")


@pytest.fixture
def client(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def job(owner):
    return actions.start("tests.mark", user=owner, params={"count": 6, "bad": ["003"]}, title="Marking <b>")


def test_a_waiting_job_polls_and_a_finished_one_does_not(client, job):
    address = reverse("job", args=[job.pk])
    assert "hx-trigger" in client.get(address, **HTMX).text.split(">", 1)[0]
    actions.run_now(job)
    answer = client.get(address, **HTMX)
    assert "hx-trigger" not in answer.text.split(">", 1)[0]
    assert answer["HX-Trigger"] == "jobEnded"


def test_the_page_shows_progress_and_what_was_set_aside(client, job):
    actions.run_now(job)
    text = client.get(reverse("job", args=[job.pk])).text
    assert "Marking &lt;b&gt;" in text
    assert "unit 003" in text
    assert "003 is refused" in text
    assert reverse("job_retry", args=[job.pk]) in text


def test_without_a_worker_the_page_says_so_and_asks_seldom(client, job, settings, monkeypatch):
    monkeypatch.setattr(actions, "worker_is_alive", lambda: False)
    text = client.get(reverse("job", args=[job.pk]), **HTMX).text
    assert 'role="alert"' in text
    assert "every 10s" in text


def test_worker_is_missed_without_its_sign_of_life(settings):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    from django.core.cache import cache

    cache.delete(actions.WORKER_KEY)
    assert not actions.worker_is_alive()
    cache.set(actions.WORKER_KEY, True, 5)
    assert actions.worker_is_alive()
    cache.delete(actions.WORKER_KEY)


def test_failures_as_a_workbook(client, job):
    actions.run_now(job)
    failure = job.failures.get()
    failure.label = "=1+1"
    failure.save()
    answer = client.get(reverse("job_failures", args=[job.pk]))
    rows = list(
        load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True)
    )
    assert rows[1:] == [("=1+1", "003 is refused")]


def test_many_failures_are_paged(client, job):
    for number in range(60):
        job.fail_row(number, "no")
    address = reverse("job", args=[job.pk])
    assert client.get(address).context["failures"].paginator.num_pages == 2
    assert client.get(address, {"page": 2}).status_code == 200


def test_cancel_and_retry_by_post_only(client, job):
    for name in ("job_cancel", "job_retry"):
        assert client.get(reverse(name, args=[job.pk])).status_code == 405
    client.post(reverse("job_cancel", args=[job.pk]))
    job.refresh_from_db()
    assert job.state == Job.CANCELLED
    answer = client.post(reverse("job_retry", args=[job.pk]))
    assert answer.url == reverse("job", args=[Job.objects.get(retry_of=job).pk])


def test_a_running_job_is_not_retried(client, job):
    answer = client.post(reverse("job_retry", args=[job.pk]))
    assert answer.url == reverse("job", args=[job.pk])
    assert Job.objects.count() == 1


def test_the_bell_counts_finished_jobs_until_they_are_seen(client, job):
    bell = reverse("job_bell")
    assert "1" not in client.get(bell).text
    actions.run_now(job)
    assert "1" in client.get(bell).text
    client.get(reverse("my_jobs"))
    assert "1" not in client.get(bell).text


def test_my_jobs_are_listed_with_a_fixed_number_of_queries(client, owner, django_assert_max_num_queries):
    for _ in range(30):
        actions.start("tests.mark", user=owner, params={"count": 1})
    with django_assert_max_num_queries(12):
        answer = client.get(reverse("my_jobs"))
    assert len(answer.context["page"].object_list) == 25


@pytest.mark.parametrize("name", ["job", "job_failures", "job_result", "job_cancel", "job_retry"])
def test_nobody_sees_or_touches_the_job_of_another(client, job, name):
    client.force_login(User.objects.create_user("somebody-else"))
    address = reverse(name, args=[job.pk])
    answer = client.post(address) if name in {"job_cancel", "job_retry"} else client.get(address)
    assert answer.status_code == 404


def test_nobody_elses_jobs_are_listed(client, job):
    client.force_login(User.objects.create_user("somebody-else"))
    assert list(client.get(reverse("my_jobs")).context["page"].object_list) == []


def test_strangers_are_sent_to_sign_in(client, job):
    client.logout()
    for address in (reverse("my_jobs"), reverse("job", args=[job.pk]), reverse("job_bell")):
        assert client.get(address).status_code == 302
