"""The finer points of the admission list: places, people who are known, empty cells, strange sheets."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from hemis.access.history import history_of
from hemis.access.scope import Access, Scope
from hemis.classifiers.models import ClassifierList
from hemis.people.identifiers import MALE
from hemis.people.models import Person
from hemis.sheets.declaration import Saved
from hemis.sheets.reading import SheetRefused, read_table
from students import admission, rules
from students.models import Candidate, Group, Programme, Student
from students.sheets import AdmissionSheet
from tests.factories import (
    access_of,
    make_admission_setting,
    make_candidate,
    make_faculty,
    make_group,
    make_person,
    make_pinfl,
    make_programme,
    make_students,
    make_user,
)
from tests.sharing import shared
from tests.sheets.books import xlsx

GOOD = {
    "Familiya": "Karimov",
    "Ism": "Akmal",
    "Otasining ismi": "Komil oʻgʻli",
    "JSHSHIR": "",
    "Pasport": "",
    "Tug‘ilgan sana": datetime.date(2007, 5, 21),
    "Jinsi": "Erkak",
    "Fuqarolik": "Oʻzbekiston Respublikasi fuqarosi",
    "Davlat": "",
    "Millati": "Oʻzbeklar",
    "Viloyat": "Toshkent shahri",
    "Tuman": "Chilonzor tumani",
    "Manzil": "Navoiy koʻchasi, 1",
    "Telefon": "+998901234567",
    "Ta’lim turi": "Bakalavriat",
    "Ta’lim shakli": "Kunduzgi",
    "To‘lov shakli": "Davlat granti",
    "Mutaxassislik kodi": "60610100",
    "Mutaxassislik": "",
    "Kurs": "1-kurs",
    "Guruh": "610-26.01",
    "O‘quv tili": "Oʻzbek tili",
    "Ijtimoiy toifa": "Boshqa",
    "Ball": 120.5,
}
_passports = iter(f"KA{number:07d}" for number in range(1, 10**6))


def row(**changes) -> dict:
    """A good row of a new person, with changes by header (``_`` for a space)."""
    changes = {header.replace("_", " "): value for header, value in changes.items()}
    return GOOD | {"JSHSHIR": make_pinfl(), "Pasport": next(_passports)} | changes


@shared
def faculty(db):
    return make_admission_setting()


@shared
def access(faculty):
    return access_of(make_user("dean", faculty))


def check(access, *rows, above=(), headers=None):
    table = [*above, list(headers or GOOD), *[[one.get(header, "") for header in GOOD] for one in rows]]
    sheet = AdmissionSheet(access, {"year": 2026})
    return sheet, sheet.check(read_table(xlsx(table)))


def faults(checked) -> set[tuple[str, str]]:
    return {(one.column, one.fault) for one in checked.faults}


def test_a_good_row_is_good(access):
    _sheet, checked = check(access, row())
    assert (len(checked.good), checked.faults) == (1, [])


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"Tuman": "Asaka tumani"}, ("Tuman", "district_region_mismatch")),
        ({"Ta’lim_shakli": "Masofaviy"}, ("Ta’lim shakli", "unknown_programme")),
        ({"Ta’lim_turi": "Magistratura"}, ("Ta’lim turi", "speciality_of_other_type")),
        ({"Guruh": "610-26.99"}, ("Guruh", "unknown_group")),
        ({"Guruh": "110-26.01"}, ("Guruh", "group_of_other_speciality")),
        ({"Mutaxassislik_kodi": "60610101"}, ("Mutaxassislik kodi", "unknown_speciality")),
        ({"Jinsi": ""}, ("Jinsi", "unknown_gender")),
        ({"JSHSHIR": ""}, ("JSHSHIR", "missing_pinfl")),
        ({"JSHSHIR": "1234"}, ("JSHSHIR", "bad_pinfl")),
        ({"Telefon": "12"}, ("Telefon", "bad_phone")),
        ({"Ball": ""}, ("Ball", "score_out_of_range")),
        ({"Ism": "   "}, ("Ism", "missing_name")),
        ({"Kurs": "9-kurs"}, ("Kurs", "unknown_course")),
    ],
)
def test_each_bad_cell_is_named(access, changes, fault):
    _sheet, checked = check(access, row(), row(**changes))
    assert faults(checked) == {fault}
    assert [one.row for one in checked.faults] == [3]
    assert len(checked.good) == 1


def test_all_faults_of_a_row_are_told_at_once(access):
    changes = {"Ball": 500, "Tuman": "Asaka tumani", "Ta’lim_shakli": "Masofaviy", "Pasport": "1", "Ism": ""}
    _sheet, checked = check(access, row(**changes))
    assert {fault for _column, fault in faults(checked)} == {
        "score_out_of_range",
        "district_region_mismatch",
        "unknown_programme",
        "bad_passport",
        "missing_name",
    }


def test_a_bad_pinfl_brings_no_other_complaint(access):
    pinfl = make_pinfl()
    wrong = pinfl[:13] + str((int(pinfl[13]) + 1) % 10)
    _sheet, checked = check(access, row(JSHSHIR=wrong, **{"Jinsi": "Ayol", "Tug‘ilgan_sana": "01.01.1999"}))
    assert faults(checked) == {("JSHSHIR", "pinfl_check_digit")}
    first = row(JSHSHIR=pinfl)
    _sheet, checked = check(access, first, row(JSHSHIR=pinfl, Jinsi="Ayol"), row(JSHSHIR=pinfl))
    assert [(one.row, one.fault) for one in checked.faults] == [
        (3, "duplicate_pinfl"),
        (4, "duplicate_pinfl"),
    ]


def test_hints_say_what_would_be_right(access):
    changes = {"Guruh": "610-26.1", "Tuman": "Asaka tumani", "Ball": 200}
    _sheet, checked = check(access, row(**changes), row(**{"Ta’lim_shakli": "Masofaviy"}))
    hints = {one.fault: one.hint for one in checked.faults}
    assert "610-26.01" in hints["unknown_group"]
    assert "Andijon viloyati" in hints["district_region_mismatch"]
    assert "189" in hints["score_out_of_range"]
    assert "Kunduzgi" in hints["unknown_programme"]


def test_an_unknown_district_counts_only_against_the_complete_list(access):
    sheet, checked = check(access, row(Tuman="Yangi Hayot tumani"))
    assert checked.faults == []
    assert any(one.column == "Tuman" for one in checked.notices)
    sheet.save(checked.good)
    assert Person.objects.get(pinfl=checked.good[0]["pinfl"]).address.startswith("Yangi Hayot tumani")
    ClassifierList.objects.filter(code="h_soato").update(
        loaded_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    )
    _sheet, checked = check(access, row(Tuman="Yangi Hayot tumani"))
    assert faults(checked) == {("Tuman", "unknown_district")}


def test_a_mixed_group_is_no_fault(access):
    Group.objects.filter(name="610-26.01").update(education_form="12", language="12")
    _sheet, checked = check(access, row(), row(**{"Ta’lim_shakli": "Sirtqi", "O‘quv_tili": "Rus tili"}))
    assert (len(checked.good), checked.faults) == (2, [])


@pytest.mark.duty("2.1")
def test_nobody_is_taken_over_from_another_faculty(access):
    """A candidate of the neighbours stays theirs, whatever list names the person."""
    other = make_faculty("303-102")
    taken = make_candidate(make_group(other, "999-26.01", "60999900"))
    changes = {"JSHSHIR": taken.person.pinfl, "Familiya": "Nomzodov"}
    _sheet, checked = check(access, row(**changes))
    assert faults(checked) == {("JSHSHIR", "candidate_elsewhere")}


def test_a_student_of_another_year_or_other_facts_is_named(faculty, access):
    student = make_students(faculty, 1, group=make_group(faculty, "610-26.01"))[0]
    person, candidate = student.person, Candidate.objects.get(student=student)
    same = {
        "JSHSHIR": person.pinfl,
        "Familiya": person.last_name,
        "Ism": person.first_name,
        "Otasining ismi": person.middle_name,
        "Pasport": person.passport,
        "To‘lov_shakli": "Toʻlov-shartnoma",
        "Telefon": person.phone,
        "Ball": float(candidate.score),
    }
    _sheet, checked = check(access, row(**same))
    assert checked.faults == []
    _sheet, checked = check(access, row(**(same | {"Ball": 180})))
    assert faults(checked) == {("JSHSHIR", "already_student")}
    assert Student.objects.count() == 1


def test_a_number_known_under_another_name_is_named(access):
    known = make_person("Rahimov", "Botir")
    _sheet, checked = check(access, row(JSHSHIR=known.pinfl))
    assert faults(checked) == {("JSHSHIR", "pinfl_of_another")}
    _sheet, checked = check(access, row(JSHSHIR=known.pinfl, Familiya="Rahimov"))
    assert checked.faults == []


def test_one_passport_is_one_persons(access):
    known = make_person()
    _sheet, checked = check(
        access, row(Pasport=known.passport), row(Pasport="ZZ0000001"), row(Pasport="zz 0000001")
    )
    assert [(one.row, one.fault) for one in checked.faults] == [
        (2, "passport_of_another"),
        (4, "duplicate_passport"),
    ]


def test_foreign_passports_are_judged_by_the_citizenship(access):
    foreign = {"Fuqarolik": "Xorijiy davlat fuqarosi", "Pasport": "N1234567"}
    sheet, checked = check(access, row(**foreign), row(Pasport="N1234568"))
    assert [(one.row, one.fault) for one in checked.faults] == [(3, "bad_passport")]


def test_an_unknown_gender_is_told_by_the_pinfl(access):
    _sheet, checked = check(access, row(Jinsi="Nomaʼlum"))
    assert checked.good[0]["gender"] == MALE


def test_empty_cells_erase_nothing(access):
    sheet, checked = check(access, row())
    sheet.save(checked.good)
    person = Person.objects.get(pinfl=checked.good[0]["pinfl"])
    entries = history_of(person).count()
    silent = row(JSHSHIR=person.pinfl, Pasport=person.passport, Telefon="", Manzil="", Tuman="", Millati="")
    sheet, checked = check(access, silent)
    saved = sheet.save(checked.good)
    assert (saved.added, saved.changed, saved.unchanged) == (0, 0, 1)
    person.refresh_from_db()
    assert (person.phone, person.district) == ("+998901234567", "1726294")
    assert history_of(person).count() == entries


def test_a_changed_cell_is_in_the_history(access):
    sheet, checked = check(access, row())
    sheet.save(checked.good)
    person = Person.objects.get(pinfl=checked.good[0]["pinfl"])
    sheet, checked = check(access, row(JSHSHIR=person.pinfl, Pasport=person.passport, Telefon="909999999"))
    assert sheet.plan(checked.good).changed == 1
    assert sheet.save(checked.good).changed == 1
    assert history_of(person).first().changes["phone"] == ["+998901234567", "+998909999999"]


def test_keys_are_those_of_the_person_itself(access):
    """Search and sort keys of the bulk way equal those that saving a person makes."""
    rows = [row(), row(Familiya="Oʻrinov", Ism="Gʻayrat", **{"Otasining ismi": ""}), row(Telefon="")]
    sheet, checked = check(access, *rows)
    sheet.save(checked.good)
    for person in Person.objects.filter(pinfl__in=[one["pinfl"] for one in checked.good]):
        keys = (person.search_text, person.sort_key)
        person.set_keys()
        assert keys == (person.search_text, person.sort_key)


def test_backslashes_and_quotes_arrive_as_typed(access):
    sheet, checked = check(access, row(Manzil='A\\nB "C" \\N \\.'))
    sheet.save(checked.good)
    assert Person.objects.get(pinfl=checked.good[0]["pinfl"]).address == 'A\\nB "C" \\N \\.'


def test_who_is_new_and_who_is_known_come_in_one_list(access):
    """New people are copied at once, known ones compared: both stand in the history, and twice changes nothing."""
    known, new = row(Manzil="Eski koʻcha, 1"), row(Guruh="", Manzil="C:\\yoʻl")
    sheet, checked = check(access, known)
    sheet.save(checked.good)
    known["Manzil"] = "Yangi koʻcha, 2"
    for expected in (Saved(added=1, changed=1, unchanged=0), Saved(added=0, changed=0, unchanged=2)):
        sheet, checked = check(access, known, new)
        assert checked.faults == [] and sheet.plan(checked.good) == expected
        assert sheet.save(checked.good) == expected
    changed = Person.objects.get(pinfl=known["JSHSHIR"])
    added = Candidate.objects.select_related("person").get(person__pinfl=new["JSHSHIR"])
    assert changed.address == "Yangi koʻcha, 2" and added.person.address == "C:\\yoʻl"
    assert (added.group, added.version, added.student_type, added.person.version) == (None, 1, "11", 1)
    assert Person.objects.search("Karimov").count() == 2
    assert [entry.action for entry in history_of(added.person)] == ["I"]
    assert history_of(added).get().fields["language"] == [None, "11"]
    assert {entry.action for entry in history_of(changed)} == {"I", "U"}
    assert make_person().pk > added.person_id, "numbers of rows go on after those that were copied"


def test_a_copied_row_meets_every_law(access):
    """COPY goes past no guard: an unknown code, a score out of bounds and one passport of two people are refused."""
    for name, value in (("gender", "77"), ("language", "77"), ("score", Decimal(190))):
        sheet, checked = check(access, row())
        checked.good[0][name] = value
        with pytest.raises(IntegrityError), transaction.atomic():
            sheet.save(checked.good)
    sheet, checked = check(access, row())
    person = checked.good[0] | {"pinfl": make_pinfl()}
    with pytest.raises(IntegrityError), transaction.atomic():
        sheet.save([checked.good[0], person])
    assert not Candidate.objects.exists()


def test_a_title_above_the_header_is_passed_over(access):
    title = [["2026-yil qabul roʻyxati"], [], ["Fakultet:", "Matematika"]]
    _sheet, checked = check(access, row(Ball=500), above=title)
    assert [(one.row, one.column) for one in checked.faults] == [(5, "Ball")]
    assert checked.total == 1


def test_headers_in_russian_cyrillic_and_capitals(access):
    translated = {
        "Familiya": "ФАМИЛИЯ",
        "Ism": "имя",
        "JSHSHIR": "ПИНФЛ",
        "Viloyat": "Вилоят",
        "Guruh": "группа *",
    }
    _sheet, checked = check(
        access, row(), headers=[translated.get(header, header.upper()) for header in GOOD]
    )
    assert (len(checked.good), checked.faults) == (1, [])


def test_a_missing_or_doubled_column_refuses_the_file(access):
    with pytest.raises(SheetRefused, match="JSHSHIR"):
        check(access, row(), headers=["?" if header == "JSHSHIR" else header for header in GOOD])
    with pytest.raises(SheetRefused, match="Pasport"):
        check(access, row(), headers=["Pasport" if header == "JSHSHIR" else header for header in GOOD])


class _Operator(Access):
    def can(self, permission):
        return True

    def scope(self, permission):
        return Scope(everything=True)


def test_the_whole_university_tells_faculties_apart_by_the_group(faculty):
    """One code taught by two faculties: the group says which."""
    other = make_faculty("303-102")
    theirs = make_programme(other, "60610100")
    make_group(other, "611-26.01", "60610100")
    sheet, checked = check(_Operator(), row(), row(Guruh="611-26.01"))
    assert checked.faults == []
    sheet.save(checked.good)
    taken = dict(Candidate.objects.values_list("group__name", "programme"))
    assert taken["611-26.01"] == theirs.pk
    assert (
        taken["610-26.01"]
        == Programme.objects.get(
            speciality__faculty=faculty, speciality__code="60610100", education_form="11"
        ).pk
    )


@given(st.lists(st.tuples(st.integers(0, 3), st.decimals(0, 189, places=1)), min_size=1, max_size=6))
def test_saving_is_the_same_in_one_go_or_in_parts(parts):
    """Records for COPY hold as many fields as the stage table, whatever is empty."""
    base = dict.fromkeys(admission.PERSON_COLUMNS + admission.CANDIDATE_COLUMNS, "")
    rows = [
        base | {"pinfl": "5" * 14, "last_name": "A", "first_name": "B", "birth_date": datetime.date(2005, 1, 1),
                "programme_id": number, "group_id": number, "score": score}
        for number, score in parts
    ]  # fmt: skip
    records = list(admission._records(rows, {}))
    assert {len(record) for record in records} == {
        len(admission.PERSON_COLUMNS + admission.CANDIDATE_COLUMNS)
    }
    assert [Decimal(record[-1]) for record in records] == [score for _number, score in parts]


def test_rules_know_no_database():
    birth = datetime.date(2007, 5, 21)
    pinfl = make_pinfl(birth=birth)
    assert rules.pinfl_contradiction(pinfl=pinfl, birth_date=birth, gender="11") == ""
    assert rules.pinfl_contradiction(pinfl=pinfl, birth_date=birth, gender="10") == ""
    assert rules.pinfl_contradiction(pinfl=pinfl, birth_date=birth, gender="12") == "gender"
    assert (
        rules.pinfl_contradiction(pinfl=pinfl, birth_date=datetime.date(2007, 5, 22), gender="11") == "birth"
    )
    assert rules.passport_fits(passport="AB1234567", citizenship="11")
    assert not rules.passport_fits(passport="N1234567", citizenship="11")
    assert rules.passport_fits(passport="N1234567", citizenship="12")
