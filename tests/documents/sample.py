"""A kind of document that only the tests know."""

from pathlib import Path

from hemis.documents.kinds import DocumentKind, masked_name

TEMPLATES = Path(__file__).resolve().parent / "templates"


class Sample(DocumentKind):
    code = "sample"
    title = "Namuna"
    permission = "order.view"
    revoke_permission = "order.execute"

    @classmethod
    def number(cls, count, year, payload):
        return f"N-{year % 100:02d}/{count:04d}"

    @classmethod
    def public_fields(cls, payload):
        return [("Kimga", masked_name(payload.get("name", "")))]

    @classmethod
    def payload_again(cls, document):
        return {"name": document.payload.get("name", ""), "words": "yangidan", "facts": {}}


PAYLOAD = {
    "name": "Karimov Oʻktam",
    "words": "bir million soʻm",
    "facts": {"zeta": "1", "a": "2", "yoʻnalish": "Maʼlumot", "bb": "4", "Группа": "ҚҒ-1"},
}
