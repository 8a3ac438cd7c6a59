"""Registers of achievements, olympiads, sport, exchange, and of passport data corrections (duty 2.1)."""

from __future__ import annotations

from django.http import FileResponse
from django.utils.translation import gettext_lazy as _

from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.pages import files
from hemis.pages.columns import Column, field_label
from hemis.pages.filters import BooleanFilter, Filter, RangeFilter, RelatedFilter
from hemis.pages.register import Register
from hemis.people.models import Person
from students.forms import AchievementForm, ExchangeForm, OlympiadForm, SportForm
from students.models import AcademicYear, Achievement, Exchange, Olympiad, PassportCorrection, SportRecord
from students.pages.choices import faculties, groups_of


class HasScanFilter(BooleanFilter):
    """With a file, or without."""

    def __init__(self) -> None:
        super().__init__("has_scan", lookup="scan", label=_("With a scan"))

    def apply(self, rows, data):
        wanted = set(self.chosen(data)) & {"0", "1"}
        if len(wanted) != 1:
            return rows
        return rows.exclude(scan="") if wanted == {"1"} else rows.filter(scan="")


STUDENT_COLUMNS = [
    Column("student__person", _("Student"), link=True, sort="student__person__sort_key"),
    Column("student__number", hidden=True),
    Column("student__current__group", _("Group"), sort="student__current__group__name"),
    Column(
        "student__current__faculty", _("Faculty"), sort="student__current__faculty__name", hidden=True
    ),
]  # fmt: skip
STUDENT_FILTERS = [
    RelatedFilter("faculty", faculties("achievement.view"), lookup="student__current__faculty"),
    RelatedFilter("group", groups_of("achievement.view"), lookup="student__current__group"),
]
STUDENT_RELATED = ("student__person", "student__current__group", "student__current__faculty")


class _Activity(Register):
    """What the registers about one student share."""

    search_person = "student__person"
    select_related = STUDENT_RELATED
    detail_template = "students/activity.html"

    @classmethod
    def detail_context(cls, request, obj):
        return {"has_scan": bool(obj.scan), "scan_url_name": f"{cls.key()}_scan"}


class Achievements(_Activity):
    app, name, title, title_one = "students", "achievements", _("Achievements"), _("achievement")
    model, permission, menu = Achievement, "achievement", "students"
    columns = [
        *STUDENT_COLUMNS,
        Column("kind"),
        Column("title"),
        Column("document"),
        Column("year", numeric=True),
    ]
    filters = [*STUDENT_FILTERS, Filter("kind"), RangeFilter("year"), HasScanFilter()]
    search = ("title", "document", "student__number")
    fields = ("student", "student__current__group", "kind", "title", "document", "year")
    form = AchievementForm
    empty = _("Enter named stipends, prizes and victories of the students, with the document.")


class Olympiads(_Activity):
    app, name, title, title_one = "students", "olympiads", _("Olympiad winners"), _("olympiad result")
    model, permission, menu = Olympiad, "achievement", "students"
    columns = [
        *STUDENT_COLUMNS,
        Column("name"),
        Column("section"),
        Column("level"),
        Column("country", hidden=True),
        Column("venue", hidden=True),
        Column("held_on"),
        Column("place", numeric=True),
        Column("diploma", hidden=True),
    ]
    filters = [
        *STUDENT_FILTERS,
        Filter("level"),
        RangeFilter("held_on", "date"),
        RangeFilter("place"),
        HasScanFilter(),
    ]
    search = ("name", "section", "diploma", "student__number")
    fields = (
        "student",
        "student__current__group",
        "level",
        "name",
        "section",
        "country",
        "venue",
        "held_on",
        "place",
        "diploma",
    )
    form = OlympiadForm
    empty = _("Enter places won at olympiads.")


