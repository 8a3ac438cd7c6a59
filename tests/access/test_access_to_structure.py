"""HR forms faculties, kafedras and divisions; academic affairs sees them; a teacher does not edit them (1.1)."""

import pytest
from django.test import Client
from django.urls import reverse

from hemis.access.history import history_of
from structure.models import Unit
from structure.pages import Divisions, Faculties, Kafedras
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.duty("1.1")]


def client_of(role: str) -> tuple[Client, int]:
    user = factories.make_user(role)
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client, user.pk


def typed(form, **values) -> dict:
    """What a person sends who opened the form and typed ``values``."""
    kept = {name: form.initial.get(name, field.initial) for name, field in form.fields.items()}
    return {
        name: value for name, value in kept.items() if value or value == 0 and value is not False
    } | values


@pytest.mark.parametrize(
    ("register", "values"),
    [
        (Faculties, {"code": "303-150", "name": "Yangi fakultet"}),
        (Kafedras, {"code": "303-101-50", "name": "Yangi kafedra"}),
        (Divisions, {"code": "303-250", "name": "Yangi boʻlim", "kind": "13"}),
    ],
)
def test_hr_forms_units_and_the_others_only_look(register, values):
    factories.make_university()
    faculty = factories.make_faculty()
    hr, hr_id = client_of("hr")
    new = reverse(register.url_name("new"))
    form = hr.get(new).context["form"]
    data = typed(form, **values)
    if register is Kafedras:
        data["parent"] = faculty.pk
    answer = hr.post(new, data)
    assert answer.status_code == 302, answer.context["form"].errors
    unit = Unit.objects.get(code=values["code"])
    assert history_of(unit).get().actor_id == hr_id

    for role in ("academic_affairs", "teacher"):
        client, _pk = client_of(role)
        assert values["name"] in client.get(reverse(register.url_name("list"))).content.decode()
        assert client.get(reverse(register.url_name("edit"), args=[unit.pk])).status_code == 403
        assert client.post(new, data).status_code == 403
        assert client.post(reverse(register.url_name("delete"), args=[unit.pk])).status_code == 403
    student, _pk = client_of("student")
    assert student.get(reverse(register.url_name("list"))).status_code == 403
    assert Unit.objects.filter(code=values["code"]).count() == 1
