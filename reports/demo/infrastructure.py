"""Signatories, accounts, licences, buildings, rooms, bookings, and a kafedra that moved, of the demo."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from random import Random

from hemis.people.models import User
from reports.demo import YEAR
from structure.models import (
    Auditorium,
    BankAccount,
    Building,
    Equipment,
    Licence,
    RoomBooking,
    Signatory,
    Unit,
    UnitPeriod,
    University,
)

LECTURE, LABORATORY, PRACTICE, SEMINAR, OTHER = "11", "12", "13", "14", "10"
COMPUTER, PROJECTOR, NETWORK, PRINTER = "11", "12", "14", "15"
TOWN = "Samarqand shahri"
BUILDINGS = (
    # code, name, ru, kind, address, year, floors, area, lift, rooms a floor
    ("A", "1-oʻquv binosi", "Учебный корпус № 1", "teaching", "Universitet xiyoboni, 15", 1974, 4, "6420.0", True, 7),
    ("B", "2-oʻquv binosi", "Учебный корпус № 2", "teaching", "Universitet xiyoboni, 17", 2012, 3, "4180.5", True, 7),
    ("C", "Laboratoriya binosi", "Лабораторный корпус", "laboratory", "Beruniy koʻchasi, 4", 1986, 2, "1950.0",
     False, 4),
    ("ARM", "Axborot-resurs markazi", "Информационно-ресурсный центр", "library", "Universitet xiyoboni, 13", 2019, 2,
     "1240.0", True, 2),
)  # fmt: skip
PLACES = {"A": ("39.654210", "66.959720"), "B": ("39.655040", "66.961150"), "ARM": ("39.653480", "66.958310")}
VICE_RECTORS = (
    (Signatory.Post.FIRST_VICE_RECTOR, "Yoʻldoshev B. S."),
    (Signatory.Post.RESEARCH_VICE_RECTOR, "Rahmonova G. T."),
    (Signatory.Post.YOUTH_VICE_RECTOR, "Ergashev J. N."),
    (Signatory.Post.FINANCE_VICE_RECTOR, "Hamidov O. R."),
)
OFFICERS = (
    ("rector", Signatory.Post.RECTOR, "Universitet ustavi"),
    ("accounting", Signatory.Post.CHIEF_ACCOUNTANT, "12-son buyruq"),
    ("hr", Signatory.Post.HEAD_OF_PERSONNEL, "13-son buyruq"),
    ("academic", Signatory.Post.HEAD_OF_ACADEMIC_AFFAIRS, "14-son buyruq"),
    ("legal", Signatory.Post.HEAD_OF_LEGAL, "15-son buyruq"),
)
SINCE = datetime.date(YEAR - 3, 9, 1)
TERM = datetime.date(YEAR, 9, 7), datetime.date(YEAR + 1, 6, 5)
# Weekday from Monday, hours, room, purpose, who.
WEEKLY = (
    (0, "15:00", "16:20", "A-101", "Iqtidorli talabalar toʻgaragi", "Iqtidorli talabalar boʻlimi"),
    (1, "10:00", "11:20", "A-101", "Maʼnaviyat soati", "Yoshlar bilan ishlash boʻlimi"),
    (1, "13:30", "14:50", "B-103", "Ingliz tili kursi", "Xalqaro aloqalar boʻlimi"),
    (2, "15:00", "17:50", "C-101", "Kimyo olimpiadasiga tayyorgarlik", "Tabiiy fanlar fakulteti"),
    (3, "08:30", "09:50", "A-201", "Rektorat yigʻilishi", "Rektorat"),
    (3, "15:00", "16:20", "B-201", "Dasturlash toʻgaragi", "Raqamli texnologiyalar markazi"),
    (4, "13:30", "16:20", "A-301", "Ilmiy seminar", "Ilmiy-tadqiqotlar boʻlimi"),
    (5, "10:00", "12:50", "ARM-101", "Ochiq eshiklar kuni", "Marketing boʻlimi"),
)


def build(staff: dict[str, User], units: dict[str, Unit], tell: Callable[[str], None]) -> None:
    """Everything of the infrastructure; the same every time."""
    _university(staff)
    _history(units)
    rooms = _rooms(Random(YEAR), units)  # noqa: S311
    bookings = _bookings(rooms)
    tell(f"{len(rooms)} auditoriums, {bookings} room bookings")


def _university(staff: dict[str, User]) -> None:
    University.objects.filter(pk=1).update(
        founded_on=datetime.date(1956, 3, 12), oked="85410", email="info@namuna.example",
        website="https://namuna.example",
        accreditation="Davlat akkreditatsiyasi sertifikati № AK-0303, 2024-yil 15-may",
    )  # fmt: skip
    Signatory.objects.create(
        post=Signatory.Post.RECTOR, name="Qodirov S. A.", basis="Universitet ustavi",
        valid_from=datetime.date(YEAR - 8, 2, 1), valid_to=SINCE - datetime.timedelta(days=1),
    )  # fmt: skip
    for login, post, basis in OFFICERS:
        person = staff[login].person
        assert person is not None
        # The rector's name is printed in full, as everywhere in the demo.
        name = person.full_name if post == Signatory.Post.RECTOR else person.short_name
        Signatory.objects.create(post=post, person=person, name=name, basis=basis, valid_from=SINCE)
    for post, name in VICE_RECTORS:
        Signatory.objects.create(post=post, name=name, basis="Rektorning 11-son buyrugʻi", valid_from=SINCE)
    purpose = BankAccount.Purpose
    for kind, number in (
        (purpose.SETTLEMENT, "23402000300100001010"), (purpose.CONTRACT, "23402000300100001020"),
        (purpose.DEVELOPMENT, "23402000300100001030"), (purpose.DORMITORY, "23402000300100001040"),
    ):  # fmt: skip
        BankAccount.objects.create(
            purpose=kind, number=number, bank="Gʻaznachilik", mfo="00014", valid_from=SINCE
        )
    BankAccount.objects.create(
        purpose=purpose.SETTLEMENT, currency=BankAccount.Currency.USD, number="20208840900303001001",
        bank="Milliy bank Samarqand filiali", mfo="00257", swift="NBFAUZ2X", valid_from=SINCE,
    )  # fmt: skip
    Licence.objects.create(
        kind=Licence.Kind.LICENCE, number="OT-0303", issued_on=datetime.date(YEAR - 4, 6, 20),
        issuer="Taʼlim sifatini nazorat qilish davlat inspeksiyasi",
        scope="Bakalavriat, magistratura va oliy taʼlimdan keyingi taʼlim dasturlari",
    )  # fmt: skip
    Licence.objects.create(
        kind=Licence.Kind.ACCREDITATION, number="AK-0303", issued_on=datetime.date(YEAR - 2, 5, 15),
        valid_until=datetime.date(YEAR + 3, 5, 15), issuer="Taʼlim sifatini taʼminlash milliy agentligi",
    )  # fmt: skip


def _history(units: dict[str, Unit]) -> None:
    """Divisions under the rectorate, a kafedra that came from another faculty, a division that is no more."""
    rectorate = units["303-201"]
    for unit in units.values():
        if unit.kind in ("13", "14", "15"):
            unit.parent = rectorate
            unit.periods.update(parent=rectorate)
            unit.save(update_fields=["parent"])
    _earlier(
        units["303-102-01"], datetime.date(YEAR - 1, 9, 1), UnitPeriod.MOVED, "118-u",
        code="303-101-09", parent=units["303-101"],
    )  # fmt: skip
    _earlier(
        units["303-103-02"], datetime.date(YEAR - 2, 1, 10), UnitPeriod.RENAMED, "7-u",
        name="Umumiy " + units["303-103-02"].name.lower(),
    )  # fmt: skip
    Unit.objects.create(
        code="303-219", name="Tahririy-nashriyot boʻlimi", kind="13", parent=rectorate, position=60,
        is_active=False, closed_on=datetime.date(YEAR, 1, 1), closed_order_number="212-u",
        closed_order_date=datetime.date(YEAR - 1, 12, 25), successor=units["303-210"],
        closed_note="Axborot-resurs markaziga qoʻshib yuborildi",
    )  # fmt: skip


def _earlier(unit: Unit, day: datetime.date, change: str, order: str, **before) -> None:
    """Until ``day`` the unit was as ``before`` says."""
    first = unit.periods.get()
    UnitPeriod.objects.filter(pk=first.pk).update(valid_to=day - datetime.timedelta(days=1), **before)
    UnitPeriod.objects.create(
        unit=unit, code=unit.code, name=unit.name, name_ru=unit.name_ru, name_en=unit.name_en,
        parent=unit.parent, valid_from=day, change=change, order_number=order,
        order_date=day - datetime.timedelta(days=7),
    )  # fmt: skip


def _rooms(random: Random, units: dict[str, Unit]) -> dict[str, Auditorium]:
    """About sixty rooms in four buildings, with what stands in them; by code."""
    kafedras = sorted((one for one in units.values() if one.kind == Unit.KAFEDRA), key=lambda one: one.code)
    rooms: list[Auditorium] = []
    for position, (code, name, ru, kind, street, year, floors, area, lift, on_floor) in enumerate(
        BUILDINGS, 1
    ):
        latitude, longitude = PLACES.get(code, (None, None))
        building = Building.objects.create(
            code=code, name=name, name_ru=ru, kind=kind, address=f"{TOWN}, {street}", built_in=year,
            floors=floors, area=Decimal(area), has_ramp=lift, has_lift=lift, has_accessible_toilet=lift,
            latitude=latitude, longitude=longitude, position=position,
        )  # fmt: skip
        for floor in range(1, floors + 1):
            for number in range(1, on_floor + 1):
                rooms.append(_room(random, building, floor, number, kafedras[len(rooms) % len(kafedras)]))
    made = Auditorium.objects.bulk_create(rooms)
    _equip(random, made)
    return {str(room): room for room in made}


def _room(random: Random, building: Building, floor: int, number: int, kafedra: Unit) -> Auditorium:
    kind, seats = _kind_and_seats(random, building.code, number)
    accessible = building.has_lift or (floor == 1 and building.has_ramp)
    return Auditorium(
        building=building, number=f"{floor}{number:02d}", floor=floor, kind=kind, capacity=seats,
        area=Decimal(seats) * Decimal("1.5") + 12, is_accessible=accessible,
        wheelchair_places=2 if accessible and kind == LECTURE else 0,
        has_hearing_loop=kind == LECTURE and number == 1,
        unit=kafedra if kind == LABORATORY else None,
    )  # fmt: skip


def _kind_and_seats(random: Random, building: str, number: int) -> tuple[str, int]:
    if building == "C":
        return LABORATORY, random.choice((16, 18, 20))
    if building == "ARM":
        return OTHER, random.choice((40, 80))
    if number == 1:
        return LECTURE, random.choice((90, 120, 150))
    if number in (2, 3):
        return LABORATORY, random.choice((20, 24))
    return random.choice((PRACTICE, SEMINAR)), random.choice((24, 28, 30, 36))


def _equip(random: Random, rooms: list[Auditorium]) -> None:
    """Projectors in lecture halls, computers in laboratories, what there is elsewhere."""
    things: list[Equipment] = []
    for room in rooms:
        wanted = []
        if room.kind == LECTURE or random.random() < 0.5:
            wanted.append((PROJECTOR, "Epson EB-E01", 1))
        if room.kind == LABORATORY:
            wanted += [(COMPUTER, "Lenovo ThinkCentre", room.capacity // 2), (NETWORK, "TP-Link SG1016", 1)]
        if room.kind == OTHER:
            wanted += [(COMPUTER, "HP ProDesk", 12), (PRINTER, "Canon MF3010", 1)]
        for kind, name, count in wanted:
            number = f"INV-{len(things) + 1:05d}" if count == 1 else ""
            things.append(
                Equipment(auditorium=room, kind=kind, name=name, count=count, inventory_number=number)
            )
    Equipment.objects.bulk_create(things)


def _bookings(rooms: dict[str, Auditorium]) -> int:
    """Circles and meetings of the whole year, and two that came once."""
    first, last = TERM
    rows = [
        RoomBooking(
            auditorium=rooms[room], day=first + datetime.timedelta(days=weekday), repeat_until=last,
            starts_at=datetime.time.fromisoformat(start), ends_at=datetime.time.fromisoformat(end),
            purpose=purpose, asked_by=who, people=min(20, rooms[room].capacity),
        )
        for weekday, start, end, room, purpose, who in WEEKLY
    ]  # fmt: skip
    for day, room, purpose in (
        (datetime.date(YEAR, 10, 1), "A-101", "Ustoz va murabbiylar kuni"),
        (datetime.date(YEAR, 12, 8), "A-101", "Konstitutsiya kuniga bagʻishlangan anjuman"),
    ):
        rows.append(
            RoomBooking(
                auditorium=rooms[room], day=day, starts_at=datetime.time(11, 30), ends_at=datetime.time(12, 50),
                purpose=purpose, asked_by="Rektorat", people=80,
            )
        )  # fmt: skip
    return len(RoomBooking.objects.bulk_create(rows))
