"""Uzbek and Russian are complete; Cyrillic Uzbek is made by rule (law 10)."""

import re

import polib
import pytest
from django.utils import formats, translation

from hemis.ops import translations

PLACEHOLDER = re.compile(r"%\([^)]*\)[a-z]|%[sd]|\{[^{}]*\}|<[^>]+>")


@pytest.mark.parametrize("language", translations.WRITTEN)
def test_every_message_is_translated(language):
    assert translations.untranslated(language) == []


@pytest.mark.parametrize("language", translations.WRITTEN)
def test_placeholders_survive_translation(language):
    for entry in polib.pofile(str(translations.source(language))):
        if entry.msgid_plural or not entry.translated():
            continue
        assert sorted(PLACEHOLDER.findall(entry.msgid)) == sorted(PLACEHOLDER.findall(entry.msgstr)), (
            entry.msgid
        )


def test_uzbek_uses_one_kind_of_apostrophe():
    for entry in polib.pofile(str(translations.source("uz"))):
        assert not re.search(r"(?<=[oOgG])['`‘’ʼ](?=\w)|(?<=[a-zA-Z])['`‘’](?=[a-zA-Z])", entry.msgstr), (
            entry.msgid
        )


def test_cyrillic_keeps_placeholders_and_markup():
    uzbek = [entry for entry in polib.pofile(str(translations.source("uz"))) if entry.translated()]
    for entry in translations.cyrillic(uzbek):
        assert sorted(PLACEHOLDER.findall(entry.msgid)) == sorted(PLACEHOLDER.findall(entry.msgstr)), (
            entry.msgid
        )


def test_compiling_needs_no_gettext_and_happens_once(monkeypatch):
    monkeypatch.setenv("PATH", "")
    translations.compile_catalogues(force=True)
    assert translations.compile_catalogues() == []
    with translation.override("uz-cyrl"):
        assert translation.gettext("This field is required.") != "This field is required."


def test_numbers_and_dates_are_written_the_same_way_in_both_scripts():
    import datetime

    for language in ("uz", "uz-cyrl", "ru"):
        with translation.override(language):
            assert formats.date_format(datetime.date(2026, 11, 24)) == "24.11.2026"
            assert (
                formats.number_format(1234567.5, 2, use_l10n=True, force_grouping=True)
                == "1\xa0234\xa0567,50"
            )
