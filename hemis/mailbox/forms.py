"""The form of a message: to whom, what, with which files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Access
from hemis.mailbox.actions import MOST_FILES, chosen
from hemis.mailbox.audiences import AUDIENCES, BROADCAST, PERSON, Audience, people
from hemis.mailbox.models import Message, MessageFile
from hemis.pages.files import MATERIAL_TYPES, MaterialsField
from hemis.people.models import User


class _People(forms.ModelMultipleChoiceField):
    """People by name; the page offers only those who are chosen, the rest is searched on the server."""

    def prepare_value(self, value: Any) -> Any:
        keys = super().prepare_value(value) or []
        rows = User.objects.filter(pk__in=[one for one in keys if str(one).isdecimal()]).select_related(
            "person"
        )
        self.widget.choices = [(str(one.pk), str(one)) for one in rows]
        return [str(one) for one in keys]


class _Keys(forms.MultipleChoiceField):
    """Audiences of one kind; which keys are within reach, the audience itself says."""

    def __init__(self, audience: Audience, access: Access, **options: Any):
        self.audience, self.access = audience, access
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        offered = dict(self.audience.options(self.access)) | self.audience.named(self.access, value or [])
        self.widget.choices = list(offered.items())
        return value

    def valid_value(self, value: Any) -> bool:
        return bool(self.audience.named(self.access, [str(value)]))


class MessageForm(forms.Form):
    """``message`` is the draft that is written; ``answered`` may always be written to."""

    people = _People(User.objects.none(), label=_("People"), required=False)
    subject = forms.CharField(label=_("Subject of the message"), max_length=256)
    text = forms.CharField(label=_("Text of the message"), max_length=16000, widget=forms.Textarea)
    attached = MaterialsField(most=MOST_FILES, label=_("Files"), required=False)
    removed = forms.ModelMultipleChoiceField(
        MessageFile.objects.none(), label=_("Take these files away"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, access: Access, message: Message, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.access, self.message = access, message
        reachable = people(access)
        if message.about_id and message.about:
            reachable = reachable | User.objects.filter(pk=message.about.sender_id)
        self.fields["people"].queryset = reachable  # type: ignore[attr-defined]
        self._search(self.fields["people"], reverse("mailbox_people"))
        self.audiences: list[str] = []
        if access.can(BROADCAST):
            for code, audience in AUDIENCES.items():
                if audience.options(access):
                    self._add_audience(code, audience)
        kept = message.files.all() if message.pk else MessageFile.objects.none()
        self.fields["removed"].queryset = kept  # type: ignore[attr-defined]
        if not kept:
            del self.fields["removed"]
        for name in ("subject", "text", "attached"):
            self.fields[name].widget.attrs["class"] = "form-control"
        self.fields["text"].widget.attrs["rows"] = 10
        self.fields["attached"].help_text = ", ".join(MATERIAL_TYPES).upper()

    def _add_audience(self, code: str, audience: Audience) -> None:
        field = _Keys(audience, self.access, label=audience.title, required=False)
        self._search(field, reverse("mailbox_options", args=[code]))
        self.fields[f"to_{code}"] = field
        self.audiences.append(code)

    @staticmethod
    def _search(field: forms.Field, url: str) -> None:
        field.widget.attrs.update(
            {"class": "form-select", "data-autocomplete": "1", "data-options-url": url, "size": "4"}
        )

    @property
    def receivers(self) -> list:
        """The fields that say to whom."""
        return [self["people"], *(self[f"to_{code}"] for code in self.audiences)]

    @classmethod
    def initial_of(cls, message: Message) -> dict[str, Any]:
        """What a draft, an answer or a message passed on begins with."""
        found: dict[str, Any] = {"subject": message.subject, "text": message.text, "people": []}
        for one in message.to:
            name = "people" if one["kind"] == PERSON else f"to_{one['kind']}"
            found.setdefault(name, []).append(one["key"])
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.to = chosen(
            self.access,
            data.get("people") or [],
            {one: data.get(f"to_{one}") or [] for one in self.audiences},
        )
        if not self.to and "people" not in self.errors:
            self.add_error("people", _("Say to whom."))
        return data

    def fill(self) -> Message:
        """The draft as it was typed, not saved."""
        self.message.subject, self.message.text = self.cleaned_data["subject"], self.cleaned_data["text"]
        self.message.to = self.to
        return self.message

    @property
    def new_files(self) -> list[ContentFile]:
        return self.cleaned_data["attached"]
