"""Registers of the structure (duty 1.1)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RelatedFilter
from hemis.pages.register import Register
from structure.forms import DivisionForm, FacultyForm, KafedraForm, UniversityForm
from structure.models import Unit, University

UNIT_FIELDS = ("code", "name", "name_ru", "name_en", "kind", "parent", "position", "is_active")


def faculties(access):
    """Faculties to choose from in filters: those of the scope."""
    return Unit.objects.faculties().for_scope(access.scope("structure.view"))


class UniversityCard(Register):
    app, name, title, title_one = "structure", "university", _("University"), _("university")
    model, permission, menu = University, "university", "structure"
    columns = [Column("code"), Column("name", link=True), Column("tin"), Column("rector"), Column("contact")]
    fields = tuple(
        field.name for field in University._meta.concrete_fields if field.name not in ("id", "version")
    )
    form = UniversityForm
    deletable = False
    empty = _("The facts about the university are entered when the program is set up.")


class Faculties(Register):
    app, name, title, title_one = "structure", "faculties", _("Faculties"), _("faculty")
    model, permission, menu = Unit, "structure", "structure"
    columns = [
        Column("code"),
        Column("name", link=True),
        Column("locality"),
        Column("name_ru", hidden=True),
        Column("position", hidden=True, numeric=True),
        Column("is_active"),
    ]
    filters = [Filter("locality"), BooleanFilter("is_active")]
    search = ("code", "name", "name_ru", "name_en")
    fields = UNIT_FIELDS
    form = FacultyForm
    empty = _("Add the first faculty; its code looks like 303-101.")

    @classmethod
    def base_queryset(cls):
        return Unit.objects.faculties()


class Kafedras(Register):
    app, name, title, title_one = "structure", "kafedras", _("Kafedras"), _("kafedra")
    model, permission, menu = Unit, "structure", "structure"
    columns = [
        Column("code"),
        Column("name", link=True),
        Column("parent", _("Faculty"), sort="parent__name"),
        Column("name_ru", hidden=True),
        Column("is_active"),
    ]
    filters = [RelatedFilter("parent", faculties, label=_("Faculty")), BooleanFilter("is_active")]
    search = ("code", "name", "name_ru", "name_en")
    select_related = ("parent",)
    fields = UNIT_FIELDS
    form = KafedraForm
    empty = _("Add the first kafedra; its code begins with the faculty's.")

    @classmethod
    def base_queryset(cls):
        return Unit.objects.kafedras()


class Divisions(Register):
    app, name, title, title_one = "structure", "divisions", _("Divisions"), _("division")
    model, permission, menu = Unit, "structure", "structure"
    columns = [Column("code"), Column("name", link=True), Column("kind"), Column("is_active")]
    filters = [Filter("kind"), BooleanFilter("is_active")]
    search = ("code", "name", "name_ru", "name_en")
    fields = UNIT_FIELDS
    form = DivisionForm
    empty = _("Add the first division; its code looks like 303-201.")

    @classmethod
    def base_queryset(cls):
        return Unit.objects.exclude(kind__in=[Unit.FACULTY, Unit.KAFEDRA])
