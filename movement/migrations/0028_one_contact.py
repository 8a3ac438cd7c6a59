"""The contacts of the parents become contacts of the card, which the links refer to.

A contact of the parents that the card has already, by its phone (or, without one, by name and relation), is
that contact; any other is added to the card. The agreement of the student goes with it, unless it was ended.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F
from django.utils import timezone

PEOPLE_AT_ONCE = 1000
TO_CARD = {"other": "relative"}
FROM_CARD = {"father": "father", "mother": "mother", "guardian": "guardian"}
FLUSH = "SET CONSTRAINTS ALL IMMEDIATE"


def copy(apps, schema_editor):
    """Every contact of the parents onto the card, and its links to it."""
    parents = apps.get_model("movement", "ParentContact").objects
    people = parents.order_by("student__person").values_list("student__person", flat=True).distinct()
    for some in _chunks(list(people)):
        _copy(apps, some)


def _chunks(keys: list[int]) -> Iterator[list[int]]:
    return (keys[at : at + PEOPLE_AT_ONCE] for at in range(0, len(keys), PEOPLE_AT_ONCE))


def _copy(apps, people: list[int]) -> None:
    parent, link = (apps.get_model("movement", name) for name in ("ParentContact", "ParentLink"))
    card = apps.get_model("students", "Contact")
    rows = list(
        parent.objects.filter(student__person__in=people)
        .select_related("student")
        .order_by(F("ended_at").desc(nulls_first=True), "pk")
    )
    links = defaultdict(list)
    for one in link.objects.filter(contact__in=[row.pk for row in rows]):
        links[one.contact_id].append(one)
    held = defaultdict(list)
    for one in card.objects.filter(person__in=people).order_by("pk"):
        held[one.person_id].append(one)
    made, changed, taken = [], {}, set()
    target = {}
    for row in rows:
        named = {(row.student_id, one.order_id) for one in links[row.pk]}
        cards = held[row.student.person_id]
        found = next(
            (
                one for one in cards
                if _is_same(one, row) and not any((id(one), *pair) in taken for pair in named)
            ),
            None,
        )  # fmt: skip
        if found is None:
            found = card(
                person_id=row.student.person_id, relation=TO_CARD.get(row.relation, row.relation),
                full_name=row.name, phone=row.phone, email=row.email,
            )  # fmt: skip
            cards.append(found)
            made.append(found)
        elif found.pk:
            changed[found.pk] = found
        found.email = found.email or row.email
        if row.ended_at is None and row.agreed_on:
            since = _midnight(row.agreed_on)
            found.agreed_at = min(found.agreed_at, since) if found.agreed_at else since
        target[row.pk] = found
        taken |= {(id(found), *pair) for pair in named}
    card.objects.bulk_create(made)
    card.objects.bulk_update(changed.values(), ["email", "agreed_at"])
    moved = [one for row in rows for one in links[row.pk]]
    students = {row.pk: row.student_id for row in rows}
    for one in moved:
        one.card_id, one.student_id = target[one.contact_id].pk, students[one.contact_id]
    link.objects.bulk_update(moved, ["card", "student"], batch_size=2000)


def _is_same(card, row) -> bool:
    if card.email and row.email and card.email != row.email:
        return False
    if row.phone:
        return card.phone == row.phone
    relation = TO_CARD.get(row.relation, row.relation)
    return card.relation == relation and card.full_name.casefold() == row.name.casefold()


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def copy_back(apps, schema_editor):
    """Contacts that are told, were given links or have an e-mail become contacts of the parents again.

    What is told nothing by now was open to the older program: its links are revoked. Contacts that
    are reached by e-mail only go from the card, which knew no such.
    """
    card = apps.get_model("students", "Contact").objects
    told = card.filter(
        models.Q(agreed_at__isnull=False) | models.Q(order_links__isnull=False) | ~models.Q(email="")
    )
    for some in _chunks(sorted(set(told.values_list("person", flat=True)))):
        _copy_back(apps, some)
    card.filter(phone="").delete()


def _copy_back(apps, people: list[int]) -> None:
    parent, link = (apps.get_model("movement", name) for name in ("ParentContact", "ParentLink"))
    card, student = (apps.get_model("students", name).objects for name in ("Contact", "Student"))
    studies = defaultdict(list)
    for one in student.filter(person__in=people).order_by("-entry_year", "-pk"):
        studies[one.person_id].append(one.pk)
    links = defaultdict(list)
    for one in link.objects.filter(card__person__in=people).order_by("pk"):
        links[one.card_id].append(one)
    authors = dict(
        apps.get_model("people", "User").objects.filter(person__in=people).values_list("person", "pk")
    )
    now, made, used = timezone.now(), {}, set()
    anybody = apps.get_model("people", "User").objects.order_by("pk").values_list("pk", flat=True).first()
    for one in card.filter(person__in=people).order_by("pk"):
        named = {each.student_id for each in links[one.pk]}
        if not named and (one.agreed_at or one.email):
            named = set(studies[one.person_id][:1])
        for pk in named:
            key = (pk, one.phone, one.email)
            made[one.pk, pk] = parent(
                student_id=pk, name=one.full_name, relation=FROM_CARD.get(one.relation, "other"), phone=one.phone,
                email=one.email, agreed_on=timezone.localdate(one.agreed_at) if one.agreed_at else None,
                created_by_id=authors.get(one.person_id, anybody), ended_at=now if key in used else None,
            )  # fmt: skip
            used.add(key)
    parent.objects.bulk_create(made.values())
    moved = [each for some in links.values() for each in some]
    agreed = dict(card.filter(pk__in=links).values_list("pk", "agreed_at"))
    for each in moved:
        back = made[each.card_id, each.student_id]
        since = agreed[each.card_id]
        if each.revoked_at is None and (since is None or since > each.created_at):
            each.revoked_at, each.revoked_by_id = now, back.created_by_id
        each.contact_id, each.card_id = back.pk, None
    link.objects.bulk_update(moved, ["contact", "card", "revoked_at", "revoked_by"], batch_size=2000)


class Migration(migrations.Migration):
    dependencies = [("movement", "0027_objection_guards"), ("students", "0010_contacts_of_parents")]

    operations = [
        migrations.AddField(
            "parentlink",
            "student",
            models.ForeignKey(
                "students.Student", django.db.models.deletion.PROTECT, null=True, related_name="parent_links",
                verbose_name="student",
            ),
        ),
        migrations.AddField(
            "parentlink",
            "card",
            models.ForeignKey(
                "students.Contact", django.db.models.deletion.PROTECT, null=True, related_name="order_links",
                verbose_name="contact",
            ),
        ),
        migrations.AlterField(
            "parentlink",
            "contact",
            models.ForeignKey(
                "movement.ParentContact", django.db.models.deletion.PROTECT, null=True, related_name="links",
                verbose_name="contact",
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, FLUSH),
        migrations.RunPython(copy, copy_back),
        migrations.RunSQL(FLUSH, migrations.RunSQL.noop),
    ]  # fmt: skip
