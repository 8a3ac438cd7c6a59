"""Signing in and out: by login, e-mail or student number; throttled; second factor; sessions; activation."""

from __future__ import annotations

import datetime
import re
from importlib import import_module

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hemis.access import duties
from hemis.access.activation import create_activation
from hemis.access.models import Activation
from hemis.access.sealing import Unreadable, seal, seal_data, unseal, unseal_data
from hemis.people.models import User
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def _no_earlier_attempts():
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, login: str, password: str = PASSWORD, **more):
    return client.post(LOGIN, {"login": login, "password": password} | more)


def is_in(client: Client) -> bool:
    return client.get(reverse("my_account")).status_code == 200


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def token_of(link: str) -> str:
    return link.rstrip("/").rsplit("/", 1)[-1]


# --- who one is


@pytest.mark.parametrize("typed", ["xodim", "Xodim@Namuna.uz", "xodim@namuna.uz"])
def test_staff_sign_in_with_login_or_email(typed):
    factories.make_user(login="xodim", email="xodim@namuna.uz")
    client = Client()
    assert sign_in(client, typed).status_code == 302
    assert is_in(client)


@pytest.mark.duty("S")
def test_a_student_gets_an_account_by_the_order_and_signs_in_with_the_student_number():
    student = factories.make_students(factories.make_faculty(), 1)[0]
    user = User.objects.get(person=student.person)
    assert user.login == student.number and not user.has_usable_password()
    client = Client()
    for guess in (student.person.pinfl, student.person.passport, student.number, ""):
        assert sign_in(client, student.number, guess).status_code == 200, "no document number opens it"
    cache.clear()
    words = {"new_password1": "Talaba-paroli-2026", "new_password2": "Talaba-paroli-2026"}
    assert client.post(activation_path(user), words).status_code == 302
    assert sign_in(client, student.number, "Talaba-paroli-2026").status_code == 302
    assert client.get(reverse("my_card")).status_code == 200


def activation_path(user: User) -> str:
    return reverse("activate", args=[token_of(create_activation(user))])


def test_after_signing_in_one_lands_where_one_wanted_and_nowhere_else():
    factories.make_user("hr", login="xodim")
    wanted = Client().get(reverse("staff_employees_list"))["Location"]
    assert wanted.startswith(f"{LOGIN}?next=")
    assert sign_in(Client(), "xodim", next=reverse("staff_employees_list"))["Location"] == reverse(
        "staff_employees_list"
    )
    assert sign_in(Client(), "xodim", next="//evil.example/")["Location"] == "/"


def test_a_refusal_does_not_tell_whether_the_account_exists():
    factories.make_user(login="xodim", email="xodim@namuna.uz")
    closed = factories.make_user(login="yopiq", is_active=False)
    texts = set()
    for login in ("xodim", "hechkim", "xodim@namuna.uz", "hechkim@namuna.uz", closed.login):
        answer = sign_in(Client(HTTP_ACCEPT_LANGUAGE="en"), login, "notogri-parol")
        assert answer.status_code == 200
        text = re.sub(r'value="[^"]*"', "", answer.content.decode())
        texts.add(re.sub(r"csrf\S+|nonce\S+", "", text))
    assert len(texts) == 1
    assert "The login or the password is wrong" in texts.pop()


def test_there_is_no_reset_by_email_and_no_sign_up():
    for page in ("account_signup", "account_reset_password", "account_email", "account_set_password"):
        for client in (Client(), client_in(factories.make_user())):
            assert client.get(reverse(page)).status_code == 403
            assert client.post(reverse(page), {"email": "xodim@namuna.uz"}).status_code == 403
    assert reverse("account_signup") not in Client().get(LOGIN).content.decode()


def client_in(user: User) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


def test_a_closed_account_is_told_so_only_with_the_right_password():
    factories.make_user(login="yopiq", is_active=False)
    client = Client()
    assert sign_in(client, "yopiq").status_code in {200, 302}
    assert not is_in(client)


def test_attempts_are_throttled_for_the_account_and_end_with_time():
    factories.make_user(login="xodim")
    factories.make_user(login="boshqa")
    client = Client()
    for _number in range(5):
        assert sign_in(client, "xodim", "notogri").status_code == 200
    assert sign_in(client, "xodim").status_code != 302, "the right password too, after five wrong ones"
    assert not is_in(client)
    assert sign_in(Client(), "boshqa").status_code == 302, "another account is not held up"
    cache.clear()  # The five minutes have passed.
    assert sign_in(client, "xodim").status_code == 302


