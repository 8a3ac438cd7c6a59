"""The guards of topics and resources, and the history of what people edit there."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO = """
DROP TRIGGER resource_topic ON curriculum_resource;
DROP TRIGGER topic_hours ON curriculum_topic;
DROP FUNCTION hemis_resource_topic(), hemis_topic_hours();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("curriculum", "0030_materials"),
        ("access", "0003_history"),
    ]

    operations = [
        migrations.RunSQL((SQL / "materials.sql").read_text(encoding="utf-8"), UNDO),
        TrackHistory(
            "curriculum_resource",
            "curriculum_resourcefile",
            "curriculum_question",
            "curriculum_questionanswer",
        ),
    ]
