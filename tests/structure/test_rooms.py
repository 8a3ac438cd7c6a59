"""Duty 3.1: buildings, auditoriums, bookings; nobody is promised a room that another has."""

from __future__ import annotations

import datetime
import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, connections, transaction

from structure import actions, occupancy, queries, rules
from structure.models import Auditorium, Building, Equipment, RoomBooking, RoomSlot
from tests import factories
from tests.pictures import picture
from tests.sharing import shared
from tests.structure.makers import MONDAY, a_booking, make_building, make_room

WEEK = datetime.timedelta(days=7)


def at(text: str) -> datetime.time:
    return datetime.time.fromisoformat(text)


@shared
def room(db):
    return make_room()


# --- bookings


@pytest.mark.duty("3.1")
def test_a_room_is_given_once_and_the_second_is_told_when_it_is_taken(room, academic):
    actions.book(a_booking(room, repeat_until=MONDAY + 3 * WEEK), access=academic)
    assert RoomSlot.objects.filter(auditorium=room).count() == 4
    with pytest.raises(ValidationError) as error:
        actions.book(a_booking(room, "11:00", "12:00", day=MONDAY + WEEK), access=academic)
    assert "08.02.2027 10:00–11:20" in error.value.message_dict["auditorium"][0]
    actions.book(a_booking(room, "11:20", "12:00"), access=academic)
    actions.book(a_booking(make_room("102")), access=academic)


def test_a_booking_fits_the_room(room, academic):
    for field, change in (
        ("people", {"people": 61}),
        ("repeat_until", {"repeat_until": MONDAY + 60 * WEEK}),
    ):
        with pytest.raises(ValidationError) as error:
            actions.book(a_booking(room, **change), access=academic)
        assert field in error.value.message_dict
    room.is_active = False
    with pytest.raises(ValidationError) as error:
        actions.book(a_booking(room), access=academic)
    assert "auditorium" in error.value.message_dict


@pytest.mark.duty("3.1")
def test_one_day_is_left_out_and_a_cancelled_booking_frees_the_room(room, academic, hr):
    booking = actions.book(a_booking(room, repeat_until=MONDAY + 2 * WEEK), access=academic)
    actions.release_day(booking, access=academic, day=MONDAY + WEEK)
    days = list(RoomSlot.objects.order_by("day").values_list("day", flat=True))
    assert days == [MONDAY, MONDAY + 2 * WEEK]
    for day in (MONDAY + WEEK, MONDAY + datetime.timedelta(days=1)):
        with pytest.raises(ValidationError):
            actions.release_day(booking, access=academic, day=day)
    with pytest.raises(PermissionDenied):
        actions.cancel_booking(booking, access=hr, reason="x")
    actions.cancel_booking(booking, access=academic, reason="Tadbir qoldirildi")
    assert not RoomSlot.objects.exists()
    booking.refresh_from_db()
    for verb, arguments in ((actions.cancel_booking, {"reason": "x"}), (actions.rebook, {})):
        with pytest.raises(ValidationError):
            verb(booking, access=academic, **arguments)


@pytest.mark.duty("3.1")
def test_the_booking_pages(room, client_of):
    client = client_of("academic_affairs")
    data = {
        "auditorium": room.pk, "day": MONDAY.isoformat(), "starts_at": "10:00", "ends_at": "11:20",
        "repeat_until": (MONDAY + WEEK).isoformat(), "purpose": "Seminar", "asked_by": "Karimov A.",
    }  # fmt: skip
    filled = client.get(f"/structure/bookings/new/?auditorium={room.pk}&day=2027-02-01&starts_at=10:00")
    assert 'value="2027-02-01"' in filled.content.decode() and 'value="10:00"' in filled.content.decode()
    assert client.post("/structure/bookings/new/", data).status_code == 302
    second = client.post("/structure/bookings/new/", data | {"purpose": "Boshqa"})
    assert second.status_code == 422 and "is taken" in str(second.context["form"].errors["auditorium"])
    assert 'value="Boshqa"' in second.content.decode()
    booking = RoomBooking.objects.get()
    card = f"/structure/bookings/{booking.pk}/"
    assert "Monday, 08.02.2027" in client.get(f"{card}?tab=days").content.decode()
    assert client.post(f"{card}release/", {"day": "2027-02-08"}).status_code == 302
    assert client.post(f"{card}release/", {"day": "2027-02-08"}).status_code == 422
    assert client.post(f"{card}cancel/", {"reason": ""}).status_code == 422
    assert client.post(f"{card}cancel/", {"reason": "Qoldirildi"}).status_code == 302
    assert "cancel/" not in client.get(card).content.decode().split("<main")[1]
    listed = client.get("/structure/bookings/?state=ahead").content.decode()
    assert card not in listed and card in client.get("/structure/bookings/?state=cancelled").content.decode()
    assert client_of("rectorate").get(f"{card}cancel/").status_code == 403
    assert client.get("/structure/bookings/99999999/cancel/").status_code == 404


