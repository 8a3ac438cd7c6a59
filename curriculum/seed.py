"""What every university starts from: marking systems, kinds of rating sheet, norms of the law.

All of it are rows that academic affairs changes when the law changes; the
sources are named in each.
"""

from __future__ import annotations

import datetime
from decimal import Decimal as D

CREDIT_BASIS = "VMQ 824, 31.12.2020"
FIVE_BASIS = "OOʻMTV 19-2018, 09.08.2018 (AV 3069)"
RATING_BASIS = "OOʻMTV 204, 11.06.2009 (AV 1981)"

# Code, scale, names in Uzbek, Russian and English.
MARKING_SYSTEMS = (
    (
        "11",
        "hundred",
        "Reyting baholash tizimi (100 ballik)",
        "Рейтинговая система (100 баллов)",
        "Rating system",
    ),
    ("12", "five", "5 baholik baholash tizimi", "Пятибалльная система", "Five-mark system"),
    ("13", "credit", "Kredit-modul tizimi", "Кредитно-модульная система", "Credit-module system"),
)
# System, from, passed from % of the maximum, sheets, GPA to be promoted, basis.
MARKING_RULES = (
    ("11", datetime.date(2009, 7, 10), D(55), 3, None, RATING_BASIS),
    # Passed from 2.5 of five marks, rounded to 3.
    ("12", datetime.date(2018, 9, 26), D(50), 3, None, FIVE_BASIS),
    ("13", datetime.date(2020, 12, 31), D(60), 3, D("2.4"), CREDIT_BASIS + ", 42-band"),
)
_NAMES = {
    5: ("aʼlo", "отлично", "excellent"),
    4: ("yaxshi", "хорошо", "good"),
    3: ("qoniqarli", "удовлетворительно", "satisfactory"),
    2: ("qoniqarsiz", "неудовлетворительно", "unsatisfactory"),
}
# System, from, then lower border, mark, letter of each grade.
_BORDERS = (
    ("11", datetime.date(2009, 7, 10), ((86, 5, ""), (71, 4, ""), (55, 3, ""), (0, 2, ""))),
    ("12", datetime.date(2018, 9, 26), (("4.5", 5, ""), ("3.5", 4, ""), ("2.5", 3, ""), (0, 2, ""))),
    ("13", datetime.date(2020, 12, 31), ((90, 5, "A"), (70, 4, "B"), (60, 3, "D"), (0, 2, "F"))),
)
# System, from, lowest, mark, letter, GPA point (VMQ 824: the mark itself), names.
GRADES = tuple(
    (system, since, D(lowest), mark, letter, D(mark) if system == "13" else None, *_NAMES[mark])
    for system, since, borders in _BORDERS
    for lowest, mark, letter in borders
)
# Code, short name, made of parts, names (`h_rating_grade`).
SHEET_KINDS = (
    ("11", "FQA", True, "Fan qaydnomasi (asosiy)", "Ведомость предмета (основная)", "Subject sheet (main)"),
    ("12", "KIQ", False, "Kurs ishi qaydnomasi", "Ведомость курсовой работы", "Course work sheet"),
    ("13", "YAQ", False, "Davlat imtihoni qaydnomasi", "Ведомость госэкзамена", "State examination sheet"),
    ("14", "MAQ", False, "Malakaviy amaliyot qaydnomasi", "Ведомость практики", "Internship sheet"),
    ("15", "BIQ", False, "Bitiruv ishi qaydnomasi", "Ведомость выпускной работы", "Graduation work sheet"),
    (
        "16",
        "FQQ",
        False,
        "Fan qaydnomasi (qoʻshimcha)",
        "Ведомость предмета (доп.)",
        "Subject sheet (overall only)",
    ),
)
# Figure, education type, at least, at most, from, basis.
NORMS = (
    ("credits_semester", "11", D(30), D(30), datetime.date(2020, 12, 31), CREDIT_BASIS),
    ("credits_year", "11", D(60), D(60), datetime.date(2020, 12, 31), CREDIT_BASIS),
    ("credits_total", "11", D(180), D(300), datetime.date(2020, 12, 31), CREDIT_BASIS),
    ("hours_per_credit", "11", D(25), D(30), datetime.date(2020, 12, 31), CREDIT_BASIS),
    ("contact_share", "11", D(40), D(50), datetime.date(2020, 12, 31), CREDIT_BASIS),
    ("weeks_year", "11", D(30), D(36), datetime.date(2020, 12, 31), CREDIT_BASIS),
    ("credits_semester", "12", D(30), D(30), datetime.date(2020, 12, 31), CREDIT_BASIS),
    ("credits_year", "12", D(60), D(60), datetime.date(2020, 12, 31), CREDIT_BASIS),
    ("credits_total", "12", D(60), D(120), datetime.date(2020, 12, 31), CREDIT_BASIS),
    ("hours_per_credit", "12", D(25), D(30), datetime.date(2020, 12, 31), CREDIT_BASIS),
    ("contact_share", "12", D(30), D(40), datetime.date(2020, 12, 31), CREDIT_BASIS),
    ("weeks_year", "12", D(30), D(36), datetime.date(2020, 12, 31), CREDIT_BASIS),
)


