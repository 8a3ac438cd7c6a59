"""History by triggers: on every table, with who and in which request, out of the program's reach (law 5)."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from curriculum.models import SubjectGroup
from hemis.access.activation import create_activation
from hemis.access.history import acting, history_of
from hemis.access.models import Activation, HistoryEntry, RoleAssignment
from hemis.embedded import APP_ROLE
from hemis.jobs.actions import run_now, start
from hemis.jobs.kinds import KINDS, JobKind
from hemis.people.models import User
from structure.models import Unit
from tests import factories

pytestmark = pytest.mark.django_db

# Tables without history, each with the reason. Whatever people edit is not among them.
WITHOUT_HISTORY = {
    "access_historyentry": "it is the history",
    "access_signin": "only added by the program; a trigger refuses every change",
    "documents_numberseries": "a counter; a trigger lets it only go up",
    "documents_verificationcount": "a counter of visits to the public page",
    "jobs_job": "work of the program: its progress is its own record",
    "jobs_jobfailure": "written by the job, never edited",
    "sheets_sheetimport": "an uploaded file; what it brings is recorded where it lands",
    "sheets_sheetfault": "written by the check, never edited",
    "pages_listpreference": "columns and page size of one user",
    "pages_savedview": "a link that one user keeps",
    "notices_notice": "told by the program; a person only reads it",
    "mailbox_message": "a draft is its author's own; a trigger keeps what was sent as it was sent",
    "mailbox_messagefile": "goes with its message",
    "mailbox_delivery": "written by sending; its owner only reads it and puts it away",
    "structure_roomslot": "hours of rooms that triggers derive from bookings and lessons",
    "curriculum_teacherslot": "busy hours that triggers derive from lessons and controls",
    "curriculum_audienceslot": "busy hours that triggers derive from lessons and controls",
    "curriculum_draftplace": "written by the solver, never edited; lessons have their history",
    "curriculum_examplace": "written by the solver, never edited; controls have their history",
    "curriculum_exampart": "written by the solver, never edited; controls have their history",
    "attendance_savedchange": "keys of changes that have arrived; the program forgets them after a while",
    "grading_studentgpa": "written by one set operation from results, which have their history",
    "records_recordline": "only ever added, by its sheet or act; a trigger refuses every change",
    "finance_bankstatement": "written once by the import; a trigger refuses every change",
    "finance_statementline": "what the bank said; a trigger refuses every change but of what the program suggests",
    "finance_payment": "booked once with who and when; a trigger refuses every change",
    "finance_posting": "the journal itself, written by triggers, which refuse every change",
    "finance_receipt": "which paper confirms a payment; the paper has its history",
    "finance_debtreminder": "written by the reminder, never edited",
    "movement_setaside": "written once by the check of a list, never edited",
    "records_blank": "its moves are its history",
    "records_blankmove": "only added, never changed; it is the history of a blank",
    "staff_postassignment": "which post brought which role; the role itself has its history",
    "nightly_nightrun": "written by the night's work: it is a record itself",
    "nightly_nightstep": "written by the night's work: it is a record itself",
    "research_ratingline": "counted by the job; a trigger refuses every change of a frozen rating",
    "research_ratingpart": "counted by the job; a trigger refuses every change of a frozen rating",
    "research_ratingitem": "counted by the job; a trigger refuses every change of a frozen rating",
    "research_unitline": "counted by the job; a trigger refuses every change of a frozen rating",
    "people_user_groups": "unused: what people may do comes from the duty table",
    "people_user_user_permissions": "unused: what people may do comes from the duty table",
}
# Tables of libraries that decide who gets in.
OF_LIBRARIES = {"mfa_authenticator"}


def tables_of_the_project() -> set[str]:
    """Tables of all models of this repository, those of many-to-many fields too."""
    root = Path(settings.BASE_DIR)
    return {
        model._meta.db_table
        for config in apps.get_app_configs()
        if root in Path(config.path).parents and "site-packages" not in config.path
        for model in config.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }


def query(sql: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []


def test_every_table_that_people_edit_has_its_trigger():
    """A new model without ``TrackHistory`` in a migration fails here."""
    found = query("SELECT tgname, tgrelid::regclass::text, tgtype, tgenabled FROM pg_trigger")
    # After each row (1) on DELETE (8), after the statement on INSERT (4) and UPDATE (16); not switched off.
    wanted = {"hemis_history": 1 | 8, "hemis_history_added": 4, "hemis_history_changed": 16}
    by_name = {
        name: {table for one, table, kind, enabled in found if (one, kind, enabled) == (name, what, "O")}
        for name, what in wanted.items()
    }
    tracked = by_name["hemis_history"]
    assert tracked == by_name["hemis_history_added"] == by_name["hemis_history_changed"]
    tables = tables_of_the_project()
    assert set(WITHOUT_HISTORY) <= tables, "an exception for a table that is no more"
    lacking = tables - tracked - set(WITHOUT_HISTORY)
    assert lacking == set(), "add TrackHistory in a migration, or say here why these need none"
    assert tracked & set(WITHOUT_HISTORY) == set()
    assert tracked >= OF_LIBRARIES


def test_the_trigger_records_what_raw_sql_does():
    group = SubjectGroup.objects.create(code="GSE", name="Gumanitar fanlar")
    with acting(4711, "request-1"):
        query("UPDATE curriculum_subjectgroup SET name = 'Yangi nom' WHERE id = %s", group.pk)
    query("DELETE FROM curriculum_subjectgroup WHERE id = %s", group.pk)
    deleted, changed, created = history_of(group)
    assert (created.action, changed.action, deleted.action) == ("I", "U", "D")
    assert (changed.actor_id, changed.request_id) == (4711, "request-1")
    assert changed.changes == {"name": [group.name, "Yangi nom"]}
    assert deleted.changes["name"] == ["Yangi nom", None]
    assert created.fields == {
        "id": [None, group.pk], "code": [None, "GSE"], "name": [None, "Gumanitar fanlar"], "is_active": [None, True],
    }  # fmt: skip
    assert (deleted.actor_id, deleted.request_id) == (None, "")


def test_each_row_of_one_statement_is_recorded_and_those_that_were_there_are_not():
    SubjectGroup.objects.create(code="A", name="Bor edi")
    query(
        "INSERT INTO curriculum_subjectgroup (version, code, name, name_ru, name_en, is_active) "
        "SELECT 1, code, 'Fanlar', '', '', true FROM unnest(ARRAY['A', 'B', 'C']) code "
        "ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name"
    )
    latest = HistoryEntry.objects.filter(table="curriculum_subjectgroup").order_by("pk")[1:]
    found = [(one.action, one.fields.get("code"), one.fields["name"]) for one in latest]
    assert sorted(found, key=str) == [
        ("I", [None, "B"], [None, "Fanlar"]),
        ("I", [None, "C"], [None, "Fanlar"]),
        ("U", None, ["Bor edi", "Fanlar"]),
    ]


ALL_KINDS = """
CREATE TABLE {name} (
    id int PRIMARY KEY, name text, score numeric(5, 2), facts jsonb, days date[], at timestamptz, password text,
    search_text text, photo text, gone int)
