"""A small university with teachers, approved works and approved criteria, for the tests of the rating."""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal

from django.utils import timezone

from research.models import Profile, ProfileFigures, Work, WorkAuthor
from research.rating import actions, counting
from research.rating.models import CriteriaSet, Criterion, Evidence, Rating, RatingLine
from tests import factories

YEAR = 2025
DAY = datetime.date(2026, 6, 30)
_serial = itertools.count(1)
KINDS = {Work.SCIENTIFIC: "13", Work.METHODICAL: "11", Work.PROPERTY: "17"}


class World:
    """Two faculties: Anvar and Barno in one kafedra, Chori in the next, Dilshod in the other faculty."""

    def __init__(self) -> None:
        factories.make_university()
        self.year = factories.make_year(YEAR)
        self.faculty, self.other = factories.make_faculty("303-101"), factories.make_faculty("303-102")
        self.kafedra, self.next = (
            factories.make_kafedra(self.faculty, 1),
            factories.make_kafedra(self.faculty, 2),
        )
        self.far = factories.make_kafedra(self.other, 1)
        self.affairs, self.rector = factories.make_user("academic_affairs"), factories.make_user("rectorate")
        self.head, self.dean = (
            factories.make_user("head", self.kafedra),
            factories.make_user("dean", self.faculty),
        )
        self.users = {}
        self.anvar, self.barno = (
            self._teacher("Anvarov", self.kafedra),
            self._teacher("Barnoyeva", self.kafedra),
        )
        self.chori, self.dilshod = self._teacher("Choriyev", self.next), self._teacher("Dilshodov", self.far)

    def _teacher(self, name, kafedra):
        person = factories.make_person(name)
        employee = factories.make_employee(kafedra, person=person)
        self.users[employee.pk] = factories.make_user("teacher", person=person)
        return employee

    def user(self, employee):
        return self.users[employee.pk]

    @property
    def teachers(self):
        return [self.anvar, self.barno, self.chori, self.dilshod]

    def work(
        self, *authors, sort=Work.SCIENTIFIC, approved=True, shares=(), outsiders=0, when=None, **fields
    ):
        """A work of these teachers, approved by the head on the day before the rating."""
        number = next(_serial)
        fields = {f"{sort}_kind": KINDS[sort]} | fields
        if sort == Work.PROPERTY:
            fields |= {"certificate_number": f"DGU {number}", "certificate_date": DAY}
        work = Work.objects.create(
            title=f"Ish {number}", sort=sort, academic_year=self.year, issue_year=2025, source_name="Nature",
            entered_by=authors[0], kafedra=self.kafedra, **fields,
        )  # fmt: skip
        for place, author in enumerate(authors):
            share = shares[place] if place < len(shares) else None
            WorkAuthor.objects.create(work=work, employee=author, place=place + 1, share=share)
        for place in range(outsiders):
            WorkAuthor.objects.create(work=work, outsider=f"J. Smith {place}", place=9)
        if approved:
            self.approve(work, when)
        return work

    def approve(self, row, when=None):
        moment = when or timezone.make_aware(datetime.datetime(2026, 6, 29, 12))
        rows = type(row).objects.filter(pk=row.pk)
        rows.update(state="submitted", submitted_at=moment)
        rows.update(state="approved", decided_by=self.head, decided_at=moment)

    def evidence(self, employee, quantity, *, code="council", approved=True):
        row = Evidence.objects.create(
            academic_year=self.year, code=code, employee=employee, kafedra=self.kafedra, title="Kengash aʼzosi",
            quantity=quantity, scan="research/none.pdf",
        )  # fmt: skip
        if approved:
            self.approve(row)
        return row

    def profile(self, employee, h_index, documents, citations):
        number = next(_serial)
        profile = Profile.objects.create(
            employee=employee, kafedra=self.kafedra, platform="11", identifier=str(57_000_000_000 + number),
            link=f"https://www.scopus.com/authid/detail.uri?authorId={number}",
        )  # fmt: skip
        row = ProfileFigures.objects.create(
            profile=profile, kafedra=self.kafedra, day=datetime.date(2026, 6, 1), academic_year=self.year,
            h_index=h_index, documents=documents, citations=citations,
        )  # fmt: skip
        self.approve(row)
        return row

    def criteria(self, *lines, state=CriteriaSet.APPROVED, edition=1):
        """An edition with these lines, each ``(source, weight, {more})``."""
        made = CriteriaSet.objects.create(
            academic_year=self.year, edition=edition, basis="Kengash, № 1", created_by=self.affairs
        )
        for position, (source, weight, more) in enumerate(lines, start=1):
            Criterion.objects.create(
                criteria=made, position=position, source=source, weight=Decimal(weight), unit="dona",
                **{"code": f"c{position}", "title": f"Mezon {position}"} | more,
            )  # fmt: skip
        if state == CriteriaSet.APPROVED:
            CriteriaSet.objects.filter(pk=made.pk).update(
                state=state, approved_by=self.rector, approved_at=timezone.now()
            )
        made.refresh_from_db()
        return made

    def rating(self, criteria=None, *, as_of=DAY):
        """A rating that has been counted."""
        criteria = criteria or self.criteria(("work_scientific", "10", {}))
        rating = Rating.objects.create(
            academic_year=self.year, criteria=criteria, as_of=as_of, created_by=self.affairs
        )
        return self.count(rating)

    def count(self, rating):
        for step in counting.steps_of(rating):
            counting.do_step(rating, step)
        return actions.counted(rating)

    def frozen(self, criteria=None):
        return actions.freeze(self.rating(criteria), access=factories.access_of(self.affairs))

    def line(self, rating, employee):
        return RatingLine.objects.get(rating=rating, employee=employee)

    def totals(self, rating):
        rows = RatingLine.objects.filter(rating=rating).order_by("employee")
        return {row.employee_id: row.total for row in rows}
