"""Names of subjects, units and specialities are read in the language of the page; papers keep the Uzbek ones."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from attendance.models import Absence
from attendance.queries import summary
from curriculum.models import Subject, Teaching
from hemis.base import name_of
from structure.models import Unit
from students.models import Speciality
from tests import factories
from tests.curriculum import makers
from tests.sharing import shared


@shared
def teaching(db) -> Teaching:
    factories.make_university()
    faculty = factories.make_faculty()
    plan = makers.make_approved(faculty)
    line = plan.subjects.filter(semester__number=1).first()
    Subject.objects.filter(pk=line.subject_id).update(name="Falsafa", name_ru="Философия")
    Unit.objects.filter(pk=line.kafedra_id).update(name_ru="Кафедра наук", name_en="Department of sciences")
    return makers.make_teaching(type(line).objects.get(pk=line.pk), makers.make_studying_group(plan))


def reader(language: str) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(factories.make_user("academic_affairs"))
    return client


def test_a_name_falls_back_to_uzbek(teaching):
    subject = Subject.objects.get(pk=teaching.subject_id)
    said = {}
    for language in ("uz", "uz-cyrl", "ru", "en"):
        with override(language):
            said[language] = (subject.get_name_display(), str(subject))
    assert said["ru"] == ("Философия", f"Философия [{subject.code}]")
    assert said["uz"] == said["en"] == said["uz-cyrl"] == ("Falsafa", f"Falsafa [{subject.code}]")
    speciality = Speciality.objects.get()
    Speciality.objects.update(name="Informatika", name_ru="Информатика")
    speciality.refresh_from_db()
    with override("ru"):
        assert str(speciality) == f"{speciality.code} Информатика"
        assert speciality.on_paper == f"{speciality.code} Informatika"


def test_sql_says_the_same(teaching):
    rows = Teaching.objects.filter(pk=teaching.pk)
    for language, names in (
        ("ru", ("Философия", "Кафедра наук")),
        ("en", ("Falsafa", "Department of sciences")),
    ):
        with override(language):
            assert rows.values_list(name_of("subject"), name_of("kafedra")).get() == names
            assert (
                Subject.objects.filter(pk=teaching.subject_id).values_list(name_of(""), flat=True).get()
                == names[0]
            )
            assert [summary(Absence.objects.all(), cut) for cut in ("faculty", "subject", "group")] == [
                [],
                [],
                [],
            ]


@pytest.mark.duty("B6")
def test_a_register_shows_and_finds_the_name_of_the_page(teaching):
    russian, uzbek = reader("ru"), reader("uz")
    url = reverse("curriculum_teachings_list")
    assert "Философия" in russian.get(url).content.decode()
    page = uzbek.get(url).content.decode()
    assert "Falsafa" in page and "Философия" not in page
    for text in ("Философ", "falsafa"):
        assert "Философия" in russian.get(url, {"q": text}).content.decode()
    assert "Falsafa" in uzbek.get(url, {"q": "Философия"}).content.decode()


@pytest.mark.duty("3.2")
def test_the_card_shows_every_language_and_the_form_what_is_stored(teaching):
    russian = reader("ru")
    page = russian.get(reverse("curriculum_subjects_detail", args=[teaching.subject_id])).content.decode()
    assert "Falsafa" in page and "Философия" in page
    form = russian.get(reverse("curriculum_subjects_edit", args=[teaching.subject_id])).content.decode()
    assert 'value="Falsafa"' in form and 'value="Философия"' in form
