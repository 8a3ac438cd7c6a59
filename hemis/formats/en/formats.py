"""How dates and numbers are written in English here: the day first, as on all documents."""

from hemis.formats.uz.formats import *  # noqa: F403

DECIMAL_SEPARATOR = "."