def sow(apps) -> None:
    """Write the rows that are not there yet."""
    get = lambda name: apps.get_model("curriculum", name)  # noqa: E731
    systems = {}
    for code, scale, name, name_ru, name_en in MARKING_SYSTEMS:
        systems[code], _created = get("MarkingSystem").objects.get_or_create(
            code=code, defaults={"scale": scale, "name": name, "name_ru": name_ru, "name_en": name_en}
        )
    for code, since, percent, attempts, gpa, basis in MARKING_RULES:
        get("MarkingRule").objects.get_or_create(
            system=systems[code],
            valid_from=since,
            defaults={"pass_percent": percent, "attempts": attempts, "gpa_threshold": gpa, "basis": basis},
        )
    for code, since, lowest, mark, letter, point, name, name_ru, name_en in GRADES:
        get("GradeType").objects.get_or_create(
            system=systems[code],
            valid_from=since,
            lowest=lowest,
            defaults={
                "mark": mark, "letter": letter, "point": point, "name": name, "name_ru": name_ru, "name_en": name_en,
            },
        )  # fmt: skip
    for code, short, parts, name, name_ru, name_en in SHEET_KINDS:
        get("RatingSheetKind").objects.get_or_create(
            code=code,
            defaults={
                "short_name": short, "has_parts": parts, "name": name, "name_ru": name_ru, "name_en": name_en,
            },
        )  # fmt: skip
    for code, kind, low, high, since, basis in NORMS:
        get("CurriculumNorm").objects.get_or_create(
            code=code,
            education_type=kind,
            valid_from=since,
            defaults={"low": low, "high": high, "basis": basis},
        )


TO_CONFIRM = "Tasdiqlanishi kerak: OTM kengashi qarori bilan belgilanadi"
# Kind of training, way, students together at most, from, basis.
TRAINING_MODES = (
    ("11", "stream", 120, datetime.date(2018, 9, 26), TO_CONFIRM),
    ("12", "subgroup", 15, datetime.date(2018, 9, 26), TO_CONFIRM),
    ("13", "group", 30, datetime.date(2018, 9, 26), TO_CONFIRM),
    ("14", "group", 30, datetime.date(2018, 9, 26), TO_CONFIRM),
    ("15", "group", 30, datetime.date(2018, 9, 26), TO_CONFIRM),
    ("16", "group", 30, datetime.date(2018, 9, 26), TO_CONFIRM),
    ("17", "none", 1000, datetime.date(2018, 9, 26), CREDIT_BASIS),
)
LOAD_BASIS = "OOʻMTV yuklama meʼyorlari (AV 3076); soatlar tasdiqlanishi kerak"
# Post, hours a year of a full rate at least and at most, from, basis.
LOAD_NORMS = (
    ("15", 400, 600, datetime.date(2018, 9, 26), LOAD_BASIS),
    ("14", 500, 700, datetime.date(2018, 9, 26), LOAD_BASIS),
    ("13", 550, 800, datetime.date(2018, 9, 26), LOAD_BASIS),
    ("16", 300, 500, datetime.date(2018, 9, 26), LOAD_BASIS),
    ("", 600, 850, datetime.date(2018, 9, 26), LOAD_BASIS),
)


def sow_load(apps) -> None:
    """Ways of teaching and norms of the load; what is there stays as it is."""
    modes, norms = apps.get_model("curriculum", "TrainingMode"), apps.get_model("curriculum", "LoadNorm")
    for kind, mode, largest, since, basis in TRAINING_MODES:
        modes.objects.get_or_create(
            training_type=kind, valid_from=since, defaults={"mode": mode, "largest": largest, "basis": basis}
        )
    for post, low, high, since, basis in LOAD_NORMS:
        norms.objects.get_or_create(
            post=post, valid_from=since, defaults={"low": low, "high": high, "basis": basis}
        )


LAW_3069 = "3069-son nizom (26.09.2018)"
SINCE_3069 = datetime.date(2018, 9, 26)
# Figure, value, basis.
TIMETABLE_RULES = (
    ("examiner_apart", 1, LAW_3069 + ": yakuniy nazoratni fanni oʻqitmagan oʻqituvchi oladi"),
    ("finals_a_day", 1, LAW_3069 + ": bir kunda bittadan ortiq yakuniy nazorat oʻtkazilmaydi"),
    ("finals_gap", 2, LAW_3069 + ": yakuniy nazoratlar oraligʻi kamida 2 kun"),
    ("second_from", 3, LAW_3069 + ": ikkinchi qayta topshirish dekanat komissiyasi oldida"),
    ("teacher_pairs", 4, TO_CONFIRM),
    ("group_pairs", 4, TO_CONFIRM),
    ("notice_days", 14, TO_CONFIRM),
)


def sow_timetable(apps) -> None:
    """Figures of timetables; what is there stays as it is."""
    rules = apps.get_model("curriculum", "TimetableRule")
    for code, value, basis in TIMETABLE_RULES:
        rules.objects.get_or_create(
            code=code, valid_from=SINCE_3069, defaults={"value": value, "basis": basis}
        )
