"""A question that somebody was asked keeps its pictures as it keeps its answers."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("grading", "0021_task_guards"), ("curriculum", "0051_question_pictures")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TRIGGER asked_picture BEFORE INSERT OR UPDATE OR DELETE ON curriculum_questionpicture
                FOR EACH ROW EXECUTE FUNCTION hemis_asked_answer();
            """,
            "DROP TRIGGER asked_picture ON curriculum_questionpicture;",
        )
    ]