# --- passwords


@pytest.mark.parametrize(
    "password",
    [
        "qisqa-1",
        "1234567890",
        "password123",
        "xodim-paroli",
        "AB1234567-x",
        "22041990-parol",
        "998901234567p",
    ],
)
def test_weak_and_personal_passwords_are_refused(password):
    person = factories.make_person(
        birth_date=datetime.date(1990, 4, 22), passport="AB1234567", phone="+998901234567"
    )
    user = factories.make_user(login="xodim", person=person)
    with pytest.raises(ValidationError):
        validate_password(password, user)
    with pytest.raises(ValidationError):
        validate_password(f"x{person.pinfl}", user)
    validate_password("Osmon-baland-2026", user)


def test_changing_the_password_ends_the_other_sessions():
    user = factories.make_user(login="xodim")
    here, there = Client(), Client()
    sign_in(here, "xodim")
    sign_in(there, "xodim")
    change = reverse("account_change_password")
    words = {"oldpassword": "xato", "password1": "Osmon-baland-2026", "password2": "Osmon-baland-2026"}
    assert here.post(change, words).status_code == 200
    assert here.post(change, words | {"oldpassword": PASSWORD}).status_code == 302
    assert not is_in(there)
    user.refresh_from_db()
    assert user.check_password("Osmon-baland-2026")


# --- the first password


def test_an_activation_link_is_used_once_expires_and_is_kept_as_a_hash():
    user = User.objects.create_user("yangi", person=factories.make_person())
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    first = token_of(create_activation(user))
    second = token_of(create_activation(user))
    kept = Activation.objects.get(user=user).token_hash
    assert second not in kept and len(kept) == 64
    words = {"new_password1": "Osmon-baland-2026", "new_password2": "Osmon-baland-2026"}
    assert client.get(reverse("activate", args=[first])).status_code == 410, "a new link ends the older one"
    page = reverse("activate", args=[second])
    assert "yangi" in client.get(page).content.decode()
    wrong = client.post(page, words | {"new_password2": "boshqa"})
    assert wrong.status_code == 200 and wrong.context["form"].errors
    assert client.post(page, {"new_password1": "12345", "new_password2": "12345"}).context["form"].errors
    assert client.post(page, words).status_code == 302
    assert client.post(page, words).status_code == 410 and client.get(page).status_code == 410
    assert sign_in(client, "yangi", "Osmon-baland-2026").status_code == 302

    late = token_of(create_activation(user))
    Activation.objects.filter(user=user, used_at=None).update(expires_at=timezone.now())
    assert client.get(reverse("activate", args=[late])).status_code == 410
    user.is_active = False
    user.save()
    assert client.get(reverse("activate", args=[token_of(create_activation(user))])).status_code == 410


# --- the second factor


@pytest.mark.parametrize("role", [code for code, one in duties.ROLES.items() if one.needs_second_factor])
def test_roles_that_sign_or_hold_money_need_a_second_factor(settings, role):
    settings.REQUIRE_SECOND_FACTOR = True
    unit = factories.make_faculty() if duties.ROLES[role].scope == duties.FACULTY else None
    client = client_in(factories.make_user(role, unit))
    for page in ("/", reverse("structure_faculties_list"), reverse("admin:index")):
        answer = client.get(page)
        assert answer.status_code == 302 and answer["Location"] == reverse("mfa_activate_totp"), page
    assert client.get(reverse("my_account")).status_code == 200
    settings.REQUIRE_SECOND_FACTOR = False
    assert client.get("/").status_code == 200


def test_other_roles_and_other_operators_do_without(settings):
    settings.REQUIRE_SECOND_FACTOR = True
    for role in ("teacher", "student", "library"):
        assert client_in(factories.make_user(role)).get("/").status_code == 200
    mixed = factories.make_user("teacher")
    factories.give_role(mixed, "accounting")
    client = client_in(mixed)
    client.post(reverse("access_switch"), {"assignment": mixed.assignments.get(role="teacher").pk})
    assert client.get("/")["Location"] == reverse("mfa_activate_totp"), "whichever role is put on"


