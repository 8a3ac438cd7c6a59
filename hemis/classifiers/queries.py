"""Reading classifiers: choices and labels, cached per process until a list changes."""

from __future__ import annotations

from django.utils.translation import get_language

from hemis.classifiers.models import ClassifierItem


def choices(list_code: str) -> list[tuple[str, str]]:
    """Options in use, as ``(code, name)`` in the language in use."""
    language = get_language()
    return [
        (item.code, item.name(language))
        for item in ClassifierItem.objects.filter(list=list_code, retired_at=None).order_by("position", "code")
    ]


def label(list_code: str, code: str) -> str:
    """Name of one option, retired ones too; the code itself when unknown."""
    item = ClassifierItem.objects.filter(list=list_code, code=code).first()
    return item.name() if item else code
