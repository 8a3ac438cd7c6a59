"""What is done with criteria and ratings: approved, counted, frozen, corrected (duties 3.6, B6.8)."""

from __future__ import annotations

import datetime

from django.core.files import File
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access.holders import holders
from hemis.access.scope import Access
from hemis.jobs.actions import start
from hemis.notices.actions import notify
from hemis.people.models import User
from research.rating import counting, rules
from research.rating.models import CriteriaSet, Criterion, Rating, RatingAppeal, RatingLine
from research.rating.template import TEMPLATE
from students.models import AcademicYear


class RatingError(Exception):
    """A reason that the user may read."""


COPIED = (
    "code", "title", "source", "kind", "in_database", "has_certificate", "unit", "weight", "cap", "shared", "position",
)  # fmt: skip


def in_force(year: int) -> CriteriaSet | None:
    """The criteria by which a year is counted: the latest approved edition."""
    found = CriteriaSet.objects.filter(academic_year=year, state__in=CriteriaSet.IN_FORCE)
    return found.order_by("-edition").first()


@transaction.atomic
def begin_criteria(
    *, access: Access, year: AcademicYear, basis: str, note: str = "", appeal_days: int = 10
) -> CriteriaSet:
    """A draft for the year, with the lines of the latest edition there is (of the year, else of a year before).

    Raises:
        PermissionDenied: without the duty.
        RatingError: the year has a draft already.
    """
    access.require("rating_criteria.edit")
    if CriteriaSet.objects.filter(academic_year=year, state=CriteriaSet.DRAFT).exists():
        raise RatingError(_("This year has a draft of criteria already; go on with that one."))
    before = CriteriaSet.objects.filter(academic_year__year__lte=year.year).exclude(state=CriteriaSet.DRAFT)
    latest = before.order_by("-academic_year_id", "-edition").first()
    number = CriteriaSet.objects.filter(academic_year=year).count() + 1
    made = CriteriaSet.objects.create(
        academic_year=year,
        edition=number,
        basis=basis,
        note=note,
        appeal_days=appeal_days,
        created_by=access.user,
    )
    if latest is not None:
        copy_lines(latest, made)
    return made


def copy_lines(source: CriteriaSet, target: CriteriaSet) -> int:
    """The lines of one edition into another that is a draft; how many."""
    rows = [Criterion(criteria=target, **one) for one in source.lines.values(*COPIED)]
    return len(Criterion.objects.bulk_create(rows))


@transaction.atomic
def take_template(criteria: CriteriaSet, *, access: Access) -> int:
    """Add the lines of the ministry's template that the draft has not; how many were added.

    Raises:
        PermissionDenied: without the duty.
        RatingError: it is no draft any more.
    """
    criteria = _locked(criteria, access, "rating_criteria.edit", (CriteriaSet.DRAFT,))
    known = set(criteria.lines.values_list("source", "kind", "in_database", "has_certificate"))
    codes = set(criteria.lines.values_list("code", flat=True))
    rows = [
        one.criterion(criteria, position)
        for position, one in enumerate(TEMPLATE, start=len(codes) + 1)
        if one.key not in known and one.code not in codes
    ]
    return len(Criterion.objects.bulk_create(rows))


@transaction.atomic
def approve_criteria(criteria: CriteriaSet, *, access: Access) -> CriteriaSet:
    """Draft → approved: from now on it does not change (duty B6.8).

    Raises:
        PermissionDenied: without the duty.
        RatingError: no draft, without lines, or approved by who formed it.
    """
    criteria = _locked(criteria, access, "rating_criteria.approve", (CriteriaSet.DRAFT,))
    if not criteria.lines.exists():
        raise RatingError(_("There is nothing to approve: the draft has no criteria."))
    if access.user is None or criteria.created_by_id == access.user.pk:
        raise RatingError(_("Who formed the criteria does not approve them."))
    _keep(criteria, state=CriteriaSet.APPROVED, approved_by=access.user, approved_at=timezone.now())
    return criteria


def _locked(criteria: CriteriaSet, access: Access, permission: str, states: tuple[str, ...]) -> CriteriaSet:
    access.require(permission)
    found = CriteriaSet.objects.select_for_update(of=("self",)).get(pk=criteria.pk)
    if found.state not in states:
        raise RatingError(_("These criteria are approved already; make another edition."))
    return found


def _keep(row: CriteriaSet | Rating, **facts) -> None:
    row.version += 1
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(update_fields=["version", *facts])