@pytest.mark.duty("7.1")
def test_enrolment_recovery_and_signing_in_with_the_second_factor(settings):
    settings.REQUIRE_SECOND_FACTOR = True
    user = factories.make_user("accounting", login="buxgalter")
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    sign_in(client, "buxgalter")
    assert client.get("/")["Location"] == reverse("mfa_activate_totp")
    page = client.get(reverse("mfa_activate_totp"), follow=True)
    secret = page.context["form"].secret
    text = page.content.decode()
    assert secret in text and "data:image/svg+xml;base64," in text
    assert "img-src 'self' data:" in page["Content-Security-Policy"]
    assert client.post(reverse("mfa_activate_totp"), {"code": "000000"}).status_code == 200
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert answer.status_code == 302 and answer["Location"] == reverse("mfa_view_recovery_codes")
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    shown = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert len(codes) == 10 and all(code in shown for code in codes)
    assert client.get(reverse("finance_contracts_list")).status_code == 200

    # Signing in takes both; a recovery code opens once.
    for used, expected in (("000000", 200), (codes[0], 302)):
        other = Client()
        assert sign_in(other, "buxgalter")["Location"].startswith(reverse("mfa_authenticate"))
        assert not is_in(other)
        assert other.get(reverse("mfa_authenticate")).status_code == 200
        assert other.post(reverse("mfa_authenticate"), {"code": used}).status_code == expected
        assert is_in(other) is (expected == 302)
    cache.clear()
    again = Client()
    sign_in(again, "buxgalter")
    assert again.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 200
    assert not is_in(again)


def test_a_needed_second_factor_is_not_taken_off_by_its_holder(settings):
    for required, left in ((True, True), (False, False)):
        settings.REQUIRE_SECOND_FACTOR = required
        user = factories.make_user("accounting")
        TOTP.activate(user, generate_totp_secret())
        client = Client()
        sign_in(client, user.login)
        client.post(
            reverse("mfa_authenticate"),
            {"code": code_of(unseal(Authenticator.objects.get(user=user).data["secret"]))},
        )
        page = client.get(reverse("mfa_deactivate_totp"), headers={"accept-language": "en"}).content.decode()
        assert ("so the second factor stays on" in page) is left
        client.post(reverse("mfa_deactivate_totp"))
        assert Authenticator.objects.filter(user=user, type="totp").exists() is left
        cache.clear()


def test_keys_of_second_factors_lie_sealed_and_a_new_key_opens_what_the_old_one_sealed(settings):
    user, secret = factories.make_user("accounting"), generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    kept = {one.type: one.data for one in Authenticator.objects.filter(user=user)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, '') FROM mfa_authenticator")
        assert secret not in cursor.fetchone()[0]
    sealed = kept["totp"]["secret"]
    assert unseal(sealed) == secret and kept["recovery_codes"]["seed"].startswith("sealed1:")
    assert seal(secret) != seal(secret), "the same secret twice does not look the same"
    assert Authenticator.objects.get(user=user, type="totp").wrap().validate_code(code_of(secret))
    before = settings.SECRET_KEY
    settings.MFA_KEY = "another key altogether"
    for unreadable in (sealed, secret, sealed[:-4]):
        with pytest.raises(Unreadable):
            unseal(unreadable)
    settings.MFA_KEY_BEFORE = before
    assert unseal(sealed) == secret
    settings.MFA_KEY_BEFORE = ""
    assert unseal(seal(secret)) == secret


def test_the_migration_seals_rows_in_clear_once_and_opens_them_again():
    user = factories.make_user("accounting")
    clear = {"totp": {"secret": "JBSWY3DPEHPK3PXP"}, "recovery_codes": {"migrated_codes": ["a", "b"]}}
    for kind, data in clear.items():
        Authenticator.objects.create(user=user, type=kind, data=data)
    migration = import_module("hemis.access.migrations.0006_seal_second_factors")

    def rows() -> dict:
        return {one.type: one.data for one in Authenticator.objects.filter(user=user)}

    migration.seal(apps, None)
    sealed = rows()
    assert all(text not in str(sealed) for text in ("JBSWY3DPEHPK3PXP", "'a'"))
    migration.seal(apps, None)
    assert rows() == sealed, "what is sealed stays as it is"
    migration.unseal(apps, None)
    assert rows() == clear
    assert unseal_data(seal_data({"seed": "x", "used_mask": 3})) == {"seed": "x", "used_mask": 3}


