"""Registers of specialities, programmes, qualifications, quotas, groups, tutors and candidates (duties 2.1, B4)."""

from __future__ import annotations

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.base import Request
from hemis.pages import menu
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register, Tab
from students import queries
from students.forms import (
    GroupForm,
    ProgrammeForm,
    QualificationForm,
    QuotaForm,
    SpecialityForm,
    TutorGroupForm,
)
from students.models import (
    AdmissionQuota,
    Candidate,
    Group,
    Programme,
    Qualification,
    Speciality,
    Student,
    TutorGroup,
)
from students.pages import groups
from students.pages.choices import faculties, groups_of, specialities


def _of_speciality(request: Request, speciality: Speciality) -> dict:
    return {
        "programmes": speciality.programmes.all(),
        "qualifications": speciality.qualifications.all(),
    }


class Specialities(Register):
    app, name, title, title_one = "students", "specialities", _("Specialities"), _("speciality")
    model, permission, menu = Speciality, "speciality", "students"
    menu_place = 40
    columns = [
        Column("code"),
        Column("name", link=True),
        Column("education_type"),
        Column("faculty", sort="faculty__name"),
        Column("kafedra", sort="kafedra__name", hidden=True),
        Column("locality", hidden=True),
        Column("is_active"),
    ]
    filters = [
        Filter("education_type"),
        RelatedFilter("faculty", faculties("speciality.view")),
        BooleanFilter("is_active"),
    ]
    search = ("code", "name", "name_ru", "name_en")
    select_related = ("faculty", "kafedra")
    tabs = [
        Tab("programmes", _("Programmes and qualifications"), "students/_of_speciality.html", _of_speciality)
    ]
    form = SpecialityForm
    empty = _("Add the specialities that your faculty teaches.")


class Programmes(Register):
    app, name, title, title_one = "students", "programmes", _("Programmes"), _("programme")
    model, permission, menu = Programme, "programme", "students"
    menu_place = 41
    columns = [
        Column("speciality__code"),
        Column("speciality__name", link=True),
        Column("education_form"),
        Column("years", numeric=True),
        Column("speciality__faculty", sort="speciality__faculty__name"),
        Column("is_active"),
    ]
    filters = [
        RelatedFilter("faculty", faculties("programme.view"), lookup="speciality__faculty"),
        Filter("education_form"),
        BooleanFilter("is_active"),
    ]
    search = ("speciality__code", "speciality__name")
    select_related = ("speciality__faculty",)
    form = ProgrammeForm
    empty = _("A programme is a speciality in one form of education.")


class Qualifications(Register):
    app, name, title, title_one = "students", "qualifications", _("Qualifications"), _("qualification")
    model, permission, menu = Qualification, "qualification", "students"
    menu_place = 42
    columns = [
        Column("name", link=True),
        Column("speciality", sort="speciality__code"),
        Column("name_ru"),
        Column("name_en"),
        Column("speciality__education_type", hidden=True),
        Column("description", hidden=True),
        Column("is_active"),
    ]
    filters = [
        RelatedFilter("faculty", faculties("qualification.view"), lookup="speciality__faculty"),
        RelatedFilter("speciality", specialities("qualification.view")),
        Filter("education_type", "speciality__education_type"),
        BooleanFilter("is_active"),
    ]
    search = ("name", "name_ru", "name_en", "speciality__code", "speciality__name")
    select_related = ("speciality",)
    fields = (
        "speciality",
        "name",
        "name_ru",
        "name_en",
        "description",
        "description_ru",
        "description_en",
        "is_active",
    )
    form = QualificationForm
    empty = _("Enter the qualifications that the diplomas of each speciality name.")


class OverFilter(BooleanFilter):
    """More admitted than places, or not."""

    def __init__(self) -> None:
        super().__init__("over", lookup="free", label=_("Over the quota"))

    def apply(self, rows, data):
        wanted = set(self.chosen(data)) & {"0", "1"}
        if len(wanted) != 1:
            return rows
        return rows.filter(free__lt=0) if wanted == {"1"} else rows.filter(free__gte=0)