# --- ratings


@transaction.atomic
def begin(*, access: Access, year: AcademicYear, as_of: datetime.date) -> Rating:
    """Form the rating of a year and count it in the background; until it is frozen it may be counted anew.

    Raises:
        PermissionDenied: without the duty.
        RatingError: no approved criteria, a day to come, or the year has a rating already.
    """
    access.require("rating.form")
    criteria = in_force(year.year)
    if criteria is None:
        raise RatingError(_("The criteria of this year are not approved yet."))
    _refuse_day(as_of, year.year)
    if Rating.objects.filter(academic_year=year).exists():
        raise RatingError(_("This year has a rating already: count it anew, or correct what is frozen."))
    rating = Rating.objects.create(academic_year=year, criteria=criteria, as_of=as_of, created_by=access.user)
    _count(rating, access)
    return rating


def _refuse_day(as_of: datetime.date, year: int) -> None:
    if as_of > timezone.localdate():
        raise RatingError(_("A rating is not counted as of a day to come."))
    if as_of < rules.span(year)[0]:
        raise RatingError(_("The academic year had not begun on this day."))


def _count(rating: Rating, access: Access) -> None:
    assert access.user is not None  # the duty is somebody's
    start(
        "research.rating", user=access.user, params={"rating": rating.pk}, access=access,
        title=_("Counting: %(rating)s") % {"rating": rating},
    )  # fmt: skip


@transaction.atomic
def recount(rating: Rating, *, access: Access, as_of: datetime.date | None = None) -> Rating:
    """Count a preliminary rating anew, by the criteria in force now; a correction keeps its criteria.

    Raises:
        PermissionDenied: without the duty.
        RatingError: it is frozen, or being counted.
    """
    rating = _locked_rating(rating, access, (Rating.COUNTED,))
    as_of = as_of or rating.as_of
    _refuse_day(as_of, rating.academic_year_id)
    criteria = rating.criteria if rating.corrects_id else in_force(rating.academic_year_id)
    _keep(rating, state=Rating.COUNTING, criteria=criteria, as_of=as_of)
    _count(rating, access)
    return rating


@transaction.atomic
def counted(rating: Rating) -> Rating:
    """Being counted → preliminary; called by the job when the last step is done."""
    rating = Rating.objects.select_for_update(of=("self",)).get(pk=rating.pk)
    _keep(rating, state=Rating.COUNTED, counted_at=timezone.now())
    return rating


@transaction.atomic
def freeze(rating: Rating, *, access: Access) -> Rating:
    """Preliminary → frozen for ever; its criteria are locked, its teachers are told until when they may appeal.

    Raises:
        PermissionDenied: without the duty.
        RatingError: it is frozen already, being counted, or ranks nobody.
    """
    rating = _locked_rating(rating, access, (Rating.COUNTED,))
    if not rating.lines.exists():
        raise RatingError(_("There is nothing to freeze: the rating ranks nobody."))
    criteria = rating.criteria
    if criteria.state == CriteriaSet.APPROVED:
        _keep(criteria, state=CriteriaSet.LOCKED)
    until = rules.appeals_until(timezone.localdate(), criteria.appeal_days)
    _keep(rating, state=Rating.FROZEN, frozen_by=access.user, frozen_at=timezone.now(), appeals_until=until)
    facts = {"year": str(rating.academic_year), "day": f"{until:%d.%m.%Y}"}
    teachers = User.objects.filter(is_active=True, person__employee__rating_lines__rating=rating)
    notify(teachers, "rating_frozen", facts, url=reverse("research_lines_list"))
    return rating


def _locked_rating(rating: Rating, access: Access, states: tuple[str, ...]) -> Rating:
    access.require("rating.form")
    found = Rating.objects.select_for_update(of=("self",)).select_related("criteria").get(pk=rating.pk)
    if found.state not in states:
        raise RatingError(
            _("The rating is frozen; a correction is another edition.")
            if found.state == Rating.FROZEN
            else _("The rating is in another state: %(state)s.") % {"state": found.get_state_display()}
        )
    return found


