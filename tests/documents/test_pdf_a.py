"""The checker of PDF/A finds nothing in our papers, and each fault that is put into one."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from hemis.documents.rendering import render
from tests.documents.pdf_a import _glyphs, faults


@pytest.fixture
def paper(issued) -> bytes:
    return render(issued())


def test_a_paper_breaks_no_rule(paper):
    assert faults(paper) == []
    shown = _glyphs(PdfReader(io.BytesIO(paper)).pages[0])
    assert sum(map(len, shown.values())) > 30, "the letters are really read"


def _font(writer: PdfWriter) -> DictionaryObject:
    return next(iter(writer.pages[0]["/Resources"]["/Font"].values())).get_object()


def _without_profile(writer: PdfWriter) -> None:
    del writer.root_object["/OutputIntents"]


def _without_metadata(writer: PdfWriter) -> None:
    del writer.root_object["/Metadata"]


def _of_another_title(writer: PdfWriter) -> None:
    writer.add_metadata({"/Title": "Another"})


def _with_a_script(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Action"),
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.alert(1)"),
        }
    )


def _with_a_form(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject()


def _without_the_font(writer: PdfWriter) -> None:
    descriptor = _font(writer)["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
    for name in ("/FontFile2", "/FontFile3"):
        descriptor.pop(name, None)


def _of_other_widths(writer: PdfWriter) -> None:
    inner = _font(writer)["/DescendantFonts"][0].get_object()
    inner[NameObject("/W")] = ArrayObject([NumberObject(0), NumberObject(9999), NumberObject(77)])


def _in_four_inks(writer: PdfWriter) -> None:
    page = writer.pages[0]
    stream = DecodedStreamObject()
    stream.set_data(page.get_contents().get_data() + b"\n0 0 0 1 k 10 10 50 50 re f\n")
    page[NameObject("/Contents")] = writer._add_object(stream)


def _with_a_hidden_note(writer: PdfWriter) -> None:
    note = DictionaryObject(
        {NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Text"),
         NameObject("/F"): NumberObject(2), NameObject("/Rect"): ArrayObject([NumberObject(0)] * 4)}
    )  # fmt: skip
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(note)])


@pytest.mark.parametrize(
    ("spoil", "clause"),
    [
        (_without_profile, "6.2.3"),
        (_without_metadata, "6.6.2.1"),
        (_of_another_title, "6.6.3"),
        (_with_a_script, "6.5.1"),
        (_with_a_form, "6.4.1"),
        (_without_the_font, "6.2.11.4"),
        (_of_other_widths, "6.2.11.5"),
        (_in_four_inks, "6.2.4.3"),
        (_with_a_hidden_note, "6.3.2"),
    ],
)
def test_a_spoiled_paper_is_found_out(paper, spoil, clause):
    writer = PdfWriter(clone_from=io.BytesIO(paper))
    spoil(writer)
    out = io.BytesIO()
    writer.write(out)
    assert any(one.startswith(clause) for one in faults(out.getvalue())), faults(out.getvalue())


def test_an_encrypted_paper_and_one_with_something_behind_are_found_out(paper):
    writer = PdfWriter(clone_from=io.BytesIO(paper))
    writer.encrypt("", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    assert "6.1.3: encrypted" in faults(out.getvalue())
    assert "6.1.3: data after the end of the file" in faults(paper + b"more")
