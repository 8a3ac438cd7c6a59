"""The university on one card: requisites, accounts, licences, signatories (duty 1.1)."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.access.duties import STAFF_ROLES
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RangeFilter
from hemis.pages.register import Register
from hemis.people.models import Person
from hemis.people.names import search_query
from structure.forms import BankAccountForm, LicenceForm, SignatoryForm, UniversityForm
from structure.models import BankAccount, Licence, Signatory, University

REQUISITES = (
    "code", "name", "name_ru", "name_en", "short_name", "tin", "oked", "founded_on", "ownership", "form",
    "region", "address", "address_ru", "address_en", "mailing_address", "mailing_address_ru", "mailing_address_en",
    "contact", "email", "website", "accreditation", "accreditation_ru", "accreditation_en",
)  # fmt: skip
STATE_COLOURS = {"valid": "green", "ending": "orange", "ended": "red"}
STATES = {"valid": _("valid"), "ending": _("ends soon"), "ended": _("ended")}


class UniversityCard(Register):
    """There is one university: its list is its card."""

    app, name, title, title_one = "structure", "university", _("University"), _("university")
    menu_place = 10
    model, permission, menu = University, "university", "structure"
    columns = [Column("code"), Column("name", link=True), Column("tin"), Column("contact")]
    fields = REQUISITES
    form = UniversityForm
    deletable = False
    detail_template = "structure/university.html"

    @classmethod
    def urls(cls):
        card = [path(f"{cls.name}/", university, name=cls.url_name("list"))]
        return card + [one for one in super().urls() if one.name != cls.url_name("list")]

    @classmethod
    def detail_context(cls, request: Request, obj: University) -> dict:
        today = timezone.localdate()
        signatories = list(Signatory.objects.select_related("person"))
        home = BankAccount.Currency.UZS
        accounts = sorted(BankAccount.objects.all(), key=lambda one: (one.currency != home, one.purpose))
        return {
            "signatories": [one for one in signatories if _holds(one, today)],
            "former_signatories": sum(not _holds(one, today) for one in signatories),
            "accounts": [one for one in accounts if _holds(one, today)],
            "former_accounts": sum(not _holds(one, today) for one in accounts),
            "licences": [
                {"row": one, "state": STATES[one.state], "colour": STATE_COLOURS[one.state]}
                for one in Licence.objects.all()
            ],
            "may_edit": request.access.can(cls.edit_permission()),
        }


def _holds(row: Signatory | BankAccount, day) -> bool:
    return row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)


@page("university.view")
def university(request: Request) -> HttpResponse:
    """To the card; before the program is set up there is none, and the page says so."""
    found = University.objects.first()
    if found is not None:
        return redirect(UniversityCard.url_of(found))
    return render(request, "structure/no_university.html", {"title": UniversityCard.title})


class InForceFilter(BooleanFilter):
    """Holds today, or ended or not yet begun."""

    def __init__(self) -> None:
        super().__init__("in_force", lookup="valid_from", label=_("In force today"))

    def apply(self, rows, data):
        wanted = set(self.chosen(data)) & {"0", "1"}
        if len(wanted) != 1:
            return rows
        holds = rows.model.objects.in_force().values("pk")
        return rows.filter(pk__in=holds) if wanted == {"1"} else rows.exclude(pk__in=holds)


class BankAccounts(Register):
    app, name, title, title_one = "structure", "accounts", _("Bank accounts"), _("bank account")
    model, permission = BankAccount, "university"
    columns = [
        Column("number", link=True),
        Column("purpose"),
        Column("currency"),
        Column("bank"),
        Column("mfo"),
        Column("swift", hidden=True),
        Column("valid_from"),
        Column("valid_to"),
        Column("note", hidden=True),
    ]
    filters = [Filter("purpose"), Filter("currency"), InForceFilter()]
    search = ("number", "bank", "mfo")
    fields = (
        "number", "purpose", "currency", "bank", "mfo", "swift", "valid_from", "valid_to", "note",
    )  # fmt: skip
    form = BankAccountForm
    empty = _("Add the accounts of the university; contracts print the one of their day.")


class Signatories(Register):
    app, name, title, title_one = "structure", "signatories", _("Signatories"), _("signatory")
    model, permission = Signatory, "university"
    columns = [
        Column("name", link=True),
        Column("post"),
        Column("acting"),
        Column("basis"),
        Column("valid_from"),
        Column("valid_to"),
        Column("person", sort="person__sort_key", hidden=True),
    ]
    filters = [Filter("post"), BooleanFilter("acting"), InForceFilter()]
    search = ("name", "basis")
    search_person = "person"
    select_related = ("person",)
    fields = ("post", "acting", "name", "person", "basis", "valid_from", "valid_to")
    form = SignatoryForm
    empty = _("Add the rector and the others who sign; papers print whoever signs on their day.")


class Licences(Register):
    app, name, title, title_one = "structure", "licences", _("Licences and accreditation"), _("licence")
    model, permission = Licence, "university"
    columns = [
        Column("number", link=True),
        Column("kind"),
        Column("issued_on"),
        Column("valid_until"),
        Column("issuer"),
        Column("scan", _("Scan"), value=lambda row: bool(row.scan)),
    ]
    filters = [Filter("kind"), RangeFilter("valid_until", "date")]
    search = ("number", "issuer", "scope")
    fields = ("kind", "number", "issued_on", "valid_until", "issuer", "scope")
    form = LicenceForm
    files = ("scan",)
    empty = _("Add the licence and the certificate of accreditation with their scans.")


@page("university.edit")
def people_options(request: Request) -> HttpResponse:
    """People who work here, by name, for the signatory's form; no more than the name is given out."""
    text = request.GET.get("q", "").strip()
    people = Person.objects.filter(user__assignments__role__in=STAFF_ROLES).distinct()
    if text:
        people = people.filter(search=search_query(text))
    found = [{"value": str(one.pk), "text": one.full_name} for one in people[:20]]
    return JsonResponse({"results": found})


urlpatterns = [
    path("university/people/", people_options, name="structure_people"),
]