@transaction.atomic
def correct(rating: Rating, *, access: Access, reason: str, as_of: datetime.date) -> Rating:
    """The next edition of a frozen rating: teachers whose appeals were upheld are counted anew as of ``as_of``,
    everybody else keeps what was frozen, and the places follow. The edition before stays as it is.

    Raises:
        PermissionDenied: without the duty.
        RatingError: not frozen, corrected already, nothing was upheld, or appeals still wait.
    """
    rating = _locked_rating(rating, access, (Rating.FROZEN,))
    if Rating.objects.filter(corrects=rating).exists():
        raise RatingError(_("This edition has been corrected already."))
    appeals = RatingAppeal.objects.filter(line__rating=rating)
    if appeals.filter(state=RatingAppeal.ASKED).exists():
        raise RatingError(_("Appeals still wait for a decision."))
    upheld = appeals.filter(state=RatingAppeal.UPHELD, result=None)
    if not upheld.exists():
        raise RatingError(_("No appeal was upheld: there is nothing to correct."))
    if not reason.strip():
        raise RatingError(_("Say why the rating is corrected."))
    _refuse_day(as_of, rating.academic_year_id)
    made = Rating.objects.create(
        academic_year_id=rating.academic_year_id, edition=rating.edition + 1, criteria=rating.criteria, as_of=as_of,
        corrects=rating, reason=reason.strip(), created_by=access.user,
    )  # fmt: skip
    upheld.update(result=made)
    _count(made, access)
    return made


@transaction.atomic
def drop(rating: Rating, *, access: Access) -> None:
    """Take a preliminary rating back; appeals that a correction was to put right wait for another one.

    Raises:
        PermissionDenied: without the duty.
        RatingError: it is frozen.
    """
    rating = _locked_rating(rating, access, (Rating.COUNTED, Rating.COUNTING))
    RatingAppeal.objects.filter(result=rating).update(result=None)
    with connection.cursor() as cursor:
        for sql in counting.EMPTY:
            cursor.execute(sql, {"rating": rating.pk})
    rating.delete()


# --- appeals


@transaction.atomic
def ask(line: RatingLine, *, access: Access, text: str, evidence: File | None = None) -> RatingAppeal:
    """Ask for the own line to be looked at again; academic affairs are told.

    Raises:
        PermissionDenied: without the duty.
        RatingError: somebody else's line, the rating is not frozen or has been corrected, or the term is over.
    """
    access.require("rating_appeal.edit")
    rating = line.rating
    if line.employee.person_id != access.scope("rating_appeal.edit").person_id:
        raise RatingError(_("An appeal is asked by the teacher himself."))
    if rating.state != Rating.FROZEN or Rating.objects.filter(corrects=rating).exists():
        raise RatingError(_("Appeals are taken against the frozen rating that is in force."))
    if rating.appeals_until is None or timezone.localdate() > rating.appeals_until:
        raise RatingError(_("The term for appeals is over."))
    if RatingAppeal.objects.filter(line=line).exists():
        raise RatingError(_("You have asked already."))
    appeal = RatingAppeal.objects.create(line=line, text=text, evidence=evidence or "")
    facts = {"who": str(line.employee), "rating": str(rating)}
    url = reverse("research_appeals_detail", args=[appeal.pk])
    notify(holders("rating_appeal.decide"), "rating_appeal", facts, url=url)
    return appeal


@transaction.atomic
def decide(appeal: RatingAppeal, *, access: Access, upheld: bool, decision: str) -> RatingAppeal:
    """Answer an appeal with a decision; the teacher is told.

    Raises:
        PermissionDenied: without the duty.
        RatingError: decided already, without words, or by the teacher himself.
    """
    access.require("rating_appeal.decide")
    appeal = RatingAppeal.objects.select_for_update(of=("self",)).select_related(
        "line__rating", "line__employee__person"
    ).get(pk=appeal.pk)  # fmt: skip
    if appeal.state != RatingAppeal.ASKED:
        raise RatingError(_("The appeal is decided already."))
    if not decision.strip():
        raise RatingError(_("Write the decision."))
    if access.user is None or appeal.line.employee.person_id == access.user.person_id:
        raise RatingError(_("Nobody decides an appeal of one's own."))
    appeal.state = RatingAppeal.UPHELD if upheld else RatingAppeal.REJECTED
    appeal.decision, appeal.decided_by, appeal.decided_at = decision.strip(), access.user, timezone.now()
    appeal.version += 1
    appeal.save(update_fields=["state", "decision", "decided_by", "decided_at", "version"])
    user = User.objects.filter(person=appeal.line.employee.person_id, is_active=True)
    kind = "rating_appeal_upheld" if upheld else "rating_appeal_rejected"
    facts = {"rating": str(appeal.line.rating)}
    notify(user, kind, facts, url=reverse("research_appeals_detail", args=[appeal.pk]))
    return appeal
