"""What a validator asks of PDF/A-3b (ISO 19005-3), read from the bytes by other libraries than those that wrote them.

No validator of the whole standard can be had from the registries that the tests install from (veraPDF is a
Java program of its own), so its rules that our papers can break stand here, each with its clause. Signatures,
forms, layers, embedded files and pictures in JPEG 2000 are forbidden altogether: no paper of ours has any.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from defusedxml import ElementTree
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, IndirectObject, StreamObject

NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
}
# 6.5.1: actions that start a program or change the paper.
FORBIDDEN_ACTIONS = {
    "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/SetOCGState", "/Rendition", "/Trans",
    "/GoTo3DView", "/JavaScript",
}  # fmt: skip
FILTERS = {
    "/FlateDecode",
    "/DCTDecode",
    "/RunLengthDecode",
    "/ASCIIHexDecode",
    "/ASCII85Decode",
    "/CCITTFaxDecode",
}
# 6.1.13: what a reader must be able to keep.
LONGEST_STRING, LONGEST_NAME, DEEPEST = 32_767, 127, 28


def faults(content: bytes) -> list[str]:
    """Every rule that the paper breaks, with its clause; nothing for a good one."""
    reader = PdfReader(io.BytesIO(content), strict=True)
    found = [*_of_the_file(content, reader), *_of_metadata(reader), *_of_colours(reader)]
    for page in reader.pages:
        found += [*_of_a_page(page), *_of_fonts(page)]
    for one in _objects(reader):
        found += _of_an_object(one)
    return sorted(set(found))


def _of_the_file(content: bytes, reader: PdfReader) -> Iterator[str]:
    if not re.match(rb"%PDF-1\.[0-7]\r?\n%[\x80-\xff]{4}", content):
        yield "6.1.2: the header is not followed by a comment of four bytes above 127"
    if not reader.trailer.get("/ID") or len(reader.trailer["/ID"]) != 2:
        yield "6.1.3: no file identifier"
    if "/Encrypt" in reader.trailer:
        yield "6.1.3: encrypted"
    if not content.rstrip(b"\r\n").endswith(b"%%EOF"):
        yield "6.1.3: data after the end of the file"
    root = reader.trailer["/Root"]
    for name, clause in (
        ("/AcroForm", "6.4.1"),
        ("/OCProperties", "6.9"),
        ("/AA", "6.5.2"),
        ("/Perms", "6.1.12"),
    ):
        if name in root:
            yield f"{clause}: the catalogue has {name}"
    names = root.get("/Names", {})
    yield from (
        f"6.10: names of {name}" for name in ("/AlternatePresentations", "/JavaScript") if name in names
    )
    if "/EmbeddedFiles" in names:
        yield "6.8: embedded files"


def _of_metadata(reader: PdfReader) -> Iterator[str]:
    metadata = reader.trailer["/Root"].get("/Metadata")
    if metadata is None:
        yield "6.6.2.1: no metadata"
        return
    stream = metadata.get_object()
    if stream.get("/Type") != "/Metadata" or stream.get("/Subtype") != "/XML":
        yield "6.6.2.1: the metadata are not said to be XML"
    text = stream.get_data()
    if re.search(rb"<\?xpacket[^>]*\b(bytes|encoding)=", text):
        yield "6.6.2.1: bytes or encoding in the packet's header"
    tree = ElementTree.fromstring(text)
    said = {key: _value(tree, key) for key in ("pdfaid:part", "pdfaid:conformance")}
    if said["pdfaid:part"] != "3" or said["pdfaid:conformance"] not in ("B", "U", "A"):
        yield f"6.6.4: said to be {said}"
    info = reader.metadata or {}
    for name, key in (("/Title", "dc:title"), ("/Producer", "pdf:Producer"), ("/Creator", "xmp:CreatorTool")):
        if info.get(name) and _value(tree, key) != str(info[name]):
            yield f"6.6.3: {name} is {info[name]!r} in one place and {_value(tree, key)!r} in the other"
    for name, key in (("/CreationDate", "xmp:CreateDate"), ("/ModDate", "xmp:ModifyDate")):
        here = "".join(re.findall(r"\d", str(info.get(name, ""))))[:14]
        if here and here != "".join(re.findall(r"\d", _value(tree, key)))[:14]:
            yield f"6.6.3: {name} differs"


def _value(tree: Any, key: str) -> str:
    """A property of the metadata, written as an element, a list of one or an attribute."""
    prefix, _colon, name = key.partition(":")
    full = f"{{{NAMESPACES[prefix]}}}{name}"
    for one in tree.iter():
        if full in one.attrib:
            return one.attrib[full]
        if one.tag == full:
            return "".join(one.itertext()).strip()
    return ""


def _of_colours(reader: PdfReader) -> Iterator[str]:
    intents = reader.trailer["/Root"].get("/OutputIntents") or []
    profiles = [one.get_object() for one in intents if one.get_object().get("/S") == "/GTS_PDFA1"]
    if len(profiles) != 1:
        yield f"6.2.3: {len(profiles)} output intents"
        return
    profile = profiles[0]["/DestOutputProfile"].get_object()
    data = profile.get_data()
    if data[36:40] != b"acsp" or data[12:16] not in (b"mntr", b"prtr", b"scnr", b"spac"):
        yield "6.2.3: the output profile is no ICC profile"
    if (data[16:20], profile.get("/N")) not in ((b"RGB ", 3), (b"GRAY", 1)):
        yield f"6.2.3: the profile is of {data[16:20]!r} with {profile.get('/N')} components"


def _of_a_page(page: Any) -> Iterator[str]:
    for operands, operator in _operations(page):
        if operator in (b"k", b"K") or operator in (b"cs", b"CS") and operands[0] == "/DeviceCMYK":
            yield "6.2.4.3: colours of CMYK under a profile of RGB"
    if "/AA" in page:
        yield "6.5.2: a page that acts by itself"
    for reference in page.get("/Annots") or []:
        one = reference.get_object()
        if one["/Subtype"] in ("/3D", "/Sound", "/Screen", "/Movie", "/FileAttachment", "/Widget"):
            yield f"6.3.1: an annotation of {one['/Subtype']}"
        flags = int(one.get("/F", 0))
        if not flags & 4 or flags & (1 | 2 | 32 | 256):
            yield f"6.3.2: an annotation that is not printed, or hidden ({flags})"
        action = one.get("/A")
        if action is not None and action.get_object().get("/S") in FORBIDDEN_ACTIONS:
            yield f"6.5.1: an action {action.get_object()['/S']}"


def _of_fonts(page: Any) -> Iterator[str]:
    fonts = page.get("/Resources", {}).get("/Font", {})
    used = _glyphs(page)
    for name, reference in fonts.items():
        font = reference.get_object()
        if font["/Subtype"] != "/Type0":
            yield f"6.2.11: {name} is of {font['/Subtype']}, ours are composite"
            continue
        inner = font["/DescendantFonts"][0].get_object()
        program = inner["/FontDescriptor"].get("/FontFile2") or inner["/FontDescriptor"].get("/FontFile3")
        if program is None:
            yield f"6.2.11.4: {font['/BaseFont']} is not embedded"
            continue
        if not re.fullmatch(r"/[A-Z]{6}\+.+", font["/BaseFont"]):
            yield f"6.2.11.4: {font['/BaseFont']} is not said to be a part of a font"
        if font["/Encoding"] != "/Identity-H":
            yield f"6.2.11.3: the encoding of {font['/BaseFont']} is {font['/Encoding']}"
        if inner["/Subtype"] == "/CIDFontType2" and "/CIDToGIDMap" not in inner:
            yield f"6.2.11.3.2: {font['/BaseFont']} has no map of its glyphs"
        if "/ToUnicode" not in font:
            yield f"6.2.11.7: what {font['/BaseFont']} says cannot be read"
        yield from _of_glyphs(font, inner, program.get_object().get_data(), used.get(name, set()))


def _of_glyphs(font: Any, inner: Any, program: bytes, used: set[int]) -> Iterator[str]:
    if 0 in used:
        yield f"6.2.11.8: a letter that {font['/BaseFont']} does not have"
    parsed = TTFont(io.BytesIO(program), fontNumber=0, lazy=True)
    if "hmtx" not in parsed:
        return
    order, scale = parsed.getGlyphOrder(), 1000 / parsed["head"].unitsPerEm
    widths = dict(_widths(inner))
    for glyph in used:
        if glyph >= len(order):
            yield f"6.2.11.4.1: glyph {glyph} of {font['/BaseFont']} is not in its program"
            continue
        real = parsed["hmtx"][order[glyph]][0] * scale
        if abs(widths.get(glyph, float(inner.get("/DW", 1000))) - real) > 1:
            yield f"6.2.11.5: the width of glyph {glyph} of {font['/BaseFont']} differs from its program"


def _widths(inner: Any) -> Iterator[tuple[int, float]]:
    """Glyph and width in thousandths of the letter's height, from the two ways in which /W says it."""
    rest = list(inner.get("/W", []))
    while rest:
        first, second = int(rest.pop(0)), rest.pop(0)
        second = second.get_object() if isinstance(second, IndirectObject) else second
        if isinstance(second, ArrayObject):
            yield from ((first + at, float(width)) for at, width in enumerate(second))
        else:
            width = float(rest.pop(0))
            yield from ((glyph, width) for glyph in range(first, int(second) + 1))