class Quotas(Register):
    """Places against the actual: candidates admitted by the list and, of them, students."""

    app, name, title, title_one = "students", "quotas", _("Admission quotas"), _("admission quota")
    model, permission, menu = AdmissionQuota, "quota", "students"
    menu_place = 32
    columns = [
        Column("entry_year", numeric=True),
        Column("speciality", link=True, sort="speciality__code"),
        Column("speciality__faculty", sort="speciality__faculty__name", hidden=True),
        Column("speciality__education_type", hidden=True),
        Column("education_form"),
        Column("payment_form"),
        Column("language"),
        Column("places", numeric=True),
        Column("candidates", _("Admitted"), numeric=True),
        Column("students", _("Students"), numeric=True),
        Column("free", _("Free places"), numeric=True),
        Column(
            "state",
            _("State"),
            value=lambda row: (
                _("over the quota") if row.free < 0 else _("full") if not row.free else _("open")
            ),
            sort="free",
        ),
    ]
    filters = [
        RangeFilter("entry_year"),
        RelatedFilter("faculty", faculties("quota.view"), lookup="speciality__faculty"),
        RelatedFilter("speciality", specialities("quota.view")),
        Filter("education_type", "speciality__education_type"),
        Filter("education_form"),
        Filter("payment_form"),
        Filter("language"),
        OverFilter(),
    ]
    search = ("speciality__code", "speciality__name")
    select_related = ("speciality__faculty",)
    fields = (
        "entry_year",
        "speciality",
        "speciality__faculty",
        "education_form",
        "payment_form",
        "language",
        "places",
        "candidates",
        "students",
        "free",
    )
    form = QuotaForm
    header_actions = [
        MenuItem("students", _("Fill in from Excel"), "students_quota_import", "quota.edit"),
        MenuItem("students", _("Admitted outside any quota"), "students_quota_outside", "quota.view"),
    ]
    empty = _("Enter the places of each speciality, or take them from Excel.")

    @classmethod
    def base_queryset(cls):
        return queries.with_actual(AdmissionQuota.objects.all())

    @classmethod
    def summary(cls, rows):
        sums = rows.order_by().aggregate(
            places_sum=Sum("places"), admitted=Sum("candidates"), over=Count("pk", filter=Q(free__lt=0))
        )
        return [
            (_("places"), sums["places_sum"] or 0),
            (_("admitted"), sums["admitted"] or 0),
            (_("over the quota"), sums["over"]),
        ]


class Groups(Register):
    app, name, title, title_one = "students", "groups", _("Groups"), _("group")
    model, permission, menu = Group, "group", "students"
    menu_place = 20
    columns = [
        Column("name", link=True),
        Column("speciality", sort="speciality__code"),
        Column("entry_year", numeric=True),
        Column("education_form"),
        Column("language"),
        Column("people", _("Students"), numeric=True),
        Column("capacity", numeric=True),
        Column("tutor", _("Tutor"), sort=None),
        Column("speciality__education_type", hidden=True),
        Column("faculty", sort="faculty__name", hidden=True),
        Column("is_active"),
    ]
    filters = [
        RelatedFilter("faculty", faculties("group.view")),
        RelatedFilter("speciality", specialities("group.view")),
        RangeFilter("entry_year"),
        Filter("education_type", "speciality__education_type"),
        Filter("form", "education_form"),
        Filter("language"),
        BooleanFilter("has_tutor", label=_("Has a tutor")),
        BooleanFilter("is_full", label=_("More students than places")),
        BooleanFilter("is_active"),
    ]
    search = ("name", "speciality__name", "speciality__code")
    select_related = ("speciality", "faculty")
    fields = (
        "name",
        "faculty",
        "speciality",
        "speciality__education_type",
        "entry_year",
        "education_form",
        "language",
        "people",
        "capacity",
        "tutor",
        "is_active",
    )
    tabs = [
        Tab("roll", _("Students"), "students/_roll.html", groups.roll_tab),
        Tab("subgroups", _("Subgroups"), "students/_subgroups.html", groups.subgroups_tab),
        Tab("tutors", _("Tutors"), "students/_tutors.html", groups.tutors_tab),
    ]
    actions = [
        BulkAction(
            "tutor", _("Give into a tutor's care"), "group.edit", groups.choose_tutor, icon="user-check"
        ),
        BulkAction("cards", _("Print student cards"), "student.edit", groups.print_cards, icon="id"),
    ]
    form = GroupForm
    header_actions = [MenuItem("students", _("Fill in from Excel"), "students_group_import", "group.edit")]
    empty = _("Add the academic groups of the faculty.")

    @classmethod
    def base_queryset(cls):
        today = timezone.localdate()
        care = TutorGroup.objects.on(today).filter(group=OuterRef("pk"))
        return Group.objects.annotate(
            people=queries.group_size(today),
            tutor=queries.tutor_names(today),
            has_tutor=Exists(care),
        ).annotate(is_full=Q(people__gt=F("capacity")))