class Sport(_Activity):
    app, name, title, title_one = "students", "sport", _("Sport: ranks and clubs"), _("sport record")
    model, permission, menu = SportRecord, "achievement", "students"
    columns = [
        *STUDENT_COLUMNS,
        Column("what_sport", _("Kind of sport"), sort="sport_name"),
        Column("kind"),
        Column("name"),
        Column("document", hidden=True),
        Column("given_on"),
    ]
    filters = [
        *STUDENT_FILTERS,
        Filter("sport"),
        Filter("kind"),
        RangeFilter("given_on", "date"),
        HasScanFilter(),
    ]
    search = ("name", "sport_name", "document", "student__number")
    fields = ("student", "student__current__group", "what_sport", "kind", "name", "document", "given_on")
    form = SportForm
    empty = _("Enter sports ranks of students, and the sections and clubs they go to.")


def _years(access):
    return AcademicYear.objects.all()


class Exchanges(_Activity):
    app, name, title, title_one = "students", "exchanges", _("Student exchange"), _("exchange")
    model, permission, menu = Exchange, "achievement", "students"
    columns = [
        Column("who", _("Who"), link=True, sort="guest_name"),
        Column("direction", badge={"in": "green", "out": "blue"}),
        Column("country"),
        Column("university"),
        Column("speciality_name", hidden=True),
        Column("programme_name"),
        Column("faculty", sort="faculty__name", hidden=True),
        Column("academic_year", hidden=True),
        Column("valid_from"),
        Column("valid_to"),
    ]
    filters = [
        RelatedFilter("faculty", faculties("achievement.view")),
        Filter("direction"),
        RelatedFilter("year", _years, lookup="academic_year"),
        Filter("education_type"),
        Filter("country"),
        RangeFilter("valid_from", "date"),
        HasScanFilter(),
    ]
    search = ("guest_name", "university", "programme_name", "document")
    select_related = ("student__person", "faculty", "academic_year")
    fields = (
        "direction",
        "who",
        "faculty",
        "academic_year",
        "education_type",
        "country",
        "university",
        "speciality_name",
        "programme_name",
        "document",
        "valid_from",
        "valid_to",
    )
    form = ExchangeForm
    empty = _("Enter who goes to another university for a while, and who comes.")


def _texts(values: dict) -> str:
    return "; ".join(f"{field_label(Person, name)}: {value or '—'}" for name, value in sorted(values.items()))


class PassportCorrections(Register):
    """What was corrected in passport data, why, and by whom."""

    app, name, title, title_one = (
        "students", "corrections", _("Passport data corrections"), _("passport data correction"),
    )  # fmt: skip
    model, permission, menu = PassportCorrection, "student", "students"
    menu_place = 60
    columns = [
        Column("person", link=True, sort="person__sort_key"),
        Column("old", value=lambda row: _texts(row.old), label=_("Before"), sort=None),
        Column("new", value=lambda row: _texts(row.new), label=_("After"), sort=None),
        Column("reason"),
        Column("basis"),
        Column("made_by", _("Corrected by"), sort="made_by__person__sort_key"),
        Column("made_at"),
    ]
    filters = [RangeFilter("made_at", "date", lookup="made_at__date", label=_("Corrected"))]
    search = ("reason", "basis")
    search_person = "person"
    select_related = ("person", "made_by__person")
    detail_template = "students/activity.html"
    empty = _(
        "Passport data are corrected from the student's card, with a reason; each correction stands here."
    )

    @classmethod
    def detail_context(cls, request, obj):
        return {"has_scan": bool(obj.scan), "scan_url_name": "student_correction_scan"}


def _scan_view(register: type[Register]):
    @page(register.view_permission())
    def view(request: Request, pk: int) -> FileResponse:
        found = get_in_scope(register.model, request, register.view_permission(), pk=pk)
        return files.response(found.scan, name=f"{register.name}-{pk}")

    return view


achievement_scan, olympiad_scan, sport_scan, exchange_scan = (
    _scan_view(one) for one in (Achievements, Olympiads, Sport, Exchanges)
)
