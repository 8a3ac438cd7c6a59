"""One human, one row, one account."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.people import names


class PersonQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """The whole university sees everybody; all others only themselves.

        A person is reached through a role (employee, student), which has the scope.
        """
        return self if scope.everything else self.filter(pk=scope.person_id)

    def search(self, text: str):
        """People whose names or numbers match, however they were typed (law 10)."""
        return self.filter(search=names.search_query(text)) if text.strip() else self


class Person(BaseModel):
    """A human being. ``pinfl`` is absent only for foreigners, who have passport and country."""

    pinfl = models.CharField(_("PINFL"), max_length=14, null=True, blank=True)
    last_name = models.CharField(_("surname"), max_length=100)
    first_name = models.CharField(_("first name"), max_length=100)
    middle_name = models.CharField(_("patronymic"), max_length=100, blank=True)
    passport_last_name = models.CharField(_("surname as in the passport"), max_length=100, blank=True)
    passport_first_name = models.CharField(_("first name as in the passport"), max_length=100, blank=True)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    gender = ClassifierField("h_gender", verbose_name=_("gender"), default="10")
    citizenship = ClassifierField("h_citizenship_type", verbose_name=_("citizenship"), default="11")
    country = ClassifierField("h_country", verbose_name=_("country"), default="UZ")
    nationality = ClassifierField("h_nationality", verbose_name=_("nationality"), blank=True)
    passport = models.CharField(_("passport"), max_length=20, blank=True)
    region = ClassifierField("h_soato", verbose_name=_("region"), blank=True)
    district = ClassifierField("h_soato", verbose_name=_("district"), blank=True)
    address = models.CharField(_("address"), max_length=255, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    photo = models.FileField(_("photo"), upload_to="photos/", blank=True)
    search_text = models.TextField(editable=False, default="")
    sort_key = models.CharField(max_length=400, editable=False, default="")
    search = models.GeneratedField(
        # The words stand ready, see ``names.search_text``: to parse them again would take longer than all the rest.
        expression=models.Func(
            models.F("search_text"),
            template="array_to_tsvector(array_remove(string_to_array(%(expressions)s, ' '), ''))",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["sort_key", "pk"]
        # Named here, not at the fields: those would bring a second index for LIKE, which nobody asks.
        indexes = [
            GinIndex(fields=["search"], name="person_search"),
            models.Index(fields=["sort_key"], name="person_sort_key"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["pinfl"], name="person_pinfl"),
            models.CheckConstraint(
                condition=models.Q(pinfl=None) | models.Q(pinfl__regex=r"^\d{14}$"),
                name="person_pinfl_digits",
            ),
            models.CheckConstraint(
                condition=~models.Q(pinfl=None) | models.Q(citizenship="12") & ~models.Q(passport=""),
                name="person_pinfl_or_foreign_passport",
            ),
            models.UniqueConstraint(
                fields=["country", "passport"], condition=~models.Q(passport=""), name="person_passport"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Surname, first name, patronymic."""
        return " ".join(filter(None, [self.last_name, self.first_name, self.middle_name]))

    @property
    def short_name(self) -> str:
        """Surname with initials, as on orders: ``Karimov A. B.``"""
        initials = [names.initial(part) for part in (self.first_name, self.middle_name) if part]
        return " ".join([self.last_name, *initials])

    def set_keys(self) -> None:
        """Fill the search and sort keys; bulk writers call it, ``save`` does it itself."""
        self.search_text = names.search_text(
            self.last_name, self.first_name, self.middle_name, self.pinfl or "", self.passport, self.phone
        )
        self.sort_key = names.sort_key(self.full_name)[:400]

    def save(self, *args, **kwargs):
        self.set_keys()
        super().save(*args, **kwargs)


class UserManager(BaseUserManager["User"]):
    def create_user(self, login: str, password: str | None = None, **fields):
        """An account; without a password it is closed until its activation link is used (law 11)."""
        user = self.model(login=login, **fields)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, login: str, password: str | None = None, **fields):
        return self.create_user(login, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """The one account of a person: staff sign in with login or e-mail, students with their number."""

    login = models.CharField(_("login"), max_length=64, unique=True)
    email = models.EmailField(_("e-mail"), blank=True)
    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="user", verbose_name=_("person")
    )
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("created"), auto_now_add=True)
    language = models.CharField(_("language"), max_length=8, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(Lower("email"), condition=~models.Q(email=""), name="user_email"),
        ]

    def __str__(self) -> str:
        return self.person.full_name if self.person else self.login

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return self.person.short_name if self.person else self.login