"""
# One statement each: some rows, all, none changed, hidden and secret columns, nulls, and keys that
# change, by which no row would be found again.
CHANGES = (
    "UPDATE {name} SET score = score + 1, name = upper(name) WHERE id % 2 = 0",
    "UPDATE {name} SET score = score * 1.0, facts = facts || '{{}}', search_text = name, photo = 'other'",
    "UPDATE {name} SET password = md5(id::text), name = NULL WHERE id < 3",
    "UPDATE {name} SET password = NULL, days = NULL, at = at + interval '1 day' WHERE id IN (1, 4)",
    "UPDATE {name} SET name = '', facts = 'null' WHERE id IN (2, 3)",
    "UPDATE {name} SET facts = NULL, name = 'x' WHERE id IN (2, 3)",
    "UPDATE {name} SET id = 100 - id",
    "UPDATE {name} SET name = 'nobody' WHERE id = -1",
    "INSERT INTO {name} (id, name) SELECT n, 'n' || n FROM generate_series(98, 102) n "
    "ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name",
)


def test_the_statement_records_exactly_what_the_rows_would():
    """The same changes of two tables, one recorded row by row as it was until 0009, the other by the statement."""
    statement = "REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after FOR EACH STATEMENT"
    by_row = _recorded("history_by_row", "FOR EACH ROW EXECUTE FUNCTION hemis_history")
    by_statement = _recorded("history_by_statement", f"{statement} EXECUTE FUNCTION hemis_history_changed")
    assert len(by_row) == 17
    assert by_row == by_statement
    assert ("99", "U", {"id": [1, 99]}, None) in by_statement
    assert {"password": [None, None], "name": ["n1", None]} in [
        changes for _row, _do, changes, _new in by_statement
    ]
    assert not any({"search_text", "photo"} & set(changes) for _row, _do, changes, _new in by_statement)


def _recorded(table: str, how: str) -> list[tuple]:
    query(ALL_KINDS.format(name=table))
    query(f"ALTER TABLE {table} DROP COLUMN gone")
    query(
        f"INSERT INTO {table} SELECT n, 'n' || n, n, '{{\"a\": 1}}', ARRAY['2026-09-01'::date], "
        "'2026-09-01', 'p' || n, 's', 'f' FROM generate_series(1, 5) n"
    )
    query(
        f"CREATE TRIGGER tried AFTER UPDATE ON {table} {how}('id', 'search_text,photo', 'password,secret,data')"
    )
    for one in CHANGES:
        query(one.format(name=table))
    found = HistoryEntry.objects.filter(table=table).order_by("pk")
    return [(one.row_id, one.action, one.changes, one.added) for one in found]


def test_a_change_of_nothing_is_no_history():
    unit = factories.make_faculty()
    before = history_of(unit).count()
    query("UPDATE structure_unit SET name = name, version = version + 1 WHERE id = %s", unit.pk)
    assert history_of(unit).count() == before


def test_what_is_rolled_back_leaves_neither_history_nor_actor():
    unit = factories.make_faculty()
    before = history_of(unit).count()
    with pytest.raises(ZeroDivisionError), transaction.atomic(), acting(1, "lost"):
        Unit.objects.filter(pk=unit.pk).update(name="Yoʻqoladi")
        raise ZeroDivisionError
    assert history_of(unit).count() == before
    assert query("SELECT coalesce(current_setting('hemis.actor', true), '')") == [("",)]


def test_acting_within_acting_gives_the_word_back():
    unit = factories.make_faculty()
    with acting(1, "outer"):
        with acting(2, "inner"):
            Unit.objects.filter(pk=unit.pk).update(name="Ikki")
        Unit.objects.filter(pk=unit.pk).update(name="Bir")
    assert [(one.actor_id, one.request_id) for one in history_of(unit)[:2]] == [(1, "outer"), (2, "inner")]


# --- who and which request, from wherever a change comes


def test_a_page_records_its_user_and_request():
    factories.make_university()
    unit, hr = factories.make_faculty(), factories.make_user("hr")
    client = Client()
    client.force_login(hr)
    edit = reverse("structure_faculties_edit", args=[unit.pk])
    form = client.get(edit).context["form"]
    values = {name: form.initial.get(name, field.initial) for name, field in form.fields.items()}
    data = {name: value for name, value in values.items() if value is not None and value is not False}
    answer = client.post(edit, data | {"name": "Nomi oʻzgardi", "row_version": unit.version})
    assert answer.status_code == 302, answer.context["form"].errors
    entry = history_of(unit).first()
    assert (entry.actor_id, entry.request_id) == (hr.pk, answer["X-Request-ID"])
    assert entry.changes["name"] == [unit.name, "Nomi oʻzgardi"]
    assert query("SELECT coalesce(current_setting('hemis.actor', true), '')") == [("",)], "cleared afterwards"


def test_a_job_records_its_owner_and_number(monkeypatch):
    unit, hr = factories.make_faculty(), factories.make_user("hr")

    class Rename(JobKind):
        title = "Renaming"

        def units(self, job):
            return [unit.pk]

        def run(self, job, keys):
            Unit.objects.filter(pk__in=keys).update(name="Ishdan keyin")

    monkeypatch.setitem(KINDS, "tests.rename", Rename)
    job = start("tests.rename", user=hr, params={})
    run_now(job)
    entry = history_of(unit).first()
    assert (entry.actor_id, entry.request_id) == (hr.pk, f"job-{job.pk}")


def test_the_administration_records_the_administrator():
    administrator, user = factories.make_user("administrator"), factories.make_user()
    client = Client()
    client.force_login(administrator)
    facts = {
        "user": user.pk,
        "role": "hr",
        "unit": "",
        "valid_from": "2026-09-01",
        "valid_to": "",
        "note": "",
    }
    answer = client.post(reverse("admin:access_roleassignment_add"), facts)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    entry = history_of(RoleAssignment.objects.get(user=user)).get()
    assert (entry.actor_id, entry.request_id) == (administrator.pk, answer["X-Request-ID"])


def test_a_first_password_is_recorded_as_set_by_its_owner():
    user = factories.make_user()
    link = create_activation(user)
    words = {"new_password1": "Yangi-parol-2026", "new_password2": "Yangi-parol-2026"}
    answer = Client().post(reverse("activate", args=[link.rstrip("/").rsplit("/", 1)[-1]]), words)
    entry = history_of(user).first()
    assert (entry.actor_id, entry.request_id) == (user.pk, answer["X-Request-ID"])


# --- secrets


def test_secrets_are_recorded_as_changed_and_not_by_value():
    user = factories.make_user()
    user.set_password("Boshqa-parol-2026")
    user.save()
    assert history_of(user).first().changes == {"password": [None, None]}
    token = create_activation(user).rstrip("/").rsplit("/", 1)[-1]
    activation = Activation.objects.get(user=user)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    entries = [*history_of(activation), *history_of(Authenticator.objects.get(user=user))]
    assert entries[-1].fields["data"] == [None, None]
    everything = str(list(HistoryEntry.objects.values_list("changes", "added")))
    user.refresh_from_db()
    for hidden in (token, activation.token_hash, secret, user.password, "Boshqa-parol-2026"):
        assert hidden not in everything


# --- the application's database role


FORBIDDEN = [
    "INSERT INTO access_historyentry (table_name, row_id, action, at, request_id, changes) "
    "VALUES ('people_person', '1', 'U', now(), '', '{}')",
    "UPDATE access_historyentry SET actor_id = 1",
    "DELETE FROM access_historyentry",
    "TRUNCATE access_historyentry",
    "TRUNCATE structure_unit CASCADE",
    "ALTER TABLE access_historyentry DISABLE TRIGGER ALL",
    "ALTER TABLE access_historyentry ADD COLUMN more text",
    "DROP TABLE access_historyentry",
    "ALTER TABLE people_person DISABLE TRIGGER hemis_history",
    "ALTER TABLE people_person DISABLE TRIGGER ALL",
    "DROP TRIGGER hemis_history ON people_person",
    "DROP TRIGGER hemis_history_added ON people_person",
    "ALTER TABLE people_person DISABLE TRIGGER hemis_history_added",
    "DROP TRIGGER hemis_history_changed ON people_person",
    "ALTER TABLE people_person DISABLE TRIGGER hemis_history_changed",
    "CREATE OR REPLACE FUNCTION hemis_history_changed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE OR REPLACE FUNCTION hemis_history_added() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "DROP TRIGGER history_frozen ON access_historyentry",
    "CREATE TRIGGER more BEFORE INSERT ON people_person FOR EACH ROW EXECUTE FUNCTION hemis_history('id', '', '')",
    "DROP FUNCTION hemis_history() CASCADE",
    "ALTER FUNCTION hemis_history() SECURITY INVOKER",
    "CREATE OR REPLACE FUNCTION hemis_history() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE TABLE public.people_person_too (id int)",
    "SET session_replication_role = replica",
    "SELECT set_config('session_replication_role', 'replica', false)",
    "SELECT setval('access_historyentry_id_seq', 1)",
    "UPDATE django_migrations SET name = ''",
    "SET ROLE hemis_owner",
    "ALTER ROLE hemis_app SUPERUSER",
    "CREATE TEMP TABLE people_person (id int); CREATE TRIGGER forged AFTER INSERT ON pg_temp.people_person "
    "FOR EACH ROW EXECUTE FUNCTION hemis_history('id', '', '')",
    "CREATE TEMP TABLE people_person (id int); CREATE TRIGGER forged AFTER INSERT ON pg_temp.people_person "
    "REFERENCING NEW TABLE AS added_rows FOR EACH STATEMENT EXECUTE FUNCTION hemis_history_added('id', '', '')",
    "CREATE TEMP TABLE people_person (id int); CREATE TRIGGER forged AFTER UPDATE ON pg_temp.people_person "
    "REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after "
    "FOR EACH STATEMENT EXECUTE FUNCTION hemis_history_changed('id', '', '')",
]


@pytest.fixture
def application():
    """A connection as the application makes it, to the database of this test."""
    facts = connection.settings_dict
    with psycopg.connect(
        dbname=facts["NAME"], user=APP_ROLE, host=facts["HOST"], port=facts["PORT"] or None, autocommit=True
    ) as session:
        yield session


def test_the_applications_role_can_neither_write_history_nor_switch_it_off(application):
    assert application.execute("SELECT current_user").fetchone() == (APP_ROLE,)
    application.execute("SELECT count(*) FROM access_historyentry")  # Reading it is what pages do.
    allowed = []
    for sql in FORBIDDEN:
        try:
            application.execute(sql)
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.DependentObjectsStillExist):
            continue
        allowed.append(sql)
    assert allowed == []


def test_the_applications_role_is_nobody_special(application):
    facts = application.execute(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication FROM pg_roles "
        "WHERE rolname = current_user"
    ).fetchone()
    assert facts == (False,) * 5
    assert application.execute(
        "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
    ).fetchone() == (0,)
    assert application.execute(
        "SELECT count(*) FROM pg_auth_members WHERE member = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
    ).fetchone() == (0,)


def test_what_the_applications_role_writes_is_recorded():
    """It causes history by writing, though it cannot write history."""
    unit = factories.make_faculty()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")
        cursor.execute("UPDATE structure_unit SET name = 'Dastur yozdi' WHERE id = %s", [unit.pk])
        cursor.execute("RESET ROLE")
    assert history_of(unit).first().changes == {"name": [unit.name, "Dastur yozdi"]}


def test_a_temporary_table_of_the_same_name_catches_no_history():
    unit = factories.make_faculty()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")
        cursor.execute(
            "CREATE TEMP TABLE access_historyentry (LIKE public.access_historyentry INCLUDING DEFAULTS)"
        )
        cursor.execute("GRANT ALL ON pg_temp.access_historyentry TO PUBLIC")
        cursor.execute("UPDATE structure_unit SET name = 'Yashirin' WHERE id = %s", [unit.pk])
        cursor.execute("RESET ROLE")
        cursor.execute(
            "SELECT count(*) FROM public.access_historyentry WHERE table_name = 'structure_unit' "
            "AND row_id = %s AND changes ? 'name' AND action = 'U'",
            [str(unit.pk)],
        )
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize(
    "sql", ["UPDATE access_historyentry SET actor_id = 1", "DELETE FROM access_historyentry"]
)
def test_even_the_owner_does_not_rewrite_history(sql):
    factories.make_faculty()
    with pytest.raises(DatabaseError, match="History is written by triggers only"), transaction.atomic():
        query(sql)


# --- reading it


@pytest.mark.duty("A")
def test_the_administrator_reads_history_and_changes_nothing():
    unit = factories.make_faculty()
    client = Client()
    client.force_login(factories.make_user("administrator"))
    entry = history_of(unit).get()
    assert client.get(reverse("admin:access_historyentry_changelist"), {"q": unit.pk}).status_code == 200
    assert client.get(reverse("admin:access_historyentry_change", args=[entry.pk])).status_code == 200
    for page, args in (("add", []), ("delete", [entry.pk])):
        where = reverse(f"admin:access_historyentry_{page}", args=args)
        assert client.post(where, {"post": "yes"}).status_code == 403
    assert client.post(reverse("admin:access_historyentry_change", args=[entry.pk]), {}).status_code == 403


def test_every_card_shows_who_changed_what():
    factories.make_university()
    unit, hr = factories.make_faculty(), factories.make_user("hr")
    with acting(hr.pk, "r"):
        Unit.objects.filter(pk=unit.pk).update(name="Tarixli fakultet")
    client = Client()
    client.force_login(User.objects.get(pk=hr.pk))
    text = client.get(reverse("structure_faculties_history", args=[unit.pk])).content.decode()
    assert "Tarixli fakultet" in text and str(hr.person) in text