def _operations(page: Any) -> list[tuple[Any, bytes]]:
    """What the page draws, one operator after another."""
    contents = page.get_contents()
    return ContentStream(contents, page.pdf).operations if contents is not None else []


def _glyphs(page: Any) -> dict[str, set[int]]:
    """Glyphs that the page shows, by the name of their font."""
    found: dict[str, set[int]] = {}
    name = ""
    for operands, operator in _operations(page):
        if operator == b"Tf":
            name = operands[0]
        elif operator in (b"Tj", b"TJ", b"'", b'"'):
            parts = operands[-1] if operator == b"TJ" else [operands[-1]]
            for part in parts:
                raw = getattr(part, "original_bytes", None)
                if raw is not None:
                    found.setdefault(name, set()).update(
                        int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)
                    )
    return found


def _objects(reader: PdfReader) -> Iterator[Any]:
    seen: set[int] = set()
    waiting: list[tuple[Any, int]] = [(reader.trailer["/Root"], 0)]
    while waiting:
        one, depth = waiting.pop()
        if isinstance(one, IndirectObject):
            if one.idnum in seen:
                continue
            seen.add(one.idnum)
            one, depth = one.get_object(), 0
        if depth > DEEPEST:
            raise AssertionError("6.1.13: nested deeper than a reader must follow")
        yield one
        children = (
            one.values() if isinstance(one, DictionaryObject) else one if isinstance(one, ArrayObject) else ()
        )
        waiting += [(child, depth + 1) for child in children]


