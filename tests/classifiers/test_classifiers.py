"""National classifiers: built in, loaded from the ministry's file, guarded, matched."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from hemis.access.models import HistoryEntry
from hemis.classifiers import guards, queries
from hemis.classifiers.loading import BadClassifierFile, load_builtin, read_builtin, read_ministry_file
from hemis.classifiers.models import ClassifierItem, ClassifierList
from hemis.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_copy():
    queries.forget()
    yield
    queries.forget()


@pytest.fixture
def ministry_file(tmp_path):
    """Writes a file in the ministry's shape and returns its path."""

    def write(content, name="classifiers.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


def gender(*options, name="Jins turlari"):
    return {"h_gender": {"name": {"uz-UZ": name}, "options": [{"code": c, "uz-UZ": n} for c, n in options]}}


def load(path, **options):
    out = StringIO()
    call_command("load_classifiers", path, stdout=out, **options)
    return out.getvalue()


class TestBuiltin:
    def test_every_list_has_names_in_all_languages(self):
        for data in read_builtin():
            assert data.options, data.code
            for part in (data, *data.options):
                assert all(part.names.values()), part
                assert "'" not in part.names["name_uz"]

    def test_is_there_after_migrating_and_adding_it_again_changes_nothing(self, django_assert_num_queries):
        assert queries.label("h_gender", "11", "ru") == "Мужчина"
        count = ClassifierItem.objects.count()
        with django_assert_num_queries(2):
            load_builtin()
        assert ClassifierItem.objects.count() == count > 350

    def test_leaves_lists_of_the_ministry_alone(self, ministry_file):
        load(ministry_file(gender(("11", "Erkaklar"))))
        load_builtin()
        assert [code for code, _name in queries.choices("h_gender")] == ["11"]
        assert queries.label("h_gender", "11") == "Erkaklar"


class TestLoading:
    def test_adds_renames_retires_and_reinstates(self, ministry_file):
        told = load(ministry_file(gender(("11", "Erkak"), ("12", "Ayollar"), ("13", "Boshqa"))))
        assert "1 added" in told and "1 retired" in told and "12 Ayol" not in told.replace("Ayol ->", "")
        assert "~ 12: Ayol -> Ayollar" in told
        assert [code for code, _name in queries.choices("h_gender")] == ["11", "12", "13"]
        assert queries.label("h_gender", "10") == "Nomaʼlum", "a retired option stays readable"
        told = load(
            ministry_file(gender(("10", "Nomaʼlum"), ("11", "Erkak"), ("12", "Ayollar"), ("13", "Boshqa")))
        )
        assert "+ 10 Nomaʼlum (in use again)" in told

    def test_second_run_changes_nothing(self, ministry_file):
        path = ministry_file(gender(("10", "Nomalum"), ("11", "Erkak"), ("12", "Ayol")))
        load(path)
        before = HistoryEntry.objects.count()
        assert "no lists changed" in load(path)
        assert HistoryEntry.objects.count() == before

    def test_dry_run_writes_nothing(self, ministry_file):
        told = load(ministry_file(gender(("11", "Erkaklar"))), dry_run=True)
        assert "Nothing was written." in told
        assert queries.label("h_gender", "11") == "Erkak"

    def test_apostrophes_and_scripts_are_put_right(self, ministry_file):
        load(
            ministry_file(
                {"h_new": {"name": {"uz-UZ": "Yangi"}, "options": [{"code": "1", "uz-UZ": "O‘zbek ta‘lim"}]}}
            )
        )
        item = ClassifierItem.objects.get(list="h_new")
        assert (item.name_uz, item.name_cyrl) == ("Oʻzbek taʼlim", "Ўзбек таълим")

    def test_history_tells_the_rename(self, ministry_file):
        load(ministry_file(gender(("11", "Erkaklar"))))
        entry = HistoryEntry.objects.filter(
            table="classifiers_classifieritem", action="U", changes__has_key="name_uz"
        )
        assert entry.get().changes["name_uz"] == ["Erkak", "Erkaklar"]

    @pytest.mark.parametrize(
        "content",
        [
            "",
            "not json",
            "[]",
            "{}",
            '{"h_x": 1}',
            '{"h_x": {"name": {}, "options": []}}',
            '{"h_x": {"options": [{"uz-UZ": "A"}]}}',
            '{"h_x": {"options": [{"code": "1"}]}}',
            '{"h_x": {"options": [{"code": "1", "uz-UZ": "A"}, {"code": "1", "uz-UZ": "B"}]}}',
            '{"h_x": {"options": [{"code": "1", "uz-UZ": "A"}]}, "h_x": {"options": [{"code": "2"}]}}',
            '{"h_x": {"options": [{"code": 7, "uz-UZ": "A"}]}}',
            "[" * 100_000,
        ],
    )
    def test_a_bad_file_is_refused_and_nothing_written(self, ministry_file, content):
        path = ministry_file(content)
        with pytest.raises(BadClassifierFile):
            read_ministry_file(path)
        with pytest.raises(CommandError):
            load(path)
        assert not ClassifierList.objects.filter(code="h_x").exists()

    def test_a_missing_file_is_refused(self, tmp_path):
        with pytest.raises(CommandError, match="cannot be read|oʻqib boʻlmadi"):
            load(tmp_path / "none.json")


class TestReading:
    def test_labels_follow_the_language(self):
        person = Person(gender="12")
        expected = {"uz": "Ayol", "ru": "Женщина", "en": "Female", "uz-cyrl": "Аёл"}
        for language, name in expected.items():
            with translation.override(language):
                assert person.get_gender_display() == name
                assert dict(queries.choices("h_gender"))["12"] == name

    def test_one_query_serves_all(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            queries.choices("h_gender")
            queries.label("h_soato", "1703")
            queries.code_for("h_language", "rus")

    def test_another_worker_sees_a_new_version(self, monkeypatch):
        assert queries.label("h_gender", "11") == "Erkak"
        ClassifierItem.objects.filter(list="h_gender", code="11").update(name_uz="Oʻgʻil")
        assert queries.label("h_gender", "11") == "Erkak", "a raw update is seen with the next version only"
        queries.cache.set(queries.VERSION_KEY, "from another process")
        monkeypatch.setattr(queries, "RECHECK", 0)
        assert queries.label("h_gender", "11") == "Oʻgʻil"
        queries.cache.delete(queries.VERSION_KEY)

    def test_a_retired_code_stays_valid_where_it_stands(self, ministry_file):
        from django.forms import modelform_factory

        load(ministry_file(gender(("11", "Erkak"), ("12", "Ayol"))))
        form_class = modelform_factory(Person, fields=["gender"])
        offered = [code for code, _name in form_class(instance=Person(gender="12"))["gender"].field.choices]
        assert "10" not in offered
        form = form_class(instance=Person(gender="10"))
        assert "10" in [code for code, _name in form["gender"].field.choices]


class TestMatching:
    @pytest.mark.parametrize(
        ("list_code", "text", "code"),
        [
            ("h_gender", "erkak", "11"),
            ("h_gender", "ЭРКАК", "11"),
            ("h_gender", "жен", "12"),
            ("h_gender", "12.0", "12"),
            ("h_education_type", "Bakalavr", "11"),
            ("h_education_form", "Kunduzgi", "11"),
            ("h_education_form", "сиртқи", "13"),
            ("h_payment_form", "To'lov shartnoma", "12"),
            ("h_payment_form", "TO‘LOV-SHARTNOMA", "12"),
            ("h_payment_form", "davlat granti", "11"),
            ("h_language", "o`zbek tili", "11"),
            ("h_language", "Русский язык", "12"),
            ("h_course", "1 kurs", "11"),
            ("h_course", "3", "13"),
            ("h_nationality", "ўзбеклар", "1161"),
            ("h_social_category", "boshqa", "10"),
            ("h_soato", "Fargona viloyati", "1730"),
            ("h_soato", "G'ijduvon tumani", "1706215"),
            ("h_soato", "Xorazm", "1733"),
            ("h_soato", "toshkent shahri", "1726"),
            ("h_soato", "Toshkent", None),
            ("h_soato", "Toshket", None),
            ("h_soato", "Atlantida", None),
            ("h_gender", "", None),
        ],
    )
    def test_names_as_people_write_them(self, list_code, text, code):
        assert queries.code_for(list_code, text) == code

    def test_codes_may_be_narrowed(self):
        assert queries.code_for("h_soato", "Asaka tumani", among=lambda code: len(code) == 4) is None

    def test_a_misspelt_name_gets_a_hint(self):
        assert queries.closest("h_soato", "Toshket shahri") == "Toshkent shahri"
        assert queries.closest("h_soato", "Atlantida") is None


class TestGuards:
    def test_every_classifier_column_is_guarded(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE 'hemis_codes_%%'"
            )
            have = set(cursor.fetchall())
        for table in guards.guarded_columns():
            assert {(table, "hemis_codes_insert"), (table, "hemis_codes_update")} <= have
        assert guards.install() == [], "a second run finds nothing to do"

    def test_a_table_made_anew_is_guarded_again(self):
        table = Person._meta.db_table
        with connection.cursor() as cursor:
            for when in ("insert", "update"):
                cursor.execute(f"DROP TRIGGER hemis_codes_{when} ON {table}")
        assert guards.install() == [table]
        with pytest.raises(IntegrityError, match="Unknown code"), transaction.atomic():
            Person.objects.create(
                last_name="A", first_name="B", passport="AA3", citizenship="12", gender="99"
            )

    @pytest.mark.parametrize(("column", "code"), [("gender", "99"), ("country", "XX"), ("region", "0")])
    def test_the_database_refuses_an_unknown_code(self, column, code):
        person = Person.objects.create(last_name="A", first_name="B", passport="AA1", citizenship="12")
        with pytest.raises(IntegrityError, match="Unknown code"), transaction.atomic():
            Person.objects.filter(pk=person.pk).update(**{column: code})
        with pytest.raises(IntegrityError, match="Unknown code"), transaction.atomic():
            Person.objects.bulk_create(
                [Person(last_name="A", first_name="B", passport="AA2", **{"citizenship": "12", column: code})]
            )

    def test_codes_are_neither_deleted_nor_renumbered(self):
        item = ClassifierItem.objects.get(list="h_gender", code="11")
        with pytest.raises(IntegrityError), transaction.atomic():
            item.delete()
        with pytest.raises(IntegrityError), transaction.atomic():
            ClassifierItem.objects.filter(pk=item.pk).update(code="77")
