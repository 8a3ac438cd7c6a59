"""Kinds of documents: each app registers its own in its ``documents.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.functional import Promise

from hemis.people.names import initial

if TYPE_CHECKING:
    from hemis.documents.models import Document

KINDS: dict[str, type[DocumentKind]] = {}


class DocumentKind:
    """One kind of document, declared by the app that issues it.

    The template ``documents/<code>/v<version>.html`` gets the payload as ``p`` and
    nothing else: same payload, same version, same bytes. A changed template is a
    new file and a higher ``template_version``; the old file stays for what was
    issued with it. Its words stand in the template itself, not in translations,
    which change.
    """

    code: ClassVar[str]
    title: ClassVar[str | Promise]
    template_version: ClassVar[int] = 1
    # Who may see the register entry and download the PDF.
    permission: ClassVar[str]
    # Permission by which the person it was issued to reads it.
    own_permission: ClassVar[str] = "own.document"
    # Who may declare it void or issue it anew from its card; empty: nobody does so from there.
    revoke_permission: ClassVar[str] = ""

    @classmethod
    def template_of(cls, version: int) -> str:
        """The template of a version; all versions stay in the program."""
        return f"documents/{cls.code}/v{version}.html"

    @classmethod
    def series(cls, payload: dict[str, Any]) -> str:
        """The series within which numbers have no gaps, anew each year."""
        return cls.code

    @classmethod
    def number(cls, count: int, year: int, payload: dict[str, Any]) -> str:
        """How the number of the series is written."""
        return str(count)

    @classmethod
    def name(cls, payload: dict[str, Any]) -> str:
        """The document's name in lists, in Uzbek."""
        from django.utils.translation import override

        with override("uz"):
            return str(cls.title)

    @classmethod
    def public_fields(cls, payload: dict[str, Any]) -> list[tuple[str, str]]:
        """Label and value of what the public page shows: no more personal data than needed."""
        return []

    @classmethod
    def payload_again(cls, document: Document) -> dict[str, Any] | None:
        """The payload of a new document in the place of this one; ``None``: it is not issued anew."""
        return None


def register(kind: type[DocumentKind]) -> type[DocumentKind]:
    """Make a kind known under its code.

    Raises:
        ValueError: another kind has this code.
    """
    known = KINDS.setdefault(kind.code, kind)
    if known is not kind:
        raise ValueError(f"Two kinds of documents are called {kind.code}.")
    return kind


def masked_name(full_name: str) -> str:
    """A name for the public page: ``Karimov Aziz`` → ``K***** A.``; enough to compare, too little to find."""
    words = full_name.split()
    if not words:
        return ""
    return " ".join([words[0][0] + "*" * 5, *(initial(word) for word in words[1:])])
