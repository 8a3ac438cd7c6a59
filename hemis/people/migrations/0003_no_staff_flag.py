"""The flag "may enter the administration" goes: the administrator's duty alone opens it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0002_history")]

    operations = [
        migrations.RemoveField(model_name="user", name="is_staff"),
    ]
