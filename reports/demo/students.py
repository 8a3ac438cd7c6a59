"""What the student base of the demo holds besides the placements: quotas, cards, subgroups, tutors, prizes.

Some cards are left incomplete on purpose: the page of data quality has something to show.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from random import Random

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone
from PIL import Image, ImageDraw

from hemis.access.history import acting
from hemis.access.scope import Access
from hemis.people.models import Person, User
from reports.demo import YEAR, pools
from staff.models import Employee
from students import actions
from students.models import (
    AcademicYear,
    Achievement,
    AdmissionQuota,
    Candidate,
    Contact,
    Education,
    Exchange,
    Group,
    MilitaryRecord,
    Olympiad,
    Placement,
    Qualification,
    SocialFact,
    Speciality,
    SportRecord,
    Student,
)

SEED = 911
OWN_GROUPS = 3  # in the care of tutor1
DIVIDED = 8
PHOTOGRAPHED = 2
BATCH = 2000
SPORTS = ("Futbol", "Shaxmat", "Kurash", "Voleybol", "Yengil atletika")


def build(staff: dict[str, User], *, tell: Callable[[str], None]) -> None:
    """Everything above the placements, in bulk; the same every time."""
    random = Random(SEED)  # noqa: S311
    dean = staff["dean1"]
    with acting(staff["academic"].pk, "demo"):
        quotas = _quotas(random)
    with acting(dean.pk, "demo"):
        _qualifications()
        students = list(Student.objects.select_related("person").order_by("number"))
        _cards(students, random)
        _living()
        _activities(students, random)
        _groups(Access.for_user(dean), staff["tutor1"])
    _photos()
    tell(f"{quotas} quotas, cards of {len(students)} students")


def _quotas(random: Random) -> int:
    """A little more than were admitted, and here and there too little."""
    admitted: dict[tuple, int] = {}
    rows = Candidate.objects.values_list(
        "entry_year", "programme__speciality", "programme__education_form", "payment_form", "language"
    )
    for key in rows.order_by():
        admitted[key] = admitted.get(key, 0) + 1
    made = AdmissionQuota.objects.bulk_create(
        AdmissionQuota(
            entry_year=year, speciality_id=speciality, education_form=form, payment_form=payment, language=language,
            places=max(0, people + random.choice((-1, 0, 0, 2, 5))),
        )
        for (year, speciality, form, payment, language), people in sorted(admitted.items())
    )  # fmt: skip
    return len(made)


def _qualifications() -> None:
    Qualification.objects.bulk_create(
        Qualification(
            speciality=one,
            name=f"{one.name} boʻyicha bakalavr",
            name_ru=f"Бакалавр: {one.name_ru}",
            name_en=f"Bachelor: {one.name_en}",
        )
        for one in Speciality.objects.order_by("code")
    )


def _cards(students: list[Student], random: Random) -> None:
    """Parents, previous education, social proofs and military records; nineteen of twenty have them."""
    contacts, educations, social, military = [], [], [], []
    for at, student in enumerate(students):
        person = student.person
        if random.random() < 0.95:
            contacts.append(_parent(person, random))
        if random.random() < 0.95:
            educations.append(
                Education(
                    person=person,
                    kind=random.choice(("school", "school", "school", "lyceum", "college")),
                    number=f"UM {1_000_000 + at:07d}",
                    school=f"{random.randint(1, 80)}-umumtaʼlim maktabi",
                    region=person.region,
                    graduation_year=student.entry_year,
                    issued_on=datetime.date(student.entry_year, 6, 15),
                    foreign_language=random.choice(("Ingliz tili", "Ingliz tili", "Rus tili", "Nemis tili")),
                    with_honours=random.random() < 0.08,
                )
            )
        if student.social_category != "10" and random.random() < 0.8:
            social.append(
                SocialFact(
                    person=person,
                    category=student.social_category,
                    document=f"Maʼlumotnoma № {random.randint(100, 999)}",
                    issued_on=datetime.date(YEAR, 8, 20),
                    valid_to=datetime.date(YEAR + 1, 8, 20),
                )
            )
        if person.gender == "11":
            military.append(MilitaryRecord(person=person, status=random.choice(("deferred", "conscript"))))
    for model, rows in (
        (Contact, contacts),
        (Education, educations),
        (SocialFact, social),
        (MilitaryRecord, military),
    ):
        model.objects.bulk_create(rows, batch_size=BATCH)  # type: ignore[attr-defined, arg-type]


def _parent(person: Person, random: Random) -> Contact:
    mother = random.random() < 0.5
    name = random.choice(pools.WOMEN) if mother else person.middle_name.split(" ")[0]
    return Contact(
        person=person,
        relation="mother" if mother else "father",
        full_name=f"{person.last_name.removesuffix('a')}{'a' if mother else ''} {name}",
        phone=f"+998{random.choice(pools.MOBILE)}{random.randint(1_000_000, 9_999_999)}",
        workplace=random.choice(("Maktab", "Poliklinika", "Tadbirkor", "")),
        is_first=True,
    )


def _living() -> None:
    """Where they live while studying, told by the last digits of the student number."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE students_student s
               SET accommodation = CASE right(number, 1) WHEN '0' THEN '' WHEN '1' THEN '15' WHEN '2' THEN '15'
                       WHEN '3' THEN '14' WHEN '4' THEN '12' ELSE '11' END,
                   current_region = CASE WHEN right(number, 1) IN ('1', '2', '3') THEN '1718' ELSE '' END,
                   current_district = CASE WHEN right(number, 1) IN ('1', '2', '3') THEN '1718236' ELSE '' END,
                   current_address = CASE WHEN right(number, 1) IN ('1', '2', '3') THEN
                       'Universitet xiyoboni, ' || right(number, 2) ELSE '' END,
                   latitude = CASE right(number, 1) WHEN '3' THEN 39.6547 + right(number, 2)::int / 5000.0 END,
                   longitude = CASE right(number, 1) WHEN '3' THEN 66.9597 + right(number, 2)::int / 5000.0 END,
                   living_status = CASE right(number, 1) WHEN '3' THEN '12' ELSE '11' END,
                   roommate_type = CASE right(number, 1) WHEN '1' THEN '13' WHEN '3' THEN '12' ELSE '11' END,
                   roommate_count = right(number, 1)::int % 5 + 1,
                   marital_status = CASE WHEN right(number, 2) = '77' THEN 'married' ELSE 'single' END
            """
        )


def _activities(students: list[Student], random: Random) -> None:
    """Prizes, olympiads, sport and exchange of some."""
    some = students[:: max(1, len(students) // 60)]
    Achievement.objects.bulk_create(
        Achievement(
            student=one,
            kind=str(random.randint(11, 21)),
            document=f"Diplom № {n:04d}",
            year=YEAR - n % 3,
            title="Yillik koʻrik natijasi",
        )
        for n, one in enumerate(some[::2])
    )
    Olympiad.objects.bulk_create(
        Olympiad(
            student=one,
            level="international" if n % 7 == 0 else "republic",
            name="Respublika fan olimpiadasi",
            section=random.choice(("Matematika", "Informatika", "Ona tili va adabiyot")),
            venue="Toshkent shahri",
            held_on=datetime.date(YEAR, 4, 12),
            place=n % 3 + 1,
            diploma=f"OL {n:05d}",
        )
        for n, one in enumerate(some[::3])
    )
    SportRecord.objects.bulk_create(
        SportRecord(
            student=one,
            sport_name=SPORTS[n % len(SPORTS)],
            kind="section" if n % 2 else "rank",
            name="Universitet terma jamoasi" if n % 2 else "Sport ustaligiga nomzod",
            given_on=datetime.date(YEAR, 3, 1),
        )
        for n, one in enumerate(some[1::3])
    )
    _exchanges(some)


def _exchanges(some: list[Student]) -> None:
    year = AcademicYear.objects.get(year=YEAR)
    faculty_of = dict(
        Student.objects.filter(pk__in=[one.pk for one in some]).values_list("pk", "current__faculty")
    )
    shared = {
        "academic_year": year,
        "valid_from": datetime.date(YEAR, 9, 5),
        "valid_to": datetime.date(YEAR + 1, 1, 31),
        "programme_name": "Talabalar almashinuvi",
        "document": f"Kelishuv № 12, {YEAR}-yil",
    }
    rows = [
        Exchange(direction="out", student=one, faculty_id=faculty_of[one.pk], country="KR",
                 university="Seoul National University", speciality_name="Computer Science", **shared)
        for one in some[2:6]
    ]  # fmt: skip
    if some:
        rows.append(
            Exchange(direction="in", guest_name="Kim Min-ji", faculty_id=faculty_of[some[0].pk], country="KR",
                     university="Seoul National University", speciality_name="Linguistics", **shared)
        )  # fmt: skip
    Exchange.objects.bulk_create(rows)


def _groups(access: Access, tutor: User) -> None:
    """Groups of the first faculty in the tutor's care; some divided for the foreign language."""
    today = timezone.localdate()
    groups = list(
        Group.objects.filter(faculty__code="303-101", candidates__student__isnull=False)
        .distinct()
        .order_by("-entry_year", "name")[: max(OWN_GROUPS, DIVIDED)]
    )
    employee = Employee.objects.get(person=tutor.person)
    actions.assign_tutor(groups[:OWN_GROUPS], access=access, employee=employee, day=today)
    for group in groups[:DIVIDED]:
        came = Placement.objects.filter(group=group, valid_to=None).aggregate(last=Max("valid_from"))["last"]
        actions.divide_evenly(group, access=access, kind="language", parts=2, day=came or today)


def _photos() -> None:
    """Drawn portraits of the first groups: nobody's face."""
    groups = Group.objects.filter(tutors__isnull=False).order_by("-entry_year", "name")[:PHOTOGRAPHED]
    people = Person.objects.filter(studies__current__group__in=list(groups)).order_by("pinfl")
    folder = Path(settings.MEDIA_ROOT) / "photos" / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    for at, person in enumerate(people):
        path = folder / f"{at:03d}.jpg"
        if not path.exists():
            _portrait(at).save(path, "JPEG", quality=80)
        Person.objects.filter(pk=person.pk).update(photo=f"photos/demo/{at:03d}.jpg")


def _portrait(at: int) -> Image.Image:
    """A head and shoulders in one of many pairs of colours."""
    back = ((at * 47) % 90 + 150, (at * 31) % 90 + 150, (at * 67) % 90 + 150)
    coat = ((at * 29) % 140 + 20, (at * 53) % 140 + 20, (at * 71) % 140 + 20)
    picture = Image.new("RGB", (225, 300), back)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((25, 190, 200, 420), fill=coat)
    draw.ellipse((65, 60, 160, 180), fill=(226, 190, 160))
    draw.chord((62, 50, 163, 150), 180, 360, fill=(60, 45, 35))
    return picture
