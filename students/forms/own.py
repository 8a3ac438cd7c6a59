"""Forms of the cabinet: the part of the card that students know best."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from hemis.pages.forms import RegisterForm
from hemis.people.models import Person
from hemis.people.transliteration import fix_apostrophes
from students.forms.card import ContactForm, LivingForm, PhoneField
from students.models import Contact, Student

MOST_TOGETHER = 30


class OwnPhonesForm(RegisterForm):
    """The phone is needed: the faculty calls it."""

    phone = PhoneField(label=_("phone"), help_text=_("Your own; the dean's office and the tutor call it."))

    class Meta:
        model = Person
        fields = ["phone", "email"]


class OwnLivingForm(LivingForm):
    """The whole address is needed; the status of the place is the faculty's to say."""

    sections = (
        (_("Where you live"), ("accommodation", "current_region", "current_district", "current_address")),
        (_("With whom"), ("roommate_type", "roommate_count", "landlord")),
        (_("On the map (if you know)"), ("latitude", "longitude")),
    )

    class Meta:
        model = Student
        fields = [
            "accommodation",
            "current_region",
            "current_district",
            "current_address",
            "roommate_type",
            "roommate_count",
            "landlord",
            "latitude",
            "longitude",
        ]
        help_texts = {
            "current_address": _("Mahalla, street, house and flat; in a dormitory its address and the room."),
            "landlord": _("Only if you rent."),
            "latitude": _("From a map, in degrees, such as 39.654167; both or neither."),
            "longitude": _("In degrees, such as 66.959722."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("accommodation", "current_region", "current_district", "current_address"):
            self.fields[name].required = True
        self.fields["roommate_count"].validators.append(MaxValueValidator(MOST_TOGETHER))

    def clean_current_address(self) -> str:
        return fix_apostrophes(self.cleaned_data["current_address"])


class OwnContactForm(ContactForm):
    """Whom the faculty calls first stays the faculty's choice."""

    class Meta:
        model = Contact
        fields = ["relation", "full_name", "phone", "email", "workplace", "address"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agreed"].label = _("I agree that this person is told of orders on me")
        self.fields["agreed"].help_text = _(
            "A link to each order: its kind, number, date and your status, nothing more. "
            "You may take it back at any time."
        )
