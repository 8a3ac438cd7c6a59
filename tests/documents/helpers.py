"""Reading what a PDF says, as people and telephones do."""

import io

import pypdfium2
import zxingcpp
from pypdf import PdfReader


def pdf_text(content: bytes) -> str:
    """The text of all pages."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def qr_texts(content: bytes) -> list[str]:
    """What the QR codes of all pages say, read from the pages' pictures at 150 dpi."""
    document = pypdfium2.PdfDocument(content)
    try:
        pictures = [page.render(scale=150 / 72).to_pil() for page in document]
    finally:
        document.close()
    return [code.text for picture in pictures for code in zxingcpp.read_barcodes(picture)]


def fonts_of(content: bytes) -> dict[str, bool]:
    """Names of the fonts of a PDF and whether each is embedded."""
    found = {}
    for page in PdfReader(io.BytesIO(content)).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            font = font.get_object()
            for part in [one.get_object() for one in font.get("/DescendantFonts", [font])]:
                descriptor = part.get("/FontDescriptor", {}).get_object()
                embedded = {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor)
                found[font["/BaseFont"]] = bool(embedded)
    return found
