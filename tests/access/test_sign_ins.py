"""The history of signing in: what is kept of each attempt, who reads it, and that nobody rewrites it."""

from __future__ import annotations

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from hemis.access.models import SignIn
from tests import factories
from tests.access.test_sign_in import is_in, sign_in

pytestmark = pytest.mark.django_db
BROWSER = "Mozilla/5.0 (Windows) Firefox/140"


@pytest.fixture(autouse=True)
def _no_earlier_attempts():
    cache.clear()
    yield
    cache.clear()


def outcomes(user=None) -> list[str]:
    """What was recorded, oldest first."""
    return list(SignIn.objects.filter(user=user).order_by("pk").values_list("outcome", flat=True))


def test_coming_in_going_out_and_a_wrong_password_are_kept_with_device_and_address():
    user = factories.make_user(login="xodim", email="xodim@otm.uz")
    client = Client(HTTP_USER_AGENT=BROWSER, REMOTE_ADDR="10.0.0.7")
    sign_in(client, "xodim@otm.uz", "notogri-parol")
    sign_in(client, "XODIM", "notogri-parol")
    sign_in(client, "xodim")
    client.post(reverse("account_logout"))
    assert outcomes(user) == ["password", "password", "in", "out"]
    last = SignIn.objects.filter(user=user).first()
    assert (last.address, last.agent) == ("10.0.0.7", BROWSER)


def test_what_was_typed_for_a_login_that_is_nobodys_is_not_kept():
    sign_in(Client(), "Maxfiy-parolim-2026", "x")
    assert outcomes() == ["password"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_signin::text FROM access_signin")
        assert "Maxfiy" not in cursor.fetchone()[0]


def test_a_closed_account_and_attempts_that_are_held_up_are_kept():
    closed = factories.make_user(login="yopiq", is_active=False)
    sign_in(Client(), "yopiq")
    assert outcomes(closed) in (["closed"], ["password"])
    user = factories.make_user(login="xodim")
    for _time in range(5):
        sign_in(Client(), "xodim", "notogri")
    sign_in(Client(), "xodim")
    assert outcomes(user) == ["password"] * 5 + ["held"]


def test_wrong_codes_of_the_second_factor_are_kept_and_held_up_after_five():
    user = factories.make_user("accounting", login="buxgalter")
    TOTP.activate(user, generate_totp_secret())
    codes = RecoveryCodes.activate(user).get_unused_codes()
    client = Client()
    sign_in(client, "buxgalter")
    for _time in range(5):
        assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 200
    assert not is_in(client), "the right code too, after five wrong ones"
    assert outcomes(user) == ["code"] * 5 + ["held"]
    cache.clear()
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 302 and is_in(client)
    assert outcomes(user)[-1] == "in"


def test_limits_count_the_visitor_not_the_proxy_in_front_of_the_house(settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    factories.make_user(login="xodim")
    for number in range(21):
        one = Client(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=f"10.1.1.{number}")
        sign_in(one, f"nobody{number}", "notogri")
    here = Client(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="10.1.2.9")
    assert sign_in(here, "xodim").status_code == 302


@pytest.mark.duty("A")
def test_the_administrator_reads_the_history_and_everybody_the_own_part_of_it():
    factories.make_user("teacher", login="ustoz")
    other = factories.make_user("teacher", login="boshqa")
    client = Client(HTTP_ACCEPT_LANGUAGE="en", HTTP_USER_AGENT=BROWSER)
    sign_in(Client(REMOTE_ADDR="10.9.9.9"), "boshqa", "notogri")
    sign_in(client, "ustoz")
    own = client.get(reverse("my_account")).content.decode()
    assert "Firefox · Windows" in own and "10.9.9.9" not in own
    address = reverse("pages_sign_ins_list")
    assert client.get(address).status_code == 403
    admin = Client(HTTP_ACCEPT_LANGUAGE="en")
    admin.force_login(factories.make_user("administrator"))
    page = admin.get(address, {"outcome": "password"}).content.decode()
    assert "10.9.9.9" in page and "boshqa" in page and "ustoz" not in page
    assert other.login in admin.get(address, {"q": "boshqa"}).content.decode()
    for query in ({"at_from": "2020-01-01"}, {"q": "10.9"}, {"sort": "user__person"}):
        assert "boshqa" in admin.get(address, query).content.decode(), query
    row = SignIn.objects.get(user=other)
    assert admin.get(reverse("pages_sign_ins_detail", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("sql", ["UPDATE access_signin SET outcome = 'out'", "DELETE FROM access_signin"])
def test_the_database_lets_nobody_rewrite_it(sql):
    SignIn.objects.create(outcome=SignIn.WRONG_PASSWORD)
    with (
        pytest.raises(DatabaseError, match="only added to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