# --- the laws, by raw SQL

INSERT = (
    "INSERT INTO structure_roombooking (version, auditorium_id, day, starts_at, ends_at, skipped, purpose, asked_by, "
    "cancel_reason, created_at) VALUES (1, %s, '2027-02-01', %s, %s, '{}', 'p', 'a', '', now())"
)


@pytest.mark.duty("3.1")
@pytest.mark.parametrize(
    ("start", "end", "free"),
    [
        ("10:30", "10:40", False),
        ("09:00", "10:01", False),
        ("11:20", "12:00", True),
        ("09:00", "10:00", True),
    ],
)
def test_raw_double_booking_is_refused(room, refused, start, end, free):
    a_booking(room).save()
    if not free:
        refused("room_no_double_booking", INSERT, room.pk, start, end)
        return
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [room.pk, start, end])
    assert RoomSlot.objects.count() == 2


@pytest.mark.parametrize(
    ("match", "sql"),
    [
        ("written by what uses", "DELETE FROM structure_roomslot"),
        ("written by what uses", "UPDATE structure_roomslot SET day = '2027-03-01'"),
        (
            "written by what uses",
            "INSERT INTO structure_roomslot (auditorium_id, day, starts_at, ends_at, source, source_id) "
            "SELECT auditorium_id, '2027-04-01', starts_at, ends_at, 'booking', 1 FROM structure_roomslot",
        ),
        ("booked for days to come", "UPDATE structure_auditorium SET is_active = false"),
        ("auditoriums in use", "UPDATE structure_building SET is_active = false"),
        ("booking_hours", "UPDATE structure_roombooking SET ends_at = starts_at"),
        ("booking_cancelled_with_a_reason", "UPDATE structure_roombooking SET cancelled_at = now()"),
        ("auditorium_capacity", "UPDATE structure_auditorium SET capacity = 0"),
        ("wheelchair_places_are_reached", "UPDATE structure_auditorium SET wheelchair_places = 999"),
        (
            "auditorium_number_in_building",
            "INSERT INTO structure_auditorium (version, building_id, number, name, floor, kind, capacity, "
            "is_accessible, wheelchair_places, has_hearing_loop, photo, note, is_active) SELECT 1, building_id, "
            "upper(number), '', 1, '11', 5, false, 0, false, '', '', true FROM structure_auditorium",
        ),
    ],
)
def test_raw_writes_are_refused(db, refused, match, sql):
    a_booking(make_room("101a")).save()
    refused(match, sql)


def test_a_closed_room_takes_nothing_and_a_closed_building_opens_no_room(room, refused):
    Auditorium.objects.update(is_active=False)
    refused("not in use", INSERT, room.pk, "10:00", "11:00")
    Building.objects.update(is_active=False)
    refused("building is closed", "UPDATE structure_auditorium SET is_active = true")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_book_at_one_moment_one_wins():
    """Both have looked and found the room free; the second waits for the first and is refused."""
    room = make_room()
    inserted, results = threading.Event(), []

    def second() -> None:
        inserted.wait()
        try:
            with transaction.atomic():
                a_booking(room, "10:30", "12:00").save()
            results.append("booked")
        except IntegrityError as error:
            results.append("room_no_double_booking" in str(error))
        finally:
            connections.close_all()

    other = threading.Thread(target=second)
    other.start()
    with transaction.atomic():
        a_booking(room).save()
        inserted.set()
    other.join()
    assert results == [True]
    assert RoomSlot.objects.count() == 1


# --- rooms in use and out of it


@pytest.mark.duty("3.1")
def test_rooms_and_buildings_are_closed_and_opened_together(room, client_of):
    client = client_of("academic_affairs")
    booked = make_room("102")
    a_booking(booked, day=datetime.date(2999, 1, 7)).save()

    def press(register: str, action: str, *rows) -> str:
        data = {"action": action, "pk": [row.pk for row in rows], "back": f"/structure/{register}/"}
        return client.post(f"/structure/{register}/bulk/", data, follow=True).content.decode()

    text = press("auditoriums", "close", room, booked)
    assert "Taken out of use: 1." in text and "Booked for days to come: A-102" in text
    assert "They have auditoriums in use: Bino A" in press("buildings", "close", room.building)
    RoomBooking.objects.all().delete()
    press("auditoriums", "close", booked)
    assert "Taken out of use: 1." in press("buildings", "close", room.building)
    assert "Their building is closed" in press("auditoriums", "open", room)
    press("buildings", "open", room.building)
    assert "Put into use: 1." in press("auditoriums", "open", room)