def test_changing_the_protection_asks_who_it_is_once_more():
    user = factories.make_user(login="xodim")
    client = client_in(user)  # As with an old session: nobody typed a password in it just now.
    for page in ("mfa_activate_totp", "mfa_generate_recovery_codes"):
        answer = client.get(reverse(page))
        assert answer.status_code == 302 and answer["Location"].startswith(reverse("account_reauthenticate"))
    again = reverse("account_reauthenticate")
    assert client.post(again, {"password": "xato"}).status_code == 200
    assert client.post(again, {"password": PASSWORD}).status_code == 302
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


@pytest.mark.duty("A")
def test_the_administrator_helps_who_lost_the_phone_and_ends_sessions():
    user = factories.make_user("accounting", login="buxgalter")
    client = Client()
    sign_in(client, "buxgalter")
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    administration = client_in(factories.make_user("administrator"))
    chosen = {"_selected_action": [user.pk]}
    users = reverse("admin:people_user_changelist")
    assert administration.post(users, chosen | {"action": "remove_second_factor"}).status_code == 302
    assert not Authenticator.objects.filter(user=user).exists()
    assert is_in(client)
    assert administration.post(users, chosen | {"action": "sign_out_everywhere"}).status_code == 302
    assert not is_in(client)


# --- sessions


def test_sessions_are_listed_and_ended_elsewhere_or_everywhere():
    user = factories.make_user(login="xodim")
    clients = [
        Client(HTTP_USER_AGENT=agent)
        for agent in ("Mozilla/5.0 (Windows) Firefox/140", "Chrome/140 Android", "x")
    ]
    for client in clients:
        sign_in(client, "xodim")
    here = clients[0]
    text = here.get(reverse("usersessions_list")).content.decode()
    assert "Firefox · Windows" in text and "Chrome · Android" in text
    assert here.post(reverse("usersessions_list")).status_code == 302
    assert [is_in(client) for client in clients] == [True, False, False]
    sign_in(clients[1], "xodim")
    assert here.post(reverse("sign_out_everywhere"))["Location"] == LOGIN
    assert [is_in(client) for client in clients] == [False, False, False]
    assert not UserSession.objects.filter(user=user).exists()


def test_signing_out_takes_a_press_of_a_button():
    client = client_in(factories.make_user())
    assert client.get(reverse("account_logout")).status_code == 200 and is_in(client)
    assert client.post(reverse("account_logout")).status_code == 302 and not is_in(client)


def test_signing_in_gives_a_new_session():
    factories.make_user(login="xodim")
    client = Client()
    session = client.session
    session["mark"] = "1"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    sign_in(client, "xodim")
    assert client.cookies["sessionid"].value != before


def test_cookies_of_the_session_are_out_of_the_reach_of_scripts_and_other_sites(settings):
    factories.make_user(login="xodim")
    client = Client()
    sign_in(client, "xodim")
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert settings.SESSION_COOKIE_SECURE is settings.SECURE_HTTPS
    settings.SESSION_COOKIE_SECURE = True
    secure = Client()
    sign_in(secure, "xodim")
    assert secure.cookies["sessionid"]["secure"]


@pytest.mark.parametrize("language", ["uz", "ru", "en"])
def test_the_pages_of_the_account_are_reached_from_the_header_and_translated(language):
    user = factories.make_user("accounting", login="xodim")
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    sign_in(client, "xodim")
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    header = client.get("/").content.decode()
    pages = ("my_account", "mfa_index", "usersessions_list", "account_change_password")
    assert all(f'href="{reverse(page)}"' in header for page in pages)
    english = ("Second factor", "Sign out", "Change password", "Recovery codes", "Cancel", "Confirm")
    more = ["mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp", "account_logout"]
    for page in (*pages, *more):
        answer = client.get(reverse(page))
        text = answer.content.decode()
        assert answer.status_code == 200, page
        assert " style=" not in text and "<style" not in text and " onclick=" not in text
        assert all("src=" in part.split(">", 1)[0] for part in text.split("<script")[1:])
        if language != "en":
            assert [word for word in english if word in text] == [], page
