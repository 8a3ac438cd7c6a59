"""The register of classifiers: read by every employee, found however typed, changed by nobody."""

import pytest
from django.urls import reverse

from hemis.access.models import RoleAssignment
from hemis.pages.classifiers import Classifiers
from hemis.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher(client):
    user = User.objects.create_user("teacher", "a long password")
    RoleAssignment.objects.create(user=user, role="teacher")
    client.force_login(user)
    return client


@pytest.mark.parametrize("typed", ["o'zbek tili", "O`ZBEK TILI", "ўзбек тили", "Узбекский язык"])
def test_options_are_found_however_typed(teacher, typed):
    page = teacher.get(reverse(Classifiers.url_name("list")), {"q": typed})
    assert page.status_code == 200
    assert "Oʻzbek tili" in page.content.decode()


def test_filtered_by_list(teacher):
    page = teacher.get(
        reverse(Classifiers.url_name("list")), {"list": "h_gender", "state": "used"}
    ).content.decode()
    assert "Erkak" in page and "Kunduzgi" not in page.split("<tbody", 1)[1]


def test_a_card_opens_and_a_stranger_is_sent_to_sign_in(teacher, client, django_user_model):
    from hemis.classifiers.models import ClassifierItem

    card = reverse(Classifiers.url_name("detail"), args=[ClassifierItem.objects.first().pk])
    assert teacher.get(card).status_code == 200
    client.logout()
    assert client.get(card).status_code == 302
