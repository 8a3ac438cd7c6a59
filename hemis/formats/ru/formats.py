"""How dates and numbers are written in Russian."""

from hemis.formats.uz.formats import *  # noqa: F403