@pytest.mark.duty("3.1")
def test_the_forms_say_what_does_not_fit(room, client_of):
    client = client_of("academic_affairs")
    a_booking(room, day=datetime.date(2999, 1, 7)).save()
    data = {
        "building": room.building_id, "number": "101", "floor": "9", "kind": "11", "capacity": "10",
        "wheelchair_places": "0", "is_active": "on",
    }  # fmt: skip
    new = client.post("/structure/auditoriums/new/", data).context["form"]
    assert {"floor", "__all__"} == set(new.errors)
    edit = f"/structure/auditoriums/{room.pk}/edit/"
    closing = client.post(edit, data | {"floor": "1", "is_active": "", "row_version": room.version})
    assert "07.01.2999" in str(closing.context["form"].errors["is_active"])
    building = client.post(
        f"/structure/buildings/{room.building_id}/edit/",
        {"code": "A", "name": "A", "kind": "teaching", "address": "K", "floors": "3", "tenure": "own", "position": "0",
         "latitude": "39.6", "row_version": room.building.version},
    ).context["form"]  # fmt: skip
    assert {"is_active", "__all__"} == set(building.errors)
    Equipment.objects.create(auditorium=room, kind="11", inventory_number="INV-1")
    thing = client.post(
        "/structure/equipment/new/",
        {"auditorium": room.pk, "kind": "11", "count": "2", "inventory_number": "INV-1"},
    ).context["form"]
    assert "count" in thing.errors


