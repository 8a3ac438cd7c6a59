"""Makes the sample document in a process of its own and prints the SHA-256 of its bytes."""

import hashlib
import json
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.template import engines  # noqa: E402

from hemis.documents.kinds import register  # noqa: E402
from hemis.documents.rendering import html_of, pdf_of  # noqa: E402
from tests.documents.sample import TEMPLATES, Sample  # noqa: E402

settings.TEMPLATES[0]["DIRS"].append(TEMPLATES)
engines.__dict__.pop("templates", None)
register(Sample)
snapshot = json.load(sys.stdin)
content = pdf_of(
    html_of("sample", snapshot["version"], snapshot["payload"], snapshot["token"]), snapshot["token"]
)
sys.stdout.write(hashlib.sha256(content).hexdigest())
