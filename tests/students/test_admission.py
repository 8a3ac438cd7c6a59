"""The admission list: all 26 planted faults are found and nothing else is called a fault (duty 2.1)."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from hemis.people.models import Person
from hemis.sheets.reading import read_table
from students.models import Candidate
from students.sheets import AdmissionSheet
from tests.factories import access_of, make_admission_setting, make_faculty, make_students, make_user
from tests.sharing import shared

DATA = Path(__file__).resolve().parent.parent / "data"
SAMPLE = DATA / "admission.xlsx"
EITHER = {
    "pinfl_birth_mismatch": {"Tug‘ilgan sana", "JSHSHIR"},
    "pinfl_gender_mismatch": {"Jinsi", "JSHSHIR"},
}


@shared
def faculty(db):
    return make_admission_setting()


@shared
def dean(faculty):
    return make_user("dean", faculty)


def check(dean, content=None):
    sheet = AdmissionSheet(access_of(dean), {"year": 2026})
    return sheet, sheet.check(read_table(content or SAMPLE.read_bytes()))


@pytest.mark.duty("2.1", "B4")
def test_every_planted_fault_is_found_and_nothing_else(dean):
    _sheet, checked = check(dean)
    planted = json.loads((DATA / "admission.faults.json").read_text())
    found = {(one.row, one.fault): one.column for one in checked.faults}
    assert len(checked.faults) == len(planted) == 26
    for one in planted:
        column = found[(one["row"], one["fault"])]
        assert column in EITHER.get(one["fault"], {one["column"]})
    assert (checked.total, len(checked.good)) == (480, 454)


def test_untidiness_is_put_right_and_said(dean):
    _sheet, checked = check(dean)
    notices = {one.column: one for one in checked.notices}
    assert notices["JSHSHIR"].count >= 30
    assert {"Familiya", "Pasport", "Tug‘ilgan sana", "Telefon"} <= set(notices)
    assert all(row["pinfl"].isdigit() and len(row["pinfl"]) == 14 for row in checked.good)
    assert all(row["phone"].startswith("+998") for row in checked.good)


def test_hints_name_what_would_be_right(dean):
    _sheet, checked = check(dean)
    hints = {one.row: one.hint for one in checked.faults}
    assert "Toshkent shahri" in hints[53]
    assert "60610100" in hints[84]


@pytest.mark.duty("2.1")
def test_good_rows_become_candidates_and_twice_changes_nothing(dean):
    sheet, checked = check(dean)
    saved = sheet.save(checked.good)
    assert (saved.added, saved.changed, saved.unchanged) == (454, 0, 0)
    assert Candidate.objects.count() == 454
    again = sheet.save(checked.good)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 454)
    person = Person.objects.search("o'rinov").first()
    assert person is not None and person.last_name.startswith("Oʻrinov")


def test_a_changed_row_changes_one_candidate(dean):
    sheet, checked = check(dean)
    sheet.save(checked.good)
    checked.good[0]["score"] = checked.good[0]["score"] + 1
    saved = sheet.save(checked.good)
    assert (saved.added, saved.changed, saved.unchanged) == (0, 1, 453)


@pytest.mark.duty("2.1")
def test_a_dean_imports_into_the_own_faculty_only(faculty):
    stranger = make_user("dean", make_faculty("303-102"))
    _sheet, checked = check(stranger)
    assert not checked.good
    assert {one.fault for one in checked.faults} >= {"unknown_speciality", "unknown_group"}


def test_who_studies_already_is_named(faculty, dean):
    student = make_students(faculty, 1)[0]
    workbook = openpyxl.load_workbook(SAMPLE)
    page = workbook.worksheets[0]
    page["D2"], page["F2"], page["G2"] = student.person.pinfl, student.person.birth_date, "Erkak"
    out = io.BytesIO()
    workbook.save(out)
    _sheet, checked = check(dean, out.getvalue())
    assert (2, "already_student") in {(one.row, one.fault) for one in checked.faults}


def test_headers_may_stand_in_another_order_and_script(dean):
    workbook = openpyxl.load_workbook(SAMPLE)
    page = workbook.worksheets[0]
    rows = [list(reversed([cell.value for cell in row])) for row in page.iter_rows()]
    rows[0] = ["ПИНФЛ" if header == "JSHSHIR" else str(header).upper() for header in rows[0]]
    other = openpyxl.Workbook()
    for row in rows:
        other.active.append(row)
    out = io.BytesIO()
    other.save(out)
    _sheet, checked = check(dean, out.getvalue())
    assert len(checked.good) == 454


def test_command_writes_the_report(faculty, tmp_path, capsys):
    report = tmp_path / "faults.json"
    call_command("import_admission", str(SAMPLE), "--year", "2026", "--dry-run", "--report", str(report))
    faults = json.loads(report.read_text())
    assert len(faults) == 26
    assert set(faults[0]) == {"row", "column", "fault", "message"}
    assert Candidate.objects.count() == 0
    call_command("import_admission", str(SAMPLE), "--year", "2026", "--faculty", "303-101")
    assert Candidate.objects.count() == 454


@pytest.mark.duty("2.1")
def test_command_takes_the_current_year_and_says_when_nothing_changes(faculty, capsys):
    call_command("import_admission", str(SAMPLE), "--dry-run")
    assert "to add 454" in capsys.readouterr().out
    call_command("import_admission", str(SAMPLE))
    assert "added 454, changed 0" in capsys.readouterr().out
    call_command("import_admission", str(SAMPLE))
    assert "nothing to change" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("import_admission", str(DATA / "admission.faults.json"))
    with pytest.raises(CommandError):
        call_command("import_admission", str(SAMPLE), "--faculty", "999")


def test_the_measurement_leaves_nothing_behind(db):
    from students.bench import bench_import

    found = bench_import(rows=30)
    assert found["size"] == 30
    assert found["first"].cpu > 0 and found["again"].wall > 0 and found["ratio"] > 0
    assert not Person.objects.exists()
