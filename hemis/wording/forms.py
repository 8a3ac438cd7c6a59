"""The own texts of one message, each beside what the program says."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from hemis.pages.forms import RegisterForm
from hemis.people.names import fix_apostrophes
from hemis.wording import actions, rules
from hemis.wording.models import LANGUAGES, OWN_COLUMNS, Text


class TextForm(RegisterForm):
    class Meta:
        model = Text
        fields = OWN_COLUMNS

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for language, part in LANGUAGES.items():
            field = self.fields[f"own_{part}"]
            said = self.instance.said(language)
            field.help_text = f"{_('The program:')} {said or '—'}"
            field.widget.attrs["lang"] = language
            if part == "cyrl":
                field.help_text += f" · {_('Empty: made of the Uzbek text by rule.')}"

    def clean(self) -> dict[str, Any]:
        """Placeholders and markup are kept; what the program says anyway is no own text."""
        data = super().clean() or {}
        for language, part in LANGUAGES.items():
            name = f"own_{part}"
            text = rules.fitted(self.instance.msgid, data.get(name) or "")
            text = fix_apostrophes(text) if part == "uz" else text
            data[name] = "" if text == self.instance.said(language) else text
            fault = rules.fault(self.instance.msgid, data[name]) if data[name] else ""
            if fault:
                self.add_error(name, fault)
        return data

    def save(self, commit: bool = True) -> Text:
        actions.written(self.instance)
        saved = super().save(commit)
        actions.announce()
        return saved