def test_a_photo_is_kept_and_can_be_removed(room, client_of, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client = client_of("academic_affairs")
    data = {
        "building": room.building_id, "number": "101", "floor": "1", "kind": "11", "capacity": "10",
        "wheelchair_places": "0", "is_active": "on",
    }  # fmt: skip

    def send(version: int, **more):
        url = f"/structure/auditoriums/{room.pk}/edit/"
        return client.post(url, data | {"row_version": version} | more)

    assert send(1, photo=SimpleUploadedFile("x.png", b"%PDF-1.4")).status_code == 422
    assert send(1, photo=SimpleUploadedFile("x.png", picture(size=(8, 8)))).status_code == 302
    url = f"/structure/auditoriums/{room.pk}/file/photo/"
    assert client.get(url)["Content-Type"] == "image/jpeg"
    assert url in client.get(f"/structure/auditoriums/{room.pk}/").content.decode()
    assert client_of("teacher").get(url).status_code == 403
    assert send(2, **{"photo-clear": "on"}).status_code == 302
    assert client.get(url).status_code == 404


@pytest.mark.duty("3.1")
def test_rooms_are_filtered_by_what_stands_in_them_and_summed(client_of):
    big, small = make_room("201", capacity=100, kind="11"), make_room("202", capacity=20, kind="12")
    Equipment.objects.create(auditorium=big, kind="12")
    Equipment.objects.create(auditorium=big, kind="11", count=3)
    Equipment.objects.create(auditorium=small, kind="11", count=10)
    client = client_of("academic_affairs")

    def listed(query: str) -> set[str]:
        rows = client.get(f"/structure/auditoriums/?{query}").context["page"].object_list
        return {row.number for row in rows}

    assert listed("equipment=11") == {"201", "202"}
    assert listed("equipment=11&equipment=12") == {"201"}
    assert listed("capacity_from=10&capacity_to=50") == {"202"}
    assert listed("kind=12&is_accessible=1") == {"202"}
    assert dict(client.get("/structure/auditoriums/").context["summary"]) == {"Auditoriums": 2, "Seats": 120}
    building = client.get("/structure/buildings/").context["page"].object_list[0]
    assert (building.rooms, building.seats) == (2, 120)


# --- occupancy and free rooms


@pytest.mark.duty("3.1")
def test_free_rooms_best_fit_first(academic, client_of):
    for number, seats in (("101", 100), ("102", 30), ("103", 40), ("104", 20)):
        make_room(number, capacity=seats, is_accessible=number != "103")
    taken = Auditorium.objects.get(number="102")
    Equipment.objects.create(auditorium=taken, kind="12")
    actions.book(a_booking(taken, day=MONDAY + WEEK), access=academic)
    asked = {"starts_at": at("11:00"), "ends_at": at("12:00"), "seats": 25}

    def found(day, **more) -> list[str]:
        return [room.number for room in queries.free_rooms(day, **(asked | more))]

    assert found(MONDAY) == ["102", "103", "101"]
    assert found(MONDAY + WEEK) == ["103", "101"]
    assert found(MONDAY, until=MONDAY + WEEK) == ["103", "101"]
    assert found(MONDAY, accessible=True, kinds=["11"]) == ["102", "101"]
    assert found(MONDAY, equipment=["12"]) == ["102"]
    assert found(MONDAY, building=make_building("B")) == []
    client = client_of("academic_affairs")
    page = client.get("/structure/free-rooms/?day=2027-02-01&pair=3&seats=25&equipment=12")
    text = page.content.decode()
    assert "day=2027-02-01&amp;starts_at=11%3A30&amp;ends_at=12%3A50&amp;people=25" in text
    for query, field in (("day=2027-02-01", "pair"), ("day=x&pair=1", "day"), (
        "day=2027-02-01&starts_at=10:00&ends_at=09:00", "ends_at"), ("day=2027-02-01&pair=1&until=2027-01-01", "until"),
    ):  # fmt: skip
        wrong = client.get(f"/structure/free-rooms/?{query}")
        assert wrong.status_code == 422 and field in wrong.context["form"].errors
    assert client.get("/structure/free-rooms/").status_code == 200
    assert (
        "bookings/new" not in client_of("rectorate").get(page.wsgi_request.get_full_path()).content.decode()
    )


@pytest.mark.duty("3.1")
def test_the_week_of_a_building_and_of_a_room(room, academic, client_of, django_assert_max_num_queries):
    actions.book(a_booking(room, "10:00", "12:00"), access=academic)
    actions.book(a_booking(room, "18:00", "20:00", purpose="Kechki yigʻilish"), access=academic)
    for number in range(2, 8):
        other = make_room(f"10{number}")
        actions.book(a_booking(other, repeat_until=MONDAY + WEEK), access=academic)
    week = occupancy.weeks([room], MONDAY, academic)[0]
    assert (week.used, week.share) == (2, 6)
    assert [one.use.title for one in week.outside] == ["Kechki yigʻilish"]
    client = client_of("rectorate")
    with django_assert_max_num_queries(12):
        grid = client.get("/structure/occupancy/?day=2027-02-03").content.decode()
    assert grid.count('class="taken"') == 8 and "01.02.2027 – 06.02.2027" in grid
    with django_assert_max_num_queries(12):
        day = client.get("/structure/occupancy/?day=2027-02-01&view=day").content.decode()
    # The evening stands beside the room's number.
    assert day.count("Karimov A.") == 9 and "Kechki yigʻilish" in day and "bookings/new" not in day
    sunday = MONDAY + datetime.timedelta(days=6)
    actions.book(a_booking(room, day=sunday, purpose="Yakshanba tadbiri"), access=academic)
    text = client.get("/structure/occupancy/?day=2027-02-07&view=day").content.decode()
    assert "No classes on a Sunday" in text and "Yakshanba tadbiri" in text
    assert "+2</abbr>" in client.get("/structure/occupancy/?day=2027-02-07").content.decode()
    own = f"/structure/auditoriums/{room.pk}/?tab=week&day=2027-02-01"
    assert "Kechki yigʻilish" in client.get(own).content.decode()
    assert "starts_at=08:30" in client_of("academic_affairs").get(own).content.decode()
    assert client_of("dean", factories.make_faculty()).get("/structure/occupancy/").status_code == 403
    assert client_of("dean", factories.make_faculty()).get("/structure/free-rooms/").status_code == 403


def test_another_app_adds_its_uses_and_its_pairs(room, academic, monkeypatch):
    monkeypatch.setattr(occupancy, "_sources", {})
    monkeypatch.setattr(occupancy, "_pairs", [])
    a_booking(room).save()
    assert occupancy.read_slots([room], [MONDAY], academic)[room.pk][0].use.title == "booking"
    occupancy.register_source(
        occupancy.Source(
            "booking", "Dars", lambda access, ids: {one: occupancy.Use("Algebra") for one in ids}
        )
    )
    occupancy.register_pairs(lambda: [rules.Pair(1, at("09:00"), at("10:30"))])
    week = occupancy.weeks([room], MONDAY, academic)[0]
    assert week.days[0][1][0].uses[0].use.title == "Algebra"
    assert [str(pair) for pair in occupancy.pairs()] == ["09:00–10:30"]


def test_rules():
    assert rules.code_is_right("12", "303-101-01") and not rules.code_is_right("12", "303-101")
    assert rules.code_is_right("11", "303-101") and not rules.code_is_right("11", "303-201")
    assert rules.code_is_right("13", "303-201") and not rules.code_is_right("13", "303-101")
    assert rules.code_belongs("12", "303-101-01", "303-101") and not rules.code_belongs(
        "12", "303-101-01", "303-10"
    )
    assert rules.weekly(MONDAY, None) == [MONDAY]
    assert rules.weekly(MONDAY, MONDAY + datetime.timedelta(days=13)) == [MONDAY, MONDAY + WEEK]
    assert rules.teaching_week(MONDAY + datetime.timedelta(days=6))[0] == MONDAY
    assert not rules.overlap(at("10:00"), at("11:00"), at("11:00"), at("12:00"))
    assert rules.share(1, 3) == 33 and rules.share(0, 0) == 0
