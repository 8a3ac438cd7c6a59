"""Uzbek and Russian are complete; Cyrillic Uzbek is made by rule (law 10)."""

import ast
import re

import polib
import pytest
from django.core.management import CommandError, call_command
from django.template.base import Lexer, TokenType
from django.utils import formats, translation

from hemis.ops import extraction, translations

PLACEHOLDER = re.compile(r"%\([^)]*\)[a-z]|%[sd]|\{[^{}]*\}|<[^>]+>")


@pytest.mark.parametrize("language", translations.WRITTEN)
def test_every_message_is_translated(language):
    assert translations.untranslated(language) == []


@pytest.fixture(scope="module")
def said():
    """All messages of the code and the templates."""
    return extraction.collect()


@pytest.mark.parametrize("language", translations.WRITTEN)
def test_a_catalogue_holds_the_messages_of_code_and_templates_and_no_others(language, said):
    assert len(said) > 900
    found = extraction.difference(language, said)
    assert found.missing == [], "manage.py messages --collect, then translate"
    assert found.unused == [], "manage.py messages --collect"
    entries = polib.pofile(str(translations.source(language)))
    assert [entry.msgid for entry in entries if entry.fuzzy] == []


MODULE = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext
from django.utils import translation
SAID = gettext_lazy("lazy")
def page(count, name):
    messages = [_("%(count)d of " "%(all)d rows") % {"count": count, "all": 5}, translation.gettext('dotted')]
    messages += [ngettext("one row", "%(n)d rows", count), pgettext("of a month", "May"), _(name), _(d["key"])]
    return _('''two
lines'''), "not said", other("nor this")
"""
TEMPLATE = """{% load i18n %}{# translate "commented" #}
  {% translate "isn't it" as question %} {{ _("in a variable")|upper }} {{ x|default:_("by default") }}
 {% include "x.html" with title=_("in a tag") %}{% translate "May" context "permission" %} 100% {% trans "50% off" %}
{% blocktranslate count n=rows|length trimmed %}
    {{ n }} file
{% plural %}
    {{ n }} files
{% endblocktranslate %} plain {% comment %}{% translate "hidden" %}{% endcomment %}
"""


def test_messages_are_found_however_they_are_said(tmp_path):
    for name, text in {
        "app/pages.py": MODULE,
        "templates/app/page.html": TEMPLATE,
        "tests/test_page.py": "_('in a test')",
        ".hemis/x.py": "_('of this copy')",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = extraction.collect(tmp_path)
    assert set(found) == {
        ("lazy", None), ("%(count)d of %(all)d rows", None), ("dotted", None), ("one row", None),
        ("May", "of a month"), ("two\nlines", None),
        ("isn't it", None), ("in a variable", None), ("by default", None), ("in a tag", None),
        ("May", "permission"), ("50%% off", None), ("%(n)s file", None),
    }  # fmt: skip
    assert found["one row", None].plural == "%(n)d rows"
    assert found["%(n)s file", None].plural == "%(n)s files"
    assert found["isn't it", None].files == {"templates/app/page.html"}


def test_a_catalogue_is_brought_in_step_and_keeps_what_was_translated(tmp_path, monkeypatch):
    monkeypatch.setattr(translations, "LOCALE", tmp_path)
    path = translations.source("ru")
    path.parent.mkdir(parents=True)
    path.write_text(
        '#, fuzzy\nmsgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=n!=1;\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "Kept"\nmsgstr "Оставлено"\n\nmsgid "Gone"\nmsgstr "Ушло"\n'
    )
    said = {
        one.key: one
        for one in (
            extraction.Found("Kept", files={"a.py"}),
            extraction.Found("%(n)d row", plural="%(n)d rows"),
        )
    }
    expected = extraction.Difference(missing=["%(n)d row"], unused=["Gone"])
    assert extraction.difference("ru", said) == extraction.update("ru", said) == expected
    assert not extraction.difference("ru", said)
    assert translations.untranslated("ru") == ["%(n)d row"]
    catalogue = polib.pofile(str(path))
    assert catalogue.find("Kept").msgstr == "Оставлено"
    assert catalogue.find("Kept").occurrences == [("a.py", "")]
    assert catalogue.find("%(n)d row").msgstr_plural == {0: "", 1: ""}
    assert "python-format" in catalogue.find("%(n)d row").flags
    assert not catalogue.metadata_is_fuzzy
    before = path.read_bytes()
    assert not extraction.update("ru", said)
    assert path.read_bytes() == before


def test_the_check_names_what_is_not_in_step(monkeypatch, capsys, said):
    call_command("messages", check=True)
    changed = dict(said) | {("New here", None): extraction.Found("New here")}
    del changed["Filters", None]
    monkeypatch.setattr(extraction, "collect", lambda: changed)
    with pytest.raises(CommandError, match="not in step"):
        call_command("messages", check=True)
    told = capsys.readouterr().out
    for language in translations.WRITTEN:
        assert f"{language} + 'New here'" in told
        assert f"{language} - 'Filters'" in told


def test_messages_are_said_under_a_name_that_is_found():
    for path in extraction.code_files():
        for node in ast.walk(ast.parse(path.read_text())) if path.suffix == ".py" else ():
            if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
                for name in node.names:
                    if "gettext" in name.name:
                        assert name.asname in {None, "_"}, path


def _plain_words(template: str) -> list[str]:
    """What a template says without `translate`: its text and the attributes that are read out."""
    template = re.sub(r"{% block \w+_class %}[^{<]*{% endblock", "{% endblock", template)  # Names of styles.
    page, inside = [], 0
    for token in Lexer(template).tokenize():
        word = token.contents.split(maxsplit=1)[0] if token.contents.strip() else ""
        if token.token_type == TokenType.BLOCK and re.fullmatch(r"(end)?(blocktrans(late)?|comment)", word):
            inside += -1 if word.startswith("end") else 1
        elif token.token_type == TokenType.TEXT and not inside:
            page.append(token.contents)
        elif token.token_type == TokenType.VAR:
            page.append("0")
    html = re.sub(r"<(script|style)\b.*?</\1>|<!--.*?-->", " ", "".join(page), flags=re.DOTALL)
    read_out = re.findall(r'\b(?:title|placeholder|aria-label|alt)="([^"]*)"', html)
    text = re.sub("&#?\\w+;", " ", "\n".join([re.sub(r"<[^>]*>", " ", html), *read_out]))
    return re.findall(r"[^\W\d_]{2,}", text)


def test_templates_say_nothing_untranslated():
    """But names that are the same in all languages, pages shown when nothing works, and Uzbek documents."""
    assert _plain_words('<b title="Hint">Word</b>{% translate "x" %}{# y #}&nbsp;') == ["Word", "Hint"]
    assert _plain_words("{% block a_class %}d-none{% endblock %}{% block a %}Word{% endblock %}") == ["Word"]
    names = {"HEMIS", "GPA", "PDF", "ZIP", "Excel", "CSV", "QR", "SHA"}
    for path in extraction.code_files():
        if (
            path.suffix == ".py"
            or path.name in {"400.html", "500.html"}
            or re.search(r"/v\d+(_\w+)?\.html$|/documents/base/|/records/print/", str(path))
        ):
            continue
        assert set(_plain_words(path.read_text())) <= names, path


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
    translation.gettext("read before")
    translations.compile_catalogues(force=True)
    assert translations.compile_catalogues() == []
    assert translation.gettext("This field is required.") != "This field is required."
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
