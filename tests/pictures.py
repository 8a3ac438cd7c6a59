"""Pictures that tests hand in."""

from __future__ import annotations

import io

from PIL import Image


def picture(
    kind: str = "PNG", size: tuple[int, int] = (60, 40), colour: str = "white", mode: str = "RGB", **save
) -> bytes:
    """The bytes of a picture of one colour; ``save`` goes to the writer of its kind."""
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind, **save)
    return out.getvalue()
