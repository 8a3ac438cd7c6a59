"""Photos on cards."""

from __future__ import annotations

import base64

from django.db.models.fields.files import FieldFile


def photo_url(photo: FieldFile) -> str:
    """The photo as a data URL, so that a card keeps the face it was issued with; empty when there is none."""
    if not photo:
        return ""
    try:
        with photo.open("rb") as file:
            return "data:image/jpeg;base64," + base64.b64encode(file.read()).decode()
    except OSError:
        return ""
