"""Kinds of documents: each app registers its own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.functional import Promise

KINDS: dict[str, type[DocumentKind]] = {}


class DocumentKind:
    """One kind of document, declared by the app that issues it.

    The template ``documents/<code>/v<version>.html`` gets the payload and nothing
    else: same payload, same version, same bytes.
    """

    code: ClassVar[str]
    title: ClassVar[str | Promise]
    template_version: ClassVar[int] = 1
    # Who may see the register entry and download the PDF.
    permission: ClassVar[str]
    # Permission by which the person it was issued to reads it.
    own_permission: ClassVar[str] = "own.document"

    @classmethod
    def template(cls, version: int) -> str:
        return f"documents/{cls.code}/v{version}.html"

    @classmethod
    def public_fields(cls, payload: dict[str, Any]) -> list[tuple[str, str]]:
        """Label and value of what the public page shows: no more personal data than needed."""
        return []


def register(kind: type[DocumentKind]) -> type[DocumentKind]:
    """Make a kind known under its code."""
    KINDS[kind.code] = kind
    return kind