def _of_an_object(one: Any) -> Iterator[str]:
    if isinstance(one, StreamObject):
        yield from _of_a_stream(one)
    if isinstance(one, DictionaryObject):
        yield from (f"6.1.13: a name of {len(key)} bytes" for key in one if len(key) - 1 > LONGEST_NAME)
        if one.get("/S") in FORBIDDEN_ACTIONS and one.get("/Type") == "/Action":
            yield f"6.5.1: an action {one['/S']}"
    if isinstance(one, (str, bytes)) and len(one) > LONGEST_STRING:
        yield f"6.1.13: a string of {len(one)} bytes"


def _of_a_stream(one: StreamObject) -> Iterator[str]:
    if {"/F", "/FFilter", "/FDecodeParms"} & set(one):
        yield "6.1.7.1: a stream in another file"
    filters = one.get("/Filter", [])
    for name in [filters] if isinstance(filters, str) else filters:
        if name not in FILTERS:
            yield f"6.1.7.2: a stream packed by {name}"
    if one.get("/Subtype") == "/PS" or "/PS" in one:
        yield "6.2.9: PostScript"
    if one.get("/Subtype") == "/Image":
        yield from (f"6.2.8: a picture with {name}" for name in ("/Alternates", "/OPI") if name in one)
        if one.get("/Interpolate"):
            yield "6.2.8: a picture that is smoothed"
        if one.get("/ColorSpace") == "/DeviceCMYK":
            yield "6.2.4.3: a picture of CMYK under a profile of RGB"
