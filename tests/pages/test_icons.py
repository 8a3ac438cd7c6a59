"""An icon that the sprite lacks is an empty place on the page."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
SPRITE = next((ROOT / "static" / "vendor").glob("tabler-icons-*/sprite.svg"))
ROOMS = ("attendance", "curriculum", "doctorate", "finance", "grading", "hemis", "movement", "records", "reports",
         "research", "staff", "structure", "students", "templates")  # fmt: skip
USES = {".html": re.compile(r'{% icon "([a-z0-9-]+)"'), ".py": re.compile(r'\bicon="([a-z0-9-]+)"')}


def test_every_icon_that_is_asked_for_is_in_the_sprite():
    there = set(re.findall(r'id="([a-z0-9-]+)"', SPRITE.read_text(encoding="utf-8")))
    files = [one for room in ROOMS for kind in USES for one in (ROOT / room).rglob(f"*{kind}")]
    asked = {
        (name, one.name)
        for one in files
        for name in USES[one.suffix].findall(one.read_text(encoding="utf-8"))
    }
    assert len(asked) > 50
    assert not {(name, place) for name, place in asked if name not in there}