class HeldFilter(BooleanFilter):
    """In force today, or ended or not yet begun."""

    def __init__(self) -> None:
        super().__init__("in_force", lookup="valid_from", label=_("In force today"))

    def apply(self, rows, data):
        wanted = set(self.chosen(data)) & {"0", "1"}
        if len(wanted) != 1:
            return rows
        held = TutorGroup.objects.on(timezone.localdate()).values("pk")
        return rows.filter(pk__in=held) if wanted == {"1"} else rows.exclude(pk__in=held)


class TutorGroups(Register):
    """Which groups are in whose care, today and before."""

    app, name, title, title_one = "students", "tutor_groups", _("Tutors and their groups"), _("tutor's group")
    model, permission, menu = TutorGroup, "group", "students"
    menu_place = 22
    columns = [
        Column("employee", link=True, sort="employee__person__sort_key"),
        Column("group", sort="group__name"),
        Column("group__faculty", sort="group__faculty__name", hidden=True),
        Column("people", _("Students"), numeric=True),
        Column("valid_from"),
        Column("valid_to"),
        Column("employee__person__phone", hidden=True),
    ]
    filters = [
        RelatedFilter("faculty", faculties("group.view"), lookup="group__faculty"),
        RelatedFilter("group", groups_of("group.view")),
        HeldFilter(),
    ]
    search = ("group__name",)
    search_person = "employee__person"
    select_related = ("employee__person", "group__faculty")
    fields = (
        "employee",
        "employee__person__phone",
        "group",
        "group__faculty",
        "people",
        "valid_from",
        "valid_to",
    )
    form = TutorGroupForm
    empty = _("Give groups into the care of employees who hold the post of a tutor.")

    @classmethod
    def base_queryset(cls):
        return TutorGroup.objects.annotate(people=queries.group_size(timezone.localdate(), "group"))


class Candidates(Register):
    app, name, title, title_one = "students", "candidates", _("Candidates"), _("candidate")
    model, permission, menu = Candidate, "candidate", "students"
    menu_place = 30
    columns = [
        Column("person", link=True, sort="person__sort_key"),
        Column("person__pinfl", hidden=True),
        Column("programme__speciality", sort="programme__speciality__code"),
        Column("programme__education_form"),
        Column("group", sort="group__name"),
        Column("language"),
        Column("payment_form"),
        Column("score", numeric=True),
        Column("entry_year", numeric=True, hidden=True),
        Column(
            "state",
            _("State"),
            value=lambda row: _("student") if row.is_student else _("candidate"),
            sort="is_student",
        ),
    ]
    filters = [
        RelatedFilter("faculty", faculties("candidate.view"), lookup="programme__speciality__faculty"),
        RelatedFilter("speciality", specialities("candidate.view"), lookup="programme__speciality"),
        Filter("form", "programme__education_form"),
        Filter("payment_form"),
        Filter("language"),
        RelatedFilter("group", groups_of("candidate.view")),
        BooleanFilter("has_group", label=_("Has a group")),
        RangeFilter("score"),
    ]
    search_person = "person"
    is_about_people = True
    select_related = ("person", "programme__speciality", "group")
    fields = (
        "person",
        "person__pinfl",
        "person__passport",
        "person__birth_date",
        "person__gender",
        "person__region",
        "person__district",
        "person__address",
        "person__phone",
        "programme",
        "group",
        "language",
        "payment_form",
        "social_category",
        "score",
        "entry_year",
    )
    empty = _("Import the admission list: its good rows become candidates.")

    @classmethod
    def base_queryset(cls):
        admitted = Student.objects.filter(candidate=OuterRef("pk"), current__isnull=False)
        return Candidate.objects.annotate(
            is_student=Exists(admitted),
            has_group=ExpressionWrapper(Q(group__isnull=False), output_field=BooleanField()),
        )


menu.register(
    menu.MenuItem("students", _("Import the admission list"), "import_admission", "candidate.import", 31)
)
